/* journey/flow_times.h - the times of a flow's links: kept as they are met, then their exact median
 * and p90 (quantile.h).
 *
 * Memory: 12 bytes for each time of a part, and 8 more while they are brought together.
 */
#pragma once

#include "journey/flow.h"

/* Of a part: time i is that of cell[i]. */
struct flow_times {
	uint32_t *cell;
	uint64_t *ticks;
	size_t count, cell_room, tick_room;
};
err flow_times_keep(struct flow_times *times, struct journey_limits *limits, size_t cell,
	uint64_t ticks, struct why *why);
void flow_times_done(struct flow_times *times, struct journey_limits *limits);

/* Median and p90 of the links whose cells these are: link_of[cell] is the number of the link + 1, 0
 * where there is none. */
err flow_times_find(struct flow_times *const *parts, unsigned count, const uint32_t *link_of,
	struct journey_limits *limits, struct flow *out, struct why *why);
