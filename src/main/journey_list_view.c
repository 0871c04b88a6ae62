/* main/journey_list_view.c - see journey_list_view.h */
#include "main/journey_list_view.h"

#include "main/csv_out.h"

enum { CELL_BYTES_MAX = 1 << 16 };

static void put_listed(struct json_writer *w, const struct journey_question *q,
	const struct listed *item, str name, bool steps)
{
	json_put_object(w);
	json_member_string(w, "customer", journey_customer_text(q, item->customer));
	if (name.len > 0)
		json_member_string(w, "name", name);
	put_moment(w, "first", item->first);
	put_moment(w, "last", item->last);
	json_member_string(w, "outcome", journey_outcome_word(item->outcome));
	json_member_uint(w, "length", item->length);
	if (steps) {
		json_put_key(w, STR("steps"));
		json_put_array(w);
		for (size_t i = 0; i < item->length; i++)
			json_put_string(w, journey_plan_step_name(q->plan, item->steps[i]));
		json_put_end(w);
	}
	json_put_end(w);
}

static str name_of(const str *names, size_t i)
{
	return names == NULL ? STR("") : names[i];
}

/* `names` NULL: not asked for; `times` NULL: each journey is counted once. */
static void answer_program(const struct journey_question *q, struct sink *sink,
	const struct journey_list *list, const str *names, bool steps, const uint64_t *times)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "customers", list->customers);
	json_member_uint(&w, "journeys", list->journeys);
	if (times != NULL)
		json_member_uint(&w, "times", *times);
	put_standing(&w, q);
	json_put_key(&w, STR("list"));
	json_put_array(&w);
	for (size_t i = 0; i < list->count; i++)
		put_listed(&w, q, &list->items[i], name_of(names, i), steps);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* As many as there is room for. */
static void add_way(struct strbuf *out, const struct journey_plan *plan, const struct listed *item)
{
	for (size_t i = 0; i < item->length && strbuf_ok(out); i++) {
		strbuf_add(out, i == 0 ? STR("") : STR(" \xe2\x86\x92 "));
		strbuf_add(out, journey_plan_step_name(plan, item->steps[i]));
	}
}

void journey_list_csv(const struct journey_question *q, struct sink *sink,
	const struct journey_list *list, const str *names)
{
	struct csv_out csv =
		csv_out_begin(names == NULL ? "customer,first,last,outcome,length,steps"
					    : "customer,name,first,last,outcome,length,steps");

	for (size_t i = 0; i < list->count; i++) {
		const struct listed *item = &list->items[i];
		struct strbuf way = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
		char first[INSTANT_TEXT_BYTES], last[INSTANT_TEXT_BYTES];
		add_way(&way, q->plan, item);
		csv_out_text(&csv, journey_customer_text(q, item->customer));
		if (names != NULL)
			csv_out_text(&csv, names[i]);
		csv_out_text(&csv, instant_utc(first, ms_of_ticks(item->first)));
		csv_out_text(&csv, instant_utc(last, ms_of_ticks(item->last)));
		csv_out_text(&csv, journey_outcome_word(item->outcome));
		csv_out_count(&csv, item->length);
		csv_out_text(&csv, strbuf_str(&way));
		csv_out_row(&csv);
		strbuf_done(&way);
	}
	csv_out_end(&csv, sink);
}

static void add_steps(struct grid *grid, const struct journey_plan *plan, const struct listed *item)
{
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);

	add_way(&cell, plan, item);
	grid_add_cell(grid, (str){ cell.ptr, cell.len });
	strbuf_done(&cell);
}

static void answer_people(const struct journey_question *q, struct sink *sink,
	const struct journey_list *list, const str *names, const uint64_t *times)
{
	enum language language = request_locale(q->request)->language;
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_FUNNEL_TOTALS, arg_int((int64_t)list->journeys),
		arg_int((int64_t)list->customers));
	if (times != NULL)
		sink_say(sink, TEXT_PREDICT_TIMES, arg_int((int64_t)*times));
	if (grid != NULL) {
		grid_add_column(grid, text_words(TEXT_LIST_CUSTOMER, language), GRID_SHRINKS);
		if (names != NULL)
			grid_add_column(grid, text_words(TEXT_LIST_NAME, language), GRID_SHRINKS);
		grid_add_column(grid, text_words(TEXT_LIST_FIRST, language), GRID_TEXT);
		grid_add_column(grid, text_words(TEXT_LIST_SPAN, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_VARIANTS_STEPS, language), GRID_SHRINKS);
	}
	for (size_t i = 0; grid != NULL && i < list->count; i++) {
		const struct listed *item = &list->items[i];
		grid_add_cell(grid, journey_customer_text(q, item->customer));
		if (names != NULL)
			grid_add_cell(grid, names[i]);
		cell_moment(grid, q->request, item->first);
		cell_span(grid, language,
			(double)((uint64_t)item->last - (uint64_t)item->first) /
				(TICKS_PER_MS * 1000.0));
		add_steps(grid, q->plan, item);
	}
	sink_grid(sink, arena, grid);
}

void journey_list_tell(const struct journey_question *q, struct sink *sink,
	const struct journey_list *list, const str *names, bool steps)
{
	if (sink->json)
		answer_program(q, sink, list, names, steps, NULL);
	else
		answer_people(q, sink, list, names, NULL);
}

void journey_list_tell_times(const struct journey_question *q, struct sink *sink,
	const struct journey_list *list, uint64_t times)
{
	if (sink->json)
		answer_program(q, sink, list, NULL, true, &times);
	else
		answer_people(q, sink, list, NULL, &times);
}
