/* main/cmd_thread.c - ariane thread: all events of one customer, in order. */
#include "base/json.h"
#include "exchange/native.h"
#include "main/store.h"
#include "main/thread_brief.h"
#include "main/thread_view.h"

#include <stdlib.h>

enum { LINE_BYTES_MAX = 64 << 20 };
#define THREAD_BYTES_MAX ((size_t)1 << 30)

struct telling {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	struct thread_brief *brief; /* NULL: all of each event */
	struct thread_view view;
	struct json_writer json;
	struct strbuf out;
	size_t left; /* events to tell yet */
	bool has_cursor;
	int64_t after_ticks; /* of --cursor: behind this time, and at it behind this sequence */
	uint64_t after_seq;
	int64_t last_ticks; /* told */
	uint64_t last_seq;
};

static void tell(struct telling *t, struct record *record)
{
	if (record->kind == RECORD_CORRECTION)
		record->kind = RECORD_EVENT;
	record->target = 0;
	if (request_hides_text(t->request))
		record->text = record->text_language = STR("");
	if (t->sink->json) {
		struct json_writer w = json_writer_of(&t->out, JSON_COMPACT);
		native_write(&w, record);
		strbuf_add_byte(&t->out, '\n');
	} else {
		thread_view_add(&t->view, record, &t->out);
	}
	sink_built(t->sink, &t->out);
	strbuf_clear(&t->out);
}

static bool is_wanted(const struct telling *t, int64_t ticks)
{
	int64_t ms = ms_of_ticks(ticks);

	return (!request_has(t->request, "since") || ms >= request_time_ms(t->request, "since")) &&
	       (!request_has(t->request, "until") || ms < request_time_ms(t->request, "until"));
}

/* Behind the last one of the page before.  An event that was told and then corrected, or came in
 * before it, is not told again: a thread grows while it is leafed through. */
static bool is_behind(const struct telling *t, int64_t ticks, uint64_t seq)
{
	return !t->has_cursor || ticks > t->after_ticks ||
	       (ticks == t->after_ticks && seq > t->after_seq);
}

/* With --last: where the last so many of those asked for begin. */
static size_t first_wanted(const struct telling *t, const struct thread *thread)
{
	size_t left = (size_t)request_number(t->request, "last"), i = thread->count;

	if (left == 0)
		return 0;
	while (i > 0 && left > 0)
		left -= is_wanted(t, thread->time[--i]);
	return i;
}

static void tell_more(struct telling *t)
{
	char text[64];
	struct strbuf cursor = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	if (t->last_seq == 0)
		return; /* --limit 0 */
	strbuf_add_int(&cursor, t->last_ticks);
	strbuf_add_byte(&cursor, '.');
	strbuf_add_int(&cursor, (int64_t)t->last_seq);
	sink_more(t->sink, strbuf_str(&cursor));
}

static err read_cursor(struct telling *t, struct why *why)
{
	str text = request_text(t->request, "cursor"), ticks, seq;
	int64_t number = 0;

	t->has_cursor = text.len > 0;
	if (!t->has_cursor)
		return OK;
	if (!str_split(text, '.', &ticks, &seq) || !str_to_int64(ticks, &t->after_ticks) ||
		!str_to_int64(seq, &number) || number < 1)
		return fail(why, MSG_REST_CURSOR);
	t->after_seq = (uint64_t)number;
	return OK;
}

static err read_event(struct telling *t, uint32_t row, uint64_t seq, struct arena *arena,
	struct record *out, struct why *why)
{
	if (t->brief != NULL)
		return thread_brief_read(t->brief, t->engine, row, arena, out, why);
	arena_reset(arena);
	return engine_read(t->engine, seq, arena, out, why);
}

static err begin_brief(
	struct telling *t, const struct threads_view *view, struct arena *arena, struct why *why)
{
	if (!request_has(t->request, "brief"))
		return OK;
	t->brief = thread_brief_create(view, arena);
	return t->brief != NULL ? OK : fail(why, MSG_NO_ROOM, arg_c("thread"), arg_int(0));
}

static err tell_thread(
	struct telling *t, const struct snapshot *snapshot, uint32_t customer, struct why *why)
{
	const struct threads_view *view = snapshot_threads(snapshot);
	AUTO_ARENA arena = arena_create(THREAD_BYTES_MAX);
	AUTO_ARENA one = arena_create(64 << 20);
	struct thread thread;
	err e = begin_brief(t, view, arena, why);

