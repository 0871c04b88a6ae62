/* journey/cut_internal.h - from one customer's thread to his journeys. */
#pragma once

#include "journey/pass.h"
#include "journey/plan_internal.h"

struct cutter {
	const struct journey_plan *plan;
	journey_take_run *take;
	void *part;
	struct why *why;
	bool leaves_codes; /* steps may stay codes: journey_run.of_what */
	/* The seen events of the customer at hand; time and row may lie in the thread itself. */
	uint32_t *step, *row, *what, *group;
	int64_t *time;
	uint32_t *end; /* of the journeys cut so far, and how they ended */
	uint8_t *outcome;
	size_t room;
};

void cutter_init(struct cutter *cutter, const struct journey_plan *plan, journey_take_run *take,
	void *part, struct why *why); /* steps are told as such */
void cutter_done(struct cutter *cutter);
/* Do all crowds of the plan say so? */
bool cutter_wants(const struct journey_plan *plan, uint32_t customer, const struct thread *thread);
err cutter_customer(struct cutter *cutter, uint32_t customer, const struct thread *thread);

/* cut_groups.c: the first `count` seen events, sorted by the number of their group (`group` then
 * has it), groups in the order of their first events; how many are left: events without the
 * attribute are in no journey. */
size_t cutter_group_events(struct cutter *c, size_t count);
