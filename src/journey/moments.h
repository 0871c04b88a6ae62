/* journey/moments.h - two groups of cases, several of which may be one customer's: how far apart
 * their means are, and how sure.
 *
 * Cases of one customer are no independent witnesses.  The variance is therefore that of sums per
 * customer (the "sandwich" of Liang and Zeger 1986, customers as clusters, without small-sample
 * factor); with one case a customer it is the ordinary one.  The moments are whole numbers: what
 * is added in any order gives the same answer, to the last digit.
 *
 *   for each customer: n1, n0 cases in group 1 and 0; x1, x0 the sums of what is measured
 */
#pragma once

#include "journey/odds.h"

__extension__ typedef __int128 wide_int;

struct moments {
	uint64_t n1, n0, customers1, customers0;
	wide_int x1, x0; /* sums */
	wide_int x1x1, x1n1, n1n1, x0x0, x0n0, n0n0, x1x0, x1n0, n1x0, n1n0;
};

void moments_add(struct moments *m, uint64_t n1, int64_t x1, uint64_t n0, int64_t x0);
/* Many customers at once, of one case each: so many of group 1 with x = 1 and with x = 0, and so
 * many of group 0. */
void moments_add_singles(struct moments *m, const struct odds_table *cases);
void moments_join(struct moments *m, const struct moments *more);

double moments_mean1(const struct moments *m);
double moments_mean0(const struct moments *m);
/* Mean of 1 less mean of 0, normal interval; of an empty group: all 0. */
struct interval moments_difference(const struct moments *m);
/* Where x is 0 or 1 a case: the variance of the log odds ratio over that of independent cases, and
 * at least 1. */
double moments_design(const struct moments *m);
