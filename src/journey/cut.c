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

void cutter_init(struct cutter *cutter, const struct journey_plan *plan, journey_take *take,
	void *part, struct why *why)
{
	*cutter = (struct cutter){ .plan = plan, .take = take, .part = part, .why = why };
}

void cutter_done(struct cutter *cutter)
{
	free(cutter->step);
	free(cutter->row);
	free(cutter->group);
	free(cutter->time);
	limits_give(cutter->plan->limits, cutter->room * 20);
}

static err make_room(struct cutter *c, size_t count)
{
	size_t room = count * 2;

	if (count <= c->room)
		return OK;
	err e = limits_take(c->plan->limits, (room - c->room) * 20, c->why);
	if (e != OK)
		return e;
	c->step = memory_resize(c->step, room * sizeof(*c->step));
	c->row = memory_resize(c->row, room * sizeof(*c->row));
	c->group = memory_resize(c->group, room * sizeof(*c->group));
	c->time = memory_resize(c->time, room * sizeof(*c->time));
	c->room = room;
	return OK;
}

/* ---- which customers */

static bool has_event(const struct crowd *crowd, const struct thread *thread, int64_t as_of)
{
	for (size_t i = 0; i < thread->count && thread->time[i] <= as_of; i++)
		if (routes_follow(&crowd->events, thread->what[i], thread->row[i]) != 0)
			return true;
	return false;
}

static bool is_wanted(
	const struct journey_plan *plan, uint32_t customer, const struct thread *thread)
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

static bool is_seen(const struct journey_plan *plan, const struct thread *thread, size_t i)
{
	return thread->time[i] >= plan->since && thread->time[i] < plan->until &&
	       (plan->only.of_what == NULL ||
		       routes_follow(&plan->only, thread->what[i], thread->row[i]) != 0);
}

static size_t find_steps(struct cutter *c, const struct thread *thread)
{
	const struct journey_plan *plan = c->plan;
	size_t n = 0;

	for (size_t i = 0; i < thread->count; i++) {
		if (!is_seen(plan, thread, i))
			continue;
		c->step[n] = routes_follow(&plan->steps, thread->what[i], thread->row[i]);
		c->time[n] = thread->time[i];
		c->row[n] = thread->row[i];
		n += c->step[n] != STEP_NONE;
	}
	return n;
}

/* ---- what becomes of a whole journey */

static bool has_edge(const struct journey_plan *plan, const struct journey *journey)
{
	for (size_t i = 1; i < journey->count; i++)
		if ((plan->edge_from == STEP_NONE || journey->step[i - 1] == plan->edge_from) &&
			(plan->edge_to == STEP_NONE || journey->step[i] == plan->edge_to))
			return true;
	return plan->edge_from == STEP_NONE && plan->edge_to == STEP_NONE;
}

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
		!has_edge(plan, journey) || !is_the_way(plan, journey))
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

static err give(struct cutter *c, struct journey *journey)
{
	if (c->plan->filters_journeys &&
		(!is_kept(c->plan, journey) || !take_part(c->plan, journey) ||
			!plan_places_hold(c->plan, journey)))
		return OK;
	return c->take(c->part, journey, c->why);
}

/* ---- the automaton */

/* One run of seen events, in order: a customer's, or those of one value of the attribute. */
struct cutting {
	struct cutter *cutter;
	uint32_t customer;
	uint32_t *step, *row;
	int64_t *time;
	bool is_open;
	size_t from, to; /* of the open journey, in the columns; repeats are taken out in place */
	int64_t first, last; /* its times; `last` also of a repeat that was taken out */
};

static err close_journey(struct cutting *k, enum journey_outcome outcome)
{
	struct journey journey = { k->customer, outcome, k->to - k->from, k->step + k->from,
		k->row + k->from, k->time + k->from, NULL };

	k->is_open = false;
	return give(k->cutter, &journey);
}

/* Differences of times are taken without sign: they may be longer than an int64 can tell. */
static bool is_past(int64_t from, int64_t to, int64_t span)
{
	return span != INT64_MAX && (uint64_t)to - (uint64_t)from > (uint64_t)span;
}

