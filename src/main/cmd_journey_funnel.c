/* main/cmd_journey_funnel.c - ariane journey funnel: from step to step, and where journeys stop. */
#include "journey/funnel.h"
#include "main/journey_ask.h"

#include <stdlib.h>

static double share_of(uint64_t part, uint64_t all)
{
	return all == 0 ? 0 : (double)part / (double)all;
}

static void put_times(struct json_writer *w, const struct map_times *times)
{
	put_number(w, "mean_s", times->mean_s);
	put_number(w, "median_s", times->median_s);
	put_number(w, "p90_s", times->p90_s);
}

static uint64_t before(const struct funnel *funnel, size_t k)
{
	return k == 0 ? funnel->journeys : funnel->steps[k - 1].journeys;
}

static void answer_program(const struct journey_question *q, struct sink *sink,
	const struct funnel_question *asked, const struct funnel *funnel)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	put_count(&w, "customers", funnel->customers);
	put_count(&w, "journeys", funnel->journeys);
	put_standing(&w, q);
	json_put_key(&w, STR("steps"));
	json_put_array(&w);
	for (size_t k = 0; k < asked->step_count; k++) {
		const struct funnel_step *step = &funnel->steps[k];
		json_put_object(&w);
		put_step(&w, "step", q->plan, asked->steps[k]);
		put_count(&w, "journeys", step->journeys);
		put_count(&w, "customers", step->customers);
		put_number(&w, "share", share_of(step->journeys, funnel->steps[0].journeys));
		put_number(&w, "from_previous", share_of(step->journeys, before(funnel, k)));
		put_times(&w, &step->times);
		json_put_end(&w);
	}
	json_put_end(&w);
	json_put_key(&w, STR("whole"));
	json_put_object(&w);
	put_times(&w, &funnel->whole);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static void answer_people(const struct journey_question *q, struct sink *sink,
	const struct funnel_question *asked, const struct funnel *funnel)
{
	enum language language = request_locale(q->request)->language;
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_FUNNEL_TOTALS, arg_int((int64_t)funnel->journeys),
		arg_int((int64_t)funnel->customers));
	if (grid != NULL) {
		grid_add_column(grid, text_words(TEXT_FUNNEL_STEP, language), GRID_SHRINKS);
		grid_add_column(grid, text_words(TEXT_FUNNEL_JOURNEYS, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_MAP_PEOPLE, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_MAP_SHARE, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_FUNNEL_PREVIOUS, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_MAP_MEDIAN, language), GRID_NUMBER);
	}
	for (size_t k = 0; grid != NULL && k < asked->step_count; k++) {
		const struct funnel_step *step = &funnel->steps[k];
		grid_add_cell(grid, journey_plan_step_name(q->plan, asked->steps[k]));
		cell_number(grid, language, step->journeys);
		cell_number(grid, language, step->customers);
		cell_share(grid, language, share_of(step->journeys, funnel->steps[0].journeys));
		cell_share(grid, language, share_of(step->journeys, before(funnel, k)));
		cell_span(grid, language, step->times.median_s);
	}
	sink_grid(sink, arena, grid);
}

static err read_steps(const struct journey_question *q, struct funnel_question *asked,
	uint8_t *excluded, struct why *why)
{
	const struct request *request = q->request;
	size_t count = request_times(request, "step");
	uint32_t step = 0;
	err e = OK;

	if (count == 0 || count > FUNNEL_STEPS_MAX)
		return fail(why, MSG_FUNNEL_STEPS, arg_int(FUNNEL_STEPS_MAX));
	for (size_t i = 0; e == OK && i < count; i++)
		e = journey_plan_step(
			q->plan, request_nth(request, "step", i), &asked->steps[i], why);
	for (size_t i = 0; e == OK && i < request_times(request, "exclude"); i++) {
		e = journey_plan_step(q->plan, request_nth(request, "exclude", i), &step, why);
		if (e == OK)
			excluded[step] = 1;
	}
	asked->step_count = count;
	asked->excluded = excluded;
	asked->is_strict = request_has(request, "strict");
	asked->window = request_has(request, "within")
				? request_duration_ms(request, "within") * TICKS_PER_MS
				: INT64_MAX;
	return e;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	uint8_t *excluded = memory_alloc(journey_plan_steps(q->plan) + 1);
	struct funnel_question asked = { .step_count = 0 };
	struct funnel funnel;
	err e = read_steps(q, &asked, excluded, why);

	if (e == OK)
		e = funnel_make(q->plan, &asked, &funnel, why);
	if (e == OK)
		(sink->json ? answer_program : answer_people)(q, sink, &asked, &funnel);
	free(excluded);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_funnel = {
	.name = STR_INIT("journey funnel"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("count how many journeys go from step to step",
		"compter combien de parcours vont d'étape en étape"),
	.about = WORDS(
		"Each journey counts with the attempt that comes farthest, the earliest of "
		"equals. Other steps may lie between, unless --strict; an event serves one step "
		"only, so the same step may be named several times.",
		"Chaque parcours compte avec la tentative qui va le plus loin, la première à "
		"égalité. D'autres étapes peuvent s'intercaler, sauf avec --strict ; un événement "
		"ne sert qu'une étape, la même peut donc être citée plusieurs fois."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("step"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"),
			WORDS("the steps in their order, once or more",
				"les étapes dans leur ordre, une ou plusieurs fois"),
			STR_INIT("") },
		{ STR_INIT("within"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("the time from the first step that may pass, as in 7d",
				"le temps permis depuis la première étape, comme 7d"),
			STR_INIT("") },
		{ STR_INIT("strict"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("each step directly behind the one before",
				"chaque étape directement après la précédente"),
			STR_INIT("") },
		{ STR_INIT("exclude"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"),
			WORDS("a step that must not lie between",
				"une étape qui ne doit pas s'intercaler"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane journey funnel --step view --step cart --step pay "
				 "--within 7d"),
		WORDS("who goes from viewing to paying within a week",
			"qui passe de la visite au paiement en une semaine") } },
	.schema = STR_INIT("journey-funnel"),
	.read_only = true,
	.in_house = true,
	.run = run,
};
