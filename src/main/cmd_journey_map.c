/* main/cmd_journey_map.c - ariane journey map: what follows what. */
#include "base/json.h"
#include "journey/map.h"
#include "main/store.h"

#define MAP_BYTES_MAX ((size_t)4 << 30)
enum { OUTPUT_BYTES_MAX = 256 << 20 };

static void put_name(struct json_writer *w, const char *key, str name)
{
	json_put_key(w, str_of(key));
	json_put_string(w, name);
}

static void put_count(struct json_writer *w, const char *key, uint64_t n)
{
	json_put_key(w, str_of(key));
	json_put_uint(w, n);
}

static void put_number(struct json_writer *w, const char *key, double n)
{
	json_put_key(w, str_of(key));
	json_put_float(w, n);
}

static void put_edge(
	struct json_writer *w, const struct threads_view *view, const struct map_edge *edge)
{
	json_put_object(w);
	put_name(w, "from", threads_view_name(view, edge->from));
	put_name(w, "to", threads_view_name(view, edge->to));
	put_count(w, "count", edge->count);
	put_count(w, "customers", edge->customers);
	put_number(w, "mean_s", edge->mean_s);
	put_number(w, "median_s", edge->median_s);
	put_number(w, "p90_s", edge->p90_s);
	json_put_end(w);
}

static void put_ends(struct json_writer *w, const struct threads_view *view, const char *key,
	const struct map_end *ends, size_t count)
{
	json_put_key(w, str_of(key));
	json_put_array(w);
	for (size_t i = 0; i < count; i++) {
		json_put_object(w);
		put_name(w, "step", threads_view_name(view, ends[i].step));
		put_count(w, "count", ends[i].count);
		json_put_end(w);
	}
	json_put_end(w);
}

static size_t shown(const struct request *request, size_t count)
{
	return request_has(request, "top") ? MIN_OF(count, (size_t)request_number(request, "top"))
					   : count;
}

static void answer_program(const struct request *request, struct sink *sink,
	const struct snapshot *snapshot, const struct map *map)
{
	const struct threads_view *view = snapshot_threads(snapshot);
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	put_count(&w, "customers", map->customers);
	put_count(&w, "journeys", map->journeys);
	put_count(&w, "events", map->events);
	put_count(&w, "epoch", snapshot_epoch(snapshot));
	json_put_key(&w, STR("edges"));
	json_put_array(&w);
	for (size_t i = 0; i < shown(request, map->edge_count); i++)
		put_edge(&w, view, &map->edges[i]);
	json_put_end(&w);
	put_ends(&w, view, "start", map->starts, map->start_count);
	put_ends(&w, view, "end", map->ends, map->end_count);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static void add_number(struct grid *grid, enum language language, uint64_t n)
{
	char text[64];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_number(language, (int64_t)n, &cell);
	grid_add_cell(grid, strbuf_str(&cell));
}

static void add_span(struct grid *grid, enum language language, double span_s)
{
	char text[64];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_duration(language, (int64_t)(span_s * 1000), &cell);
	grid_add_cell(grid, strbuf_str(&cell));
}

static void answer_people(const struct request *request, struct sink *sink,
	const struct snapshot *snapshot, const struct map *map)
{
	const struct threads_view *view = snapshot_threads(snapshot);
	enum language language = request_locale(request)->language;
	struct arena *arena = request_arena(request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_MAP_TOTALS, arg_int((int64_t)map->events),
		arg_int((int64_t)map->customers));
	if (grid == NULL) {
		sink_grid(sink, arena, NULL);
		return;
	}
	grid_add_column(grid, text_words(TEXT_MAP_FROM, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_MAP_TO, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_MAP_COUNT, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_PEOPLE, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_MEDIAN, language), GRID_NUMBER);
	for (size_t i = 0; i < shown(request, map->edge_count); i++) {
		const struct map_edge *edge = &map->edges[i];
		grid_add_cell(grid, threads_view_name(view, edge->from));
		grid_add_cell(grid, threads_view_name(view, edge->to));
		add_number(grid, language, edge->count);
		add_number(grid, language, edge->customers);
		add_span(grid, language, edge->median_s);
	}
	sink_grid(sink, arena, grid);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct engine *engine;
	struct map map;
	err e = store_open(request, sink, STORE_READ, &engine, why);

	if (e != OK)
		return e;
	engine_index(engine);
	{
		AUTO_SNAPSHOT snapshot = engine_snapshot(engine);
		e = map_of(snapshot_threads(snapshot), MAP_BYTES_MAX, &map, why);
		if (e == OK && sink->json)
			answer_program(request, sink, snapshot, &map);
		else if (e == OK)
			answer_people(request, sink, snapshot, &map);
		if (e == OK)
			map_done(&map);
	}
	engine_close(engine);
	return e;
}

const struct command cmd_journey_map = {
	.name = STR_INIT("journey map"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("count what follows what in the customers' threads",
		"compter ce qui suit quoi dans les fils des clients"),
	.about = WORDS(
		"Every activity is a step, every customer's thread a journey. An edge counts how "
		"often one step comes directly after the other, for how many customers, and "
		"the time between (mean, median, 90th percentile). Counts are exact.",
		"Chaque activité est une étape, le fil de chaque client un parcours. Une arête "
		"compte "
		"combien de fois une étape suit directement l'autre, pour combien de clients, et "
		"le "
		"temps écoulé (moyenne, médiane, 90e centile). Les comptes sont exacts."),
	.options = { { STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
		WORDS("only the N most frequent edges",
			"seulement les N arêtes les plus fréquentes"),
		STR_INIT("") } },
	.examples = { { STR_INIT("ariane journey map --top 20"),
		WORDS("the busiest edges", "les arêtes les plus fréquentées") } },
	.schema = STR_INIT("journey-map"),
	.read_only = true,
	.run = run,
};
