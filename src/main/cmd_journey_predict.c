/* main/cmd_journey_predict.c - ariane journey predict: what comes next, and how well that is known.
 */
#include "base/zone.h"
#include "journey/predict_behind.h"
#include "journey/predict_kept.h"
#include "main/journey_list_view.h"
#include "main/predict_view.h"

#include <stdlib.h>

/* His open journey with the latest event; `count` if there is none. */
static size_t open_journey(const struct predict_trips *trips, uint32_t customer)
{
	size_t found = trips->count;

	for (size_t i = 0; i < trips->count; i++) {
		const struct predict_place *p = &trips->places[i];
		if (p->customer == customer && p->outcome == JOURNEY_OPEN &&
			(found == trips->count || p->last >= trips->places[found].last))
			found = i;
	}
	return found;
}

/* What is asked about. */
struct asking {
	const struct journey_question *q;
	struct sink *sink;
	const struct predict_trip *trip;
	bool is_counted; /* it is a customer's own: the next two say which */
	uint32_t own_customer, own_row;
	str customer;
};

/* The journeys behind the number of the context, or of one next step. */
static err list_behind(const struct asking *a, const struct predict_model *model,
	const struct predict_context *counted, struct why *why)
{
	const struct journey_question *q = a->q;
	str next = request_text(q->request, "next");
	struct predict_behind behind = { .trip = a->trip,
		.context = *counted,
		.extra = predict_options_of(model)->extra,
		.any_next = !request_has(q->request, "next"),
		.next = PREDICT_END,
		.has_own = a->is_counted,
		.own_customer = a->own_customer,
		.own_row = a->own_row };
	struct journey_list list;
	uint64_t times = 0;
	err e = next.len == 0 ? OK : journey_plan_step(q->plan, next, &behind.next, why);

	if (e == OK)
		e = predict_behind_make(q->plan, &behind,
			(size_t)request_number(q->request, "limit"), &list, &times, why);
	if (e != OK)
		return e;
	if (!a->sink->json && request_has(q->request, "csv"))
		journey_list_csv(q, a->sink, &list, NULL);
	else
		journey_list_tell_times(q, a->sink, &list, times);
	journey_list_done(q->plan, &list);
	return OK;
}

/* Counted on all journeys but the one that is asked about, which is counted again behind. */
static err tell(void *context, const struct predict_ready *ready, struct why *why)
{
	const struct asking *a = context;
	size_t steps = journey_plan_steps(a->q->plan);
	double *share = memory_alloc((steps + 1) * sizeof(*share));
	struct predict_answer answer = { .share = share };
	const struct prediction prediction = { .customer = a->customer,
		.trip = a->trip,
		.model = ready->model,
		.answer = &answer,
		.journeys = predict_journeys(ready->model),
		.events = predict_events(ready->model),
		.most = journey_top(a->q->request, 10) };

	err e = OK;

	if (a->is_counted)
		predict_remove(ready->model, a->trip);
	predict_next(ready->model, a->trip, a->trip->count - 1, steps, &answer);
	if (request_has(a->q->request, "list"))
		e = list_behind(a, ready->model, &answer.context, why);
	else
		predict_view_next(a->q, a->sink, ready->choice, &prediction);
	free(share);
	return e == OK && a->is_counted ? predict_add(ready->model, a->trip, why) : e;
}

/* ---- with a server, of a model that stays; else of one that is made for the question */

static err ask_anew(const struct journey_question *q, struct asking *asking, struct why *why)
{
	struct predict_trips trips;
	struct predict_choice choice;
	struct predict_model *model = NULL;
	err e = predict_trips_make(q->plan, &trips, why);

	if (e != OK)
		return e;
	e = predict_choose(&trips, trips.count, 1, &choice, why);
	if (e == OK)
		e = predict_train(&trips, trips.count, &choice.options, &model, why);
	if (e == OK)
		e = tell(asking, &(struct predict_ready){ model, &choice }, why);
	predict_free(model);
	predict_trips_done(&trips);
	return e;
}

/* What the plan is made of: everything asked but what only concerns the telling. */
static void add_key(const struct journey_question *q, struct strbuf *key)
{
	static const char *const others[] = { "after", "top", "evaluate", "prefix", "memory",
		"deadline", "threads", "list", "next", "limit", "csv", NULL };
	const struct zone *zone = request_locale(q->request)->zone;

	request_add_asked(q->request, others, key);
	strbuf_add_byte(key, '\0');
	strbuf_add(key, zone == NULL ? STR("") : zone_name(zone));
	strbuf_add_byte(key, '\0');
	strbuf_add(key, q->definition_text);
}

static err ask_kept(const struct journey_question *q, struct asking *asking, struct why *why)
{
	const struct journey_journal journal = journey_question_journal(q);
	struct strbuf key = strbuf_heap(2 * DEFINITION_BYTES_MAX);

	add_key(q, &key);
	const struct predict_asked asked = { .key = strbuf_str(&key),
		.plan = q->plan,
		.definition = &q->definition,
		.filter = &q->filter,
		.journal = &journal };
	err e = strbuf_ok(&key) ? predict_kept_ask(request_house(q->request)->predictions, &asked,
					  tell, asking, why)
				: ask_anew(q, asking, why);
	strbuf_done(&key);
	return e;
}

