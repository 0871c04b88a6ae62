/* journey/odds.h - two-by-two tables and shares: how large a difference is, how sure, and by
 * chance?
 *
 *             suffered   did not
 *   with          a         b        a value, or any other trait
 *   without       c         d
 *
 * Methods, each checked against published values and an independent implementation
 * (tests/journey_statistics.py):
 *   odds ratio   ad / bc; where a cell is 0, half a case is added to each (Haldane 1956, Anscombe
 *                1956).  Interval: Woolf 1955, on the logarithm, times the design effect given
 *   p            two-sided.  Where a cell of the margins expects less than ODDS_EXPECTED_LEAST,
 *                Fisher's exact test (sum of all tables that are no likelier); else Pearson's
 *                chi-square without continuity correction, over the design effect
 *   share        Wilson 1927;  difference of two shares: Newcombe 1998, method 10
 *   many tests   Benjamini and Hochberg 1995
 * All intervals hold 95 %.  All functions are pure.
 */
#pragma once

#include "base/base.h"

#define NORMAL_95 1.959963984540054
enum { ODDS_EXPECTED_LEAST = 5 };

struct odds_table {
	uint64_t a, b, c, d;
};

struct interval {
	double value, low, high;
};

/* `design`: how many times the variance of independent cases it is; 1 where they are. */
struct interval odds_ratio(const struct odds_table *t, double design);
double odds_p(const struct odds_table *t, double design);
double odds_fisher(const struct odds_table *t);
/* log(OR) over its standard error: what is ranked by. */
double odds_z(const struct odds_table *t, double design);
bool odds_is_small(const struct odds_table *t); /* too small for the chi-square */

struct interval share_interval(uint64_t part, uint64_t all); /* Wilson; of nothing: 0, 0 to 1 */
/* Share of the first less that of the second; each with its own design effect. */
struct interval share_difference(const struct odds_table *t, double design);

double normal_p(double z); /* two-sided */

/* p in place becomes q: the smallest false-discovery rate at which it is found.  `tests` of them
 * were made, of which these `count` have the smallest p. */
void benjamini_hochberg(double *p, size_t count, size_t tests);
