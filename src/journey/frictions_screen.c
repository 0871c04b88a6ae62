/* journey/frictions_screen.c - one pass that weighs every candidate; see frictions.h */
#include "journey/frictions_internal.h"
#include "journey/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- sums of one part */

enum { LEAD_NONE = FRICTIONS_WINDOWS_MAX, NOT_KNOWN };
enum place { NEXT, LEAK, AGAIN, LEAVE, PLACES }; /* kinds with a trial at each passage of a step */

struct part {
	const struct journey_plan *plan;
	const struct frictions_question *question;
	const struct step_kinds *kinds;
	const int64_t *slow; /* of each edge: slower than nine of ten; INT64_MAX: not told */
	const int64_t *windows; /* of leakages and switches, the shortest first */
	size_t window_count;
	size_t steps;
	struct cost_track track;
	uint32_t customer; /* + 1 */
	struct cost_sum *edge, *any_time, *slow_edge; /* steps x steps; edge: within the horizon */
	uint64_t *with,
		*events; /* of each step: who has it; steps x steps: their events of another */
	uint32_t *has; /* of the customer at hand: events of each step */
	uint32_t *had; /* which of them */
	size_t had_count;
	struct cost_sum *all, *suffered; /* PLACES x steps; LEAK: all alone */
	struct cost_sum *leads; /* steps x windows: within this one, but not the one before */
	struct cost_sum *of_step;
	/* the customer at hand: what is weighed once his costs are known */
	struct passage {
		int64_t time;
		uint32_t step, next; /* STEP_NONE: none */
		uint8_t lead; /* the window in which a contact comes; or LEAD_NONE, NOT_KNOWN */
		uint8_t again; /* 0 no, 1 yes, NOT_KNOWN */
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

static bool has_passed(const struct part *p, int64_t time, int64_t window)
{
	int64_t as_of = journey_plan_as_of(p->plan);

	return as_of > time && (uint64_t)as_of - (uint64_t)time > (uint64_t)window;
}

static uint8_t window_of(const struct part *p, uint64_t after)
{
	uint8_t w = 0;

	while (after > (uint64_t)p->windows[w])
		w++;
	return w;
}

/* The first contact by another way, and the next passage: as find_later(), which neither looks
 * past. */
static void look_ahead(const struct part *p, const struct journey *j, size_t i, struct passage *g)
{
	const uint8_t *leads = p->kinds->leads + j->step[i] * p->steps;
	uint64_t again = (uint64_t)p->question->again;
	uint64_t longest = (uint64_t)p->windows[p->window_count - 1];
	bool sees_lead = has_passed(p, j->time[i], (int64_t)longest);
	bool sees_again = has_passed(p, j->time[i], (int64_t)again);
	bool led = !sees_lead;

	g->lead = sees_lead ? LEAD_NONE : NOT_KNOWN;
	g->again = sees_again ? 0 : NOT_KNOWN;
	for (size_t k = i + 1; k < j->count; k++) {
		uint64_t after = span(j, i, k);
		if (after > again && (led || after > longest))
			return;
		if (!led && leads[j->step[k]] && after <= longest) {
			g->lead = window_of(p, after);
			led = true;
		}
		if (j->step[k] != j->step[i])
			continue;
		if (sees_again && after <= again)
			g->again = after < (uint64_t)p->question->visit ? NOT_KNOWN : 1;
		return;
	}
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
			.leaves = last && j->outcome != JOURNEY_SUCCESS };
		look_ahead(p, j, i, &passage);
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
	if (g->lead != NOT_KNOWN)
		add_place(p, LEAK, g, false, cost);
	if (g->lead < LEAD_NONE)
		add_cost(&p->leads[g->step * FRICTIONS_WINDOWS_MAX + g->lead], cost);
	if (g->again != NOT_KNOWN)
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
	return steps * steps * 3 + steps * (PLACES * 2 + 1 + FRICTIONS_WINDOWS_MAX);
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
	p->leads = p->of_step + p->steps;
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

static void add(struct cost_sum *to, const struct cost_sum *more)
{
	to->n += more->n;
	to->x += more->x;
	to->xx += more->xx;
}

static void part_join(struct part *to, const struct part *from)
{
	for (size_t i = 0; i < to->steps; i++)
		to->with[i] += from->with[i];
	for (size_t i = 0; i < to->steps * to->steps; i++)
		to->events[i] += from->events[i];
	for (size_t i = 0; i < cells_of(to->steps); i++)
		add(&to->edge[i], &from->edge[i]);
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

static void offer(struct harvest *h, struct candidate_friction c, const struct cost_sum *suffered,
	const struct cost_sum *all)
{
	uint64_t support = h->sums->question->support;

	c.windows = MAX_OF(c.windows, 1U);
	c.suffered = *suffered;
	c.others = less(*all, suffered);
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
			offer(h,
				(struct candidate_friction){ .word = WORD_PASSAGE,
					.at = at,
					.to = to,
					.within = horizon,
					.usual = usual_share(h, at, next, horizon) },
				&p->edge[edge], &p->all[NEXT * p->steps + at]);
		next[to] = 0;
		if (p->slow[edge] != INT64_MAX)
			offer(h,
				(struct candidate_friction){ .word = WORD_WAIT,
					.at = at,
					.to = to,
					.within = p->slow[edge] },
				&p->slow_edge[edge], &p->any_time[edge]);
	}
	free(next);
}

static void offer_failure(struct harvest *h, uint32_t step)
{
	const struct part *p = h->sums;
	struct cost_sum all = { 0 };

	if (!p->kinds->has_others[step])
		return;
	for (uint32_t s = 0; s < p->steps; s++)
		if (p->kinds->group[s] == p->kinds->group[step])
			add(&all, &p->of_step[s]);
	offer(h,
		(struct candidate_friction){
			.word = WORD_FAILURE, .at = step, .to = STEP_NONE, .within = INT64_MAX },
		&p->of_step[step], &all);
}

/* Leakage or switch: within the window that the data tell. */
static void offer_lead(struct harvest *h, uint32_t s)
{
	const struct part *p = h->sums;
	const struct cost_sum *all = &p->all[LEAK * p->steps + s];
	const uint8_t *to = p->kinds->leads + s * p->steps;
	struct cost_sum within[FRICTIONS_WINDOWS_MAX] = { 0 };
	double usual[FRICTIONS_WINDOWS_MAX];

	for (size_t w = 0; w < p->window_count; w++) {
		within[w] = w > 0 ? within[w - 1] : within[w];
		add(&within[w], &p->leads[s * FRICTIONS_WINDOWS_MAX + w]);
		usual[w] = usual_share(h, s, to, p->windows[w]);
	}
	size_t w = frictions_window_of(
		within, usual, p->window_count, all->n, p->question->false_share);
	offer(h,
		(struct candidate_friction){
			.word = p->kinds->is_contact[s] ? WORD_SWITCH : WORD_LEAKAGE,
			.at = s,
			.to = STEP_NONE,
			.within = p->windows[w],
			.windows = (unsigned)p->window_count,
			.usual = usual[w] },
		&within[w], all);
}

static void offer_step(struct harvest *h, uint32_t s)
{
	const struct part *p = h->sums;
	const struct frictions_question *q = p->question;

	offer_edges(h, s);
	offer_failure(h, s);
	offer_lead(h, s);
	uint8_t *self = memory_alloc(p->steps + 1);

	self[s] = 1;
	offer(h,
		(struct candidate_friction){ .word = WORD_REPEAT,
			.at = s,
			.to = s,
			.within = q->again,
			.usual = usual_share(h, s, self, q->again) },
		&p->suffered[AGAIN * p->steps + s], &p->all[AGAIN * p->steps + s]);
	free(self);
	offer(h,
		(struct candidate_friction){
			.word = WORD_ABANDONMENT, .at = s, .to = STEP_NONE, .within = INT64_MAX },
		&p->suffered[LEAVE * p->steps + s], &p->all[LEAVE * p->steps + s]);
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
	int64_t windows[FRICTIONS_WINDOWS_MAX];
	size_t window_count = frictions_windows(question, costs->horizon, windows);
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
			.windows = windows,
			.window_count = window_count,
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
