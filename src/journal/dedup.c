/* journal/dedup.c - adding, saving, merging: see dedup.h */
#include "journal/dedup.h"

#include "journal/dedup_internal.h"
#include "journal/dedup_manifest.h"

#include <stdlib.h>
#include <string.h>

enum {
	ADDED_AHEAD = 12, /* entries whose places are asked for before they are needed */
	YOUNG_TABLES = 6, /* whose entries the filter of what is young has room for */
};

/* ---- the folder: manifest and what it names; all under disk_lock ---- */

/* Removes what no manifest names; a file that stays costs room, no more: opening removes it. */
static void remove_run(struct dedup *dedup, uint64_t number)
{
	char path[PATH_BYTES_MAX];

	if (run_path(path, dedup->folder, number, NULL) == OK)
		(void)disk_remove(dedup->disk, path, NULL);
}

static err write_manifest(struct dedup *dedup, struct why *why)
{
	struct manifest *m = memory_alloc(sizeof(*m));

	m->covered_seq = dedup->covered_seq;
	m->next_number = dedup->next_number;
	m->run_count = dedup->run_count; /* nobody else changes them: disk_lock is held */
	for (size_t i = 0; i < m->run_count; i++) {
		const struct run_header *header = &dedup->runs[i]->header;
		m->runs[i] = (struct manifest_run){ header->number, header->crc };
	}
	err e = manifest_write(dedup->disk, dedup->folder, m, why);
	free(m);
	dedup->manifest_is_old = e != OK;
	if (e != OK)
		return e;
	for (size_t i = 0; i < dedup->retired_count; i++)
		remove_run(dedup, dedup->retired[i]);
	dedup->retired_count = 0;
	return OK;
}

static err write_table(
	struct dedup *dedup, const struct dedup_table *table, bool is_young, struct why *why)
{
	struct dedup_writer *writer;
	struct dedup_run *run;
	const uint8_t *entry;
	uint64_t number = dedup->next_number;

	if (dedup->run_count == DEDUP_RUNS_MAX)
		return fail(why, MSG_DEDUP_RUNS, arg_c(dedup->folder), arg_int(DEDUP_RUNS_MAX));
	dedup->next_number++;
	err e = dedup_writer_open(dedup->disk, dedup->folder, number, table->count, &writer, why);
	if (e != OK)
		return e;
	for (size_t at = 0; e == OK && (entry = dedup_table_next(table, &at)) != NULL;)
		e = dedup_writer_add(writer, entry, why);
	if (e != OK) {
		dedup_writer_abandon(writer);
		return e;
	}
	e = dedup_writer_finish(writer, why);
	if (e == OK)
		e = dedup_run_open(
			dedup->disk, dedup->folder, number, dedup->read_blocks, &run, why);
	if (e != OK)
		return e;
	run->is_young = is_young;
	pthread_mutex_lock(&dedup->runs_lock);
	dedup->runs[dedup->run_count++] = run;
	pthread_mutex_unlock(&dedup->runs_lock);
	return OK;
}

static bool is_frozen(struct dedup *dedup)
{
	pthread_mutex_lock(&dedup->runs_lock);
	bool frozen = dedup->has_frozen;
	pthread_mutex_unlock(&dedup->runs_lock);
	return frozen;
}

/* Fresh memory is handed out and zeroed a page at a time, while the writer adds: tens of
 * milliseconds a table.  So a full one is emptied here, by whoever wrote it, and kept. */
static void put_aside(struct dedup *dedup, struct dedup_table *written)
{
	if (written->count < dedup->table_entries_max / 2) { /* not of one that grows in steps */
		dedup_table_done(written);
		return;
	}
	dedup_table_clear(written);
	pthread_mutex_lock(&dedup->runs_lock);
	struct dedup_table before = dedup->spare;
	dedup->spare = *written;
	pthread_mutex_unlock(&dedup->runs_lock);
	dedup_table_done(&before);
}

