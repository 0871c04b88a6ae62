/* tests/journey_limits_test.c - whatever is asked: cancelled, too late or too dear, it ends with
 * that and gives its bytes back. */
#include "journey/compare.h"
#include "journey/flow.h"
#include "journey/frictions.h"
#include "journey/funnel_by.h"
#include "journey/map.h"
#include "journey/metrics.h"
#include "journey/predict_evaluate.h"
#include "journey/variants.h"
#include "journey/whatif.h"
#include "support/journey_world.h"
#include "test.h"

#include <stdlib.h>

static const char told[] = "a 0 web x plan=gold; a 10 web y; a 20 phone z; b 0 web x; b 15 web z; "
			   "c 5 web y plan=go; c 9 phone x; d 0 web x; d 4 web y; d 9 phone z";

/* ---- each kind of question; what it makes is freed again */

static err ask_map(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	const struct map_options options = { .counts_only = false };
	struct map map;
	err e = map_make(plan, &options, &map, why);

	(void)w;
	if (e == OK)
		map_done(plan, &map);
	return e;
}

static err ask_flow(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	const struct flow_question question = { .depth = 3, .top = 2 };
	struct flow flow;
	err e = flow_make(plan, &question, &flow, why);

	(void)w;
	if (e == OK)
		flow_done(plan, &flow);
	return e;
}

static err ask_variants(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	struct variants variants;
	err e = variants_make(plan, 10, &variants, why);

	(void)w;
	if (e == OK)
		variants_done(plan, &variants);
	return e;
}

static err ask_list(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	struct journey_list list;
	err e = journey_list_make(plan, 10, NULL, &list, why);

	(void)w;
	if (e == OK)
		journey_list_done(plan, &list);
	return e;
}

static struct funnel_question x_then_y(const struct journey_plan *plan)
{
	return (struct funnel_question){ .step_count = 2,
		.window = INT64_MAX,
		.steps = { journey_plan_find_step(plan, STR("x")),
			journey_plan_find_step(plan, STR("y")) } };
}

static err ask_funnel(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	const struct funnel_question question = x_then_y(plan);
	struct funnel funnel;

	(void)w;
	return funnel_make(plan, &question, &funnel, why);
}

static err ask_groups(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	const struct funnel_question question = x_then_y(plan);
	struct journey_values *values = NULL;
	struct funnel_groups groups;
	err e = journey_values_make(plan, &w->journal, STR("plan"), &values, why);

	if (e == OK)
		e = funnel_groups_make(plan, &question, values, 10, &groups, why);
	if (e == OK)
		funnel_groups_done(plan, &groups);
	journey_values_free(values);
	return e;
}

static err ask_funnel_list(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	const struct funnel_question question = x_then_y(plan);
	const struct funnel_list_question which = { .funnel = &question, .reached = 1, .most = 9 };
	struct journey_list list;
	err e = funnel_list_make(plan, &which, &list, why);

	(void)w;
	if (e == OK)
		journey_list_done(plan, &list);
	return e;
}

static err ask_metrics(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct metrics_definition definition;
	struct metrics metrics;
	err e = metrics_definition_parse(
		metrics_default_document(), zone_utc(), arena, &definition, NULL);

	CHECK("definition", e == OK);
	const struct metrics_question question = { .definition = &definition,
		.wanted = ((uint64_t)1 << METRIC_COUNT_) - 1,
		.zone = zone_utc() };
	e = metrics_make(plan, &w->journal, &question, &metrics, why);
	if (e == OK)
		metrics_done(plan, &metrics);
	return e;
}

static err with_costs(struct journey_plan *plan, struct why *why,
	err (*ask)(struct journey_plan *plan, const struct costs *costs, struct why *why))
{
	struct costs costs;
	err e = costs_make(plan, NULL, 0, (int64_t)60000 * TICKS_PER_MS, &costs, why);

	if (e == OK) {
		e = ask(plan, &costs, why);
		costs_done(plan, &costs);
	}
	return e;
}

