/* journey/compare.c - see compare.h: sums and sums of squares per customer, for each share */
#include "journey/compare.h"

#include "journey/moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of what a share is taken: n cases, and the sum of squares per customer. */
struct whole {
	uint64_t n;
	wide_int nn;
};
/* What is counted of it. */
struct share {
	uint64_t x;
	wide_int xx, xn;
};

/* Shares in one row: edges by their steps, then steps, starts, ends, outcomes. */
static size_t place_of(size_t steps, enum compared_as as, uint32_t from, uint32_t to)
{
	size_t edges = steps * steps;

	switch (as) {
	case COMPARED_EDGE:
		return from * steps + to;
	case COMPARED_STEP:
		return edges + to;
	case COMPARED_START:
		return edges + steps + to;
	case COMPARED_END:
		return edges + 2 * steps + to;
	case COMPARED_OUTCOME:
		break;
	}
	return edges + 3 * steps + to;
}

static size_t places(size_t steps)
{
	return steps * steps + 3 * steps + JOURNEY_OUTCOMES;
}

struct part {
	const struct journey_plan *plan;
	size_t steps;
	uint64_t customers, journeys;
	struct whole *wholes; /* passages at each step; the last: journeys */
	struct share *shares;
	/* the customer at hand */
	uint32_t customer; /* + 1 */
	uint32_t *n, *x; /* as wholes and shares */
	uint32_t *touched_n, *touched_x;
	size_t n_count, x_count;
	uint32_t *seen; /* by step: the last journey that has it */
};

static void count_whole(struct part *p, size_t at)
{
	if (p->n[at]++ == 0)
		p->touched_n[p->n_count++] = (uint32_t)at;
}

static void count_share(struct part *p, size_t at)
{
	if (p->x[at]++ == 0)
		p->touched_x[p->x_count++] = (uint32_t)at;
}

/* Which whole a share is of. */
static size_t whole_of(size_t steps, size_t place)
{
	return place < steps * steps ? place / steps : steps;
}

static void end_customer(struct part *p)
{
	for (size_t i = 0; i < p->x_count; i++) {
		size_t at = p->touched_x[i];
		uint64_t x = p->x[at], n = p->n[whole_of(p->steps, at)];
		p->shares[at].x += x;
		p->shares[at].xx += (wide_int)x * (wide_int)x;
		p->shares[at].xn += (wide_int)x * (wide_int)n;
		p->x[at] = 0;
	}
	for (size_t i = 0; i < p->n_count; i++) {
		size_t at = p->touched_n[i];
		uint64_t n = p->n[at];
		p->wholes[at].n += n;
		p->wholes[at].nn += (wide_int)n * (wide_int)n;
		p->n[at] = 0;
	}
	p->n_count = p->x_count = 0;
}

static err take(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;

	(void)why;
	if (p->customer != j->customer + 1) {
		end_customer(p);
		p->customer = j->customer + 1;
		p->customers++;
	}
	p->journeys++;
	uint32_t stamp = (uint32_t)p->journeys;
	count_whole(p, p->steps);
	count_share(p, place_of(p->steps, COMPARED_START, 0, j->step[0]));
	count_share(p, place_of(p->steps, COMPARED_END, 0, j->step[j->count - 1]));
	count_share(p, place_of(p->steps, COMPARED_OUTCOME, 0, j->outcome));
	for (size_t i = 0; i < j->count; i++) {
		uint32_t step = j->step[i];
		if (p->seen[step] != stamp)
			count_share(p, place_of(p->steps, COMPARED_STEP, 0, step));
		p->seen[step] = stamp;
		if (i + 1 == j->count) /* where it goes on is not known, or nowhere */
			break;
		count_whole(p, step);
		count_share(p, place_of(p->steps, COMPARED_EDGE, step, j->step[i + 1]));
	}
	return OK;
}

/* ---- one side */

static size_t bytes_of(size_t steps)
{
	return places(steps) * (sizeof(struct share) + 8) +
	       (steps + 1) * (sizeof(struct whole) + 12);
}

static void part_init(struct part *p, const struct journey_plan *plan)
{
	size_t steps = journey_plan_steps(plan);

	*p = (struct part){ .plan = plan,
		.steps = steps,
		.wholes = memory_alloc((steps + 1) * sizeof(*p->wholes)),
		.shares = memory_alloc(places(steps) * sizeof(*p->shares)),
		.n = memory_alloc((steps + 1) * sizeof(*p->n)),
		.touched_n = memory_alloc((steps + 1) * sizeof(*p->touched_n)),
		.x = memory_alloc(places(steps) * sizeof(*p->x)),
		.touched_x = memory_alloc(places(steps) * sizeof(*p->touched_x)),
		.seen = memory_alloc((steps + 1) * sizeof(*p->seen)) };
}

static void part_done(struct part *p)
{
	free(p->wholes);
	free(p->shares);
	free(p->n);
	free(p->touched_n);
	free(p->x);
	free(p->touched_x);
	free(p->seen);
}

static void part_join(struct part *to, const struct part *from)
{
	to->customers += from->customers;
	to->journeys += from->journeys;
	for (size_t i = 0; i <= to->steps; i++) {
		to->wholes[i].n += from->wholes[i].n;
		to->wholes[i].nn += from->wholes[i].nn;
	}
	for (size_t i = 0; i < places(to->steps); i++) {
		to->shares[i].x += from->shares[i].x;
		to->shares[i].xx += from->shares[i].xx;
		to->shares[i].xn += from->shares[i].xn;
	}
}