/* The frozen table, if there is one, becomes a run; the manifest does not say so yet. */
static err write_frozen(struct dedup *dedup, struct why *why)
{
	if (!is_frozen(dedup))
		return OK;
	err e = write_table(dedup, &dedup->frozen, dedup->frozen_is_young, why);
	if (e != OK)
		return e;
	pthread_mutex_lock(&dedup->runs_lock);
	dedup->has_frozen = false;
	struct dedup_table written = dedup->frozen;
	pthread_mutex_unlock(&dedup->runs_lock);
	put_aside(dedup, &written);
	return OK;
}

static err flush_frozen(struct dedup *dedup, struct why *why)
{
	pthread_mutex_lock(&dedup->disk_lock);
	err e = write_frozen(dedup, why);
	if (e == OK)
		e = write_manifest(dedup, why);
	pthread_mutex_unlock(&dedup->disk_lock);
	return e;
}

/* ---- what is young: under runs_lock, where it is about runs ---- */

static void add_young(struct dedup_young *young, struct dedup_key key)
{
	if (young->lines == NULL)
		return;
	filter_line_add(&young->lines[part_of(key.high, young->line_count)], key.low);
	young->count++;
}

/* What is in runs now is sought there. */
static void age_runs(struct dedup *dedup)
{
	for (size_t i = 0; i < dedup->run_count; i++)
		dedup->runs[i]->is_young = false;
}

/* The active table is about to be frozen, and nothing else is. */
static void note_frozen(struct dedup *dedup)
{
	struct dedup_young *young = &dedup->young;

	dedup->frozen_is_young = young->lines != NULL;
	if (young->lines == NULL || young->count + dedup->table_entries_max <= young->count_max)
		return;
	memset(young->lines, 0, young->line_count * sizeof(*young->lines));
	young->count = 0;
	dedup->frozen_is_young = false;
	age_runs(dedup);
}

static void begin_young(struct dedup *dedup)
{
	struct dedup_young *young = &dedup->young;
	const uint8_t *entry;

	if (young->lines != NULL)
		return;
	young->count_max = dedup->table_entries_max * YOUNG_TABLES;
	young->line_count = (size_t)filter_lines(young->count_max, YOUNG_LINE_ENTRIES);
	young->lines = memory_alloc_lines(young->line_count * sizeof(*young->lines));
	for (size_t at = 0; (entry = dedup_table_next(&dedup->active, &at)) != NULL;)
		add_young(young, entry_key(entry));
}

/* ---- adding and saving ---- */

/* The active table becomes the frozen one; if there is one already, that is written first. */
static err freeze(struct dedup *dedup, struct why *why)
{
	err e = is_frozen(dedup) ? flush_frozen(dedup, why) : OK;

	if (e != OK)
		return e;
	pthread_mutex_lock(&dedup->runs_lock);
	note_frozen(dedup);
	dedup->frozen = dedup->active;
	dedup->has_frozen = true;
	dedup->active = dedup->spare;
	dedup->spare = (struct dedup_table){ 0 };
	pthread_mutex_unlock(&dedup->runs_lock);
	if (dedup->active.slots != NULL)
		return OK;
	/* After a full one another: it need not grow step by step. */
	size_t was = dedup->frozen.count;
	dedup_table_init(&dedup->active, dedup->table_entries_max,
		was >= dedup->table_entries_max / 2 ? dedup->table_entries_max : 0);
	return OK;
}

void dedup_widen(struct dedup *dedup, size_t memory_entries_max)
{
	dedup->table_entries_max = MAX_OF(dedup->table_entries_max, memory_entries_max / 2);
	if (dedup->active.count == 0) { /* it may be one that was used before */
		dedup_table_done(&dedup->active);
		dedup_table_init(&dedup->active, dedup->table_entries_max, 0);
	}
	begin_young(dedup);
}

bool dedup_reserve_freezes(const struct dedup *dedup, size_t count)
{
	return dedup->active.count + count > dedup->table_entries_max;
}

err dedup_reserve(struct dedup *dedup, size_t count, struct why *why)
{
	if (count > dedup->table_entries_max)
		return fail(why, MSG_NO_ROOM, arg_c(dedup->folder),
			arg_int((int64_t)dedup->table_entries_max * DEDUP_ENTRY_BYTES));
	return dedup_reserve_freezes(dedup, count) ? freeze(dedup, why) : OK;
}

