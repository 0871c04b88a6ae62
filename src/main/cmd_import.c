/* main/cmd_import.c - ariane import: files into the journal. */
#include "base/json.h"
#include "exchange/catalogue.h"
#include "main/import.h"
#include "main/import_preview.h"
#include "main/import_records.h"
#include "main/store.h"

#include <stdio.h>
#include <string.h>

enum {
	MAPPING_ARENA_BYTES = 8 << 20,
	REASON_BYTES_MAX = 4000,
	COMMAND_BYTES_MAX = 4 * PATH_BYTES_MAX,
	ANSWER_BYTES_MAX = 4 * PREVIEW_BYTES_MAX, /* what is shown, refused, and counted */
};

static const char beside[] = ".mapping.json"; /* calls.csv.mapping.json */

/* A ready-made mapping that files of this import are read by. */
struct chosen {
	struct mapping mapping;
	uint64_t files;
};

/* An input of which nothing, or not all, was read. */
struct passed {
	str path;
	struct why reason;
};
enum { PASSED_TOLD_MAX = 20 };
struct passed_list {
	struct passed items[PASSED_TOLD_MAX];
	size_t count;
};

struct importer {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	struct mapping said; /* by --mapping and flags */
	struct mapping mapping; /* with the settings: of all files, or of those that no other is
				 * for */
	struct catalogue catalogue;
	struct chosen *chosen; /* of the catalogue's entries: with the flags applied */
	struct mapping own; /* of the file at hand, from beside it */
	struct arena *own_arena;
	struct import_options options;
	struct import_counts counts;
	struct rejects *rejects;
	struct import_preview preview;
	struct passed_list *skipped, *failed;
	uint64_t files;
};

/* ---- the mapping: the file's, then what flags say */

static err read_mapping(struct importer *im, struct why *why)
{
	str path = request_text(im->request, "mapping");
	struct arena *arena = request_arena(im->request);
	str json;

	im->said = mapping_default();
	if (path.len == 0)
		return OK;
	const struct catalogue_entry *ready = catalogue_named(&im->catalogue, path);
	if (ready != NULL) {
		im->said = ready->mapping;
		return OK;
	}
	err e = request_check_file(im->request, "mapping", path, why);
	if (e == OK)
		e = disk_read_whole(disk_real(), path.ptr, MAPPING_BYTES_MAX, arena, &json, why);
	if (e == OK)
		e = mapping_parse(json, arena, &im->said, why);
	if (e != OK)
		why_at(why, path, -1, -1, -1);
	return e;
}

static err apply_flags(struct importer *im, struct mapping *mapping, struct why *why)
{
	static const char *const flags[] = { "customer", "activity", "time", "channel",
		"interaction", "case", "actor", "text", "source", "zone", "time-format",
		"delimiter", "encoding" };
	struct arena *arena = request_arena(im->request);
	err e = OK;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		for (size_t n = 0; e == OK && n < request_times(im->request, flags[i]); n++)
			e = mapping_flag(mapping, str_of(flags[i]),
				request_nth(im->request, flags[i], n), arena, why);
	str format = request_text(im->request, "format");
	if (e == OK && format.len > 0 && !import_format_named(format, &im->options.format))
		e = fail(why, MSG_IMPORT_NO_FORMAT, arg_str(format));
	if (e == OK && str_equal(format, STR("tsv")) && !request_has(im->request, "delimiter"))
		mapping->delimiter = '\t';
	return e;
}

static void apply_settings(const struct importer *im, struct mapping *mapping)
{
	const struct settings *settings = request_settings(im->request);

	if (mapping->phone_country.len == 0)
		mapping->phone_country = setting_text(settings, SETTING_PHONE_COUNTRY);
	if (mapping->zone.len == 0)
		mapping->zone = setting_text(settings, SETTING_ZONE);
}

static err say_mapping(struct importer *im, struct why *why)
{
	err e = read_mapping(im, why);

	if (e == OK)
		e = apply_flags(im, &im->said, why);
	if (e == OK)
		e = import_records_flags(im->request, &im->said, why);
	im->mapping = im->said;
	apply_settings(im, &im->mapping);
	return e;
}

