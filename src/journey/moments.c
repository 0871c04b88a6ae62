/* journey/moments.c - see moments.h */
#include "journey/moments.h"

#include <math.h>

void moments_add(struct moments *m, uint64_t n1, int64_t x1, uint64_t n0, int64_t x0)
{
	m->n0 += n0;
	m->customers0 += n0 > 0;
	m->n0n0 += (wide_int)n0 * (wide_int)n0;
	if (x0 != 0) { /* of many customers nothing follows */
		m->x0 += x0;
		m->x0x0 += (wide_int)x0 * x0;
		m->x0n0 += (wide_int)x0 * (wide_int)n0;
	}
	if (n1 == 0 && x1 == 0) /* most customers: of what follows all would be 0 */
		return;
	m->n1 += n1;
	m->customers1 += n1 > 0;
	m->x1 += x1;
	m->x1x1 += (wide_int)x1 * x1;
	m->x1n1 += (wide_int)x1 * (wide_int)n1;
	m->n1n1 += (wide_int)n1 * (wide_int)n1;
	m->x1x0 += (wide_int)x1 * x0;
	m->x1n0 += (wide_int)x1 * (wide_int)n0;
	m->n1x0 += (wide_int)n1 * x0;
	m->n1n0 += (wide_int)n1 * (wide_int)n0;
}

void moments_add_singles(struct moments *m, const struct odds_table *t)
{
	m->n1 += t->a + t->b;
	m->n0 += t->c + t->d;
	m->customers1 += t->a + t->b;
	m->customers0 += t->c + t->d;
	m->x1 += (wide_int)t->a;
	m->x0 += (wide_int)t->c;
	m->x1x1 += (wide_int)t->a;
	m->x1n1 += (wide_int)t->a;
	m->n1n1 += (wide_int)(t->a + t->b);
	m->x0x0 += (wide_int)t->c;
	m->x0n0 += (wide_int)t->c;
	m->n0n0 += (wide_int)(t->c + t->d);
}

void moments_join(struct moments *m, const struct moments *more)
{
	m->n1 += more->n1;
	m->n0 += more->n0;
	m->customers1 += more->customers1;
	m->customers0 += more->customers0;
	m->x1 += more->x1;
	m->x0 += more->x0;
	m->x1x1 += more->x1x1;
	m->x1n1 += more->x1n1;
	m->n1n1 += more->n1n1;
	m->x0x0 += more->x0x0;
	m->x0n0 += more->x0n0;
	m->n0n0 += more->n0n0;
	m->x1x0 += more->x1x0;
	m->x1n0 += more->x1n0;
	m->n1x0 += more->n1x0;
	m->n1n0 += more->n1n0;
}

double moments_mean1(const struct moments *m)
{
	return m->n1 == 0 ? 0 : (double)m->x1 / (double)m->n1;
}

double moments_mean0(const struct moments *m)
{
	return m->n0 == 0 ? 0 : (double)m->x0 / (double)m->n0;
}

/* Sum over customers of (f1 (x1 - p1 n1) - f0 (x0 - p0 n0)) squared. */
static double spread(const struct moments *m, double f1, double f0)
{
	double p1 = moments_mean1(m), p0 = moments_mean0(m);
	double one = (double)m->x1x1 - 2 * p1 * (double)m->x1n1 + p1 * p1 * (double)m->n1n1;
	double two = (double)m->x0x0 - 2 * p0 * (double)m->x0n0 + p0 * p0 * (double)m->n0n0;
	double both = (double)m->x1x0 - p0 * (double)m->x1n0 - p1 * (double)m->n1x0 +
		      p1 * p0 * (double)m->n1n0;

	return MAX_OF(f1 * f1 * one + f0 * f0 * two - 2 * f1 * f0 * both, 0.0);
}

struct interval moments_difference(const struct moments *m)
{
	if (m->n1 == 0 || m->n0 == 0)
		return (struct interval){ 0, 0, 0 };
	double difference = moments_mean1(m) - moments_mean0(m);
	double reach = NORMAL_95 * sqrt(spread(m, 1 / (double)m->n1, 1 / (double)m->n0));
	return (struct interval){ difference, difference - reach, difference + reach };
}

double moments_design(const struct moments *m)
{
	double p1 = moments_mean1(m), p0 = moments_mean0(m);
	double n1 = (double)m->n1, n0 = (double)m->n0;

	if (n1 == 0 || n0 == 0 || p1 <= 0 || p1 >= 1 || p0 <= 0 || p0 >= 1)
		return 1;
	double one = n1 * p1 * (1 - p1), two = n0 * p0 * (1 - p0);
	return MAX_OF(spread(m, 1 / one, 1 / two) / (1 / one + 1 / two), 1.0);
}