static bool is_over(const struct cutting *k, int64_t time)
{
	const struct journey_plan *plan = k->cutter->plan;

	return is_past(k->last, time, plan->gap) || is_past(k->first, time, plan->window);
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

static err cut_event(struct cutting *k, size_t i)
{
	const struct journey_plan *plan = k->cutter->plan;
	uint8_t flags = plan->flags[k->step[i]];
	err e = OK;

	if (k->is_open &&
		(is_over(k, k->time[i]) || (plan->definition->restarts && (flags & STEP_STARTS))))
		e = close_journey(k, JOURNEY_ENDED);
	if (e != OK || (!k->is_open && plan->has_starts && !(flags & STEP_STARTS)))
		return e;
	join(k, i);
	if (flags & STEP_SUCCEEDS)
		return close_journey(k, JOURNEY_SUCCESS);
	return flags & STEP_FAILS ? close_journey(k, JOURNEY_FAILURE) : OK;
}

static err cut_run(struct cutter *c, uint32_t customer, size_t from, size_t count)
{
	struct cutting k = { .cutter = c,
		.customer = customer,
		.step = c->step + from,
		.row = c->row + from,
		.time = c->time + from };
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = cut_event(&k, i);
	if (e != OK || !k.is_open)
		return e;
	return close_journey(&k, is_over(&k, c->plan->as_of) ? JOURNEY_ENDED : JOURNEY_OPEN);
}

/* ---- by attribute: the events in the order of their values, and for each value in time order */

struct place {
	uint32_t group, first, at; /* first: where the group's first event stands */
};

static int by_group(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_first(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Numbers of groups are chance; journeys come in the order of their first events. */
static void sort_places(struct place *places, size_t count)
{
	qsort(places, count, sizeof(*places), by_group);
	for (size_t i = 0; i < count; i++) {
		bool goes_on = i > 0 && places[i].group == places[i - 1].group;
		places[i].first = goes_on ? places[i - 1].first : places[i].at;
	}
	qsort(places, count, sizeof(*places), by_first);
}

static void reorder(struct cutter *c, const struct place *places, size_t count)
{
	uint32_t *step = memory_alloc((count + 1) * sizeof(*step));
	uint32_t *row = memory_alloc((count + 1) * sizeof(*row));
	int64_t *time = memory_alloc((count + 1) * sizeof(*time));

	for (size_t i = 0; i < count; i++) {
		step[i] = c->step[places[i].at];
		row[i] = c->row[places[i].at];
		time[i] = c->time[places[i].at];
		c->group[i] = places[i].group;
	}
	memcpy(c->step, step, count * sizeof(*step));
	memcpy(c->row, row, count * sizeof(*row));
	memcpy(c->time, time, count * sizeof(*time));
	free(step);
	free(row);
	free(time);
}

/* Events without the attribute are in no journey. */
static size_t group_events(struct cutter *c, size_t count)
{
	struct place *places = memory_alloc((count + 1) * sizeof(*places));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t group = c->plan->groups[c->row[i]];
		if (group != 0)
			places[kept++] = (struct place){ .group = group, .at = (uint32_t)i };
	}
	sort_places(places, kept);
	reorder(c, places, kept);
	free(places);
	return kept;
}

static err cut_groups(struct cutter *c, uint32_t customer, size_t count)
{
	err e = OK;

	count = group_events(c, count);
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
	struct journey journey = { customer, JOURNEY_OPEN, thread->count, c->step, thread->row,
		thread->time, thread->what };

	for (size_t i = 0; i < thread->count; i++)
		c->step[i] = c->plan->steps.of_what[thread->what[i]].target;
	return give(c, &journey);
}

err cutter_customer(struct cutter *c, uint32_t customer, const struct thread *thread)
{
	const struct journey_plan *plan = c->plan;

	if (thread->count == 0 || (plan->crowd_count > 0 && !is_wanted(plan, customer, thread)))
		return OK;
	err e = make_room(c, thread->count);
	if (e != OK)
		return e;
	if (plan->sees_all && plan->is_whole_thread)
		return cut_plain(c, customer, thread);
	size_t count = find_steps(c, thread);
	if (count == 0)
		return OK;
	if (plan->groups != NULL)
		return cut_groups(c, customer, count);
	if (!plan->is_whole_thread)
		return cut_run(c, customer, 0, count);
	struct journey whole = { customer, JOURNEY_OPEN, count, c->step, c->row, c->time, NULL };
	return give(c, &whole);
}
