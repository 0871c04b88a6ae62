/* main/cmd_events.c - ariane events: looking around. */
#include "base/json.h"
#include "exchange/native.h"
#include "main/store.h"
#include "main/whats_asked.h"
#include "thread/where.h"

#include <stdlib.h>

enum { LINE_BYTES_MAX = 64 << 20, CONDITIONS_MAX = 100 };
#define CONDITIONS_BYTES_MAX ((size_t)4 << 30) /* five bits an event */

struct looking {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	const struct threads_view *view;
	uint8_t *wanted; /* of each what */
	struct where conditions[CONDITIONS_MAX];
	size_t condition_count;
	struct where_rows where;
	size_t left, found;
	uint64_t after_seq; /* of --cursor */
	uint64_t last_seq; /* shown */
	struct arena *one;
	struct grid *grid;
	bool more;
};

/* The rows that meet --where, by their columns. */
static err choose_rows(struct looking *l, struct arena *arena, struct why *why)
{
	const struct zone *zone = request_locale(l->request)->zone;
	size_t count = request_times(l->request, "where");
	err e = OK;

	if (count > CONDITIONS_MAX)
		return why_usage(why, fail(why, MSG_WHERE_MANY, arg_int(CONDITIONS_MAX)));
	for (size_t i = 0; e == OK && i < count; i++)
		e = why_usage(
			why, where_parse(request_nth(l->request, "where", i),
				     zone == NULL ? zone_utc() : zone, &l->conditions[i], why));
	l->condition_count = count;
	if (e != OK || count == 0)
		return e;
	return where_select(threads_view_attributes(l->view), l->conditions, count,
		threads_view_rows(l->view), arena, &l->where, why);
}

static bool meets(const struct looking *l, const struct record *record)
{
	for (size_t i = 0; i < l->condition_count; i++)
		if (!where_record(&l->conditions[i], record))
			return false;
	return true;
}

static bool is_wanted(const struct looking *l, const struct row *row)
{
	int64_t ms = ms_of_ticks(row->time);

	return (row->flags & (ROW_HIDDEN | ROW_ENTITY)) == 0 && l->wanted[row->what] &&
	       (!request_has(l->request, "since") || ms >= request_time_ms(l->request, "since")) &&
	       (!request_has(l->request, "until") || ms < request_time_ms(l->request, "until"));
}

static void show(struct looking *l, struct record *record)
{
	struct strbuf cell = strbuf_heap(LINE_BYTES_MAX);

	if (request_hides_text(l->request))
		record->text = record->text_language = STR("");
	if (l->sink->json) {
		struct json_writer w = json_writer_of(&cell, JSON_COMPACT);
		native_write(&w, record);
		strbuf_add_byte(&cell, '\n');
		sink_built(l->sink, &cell);
	} else {
		locale_moment(request_locale(l->request), record->time.ms, &cell);
		grid_add_cell(l->grid, strbuf_str(&cell));
		grid_add_cell(l->grid, record->channel);
		grid_add_cell(l->grid, record->activity);
		strbuf_clear(&cell);
		strbuf_add(&cell, record->identifiers[0].type);
		strbuf_add_byte(&cell, ':');
		strbuf_add(&cell, record->identifiers[0].value);
		grid_add_cell(l->grid, strbuf_str(&cell));
		grid_add_cell(l->grid, record->source);
		grid_add_cell(l->grid, record->message_id);
	}
	strbuf_done(&cell);
}

