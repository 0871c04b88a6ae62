/* journey/cut_block.c - the customers of a block of the walk cut into journeys, and given on
 *
 * Where every event is a step by its name alone and nothing but time cuts, no event is copied or
 * looked up here: the threads themselves are the runs, and a block of them is given on at once.
 * All others go the long way of cut.c, one by one.
 */
#include "journey/cut_internal.h"

#include <string.h>

static bool is_short(const struct cutter *c)
{
	const struct journey_plan *plan = c->plan;

	return c->leaves_codes && plan->sees_all && plan->cuts_gaps && !plan->filters_journeys;
}

unsigned cutter_columns(const struct cutter *c)
{
	const struct journey_plan *plan = c->plan;
	unsigned columns = c->looks_at & WALK_ALL;

	if (!is_short(c) || plan->crowd_count > 0)
		return WALK_ALL;
	return plan->is_whole_thread ? columns : columns | WALK_TIME;
}

/* Crowds ask of whole threads. */
bool cutter_takes_tails(const struct cutter *c)
{
	return (c->looks_at & RUN_TAILS) != 0 && is_short(c) && c->plan->is_whole_thread &&
	       c->plan->crowd_count == 0;
}

/* ---- where nothing but time cuts: no branch that depends on an event */

static inline size_t is_gap(const int64_t *time, size_t i, int64_t gap)
{
	return (uint64_t)time[i] - (uint64_t)time[i - 1] > (uint64_t)gap;
}

static size_t gap_ends(uint32_t *end, const int64_t *time, size_t count, int64_t gap)
{
	size_t n = 0;

	for (size_t i = 1; i < count; i++) {
		end[n] = (uint32_t)i;
		n += is_gap(time, i, gap);
	}
	return n;
}

/* The same, if nobody asks where: four at a time. */
static size_t count_gaps(const int64_t *time, size_t count, int64_t gap)
{
	size_t n = 0, i = 1;

	for (; i + 4 <= count; i += 4)
		n += is_gap(time, i, gap) + is_gap(time, i + 1, gap) + is_gap(time, i + 2, gap) +
		     is_gap(time, i + 3, gap);
	for (; i < count; i++)
		n += is_gap(time, i, gap);
	return n;
}

size_t cutter_ends(struct cutter *c, size_t at, const int64_t *time, size_t count)
{
	const struct journey_plan *plan = c->plan;
	uint32_t *end = c->end + at;
	int64_t first = time[0];
	size_t n = 0;

	if (plan->window == INT64_MAX) {
		n = gap_ends(end, time, count, plan->gap);
		first = time[count - 1]; /* the window asks no more */
	} else {
		for (size_t i = 1; i < count; i++)
			if (cutter_is_past(time[i - 1], time[i], plan->gap) ||
				cutter_is_past(first, time[i], plan->window)) {
				end[n++] = (uint32_t)i;
				first = time[i];
			}
	}
	memset(c->outcome + at, JOURNEY_ENDED, n);
	bool is_over = cutter_is_past(time[count - 1], plan->as_of, plan->gap) ||
		       cutter_is_past(first, plan->as_of, plan->window);
	c->outcome[at + n] = is_over ? JOURNEY_ENDED : JOURNEY_OPEN;
	end[n++] = (uint32_t)count;
	return n;
}

/* ---- the short way: two passes over the block, for its room is known after the first */

static void make_runs(struct cutter *c)
{
	static const uint8_t open = JOURNEY_OPEN;

	c->runs = memory_alloc(THREAD_WALK_BLOCK * sizeof(*c->runs));
	for (size_t i = 0; i < THREAD_WALK_BLOCK; i++) {
		c->runs[i].of_what = c->plan->plain_steps;
		c->runs[i].journeys = 1; /* of whole threads */
		c->runs[i].outcome = &open;
	}
}

static void find_runs(struct cutter *c, const struct walked *block, size_t count)
{
	const struct journey_plan *plan = c->plan;

	c->run_count = c->run_events = 0;
	for (size_t i = 0; i < count; i++) {
		const struct thread *thread = &block[i].thread; /* copied, it would cost more */
		struct thread trimmed;
		if (thread->count == 0 ||
			(plan->crowd_count > 0 && !cutter_wants(plan, block[i].customer, thread)))
			continue;
		if (cutter_trims(plan)) {
			trimmed = cutter_trimmed(plan, thread);
			thread = &trimmed;
		}
		if (thread->count == 0)
			continue;
		struct journey_run *run = &c->runs[c->run_count++];
		run->customer = block[i].customer;
		run->events = thread->count;
		run->row = thread->row;
		run->time = thread->time;
		run->what = thread->what;
		run->tail = block[i].tail;
		c->run_events += thread->count;
	}
}

static void cut_whole(struct cutter *c)
{
	for (size_t i = 0; i < c->run_count; i++) {
		c->end[i] = (uint32_t)c->runs[i].events;
		c->runs[i].end = &c->end[i];
	}
}

static void cut_by_times(struct cutter *c)
{
	const struct journey_plan *plan = c->plan;
	bool counts = (c->looks_at & RUN_ENDS) == 0 && plan->window == INT64_MAX;
	size_t at = 0;

	for (size_t i = 0; i < c->run_count; i++) {
		struct journey_run *run = &c->runs[i];
		run->end = c->end + at;
		run->outcome = c->outcome + at;
		run->journeys = counts ? count_gaps(run->time, run->events, plan->gap) + 1
				       : cutter_ends(c, at, run->time, run->events);
		at += counts ? 0 : run->journeys;
	}
}

err cutter_block(struct cutter *c, const struct walked *block, size_t count)
{
	err e = OK;

	if (!is_short(c)) {
		for (size_t i = 0; e == OK && i < count; i++)
			e = cutter_customer(c, block[i].customer, &block[i].thread);
		return e;
	}
	if (c->runs == NULL)
		make_runs(c);
	find_runs(c, block, count);
	if (c->run_count == 0)
		return OK;
	e = cutter_room(c, c->run_events);
	if (e != OK)
		return e;
	if (c->plan->is_whole_thread)
		cut_whole(c);
	else
		cut_by_times(c);
	return c->take(c->part, c->runs, c->run_count, c->why);
}