/* ---- each file's own mapping
 *
 * Said on the command line; else beside the file; else the ready-made one that knows it; else
 * guessed by the reader from the usual names.  Rows that an earlier import rejected are read as it
 * read them, whatever the command line does not say. */

/* Flags that say what the columns are: nothing is to be recognised then. */
static bool says_columns(const struct importer *im)
{
	static const char *const flags[] = { "mapping", "customer", "activity", "time", "channel",
		"interaction", "case", "actor", "text", "records" };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (request_has(im->request, flags[i]))
			return true;
	return false;
}

static bool is_rejects(str name)
{
	return str_ends(name, STR(REJECTS_ROWS));
}

/* Beside the file; of rejects that were copied elsewhere, or sent, where they were written. */
static err read_beside(
	struct importer *im, str path, str called, str *name, str *json, struct why *why)
{
	struct arena *arena = im->own_arena;
	struct strbuf buf = strbuf_in(arena, PATH_BYTES_MAX);
	str folder, last;
	err e = ERR_NOT_FOUND;

	*name = STR("");
	if (path.len > 0) {
		strbuf_add(&buf, path);
		strbuf_add(&buf, (str){ beside, sizeof(beside) });
		if (strbuf_ok(&buf)) /* no file has a longer name */
			e = disk_read_whole(
				disk_real(), buf.ptr, MAPPING_BYTES_MAX, arena, json, why);
	}
	if (e == ERR_NOT_FOUND && is_rejects(called)) {
		last = str_split_last(called, '/', &folder, &last) ? last : called;
		strbuf_clear(&buf);
		strbuf_printf(&buf, STR_FMT "/" REJECT_FILES_FOLDER "/" STR_FMT "%s",
			STR_ARG(request_data(im->request)), STR_ARG(last), beside);
		strbuf_add_byte(&buf, '\0');
		if (strbuf_ok(&buf))
			e = disk_read_whole(
				disk_real(), buf.ptr, MAPPING_BYTES_MAX, arena, json, why);
	}
	if (e == ERR_NOT_FOUND && why != NULL)
		*why = (struct why){ 0 };
	if (strbuf_ok(&buf) && buf.len > 0)
		*name = str_of(buf.ptr);
	return e;
}

/* Into im->own. */
static err mapping_beside(struct importer *im, str path, str called, bool *found, struct why *why)
{
	str name, json;

	arena_reset(im->own_arena);
	err e = read_beside(im, path, called, &name, &json, why);
	*found = e != ERR_NOT_FOUND;
	if (!*found)
		return OK;
	if (e == OK)
		e = mapping_parse(json, im->own_arena, &im->own, why);
	if (e != OK) {
		why_at(why, name, -1, -1, -1);
		return e;
	}
	if (says_columns(im)) {
		struct mapping said = im->said;
		mapping_fill(&said, &im->own);
		im->own = said;
	} else {
		e = apply_flags(im, &im->own, why);
	}
	apply_settings(im, &im->own);
	return e;
}

static err choose(void *context, str path, str called, str first_bytes, const struct mapping **out,
	struct why *why)
{
	struct importer *im = context;
	const struct catalogue_entry *entry;
	bool found = false, said = says_columns(im);
	err e = OK;

	if (!said || is_rejects(called))
		e = mapping_beside(im, path, called, &found, why);
	if (e == OK && found)
		*out = &im->own;
	if (e != OK || found || said)
		return e;
	e = catalogue_recognise(&im->catalogue, called, first_bytes, &entry, why);
	if (e != OK || entry == NULL)
		return e;
	struct chosen *chosen = &im->chosen[entry - im->catalogue.entries];
	if (chosen->files++ == 0) {
		chosen->mapping = entry->mapping;
		e = apply_flags(im, &chosen->mapping, why);
		apply_settings(im, &chosen->mapping);
	}
	*out = &chosen->mapping;
	return e;
}

