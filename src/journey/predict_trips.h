/* journey/predict_trips.h - all journeys of a plan, laid out to be counted (predict.h).
 *
 * They stand in the order of their first events (then of those's rows): the same whatever the
 * threads of execution did.  Memory: 12 bytes an event and 48 a journey, of the plan's limits.
 */
#pragma once

#include "journey/predict.h"

struct predict_place {
	int64_t first, last; /* ticks */
	uint32_t first_row, customer;
	uint32_t part; /* whose arrays it lies in */
	enum journey_outcome outcome;
	size_t at, count; /* in those */
};

struct predict_events;
struct predict_trips {
	const struct journey_plan *plan;
	struct predict_events *parts;
	unsigned part_count;
	struct predict_place *places;
	size_t count, events;
	size_t bytes;
};

/* Free with predict_trips_done(). */
err predict_trips_make(const struct journey_plan *plan, struct predict_trips *out, struct why *why);
/* Those of one customer alone, without a pass over the others. */
err predict_trips_of(const struct journey_plan *plan, uint32_t customer, struct predict_trips *out,
	struct why *why);
void predict_trips_done(struct predict_trips *trips);
struct predict_trip predict_trip_of(const struct predict_trips *trips, size_t i);

/* Brings a model that counted all journeys of one plan to those of another: of the same definition
 * and filter, over another view of the same threads.  One walk over both; counted anew is only
 * whoever's journeys differ, and looked at only whoever's rows do, where nothing but a customer's
 * own events says what his journeys are (no gap or window, which time alone may end, no crowds).
 * ERR_LIMIT, ERR_CANCELLED, ERR_TIMEOUT: see predict_add(). */
err predict_follow(struct predict_model *model, const struct journey_plan *before,
	const struct journey_plan *now, struct why *why);
