/* main/cmd_journey_variants.c - ariane journey variants: the ways that journeys take. */
#include "journey/variants.h"
#include "main/csv_out.h"
#include "main/journey_ask.h"

enum { TOP = 20, CELL_BYTES_MAX = 1 << 20 };

static void put_outcomes(struct json_writer *w, const uint64_t outcomes[JOURNEY_OUTCOMES])
{
	json_put_key(w, STR("outcomes"));
	json_put_object(w);
	json_member_uint(w, "success", outcomes[JOURNEY_SUCCESS]);
	json_member_uint(w, "failure", outcomes[JOURNEY_FAILURE]);
	json_member_uint(w, "ended", outcomes[JOURNEY_ENDED]);
	json_member_uint(w, "open", outcomes[JOURNEY_OPEN]);
	json_put_end(w);
}

static double share_of(uint64_t part, uint64_t all)
{
	return all == 0 ? 0 : (double)part / (double)all;
}

static void put_variant(struct json_writer *w, const struct journey_plan *plan,
	const struct variants *variants, const struct variant *v)
{
	json_put_object(w);
	json_put_key(w, STR("steps"));
	json_put_array(w);
	for (size_t i = 0; i < v->length; i++)
		json_put_string(w, journey_plan_step_name(plan, v->steps[i]));
	json_put_end(w);
	json_member_uint(w, "count", v->count);
	json_member_uint(w, "customers", v->customers);
	json_member_float(w, "share", share_of(v->count, variants->journeys));
	json_member_float(w, "mean_s", v->times.mean_s);
	json_member_float(w, "median_s", v->times.median_s);
	json_member_float(w, "p90_s", v->times.p90_s);
	put_outcomes(w, v->outcomes);
	json_put_end(w);
}

static void answer_program(
	const struct journey_question *q, struct sink *sink, const struct variants *variants)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "customers", variants->customers);
	json_member_uint(&w, "journeys", variants->journeys);
	json_member_uint(&w, "events", variants->events);
	put_standing(&w, q);
	json_member_uint(&w, "distinct", variants->distinct);
	json_put_key(&w, STR("variants"));
	json_put_array(&w);
	for (size_t i = 0; i < variants->top_count; i++)
		put_variant(&w, q->plan, variants, &variants->top[i]);
	json_put_end(&w);
	json_put_key(&w, STR("rest"));
	json_put_object(&w);
	json_member_uint(&w, "variants", variants->distinct - variants->top_count);
	json_member_uint(&w, "count", variants->rest_count);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* "view > cart > pay"; a step that repeats itself once, with how often: "view x3". */
static void add_steps(struct grid *grid, const struct journey_plan *plan, const struct variant *v)
{
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);

	for (size_t i = 0, end; i < v->length; i = end) {
		end = i + 1;
		while (end < v->length && v->steps[end] == v->steps[i])
			end++;
		strbuf_add(&cell, i == 0 ? STR("") : STR(" \xe2\x86\x92 "));
		strbuf_add(&cell, journey_plan_step_name(plan, v->steps[i]));
		if (end - i > 1)
			strbuf_printf(&cell, " \xc3\x97%zu", end - i);
	}
	grid_add_cell(grid, strbuf_ok(&cell) ? strbuf_str(&cell) : STR("\xe2\x80\xa6"));
	strbuf_done(&cell);
}

static void answer_people(
	const struct journey_question *q, struct sink *sink, const struct variants *variants)
{
	enum language language = request_locale(q->request)->language;
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_VARIANTS_TOTALS, arg_int((int64_t)variants->journeys),
		arg_int((int64_t)variants->distinct));
	if (grid != NULL) {
		grid_add_column(grid, text_words(TEXT_VARIANTS_STEPS, language), GRID_SHRINKS);
		grid_add_column(grid, text_words(TEXT_MAP_COUNT, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_MAP_SHARE, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_MAP_PEOPLE, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_MAP_MEDIAN, language), GRID_NUMBER);
	}
	for (size_t i = 0; grid != NULL && i < variants->top_count; i++) {
		const struct variant *v = &variants->top[i];
		add_steps(grid, q->plan, v);
		cell_number(grid, language, v->count);
		cell_share(grid, language, share_of(v->count, variants->journeys));
		cell_number(grid, language, v->customers);
		cell_span(grid, language, v->times.median_s);
	}
	sink_grid(sink, arena, grid);
	if (variants->rest_count > 0)
		sink_say(sink, TEXT_VARIANTS_REST,
			arg_int((int64_t)(variants->distinct - variants->top_count)),
			arg_int((int64_t)variants->rest_count));
}

/* Steps of a way in one cell, an arrow between. */
static void answer_csv(
	const struct journey_question *q, struct sink *sink, const struct variants *variants)
{
	struct csv_out csv = csv_out_begin("steps,length,count,customers,mean_s,median_s,p90_s");

	for (size_t i = 0; i < variants->top_count; i++) {
		const struct variant *v = &variants->top[i];
		struct strbuf way = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
		for (size_t k = 0; k < v->length; k++) {
			strbuf_add(&way, k == 0 ? STR("") : STR(" \xe2\x86\x92 "));
			strbuf_add(&way, journey_plan_step_name(q->plan, v->steps[k]));
		}
		csv_out_text(&csv, strbuf_str(&way));
		csv_out_count(&csv, v->length);
		csv_out_count(&csv, v->count);
		csv_out_count(&csv, v->customers);
		csv_out_number(&csv, v->times.mean_s);
		csv_out_number(&csv, v->times.median_s);
		csv_out_number(&csv, v->times.p90_s);
		csv_out_row(&csv);
		strbuf_done(&way);
	}
	csv_out_end(&csv, sink);
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct variants variants;
	err e = variants_make(q->plan, journey_top(q->request, TOP), &variants, why);

	if (e != OK)
		return e;
	if (!sink->json && request_has(q->request, "csv"))
		answer_csv(q, sink, &variants);
	else
		(sink->json ? answer_program : answer_people)(q, sink, &variants);
	variants_done(q->plan, &variants);
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_variants = {
	.name = STR_INIT("journey variants"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("count the distinct ways that journeys take",
		"compter les chemins distincts que prennent les parcours"),
	.about = WORDS(
		"A variant is a sequence of steps. All are counted, exactly; the most frequent "
		"are told, with the time from the first step to the last, and the rest is summed "
		"up.",
		"Une variante est une suite d'étapes. Toutes sont comptées, exactement ; les plus "
		"fréquentes sont données, avec le temps de la première étape à la dernière, et le "
		"reste est totalisé."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("the N most frequent", "les N plus fréquentes"), STR_INIT("20") },
		JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey variants --top 10"),
		WORDS("the ten most frequent ways", "les dix chemins les plus fréquents") } },
	.schema = STR_INIT("journey-variants"),
	.read_only = true,
	.run = run,
};
