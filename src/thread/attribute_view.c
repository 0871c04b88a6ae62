/* thread/attribute_view.c - the readers' side of attribute.h: columns published and read */
#include "thread/attribute.h"

#include "base/hash.h"
#include "thread/attribute_internal.h"

#include <stdlib.h>
#include <string.h>

#define SIGN ((uint64_t)1 << 63)

/* ---- publishing */

static struct attribute_column *column_ref(struct attribute_column *column)
{
	atomic_fetch_add_explicit(&column->references, 1, memory_order_relaxed);
	return column;
}

void attribute_column_unref(struct attribute_column *column)
{
	if (column == NULL ||
		atomic_fetch_sub_explicit(&column->references, 1, memory_order_acq_rel) > 1)
		return;
	strings_view_unref(column->dictionary);
	view_unref(column->blocks);
	view_unref(column->tail);
	view_unref(column->packed);
	free(column);
}

static struct attribute_column *publish_column(struct attributes *a, struct column *column)
{
	struct attribute_column *view = column->current;

	if (view != NULL)
		return column_ref(view);
	view = memory_alloc(sizeof(*view));
	atomic_init(&view->references, 1);
	view->dictionary = column->dictionary == NULL ? NULL : strings_publish(column->dictionary);
	view->blocks = table_publish(column->blocks);
	view->tail = table_publish(column->tail);
	view->packed = table_publish(a->packed);
	view->count = column->in_blocks + table_count(column->tail);
	column->current = view;
	return column_ref(view);
}

struct attributes_view *attributes_publish(struct attributes *a)
{
	struct attributes_view *view = a->current;

	if (view != NULL)
		return attributes_view_ref(view);
	view = memory_alloc(sizeof(*view));
	atomic_init(&view->references, 1);
	view->seed = a->seed;
	view->keys = strings_publish(a->keys);
	view->budgets = table_publish(a->budgets);
	view->slots = a->slots;
	view->columns = memory_alloc(a->slots * sizeof(struct attribute_column *));
	for (size_t i = 0; i < a->slots; i++)
		if (a->columns[i] != NULL)
			view->columns[i] = publish_column(a, a->columns[i]);
	view->values = a->values;
	view->not_indexed = a->not_indexed;
	a->current = view;
	return attributes_view_ref(view);
}

struct attributes_view *attributes_view_ref(struct attributes_view *view)
{
	atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
	return view;
}

void attributes_view_unref(struct attributes_view *view)
{
	if (view == NULL ||
		atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < view->slots; i++)
		attribute_column_unref(view->columns[i]);
	free(view->columns);
	strings_view_unref(view->keys);
	view_unref(view->budgets);
	free(view);
}

/* ---- what there is */

size_t attributes_key_count(const struct attributes_view *view)
{
	return strings_view_count(view->keys);
}

str attributes_key(const struct attributes_view *view, uint32_t key)
{
	return strings_view_get(view->keys, key);
}

uint32_t attributes_find_key(const struct attributes_view *view, str key)
{
	return strings_view_find(view->keys, key);
}

uint64_t attributes_value_count(const struct attributes_view *view)
{
	return view->values;
}

uint64_t attributes_not_indexed(const struct attributes_view *view)
{
	return view->not_indexed;
}

bool attributes_next_over_budget(
	const struct attributes_view *view, uint32_t *i, str *source, uint64_t *not_indexed)
{
	const struct attribute_column *sources =
		attributes_field(view, FIELD_SOURCE, ATTRIBUTE_STRING);

	for (; *i < view_count(view->budgets); (*i)++) {
		const struct budget *budget = view_at(view->budgets, *i);
		if (budget->not_indexed == 0)
			continue;
		*source = attribute_text(sources, (*i)++);
		*not_indexed = budget->not_indexed;
		return true;
	}
	return false;
}

const struct attribute_column *attributes_column(
	const struct attributes_view *view, uint32_t key, enum attribute_type type)
{
	ASSERT(key < attributes_key_count(view));
	return view->columns[slot_of_key(key, type)];
}

const struct attribute_column *attributes_field(
	const struct attributes_view *view, enum attribute_field field, enum attribute_type type)
{
	return view->columns[slot_of_special(field, type)];
}

const struct attribute_column *attributes_partial(const struct attributes_view *view)
{
	return view->columns[slot_of_special(KEY_PARTIAL, ATTRIBUTE_BOOLEAN)];
}

uint64_t attribute_count(const struct attribute_column *column)
{
	return column->count;
}

size_t attribute_distinct(const struct attribute_column *column)
{
	return strings_view_count(column->dictionary);
}

str attribute_text(const struct attribute_column *column, uint32_t code)
{
	return strings_view_get(column->dictionary, code);
}

uint32_t attribute_code(const struct attribute_column *column, str text)
{
	return strings_view_find(column->dictionary, text);
}

uint64_t attributes_hash(const struct attributes_view *view, str text)
{
	return hash64(view->seed, text);
}

int64_t attribute_integer(uint64_t value)
{
	return (int64_t)(value ^ SIGN);
}

double attribute_float(uint64_t value)
{
	uint64_t bits = (value & SIGN) ? value & ~SIGN : ~value;
	double number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

/* ---- pairs */

void attribute_cursor_init(struct attribute_cursor *c, const struct attribute_column *column)
{
	c->column = column; /* the arrays need no zeros */
	c->block = c->count = c->at = 0;
}

static void read_tail(struct attribute_cursor *c)
{
	const struct view *tail = c->column->tail;

	c->count = view_count(tail);
	for (size_t i = 0; i < c->count; i++) {
		const struct pair *pair = view_at(tail, i);
		c->rows[i] = pair->row;
		c->values[i] = pair->value;
	}
}

static void read_block(struct attribute_cursor *c, size_t i)
{
	const struct attribute_block *block = view_at(c->column->blocks, i);
	const uint64_t *words =
		attribute_block_words(block) == 0 ? NULL : view_at(c->column->packed, block->at);

	c->count = block->count;
	attribute_block_unpack(block, words, c->rows, c->values);
}

bool attribute_next_block(struct attribute_cursor *c)
{
	size_t blocks = c->column == NULL ? 0 : view_count(c->column->blocks);

	c->at = c->count = 0;
	if (c->column == NULL || c->block > blocks)
		return false;
	if (c->block < blocks)
		read_block(c, c->block);
	else
		read_tail(c);
	c->block++;
	return c->count > 0;
}

/* The first block that ends at `row` or behind it; the tail counts as the last. */
static size_t block_of(const struct attribute_column *column, uint32_t row)
{
	size_t low = 0, high = view_count(column->blocks);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct attribute_block *block = view_at(column->blocks, middle);
		if (block->last_row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool attribute_seek(struct attribute_cursor *c, uint32_t row)
{
	if (c->column == NULL)
		return false;
	size_t block = block_of(c->column, row), low = 0, high;

	if (c->count == 0 || c->block != block + 1) {
		c->block = block;
		if (!attribute_next_block(c))
			return false;
	}
	for (high = c->count; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (c->rows[middle] < row)
			low = middle + 1;
		else
			high = middle;
	}
	c->at = low;
	return low < c->count;
}
