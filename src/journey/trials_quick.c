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

/* What a code of (channel, activity) means. */
struct meaning {
	int64_t cost;
	uint32_t channel;
	uint8_t is; /* at, to: bits */
};

/* When a channel was last used, and by whom: so nobody has to clear it for the next customer. */
struct last_use {
	int64_t time;
	uint32_t customer; /* + 1 */
};

struct trials_quick {
	struct meaning *of_what;
	struct last_use *last; /* of each channel; NULL: each event costs what its step does */
	int64_t *sum; /* of the costs before each event of the customer at hand, and of all */
	uint8_t *is; /* of each event of his: at, to */
	size_t room, bytes;
	/* Trials earlier than that: their costs are known, their window has passed. */
	int64_t known_before, elapsed_before;
};

struct reading {
	struct trials_part *part;
	struct trials_quick *quick;
	const struct journey_run *run;
	const struct friction *friction;
	int64_t horizon;
	size_t count; /* events */
	bool has_sums;
	size_t behind, within; /* the first event later than the trial; and than its horizon */
	uint64_t n[2]; /* trials with a cost, by how they came out */
	int64_t x[2]; /* and the sum of it */
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
	free(p->quick->of_what);
	free(p->quick->last);
	free(p->quick->sum);
	free(p->quick->is);
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
	size_t bytes = whats * sizeof(*q->of_what) + costs->channel_count * sizeof(*q->last);
	err e = limits_take(journey_plan_limits(p->plan), bytes, why);

	if (e != OK)
		return e;
	q->bytes += bytes;
	q->known_before = before_as_of(p, costs->horizon);
	q->elapsed_before = before_as_of(p, f->within);
	q->of_what = memory_alloc((whats + 1) * sizeof(*q->of_what));
	if (costs->of_step == NULL)
		q->last = memory_alloc((costs->channel_count + 1) * sizeof(*q->last));
	for (size_t w = 0; w < whats; w++) {
		uint32_t step = step_of_what[w];
		struct meaning *m = &q->of_what[w];
		if (step == STEP_NONE)
			continue; /* no event of it is seen */
		m->is = (uint8_t)((f->at[step] ? IS_AT : 0) | (f->to[step] ? IS_TO : 0));
		m->cost = costs->of_step != NULL ? costs->of_step[step] : costs->of_what[w];
		m->channel = costs->of_step != NULL ? 0 : costs->channel_of_what[w];
	}
	return OK;
}

static err events_room(const struct reading *r, struct why *why)
{
	struct trials_quick *q = r->quick;
	size_t room = (r->count + 1) * 2;
	size_t more = (room - q->room) * (sizeof(*q->sum) + sizeof(*q->is));

	err e = limits_take(journey_plan_limits(r->part->plan), more, why);
	if (e != OK)
		return e;
	q->bytes += more;
	q->sum = memory_resize(q->sum, room * sizeof(*q->sum));
	q->is = memory_resize(q->is, room * sizeof(*q->is));
	q->room = room;
	return OK;
}

/* ---- costs */

