/* engine/checkpoint.c - writing checkpoints, step by step; see checkpoint.h
 *
 *   begin   in the writer's place: the index of known messages is frozen, the state gathered
 *   step    beside the writer:
 *             INDEX     the frozen part of the index to the disk
 *             TABLES    a part of the state at a time into the store
 *             MANIFEST  the store synced, the manifest written
 *             CLEAN     what no kept manifest needs removed
 *
 * Whatever it is broken off at, the manifests of before stand, and what they need.
 */
#include "engine/checkpoint.h"

#include "base/crc32c.h"
#include "base/shares.h"
#include "base/varint.h"
#include "engine/checkpoint_internal.h"

#include <stdlib.h>

enum { KEPT = 2 };
/* A journal that shares the disk waits for what is written here: so it is synced in pieces. */
#define UNSYNCED_BYTES_MAX ((uint64_t)8 << 20)

struct checkpoint {
	enum { INDEX, TABLES, MANIFEST, CLEAN } phase;
	uint64_t seq; /* the state holds all records below */
	uint64_t index_generation;
	struct saving *saving;
	struct strbuf entries, erasures;
	size_t keep; /* checkpoints, this one included */
	uint64_t synced; /* of the store */
	bool hurried;
};

/* ---- the store */

/* The next checkpoint begins a new one: its bytes stay on the disk for as long as it is open. */
static void leave_store(struct engine *engine)
{
	if (engine->store.is_mapped)
		engine_retire_file(engine, engine->store.file);
	else
		file_close(engine->store.file);
	engine->store = (struct store){ 0 };
}

static err begin_store(struct engine *engine, struct why *why)
{
	char path[PATH_BYTES_MAX];
	uint64_t number = engine->manifest + 1;
	struct file *file;
	err e = checkpoint_path(engine, number, "tables", path, why);

	if (e == OK)
		e = disk_open(engine->options.disk, path, FILE_CREATE_OR_EMPTY, &file, why);
	if (e != OK)
		return e;
	leave_store(engine);
	engine->store = (struct store){ .file = file, .number = number };
	engine->checkpoint->synced = 0;
	saving_forget(engine->checkpoint->saving);
	/* Its name before any manifest's: a crash could keep the one and not the other. */
	return disk_sync_folder(engine->options.disk, engine->checkpoint_folder, why);
}

static err write_manifest(struct engine *engine, struct why *why)
{
	struct strbuf body = strbuf_heap(MANIFEST_BYTES_MAX),
		      whole = strbuf_heap(MANIFEST_BYTES_MAX);
	char name[CHECKPOINT_NAME_BYTES];

	strbuf_add_u64(&body, engine->checkpoint->seq);
	strbuf_add_u64(&body, engine->store.number);
	strbuf_add_u64(&body, engine->store.end);
	strbuf_add_u64(&body, engine->checkpoint->erasures.len);
	strbuf_add(&body, strbuf_str(&engine->checkpoint->erasures));
	strbuf_add(&body, strbuf_str(&engine->checkpoint->entries));
	strbuf_add(&whole, MANIFEST_MAGIC);
	strbuf_add_u32(&whole, MANIFEST_VERSION);
	strbuf_add_u32(&whole, crc32c(0, strbuf_str(&body)));
	strbuf_add(&whole, strbuf_str(&body));
	checkpoint_name(name, ++engine->manifest, "manifest");
	err e = disk_write_whole(
		engine->options.disk, engine->checkpoint_folder, name, strbuf_str(&whole), why);
	strbuf_done(&body);
	strbuf_done(&whole);
	return e;
}

static bool is_kept(const uint64_t *kept, size_t count, uint64_t number)
{
	for (size_t i = 0; i < count; i++)
		if (kept[i] == number)
			return true;
	return false;
}

/* Which .tables files the manifests that stay need. */
static size_t needed_tables(struct engine *engine, const struct disk_entry *entries, size_t count,
	size_t keep, uint64_t manifests[static KEPT], uint64_t tables[static KEPT])
{
	size_t n = 0;

	for (size_t i = count; i > 0 && n < keep; i--) {
		AUTO_ARENA arena = arena_create(MANIFEST_BYTES_MAX);
		struct manifest manifest = { 0 };
		uint64_t number;
		if (!checkpoint_number(entries[i - 1].name, STR(".manifest"), &number) ||
			checkpoint_read_manifest(engine, number, arena, &manifest, NULL) != OK)
			continue;
		manifests[n] = number;
		tables[n++] = manifest.tables;
	}
	return n;
}

static err remove_entries(struct engine *engine, const struct disk_entry *entries, size_t count,
	const uint64_t *kept, size_t kept_count, str ending, struct why *why)
{
	char path[PATH_BYTES_MAX];
	uint64_t number;
	size_t removed = 0;
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		if (!str_ends(entries[i].name, ending) ||
			(checkpoint_number(entries[i].name, ending, &number) &&
				is_kept(kept, kept_count, number)))
			continue;
		e = path_join(path, engine->checkpoint_folder, entries[i].name.ptr, why);
		if (e == OK)
			e = disk_remove(engine->options.disk, path, why);
		removed++;
	}
	if (e == OK && removed > 0)
		e = disk_sync_folder(engine->options.disk, engine->checkpoint_folder, why);
	return e;
}

/* Manifests first, and durably: a crash must not leave one whose tables are gone. */
static err remove_all_but(struct engine *engine, size_t keep, struct why *why)
{
	AUTO_ARENA arena = arena_create(CHECKPOINT_LISTING_BYTES_MAX);
	uint64_t manifests[KEPT], tables[KEPT];
	struct disk_entry *entries;
	size_t count;
	err e = checkpoint_list(engine, arena, &entries, &count, why);

	if (e != OK)
		return e;
	size_t kept = needed_tables(engine, entries, count, keep, manifests, tables);
	e = remove_entries(engine, entries, count, manifests, kept, STR(".manifest"), why);
	if (e == OK)
		e = remove_entries(engine, entries, count, NULL, 0, STR(".tmp"), why);
	if (e == OK)
		e = remove_entries(engine, entries, count, tables, kept, STR(".tables"), why);
	return e;
}

