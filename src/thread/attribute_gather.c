/* thread/attribute_gather.c - see attribute_gather.h */
#include "thread/attribute_gather.h"

#include "thread/attribute_internal.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/* ---- marks */

static size_t words_of(size_t rows)
{
	return rows / 64 + 1;
}

size_t row_marks_bytes(size_t rows)
{
	return (words_of(rows) + 1) * (sizeof(uint64_t) + sizeof(uint32_t));
}

struct row_marks row_marks_create(size_t rows)
{
	size_t words = words_of(rows);

	return (struct row_marks){ memory_alloc((words + 1) * sizeof(uint64_t)),
		memory_alloc((words + 1) * sizeof(uint32_t)), words };
}

void row_marks_done(struct row_marks *marks)
{
	free(marks->bits);
	free(marks->before);
}

size_t row_marks_number(struct row_marks *marks)
{
	uint32_t count = 0;

	for (size_t w = 0; w <= marks->words; w++) {
		marks->before[w] = count;
		count += row_marks_count_bits(marks->bits[w]);
	}
	return count;
}

static uint64_t below(unsigned bit)
{
	return ((uint64_t)1 << bit) - 1;
}

/* The marks of 64 rows from `row` on. */
static uint64_t marks_at(const struct row_marks *marks, size_t row)
{
	size_t w = row / 64, shift = row % 64;

	if (w >= marks->words)
		return 0;
	return shift == 0 ? marks->bits[w]
			  : marks->bits[w] >> shift | marks->bits[w + 1] << (64 - shift);
}

/* ---- one block */

struct gathering {
	const struct row_marks *marks;
	unsigned most;
	uint8_t *out;
};

/* Values as they lie: bytes above the block's least. */
struct packed {
	const struct attribute_block *block;
	const uint64_t *rows; /* NULL: every row */
	const uint8_t *values; /* NULL: all are the least */
	size_t words; /* of 64 rows */
	unsigned least, reach; /* least and reach above it, within what is wanted */
};

static uint64_t rows_at(const struct packed *p, size_t word)
{
	size_t left = p->block->count - word * 64;

	if (p->rows != NULL)
		return p->rows[word];
	return left >= 64 ? UINT64_MAX : below((unsigned)left);
}

/* Of the 64 rows that a word stands for those that lie within the block. */
static uint64_t within_block(const struct packed *p, size_t word)
{
	size_t left = (size_t)(p->block->last_row - p->block->first_row) + 1 - word * 64;

	return left >= 64 ? UINT64_MAX : below((unsigned)left);
}

static uint8_t code_of(const struct packed *p, size_t i)
{
	unsigned above = p->values == NULL ? 0 : p->values[i];

	return (uint8_t)(p->least + MIN_OF(above, p->reach) + 1);
}

/* out[i] = base + the lesser of values[i] and reach. */
static void add_bytes(
	const uint8_t *values, size_t count, unsigned base, unsigned reach, uint8_t *out)
{
	size_t i = 0;

#if defined(__x86_64__)
	const __m128i add = _mm_set1_epi8((char)base), most = _mm_set1_epi8((char)reach);
	for (; i + sizeof(add) <= count; i += sizeof(add)) {
		__m128i some = _mm_loadu_si128((const __m128i *)(const void *)(values + i));
		_mm_storeu_si128(
			(__m128i *)(void *)(out + i), _mm_add_epi8(_mm_min_epu8(some, most), add));
	}
#endif
	for (; i < count; i++)
		out[i] = (uint8_t)(base + MIN_OF((unsigned)values[i], reach));
}

static size_t copy_all(const struct packed *p, uint8_t *out)
{
	size_t count = p->block->count;
	bool had_one = out[0] != 0; /* a list may end the block before: the last value counts */

	if (p->values == NULL)
		memset(out, (int)p->least + 1, count);
	else
		add_bytes(p->values, count, p->least + 1, p->reach, out);
	return count - had_one;
}

