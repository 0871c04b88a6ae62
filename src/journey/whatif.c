/* journey/whatif.c - see whatif.h */
#include "journey/whatif.h"

#include "base/spare.h"
#include "journey/frictions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct episode {
	int64_t time;
	uint32_t row;
	bool is_second;
};

/* The episodes of one route, where somebody wants to see them. */
struct wanted {
	bool any, second;
	struct trial *items;
	size_t count, room;
};

struct part {
	const struct journey_plan *plan;
	const struct whatif_question *question;
	struct cost_track tracks[WHATIF_MEASURES];
	uint32_t customer; /* + 1 */
	struct episode *starts; /* passages at either route */
	size_t count, room;
	struct moments moments[WHATIF_MEASURES];
	struct wanted wanted;
};

/* ---- a customer is over */

static int by_time(const void *a, const void *b)
{
	const struct episode *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->is_second != y->is_second)
		return x->is_second - y->is_second;
	return (x->row > y->row) - (x->row < y->row);
}

static uint64_t apart(int64_t from, int64_t to)
{
	return (uint64_t)to - (uint64_t)from;
}

/* What begins an episode; whose horizon has not passed is none. */
static size_t keep_episodes(struct part *p)
{
	int64_t as_of = journey_plan_as_of(p->plan), last = 0;
	uint64_t horizon = (uint64_t)p->question->horizon;
	size_t kept = 0;

	if (p->count > 1)
		qsort(p->starts, p->count, sizeof(*p->starts), by_time);
	for (size_t i = 0; i < p->count; i++) {
		struct episode e = p->starts[i];
		bool begins = i == 0 || apart(last, e.time) > horizon;
		last = e.time;
		if (begins && as_of > e.time && apart(e.time, as_of) > horizon)
			p->starts[kept++] = e;
	}
	return kept;
}

static err want(struct part *p, const struct episode *episode, struct why *why)
{
	struct wanted *w = &p->wanted;
	void *items = w->items;

	if (!w->any || episode->is_second != w->second)
		return OK;
	err e = limits_room(
		journey_plan_limits(p->plan), &items, &w->room, w->count, sizeof(*w->items), why);
	w->items = items;
	if (e == OK)
		w->items[w->count++] = (struct trial){ .customer = p->customer - 1,
			.row = episode->row,
			.time = episode->time,
			.cost = cost_track_after(&p->tracks[WHATIF_COST], episode->time - 1) };
	return e;
}

static err end_customer(struct part *p, struct why *why)
{
	size_t kept = p->customer == 0 ? 0 : keep_episodes(p);
	uint64_t n[2] = { 0, 0 };
	int64_t x[WHATIF_MEASURES][2] = { { 0 } };
	err e = OK;

	for (int m = 0; kept > 0 && m < WHATIF_MEASURES; m++)
		cost_track_end(&p->tracks[m]);
	for (size_t i = 0; e == OK && i < kept; i++) {
		e = want(p, &p->starts[i], why);
		n[p->starts[i].is_second]++;
		for (int m = 0; m < WHATIF_MEASURES; m++) /* its own first step included */
			x[m][p->starts[i].is_second] +=
				cost_track_after(&p->tracks[m], p->starts[i].time - 1);
	}
	for (int m = 0; kept > 0 && m < WHATIF_MEASURES; m++)
		moments_add(&p->moments[m], n[1], x[m][1], n[0], x[m][0]);
	p->count = 0;
	return e;
}

static err note_starts(struct part *p, const struct journey *j, struct why *why)
{
	const struct whatif_question *q = p->question;

	for (size_t i = 0; i < j->count; i++) {
		void *starts = p->starts;
		if (!q->from[j->step[i]] && !q->to[j->step[i]])
			continue;
		err e = limits_room(journey_plan_limits(p->plan), &starts, &p->room, p->count,
			sizeof(*p->starts), why);
		p->starts = starts;
		if (e != OK)
			return e;
		p->starts[p->count++] =
			(struct episode){ j->time[i], j->row[i], q->from[j->step[i]] == 0 };
	}
	return OK;
}

