/* journey/funnel.c - see funnel.h */
#include "journey/funnel.h"

#include "journey/quantile.h"

#include <stdlib.h>
#include <string.h>

/* ---- one journey.  Most have no first step, and are done with one look at each event.  Else, for
 * each position from the first attempt on, where each step of the funnel next stands behind it,
 * and, in the last column, the next excluded step: made from the end to the beginning. */

#define NOWHERE UINT32_MAX

static err make_room(
	struct funnel_match *m, struct journey_limits *limits, size_t cells, struct why *why)
{
	if (cells <= m->room)
		return OK;
	err e = limits_take(limits, (2 * cells - m->room) * sizeof(*m->next), why);
	if (e != OK)
		return e;
	m->room = 2 * cells;
	m->next = memory_resize(m->next, m->room * sizeof(*m->next));
	return OK;
}

static size_t first_attempt(const struct funnel_question *q, const struct journey *j)
{
	size_t i = 0;

	while (i < j->count && j->step[i] != q->steps[0])
		i++;
	return i;
}

static void find_next(struct funnel_match *m, const struct funnel_question *q,
	const struct journey *j, size_t first)
{
	size_t columns = q->step_count + 1;
	uint32_t *last = m->next + (j->count - 1) * columns;

	memset(last, 0xff, columns * sizeof(*last));
	for (size_t i = j->count - 1; i-- > first;) {
		uint32_t *row = m->next + i * columns;
		for (size_t k = 0; k < columns; k++)
			row[k] = row[columns + k];
		for (size_t k = 0; k < q->step_count; k++)
			if (j->step[i + 1] == q->steps[k])
				row[k] = (uint32_t)i + 1;
		if (q->excluded != NULL && q->excluded[j->step[i + 1]])
			row[q->step_count] = (uint32_t)i + 1;
	}
}

static size_t attempt(const struct funnel_match *m, const struct funnel_question *q,
	const struct journey *j, size_t from, size_t at[static FUNNEL_STEPS_MAX])
{
	size_t columns = q->step_count + 1, reached = 1;

	at[0] = from;
	for (; reached < q->step_count; reached++) {
		size_t here = at[reached - 1];
		uint32_t next = m->next[here * columns + reached];
		if (next == NOWHERE || (q->is_strict && next != here + 1) ||
			m->next[here * columns + q->step_count] < next)
			break;
		if (q->window != INT64_MAX &&
			(uint64_t)j->time[next] - (uint64_t)j->time[from] > (uint64_t)q->window)
			break;
		at[reached] = next;
	}
	return reached;
}

err funnel_match(struct funnel_match *m, struct journey_limits *limits,
	const struct funnel_question *q, const struct journey *j, struct why *why)
{
	size_t at[FUNNEL_STEPS_MAX], first = first_attempt(q, j);

	m->reached = 0;
	if (first == j->count)
		return OK;
	err e = make_room(m, limits, j->count * (q->step_count + 1), why);
	if (e != OK)
		return e;
	find_next(m, q, j, first);
	for (size_t i = first; i < j->count && m->reached < q->step_count; i++) {
		if (j->step[i] != q->steps[0])
			continue;
		size_t reached = attempt(m, q, j, i, at);
		if (reached <= m->reached)
			continue;
		m->reached = reached;
		memcpy(m->at, at, reached * sizeof(*at));
	}
	return OK;
}

/* ---- a part */

struct times {
	uint64_t *ticks;
	size_t count, room;
};

struct part {
	const struct journey_plan *plan;
	const struct funnel_question *question;
	struct funnel_match match;
	uint64_t customers, journeys;
	uint32_t last_customer; /* + 1 */
	uint64_t step_journeys[FUNNEL_STEPS_MAX], step_customers[FUNNEL_STEPS_MAX];
	uint32_t step_customer[FUNNEL_STEPS_MAX];
	struct times times[FUNNEL_STEPS_MAX]; /* [0]: of the whole */
};

static err keep_time(struct part *p, struct times *times, uint64_t ticks, struct why *why)
{
	void *items = times->ticks;
	err e = limits_room(journey_plan_limits(p->plan), &items, &times->room, times->count,
		sizeof(*times->ticks), why);

	times->ticks = items;
	if (e == OK)
		times->ticks[times->count++] = ticks;
	return e;
}

static uint64_t between(const struct journey *j, size_t from, size_t to)
{
	return (uint64_t)j->time[to] - (uint64_t)j->time[from];
}