static size_t copy_some(const struct gathering *g, const struct packed *p)
{
	size_t value = 0, found = 0; /* value: of the word's first row */

	for (size_t w = 0; w < p->words; w++) {
		size_t row = p->block->first_row + w * 64;
		uint64_t rows = rows_at(p, w), marked = marks_at(g->marks, row);
		uint64_t hits = rows & marked;
		if (hits != 0) {
			uint8_t *out = g->out + row_marks_find(g->marks, (uint32_t)row);
			for (; hits != 0; hits &= hits - 1) {
				uint64_t before = below((unsigned)__builtin_ctzll(hits));
				uint8_t *to = &out[row_marks_count_bits(marked & before)];
				found += *to == 0;
				*to = code_of(p, value + row_marks_count_bits(rows & before));
			}
		}
		value += row_marks_count_bits(rows);
	}
	return found;
}

enum marked { NONE, SOME, ALL };

/* ALL: the rows of the block are the marked ones of its span. */
static enum marked how_marked(const struct gathering *g, const struct packed *p)
{
	uint64_t any = 0, other = 0;

	for (size_t w = 0; w < p->words; w++) {
		uint64_t rows = rows_at(p, w);
		uint64_t marked =
			marks_at(g->marks, p->block->first_row + w * 64) & within_block(p, w);
		any |= rows & marked;
		other |= rows ^ marked;
	}
	return any == 0 ? NONE : other == 0 ? ALL : SOME;
}

static size_t gather_packed(const struct gathering *g, const struct packed *p)
{
	switch (how_marked(g, p)) {
	case ALL:
		return copy_all(p, g->out + row_marks_find(g->marks, p->block->first_row));
	case SOME:
		return copy_some(g, p);
	case NONE:
		break;
	}
	return 0;
}

/* False: it has to be unpacked. */
static bool lay_open(const struct gathering *g, const struct attribute_block *block,
	const uint64_t *words, struct packed *out)
{
	size_t span = (size_t)(block->last_row - block->first_row) + 1;
	bool every = block->rows_as == ROWS_RUN;

	if ((!every && block->rows_as != ROWS_BITMAP) || block->value_bytes > 1 ||
		block->least > g->most)
		return false;
	*out = (struct packed){ .block = block,
		.rows = every ? NULL : words,
		.words = (span + 63) / 64,
		.least = (unsigned)block->least,
		.reach = g->most - (unsigned)block->least };
	if (block->value_bytes == 1)
		out->values = (const uint8_t *)(words + (every ? 0 : out->words));
	return true;
}

/* ---- the whole */

static size_t put_value(const struct gathering *g, uint32_t row, uint64_t value)
{
	if (row / 64 >= g->marks->words || (g->marks->bits[row / 64] >> (row % 64) & 1) == 0)
		return 0;
	uint8_t *to = &g->out[row_marks_find(g->marks, row)];
	bool is_first = *to == 0;
	*to = (uint8_t)(MIN_OF(value, (uint64_t)g->most) + 1);
	return is_first;
}

static size_t gather_unpacked(const struct gathering *g, const struct attribute_block *block,
	const uint64_t *words, struct attribute_cursor *room)
{
	size_t found = 0;

	attribute_block_unpack(block, words, room->rows, room->values);
	for (size_t i = 0; i < block->count; i++)
		found += put_value(g, room->rows[i], room->values[i]);
	return found;
}

static size_t gather_block(const struct gathering *g, const struct attribute_column *column,
	size_t i, struct attribute_cursor *room)
{
	const struct attribute_block *block = view_at(column->blocks, i);
	const uint64_t *words =
		attribute_block_words(block) == 0 ? NULL : view_at(column->packed, block->at);
	struct packed packed;

	if (lay_open(g, block, words, &packed))
		return gather_packed(g, &packed);
	return gather_unpacked(g, block, words, room);
}

size_t attribute_gather(const struct attribute_column *column, const struct row_marks *marks,
	unsigned most, uint8_t *out)
{
	const struct gathering g = { marks, most, out };
	struct attribute_cursor *room = memory_resize(NULL, sizeof(*room));
	size_t found = 0;

	ASSERT(most <= GATHERED_MAX - 1);
	for (size_t i = 0; i < view_count(column->blocks); i++)
		found += gather_block(&g, column, i, room);
	for (size_t i = 0; i < view_count(column->tail); i++) {
		const struct pair *pair = view_at(column->tail, i);
		found += put_value(&g, pair->row, pair->value);
	}
	free(room);
	return found;
}
