/* journey/list.c - see list.h: each part keeps its first journeys in a heap, the last of them on
 * top */
#include "journey/list.h"

#include <stdlib.h>
#include <string.h>

struct part {
	const struct journey_plan *plan;
	const struct journey_choice *choice; /* NULL: all */
	enum journey_order order;
	void *scratch;
	size_t most;
	struct listed *items;
	size_t count, room, bytes;
	uint64_t customers, journeys;
	uint32_t last_customer; /* + 1 */
};

/* What is larger is told before. */
static uint64_t weight(enum journey_order order, const struct listed *item)
{
	uint64_t span = (uint64_t)item->last - (uint64_t)item->first;

	switch (order) {
	case JOURNEYS_EARLIEST:
		return ~((uint64_t)item->first ^ (uint64_t)1 << 63);
	case JOURNEYS_LONGEST:
		return span;
	case JOURNEYS_SHORTEST:
		return ~span;
	case JOURNEYS_MOST_STEPS:
		return item->length;
	case JOURNEYS_FEWEST_STEPS:
		return ~(uint64_t)item->length;
	case JOURNEYS_LATEST:
	case JOURNEY_ORDERS:
		break;
	}
	return (uint64_t)item->first ^ (uint64_t)1 << 63; /* before 1970 is before */
}

/* Is `a` to be told before `b`? */
static bool is_before(enum journey_order order, const struct listed *a, const struct listed *b)
{
	uint64_t x = weight(order, a), y = weight(order, b);

	if (x != y)
		return x > y;
	if (a->first != b->first)
		return a->first > b->first;
	return a->first_row > b->first_row;
}

static void swap(struct listed *a, struct listed *b)
{
	struct listed kept = *a;

	*a = *b;
	*b = kept;
}

static void sift_up(enum journey_order order, struct listed *items, size_t at)
{
	for (; at > 0 && is_before(order, &items[(at - 1) / 2], &items[at]); at = (at - 1) / 2)
		swap(&items[at], &items[(at - 1) / 2]);
}

static void sift_down(enum journey_order order, struct listed *items, size_t count)
{
	for (size_t at = 0, worst;; at = worst) {
		worst = at;
		for (size_t child = 2 * at + 1; child < count && child < 2 * at + 3; child++)
			if (is_before(order, &items[worst], &items[child]))
				worst = child;
		if (worst == at)
			return;
		swap(&items[at], &items[worst]);
	}
}

static err copy_steps(struct part *p, const struct journey_run *run, size_t from,
	struct listed *item, struct why *why)
{
	size_t bytes = item->length * sizeof(*item->steps);
	err e = limits_take(journey_plan_limits(p->plan), bytes, why);

	if (e != OK)
		return e;
	p->bytes += bytes;
	item->steps = memory_alloc(bytes);
	for (size_t i = 0; i < item->length; i++)
		item->steps[i] = journey_run_step(run, from + i);
	return OK;
}

static void drop_steps(struct part *p, const struct listed *item)
{
	size_t bytes = item->length * sizeof(*item->steps);

	limits_give(journey_plan_limits(p->plan), bytes);
	p->bytes -= bytes;
	free(item->steps);
}

static err keep(struct part *p, struct listed item, const struct journey_run *run, size_t from,
	struct why *why)
{
	void *items = p->items;
	size_t before = p->room;
	err e = copy_steps(p, run, from, &item, why);

	if (e == OK && p->count == p->most) { /* in place of the last */
		drop_steps(p, &p->items[0]);
		p->items[0] = item;
		sift_down(p->order, p->items, p->count);
		return OK;
	}
	if (e == OK)
		e = limits_room(journey_plan_limits(p->plan), &items, &p->room, p->count,
			sizeof(*p->items), why);
	p->items = items;
	p->bytes += (p->room - before) * sizeof(*p->items);
	if (e != OK) {
		if (item.steps != NULL)
			drop_steps(p, &item);
		return e;
	}
	p->items[p->count] = item;
	sift_up(p->order, p->items, p->count++);
	return OK;
}

static void count(struct part *p, uint32_t customer, size_t journeys)
{
	p->journeys += journeys;
	p->customers += p->last_customer != customer + 1;
	p->last_customer = customer + 1;
}

/* Journey k, whose events begin at `from`, if it is late enough. */
static err offer(
	struct part *p, const struct journey_run *run, size_t k, size_t from, struct why *why)
{
	size_t end = run->end[k];
	const struct listed item = { .customer = run->customer,
		.outcome = (enum journey_outcome)run->outcome[k],
		.first = run->time[from],
		.last = run->time[end - 1],
		.first_row = run->row[from],
		.length = end - from };

