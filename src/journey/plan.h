/* journey/plan.h - a definition and a filter made ready for one snapshot.
 *
 *   definition --+
 *                +--> plan: per (channel, activity) code a route to a step, sets of rows for
 *   filter ------+          tests of attributes, groups for journeys by attribute
 *
 * All names are looked up, all attribute tests are answered (where a column cannot tell, the
 * journal is asked) before the first thread is read: a pass then only reads arrays.
 *
 * A filter works in this order; each stage sees what the one before left:
 *   1. as_of      events after it are not there at all
 *   2. crowds: which customers (definition and filter both), by all their events and what
 *      is known of them
 *   3. since, until, only: which events; the others are as if they had not happened
 *   4. the definition: noise dropped, steps, journeys
 *   5. passed, never, first_step, last_step, edge, way, outcomes: which journeys
 *   6. from_step, to_step: which part of each
 *   7. places, part_passed, part_edges: which of these parts.  What a query counts are parts, so
 *      these are the words for whom a number counts; those of 5 say of whom it is asked
 *
 * Threads: a plan is immutable; it borrows the view, definition and filter.
 */
#pragma once

#include "journey/definition.h"
#include "journey/limits.h"
#include "thread/thread_walk.h"

#define STEP_NONE UINT32_MAX
enum { FILTER_STEPS_MAX = 64, FILTER_CROWDS_MAX = 32, FILTER_PLACES_MAX = 4096 };

/* Customers who have an event, or of whom something is known, that one of these selects; or all
 * others.  Asked for within a time, or more than once, only events count. */
struct journey_crowd {
	struct journey_selectors any;
	bool is_wanted;
	int64_t within; /* ticks before as_of; 0: ever */
	uint64_t at_least; /* events; 0 is 1 */
};

/* The second comes directly after the first; "": any step. */
struct journey_edge {
	str from, to;
};

/* Which step stands at a position: 1 the first, -1 the last. */
struct journey_place {
	int64_t position; /* not 0 */
	str step; /* "": none at all, the journey is shorter */
	bool is_other; /* some step there, and not this one */
};

struct journey_filter {
	int64_t since, until; /* ticks; since <= t < until */
	int64_t as_of; /* ticks; INT64_MAX: the last event's time */
	struct journey_selectors only; /* any of these; none: all events */
	const struct journey_crowd *crowds; /* beside the definition's `with` and `without` */
	size_t crowd_count; /* at most FILTER_CROWDS_MAX */
	struct field_names passed; /* journeys with each of these steps; at most FILTER_STEPS_MAX */
	struct field_names never; /* and with none of these */
	str first_step, last_step; /* journeys that begin, end, with this step; "": any */
	str edge_from, edge_to; /* journeys in which the second comes directly after the first */
	struct field_names way; /* journeys of exactly these steps; none: any */
	unsigned outcomes; /* bits of 1 << enum journey_outcome; 0: any */
	str from_step, to_step; /* from the first .. to the first behind it; "": all */
	const struct journey_place *places; /* of what these left; all must hold */
	size_t place_count; /* at most FILTER_PLACES_MAX */
	struct field_names part_passed; /* these steps in it; at most FILTER_STEPS_MAX */
	const struct journey_edge *part_edges; /* these edges in it */
	size_t part_edge_count; /* at most FILTER_STEPS_MAX */
	bool is_of_one; /* only the journeys of this customer */
	uint32_t customer;
};
struct journey_filter journey_filter_none(void);

/* Reads a record back, for attributes that no column holds. */
struct journey_journal {
	err (*read)(void *context, uint64_t seq, struct arena *arena, struct record *out,
		struct why *why);
	void *context;
};

struct journey_plan;

/* Free with journey_plan_free().  MSG_JOURNEY_STEP_UNKNOWN: the filter names a step that there is
 * not; ERR_LIMIT, ERR_CANCELLED, ERR_TIMEOUT (limits.h); what reading the journal says. */
err journey_plan_make(const struct threads_view *view, const struct journey_definition *definition,
	const struct journey_filter *filter, const struct journey_journal *journal,
	struct journey_limits *limits, struct journey_plan **out, struct why *why);
void journey_plan_free(struct journey_plan *plan); /* NULL is fine */

const struct threads_view *journey_plan_view(const struct journey_plan *plan);
struct journey_limits *journey_plan_limits(const struct journey_plan *plan);
int64_t journey_plan_as_of(const struct journey_plan *plan); /* ticks */
int64_t journey_plan_since(const struct journey_plan *plan); /* ticks; INT64_MIN: from the first */
int64_t journey_plan_until(const struct journey_plan *plan); /* ticks; INT64_MAX: to the last */
size_t journey_plan_steps(const struct journey_plan *plan); /* codes are below this */
str journey_plan_step_name(const struct journey_plan *plan, uint32_t step);
uint32_t journey_plan_find_step(const struct journey_plan *plan, str name); /* or STEP_NONE */
/* As before, and a failure with the names there are. */
err journey_plan_step(const struct journey_plan *plan, str name, uint32_t *step, struct why *why);
double journey_plan_step_cost(const struct journey_plan *plan, uint32_t step);
double journey_plan_step_value(const struct journey_plan *plan, uint32_t step);
bool journey_plan_has_ends(const struct journey_plan *plan); /* a goal or a failure */
