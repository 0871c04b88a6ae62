/* journey/predict_trips_internal.h - events side by side, as predict_trips.c and predict_follow.c
 * gather them. */
#pragma once

#include "journey/predict_trips.h"

struct predict_events {
	const struct journey_plan *plan;
	const uint32_t *channel_of; /* of each what */
	uint32_t *step, *channel, *pause;
	size_t count, room;
	struct predict_place *places;
	size_t place_count, place_room;
	uint32_t part;
};

uint32_t *predict_channels(const struct journey_plan *plan); /* on the heap, by what */
err predict_keep(struct predict_events *events, const struct journey_run *run, struct why *why);
void predict_events_done(struct predict_events *events); /* gives its bytes back */
struct predict_trip predict_trip_in(
	const struct predict_events *events, const struct predict_place *place);
