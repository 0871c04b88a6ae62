/* journey/frictions_screen.c - one pass that weighs every candidate; see frictions.h */
#include "journey/frictions_internal.h"
#include "journey/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- sums of one part */

enum place { NEXT, LEAK, AGAIN, LEAVE, PLACES }; /* kinds with a trial at each passage of a step */

struct part {
	const struct journey_plan *plan;
	const struct frictions_question *question;
	const struct step_kinds *kinds;
	const int64_t *slow; /* of each edge: slower than nine of ten; INT64_MAX: not told */
	size_t steps;
	struct cost_track track;
	uint32_t customer; /* + 1 */
	struct cost_sum *edge, *any_time, *slow_edge; /* steps x steps; edge: within the horizon */
	uint64_t *with,
		*events; /* of each step: who has it; steps x steps: their events of another */
	uint32_t *has; /* of the customer at hand: events of each step */
	uint32_t *had; /* which of them */
	size_t had_count;
	struct cost_sum *all, *suffered; /* PLACES x steps */
	struct cost_sum *of_step;
	/* the customer at hand: what is weighed once his costs are known */
	struct passage {
		int64_t time;
		uint32_t step, next; /* STEP_NONE: none */
		uint8_t leak, again; /* 0 no, 1 yes, 2 not known */
		bool soon, slow, leaves, is_last; /* is_last: of a journey that may go on */
	} * passages;
	size_t count, room;
};

static err note(struct part *p, const struct passage *passage, struct why *why)
{
	void *items = p->passages;
	err e = limits_room(journey_plan_limits(p->plan), &items, &p->room, p->count,
		sizeof(*p->passages), why);

	p->passages = items;
	if (e == OK)
		p->passages[p->count++] = *passage;
	return e;
}

static uint64_t span(const struct journey *j, size_t from, size_t to)
{
	return (uint64_t)j->time[to] - (uint64_t)j->time[from];
}

/* Does one of the steps wanted come within the window, before the next passage? as find_later() */
static uint8_t comes_later(const struct part *p, const struct journey *j, size_t i, bool again)
{
	int64_t window = again ? p->question->again : p->question->leak;
	int64_t as_of = journey_plan_as_of(p->plan);
	size_t k = i + 1;

	if (as_of <= j->time[i] || (uint64_t)as_of - (uint64_t)j->time[i] <= (uint64_t)window)
		return 2;
	for (; k < j->count && span(j, i, k) <= (uint64_t)window; k++) {
		if (j->step[k] == j->step[i] && again &&
			span(j, i, k) < (uint64_t)p->question->visit)
			return 2;
		if (j->step[k] == j->step[i])
			return again;
		if (!again && p->kinds->is_contact[j->step[k]])
			return 1;
	}
	return 0;
}

static void note_step(struct part *p, uint32_t step)
{
	if (p->has[step]++ == 0)
		p->had[p->had_count++] = step;
}

/* How often those who have one step have the others: their usual rate. */
static void note_habits(struct part *p)
{
	for (size_t i = 0; i < p->had_count; i++) {
		p->with[p->had[i]]++;
		for (size_t k = 0; k < p->had_count; k++)
			p->events[p->had[i] * p->steps + p->had[k]] += p->has[p->had[k]];
	}
	for (size_t i = 0; i < p->had_count; i++)
		p->has[p->had[i]] = 0;
	p->had_count = 0;
}

static err note_journey(struct part *p, const struct journey *j, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < j->count; i++) {
		bool last = i + 1 == j->count, open = j->outcome == JOURNEY_OPEN;
		note_step(p, j->step[i]);
		struct passage passage = { .time = j->time[i],
			.step = j->step[i],
			.next = !last ? j->step[i + 1] : STEP_NONE,
			.is_last = last && open,
			.again = comes_later(p, j, i, true),
			.leak = comes_later(p, j, i, false),
			.leaves = last && j->outcome != JOURNEY_SUCCESS };
		if (!last)
			passage.soon = span(j, i, i + 1) <= (uint64_t)p->track.costs->horizon;
		if (!last)
			passage.slow = span(j, i, i + 1) >
				       (uint64_t)p->slow[j->step[i] * p->steps + j->step[i + 1]];
		e = note(p, &passage, why);
	}
	return e;
}

