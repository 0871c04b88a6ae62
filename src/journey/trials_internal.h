/* journey/trials_internal.h - what each part of a pass keeps of trials, laid open for its files. */
#pragma once

#include "journey/trials.h"

enum { OTHERS, SUFFERED };

/* Trials that fill a large piece are put aside, and another is begun: to let it grow would move
 * them. */
struct kept_piece {
	struct trial *items;
	size_t count, room;
};

struct kept {
	struct trial *items;
	size_t count, room, start; /* start: of the customer at hand */
	struct kept_piece *aside; /* those before; trials_room() alone makes any */
	size_t pieces, pieces_room;
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

/* trials_kept.c: room for `more` trials side by side; those that are there may move. */
err trials_room(const struct journey_plan *plan, struct kept *kept, size_t more, struct why *why);
/* For one behind those that are there, all of which stay in one piece. */
err trials_room_for_one(const struct journey_plan *plan, struct kept *kept, struct why *why);
size_t trials_kept_count(const struct kept *kept);
void trials_kept_copy(const struct kept *kept, struct trial *to);
void trials_kept_free(const struct journey_plan *plan, struct kept *kept);

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
