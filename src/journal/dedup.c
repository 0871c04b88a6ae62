/* journal/dedup.c - adding, saving, merging: see dedup.h */
#include "journal/dedup.h"

#include "journal/dedup_internal.h"
#include "journal/dedup_manifest.h"

#include <stdlib.h>
#include <string.h>

enum {
	ADD_GROUP = 64, /* entries whose waits for memory overlap */
	APPEND_AHEAD = 8, /* entries */
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

static err write_lists(
	struct dedup_writer *writer, const struct dedup_lists *table, struct why *why)
{
	struct dedup_ranking ranking = { 0 };
	err e = OK;

	for (size_t i = 0; e == OK && i < table->list_count; i++) {
		dedup_lists_rank(table, i, &ranking);
		e = dedup_writer_add_all(writer, ranking.entries, ranking.count, why);
	}
	dedup_ranking_done(&ranking);
	return e;
}

static err write_table(
	struct dedup *dedup, const struct dedup_lists *table, bool is_young, struct why *why)
{
	struct dedup_writer *writer;
	struct dedup_run *run;
	uint64_t number = dedup->next_number;

	if (dedup->run_count == DEDUP_RUNS_MAX)
		return fail(why, MSG_DEDUP_RUNS, arg_c(dedup->folder), arg_int(DEDUP_RUNS_MAX));
	dedup->next_number++;
	err e = dedup_writer_open(dedup->disk, dedup->folder, number, table->count,
		dedup->young.lines != NULL, &writer, why);
	if (e != OK)
		return e;
	e = write_lists(writer, table, why);
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
	struct dedup_lists written = dedup->frozen;
	pthread_mutex_unlock(&dedup->runs_lock);
	dedup_lists_done(&written);
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

/* had[i]: the filter says that entry i may be there already, or that its key comes twice. */
static void add_young(
	struct dedup_young *young, const struct dedup_entry *entries, size_t count, bool *had)
{
	filter_note(young->lines, young->line_count, entries, count, had);
	young->count += count;
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

static void add_active(struct dedup *dedup)
{
	struct dedup_ranking ranking = { 0 };

	for (size_t i = 0; i < dedup->active.list_count; i++) {
		dedup_lists_rank(&dedup->active, i, &ranking);
		for (size_t k = 0; k < ranking.count; k++) {
			struct dedup_entry entry = entry_load(ranking.entries[k].bytes);
			bool had;
			add_young(&dedup->young, &entry, 1, &had);
		}
	}
	dedup_ranking_done(&ranking);
}

static void begin_young(struct dedup *dedup)
{
	struct dedup_young *young = &dedup->young;

	if (young->lines != NULL)
		return;
	young->count_max = dedup->table_entries_max * YOUNG_TABLES;
	young->line_count = (size_t)filter_lines(young->count_max);
	young->lines = memory_alloc_lines(young->line_count * sizeof(*young->lines));
	add_active(dedup);
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
	dedup_lists_init(&dedup->active, &dedup->pool, dedup->table_entries_max);
	pthread_mutex_unlock(&dedup->runs_lock);
	return OK;
}

void dedup_widen(struct dedup *dedup, size_t memory_entries_max)
{
	dedup->table_entries_max = MAX_OF(dedup->table_entries_max, memory_entries_max / 2);
	if (dedup->active.count == 0)
		dedup_lists_init(&dedup->active, &dedup->pool, dedup->table_entries_max);
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

/* Room is there. */
static void add_group(struct dedup *dedup, const struct dedup_entry *entries, size_t count)
{
	bool had[ADD_GROUP];

	if (dedup->young.lines == NULL)
		memset(had, true, sizeof(had)); /* perhaps: nobody knows */
	else
		add_young(&dedup->young, entries, count, had);
	for (size_t i = 0; i < count; i++) {
		ASSERT(entries[i].seq < DEDUP_SEQ_END);
		if (i + APPEND_AHEAD < count)
			dedup_lists_ask(&dedup->active, entries[i + APPEND_AHEAD].key);
		if (had[i])
			dedup_lists_put(&dedup->active, &entries[i]);
		else
			dedup_lists_append(&dedup->active, &entries[i]);
	}
}

err dedup_add(struct dedup *dedup, const struct dedup_entry *entry, struct why *why)
{
	err e = dedup_reserve(dedup, 1, why);

	if (e == OK)
		add_group(dedup, entry, 1);
	return e;
}

err dedup_add_many(
	struct dedup *dedup, const struct dedup_entry *entries, size_t count, struct why *why)
{
	err e = OK;

	for (size_t at = 0, in; at < count; at += in) {
		size_t room = dedup->table_entries_max - dedup->active.count;
		in = MIN_OF(MIN_OF(count - at, (size_t)ADD_GROUP), MAX_OF(room, (size_t)1));
		err added = dedup_reserve(dedup, in, e == OK ? why : NULL);
		if (added == OK)
			add_group(dedup, entries + at, in);
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
			dedup_lists_done(&dedup->active);
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
	struct dedup_pool *pool = (struct dedup_pool *)(uintptr_t)&dedup->pool; /* for its lock */
	size_t bytes = sizeof(*dedup) + dedup_lists_bytes(&dedup->active) + dedup_pool_bytes(pool) +
		       dedup->young.line_count * sizeof(*dedup->young.lines);

	pthread_mutex_lock(lock_of(dedup));
	if (dedup->has_frozen)
		bytes += dedup_lists_bytes(&dedup->frozen);
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

err dedup_check(struct dedup *dedup, const struct watch *watch, struct why *why)
{
	struct headway headway = headway_of(watch, dedup_count(dedup));

	pthread_mutex_lock(&dedup->disk_lock); /* no run comes or goes meanwhile */
	err e = check_manifest(dedup, why);

	for (size_t i = 0; e == OK && i < dedup->run_count; i++)
		e = dedup_run_check(dedup->runs[i], &headway, why);
	pthread_mutex_unlock(&dedup->disk_lock);
	return e;
}
