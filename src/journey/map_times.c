/* journey/map_times.c - the second pass of a map whose steps are many: exact means, medians and p90
 *
 * A well takes all times of its edge, and a step's list is its edges' wells side by side; the rest
 * is selecting.  Where steps are few, map_times_dense.c has it without a second pass.
 */
#include "journey/map_internal.h"
#include "journey/quantile.h"

#include <stdlib.h>

struct drop {
	uint32_t well, unused;
	uint64_t ticks;
};

struct catch /* of a part */
{
	const struct wells *wells;
	struct drop *drops;
	size_t count, room;
	uint64_t *next; /* of each well: where this part's next value goes */
};

struct wells {
	const struct journey_plan *plan;
	const struct tally *all;
	uint32_t *order; /* the well of an edge: by step left, so that those lie together */
	size_t count;
	uint64_t *start; /* of each well, into values; one more at the end */
	uint64_t *values;
	struct catch *parts;
	unsigned part_count;
};

/* ---- dropping */

/* Room for `more` behind what there is. */
static err make_room(struct catch *c, size_t more, struct why *why)
{
	err e = OK;

	while (e == OK && c->room - c->count < more) {
		void *drops = c->drops;
		e = limits_room(journey_plan_limits(c->wells->plan), &drops, &c->room, c->room,
			sizeof(*c->drops), why);
		c->drops = drops;
	}
	return e;
}

static err take(void *part, const struct journey *j, struct why *why)
{
	struct catch *c = part;
	const struct tally *all = c->wells->all;
	err e = make_room(c, j->count, why);

	for (size_t i = 1; e == OK && i < j->count; i++) {
		uint64_t ticks = (uint64_t)j->time[i] - (uint64_t)j->time[i - 1];
		size_t edge = 0;
		ASSERT(tally_find(all, j->step[i - 1], j->step[i], &edge));
		c->drops[c->count++] =
			(struct drop){ .well = c->wells->order[edge], .ticks = ticks };
	}
	return e;
}

/* ---- into wells: each part counts its drops, is told where its share of each well begins, and
 * pours.  Within a well the order does not matter. */

static err count_drops(void *context, size_t i, struct why *why)
{
	struct wells *w = context;
	struct catch *c = &w->parts[i];

	(void)why;
	for (size_t k = 0; k < c->count; k++)
		c->next[c->drops[k].well]++;
	return OK;
}

static uint64_t share_wells(struct wells *w)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < w->count; i++) {
		w->start[i] = sum;
		for (unsigned part = 0; part < w->part_count; part++) {
			uint64_t own = w->parts[part].next[i];
			w->parts[part].next[i] = sum;
			sum += own;
		}
	}
	w->start[w->count] = sum;
	return sum;
}

static err pour_drops(void *context, size_t i, struct why *why)
{
	struct wells *w = context;
	struct catch *c = &w->parts[i];

	(void)why;
	for (size_t k = 0; k < c->count; k++)
		w->values[c->next[c->drops[k].well]++] = c->drops[k].ticks;
	return OK;
}

static err pour_all(struct wells *w, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(w->plan);

	w->start = memory_alloc((w->count + 1) * sizeof(*w->start));
	for (unsigned i = 0; i < w->part_count; i++)
		w->parts[i].next = memory_alloc((w->count + 1) * sizeof(*w->parts[i].next));
	err e = journey_share_out(limits, count_drops, w, w->part_count, why);
	if (e != OK)
		return e;
	uint64_t total = share_wells(w);
	w->values = memory_resize(NULL, (total + 1) * sizeof(*w->values));
	return journey_share_out(limits, pour_drops, w, w->part_count, why);
}

/* The room is given back at once: nothing is asked for before the values are gone again. */
static err pour(struct wells *w, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(w->plan);
	uint64_t total = 0;

	for (unsigned i = 0; i < w->part_count; i++)
		total += w->parts[i].count;
	size_t bytes = ((w->part_count + 1) * (w->count + 1) + total) * sizeof(uint64_t);
	err e = limits_take(limits, bytes, why);
	if (e != OK)
		return e;
	e = pour_all(w, why);
	limits_give(limits, bytes);
	return e;
}

static err fill(struct wells *w, struct why *why)
{
	void *pointers[JOURNEY_THREADS_MAX];

	w->part_count = journey_pass_parts(w->plan);
	w->parts = memory_alloc(w->part_count * sizeof(*w->parts));
	for (unsigned i = 0; i < w->part_count; i++) {
		w->parts[i] = (struct catch){ .wells = w };
		pointers[i] = &w->parts[i];
	}
	err e = journey_pass(w->plan, take, pointers, w->part_count, why);
	if (e == OK)
		e = pour(w, why);
	for (unsigned i = 0; i < w->part_count; i++) {
		limits_give(journey_plan_limits(w->plan), w->parts[i].room * sizeof(struct drop));
		free(w->parts[i].drops);
		free(w->parts[i].next);
	}
	free(w->parts);
	return e;
}

/* ---- selecting */

static struct map_times times_of(
	const struct wells *w, unsigned __int128 ticks, size_t first, size_t behind)
{
	uint64_t *values = w->values + w->start[first], count = w->start[behind] - w->start[first];
	uint64_t median = select_value(values, count, quantile_position(count, 1, 2));
	uint64_t p90 = select_value(values, count, quantile_position(count, 9, 10));

	return (struct map_times){ seconds_of((double)ticks / (double)count),
		seconds_of((double)median), seconds_of((double)p90) };
}

struct place {
	uint64_t key;
	uint32_t edge, unused;
};

static int by_key(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static struct place *order_wells(struct wells *w)
{
	const struct tally *all = w->all;
	struct place *places = memory_alloc((all->edge_count + 1) * sizeof(*places));

	for (size_t i = 0; i < all->edge_count; i++)
		places[i] = (struct place){ .key = all->keys[i] - 1, .edge = (uint32_t)i };
	qsort(places, all->edge_count, sizeof(*places), by_key);
	for (size_t i = 0; i < all->edge_count; i++)
		w->order[places[i].edge] = (uint32_t)i;
	return places;
}

/* Edges first: selecting for a step mixes up the wells of its edges. */
static void set_sparse(const struct wells *w, const struct place *places, struct map *out)
{
	const struct tally *all = w->all;

	for (size_t i = 0; i < out->edge_count; i++) {
		size_t edge = 0;
		ASSERT(tally_find(all, out->edges[i].from, out->edges[i].to, &edge));
		out->edges[i].times = times_of(
			w, all->edges[edge].ticks, w->order[edge], w->order[edge] + (size_t)1);
	}
	for (size_t i = 0, first = 0, behind; i < out->step_count; i++, first = behind) {
		unsigned __int128 ticks = 0;
		behind = first; /* steps and wells are both in the order of the steps */
		while (behind < all->edge_count &&
			places[behind].key / all->steps == out->steps[i].step)
			ticks += all->edges[places[behind++].edge].ticks;
		if (behind > first)
			out->steps[i].times = times_of(w, ticks, first, behind);
	}
}

err map_times_sparse(const struct tally *all, struct map *out, struct why *why)
{
	struct wells w = { .plan = all->plan, .all = all };

	w.count = all->edge_count;
	w.order = memory_alloc((w.count + 1) * sizeof(*w.order));
	struct place *places = order_wells(&w);
	err e = fill(&w, why);
	if (e == OK)
		set_sparse(&w, places, out);
	free(places);
	free(w.order);
	free(w.start);
	free(w.values);
	return e;
}
