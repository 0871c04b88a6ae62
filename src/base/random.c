/* base/random.c - see random.h */
#include "base/random.h"

#include <sodium.h>

struct random random_of(uint64_t seed)
{
	struct random random;

	for (size_t i = 0; i < ARRAY_LEN(random.s); i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15u; /* splitmix64 */
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		random.s[i] = z ^ z >> 31;
	}
	return random;
}

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

uint64_t random_next(struct random *random)
{
	uint64_t *s = random->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t random_below(struct random *random, uint64_t n)
{
	ASSERT(n > 0);
	uint64_t unfair = -n % n; /* 2^64 mod n numbers too many */
	uint64_t x = random_next(random);
	while (x < unfair)
		x = random_next(random);
	return x % n;
}

double random_unit(struct random *random)
{
	return (double)(random_next(random) >> 11) * 0x1.0p-53;
}

void secret_bytes(void *to, size_t bytes)
{
	randombytes_buf(to, bytes);
}
