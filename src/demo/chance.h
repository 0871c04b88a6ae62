/* demo/chance.h - draws from distributions, the same on every machine.
 *
 * Logarithm and exponential are our own: those of mathematics libraries differ in the last bit from
 * one machine to the next, and one bit changes a whole simulated year.  Good to 1e-12, relative.
 */
#pragma once

#include "base/random.h"

double chance_ln(double x); /* x > 0 and normal */
double chance_exp(double x); /* |x| < 700 */

static inline bool chance_hits(struct random *random, double probability)
{
	return random_unit(random) < probability;
}
double chance_exponential(struct random *random, double mean);
double chance_normal(struct random *random); /* mean 0, deviation 1 */
/* With that mean; sigma is the deviation of the logarithm. */
double chance_lognormal(struct random *random, double mean, double sigma);
unsigned chance_poisson(struct random *random, double mean); /* mean below 500 */
/* Index below `count` with the shares of `weights`, which need not sum to 1; 0 if all are 0. */
unsigned chance_pick(struct random *random, const double *weights, unsigned count);