static err take(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;
	err e = OK;

	if (p->customer != j->customer + 1) {
		e = end_customer(p, why);
		p->customer = j->customer + 1;
		for (int m = 0; m < WHATIF_MEASURES; m++)
			cost_track_begin(&p->tracks[m]);
	}
	for (int m = 0; e == OK && m < WHATIF_MEASURES; m++)
		e = cost_track_add(&p->tracks[m], p->plan, j, why);
	return e == OK ? note_starts(p, j, why) : e;
}

/* ---- what is measured, each as if it were a cost */

static int64_t *mapped(const int64_t *costs, size_t count)
{
	int64_t *out = memory_alloc((count + 1) * sizeof(*out));

	for (size_t i = 0; i < count; i++)
		out[i] = (double)costs[i] >= CONTACT_COST * COST_UNIT ? COST_UNIT : 0;
	return out;
}

static void measure_contacts(
	const struct journey_plan *plan, const struct costs *costs, struct costs *out)
{
	*out = *costs;
	if (costs->of_step != NULL)
		out->of_step = mapped(costs->of_step, journey_plan_steps(plan));
	else
		out->of_what =
			mapped(costs->of_what, threads_view_what_count(journey_plan_view(plan)));
}

static void measure_values(
	const struct journey_plan *plan, const struct costs *costs, struct costs *out)
{
	size_t steps = journey_plan_steps(plan);

	*out = (struct costs){ .horizon = costs->horizon,
		.of_step = memory_alloc((steps + 1) * sizeof(*out->of_step)) };
	for (uint32_t s = 0; s < steps; s++)
		out->of_step[s] = llround(journey_plan_step_value(plan, s) * COST_UNIT);
}

/* ---- the sums */

struct whatif_sums whatif_move(uint64_t volume, double from, double to, double share)
{
	double unit_from = round(from * COST_UNIT), unit_to = round(to * COST_UNIT);
	double moved = share * (double)volume, stay = (double)volume - moved;
	double before = round((double)volume * unit_from);
	double after = round(stay * unit_from + moved * unit_to);

	return (struct whatif_sums){ before / COST_UNIT, after / COST_UNIT,
		(after - before) / COST_UNIT };
}

/* What nobody did has no mean, and no sum is made of it. */
static void leave_open(struct whatif_measured *measure, const uint64_t episodes[static 2])
{
	if (episodes[0] == 0)
		measure->mean[0] = measure->before = NAN;
	if (episodes[1] == 0)
		measure->mean[1] = NAN;
	if (episodes[0] > 0 && episodes[1] > 0)
		return;
	measure->after = NAN;
	measure->change = (struct interval){ NAN, NAN, NAN };
}

static void sum_up(const struct whatif_question *q, struct whatif *out)
{
	double volume = q->volume > 0 ? (double)q->volume : (double)out->episodes[0];

	out->moved = q->share * volume;
	for (int m = 0; m < WHATIF_MEASURES; m++) {
		struct interval d = moments_difference(&out->moments[m]);
		double each = out->moved / COST_UNIT;
		out->of[m].mean[0] = moments_mean0(&out->moments[m]) / COST_UNIT;
		out->of[m].mean[1] = moments_mean1(&out->moments[m]) / COST_UNIT;
		out->of[m].before = volume * out->of[m].mean[0];
		out->of[m].change =
			(struct interval){ d.value * each, d.low * each, d.high * each };
		out->of[m].after = out->of[m].before + out->of[m].change.value;
		leave_open(&out->of[m], out->episodes);
	}
	if (!q->has_costs)
		return;
	struct whatif_sums sums = whatif_move((uint64_t)volume, q->cost_from, q->cost_to, q->share);
	out->of[WHATIF_COST].mean[0] = q->cost_from;
	out->of[WHATIF_COST].mean[1] = q->cost_to;
	if (volume == 0)
		return;
	out->of[WHATIF_COST].before = sums.before;
	out->of[WHATIF_COST].after = sums.after;
	out->of[WHATIF_COST].change = (struct interval){ sums.change, sums.change, sums.change };
}

/* ---- the whole */

