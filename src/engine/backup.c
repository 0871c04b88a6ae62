/* engine/backup.c - see backup.h */
#include "engine/backup.h"

#include "base/crc32c.h"
#include "engine/backup_internal.h"
#include "engine/engine_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPY_BYTES = 1 << 20 };
#define LIST_BYTES_MAX ((size_t)256 << 20)

/* ---- copying one file, its checksum made on the way; without a target it is only read */

static err copy_bytes(
	struct file *from, struct file *to, uint64_t *bytes, uint32_t *crc, struct why *why)
{
	char *buffer = memory_alloc(COPY_BYTES);
	size_t got = COPY_BYTES;
	err e = OK;

	*bytes = 0;
	*crc = 0;
	while (e == OK && got == COPY_BYTES) {
		e = file_read_at(from, *bytes, buffer, COPY_BYTES, &got, why);
		if (e == OK && to != NULL && got > 0)
			e = file_write_at(to, *bytes, buffer, got, why);
		if (e != OK)
			break;
		*crc = crc32c(*crc, (str){ buffer, got });
		*bytes += got;
	}
	free(buffer);
	if (e == OK && to != NULL)
		e = file_sync(to, why);
	return e;
}

err backup_copy_file(struct disk *disk, const char *from, const char *to, uint64_t *bytes,
	uint32_t *crc, struct why *why)
{
	struct file *source, *target = NULL;
	err e = disk_open(disk, from, FILE_READ, &source, why);

	if (e != OK)
		return e;
	if (to != NULL)
		e = disk_open(disk, to, FILE_CREATE, &target, why);
	if (e == OK)
		e = copy_bytes(source, target, bytes, crc, why);
	file_close(target);
	file_close(source);
	return e;
}

/* ---- making one */

struct copying {
	struct disk *disk;
	const char *from, *to;
	struct strbuf list;
	struct backup_summary *out;
};

static err copy_as(struct copying *c, const char *here, const char *name, struct why *why)
{
	char from[PATH_BYTES_MAX], to[PATH_BYTES_MAX];
	uint64_t bytes;
	uint32_t crc;
	err e = path_join(from, c->from, here, why);

	if (e == OK)
		e = path_join(to, c->to, name, why);
	if (e == OK)
		e = backup_copy_file(c->disk, from, to, &bytes, &crc, why);
	if (e != OK)
		return e;
	strbuf_printf(&c->list, "file %llu %08x %s\n", (unsigned long long)bytes, crc, name);
	c->out->files++;
	c->out->bytes += bytes;
	return OK;
}

static err copy_named(struct copying *c, const char *name, struct why *why)
{
	return copy_as(c, name, name, why);
}

static err copy_folder(struct copying *c, const char *folder, struct why *why)
{
	AUTO_ARENA arena = arena_create(BACKUP_LISTING_BYTES_MAX);
	char from[PATH_BYTES_MAX], to[PATH_BYTES_MAX], name[PATH_BYTES_MAX];
	struct disk_entry *entries;
	size_t count = 0;
	err e = path_join(from, c->from, folder, why);

	if (e == OK)
		e = path_join(to, c->to, folder, why);
	if (e == OK)
		e = disk_list(c->disk, from, arena, &entries, &count, why);
	if (e == ERR_NOT_FOUND)
		return OK;
	if (e == OK)
		e = disk_make_folder(c->disk, to, why);
	for (size_t i = 0; e == OK && i < count; i++) {
		if (entries[i].is_folder || str_ends(entries[i].name, STR(".tmp")))
			continue;
		e = path_join(name, folder, entries[i].name.ptr, why);
		if (e == OK)
			e = copy_named(c, name, why);
	}
	return e != OK ? e : disk_sync_folder(c->disk, to, why);
}

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

static err copy_if_there(struct copying *c, const char *here, const char *name, struct why *why)
{
	struct why reason = { 0 };
	err e = copy_as(c, here, name, &reason);

	if (e != OK && e != ERR_NOT_FOUND && why != NULL)
		*why = reason;
	return e == ERR_NOT_FOUND ? OK : e;
}

static err copy_everything(struct copying *c, struct why *why)
{
	err e = copy_folder(c, "journal", why);

	if (e == OK)
		e = copy_folder(c, "dedup", why);
	if (e == OK)
		e = copy_named(c, "secret", why);
	if (e == OK)
		e = copy_named(c, "format", why);
	if (e == OK)
		e = copy_if_there(c, "erased", "erased", why);
	if (e == OK)
		e = copy_if_there(c, "desk-secret", "desk-secret", why);
	return e != OK ? e : copy_if_there(c, BACKUP_DATABASE, "ariane.db", why);
}

