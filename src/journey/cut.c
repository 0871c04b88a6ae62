/* journey/cut.c - a customer's thread cut into journeys
 *
 *   closed --start step (any, without starts)--> open --goal, failure--> closed
 *                                                 |
 *                                                 +--gap, window passed, start again--> closed,
 *                                                    and the event is looked at anew
 *
 * Events that meet a closed automaton and begin nothing are in no journey.
 */
#include "journey/cut_internal.h"

#include <stdlib.h>
#include <string.h>

enum { EVENT_BYTES = 29 }; /* of the room for one event */

void cutter_init(struct cutter *cutter, const struct journey_plan *plan, journey_take_runs *take,
	void *part, struct why *why)
{
	*cutter = (struct cutter){
		.plan = plan, .take = take, .part = part, .why = why, .looks_at = RUN_ALL
	};
}

void cutter_done(struct cutter *cutter)
{
	free(cutter->step);
	free(cutter->row);
	free(cutter->what);
	free(cutter->group);
	free(cutter->time);
	free(cutter->end);
	free(cutter->outcome);
	free(cutter->runs);
	limits_give(cutter->plan->limits, cutter->room * EVENT_BYTES);
}

err cutter_room(struct cutter *c, size_t count)
{
	size_t room = count * 2;

	if (count <= c->room)
		return OK;
	err e = limits_take(c->plan->limits, (room - c->room) * EVENT_BYTES, c->why);
	if (e != OK)
		return e;
	c->step = memory_resize(c->step, room * sizeof(*c->step));
	c->row = memory_resize(c->row, room * sizeof(*c->row));
	c->what = memory_resize(c->what, room * sizeof(*c->what));
	c->group = memory_resize(c->group, room * sizeof(*c->group));
	c->time = memory_resize(c->time, room * sizeof(*c->time));
	c->end = memory_resize(c->end, room * sizeof(*c->end));
	c->outcome = memory_resize(c->outcome, room * sizeof(*c->outcome));
	c->room = room;
	return OK;
}

/* ---- which customers */

static bool has_events(const struct crowd *crowd, const struct thread *thread, int64_t as_of)
{
	uint64_t count = 0;

	for (size_t i = thread->count; i-- > 0 && thread->time[i] > crowd->after;) {
		if (thread->time[i] > as_of)
			continue;
		count += crowd->plain != NULL ? crowd->plain[thread->what[i]]
					      : routes_follow(&crowd->events, thread->what[i],
							thread->row[i]) != 0;
		if (count >= crowd->at_least)
			return true;
	}
	return false;
}

static bool has_event(const struct crowd *crowd, const struct thread *thread, int64_t as_of)
{
	if (crowd->after != INT64_MIN || crowd->at_least > 1)
		return has_events(crowd, thread, as_of);
	if (crowd->plain != NULL) {
		for (size_t i = 0; i < thread->count; i++)
			if (crowd->plain[thread->what[i]])
				return thread->time[i] <= as_of;
		return false;
	}
	for (size_t i = 0; i < thread->count && thread->time[i] <= as_of; i++)
		if (routes_follow(&crowd->events, thread->what[i], thread->row[i]) != 0)
			return true;
	return false;
}

bool cutter_wants(const struct journey_plan *plan, uint32_t customer, const struct thread *thread)
{
	for (size_t i = 0; i < plan->crowd_count; i++) {
		const struct crowd *crowd = &plan->crowds[i];
		bool is_in = (crowd->known != NULL && where_bit(crowd->known, customer)) ||
			     has_event(crowd, thread, plan->as_of);
		if (is_in != crowd->is_wanted)
			return false;
	}
	return true;
}

/* ---- which events, as steps */

struct thread cutter_trimmed(const struct journey_plan *plan, const struct thread *thread)
{
	size_t from = 0, to = thread->count;

	while (from < to && thread->time[from] < plan->since)
		from++;
	while (to > from && thread->time[to - 1] >= plan->until)
		to--;
	return (struct thread){ thread->time + from, thread->what + from, thread->row + from,
		to - from };
}

static uint32_t step_of(const struct journey_plan *plan, const struct thread *thread, size_t i)
{
	if (plan->plain_steps != NULL)
		return plan->plain_steps[thread->what[i]];
	if (plan->seen != NULL && !plan->seen[thread->what[i]])
		return STEP_NONE;
	return routes_follow(&plan->steps, thread->what[i], thread->row[i]);
}

