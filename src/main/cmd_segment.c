/* main/cmd_segment.c - ariane segment create, remove, show, list: filters on customers that are
 * kept under a name. */
#include "base/json.h"
#include "journey/segment.h"
#include "main/decision.h"
#include "main/grid.h"
#include "main/store.h"
#include "main/summary.h"

#include <stdlib.h>

enum { ARENA_BYTES = 64 << 20, OUTPUT_BYTES_MAX = 64 << 20 };
#define FILE_BYTES_MAX ((size_t)1 << 20)

struct work {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	struct arena *arena;
	struct strbuf out;
};

static const struct zone *zone_of(const struct request *request)
{
	const struct zone *zone = request_locale(request)->zone;

	return zone == NULL ? zone_utc() : zone;
}

static str subject_of(struct work *w, str name)
{
	struct strbuf subject = strbuf_in(w->arena, SUBJECT_BYTES_MAX);

	strbuf_add_c(&subject, SEGMENT_SUBJECT);
	strbuf_add(&subject, name);
	return strbuf_str(&subject);
}

static void answer(struct work *w, const char *action, str name, uint64_t seq, str document)
{
	struct json_writer json = json_writer_of(&w->out, JSON_PRETTY);

	json_put_object(&json);
	json_member_string(&json, "action", str_of(action));
	json_member_string(&json, "segment", name);
	json_member_uint(&json, "sequence", seq);
	if (document.len > 0) {
		json_put_key(&json, STR("document"));
		json_put_raw(&json, str_trim(document));
	}
	json_put_end(&json);
	strbuf_add_byte(&w->out, '\n');
	sink_built(w->sink, &w->out);
}

/* ---- create: the document as options say it, or from a file */

static void put_names(struct json_writer *json, const char *key, const struct field_names *names)
{
	if (names->count == 0)
		return;
	json_put_key(json, str_of(key));
	json_put_string(json, names->items[0]);
}

static err put_event(
	struct work *w, struct json_writer *json, const char *key, str typed, struct why *why)
{
	struct journey_selector selector;
	err e = journey_selector_of(typed, w->arena, &selector, why);

	if (e != OK)
		return e;
	json_put_object(json);
	json_put_key(json, str_of(key));
	json_put_object(json);
	put_names(json, "channel", &selector.channels);
	put_names(json, "activity", &selector.activities);
	json_put_end(json);
	if (request_has(w->request, "within")) {
		json_member_string(json, "within", request_text(w->request, "within"));
	}
	if (request_has(w->request, "at-least")) {
		json_member_int(json, "at_least", request_number(w->request, "at-least"));
	}
	json_put_end(json);
	return OK;
}

static err put_events(struct work *w, struct json_writer *json, const char *option, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < request_times(w->request, option); i++)
		e = put_event(w, json, option, request_nth(w->request, option, i), why);
	return e;
}

static void put_test(struct json_writer *json, str condition)
{
	json_put_object(json);
	json_put_key(json, STR("with"));
	json_put_object(json);
	json_member_string(json, "where", condition);
	json_put_end(json);
	json_put_end(json);
}

static void put_segment(struct json_writer *json, str name)
{
	json_put_object(json);
	json_member_string(json, "segment", name);
	json_put_end(json);
}

static err build(struct work *w, str *document, struct why *why)
{
	struct strbuf text = strbuf_in(w->arena, (size_t)KEPT_BYTES_MAX * 2);
	struct json_writer json = json_writer_of(&text, JSON_PRETTY);
	const struct request *request = w->request;

	json_put_object(&json);
	json_member_int(&json, "version", SEGMENT_VERSION);
	json_member_string(&json, "description", request_text(request, "description"));
	json_put_key(&json, STR("conditions"));
	json_put_array(&json);
	err e = put_events(w, &json, "with", why);
	if (e == OK)
		e = put_events(w, &json, "without", why);
	for (size_t i = 0; i < request_times(request, "customer"); i++)
		put_test(&json, request_nth(request, "customer", i));
	for (size_t i = 0; i < request_times(request, "segment"); i++)
		put_segment(&json, request_nth(request, "segment", i));
	json_put_end(&json);
	json_put_end(&json);
	*document = strbuf_str(&text);
	return e != OK || strbuf_ok(&text)
		       ? e
		       : fail(why, MSG_NO_ROOM, arg_c("segment"), arg_int(KEPT_BYTES_MAX));
}

