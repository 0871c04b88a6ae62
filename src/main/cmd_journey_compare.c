/* main/cmd_journey_compare.c - ariane journey compare: two periods, or a group of customers and all
 * others. */
#include "journey/compare.h"
#include "main/cause_ask.h"
#include "main/csv_out.h"
#include "main/journey_list_view.h"

enum { CELL_BYTES_MAX = 1 << 14 };

struct sides {
	struct journey_filter filters[2];
	struct journey_plan *plans[2];
};

/* ---- which two */

static err no_room(struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("group"), arg_int(0));
}

/* The filter's crowds and one more: on the first side those who are not in it. */
static err add_crowd(const struct journey_question *q, const struct journey_selector *selector,
	struct sides *sides, struct why *why)
{
	size_t count = q->filter.crowd_count;

	if (count == FILTER_CROWDS_MAX)
		return fail(why, MSG_JOURNEY_STEPS, arg_c("group"), arg_int(FILTER_CROWDS_MAX));
	for (int i = 0; i < 2; i++) {
		struct journey_crowd *crowds =
			arena_array(request_arena(q->request), count + 1, sizeof(*crowds));
		if (crowds == NULL)
			return no_room(why);
		for (size_t k = 0; k < count; k++)
			crowds[k] = q->filter.crowds[k];
		crowds[count] =
			(struct journey_crowd){ .any = { selector, 1 }, .is_wanted = i == 1 };
		sides->filters[i].crowds = crowds;
		sides->filters[i].crowd_count = count + 1;
	}
	return OK;
}

static err read_group(const struct journey_question *q, struct sides *sides, struct why *why)
{
	struct arena *arena = request_arena(q->request);
	struct journey_selector *selector = arena_alloc(arena, sizeof(*selector));
	struct journey_test *test = arena_alloc(arena, sizeof(*test));
	struct where *where = arena_alloc(arena, sizeof(*where));
	const struct zone *zone = request_locale(q->request)->zone;
	err e = OK;

	if (selector == NULL || test == NULL || where == NULL)
		return no_room(why);
	*selector = (struct journey_selector){ .test_count = 0 };
	if (request_has(q->request, "group-with")) {
		e = journey_selector_of(
			request_text(q->request, "group-with"), arena, selector, why);
	} else {
		e = why_usage(why, where_parse(request_text(q->request, "group"),
					   zone == NULL ? zone_utc() : zone, where, why));
		*test = (struct journey_test){ where, 1 };
		selector->tests = test;
		selector->test_count = 1;
	}
	return e == OK ? add_crowd(q, selector, sides, why) : e;
}

static err read_sides(const struct journey_question *q, struct sides *sides, struct why *why)
{
	const struct request *request = q->request;
	int said = request_has(request, "split") + request_has(request, "group") +
		   request_has(request, "group-with");

	sides->filters[0] = sides->filters[1] = q->filter;
	if (said != 1)
		return fail(why, MSG_COMPARE_SIDES);
	if (!request_has(request, "split"))
		return read_group(q, sides, why);
	int64_t split = request_time_ms(request, "split") * TICKS_PER_MS;
	sides->filters[0].until = MIN_OF(split, q->filter.until);
	sides->filters[1].since = MAX_OF(split, q->filter.since);
	return OK;
}

static err read_back(
	void *context, uint64_t seq, struct arena *arena, struct record *out, struct why *why)
{
	return engine_read(context, seq, arena, out, why);
}

static err plan_sides(const struct journey_question *q, struct sides *sides, struct why *why)
{
	const struct journey_journal journal = { read_back, q->engine };
	struct journey_limits *limits = journey_plan_limits(q->plan);
	err e = OK;

	for (int i = 0; e == OK && i < 2; i++)
		e = journey_plan_make(q->view, &q->definition, &sides->filters[i], &journal, limits,
			&sides->plans[i], why);
	return e;
}

/* ---- answers */

static size_t shown_of(const struct journey_question *q, const struct comparison *c)
{
	size_t most = MIN_OF(journey_top(q->request, 20), c->count), n = 0;

	if (request_has(q->request, "all"))
		return most;
	while (n < most && c->items[n].q <= 0.05)
		n++;
	return n;
}

static const char *const compared_words[] = { [COMPARED_EDGE] = "edge",
	[COMPARED_STEP] = "step",
	[COMPARED_START] = "start",
	[COMPARED_END] = "end",
	[COMPARED_OUTCOME] = "outcome" };

static void put_compared(
	struct json_writer *w, const struct journey_question *q, const struct compared *c)
{
	json_put_object(w);
	json_member_string(w, "what", str_of(compared_words[c->as]));
	if (c->as == COMPARED_EDGE)
		put_step(w, "from", q->plan, c->from);
	if (c->as == COMPARED_OUTCOME)
		json_member_string(w, "outcome", journey_outcome_word((enum journey_outcome)c->to));
	else
		put_step(w, c->as == COMPARED_EDGE ? "to" : "step", q->plan, c->to);
	json_member_uint(w, "first_of", c->table.c + c->table.d);
	json_member_uint(w, "first", c->table.c);
	json_member_uint(w, "second_of", c->table.a + c->table.b);
	json_member_uint(w, "second", c->table.a);
	put_interval(w, "difference", c->difference);
	json_member_float(w, "p", c->p);
	json_member_float(w, "q", c->q);
	json_put_end(w);
}

