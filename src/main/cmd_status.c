/* main/cmd_status.c - ariane status: how much there is, and how it is. */
#include "base/json.h"
#include "base/timestamp.h"
#include "main/store.h"

enum { OUTPUT_BYTES_MAX = 1 << 20, SOURCES_SHOWN_MAX = 100 };

struct status {
	uint64_t events, entities, customers, identifiers, epoch, end_seq, journal_bytes, damaged;
	struct erasures_waiting erasures;
	int64_t erase_by_ms; /* where there are any */
	bool is_behind; /* customers are being computed */
	bool has_bounds;
	int64_t first_ms, last_ms;
	const struct attributes_view *attributes; /* NULL: none */
};

static void put_time(struct json_writer *w, const char *key, bool known, int64_t ms)
{
	char text[INSTANT_TEXT_BYTES];

	json_put_key(w, str_of(key));
	if (known)
		json_put_string(w, instant_utc(text, ms));
	else
		json_put_null(w);
}

static void put_attributes(struct json_writer *w, const struct attributes_view *attributes)
{
	uint32_t i = 0;
	uint64_t not_indexed;
	str source;

	json_put_key(w, STR("attributes"));
	json_put_object(w);
	json_member_uint(w, "keys", attributes == NULL ? 0 : attributes_key_count(attributes));
	json_member_uint(w, "values", attributes == NULL ? 0 : attributes_value_count(attributes));
	json_member_uint(
		w, "not_indexed", attributes == NULL ? 0 : attributes_not_indexed(attributes));
	json_put_key(w, STR("over_budget"));
	json_put_array(w);
	for (size_t n = 0; attributes != NULL && n < SOURCES_SHOWN_MAX &&
			   attributes_next_over_budget(attributes, &i, &source, &not_indexed);
		n++) {
		json_put_object(w);
		json_member_string(w, "source", source);
		json_member_uint(w, "not_indexed", not_indexed);
		json_put_end(w);
	}
	json_put_end(w);
	json_put_end(w);
}

static void answer_program(const struct request *request, struct sink *sink, const struct status *s)
{
	struct strbuf out = strbuf_in(request_arena(request), OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "events", s->events);
	json_member_uint(&w, "customers", s->customers);
	json_member_uint(&w, "identifiers", s->identifiers);
	json_member_uint(&w, "entities", s->entities);
	put_time(&w, "first_time", s->has_bounds, s->first_ms);
	put_time(&w, "last_time", s->has_bounds, s->last_ms);
	json_member_uint(&w, "epoch", s->epoch);
	json_member_uint(&w, "next_sequence", s->end_seq);
	json_member_uint(&w, "journal_bytes", s->journal_bytes);
	json_member_uint(&w, "damaged_records", s->damaged);
	put_attributes(&w, s->attributes);
	json_member_uint(&w, "erasures_waiting", s->erasures.count);
	put_time(&w, "erase_by", s->erasures.count > 0, s->erase_by_ms);
	json_put_key(&w, STR("customers_being_computed"));
	json_put_bool(&w, s->is_behind);
	json_member_string(&w, "health", s->damaged == 0 ? STR("good") : STR("damaged"));
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
}

static void add_row(struct grid *grid, enum language language, enum text name, struct strbuf *cell)
{
	grid_add_cell(grid, text_words(name, language));
	grid_add_cell(grid, strbuf_str(cell));
	strbuf_clear(cell);
}

static void add_number(
	struct grid *grid, enum language language, enum text name, uint64_t n, struct strbuf *cell)
{
	locale_number(language, (int64_t)n, cell);
	add_row(grid, language, name, cell);
}

static void add_time(struct grid *grid, const struct locale *locale, enum text name,
	const struct status *s, int64_t ms, struct strbuf *cell)
{
	if (s->has_bounds)
		locale_moment(locale, ms, cell);
	else
		strbuf_add(cell, text_words(TEXT_STATUS_NEVER, locale->language));
	add_row(grid, locale->language, name, cell);
}

static void add_attributes(struct grid *grid, enum language language,
	const struct attributes_view *attributes, struct strbuf *cell)
{
	uint32_t i = 0;
	uint64_t not_indexed;
	str source;

	if (attributes == NULL)
		return;
	add_number(grid, language, TEXT_STATUS_ATTRIBUTES, attributes_key_count(attributes), cell);
	for (size_t n = 0; n < SOURCES_SHOWN_MAX &&
			   attributes_next_over_budget(attributes, &i, &source, &not_indexed);
		n++) {
		locale_number(language, (int64_t)not_indexed, cell);
		strbuf_add(cell, STR(" ("));
		strbuf_add(cell, source);
		strbuf_add(cell, STR(")"));
		add_row(grid, language, TEXT_STATUS_NOT_INDEXED, cell);
	}
}

