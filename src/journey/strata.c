/* journey/strata.c - see strata.h */
#include "journey/strata.h"

#include <math.h>

struct sums {
	double r, s, pr, ps_qr, qs; /* Robins, Breslow, Greenland */
	double seen, expected, variance; /* of a, for the test */
	double within;
};

static void add_stratum(struct sums *sums, const struct odds_table *t, double add)
{
	double a = (double)t->a, b = (double)t->b, c = (double)t->c, d = (double)t->d;
	double n = a + b + c + d;

	if (a + b == 0 || c + d == 0)
		return;
	sums->within += (a + b) * (c + d) / n;
	sums->seen += a;
	sums->expected += (a + b) * (a + c) / n;
	if (n > 1)
		sums->variance += (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1));
	a += add, b += add, c += add, d += add, n += 4 * add;
	double p = (a + d) / n, q = (b + c) / n, r = a * d / n, s = b * c / n;
	sums->r += r;
	sums->s += s;
	sums->pr += p * r;
	sums->ps_qr += p * s + q * r;
	sums->qs += q * s;
}

static struct sums sum_up(const struct odds_table *strata, size_t count, double add)
{
	struct sums sums = { 0 };

	for (size_t i = 0; i < count; i++)
		add_stratum(&sums, &strata[i], add);
	return sums;
}

static double within_whole(const struct odds_table *strata, size_t count)
{
	double with = 0, without = 0;

	for (size_t i = 0; i < count; i++) {
		with += (double)strata[i].a + (double)strata[i].b;
		without += (double)strata[i].c + (double)strata[i].d;
	}
	return with + without == 0 ? 0 : with * without / (with + without);
}

struct strata_result strata_adjust(const struct odds_table *strata, size_t count, double design)
{
	struct sums sums = sum_up(strata, count, 0);
	double whole = within_whole(strata, count);
	struct strata_result out = { { 1, 0, INFINITY }, 1, whole == 0 ? 0 : sums.within / whole };

	if (sums.within == 0)
		return out;
	if (sums.variance > 0) {
		double off = sums.seen - sums.expected;
		out.p = normal_p(fabs(off) / sqrt(sums.variance * design));
	}
	if (sums.r == 0 || sums.s == 0)
		sums = sum_up(strata, count, 0.5);
	double log_ratio = log(sums.r) - log(sums.s);
	double variance = sums.pr / (2 * sums.r * sums.r) + sums.ps_qr / (2 * sums.r * sums.s) +
			  sums.qs / (2 * sums.s * sums.s);
	double reach = NORMAL_95 * sqrt(variance * design);
	out.ratio =
		(struct interval){ exp(log_ratio), exp(log_ratio - reach), exp(log_ratio + reach) };
	return out;
}