static void put_side(struct json_writer *w, const char *key, const struct comparison *c, int i)
{
	json_put_key(w, str_of(key));
	json_put_object(w);
	json_member_uint(w, "customers", c->customers[i]);
	json_member_uint(w, "journeys", c->journeys[i]);
	json_put_end(w);
}

static void answer_program(
	const struct journey_question *q, struct sink *sink, const struct comparison *c)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	put_side(&w, "first", c, 0);
	put_side(&w, "second", c, 1);
	put_standing(&w, q);
	json_member_uint(&w, "compared", c->count);
	json_put_key(&w, STR("differences"));
	json_put_array(&w);
	for (size_t i = 0; i < shown_of(q, c); i++)
		put_compared(&w, q, &c->items[i]);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static str name_of(const struct journey_question *q, const struct compared *c)
{
	return c->as == COMPARED_OUTCOME ? journey_outcome_word((enum journey_outcome)c->to)
					 : journey_plan_step_name(q->plan, c->to);
}

static void answer_csv(
	const struct journey_question *q, struct sink *sink, const struct comparison *all)
{
	struct csv_out csv = csv_out_begin("what,from,name,first,first_of,second,second_of,"
					   "difference,low,high,p,q");

	for (size_t i = 0; i < shown_of(q, all); i++) {
		const struct compared *c = &all->items[i];
		csv_out_text(&csv, str_of(compared_words[c->as]));
		csv_out_text(&csv, c->as == COMPARED_EDGE ? journey_plan_step_name(q->plan, c->from)
							  : STR(""));
		csv_out_text(&csv, name_of(q, c));
		csv_out_count(&csv, c->table.c);
		csv_out_count(&csv, c->table.c + c->table.d);
		csv_out_count(&csv, c->table.a);
		csv_out_count(&csv, c->table.a + c->table.b);
		csv_out_interval(&csv, c->difference);
		csv_out_number(&csv, c->p);
		csv_out_number(&csv, c->q);
		csv_out_row(&csv);
	}
	csv_out_end(&csv, sink);
}

static void add_compared(
	struct grid *grid, const struct journey_question *q, const struct compared *c)
{
	enum language language = request_locale(q->request)->language;
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);
	static const enum text words[] = { [COMPARED_EDGE] = TEXT_COMPARE_EDGE,
		[COMPARED_STEP] = TEXT_COMPARE_STEP,
		[COMPARED_START] = TEXT_COMPARE_START,
		[COMPARED_END] = TEXT_COMPARE_END,
		[COMPARED_OUTCOME] = TEXT_COMPARE_OUTCOME };
	str to = c->as == COMPARED_OUTCOME ? journey_outcome_word((enum journey_outcome)c->to)
					   : journey_plan_step_name(q->plan, c->to);
	struct interval d = { c->difference.value * 100, c->difference.low * 100,
		c->difference.high * 100 };

	text_add(&cell, language, words[c->as], arg_str(to),
		arg_str(c->as == COMPARED_EDGE ? journey_plan_step_name(q->plan, c->from)
					       : STR("")));
	grid_add_cell(grid, strbuf_str(&cell));
	strbuf_done(&cell);
	cell_share(grid, language, (double)c->table.c / (double)(c->table.c + c->table.d));
	cell_share(grid, language, (double)c->table.a / (double)(c->table.a + c->table.b));
	cell_interval(grid, language, d, 1);
}

static void answer_people(
	const struct journey_question *q, struct sink *sink, const struct comparison *c)
{
	enum language language = request_locale(q->request)->language;
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_COMPARE_TOTALS, arg_int((int64_t)c->journeys[0]),
		arg_int((int64_t)c->customers[0]), arg_int((int64_t)c->journeys[1]),
		arg_int((int64_t)c->customers[1]));
	sink_say(sink, TEXT_COMPARE_TESTS, arg_int((int64_t)c->count));
	if (grid != NULL) {
		grid_add_column(grid, text_words(TEXT_COMPARE_WHAT, language), GRID_SHRINKS);
		grid_add_column(grid, text_words(TEXT_COMPARE_FIRST, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_COMPARE_SECOND, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_COMPARE_POINTS, language), GRID_NUMBER);
	}
	for (size_t i = 0; grid != NULL && i < shown_of(q, c); i++)
		add_compared(grid, q, &c->items[i]);
	sink_grid(sink, arena, grid);
}

/* ---- the list behind a number */

static err read_side(const struct request *request, int *side, struct why *why)
{
	str word = request_text(request, "side");

	*side = str_equal(word, STR("first")) ? 0 : 1;
	if (*side == 1 && !str_equal(word, STR("second")))
		return fail(why, MSG_COMPARE_SIDE, arg_str(word));
	return OK;
}