/* "2, from 14/03/2026 10:00 on": then the next command that writes rewrites them. */
static void add_erasures(struct grid *grid, const struct locale *locale, struct arena *arena,
	const struct status *s, struct strbuf *cell)
{
	struct strbuf moment = strbuf_in(arena, 200);

	locale_moment(locale, s->erase_by_ms, &moment);
	text_add(cell, locale->language, TEXT_STATUS_ERASURES_BY,
		arg_int((int64_t)s->erasures.count), arg_str(strbuf_str(&moment)));
	add_row(grid, locale->language, TEXT_STATUS_ERASURES, cell);
}

static void answer_people(const struct request *request, struct sink *sink, const struct status *s)
{
	const struct locale *locale = request_locale(request);
	enum language language = locale->language;
	struct arena *arena = request_arena(request);
	struct strbuf cell = strbuf_in(arena, OUTPUT_BYTES_MAX);
	struct grid *grid = grid_create(arena);

	if (grid == NULL) {
		sink_grid(sink, arena, NULL);
		return;
	}
	grid_add_column(grid, STR(""), GRID_TEXT);
	grid_add_column(grid, STR(""), GRID_SHRINKS);
	strbuf_add(&cell, request_data(request));
	add_row(grid, language, TEXT_STATUS_FOLDER, &cell);
	add_number(grid, language, TEXT_STATUS_EVENTS, s->events, &cell);
	add_number(grid, language, TEXT_STATUS_CUSTOMERS, s->customers, &cell);
	add_number(grid, language, TEXT_STATUS_IDENTIFIERS, s->identifiers, &cell);
	if (s->entities > 0)
		add_number(grid, language, TEXT_STATUS_ENTITIES, s->entities, &cell);
	add_attributes(grid, language, s->attributes, &cell);
	add_time(grid, locale, TEXT_STATUS_FIRST, s, s->first_ms, &cell);
	add_time(grid, locale, TEXT_STATUS_LAST, s, s->last_ms, &cell);
	locale_bytes(language, s->journal_bytes, &cell);
	add_row(grid, language, TEXT_STATUS_JOURNAL, &cell);
	if (s->is_behind) {
		strbuf_add(&cell, text_words(TEXT_STATUS_COMPUTING, language));
		add_row(grid, language, TEXT_STATUS_IDENTITY, &cell);
	}
	if (s->erasures.count > 0)
		add_erasures(grid, locale, arena, s, &cell);
	strbuf_add(&cell, text_words(s->damaged == 0 ? TEXT_STATUS_GOOD : TEXT_STATUS_SOUND_DAMAGED,
				  language));
	add_row(grid, language, TEXT_STATUS_HEALTH, &cell);
	sink_grid(sink, arena, grid);
}

/* What only the writer knows. */
static err ask_writer(struct engine *engine, void *context, struct why *why)
{
	struct status *s = context;

	(void)why;
	s->erasures = engine_erasures_waiting(engine);
	s->journal_bytes = journal_bytes(engine_journal(engine));
	s->damaged = engine_damaged(engine);
	return OK;
}

static err read_status(const struct request *request, struct engine *engine,
	const struct snapshot *snapshot, struct status *out, struct why *why)
{
	const struct threads_view *view = snapshot_threads(snapshot);
	const struct identity_view *identity = snapshot_identity(snapshot);
	int64_t first = 0, last = 0;

	*out = (struct status){ .events = threads_view_events(view),
		.entities = threads_view_entities(view),
		.customers = identity_customer_count(identity),
		.identifiers = identity_live_count(identity),
		.epoch = snapshot_epoch(snapshot),
		.end_seq = snapshot_end_seq(snapshot),
		.is_behind = identity_view_is_behind(identity),
		.attributes = threads_view_attributes(view),
		.has_bounds = threads_view_bounds(view, &first, &last) };
	out->first_ms = ms_of_ticks(first);
	out->last_ms = ms_of_ticks(last);
	err e = store_ask(request, engine, ask_writer, out, why);
	out->erase_by_ms = out->erasures.oldest_ms +
			   setting_ms(request_settings(request), SETTING_ERASE_WITHIN);
	return e;
}

static err answer(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	struct status status;
	err e = read_status(request, engine, snapshot, &status, why);

	if (e == OK)
		(sink->json ? answer_program : answer_people)(request, sink, &status);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return store_with(request, sink, STORE_READ, answer, why);
}

const struct command cmd_status = {
	.name = STR_INIT("status"),
	.group = GROUP_START,
	.summary = WORDS("say how much there is, and how it is",
		"dire ce que contient le dossier, et son état"),
	.examples = { { STR_INIT("ariane status"),
			      WORDS("of the folder ./data", "celui du dossier ./data") },
		{ STR_INIT("ariane --data /srv/ariane status --json"),
			WORDS("for a program", "pour un programme") } },
	.schema = STR_INIT("status"),
	.read_only = true,
	.in_house = true,
	.run = run,
};