static void add_cost(struct cost_sum *sum, int64_t cost)
{
	sum->n++;
	sum->x += cost;
	sum->xx += (wide_int)cost * cost;
}

static void add_place(
	struct part *p, enum place place, const struct passage *g, bool suffered, int64_t cost)
{
	size_t at = (size_t)place * p->steps + g->step;

	add_cost(&p->all[at], cost);
	if (suffered)
		add_cost(&p->suffered[at], cost);
}

static void weigh(struct part *p, const struct passage *g)
{
	int64_t as_of = journey_plan_as_of(p->plan), cost;

	if (as_of <= g->time ||
		(uint64_t)as_of - (uint64_t)g->time <= (uint64_t)p->track.costs->horizon)
		return;
	cost = cost_track_after(&p->track, g->time);
	add_cost(&p->of_step[g->step], cost);
	add_place(p, NEXT, g, false, cost);
	if (!g->is_last)
		add_place(p, LEAVE, g, g->leaves, cost);
	if (g->next < p->steps) {
		size_t edge = g->step * p->steps + g->next;
		add_cost(&p->any_time[edge], cost);
		if (g->soon)
			add_cost(&p->edge[edge], cost);
		if (g->slow)
			add_cost(&p->slow_edge[edge], cost);
	}
	if (g->leak != 2)
		add_place(p, LEAK, g, g->leak == 1, cost);
	if (g->again != 2)
		add_place(p, AGAIN, g, g->again == 1, cost);
}

static void end_customer(struct part *p)
{
	if (p->customer == 0)
		return;
	cost_track_end(&p->track);
	for (size_t i = 0; i < p->count; i++)
		weigh(p, &p->passages[i]);
	p->count = 0;
	note_habits(p);
}

static err take(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;

	if (p->customer != j->customer + 1) {
		end_customer(p);
		p->customer = j->customer + 1;
		cost_track_begin(&p->track);
	}
	err e = cost_track_add(&p->track, p->plan, j, why);
	return e == OK ? note_journey(p, j, why) : e;
}

static size_t cells_of(size_t steps)
{
	return steps * steps * 3 + steps * (PLACES * 2 + 1);
}

static void part_init(struct part *p, const struct costs *costs)
{
	size_t pairs = p->steps * p->steps;

	p->edge = memory_alloc((cells_of(p->steps) + 1) * sizeof(*p->edge));
	p->slow_edge = p->edge + pairs;
	p->any_time = p->slow_edge + pairs;
	p->all = p->any_time + pairs;
	p->suffered = p->all + PLACES * p->steps;
	p->of_step = p->suffered + PLACES * p->steps;
	p->with = memory_alloc((p->steps + 1) * sizeof(*p->with));
	p->events = memory_alloc((pairs + 1) * sizeof(*p->events));
	p->has = memory_alloc((p->steps + 1) * sizeof(*p->has));
	p->had = memory_alloc((p->steps + 1) * sizeof(*p->had));
	cost_track_init(&p->track, costs);
}

static void part_done(struct part *p)
{
	limits_give(journey_plan_limits(p->plan), p->room * sizeof(*p->passages));
	cost_track_done(p->plan, &p->track);
	free(p->passages);
	free(p->edge);
	free(p->with);
	free(p->events);
	free(p->has);
	free(p->had);
}

static void part_join(struct part *to, const struct part *from)
{
	for (size_t i = 0; i < to->steps; i++)
		to->with[i] += from->with[i];
	for (size_t i = 0; i < to->steps * to->steps; i++)
		to->events[i] += from->events[i];
	for (size_t i = 0; i < cells_of(to->steps); i++) {
		to->edge[i].n += from->edge[i].n;
		to->edge[i].x += from->edge[i].x;
		to->edge[i].xx += from->edge[i].xx;
	}
}

