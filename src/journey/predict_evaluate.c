/* journey/predict_evaluate.c - see predict_evaluate.h */
#include "journey/predict_evaluate.h"

#include <math.h>
#include <stdlib.h>

err predict_train_within(const struct predict_trips *trips, size_t count,
	const struct predict_options *options, struct journey_limits *limits,
	struct predict_model **out, struct why *why)
{
	struct predict_model *model = predict_create(options, limits);
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		struct predict_trip trip = predict_trip_of(trips, i);
		if (i % 1024 == 0)
			e = limits_check(journey_plan_limits(trips->plan), why);
		if (e == OK)
			e = predict_add(model, &trip, why);
	}
	if (e == OK)
		*out = model;
	else
		predict_free(model);
	return e;
}

err predict_train(const struct predict_trips *trips, size_t count,
	const struct predict_options *options, struct predict_model **out, struct why *why)
{
	return predict_train_within(
		trips, count, options, journey_plan_limits(trips->plan), out, why);
}

/* False: it is not known what followed. */
static bool what_came(const struct predict_trip *trip, size_t at, uint32_t *next)
{
	*next = at + 1 < trip->count ? trip->step[at + 1] : PREDICT_END;
	return at + 1 < trip->count || trip->outcome != JOURNEY_OPEN;
}

/* ---- choosing */

struct trial {
	const struct predict_trips *trips;
	size_t from, held, to; /* trained on [from, held), asked about [held, to) */
	size_t least;
};

static err train_trial(const struct trial *trial, const struct predict_options *options,
	struct predict_model **out, struct why *why)
{
	struct predict_trips part = *trial->trips;

	part.places += trial->from;
	return predict_train(&part, trial->held - trial->from, options, out, why);
}

static uint64_t sum_losses(const struct trial *t, const struct predict_model *model,
	double loss[static PREDICT_LEVELS])
{
	size_t steps = journey_plan_steps(t->trips->plan);
	double chances[PREDICT_LEVELS];
	uint64_t asked = 0;
	uint32_t next;

	for (size_t i = t->held; i < t->to; i++) {
		struct predict_trip trip = predict_trip_of(t->trips, i);
		for (size_t at = t->least - 1; at < trip.count; at++) {
			if (!what_came(&trip, at, &next))
				continue;
			predict_chances(model, &trip, at, next, steps, chances);
			for (size_t k = 0; k < PREDICT_LEVELS; k++)
				loss[k] -= log(chances[k]);
			asked++;
		}
	}
	for (size_t k = 0; k < PREDICT_LEVELS; k++)
		loss[k] = asked == 0 ? 0 : loss[k] / (double)asked;
	return asked;
}

static err try_options(const struct trial *t, const struct predict_options *options,
	double loss[static PREDICT_LEVELS], uint64_t *asked, struct why *why)
{
	struct predict_model *model = NULL;
	err e = train_trial(t, options, &model, why);

	if (e == OK)
		*asked = sum_losses(t, model, loss);
	predict_free(model);
	return e;
}

static err choose_order(const struct trial *t, struct predict_choice *choice, struct why *why)
{
	const struct predict_options all = { .order = PREDICT_ORDER_MAX };
	double loss[PREDICT_LEVELS] = { 0 };
	err e = try_options(t, &all, loss, &choice->predictions, why);

	if (e != OK || choice->predictions == 0)
		return e;
	choice->options.order = 0;
	for (unsigned k = 0; k <= PREDICT_ORDER_MAX; k++) {
		choice->order_loss[k] = loss[k];
		if (loss[k] < loss[choice->options.order])
			choice->options.order = k;
	}
	choice->extra_loss[PREDICT_NOTHING] = loss[choice->options.order];
	return OK;
}

