/* journey/plan_internal.h - a plan laid open, for the files that make it and walk by it. */
#pragma once

#include "journey/plan.h"

/* A set of rows, a bit each; NULL words: all rows. */
struct row_set {
	uint64_t *words;
};
static inline bool row_set_has(const struct row_set *set, uint32_t row)
{
	return set->words == NULL || (set->words[row / 64] >> (row % 64) & 1) != 0;
}

/* If the row is in the set: this target; else the next candidate is asked. */
struct candidate {
	struct row_set rows;
	uint32_t target;
};

/* What becomes of events with one code of `what`: candidates first .. first + count in order, then
 * `target`. */
struct route {
	uint32_t target, first, count;
};

struct routes {
	struct route *of_what;
	struct candidate *candidates;
	size_t candidate_count, candidate_room;
	struct row_set *sets; /* of each rule: what candidates share */
	size_t set_count;
	bool is_plain; /* no candidates anywhere */
};
static inline uint32_t routes_follow(const struct routes *routes, uint32_t what, uint32_t row)
{
	const struct route *route = &routes->of_what[what];

	for (uint32_t i = route->first; i < route->first + route->count; i++)
		if (row_set_has(&routes->candidates[i].rows, row))
			return routes->candidates[i].target;
	return route->target;
}

/* A list of selectors about customers: who has such an event (target 1), or such a profile. */
struct crowd {
	struct routes events;
	uint8_t *plain; /* by what, where names alone tell; else NULL */
	uint64_t *known; /* a bit a customer: by what is known of him; NULL: nobody */
	bool is_wanted;
	int64_t within, after; /* ticks: only events later than this count; INT64_MIN: all */
	uint64_t at_least; /* so many of them */
};
enum { CROWDS_MAX = FILTER_CROWDS_MAX + 2 };

/* A step at a position: of filter->places. */
struct place_test {
	int64_t position;
	uint32_t step; /* STEP_NONE: none at all */
	bool is_other;
};

/* Two steps, one directly after the other; STEP_NONE: any. */
struct edge_test {
	uint32_t from, to;
};

enum step_flag { STEP_STARTS = 1, STEP_SUCCEEDS = 2, STEP_FAILS = 4, STEP_NEVER = 8 };

struct journey_plan {
	const struct threads_view *view;
	struct journey_limits *limits;
	const struct thread_walk *walk;
	const struct journey_definition *definition;

	str *names; /* of steps */
	uint8_t *flags; /* of steps: enum step_flag */
	uint64_t *passed; /* of steps: bits of filter->passed; NULL: none asked */
	uint64_t passed_all;
	size_t step_count;
	uint32_t from_step, to_step, first_step, last_step; /* STEP_NONE: any */
	struct edge_test edge;
	uint32_t *way; /* NULL: any */
	size_t way_length;
	unsigned outcomes;
	struct place_test *places;
	size_t place_count;
	uint32_t *part_passed;
	size_t part_passed_count;
	struct edge_test *part_edges;
	size_t part_edge_count;

	struct routes steps; /* of the definition; targets: steps, STEP_NONE for what is none */
	struct routes only; /* target 1: seen; of_what NULL: `seen` says it all */
	uint8_t *seen; /* by what, where names alone tell what the filter lets through; NULL: all */
	int64_t since, until, as_of; /* ticks; an event is seen if since <= t < until */
	struct crowd crowds[CROWDS_MAX];
	size_t crowd_count;
	uint32_t
		*groups; /* of each row, from 1; 0: no value; NULL: journeys are not by attribute */
	int64_t gap, window; /* ticks; INT64_MAX: none */
	bool has_starts, has_ends;
	bool is_of_one; /* of this customer alone: */
	uint32_t customer;

	/* What a pass may leave out. */
	bool is_whole_thread; /* one journey a thread: nothing cuts it */
	bool cuts_gaps; /* nothing but a gap or a window cuts it */
	bool sees_all; /* every event between since and until is seen and is a step */
	bool sees_ever; /* since and until leave nothing out */
	uint32_t *plain_steps; /* by what, where steps are told by names alone, of what is seen;
				  else NULL */
	bool filters_journeys; /* some filter of whole journeys or of their parts */
	size_t bytes; /* taken of limits */
};

/* Asks for bytes in the plan's name: given back when it is freed. */
err plan_take(struct journey_plan *plan, size_t bytes, struct why *why);

/* plan_rows.c: the rows that meet all tests, among those whose what is wanted (a byte each) and
 * entities if so said.  `out` is on the heap. */
struct row_question {
	const struct journey_test *tests;
	size_t test_count;
	const uint8_t *whats;
	bool entities;
};
err plan_rows(struct journey_plan *plan, const struct journey_journal *journal,
	const struct row_question *question, struct row_set *out, struct why *why);

/* plan_routes.c */
struct rule {
	const struct journey_selector *selector;
	uint32_t target;
};
/* For each what the first rule that takes it, else of_rest[what]. */
err routes_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct rule *rules, size_t count, const uint32_t *of_rest, struct routes *out,
	struct why *why);
void routes_done(struct routes *routes);

/* plan_groups.c: a number for each value of the attribute, by row; `values` (NULL: not wanted) has
 * the value of number n as text n - 1, its type in front (values.c reads it). */
err plan_groups(struct journey_plan *plan, const struct journey_journal *journal, str key,
	uint32_t **out, struct strings **values, struct why *why);

/* "": STEP_NONE. */
err plan_named_step(const struct journey_plan *plan, str name, uint32_t *out, struct why *why);

/* plan_places.c */
struct journey;
err plan_places(struct journey_plan *plan, const struct journey_filter *filter, struct why *why);
bool plan_places_hold(const struct journey_plan *plan, const struct journey *journey);
bool plan_edge_holds(struct edge_test edge, const struct journey *journey);

/* plan_crowds.c */
err crowd_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct journey_crowd *asked, struct why *why);
