/* journey/trials_quick.c - the trials of one friction that two events side by side tell (NEXT,
 * INSTEAD, WAIT), in one reading of a customer's events; see trials.h
 *
 * Where nothing but time cuts journeys and names alone make steps, a customer's events come as they
 * lie, whole and in the order of time, with codes for steps (pass.h).  So what an event is to the
 * friction and what it costs is looked up by its code, and what costs follow within the horizon is
 * the difference of two sums, whose ends only move on; they are made of customers of whom something
 * follows.
 */
#include "journey/plan_internal.h"
#include "journey/trials_internal.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { IS_AT = 1, IS_TO = 2 };

/* What a code of (channel, activity) costs. */
struct price {
	int64_t cost;
	uint32_t channel;
};

/* When a channel was last used, and by whom: so nobody has to clear it for the next customer. */
struct last_use {
	int64_t time;
	uint32_t customer; /* + 1 */
};

struct trials_quick {
	uint8_t *is_of_what; /* at, to: bits; NULL: nothing is made yet */
	struct price *price_of_what;
	struct last_use *last; /* of each channel; NULL: each event costs what its step does */
	int64_t *sum; /* of the costs before each event of the customer at hand, and of all */
	size_t sum_room, bytes;
	/* Trials earlier than that: their costs are known, their window has passed. */
	int64_t known_before, elapsed_before;
};

/* A customer's events as they are read. */
struct reading {
	const struct trials_part *part;
	struct trials_quick *quick;
	const struct friction *friction;
	const struct journey_run *run;
	size_t count; /* events */
	bool has_sums;
	size_t behind, within; /* the first event later than the trial; and than its horizon */
};

/* How trials come out, in two halves: where the next one goes (there is room), how many have a
 * cost, and the sum of it. */
struct found {
	struct trial *next[2];
	uint64_t n[2];
	int64_t x[2];
	uint64_t journeys; /* that suffer it */
};

/* ---- one part's */

static bool is_quick(const struct friction *f)
{
	return f->kind == FRICTION_NEXT || f->kind == FRICTION_INSTEAD || f->kind == FRICTION_WAIT;
}

/* Which step a code stands for is told with the first run. */
struct trials_quick *trials_quick_create(const struct trials_part *p)
{
	if (p->count != 1 || !is_quick(p->of[0].friction))
		return NULL;
	return memory_alloc(sizeof(struct trials_quick));
}

void trials_quick_done(const struct trials_part *p)
{
	if (p->quick == NULL)
		return;
	limits_give(journey_plan_limits(p->plan), p->quick->bytes);
	free(p->quick->is_of_what);
	free(p->quick->price_of_what);
	free(p->quick->last);
	free(p->quick->sum);
	free(p->quick);
}

/* A time is earlier than this if more than `span` has passed since. */
static int64_t before_as_of(const struct trials_part *p, int64_t span)
{
	int64_t as_of = journey_plan_as_of(p->plan);

	return as_of < INT64_MIN + span ? INT64_MIN : as_of - span;
}

static err begin(struct trials_part *p, const uint32_t *step_of_what, struct why *why)
{
	size_t whats = threads_view_what_count(journey_plan_view(p->plan));
	const struct friction *f = p->of[0].friction;
	const struct costs *costs = p->track.costs;
	struct trials_quick *q = p->quick;
	size_t bytes = whats * (sizeof(*q->is_of_what) + sizeof(*q->price_of_what)) +
		       costs->channel_count * sizeof(*q->last);
	err e = limits_take(journey_plan_limits(p->plan), bytes, why);

	if (e != OK)
		return e;
	q->bytes += bytes;
	q->known_before = before_as_of(p, costs->horizon);
	q->elapsed_before = before_as_of(p, f->within);
	q->is_of_what = memory_alloc(whats + 1);
	q->price_of_what = memory_alloc((whats + 1) * sizeof(*q->price_of_what));
	if (costs->of_step == NULL)
		q->last = memory_alloc((costs->channel_count + 1) * sizeof(*q->last));
	for (size_t w = 0; w < whats; w++) {
		uint32_t step = step_of_what[w];
		struct price *price = &q->price_of_what[w];
		if (step == STEP_NONE)
			continue; /* no event of it is seen */
		q->is_of_what[w] = (uint8_t)((f->at[step] ? IS_AT : 0) | (f->to[step] ? IS_TO : 0));
		price->cost = costs->of_step != NULL ? costs->of_step[step] : costs->of_what[w];
		price->channel = costs->of_step != NULL ? 0 : costs->channel_of_what[w];
	}
	return OK;
}