/* ---- candidates out of the sums */

struct harvest {
	const struct part *sums;
	double span; /* ticks that each customer is seen for */
	struct candidate_friction *items;
	size_t count, room;
};

static struct cost_sum less(struct cost_sum a, const struct cost_sum *b)
{
	a.n -= b->n;
	a.x -= b->x;
	a.xx -= b->xx;
	return a;
}

static double variance_of_mean(const struct cost_sum *s)
{
	double n = (double)s->n, mean = (double)s->x / n;

	return MAX_OF((double)s->xx / n - mean * mean, 0.0) / n;
}

static double lower_bound(const struct candidate_friction *c)
{
	double n = (double)c->suffered.n;
	double difference = (double)c->suffered.x / n - (double)c->others.x / (double)c->others.n;
	double error = sqrt(variance_of_mean(&c->suffered) + variance_of_mean(&c->others));

	return n * frictions_beyond(c->suffered.n, c->suffered.n + c->others.n, c->usual) *
	       (difference - NORMAL_95 * error) / COST_UNIT;
}

/* The share of windows in which those who come to `at` have a step of `to` anyway: as of a
 * constant rate over all the time that is looked at. */
static double usual_share(const struct harvest *h, uint32_t at, const uint8_t *to, int64_t within)
{
	const struct part *p = h->sums;
	double events = 0, time = (double)p->with[at] * h->span;

	for (uint32_t s = 0; s < p->steps; s++)
		if (to[s])
			events += (double)p->events[at * p->steps + s];
	return time <= 0 ? 0 : -expm1(-events / time * (double)within);
}

static void offer(struct harvest *h, enum friction_word word, uint32_t at, uint32_t to,
	int64_t within, double usual, const struct cost_sum *suffered, const struct cost_sum *all)
{
	struct candidate_friction c = { .word = word,
		.at = at,
		.to = to,
		.within = within,
		.usual = usual,
		.suffered = *suffered,
		.others = less(*all, suffered) };
	uint64_t support = h->sums->question->support;

	if (c.suffered.n < support || c.others.n < support)
		return;
	c.low = lower_bound(&c);
	if (h->count == h->room) {
		h->room = h->room == 0 ? 256 : 2 * h->room;
		h->items = memory_resize(h->items, h->room * sizeof(*h->items));
	}
	h->items[h->count++] = c;
}

static void offer_edges(struct harvest *h, uint32_t at)
{
	const struct part *p = h->sums;

	int64_t horizon = p->track.costs->horizon;
	uint8_t *next = memory_alloc(p->steps + 1);

	for (uint32_t to = 0; to < p->steps; to++) {
		size_t edge = at * p->steps + to;
		next[to] = 1;
		if (to != at)
			offer(h, WORD_PASSAGE, at, to, horizon, usual_share(h, at, next, horizon),
				&p->edge[edge], &p->all[NEXT * p->steps + at]);
		next[to] = 0;
		if (p->slow[edge] != INT64_MAX)
			offer(h, WORD_WAIT, at, to, p->slow[edge], 0, &p->slow_edge[edge],
				&p->any_time[edge]);
	}
	free(next);
}

static void offer_failure(struct harvest *h, uint32_t step)
{
	const struct part *p = h->sums;
	struct cost_sum all = { 0 };

	if (!p->kinds->has_others[step])
		return;
	for (uint32_t s = 0; s < p->steps; s++) {
		if (p->kinds->group[s] != p->kinds->group[step])
			continue;
		all.n += p->of_step[s].n;
		all.x += p->of_step[s].x;
		all.xx += p->of_step[s].xx;
	}
	offer(h, WORD_FAILURE, step, STEP_NONE, INT64_MAX, 0, &p->of_step[step], &all);
}