/* 0 where the contact that the event belongs to is paid for already: as cost_of_event(). */
static int64_t cost_of(const struct reading *r, size_t i)
{
	const struct meaning *m = &r->quick->of_what[r->run->what[i]];

	if (r->quick->last == NULL)
		return m->cost;
	struct last_use *last = &r->quick->last[m->channel];
	int64_t time = r->run->time[i];
	bool goes_on =
		last->customer == r->run->customer + 1 && time - last->time <= CONTACT_SILENCE;
	*last = (struct last_use){ time, r->run->customer + 1 };
	return goes_on ? 0 : m->cost;
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

/* As cost_track_after(), of times that never go back. */
static int64_t cost_after(struct reading *r, int64_t time)
{
	const int64_t *times = r->run->time, horizon = r->horizon;
	int64_t end = time > INT64_MAX - horizon ? INT64_MAX : time + horizon;
	size_t count = r->count, behind = r->behind, within;

	while (behind < count && times[behind] <= time)
		behind++;
	within = MAX_OF(r->within, behind);
	while (within < count && times[within] <= end)
		within++;
	r->behind = behind;
	r->within = within;
	if (within == behind)
		return 0;
	if (!r->has_sums)
		sum_costs(r);
	return r->quick->sum[within] - r->quick->sum[behind];
}

/* ---- trials, as trials_find.c has them */

static unsigned what_is(const struct reading *r, size_t i)
{
	return r->quick->is[i];
}

static bool is_within(const struct reading *r, size_t from, size_t to)
{
	return r->friction->within == INT64_MAX ||
	       (uint64_t)r->run->time[to] - (uint64_t)r->run->time[from] <=
		       (uint64_t)r->friction->within;
}

/* False: event i, of a journey that ends before event `end`, is no trial. */
static bool is_trial(const struct reading *r, size_t i, size_t end, bool *suffered)
{
	unsigned is = what_is(r, i);
	bool is_followed = i + 1 < end && (what_is(r, i + 1) & IS_TO) != 0;

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

static void keep(struct reading *r, size_t i, bool suffered)
{
	struct kept *kept = &r->part->of[0].kept[suffered ? SUFFERED : OTHERS];
	struct trial trial = { .customer = r->run->customer,
		.row = r->run->row[i],
		.time = r->run->time[i],
		.cost = COST_NONE };

	if (trial.time < r->quick->known_before) {
		trial.cost = cost_after(r, trial.time);
		r->n[suffered]++;
		r->x[suffered] += trial.cost;
	}
	kept->items[kept->count++] = trial;
}

/* ---- a customer */

/* What his events are; is any of them something? */
static bool look_up(const struct reading *r)
{
	const struct meaning *of_what = r->quick->of_what;
	const uint32_t *what = r->run->what;
	uint8_t *restrict is = r->quick->is, any = 0;
	size_t count = r->count;

	for (size_t i = 0; i < count; i++) {
		is[i] = of_what[what[i]].is;
		any |= is[i];
	}
	return any != 0;
}

static void find(struct reading *r)
{
	struct gathering *g = &r->part->of[0];

	for (size_t k = 0, i = 0; k < r->run->journeys; k++) {
		bool journey_suffers = false, suffered;
		for (; i < r->run->end[k]; i++)
			if (is_trial(r, i, r->run->end[k], &suffered)) {
				keep(r, i, suffered);
				journey_suffers |= suffered;
			}
		g->journeys_suffered += journey_suffers;
	}
}

err trials_quick_take(struct trials_part *p, const struct journey_run *run, struct why *why)
{
	struct reading r = { .part = p,
		.quick = p->quick,
		.run = run,
		.friction = p->of[0].friction,
		.horizon = p->track.costs->horizon,
		.count = run->end[run->journeys - 1] };
	struct gathering *g = &p->of[0];
	struct kept *one = &g->kept[SUFFERED], *two = &g->kept[OTHERS];
	size_t before_one = one->count, before_two = two->count;
	err e = p->quick->of_what == NULL ? begin(p, run->of_what, why) : OK;

	if (e == OK && r.count >= p->quick->room)
		e = events_room(&r, why);
	if (e != OK || !look_up(&r))
		return e;
	if (one->room - one->count < r.count)
		e = trials_room(p->plan, one, r.count, why);
	if (e == OK && two->room - two->count < r.count)
		e = trials_room(p->plan, two, r.count, why);
	if (e != OK)
		return e;
	find(&r);
	if (one->count == before_one && two->count == before_two)
		return OK;
	g->customers++;
	g->customers_suffered += one->count > before_one;
	moments_add(&g->cost, r.n[SUFFERED], r.x[SUFFERED], r.n[OTHERS], r.x[OTHERS]);
	return OK;
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