static bool is_mostly_garbage(const struct engine *engine)
{
	uint64_t least = engine_planted.store_bytes_least;

	return engine->store.end > (least > 0 ? least : STORE_BYTES_LEAST) &&
	       engine->store.end / 2 > saving_bytes(engine->checkpoint->saving);
}

/* ---- beginning */

void checkpoint_abandon(struct engine *engine)
{
	struct checkpoint *c = engine->checkpoint;

	if (c == NULL)
		return;
	saving_free(c->saving);
	strbuf_done(&c->entries);
	strbuf_done(&c->erasures);
	free(c);
	engine->checkpoint = NULL;
}

err engine_checkpoint_begin(struct engine *engine, struct why *why)
{
	if (engine->failed)
		return fail(why, MSG_ENGINE_FAILED);
	err e = engine_planted.index_unsaved ? OK : dedup_freeze(engine->dedup, why);
	if (e != OK)
		return e;
	checkpoint_abandon(engine);
	struct checkpoint *c = memory_alloc(sizeof(*c));
	c->seq = engine->applied_seq;
	c->index_generation = engine->index_generation;
	c->saving = saving_create();
	c->keep = KEPT;
	c->entries = strbuf_heap(MANIFEST_BYTES_MAX);
	c->erasures = strbuf_heap(MANIFEST_BYTES_MAX);
	erasures_save(&engine->erasures, &c->erasures);
	identity_save(engine->identity, c->saving);
	threads_save(engine->threads, c->saving);
	engine->checkpoint = c;
	return OK;
}

void checkpoint_hurry(struct engine *engine)
{
	engine->checkpoint->hurried = true;
}

err checkpoint_begin_anew(struct engine *engine, struct why *why)
{
	err e = engine_checkpoint_begin(engine, why);

	if (e != OK)
		return e;
	leave_store(engine);
	engine->checkpoint->keep = 1;
	return OK;
}

/* ---- step by step */

/* First, so that opening need not replay for the index what the checkpoint spares it.  An index
 * that was made anew meanwhile is another's to save. */
static err save_index(struct engine *engine, struct why *why)
{
	const struct checkpoint *c = engine->checkpoint;
	err e = OK;

	ASSERT(pthread_mutex_lock(&engine->index_lock) == 0);
	if (c->index_generation == engine->index_generation && !engine_planted.index_unsaved)
		e = dedup_save_frozen(engine->dedup, c->seq, why);
	ASSERT(pthread_mutex_unlock(&engine->index_lock) == 0);
	return e;
}

static err open_store(struct engine *engine, struct why *why)
{
	err e = disk_make_folder(engine->options.disk, engine->checkpoint_folder, why);

	engine->checkpoint->synced = engine->store.end;
	if (e == OK && (engine->store.file == NULL || is_mostly_garbage(engine)))
		e = begin_store(engine, why);
	return e;
}

static err sync_store(struct engine *engine, struct why *why)
{
	engine->checkpoint->synced = engine->store.end;
	err e = engine_planted.manifest_first ? OK : file_sync(engine->store.file, why);
	if (e != OK) /* nobody knows what it holds */
		leave_store(engine);
	return e;
}

static err save_part(struct engine *engine, bool *done, struct why *why)
{
	struct checkpoint *c = engine->checkpoint;
	struct table_store to = { .file = engine->store.file,
		.end = engine->store.end,
		.index = &c->entries,
		.threads = c->hurried ? SHARES_THREADS : 1,
		.past = c->hurried };
	err e = saving_step(c->saving, &to, done, why);

	engine->store.end = to.end;
	if (e != OK) /* nobody knows what it holds */
		leave_store(engine);
	else if (!c->hurried && to.end - c->synced > UNSYNCED_BYTES_MAX)
		e = sync_store(engine, why);
	return e;
}

static err step(struct engine *engine, bool *done, struct why *why)
{
	struct checkpoint *c = engine->checkpoint;
	bool written = false;
	err e = OK;

	switch (c->phase) {
	case INDEX:
		e = save_index(engine, why);
		if (e == OK)
			e = open_store(engine, why);
		c->phase = TABLES;
		return e;
	case TABLES:
		e = save_part(engine, &written, why);
		c->phase = written ? MANIFEST : TABLES;
		return e;
	case MANIFEST:
		c->phase = CLEAN;
		e = sync_store(engine, why);
		return e == OK ? write_manifest(engine, why) : e;
	case CLEAN:
		break;
	}
	*done = true;
	return remove_all_but(engine, c->keep, why);
}

err engine_checkpoint_step(struct engine *engine, bool *done, struct why *why)
{
	*done = engine->checkpoint == NULL; /* given up meanwhile */
	err e = *done ? OK : step(engine, done, why);

	if (e != OK || *done)
		checkpoint_abandon(engine);
	return e;
}

err checkpoint_index(struct engine *engine, struct why *why)
{
	return save_index(engine, why);
}

err checkpoint_tables(struct engine *engine, struct why *why)
{
	bool done = false;
	err e = open_store(engine, why);

	while (e == OK && !done)
		e = save_part(engine, &done, why);
	return e;
}

err engine_checkpoint(struct engine *engine, struct why *why)
{
	bool done = false;
	err e = engine_checkpoint_begin(engine, why);

	while (e == OK && !done)
		e = engine_checkpoint_step(engine, &done, why);
	return e;
}
