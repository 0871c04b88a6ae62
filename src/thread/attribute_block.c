/* thread/attribute_block.c - see attribute_block.h */
#include "thread/attribute_block.h"

#include <string.h>

/* Sixteen rows of span for each pair: there a bit for each row costs what NEAR costs. */
enum { BITMAP_SPAN = 16 };

static size_t words_of_bytes(size_t bytes)
{
	return (bytes + 7) / 8;
}

static size_t span_of(const struct attribute_block *block)
{
	return (size_t)(block->last_row - block->first_row) + 1;
}

static size_t row_words(const struct attribute_block *block)
{
	switch ((enum attribute_rows_as)block->rows_as) {
	case ROWS_BITMAP:
		return (span_of(block) + 63) / 64;
	case ROWS_NEAR:
		return words_of_bytes(block->count * sizeof(uint16_t));
	case ROWS_FAR:
		return words_of_bytes(block->count * sizeof(uint32_t));
	case ROWS_RUN:
	case ROWS_AS_COUNT_:
		break;
	}
	return 0;
}

size_t attribute_block_words(const struct attribute_block *block)
{
	return row_words(block) + words_of_bytes((size_t)block->count * block->value_bytes);
}

bool attribute_block_is_sound(const struct attribute_block *block)
{
	uint8_t bytes = block->value_bytes;

	return block->count > 0 && block->count <= ATTRIBUTE_BLOCK_ENTRIES &&
	       block->first_row <= block->last_row && block->rows_as < ROWS_AS_COUNT_ &&
	       (block->rows_as != ROWS_RUN || span_of(block) == block->count) &&
	       (block->rows_as != ROWS_BITMAP ||
		       span_of(block) <= (size_t)BITMAP_SPAN * block->count) &&
	       (bytes == 0 || bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8);
}

/* ---- packing */

static bool repeats(const uint32_t *rows, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (rows[i] == rows[i - 1])
			return true;
	return false;
}

static enum attribute_rows_as rows_form(const uint32_t *rows, size_t count, size_t span)
{
	if (!repeats(rows, count)) {
		if (span == count)
			return ROWS_RUN;
		if (span <= BITMAP_SPAN * count)
			return ROWS_BITMAP;
	}
	return span <= (size_t)UINT16_MAX + 1 ? ROWS_NEAR : ROWS_FAR;
}

static void pack_rows(const struct attribute_block *block, const uint32_t *rows, uint64_t *words)
{
	char *bytes = (char *)words;

	memset(words, 0, row_words(block) * sizeof(*words));
	if (block->rows_as == ROWS_RUN)
		return;
	for (size_t i = 0; i < block->count; i++) {
		uint32_t far = rows[i] - block->first_row;
		uint16_t near = (uint16_t)far;
		if (block->rows_as == ROWS_BITMAP)
			words[far / 64] |= (uint64_t)1 << (far % 64);
		else if (block->rows_as == ROWS_NEAR)
			memcpy(bytes + i * sizeof(near), &near, sizeof(near));
		else
			memcpy(bytes + i * sizeof(far), &far, sizeof(far));
	}
}

static uint8_t bytes_for(uint64_t most)
{
	if (most == 0)
		return 0;
	if (most <= UINT8_MAX)
		return 1;
	if (most <= UINT16_MAX)
		return 2;
	return most <= UINT32_MAX ? 4 : 8;
}

/* Little-endian, as the machine is: the low bytes come first. */
static void pack_values(
	const struct attribute_block *block, const uint64_t *values, uint64_t *words)
{
	size_t each = block->value_bytes;
	char *bytes = (char *)words;

	memset(words, 0, words_of_bytes(block->count * each) * sizeof(*words));
	for (size_t i = 0; each > 0 && i < block->count; i++) {
		uint64_t above = values[i] - block->least;
		memcpy(bytes + i * each, &above, each);
	}
}

size_t attribute_block_pack(const uint32_t *rows, const uint64_t *values, size_t count,
	struct attribute_block *block, uint64_t words[static ATTRIBUTE_BLOCK_WORDS_MAX])
{
	uint64_t least = values[0], most = values[0];

	ASSERT(count > 0 && count <= ATTRIBUTE_BLOCK_ENTRIES);
	for (size_t i = 1; i < count; i++) {
		least = MIN_OF(least, values[i]);
		most = MAX_OF(most, values[i]);
	}
	*block = (struct attribute_block){ .first_row = rows[0],
		.last_row = rows[count - 1],
		.least = least,
		.count = (uint16_t)count,
		.value_bytes = bytes_for(most - least) };
	block->rows_as = (uint8_t)rows_form(rows, count, span_of(block));
	pack_rows(block, rows, words);
	pack_values(block, values, words + row_words(block));
	return attribute_block_words(block);
}

/* ---- unpacking */

static void unpack_bitmap(
	const struct attribute_block *block, const uint64_t *words, uint32_t *rows)
{
	size_t n = 0, count = row_words(block);

	for (size_t w = 0; w < count; w++)
		for (uint64_t bits = words[w]; bits != 0 && n < block->count; bits &= bits - 1)
			rows[n++] = block->first_row + (uint32_t)(w * 64) +
				    (uint32_t)__builtin_ctzll(bits);
	while (n < block->count)
		rows[n++] = block->last_row;
}

static void unpack_rows(const struct attribute_block *block, const uint64_t *words, uint32_t *rows)
{
	const uint16_t *near = (const uint16_t *)(const void *)words;
	const uint32_t *far = (const uint32_t *)(const void *)words;

	switch ((enum attribute_rows_as)block->rows_as) {
	case ROWS_RUN:
		for (uint32_t i = 0, first = block->first_row; i < block->count; i++)
			rows[i] = first + i;
		break;
	case ROWS_BITMAP:
		unpack_bitmap(block, words, rows);
		break;
	case ROWS_NEAR:
		for (size_t i = 0; i < block->count; i++)
			rows[i] = block->first_row + near[i];
		break;
	case ROWS_FAR:
	case ROWS_AS_COUNT_:
		for (size_t i = 0; i < block->count; i++)
			rows[i] = block->first_row + far[i];
		break;
	}
}

static void unpack_values(const struct attribute_block *block, const void *words, uint64_t *values)
{
	const uint8_t *b1 = words;
	const uint16_t *b2 = words;
	const uint32_t *b4 = words;
	const uint64_t *b8 = words;
	uint64_t least = block->least;
	size_t count = block->count;

	switch (block->value_bytes) { /* out of the loops: all values of all questions come here */
	case 0:
		for (size_t i = 0; i < count; i++)
			values[i] = least;
		break;
	case 1:
		for (size_t i = 0; i < count; i++)
			values[i] = least + b1[i];
		break;
	case 2:
		for (size_t i = 0; i < count; i++)
			values[i] = least + b2[i];
		break;
	case 4:
		for (size_t i = 0; i < count; i++)
			values[i] = least + b4[i];
		break;
	default:
		for (size_t i = 0; i < count; i++)
			values[i] = least + b8[i];
		break;
	}
}

void attribute_block_unpack(const struct attribute_block *block, const uint64_t *words,
	uint32_t rows[static ATTRIBUTE_BLOCK_ENTRIES],
	uint64_t values[static ATTRIBUTE_BLOCK_ENTRIES])
{
	unpack_rows(block, words, rows);
	unpack_values(block, words + row_words(block), values);
}
