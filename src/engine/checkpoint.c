/* engine/checkpoint.c - see checkpoint.h */
#include "engine/checkpoint.h"

#include "base/crc32c.h"
#include "base/varint.h"
#include "engine/engine_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST_MAGIC STR("ARIANECP")
enum { MANIFEST_VERSION = 1, MANIFEST_HEAD_BYTES = 16, KEPT = 2, NAME_BYTES = 32 };
#define MANIFEST_BYTES_MAX ((size_t)1 << 30)
#define LISTING_BYTES_MAX ((size_t)1 << 20)

static void name_of(char name[static NAME_BYTES], uint64_t number, const char *ending)
{
	(void)snprintf(
		name, NAME_BYTES, "%010llu.%s", (unsigned long long)number, ending); /* fits */
}

static bool number_of(str name, str ending, uint64_t *number)
{
	int64_t n;

	if (name.len != 10 + ending.len || !str_ends(name, ending) ||
		!str_to_int64(str_upto(name, 10), &n) || n < 0)
		return false;
	*number = (uint64_t)n;
	return true;
}

static err path_of(const struct engine *engine, uint64_t number, const char *ending,
	char path[static PATH_BYTES_MAX], struct why *why)
{
	char name[NAME_BYTES];

	name_of(name, number, ending);
	return path_join(path, engine->checkpoint_folder, name, why);
}

/* ---- loading */

struct manifest {
	uint64_t seq, tables, end;
	str entries;
};

static err read_manifest(struct engine *engine, uint64_t number, struct arena *arena,
	struct manifest *out, struct why *why)
{
	char path[PATH_BYTES_MAX];
	str bytes;
	err e = path_of(engine, number, "manifest", path, why);

	if (e == OK)
		e = disk_read_whole(
			engine->options.disk, path, MANIFEST_BYTES_MAX, arena, &bytes, why);
	if (e != OK)
		return e;
	struct reader in = reader_of(bytes);
	bool ours = str_equal(reader_bytes(&in, MANIFEST_MAGIC.len), MANIFEST_MAGIC);
	uint32_t version = reader_u32(&in), crc = reader_u32(&in);
	if (in.failed || !ours || version != MANIFEST_VERSION ||
		crc32c(0, str_from(bytes, MANIFEST_HEAD_BYTES)) != crc)
		return fail(why, MSG_CHECKPOINT_DAMAGED, arg_c(path));
	out->seq = reader_u64(&in);
	out->tables = reader_u64(&in);
	out->end = reader_u64(&in);
	out->entries = reader_bytes(&in, reader_left(&in));
	return in.failed ? fail(why, MSG_CHECKPOINT_DAMAGED, arg_c(path)) : OK;
}

static err load_state(
	struct engine *engine, const struct manifest *manifest, struct file *file, struct why *why)
{
	struct identity *identity = NULL;
	struct threads *threads = NULL;
	str entries = manifest->entries;
	err e = identity_load(file, &entries, &identity, why);

	if (e == OK)
		e = threads_load(file, &entries, &threads, why);
	if (e == OK && engine->options.skip_attributes)
		threads_skip_attributes(threads);
	else if (e == OK && !threads_has_attributes(threads))
		e = fail(why, MSG_STATE_VERSION); /* they are wanted again */
	if (e != OK) {
		identity_free(identity);
		threads_free(threads);
		return e;
	}
	engine->identity = identity;
	engine->threads = threads;
	return OK;
}

static err load(struct engine *engine, uint64_t number, struct why *why)
{
	AUTO_ARENA arena = arena_create(MANIFEST_BYTES_MAX);
	char path[PATH_BYTES_MAX];
	struct manifest manifest;
	struct file *file;
	err e = read_manifest(engine, number, arena, &manifest, why);

	if (e == OK && manifest.seq > journal_end(engine->journal))
		e = fail(why, MSG_CHECKPOINT_AHEAD, arg_int((int64_t)number));
	if (e == OK)
		e = path_of(engine, manifest.tables, "tables", path, why);
	if (e == OK)
		e = disk_open(engine->options.disk, path, FILE_WRITE, &file, why);
	if (e != OK)
		return e;
	e = load_state(engine, &manifest, file, why);
	if (e != OK) {
		file_close(file);
		return e;
	}
	engine->store =
		(struct store){ .file = file, .number = manifest.tables, .end = manifest.end };
	engine->applied_seq = manifest.seq;
	return OK;
}

static err list(struct engine *engine, struct arena *arena, struct disk_entry **entries,
	size_t *count, struct why *why)
{
	err e = disk_make_folder(engine->options.disk, engine->checkpoint_folder, why);

	return e != OK ? e
		       : disk_list(engine->options.disk, engine->checkpoint_folder, arena, entries,
				 count, why);
}

void checkpoint_load(struct engine *engine, struct engine_opening *opening)
{
	AUTO_ARENA arena = arena_create(LISTING_BYTES_MAX);
	struct disk_entry *entries;
	size_t count = 0;
	uint64_t number;

	if (list(engine, arena, &entries, &count, NULL) != OK)
		return; /* without a checkpoint everything is replayed */
	for (size_t i = count; i > 0; i--) { /* the newest last in the listing */
		if (!number_of(entries[i - 1].name, STR(".manifest"), &number))
			continue;
		engine->manifest = MAX_OF(engine->manifest, number); /* also of ignored ones */
		if (engine->identity != NULL || engine->options.ignore_checkpoint)
			continue;
		err e = load(engine, number, NULL);
		if (e == OK)
			opening->checkpoint_seq = engine->applied_seq;
		else if (e != ERR_VERSION) /* another program's: nothing is wrong with it */
			opening->checkpoints_damaged++;
	}
}

