/* main/cmd_source.c - ariane source list, show: what each source sends to the server that runs. */
#include "api/sources.h"
#include "main/house.h"
#include "main/request.h"
#include "main/sink.h"

enum { OUTPUT_BYTES_MAX = 4 << 20, CELL_BYTES_MAX = 1 << 12 };

static struct sources *sources_of(const struct request *request)
{
	struct house *house = request_house(request);

	return house == NULL ? NULL : house->sources;
}

/* ---- for programs */

static void put_document(const struct request *request, struct sources *sources,
	const struct source_view *view, bool with_rejects, struct strbuf *out)
{
	struct json_writer w = json_writer_of(out, JSON_COMPACT);
	size_t count;

	json_put_object(&w);
	source_put(view, sources_since_ms(sources), &w);
	if (with_rejects) {
		const struct source_reject *rejects = sources_rejects(
			sources, str_of(view->name), request_arena(request), &count);
		source_put_rejects(rejects, count, request_locale(request)->language, &w);
	}
	json_put_end(&w);
	strbuf_add_byte(out, '\n');
}

static void tell_program(const struct request *request, struct sink *sink, struct sources *sources,
	const struct source_view *view, bool with_rejects)
{
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);

	put_document(request, sources, view, with_rejects, &out);
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- for people */

static void add_number(struct grid *grid, enum language language, uint64_t n)
{
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);

	locale_number(language, (int64_t)n, &cell);
	grid_add_cell(grid, strbuf_str(&cell));
	strbuf_done(&cell);
}

static void add_moment(struct grid *grid, const struct locale *locale, int64_t ms)
{
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);

	if (ms != 0)
		locale_moment(locale, ms, &cell);
	grid_add_cell(grid, (str){ cell.ptr, cell.len });
	strbuf_done(&cell);
}

static struct grid *begin_grid(const struct request *request, const enum text *titles,
	const enum grid_column *kinds, size_t n)
{
	struct grid *grid = grid_create(request_arena(request));

	for (size_t i = 0; grid != NULL && i < n; i++)
		grid_add_column(
			grid, text_words(titles[i], request_locale(request)->language), kinds[i]);
	return grid;
}

static void show_sources(const struct request *request, struct sink *sink,
	const struct source_view *views, size_t count)
{
	static const enum text titles[] = { TEXT_DEMO_SOURCE, TEXT_SOURCE_ACCEPTED,
		TEXT_SOURCE_MINUTE, TEXT_SOURCE_DUPLICATES, TEXT_SOURCE_REJECTED,
		TEXT_SOURCE_LIMITED, TEXT_SOURCE_LAST };
	static const enum grid_column kinds[] = { GRID_SHRINKS, GRID_NUMBER, GRID_NUMBER,
		GRID_NUMBER, GRID_NUMBER, GRID_NUMBER, GRID_TEXT };
	const struct locale *locale = request_locale(request);
	struct grid *grid = begin_grid(request, titles, kinds, ARRAY_LEN(titles));

	for (size_t i = 0; grid != NULL && i < count; i++) {
		const struct source_counts *c = &views[i].counts;
		grid_add_cell(grid, str_of(views[i].name));
		add_number(grid, locale->language, c->accepted);
		add_number(grid, locale->language, views[i].last_minute);
		add_number(grid, locale->language, c->duplicates);
		add_number(grid, locale->language, c->rejected);
		add_number(grid, locale->language, c->limited);
		add_moment(grid, locale, c->last_ms);
	}
	sink_grid(sink, request_arena(request), grid);
}

