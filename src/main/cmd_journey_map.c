/* main/cmd_journey_map.c - ariane journey map: what follows what. */
#include "journey/map.h"
#include "main/csv_out.h"
#include "main/draw_map.h"
#include "main/journey_ask.h"

#include <stdlib.h>

enum { DRAWN_EDGES = 40 };

/* ---- for programs */

static void put_times(struct json_writer *w, const struct map_times *times)
{
	json_member_float(w, "mean_s", times->mean_s);
	json_member_float(w, "median_s", times->median_s);
	json_member_float(w, "p90_s", times->p90_s);
}

static double share_of(uint64_t part, uint64_t all)
{
	return all == 0 ? 0 : (double)part / (double)all;
}

static void put_edges(struct json_writer *w, const struct journey_plan *plan, const struct map *map,
	bool has_times)
{
	json_put_key(w, STR("edges"));
	json_put_array(w);
	for (size_t i = 0; i < map->shown; i++) {
		const struct map_edge *edge = &map->edges[i];
		json_put_object(w);
		put_step(w, "from", plan, edge->from);
		put_step(w, "to", plan, edge->to);
		json_member_uint(w, "count", edge->count);
		json_member_uint(w, "customers", edge->customers);
		json_member_float(w, "share", share_of(edge->count, map->transitions));
		if (has_times)
			put_times(w, &edge->times);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_steps(struct json_writer *w, const struct journey_plan *plan, const struct map *map,
	bool has_times)
{
	json_put_key(w, STR("steps"));
	json_put_array(w);
	for (size_t i = 0; i < map->step_count; i++) {
		const struct map_step *step = &map->steps[i];
		json_put_object(w);
		put_step(w, "step", plan, step->step);
		json_member_uint(w, "count", step->count);
		json_member_uint(w, "customers", step->customers);
		json_member_uint(w, "journeys", step->journeys);
		json_member_float(w, "share", share_of(step->journeys, map->journeys));
		json_member_uint(w, "self_loops", step->self_loops);
		json_member_uint(w, "returns", step->count - step->journeys);
		json_member_uint(w, "hidden_in", step->hidden_in);
		json_member_uint(w, "hidden_out", step->hidden_out);
		if (has_times)
			put_times(w, &step->times);
		json_put_end(w);
	}
	json_put_end(w);
}

static uint64_t ends_of(const struct map_step *step, bool is_start)
{
	return is_start ? step->starts : step->ends;
}

static int by_ends(const void *a, const void *b, void *is_start)
{
	const struct map_step *const *x = a, *const *y = b;
	uint64_t m = ends_of(*x, is_start != NULL), n = ends_of(*y, is_start != NULL);

	if (m != n)
		return m < n ? 1 : -1;
	return (*x > *y) - (*x < *y); /* as the steps stand */
}

/* The most frequent first. */
static void put_ends(struct json_writer *w, const struct journey_plan *plan, const struct map *map,
	const char *key, bool is_start)
{
	const struct map_step **steps = memory_alloc((map->step_count + 1) * sizeof(*steps));

	for (size_t i = 0; i < map->step_count; i++)
		steps[i] = &map->steps[i];
	qsort_r(steps, map->step_count, sizeof(const struct map_step *), by_ends,
		is_start ? &is_start : NULL);
	json_put_key(w, str_of(key));
	json_put_array(w);
	for (size_t i = 0; i < map->step_count && ends_of(steps[i], is_start) > 0; i++) {
		json_put_object(w);
		put_step(w, "step", plan, steps[i]->step);
		json_member_uint(w, "count", ends_of(steps[i], is_start));
		json_put_end(w);
	}
	json_put_end(w);
	free(steps);
}

static void put_outcomes(struct json_writer *w, const struct map *map)
{
	json_put_key(w, STR("outcomes"));
	json_put_object(w);
	json_member_uint(w, "success", map->outcomes[JOURNEY_SUCCESS]);
	json_member_uint(w, "failure", map->outcomes[JOURNEY_FAILURE]);
	json_member_uint(w, "ended", map->outcomes[JOURNEY_ENDED]);
	json_member_uint(w, "open", map->outcomes[JOURNEY_OPEN]);
	json_put_end(w);
}

static void put_hidden(struct json_writer *w, const struct map *map)
{
	json_put_key(w, STR("hidden"));
	json_put_object(w);
	json_member_uint(w, "edges", map->edge_count - map->shown);
	json_member_uint(w, "count", map->hidden);
	json_member_float(w, "share", share_of(map->hidden, map->transitions));
	json_put_end(w);
}

static void answer_program(
	const struct journey_question *q, struct sink *sink, const struct map *map)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);
	bool has_times = !request_has(q->request, "counts-only");

	json_put_object(&w);
	json_member_uint(&w, "customers", map->customers);
	json_member_uint(&w, "journeys", map->journeys);
	json_member_uint(&w, "events", map->events);
	put_standing(&w, q);
	put_outcomes(&w, map);
	put_edges(&w, q->plan, map, has_times);
	put_hidden(&w, map);
	put_steps(&w, q->plan, map, has_times);
	put_ends(&w, q->plan, map, "start", true);
	put_ends(&w, q->plan, map, "end", false);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- for people */

static void add_columns(struct grid *grid, enum language language)
{
	grid_add_column(grid, text_words(TEXT_MAP_FROM, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_MAP_TO, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_MAP_COUNT, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_SHARE, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_PEOPLE, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_MEDIAN, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_P90, language), GRID_NUMBER);
}

static void add_edge(struct grid *grid, enum language language, const struct journey_plan *plan,
	const struct map *map, const struct map_edge *edge)
{
	grid_add_cell(grid, journey_plan_step_name(plan, edge->from));
	grid_add_cell(grid, journey_plan_step_name(plan, edge->to));
	cell_number(grid, language, edge->count);
	cell_share(grid, language, share_of(edge->count, map->transitions));
	cell_number(grid, language, edge->customers);
	cell_span(grid, language, edge->times.median_s);
	cell_span(grid, language, edge->times.p90_s);
}

static void answer_people(
	const struct journey_question *q, struct sink *sink, const struct map *map)
{
	enum language language = request_locale(q->request)->language;
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_MAP_TOTALS, arg_int((int64_t)map->events),
		arg_int((int64_t)map->journeys), arg_int((int64_t)map->customers));
	if (journey_plan_has_ends(q->plan))
		sink_say(sink, TEXT_MAP_OUTCOMES, arg_int((int64_t)map->outcomes[JOURNEY_SUCCESS]),
			arg_int((int64_t)map->outcomes[JOURNEY_FAILURE]),
			arg_int((int64_t)map->outcomes[JOURNEY_ENDED]),
			arg_int((int64_t)map->outcomes[JOURNEY_OPEN]));
	if (grid != NULL)
		add_columns(grid, language);
	for (size_t i = 0; grid != NULL && i < map->shown; i++)
		add_edge(grid, language, q->plan, map, &map->edges[i]);
	sink_grid(sink, arena, grid);
	if (map->shown < map->edge_count)
		sink_say(sink, TEXT_MAP_HIDDEN, arg_int((int64_t)(map->edge_count - map->shown)),
			arg_int((int64_t)map->hidden));
}

