/* journey/flow.h - where journeys are at their first, second, third ... step: what a Sankey draws.
 *
 * Positions are counted from the journey's beginning (of what from_step and to_step left of it),
 * or, backwards, from its end: position 1 is then the last step.  A node is a step at a position, a
 * link leads from a node to the next position.  The `top` most frequent steps of a position are
 * nodes of their own (equal ones by their names); all others together are its one node "other".
 *
 *   position 1          2                 depth
 *   View ----------> Cart -----------> Pay --> further: the journey is longer
 *        \--> other        \--> end
 *
 * A journey is in one node of each position that it reaches, up to `depth`, and leaves it by one
 * link: so a node's journeys are those of the links that leave it, and, but at position 1, those of
 * the links that reach it.  `end` leaves where the journey has no more steps (backwards: begins),
 * `further` the last position where it has.
 *
 * Customers are those who have such a journey: who has several may be in several nodes.  Times
 * are those between the two events (mean; median and p90 as quantile.h defines them); of `end` and
 * `further` there are none.
 *
 * One pass, and one before it where there are more steps than `top`.  Memory: 16 bytes for each
 * link that there could be, in each part, 24 where customers may have several journeys; unless only
 * counts are asked for, 20 more for each time.
 */
#pragma once

#include "journey/pass.h"

enum { FLOW_DEPTH_MAX = 200, FLOW_TOP_MAX = 500 };

struct flow_question {
	size_t depth, top; /* 1 to FLOW_DEPTH_MAX, FLOW_TOP_MAX */
	bool is_backwards;
	bool counts_only; /* no median, no p90 */
};

enum flow_kind { FLOW_STEP, FLOW_OTHER, FLOW_END, FLOW_FURTHER };

struct flow_node {
	uint32_t position; /* from 1 */
	enum flow_kind kind; /* FLOW_STEP or FLOW_OTHER */
	uint32_t step; /* STEP_NONE: other */
	uint64_t journeys, customers;
};

struct flow_link {
	uint32_t from, to; /* nodes; to: only of FLOW_STEP and FLOW_OTHER */
	enum flow_kind kind; /* of where it leads */
	uint64_t journeys, customers;
	double mean_s, median_s, p90_s; /* 0 if not asked for */
};

struct flow {
	uint64_t customers, journeys;
	struct flow_node *nodes; /* by position; in it the most frequent first, other last */
	size_t node_count;
	struct flow_link *links; /* by the nodes they leave, then reach; end and further behind */
	size_t link_count;
	size_t bytes; /* taken of the plan's limits */
};

/* Free with flow_done(). */
err flow_make(const struct journey_plan *plan, const struct flow_question *question,
	struct flow *out, struct why *why);
void flow_done(const struct journey_plan *plan, struct flow *flow);
