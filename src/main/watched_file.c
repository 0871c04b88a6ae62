/* main/watched_file.c - one dropped file: is it whole, imported, moved (watched.h). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "base/zone.h"
#include "main/rejects.h"
#include "main/render.h"
#include "main/request.h"
#include "main/serve_inputs.h"
#include "main/sink.h"
#include "main/watched_internal.h"

enum {
	ANSWER_BYTES_MAX = 1 << 20,
	TAKE_MEMORY_MAX = 64 << 20,
	WORDS_MAX = 8,
	REASON_BYTES_MAX = 1 << 14,
	MS_PER_S = 1000,
};

struct taking {
	const struct watched_place *place;
	str name;
	char path[PATH_BYTES_MAX];
	struct stat before;
	struct arena *arena;
	struct why why;
	uint64_t imported, duplicates, erased, rejected;
	str rejects_file; /* of the import, in the data folder */
	str source, mapping; /* mapping "": none told */
};

static int64_t now_ms(void)
{
	return clock_real()->now_ms(clock_real());
}

static int64_t ms_of(struct timespec t)
{
	return (int64_t)t.tv_sec * MS_PER_S + t.tv_nsec / 1000000;
}

/* ---- is it whole? */

/* A read lease is given only while nobody has the file open for writing; it is given back at once.
 * (SIGIO, which would tell of a writer in that instant, is ignored: watched.c.) */
static bool is_being_written(int fd, const struct stat *status)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		(void)fcntl(fd, F_SETLEASE, F_UNLCK); /* closing would do as well */
		return false;
	}
	return errno == EAGAIN || now_ms() - ms_of(status->st_mtim) < WATCHED_STILL_MS;
}

