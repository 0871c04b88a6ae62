/* journey/odds.c - see odds.h */
#include "journey/odds.h"

#include "base/file.h"

#include <math.h>
#include <stdlib.h>

static bool has_empty_cell(const struct odds_table *t)
{
	return t->a == 0 || t->b == 0 || t->c == 0 || t->d == 0;
}

/* The logarithm of the ratio and its variance among independent cases. */
static double log_odds(const struct odds_table *t, double *variance)
{
	double add = has_empty_cell(t) ? 0.5 : 0;
	double a = (double)t->a + add, b = (double)t->b + add;
	double c = (double)t->c + add, d = (double)t->d + add;

	*variance = 1 / a + 1 / b + 1 / c + 1 / d;
	return log(a) + log(d) - log(b) - log(c);
}

struct interval odds_ratio(const struct odds_table *t, double design)
{
	double variance, log_ratio = log_odds(t, &variance);
	double reach = NORMAL_95 * sqrt(variance * design);

	return (struct interval){ exp(log_ratio), exp(log_ratio - reach), exp(log_ratio + reach) };
}

double odds_z(const struct odds_table *t, double design)
{
	double variance, log_ratio = log_odds(t, &variance);

	return log_ratio / sqrt(variance * design);
}

double normal_p(double z)
{
	return erfc(fabs(z) / sqrt(2));
}

bool odds_is_small(const struct odds_table *t)
{
	double with = (double)t->a + (double)t->b, without = (double)t->c + (double)t->d;
	double all = with + without, suffered = (double)t->a + (double)t->c;
	double least = MIN_OF(with, without) * MIN_OF(suffered, all - suffered);

	return least < ODDS_EXPECTED_LEAST * all;
}

/* ---- Fisher: the hypergeometric terms from the likeliest table outwards */

static double log_factorial(int64_t n)
{
	int sign;

	return lgamma_r((double)n + 1, &sign);
}

static double log_choose(int64_t n, int64_t k)
{
	return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

/* Sums the tables from x in one direction that are no likelier than `seen`, relative to it. */
static double tail(
	int64_t x, int step, int64_t with, int64_t suffered, int64_t others, double seen_log)
{
	const double slack = 1e-7; /* equally likely tables differ by rounding */
	double sum = 0, all_log = log_choose(suffered + others, with);

	for (; x >= 0 && x <= with && x <= suffered && with - x <= others; x += step) {
		double term_log = log_choose(suffered, x) + log_choose(others, with - x) - all_log;
		if (term_log > seen_log + slack)
			continue;
		double term = exp(term_log);
		sum += term;
		if (term < sum * 1e-17)
			break;
	}
	return sum;
}

/* The likeliest number of those with the trait that suffered. */
static int64_t likeliest(int64_t with, int64_t suffered, int64_t others)
{
	double middle = ((double)with + 1) * ((double)suffered + 1) /
			((double)suffered + (double)others + 2);
	int64_t least = MAX_OF(0, with - others), most = MIN_OF(with, suffered);

	return MIN_OF(MAX_OF((int64_t)middle, least), most);
}

double odds_fisher(const struct odds_table *t)
{
	int64_t a = (int64_t)t->a, with = a + (int64_t)t->b, suffered = a + (int64_t)t->c;
	int64_t others = (int64_t)t->b + (int64_t)t->d;

	if (with == 0 || suffered == 0 || others == 0 || t->c + t->d == 0)
		return 1;
	double seen_log = log_choose(suffered, a) + log_choose(others, with - a) -
			  log_choose(suffered + others, with);
	int64_t middle = likeliest(with, suffered, others);
	double p = tail(middle, -1, with, suffered, others, seen_log) +
		   tail(middle + 1, 1, with, suffered, others, seen_log);
	return MIN_OF(p, 1.0);
}

static double chi_square(const struct odds_table *t)
{
	double a = (double)t->a, b = (double)t->b, c = (double)t->c, d = (double)t->d;
	double cross = a * d - b * c;
	double margins = (a + b) * (c + d) * (a + c) * (b + d);

	return margins == 0 ? 0 : cross * cross * (a + b + c + d) / margins;
}

double odds_p(const struct odds_table *t, double design)
{
	double chi = chi_square(t) / design;

	if (!odds_is_small(t))
		return normal_p(sqrt(chi));
	/* The exact test knows of no design effect: the more doubtful of the two. */
	return design > 1 ? MAX_OF(odds_fisher(t), normal_p(sqrt(chi))) : odds_fisher(t);
}

/* ---- shares */

static struct interval wilson(double part, double all)
{
	const double z2 = NORMAL_95 * NORMAL_95;

	if (all <= 0)
		return (struct interval){ 0, 0, 1 };
	double p = part / all, middle = p + z2 / (2 * all);
	double reach = NORMAL_95 * sqrt(p * (1 - p) / all + z2 / (4 * all * all));
	struct interval i = { p, (middle - reach) / (1 + z2 / all),
		(middle + reach) / (1 + z2 / all) };
	i.low = part <= 0 ? 0 : MAX_OF(i.low, 0.0);
	i.high = part >= all ? 1 : MIN_OF(i.high, 1.0);
	return i;
}

struct interval share_interval(uint64_t part, uint64_t all)
{
	return wilson((double)part, (double)all);
}

struct interval share_difference(const struct odds_table *t, double design)
{
	double a = (double)t->a / design, c = (double)t->c / design;
	struct interval one = wilson(a, ((double)t->a + (double)t->b) / design);
	struct interval two = wilson(c, ((double)t->c + (double)t->d) / design);
	double difference = one.value - two.value;

	return (struct interval){ difference,
		difference - hypot(one.value - one.low, two.high - two.value),
		difference + hypot(one.high - one.value, two.value - two.low) };
}

/* ---- many tests */

struct ranked {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

void benjamini_hochberg(double *p, size_t count, size_t tests)
{
	struct ranked *ranked = memory_alloc((count + 1) * sizeof(*ranked));
	double least = 1;

	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ p[i], i };
	qsort(ranked, count, sizeof(*ranked), by_p);
	for (size_t i = count; i-- > 0;) {
		least = MIN_OF(least, ranked[i].p * (double)tests / (double)(i + 1));
		p[ranked[i].at] = least;
	}
	free(ranked);
}