static void part_done(struct part *p)
{
	limits_give(journey_plan_limits(p->plan),
		p->room * sizeof(*p->starts) + p->wanted.room * sizeof(*p->wanted.items));
	for (int m = 0; m < WHATIF_MEASURES; m++)
		cost_track_done(p->plan, &p->tracks[m]);
	free(p->starts);
	free(p->wanted.items);
}

/* The wanted ones of all parts. */
static err join(const struct part *parts, unsigned count, struct trials *out, struct why *why)
{
	size_t all = 0;

	for (unsigned i = 0; i < count; i++)
		all += parts[i].wanted.count;
	*out = (struct trials){ .bytes = (all + 1) * sizeof(*out->items) };
	err e = limits_take(journey_plan_limits(parts[0].plan), out->bytes, why);
	if (e != OK)
		return e;
	out->items = spare_take(out->bytes);
	for (unsigned i = 0; i < count; i++) {
		const struct wanted *w = &parts[i].wanted;
		if (w->count > 0)
			memcpy(out->items + out->count, w->items, w->count * sizeof(*w->items));
		out->count += w->count;
	}
	out->suffered = out->count;
	return OK;
}

/* `episodes` NULL: nobody wants to see any. */
static err count(const struct journey_plan *plan, const struct costs measured[WHATIF_MEASURES],
	const struct whatif_question *question, bool of_second, struct whatif *out,
	struct trials *episodes, struct why *why)
{
	unsigned threads = journey_pass_parts(plan);
	struct part *parts = memory_alloc(threads * sizeof(*parts));
	void *pointers[JOURNEY_THREADS_MAX];

	for (unsigned i = 0; i < threads; i++) {
		parts[i] = (struct part){ .plan = plan,
			.question = question,
			.wanted = { .any = episodes != NULL, .second = of_second } };
		for (int m = 0; m < WHATIF_MEASURES; m++)
			cost_track_init(&parts[i].tracks[m], &measured[m]);
		pointers[i] = &parts[i];
	}
	err e = journey_pass(plan, take, pointers, threads, why);
	*out = (struct whatif){ .moved = 0 };
	for (unsigned i = 0; i < threads; i++) {
		if (e == OK)
			e = end_customer(&parts[i], why);
		for (int m = 0; m < WHATIF_MEASURES; m++)
			moments_join(&out->moments[m], &parts[i].moments[m]);
	}
	if (e == OK && episodes != NULL)
		e = join(parts, threads, episodes, why);
	for (unsigned i = 0; i < threads; i++)
		part_done(&parts[i]);
	free(parts);
	return e;
}

static err measure(const struct journey_plan *plan, const struct costs *costs,
	const struct whatif_question *question, bool of_second, struct whatif *out,
	struct trials *episodes, struct why *why)
{
	struct costs measured[WHATIF_MEASURES] = { *costs };

	measure_contacts(plan, costs, &measured[WHATIF_CONTACTS]);
	measure_values(plan, costs, &measured[WHATIF_VALUE]);
	err e = count(plan, measured, question, of_second, out, episodes, why);
	free(costs->of_step != NULL ? measured[WHATIF_CONTACTS].of_step
				    : measured[WHATIF_CONTACTS].of_what);
	free(measured[WHATIF_VALUE].of_step);
	return e;
}

err whatif_episodes(const struct journey_plan *plan, const struct costs *costs,
	const struct whatif_question *question, bool of_second, struct trials *out, struct why *why)
{
	struct whatif counted;
	struct trials episodes;
	err e = measure(plan, costs, question, of_second, &counted, &episodes, why);

	if (e == OK)
		*out = episodes;
	return e;
}

err whatif_make(const struct journey_plan *plan, const struct costs *costs,
	const struct whatif_question *question, struct whatif *out, struct why *why)
{
	struct whatif answer;
	err e = measure(plan, costs, question, false, &answer, NULL, why);

	if (e != OK)
		return e;
	const struct moments *m = &answer.moments[WHATIF_COST];
	answer.episodes[0] = m->n0;
	answer.episodes[1] = m->n1;
	answer.customers[0] = m->customers0;
	answer.customers[1] = m->customers1;
	sum_up(question, &answer);
	*out = answer;
	return OK;
}
