/* engine/engine.c - opening, snapshots and reading; see engine.h.  Writing: write.c */
#include "engine/engine.h"

#include "base/random.h"
#include "engine/checkpoint.h"
#include "engine/engine_internal.h"
#include "engine/erasing.h"
#include "engine/known.h"
#include "engine/recount.h"
#include "event/codec.h"
#include "identity/recount.h"
#include "thread/thread_index.h"

#include <stdlib.h>
#include <string.h>

struct engine_planted engine_planted;

static const str format_line = STR_INIT("ariane 1\n");

/* ---- opening */

static err set_folders(struct engine *engine, const char *folder, struct why *why)
{
	str trimmed = path_trim(str_of(folder));
	err e = OK;

	if (trimmed.len >= sizeof(engine->folder))
		return fail(why, MSG_PATH_TOO_LONG, arg_c(folder), arg_int(PATH_BYTES_MAX));
	memcpy(engine->folder, trimmed.ptr, trimmed.len); /* zeroed: ends with a NUL */
	e = path_join(engine->journal_folder, engine->folder, "journal", why);
	if (e == OK)
		e = path_join(engine->dedup_folder, engine->folder, "dedup", why);
	if (e == OK)
		e = path_join(engine->checkpoint_folder, engine->folder, "checkpoint", why);
	return e;
}

static err lock(struct engine *engine, struct why *why)
{
	char path[PATH_BYTES_MAX];
	err e = path_join(path, engine->folder, "ariane.lock", why);

	if (e == OK)
		e = disk_lock(engine->options.disk, path, &engine->lock, why);
	if (e == ERR_BUSY)
		e = fail(why, MSG_FOLDER_BUSY, arg_c(engine->options.folder));
	return e;
}

static err read_small(
	struct engine *engine, const char *name, struct arena *arena, str *out, struct why *why)
{
	char path[PATH_BYTES_MAX];
	err e = path_join(path, engine->folder, name, why);

	return e != OK ? e : disk_read_whole(engine->options.disk, path, 4096, arena, out, why);
}

/* The secret first, the format last: a folder with a format is complete. */
static err make_folder(struct engine *engine, struct why *why)
{
	struct disk *disk = engine->options.disk;
	str secret = { (const char *)engine->secret, sizeof(engine->secret) };

	secret_bytes(engine->secret, sizeof(engine->secret));
	err e = disk_write_whole(disk, engine->folder, "secret", secret, why);
	if (e == OK)
		e = disk_write_whole(disk, engine->folder, "format", format_line, why);
	return e;
}

static err check_format(struct engine *engine, bool *fresh, struct why *why)
{
	AUTO_ARENA arena = arena_create(64 << 10);
	str format, secret;
	err e = read_small(engine, "format", arena, &format, why);

	*fresh = e == ERR_NOT_FOUND;
	if (*fresh)
		return OK;
	if (e != OK)
		return e;
	if (!str_starts(format, STR("ariane ")))
		return fail(why, MSG_FOLDER_FOREIGN, arg_c(engine->options.folder));
	if (!str_equal(format, format_line))
		return fail(why, MSG_FOLDER_VERSION, arg_c(engine->options.folder),
			arg_str(str_trim(str_from(format, 7))), arg_int(FORMAT_VERSION));
	e = read_small(engine, "secret", arena, &secret, why);
	if (e != OK)
		return e;
	if (secret.len != sizeof(engine->secret))
		return fail(why, MSG_FOLDER_SECRET, arg_c(engine->options.folder));
	memcpy(engine->secret, secret.ptr, secret.len);
	return OK;
}

/* Makes the folder, and its name durable. */
static err make_named(struct engine *engine, struct why *why)
{
	char parent[PATH_BYTES_MAX];
	err e = disk_make_folder(engine->options.disk, engine->folder, why);

	if (e == OK)
		e = path_parent(parent, engine->folder, why);
	return e != OK ? e : disk_sync_folder(engine->options.disk, parent, why);
}

static err open_folder(struct engine *engine, struct engine_opening *opening, struct why *why)
{
	bool fresh;
	err e = OK;

	if (!engine->options.must_exist)
		e = make_named(engine, why);
	if (e == OK)
		e = lock(engine, why);
	if (e == ERR_NOT_FOUND)
		e = fail(why, MSG_FOLDER_MISSING, arg_c(engine->options.folder));
	if (e == OK)
		e = check_format(engine, &fresh, why);
	if (e != OK || !fresh)
		return e;
	if (engine->options.must_exist)
		return fail(why, MSG_FOLDER_MISSING, arg_c(engine->options.folder));
	opening->made = true;
	return make_folder(engine, why);
}

