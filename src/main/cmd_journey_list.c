/* main/cmd_journey_list.c - ariane journey list: whose journeys they are. */
#include "journey/list.h"
#include "main/journey_ask.h"

enum { CELL_BYTES_MAX = 1 << 16 };

/* The customer by the identifier that comes first by its text, whatever order they came in. */
static str customer_text(const struct journey_question *q, uint32_t number)
{
	const struct identity_view *identity = threads_view_identity(q->view);
	const struct customer *customer = identity_customer(identity, number);
	uint32_t member = customer->head;
	str best = identity_text(identity, member);

	for (uint32_t i = 1; i < customer->members; i++) {
		member = identity_next_member(identity, member);
		str text = identity_text(identity, member);
		if (str_compare(text, best) < 0)
			best = text;
	}
	return best;
}

static void put_listed(
	struct json_writer *w, const struct journey_question *q, const struct listed *item)
{
	json_put_object(w);
	put_text(w, "customer", customer_text(q, item->customer));
	put_moment(w, "first", item->first);
	put_moment(w, "last", item->last);
	put_text(w, "outcome", journey_outcome_word(item->outcome));
	json_put_key(w, STR("steps"));
	json_put_array(w);
	for (size_t i = 0; i < item->length; i++)
		json_put_string(w, journey_plan_step_name(q->plan, item->steps[i]));
	json_put_end(w);
	json_put_end(w);
}

static void answer_program(
	const struct journey_question *q, struct sink *sink, const struct journey_list *list)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	put_count(&w, "customers", list->customers);
	put_count(&w, "journeys", list->journeys);
	put_standing(&w, q);
	json_put_key(&w, STR("list"));
	json_put_array(&w);
	for (size_t i = 0; i < list->count; i++)
		put_listed(&w, q, &list->items[i]);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static void add_moment(struct grid *grid, const struct request *request, int64_t ticks)
{
	char text[64];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_moment(request_locale(request), ms_of_ticks(ticks), &cell);
	grid_add_cell(grid, strbuf_str(&cell));
}

static void add_steps(struct grid *grid, const struct journey_plan *plan, const struct listed *item)
{
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);

	for (size_t i = 0; i < item->length && strbuf_ok(&cell); i++) {
		strbuf_add(&cell, i == 0 ? STR("") : STR(" \xe2\x86\x92 "));
		strbuf_add(&cell, journey_plan_step_name(plan, item->steps[i]));
	}
	grid_add_cell(grid, (str){ cell.ptr, cell.len });
	strbuf_done(&cell);
}

static void answer_people(
	const struct journey_question *q, struct sink *sink, const struct journey_list *list)
{
	enum language language = request_locale(q->request)->language;
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_FUNNEL_TOTALS, arg_int((int64_t)list->journeys),
		arg_int((int64_t)list->customers));
	if (grid != NULL) {
		grid_add_column(grid, text_words(TEXT_LIST_CUSTOMER, language), GRID_SHRINKS);
		grid_add_column(grid, text_words(TEXT_LIST_FIRST, language), GRID_TEXT);
		grid_add_column(grid, text_words(TEXT_LIST_SPAN, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_VARIANTS_STEPS, language), GRID_SHRINKS);
	}
	for (size_t i = 0; grid != NULL && i < list->count; i++) {
		const struct listed *item = &list->items[i];
		grid_add_cell(grid, customer_text(q, item->customer));
		add_moment(grid, q->request, item->first);
		cell_span(grid, language,
			(double)((uint64_t)item->last - (uint64_t)item->first) /
				(TICKS_PER_MS * 1000.0));
		add_steps(grid, q->plan, item);
	}
	sink_grid(sink, arena, grid);
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct journey_list list;
	err e = journey_list_make(q->plan, (size_t)request_number(q->request, "limit"), &list, why);

	if (e != OK)
		return e;
	(sink->json ? answer_program : answer_people)(q, sink, &list);
	journey_list_done(q->plan, &list);
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_list = {
	.name = STR_INIT("journey list"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("list the customers behind a number, with their journeys",
		"lister les clients derrière un nombre, avec leurs parcours"),
	.about = WORDS(
		"The journeys that the filters leave, the latest first. Each number of the other "
		"journey commands has its filter: --edge-from and --edge-to for an edge, --begins "
		"and --ends, --way for a variant, --passed for a step, --outcome.",
		"Les parcours que laissent les filtres, les derniers d'abord. Chaque nombre des "
		"autres commandes de parcours a son filtre : --edge-from et --edge-to pour une "
		"arête, --begins et --ends, --way pour une variante, --passed pour une étape, "
		"--outcome."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("at most so many journeys; the totals are of all",
				"au plus ce nombre de parcours ; les totaux sont ceux de tous"),
			STR_INIT("50") } },
	.examples = { { STR_INIT("ariane journey list --edge-from cart --edge-to call"),
		WORDS("who called right after the cart", "qui a appelé juste après le panier") } },
	.schema = STR_INIT("journey-list"),
	.read_only = true,
	.in_house = true,
	.run = run,
};
