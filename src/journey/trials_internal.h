/* journey/trials_internal.h - what each part of a pass keeps of trials, laid open for its files. */
#pragma once

#include "journey/trials.h"

enum { OTHERS, SUFFERED };

struct kept {
	struct trial *items;
	size_t count, room, start; /* start: of the customer at hand */
};

/* What one part has of one friction. */
struct gathering {
	const struct trials_part *part;
	const struct friction *friction;
	struct kept kept[2];
	bool journey_suffers;
	uint64_t customers, customers_suffered, journeys_suffered;
	struct moments cost;
};

struct trials_part {
	const struct journey_plan *plan;
	struct cost_track track;
	struct gathering *of; /* of each friction */
	size_t count;
	const struct journey *journey;
	uint32_t customer; /* + 1 */
	struct trials_quick *quick; /* NULL: not for these frictions */
};

/* Room for `more` trials. */
err trials_room(const struct journey_plan *plan, struct kept *kept, size_t more, struct why *why);

/* trials_quick.c: one friction that is told by two events side by side, of customers whose events
 * lie before it whole and in the order of time. */
struct trials_quick *trials_quick_create(const struct trials_part *p); /* NULL: it is no such one */
void trials_quick_done(const struct trials_part *p);
/* `run` has codes (journey_run.of_what). */
err trials_quick_take(struct trials_part *p, const struct journey_run *run, struct why *why);
/* Is every thread one journey, and every event of it a step by its name alone?  Then no pass is
 * needed: threads are read as they lie. */
bool trials_are_of_threads(const struct journey_plan *plan);
err trials_of_threads(struct trials_part *parts, unsigned count, struct why *why);