static err open_index(struct engine *engine, struct dedup **out, uint64_t *from, struct why *why)
{
	const struct dedup_options options = { .memory_entries_max =
						       engine->options.dedup_entries_max };

	return dedup_open(engine->options.disk, engine->dedup_folder, &options, out, from, why);
}

static err renew_index(struct engine *engine, uint64_t *from, struct why *why)
{
	struct dedup *old = engine->dedup;
	err e = dedup_discard(engine->options.disk, engine->dedup_folder, why);

	if (e != OK)
		return e;
	/* Opening sweeps the old runs away: from then on the old index must not be saved. */
	e = open_index(engine, &engine->dedup, from, why);
	if (e == OK)
		dedup_close(old);
	engine->index_generation++;
	engine->failed |= e != OK;
	return e;
}

err engine_rebuild_index(struct engine *engine, struct why *why)
{
	struct engine_opening opening = { 0 };
	uint64_t from;

	ASSERT(pthread_mutex_lock(&engine->index_lock) == 0);
	err e = renew_index(engine, &from, why);
	ASSERT(pthread_mutex_unlock(&engine->index_lock) == 0);
	if (e != OK)
		return e;
	e = engine_replay(engine, from, journal_end(engine->journal), &opening, why);
	engine->failed |= e != OK;
	return e;
}

static err open_parts(struct engine *engine, struct engine_opening *opening, struct why *why)
{
	const struct engine_options *o = &engine->options;
	const struct journal_options journal = { .segment_bytes_max = o->segment_bytes_max };
	uint64_t dedup_from = 1;
	err e = journal_open(o->disk, engine->journal_folder, &journal, &engine->journal,
		&opening->journal, why);

	if (e == OK)
		e = open_index(engine, &engine->dedup, &dedup_from, why);
	if (e != OK)
		return e;
	engine->applied_seq = 1;
	e = erasures_open(&engine->erasures, o->disk, engine->folder, why);
	if (e != OK)
		return e;
	checkpoint_load(engine, opening);
	if (engine->identity == NULL) {
		engine->identity = identity_create();
		engine->threads = engine_empty_threads(engine);
	}
	engine_answer_times(engine->identity, engine->threads);
	engine->is_loaded = opening->checkpoint_seq > 0;
	opening->index_from = dedup_from;
	opening->index_damaged = dedup_damage(engine->dedup) != NULL;
	if (engine_planted.index_unsaved)
		dedup_from = MAX_OF(dedup_from, engine->applied_seq);
	if (engine_planted.replay_twice && engine->applied_seq > 1)
		engine->applied_seq--;
	/* other rules behind a checkpoint: computed once, by who publishes, or beside */
	identity_look_within(engine->identity, engine->is_loaded ? engine_look_steps() : 0);
	e = engine_replay(engine, dedup_from, engine->applied_seq, opening, why);
	identity_look_within(engine->identity, 0);
	return e;
}

err engine_open(const struct engine_options *options, struct engine **out,
	struct engine_opening *opening, struct why *why)
{
	struct engine *engine = memory_alloc(sizeof(*engine));
	err e;

	engine->options = *options;
	if (engine->options.disk == NULL)
		engine->options.disk = disk_real();
	if (engine->options.clock == NULL)
		engine->options.clock = clock_real();
	ASSERT(pthread_mutex_init(&engine->snapshot_lock, NULL) == 0);
	ASSERT(pthread_mutex_init(&engine->index_lock, NULL) == 0);
	engine->group = group_create();
	ASSERT(pthread_mutex_init(&engine->in_flight.lock, NULL) == 0);
	ASSERT(pthread_mutex_init(&engine->in_flight.storing, NULL) == 0);
	*opening = (struct engine_opening){ 0 };
	e = set_folders(engine, options->folder, why);
	if (e == OK)
		e = open_folder(engine, opening, why);
	if (e == OK)
		e = open_parts(engine, opening, why);
	if (e != OK) {
		engine_close(engine);
		return e;
	}
	engine->damaged = opening->quarantined + opening->journal.damaged_records;
	engine->dirty = true;
	*out = engine;
	return OK;
}

