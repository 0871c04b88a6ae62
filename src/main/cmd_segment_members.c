/* main/cmd_segment_members.c - ariane segment members: who is in a segment now. */
#include "journey/members.h"
#include "main/journey_ask.h"

#include <stdlib.h>

struct named {
	str text; /* the customer by the first of his identifiers */
	const struct journey_member *member;
};

/* The latest event first; those of whom only records are known last. */
static int by_last(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	bool x_has = x->member->events > 0, y_has = y->member->events > 0;

	if (x_has != y_has)
		return x_has ? -1 : 1;
	if (x_has && x->member->last != y->member->last)
		return x->member->last > y->member->last ? -1 : 1;
	return str_compare(x->text, y->text);
}

static void put_span(struct json_writer *w, const struct journey_member *member)
{
	static const char *const keys[] = { "first", "last" };

	json_member_uint(w, "events", member->events);
	for (int i = 0; i < 2; i++)
		if (member->events > 0) {
			put_moment(w, keys[i], i == 0 ? member->first : member->last);
		} else {
			json_put_key(w, str_of(keys[i]));
			json_put_null(w);
		}
}

static void answer_program(const struct journey_question *q, struct sink *sink,
	const struct named *named, size_t count, size_t all)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_string(&w, "segment", request_argument(q->request, 0));
	json_member_uint(&w, "customers", all);
	put_standing(&w, q);
	json_put_key(&w, STR("list"));
	json_put_array(&w);
	for (size_t i = 0; i < count; i++) {
		json_put_object(&w);
		json_member_string(&w, "customer", named[i].text);
		put_span(&w, named[i].member);
		json_put_end(&w);
	}
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static void answer_people(const struct journey_question *q, struct sink *sink,
	const struct named *named, size_t count, size_t all)
{
	enum language language = request_locale(q->request)->language;
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_SEGMENT_MEMBERS, arg_int((int64_t)all));
	if (grid == NULL || count == 0)
		return;
	grid_add_column(grid, text_words(TEXT_SEGMENT_CUSTOMER, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_SEGMENT_EVENTS, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_SEGMENT_LAST, language), GRID_TEXT);
	for (size_t i = 0; i < count; i++) {
		grid_add_cell(grid, named[i].text);
		cell_number(grid, language, named[i].member->events);
		if (named[i].member->events > 0)
			cell_moment(grid, q->request, named[i].member->last);
		else
			grid_add_cell(grid, STR(""));
	}
	sink_grid(sink, arena, grid);
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct journey_members members;
	err e = journey_members_make(q->plan, &members, why);

	if (e != OK)
		return e;
	size_t bytes = members.count * sizeof(struct named);
	e = limits_take(&q->limits, bytes, why);
	if (e == OK) {
		struct named *named = memory_alloc(bytes + 1);
		size_t limit = (size_t)request_number(q->request, "limit");
		for (size_t i = 0; i < members.count; i++)
			named[i] =
				(struct named){ journey_customer_text(q, members.items[i].customer),
					&members.items[i] };
		if (members.count > 0)
			qsort(named, members.count, sizeof(*named), by_last);
		(sink->json ? answer_program : answer_people)(
			q, sink, named, MIN_OF(limit, members.count), members.count);
		free(named);
		limits_give(&q->limits, bytes);
	}
	journey_members_done(q->plan, &members);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask_segment(request, sink, request_argument(request, 0), answer, why);
}

/* clang-format off */
const struct command cmd_segment_members = {
	.name = STR_INIT("segment members"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("who is in a segment now", "qui est dans un segment maintenant"),
	.arguments = { 1, 1, WORDS("NAME", "NOM"), WORDS("of the segment", "du segment") },
	.options = {
		{ STR_INIT("as-of"), IS_TIME, false, WORDS("TIME", "DATE"),
			WORDS("as it stood at this time; without, at the last event",
				"l'état à cette date ; sans elle, celui du dernier événement"), STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("at most so many customers; the total is of all",
				"au plus ce nombre de clients ; le total est celui de tous"),
			STR_INIT("50") },
		JOURNEY_LIMITS },
	.examples = { { STR_INIT("ariane segment members callers --limit 10"),
		WORDS("the ten with the latest events", "les dix aux derniers événements") } },
	.schema = STR_INIT("segment-members"),
	.read_only = true,
	.in_house = true,
	.run = run,
};
/* clang-format on */