static void offer_step(struct harvest *h, uint32_t s)
{
	const struct part *p = h->sums;
	const struct frictions_question *q = p->question;

	offer_edges(h, s);
	offer_failure(h, s);
	uint8_t *self = memory_alloc(p->steps + 1);

	self[s] = 1;
	if (!p->kinds->is_contact[s])
		offer(h, WORD_LEAKAGE, s, STEP_NONE, q->leak,
			usual_share(h, s, p->kinds->is_contact, q->leak),
			&p->suffered[LEAK * p->steps + s], &p->all[LEAK * p->steps + s]);
	offer(h, WORD_REPEAT, s, s, q->again, usual_share(h, s, self, q->again),
		&p->suffered[AGAIN * p->steps + s], &p->all[AGAIN * p->steps + s]);
	free(self);
	offer(h, WORD_ABANDONMENT, s, STEP_NONE, INT64_MAX, 0, &p->suffered[LEAVE * p->steps + s],
		&p->all[LEAVE * p->steps + s]);
}

/* ---- the whole */

static err find_slow(const struct journey_plan *plan, size_t steps, uint64_t support, int64_t *slow,
	struct why *why)
{
	const struct map_options options = { .counts_only = false };
	struct map map;
	err e = map_make(plan, &options, &map, why);

	if (e != OK)
		return e;
	for (size_t i = 0; i < steps * steps; i++)
		slow[i] = INT64_MAX;
	for (size_t i = 0; i < map.edge_count; i++)
		if (map.edges[i].count >= 10 * support)
			slow[map.edges[i].from * steps + map.edges[i].to] =
				llround(map.edges[i].times.p90_s * 1000 * TICKS_PER_MS);
	map_done(plan, &map);
	return OK;
}

/* From the first event that is looked at to the last. */
static double seen_span(const struct journey_plan *plan)
{
	int64_t first = 0, last = 0;

	(void)threads_view_bounds(journey_plan_view(plan), &first, &last);
	first = MAX_OF(first, journey_plan_since(plan));
	last = MIN_OF(journey_plan_as_of(plan), journey_plan_until(plan));
	return last <= first ? 0 : (double)last - (double)first;
}

static err run(struct part *parts, unsigned count, struct why *why)
{
	void *pointers[JOURNEY_THREADS_MAX];

	ASSERT(count > 0 && count <= JOURNEY_THREADS_MAX);
	for (unsigned i = 0; i < count; i++)
		pointers[i] = &parts[i];
	err e = journey_pass(parts[0].plan, take, pointers, count, why);
	for (unsigned i = 0; e == OK && i < count; i++) {
		end_customer(&parts[i]);
		if (i > 0)
			part_join(&parts[0], &parts[i]);
	}
	return e;
}

err frictions_screen(const struct journey_plan *plan, const struct costs *costs,
	const struct frictions_question *question, const struct step_kinds *kinds,
	struct candidate_friction **out, size_t *count, struct why *why)
{
	size_t steps = journey_plan_steps(plan);
	unsigned threads = journey_pass_parts(plan);
	size_t bytes = steps * steps * 8 + threads * (cells_of(steps) * sizeof(struct cost_sum) +
							     steps * (steps + 4) * 8);

	err e = limits_take(journey_plan_limits(plan), bytes, why);
	if (e != OK)
		return e;
	struct part *parts = memory_alloc(threads * sizeof(*parts));
	int64_t *slow = memory_alloc((steps * steps + 1) * sizeof(*slow));
	for (unsigned i = 0; i < threads; i++) {
		parts[i] = (struct part){ .plan = plan,
			.question = question,
			.kinds = kinds,
			.slow = slow,
			.steps = steps };
		part_init(&parts[i], costs);
	}
	e = find_slow(plan, steps, question->support, slow, why);
	if (e == OK)
		e = run(parts, threads, why);
	struct harvest h = { .sums = &parts[0], .span = seen_span(plan) };
	for (uint32_t s = 0; e == OK && s < steps; s++)
		offer_step(&h, s);
	for (unsigned i = 0; i < threads; i++)
		part_done(&parts[i]);
	free(parts);
	free(slow);
	limits_give(journey_plan_limits(plan), bytes);
	*out = h.items;
	*count = h.count;
	return e;
}
