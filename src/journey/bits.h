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

struct bits_counts {
	uint64_t suffered, all;
};

struct bits_counts bits_count(const uint64_t *set, size_t cases, size_t suffered);
struct bits_counts bits_count_both(
	const uint64_t *one, const uint64_t *two, size_t cases, size_t suffered);
bool bits_equal(const uint64_t *one, const uint64_t *two, size_t cases);
