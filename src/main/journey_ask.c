/* main/journey_ask.c - see journey_ask.h */
#include "main/journey_ask.h"

#include "identity/naming.h"
#include "journey/segment.h"
#include "main/display.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

EMBEDDED(ready_definitions);

/* ---- the definition */

static const struct zone *zone_of(const struct request *request)
{
	const struct zone *zone = request_locale(request)->zone;

	return zone == NULL ? zone_utc() : zone;
}

err journey_document(const struct request *request, const char *option,
	const struct embedded_file *ready, size_t count, str *json, struct why *why)
{
	str name = request_text(request, option);

	for (size_t i = 0; i < count; i++) {
		str file = ready[i].name;
		if (str_equal(str_upto(file, file.len - strlen(".json")), name)) {
			*json = ready[i].text;
			return OK;
		}
	}
	err e = request_check_file(request, option, name, why);
	return e != OK ? e
		       : disk_read_whole(disk_real(), name.ptr, DEFINITION_BYTES_MAX,
				 request_arena(request), json, why);
}

static err read_definition(struct journey_question *q, struct why *why)
{
	struct arena *arena = request_arena(q->request);
	str path = request_text(q->request, "definition"), json = STR("");

	q->definition = journey_definition_default();
	if (path.len == 0)
		return OK;
	err e = journey_document(
		q->request, "definition", ready_definitions, ready_definitions_count, &json, why);
	if (e == OK)
		e = journey_definition_parse(json, zone_of(q->request), arena, &q->definition, why);
	if (e != OK)
		request_blame_document(q->request, "definition", why);
	else
		q->definition_text = json;
	return e;
}

/* ---- the filters */

static err no_room(struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("filter"), arg_int(0));
}

/* All values of an option; false: no room. */
static bool names_of(const struct journey_question *q, const char *option, struct field_names *out)
{
	size_t count = request_times(q->request, option);
	str *items = arena_array(request_arena(q->request), count, sizeof(*items));

	for (size_t i = 0; items != NULL && i < count; i++)
		items[i] = request_nth(q->request, option, i);
	*out = (struct field_names){ items, count };
	return items != NULL;
}

/* The conditions of an option, each a test of its own. */
static err tests_of(const struct journey_question *q, const char *option,
	const struct journey_test **out, size_t *count, struct why *why)
{
	size_t n = request_times(q->request, option);
	struct arena *arena = request_arena(q->request);
	struct journey_test *tests = arena_array(arena, n, sizeof(*tests));
	struct where *wheres = arena_array(arena, n, sizeof(*wheres));
	err e = OK;

	if (tests == NULL || wheres == NULL)
		return no_room(why);
	if (n > DEFINITION_TESTS_MAX)
		return why_usage(why, fail(why, MSG_WHERE_MANY, arg_int(DEFINITION_TESTS_MAX)));
	for (size_t i = 0; e == OK && i < n; i++) {
		e = why_usage(why, where_parse(request_nth(q->request, option, i),
					   zone_of(q->request), &wheres[i], why));
		tests[i] = (struct journey_test){ &wheres[i], 1 };
	}
	*out = tests;
	*count = n;
	return e;
}

static err read_only(struct journey_question *q, struct why *why)
{
	struct journey_selector *only = arena_alloc(request_arena(q->request), sizeof(*only));

	if (only == NULL || !names_of(q, "channel", &only->channels) ||
		!names_of(q, "activity", &only->activities))
		return no_room(why);
	err e = tests_of(q, "where", &only->tests, &only->test_count, why);
	if (only->channels.count + only->activities.count + only->test_count > 0)
		q->filter.only = (struct journey_selectors){ only, 1 };
	return e;
}

static struct journey_crowd crowd_of(const struct journey_selector *selector, bool is_wanted)
{
	return (struct journey_crowd){ .any = { selector, 1 }, .is_wanted = is_wanted };
}

