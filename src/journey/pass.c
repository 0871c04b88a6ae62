/* journey/pass.c - see pass.h: customers in small ranges, taken by whichever thread is free */
#include "journey/pass.h"

#include "journey/cut_internal.h"

#include <pthread.h>

/* ---- work on several threads */

struct team {
	struct journey_limits *limits;
	journey_work *work;
	void *context;
	size_t count;
	atomic_size_t next;
	atomic_bool failed;
	pthread_mutex_t first; /* protects the two below */
	err outcome;
	struct why *why;
};

static void note_failure(struct team *team, err e, const struct why *why)
{
	ASSERT(pthread_mutex_lock(&team->first) == 0);
	if (team->outcome == OK) {
		team->outcome = e;
		if (team->why != NULL)
			*team->why = *why;
	}
	ASSERT(pthread_mutex_unlock(&team->first) == 0);
	atomic_store(&team->failed, true);
}

static void *work_on(void *context)
{
	struct team *team = context;
	struct why why = { 0 };

	while (!atomic_load_explicit(&team->failed, memory_order_relaxed)) {
		size_t i = atomic_fetch_add_explicit(&team->next, 1, memory_order_relaxed);
		if (i >= team->count)
			break;
		err e = limits_check(team->limits, &why);
		if (e == OK)
			e = team->work(team->context, i, &why);
		if (e != OK)
			note_failure(team, e, &why);
	}
	return NULL;
}

static err lead(struct team *team, unsigned threads, struct why *why)
{
	pthread_t helpers[JOURNEY_THREADS_MAX];
	unsigned started = 0;

	team->why = why;
	ASSERT(pthread_mutex_init(&team->first, NULL) == 0);
	while (started + 1 < threads && /* fewer threads do the same work */
		pthread_create(&helpers[started], NULL, work_on, team) == 0)
		started++;
	work_on(team);
	for (unsigned i = 0; i < started; i++)
		ASSERT(pthread_join(helpers[i], NULL) == 0);
	ASSERT(pthread_mutex_destroy(&team->first) == 0);
	return team->outcome;
}

static unsigned threads_of(const struct journey_limits *limits)
{
	unsigned wanted = MAX_OF(limits->threads, 1U);

	return MIN_OF(wanted, (unsigned)JOURNEY_THREADS_MAX);
}

err journey_share_out(struct journey_limits *limits, journey_work *work, void *context,
	size_t count, struct why *why)
{
	struct team team = { .limits = limits, .work = work, .context = context, .count = count };

	return lead(
		&team, (unsigned)MIN_OF((size_t)threads_of(limits), MAX_OF(count, (size_t)1)), why);
}

/* ---- a pass: each piece of work is a part, that takes ranges of customers while there are any */

enum { RANGE_CUSTOMERS = 256 }; /* taken at once: small, for the longest thread to matter little */

struct passing {
	const struct journey_plan *plan;
	journey_take_runs *take;
	unsigned looks_at;
	void *const *parts;
	bool leaves_codes;
	atomic_uint next; /* customer */
	uint32_t end; /* the one behind the last */
};

static err take_range(
	struct cutter *cutter, struct thread_walker *walker, uint32_t from, uint32_t to)
{
	struct walked block[THREAD_WALK_BLOCK];
	err e = OK;

	for (uint32_t c = from; e == OK && c < to; c += THREAD_WALK_BLOCK) {
		size_t count =
			thread_walk_block(walker, c, MIN_OF(c + THREAD_WALK_BLOCK, to), block);
		e = cutter_block(cutter, block, count);
	}
	return e;
}

static err take_ranges(struct passing *p, struct cutter *cutter, struct why *why)
{
	const struct journey_plan *plan = p->plan;
	uint32_t end = p->end, from;
	struct thread_walker walker;
	err e = OK;

	thread_walker_init(&walker, plan->walk);
	walker.columns = cutter_columns(cutter);
	walker.leaves_tails = cutter_takes_tails(cutter);
	if (plan->crowd_count == 0) {
		walker.since = plan->since;
		walker.until = plan->until;
	}
	while (e == OK) {
		from = atomic_fetch_add_explicit(&p->next, RANGE_CUSTOMERS, memory_order_relaxed);
		if (from >= end)
			break;
		e = limits_check(plan->limits, why);
		if (e == OK)
			e = take_range(cutter, &walker, from,
				(uint32_t)MIN_OF((uint64_t)from + RANGE_CUSTOMERS, (uint64_t)end));
	}
	thread_walker_done(&walker);
	return e;
}

static err fill_part(void *context, size_t i, struct why *why)
{
	struct passing *p = context;
	struct cutter cutter;

	cutter_init(&cutter, p->plan, p->take, p->parts[i], why);
	cutter.leaves_codes = p->leaves_codes;
	cutter.looks_at = p->looks_at;
	err e = take_ranges(p, &cutter, why);
	cutter_done(&cutter);
	return e;
}

unsigned journey_pass_parts(const struct journey_plan *plan)
{
	if (plan->is_of_one)
		return 1;
	uint64_t least = plan->limits->events_a_thread;
	uint64_t worth =
		1 + threads_view_events(plan->view) / (least == 0 ? LIMITS_EVENTS_A_THREAD : least);

	return (unsigned)MIN_OF((uint64_t)threads_of(plan->limits), worth);
}

static err pass(struct passing p, unsigned count, struct why *why)
{
	struct team team = {
		.limits = p.plan->limits, .work = fill_part, .context = &p, .count = count
	};

	ASSERT(count >= 1 && count <= JOURNEY_THREADS_MAX);
	p.end = identity_customer_end(threads_view_identity(p.plan->view));
	if (p.plan->is_of_one) {
		p.next = p.plan->customer;
		p.end = MIN_OF(p.end, p.plan->customer + 1);
	}
	return lead(&team, count, why);
}

err journey_pass_runs(const struct journey_plan *plan, journey_take_runs *take, unsigned looks_at,
	void *const *parts, unsigned count, struct why *why)
{
	return pass((struct passing){ .plan = plan,
			    .take = take,
			    .looks_at = looks_at,
			    .parts = parts,
			    .leaves_codes = true },
		count, why);
}

/* ---- one journey at a time */

struct single {
	journey_take *take;
	void *part;
};

err journey_run_each(const struct journey_run *run, journey_take *take, void *part, struct why *why)
{
	err e = OK;

	for (size_t k = 0, from = 0; e == OK && k < run->journeys; from = run->end[k++]) {
		const struct journey journey = { run->customer,
			(enum journey_outcome)run->outcome[k], run->end[k] - from, run->step + from,
			run->row + from, run->time + from,
			run->what == NULL ? NULL : run->what + from };
		e = take(part, &journey, why);
	}
	return e;
}

static err take_singles(
	void *context, const struct journey_run *runs, size_t count, struct why *why)
{
	const struct single *single = context;
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = journey_run_each(&runs[i], single->take, single->part, why);
	return e;
}

err journey_pass(const struct journey_plan *plan, journey_take *take, void *const *parts,
	unsigned count, struct why *why)
{
	struct single singles[JOURNEY_THREADS_MAX];
	void *pointers[JOURNEY_THREADS_MAX];

	ASSERT(count <= JOURNEY_THREADS_MAX);
	for (unsigned i = 0; i < count; i++) {
		singles[i] = (struct single){ take, parts[i] };
		pointers[i] = &singles[i];
	}
	return pass((struct passing){ .plan = plan,
			    .take = take_singles,
			    .looks_at = RUN_ALL,
			    .parts = pointers },
		count, why);
}