err dedup_add(struct dedup *dedup, const struct dedup_entry *entry, struct why *why)
{
	ASSERT(entry->seq < DEDUP_SEQ_END);
	err e = dedup_reserve(dedup, 1, why);

	if (e != OK)
		return e;
	dedup_table_put(&dedup->active, entry);
	add_young(&dedup->young, entry->key);
	return OK;
}

static void prefetch_places(const struct dedup *dedup, struct dedup_key key)
{
	const struct dedup_young *young = &dedup->young;

	dedup_table_prefetch(&dedup->active, key);
	if (young->lines != NULL)
		PREFETCH_TO_CHANGE(&young->lines[part_of(key.high, young->line_count)]);
}

err dedup_add_many(
	struct dedup *dedup, const struct dedup_entry *entries, size_t count, struct why *why)
{
	err e = OK;

	for (size_t i = 0; i < count; i++) {
		if (i + ADDED_AHEAD < count)
			prefetch_places(dedup, entries[i + ADDED_AHEAD].key);
		err added = dedup_add(dedup, &entries[i], e == OK ? why : NULL);
		e = e == OK ? added : e;
	}
	return e;
}

static err save(struct dedup *dedup, uint64_t seq, struct why *why)
{
	err e = write_frozen(dedup, why);

	if (e == OK && dedup->active.count > 0) {
		e = write_table(dedup, &dedup->active, dedup->young.lines != NULL, why);
		if (e == OK)
			dedup_table_done(&dedup->active);
	}
	if (e != OK)
		return e;
	dedup->covered_seq = seq;
	return write_manifest(dedup, why);
}

err dedup_save(struct dedup *dedup, uint64_t seq, struct why *why)
{
	ASSERT(seq > 0);
	pthread_mutex_lock(&dedup->disk_lock);
	err e = save(dedup, seq, why);
	pthread_mutex_unlock(&dedup->disk_lock);
	return e;
}

err dedup_freeze(struct dedup *dedup, struct why *why)
{
	return dedup->active.count == 0 ? OK : freeze(dedup, why);
}

bool dedup_has_frozen(struct dedup *dedup)
{
	return is_frozen(dedup);
}

/* A table that was frozen since is written too: the index may know more than it says. */
err dedup_save_frozen(struct dedup *dedup, uint64_t seq, struct why *why)
{
	ASSERT(seq > 0);
	pthread_mutex_lock(&dedup->disk_lock);
	err e = write_frozen(dedup, why);
	if (e == OK) {
		dedup->covered_seq = MAX_OF(dedup->covered_seq, seq);
		e = write_manifest(dedup, why);
	}
	pthread_mutex_unlock(&dedup->disk_lock);
	return e;
}

/* ---- merging ---- */

/* The new run takes the place of those it was made from. */
static err put_in_place(struct dedup *dedup, struct dedup_run *run, struct why *why)
{
	size_t from = 0, n = dedup->merging_count;

	pthread_mutex_lock(&dedup->runs_lock);
	while (dedup->runs[from] != dedup->merging[0])
		from++;
	dedup->runs[from] = run;
	memmove(dedup->runs + from + 1, dedup->runs + from + n,
		(dedup->run_count - from - n) * sizeof(dedup->runs[0]));
	dedup->run_count -= n - 1;
	age_runs(dedup); /* the young ones stay the newest ones */
	pthread_mutex_unlock(&dedup->runs_lock);
	for (size_t i = 0; i < n; i++) {
		dedup->retired[dedup->retired_count++] = dedup->merging[i]->header.number;
		dedup_run_close(dedup->merging[i]);
	}
	return write_manifest(dedup, why);
}