/* --with, --without, --customer, --not-customer: a crowd each. */
static err read_crowds(struct journey_question *q, struct why *why)
{
	struct arena *arena = request_arena(q->request);
	size_t with = request_times(q->request, "with");
	size_t without = request_times(q->request, "without"), n = 0;
	const struct journey_test *has = NULL, *lacks = NULL;
	size_t having = 0, lacking = 0;
	err e = tests_of(q, "customer", &has, &having, why);
	if (e == OK)
		e = tests_of(q, "not-customer", &lacks, &lacking, why);
	size_t count = with + without + having + lacking;
	struct journey_selector *selectors = arena_array(arena, count, sizeof(*selectors));
	struct journey_crowd *crowds = arena_array(arena, count, sizeof(*crowds));

	if (selectors == NULL || crowds == NULL)
		return no_room(why);
	for (size_t i = 0; e == OK && i < with + without; i++, n++) {
		bool is_with = i < with;
		str typed = is_with ? request_nth(q->request, "with", i)
				    : request_nth(q->request, "without", i - with);
		e = journey_selector_of(typed, arena, &selectors[n], why);
		crowds[n] = crowd_of(&selectors[n], is_with);
	}
	for (size_t i = 0; e == OK && i < having + lacking; i++, n++) {
		bool is_had = i < having;
		selectors[n] =
			(struct journey_selector){ .tests = is_had ? &has[i] : &lacks[i - having],
				.test_count = 1 };
		crowds[n] = crowd_of(&selectors[n], is_had);
	}
	q->filter.crowds = crowds;
	q->filter.crowd_count = n;
	return e;
}

str journey_outcome_word(enum journey_outcome outcome)
{
	static const str words[JOURNEY_OUTCOMES] = { [JOURNEY_SUCCESS] = STR_INIT("success"),
		[JOURNEY_FAILURE] = STR_INIT("failure"),
		[JOURNEY_ENDED] = STR_INIT("ended"),
		[JOURNEY_OPEN] = STR_INIT("open") };

	return words[outcome];
}

static err read_outcomes(struct journey_question *q, struct why *why)
{
	for (size_t i = 0; i < request_times(q->request, "outcome"); i++) {
		str word = request_nth(q->request, "outcome", i);
		int found = 0;
		while (found < JOURNEY_OUTCOMES &&
			!str_equal(word, journey_outcome_word((enum journey_outcome)found)))
			found++;
		if (found == JOURNEY_OUTCOMES)
			return fail(why, MSG_JOURNEY_OUTCOME, arg_str(word));
		q->filter.outcomes |= 1U << found;
	}
	return OK;
}

/* "3=Cart", "-1=Pay", "4=". */
static err read_place(str typed, bool is_other, struct journey_place *out, struct why *why)
{
	str number, step;

	if (!str_split(typed, '=', &number, &step) || !str_to_int64(number, &out->position) ||
		out->position == 0)
		return fail(why, MSG_JOURNEY_PLACE, arg_str(typed));
	out->step = step;
	out->is_other = is_other;
	return OK;
}

/* --at, --not-at */
static err read_places(struct journey_question *q, struct why *why)
{
	size_t at = request_times(q->request, "at"), not_at = request_times(q->request, "not-at");
	struct journey_place *places =
		arena_array(request_arena(q->request), at + not_at, sizeof(*places));
	err e = OK;

	if (places == NULL)
		return no_room(why);
	for (size_t i = 0; e == OK && i < at; i++)
		e = read_place(request_nth(q->request, "at", i), false, &places[i], why);
	for (size_t i = 0; e == OK && i < not_at; i++)
		e = read_place(request_nth(q->request, "not-at", i), true, &places[at + i], why);
	q->filter.places = places;
	q->filter.place_count = at + not_at;
	return e;
}

/* --part-edge-from, --part-edge-to: the n-th with the n-th; what lacks is any step. */
static err read_part_edges(struct journey_question *q, struct why *why)
{
	size_t from = request_times(q->request, "part-edge-from");
	size_t to = request_times(q->request, "part-edge-to"), count = MAX_OF(from, to);
	struct journey_edge *edges = arena_array(request_arena(q->request), count, sizeof(*edges));

	if (edges == NULL)
		return no_room(why);
	for (size_t i = 0; i < count; i++)
		edges[i] = (struct journey_edge){
			i < from ? request_nth(q->request, "part-edge-from", i) : STR(""),
			i < to ? request_nth(q->request, "part-edge-to", i) : STR("")
		};
	q->filter.part_edges = edges;
	q->filter.part_edge_count = count;
	return OK;
}

static int64_t time_or(const struct request *request, const char *option, int64_t otherwise)
{
	return request_has(request, option) ? request_time_ms(request, option) * TICKS_PER_MS
					    : otherwise;
}

