/* journey/bits.h - sets of cases, a bit each: how many are in one, in two at once.
 *
 * Cases are numbered so that those who suffered come first: so one reading of the words counts
 * both them (the bits below `suffered`) and all.
 */
#pragma once

#include "base/base.h"

static inline size_t bits_words(size_t cases)
{
	return (cases + 63) / 64;
}

static inline bool bits_has(const uint64_t *set, size_t i)
{
	return (set[i / 64] >> (i % 64) & 1) != 0;
}

static inline void bits_add(uint64_t *set, size_t i)
{
	set[i / 64] |= (uint64_t)1 << (i % 64);
}

/* How many of the `count` cases from `from` on are in the set: for few cases at a time. */
static inline uint64_t bits_count_in(const uint64_t *set, size_t from, size_t count)
{
	uint64_t sum = 0;

	while (count > 0) {
		size_t at = from % 64, taken = MIN_OF(64 - at, count);
		uint64_t word = set[from / 64] >> at;
		if (taken < 64)
			word &= ((uint64_t)1 << taken) - 1;
		if (word != 0) /* seldom: most sets are thin */
			sum += (uint64_t)__builtin_popcountll(word);
		from += taken;
		count -= taken;
	}
	return sum;
}

struct bits_counts {
	uint64_t suffered, all;
};

struct bits_counts bits_count(const uint64_t *set, size_t cases, size_t suffered);
struct bits_counts bits_count_both(
	const uint64_t *one, const uint64_t *two, size_t cases, size_t suffered);

/* Of every two of the sets the cases that both have, in the words from .. to (at most
 * BITS_TILE_WORDS): added to counts[i * n + k], i < k.  All sets of a tile stay near the processor
 * while each meets all others: two whole sets do not. */
enum { BITS_TILE_WORDS = 112 };
void bits_count_pairs(
	const uint64_t *const *sets, size_t n, size_t from, size_t to, uint32_t *counts);
bool bits_equal(const uint64_t *one, const uint64_t *two, size_t cases);
