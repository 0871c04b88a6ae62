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
/* What a key sets in its line; worked out once for all runs that it is sought in. */
struct filter_bits {
	uint64_t words[FILTER_WORDS]; /* little-endian, as on the disk */
};
static inline struct filter_bits filter_bits_of(uint64_t low)
{
	struct filter_bits bits;

	for (unsigned w = 0; w < FILTER_WORDS; w++)
		bits.words[w] = htole64((uint64_t)1 << (low >> (6 * w) & 63));
	return bits;
}
static inline void filter_line_add(struct filter_bits *line, const struct filter_bits *key)
{
	for (unsigned w = 0; w < FILTER_WORDS; w++)
		line->words[w] |= key->words[w];
}
/* All words are looked at: half of their bits are set, and to guess at each whether the look-up
 * ends there costs more. */
static inline bool filter_line_may_have(const uint8_t *line, const struct filter_bits *key)
{
	struct filter_bits there;
	uint64_t missing = 0;

	memcpy(&there, line, sizeof(there));
	for (unsigned w = 0; w < FILTER_WORDS; w++)
		missing |= key->words[w] & ~there.words[w];
	return missing == 0;
}