static err read_filter(struct journey_question *q, struct why *why)
{
	const struct request *request = q->request;

	q->filter = journey_filter_none();
	q->filter.since = time_or(request, "since", INT64_MIN);
	q->filter.until = time_or(request, "until", INT64_MAX);
	q->filter.as_of = time_or(request, "as-of", INT64_MAX);
	q->filter.from_step = request_text(request, "from-step");
	q->filter.to_step = request_text(request, "to-step");
	q->filter.first_step = request_text(request, "begins");
	q->filter.last_step = request_text(request, "ends");
	q->filter.edge_from = request_text(request, "edge-from");
	q->filter.edge_to = request_text(request, "edge-to");
	if (!names_of(q, "passed", &q->filter.passed) || !names_of(q, "never", &q->filter.never) ||
		!names_of(q, "way", &q->filter.way) ||
		!names_of(q, "part-passed", &q->filter.part_passed))
		return no_room(why);
	err e = read_outcomes(q, why);
	if (e == OK)
		e = read_places(q, why);
	if (e == OK)
		e = read_part_edges(q, why);
	if (e == OK)
		e = read_only(q, why);
	return e == OK ? read_crowds(q, why) : e;
}

/* ---- the limits */

static void set_limits(struct journey_question *q)
{
	const struct request *request = q->request;
	long processors = MAX_OF(sysconf(_SC_NPROCESSORS_ONLN), 1L);
	bool is_own = request_may_name_files(request); /* asked on this machine, by who has it */
	int64_t memory_mb_max = is_own ? 1 << 24 : JOURNEY_MEMORY_MB;
	int64_t threads_max = is_own ? JOURNEY_THREADS_MAX : processors;

	q->limits.bytes_max = (size_t)MIN_OF(request_number(request, "memory"), memory_mb_max)
			      << 20;
	q->limits.threads = (unsigned)processors;
	if (request_has(request, "threads"))
		q->limits.threads =
			(unsigned)MIN_OF(request_number(request, "threads"), threads_max);
	q->limits.stop = request_stop(request);
	if (!request_has(request, "deadline"))
		return;
	q->limits.clock = clock_real();
	q->limits.started_ns = clock_real()->ticks_ns(clock_real());
	q->limits.deadline_ms = request_duration_ms(request, "deadline");
}

/* ---- the whole */

static err read_back(
	void *context, uint64_t seq, struct arena *arena, struct record *out, struct why *why)
{
	return engine_read(context, seq, arena, out, why);
}

struct journey_journal journey_question_journal(const struct journey_question *q)
{
	return (struct journey_journal){ read_back, q->engine };
}

static err add_segment(
	struct journey_question *q, str name, struct journey_crowd *crowds, struct why *why)
{
	return segment_crowds(snapshot_identity(q->snapshot), name, zone_of(q->request),
		request_arena(q->request), crowds, &q->filter.crowd_count, why);
}

/* --segment, or the one asked for: the crowds of each, beside those of the filter. */
static err read_segments(struct journey_question *q, struct why *why)
{
	bool is_told = q->segment.ptr != NULL; /* "" too: a segment that nobody has */
	size_t named = is_told ? 1 : request_times(q->request, "segment");
	struct journey_crowd *crowds =
		arena_array(request_arena(q->request), FILTER_CROWDS_MAX, sizeof(*crowds));
	err e = OK;

	if (named == 0)
		return OK;
	if (crowds == NULL)
		return no_room(why);
	if (q->filter.crowd_count > FILTER_CROWDS_MAX)
		return fail(why, MSG_JOURNEY_STEPS, arg_c("with"), arg_int(FILTER_CROWDS_MAX));
	for (size_t i = 0; i < q->filter.crowd_count; i++)
		crowds[i] = q->filter.crowds[i];
	q->filter.crowds = crowds;
	for (size_t i = 0; e == OK && i < named; i++)
		e = add_segment(q, is_told ? q->segment : request_nth(q->request, "segment", i),
			crowds, why);
	return e;
}

static err read_one(struct journey_question *q, struct why *why)
{
	str text;

	q->filter.is_of_one = true;
	return store_customer(q->request, q->snapshot, request_argument(q->request, 0), &text,
		&q->filter.customer, why);
}

static err ask_snapshot(
	struct journey_question *q, struct sink *sink, journey_answer *answer, struct why *why)
{
	const struct journey_journal journal = journey_question_journal(q);
	err e = read_segments(q, why);

	if (e == OK && q->is_of_one)
		e = read_one(q, why);
	if (e == OK)
		e = journey_plan_make(
			q->view, &q->definition, &q->filter, &journal, &q->limits, &q->plan, why);
	if (e == OK)
		e = answer(q, sink, why);
	journey_plan_free(q->plan);
	return e;
}

static err ask(
	struct journey_question *q, struct sink *sink, journey_answer *answer, struct why *why)
{
	err e = store_open(q->request, sink, STORE_READ, &q->engine, why);

