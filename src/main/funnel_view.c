/* main/funnel_view.c - see funnel_view.h; funnel_draw.c has the picture */
#include "main/funnel_view.h"

#include "main/csv_out.h"

enum { VALUE_BYTES_MAX = 1 << 16 };

double funnel_share(uint64_t part, uint64_t all)
{
	return all == 0 ? 0 : (double)part / (double)all;
}

uint64_t funnel_before(const struct funnel *funnel, size_t k)
{
	return k == 0 ? funnel->journeys : funnel->steps[k - 1].journeys;
}

/* ---- for programs */

static void put_times(struct json_writer *w, const struct map_times *times)
{
	json_member_float(w, "mean_s", times->mean_s);
	json_member_float(w, "median_s", times->median_s);
	json_member_float(w, "p90_s", times->p90_s);
}

static void put_word(struct json_writer *w, const char *option)
{
	json_put_string(w, str_of(option));
}

/* The options by which the same command lists whom a number counts. */
static void put_list(
	struct json_writer *w, const struct funnel_view *v, size_t reached, const uint32_t *value)
{
	struct strbuf word = strbuf_heap(VALUE_BYTES_MAX);

	json_put_key(w, STR("list"));
	json_put_array(w);
	put_word(w, "--list");
	strbuf_printf(&word, "%zu", reached);
	json_put_string(w, strbuf_str(&word));
	if (value != NULL) {
		strbuf_clear(&word);
		journey_values_add(v->values, *value, &word);
		put_word(w, "--by");
		json_put_string(w, v->by);
		put_word(w, "--value");
		json_put_string(w, strbuf_str(&word));
	}
	json_put_end(w);
	strbuf_done(&word);
}

static void put_step_of_all(struct json_writer *w, const struct funnel_view *v, size_t k)
{
	const struct funnel_step *step = &v->funnel->steps[k];

	json_put_object(w);
	put_step(w, "step", v->q->plan, v->asked->steps[k]);
	json_member_uint(w, "journeys", step->journeys);
	json_member_uint(w, "customers", step->customers);
	json_member_float(w, "share", funnel_share(step->journeys, v->funnel->steps[0].journeys));
	json_member_float(
		w, "from_previous", funnel_share(step->journeys, funnel_before(v->funnel, k)));
	put_times(w, &step->times);
	put_list(w, v, k + 1, NULL);
	json_put_end(w);
}

static void put_group_step(struct json_writer *w, const struct funnel_view *v,
	const struct funnel_group *group, size_t k)
{
	const struct funnel_cell *cell = &group->cells[k];

	json_put_object(w);
	put_step(w, "step", v->q->plan, v->asked->steps[k - 1]);
	json_member_uint(w, "journeys", cell->journeys);
	json_member_uint(w, "customers", cell->customers);
	json_member_float(w, "share", funnel_share(cell->journeys, group->cells[1].journeys));
	json_member_float(
		w, "from_previous", funnel_share(cell->journeys, group->cells[k - 1].journeys));
	put_list(w, v, k, &group->value);
	json_put_end(w);
}

static void put_value(struct json_writer *w, const struct funnel_view *v, uint32_t value)
{
	struct strbuf text = strbuf_heap(VALUE_BYTES_MAX);

	journey_values_add(v->values, value, &text);
	json_put_key(w, STR("value"));
	if (value == 0)
		json_put_null(w);
	else
		json_put_string(w, strbuf_str(&text));
	strbuf_done(&text);
}

static void put_groups(struct json_writer *w, const struct funnel_view *v)
{
	json_member_string(w, "by", v->by);
	json_put_key(w, STR("values"));
	json_put_array(w);
	for (size_t i = 0; i < v->groups->count; i++) {
		const struct funnel_group *group = &v->groups->items[i];
		json_put_object(w);
		put_value(w, v, group->value);
		json_member_uint(w, "journeys", group->cells[0].journeys);
		json_member_uint(w, "customers", group->cells[0].customers);
		put_list(w, v, 0, &group->value);
		json_put_key(w, STR("steps"));
		json_put_array(w);
		for (size_t k = 1; k <= v->asked->step_count; k++)
			put_group_step(w, v, group, k);
		json_put_end(w);
		json_put_end(w);
	}
	json_put_end(w);
	json_put_key(w, STR("rest"));
	json_put_object(w);
	json_member_uint(w, "values", v->groups->rest_values);
	json_member_uint(w, "journeys", v->groups->rest_journeys);
	json_put_end(w);
}

void funnel_tell_program(const struct funnel_view *v, struct sink *sink)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "customers", v->funnel->customers);
	json_member_uint(&w, "journeys", v->funnel->journeys);
	put_standing(&w, v->q);
	json_put_key(&w, STR("steps"));
	json_put_array(&w);
	for (size_t k = 0; k < v->asked->step_count; k++)
		put_step_of_all(&w, v, k);
	json_put_end(&w);
	json_put_key(&w, STR("whole"));
	json_put_object(&w);
	put_times(&w, &v->funnel->whole);
	json_put_end(&w);
	if (v->groups != NULL)
		put_groups(&w, v);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- as CSV */

static void add_csv_row(struct csv_out *csv, const struct funnel_view *v, size_t k,
	const struct funnel_cell cell, uint64_t first, uint64_t before)
{
	csv_out_count(csv, k + 1);
	csv_out_text(csv, journey_plan_step_name(v->q->plan, v->asked->steps[k]));
	csv_out_count(csv, cell.journeys);
	csv_out_count(csv, cell.customers);
	csv_out_number(csv, funnel_share(cell.journeys, first));
	csv_out_number(csv, funnel_share(cell.journeys, before));
}

