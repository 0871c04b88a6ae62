/* journal/dedup_filter.h - a blocked Bloom filter: one cache line says "surely not" or "perhaps".
 *
 * Lines of 8 words of 64 bits.  The high half of a key chooses the line, in order of the keys,
 * so that a sorted run writes its filter from front to back in constant memory; the low half
 * sets one bit in each word.  With 46 entries a line (11.1 bits an entry) 0.7 % of the unknown
 * keys pass (bench/dedup_bench.c counts them).
 */
#pragma once

#include "journal/dedup_entry.h"

enum { FILTER_LINE_BYTES = 64, FILTER_LINE_ENTRIES = 46, FILTER_WORDS = 8 };

static inline uint64_t filter_lines(uint64_t entries)
{
	return (entries + FILTER_LINE_ENTRIES - 1) / FILTER_LINE_ENTRIES;
}
static inline uint64_t filter_bit(uint64_t low, unsigned word)
{
	return (uint64_t)1 << (low >> (6 * word) & 63);
}
static inline void filter_line_add(uint64_t line[static FILTER_WORDS], uint64_t low)
{
	for (unsigned w = 0; w < FILTER_WORDS; w++)
		line[w] |= filter_bit(low, w);
}
static inline bool filter_line_may_have(const uint8_t *line, uint64_t low)
{
	for (unsigned w = 0; w < FILTER_WORDS; w++)
		if ((load_u64(line + 8 * w) & filter_bit(low, w)) == 0)
			return false;
	return true;
}