static err know_mappings(struct importer *im, struct why *why)
{
	struct arena *arena = request_arena(im->request);
	err e = catalogue_read(arena, &im->catalogue, why);

	if (e != OK)
		return e;
	im->chosen = arena_array(arena, im->catalogue.count, sizeof(*im->chosen));
	return im->chosen != NULL ? OK : fail(why, MSG_NO_ROOM, arg_c("mappings"), arg_int(0));
}

/* ---- files */

static void tell(void *context, const struct input_progress *read, uint64_t records)
{
	struct importer *im = context;
	const struct progress_state state = { .doing = TEXT_IMPORTING,
		.unit = UNIT_BYTES,
		.done = read->consumed,
		.total = read->total_known ? read->total : 0 };

	sink_progress(im->sink, &state);
	if (request_house(im->request) != NULL)
		house_tell_import(request_house(im->request), state.done, state.total, records);
}

/* The files of all arguments, folders looked into. */
static err list_inputs(
	struct importer *im, struct import_input **out, size_t *count, struct why *why)
{
	struct arena *arena = request_arena(im->request);
	size_t n = request_argument_count(im->request), total = 0;
	str **lists = arena_array(arena, n, sizeof(*lists));
	size_t *counts = arena_array(arena, n, sizeof(*counts));
	err e = OK;

	if (lists == NULL || counts == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("files"), arg_int(0));
	for (size_t i = 0; e == OK && i < n; i++) {
		e = input_list(
			request_argument(im->request, i).ptr, arena, &lists[i], &counts[i], why);
		total += e == OK ? counts[i] : 0;
	}
	if (e != OK)
		return e;
	*out = arena_array(arena, total, sizeof(**out));
	if (*out == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("files"), arg_int((int64_t)total));
	*count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < counts[i]; k++)
			if (!str_ends(lists[i][k], str_of(beside))) /* says how, not what */
				(*out)[(*count)++] = (struct import_input){ lists[i][k],
					!str_equal(lists[i][k], request_argument(im->request, i)) };
	return OK;
}

/* ---- the answer */

static bool is_preview(const struct importer *im)
{
	return im->options.look != NULL;
}

/* The ready-made mapping by which the last recognised file was read. */
static str recognised(const struct importer *im)
{
	str name = STR("");

	for (size_t i = 0; i < im->catalogue.count; i++)
		if (im->chosen[i].files > 0)
			name = im->catalogue.entries[i].name;
	return name;
}

static void put_count(struct json_writer *w, const char *key, uint64_t n)
{
	json_put_key(w, str_of(key));
	json_put_uint(w, n);
}

static void put_text(struct json_writer *w, const char *key, str text)
{
	json_put_key(w, str_of(key));
	json_put_string(w, text);
}

static void put_conflicts(struct json_writer *w, const struct import_counts *c)
{
	json_put_key(w, STR("conflicts_named"));
	json_put_array(w);
	for (size_t i = 0; i < c->conflicts_named; i++) {
		json_put_object(w);
		put_text(w, "source", str_of(c->conflict[i].source));
		put_text(w, "message_id", str_of(c->conflict[i].message_id));
		json_put_end(w);
	}
	json_put_end(w);
}

/* Who may name no file of this machine is told none: GET /api/v1/imports/rejects has it. */
static str told_file(const struct importer *im, const char *file)
{
	str path = str_of(file), folder, name;

	if (request_may_name_files(im->request) || !str_split_last(path, '/', &folder, &name))
		return path;
	return name;
}

/* As a shell takes it. */
static void add_word(struct strbuf *out, str word)
{
	static const str plain = STR_INIT("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789_./-=:@%+,");
	bool is_plain = word.len > 0;

	for (size_t i = 0; i < word.len; i++)
		is_plain = is_plain && str_has(plain, word.ptr[i]);
	strbuf_add_byte(out, ' ');
	if (is_plain) {
		strbuf_add(out, word);
		return;
	}
	strbuf_add_byte(out, '\'');
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] == '\'')
			strbuf_add(out, STR("'\\''"));
		else
			strbuf_add_byte(out, word.ptr[i]);
	strbuf_add_byte(out, '\'');
}

/* What imports those rows once they are mended: "" where they cannot stand alone, and for who may
 * name no file of this machine. */
