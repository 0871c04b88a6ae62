/* main/trial_list.c - see trial_list.h */
#include "main/trial_list.h"

#include "main/csv_out.h"
#include "main/person_names.h"

#include <math.h>
#include <stdlib.h>

enum { CELL_BYTES_MAX = 1 << 14 };
#define NAMES_BYTES_MAX ((size_t)1 << 30)

static int by_time(const void *a, const void *b, void *context)
{
	const struct trial *const *items = context;
	const struct trial *x = &(*items)[*(const uint32_t *)a];
	const struct trial *y = &(*items)[*(const uint32_t *)b];

	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	return (x->row < y->row) - (x->row > y->row);
}

struct trial_list trial_list_make(
	const struct journey_question *question, const struct trials *trials, const uint64_t *set)
{
	struct trial_list list = { .question = question,
		.trials = trials,
		.order = memory_alloc((trials->suffered + 1) * sizeof(*list.order)) };
	const struct trial *items = trials->items;

	for (uint32_t t = 0; t < trials->suffered; t++)
		if (set == NULL || bits_has(set, t))
			list.order[list.count++] = t;
	qsort_r(list.order, list.count, sizeof(*list.order), by_time, &items);
	return list;
}

void trial_list_done(struct trial_list *list)
{
	arena_free(list->arena);
	free(list->order);
	*list = (struct trial_list){ .order = NULL };
}

static const struct trial *nth(const struct trial_list *list, size_t i)
{
	return &list->trials->items[list->order[i]];
}

err trial_list_name(struct trial_list *list, size_t most, struct why *why)
{
	const struct journey_question *q = list->question;
	size_t count = MIN_OF(list->count, most);
	struct person_names *names = NULL;

	if (!request_has(q->request, "names"))
		return OK;
	list->arena = arena_create(NAMES_BYTES_MAX);
	list->names = arena_array(list->arena, count + 1, sizeof(*list->names));
	if (list->names == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("names"), arg_int(0));
	err e = person_names_open(q->engine, q->snapshot, list->arena, &names, why);
	for (size_t i = 0; e == OK && i < count; i++) {
		e = limits_check(journey_plan_limits(q->plan), why);
		if (e == OK)
			e = person_name(names, nth(list, i)->customer, &list->names[i], why);
	}
	person_names_close(names);
	return e;
}

static void put_listed(struct json_writer *w, const struct trial_list *list, size_t i)
{
	const struct trial *t = nth(list, i);

	json_put_object(w);
	json_member_string(w, "customer", journey_customer_text(list->question, t->customer));
	if (list->names != NULL && list->names[i].len > 0)
		json_member_string(w, "name", list->names[i]);
	put_moment(w, "time", t->time);
	if (t->cost != COST_NONE)
		json_member_float(w, "cost", (double)t->cost / COST_UNIT);
	json_put_end(w);
}

void put_trial_list(struct json_writer *w, const struct trial_list *list, size_t most)
{
	json_member_uint(w, "listed", list->count);
	json_put_key(w, STR("list"));
	json_put_array(w);
	for (size_t i = 0; i < MIN_OF(list->count, most); i++)
		put_listed(w, list, i);
	json_put_end(w);
}

void csv_trial_list(const struct trial_list *list, struct sink *sink, size_t most)
{
	struct csv_out csv = csv_out_begin(
		list->names == NULL ? "customer,time,cost" : "customer,name,time,cost");

	for (size_t i = 0; i < MIN_OF(list->count, most); i++) {
		const struct trial *t = nth(list, i);
		char time[INSTANT_TEXT_BYTES];
		csv_out_text(&csv, journey_customer_text(list->question, t->customer));
		if (list->names != NULL)
			csv_out_text(&csv, list->names[i]);
		csv_out_text(&csv, instant_utc(time, ms_of_ticks(t->time)));
		csv_out_finite(&csv, t->cost == COST_NONE ? NAN : (double)t->cost / COST_UNIT);
		csv_out_row(&csv);
	}
	csv_out_end(&csv, sink);
}

void show_trial_list(const struct trial_list *list, struct sink *sink, size_t most)
{
	const struct request *request = list->question->request;
	enum language language = request_locale(request)->language;
	struct arena *arena = request_arena(request);
	struct grid *grid = grid_create(arena);

	if (grid != NULL) {
		grid_add_column(grid, text_words(TEXT_LIST_CUSTOMER, language), GRID_SHRINKS);
		if (list->names != NULL)
			grid_add_column(grid, text_words(TEXT_LIST_NAME, language), GRID_SHRINKS);
		grid_add_column(grid, text_words(TEXT_DRIVERS_WHEN, language), GRID_TEXT);
	}
	for (size_t i = 0; grid != NULL && i < MIN_OF(list->count, most); i++) {
		const struct trial *t = nth(list, i);
		struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);
		grid_add_cell(grid, journey_customer_text(list->question, t->customer));
		if (list->names != NULL)
			grid_add_cell(grid, list->names[i]);
		locale_moment(request_locale(request), ms_of_ticks(t->time), &cell);
		grid_add_cell(grid, strbuf_str(&cell));
		strbuf_done(&cell);
	}
	sink_grid(sink, arena, grid);
}