static err list_behind(const struct journey_question *q, const struct sides *sides,
	const struct comparison *c, struct sink *sink, struct why *why)
{
	size_t number = (size_t)request_number(q->request, "list");
	struct compare_list_question which = { .of_whole = request_has(q->request, "whole"),
		.most = (size_t)request_number(q->request, "limit") };
	struct journey_list list;
	uint64_t times = 0;
	int side = 0;
	err e = read_side(q->request, &side, why);

	if (e == OK && number > c->count)
		e = fail(why, MSG_FRICTION_LIST, arg_int((int64_t)number),
			arg_int((int64_t)c->count));
	if (e != OK)
		return e;
	which.item = number == 0 ? NULL : &c->items[number - 1];
	e = compare_list(sides->plans[side], &which, &list, &times, why);
	if (e != OK)
		return e;
	if (!sink->json && request_has(q->request, "csv"))
		journey_list_csv(q, sink, &list, NULL);
	else
		journey_list_tell_times(q, sink, &list, times);
	journey_list_done(sides->plans[side], &list);
	return OK;
}

static void tell(const struct journey_question *q, const struct comparison *c, struct sink *sink)
{
	if (sink->json)
		answer_program(q, sink, c);
	else if (request_has(q->request, "csv"))
		answer_csv(q, sink, c);
	else
		answer_people(q, sink, c);
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct sides sides = { .plans = { NULL, NULL } };
	struct comparison comparison;
	err e = read_sides(q, &sides, why);

	if (e == OK)
		e = plan_sides(q, &sides, why);
	if (e == OK)
		e = compare_make(sides.plans[0], sides.plans[1],
			(uint64_t)request_number(q->request, "support"), &comparison, why);
	if (e == OK) {
		if (request_has(q->request, "list"))
			e = list_behind(q, &sides, &comparison, sink, why);
		else
			tell(q, &comparison, sink);
		comparison_done(&comparison);
	}
	journey_plan_free(sides.plans[0]);
	journey_plan_free(sides.plans[1]);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_compare = {
	.name = STR_INIT("journey compare"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("compare two periods, or a group of customers with all others",
		"comparer deux périodes, ou un groupe de clients avec tous les autres"),
	.about = WORDS("Of each edge the share of the passages at its step that take it; of each "
		       "step, start, "
		       "end and outcome the share of the journeys: first, second, and the "
		       "difference with its "
		       "95 % interval. Shown are the differences found at a false-discovery rate "
		       "of 5 %, the "
		       "surest first.",
		"De chaque arête, la part des passages par son étape qui la prennent ; de chaque "
		"étape, début, fin et issue, la part des parcours : première, seconde, et la "
		"différence "
		"avec son intervalle à 95 %. Sont montrées les différences retenues à un taux de "
		"fausses découvertes de 5 %, les plus sûres d'abord."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("split"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("events before this time, and those from then on",
				"les événements avant cette date, et ceux à partir d'elle"),
			STR_INIT("") },
		{ STR_INIT("group"), IS_TEXT, false, WORDS("CONDITION", "CONDITION"),
			WORDS("all others, and customers with this attribute (as --customer)",
				"tous les autres, et les clients ayant cet attribut (comme "
				"--customer)"),
			STR_INIT("") },
		{ STR_INIT("group-with"), IS_TEXT, false,
			WORDS("[CHANNEL:][ACTIVITY]", "[CANAL:][ACTIVITÉ]"),
			WORDS("all others, and customers who have such an event",
				"tous les autres, et les clients qui ont un tel événement"),
			STR_INIT("") },
		{ STR_INIT("support"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("leave out what has fewer cases on a side",
				"laisser de côté ce qui a moins de cas d'un côté"),
			STR_INIT("20") },
		{ STR_INIT("all"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("also what chance may have made",
				"aussi ce que le hasard a pu faire"),
			STR_INIT("") },
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("show so many", "en montrer autant"), STR_INIT("20") },
		{ STR_INIT("list"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("the journeys behind the N-th difference of --all; 0: all of the "
			      "side",
				"les parcours derrière la N-ième différence de --all ; 0 : tous "
				"ceux de ce côté"),
			STR_INIT("") },
		{ STR_INIT("side"), IS_TEXT, false, SAME_WORDS("first|second"),
			WORDS("of --list: behind the number of this side",
				"avec --list : derrière le nombre de ce côté"),
			STR_INIT("second") },
		{ STR_INIT("whole"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("of --list: behind what the number is a share of",
				"avec --list : derrière ce dont le nombre est une part"),
			STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("of --list: at most so many; the totals are of all",
				"avec --list : au plus ce nombre ; les totaux sont ceux de tous"),
			STR_INIT("20") },
		JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey compare --split 2026-06-01"),
			      WORDS("what changed in June", "ce qui a changé en juin") },
		{ STR_INIT("ariane journey compare --group plan=gold"),
			WORDS("where the journeys of gold customers differ",
				"où les parcours des clients « gold » diffèrent") },
		{ STR_INIT("ariane journey compare --group plan=gold --list 1"),
			WORDS("the journeys of gold customers behind the first difference",
				"les parcours des clients « gold » derrière la première "
				"différence") } },
	.schema = STR_INIT("journey-compare"),
	.read_only = true,
	.run = run,
};