static err read_document(struct work *w, str *document, struct why *why)
{
	str path = request_text(w->request, "file");

	if (path.len == 0)
		return build(w, document, why);
	return disk_read_whole(disk_real(), path.ptr, FILE_BYTES_MAX, w->arena, document, why);
}

struct room {
	str subject, document;
};

static err has_room(struct engine *engine, void *context, struct why *why)
{
	const struct room *room = context;

	return identity_check_document(engine_identity(engine), room->subject, room->document, why);
}

/* What it asks, with all segments within it, must be answerable now; and it must not be there. */
static err check(struct work *w, str name, str document, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(w->request, w->engine);
	const struct identity_view *identity = snapshot_identity(snapshot);
	struct journey_crowd *crowds = arena_array(w->arena, FILTER_CROWDS_MAX, sizeof(*crowds));
	struct room room = { subject_of(w, name), document };
	size_t count = 0;
	str there;

	if (crowds == NULL)
		return fail(why, MSG_NO_ROOM, arg_str(name), arg_int(ARENA_BYTES));
	if (segment_find(identity, name, &there, NULL, NULL) == OK &&
		!request_has(w->request, "replace"))
		return fail(why, MSG_SEGMENT_THERE, arg_str(name));
	err e = segment_crowds_of(
		identity, name, document, zone_of(w->request), w->arena, crowds, &count, why);
	if (e != OK && request_has(w->request, "file"))
		request_blame_document(w->request, "file", why);
	return e == OK ? store_ask(w->request, w->engine, has_room, &room, why) : e;
}

static err keep(struct work *w, str name, str document, uint64_t *seq, struct why *why)
{
	const struct decision decision = {
		.activity = STR("document"), .subject = subject_of(w, name), .document = document
	};

	return decision_write(w->request, w->engine, &decision, 1, w->arena, seq, why);
}

static err create(struct work *w, struct why *why)
{
	str name = request_argument(w->request, 0), document = STR("");
	uint64_t seq = 0;

	if (!segment_name_is_valid(name))
		return fail(why, MSG_SEGMENT_NAME, arg_str(name), arg_int(SEGMENT_NAME_BYTES_MAX));
	err e = read_document(w, &document, why);
	if (e == OK)
		e = check(w, name, document, why);
	if (e == OK)
		e = keep(w, name, document, &seq, why);
	if (e != OK)
		return e;
	if (w->sink->json)
		answer(w, "create", name, seq, document);
	else
		summary_say_record(w->request, w->sink, TEXT_SEGMENT_KEPT, seq);
	return OK;
}

/* ---- show, remove */

static err find(struct work *w, str name, str *document, uint64_t *seq, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(w->request, w->engine);
	str found;
	err e = segment_find(snapshot_identity(snapshot), name, &found, seq, why);

	if (e != OK)
		return e;
	*document = arena_str(w->arena, found);
	return document->ptr == NULL ? fail(why, MSG_NO_ROOM, arg_str(name), arg_int(ARENA_BYTES))
				     : OK;
}

static err show(struct work *w, struct why *why)
{
	str name = request_argument(w->request, 0), document;
	uint64_t seq = 0;
	err e = find(w, name, &document, &seq, why);

	if (e != OK)
		return e;
	if (w->sink->json)
		answer(w, "show", name, seq, document);
	else
		sink_line(w->sink, str_trim(document));
	return OK;
}

static err take_away(struct work *w, struct why *why)
{
	str name = request_argument(w->request, 0), document;
	uint64_t seq = 0;
	err e = find(w, name, &document, &seq, why);

	if (e == OK)
		e = keep(w, name, STR(""), &seq, why);
	if (e != OK)
		return e;
	if (w->sink->json)
		answer(w, "remove", name, seq, STR(""));
	else
		summary_say_record(w->request, w->sink, TEXT_SEGMENT_REMOVED, seq);
	return OK;
}

/* ---- list */

struct kept {
	str name, document;
	uint64_t seq;
};