static err count_side(const struct journey_plan *plan, struct part *out, struct why *why)
{
	unsigned count = journey_pass_parts(plan);
	struct part *parts = memory_alloc(count * sizeof(*parts));
	void *pointers[JOURNEY_THREADS_MAX];

	ASSERT(count > 0 && count <= JOURNEY_THREADS_MAX);
	for (unsigned i = 0; i < count; i++) {
		part_init(&parts[i], plan);
		pointers[i] = &parts[i];
	}
	err e = journey_pass(plan, take, pointers, count, why);
	for (unsigned i = 0; i < count; i++) {
		end_customer(&parts[i]);
		if (i > 0)
			part_join(&parts[0], &parts[i]);
	}
	for (unsigned i = e == OK ? 1 : 0; i < count; i++)
		part_done(&parts[i]);
	if (e == OK)
		*out = parts[0];
	free(parts);
	return e;
}

/* ---- both */

static double clustered(const struct share *s, const struct whole *w)
{
	double n = (double)w->n, p = (double)s->x / n;

	return MAX_OF((double)s->xx - 2 * p * (double)s->xn + p * p * (double)w->nn, 0.0) / (n * n);
}

static double binomial(const struct share *s, const struct whole *w)
{
	double n = (double)w->n, p = (double)s->x / n;

	return p * (1 - p) / n;
}

static double design_of(const struct part sides[2], size_t place)
{
	size_t whole = whole_of(sides[0].steps, place);
	double seen = 0, plain = 0;

	for (int i = 0; i < 2; i++) {
		seen += clustered(&sides[i].shares[place], &sides[i].wholes[whole]);
		plain += binomial(&sides[i].shares[place], &sides[i].wholes[whole]);
	}
	return plain > 0 ? MAX_OF(seen / plain, 1.0) : 1;
}

struct comparing {
	const struct part *sides; /* two */
	uint64_t support;
	struct comparison *out;
	size_t room;
};

static void compare_share(struct comparing *c, enum compared_as as, uint32_t from, uint32_t to)
{
	const struct part *sides = c->sides;
	size_t place = place_of(sides[0].steps, as, from, to);
	size_t whole = whole_of(sides[0].steps, place);
	uint64_t n[2] = { sides[0].wholes[whole].n, sides[1].wholes[whole].n };
	uint64_t x[2] = { sides[0].shares[place].x, sides[1].shares[place].x };
	struct compared item = { .as = as, .from = from, .to = to, .q = 1 };

	if (n[0] < c->support || n[1] < c->support || x[0] + x[1] == 0 ||
		x[0] + x[1] == n[0] + n[1])
		return;
	double design = design_of(sides, place);
	item.table = (struct odds_table){ x[1], n[1] - x[1], x[0], n[0] - x[0] };
	item.difference = share_difference(&item.table, design);
	item.p = odds_p(&item.table, design);
	struct comparison *out = c->out;
	if (out->count == c->room) {
		c->room = c->room == 0 ? 256 : 2 * c->room;
		out->items = memory_resize(out->items, c->room * sizeof(*out->items));
	}
	out->items[out->count++] = item;
}

static int by_certainty(const void *a, const void *b)
{
	const struct compared *x = a, *y = b;
	double one = fabs(x->difference.value), two = fabs(y->difference.value);

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	if (one != two)
		return one > two ? -1 : 1;
	if (x->as != y->as)
		return x->as < y->as ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static void correct(struct comparison *out)
{
	double *p = memory_alloc((out->count + 1) * sizeof(*p));

	for (size_t i = 0; i < out->count; i++)
		p[i] = out->items[i].p;
	benjamini_hochberg(p, out->count, out->count);
	for (size_t i = 0; i < out->count; i++)
		out->items[i].q = p[i];
	free(p);
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), by_certainty);
}

static void compare_sides(const struct part sides[2], uint64_t support, struct comparison *out)
{
	struct comparing c = { .sides = sides, .support = support, .out = out };
	uint32_t steps = (uint32_t)sides[0].steps;

	for (uint32_t from = 0; from < steps; from++)
		for (uint32_t to = 0; to < steps; to++)
			compare_share(&c, COMPARED_EDGE, from, to);
	for (uint32_t s = 0; s < steps; s++) {
		compare_share(&c, COMPARED_STEP, 0, s);
		compare_share(&c, COMPARED_START, 0, s);
		compare_share(&c, COMPARED_END, 0, s);
	}
	for (uint32_t o = 0; o < JOURNEY_OUTCOMES; o++)
		compare_share(&c, COMPARED_OUTCOME, 0, o);
	correct(out);
}

err compare_make(const struct journey_plan *first, const struct journey_plan *second,
	uint64_t support, struct comparison *out, struct why *why)
{
	size_t steps = journey_plan_steps(first);
	size_t bytes = bytes_of(steps) * (journey_pass_parts(first) + 1);
	struct journey_limits *limits = journey_plan_limits(first);
	struct part sides[2];

	ASSERT(steps == journey_plan_steps(second));
	if (steps > COMPARE_STEPS_MAX)
		return fail(why, MSG_FRICTIONS_STEPS, arg_int((int64_t)steps),
			arg_int(COMPARE_STEPS_MAX));
	err e = limits_take(limits, bytes, why);
	if (e != OK)
		return e;
	e = count_side(first, &sides[0], why);
	if (e == OK) {
		e = count_side(second, &sides[1], why);
		if (e == OK) {
			*out = (struct comparison){ .customers = { sides[0].customers,
							    sides[1].customers },
				.journeys = { sides[0].journeys, sides[1].journeys } };
			compare_sides(sides, MAX_OF(support, (uint64_t)1), out);
			part_done(&sides[1]);
		}
		part_done(&sides[0]);
	}
	limits_give(limits, bytes);
	return e;
}

void comparison_done(struct comparison *comparison)
{
	free(comparison->items);
	*comparison = (struct comparison){ .count = 0 };
}
