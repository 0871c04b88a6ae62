/* journey/funnel_by.h - a funnel broken down by an attribute, and the journeys behind its numbers.
 *
 * A journey counts under the value of the first of its events that has one; under 0, none, if no
 * event has.  So the values of a breakdown add up to the funnel of all, journey by journey (a
 * customer whose journeys have several values counts with each).  Both ask funnel_match(), as the
 * funnel itself does: a number and its list are one counting.
 *
 * Memory: for each value and part 16 bytes a step of the funnel, and 4 a value.
 */
#pragma once

#include "journey/funnel.h"
#include "journey/list.h"
#include "journey/values.h"

struct funnel_cell {
	uint64_t journeys, customers;
};

struct funnel_group {
	uint32_t value; /* 0: none; journey_values_add() */
	const struct funnel_cell
		*cells; /* [0]: all of it; [k]: those that reached step k, from 1 */
};

struct funnel_groups {
	struct funnel_group *items; /* the most journeys first; equal ones by their values */
	size_t count; /* at most as many as asked for */
	uint64_t rest_values, rest_journeys; /* what is not told */
	struct funnel_cell *cells;
	size_t bytes; /* taken of the plan's limits */
};

/* Free with funnel_groups_done().  ERR_LIMIT, ERR_CANCELLED, ERR_TIMEOUT. */
err funnel_groups_make(const struct journey_plan *plan, const struct funnel_question *question,
	const struct journey_values *values, size_t most, struct funnel_groups *out,
	struct why *why);
void funnel_groups_done(const struct journey_plan *plan, struct funnel_groups *groups);

struct funnel_list_question {
	const struct funnel_question *funnel;
	size_t reached; /* 0: all journeys; else those that came to this step, from 1 */
	bool stopped; /* and no farther */
	const struct journey_values *values; /* NULL: of any */
	uint32_t value;
	size_t most; /* journeys told; totals are of all */
};

/* Free with journey_list_done(). */
err funnel_list_make(const struct journey_plan *plan, const struct funnel_list_question *question,
	struct journey_list *out, struct why *why);