static size_t find_steps(struct cutter *c, const struct thread *thread)
{
	const struct journey_plan *plan = c->plan;
	bool any = plan->only.of_what == NULL;
	size_t n = 0;

	for (size_t i = 0; i < thread->count; i++) {
		if (!any && routes_follow(&plan->only, thread->what[i], thread->row[i]) == 0)
			continue;
		c->step[n] = step_of(plan, thread, i);
		c->time[n] = thread->time[i];
		c->row[n] = thread->row[i];
		c->what[n] = thread->what[i];
		n += c->step[n] != STEP_NONE;
	}
	return n;
}

/* ---- what becomes of a whole journey */

static bool is_the_way(const struct journey_plan *plan, const struct journey *journey)
{
	return plan->way == NULL || (journey->count == plan->way_length &&
					    memcmp(journey->step, plan->way,
						    plan->way_length * sizeof(*plan->way)) == 0);
}

static bool is_step(uint32_t wanted, uint32_t step)
{
	return wanted == STEP_NONE || wanted == step;
}

static bool is_kept(const struct journey_plan *plan, const struct journey *journey)
{
	uint64_t passed = 0;

	if (!is_step(plan->first_step, journey->step[0]) ||
		!is_step(plan->last_step, journey->step[journey->count - 1]) ||
		(plan->outcomes != 0 && (plan->outcomes >> journey->outcome & 1) == 0) ||
		!plan_edge_holds(plan->edge, journey) || !is_the_way(plan, journey))
		return false;
	for (size_t i = 0; i < journey->count; i++) {
		if (plan->flags[journey->step[i]] & STEP_NEVER)
			return false;
		passed |= plan->passed[journey->step[i]];
	}
	return passed == plan->passed_all;
}

/* The place of the first `step` from `at` on; journey->count if there is none. */
static size_t find_step(const struct journey *journey, size_t at, uint32_t step)
{
	while (at < journey->count && journey->step[at] != step)
		at++;
	return at;
}

/* False: it lacks one of the two. */
static bool take_part(const struct journey_plan *plan, struct journey *journey)
{
	size_t from = 0, to = journey->count - 1;

	if (plan->from_step != STEP_NONE)
		from = find_step(journey, 0, plan->from_step);
	if (plan->to_step != STEP_NONE)
		to = find_step(journey, plan->from_step == STEP_NONE ? 0 : from + 1, plan->to_step);
	if (from >= journey->count || to >= journey->count)
		return false;
	journey->step += from;
	journey->row += from;
	journey->time += from;
	if (journey->what != NULL)
		journey->what += from;
	journey->count = to + 1 - from;
	return true;
}

static err give_one(struct cutter *c, const struct journey_run *run, size_t k, size_t from)
{
	struct journey one = { run->customer, (enum journey_outcome)run->outcome[k],
		run->end[k] - from, run->step + from, run->row + from, run->time + from,
		run->what == NULL ? NULL : run->what + from };
	uint32_t end;

	if (!is_kept(c->plan, &one) || !take_part(c->plan, &one) ||
		!plan_places_hold(c->plan, &one))
		return OK;
	end = (uint32_t)one.count;
	const struct journey_run kept = { run->customer, 1, end, &end, &run->outcome[k], one.step,
		one.row, one.time, one.what, NULL, { .count = 0 } };
	return c->take(c->part, &kept, 1, c->why);
}

static err give(struct cutter *c, const struct journey_run *run)
{
	err e = OK;

	if (run->journeys == 0)
		return OK;
	if (!c->plan->filters_journeys)
		return c->take(c->part, run, 1, c->why);
	for (size_t k = 0, from = 0; e == OK && k < run->journeys; from = run->end[k++])
		e = give_one(c, run, k, from);
	return e;
}

/* ---- the automaton */

/* One run of seen events, in order: a customer's, or those of one value of the attribute. */
struct cutting {
	struct cutter *cutter;
	uint32_t *step, *row;
	int64_t *time;
	bool is_open;
	size_t closed; /* journeys: their ends and outcomes are in the cutter */
	size_t from, to; /* of the open journey, in the columns; repeats are taken out in place */
	int64_t first, last; /* its times; `last` also of a repeat that was taken out */
};

static void close_journey(struct cutting *k, enum journey_outcome outcome)
{
	k->is_open = false;
	k->cutter->end[k->closed] = (uint32_t)k->to;
	k->cutter->outcome[k->closed++] = (uint8_t)outcome;
}

static bool is_over(const struct cutting *k, int64_t time)
{
	const struct journey_plan *plan = k->cutter->plan;

	return cutter_is_past(k->last, time, plan->gap) ||
	       cutter_is_past(k->first, time, plan->window);
}

