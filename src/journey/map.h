/* journey/map.h - who goes where: the directly-follows graph of all journeys.
 *
 * An edge a -> b counts how often b comes directly after a in a journey, and how many customers
 * have it at least once; its times are those between the two events.  A step counts its events,
 * the customers and the journeys that have it; its times are those until the next event of the
 * journey, over all edges that leave it.  mean; median and p90 as quantile.h defines them.
 *
 * Up to MAP_DENSE_STEPS steps it is one pass; with times it takes 4 to 8 bytes a transition
 * (time_packing.h), and 4 more for those that leave the steps being worked at, one a thread.  Past
 * it, or where centuries lie between two events, a second pass finds the exact median and p90, and
 * takes 24 bytes a transition.
 */
#pragma once

#include "journey/pass.h"

enum { MAP_DENSE_STEPS = 128 };
#define MAP_DENSE_NEVER SIZE_MAX

struct map_times {
	double mean_s, median_s, p90_s;
};

struct map_edge {
	uint32_t from, to; /* steps */
	uint64_t count, customers;
	struct map_times times; /* 0 if not asked for */
};

struct map_step {
	uint32_t step;
	uint64_t count, customers, journeys; /* count - journeys: how often it was come back to */
	uint64_t starts, ends, self_loops;
	uint64_t hidden_in, hidden_out; /* transitions on edges that are not shown: map_hide() */
	struct map_times times; /* until the next step */
};

struct map {
	uint64_t customers, journeys, events, transitions;
	uint64_t outcomes[JOURNEY_OUTCOMES];
	struct map_edge *edges; /* the most frequent first; equal ones by their names */
	size_t edge_count, shown; /* the first `shown` of them are to be shown */
	struct map_step *steps; /* likewise; only those that occur */
	size_t step_count;
	uint64_t hidden; /* transitions on the edges behind the shown */
	size_t bytes; /* taken of the plan's limits */
};

struct map_options {
	bool counts_only; /* no times */
	size_t dense_steps; /* 0: MAP_DENSE_STEPS; less in tests; MAP_DENSE_NEVER */
};

/* Free with map_done(). */
err map_make(const struct journey_plan *plan, const struct map_options *options, struct map *out,
	struct why *why);
void map_done(const struct journey_plan *plan, struct map *map);

/* Shows only as many edges as it takes to hold `share` (0 to 1) of all transitions, and at most
 * `most`: the rest is counted in `hidden`, and at the steps it leaves and reaches. */
void map_hide(struct map *map, double share, size_t most);
