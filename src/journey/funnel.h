/* journey/funnel.h - how many journeys go from step to step in a given order, and where they stop.
 *
 * A journey's attempts begin at each of its events of the first step.  From there the next step is
 * the first later event of it (relaxed: others may lie between), or must be the very next event
 * (strict).  An attempt ends where there is none, where an excluded step lies between, or where the
 * window, counted from the attempt's beginning, has passed (within it is in).  The journey counts
 * with its deepest attempt; of equally deep ones, with the earliest.  An event serves one step of
 * the funnel: the same step named twice asks for two events.  Events of one time are in the order
 * in which they came.
 *
 * Cost: events times steps, whatever the number of attempts.  Memory: 4 bytes for each of that of
 * one journey at a time, and 8 for each step reached.
 */
#pragma once

#include "journey/map.h"

enum { FUNNEL_STEPS_MAX = 64 };

struct funnel_question {
	uint32_t steps[FUNNEL_STEPS_MAX];
	size_t step_count; /* 1 or more */
	int64_t window; /* ticks; INT64_MAX: none */
	bool is_strict;
	const uint8_t *excluded; /* of each step of the plan; NULL: none */
};

struct funnel_step {
	uint64_t journeys, customers; /* that came so far */
	struct map_times times; /* from the step before; of the first: 0 */
};

struct funnel {
	uint64_t customers, journeys; /* all */
	struct funnel_step steps[FUNNEL_STEPS_MAX];
	struct map_times whole; /* from the first step to the last, of those who came there */
};

err funnel_make(const struct journey_plan *plan, const struct funnel_question *question,
	struct funnel *out, struct why *why);

/* One journey: how many steps it reached, and where (positions in the journey). */
struct funnel_match {
	uint32_t *next; /* scratch */
	size_t room;
	size_t reached;
	size_t at[FUNNEL_STEPS_MAX];
};
/* free(match->next) at the end.  ERR_LIMIT. */
err funnel_match(struct funnel_match *match, struct journey_limits *limits,
	const struct funnel_question *question, const struct journey *journey, struct why *why);