static err sums_room(struct trials_part *p, size_t events, struct why *why)
{
	struct trials_quick *q = p->quick;
	size_t room = (events + 1) * 2, more = (room - q->sum_room) * sizeof(*q->sum);
	err e = limits_take(journey_plan_limits(p->plan), more, why);

	if (e != OK)
		return e;
	q->bytes += more;
	q->sum = memory_resize(q->sum, room * sizeof(*q->sum));
	q->sum_room = room;
	return OK;
}

/* ---- costs */

/* 0 where the contact that the event belongs to is paid for already: as cost_of_event(). */
static int64_t cost_of(const struct reading *r, size_t i)
{
	const struct price *price = &r->quick->price_of_what[r->run->what[i]];

	if (r->quick->last == NULL)
		return price->cost;
	struct last_use *last = &r->quick->last[price->channel];
	int64_t time = r->run->time[i];
	bool goes_on =
		last->customer == r->run->customer + 1 && time - last->time <= CONTACT_SILENCE;
	*last = (struct last_use){ time, r->run->customer + 1 };
	return goes_on ? 0 : price->cost;
}

static void sum_costs(struct reading *r)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->count; i++) {
		r->quick->sum[i] = sum;
		sum += cost_of(r, i);
	}
	r->quick->sum[r->count] = sum;
	r->has_sums = true;
}

/* Of what follows from event `behind` on, up to a time. */
static int64_t cost_within(struct reading *r, size_t behind, int64_t end)
{
	size_t within = MAX_OF(r->within, behind);

	while (within < r->count && r->run->time[within] <= end)
		within++;
	r->within = within;
	if (within == behind)
		return 0;
	if (!r->has_sums)
		sum_costs(r);
	return r->quick->sum[within] - r->quick->sum[behind];
}

/* As cost_track_after(), of times that never go back. */
static inline int64_t cost_after(struct reading *r, const int64_t *times, int64_t time)
{
	const int64_t horizon = r->part->track.costs->horizon;
	int64_t end = time > INT64_MAX - horizon ? INT64_MAX : time + horizon;
	size_t count = r->count, behind = r->behind;

	while (behind < count && times[behind] <= time)
		behind++;
	r->behind = behind;
	if (behind == count || times[behind] > end)
		return 0;
	return cost_within(r, behind, end);
}

/* ---- trials, as trials_find.c has them */

static bool is_within(const struct reading *r, size_t from, size_t to)
{
	return r->friction->within == INT64_MAX ||
	       (uint64_t)r->run->time[to] - (uint64_t)r->run->time[from] <=
		       (uint64_t)r->friction->within;
}

/* False: event i, which is `is`, is no trial.  Is it followed, in its journey, by one of `to`? */
static inline bool is_trial(
	const struct reading *r, size_t i, unsigned is, bool is_followed, bool *suffered)
{
	if (r->friction->kind == FRICTION_INSTEAD) {
		*suffered = (is & IS_TO) != 0;
		return is != 0;
	}
	if (r->friction->kind == FRICTION_WAIT) {
		*suffered = is_followed && !is_within(r, i, i + 1);
		return (is & IS_AT) != 0 && is_followed;
	}
	*suffered = is_followed && is_within(r, i, i + 1);
	return (is & IS_AT) != 0 &&
	       (r->friction->within == INT64_MAX || r->run->time[i] < r->quick->elapsed_before);
}

/* What is read again and again is held here, for what is written may be anywhere. */
static void find(struct reading *r, struct found *out)
{
	const uint8_t *is_of_what = r->quick->is_of_what;
	const uint32_t *what = r->run->what, *row = r->run->row;
	const int64_t *times = r->run->time, known_before = r->quick->known_before;
	const uint32_t customer = r->run->customer;
	struct found found = *out;

	for (size_t k = 0, i = 0; k < r->run->journeys; k++) {
		size_t end = r->run->end[k];
		bool journey_suffers = false, suffered;
		for (unsigned is = i < end ? is_of_what[what[i]] : 0, next; i < end;
			i++, is = next) {
			next = i + 1 < end ? is_of_what[what[i + 1]] : 0;
			if (is == 0 || !is_trial(r, i, is, (next & IS_TO) != 0, &suffered))
				continue;
			int64_t time = times[i], cost = COST_NONE;
			if (time < known_before) {
				cost = cost_after(r, times, time);
				found.n[suffered]++;
				found.x[suffered] += cost;
			}
			*found.next[suffered]++ = (struct trial){
				.customer = customer, .row = row[i], .time = time, .cost = cost
			};
			journey_suffers |= suffered;
		}
		found.journeys += journey_suffers;
	}
	*out = found;
}

/* ---- a customer */