static void answer_csv(const struct journey_question *q, struct sink *sink, const struct map *map)
{
	struct csv_out csv = csv_out_begin("from,to,count,customers,mean_s,median_s,p90_s");

	for (size_t i = 0; i < map->shown; i++) {
		const struct map_edge *edge = &map->edges[i];
		csv_out_text(&csv, journey_plan_step_name(q->plan, edge->from));
		csv_out_text(&csv, journey_plan_step_name(q->plan, edge->to));
		csv_out_count(&csv, edge->count);
		csv_out_count(&csv, edge->customers);
		csv_out_number(&csv, edge->times.mean_s);
		csv_out_number(&csv, edge->times.median_s);
		csv_out_number(&csv, edge->times.p90_s);
		csv_out_row(&csv);
	}
	csv_out_end(&csv, sink);
}

/* --svg, --dot */
static err draw(
	const struct journey_question *q, struct sink *sink, const struct map *map, struct why *why)
{
	const struct map_drawing drawing = { q->plan, map, request_locale(q->request)->language,
		!request_has(q->request, "counts-only") };
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	str path = request_text(q->request, "svg");
	err e = OK;

	draw_map(&drawing, &out);
	if (path.len == 0)
		sink_built(sink, &out);
	else if (!strbuf_ok(&out))
		e = fail(why, MSG_NO_ROOM, arg_c("svg"), arg_int(JOURNEY_OUTPUT_BYTES_MAX));
	else if ((e = draw_graph(strbuf_str(&out), path.ptr, why)) == OK)
		journey_say_written(sink, path);
	strbuf_done(&out);
	return e;
}

