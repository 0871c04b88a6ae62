/* journey/map_times.c - the second pass of a map: exact medians and p90
 *
 * Each list of times has two wanted positions, and so two wells: one for each bucket that holds a
 * wanted position.  The pass drops into a well the times of its bucket; the rest is selecting.
 * Where edges are many (not dense) there are no buckets: a well takes all times of its edge, and a
 * step's list is its edges' wells side by side.
 */
#include "journey/map_internal.h"

#include <stdlib.h>
#include <string.h>

struct drop {
	uint32_t well, unused;
	uint64_t ticks;
};

struct catch /* of a part */
{
	const struct wells *wells;
	struct drop *drops;
	size_t count, room;
};

enum { MEDIAN, P90, POSITIONS };

struct wells {
	const struct journey_plan *plan;
	const struct tally *all;
	uint8_t (*edge_buckets)[POSITIONS], (*step_buckets)[POSITIONS]; /* dense */
	uint32_t *order; /* not dense: the well of an edge: by step left, so that those lie together
			  */
	size_t count;
	uint64_t *start; /* of each well, into values; one more at the end */
	uint64_t *values;
};

/* ---- dropping */

static err drop(struct catch *c, size_t well, uint64_t ticks, struct why *why)
{
	void *drops = c->drops;
	err e = limits_room(journey_plan_limits(c->wells->plan), &drops, &c->room, c->count,
		sizeof(*c->drops), why);

	c->drops = drops;
	if (e == OK)
		c->drops[c->count++] = (struct drop){ .well = (uint32_t)well, .ticks = ticks };
	return e;
}

static err drop_dense(struct catch *c, uint32_t from, size_t edge, uint64_t ticks, struct why *why)
{
	const struct wells *w = c->wells;
	size_t steps_from = w->all->edge_count;
	uint8_t bucket = (uint8_t)time_bucket(ticks);
	err e = OK;

	for (unsigned p = 0; p < POSITIONS; p++) {
		if (e == OK && w->edge_buckets[edge][p] == bucket)
			e = drop(c, edge * POSITIONS + p, ticks, why);
		if (e == OK && w->step_buckets[from][p] == bucket)
			e = drop(c, (steps_from + from) * POSITIONS + p, ticks, why);
	}
	return e;
}

static err take(void *part, const struct journey *j, struct why *why)
{
	struct catch *c = part;
	const struct tally *all = c->wells->all;
	err e = OK;

	for (size_t i = 1; e == OK && i < j->count; i++) {
		uint64_t ticks = (uint64_t)j->time[i] - (uint64_t)j->time[i - 1];
		size_t edge = 0;
		ASSERT(tally_find(all, j->step[i - 1], j->step[i], &edge));
		e = all->is_dense ? drop_dense(c, j->step[i - 1], edge, ticks, why)
				  : drop(c, c->wells->order[edge], ticks, why);
	}
	return e;
}

/* Into wells, part after part; within a well the order does not matter. */
static err pour(struct wells *w, struct catch *parts, unsigned count, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(w->plan);
	uint64_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += parts[i].count;
	err e = limits_take(limits, (w->count + total + 2) * sizeof(uint64_t), why);
	if (e != OK)
		return e;
	w->start = memory_alloc((w->count + 2) * sizeof(*w->start));
	w->values = memory_alloc((total + 1) * sizeof(*w->values));
	for (unsigned i = 0; i < count; i++)
		for (size_t k = 0; k < parts[i].count; k++)
			w->start[parts[i].drops[k].well + 2]++;
	for (size_t i = 2; i < w->count + 2; i++)
		w->start[i] += w->start[i - 1];
	for (unsigned i = 0; i < count; i++)
		for (size_t k = 0; k < parts[i].count; k++) {
			const struct drop *d = &parts[i].drops[k];
			w->values[w->start[d->well + 1]++] = d->ticks;
		}
	limits_give(limits, (w->count + total + 2) * sizeof(uint64_t));
	return OK;
}

static err fill(struct wells *w, struct why *why)
{
	struct catch parts[JOURNEY_THREADS_MAX];
	void *pointers[JOURNEY_THREADS_MAX];
	unsigned count = journey_pass_parts(w->plan);

	for (unsigned i = 0; i < count; i++) {
		parts[i] = (struct catch){ .wells = w };
		pointers[i] = &parts[i];
	}
	err e = journey_pass(w->plan, take, pointers, count, why);
	if (e == OK)
		e = pour(w, parts, count, why);
	for (unsigned i = 0; i < count; i++) {
		limits_give(journey_plan_limits(w->plan), parts[i].room * sizeof(struct drop));
		free(parts[i].drops);
	}
	return e;
}

/* ---- selecting */

static uint64_t position_of(uint64_t count, unsigned p)
{
	return p == MEDIAN ? quantile_position(count, 1, 2) : quantile_position(count, 9, 10);
}

static double selected(const struct wells *w, size_t first, size_t behind, uint64_t position)
{
	uint64_t from = w->start[first], count = w->start[behind] - from;

	return seconds_of((double)select_value(w->values + from, count, position));
}

/* ---- dense: from the buckets */

static void add_counts(uint32_t *to, const uint32_t *from)
{
	for (size_t i = 0; i < TIME_BUCKETS; i++)
		to[i] += from[i];
}