static err find_frictions(struct journey_plan *plan, const struct costs *costs, struct why *why)
{
	const struct frictions_question question = { .leak = (int64_t)60000 * TICKS_PER_MS,
		.again = (int64_t)60000 * TICKS_PER_MS,
		.support = 1,
		.false_share = 1,
		.most = 10,
		.split = INT64_MIN };
	struct frictions found;
	err e = frictions_find(plan, costs, &question, &found, why);

	if (e == OK)
		frictions_done(plan, &found);
	return e;
}

static err ask_frictions(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	(void)w;
	return with_costs(plan, why, find_frictions);
}

static err move_route(struct journey_plan *plan, const struct costs *costs, struct why *why)
{
	uint8_t from[8] = { 1 }, to[8] = { 0, 1 };
	const struct whatif_question question = {
		.from = from, .to = to, .horizon = (int64_t)60000 * TICKS_PER_MS, .share = 0.2
	};
	struct whatif whatif;

	return whatif_make(plan, costs, &question, &whatif, why);
}

static err ask_whatif(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	(void)w;
	return with_costs(plan, why, move_route);
}

static err ask_compare(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	struct comparison comparison;
	err e = compare_make(plan, plan, 1, &comparison, why);

	(void)w;
	if (e == OK)
		comparison_done(&comparison);
	return e;
}

static err ask_predict(struct journey_plan *plan, struct journey_world *w, struct why *why)
{
	struct predict_evaluation evaluation;
	struct predict_trips trips;
	err e = predict_trips_make(plan, &trips, why);

	(void)w;
	if (e != OK)
		return e;
	e = predict_evaluate(&trips, 1, &evaluation, why);
	predict_trips_done(&trips);
	return e;
}

static const struct {
	const char *row;
	err (*ask)(struct journey_plan *plan, struct journey_world *w, struct why *why);
} questions[] = {
	{ "map", ask_map },
	{ "flow", ask_flow },
	{ "variants", ask_variants },
	{ "list", ask_list },
	{ "funnel", ask_funnel },
	{ "funnel by attribute", ask_groups },
	{ "list of a funnel", ask_funnel_list },
	{ "metrics", ask_metrics },
	{ "frictions", ask_frictions },
	{ "whatif", ask_whatif },
	{ "compare", ask_compare },
	{ "predict", ask_predict },
};

/* ---- what may stop it */

static void check_ends(size_t i, struct journey_world *w, struct journey_plan *plan, err wanted)
{
	size_t before = atomic_load(&w->limits.bytes);
	struct why why = { 0 };

	CHECK(questions[i].row, questions[i].ask(plan, w, &why) == wanted);
	if (i != 5 && i != 7) /* values of rows stay with the plan */
		CHECK(questions[i].row, atomic_load(&w->limits.bytes) == before);
}

TEST(every_question_ends_when_it_is_told_to)
{
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		struct journey_world w;
		struct journey_plan *plan;
		atomic_bool stop = false;
		journey_world_init(&w, told, true);
		w.limits.stop = &stop;
		CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
		size_t most = w.limits.bytes_max;
		check_ends(i, &w, plan, OK);
		atomic_store(&stop, true);
		check_ends(i, &w, plan, ERR_CANCELLED);
		atomic_store(&stop, false);
		w.limits.clock = clock_real();
		w.limits.started_ns = clock_real()->ticks_ns(clock_real()) - 1000000000;
		w.limits.deadline_ms = 1;
		check_ends(i, &w, plan, ERR_TIMEOUT);
		w.limits.clock = NULL;
		w.limits.bytes_max = atomic_load(&w.limits.bytes);
		check_ends(i, &w, plan, ERR_LIMIT);
		w.limits.bytes_max = most;
		check_ends(i, &w, plan, OK);
		journey_plan_free(plan);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}
