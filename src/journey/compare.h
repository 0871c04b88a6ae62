/* journey/compare.h - two sets of journeys side by side: where do they differ, and how surely?
 *
 *   edge      of the passages at a step, the share that goes on to the other
 *   step      of the journeys, the share that has the step
 *   start, end, outcome      of the journeys, the share
 *
 * Each with the difference (second less first), its 95 % interval (Newcombe's, over the design
 * effect of customers with several passages or journeys; at least 1) and p; q is Benjamini and
 * Hochberg over all that is compared: whatever has `support` cases on both sides.  Where the same
 * customers are on both sides (two periods), they are taken as if they were others: that is on the
 * safe side as long as people keep to their habits.
 *
 * Behind a number are the journeys of its side in which it was counted, once each, and how often: a
 * passage may occur several times in a journey.
 *
 * One pass over each side.  Memory: 50 bytes for each pair of steps and thread.
 */
#pragma once

#include "journey/list.h"
#include "journey/odds.h"

enum { COMPARE_STEPS_MAX = 512 };

enum compared_as { COMPARED_EDGE, COMPARED_STEP, COMPARED_START, COMPARED_END, COMPARED_OUTCOME };

struct compared {
	enum compared_as as;
	uint32_t from, to; /* steps; of an outcome: `to` is enum journey_outcome */
	struct odds_table table; /* second side: a of a + b; first: c of c + d */
	struct interval difference;
	double p, q;
};

struct comparison {
	uint64_t customers[2], journeys[2];
	struct compared *items; /* the surest first */
	size_t count;
};

/* The plans are of one view and definition.  Free with comparison_done().
 * MSG_FRICTIONS_STEPS: more steps than COMPARE_STEPS_MAX. */
err compare_make(const struct journey_plan *first, const struct journey_plan *second,
	uint64_t support, struct comparison *out, struct why *why);
void comparison_done(struct comparison *comparison);

/* compare_list.c: the journeys of a side, by its plan, behind a number of `item` (NULL: all of the
 * side): what is counted, or the whole of which it is a share.  Free with journey_list_done().
 * *times: the number, exactly. */
struct compare_list_question {
	const struct compared *item;
	bool of_whole;
	size_t most; /* journeys told; totals are of all */
};
err compare_list(const struct journey_plan *side, const struct compare_list_question *question,
	struct journey_list *out, uint64_t *times, struct why *why);
