/* main/cmd_journey_predict.c - ariane journey predict: what comes next, and how well that is known.
 */
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

/* Counted on all journeys but the one that is asked about. */
static err tell(const struct journey_question *q, struct sink *sink,
	const struct predict_trips *trips, const struct predict_trip *trip, size_t own,
	str customer, struct why *why)
{
	size_t steps = journey_plan_steps(q->plan);
	double *share = memory_alloc((steps + 1) * sizeof(*share));
	struct predict_answer answer = { .share = share };
	struct predict_choice choice;
	struct predict_model *model = NULL;
	err e = predict_choose(trips, trips->count, 1, &choice, why);

	if (e == OK)
		e = predict_train(trips, trips->count, &choice.options, &model, why);
	if (e == OK) {
		const struct prediction prediction = { .customer = customer,
			.trip = trip,
			.model = model,
			.answer = &answer,
			.most = journey_top(q->request, 10) };
		if (own < trips->count)
			predict_remove(model, trip);
		predict_next(model, trip, trip->count - 1, steps, &answer);
		predict_view_next(q, sink, trips, &choice, &prediction);
	}
	predict_free(model);
	free(share);
	return e;
}

static err tell_customer(const struct journey_question *q, struct sink *sink,
	const struct predict_trips *trips, struct why *why)
{
	uint32_t customer;
	str text;
	err e = store_customer(
		q->request, q->snapshot, request_argument(q->request, 0), &text, &customer, why);

	if (e != OK)
		return e;
	size_t own = open_journey(trips, customer);
	if (own == trips->count)
		return fail(why, MSG_PREDICT_NONE, arg_str(text));
	struct predict_trip trip = predict_trip_of(trips, own);
	return tell(q, sink, trips, &trip, own, text, why);
}

static err tell_typed(const struct journey_question *q, struct sink *sink,
	const struct predict_trips *trips, struct why *why)
{
	size_t count = request_times(q->request, "after");
	uint32_t *steps = memory_alloc(count * sizeof(*steps));
	struct predict_trip trip = { .step = steps, .count = count, .outcome = JOURNEY_OPEN };
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = journey_plan_step(q->plan, request_nth(q->request, "after", i), &steps[i], why);
	if (e == OK)
		e = tell(q, sink, trips, &trip, trips->count, STR(""), why);
	free(steps);
	return e;
}

static err evaluate(const struct journey_question *q, struct sink *sink,
	const struct predict_trips *trips, struct why *why)
{
	int64_t least = request_number(q->request, "prefix");
	struct predict_evaluation evaluation;

	if (least < 1)
		return fail(why, MSG_PREDICT_PREFIX, arg_int(least));
	err e = predict_evaluate(trips, (size_t)least, &evaluation, why);
	if (e == OK)
		predict_view_evaluation(q, sink, trips, &evaluation, (size_t)least);
	return e;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct predict_trips trips;
	err e = predict_trips_make(q->plan, &trips, why);

	if (e != OK)
		return e;
	if (request_has(q->request, "evaluate"))
		e = evaluate(q, sink, &trips, why);
	else if (request_argument_count(q->request) > 0)
		e = tell_customer(q, sink, &trips, why);
	else
		e = tell_typed(q, sink, &trips, why);
	predict_trips_done(&trips);
	return e;
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
			STR_INIT("2") } },
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