void engine_close(struct engine *engine)
{
	if (engine == NULL)
		return;
	snapshot_unref(engine->snapshot);
	checkpoint_abandon(engine);
	engine_erasing_abandon(engine);
	engine_recount_abandon(engine);
	erasures_done(&engine->erasures);
	identity_free(engine->identity);
	threads_free(engine->threads);
	dedup_close(engine->dedup);
	journal_close(engine->journal);
	file_close(engine->store.file);
	for (size_t i = 0; i < engine->retired_count; i++)
		file_close(engine->retired[i]);
	free(engine->retired);
	file_close(engine->lock);
	ASSERT(pthread_mutex_destroy(&engine->snapshot_lock) == 0);
	ASSERT(pthread_mutex_destroy(&engine->index_lock) == 0);
	group_free(engine->group);
	ASSERT(pthread_mutex_destroy(&engine->in_flight.lock) == 0);
	ASSERT(pthread_mutex_destroy(&engine->in_flight.storing) == 0);
	free(engine);
}

void engine_retire_file(struct engine *engine, struct file *file)
{
	if (file == NULL)
		return;
	size_t bytes = (engine->retired_count + 1) * sizeof(struct file *);
	engine->retired = memory_resize(engine->retired, bytes);
	engine->retired[engine->retired_count++] = file;
}

struct threads *engine_empty_threads(const struct engine *engine)
{
	struct threads *threads = threads_create();

	if (engine->options.skip_attributes)
		threads_skip_attributes(threads);
	return threads;
}

/* ---- snapshots */

void engine_publish(struct engine *engine)
{
	if (!engine->dirty)
		return;
	if (identity_owners_version(engine->identity) != engine->owners_version)
		threads_drop_index(engine->threads);
	engine->owners_version = identity_owners_version(engine->identity);
	struct identity_view *identity = identity_publish(engine->identity);
	struct threads_view *threads = threads_publish(engine->threads, identity);
	struct snapshot *fresh = snapshot_create(++engine->epoch, engine->applied_seq,
		journal_last_received_ms(engine->journal), threads, identity);

	ASSERT(pthread_mutex_lock(&engine->snapshot_lock) == 0);
	struct snapshot *old = engine->snapshot;
	engine->snapshot = fresh;
	ASSERT(pthread_mutex_unlock(&engine->snapshot_lock) == 0);
	snapshot_unref(old);
	engine->dirty = false;
}

struct snapshot *engine_published(struct engine *engine)
{
	ASSERT(pthread_mutex_lock(&engine->snapshot_lock) == 0);
	struct snapshot *snapshot = snapshot_ref(engine->snapshot);
	ASSERT(pthread_mutex_unlock(&engine->snapshot_lock) == 0);
	return snapshot;
}

struct snapshot *engine_snapshot(struct engine *engine)
{
	engine_publish(engine);
	return engine_published(engine);
}

void engine_index(struct engine *engine)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(engine);
	const struct threads_view *view = snapshot_threads(snapshot);

	if (threads_wants_base(engine->threads)) {
		threads_set_base(engine->threads,
			thread_index_build_base(view, threads_view_rows(view), SHARES_THREADS));
		engine->dirty = true;
	} else if (threads_add_run(engine->threads, view)) {
		engine->dirty = true;
	}
	engine_publish(engine);
}

/* ---- reading */

err engine_read(struct engine *engine, uint64_t seq, struct arena *arena, struct record *out,
	struct why *why)
{
	struct journal_record stored;
	err e = journal_read(engine->journal, seq, arena, &stored, why);

	if (e == OK)
		e = record_decode(stored.bytes, arena, out, why);
	if (e != OK)
		return e;
	out->seq = stored.seq;
	out->received_ms = stored.received_ms;
	return OK;
}

size_t engine_decision_count(const struct engine *engine)
{
	return identity_decision_count(engine->identity);
}

uint64_t engine_decision_seq(const struct engine *engine, size_t i)
{
	const struct identity_decision *d = identity_decision_at(engine->identity, i);

	return d->kind == DECISION_NONE ? 0 : d->seq;
}

struct identity *engine_identity(struct engine *engine)
{
	return engine->identity;
}

uint64_t engine_damaged(const struct engine *engine)
{
	return engine->damaged;
}

struct journal *engine_journal(struct engine *engine)
{
	return engine->journal;
}

struct dedup *engine_dedup(struct engine *engine)
{
	return engine->dedup;
}

const uint8_t *engine_secret(const struct engine *engine)
{
	return engine->secret;
}

const struct engine_options *engine_options(const struct engine *engine)
{
	return &engine->options;
}
