/* journey/list.h - whose journeys they are: the list behind a number.
 *
 * The journeys of a plan themselves.  Whatever other queries count is a plan's filter away (an
 * edge: part_edges; a step: part_passed; a start, an end, a variant: places), asked as they count
 * of what from_step and to_step leave, and both walk by the same pass: so the number and the list
 * cannot disagree.
 *
 * The journeys told are the first in the order asked for, without one the latest by their first
 * event; equal ones are told the latest first, then by row, so that pages cut from longer and
 * longer lists fit together.  Totals are of all.  Memory: 64 bytes a journey told, and 4 a step of
 * it.
 */
#pragma once

#include "journey/pass.h"

struct listed {
	uint32_t customer;
	enum journey_outcome outcome;
	int64_t first, last; /* ticks */
	uint32_t first_row;
	uint32_t *steps;
	size_t length;
};

struct journey_list {
	uint64_t customers, journeys; /* all there are */
	struct listed *items; /* in the order asked for; at most as many as asked for */
	size_t count;
	size_t bytes; /* taken of the plan's limits */
};

enum journey_order {
	JOURNEYS_LATEST,
	JOURNEYS_EARLIEST,
	JOURNEYS_LONGEST, /* from their first event to their last */
	JOURNEYS_SHORTEST,
	JOURNEYS_MOST_STEPS,
	JOURNEYS_FEWEST_STEPS,
	JOURNEY_ORDERS
};

/* Which journeys, and in which order: each thread asks with a scratch of its own.  `wants` NULL:
 * all. */
struct journey_choice {
	enum journey_order order;
	err (*wants)(const void *context, void *scratch, const struct journey *journey, bool *out,
		struct why *why);
	const void *context;
	void *const *scratch; /* of each part (journey_pass_parts()); NULL: none is needed */
};

/* Free with journey_list_done().  `choice` NULL: all, the latest. */
err journey_list_make(const struct journey_plan *plan, size_t most,
	const struct journey_choice *choice, struct journey_list *out, struct why *why);
void journey_list_done(const struct journey_plan *plan, struct journey_list *list);
