/* main/rejects.c - see rejects.h */
#include "main/rejects.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES_MAX = 80, REASON_BYTES_MAX = 4000 };

struct output_file {
	struct file *file;
	uint64_t end;
};

struct rejects {
	struct disk *disk;
	const char *folder;
	int64_t now_ms;
	enum language language;
	char name[NAME_BYTES_MAX], path[PATH_BYTES_MAX];
	struct strbuf header, mapping;
	struct output_file rows, reasons;
	struct rejects_kept *kept; /* REJECTS_TOLD_MAX of them */
	char input[PATH_BYTES_MAX];
	bool is_open;
	uint64_t count;
	unsigned inputs; /* that had rejects: part of the name */
	err failed;
	struct why why;
};

enum { HEADER_BYTES_MAX = 8 << 20, MAPPING_FILE_BYTES_MAX = 4 << 20 };

struct rejects *rejects_create(
	struct disk *disk, const char *folder, int64_t now_ms, enum language language)
{
	struct rejects *r = memory_alloc(sizeof(*r));

	*r = (struct rejects){ .disk = disk,
		.folder = folder,
		.now_ms = now_ms,
		.language = language,
		.header = strbuf_heap(HEADER_BYTES_MAX),
		.mapping = strbuf_heap(MAPPING_FILE_BYTES_MAX),
		.kept = memory_alloc(REJECTS_TOLD_MAX * sizeof(*r->kept)) };
	return r;
}

static void note(struct rejects *r, err e, const struct why *why)
{
	if (e == OK || r->failed != OK)
		return;
	r->failed = e;
	r->why = *why;
}

static void close_one(struct rejects *r, struct output_file *out)
{
	struct why why = { 0 };

	if (out->file == NULL)
		return;
	note(r, file_sync(out->file, &why), &why);
	file_close(out->file);
	*out = (struct output_file){ 0 };
}

static void close_files(struct rejects *r)
{
	close_one(r, &r->rows);
	close_one(r, &r->reasons);
	r->is_open = false;
}

err rejects_free(struct rejects *r, struct why *why)
{
	close_files(r);
	err e = r->failed;
	if (e != OK && why != NULL)
		*why = r->why;
	strbuf_done(&r->header);
	strbuf_done(&r->mapping);
	free(r->kept);
	free(r);
	return e;
}

/* The last part of the path, and of that only what makes a plain file name. */
void rejects_begin(struct rejects *r, str name)
{
	str folder, last;

	close_files(r);
	if (!str_split_last(name, '/', &folder, &last))
		last = name;
	size_t len = 0;
	for (size_t i = 0; i < last.len && len < sizeof(r->name) - 1; i++) {
		char c = last.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || (c == '.' && len > 0) || c == '_';
		r->name[len++] = plain ? c : '-';
	}
	r->name[len] = '\0';
	strbuf_clear(&r->header);
	strbuf_clear(&r->mapping);
	(void)snprintf(r->input, sizeof(r->input), STR_FMT, STR_ARG(name)); /* a path fits */
}

void rejects_mapping(struct rejects *r, str json)
{
	strbuf_clear(&r->mapping);
	strbuf_add(&r->mapping, json);
}

void rejects_header(struct rejects *r, str header)
{
	strbuf_clear(&r->header);
	strbuf_add(&r->header, header);
}

static err open_one(struct rejects *r, const char *ending, struct output_file *out, struct why *why)
{
	char folder[PATH_BYTES_MAX], name[NAME_BYTES_MAX + 64];
	err e = path_join(folder, r->folder, REJECT_FILES_FOLDER, why);

	(void)snprintf(name, sizeof(name), "%s-%lld-%u.%s", r->name, (long long)r->now_ms,
		r->inputs, ending); /* fits */
	if (e == OK)
		e = disk_make_folder(r->disk, folder, why);
	if (e == OK)
		e = path_join(r->path, folder, name, why);
	if (e == OK)
		e = disk_open(r->disk, r->path, FILE_CREATE_OR_EMPTY, &out->file, why);
	return e != OK ? e : disk_sync_folder(r->disk, folder, why);
}

static void put(struct rejects *r, struct output_file *out, str bytes)
{
	struct why why = { 0 };

	if (r->failed != OK || bytes.len == 0)
		return;
	err e = file_write_at(out->file, out->end, bytes.ptr, bytes.len, &why);
	out->end += bytes.len;
	note(r, e, &why);
}

static void put_line(struct rejects *r, struct output_file *out, str line)
{
	put(r, out, line);
	if (!str_ends(line, STR("\n")))
		put(r, out, STR("\n"));
}

static bool has_mapping(const struct rejects *r)
{
	return r->mapping.len > 0 && strbuf_ok(&r->mapping);
}

/* Behind the rows, so that r->path is theirs in the end. */
static err write_mapping(struct rejects *r, struct why *why)
{
	struct output_file out = { 0 };
	err e = open_one(r, "rows" REJECTS_MAPPING, &out, why);

	if (e != OK)
		return e;
	put_line(r, &out, strbuf_str(&r->mapping));
	close_one(r, &out);
	return OK;
}

static void keep_told(struct rejects *r)
{
	if (r->inputs > REJECTS_TOLD_MAX)
		return;
	struct rejects_kept *kept = &r->kept[r->inputs - 1];
	*kept = (struct rejects_kept){ .has_mapping = has_mapping(r) };
	memcpy(kept->rows, r->path, sizeof(kept->rows));
	memcpy(kept->input, r->input, sizeof(kept->input));
}

static void open_files(struct rejects *r)
{
	struct why why = { 0 };

	r->is_open = true;
	r->inputs++;
	err e = open_one(r, "reasons", &r->reasons, &why);
	if (e == OK && has_mapping(r))
		e = write_mapping(r, &why);
	if (e == OK)
		e = open_one(r, "rows", &r->rows, &why);
	note(r, e, &why);
	keep_told(r);
	if (e == OK && r->header.len > 0)
		put_line(r, &r->rows, strbuf_str(&r->header));
}

static void add_place(struct strbuf *line, bool known, int64_t n)
{
	if (known)
		strbuf_add_int(line, n);
	strbuf_add_byte(line, '\t');
}

void rejects_add(struct rejects *r, const struct why *reason, str raw)
{
	struct strbuf line = strbuf_heap(REASON_BYTES_MAX);

	r->count++;
	if (!r->is_open)
		open_files(r);
	if (r->inputs <= REJECTS_TOLD_MAX)
		r->kept[r->inputs - 1].count++;
	if (r->rows.end + r->reasons.end > REJECTS_BYTES_MAX) {
		strbuf_done(&line);
		return;
	}
	add_place(&line, reason->has_line, reason->line);
	add_place(&line, reason->has_column, reason->column);
	add_place(&line, reason->has_offset, reason->offset);
	strbuf_add(&line, message_kebab(reason->message));
	strbuf_add_byte(&line, '\t');
	why_words(reason, r->language, &line);
	if (strbuf_ok(&line))
		put_line(r, &r->reasons, strbuf_str(&line));
	put_line(r, &r->rows, raw);
	strbuf_done(&line);
}

uint64_t rejects_count(const struct rejects *r)
{
	return r->count;
}

const struct rejects_kept *rejects_kept(const struct rejects *r, size_t *count)
{
	*count = MIN_OF((size_t)r->inputs, (size_t)REJECTS_TOLD_MAX);
	return r->kept;
}

const char *rejects_path(const struct rejects *r)
{
	return r->path;
}