/* Who is in a segment hangs on what it is now: its models are not kept. */
static err ask(const struct journey_question *q, struct asking *asking, struct why *why)
{
	bool is_kept =
		request_house(q->request) != NULL && request_times(q->request, "segment") == 0;

	return is_kept ? ask_kept(q, asking, why) : ask_anew(q, asking, why);
}

static err tell_customer(const struct journey_question *q, struct sink *sink, struct why *why)
{
	struct predict_trips trips;
	uint32_t customer;
	str text;
	err e = store_customer(
		q->request, q->snapshot, request_argument(q->request, 0), &text, &customer, why);

	if (e != OK)
		return e;
	e = predict_trips_of(q->plan, customer, &trips, why);
	if (e != OK)
		return e;
	size_t own = open_journey(&trips, customer);
	if (own == trips.count) {
		e = fail(why, MSG_PREDICT_NONE, arg_str(text));
	} else {
		struct predict_trip trip = predict_trip_of(&trips, own);
		struct asking asking = { q, sink, &trip, true, customer,
			trips.places[own].first_row, text };
		e = ask(q, &asking, why);
	}
	predict_trips_done(&trips);
	return e;
}

static err tell_typed(const struct journey_question *q, struct sink *sink, struct why *why)
{
	size_t count = request_times(q->request, "after");
	uint32_t *steps = memory_alloc(count * sizeof(*steps));
	struct predict_trip trip = { .step = steps, .count = count, .outcome = JOURNEY_OPEN };
	struct asking asking = { .q = q, .sink = sink, .trip = &trip };
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = journey_plan_step(q->plan, request_nth(q->request, "after", i), &steps[i], why);
	if (e == OK)
		e = ask(q, &asking, why);
	free(steps);
	return e;
}

static err evaluate(const struct journey_question *q, struct sink *sink, struct why *why)
{
	int64_t least = request_number(q->request, "prefix");
	struct predict_evaluation evaluation;
	struct predict_trips trips;

	if (least < 1)
		return fail(why, MSG_PREDICT_PREFIX, arg_int(least));
	err e = predict_trips_make(q->plan, &trips, why);
	if (e != OK)
		return e;
	e = predict_evaluate(&trips, (size_t)least, &evaluation, why);
	if (e == OK)
		predict_view_evaluation(q, sink, &trips, &evaluation, (size_t)least);
	predict_trips_done(&trips);
	return e;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	if (request_has(q->request, "evaluate"))
		return evaluate(q, sink, why);
	return request_argument_count(q->request) > 0 ? tell_customer(q, sink, why)
						      : tell_typed(q, sink, why);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	if (request_argument_count(request) == 0 && !request_has(request, "evaluate") &&
		request_times(request, "after") == 0)
		return fail(why, MSG_PREDICT_WHAT);
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_predict = {
	.name = STR_INIT("journey predict"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("tell the likeliest next steps of an open journey",
		"dire les étapes suivantes les plus probables d'un parcours ouvert"),
	.about = WORDS(
		"Counted on the other journeys, in contexts of the last steps; how many of them "
		"matter is chosen on journeys held back. Told with how often each was seen. "
		"--evaluate says how good that is: the first two thirds of the journeys train, "
		"the later ones are asked for each next step.",
		"Compté sur les autres parcours, dans le contexte des dernières étapes ; combien "
		"comptent est choisi sur des parcours mis à part. Dit avec le nombre de fois où "
		"chacune fut vue. --evaluate en dit la qualité : les deux premiers tiers des "
		"parcours entraînent, les suivants sont interrogés sur chaque étape suivante."),
	.arguments = { 0, 1, WORDS("IDENTIFIER", "IDENTIFIANT"),
		WORDS("type:value, as in email:jeanne@exemple.fr: whose latest open journey",
			"type:valeur, comme email:jeanne@exemple.fr : dont le dernier parcours "
			"ouvert") },
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("after"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"),
			WORDS("instead of a customer, the steps so far in their order",
				"au lieu d'un client, les étapes jusqu'ici dans leur ordre"),
			STR_INIT("") },
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("so many next steps", "ce nombre d'étapes suivantes"),
			STR_INIT("10") },
		{ STR_INIT("evaluate"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("how good the predictions are", "la qualité des prévisions"),
			STR_INIT("") },
		{ STR_INIT("prefix"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("with --evaluate: ask behind at least so many events",
				"avec --evaluate : interroger derrière au moins ce nombre "
				"d'événements"),
			STR_INIT("2") },
		{ STR_INIT("list"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("instead, the journeys that this was counted on",
				"à la place, les parcours sur lesquels c'est compté"),
			STR_INIT("") },
		{ STR_INIT("next"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"),
			WORDS("with --list: only where this step came next; empty: the end",
				"avec --list : seulement là où cette étape a suivi ; vide : la "
				"fin"),
			STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("with --list: at most so many; the totals are of all",
				"avec --list : au plus ce nombre ; les totaux sont ceux de tous"),
			STR_INIT("50") },
		JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey predict email:jeanne@exemple.fr"),
			      WORDS("what comes next for her", "ce qui l'attend") },
		{ STR_INIT("ariane journey predict --after cart --after pay"),
			WORDS("what follows these two steps", "ce qui suit ces deux étapes") },
		{ STR_INIT("ariane journey predict --evaluate"),
			WORDS("how often that is right", "combien de fois c'est juste") } },
	.schema = STR_INIT("journey-predict"),
	.read_only = true,
	.run = run,
};