	if (p->count == p->most && !is_before(p->order, &item, &p->items[0]))
		return OK;
	return keep(p, item, run, from, why);
}

static err take_run(struct part *p, const struct journey_run *run, struct why *why)
{
	err e = OK;

	count(p, run->customer, run->journeys);
	if (p->most == 0)
		return OK;
	for (size_t k = 0, from = 0; e == OK && k < run->journeys; from = run->end[k++])
		e = offer(p, run, k, from, why);
	return e;
}

static err take_all(
	void *context, const struct journey_run *runs, size_t run_count, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < run_count; i++)
		e = take_run(context, &runs[i], why);
	return e;
}

static err take_chosen(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;
	const uint32_t end = (uint32_t)j->count;
	const uint8_t outcome = (uint8_t)j->outcome;
	const struct journey_run run = { j->customer, 1, j->count, &end, &outcome, j->step, j->row,
		j->time, j->what, NULL, { .count = 0 } };
	bool is_wanted = true;
	err e = p->choice->wants(p->choice->context, p->scratch, j, &is_wanted, why);

	return e == OK && is_wanted ? take_run(p, &run, why) : e;
}

/* ---- parts together */

static int by_place(const void *a, const void *b, void *order)
{
	const enum journey_order *o = order;

	return is_before(*o, a, b) ? -1 : is_before(*o, b, a);
}

static void part_done(struct part *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->items[i].steps);
	free(p->items);
	limits_give(journey_plan_limits(p->plan), p->bytes);
}

/* All items into the first part's list, in their order; those beyond `most` go. */
static err join(struct part *parts, unsigned count, struct why *why)
{
	struct part *to = &parts[0];
	err e = OK;

	for (unsigned i = 1; e == OK && i < count; i++) {
		struct part *from = &parts[i];
		to->journeys += from->journeys;
		to->customers += from->customers;
		while (e == OK && from->count > 0) {
			void *items = to->items;
			size_t before = to->room;
			e = limits_room(journey_plan_limits(to->plan), &items, &to->room, to->count,
				sizeof(*to->items), why);
			to->items = items;
			to->bytes += (to->room - before) * sizeof(*to->items);
			if (e != OK)
				break;
			const struct listed *item = &from->items[--from->count];
			to->items[to->count++] = *item;
			to->bytes += item->length * sizeof(*item->steps);
			from->bytes -= item->length * sizeof(*item->steps);
		}
	}
	if (e == OK && to->count > 0)
		qsort_r(to->items, to->count, sizeof(*to->items), by_place, &to->order);
	while (e == OK && to->count > to->most)
		drop_steps(to, &to->items[--to->count]);
	return e;
}

static void *scratch_of(const struct journey_choice *choice, unsigned part)
{
	return choice == NULL || choice->scratch == NULL ? NULL : choice->scratch[part];
}

err journey_list_make(const struct journey_plan *plan, size_t most,
	const struct journey_choice *choice, struct journey_list *out, struct why *why)
{
	struct part parts[JOURNEY_THREADS_MAX];
	void *pointers[JOURNEY_THREADS_MAX];
	unsigned count = journey_pass_parts(plan);

	ASSERT(count > 0);
	for (unsigned i = 0; i < count; i++) {
		parts[i] = (struct part){ .plan = plan,
			.choice = choice,
			.order = choice == NULL ? JOURNEYS_LATEST : choice->order,
			.scratch = scratch_of(choice, i),
			.most = most };
		pointers[i] = &parts[i];
	}
	err e = choice == NULL || choice->wants == NULL
			? journey_pass_runs(plan, take_all, most == 0 ? 0 : RUN_ALL, pointers,
				  count, why) /* who only counts looks at no journey */
			: journey_pass(plan, take_chosen, pointers, count, why);
	if (e == OK)
		e = join(parts, count, why);
	for (unsigned i = e == OK ? 1 : 0; i < count; i++)
		part_done(&parts[i]);
	if (e == OK)
		*out = (struct journey_list){ parts[0].customers, parts[0].journeys, parts[0].items,
			parts[0].count, parts[0].bytes };
	return e;
}

void journey_list_done(const struct journey_plan *plan, struct journey_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].steps);
	free(list->items);
	limits_give(journey_plan_limits(plan), list->bytes);
	*list = (struct journey_list){ .count = 0 };
}
