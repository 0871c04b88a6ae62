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
	uint64_t *next; /* of each well: where this part's next value goes */
};

enum { MEDIAN, P90, POSITIONS };

struct wells {
	const struct journey_plan *plan;
	const struct tally *all;
	struct map *out;
	/* Dense: of each edge, a byte for each bucket whose times are wanted: for the edge's median
	 * and p90, and for those of the step it leaves. */
	uint32_t *wanted;
	uint32_t *order; /* not dense: the well of an edge: by step left, so that those lie together
			  */
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

/* `rest`: a zero byte for each of the four that wants this bucket. */
static void drop_wanted(struct catch *c, uint32_t from, size_t edge, uint64_t ticks, uint32_t rest)
{
	size_t step = c->wells->all->edge_count + from;

	for (unsigned p = 0; p < 2 * POSITIONS; p++, rest >>= 8)
		if ((rest & 0xff) == 0)
			c->drops[c->count++] = (struct drop){
				.well = (uint32_t)((p < POSITIONS ? edge : step) * POSITIONS +
						   p % POSITIONS),
				.ticks = ticks
			};
}

static inline bool has_zero_byte(uint32_t word)
{
	return ((word - 0x01010101U) & ~word & 0x80808080U) != 0;
}

static void drop_dense(struct catch *c, const uint32_t *codes, const struct dense_code *meaning,
	const int64_t *time, size_t count)
{
	const uint32_t *wanted = c->wells->wanted;
	struct dense_code code = meaning[codes[0]];

	for (size_t i = 1; i < count; i++) {
		const struct dense_code to = meaning[codes[i]];
		uint64_t ticks = (uint64_t)time[i] - (uint64_t)time[i - 1];
		size_t edge = (size_t)code.row + to.step;
		uint32_t rest = wanted[edge] ^ (time_bucket(ticks) * 0x01010101U);
		if (has_zero_byte(rest))
			drop_wanted(c, code.step, edge, ticks, rest);
		code = to;
	}
}

static err take_dense(void *part, const struct journey_run *runs, size_t count, struct why *why)
{
	struct catch *c = part;
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		const struct journey_run *run = &runs[i];
		const struct dense_code *meaning;
		const uint32_t *codes = dense_codes(c->wells->all, run, &meaning);
		e = make_room(c, run->events * (size_t)(2 * POSITIONS), why);
		for (size_t k = 0, from = 0; e == OK && k < run->journeys; from = run->end[k++])
			drop_dense(c, codes + from, meaning, run->time + from, run->end[k] - from);
	}
	return e;
}

static err take_sparse(void *part, const struct journey *j, struct why *why)
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
	err e = w->all->is_dense
			? journey_pass_runs(w->plan, take_dense, RUN_STEPS | RUN_TIMES | RUN_ENDS,
				  pointers, w->part_count, why)
			: journey_pass(w->plan, take_sparse, pointers, w->part_count, why);
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

/* A byte for each position. */
static uint32_t choose_buckets(const uint32_t *counts, uint64_t count)
{
	uint32_t chosen = 0;

	for (unsigned p = 0; p < POSITIONS; p++) {
		uint64_t position = count == 0 ? 0 : position_of(count, p);
		uint32_t bucket = count == 0 ? NO_BUCKET : quantile_bucket(counts, &position);
		chosen |= bucket << (8 * p);
	}
	return chosen;
}

static uint64_t leaving(const struct tally *all, size_t step)
{
	return all->step[step].count - all->step[step].ends;
}

static void choose_all(struct wells *w)
{
	const struct tally *all = w->all;
	uint32_t counts[TIME_BUCKETS];

	for (size_t from = 0; from < all->steps; from++) {
		step_counts(all, from, counts);
		uint32_t of_step = choose_buckets(counts, leaving(all, from));
		for (size_t to = 0; to < all->steps; to++) {
			size_t edge = from * all->steps + to;
			uint32_t of_edge =
				choose_buckets(all->buckets[edge], all->edges[edge].count);
			w->wanted[edge] = of_edge | of_step << (8 * POSITIONS);
		}
	}
}

static double dense_value(
	const struct wells *w, size_t list, const uint32_t *counts, uint64_t count, unsigned p)
{
	uint64_t position = position_of(count, p);

	(void)quantile_bucket(counts, &position);
	return selected(w, list * POSITIONS + p, list * POSITIONS + p + 1, position);
}

static void set_edge(const struct wells *w, struct map_edge *e)
{
	size_t at = e->from * w->all->steps + e->to;

	e->times.median_s = dense_value(w, at, w->all->buckets[at], e->count, MEDIAN);
	e->times.p90_s = dense_value(w, at, w->all->buckets[at], e->count, P90);
}

static void set_step(const struct wells *w, struct map_step *s)
{
	uint64_t count = leaving(w->all, s->step);
	size_t list = w->all->edge_count + s->step;
	uint32_t counts[TIME_BUCKETS];

	if (count == 0)
		return;
	step_counts(w->all, s->step, counts);
	s->times.median_s = dense_value(w, list, counts, count, MEDIAN);
	s->times.p90_s = dense_value(w, list, counts, count, P90);
}

/* A piece of work: a step, or (behind the steps) some edges. */
enum { EDGES_AT_ONCE = 64 };

static err set_some(void *context, size_t i, struct why *why)
{
	const struct wells *w = context;
	struct map *out = w->out;

	(void)why;
	if (i < out->step_count) {
		set_step(w, &out->steps[i]);
		return OK;
	}
	size_t from = (i - out->step_count) * EDGES_AT_ONCE;
	for (size_t k = from; k < MIN_OF(from + EDGES_AT_ONCE, out->edge_count); k++)
		set_edge(w, &out->edges[k]);
	return OK;
}

static err dense_times(struct wells *w, struct why *why)
{
	size_t pieces =
		w->out->step_count + (w->out->edge_count + EDGES_AT_ONCE - 1) / EDGES_AT_ONCE;

	w->count = (w->all->edge_count + w->all->steps) * POSITIONS;
	w->wanted = memory_alloc((w->all->edge_count + 1) * sizeof(*w->wanted));
	choose_all(w);
	err e = fill(w, why);
	if (e == OK)
		e = journey_share_out(journey_plan_limits(w->plan), set_some, w, pieces, why);
	free(w->wanted);
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

static err sparse_times(struct wells *w, struct why *why)
{
	w->count = w->all->edge_count;
	w->order = memory_alloc((w->count + 1) * sizeof(*w->order));
	struct place *places = order_wells(w);
	err e = fill(w, why);
	if (e == OK)
		set_sparse(w, places, w->out);
	free(places);
	free(w->order);
	return e;
}

err map_find_times(
	const struct journey_plan *plan, const struct tally *all, struct map *out, struct why *why)
{
	struct wells w = { .plan = plan, .all = all, .out = out };
	err e = (all->is_dense ? dense_times : sparse_times)(&w, why);

	free(w.start);
	free(w.values);
	return e;
}
