/* journey/predict_behind.h - the journeys behind a prediction's number: those in which its context
 * was counted, by the same rules as predict.h, read from the journeys themselves.
 *
 *   context.count            every place of a journey at which the context stands and it is known
 *                            what came next
 *   predict_count(next)      those at which this came next
 *
 * A journey may have several such places: `times` is their number, and the one that is predicted;
 * the list has each journey once.
 *
 * Threads: a plan's; each part has a scratch.
 */
#pragma once

#include "journey/list.h"
#include "journey/predict.h"

struct predict_behind {
	const struct predict_trip *trip; /* what was predicted, behind its last event */
	struct predict_context context;
	enum predict_extra extra; /* what the last context tells beside steps; of has_extra */
	bool any_next;
	uint32_t next; /* or PREDICT_END */
	/* The journey that was predicted is not counted: its first row, of this customer. */
	bool has_own;
	uint32_t own_customer, own_row;
};

/* Free with journey_list_done().  *times: the number, exactly. */
err predict_behind_make(const struct journey_plan *plan, const struct predict_behind *behind,
	size_t most, struct journey_list *out, uint64_t *times, struct why *why);
