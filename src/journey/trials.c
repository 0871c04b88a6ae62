/* journey/trials.c - see trials.h: a pass in which each part keeps its trials in two lists */
#include "journey/trials.h"

#include "base/spare.h"
#include "journey/trials_internal.h"

#include <stdlib.h>
#include <string.h>

static err keep(void *context, size_t position, bool suffered, struct why *why)
{
	struct gathering *g = context;
	const struct trials_part *p = g->part;
	struct kept *kept = &g->kept[suffered ? SUFFERED : OTHERS];
	err e = trials_room_for_one(p->plan, kept, why);

	if (e != OK)
		return e;
	kept->items[kept->count++] = (struct trial){ .customer = p->journey->customer,
		.row = p->journey->row[position],
		.time = p->journey->time[position],
		.cost = COST_NONE };
	g->journey_suffers |= suffered;
	return OK;
}

/* ---- a customer is over: his costs are known */

static bool horizon_passed(const struct trials_part *p, int64_t time)
{
	int64_t as_of = journey_plan_as_of(p->plan);

	return as_of > time && (uint64_t)as_of - (uint64_t)time > (uint64_t)p->track.costs->horizon;
}

static void cost_kept(const struct trials_part *p, struct kept *kept, uint64_t *n, int64_t *sum)
{
	for (size_t i = kept->start; i < kept->count; i++) {
		struct trial *t = &kept->items[i];
		if (!horizon_passed(p, t->time))
			continue;
		t->cost = cost_track_after(&p->track, t->time);
		*n += 1;
		*sum += t->cost;
	}
}

static void end_gathering(const struct trials_part *p, struct gathering *g)
{
	struct kept *one = &g->kept[SUFFERED], *two = &g->kept[OTHERS];
	uint64_t n1 = 0, n0 = 0;
	int64_t x1 = 0, x0 = 0;

	if (one->count == one->start && two->count == two->start)
		return;
	g->customers++;
	g->customers_suffered += one->count > one->start;
	cost_kept(p, one, &n1, &x1);
	cost_kept(p, two, &n0, &x0);
	moments_add(&g->cost, n1, x1, n0, x0);
	one->start = one->count;
	two->start = two->count;
}

static void end_customer(struct trials_part *p)
{
	if (p->customer == 0)
		return;
	cost_track_end(&p->track);
	for (size_t i = 0; i < p->count; i++)
		end_gathering(p, &p->of[i]);
}

static err take(void *context, const struct journey *journey, struct why *why)
{
	struct trials_part *p = context;

	if (p->customer != journey->customer + 1) {
		end_customer(p);
		p->customer = journey->customer + 1;
		cost_track_begin(&p->track);
	}
	p->journey = journey;
	err e = cost_track_add(&p->track, p->plan, journey, why);
	for (size_t i = 0; e == OK && i < p->count; i++) {
		struct gathering *g = &p->of[i];
		g->journey_suffers = false;
		e = trials_of_journey(
			g->friction, journey, journey_plan_as_of(p->plan), keep, g, why);
		g->journeys_suffered += g->journey_suffers;
	}
	return e;
}

/* ---- customers one after the other */

static err take_runs(void *context, const struct journey_run *runs, size_t count, struct why *why)
{
	struct trials_part *p = context;
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = runs[i].step == NULL ? trials_quick_take(p, &runs[i], why)
					 : journey_run_each(&runs[i], take, p, why);
	return e;
}

/* ---- parts together */

static void part_init(struct trials_part *p, const struct journey_plan *plan,
	const struct friction *const *frictions, size_t count, const struct costs *costs)
{
	*p = (struct trials_part){
		.plan = plan, .count = count, .of = memory_alloc((count + 1) * sizeof(*p->of))
	};
	cost_track_init(&p->track, costs);
	for (size_t i = 0; i < count; i++)
		p->of[i] = (struct gathering){ .part = p, .friction = frictions[i] };
	p->quick = trials_quick_create(p);
}

static void part_done(struct trials_part *p)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < 2; k++)
			trials_kept_free(p->plan, &p->of[i].kept[k]);
	trials_quick_done(p);
	free(p->of);
	cost_track_done(p->plan, &p->track);
}

/* Each part's place among those who suffered, and among the others. */
struct joining {
	const struct trials_part *parts;
	size_t friction;
	struct trial *items;
	size_t from[JOURNEY_THREADS_MAX][2];
};