static err choose_extra(const struct trial *t, struct predict_choice *choice, struct why *why)
{
	enum predict_extra best = PREDICT_NOTHING;
	err e = OK;

	for (unsigned x = 1; e == OK && x < PREDICT_EXTRAS; x++) {
		const struct predict_options with = { choice->options.order,
			(enum predict_extra)x };
		double loss[PREDICT_LEVELS] = { 0 };
		uint64_t asked;
		e = try_options(t, &with, loss, &asked, why);
		choice->extra_loss[x] = loss[PREDICT_LEVELS - 1];
		if (e == OK && choice->extra_loss[x] < choice->extra_loss[best])
			best = (enum predict_extra)x;
	}
	choice->options.extra = best;
	return e;
}

err predict_choose(const struct predict_trips *trips, size_t count, size_t least,
	struct predict_choice *out, struct why *why)
{
	struct predict_choice choice = { .options = { .order = 1 } };
	struct trial t = { .trips = trips, .from = count, .to = count, .least = least };
	size_t events = 0;

	ASSERT(least >= 1 && count <= trips->count);
	while (t.from > 0 && (events += trips->places[t.from - 1].count) <= PREDICT_CHOICE_EVENTS)
		t.from--;
	t.held = t.to - (t.to - t.from) / 5;
	choice.journeys = t.to - t.held;
	err e = choose_order(&t, &choice, why);
	if (e == OK && choice.predictions > 0)
		e = choose_extra(&t, &choice, why);
	if (e == OK)
		*out = choice;
	return e;
}

/* ---- scores */

enum { CLASSES = 10 };
struct scoring {
	uint64_t count[CLASSES], came[CLASSES];
	double chance[CLASSES], loss;
	struct predict_scores scores;
};

static void score(struct scoring *s, double chance, bool came, double chance_of_what_came)
{
	size_t class = MIN_OF((size_t)(chance * CLASSES), (size_t)CLASSES - 1);

	s->count[class]++;
	s->came[class] += came;
	s->chance[class] += chance;
	s->loss -= log(MAX_OF(chance_of_what_came, 1e-300));
	s->scores.predictions++;
}

static struct predict_scores scored(const struct scoring *s)
{
	struct predict_scores out = s->scores;
	double all = (double)MAX_OF(out.predictions, (uint64_t)1);

	for (size_t i = 0; i < CLASSES; i++)
		out.calibration_error += fabs(s->chance[i] - (double)s->came[i]) / all;
	out.log_loss = s->loss / all;
	return out;
}

struct testing {
	const struct predict_trips *trips;
	size_t steps, least;
	double *share;
	uint32_t *rank; /* of each step and the end: equal chances are told by names */
	struct scoring next, order_one, outcome;
	double base; /* the share of successes in training */
	double base_loss;
};

static int by_name(const void *a, const void *b, void *plan)
{
	const struct journey_plan *const *p = plan;

	return str_compare(journey_plan_step_name(*p, *(const uint32_t *)a),
		journey_plan_step_name(*p, *(const uint32_t *)b));
}

static void rank_steps(struct testing *t)
{
	uint32_t *order = memory_alloc((t->steps + 1) * sizeof(*order));
	const struct journey_plan *plan = t->trips->plan;

	for (uint32_t i = 0; i < t->steps; i++)
		order[i] = i;
	qsort_r(order, t->steps, sizeof(*order), by_name, &plan);
	for (uint32_t i = 0; i < t->steps; i++)
		t->rank[order[i]] = i;
	t->rank[t->steps] = (uint32_t)t->steps;
	free(order);
}

static void score_next(struct testing *t, struct scoring *s, uint32_t next)
{
	size_t came = next == PREDICT_END ? t->steps : next, before = 0;
	double best = 0;

	for (size_t i = 0; i <= t->steps; i++) {
		before += t->share[i] > t->share[came] ||
			  (t->share[i] == t->share[came] && t->rank[i] < t->rank[came]);
		best = MAX_OF(best, t->share[i]);
	}
	s->scores.first += before < 1;
	s->scores.third += before < 3;
	score(s, best, before < 1, t->share[came]);
}

