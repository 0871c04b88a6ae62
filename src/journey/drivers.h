/* journey/drivers.h - what those who suffered a friction have in common, against those who came to
 * the same point and did not.
 *
 * Every trait (traits.h) is set against the friction in a two-by-two table, then every combination
 * of two traits of different families, among the DRIVERS_PAIRED strongest of them.
 *
 *   p, odds ratio, intervals   odds.h; customers with several trials count as one witness: the
 *                              variance is multiplied by the design effect of moments.h
 *   a combination              is found only if it says more than either part: within those who
 *                              have the one, those who have the other too suffer more often, and
 *                              the other way round.  Its p is the larger of the two tests' p
 *                              (intersection-union test)
 *   q                          Benjamini and Hochberg over all tests made, traits and combinations,
 *                              which weigh the same as a whole (docs/drivers.md)
 *   excess                     suffered less n x (share that suffers without): how many would not
 *                              have suffered, were it with them as with the others
 *   adjusted                   Mantel-Haenszel (strata.h) over that other trait, combination or
 *                              whole family which takes most of the ratio away, if a tenth of the
 *                              comparison is left within its strata
 *   explained                  adjusted, the interval holds 1, and less than half of the logarithm
 *                              is left; and the other is not explained by this one in turn
 *
 * A trait that is the friction itself in other words (it tells nineteen of twenty on either side)
 * is left out.  Found are those over-represented with q below `false_share`, the surest first, the
 * explained ones behind.
 */
#pragma once

#include "journey/moments.h"
#include "journey/strata.h"
#include "journey/traits.h"

#define TRAIT_NOBODY UINT32_MAX
enum {
	DRIVERS_PAIRED = 200,
	DRIVERS_ADJUSTED = 60, /* the surest are looked at for what explains them */
	DRIVERS_FAMILIES = 30, /* and so many families are asked whether they do */
};

struct drivers_question {
	double false_share; /* 0.05 */
	uint64_t support; /* of combinations: trials that have both */
	bool pairs;
	bool adjust;
	bool all; /* not only what is found: every test, also of what is under-represented */
};

struct driver {
	uint32_t trait, other; /* of traits; other: TRAIT_NOBODY unless a combination */
	struct odds_table table;
	uint64_t customers; /* of those in table.a */
	double design, z, p, q, lift;
	struct interval ratio, with, without, difference, excess;
	struct strata_result adjusted;
	uint32_t by, by_other, by_family; /* what it was adjusted for; TRAIT_NOBODY: not that */
	bool explained;
};

struct drivers {
	struct driver *items; /* found */
	size_t count;
	uint64_t tests, traits, pairs; /* made; of them traits, combinations */
	uint64_t left_out; /* the friction in other words */
	size_t bytes;
};

/* Free with drivers_done(). */
err drivers_find(const struct journey_plan *plan, const struct trials *trials,
	const struct traits *traits, const struct drivers_question *question, struct drivers *out,
	struct why *why);
void drivers_done(const struct journey_plan *plan, struct drivers *drivers);

/* The trials that have a driver's trait, both of a combination's: on the heap. */
uint64_t *driver_set(
	const struct trials *trials, const struct traits *traits, uint32_t trait, uint32_t other);

/* Excess times what one who suffers costs more than one who does not (trials.cost): the intervals
 * of both, put together by the delta method.  In units of the currency. */
struct interval driver_cost(const struct driver *driver, const struct trials *trials);
