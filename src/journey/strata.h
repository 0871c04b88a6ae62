/* journey/strata.h - is a difference still there among those who are alike in something else?
 *
 * A table is split into strata (by age, by version ...), compared within each, and put together
 * again:
 *   odds ratio   Mantel and Haenszel 1959: sum(ad/n) / sum(bc/n)
 *   interval     Robins, Breslow and Greenland 1986, on the logarithm
 *   p            Cochran-Mantel-Haenszel, without continuity correction
 * Where the sums leave nothing to divide by, half a case is added to each cell of the strata that
 * have both kinds.
 *
 * Adding is order-independent for the counts of one stratum; strata are walked in order of number.
 */
#pragma once

#include "journey/odds.h"

struct strata_result {
	struct interval ratio; /* adjusted */
	double p;
	/* How much of the comparison is left within strata: sum(n1 n0 / n) over that of the whole;
	 * 0 where each stratum holds one kind only, and then ratio is 1, 0 to infinity. */
	double left;
};

struct strata_result strata_adjust(const struct odds_table *strata, size_t count, double design);
