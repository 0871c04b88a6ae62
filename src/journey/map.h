/* journey/map.h - who goes where: the directly-follows graph of all threads.
 *
 * Every activity is a step, every customer's thread one journey.  An edge a -> b counts how often b
 * comes directly after a in a thread; `customers` how many threads have it at least once.  Times
 * are those between the two events: mean, and the exact lower order statistics median and p90 (the
 * value at position floor((n - 1) * share) of the sorted n).
 *
 * One pass over the threads, then one sort of each edge's times: 8 bytes an event, within the limit
 * given; past it ERR_LIMIT and no map.
 */
#pragma once

#include "thread/thread.h"

struct map_edge {
	uint32_t from, to; /* steps: names (threads_view_name) */
	uint64_t count, customers;
	double mean_s, median_s, p90_s;
};

struct map_end { /* where journeys begin, or end */
	uint32_t step;
	uint64_t count;
};

struct map {
	uint64_t customers, journeys, events;
	struct map_edge *edges; /* the most frequent first; equal ones by their names */
	size_t edge_count;
	struct map_end *starts, *ends; /* likewise */
	size_t start_count, end_count;
};

/* Free with map_done().  `bytes_max` bounds what the calculation takes. */
err map_of(const struct threads_view *view, size_t bytes_max, struct map *out, struct why *why);
void map_done(struct map *map);