static err copy_part(void *context, size_t i, struct why *why)
{
	const struct joining *j = context;

	(void)why;
	for (size_t k = 0; k < 2; k++)
		trials_kept_copy(&j->parts[i].of[j->friction].kept[k], j->items + j->from[i][k]);
	return OK;
}

static size_t find_places(struct joining *j, unsigned count)
{
	size_t at = 0, suffered;

	for (unsigned i = 0; i < count; i++) {
		j->from[i][SUFFERED] = at;
		at += trials_kept_count(&j->parts[i].of[j->friction].kept[SUFFERED]);
	}
	suffered = at;
	for (unsigned i = 0; i < count; i++) {
		j->from[i][OTHERS] = at;
		at += trials_kept_count(&j->parts[i].of[j->friction].kept[OTHERS]);
	}
	return suffered;
}

static err join(
	struct trials_part *parts, unsigned count, size_t at, struct trials *out, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(parts[0].plan);
	struct joining joining = { .parts = parts, .friction = at };
	size_t all = 0;

	for (unsigned i = 0; i < count; i++)
		all += trials_kept_count(&parts[i].of[at].kept[SUFFERED]) +
		       trials_kept_count(&parts[i].of[at].kept[OTHERS]);
	if (all > UINT32_MAX - 2)
		return fail(why, MSG_JOURNEY_ROOM, arg_int((int64_t)limits->bytes_max),
			arg_c("--since"));
	err e = limits_take(limits, (all + 1) * sizeof(*out->items), why);
	if (e != OK)
		return e;
	out->bytes = (all + 1) * sizeof(*out->items);
	out->items = spare_take(out->bytes);
	out->count = all;
	out->suffered = find_places(&joining, count);
	for (unsigned i = 0; i < count; i++) {
		const struct gathering *g = &parts[i].of[at];
		out->customers += g->customers;
		out->customers_suffered += g->customers_suffered;
		out->journeys_suffered += g->journeys_suffered;
		moments_join(&out->cost, &g->cost);
	}
	joining.items = out->items;
	return journey_share_out(limits, copy_part, &joining, count, why);
}

/* Whichever way is the shortest for this plan and these frictions. */
static err find_all(struct trials_part *parts, unsigned count, struct why *why)
{
	const struct journey_plan *plan = parts[0].plan;
	void *pointers[JOURNEY_THREADS_MAX];

	for (unsigned i = 0; i < count; i++)
		pointers[i] = &parts[i];
	if (parts[0].quick == NULL)
		return journey_pass(plan, take, pointers, count, why);
	if (trials_are_of_threads(plan))
		return trials_of_threads(parts, count, why);
	return journey_pass_runs(plan, take_runs, RUN_ALL, pointers, count, why);
}

err trials_make_all(const struct journey_plan *plan, const struct friction *const *frictions,
	size_t frictions_count, const struct costs *costs, struct trials *out, struct why *why)
{
	unsigned count = journey_pass_parts(plan);
	struct trials_part *parts = memory_alloc(count * sizeof(*parts));

	ASSERT(count > 0 && count <= JOURNEY_THREADS_MAX);
	for (unsigned i = 0; i < count; i++)
		part_init(&parts[i], plan, frictions, frictions_count, costs);
	err e = find_all(parts, count, why);
	for (unsigned i = 0; e == OK && i < count; i++)
		end_customer(&parts[i]);
	for (size_t f = 0; f < frictions_count; f++)
		out[f] = (struct trials){ .count = 0 };
	for (size_t f = 0; e == OK && f < frictions_count; f++)
		e = join(parts, count, f, &out[f], why);
	for (unsigned i = 0; i < count; i++)
		part_done(&parts[i]);
	free(parts);
	for (size_t f = 0; e != OK && f < frictions_count; f++)
		trials_done(plan, &out[f]);
	return e;
}

err trials_make(const struct journey_plan *plan, const struct friction *friction,
	const struct costs *costs, struct trials *out, struct why *why)
{
	struct trials made;
	err e = trials_make_all(plan, &friction, 1, costs, &made, why);

	if (e == OK)
		*out = made;
	return e;
}

void trials_done(const struct journey_plan *plan, struct trials *trials)
{
	limits_give(journey_plan_limits(plan), trials->bytes);
	spare_give(trials->items);
	*trials = (struct trials){ .count = 0 };
}
