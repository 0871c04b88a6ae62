/* journey/frictions.h - where journeys cost more than they need to: looked for unasked.
 *
 * Every place at which a journey can go one way or another is a candidate (trials.h):
 *
 *   failure      X, where an alternative could have come ("Visit failed", "Visit done"; "Call
 *                transferred", "Call": frictions_places.c)                     FRICTION_INSTEAD
 *   passage      A, and next B, within the horizon                             FRICTION_NEXT
 *   leakage      A, which is no contact, then one                              FRICTION_LATER
 *   switch       A, which is a contact, then one by another channel            FRICTION_LATER
 *   repeat       A, then A again within `again`, after the visit               FRICTION_LATER
 *   abandonment  A, then nothing any more                                      FRICTION_LEAVE
 *   wait         from A to B slower than nine of ten                           FRICTION_WAIT
 *
 * What follows a step is no friction of it where it would have come anyway: those who come to A
 * have B at some rate all the year.  `usual` is the share of windows of that length which hold a B
 * at that rate (1 - exp(-rate x window), their events of B over their number and all the time
 * looked at); only what is beyond it counts, and must be more than chance.  So passages are those
 * within the horizon.
 *
 * A contact is a step that costs at least CONTACT_COST; of leakages and switches a call is one also
 * where nobody answers it, or the IVR alone does (frictions_contacts.c): whoever turns to the
 * company by any way has turned to it.  The window of these two is told by the data unless `leak`
 * tells it: that by which half of what is beyond the usual has come, as of its median; the sooner,
 * the less of it came anyway.  All has come by the span, of FRICTIONS_WINDOWS_MAX from an hour to
 * the horizon, in which it stands out most from chance, beyond / sqrt(n x share x (1 - share));
 * where it does in none at 5 %, the window is the horizon.  p is multiplied by the spans that were
 * tried (Bonferroni).  Who suffered when is all that is looked at, not what they have in common: so
 * drivers, whose traits have no part in the choice, need no correction for it.
 *
 * What a candidate costs is what customers
 * cost within the horizon after it, less what those cost who came to the same point and did not
 * suffer it; that is a difference, not a proof of cause, and its interval says how sure it is.
 *
 * One pass screens all candidates by sums; the `most` of them that are surely (lower bound) the
 * dearest are looked at again one by one, with customers as clusters.  q: Benjamini and Hochberg
 * over all that were screened.
 *
 * Where nothing is found at a whole place, a part of those who come there may still suffer what
 * others do not: of the FRICTIONS_PARTS dearest candidates of such places the drivers are looked
 * for among what the occasion itself carries, at the rate false_share / searched.  Found is one
 * `in_part` with the excess cost of its surest driver that nothing explains.
 *
 * One place fails in many ways: after a visit to the shop people call, call about the bill, chat,
 * write, come again.  Frictions at steps of one place (frictions_places.c) are put under the
 * dearest of them, and so is one whose sufferers are for four fifths those of a dearer one (same
 * customer, same day): `within`.
 *
 * Drivers are looked for at the rate false_share x found / screened, so that the share of false
 * ones stays that over all frictions told (Benjamini and Bogomolov 2014).
 *
 * Memory: 200 bytes for each pair of steps and thread.
 */
#pragma once

#include "journey/traits.h"

#define CONTACT_COST 1.0
enum {
	FRICTIONS_STEPS_MAX = 512,
	FRICTIONS_LOOKED_AT = 60,
	FRICTIONS_PARTS = 24,
	FRICTIONS_WINDOWS_MAX = 16
};

struct frictions_question {
	int64_t leak; /* ticks: a contact so soon is a leakage, a switch; 0: the data tell */
	int64_t again; /* ticks */
	int64_t visit; /* ticks: A again sooner than this is one visit, and no repeat; 0: is one */
	uint64_t support; /* who suffered, and who did not, at least */
	double false_share;
	size_t most; /* looked at; at most FRICTIONS_LOOKED_AT */
	int64_t split; /* ticks: before and from then on are compared; INT64_MIN: not */
	const struct traits_question *parts; /* what a part may have in common; NULL: only whole
						places are looked at */
};

enum friction_word {
	WORD_FAILURE,
	WORD_PASSAGE,
	WORD_LEAKAGE,
	WORD_SWITCH,
	WORD_REPEAT,
	WORD_ABANDONMENT,
	WORD_WAIT,
	WORD_COUNT_
};

/* How the share that suffers changed at `split`. */
struct friction_change {
	struct odds_table table; /* after: a suffered, b not; before: c, d */
	struct interval difference;
	double p, q;
};

struct friction_found {
	enum friction_word word;
	struct friction friction;
	uint32_t step; /* at; of failures: the one that failed */
	uint8_t *at, *to; /* what friction points to */
	struct trials trials; /* without its items */
	struct interval each, cost; /* of one who suffers; of those beyond the usual: currency */
	double usual; /* the share that would be so anyway; 0 where there is no such thing */
	double beyond; /* the part of those who suffered that is beyond it */
	unsigned windows; /* tried; p allows for it */
	double p, q; /* in_part: of its driver */
	bool in_part; /* only a part suffers it beyond the others: cost and drivers are theirs */
	double false_share; /* the rate at which its drivers are looked for */
	size_t within; /* of found: 1 + the dearer one that holds it; 0: stands by itself */
	struct friction_change change;
};

struct frictions {
	struct friction_found *items; /* by the lower bound of their cost */
	size_t count;
	uint64_t screened;
	size_t bytes;
};

/* Free with frictions_done().  MSG_FRICTIONS_STEPS: more steps than FRICTIONS_STEPS_MAX. */
err frictions_find(const struct journey_plan *plan, const struct costs *costs,
	const struct frictions_question *question, struct frictions *out, struct why *why);
void frictions_done(const struct journey_plan *plan, struct frictions *frictions);
