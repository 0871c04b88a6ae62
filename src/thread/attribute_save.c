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

static void save_column(struct column *column, struct saving *saving)
{
	if (column->dictionary != NULL)
		saving_add_strings(saving, column->dictionary);
	saving_add_table(saving, column->blocks);
	saving_add_table(saving, column->tail);
}

void attributes_save(struct attributes *a, struct saving *saving)
{
	saving_add_u32(saving, SAVE_VERSION);
	saving_add_u64(saving, a->seed);
	saving_add_u64(saving, hash64(a->seed, STR("ariane")));
	saving_add_u64(saving, a->values);
	saving_add_u64(saving, a->not_indexed);
	saving_add_strings(saving, a->keys);
	saving_add_table(saving, a->budgets);
	saving_add_table(saving, a->packed);
	for (size_t i = 0; i < a->slots; i++) {
		if (a->columns[i] == NULL)
			continue;
		saving_add_u32(saving, (uint32_t)i);
		save_column(a->columns[i], saving);
	}
	saving_add_u32(saving, NO_MORE_COLUMNS);
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
