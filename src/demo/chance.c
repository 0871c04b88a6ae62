/* demo/chance.c - see chance.h */
#include "demo/chance.h"

#include <string.h>

static const double ln_2 = 0.693147180559945309417232;

double chance_ln(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	int exponent = (int)(bits >> 52) - 1023;
	bits = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1023 << 52;
	memcpy(&x, &bits, sizeof(x));
	if (x > 1.4142135623730951) {
		x /= 2;
		exponent++;
	}
	/* ln x = 2 artanh z; |z| < 0.1716, so the last term is below 1e-16. */
	double z = (x - 1) / (x + 1), square = z * z, sum = 0;
	for (int n = 19; n >= 1; n -= 2)
		sum = sum * square + 1.0 / n;
	return 2 * z * sum + exponent * ln_2;
}

double chance_exp(double x)
{
	int exponent = (int)(x / ln_2 + (x < 0 ? -0.5 : 0.5));
	double rest = x - exponent * ln_2, sum = 1;

	for (int n = 14; n >= 1; n--) /* |rest| < 0.35: the last term is below 1e-17 */
		sum = 1 + sum * rest / n;
	uint64_t bits = (uint64_t)(exponent + 1023) << 52;
	double power;
	memcpy(&power, &bits, sizeof(power));
	return sum * power;
}

double chance_exponential(struct random *random, double mean)
{
	return -mean * chance_ln(1 - random_unit(random));
}

/* Marsaglia's polar method; its second number is thrown away, so that no state is kept. */
double chance_normal(struct random *random)
{
	for (;;) {
		double a = 2 * random_unit(random) - 1, b = 2 * random_unit(random) - 1;
		double s = a * a + b * b;

		if (s > 0 && s < 1) /* sqrt() is exact to the last bit everywhere (IEEE 754) */
			return a * __builtin_sqrt(-2 * chance_ln(s) / s);
	}
}

double chance_lognormal(struct random *random, double mean, double sigma)
{
	return mean * chance_exp(sigma * chance_normal(random) - sigma * sigma / 2);
}

unsigned chance_poisson(struct random *random, double mean)
{
	double limit = chance_exp(-mean), product = random_unit(random);
	unsigned n = 0;

	while (product > limit) {
		product *= random_unit(random);
		n++;
	}
	return n;
}

unsigned chance_pick(struct random *random, const double *weights, unsigned count)
{
	double sum = 0;

	for (unsigned i = 0; i < count; i++)
		sum += weights[i];
	double left = random_unit(random) * sum;
	for (unsigned i = 0; i + 1 < count; i++) {
		if (left < weights[i])
			return i;
		left -= weights[i];
	}
	while (count > 1 && weights[count - 1] <= 0)
		count--;
	return count == 0 ? 0 : count - 1;
}
