/* engine/backup.c - making a back-up, a piece at a time; see backup.h */
#include "engine/backup.h"

#include "base/crc32c.h"
#include "engine/backup_internal.h"
#include "engine/engine_internal.h"
#include "journal/pin.h"

#include <stdlib.h>

enum { COPY_BYTES = 1 << 20 };

/* The folders of a back-up, in the order in which they are copied. */
enum { PART_JOURNAL, PART_KNOWN, PART_ROOT, PARTS };
static const char *const folders[PARTS] = { "journal", "dedup", "" };

struct backup {
	struct disk *disk;
	char target[PATH_BYTES_MAX];
	struct pinned parts[PARTS];
	bool is_taken;
	size_t part, file; /* what is copied next, or being copied */
	struct backup_copy copy; /* `to` NULL: none is being copied */
	struct strbuf list;
	struct backup_summary summary;
	uint64_t bytes_all; /* of all that is pinned; 0: not added up yet */
};

/* ---- a piece of a file */

err backup_copy_piece(struct backup_copy *copy, bool *more, struct why *why)
{
	char *buffer = memory_alloc(COPY_BYTES);
	uint64_t end = MIN_OF(copy->bytes + BACKUP_PIECE_BYTES, copy->bytes_max);
	size_t wanted = 0, got = 0;
	err e = OK;

	while (e == OK && got == wanted && copy->bytes < end) {
		wanted = (size_t)MIN_OF(end - copy->bytes, (uint64_t)COPY_BYTES);
		e = file_read_at(copy->from, copy->bytes, buffer, wanted, &got, why);
		if (e == OK && copy->to != NULL && got > 0)
			e = file_write_at(copy->to, copy->bytes, buffer, got, why);
		if (e != OK)
			break;
		copy->crc = crc32c(copy->crc, (str){ buffer, got });
		copy->bytes += got;
	}
	free(buffer);
	*more = got == wanted && copy->bytes < copy->bytes_max;
	if (e == OK && copy->to != NULL)
		e = file_sync(copy->to, why);
	return e;
}

/* ---- where it shall lie */

/* The name of the folder is made durable too: else a crash could take the whole back-up. */
static err make_target(struct disk *disk, const char *target, struct why *why)
{
	char parent[PATH_BYTES_MAX];
	err e = path_parent(parent, target, why);

	if (e == OK)
		e = disk_make_folder(disk, target, why);
	return e != OK ? e : disk_sync_folder(disk, parent, why);
}

static err check_target(struct disk *disk, const char *target, struct why *why)
{
	AUTO_ARENA arena = arena_create(BACKUP_LISTING_BYTES_MAX);
	struct disk_entry *entries;
	size_t count = 0;
	err e = disk_list(disk, target, arena, &entries, &count, NULL);

	if (e == ERR_NOT_FOUND || (e == OK && count == 0))
		return make_target(disk, target, why);
	if (e == OK)
		return fail(why, MSG_BACKUP_TARGET, arg_c(target));
	return disk_list(disk, target, arena, &entries, &count, why);
}

/* ---- what is copied */

static err pin_index(struct backup *b, struct engine *engine, struct why *why)
{
	ASSERT(pthread_mutex_lock(&engine->index_lock) == 0);
	err e = pin_known(&b->parts[PART_KNOWN], engine->dedup, why);
	ASSERT(pthread_mutex_unlock(&engine->index_lock) == 0);
	return e;
}

static err pin_root(struct backup *b, struct engine *engine, struct why *why)
{
	static const struct {
		const char *name;
		bool may_lack;
	} rows[] = { { "erased", true }, { "secret", false }, { "format", false },
		{ "desk-secret", true }, { BACKUP_DATABASE, true } };
	err e = OK;

	for (size_t i = 0; e == OK && i < ARRAY_LEN(rows); i++) {
		struct why here = { 0 };
		e = pin_file(&b->parts[PART_ROOT], b->disk, engine->folder, rows[i].name, &here);
		if (e == ERR_NOT_FOUND && rows[i].may_lack)
			e = OK;
		else if (e != OK && why != NULL)
			*why = here;
	}
	return e;
}

/* All of it before the journal: a mark that bytes are gone, and what the index knows, must not be
 * younger than the segments. */
err backup_begin(struct engine *engine, const char *target, struct backup **out, struct why *why)
{
	struct backup *b = memory_alloc(sizeof(*b));

	b->disk = engine->options.disk;
	b->list = strbuf_heap(BACKUP_LIST_BYTES_MAX);
	err e = path_join(b->target, target, "", why);
	if (e == OK)
		e = check_target(b->disk, b->target, why);
	if (e == OK)
		e = pin_root(b, engine, why);
	if (e == OK)
		e = pin_index(b, engine, why);
	if (e == OK)
		*out = b;
	else
		backup_free(b);
	return e;
}

