/* journey/predict_behind.c - see predict_behind.h */
#include "journey/predict_behind.h"

#include "journey/predict_trips_internal.h"

#include <stdlib.h>

/* Of one journey at a time; `times` of all of a part. */
struct scratch {
	struct predict_events events;
	uint64_t times;
};

static bool is_own(const struct predict_behind *b, const struct journey *j)
{
	return b->has_own && j->customer == b->own_customer && j->row[0] == b->own_row;
}

static bool stands_at(const struct predict_behind *b, const struct predict_trip *trip, size_t at)
{
	const struct predict_trip *asked = b->trip;
	size_t last = asked->count - 1;

	if (at + 1 < b->context.steps || (b->context.from_start && at + 1 != b->context.steps))
		return false;
	for (size_t k = 0; k < b->context.steps; k++)
		if (trip->step[at - k] != asked->step[last - k])
			return false;
	return !b->context.has_extra || trip->extra[b->extra][at] == asked->extra[b->extra][last];
}

static bool goes_on(const struct predict_behind *b, const struct predict_trip *trip, size_t at)
{
	bool is_last = at + 1 == trip->count;

	if (is_last && trip->outcome == JOURNEY_OPEN)
		return false;
	return b->any_next || (is_last ? PREDICT_END : trip->step[at + 1]) == b->next;
}

static err wants(
	const void *context, void *scratch, const struct journey *j, bool *out, struct why *why)
{
	const struct predict_behind *b = context;
	struct scratch *s = scratch;
	const uint32_t end = (uint32_t)j->count;
	const uint8_t outcome = (uint8_t)j->outcome;
	const struct journey_run run = { j->customer, 1, j->count, &end, &outcome, j->step, j->row,
		j->time, j->what, NULL, { .count = 0 } };
	uint64_t before = s->times;

	*out = false;
	if (is_own(b, j))
		return OK;
	s->events.count = s->events.place_count = 0;
	err e = predict_keep(&s->events, &run, why);
	if (e != OK)
		return e;
	struct predict_trip trip = predict_trip_in(&s->events, &s->events.places[0]);
	for (size_t at = 0; at < trip.count; at++)
		s->times += stands_at(b, &trip, at) && goes_on(b, &trip, at);
	*out = s->times > before;
	return OK;
}

err predict_behind_make(const struct journey_plan *plan, const struct predict_behind *behind,
	size_t most, struct journey_list *out, uint64_t *times, struct why *why)
{
	unsigned parts = journey_pass_parts(plan);
	uint32_t *channels = predict_channels(plan);
	struct scratch *scratch = memory_alloc(parts * sizeof(*scratch));
	void *pointers[JOURNEY_THREADS_MAX];

	for (unsigned i = 0; i < parts; i++) {
		scratch[i].events = (struct predict_events){ .plan = plan, .channel_of = channels };
		pointers[i] = &scratch[i];
	}
	const struct journey_choice choice = {
		.wants = wants, .context = behind, .scratch = pointers
	};
	err e = journey_list_make(plan, most, &choice, out, why);
	if (e == OK)
		*times = 0;
	for (unsigned i = 0; i < parts; i++) {
		if (e == OK)
			*times += scratch[i].times;
		predict_events_done(&scratch[i].events);
	}
	free(scratch);
	free(channels);
	return e;
}