static str command_for(const struct importer *im, const struct rejects_kept *kept)
{
	struct strbuf out = strbuf_in(request_arena(im->request), COMMAND_BYTES_MAX);
	char mapping[PATH_BYTES_MAX + sizeof(REJECTS_MAPPING)];

	if (!kept->has_mapping || !request_may_name_files(im->request))
		return STR("");
	(void)snprintf(mapping, sizeof(mapping), "%s" REJECTS_MAPPING, kept->rows); /* fits */
	strbuf_add(&out, STR("ariane import"));
	add_word(&out, str_of(kept->rows));
	strbuf_add(&out, STR(" --mapping"));
	add_word(&out, str_of(mapping));
	strbuf_add(&out, STR(" --data"));
	add_word(&out, request_data(im->request));
	return strbuf_ok(&out) ? strbuf_str(&out) : STR("");
}

static void put_rejects(struct json_writer *w, const struct importer *im)
{
	size_t count;
	const struct rejects_kept *kept = rejects_kept(im->rejects, &count);

	json_put_key(w, STR("rejects"));
	json_put_array(w);
	for (size_t i = 0; i < count; i++) {
		json_put_object(w);
		put_text(w, "input", str_of(kept[i].input));
		put_text(w, "rows", told_file(im, kept[i].rows));
		put_count(w, "rejected", kept[i].count);
		put_text(w, "command", command_for(im, &kept[i]));
		json_put_end(w);
	}
	json_put_end(w);
}

/* The reason alone: its place is the file that is told beside it. */
static str reason_words(const struct importer *im, const struct why *reason)
{
	struct strbuf words = strbuf_in(request_arena(im->request), REASON_BYTES_MAX);

	why_words(reason, request_locale(im->request)->language, &words);
	return strbuf_ok(&words) ? strbuf_str(&words) : STR("");
}

static void put_passed(struct json_writer *w, const struct importer *im, const char *key,
	const struct passed_list *list)
{
	json_put_key(w, str_of(key));
	json_put_array(w);
	for (size_t i = 0; i < list->count; i++) {
		json_put_object(w);
		put_text(w, "file", list->items[i].path);
		put_text(w, "code", message_kebab(list->items[i].reason.message));
		put_text(w, "reason", reason_words(im, &list->items[i].reason));
		json_put_end(w);
	}
	json_put_end(w);
}