static err take(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;
	struct funnel_match *m = &p->match;
	err e = funnel_match(m, journey_plan_limits(p->plan), p->question, j, why);

	p->journeys++;
	p->customers += p->last_customer != j->customer + 1;
	p->last_customer = j->customer + 1;
	for (size_t k = 0; e == OK && k < m->reached; k++) {
		p->step_journeys[k]++;
		p->step_customers[k] += p->step_customer[k] != j->customer + 1;
		p->step_customer[k] = j->customer + 1;
		if (k > 0)
			e = keep_time(p, &p->times[k], between(j, m->at[k - 1], m->at[k]), why);
	}
	if (e == OK && m->reached == p->question->step_count)
		e = keep_time(p, &p->times[0], between(j, m->at[0], m->at[m->reached - 1]), why);
	return e;
}

/* ---- parts together */

static double seconds_of(double ticks)
{
	return ticks / (TICKS_PER_MS * 1000.0);
}

static struct map_times summed_up(uint64_t *ticks, size_t count)
{
	unsigned __int128 sum = 0;

	if (count == 0)
		return (struct map_times){ .mean_s = 0 };
	for (size_t i = 0; i < count; i++)
		sum += ticks[i];
	uint64_t median = select_value(ticks, count, quantile_position(count, 1, 2));
	uint64_t p90 = select_value(ticks, count, quantile_position(count, 9, 10));
	return (struct map_times){ .mean_s = seconds_of((double)sum / (double)count),
		.median_s = seconds_of((double)median),
		.p90_s = seconds_of((double)p90) };
}

static err join_times(const struct journey_plan *plan, struct part *parts, unsigned count, size_t k,
	struct map_times *out, struct why *why)
{
	size_t total = 0, at = 0;

	for (unsigned i = 0; i < count; i++)
		total += parts[i].times[k].count;
	err e = limits_take(journey_plan_limits(plan), total * sizeof(uint64_t), why);
	if (e != OK)
		return e;
	uint64_t *ticks = memory_alloc((total + 1) * sizeof(*ticks));
	for (unsigned i = 0; i < count; i++) {
		struct times *t = &parts[i].times[k];
		if (t->count > 0)
			memcpy(ticks + at, t->ticks, t->count * sizeof(*ticks));
		at += t->count;
	}
	*out = summed_up(ticks, total);
	free(ticks);
	limits_give(journey_plan_limits(plan), total * sizeof(uint64_t));
	return OK;
}

static err join(const struct journey_plan *plan, struct part *parts, unsigned count,
	size_t step_count, struct funnel *out, struct why *why)
{
	err e = join_times(plan, parts, count, 0, &out->whole, why);

	for (unsigned i = 0; i < count; i++) {
		out->customers += parts[i].customers;
		out->journeys += parts[i].journeys;
		for (size_t k = 0; k < step_count; k++) {
			out->steps[k].journeys += parts[i].step_journeys[k];
			out->steps[k].customers += parts[i].step_customers[k];
		}
	}
	for (size_t k = 1; e == OK && k < step_count; k++)
		e = join_times(plan, parts, count, k, &out->steps[k].times, why);
	return e;
}

static void part_done(struct part *p)
{
	struct journey_limits *limits = journey_plan_limits(p->plan);

	limits_give(limits, p->match.room * sizeof(*p->match.next));
	free(p->match.next);
	for (size_t k = 0; k < FUNNEL_STEPS_MAX; k++) {
		limits_give(limits, p->times[k].room * sizeof(uint64_t));
		free(p->times[k].ticks);
	}
}

err funnel_make(const struct journey_plan *plan, const struct funnel_question *question,
	struct funnel *out, struct why *why)
{
	unsigned count = journey_pass_parts(plan);
	struct part *parts = memory_alloc(count * sizeof(*parts));
	void *pointers[JOURNEY_THREADS_MAX];
	struct funnel made = { .journeys = 0 };

	ASSERT(question->step_count >= 1 && question->step_count <= FUNNEL_STEPS_MAX);
	for (unsigned i = 0; i < count; i++) {
		parts[i] = (struct part){ .plan = plan, .question = question };
		pointers[i] = &parts[i];
	}
	err e = journey_pass(plan, take, pointers, count, why);
	if (e == OK)
		e = join(plan, parts, count, question->step_count, &made, why);
	for (unsigned i = 0; i < count; i++)
		part_done(&parts[i]);
	free(parts);
	if (e == OK)
		*out = made;
	return e;
}