static void put(struct cutting *k, size_t at, size_t i)
{
	k->step[at] = k->step[i];
	k->time[at] = k->time[i];
	k->row[at] = k->row[i];
}

/* The i-th event joins the open journey, or begins one behind the last. */
static void join(struct cutting *k, size_t i)
{
	bool merges = k->cutter->plan->definition->merges_repeats;

	if (!k->is_open) {
		k->is_open = true;
		k->from = k->to;
		k->first = k->time[i];
	}
	k->last = k->time[i];
	if (merges && k->to > k->from && k->step[k->to - 1] == k->step[i])
		return;
	put(k, k->to++, i);
}

static void cut_event(struct cutting *k, size_t i)
{
	const struct journey_plan *plan = k->cutter->plan;
	uint8_t flags = plan->flags[k->step[i]];

	if (k->is_open &&
		(is_over(k, k->time[i]) || (plan->definition->restarts && (flags & STEP_STARTS))))
		close_journey(k, JOURNEY_ENDED);
	if (!k->is_open && plan->has_starts && !(flags & STEP_STARTS))
		return;
	join(k, i);
	if (flags & STEP_SUCCEEDS)
		close_journey(k, JOURNEY_SUCCESS);
	else if (flags & STEP_FAILS)
		close_journey(k, JOURNEY_FAILURE);
}

static err cut_run(struct cutter *c, uint32_t customer, size_t from, size_t count)
{
	struct cutting k = {
		.cutter = c, .step = c->step + from, .row = c->row + from, .time = c->time + from
	};

	for (size_t i = 0; i < count; i++)
		cut_event(&k, i);
	if (k.is_open)
		close_journey(&k, is_over(&k, c->plan->as_of) ? JOURNEY_ENDED : JOURNEY_OPEN);
	const struct journey_run run = { customer, k.closed, k.to, c->end, c->outcome, k.step,
		k.row, k.time, NULL, NULL, { .count = 0 } };
	return give(c, &run);
}

/* ---- where nothing but time cuts: no automaton */

/* All in one, or by gaps and windows; of the thread's own columns where every event is a step. */
static err cut_by_time(
	struct cutter *c, uint32_t customer, const struct thread *columns, const uint32_t *step)
{
	struct journey_run run = { customer, 1, columns->count, c->end, c->outcome, step,
		columns->row, columns->time, columns->what, c->plan->plain_steps, { .count = 0 } };

	if (c->plan->is_whole_thread) {
		c->end[0] = (uint32_t)columns->count;
		c->outcome[0] = JOURNEY_OPEN;
	} else {
		run.journeys = cutter_ends(c, 0, columns->time, columns->count);
	}
	return give(c, &run);
}

/* ---- by attribute: a run of each of its values */

static err cut_groups(struct cutter *c, uint32_t customer, size_t count)
{
	err e = OK;

	count = cutter_group_events(c, count);
	for (size_t from = 0, to; e == OK && from < count; from = to) {
		to = from + 1;
		while (to < count && c->group[to] == c->group[from])
			to++;
		e = cut_run(c, customer, from, to - from);
	}
	return e;
}

/* ---- the whole */

static err cut_plain(struct cutter *c, uint32_t customer, const struct thread *thread)
{
	const uint32_t *of_what = c->plan->plain_steps;

	for (size_t i = 0; i < thread->count; i++)
		c->step[i] = of_what[thread->what[i]];
	return cut_by_time(c, customer, thread, c->step);
}

err cutter_customer(struct cutter *c, uint32_t customer, const struct thread *whole)
{
	const struct journey_plan *plan = c->plan;

	if (whole->count == 0 || (plan->crowd_count > 0 && !cutter_wants(plan, customer, whole)))
		return OK;
	struct thread thread = cutter_trims(plan) ? cutter_trimmed(plan, whole) : *whole;
	if (thread.count == 0)
		return OK;
	err e = cutter_room(c, thread.count);
	if (e != OK)
		return e;
	if (plan->sees_all && plan->cuts_gaps)
		return cut_plain(c, customer, &thread);
	size_t count = find_steps(c, &thread);
	if (count == 0)
		return OK;
	if (plan->groups != NULL)
		return cut_groups(c, customer, count);
	if (!plan->cuts_gaps)
		return cut_run(c, customer, 0, count);
	thread = (struct thread){ c->time, c->what, c->row, count };
	return cut_by_time(c, customer, &thread, c->step);
}
