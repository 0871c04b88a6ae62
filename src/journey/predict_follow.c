/* journey/predict_follow.c - a model brought up to date: both moments walked side by side
 *
 * Numbers of customers need not mean the same people at both moments: what is counted are journeys,
 * and the sum of all that went and all that came is right whoever they are compared with.
 */
#include "journey/cut_internal.h"
#include "journey/predict_trips_internal.h"

#include <stdlib.h>
#include <string.h>

struct side {
	const struct journey_plan *plan;
	uint32_t *channels, end;
	struct thread_walker walker;
	struct cutter cutter;
	struct walked block[THREAD_WALK_BLOCK];
	size_t count, at; /* in the block */
	struct predict_events events; /* of one customer */
};

static err take(void *part, const struct journey_run *runs, size_t count, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = predict_keep(part, &runs[i], why);
	return e;
}

static void side_init(struct side *s, const struct journey_plan *plan, struct why *why)
{
	s->plan = plan;
	s->end = identity_customer_end(threads_view_identity(plan->view));
	s->channels = predict_channels(plan);
	s->events = (struct predict_events){ .plan = plan, .channel_of = s->channels };
	thread_walker_init(&s->walker, plan->walk);
	cutter_init(&s->cutter, plan, take, &s->events, why);
}

static void side_done(struct side *s)
{
	cutter_done(&s->cutter);
	thread_walker_done(&s->walker);
	predict_events_done(&s->events);
	free(s->channels);
}

static void side_walk(struct side *s, uint32_t from)
{
	uint32_t to = MIN_OF(from + THREAD_WALK_BLOCK, s->end);

	s->at = 0;
	s->count = from < to ? thread_walk_block(&s->walker, from, to, s->block) : 0;
}

/* The customer's journeys into `events`; none if there is no such customer. */
static err side_cut(struct side *s, uint32_t customer)
{
	s->events.count = s->events.place_count = 0;
	if (s->at == s->count || s->block[s->at].customer != customer)
		return OK;
	const struct walked *walked = &s->block[s->at++];
	return cutter_customer(&s->cutter, walked->customer, &walked->thread);
}

/* Do a customer's own events alone say what his journeys are? */
static bool stands_alone(const struct journey_plan *plan)
{
	return plan->gap == INT64_MAX && plan->window == INT64_MAX && plan->crowd_count == 0;
}

/* Rows never change: the same rows are the same events. */
static bool same_rows(const struct side *a, const struct side *b, uint32_t customer)
{
	if (a->at == a->count || b->at == b->count || a->block[a->at].customer != customer ||
		b->block[b->at].customer != customer)
		return false;
	const struct thread *x = &a->block[a->at].thread, *y = &b->block[b->at].thread;
	return x->count == y->count &&
	       (x->row == y->row || memcmp(x->row, y->row, x->count * sizeof(*x->row)) == 0);
}

static bool same_journeys(const struct predict_events *a, const struct predict_events *b)
{
	size_t bytes = a->count * sizeof(uint32_t);

	if (a->count != b->count || a->place_count != b->place_count)
		return false;
	for (size_t i = 0; i < a->place_count; i++)
		if (a->places[i].count != b->places[i].count ||
			a->places[i].outcome != b->places[i].outcome)
			return false;
	return bytes == 0 || (memcmp(a->step, b->step, bytes) == 0 &&
				     memcmp(a->channel, b->channel, bytes) == 0 &&
				     memcmp(a->pause, b->pause, bytes) == 0);
}

static err follow_one(struct predict_model *model, struct side *before, struct side *now,
	uint32_t customer, struct why *why)
{
	if (stands_alone(now->plan) && same_rows(before, now, customer)) {
		before->at++;
		now->at++;
		return OK;
	}
	err e = side_cut(before, customer);
	if (e == OK)
		e = side_cut(now, customer);
	if (e != OK || same_journeys(&before->events, &now->events))
		return e;
	for (size_t i = 0; i < before->events.place_count; i++) {
		struct predict_trip gone =
			predict_trip_in(&before->events, &before->events.places[i]);
		predict_remove(model, &gone);
	}
	for (size_t i = 0; e == OK && i < now->events.place_count; i++) {
		struct predict_trip come = predict_trip_in(&now->events, &now->events.places[i]);
		e = predict_add(model, &come, why);
	}
	return e;
}

static err follow_all(
	struct predict_model *model, struct side *before, struct side *now, struct why *why)
{
	uint32_t end = MAX_OF(before->end, now->end);
	err e = OK;

	for (uint32_t from = 0; e == OK && from < end; from += THREAD_WALK_BLOCK) {
		e = limits_check(now->plan->limits, why);
		side_walk(before, from);
		side_walk(now, from);
		for (uint32_t c = from; e == OK && c < MIN_OF(from + THREAD_WALK_BLOCK, end); c++)
			e = follow_one(model, before, now, c, why);
	}
	return e;
}

err predict_follow(struct predict_model *model, const struct journey_plan *before,
	const struct journey_plan *now, struct why *why)
{
	struct side *sides = memory_alloc(2 * sizeof(*sides));

	side_init(&sides[0], before, why);
	side_init(&sides[1], now, why);
	err e = follow_all(model, &sides[0], &sides[1], why);
	side_done(&sides[0]);
	side_done(&sides[1]);
	free(sides);
	return e;
}