static int by_name(const void *a, const void *b)
{
	return str_compare(((const struct kept *)a)->name, ((const struct kept *)b)->name);
}

static size_t list_kept(const struct identity_view *identity, struct kept *out)
{
	size_t count = 0;

	for (uint32_t i = 0; i < identity_subject_count(identity); i++) {
		str subject = identity_subject(identity, i), name = subject;
		struct kept kept = { .seq = 0 };
		kept.document = identity_document(identity, subject, &kept.seq);
		if (kept.document.len == 0 || !str_skip_prefix(&name, STR(SEGMENT_SUBJECT)))
			continue;
		kept.name = name;
		out[count++] = kept;
	}
	if (count > 0)
		qsort(out, count, sizeof(*out), by_name);
	return count;
}

static void list_program(struct work *w, const struct kept *kept, size_t count)
{
	struct json_writer json = json_writer_of(&w->out, JSON_PRETTY);

	json_put_object(&json);
	json_put_key(&json, STR("segments"));
	json_put_array(&json);
	for (size_t i = 0; i < count; i++) {
		json_put_object(&json);
		json_member_string(&json, "segment", kept[i].name);
		json_member_uint(&json, "sequence", kept[i].seq);
		json_put_key(&json, STR("document"));
		json_put_raw(&json, str_trim(kept[i].document));
		json_put_end(&json);
	}
	json_put_end(&json);
	json_put_end(&json);
	strbuf_add_byte(&w->out, '\n');
	sink_built(w->sink, &w->out);
}

static void add_row(struct work *w, struct grid *grid, const struct kept *kept)
{
	char text[64];
	struct strbuf number = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	struct segment segment = { .description = STR("") };

	(void)segment_parse(kept->document, zone_of(w->request), w->arena, &segment, NULL);
	grid_add_cell(grid, kept->name);
	strbuf_printf(&number, "%llu", (unsigned long long)kept->seq);
	grid_add_cell(grid, strbuf_str(&number));
	grid_add_cell(grid, segment.description);
}

static void list_people(struct work *w, const struct kept *kept, size_t count)
{
	enum language language = w->sink->locale->language;
	struct grid *grid = grid_create(w->arena);

	if (count == 0)
		sink_line(w->sink, text_words(TEXT_SEGMENT_NONE, language));
	if (count == 0 || grid == NULL)
		return;
	grid_add_column(grid, text_words(TEXT_SEGMENT_NAME, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_SEGMENT_RECORD, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_SEGMENT_ABOUT, language), GRID_SHRINKS);
	for (size_t i = 0; i < count; i++)
		add_row(w, grid, &kept[i]);
	sink_grid(w->sink, w->arena, grid);
}

static err list(struct work *w, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(w->request, w->engine);
	const struct identity_view *identity = snapshot_identity(snapshot);
	struct kept *kept = memory_alloc((identity_subject_count(identity) + 1u) * sizeof(*kept));
	size_t count = list_kept(identity, kept);

	(void)why;
	(w->sink->json ? list_program : list_people)(w, kept, count);
	free(kept);
	return OK;
}

static err run(const struct request *request, struct sink *sink, enum store_use use,
	err (*does)(struct work *w, struct why *why), struct why *why)
{
	AUTO_ARENA arena = arena_create(ARENA_BYTES);
	struct work w = { .request = request,
		.sink = sink,
		.arena = arena,
		.out = strbuf_heap(OUTPUT_BYTES_MAX) };
	err e = store_open(request, sink, use, &w.engine, why);

	if (e == OK) {
		e = does(&w, why);
		store_close(request, w.engine);
	}
	strbuf_done(&w.out);
	return e;
}

static err run_create(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STORE_CHANGE, create, why);
}

static err run_show(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STORE_READ, show, why);
}

static err run_remove(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STORE_CHANGE, take_away, why);
}

static err run_list(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, STORE_READ, list, why);
}

#define ONE_NAME \
	{ \
		1, 1, WORDS("NAME", "NOM"), WORDS("of the segment", "du segment") \
	}