/* A link could lead anywhere: it is no file that was dropped here. */
static bool is_whole(struct taking *t, bool *is_file)
{
	int fd = open(t->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	*is_file = fd >= 0 && fstat(fd, &t->before) == 0 && S_ISREG(t->before.st_mode);
	bool whole = *is_file && !is_being_written(fd, &t->before);
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return whole;
}

static bool is_unchanged(const struct taking *t)
{
	struct stat now;

	return lstat(t->path, &now) == 0 && now.st_ino == t->before.st_ino &&
	       now.st_size == t->before.st_size && ms_of(now.st_mtim) == ms_of(t->before.st_mtim);
}

/* ---- imported, by the command that a person would give */

/* A mapping's own source wins: each folder below may have one.  A mapping that cannot be read is
 * told by the import. */
static void choose(struct taking *t)
{
	const struct input_section *in = t->place->section;
	const struct mapping *mapping;

	t->mapping = t->place->mapping[0] != '\0' ? str_of(t->place->mapping)
						  : input_text(in, INPUT_KEY_MAPPING);
	t->source = input_source(in);
	if (t->mapping.len > 0 &&
		input_mapping(&t->place->of->settings, t->mapping, t->arena, &mapping, NULL) ==
			OK &&
		mapping->source.len > 0)
		t->source = mapping->source;
}

static size_t words_of(const struct taking *t, str words[static WORDS_MAX])
{
	size_t n = 0;

	words[n++] = STR("import");
	words[n++] = str_of(t->path);
	words[n++] = STR("--source");
	words[n++] = t->source;
	if (t->mapping.len > 0) {
		words[n++] = STR("--mapping");
		words[n++] = t->mapping;
	}
	return n;
}

static err read_answer(struct taking *t, str text)
{
	struct json_parser *parser = json_parser_create(NULL);
	struct json answer;
	err e = json_parse(parser, text, t->arena, &answer, &t->why);

	json_parser_free(parser);
	if (e != OK)
		return e;
	t->imported = (uint64_t)json_get_int(&answer, STR("imported"), 0);
	t->duplicates = (uint64_t)(json_get_int(&answer, STR("duplicates"), 0) +
				   json_get_int(&answer, STR("conflicts"), 0));
	t->erased = (uint64_t)json_get_int(&answer, STR("erased"), 0);
	t->rejected = (uint64_t)json_get_int(&answer, STR("rejected"), 0);
	t->rejects_file =
		arena_str(t->arena, json_get_string(&answer, STR("rejects_file"), STR("")));
	return OK;
}

/* What was counted before an error counts: it is durable. */
static err import(struct taking *t)
{
	struct watched *w = t->place->of;
	struct strbuf out = strbuf_heap(ANSWER_BYTES_MAX);
	struct locale locale = { .language = LANGUAGE_ENGLISH };
	struct sink_buffer sink;
	struct request *request;
	str words[WORDS_MAX];

	(void)language_from_tag(setting_text(&w->settings, SETTING_LANGUAGE), &locale.language);
	err e = zone_named(setting_text(&w->settings, SETTING_ZONE), &locale.zone, &t->why);
	const struct surroundings around = { .settings = &w->settings,
		.locale = &locale,
		.now_ms = now_ms(),
		.stop = &w->stop,
		.house = w->options.house,
		.actor = ACTOR_FOLDERS };
	sink_buffer_init(&sink, &out, &locale);
	sink.base.json = true;
	if (e == OK)
		e = request_parse(w->options.commands, words, words_of(t, words), locale.language,
			t->arena, &request, &t->why);
	if (e == OK)
		e = request_settle(request, &around, &t->why);
	if (e == OK)
		e = request_command(request)->run(request, &sink.base, &t->why);
	if (out.len > 0) {
		struct why kept = t->why;
		err read = read_answer(t, strbuf_str(&out));
		if (e != OK)
			t->why = kept;
		e = e == OK ? read : e;
	}
	strbuf_done(&out);
	return e;
}

static void count(const struct taking *t)
{
	struct sources *sources = t->place->of->options.house->sources;
	const struct source_counts more = { .requests = 1,
		.bytes = (uint64_t)t->before.st_size,
		.accepted = t->imported,
		.duplicates = t->duplicates,
		.erased = t->erased,
		.rejected = t->rejected,
		.last_ms = t->imported + t->duplicates > 0 ? now_ms() : 0 };

	if (sources != NULL)
		source_add(sources_get(sources, t->source), &more);
}

/* ---- moved */

static err join3(char out[static PATH_BYTES_MAX], const char *a, const char *b, const char *c,
	struct why *why)
{
	err e = path_join(out, a, b, why);

	return e == OK ? path_join(out, out, c, why) : e;
}

/* A name that is not taken there: NAME, else NAME.TIME. */
static err free_name(
	struct taking *t, const char *folder, str name, char out[static PATH_BYTES_MAX])
{
	char moment[INSTANT_TEXT_BYTES], other[PATH_BYTES_MAX];
	struct strbuf with_time = { .ptr = other, .cap = sizeof(other), .cap_max = sizeof(other) };
	struct stat ignored;
	err e = join3(out, t->place->path, folder, name.ptr, &t->why);

	if (e != OK || lstat(out, &ignored) != 0)
		return e;
	strbuf_add(&with_time, name);
	strbuf_add_byte(&with_time, '.');
	strbuf_add(&with_time, instant_utc(moment, now_ms()));
	strbuf_add_byte(&with_time, '\0');
	return strbuf_ok(&with_time) ? join3(out, t->place->path, folder, other, &t->why)
				     : fail(&t->why, MSG_NO_ROOM, arg_str(name), arg_int(0));
}

static err ready_folder(struct taking *t, const char *folder)
{
	char path[PATH_BYTES_MAX];
	err e = path_join(path, t->place->path, folder, &t->why);

	return e == OK ? disk_make_folder(disk_real(), path, &t->why) : e;
}

static err move_to(struct taking *t, const char *from, const char *folder, str name)
{
	char to[PATH_BYTES_MAX], path[PATH_BYTES_MAX];
	err e = ready_folder(t, folder);

	if (e == OK)
		e = free_name(t, folder, name, to);
	if (e == OK)
		e = disk_rename(disk_real(), from, to, &t->why);
	if (e == OK)
		e = path_join(path, t->place->path, folder, &t->why);
	return e == OK ? disk_sync_folder(disk_real(), path, &t->why) : e;
}

/* The folder may be on another disk than the data: copied, then removed there. */
static err take_rejects(struct taking *t, str from)
{
	char to[PATH_BYTES_MAX], folder[PATH_BYTES_MAX];
	str bytes, rest = from, name = from;

	while (str_split(rest, '/', &name, &rest))
		;
	name = rest;
	err e = ready_folder(t, "rejects");
	if (e == OK)
		e = free_name(t, "rejects", name, to);
	if (e == OK)
		e = path_join(folder, t->place->path, "rejects", &t->why);
	if (e == OK)
		e = disk_read_whole(
			disk_real(), from.ptr, TAKE_MEMORY_MAX / 2, t->arena, &bytes, &t->why);
	if (e == OK)
		e = disk_write_whole(disk_real(), folder, strrchr(to, '/') + 1, bytes, &t->why);
	return e == OK ? disk_remove(disk_real(), from.ptr, &t->why) : e;
}

/* One beside it, of that ending; not all rows have all. */
static err move_beside(struct taking *t, str stem, str ending)
{
	struct strbuf name = strbuf_in(t->arena, PATH_BYTES_MAX);
	struct stat ignored;

	strbuf_add(&name, stem);
	strbuf_add(&name, ending);
	strbuf_add_byte(&name, '\0');
	if (!strbuf_ok(&name) || lstat(name.ptr, &ignored) != 0)
		return OK;
	return take_rejects(t, (str){ name.ptr, name.len - 1 });
}

/* NAME.rows, and beside it NAME.reasons and NAME.rows.mapping.json. */
static err move_rejects(struct taking *t)
{
	str rows = t->rejects_file;

	if (!str_ends(rows, STR(REJECTS_ROWS)))
		return OK; /* there are none */
	err e = take_rejects(t, rows);
	if (e == OK)
		e = move_beside(t, rows, STR(REJECTS_MAPPING));
	rows.len -= STR(REJECTS_ROWS).len;
	return e == OK ? move_beside(t, rows, STR(".reasons")) : e;
}

/* ---- what no trying mends */

static bool passes(err e)
{
	return e != ERR_SYNTAX && e != ERR_LIMIT && e != ERR_NOT_FOUND && e != ERR_CORRUPT &&
	       e != ERR_CONFLICT && e != ERR_VERSION;
}

static err write_reason(struct taking *t, const struct why *reason)
{
	struct strbuf words = strbuf_in(t->arena, REASON_BYTES_MAX),
		      name = strbuf_in(t->arena, PATH_BYTES_MAX);
	enum language language = LANGUAGE_ENGLISH;
	char folder[PATH_BYTES_MAX];

	(void)language_from_tag(setting_text(&t->place->of->settings, SETTING_LANGUAGE), &language);
	render_words(reason, language, &words);
	strbuf_add(&name, t->name);
	strbuf_add(&name, STR(".reason.txt"));
	strbuf_add_byte(&name, '\0');
	err e = path_join(folder, t->place->path, "rejects", &t->why);
	if (e == OK && strbuf_ok(&name) && strbuf_ok(&words))
		e = disk_write_whole(disk_real(), folder, name.ptr, strbuf_str(&words), &t->why);
	return e;
}

static err reject(struct taking *t)
{
	struct why reason = t->why;
	struct watched *w = t->place->of;

	t->why = (struct why){ 0 };
	if (w->options.house->sources != NULL)
		source_reject(sources_get(w->options.house->sources, t->source), &reason, STR(""));
	w->options.tell(w->options.context, "folder", &reason);
	err e = move_rejects(t);
	if (e == OK)
		e = move_to(t, t->path, "rejects", t->name);
	return e == OK ? write_reason(t, &reason) : e;
}

/* ---- the whole */

static enum watched_outcome later(struct taking *t)
{
	struct watched *w = t->place->of;

	if (!atomic_load(&w->stop) && now_ms() - w->told_ms >= WATCHED_AGAIN_MS) {
		w->options.tell(w->options.context, "folder", &t->why);
		w->told_ms = now_ms();
	}
	return WATCHED_LATER;
}

static err take(struct taking *t)
{
	choose(t);
	err e = import(t);

	if (e != OK && passes(e))
		return e;
	if (e != OK)
		return reject(t);
	e = move_rejects(t);
	if (e == OK)
		count(t);
	if (e == OK && is_unchanged(t))
		e = move_to(t, t->path, "done", t->name);
	return e;
}

enum watched_outcome watched_take(const struct watched_place *place, str name)
{
	AUTO_ARENA arena = arena_create(TAKE_MEMORY_MAX);
	struct taking t = { .place = place, .name = name, .arena = arena };
	bool is_file;

	if (path_join(t.path, place->path, name.ptr, &t.why) != OK)
		return later(&t);
	if (!is_whole(&t, &is_file))
		return is_file ? WATCHED_BUSY : WATCHED_TAKEN;
	return take(&t) == OK ? WATCHED_TAKEN : later(&t);
}
