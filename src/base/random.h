/* base/random.h - chance that can be repeated, and secrets that cannot.
 *
 * random_* is xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64: the same seed gives
 * the same numbers everywhere.  Never for secrets: those come from secret_bytes().
 */
#pragma once

#include "base/base.h"

struct random {
	uint64_t s[4];
};

struct random random_of(uint64_t seed);
uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t n); /* 0 to n - 1, without bias; n > 0 */
double random_unit(struct random *random); /* [0, 1), 53 bits */

void secret_bytes(void *to, size_t bytes); /* from the operating system; may be called anywhere */
