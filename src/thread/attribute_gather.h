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
static inline void row_marks_add(struct row_marks *marks, uint32_t row)
{
	marks->bits[row / 64] |= (uint64_t)1 << (row % 64);
}
size_t row_marks_number(struct row_marks *marks); /* once all are there: how many they are */
uint32_t row_marks_find(const struct row_marks *marks, uint32_t row); /* of a marked one */

enum { GATHERED_MAX = 255 }; /* different values */
/* out[number of the row] = value + 1, where a marked row has one: its last.  Values above `most`
 * (below GATHERED_MAX) are taken for it; `out` has a byte for each marked row, 0 so far.  Returns
 * how many have a value. */
size_t attribute_gather(const struct attribute_column *column, const struct row_marks *marks,
	unsigned most, uint8_t *out);