/* clang-format off */
const struct command cmd_segment_create = {
	.name = STR_INIT("segment create"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("keep a filter on customers under a name",
		"garder un filtre de clients sous un nom"),
	.about = WORDS("All conditions must hold. Who is in the segment follows from the events, each "
		       "time it is asked. ariane identity undo takes a segment, or a change of it, "
		       "back. docs/identity.md tells the file's keys.",
		"Toutes les conditions doivent être remplies. Qui est dans le segment découle des "
		"événements, à chaque demande. ariane identity undo revient sur un segment ou sur son "
		"changement. docs/identity.md décrit les clés du fichier."),
	.arguments = ONE_NAME,
	.options = {
		{ STR_INIT("with"), IS_TEXT, true, WORDS("[CHANNEL:][ACTIVITY]", "[CANAL:][ACTIVITÉ]"),
			WORDS("customers who have such an event", "clients qui ont un tel événement"),
			STR_INIT("") },
		{ STR_INIT("without"), IS_TEXT, true, WORDS("[CHANNEL:][ACTIVITY]", "[CANAL:][ACTIVITÉ]"),
			WORDS("customers who have no such event", "clients qui n'en ont pas"), STR_INIT("") },
		{ STR_INIT("within"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("counting back, of --with and --without", "en remontant, pour --with et --without"),
			STR_INIT("") },
		{ STR_INIT("at-least"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("so many events, of --with and --without",
				"ce nombre d'événements, pour --with et --without"), STR_INIT("") },
		{ STR_INIT("customer"), IS_TEXT, true, WORDS("CONDITION", "CONDITION"),
			WORDS("customers with this attribute, in an event or in what is known of them",
				"clients ayant cet attribut, dans un événement ou dans ce que l'on sait d'eux"),
			STR_INIT("") },
		{ STR_INIT("segment"), IS_TEXT, true, WORDS("NAME", "NOM"),
			WORDS("customers of this segment", "clients de ce segment"), STR_INIT("") },
		{ STR_INIT("file"), IS_PATH, false, WORDS("FILE", "FICHIER"),
			WORDS("the segment as a JSON document, instead of the options above",
				"le segment en document JSON, au lieu des options ci-dessus"), STR_INIT("") },
		{ STR_INIT("description"), IS_TEXT, false, WORDS("TEXT", "TEXTE"),
			WORDS("for people", "pour les lecteurs"), STR_INIT("") },
		{ STR_INIT("replace"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("in place of the segment of this name", "à la place du segment de ce nom"),
			STR_INIT("") },
		DECISION_OPTIONS },
	.examples = {
		{ STR_INIT("ariane segment create callers --with phone: --within 30d --at-least 3"),
			WORDS("who called three times within a month", "qui a appelé trois fois en un mois") },
		{ STR_INIT("ariane segment create quiet --without phone: --customer tier=gold"),
			WORDS("good customers who never call; then ariane journey map --segment quiet",
				"de bons clients qui n'appellent jamais ; puis ariane journey map --segment "
				"quiet") } },
	.schema = STR_INIT("segment"),
	.in_house = true,
	.run = run_create,
};

const struct command cmd_segment_show = {
	.name = STR_INIT("segment show"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("what a segment asks", "ce que demande un segment"),
	.arguments = ONE_NAME,
	.examples = { { STR_INIT("ariane segment show callers"),
		WORDS("to a file, to be edited", "vers un fichier, à modifier") } },
	.schema = STR_INIT("segment"),
	.read_only = true,
	.in_house = true,
	.run = run_show,
};

const struct command cmd_segment_remove = {
	.name = STR_INIT("segment remove"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("forget a segment; ariane identity undo brings it back",
		"oublier un segment ; ariane identity undo le ramène"),
	.arguments = ONE_NAME,
	.options = { DECISION_OPTIONS },
	.examples = { { STR_INIT("ariane segment remove callers"),
		WORDS("no longer offered", "n'est plus proposé") } },
	.schema = STR_INIT("segment"),
	.in_house = true,
	.run = run_remove,
};

const struct command cmd_segment_list = {
	.name = STR_INIT("segment list"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("the segments there are", "les segments qui existent"),
	.examples = { { STR_INIT("ariane segment list"),
		WORDS("by name, with the record that made each", "par nom, avec l'enregistrement de chacun") } },
	.schema = STR_INIT("segment-list"),
	.read_only = true,
	.in_house = true,
	.run = run_list,
};
/* clang-format on */
