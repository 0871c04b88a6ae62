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
#include "base/stored.h"
#include "base/varint.h"

enum { SAVE_VERSION = 1, PARTS = 3, COLUMN_PARTS = 3 };
#define NO_MORE_COLUMNS UINT32_MAX

static void parts_of(struct attributes *a, struct stored out[static PARTS])
{
	out[0] = STORED_STRINGS(&a->keys);
	out[1] = STORED_TABLE(&a->budgets, struct budget);
	out[2] = STORED_TABLE(&a->packed, uint64_t);
}

/* Returns how many: only a column of strings has a dictionary. */
static size_t column_parts(
	struct column *column, bool is_string, struct stored out[static COLUMN_PARTS])
{
	size_t n = 0;

	if (is_string)
		out[n++] = STORED_STRINGS(&column->dictionary);
	out[n++] = STORED_TABLE(&column->blocks, struct attribute_block);
	out[n++] = STORED_TABLE(&column->tail, struct pair);
	return n;
}

err attributes_save(struct attributes *a, struct file *file, uint64_t *end, struct strbuf *index,
	struct why *why)
{
	struct stored parts[PARTS], of_column[COLUMN_PARTS];

	parts_of(a, parts);
	strbuf_add_u32(index, SAVE_VERSION);
	strbuf_add_u64(index, a->seed);
	strbuf_add_u64(index, hash64(a->seed, STR("ariane")));
	strbuf_add_u64(index, a->values);
	strbuf_add_u64(index, a->not_indexed);
	err e = stored_save(parts, PARTS, file, end, index, why);
	for (size_t i = 0; e == OK && i < a->slots; i++) {
		if (a->columns[i] == NULL)
			continue;
		strbuf_add_u32(index, (uint32_t)i);
		size_t n = column_parts(a->columns[i], slot_is_string(i), of_column);
		e = stored_save(of_column, n, file, end, index, why);
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
	struct stored parts[COLUMN_PARTS];

	a->columns[slot] = column;
	size_t n = column_parts(column, slot_is_string(slot), parts);
	err e = stored_load(parts, n, file, index, why);
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
	struct stored parts[PARTS];
	err e = load_head(a, index, why);

	parts_of(a, parts);
	if (e == OK)
		e = stored_load(parts, PARTS, file, index, why);
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
	struct attributes same = *a; /* its pointers: the list could change them */
	struct stored parts[PARTS], of_column[COLUMN_PARTS];

	parts_of(&same, parts);
	uint64_t bytes = stored_bytes(parts, PARTS);
	for (size_t i = 0; i < a->slots; i++)
		if (a->columns[i] != NULL)
			bytes += stored_bytes(of_column,
				column_parts(a->columns[i], slot_is_string(i), of_column));
	return bytes;
}

void attributes_forget_saved(struct attributes *a)
{
	struct stored parts[PARTS], of_column[COLUMN_PARTS];

	parts_of(a, parts);
	stored_forget(parts, PARTS);
	for (size_t i = 0; i < a->slots; i++)
		if (a->columns[i] != NULL)
			stored_forget(of_column,
				column_parts(a->columns[i], slot_is_string(i), of_column));
}