	if (e != OK)
		return e;
	store_index(q->request, q->engine); /* threads in order, where that pays */
	set_limits(q);
	{
		AUTO_SNAPSHOT snapshot = store_snapshot(q->request, q->engine);
		q->snapshot = snapshot;
		q->view = snapshot_threads(snapshot);
		e = ask_snapshot(q, sink, answer, why);
	}
	store_close(q->request, q->engine);
	return e;
}

static err ask_filtered(
	struct journey_question *q, struct sink *sink, journey_answer *answer, struct why *why)
{
	err e = read_definition(q, why);

	if (e == OK)
		e = read_filter(q, why);
	return e == OK ? ask(q, sink, answer, why) : e;
}

err journey_ask(
	const struct request *request, struct sink *sink, journey_answer *answer, struct why *why)
{
	struct journey_question q = { .request = request };

	return ask_filtered(&q, sink, answer, why);
}

err journey_ask_of(
	const struct request *request, struct sink *sink, journey_answer *answer, struct why *why)
{
	struct journey_question q = { .request = request,
		.is_of_one = request_argument_count(request) > 0 };

	return ask_filtered(&q, sink, answer, why);
}

err journey_ask_segment(const struct request *request, struct sink *sink, str segment,
	journey_answer *answer, struct why *why)
{
	struct journey_question q = { .request = request,
		.definition = journey_definition_default(),
		.filter = journey_filter_none(),
		.segment = segment };

	q.filter.as_of = time_or(request, "as-of", INT64_MAX);
	return ask(&q, sink, answer, why);
}

/* ---- telling it */

void put_step(struct json_writer *w, const char *key, const struct journey_plan *plan, uint32_t s)
{
	json_member_string(w, key, journey_plan_step_name(plan, s));
}

void put_moment(struct json_writer *w, const char *key, int64_t ticks)
{
	char text[INSTANT_TEXT_BYTES];

	json_member_string(w, key, instant_utc(text, ms_of_ticks(ticks)));
}

void put_standing(struct json_writer *w, const struct journey_question *q)
{
	json_member_uint(w, "epoch", snapshot_epoch(q->snapshot));
	put_moment(w, "as_of", journey_plan_as_of(q->plan));
}

static void add_cell(struct grid *grid, const struct strbuf *cell)
{
	grid_add_cell(grid, strbuf_str(cell));
}

void cell_number(struct grid *grid, enum language language, uint64_t n)
{
	char text[64];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_number(language, (int64_t)n, &cell);
	add_cell(grid, &cell);
}

void cell_share(struct grid *grid, enum language language, double share)
{
	char text[64];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_decimal(language, share * 100, 1, &cell);
	strbuf_add(&cell, language == LANGUAGE_FRENCH ? STR("\xe2\x80\xaf%") : STR("%"));
	add_cell(grid, &cell);
}

void cell_span(struct grid *grid, enum language language, double span_s)
{
	char text[64];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_duration(language, (int64_t)(span_s * 1000), &cell);
	add_cell(grid, &cell);
}

void cell_ratio(struct grid *grid, enum language language, double n)
{
	char text[64];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_decimal(language, n, 2, &cell);
	add_cell(grid, &cell);
}

size_t journey_top(const struct request *request, size_t otherwise)
{
	return request_has(request, "top") ? (size_t)request_number(request, "top") : otherwise;
}

void cell_moment(struct grid *grid, const struct request *request, int64_t ticks)
{
	char text[64];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_moment(request_locale(request), ms_of_ticks(ticks), &cell);
	grid_add_cell(grid, strbuf_str(&cell));
}

str journey_customer_text(const struct journey_question *q, uint32_t number)
{
	return identity_customer_text(threads_view_identity(q->view), number);
}

void journey_say_written(struct sink *sink, str path)
{
	char text[WHY_TEXT_BYTES_MAX];
	struct strbuf safe = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	display_add_safe(&safe, path);
	sink_remark(sink, TEXT_DRAW_WRITTEN, arg_str((str){ text, safe.len }));
}

err journey_write(struct sink *sink, str path, str bytes, struct why *why)
{
	struct file *file;
	err e = disk_open(disk_real(), path.ptr, FILE_CREATE_OR_EMPTY, &file, why);

	if (e != OK)
		return e;
	e = file_write_at(file, 0, bytes.ptr, bytes.len, why);
	file_close(file);
	if (e == OK)
		journey_say_written(sink, path);
	return e;
}
