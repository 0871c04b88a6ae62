/* journey/predict_trips.c - see predict_trips.h */
#include "journey/predict_trips.h"

#include "journey/cut_internal.h"
#include "journey/predict_trips_internal.h"

#include <stdlib.h>

/* Pauses in doublings of a second: what came at once, within 1, 2, 4 ... s. */
static uint32_t pause_of(int64_t from, int64_t to)
{
	uint64_t seconds = ((uint64_t)to - (uint64_t)from) / ((uint64_t)TICKS_PER_MS * 1000);

	return seconds == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(seconds);
}

uint32_t *predict_channels(const struct journey_plan *plan)
{
	const struct threads_view *view = journey_plan_view(plan);
	size_t whats = threads_view_what_count(view);
	uint32_t *channels = memory_alloc((whats + 1) * sizeof(*channels));

	for (uint32_t w = 0; w < whats; w++)
		channels[w] = threads_view_what(view, w).channel;
	return channels;
}

/* ---- keeping */

static err make_room(struct predict_events *e, size_t more, struct why *why)
{
	size_t room = MAX_OF(e->room * 2, e->count + more + 1024);

	if (e->count + more <= e->room)
		return OK;
	err failed = limits_take(
		journey_plan_limits(e->plan), (room - e->room) * 3 * sizeof(uint32_t), why);
	if (failed != OK)
		return failed;
	e->step = memory_resize(e->step, room * sizeof(*e->step));
	e->channel = memory_resize(e->channel, room * sizeof(*e->channel));
	e->pause = memory_resize(e->pause, room * sizeof(*e->pause));
	e->room = room;
	return OK;
}

static err keep_one(struct predict_events *e, const struct journey_run *run, size_t from, size_t k,
	struct why *why)
{
	const struct threads_view *view = journey_plan_view(e->plan);
	size_t end = run->end[k];
	void *places = e->places;
	err failed = limits_room(journey_plan_limits(e->plan), &places, &e->place_room,
		e->place_count, sizeof(*e->places), why);

	e->places = places;
	if (failed != OK)
		return failed;
	e->places[e->place_count++] = (struct predict_place){ .first = run->time[from],
		.last = run->time[end - 1],
		.first_row = run->row[from],
		.customer = run->customer,
		.part = e->part,
		.outcome = (enum journey_outcome)run->outcome[k],
		.at = e->count,
		.count = end - from };
	for (size_t i = from; i < end; i++, e->count++) {
		e->step[e->count] = journey_run_step(run, i);
		e->channel[e->count] = e->channel_of[threads_view_row(view, run->row[i]).what];
		e->pause[e->count] = i == from ? 0 : 1 + pause_of(run->time[i - 1], run->time[i]);
	}
	return OK;
}

err predict_keep(struct predict_events *events, const struct journey_run *run, struct why *why)
{
	err e = make_room(events, run->events, why);

	for (size_t k = 0, from = 0; e == OK && k < run->journeys; from = run->end[k++])
		e = keep_one(events, run, from, k, why);
	return e;
}

void predict_events_done(struct predict_events *e)
{
	limits_give(journey_plan_limits(e->plan),
		e->room * 3 * sizeof(uint32_t) + e->place_room * sizeof(*e->places));
	free(e->step);
	free(e->channel);
	free(e->pause);
	free(e->places);
}

struct predict_trip predict_trip_in(
	const struct predict_events *e, const struct predict_place *place)
{
	return (struct predict_trip){ .step = e->step + place->at,
		.extra = { [PREDICT_CHANNEL] = e->channel + place->at,
			[PREDICT_PAUSE] = e->pause + place->at },
		.count = place->count,
		.outcome = place->outcome };
}

/* ---- all of a plan */

static err take(void *part, const struct journey_run *runs, size_t count, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = predict_keep(part, &runs[i], why);
	return e;
}

static int by_first(const void *a, const void *b)
{
	const struct predict_place *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->first_row > y->first_row) - (x->first_row < y->first_row);
}

static err put_together(struct predict_trips *t, struct why *why)
{
	for (unsigned i = 0; i < t->part_count; i++) {
		t->count += t->parts[i].place_count;
		t->events += t->parts[i].count;
	}
	err e = limits_take(journey_plan_limits(t->plan), t->count * sizeof(*t->places), why);
	if (e != OK)
		return e;
	t->bytes = t->count * sizeof(*t->places);
	t->places = memory_alloc(t->bytes + sizeof(*t->places));
	for (size_t i = 0, at = 0; i < t->part_count; i++)
		for (size_t k = 0; k < t->parts[i].place_count; k++)
			t->places[at++] = t->parts[i].places[k];
	qsort(t->places, t->count, sizeof(*t->places), by_first);
	return OK;
}

/* After the events were kept, which came to `e`. */
static err finish(struct predict_trips *t, uint32_t *channels, err e, struct predict_trips *out,
	struct why *why)
{
	if (e == OK)
		e = put_together(t, why);
	free(channels);
	if (e == OK)
		*out = *t;
	else
		predict_trips_done(t);
	return e;
}

err predict_trips_make(const struct journey_plan *plan, struct predict_trips *out, struct why *why)
{
	struct predict_trips t = { .plan = plan, .part_count = journey_pass_parts(plan) };
	void *pointers[JOURNEY_THREADS_MAX];
	uint32_t *channels = predict_channels(plan);

	t.parts = memory_alloc(t.part_count * sizeof(*t.parts));
	for (unsigned i = 0; i < t.part_count; i++) {
		t.parts[i] =
			(struct predict_events){ .plan = plan, .channel_of = channels, .part = i };
		pointers[i] = &t.parts[i];
	}
	err e = journey_pass_runs(plan, take, RUN_ALL, pointers, t.part_count, why);
	return finish(&t, channels, e, out, why);
}

static err keep_customer(struct predict_events *events, uint32_t customer, struct why *why)
{
	const struct journey_plan *plan = events->plan;
	struct walked walked[THREAD_WALK_BLOCK];
	struct thread_walker walker;
	struct cutter cutter;
	err e = OK;

	thread_walker_init(&walker, plan->walk);
	cutter_init(&cutter, plan, take, events, why);
	if (thread_walk_block(&walker, customer, customer + 1, walked) > 0)
		e = cutter_customer(&cutter, customer, &walked[0].thread);
	cutter_done(&cutter);
	thread_walker_done(&walker);
	return e;
}

err predict_trips_of(const struct journey_plan *plan, uint32_t customer, struct predict_trips *out,
	struct why *why)
{
	struct predict_trips t = { .plan = plan, .part_count = 1 };
	uint32_t *channels = predict_channels(plan);

	t.parts = memory_alloc(sizeof(*t.parts));
	t.parts[0] = (struct predict_events){ .plan = plan, .channel_of = channels };
	err e = keep_customer(&t.parts[0], customer, why);
	return finish(&t, channels, e, out, why);
}

void predict_trips_done(struct predict_trips *t)
{
	for (unsigned i = 0; i < t->part_count; i++)
		predict_events_done(&t->parts[i]);
	limits_give(journey_plan_limits(t->plan), t->bytes);
	free(t->parts);
	free(t->places);
}

struct predict_trip predict_trip_of(const struct predict_trips *trips, size_t i)
{
	const struct predict_place *place = &trips->places[i];

	return predict_trip_in(&trips->parts[place->part], place);
}
