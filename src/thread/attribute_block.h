/* thread/attribute_block.h - up to 1,024 (row, value) pairs of a column, packed.
 *
 * Rows ascend, a row may come several times (lists).  A value is 64 bits in an order-keeping form
 * (attribute.h); it is stored as its difference from the least of the block, in as few whole bytes
 * as hold them all: a constant takes none, the codes of a small dictionary one.
 *
 *   rows    RUN     every row from the first on: nothing is stored
 *           BITMAP  a bit for each row from the first to the last
 *           NEAR    the distance from the first row, 16 bits each
 *           FAR     likewise, 32 bits
 *   words   of 64 bits: those of the rows, then those of the values
 *
 * All functions are pure.
 */
#pragma once

#include "base/base.h"

enum {
	ATTRIBUTE_BLOCK_ENTRIES = 1024,
	ATTRIBUTE_BLOCK_WORDS_MAX = ATTRIBUTE_BLOCK_ENTRIES / 2 + ATTRIBUTE_BLOCK_ENTRIES,
};

enum attribute_rows_as { ROWS_RUN, ROWS_BITMAP, ROWS_NEAR, ROWS_FAR, ROWS_AS_COUNT_ };

struct attribute_block {
	uint32_t first_row, last_row;
	uint64_t least; /* of the values */
	uint64_t at; /* of its words, in the table that all columns share */
	uint16_t count; /* of pairs, at least 1 */
	uint8_t rows_as, value_bytes; /* 0, 1, 2, 4 or 8 */
	uint32_t unused;
};

/* The words that a block of this form takes. */
size_t attribute_block_words(const struct attribute_block *block);
bool attribute_block_is_sound(const struct attribute_block *block);

/* Packs 1 to ATTRIBUTE_BLOCK_ENTRIES pairs; returns how many words it wrote.  `at` is left 0. */
size_t attribute_block_pack(const uint32_t *rows, const uint64_t *values, size_t count,
	struct attribute_block *block, uint64_t words[static ATTRIBUTE_BLOCK_WORDS_MAX]);

/* Back again: block->count pairs. */
void attribute_block_unpack(const struct attribute_block *block, const uint64_t *words,
	uint32_t rows[static ATTRIBUTE_BLOCK_ENTRIES],
	uint64_t values[static ATTRIBUTE_BLOCK_ENTRIES]);