/* ---- saving */

static err begin_store(struct engine *engine, struct why *why)
{
	char path[PATH_BYTES_MAX];
	uint64_t number = engine->manifest + 1;
	struct file *file;
	err e = path_of(engine, number, "tables", path, why);

	if (e == OK)
		e = disk_open(engine->options.disk, path, FILE_CREATE_OR_EMPTY, &file, why);
	if (e != OK)
		return e;
	engine_retire_file(engine, engine->store.file);
	engine->store = (struct store){ .file = file, .number = number };
	identity_forget_saved(engine->identity);
	threads_forget_saved(engine->threads);
	/* Its name before any manifest's: a crash could keep the one and not the other. */
	return disk_sync_folder(engine->options.disk, engine->checkpoint_folder, why);
}

/* After a failed write or sync nobody knows what the file holds: the next checkpoint begins anew.
 */
static void leave_store(struct engine *engine)
{
	engine_retire_file(engine, engine->store.file);
	engine->store = (struct store){ 0 };
}

static err save_state(struct engine *engine, struct strbuf *entries, struct why *why)
{
	struct store *store = &engine->store;
	err e = identity_save(engine->identity, store->file, &store->end, entries, why);

	if (e == OK)
		e = threads_save(engine->threads, store->file, &store->end, entries, why);
	if (e == OK && !engine_planted.manifest_first)
		e = file_sync(store->file, why);
	if (e != OK)
		leave_store(engine);
	return e;
}

static err write_manifest(struct engine *engine, str entries, struct why *why)
{
	struct strbuf body = strbuf_heap(MANIFEST_BYTES_MAX),
		      whole = strbuf_heap(MANIFEST_BYTES_MAX);
	char name[NAME_BYTES];

	strbuf_add_u64(&body, engine->applied_seq);
	strbuf_add_u64(&body, engine->store.number);
	strbuf_add_u64(&body, engine->store.end);
	strbuf_add(&body, entries);
	strbuf_add(&whole, MANIFEST_MAGIC);
	strbuf_add_u32(&whole, MANIFEST_VERSION);
	strbuf_add_u32(&whole, crc32c(0, strbuf_str(&body)));
	strbuf_add(&whole, strbuf_str(&body));
	name_of(name, ++engine->manifest, "manifest");
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
		if (!number_of(entries[i - 1].name, STR(".manifest"), &number) ||
			read_manifest(engine, number, arena, &manifest, NULL) != OK)
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
			(number_of(entries[i].name, ending, &number) &&
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
	AUTO_ARENA arena = arena_create(LISTING_BYTES_MAX);
	uint64_t manifests[KEPT], tables[KEPT];
	struct disk_entry *entries;
	size_t count;
	err e = list(engine, arena, &entries, &count, why);

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
	uint64_t live =
		identity_saved_bytes(engine->identity) + threads_saved_bytes(engine->threads);

	uint64_t least = engine_planted.store_bytes_least;

	return engine->store.end > (least > 0 ? least : STORE_BYTES_LEAST) &&
	       engine->store.end / 2 > live;
}

/* The index of known messages first: what a checkpoint holds, it must cover too, or a crash would
 * leave records that neither replay nor it knows. */
err engine_checkpoint(struct engine *engine, struct why *why)
{
	struct strbuf entries = strbuf_heap(MANIFEST_BYTES_MAX);

	if (engine->failed)
		return fail(why, MSG_ENGINE_FAILED);
	err e = disk_make_folder(engine->options.disk, engine->checkpoint_folder, why);
	if (e == OK && !engine_planted.index_unsaved)
		e = dedup_save(engine->dedup, engine->applied_seq, why);
	if (e == OK && (engine->store.file == NULL || is_mostly_garbage(engine)))
		e = begin_store(engine, why);
	if (e == OK)
		e = save_state(engine, &entries, why);
	if (e == OK)
		e = write_manifest(engine, strbuf_str(&entries), why);
	if (e == OK)
		e = remove_all_but(engine, KEPT, why);
	strbuf_done(&entries);
	return e;
}

err checkpoint_remove_all(struct engine *engine, struct why *why)
{
	leave_store(engine);
	return remove_all_but(engine, 0, why);
}

/* The old state serves until the new one is whole; readers keep what they have. */
err engine_renew(struct engine *engine, struct why *why)
{
	struct engine_opening opening = { 0 };
	struct identity *identity = engine->identity;
	struct threads *threads = engine->threads;
	uint64_t end = engine->applied_seq;

	if (engine->failed)
		return fail(why, MSG_ENGINE_FAILED);
	engine->identity = identity_create();
	engine->threads = engine_empty_threads(engine);
	engine->applied_seq = 1;
	err e = engine_replay(engine, end, &opening, why);
	if (e != OK) {
		identity_free(engine->identity);
		threads_free(engine->threads);
		engine->identity = identity;
		engine->threads = threads;
		engine->applied_seq = end;
		return e;
	}
	identity_free(identity);
	threads_free(threads);
	engine_index(engine);
	e = checkpoint_remove_all(engine, why);
	return e != OK ? e : engine_checkpoint(engine, why);
}