static void step_counts(const struct tally *all, size_t step, uint32_t counts[TIME_BUCKETS])
{
	memset(counts, 0, TIME_BUCKETS * sizeof(*counts));
	for (size_t to = 0; to < all->steps; to++)
		if (all->edges[step * all->steps + to].count > 0)
			add_counts(counts, all->buckets[step * all->steps + to]);
}

enum { NO_BUCKET = TIME_BUCKETS };
_Static_assert(NO_BUCKET <= UINT8_MAX, "a bucket is a byte");

static void choose_buckets(const uint32_t *counts, uint64_t count, uint8_t out[static POSITIONS])
{
	for (unsigned p = 0; p < POSITIONS; p++) {
		uint64_t position = count == 0 ? 0 : position_of(count, p);
		out[p] = count == 0 ? NO_BUCKET : (uint8_t)quantile_bucket(counts, &position);
	}
}

static uint64_t leaving(const struct tally *all, size_t step)
{
	return all->step[step].count - all->step[step].ends;
}

static void choose_all(struct wells *w)
{
	const struct tally *all = w->all;
	uint32_t counts[TIME_BUCKETS];

	for (size_t i = 0; i < all->edge_count; i++)
		choose_buckets(all->buckets[i], all->edges[i].count, w->edge_buckets[i]);
	for (size_t i = 0; i < all->steps; i++) {
		step_counts(all, i, counts);
		choose_buckets(counts, leaving(all, i), w->step_buckets[i]);
	}
}

static double dense_value(
	const struct wells *w, size_t list, const uint32_t *counts, uint64_t count, unsigned p)
{
	uint64_t position = position_of(count, p);

	(void)quantile_bucket(counts, &position);
	return selected(w, list * POSITIONS + p, list * POSITIONS + p + 1, position);
}

static void set_dense(const struct wells *w, struct map *out)
{
	const struct tally *all = w->all;
	uint32_t counts[TIME_BUCKETS];

	for (size_t i = 0; i < out->edge_count; i++) {
		struct map_edge *e = &out->edges[i];
		size_t at = e->from * all->steps + e->to;
		e->times.median_s = dense_value(w, at, all->buckets[at], e->count, MEDIAN);
		e->times.p90_s = dense_value(w, at, all->buckets[at], e->count, P90);
	}
	for (size_t i = 0; i < out->step_count; i++) {
		struct map_step *s = &out->steps[i];
		uint64_t count = leaving(all, s->step);
		if (count == 0)
			continue;
		step_counts(all, s->step, counts);
		s->times.median_s =
			dense_value(w, all->edge_count + s->step, counts, count, MEDIAN);
		s->times.p90_s = dense_value(w, all->edge_count + s->step, counts, count, P90);
	}
}

static err dense_times(struct wells *w, struct map *out, struct why *why)
{
	w->count = (w->all->edge_count + w->all->steps) * POSITIONS;
	w->edge_buckets = memory_alloc((w->all->edge_count + 1) * sizeof(*w->edge_buckets));
	w->step_buckets = memory_alloc((w->all->steps + 1) * sizeof(*w->step_buckets));
	choose_all(w);
	err e = fill(w, why);
	if (e == OK)
		set_dense(w, out);
	free(w->edge_buckets);
	free(w->step_buckets);
	return e;
}

/* ---- not dense: wells by step left */

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

static struct map_times times_of(
	const struct wells *w, struct map_times times, size_t first, size_t behind)
{
	uint64_t count = w->start[behind] - w->start[first];

	times.median_s = selected(w, first, behind, position_of(count, MEDIAN));
	times.p90_s = selected(w, first, behind, position_of(count, P90));
	return times;
}

/* Edges first: selecting for a step mixes up the wells of its edges. */
static void set_sparse(const struct wells *w, const struct place *places, struct map *out)
{
	const struct tally *all = w->all;

	for (size_t i = 0; i < out->edge_count; i++) {
		size_t edge = 0;
		ASSERT(tally_find(all, out->edges[i].from, out->edges[i].to, &edge));
		out->edges[i].times = times_of(
			w, out->edges[i].times, w->order[edge], w->order[edge] + (size_t)1);
	}
	for (size_t i = 0, first = 0, behind; i < out->step_count; i++, first = behind) {
		behind = first; /* steps and wells are both in the order of the steps */
		while (behind < all->edge_count &&
			places[behind].key / all->steps == out->steps[i].step)
			behind++;
		if (behind > first)
			out->steps[i].times = times_of(w, out->steps[i].times, first, behind);
	}
}

static err sparse_times(struct wells *w, struct map *out, struct why *why)
{
	w->count = w->all->edge_count;
	w->order = memory_alloc((w->count + 1) * sizeof(*w->order));
	struct place *places = order_wells(w);
	err e = fill(w, why);
	if (e == OK)
		set_sparse(w, places, out);
	free(places);
	free(w->order);
	return e;
}

err map_find_times(
	const struct journey_plan *plan, const struct tally *all, struct map *out, struct why *why)
{
	struct wells w = { .plan = plan, .all = all };
	err e = (all->is_dense ? dense_times : sparse_times)(&w, out, why);

	free(w.start);
	free(w.values);
	return e;
}