	if (e == OK)
		e = thread_of(view, customer, arena, &thread, why);
	for (size_t i = e == OK ? first_wanted(t, &thread) : 0; e == OK && i < thread.count; i++) {
		struct record record;
		uint64_t seq = threads_view_row(view, thread.row[i]).seq;
		if (!is_wanted(t, thread.time[i]) || !is_behind(t, thread.time[i], seq))
			continue;
		if (t->left == 0) {
			tell_more(t);
			break;
		}
		e = read_event(t, thread.row[i], seq, one, &record, why);
		if (e == OK)
			tell(t, &record);
		t->left--;
		t->last_ticks = thread.time[i];
		t->last_seq = seq;
		if (request_cancelled(t->request) || !sink_ok(t->sink))
			break;
	}
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct telling t = { .request = request,
		.sink = sink,
		.out = strbuf_heap(LINE_BYTES_MAX),
		.left = (size_t)request_number(request, "limit") };
	uint32_t customer;
	str text;
	err e = read_cursor(&t, why);

	if (e == OK)
		e = store_open(request, sink, STORE_READ, &t.engine, why);
	if (e != OK) {
		strbuf_done(&t.out);
		return e;
	}
	thread_view_init(&t.view, request_locale(request), sink->columns);
	{
		AUTO_SNAPSHOT snapshot = store_snapshot(request, t.engine);
		e = store_customer(
			request, snapshot, request_argument(request, 0), &text, &customer, why);
		if (e == OK)
			e = tell_thread(&t, snapshot, customer, why);
	}
	strbuf_done(&t.out);
	store_close(request, t.engine);
	return e;
}

const struct command cmd_thread = {
	.name = STR_INIT("thread"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("tell all that happened to a customer, over all channels, in order",
		"raconter tout ce qui est arrivé à un client, tous canaux confondus, dans l'ordre"),
	.about = WORDS(
		"Of each event: clock, channel, activity, then what distinguishes it. An attribute "
		"that is as it was the last time, or a time within a minute of the event's own, is "
		"not "
		"told; --json gives all of every event.",
		"De chaque événement : l'heure, le canal, l'activité, puis ce qui le distingue. Un "
		"attribut inchangé depuis la dernière fois, ou une heure à moins d'une minute de "
		"la "
		"sienne, n'est pas redit ; --json donne tout de chaque événement."),
	.arguments = { 1, 1, WORDS("IDENTIFIER", "IDENTIFIANT"),
		WORDS("type:value, as in email:jeanne@exemple.fr",
			"type:valeur, comme email:jeanne@exemple.fr") },
	.options = { { STR_INIT("since"), IS_TIME, false, WORDS("TIME", "DATE"),
			     WORDS("from this time on, as in 2026-03-14 or 7d",
				     "à partir de cette date, comme 2026-03-14 ou 7d"),
			     STR_INIT("") },
		{ STR_INIT("until"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("before this time", "avant cette date"), STR_INIT("") },
		{ STR_INIT("last"), IS_NUMBER, false, WORDS("N", "N"),
			WORDS("only the last so many; 0: all",
				"seulement ce nombre de derniers ; 0 : tous"),
			STR_INIT("0") },
		{ STR_INIT("brief"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("only time, source, channel, activity, case, interaction and who: "
			      "at once, whatever the length; the rest by --since and --until",
				"seulement l'heure, la source, le canal, l'activité, le dossier, "
				"l'interaction et qui : aussitôt, quelle que soit la longueur ; le "
				"reste par --since et --until"),
			STR_INIT("") },
		{ STR_INIT("cursor"), IS_TEXT, false, WORDS("CURSOR", "CURSEUR"),
			WORDS("go on behind the last page: as that one told",
				"continuer après la dernière page : comme elle l'a dit"),
			STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, WORDS("N", "N"),
			WORDS("at most so many events", "au plus ce nombre d'événements"),
			STR_INIT("100000") } },
	.examples = { { STR_INIT("ariane thread email:jeanne@exemple.fr"),
			      WORDS("her thread", "son fil") },
		{ STR_INIT("ariane thread case:case-10011 --json"),
			WORDS("a line of JSON for each event",
				"une ligne de JSON par événement") } },
	.schema = STR_INIT("event"),
	.json_lines = true,
	.read_only = true,
	.in_house = true,
	.run = run,
};