/* A new segment is begun, so that every copied one is closed and complete. */
err backup_take(struct engine *engine, struct backup *b, struct why *why)
{
	ASSERT(!b->is_taken);
	if (engine->failed) /* what is in memory may not be what is durable */
		return fail(why, MSG_ENGINE_FAILED);
	b->summary.end_seq = journal_end(engine->journal);
	b->summary.made_ms = engine->options.clock->now_ms(engine->options.clock);
	err e = journal_roll(engine->journal, why);
	if (e != OK)
		return e;
	pin_segments(&b->parts[PART_JOURNAL], engine->journal);
	b->is_taken = true;
	strbuf_printf(&b->list, "ariane backup 1\nend %llu\nmade %lld\n",
		(unsigned long long)b->summary.end_seq, (long long)b->summary.made_ms);
	return OK;
}

void backup_free(struct backup *b)
{
	if (b == NULL)
		return;
	file_close(b->copy.to);
	for (size_t i = 0; i < PARTS; i++)
		pinned_done(&b->parts[i]);
	strbuf_done(&b->list);
	free(b);
}

/* ---- copying */

static err add_up(struct backup *b, struct why *why)
{
	uint64_t sum = 0, bytes = 0;
	err e = OK;

	for (size_t i = 0; i < PARTS; i++)
		for (size_t k = 0; e == OK && k < b->parts[i].count; k++) {
			e = file_size(b->parts[i].files[k].file, &bytes, why);
			sum += MIN_OF(bytes, b->parts[i].files[k].bytes_max);
		}
	if (e == OK)
		b->bytes_all = MAX_OF(sum, (uint64_t)1);
	return e;
}

static err folder_of(const struct backup *b, char out[static PATH_BYTES_MAX], struct why *why)
{
	return path_join(out, b->target, folders[b->part], why);
}

/* What the caller copied for this goes by the name of what it is a copy of. */
static const char *name_of(const struct pinned_file *file)
{
	return str_equal(str_of(file->name), STR(BACKUP_DATABASE)) ? "ariane.db" : file->name;
}

static err begin_file(struct backup *b, const struct pinned_file *file, struct why *why)
{
	char path[PATH_BYTES_MAX];
	err e = folder_of(b, path, why);

	if (e == OK && b->file == 0)
		e = disk_make_folder(b->disk, path, why);
	if (e == OK)
		e = path_join(path, path, name_of(file), why);
	b->copy = (struct backup_copy){ .from = file->file, .bytes_max = file->bytes_max };
	return e == OK ? disk_open(b->disk, path, FILE_CREATE, &b->copy.to, why) : e;
}

static void note_file(struct backup *b, const struct pinned_file *file)
{
	strbuf_printf(&b->list, "file %llu %08x %s%s%s\n", (unsigned long long)b->copy.bytes,
		b->copy.crc, folders[b->part], b->part == PART_ROOT ? "" : "/", name_of(file));
	b->summary.files++;
	file_close(b->copy.to);
	b->copy.to = NULL;
	b->file++;
}

static err copy_some(struct backup *b, const struct pinned_file *file, struct why *why)
{
	bool more = true;
	err e = b->copy.to == NULL ? begin_file(b, file, why) : OK;
	uint64_t before = b->copy.bytes;

	if (e == OK)
		e = backup_copy_piece(&b->copy, &more, why);
	b->summary.bytes += b->copy.bytes - before;
	if (e == OK && !more)
		note_file(b, file);
	return e;
}

static err end_part(struct backup *b, struct why *why)
{
	char path[PATH_BYTES_MAX];
	bool is_there = b->parts[b->part].count > 0;
	err e = folder_of(b, path, why);

	if (e == OK && is_there)
		e = disk_sync_folder(b->disk, path, why);
	b->part++;
	b->file = 0;
	return e;
}

static err write_list(struct backup *b, struct why *why)
{
	uint32_t sum = crc32c(0, (str){ b->list.ptr, b->list.len });

	strbuf_printf(&b->list, "sum %08x\n", sum);
	if (!strbuf_ok(&b->list))
		return fail(
			why, MSG_NO_ROOM, arg_c("backup"), arg_int((int64_t)BACKUP_LIST_BYTES_MAX));
	return disk_write_whole(b->disk, b->target, "backup", strbuf_str(&b->list), why);
}

err backup_step(struct backup *b, bool *done, struct why *why)
{
	ASSERT(b->is_taken);
	*done = false;
	if (b->bytes_all == 0)
		return add_up(b, why);
	if (b->part == PARTS) {
		err e = write_list(b, why);
		*done = e == OK;
		return e;
	}
	const struct pinned *part = &b->parts[b->part];
	return b->file < part->count ? copy_some(b, &part->files[b->file], why) : end_part(b, why);
}

struct backup_summary backup_summary(const struct backup *b)
{
	return b->summary;
}

uint64_t backup_bytes_all(const struct backup *b)
{
	return b->bytes_all;
}

err engine_backup(
	struct engine *engine, const char *target, struct backup_summary *out, struct why *why)
{
	struct backup *b = NULL;
	bool done = false;
	err e = backup_begin(engine, target, &b, why);

	if (e == OK)
		e = backup_take(engine, b, why);
	while (e == OK && !done)
		e = backup_step(b, &done, why);
	if (e == OK)
		*out = b->summary;
	backup_free(b);
	return e;
}