static void score_outcome(struct testing *t, const struct predict_answer *answer, bool success)
{
	double chance = answer->outcome[JOURNEY_SUCCESS];

	score(&t->outcome, chance, success, success ? chance : 1 - chance);
	t->base_loss -= log(MAX_OF(success ? t->base : 1 - t->base, 1e-300));
}

static void test_trip(struct testing *t, const struct predict_trip *trip,
	const struct predict_model *model, const struct predict_model *one)
{
	struct predict_answer answer = { .share = t->share };
	uint32_t next;

	for (size_t at = t->least - 1; at < trip->count; at++) {
		if (!what_came(trip, at, &next))
			continue;
		predict_next(one, trip, at, t->steps, &answer);
		score_next(t, &t->order_one, next);
		predict_next(model, trip, at, t->steps, &answer);
		score_next(t, &t->next, next);
		if (trip->outcome != JOURNEY_OPEN && next != PREDICT_END)
			score_outcome(t, &answer, trip->outcome == JOURNEY_SUCCESS);
	}
}

/* Of the events of training that have a later one in a journey that is over: as in test_trip(). */
static double share_of_success(const struct predict_trips *trips, size_t count, size_t least)
{
	double all = 0, success = 0;

	for (size_t i = 0; i < count; i++) {
		const struct predict_place *p = &trips->places[i];
		if (p->outcome == JOURNEY_OPEN || p->count <= least)
			continue;
		all += (double)(p->count - least);
		success += p->outcome == JOURNEY_SUCCESS ? (double)(p->count - least) : 0;
	}
	return all == 0 ? 0 : success / all;
}

static err test_all(
	struct testing *t, size_t from, const struct predict_model *model, struct why *why)
{
	const struct predict_options last_step = { .order = 1 };
	struct journey_limits *limits = journey_plan_limits(t->trips->plan);
	struct predict_model *one = NULL;
	err e = predict_train(t->trips, from, &last_step, &one, why);

	for (size_t i = from; e == OK && i < t->trips->count; i++) {
		struct predict_trip trip = predict_trip_of(t->trips, i);
		if (i % 1024 == 0)
			e = limits_check(limits, why);
		test_trip(t, &trip, model, one);
	}
	predict_free(one);
	return e;
}

static void sum_up(const struct testing *t, size_t train, struct predict_evaluation *out)
{
	out->next = scored(&t->next);
	out->order_one = scored(&t->order_one);
	out->outcome = scored(&t->outcome);
	out->outcome_share = t->base;
	out->outcome_base_loss =
		t->base_loss / (double)MAX_OF(out->outcome.predictions, (uint64_t)1);
	for (size_t i = 0; i < t->trips->count; i++) {
		uint64_t *events = i < train ? &out->train_events : &out->test_events;
		*events += t->trips->places[i].count;
	}
	out->train_journeys = train;
	out->test_journeys = t->trips->count - train;
}

err predict_evaluate(const struct predict_trips *trips, size_t least,
	struct predict_evaluation *out, struct why *why)
{
	size_t train =
		MIN_OF((trips->count + 1) / 3 * 2, trips->count); /* twice a third, rounded */
	struct predict_evaluation made = { .train_events = 0 };
	struct predict_model *model = NULL;
	struct testing t = {
		.trips = trips, .steps = journey_plan_steps(trips->plan), .least = least
	};

	ASSERT(least >= 1);
	t.base = share_of_success(trips, train, least);
	t.share = memory_alloc((t.steps + 1) * sizeof(*t.share));
	t.rank = memory_alloc((t.steps + 1) * sizeof(*t.rank));
	rank_steps(&t);
	err e = predict_choose(trips, train, least, &made.choice, why);
	if (e == OK)
		e = predict_train(trips, train, &made.choice.options, &model, why);
	if (e == OK)
		e = test_all(&t, train, model, why);
	if (e == OK) {
		sum_up(&t, train, &made);
		*out = made;
	}
	predict_free(model);
	free(t.share);
	free(t.rank);
	return e;
}
