/* journey/bit_counts.h - how often each of 64 bits was set in a list of words.
 *
 * A customer's steps are a word; how many customers have each step is the sum of the words' bits,
 * place by place.  Words are gathered, and summed up 120 at a time, two beside each other, in
 * fields of 2, 4 and 8 bits side by side: a few operations a word, where looking at each set bit
 * would take that for each.
 */
#pragma once

#include "base/base.h"

enum { BIT_COUNTS_LANES = 2, BIT_COUNTS_WORDS = 120 };

struct bit_counts {
	uint64_t words[BIT_COUNTS_WORDS]; /* not yet in `counts` */
	size_t waiting;
	uint64_t counts[64];
};

/* All words that were added are in `counts` afterwards. */
void bit_counts_settle(struct bit_counts *counts);

static inline void bit_counts_add(struct bit_counts *counts, uint64_t word)
{
	counts->words[counts->waiting++] = word;
	if (counts->waiting == BIT_COUNTS_WORDS)
		bit_counts_settle(counts);
}