static void answer_program(struct importer *im)
{
	const struct import_counts *c = &im->counts;
	struct strbuf out = strbuf_heap(ANSWER_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	put_count(&w, "files", im->files);
	put_count(&w, "read", c->records);
	put_count(&w, "imported", c->fresh);
	put_count(&w, "duplicates", c->duplicates);
	put_count(&w, "conflicts", c->conflicts);
	put_count(&w, "erased", c->erased);
	put_count(&w, "rejected", c->rejected);
	put_count(&w, "identifiers_dropped", c->identifiers_dropped);
	put_count(&w, "times_without_zone", c->times_without_zone);
	put_conflicts(&w, c);
	put_text(&w, "encoding", str_of(c->encoding));
	put_text(&w, "time_format", str_of(c->time_format));
	put_text(&w, "rejects_file", told_file(im, rejects_path(im->rejects)));
	put_rejects(&w, im);
	put_count(&w, "files_skipped", c->files_skipped);
	put_passed(&w, im, "skipped", im->skipped);
	put_count(&w, "files_failed", c->files_failed);
	put_passed(&w, im, "failed", im->failed);
	import_preview_put_rejects(&im->preview, STR("refused"), &w);
	if (is_preview(im))
		import_preview_put(&im->preview, recognised(im), &w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(im->sink, &out);
	strbuf_done(&out);
}

static void say_count(struct sink *sink, enum text id, uint64_t n)
{
	if (n > 0)
		sink_say(sink, id, arg_int((int64_t)n));
}

static void say_conflicts(struct sink *sink, const struct import_counts *c)
{
	say_count(sink, TEXT_IMPORT_CONFLICTS, c->conflicts);
	for (size_t i = 0; i < c->conflicts_named; i++)
		sink_say(sink, TEXT_IMPORT_CONFLICT, arg_c(c->conflict[i].source),
			arg_c(c->conflict[i].message_id));
}

/* What was told from the file alone, so that a wrong guess is seen. */
static void remark_guesses(struct importer *im)
{
	const struct import_counts *c = &im->counts;
	char delimiter[2] = { c->delimiter, '\0' };

	for (size_t i = 0; i < im->catalogue.count; i++)
		if (im->chosen[i].files > 0)
			sink_remark(im->sink, TEXT_IMPORT_RECOGNISED,
				arg_int((int64_t)im->chosen[i].files),
				arg_str(im->catalogue.entries[i].name));
	if (c->delimiter != 0 && im->files == 1)
		sink_remark(im->sink, TEXT_IMPORT_READ_AS,
			arg_c(c->delimiter == '\t' ? "TAB" : delimiter), arg_c(c->encoding),
			arg_c(c->time_format));
}

/* Which rows, and what to do once they are mended. */
static void say_rejects(struct importer *im)
{
	size_t count;
	const struct rejects_kept *kept = rejects_kept(im->rejects, &count);
	uint64_t told = 0;

	for (size_t i = 0; i < count; i++) {
		str command = command_for(im, &kept[i]);
		sink_say(im->sink, TEXT_IMPORT_REJECTED, arg_int((int64_t)kept[i].count),
			arg_c(kept[i].rows));
		if (command.len > 0)
			sink_say(im->sink, TEXT_IMPORT_MEND, arg_str(command));
		else
			sink_say(im->sink, TEXT_IMPORT_MEND_INPUT, arg_c(kept[i].input));
		told += kept[i].count;
	}
	if (im->counts.rejected > told)
		sink_say(im->sink, TEXT_IMPORT_REJECTED_MORE,
			arg_int((int64_t)(im->counts.rejected - told)));
}

static void say_passed(
	const struct importer *im, enum text title, uint64_t count, const struct passed_list *list)
{
	say_count(im->sink, title, count);
	for (size_t i = 0; i < list->count; i++)
		sink_say(im->sink, TEXT_IMPORT_PASSED, arg_str(list->items[i].path),
			arg_str(reason_words(im, &list->items[i].reason)));
	if (count > list->count && list->count > 0)
		sink_say(
			im->sink, TEXT_IMPORT_PASSED_MORE, arg_int((int64_t)(count - list->count)));
}

static void answer_people(struct importer *im)
{
	const struct import_counts *c = &im->counts;
	struct sink *sink = im->sink;

	sink_say(sink, TEXT_IMPORT_READ, arg_int((int64_t)c->records), arg_int((int64_t)im->files));
	if (is_preview(im))
		sink_grid(sink, request_arena(im->request), im->preview.grid);
	else
		sink_say(sink, TEXT_IMPORT_FRESH, arg_int((int64_t)c->fresh));
	say_count(sink, TEXT_IMPORT_DUPLICATES, c->duplicates);
	say_conflicts(sink, c);
	say_count(sink, TEXT_IMPORT_ERASED, c->erased);
	say_count(sink, TEXT_IMPORT_DROPPED, c->identifiers_dropped);
	for (size_t i = 0; i < c->zone_count; i++)
		sink_say(sink, TEXT_IMPORT_ZONE, arg_int((int64_t)c->zones[i].times),
			arg_c(c->zones[i].zone));
	remark_guesses(im);
	say_passed(im, TEXT_IMPORT_SKIPPED, c->files_skipped, im->skipped);
	if (im->failed->count > 0)
		say_passed(im, TEXT_IMPORT_FAILED, c->files_failed, im->failed);
	if (is_preview(im))
		sink_remark(sink, TEXT_IMPORT_PREVIEW, arg_int((int64_t)c->rejected));
	else
		say_rejects(im);
}

/* An answer that lists refusals is none that failed for who asked over HTTP: he looks at it. */
static err check_some(const struct importer *im, struct why *why)
{
	const struct import_counts *c = &im->counts;

	if (is_preview(im) || c->rejected == 0 || c->rejected < c->records ||
		!request_may_name_files(im->request))
		return OK;
	return fail(why, MSG_IMPORT_REJECTED, arg_int((int64_t)c->rejected),
		arg_c(rejects_path(im->rejects)));
}

static err import_all(struct importer *im, struct why *why)
{
	struct import_input *files = NULL;
	size_t count = 0;
	err e = list_inputs(im, &files, &count, why);

	if (e == OK) {
		im->files = count;
		e = import_inputs(
			im->engine, files, count, &im->options, im->rejects, &im->counts, why);
	}
	im->files -= MIN_OF(im->files, im->counts.files_skipped);
	if (e == OK || im->counts.records > 0 || im->skipped->count + im->failed->count > 0) {
		if (im->sink->json)
			answer_program(im);
		else
			answer_people(im);
	}
	return e == OK ? check_some(im, why) : e;
}

static err import_opened(struct importer *im, struct why *why)
{
	const struct request *request = im->request;

	im->own_arena = arena_create(MAPPING_ARENA_BYTES);
	im->rejects = rejects_create(disk_real(), request_data(request).ptr,
		request_now_ms(request), request_locale(request)->language);
	err e = import_all(im, why);
	err kept = rejects_free(im->rejects, e == OK ? why : NULL);
	e = e == OK ? kept : e;
	if (e == OK && im->counts.fresh > 0)
		e = store_settle(request, im->engine, why);
	else
		store_index(request, im->engine);
	arena_free(im->own_arena);
	return e;
}

static void passed_over(void *context, str path, const struct why *reason, bool failed)
{
	struct importer *im = context;
	struct passed_list *list = failed ? im->failed : im->skipped;

	if (list->count < PASSED_TOLD_MAX)
		list->items[list->count++] = (struct passed){ path, *reason };
}

static err take_turn(struct importer *im, struct why *why)
{
	struct house *house = request_house(im->request);

	if (house == NULL)
		return import_opened(im, why);
	err e = house_begin_import(house, im->options.stop, why);
	if (e != OK)
		return e;
	im->options.writer = house->writer;
	e = import_opened(im, why);
	house_end_import(house, e != OK);
	store_await(im->request);
	return e;
}

static void refused(void *context, const struct why *reason, str raw)
{
	import_preview_refused(&((struct importer *)context)->preview, reason, raw);
}

static bool look(void *context, const struct record *record, const struct why *reason, str raw)
{
	return import_preview_look(&((struct importer *)context)->preview, record, reason, raw);
}

/* A preview takes no turn: it changes nothing. */
static err import_or_preview(struct importer *im, struct why *why)
{
	bool is_look = request_has(im->request, "preview");

	im->options.look = is_look ? look : NULL;
	im->options.refused = im->sink->json ? refused : NULL;
	import_preview_init(&im->preview, im->sink, is_look ? request_arena(im->request) : NULL);
	err e = is_look ? import_opened(im, why) : take_turn(im, why);
	import_preview_done(&im->preview);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct importer im = { .request = request, .sink = sink };

	im.options = (struct import_options){ .mapping = &im.mapping,
		.customs = request_settings(request)->customs,
		.custom_count = request_settings(request)->custom_count,
		.strict = request_has(request, "strict"),
		.called = request_text(request, "called"),
		.stop = request_stop(request),
		.progress = tell,
		.passed_over = passed_over,
		.context = &im };
	im.skipped = arena_array(request_arena(request), 1, sizeof(*im.skipped));
	im.failed = arena_array(request_arena(request), 1, sizeof(*im.failed));
	if (im.skipped == NULL || im.failed == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("files"), arg_int(0));
	im.options.choose = choose;
	err e = know_mappings(&im, why);
	if (e == OK)
		e = say_mapping(&im, why);
	if (e == OK)
		e = store_open(request, sink, STORE_MAKE, &im.engine, why);
	if (e != OK)
		return e;
	e = import_or_preview(&im, why);
	store_close(request, im.engine);
	return e;
}

const struct command cmd_import = {
	.name = STR_INIT("import"),
	.group = GROUP_EVENTS,
	.summary = WORDS("read files of events into the data folder",
		"lire des fichiers d'événements dans le dossier de données"),
	.about = WORDS(
		"Reads CSV, TSV, JSON lines (Segment calls, or what ariane export wrote), XES, OCEL 2.0 "
		"and access logs; gzip or zstd; files, folders, or - for standard input. What is "
		"acknowledged is durable. Reading the same file again, renamed, compressed or grown, "
		"adds only what is new; rows that stand twice in one file are kept twice. What cannot "
		"be read goes to a rejects file with line, column and reason; once mended, that file is "
		"read as the whole was, dates that could be two days included: the command is printed. "
		"Files of well-known "
		"systems are recognised and read by the mapping made for them (docs/formats/mappings.md); "
		"so is a file with its own beside it, FILE.mapping.json. Options that name columns, or "
		"--mapping, come before. What a folder holds beside events (notes, thumbnails, empty "
		"files) is skipped and told. Exit code 1: a file that looks like events failed, by its "
		"name or because it was asked for, while the others were read; or every row was "
		"rejected.",
		"Lit du CSV, du TSV, des lignes JSON (appels Segment, ou ce qu'a écrit ariane export), "
		"du XES, de l'OCEL 2.0 et des journaux d'accès ; gzip ou zstd ; fichiers, dossiers, ou "
		"- pour l'entrée standard. Ce qui est acquitté est durable. Relire le même fichier, "
		"renommé, compressé ou allongé, n'ajoute que ce qui est nouveau ; les lignes présentes deux "
		"fois dans un fichier sont gardées deux fois. Ce qui ne peut être lu va dans un "
		"fichier de rejets, avec ligne, colonne et raison ; une fois corrigé, il est lu comme "
		"l'était l'ensemble, dates à double sens comprises : la commande est affichée. Les "
		"fichiers de systèmes connus sont "
		"reconnus et lus par la correspondance faite pour eux (docs/formats/mappings.md) ; de même "
		"un fichier accompagné de la sienne, FICHIER.mapping.json. Les options qui nomment des "
		"colonnes, ou --mapping, passent avant. Ce qu'un dossier contient à côté des événements "
		"(notes, vignettes, fichiers vides) est ignoré et indiqué. Code de retour 1 : un fichier "
		"qui semble contenir des événements a échoué, par son nom ou parce qu'il était demandé, "
		"tandis que les autres étaient lus ; ou toutes les lignes ont été rejetées."),
	.arguments = { 1, ARGUMENTS_ANY, WORDS("FILE", "FICHIER"),
		WORDS("files, folders, or - for standard input",
			"fichiers, dossiers, ou - pour l'entrée standard") },
	.options = {
		{ STR_INIT("format"), IS_TEXT, false, SAME_WORDS("csv|tsv|jsonl|xes|ocel|log"),
			WORDS("what the files hold; otherwise told from their content",
				"ce que contiennent les fichiers ; sinon déduit de leur contenu"),
			STR_INIT("") },
		{ STR_INIT("called"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("what standard input is called: in errors, for its format and its mapping",
				"le nom de l'entrée standard : dans les erreurs, pour son format et sa "
				"correspondance"),
			STR_INIT("") },
		{ STR_INIT("source"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("where the events come from; otherwise import",
				"d'où viennent les événements ; sinon import"),
			STR_INIT("") },
		{ STR_INIT("mapping"), IS_DOCUMENT, false, WORDS("FILE|NAME", "FICHIER|NOM"),
			WORDS("which column is what: a mapping file, or the name of a ready-made one",
				"quelle colonne est quoi : un fichier de correspondance, ou le nom d'une "
				"toute prête"),
			STR_INIT("") },
		{ STR_INIT("customer"), IS_TEXT, true, WORDS("TYPE=COLUMN", "TYPE=COLONNE"),
			WORDS("a column that names the customer, and the type of that identifier",
				"une colonne qui désigne le client, et le type de cet identifiant"),
			STR_INIT("") },
		{ STR_INIT("activity"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says what happened", "la colonne qui dit ce qui s'est passé"),
			STR_INIT("") },
		{ STR_INIT("time"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says when", "la colonne qui dit quand"), STR_INIT("") },
		{ STR_INIT("channel"), IS_TEXT, false, WORDS("COLUMN|=VALUE", "COLONNE|=VALEUR"),
			WORDS("the column that says on which channel, or one channel for all",
				"la colonne qui dit sur quel canal, ou un canal pour tous"),
			STR_INIT("") },
		{ STR_INIT("interaction"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says which contact an event belongs to",
				"la colonne qui dit à quel contact appartient un événement"),
			STR_INIT("") },
		{ STR_INIT("case"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says which case it belongs to",
				"la colonne qui dit à quel dossier il appartient"),
			STR_INIT("") },
		{ STR_INIT("actor"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says who acted for the company",
				"la colonne qui dit qui a agi pour l'entreprise"),
			STR_INIT("") },
		{ STR_INIT("text"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that has what was said or written",
				"la colonne qui contient ce qui a été dit ou écrit"),
			STR_INIT("") },
		{ STR_INIT("time-format"), IS_TEXT, false, WORDS("FORMAT", "FORMAT"),
			WORDS("how times are written; otherwise told from the column",
				"comment les dates sont écrites ; sinon déduit de la colonne"),
			STR_INIT("") },
		{ STR_INIT("delimiter"), IS_TEXT, false, WORDS("CHARACTER", "CARACTÈRE"),
			WORDS("between the fields of a CSV; otherwise told from the file",
				"entre les champs d'un CSV ; sinon déduit du fichier"),
			STR_INIT("") },
		{ STR_INIT("encoding"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("of the characters; otherwise told from the file",
				"l'encodage des caractères ; sinon déduit du fichier"),
			STR_INIT("") },
		{ STR_INIT("records"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("the rows are records of people, not events: with --id and --field",
				"les lignes sont des fiches de personnes, pas des événements : avec --id "
				"et --field"),
			STR_INIT("") },
		{ STR_INIT("id"), IS_TEXT, false, WORDS("[TYPE=]COLUMN", "[TYPE=]COLONNE"),
			WORDS("the column that tells a record from all others, and the type of that "
			      "identifier; otherwise record",
				"la colonne qui distingue une fiche de toutes les autres, et le type de "
				"cet identifiant ; sinon record"),
			STR_INIT("") },
		{ STR_INIT("field"), IS_TEXT, true, WORDS("NAME=COLUMN", "NOM=COLONNE"),
			WORDS("what a column of a record says: given_name, surname, full_name, birth_date, "
			      "street_number, address, suburb, city, postcode, state, country, phone, "
			      "email, national_id, occupation, gender, or any other name",
				"ce que dit une colonne d'une fiche : given_name, surname, full_name, "
				"birth_date, street_number, address, suburb, city, postcode, state, country, "
				"phone, email, national_id, occupation, gender, ou tout autre nom"),
			STR_INIT("") },
		{ STR_INIT("preview"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("import nothing: show what would be made of the first 1,000 rows",
				"ne rien importer : montrer ce que donneraient les 1 000 premières "
				"lignes"),
			STR_INIT("") },
		{ STR_INIT("strict"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("import nothing at all if a single row cannot be read",
				"ne rien importer du tout si une seule ligne ne peut être lue"),
			STR_INIT("") },
	},
	.examples = {
		{ STR_INIT("ariane import calls.csv --customer phone=caller --activity event --time at "
			   "--channel =phone"),
			WORDS("a list of calls", "une liste d'appels") },
		{ STR_INIT("ariane import Master.csv --mapping asterisk-cdr"),
			WORDS("what Asterisk wrote, by a ready-made mapping",
				"ce qu'a écrit Asterisk, par une correspondance toute prête") },
		{ STR_INIT("ariane import --records crm.csv --id crm=number --field full_name=name "
			   "--field birth_date=born --field postcode=zip"),
			WORDS("people without a common key, to be matched: see identity match",
				"des personnes sans clé commune, à rapprocher : voir identity match") },
		{ STR_INIT("ariane import - --format jsonl --source web"),
			WORDS("Segment calls from standard input",
				"des appels Segment depuis l'entrée standard") },
	},
	.schema = STR_INIT("import"),
	.in_house = true,
	.run = run,
};
