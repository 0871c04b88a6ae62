/* main/importer_answer.c - what an import read, refused and passed over; see importer.h */
#include "base/json.h"
#include "main/importer.h"
#include "main/rejects.h"

#include <stdio.h>

enum {
	REASON_BYTES_MAX = 4000,
	COMMAND_BYTES_MAX = 4 * PATH_BYTES_MAX,
	ANSWER_BYTES_MAX = 4 * PREVIEW_BYTES_MAX, /* what is shown, refused, and counted */
};

bool importer_is_preview(const struct importer *im)
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

static void put_conflicts(struct json_writer *w, const struct import_counts *c)
{
	json_put_key(w, STR("conflicts_named"));
	json_put_array(w);
	for (size_t i = 0; i < c->conflicts_named; i++) {
		json_put_object(w);
		json_member_string(w, "source", str_of(c->conflict[i].source));
		json_member_string(w, "message_id", str_of(c->conflict[i].message_id));
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
		json_member_string(w, "input", str_of(kept[i].input));
		json_member_string(w, "rows", told_file(im, kept[i].rows));
		json_member_uint(w, "rejected", kept[i].count);
		json_member_string(w, "command", command_for(im, &kept[i]));
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
		json_member_string(w, "file", list->items[i].path);
		json_member_string(w, "code", message_kebab(list->items[i].reason.message));
		json_member_string(w, "reason", reason_words(im, &list->items[i].reason));
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
	json_member_uint(&w, "files", im->files);
	json_member_uint(&w, "read", c->records);
	json_member_uint(&w, "imported", c->fresh);
	json_member_uint(&w, "duplicates", c->duplicates);
	json_member_uint(&w, "conflicts", c->conflicts);
	json_member_uint(&w, "erased", c->erased);
	json_member_uint(&w, "rejected", c->rejected);
	json_member_uint(&w, "identifiers_dropped", c->identifiers_dropped);
	json_member_uint(&w, "times_without_zone", c->times_without_zone);
	put_conflicts(&w, c);
	json_member_string(&w, "encoding", str_of(c->encoding));
	json_member_string(&w, "time_format", str_of(c->time_format));
	json_member_string(&w, "rejects_file", told_file(im, rejects_path(im->rejects)));
	put_rejects(&w, im);
	json_member_uint(&w, "files_skipped", c->files_skipped);
	put_passed(&w, im, "skipped", im->skipped);
	json_member_uint(&w, "files_failed", c->files_failed);
	put_passed(&w, im, "failed", im->failed);
	import_preview_put_rejects(&im->preview, STR("refused"), &w);
	if (importer_is_preview(im))
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
	if (importer_is_preview(im))
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
	if (importer_is_preview(im))
		sink_remark(sink, TEXT_IMPORT_PREVIEW, arg_int((int64_t)c->rejected));
	else
		say_rejects(im);
}

void importer_answer(struct importer *im)
{
	if (im->sink->json)
		answer_program(im);
	else
		answer_people(im);
}