static void show_rejects(const struct request *request, struct sink *sink,
	const struct source_reject *rejects, size_t count)
{
	static const enum text titles[] = { TEXT_DOOR_TIME, TEXT_SOURCE_REASON,
		TEXT_SOURCE_PAYLOAD };
	static const enum grid_column kinds[] = { GRID_TEXT, GRID_SHRINKS, GRID_SHRINKS };
	const struct locale *locale = request_locale(request);
	struct grid *grid = begin_grid(request, titles, kinds, ARRAY_LEN(titles));

	for (size_t i = 0; grid != NULL && i < count; i++) {
		struct strbuf words = strbuf_heap(CELL_BYTES_MAX);
		why_words(&rejects[i].why, locale->language, &words);
		add_moment(grid, locale, rejects[i].at_ms);
		grid_add_cell(grid, (str){ words.ptr, words.len });
		grid_add_cell(grid, (str){ rejects[i].payload, rejects[i].payload_len });
		strbuf_done(&words);
	}
	sink_grid(sink, request_arena(request), grid);
}

/* ---- the commands */

static err run_list(const struct request *request, struct sink *sink, struct why *why)
{
	struct sources *sources = sources_of(request);
	size_t count = 0;

	(void)why;
	if (sources == NULL) {
		sink_remark(sink, TEXT_SOURCE_NO_SERVER);
		return OK;
	}
	const struct source_view *views = sources_view(sources, request_arena(request), &count);
	if (sink->json)
		for (size_t i = 0; i < count; i++)
			tell_program(request, sink, sources, &views[i], false);
	else if (count > 0)
		show_sources(request, sink, views, count);
	else
		sink_remark(sink, TEXT_DOOR_NONE);
	return OK;
}

static err run_show(const struct request *request, struct sink *sink, struct why *why)
{
	struct sources *sources = sources_of(request);
	str name = request_argument(request, 0);
	size_t count = 0;

	if (sources == NULL)
		return fail(why, MSG_WIRE_NOBODY, arg_str(request_data(request)));
	const struct source_view *view = source_view_named(sources, name, request_arena(request));
	if (view == NULL)
		return fail(why, MSG_SOURCE_UNKNOWN, arg_str(name));
	if (sink->json) {
		tell_program(request, sink, sources, view, true);
		return OK;
	}
	show_sources(request, sink, view, 1);
	const struct source_reject *rejects =
		sources_rejects(sources, name, request_arena(request), &count);
	if (count > 0) {
		sink_line(sink, STR(""));
		show_rejects(request, sink, rejects, count);
	}
	return OK;
}

const struct command cmd_source_list = {
	.name = STR_INIT("source list"),
	.group = GROUP_DOORS,
	.summary = WORDS("tell what each source has sent since the server started",
		"dire ce que chaque source a envoyé depuis le démarrage du serveur"),
	.about = WORDS("Counted by the server that runs on the data folder, since it started: "
		       "without one there is nothing to tell.",
		"Compté par le serveur en marche sur le dossier de données, depuis son démarrage : "
		"sans lui il n'y a rien à dire."),
	.examples = { { STR_INIT("ariane source list"), WORDS("all of them", "toutes") } },
	.schema = STR_INIT("source"),
	.json_lines = true,
	.in_house = true,
	.read_only = true,
	.run = run_list,
};

const struct command cmd_source_show = {
	.name = STR_INIT("source show"),
	.group = GROUP_DOORS,
	.summary = WORDS("tell what one source has sent, and the last that was refused of it",
		"dire ce qu'une source a envoyé, et ses derniers refus"),
	.about = WORDS("What was refused is shown masked: names of fields stay, of values only the "
		       "form. It is kept in memory alone, the last 16 of each source.",
		"Ce qui est refusé est montré masqué : les noms des champs restent, des valeurs "
		"seulement la forme. Ce n'est gardé qu'en mémoire, les 16 derniers de chaque "
		"source."),
	.arguments = { 1, 1, WORDS("NAME", "NOM"), WORDS("the source", "la source") },
	.examples = { { STR_INIT("ariane source show shop"),
		WORDS("why does the shop lose events?",
			"pourquoi la boutique perd-elle des événements ?") } },
	.schema = STR_INIT("source"),
	.in_house = true,
	.read_only = true,
	.run = run_show,
};
