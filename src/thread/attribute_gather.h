/* thread/attribute_gather.h - the values of a column at marked rows, read from its packed blocks
 * without unpacking them: for who wants them of many rows, and small.
 *
 * A block whose rows are all marked, with no marked row between that it lacks, is copied as it
 * lies; one without a marked row is passed over.
 *
 * Cost: a marked value 0.2 to 3 ns, a block 60 ns.
 *
 * Threads: any; marks are only read.
 */
#pragma once

#include "thread/attribute.h"

/* Rows, a bit each; what they are told by is their number among the marked ones, from 0. */
struct row_marks {
	uint64_t *bits; /* words + 1; the last one is 0 */
	uint32_t *before; /* of each word: marked rows before it */
	size_t words;
};

size_t row_marks_bytes(size_t rows);
/* Free with row_marks_done(). */
struct row_marks row_marks_create(size_t rows);
void row_marks_done(struct row_marks *marks);
/* Some of the 64 rows of a word.  Several threads may add at once. */
static inline void row_marks_add(struct row_marks *marks, size_t word, uint64_t some)
{
	(void)__atomic_fetch_or(&marks->bits[word], some, __ATOMIC_RELAXED);
}
size_t row_marks_number(struct row_marks *marks); /* once all are there: how many they are */

/* In place, for without an instruction for it the compiler calls a function. */
static inline unsigned row_marks_count_bits(uint64_t bits)
{
	const uint64_t pairs = UINT64_C(0x5555555555555555), fours = UINT64_C(0x3333333333333333);

	bits -= bits >> 1 & pairs;
	bits = (bits & fours) + (bits >> 2 & fours);
	bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}
static inline uint32_t row_marks_find(
	const struct row_marks *marks, uint32_t row) /* a marked one */
{
	uint64_t below = ((uint64_t)1 << (row % 64)) - 1;

	return marks->before[row / 64] + row_marks_count_bits(marks->bits[row / 64] & below);
}

enum { GATHERED_MAX = 255 }; /* different values */
/* out[number of the row] = value + 1, where a marked row has one: its last.  Values above `most`
 * (below GATHERED_MAX) are taken for it; `out` has a byte for each marked row, 0 so far.  Returns
 * how many have a value. */
size_t attribute_gather(const struct attribute_column *column, const struct row_marks *marks,
	unsigned most, uint8_t *out);
