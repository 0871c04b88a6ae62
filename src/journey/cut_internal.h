/* journey/cut_internal.h - from one customer's thread to his journeys. */
#pragma once

#include "journey/pass.h"
#include "journey/plan_internal.h"

struct cutter {
	const struct journey_plan *plan;
	journey_take_runs *take;
	void *part;
	struct why *why;
	bool leaves_codes; /* steps may stay codes: journey_run.of_what */
	unsigned looks_at; /* bits of enum journey_run_part; all of them unless changed */
	/* The seen events of the customer at hand; time and row may lie in the thread itself. */
	uint32_t *step, *row, *what, *group;
	int64_t *time;
	uint32_t *end; /* of the journeys cut so far, and how they ended */
	uint8_t *outcome;
	size_t room;
	/* cut_block.c: those of a block.  What is the same for all is set once, and stays. */
	struct journey_run *runs;
	size_t run_count, run_events;
};

void cutter_init(struct cutter *cutter, const struct journey_plan *plan, journey_take_runs *take,
	void *part, struct why *why); /* steps are told as such */
void cutter_done(struct cutter *cutter);
/* Do all crowds of the plan say so? */
bool cutter_wants(const struct journey_plan *plan, uint32_t customer, const struct thread *thread);
err cutter_customer(struct cutter *cutter, uint32_t customer, const struct thread *thread);

/* Room for the seen events of so many. */
err cutter_room(struct cutter *cutter, size_t count);
/* Crowds ask of all events of a customer; where there are none, the walker leaves out already what
 * does not lie between since and until. */
static inline bool cutter_trims(const struct journey_plan *plan)
{
	return plan->crowd_count > 0 && !plan->sees_ever;
}
/* What lies between since and until: a thread is in the order of time, so it is a part of it. */
struct thread cutter_trimmed(const struct journey_plan *plan, const struct thread *thread);

/* Differences of times are taken without sign: they may be longer than an int64 can tell. */
static inline bool cutter_is_past(int64_t from, int64_t to, int64_t span)
{
	return span != INT64_MAX && (uint64_t)to - (uint64_t)from > (uint64_t)span;
}

/* cut_block.c: the customers of a block, in order. */
err cutter_block(struct cutter *cutter, const struct walked *block, size_t count);
/* Which columns of a thread the walker must have for that, and may a thread have a tail? */
unsigned cutter_columns(const struct cutter *cutter);
bool cutter_takes_tails(const struct cutter *cutter);
/* Where `count` > 0 events, cut by gaps and windows alone, end their journeys, and how: into end
 * and outcome from `at` on; how many they are. */
size_t cutter_ends(struct cutter *cutter, size_t at, const int64_t *time, size_t count);

/* cut_groups.c: the first `count` seen events, sorted by the number of their group (`group` then
 * has it), groups in the order of their first events; how many are left: events without the
 * attribute are in no journey. */
size_t cutter_group_events(struct cutter *c, size_t count);
