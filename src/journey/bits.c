/* journey/bits.c - see bits.h: with the processor's own instruction where it has it */
#include "journey/bits.h"

#include <string.h>

/* Sum of the bits of one[i] & two[i] for i in [from, to): the loop that pairs of values live in. */
static inline uint64_t sum_words(const uint64_t *one, const uint64_t *two, size_t from, size_t to)
{
	uint64_t sum = 0;

	for (size_t i = from; i < to; i++)
		sum += (uint64_t)__builtin_popcountll(one[i] & two[i]);
	return sum;
}

typedef uint64_t sum_function(const uint64_t *one, const uint64_t *two, size_t from, size_t to);

static uint64_t sum_plain(const uint64_t *one, const uint64_t *two, size_t from, size_t to)
{
	return sum_words(one, two, from, to);
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static uint64_t sum_popcnt(
	const uint64_t *one, const uint64_t *two, size_t from, size_t to)
{
	uint64_t sums[4] = { 0 };
	size_t i = from;

	for (; i + 4 <= to; i += 4)
		for (size_t k = 0; k < 4; k++)
			sums[k] += (uint64_t)__builtin_popcountll(one[i + k] & two[i + k]);
	for (; i < to; i++)
		sums[0] += (uint64_t)__builtin_popcountll(one[i] & two[i]);
	return sums[0] + sums[1] + sums[2] + sums[3];
}
#endif

static sum_function *best_sum(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("popcnt"))
		return sum_popcnt;
#endif
	return sum_plain;
}

struct bits_counts bits_count_both(
	const uint64_t *one, const uint64_t *two, size_t cases, size_t suffered)
{
	sum_function *sum = best_sum();
	size_t whole = suffered / 64, words = bits_words(cases);
	uint64_t first = sum(one, two, 0, whole), rest = sum(one, two, whole, words);

	if (suffered % 64 != 0) { /* the word that holds both kinds */
		uint64_t mask = ((uint64_t)1 << (suffered % 64)) - 1;
		uint64_t mixed = (uint64_t)__builtin_popcountll(one[whole] & two[whole] & mask);
		return (struct bits_counts){ first + mixed, first + rest };
	}
	return (struct bits_counts){ first, first + rest };
}

struct bits_counts bits_count(const uint64_t *set, size_t cases, size_t suffered)
{
	return bits_count_both(set, set, cases, suffered);
}

bool bits_equal(const uint64_t *one, const uint64_t *two, size_t cases)
{
	return memcmp(one, two, bits_words(cases) * sizeof(*one)) == 0;
}
