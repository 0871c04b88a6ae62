/* journey/traits.h - what was known of each trial at its moment: as sets of trials.
 *
 * A trait is one value of one family; the traits of a family exclude each other.
 *
 *   TEXT      attribute = text             RANGE     low <= attribute < high
 *   NUMBER    attribute = number           BOOLEAN   attribute is true, or false
 *   WEEKDAY, HOURS, MONTH                  of the trial, in the zone given
 *   CHANNEL   had an event on the channel within `look_back` before
 *   STEP      had the step within `look_back` before
 *   TIMES     had so many trials before (of these steps, within look_back): low <= n < high
 *
 * An attribute that at least half of the points carry themselves is theirs (`own`).  Of others,
 * what counts is the customer's latest value at the point or before, in any event, dropped ones
 * included, or in what is known of him (with a time not after the point, or none).  Nothing that
 * came after a point is looked at.  Of several values of one event under a key the last counts;
 * texts that a column holds as hashes only are no traits.
 *
 * Numbers of more than TRAITS_NUMBERS_MAX different values are put into TRAITS_RANGES ranges of
 * about equal size, whose edges are rounded as far as they can be told apart.
 *
 * Left out: values of fewer trials than `support`, or of all but so few; of a family all but its
 * TRAITS_VALUES_MAX most frequent values; attributes that `ignore` fits.  Traits that hold the very
 * same trials are one: the others are counted in `same`.
 *
 * A family is kept as a column of codes, a trial each: that is what values are counted in.  Sets of
 * trials are made of it when first asked for (trait_set()), all of a family at once.  What points
 * carry themselves, of at most GATHERED_MAX values, is copied from the packed blocks of attributes
 * in the order in which they lie there: a byte a point.
 *
 * Memory: 1 bit a row of the store and 4 bytes a trial; 2 bytes a trial and family (1 of what
 * points carry themselves), 1 bit a trial and trait; and unless nothing but texts and booleans of
 * few values that points carry themselves is asked for, 8 bytes a row and 40 bytes a trial and
 * thread.
 */
#pragma once

#include "base/zone.h"
#include "journey/bits.h"
#include "journey/trials.h"

enum {
	TRAITS_VALUES_MAX = 200,
	TRAITS_NUMBERS_MAX = 12,
	TRAITS_RANGES = 5,
	TRAITS_IGNORED_MAX = 64,
};

enum trait_kind {
	TRAIT_TEXT,
	TRAIT_NUMBER,
	TRAIT_RANGE,
	TRAIT_BOOLEAN,
	TRAIT_WEEKDAY, /* low: 0 Monday .. 6 */
	TRAIT_HOURS, /* low, high: hours */
	TRAIT_MONTH, /* low: year * 12 + month - 1 */
	TRAIT_CHANNEL,
	TRAIT_STEP,
	TRAIT_TIMES,
	TRAIT_KINDS
};

struct trait {
	enum trait_kind kind;
	bool own; /* attributes: the point carries it itself */
	uint32_t family; /* from 0 */
	str key; /* attribute, channel, step */
	str text; /* TEXT */
	double low, high; /* -INFINITY, INFINITY: no limit */
	struct bits_counts counts;
	struct trait_column *column; /* of its family's codes; NULL: the set is all there is */
	uint32_t slot; /* there */
	uint64_t *set; /* bits.h; NULL: not made yet: trait_set() */
	uint32_t same; /* other traits of the same trials */
};

struct traits_question {
	const struct zone *zone;
	uint64_t support; /* at least 1 */
	int64_t look_back; /* ticks */
	const struct field_names *ignore; /* patterns of attributes; may be NULL */
	bool own_only; /* what the point carries itself, and its time: nothing of the customer's
			  past */
};

struct traits {
	struct trait *items; /* in order of family */
	size_t count, cases;
	uint32_t families;
	struct trait_column **columns;
	size_t column_count;
	uint32_t *points; /* of each trial: where columns of points have it */
	size_t bytes;
	struct arena *texts;
};

/* Free with traits_done(). */
err traits_make(const struct journey_plan *plan, const struct trials *trials,
	const struct traits_question *question, struct traits *out, struct why *why);
void traits_done(const struct journey_plan *plan, struct traits *traits);

/* The trials that have a trait; lives as long as the traits.  By any thread. */
const uint64_t *trait_set(const struct traits *traits, size_t trait);
/* Makes it now, by several threads; for who has no others beside. */
err trait_set_make(
	struct journey_limits *limits, const struct traits *traits, size_t trait, struct why *why);
