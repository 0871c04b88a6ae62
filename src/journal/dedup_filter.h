/* journal/dedup_filter.h - a blocked Bloom filter: one cache line says "surely not" or "perhaps".
 *
 * Lines of 8 words of 64 bits.  The high half of a key chooses the line, in order of the keys,
 * so that a sorted run writes its filter from front to back in constant memory; the low half
 * sets one bit in each word.  With 32 entries a line (16 bits an entry) 0.1 % of the unknown keys
 * pass (bench/dedup_bench.c counts them); with 46 it would be 0.7 %.
 *
 * What passes the filter of all that is young is asked of the runs, in memory; what passes a run's
 * is sought in its blocks, which may lie on the disk alone, while the writer waits.
 */
#pragma once

#include "journal/dedup_entry.h"

enum { FILTER_LINE_BYTES = 64, FILTER_WORDS = 8 };
enum { FILTER_LINE_ENTRIES = 32 };

static inline uint64_t filter_lines(uint64_t entries)
{
	return (entries + FILTER_LINE_ENTRIES - 1) / FILTER_LINE_ENTRIES;
}
struct filter_line {
	uint64_t words[FILTER_WORDS]; /* little-endian, as on the disk */
};

static inline void filter_line_add(struct filter_line *line, uint64_t low)
{
	for (unsigned w = 0; w < FILTER_WORDS; w++)
		line->words[w] |= htole64((uint64_t)1 << (low >> (6 * w) & 63));
}
/* All words are looked at: half of their bits are set, and to guess at each whether the look-up
 * ends there costs more. */
static inline bool filter_line_may_have(const uint8_t *line, uint64_t low)
{
	uint64_t all = 1;

	for (unsigned w = 0; w < FILTER_WORDS; w++)
		all &= load_u64(line + (size_t)8 * w) >> (low >> (6 * w) & 63);
	return all != 0;
}

/* The same of many keys, the eight words of a line side by side where the processor can; for all
 * but the last, of many lines, whose waits for memory overlap.  (dedup_filter.c) */
void filter_fetch(const struct filter_line *lines, uint64_t line_count,
	const struct dedup_key *keys, size_t count); /* for who will ask soon */
void filter_ask(const struct filter_line *lines, uint64_t line_count, const struct dedup_key *keys,
	size_t count, bool *may_have);
/* Adds the keys of these entries; had[i]: that one would have passed before, or came before. */
void filter_note(struct filter_line *lines, uint64_t line_count, const struct dedup_entry *entries,
	size_t count, bool *had);
/* Adds to one line; it may lie anywhere. */
void filter_line_add_all(uint8_t *line, const struct dedup_ranked *entries, size_t count);