static err finish_merge(struct dedup *dedup, struct why *why)
{
	struct dedup_run *run;
	err e = dedup_merge_finish(dedup->merge, why);

	dedup->merge = NULL;
	if (e == OK)
		e = dedup_run_open(dedup->disk, dedup->folder, dedup->merge_number,
			dedup->read_blocks, &run, why);
	if (e != OK)
		return e;
	pthread_mutex_lock(&dedup->disk_lock);
	e = put_in_place(dedup, run, why);
	pthread_mutex_unlock(&dedup->disk_lock);
	return e;
}

static err step_merge(struct dedup *dedup, struct why *why)
{
	bool done;
	err e = dedup_merge_step(dedup->merge, &done, why);

	if (e != OK) {
		dedup_merge_abandon(dedup->merge);
		dedup->merge = NULL;
	}
	return e == OK && done ? finish_merge(dedup, why) : e;
}

/* Chooses what to merge; a manifest that could not be written is tried again before. */
static err begin_merge(struct dedup *dedup, bool *did, struct why *why)
{
	size_t from, count;
	err e = OK;

	pthread_mutex_lock(&dedup->disk_lock);
	bool retry = dedup->manifest_is_old;
	if (retry)
		e = write_manifest(dedup, why);
	count = e == OK ? dedup_merge_choose(dedup->runs, dedup->run_count, &from) : 0;
	if (count > 0) {
		memcpy(dedup->merging, dedup->runs + from, count * sizeof(dedup->runs[0]));
		dedup->merge_number = dedup->next_number++;
	}
	pthread_mutex_unlock(&dedup->disk_lock);
	dedup->merging_count = count;
	*did = retry || count > 0;
	if (count == 0)
		return e;
	return dedup_merge_begin(dedup->disk, dedup->folder, dedup->merge_number, dedup->merging,
		count, &dedup->merge, why);
}

err dedup_merge_one(struct dedup *dedup, bool *did, struct why *why)
{
	bool begun = true;
	err e = OK;

	if (is_frozen(dedup))
		e = flush_frozen(dedup, why);
	else if (dedup->merge != NULL)
		e = step_merge(dedup, why);
	else
		e = begin_merge(dedup, &begun, why);
	if (e == OK)
		*did = begun;
	return e;
}

/* ---- what it is like ---- */

static pthread_mutex_t *lock_of(const struct dedup *dedup)
{
	return (pthread_mutex_t *)(uintptr_t)&dedup->runs_lock;
}

uint64_t dedup_count(const struct dedup *dedup)
{
	uint64_t count = dedup->active.count;

	pthread_mutex_lock(lock_of(dedup));
	if (dedup->has_frozen)
		count += dedup->frozen.count;
	for (size_t i = 0; i < dedup->run_count; i++)
		count += dedup->runs[i]->header.entries;
	pthread_mutex_unlock(lock_of(dedup));
	return count;
}

size_t dedup_resident_bytes(const struct dedup *dedup)
{
	size_t bytes = sizeof(*dedup) + dedup_table_bytes(&dedup->active) +
		       dedup->young.line_count * sizeof(*dedup->young.lines);

	pthread_mutex_lock(lock_of(dedup));
	bytes += dedup_table_bytes(&dedup->spare);
	if (dedup->has_frozen)
		bytes += dedup_table_bytes(&dedup->frozen);
	for (size_t i = 0; i < dedup->run_count; i++)
		bytes += dedup_run_resident_bytes(dedup->runs[i]);
	pthread_mutex_unlock(lock_of(dedup));
	return bytes;
}

static err check_manifest(struct dedup *dedup, struct why *why)
{
	struct manifest *m = memory_alloc(sizeof(*m));
	err e = manifest_read(dedup->disk, dedup->folder, m, why);

	free(m);
	return e == ERR_NOT_FOUND && dedup->run_count == 0 ? OK : e;
}

err dedup_check(struct dedup *dedup, struct why *why)
{
	pthread_mutex_lock(&dedup->disk_lock); /* no run comes or goes meanwhile */
	err e = check_manifest(dedup, why);

	for (size_t i = 0; e == OK && i < dedup->run_count; i++)
		e = dedup_run_check(dedup->runs[i], why);
	pthread_mutex_unlock(&dedup->disk_lock);
	return e;
}
