/* journey/plan_places.c - journeys by the steps at their positions: what a flow counts */
#include "journey/pass.h"
#include "journey/plan_internal.h"

err plan_places(struct journey_plan *plan, const struct journey_filter *filter, struct why *why)
{
	size_t count = filter->place_count;
	err e = OK;

	if (count > FILTER_PLACES_MAX)
		return fail(why, MSG_JOURNEY_STEPS, arg_c("at"), arg_int(FILTER_PLACES_MAX));
	plan->places = memory_alloc((count + 1) * sizeof(*plan->places));
	for (size_t i = 0; e == OK && i < count; i++) {
		const struct journey_place *place = &filter->places[i];
		plan->places[i] =
			(struct place_test){ place->position, STEP_NONE, place->is_other };
		if (place->step.len > 0)
			e = journey_plan_step(plan, place->step, &plan->places[i].step, why);
	}
	plan->place_count = count;
	plan->filters_journeys |= count > 0;
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
	return true;
}
