/* thread/save.c - rows into a table store and back; see thread.h
 *
 * The entry:  u32 version, 4 (1 had no attributes, 2 not what records tell, 3 a sequence a row)
 *             u64 events, u64 entities, u64 hidden
 *             u64 first, u64 last (ticks, two's complement)
 *             the dictionaries of names and of whats (strings_save)
 *             the tables sequences, time, set, kind, flags, origins
 *             the base (thread_index_save)
 *             what records tell (told_save)
 *             u32 1, the attribute columns (attributes_save); or u32 0: they were skipped
 *
 * Runs are not saved: they are built again from the rows behind the base.
 */
#include "thread/threads_internal.h"

#include "base/varint.h"

#include <stdlib.h>

enum { SAVE_VERSION = 4, TABLES = 6 };

struct named {
	struct table **table;
	size_t item_bytes;
};

static void tables_of(struct threads *t, struct named out[static TABLES])
{
	const struct named tables[TABLES] = {
		{ &t->sequences, sizeof(struct sequence_run) },
		{ &t->time, sizeof(int64_t) },
		{ &t->set, sizeof(uint32_t) },
		{ &t->kind, sizeof(uint32_t) },
		{ &t->flags, sizeof(uint8_t) },
		{ &t->origins, sizeof(struct origin) },
	};

	for (size_t i = 0; i < TABLES; i++)
		out[i] = tables[i];
}

void threads_save(struct threads *t, struct saving *saving)
{
	struct named tables[TABLES];

	threads_settle(t);
	saving_add_u32(saving, SAVE_VERSION);
	saving_add_u64(saving, t->events);
	saving_add_u64(saving, t->entities);
	saving_add_u64(saving, t->hidden);
	saving_add_u64(saving, (uint64_t)t->first);
	saving_add_u64(saving, (uint64_t)t->last);
	saving_add_strings(saving, t->names);
	saving_add_strings(saving, t->whats);
	tables_of(t, tables);
	for (size_t i = 0; i < TABLES; i++)
		saving_add_table(saving, *tables[i].table);
	thread_index_save(t->base, saving);
	told_save(t->told, saving);
	saving_add_u32(saving, t->attributes != NULL);
	if (t->attributes != NULL)
		attributes_save(t->attributes, saving);
}

static bool agrees(const struct threads *t)
{
	size_t rows = threads_row_count(t);

	return sequences_agree(t->sequences, rows) && table_count(t->set) == rows &&
	       table_count(t->kind) == rows && table_count(t->flags) == rows &&
	       table_count(t->origins) <= rows && t->events + t->entities + t->hidden == rows &&
	       (t->base == NULL || thread_index_rows_end(t->base) <= rows);
}

static void note_latest(struct threads *t)
{
	for (size_t i = 0; i < table_count(t->origins); i++) {
		const struct origin *o = table_at(t->origins, i);
		map64_put(t->latest, o->seq, o->row);
	}
}

static err load_attributes(struct file *file, str *index, struct threads *t, struct why *why)
{
	struct reader in = reader_of(*index);
	uint32_t there = reader_u32(&in);

	if (in.failed || there > 1)
		return fail(why, MSG_STATE_DAMAGED);
	*index = str_from(*index, reader_offset(&in));
	return there == 0 ? OK : attributes_load(file, index, &t->attributes, why);
}

err threads_load(struct file *file, str *index, struct threads **out, struct why *why)
{
	struct threads *t = memory_alloc(sizeof(*t));
	struct reader in = reader_of(*index);
	struct named tables[TABLES];
	uint32_t version = reader_u32(&in);
	err e = OK;

	t->latest = map64_create();
	t->lineage = threads_new_lineage();
	t->events = reader_u64(&in);
	t->entities = reader_u64(&in);
	t->hidden = reader_u64(&in);
	t->first = (int64_t)reader_u64(&in);
	t->last = (int64_t)reader_u64(&in);
	if (in.failed)
		e = fail(why, MSG_STATE_DAMAGED);
	else if (version != SAVE_VERSION)
		e = fail(why, MSG_STATE_VERSION);
	else
		*index = str_from(*index, reader_offset(&in));
	if (e == OK)
		e = strings_load(file, index, &t->names, why);
	if (e == OK)
		e = strings_load(file, index, &t->whats, why);
	tables_of(t, tables);
	for (size_t i = 0; e == OK && i < TABLES; i++)
		e = table_load(file, tables[i].item_bytes, index, tables[i].table, why);
	if (e == OK)
		e = thread_index_load(file, index, &t->base, why);
	if (e == OK)
		thread_index_adopt(t->base, t->lineage);
	if (e == OK)
		e = told_load(file, index, &t->told, why);
	if (e == OK)
		e = load_attributes(file, index, t, why);
	if (e == OK && !agrees(t))
		e = fail(why, MSG_STATE_DAMAGED);
	if (e != OK) {
		threads_free(t);
		return e;
	}
	threads_choose_pages(t);
	note_latest(t);
	*out = t;
	return OK;
}