/* Rows stand in the order of their sequences. */
static uint32_t first_row(const struct looking *l)
{
	size_t low = 0, high = threads_view_rows(l->view);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (threads_view_seq(l->view, (uint32_t)middle) <= l->after_seq)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

static err look(struct looking *l, struct why *why)
{
	size_t rows = threads_view_rows(l->view);
	err e = OK;

	for (uint32_t row = first_row(l); e == OK && row < rows && sink_ok(l->sink); row++) {
		if (l->condition_count > 0 && !where_bit(l->where.may, row))
			continue;
		struct row at = threads_view_row(l->view, row);
		struct record record;
		if (!is_wanted(l, &at))
			continue;
		if (request_cancelled(l->request))
			break;
		arena_reset(l->one);
		e = engine_read(l->engine, at.seq, l->one, &record, why);
		if (e != OK)
			break;
		if (l->condition_count > 0 && where_bit(l->where.ask, row) && !meets(l, &record))
			continue;
		l->more = l->left == 0;
		if (l->more)
			break;
		l->left--;
		l->found++;
		l->last_seq = at.seq;
		record.kind = RECORD_EVENT;
		record.target = 0;
		show(l, &record);
	}
	return e;
}

static void begin_grid(struct looking *l)
{
	enum language language = request_locale(l->request)->language;

	if (l->sink->json)
		return;
	l->grid = grid_create(request_arena(l->request));
	ASSERT(l->grid != NULL); /* the request's arena is fresh */
	grid_add_column(l->grid, text_words(TEXT_EVENTS_TIME, language), GRID_TEXT);
	grid_add_column(l->grid, text_words(TEXT_EVENTS_CHANNEL, language), GRID_TEXT);
	grid_add_column(l->grid, text_words(TEXT_EVENTS_ACTIVITY, language), GRID_SHRINKS);
	grid_add_column(l->grid, text_words(TEXT_EVENTS_CUSTOMER, language), GRID_SHRINKS);
	grid_add_column(l->grid, text_words(TEXT_EVENTS_SOURCE, language), GRID_SHRINKS);
	grid_add_column(l->grid, text_words(TEXT_EVENTS_ID, language), GRID_SHRINKS);
}

static void tell_more(struct looking *l)
{
	char text[32];
	struct strbuf cursor = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	strbuf_add_int(&cursor, (int64_t)l->last_seq);
	sink_more(l->sink, strbuf_str(&cursor));
}

static void end_grid(struct looking *l)
{
	if (!l->sink->json && l->found > 0)
		sink_grid(l->sink, request_arena(l->request), l->grid);
	if (!l->sink->json && l->found == 0)
		sink_say(l->sink, TEXT_EVENTS_NONE);
	if (!l->more)
		return;
	sink_remark(l->sink, TEXT_EVENTS_MORE, arg_int((int64_t)l->found));
	if (l->last_seq > 0)
		tell_more(l);
}

static err read_cursor(struct looking *l, struct why *why)
{
	str text = request_text(l->request, "cursor");
	int64_t number = 0;

	if (text.len > 0 && (!str_to_int64(text, &number) || number < 1))
		return fail(why, MSG_REST_CURSOR);
	l->after_seq = (uint64_t)number;
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct looking l = {
		.request = request, .sink = sink, .left = (size_t)request_number(request, "limit")
	};
	err e = read_cursor(&l, why);

	if (e == OK)
		e = store_open(request, sink, STORE_READ, &l.engine, why);
	if (e != OK)
		return e;
	{
		AUTO_SNAPSHOT snapshot = store_snapshot(request, l.engine);
		AUTO_ARENA one = arena_create(64 << 20);
		AUTO_ARENA sets = arena_create(CONDITIONS_BYTES_MAX);
		l.view = snapshot_threads(snapshot);
		l.one = one;
		e = choose_rows(&l, sets, why);
		l.wanted = whats_asked(request, l.view);
		begin_grid(&l);
		if (e == OK)
			e = look(&l, why);
		if (e == OK)
			end_grid(&l);
		free(l.wanted);
	}
	store_close(request, l.engine);
	return e;
}

const struct command cmd_events = {
	.name = STR_INIT("events"),
	.group = GROUP_EVENTS,
	.summary = WORDS("look through the events, in the order in which they came",
		"parcourir les événements, dans l'ordre de leur arrivée"),
	.options = { { STR_INIT("activity"), IS_TEXT, false, WORDS("PATTERN", "MOTIF"),
			     WORDS("only these; * stands for anything, as in 'call.*'",
				     "seulement ceux-ci ; * vaut n'importe quoi, comme 'call.*'"),
			     STR_INIT("") },
		{ STR_INIT("channel"), IS_TEXT, false, WORDS("PATTERN", "MOTIF"),
			WORDS("only on these channels", "seulement sur ces canaux"), STR_INIT("") },
		{ STR_INIT("where"), IS_TEXT, true, WORDS("CONDITION", "CONDITION"),
			WORDS("only with this attribute: KEY, or KEY=VALUE (also !=, <, <=, >, "
			      ">=); "
			      "a.b within maps; @source, @actor, @interaction, @case, @text; "
			      "all of them if given several times",
				"seulement avec cet attribut : CLÉ, ou CLÉ=VALEUR (aussi !=, <, "
				"<=, "
				">, >=) ; a.b dans un objet ; @source, @actor, @interaction, "
				"@case, "
				"@text ; toutes si l'on en donne plusieurs"),
			STR_INIT("") },
		{ STR_INIT("since"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("from this time on, as in 2026-03-14 or 7d",
				"à partir de cette date, comme 2026-03-14 ou 7d"),
			STR_INIT("") },
		{ STR_INIT("until"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("before this time", "avant cette date"), STR_INIT("") },
		{ STR_INIT("cursor"), IS_TEXT, false, WORDS("CURSOR", "CURSEUR"),
			WORDS("go on behind the last page: as that one told",
				"continuer après la dernière page : comme elle l'a dit"),
			STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, WORDS("N", "N"),
			WORDS("at most so many", "au plus ce nombre"), STR_INIT("50") } },
	.examples = { { STR_INIT("ariane events --channel phone --since 7d"),
			      WORDS("the calls of the last week",
				      "les appels des sept derniers jours") },
		{ STR_INIT("ariane events --where 'total>=100' --where currency=EUR"),
			WORDS("large orders in euros", "les grosses commandes en euros") },
		{ STR_INIT("ariane events --activity call.* --json --limit 1000"),
			WORDS("a line of JSON for each", "une ligne de JSON pour chacun") } },
	.schema = STR_INIT("event"),
	.json_lines = true,
	.read_only = true,
	.in_house = true,
	.run = run,
};
