/* journey/pass.h - every journey of a plan, once, on several threads.
 *
 * A query is a number of parts, one a thread, each of which is given the journeys of some customers
 * (all of a customer's, one after the other) and the merging of the parts afterwards.  Which part
 * has which customers is chance; so what a query says may not depend on it.
 *
 *   thread of a customer --> seen events (filter) --> steps --> journeys --> take(part, journey)
 *
 * Where journeys begin and end: docs/formats/journey-definition.md.
 */
#pragma once

#include "journey/plan.h"

enum journey_outcome {
	JOURNEY_OPEN, /* may go on: neither its window nor its gap has passed at as_of */
	JOURNEY_SUCCESS,
	JOURNEY_FAILURE,
	JOURNEY_ENDED, /* over, without goal or failure */
	JOURNEY_OUTCOMES
};

struct journey {
	uint32_t customer;
	enum journey_outcome outcome;
	size_t count; /* at least 1 */
	const uint32_t *step, *row;
	const int64_t *time; /* ticks */
	const uint32_t *what; /* codes of thread.h; NULL where only the rows know */
};

/* Valid for the call.  An error ends the pass. */
typedef err journey_take(void *part, const struct journey *journey, struct why *why);

/* Some journeys of one customer at once, for queries that would spend more on being called than on
 * what they count: journey k is the events from end[k - 1] (the first: 0) to end[k]. */
struct journey_run {
	uint32_t customer;
	size_t journeys, events; /* at least 1 of each */
	const uint32_t *end;
	const uint8_t *outcome; /* of each: enum journey_outcome */
	const uint32_t *step, *row;
	const int64_t *time;
	const uint32_t *what; /* as of a journey */
	const uint32_t *of_what; /* step NULL: that of event i is of_what[what[i]] */
	/* RUN_TAILS: what follows these events in the last journey, and is in neither `events` nor
	 * `end`; most have none. */
	struct thread tail;
};
/* Of `count` different customers, at least 1. */
typedef err journey_take_runs(
	void *part, const struct journey_run *runs, size_t count, struct why *why);

/* What a query looks at in runs: the rest need not be there.  Without ends it has neither `end`
 * nor `outcome`, without steps neither `step` nor `what`. */
enum journey_run_part {
	RUN_TIMES = WALK_TIME,
	RUN_STEPS = WALK_WHAT,
	RUN_ROWS = WALK_ROW,
	RUN_ENDS = 8,
	RUN_ALL = 15,
	/* Not a part: an event that came late need not lie beside the others.  Only whole threads,
	 * told as codes, ever have such a tail. */
	RUN_TAILS = 16
};

/* How many parts a pass over this plan should have: threads that are worth it. */
unsigned journey_pass_parts(const struct journey_plan *plan);
/* ERR_LIMIT, ERR_CANCELLED, ERR_TIMEOUT (limits.h), or what `take` said. */
err journey_pass(const struct journey_plan *plan, journey_take *take, void *const *parts,
	unsigned count, struct why *why);
/* The same journeys in the same order.  Where it costs nothing, steps stay codes (`of_what`), for
 * whoever looks at each only once; then a run is all events of the customer that are seen, in
 * order. `looks_at`: bits of enum journey_run_part. */
err journey_pass_runs(const struct journey_plan *plan, journey_take_runs *take, unsigned looks_at,
	void *const *parts, unsigned count, struct why *why);
static inline uint32_t journey_run_step(const struct journey_run *run, size_t i)
{
	return run->step != NULL ? run->step[i] : run->of_what[run->what[i]];
}

/* The journeys of a run that has steps and ends, one after the other. */
err journey_run_each(
	const struct journey_run *run, journey_take *take, void *part, struct why *why);

/* A piece of work that is no pass, on as many threads: work(context, i) for i below `count`. */
typedef err journey_work(void *context, size_t i, struct why *why);
err journey_share_out(struct journey_limits *limits, journey_work *work, void *context,
	size_t count, struct why *why);