static err write_list(struct copying *c, struct why *why)
{
	uint32_t sum = crc32c(0, (str){ c->list.ptr, c->list.len });

	strbuf_printf(&c->list, "sum %08x\n", sum);
	if (!strbuf_ok(&c->list))
		return fail(why, MSG_NO_ROOM, arg_c("backup"), arg_int((int64_t)LIST_BYTES_MAX));
	return disk_write_whole(c->disk, c->to, "backup", strbuf_str(&c->list), why);
}

/* A new segment is begun, so that every copied one is closed and complete. */
err engine_backup(
	struct engine *engine, const char *target, struct backup_summary *out, struct why *why)
{
	if (engine->failed) /* what is in memory may not be what is durable */
		return fail(why, MSG_ENGINE_FAILED);
	struct copying c = { .disk = engine->options.disk,
		.from = engine->folder,
		.to = target,
		.list = strbuf_heap(LIST_BYTES_MAX),
		.out = out };
	err e = check_target(c.disk, target, why);

	*out = (struct backup_summary){ .end_seq = journal_end(engine->journal),
		.made_ms = engine->options.clock->now_ms(engine->options.clock) };
	strbuf_printf(&c.list, "ariane backup 1\nend %llu\nmade %lld\n",
		(unsigned long long)out->end_seq, (long long)out->made_ms);
	if (e == OK)
		e = dedup_save(engine->dedup, engine->applied_seq, why);
	if (e == OK)
		e = journal_roll(engine->journal, why);
	if (e == OK)
		e = copy_everything(&c, why);
	if (e == OK)
		e = write_list(&c, why);
	strbuf_done(&c.list);
	return e;
}

/* ---- reading one */

static bool hex32(str text, uint32_t *out)
{
	uint32_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
		if (!digit && !letter)
			return false;
		n = n << 4 | (uint32_t)(digit ? c - '0' : c - 'a' + 10);
	}
	*out = n;
	return text.len == 8;
}

/* A name must stay within the back-up. */
static bool is_inside(str name)
{
	str folder, rest;
	bool nested = str_split(name, '/', &folder, &rest);

	if (nested && !str_equal(folder, STR("journal")) && !str_equal(folder, STR("dedup")))
		return false;
	str last = nested ? rest : name;
	return last.len > 0 && !str_has(last, '/') && last.ptr[0] != '.' && str_is_text(last);
}

static bool read_file_line(str line, struct backup_file *out)
{
	str bytes, crc, rest;
	int64_t n;

	if (!str_split(line, ' ', &bytes, &rest) || !str_split(rest, ' ', &crc, &out->name))
		return false;
	if (!str_to_int64(bytes, &n) || n < 0 || !hex32(crc, &out->crc) || !is_inside(out->name))
		return false;
	out->bytes = (uint64_t)n;
	return true;
}

static bool read_number_line(str *text, str word, int64_t *number)
{
	str line, rest;

	if (!str_split(*text, '\n', &line, &rest) || !str_skip_prefix(&line, word) ||
		!str_to_int64(line, number))
		return false;
	*text = rest;
	return true;
}

err backup_read_list(struct disk *disk, const char *folder, struct backup_summary *out,
	backup_each *each, void *context, struct why *why)
{
	AUTO_ARENA arena = arena_create(LIST_BYTES_MAX * 2);
	char path[PATH_BYTES_MAX];
	str text, line;
	uint32_t sum;
	int64_t end, made;
	err e = path_join(path, folder, "backup", why);

	if (e == OK)
		e = disk_read_whole(disk, path, LIST_BYTES_MAX, arena, &text, why);
	if (e == ERR_NOT_FOUND)
		return fail(why, MSG_BACKUP_NONE, arg_c(folder));
	if (e != OK)
		return e;
	size_t tail = strlen("sum 00000000\n");
	bool whole = text.len > tail && text.ptr[text.len - 1] == '\n' &&
		     str_starts(str_from(text, text.len - tail), STR("sum ")) &&
		     hex32(str_from(str_upto(text, text.len - 1), text.len - tail + 4), &sum) &&
		     crc32c(0, str_upto(text, text.len - tail)) == sum;
	text = whole ? str_upto(text, text.len - tail) : text;
	if (!whole || !str_skip_prefix(&text, STR("ariane backup 1\n")) ||
		!read_number_line(&text, STR("end "), &end) ||
		!read_number_line(&text, STR("made "), &made))
		return fail(why, MSG_BACKUP_DAMAGED, arg_c(path));
	*out = (struct backup_summary){ .end_seq = (uint64_t)end, .made_ms = made };
	while (e == OK && str_split(text, '\n', &line, &text)) {
		struct backup_file file;
		if (!str_skip_prefix(&line, STR("file ")) || !read_file_line(line, &file))
			return fail(why, MSG_BACKUP_DAMAGED, arg_c(path));
		out->files++;
		out->bytes += file.bytes;
		e = each(context, &file, why);
	}
	return e;
}
