/* thread/attribute_save.c - columns into a table store and back; see attribute.h
 *
 * The entry:  u32 version, 1
 *             u64 seed of the hashes, u64 hash64(seed, "ariane"): the function may change
 *             u64 values, u64 values not indexed
 *             the dictionary of keys (strings_save)
 *             the tables of budgets and of packed words
 *             each column: u32 slot (attribute_internal.h), ascending; where it is of strings the
 *               dictionary; the tables of blocks and of the tail
 *             u32 4294967295
 */
#include "thread/attribute_internal.h"

#include "base/hash.h"
#include "base/varint.h"

enum { SAVE_VERSION = 1 };
#define NO_MORE_COLUMNS UINT32_MAX

static err save_strings(struct strings *strings, struct file *file, uint64_t *end,
	struct strbuf *index, struct why *why)
{
	struct strings_view *view = strings_publish(strings);
	err e = strings_save(strings, view, file, end, index, why);

	strings_view_unref(view);
	return e;
}

static err save_table(struct table *table, struct file *file, uint64_t *end, struct strbuf *index,
	struct why *why)
{
	struct view *view = table_publish(table);
	err e = table_save(table, view, file, end, index, why);

	view_unref(view);
	return e;
}

static err save_column(struct column *column, struct file *file, uint64_t *end,
	struct strbuf *index, struct why *why)
{
	err e = OK;

	if (column->dictionary != NULL)
		e = save_strings(column->dictionary, file, end, index, why);
	if (e == OK)
		e = save_table(column->blocks, file, end, index, why);
	return e != OK ? e : save_table(column->tail, file, end, index, why);
}

err attributes_save(struct attributes *a, struct file *file, uint64_t *end, struct strbuf *index,
	struct why *why)
{
	strbuf_add_u32(index, SAVE_VERSION);
	strbuf_add_u64(index, a->seed);
	strbuf_add_u64(index, hash64(a->seed, STR("ariane")));
	strbuf_add_u64(index, a->values);
	strbuf_add_u64(index, a->not_indexed);
	err e = save_strings(a->keys, file, end, index, why);
	if (e == OK)
		e = save_table(a->budgets, file, end, index, why);
	if (e == OK)
		e = save_table(a->packed, file, end, index, why);
	for (size_t i = 0; e == OK && i < a->slots; i++) {
		if (a->columns[i] == NULL)
			continue;
		strbuf_add_u32(index, (uint32_t)i);
		e = save_column(a->columns[i], file, end, index, why);
	}
	strbuf_add_u32(index, NO_MORE_COLUMNS);
	return e;
}

/* ---- loading */

/* Blocks follow each other, and their words lie in the table, each block's in one chunk. */
static bool blocks_are_sound(const struct attributes *a, struct column *column)
{
	size_t words = table_count(a->packed), chunk = table_chunk_items(a->packed);
	uint32_t last = 0;

	for (size_t i = 0; i < table_count(column->blocks); i++) {
		const struct attribute_block *block = table_at(column->blocks, i);
		if (!attribute_block_is_sound(block) || (i > 0 && block->first_row < last))
			return false;
		size_t taken = attribute_block_words(block);
		if (taken > 0 && (block->at >= words || taken > words - block->at ||
					 block->at % chunk + taken > chunk))
			return false;
		last = block->last_row;
		column->in_blocks += block->count;
	}
	return table_count(column->tail) < ATTRIBUTE_BLOCK_ENTRIES;
}

static err load_column(
	struct attributes *a, size_t slot, struct file *file, str *index, struct why *why)
{
	struct column *column = memory_alloc(sizeof(*column));
	err e = OK;

	a->columns[slot] = column;
	if (slot_is_string(slot))
		e = strings_load(file, index, &column->dictionary, why);
	if (e == OK)
		e = table_load(file, sizeof(struct attribute_block), index, &column->blocks, why);
	if (e == OK)
		e = table_load(file, sizeof(struct pair), index, &column->tail, why);
	if (e == OK && !blocks_are_sound(a, column))
		e = fail(why, MSG_STATE_DAMAGED);
	return e;
}

static uint32_t take_u32(str *index, bool *there)
{
	struct reader in = reader_of(*index);
	uint32_t n = reader_u32(&in);

	*there = !in.failed;
	*index = str_from(*index, reader_offset(&in));
	return n;
}

static err load_columns(struct attributes *a, struct file *file, str *index, struct why *why)
{
	size_t next = 0;
	bool there;
	err e = OK;

	attributes_set_slots(a, slot_of_key(strings_count(a->keys), 0));
	while (e == OK) {
		uint32_t slot = take_u32(index, &there);
		if (there && slot == NO_MORE_COLUMNS)
			break;
		if (!there || slot < next || slot >= a->slots)
			return fail(why, MSG_STATE_DAMAGED);
		next = slot + 1;
		e = load_column(a, slot, file, index, why);
	}
	return e;
}

static err load_head(struct attributes *a, str *index, struct why *why)
{
	struct reader in = reader_of(*index);
	uint32_t version = reader_u32(&in);

	a->seed = reader_u64(&in);
	uint64_t hash = reader_u64(&in);
	a->values = reader_u64(&in);
	a->not_indexed = reader_u64(&in);
	if (in.failed)
		return fail(why, MSG_STATE_DAMAGED);
	if (version != SAVE_VERSION || hash != hash64(a->seed, STR("ariane")))
		return fail(why, MSG_STATE_VERSION);
	*index = str_from(*index, reader_offset(&in));
	return OK;
}

err attributes_load(struct file *file, str *index, struct attributes **out, struct why *why)
{
	struct attributes *a = memory_alloc(sizeof(*a));
	err e = load_head(a, index, why);

	if (e == OK)
		e = strings_load(file, index, &a->keys, why);
	if (e == OK)
		e = table_load(file, sizeof(struct budget), index, &a->budgets, why);
	if (e == OK)
		e = table_load(file, sizeof(uint64_t), index, &a->packed, why);
	if (e == OK)
		e = load_columns(a, file, index, why);
	if (e != OK) {
		attributes_free(a);
		return e;
	}
	*out = a;
	return OK;
}

/* ---- the store */

uint64_t attributes_saved_bytes(const struct attributes *a)
{
	uint64_t bytes = strings_saved_bytes(a->keys) + table_saved_bytes(a->budgets) +
			 table_saved_bytes(a->packed);

	for (size_t i = 0; i < a->slots; i++) {
		const struct column *column = a->columns[i];
		if (column == NULL)
			continue;
		bytes += table_saved_bytes(column->blocks) + table_saved_bytes(column->tail);
		if (column->dictionary != NULL)
			bytes += strings_saved_bytes(column->dictionary);
	}
	return bytes;
}

void attributes_forget_saved(struct attributes *a)
{
	strings_forget_saved(a->keys);
	table_forget_saved(a->budgets);
	table_forget_saved(a->packed);
	for (size_t i = 0; i < a->slots; i++) {
		struct column *column = a->columns[i];
		if (column == NULL)
			continue;
		if (column->dictionary != NULL)
			strings_forget_saved(column->dictionary);
		table_forget_saved(column->blocks);
		table_forget_saved(column->tail);
	}
}
