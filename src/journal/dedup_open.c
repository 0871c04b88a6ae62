/* journal/dedup_open.c - opening the index, or starting afresh; sweeping up; closing. */
#include "journal/dedup_internal.h"
#include "journal/dedup_manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_ours(str name)
{
	uint64_t number;

	return str_equal(name, STR("manifest")) || str_equal(name, STR("manifest.tmp")) ||
	       run_name_parse(name, &number);
}

static bool is_live(const struct dedup *dedup, str name)
{
	uint64_t number;

	if (!run_name_parse(name, &number))
		return str_equal(name, STR("manifest")) && dedup->has_manifest;
	for (size_t i = 0; i < dedup->run_count; i++)
		if (dedup->runs[i]->header.number == number)
			return true;
	return false;
}

/* Removes what an interruption, or damage, left behind. */
static err sweep(struct dedup *dedup, struct why *why)
{
	AUTO_ARENA arena = arena_create((size_t)16 << 20);
	struct disk_entry *entries;
	size_t count, removed = 0;
	char path[PATH_BYTES_MAX];
	err e = disk_list(dedup->disk, dedup->folder, arena, &entries, &count, why);

	for (size_t i = 0; e == OK && i < count; i++) {
		if (!is_ours(entries[i].name) || is_live(dedup, entries[i].name))
			continue;
		e = path_join(path, dedup->folder, entries[i].name.ptr, why);
		if (e == OK)
			e = disk_remove(dedup->disk, path, why);
		removed++;
	}
	/* A removed manifest must not come back to name new runs under old numbers. */
	return e == OK && removed > 0 ? disk_sync_folder(dedup->disk, dedup->folder, why) : e;
}

static err open_runs(struct dedup *dedup, const struct manifest *m, struct why *why)
{
	for (size_t i = 0; i < m->run_count; i++) {
		struct dedup_run *run;
		err e = dedup_run_open(dedup->disk, dedup->folder, m->runs[i].number,
			dedup->read_blocks, &run, why);
		if (e != OK)
			return e;
		dedup->runs[dedup->run_count++] = run;
		if (run->header.crc != m->runs[i].header_crc)
			return run_damaged(run->path, RUN_CRC_AT, why);
	}
	dedup->covered_seq = m->covered_seq;
	dedup->next_number = m->next_number;
	dedup->has_manifest = true;
	return OK;
}

static void close_runs(struct dedup *dedup)
{
	for (size_t i = 0; i < dedup->run_count; i++)
		dedup_run_close(dedup->runs[i]);
	dedup->run_count = 0;
}

static err load(struct dedup *dedup, struct why *why)
{
	struct manifest *m = memory_alloc(sizeof(*m));
	struct why here = { 0 };
	err e = manifest_read(dedup->disk, dedup->folder, m, &here);

	if (e == OK)
		e = open_runs(dedup, m, &here);
	free(m);
	if (e == ERR_CORRUPT) {
		close_runs(dedup);
		dedup->was_damaged = true;
		dedup->damage = here;
		e = OK;
	}
	if (e == ERR_NOT_FOUND)
		e = OK;
	if (e != OK && why != NULL)
		*why = here;
	return e == OK ? sweep(dedup, why) : e;
}

static err folder_is_short(const char *folder, struct why *why)
{
	if (strlen(folder) >= PATH_BYTES_MAX)
		return fail(why, MSG_PATH_TOO_LONG, arg_c(folder), arg_int(PATH_BYTES_MAX));
	return OK;
}

/* Makes the folder and its name durable: else a saved index could vanish with it. */
static err make_folder(struct disk *disk, const char *folder, struct why *why)
{
	char parent[PATH_BYTES_MAX];
	str above = str_of("."), below;
	err e = disk_make_folder(disk, folder, why);

	if (e != OK)
		return e;
	if (str_split_last(str_of(folder), '/', &above, &below) && above.len == 0)
		above = str_of("/");
	(void)snprintf(parent, sizeof(parent), STR_FMT, STR_ARG(above)); /* shorter than folder */
	return disk_sync_folder(disk, parent, why);
}

err dedup_open(struct disk *disk, const char *folder, const struct dedup_options *options,
	struct dedup **out, uint64_t *covered_seq, struct why *why)
{
	struct dedup *dedup = memory_alloc(sizeof(*dedup));
	size_t entries = options == NULL ? 0 : options->memory_entries_max;
	err e = folder_is_short(folder, why);

	(void)snprintf(dedup->folder, sizeof(dedup->folder), "%s", folder);
	dedup->disk = disk;
	dedup->read_blocks = options != NULL && options->read_blocks;
	dedup->table_entries_max = MAX_OF((entries == 0 ? 1048576 : entries) / 2, (size_t)1);
	dedup->covered_seq = dedup->next_number = 1;
	dedup_pool_init(&dedup->pool);
	dedup_lists_init(&dedup->active, &dedup->pool, dedup->table_entries_max);
	(void)pthread_mutex_init(&dedup->disk_lock, NULL); /* cannot fail without attributes */
	(void)pthread_mutex_init(&dedup->runs_lock, NULL);
	if (e == OK)
		e = make_folder(disk, folder, why);
	if (e == OK)
		e = load(dedup, why);
	if (e != OK) {
		dedup_close(dedup);
		return e;
	}
	*covered_seq = dedup->covered_seq;
	*out = dedup;
	return OK;
}

const struct why *dedup_damage(const struct dedup *dedup)
{
	return dedup->was_damaged ? &dedup->damage : NULL;
}

void dedup_close(struct dedup *dedup)
{
	if (dedup == NULL)
		return;
	dedup_merge_abandon(dedup->merge);
	close_runs(dedup);
	dedup_lists_done(&dedup->active);
	if (dedup->has_frozen)
		dedup_lists_done(&dedup->frozen);
	dedup_pool_done(&dedup->pool);
	memory_free_lines(dedup->young.lines);
	(void)pthread_mutex_destroy(&dedup->disk_lock); /* nobody holds them */
	(void)pthread_mutex_destroy(&dedup->runs_lock);
	free(dedup);
}

err dedup_discard(struct disk *disk, const char *folder, struct why *why)
{
	char path[PATH_BYTES_MAX];
	err e = path_join(path, folder, "manifest", why);

	if (e == OK)
		e = disk_remove(disk, path, why);
	if (e == ERR_NOT_FOUND)
		return OK;
	return e == OK ? disk_sync_folder(disk, folder, why) : e;
}
