/* main/cmd_journey_funnel.c - ariane journey funnel: from step to step, and where journeys stop. */
#include "main/funnel_view.h"
#include "main/journey_list_view.h"

#include <stdlib.h>

enum { GROUPS_TOLD = 20 }; /* values of a breakdown, without --top */

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

/* ---- the answer, and the list behind one of its numbers */

static err draw(const struct funnel_view *view, struct sink *sink, struct why *why)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	err e;

	funnel_draw(view, &out);
	e = strbuf_ok(&out)
		    ? journey_write(
			      sink, request_text(view->q->request, "svg"), strbuf_str(&out), why)
		    : fail(why, MSG_NO_ROOM, arg_c("svg"), arg_int(JOURNEY_OUTPUT_BYTES_MAX));
	strbuf_done(&out);
	return e;
}

static err tell(const struct funnel_view *view, struct sink *sink, struct why *why)
{
	const struct request *request = view->q->request;
	err e = request_has(request, "svg") ? draw(view, sink, why) : OK;

	if (e != OK)
		return e;
	if (sink->json)
		funnel_tell_program(view, sink);
	else if (request_has(request, "csv"))
		funnel_tell_csv(view, sink);
	else
		funnel_tell_people(view, sink);
	return OK;
}

static err count(const struct funnel_view *asked, struct sink *sink, struct why *why)
{
	struct journey_plan *plan = asked->q->plan;
	struct funnel_groups groups = { .count = 0 };
	struct funnel funnel;
	struct funnel_view view = *asked;
	err e = funnel_make(plan, view.asked, &funnel, why);

	view.funnel = &funnel;
	if (e == OK && view.values != NULL) {
		e = funnel_groups_make(plan, view.asked, view.values,
			journey_top(view.q->request, GROUPS_TOLD), &groups, why);
		view.groups = &groups;
	}
	if (e == OK)
		e = tell(&view, sink, why);
	funnel_groups_done(plan, &groups);
	return e;
}

static err list(const struct funnel_view *view, struct sink *sink, struct why *why)
{
	const struct request *request = view->q->request;
	int64_t reached = request_number(request, "list");
	struct funnel_list_question which = { .funnel = view->asked,
		.reached = (size_t)reached,
		.stopped = request_has(request, "stopped"),
		.most = (size_t)request_number(request, "limit") };
	str value = request_text(request, "value");
	struct journey_list found;

	if (reached > (int64_t)view->asked->step_count)
		return fail(why, MSG_FUNNEL_LIST, arg_int((int64_t)view->asked->step_count));
	if (request_has(request, "value")) {
		which.values = view->values;
		if (view->values == NULL)
			return fail(why, MSG_FUNNEL_VALUE);
		if (!journey_values_find(view->values, value, &which.value))
			return fail(why, MSG_FUNNEL_NO_VALUE, arg_str(view->by), arg_str(value));
	}
	err e = funnel_list_make(view->q->plan, &which, &found, why);
	if (e != OK)
		return e;
	if (!sink->json && request_has(request, "csv"))
		journey_list_csv(view->q, sink, &found, NULL);
	else
		journey_list_tell(view->q, sink, &found, NULL, true);
	journey_list_done(view->q->plan, &found);
	return OK;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	uint8_t *excluded = memory_alloc(journey_plan_steps(q->plan) + 1);
	const struct journey_journal journal = journey_question_journal(q);
	struct funnel_question asked = { .step_count = 0 };
	struct funnel_view view = { .q = q, .asked = &asked, .by = request_text(q->request, "by") };
	struct journey_values *values = NULL;
	err e = read_steps(q, &asked, excluded, why);

	if (e == OK && view.by.len > 0)
		e = journey_values_make(q->plan, &journal, view.by, &values, why);
	view.values = values;
	if (e == OK)
		e = (request_has(q->request, "list") ? list : count)(&view, sink, why);
	journey_values_free(values);
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
			STR_INIT("") },
		{ STR_INIT("by"), IS_TEXT, false, WORDS("ATTRIBUTE", "ATTRIBUT"),
			WORDS("also for each value of this attribute, or of \"channel\": that of "
			      "the "
			      "journey's first event that has one",
				"aussi pour chaque valeur de cet attribut, ou de « channel » : "
				"celle "
				"du premier événement du parcours qui en a une"),
			STR_INIT("") },
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("how many values of --by; the rest is summed",
				"combien de valeurs de --by ; le reste est sommé"),
			STR_INIT("20") },
		{ STR_INIT("list"), IS_NUMBER, false, SAME_WORDS("K"),
			WORDS("instead the journeys that came to the K-th step (0: all)",
				"plutôt les parcours arrivés à la K-ième étape (0 : tous)"),
			STR_INIT("") },
		{ STR_INIT("stopped"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("of --list: those that came no farther",
				"avec --list : ceux qui n'ont pas été plus loin"),
			STR_INIT("") },
		{ STR_INIT("value"), IS_TEXT, false, WORDS("VALUE", "VALEUR"),
			WORDS("of --list: those with this value of --by; empty: with none",
				"avec --list : ceux qui ont cette valeur de --by ; vide : aucune"),
			STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("of --list: at most so many; the totals are of all",
				"avec --list : au plus ce nombre ; les totaux sont ceux de tous"),
			STR_INIT("50") },
		JOURNEY_SVG, JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey funnel --step view --step cart --step pay "
				 "--within 7d"),
			      WORDS("who goes from viewing to paying within a week",
				      "qui passe de la visite au paiement en une semaine") },
		{ STR_INIT("ariane journey funnel --step view --step pay --by channel"),
			WORDS("the same for each channel that journeys begin on",
				"de même pour chaque canal où commencent les parcours") },
		{ STR_INIT("ariane journey funnel --step view --step pay --list 1 --stopped"),
			WORDS("whom the funnel lost after its first step",
				"qui l'entonnoir a perdu après sa première étape") } },
	.schema = STR_INIT("journey-funnel"),
	.read_only = true,
	.run = run,
};