/* Each of his events may be a trial of either list. */
static err make_room(struct trials_part *p, size_t events, struct why *why)
{
	struct kept *kept = p->of[0].kept;
	err e = events < p->quick->sum_room ? OK : sums_room(p, events, why);

	for (unsigned k = 0; e == OK && k < 2; k++)
		if (kept[k].room - kept[k].count < events)
			e = trials_room(p->plan, &kept[k], events, why);
	return e;
}

static inline bool has_room(const struct trials_part *p, size_t events)
{
	const struct kept *kept = p->of[0].kept;

	return events < p->quick->sum_room && kept[0].room - kept[0].count >= events &&
	       kept[1].room - kept[1].count >= events;
}

static void take(struct trials_part *p, const struct journey_run *run, size_t events)
{
	struct gathering *g = &p->of[0];
	struct kept *one = &g->kept[SUFFERED], *two = &g->kept[OTHERS];
	struct reading r = {
		.part = p, .quick = p->quick, .friction = g->friction, .run = run, .count = events
	};
	struct found found = {
		.next = { [OTHERS] = two->items + two->count, [SUFFERED] = one->items + one->count }
	};

	find(&r, &found);
	size_t suffered = (size_t)(found.next[SUFFERED] - one->items) - one->count;
	size_t others = (size_t)(found.next[OTHERS] - two->items) - two->count;
	if (suffered + others == 0)
		return;
	one->count += suffered;
	two->count += others;
	g->journeys_suffered += found.journeys;
	g->customers++;
	g->customers_suffered += suffered > 0;
	moments_add(
		&g->cost, found.n[SUFFERED], found.x[SUFFERED], found.n[OTHERS], found.x[OTHERS]);
}

err trials_quick_take(struct trials_part *p, const struct journey_run *run, struct why *why)
{
	size_t events = run->end[run->journeys - 1];
	err e = p->quick->is_of_what == NULL ? begin(p, run->of_what, why) : OK;

	if (e == OK && !has_room(p, events))
		e = make_room(p, events, why);
	if (e == OK)
		take(p, run, events);
	return e;
}

/* ---- threads as they lie */

enum { CUSTOMERS_AT_ONCE = 4096 };

bool trials_are_of_threads(const struct journey_plan *plan)
{
	return plan->is_whole_thread && plan->sees_all && plan->sees_ever &&
	       plan->plain_steps != NULL && !plan->filters_journeys && plan->crowd_count == 0 &&
	       plan->groups == NULL;
}

struct walking {
	struct trials_part *parts;
	uint32_t customers;
	atomic_uint next;
};

static err take_thread(
	struct trials_part *p, uint32_t customer, const struct thread *thread, struct why *why)
{
	uint32_t end = (uint32_t)thread->count;
	uint8_t outcome = JOURNEY_OPEN;
	const struct journey_run run = { .customer = customer,
		.journeys = 1,
		.events = thread->count,
		.end = &end,
		.outcome = &outcome,
		.row = thread->row,
		.time = thread->time,
		.what = thread->what,
		.of_what = p->plan->plain_steps };

	return thread->count == 0 ? OK : trials_quick_take(p, &run, why);
}

static err take_customers(struct trials_part *p, struct thread_walker *walker, uint32_t from,
	uint32_t to, struct why *why)
{
	struct walked block[THREAD_WALK_BLOCK];
	err e = limits_check(p->plan->limits, why);

	for (; e == OK && from < to; from += THREAD_WALK_BLOCK) {
		size_t count = thread_walk_block(
			walker, from, MIN_OF(from + THREAD_WALK_BLOCK, to), block);
		for (size_t i = 0; e == OK && i < count; i++)
			e = take_thread(p, block[i].customer, &block[i].thread, why);
	}
	return e;
}

static err walk_part(void *context, size_t i, struct why *why)
{
	struct walking *w = context;
	struct trials_part *p = &w->parts[i];
	struct thread_walker walker;
	err e = OK;

	thread_walker_init(&walker, p->plan->walk);
	while (e == OK) {
		uint64_t from = atomic_fetch_add_explicit(
			&w->next, CUSTOMERS_AT_ONCE, memory_order_relaxed);
		if (from >= w->customers)
			break;
		e = take_customers(p, &walker, (uint32_t)from,
			(uint32_t)MIN_OF(from + CUSTOMERS_AT_ONCE, (uint64_t)w->customers), why);
	}
	thread_walker_done(&walker);
	return e;
}

err trials_of_threads(struct trials_part *parts, unsigned count, struct why *why)
{
	const struct journey_plan *plan = parts[0].plan;
	struct walking w = { .parts = parts,
		.customers = identity_customer_end(threads_view_identity(plan->view)) };

	return journey_share_out(plan->limits, walk_part, &w, count, why);
}
