/* journey/plan_places.c - what is asked of the part of a journey that is left: the step at a
 * position, as a flow counts, the edges and steps of a map */
#include "journey/pass.h"
#include "journey/plan_internal.h"

static err too_many(const char *option, size_t most, struct why *why)
{
	return fail(why, MSG_JOURNEY_STEPS, arg_c(option), arg_int((int64_t)most));
}

static err read_passed(struct journey_plan *plan, const struct field_names *passed, struct why *why)
{
	err e = OK;

	if (passed->count > FILTER_STEPS_MAX)
		return too_many("part-passed", FILTER_STEPS_MAX, why);
	plan->part_passed = memory_alloc((passed->count + 1) * sizeof(*plan->part_passed));
	for (size_t i = 0; e == OK && i < passed->count; i++)
		e = journey_plan_step(plan, passed->items[i], &plan->part_passed[i], why);
	plan->part_passed_count = passed->count;
	return e;
}

static err read_edges(
	struct journey_plan *plan, const struct journey_filter *filter, struct why *why)
{
	size_t count = filter->part_edge_count;
	err e = OK;

	if (count > FILTER_STEPS_MAX)
		return too_many("part-edge-from", FILTER_STEPS_MAX, why);
	plan->part_edges = memory_alloc((count + 1) * sizeof(*plan->part_edges));
	for (size_t i = 0; e == OK && i < count; i++) {
		e = plan_named_step(
			plan, filter->part_edges[i].from, &plan->part_edges[i].from, why);
		if (e == OK)
			e = plan_named_step(
				plan, filter->part_edges[i].to, &plan->part_edges[i].to, why);
	}
	plan->part_edge_count = count;
	return e;
}

err plan_places(struct journey_plan *plan, const struct journey_filter *filter, struct why *why)
{
	size_t count = filter->place_count;
	err e = OK;

	if (count > FILTER_PLACES_MAX)
		return too_many("at", FILTER_PLACES_MAX, why);
	plan->places = memory_alloc((count + 1) * sizeof(*plan->places));
	for (size_t i = 0; e == OK && i < count; i++) {
		const struct journey_place *place = &filter->places[i];
		plan->places[i] =
			(struct place_test){ place->position, STEP_NONE, place->is_other };
		e = plan_named_step(plan, place->step, &plan->places[i].step, why);
	}
	plan->place_count = count;
	if (e == OK)
		e = read_passed(plan, &filter->part_passed, why);
	if (e == OK)
		e = read_edges(plan, filter, why);
	plan->filters_journeys |= count + plan->part_passed_count + plan->part_edge_count > 0;
	return e;
}

/* STEP_NONE: the journey is shorter. */
static uint32_t step_at(const struct journey *journey, int64_t position)
{
	uint64_t distance = position > 0 ? (uint64_t)position : 0 - (uint64_t)position;

	if (distance > journey->count)
		return STEP_NONE;
	return journey->step[position > 0 ? distance - 1 : journey->count - distance];
}

static bool passes(const struct journey *journey, uint32_t step)
{
	for (size_t i = 0; i < journey->count; i++)
		if (journey->step[i] == step)
			return true;
	return false;
}

bool plan_edge_holds(struct edge_test edge, const struct journey *journey)
{
	if (edge.from == STEP_NONE && edge.to == STEP_NONE)
		return true;
	for (size_t i = 1; i < journey->count; i++)
		if ((edge.from == STEP_NONE || journey->step[i - 1] == edge.from) &&
			(edge.to == STEP_NONE || journey->step[i] == edge.to))
			return true;
	return false;
}

bool plan_places_hold(const struct journey_plan *plan, const struct journey *journey)
{
	for (size_t i = 0; i < plan->place_count; i++) {
		const struct place_test *test = &plan->places[i];
		uint32_t step = step_at(journey, test->position);
		bool holds = test->is_other ? step != STEP_NONE && step != test->step
					    : step == test->step;
		if (!holds)
			return false;
	}
	for (size_t i = 0; i < plan->part_passed_count; i++)
		if (!passes(journey, plan->part_passed[i]))
			return false;
	for (size_t i = 0; i < plan->part_edge_count; i++)
		if (!plan_edge_holds(plan->part_edges[i], journey))
			return false;
	return true;
}