static void add_csv_all(struct csv_out *csv, const struct funnel_view *v)
{
	for (size_t k = 0; k < v->asked->step_count; k++) {
		const struct funnel_step *step = &v->funnel->steps[k];
		if (v->groups != NULL) {
			csv_out_text(csv, STR("all"));
			csv_out_text(csv, STR(""));
		}
		add_csv_row(csv, v, k, (struct funnel_cell){ step->journeys, step->customers },
			v->funnel->steps[0].journeys, funnel_before(v->funnel, k));
		csv_out_number(csv, step->times.mean_s);
		csv_out_number(csv, step->times.median_s);
		csv_out_number(csv, step->times.p90_s);
		csv_out_row(csv);
	}
}

static void add_csv_group(
	struct csv_out *csv, const struct funnel_view *v, const struct funnel_group *group)
{
	struct strbuf value = strbuf_heap(VALUE_BYTES_MAX);

	journey_values_add(v->values, group->value, &value);
	for (size_t k = 0; k < v->asked->step_count; k++) {
		csv_out_text(csv, group->value == 0 ? STR("none") : STR("value"));
		csv_out_text(csv, strbuf_str(&value));
		add_csv_row(csv, v, k, group->cells[k + 1], group->cells[1].journeys,
			group->cells[k].journeys);
		for (int times = 0; times < 3; times++)
			csv_out_text(csv, STR(""));
		csv_out_row(csv);
	}
	strbuf_done(&value);
}

#define CSV_COLUMNS "position,step,journeys,customers,share,from_previous,mean_s,median_s,p90_s"

void funnel_tell_csv(const struct funnel_view *v, struct sink *sink)
{
	struct csv_out csv =
		csv_out_begin(v->groups != NULL ? "of,value," CSV_COLUMNS : CSV_COLUMNS);

	add_csv_all(&csv, v);
	for (size_t i = 0; v->groups != NULL && i < v->groups->count; i++)
		add_csv_group(&csv, v, &v->groups->items[i]);
	csv_out_end(&csv, sink);
}

/* ---- for people */

static void add_columns(struct grid *grid, enum language language, bool has_times)
{
	grid_add_column(grid, text_words(TEXT_FUNNEL_STEP, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_FUNNEL_JOURNEYS, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_PEOPLE, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_SHARE, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_FUNNEL_PREVIOUS, language), GRID_NUMBER);
	if (has_times)
		grid_add_column(grid, text_words(TEXT_MAP_MEDIAN, language), GRID_NUMBER);
}

static void add_cells(struct grid *grid, const struct funnel_view *v, size_t k,
	struct funnel_cell cell, uint64_t first, uint64_t before)
{
	enum language language = request_locale(v->q->request)->language;

	grid_add_cell(grid, journey_plan_step_name(v->q->plan, v->asked->steps[k]));
	cell_number(grid, language, cell.journeys);
	cell_number(grid, language, cell.customers);
	cell_share(grid, language, funnel_share(cell.journeys, first));
	cell_share(grid, language, funnel_share(cell.journeys, before));
}

static void tell_all(const struct funnel_view *v, struct sink *sink)
{
	enum language language = request_locale(v->q->request)->language;
	struct arena *arena = request_arena(v->q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_FUNNEL_TOTALS, arg_int((int64_t)v->funnel->journeys),
		arg_int((int64_t)v->funnel->customers));
	if (grid != NULL)
		add_columns(grid, language, true);
	for (size_t k = 0; grid != NULL && k < v->asked->step_count; k++) {
		const struct funnel_step *step = &v->funnel->steps[k];
		add_cells(grid, v, k, (struct funnel_cell){ step->journeys, step->customers },
			v->funnel->steps[0].journeys, funnel_before(v->funnel, k));
		cell_span(grid, language, step->times.median_s);
	}
	sink_grid(sink, arena, grid);
}

static void tell_group(
	const struct funnel_view *v, struct sink *sink, const struct funnel_group *group)
{
	enum language language = request_locale(v->q->request)->language;
	struct arena *arena = request_arena(v->q->request);
	struct grid *grid = grid_create(arena);
	struct strbuf value = strbuf_heap(VALUE_BYTES_MAX);

	if (group->value == 0)
		strbuf_add(&value, text_words(TEXT_METRICS_NONE, language));
	else
		journey_values_add(v->values, group->value, &value);
	sink_line(sink, STR(""));
	sink_say(sink, TEXT_FUNNEL_VALUE, arg_str(v->by), arg_str(strbuf_str(&value)),
		arg_int((int64_t)group->cells[0].journeys),
		arg_int((int64_t)group->cells[0].customers));
	if (grid != NULL)
		add_columns(grid, language, false);
	for (size_t k = 0; grid != NULL && k < v->asked->step_count; k++)
		add_cells(grid, v, k, group->cells[k + 1], group->cells[1].journeys,
			group->cells[k].journeys);
	sink_grid(sink, arena, grid);
	strbuf_done(&value);
}

void funnel_tell_people(const struct funnel_view *v, struct sink *sink)
{
	tell_all(v, sink);
	for (size_t i = 0; v->groups != NULL && i < v->groups->count; i++)
		tell_group(v, sink, &v->groups->items[i]);
	if (v->groups != NULL && v->groups->rest_values > 0)
		sink_say(sink, TEXT_FUNNEL_REST, arg_int((int64_t)v->groups->rest_values),
			arg_int((int64_t)v->groups->rest_journeys));
}