/* A picture of all edges is none: without a wish, the DRAWN_EDGES most frequent. */
static size_t most_edges(const struct request *request)
{
	bool is_drawn = request_has(request, "svg") || request_has(request, "dot");

	return journey_top(
		request, is_drawn && !request_has(request, "coverage") ? DRAWN_EDGES : SIZE_MAX);
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	const struct map_options options = { .counts_only =
						     request_has(q->request, "counts-only") };
	int64_t coverage = request_number(q->request, "coverage");
	struct map map;
	err e = map_make(q->plan, &options, &map, why);

	if (e != OK)
		return e;
	map_hide(&map, (double)MIN_OF(coverage, 100) / 100, most_edges(q->request));
	if (request_has(q->request, "svg") || request_has(q->request, "dot"))
		e = draw(q, sink, &map, why);
	if (sink->json)
		answer_program(q, sink, &map);
	else if (request_has(q->request, "csv"))
		answer_csv(q, sink, &map);
	else if (!request_has(q->request, "dot"))
		answer_people(q, sink, &map);
	map_done(q->plan, &map);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask_of(request, sink, answer, why);
}

const struct command cmd_journey_map = {
	.name = STR_INIT("journey map"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("count what follows what in the customers' journeys",
		"compter ce qui suit quoi dans les parcours des clients"),
	.arguments = JOURNEY_OF_ONE,
	.about = WORDS(
		"An edge counts how often one step comes directly after the other in a journey, "
		"for how many customers, and the time between (mean, median, 90th percentile). "
		"Counts are exact. Edges that are not shown are counted at the end: they "
		"are no ends of journeys.",
		"Une arête compte combien de fois une étape suit directement l'autre dans un "
		"parcours, pour combien de clients, et le temps écoulé (moyenne, médiane, 90e "
		"centile). Les comptes sont exacts. Les arêtes qui ne sont pas montrées sont "
		"comptées à la fin : ce ne sont pas des fins de parcours."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("only the N most frequent edges",
				"seulement les N arêtes les plus fréquentes"),
			STR_INIT("") },
		{ STR_INIT("coverage"), IS_NUMBER, false, SAME_WORDS("PERCENT"),
			WORDS("only the edges that together hold this share of the volume",
				"seulement les arêtes qui totalisent cette part du volume"),
			STR_INIT("100") },
		{ STR_INIT("counts-only"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("no times: twice as quick", "sans les durées : deux fois plus vite"),
			STR_INIT("") },
		{ STR_INIT("dot"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("the graph as text for Graphviz", "le graphe en texte pour Graphviz"),
			STR_INIT("") },
		JOURNEY_SVG, JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey map --top 20"),
			      WORDS("the busiest edges", "les arêtes les plus fréquentées") },
		{ STR_INIT("ariane journey map --coverage 80 --with phone:"),
			WORDS("where those go who called, in its main lines",
				"où vont ceux qui ont téléphoné, dans les grandes lignes") } },
	.schema = STR_INIT("journey-map"),
	.read_only = true,
	.run = run,
};
