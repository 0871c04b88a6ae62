/* journey/variants_count.c - the trips of a partition brought under their variants, and the most
 * frequent chosen
 *
 * A variant is the first of its trips: a slot of the table leads there and has the count, so that
 * what occurs once, as most variants do, takes no more than its slot.
 */
#include "journey/variants_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_LEAST = 1024 };

struct slot {
	uint32_t tag; /* half of the hash */
	uint32_t place, count; /* of the first trip; 0: free */
};

/* One thread's: it counts partitions while there are any. */
struct counter {
	struct variant_search *search;
	struct slot *slots; /* never more than half taken */
	size_t slot_count, taken;
	struct ranked *heap; /* the best so far, the worst of them on top */
	size_t heap_count, heap_room;
	uint64_t distinct;
};

/* ---- the table */

static void put_slot(struct counter *c, struct slot slot)
{
	size_t at = slot.tag & (c->slot_count - 1);

	while (c->slots[at].count != 0)
		at = (at + 1) & (c->slot_count - 1);
	c->slots[at] = slot;
}

static err grow(struct counter *c, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(c->search->plan);
	struct slot *old = c->slots;
	size_t old_count = c->slot_count, count = MAX_OF(old_count * 2, (size_t)SLOTS_LEAST);
	err e = limits_take(limits, count * sizeof(*old), why);

	if (e != OK)
		return e;
	c->slots = memory_alloc(count * sizeof(*old));
	c->slot_count = count;
	for (size_t i = 0; old != NULL && i < old_count; i++)
		if (old[i].count != 0)
			put_slot(c, old[i]);
	free(old);
	limits_give(limits, old_count * sizeof(*old));
	return OK;
}

static bool is_same(const struct trip *a, const struct trip *b, unsigned width)
{
	return a->hash == b->hash && a->length == b->length &&
	       memcmp(a->steps, b->steps, (size_t)a->length * width) == 0;
}

static err count_trip(struct counter *c, const struct trip_blocks *blocks, struct trip *trip,
	uint32_t place, struct why *why)
{
	uint32_t tag = (uint32_t)trip->hash;

	if (c->taken * 2 >= c->slot_count) {
		err e = grow(c, why);
		if (e != OK)
			return e;
	}
	size_t at = tag & (c->slot_count - 1);
	for (; c->slots[at].count != 0; at = (at + 1) & (c->slot_count - 1)) {
		struct slot *slot = &c->slots[at];
		if (slot->tag != tag ||
			!is_same(trip_at(blocks, slot->place), trip, c->search->width))
			continue;
		slot->count++;
		trip->mark = slot->place;
		return OK;
	}
	c->slots[at] = (struct slot){ tag, place, 1 };
	c->taken++;
	trip->is_first = 1;
	return OK;
}

enum { TRIPS_AHEAD = 8 }; /* whose slots are asked for before they are looked into */

static err count_block(
	struct counter *c, const struct trip_blocks *blocks, size_t block, struct why *why)
{
	struct trip_block *b = blocks->items[block];
	const char *from = (const char *)b->data, *end = from + b->used;
	struct trip *trip = (struct trip *)b->data, *ahead = trip;
	unsigned width = c->search->width, lead = 0;
	err e = OK;

	while (e == OK && (const char *)trip < end) {
		for (; lead < TRIPS_AHEAD && (const char *)ahead < end; lead++) {
			PREFETCH_TO_CHANGE(&c->slots[(uint32_t)ahead->hash & (c->slot_count - 1)]);
			ahead = trip_behind(ahead, width);
		}
		size_t place = block << TRIP_PLACE_BITS | (size_t)((const char *)trip - from) / 8;
		e = count_trip(c, blocks, trip, (uint32_t)place, why);
		trip = trip_behind(trip, width);
		lead--;
	}
	return e;
}

/* ---- the most frequent: a heap of at most `most`, whose worst is on top */

/* Is `a` to be told before `b`?  More frequent, or the same and first by the names of the steps. */
static bool is_before(
	const struct variant_search *s, const struct ranked *a, const struct ranked *b)
{
	if (a->count != b->count)
		return a->count > b->count;
	for (size_t i = 0; i < a->first->length && i < b->first->length; i++) {
		uint32_t x = s->rank[packed_step(a->first->steps, s->width, i)];
		uint32_t y = s->rank[packed_step(b->first->steps, s->width, i)];
		if (x != y)
			return x < y;
	}
	return a->first->length < b->first->length;
}

static void swap(struct ranked *a, struct ranked *b)
{
	struct ranked kept = *a;

	*a = *b;
	*b = kept;
}

static void sift_down(struct counter *c)
{
	for (size_t at = 0, worst;; at = worst) {
		worst = at;
		for (size_t child = 2 * at + 1; child < c->heap_count && child < 2 * at + 3;
			child++)
			if (is_before(c->search, &c->heap[worst], &c->heap[child]))
				worst = child;
		if (worst == at)
			return;
		swap(&c->heap[at], &c->heap[worst]);
	}
}

static void sift_up(struct counter *c)
{
	for (size_t at = c->heap_count - 1;
		at > 0 && is_before(c->search, &c->heap[(at - 1) / 2], &c->heap[at]);
		at = (at - 1) / 2)
		swap(&c->heap[at], &c->heap[(at - 1) / 2]);
}

static err offer(struct counter *c, const struct ranked *variant, struct why *why)
{
	void *heap = c->heap;

	if (c->heap_count == c->search->most) {
		if (c->heap_count > 0 && is_before(c->search, variant, &c->heap[0])) {
			c->heap[0] = *variant;
			sift_down(c);
		}
		return OK;
	}
	err e = limits_room(journey_plan_limits(c->search->plan), &heap, &c->heap_room,
		c->heap_count, sizeof(*c->heap), why);
	c->heap = heap;
	if (e != OK)
		return e;
	c->heap[c->heap_count++] = *variant;
	sift_up(c);
	return OK;
}

/* Most variants are too rare to be looked at. */
static err offer_all(struct counter *c, const struct trip_blocks *blocks, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < c->slot_count; i++) {
		const struct slot *slot = &c->slots[i];
		bool is_full = c->heap_count == c->search->most;
		if (slot->count == 0 ||
			(is_full && (c->heap_count == 0 || slot->count < c->heap[0].count)))
			continue;
		const struct ranked variant = { trip_at(blocks, slot->place), slot->count };
		e = offer(c, &variant, why);
	}
	return e;
}

/* ---- the whole */

static err count_partition(struct counter *c, const struct trip_blocks *blocks, struct why *why)
{
	err e = OK;

	if (c->slots == NULL)
		e = grow(c, why);
	else
		memset(c->slots, 0, c->slot_count * sizeof(*c->slots));
	c->taken = 0;
	for (size_t i = 0; e == OK && i < blocks->count; i++)
		e = count_block(c, blocks, i, why);
	c->distinct += c->taken;
	return e == OK ? offer_all(c, blocks, why) : e;
}

static err count_some(void *counters, size_t i, struct why *why)
{
	struct counter *c = (struct counter *)counters + i;
	struct variant_search *s = c->search;
	size_t partition;
	err e = OK;

	while (e == OK && (partition = atomic_fetch_add_explicit(
				   &s->next, 1, memory_order_relaxed)) < VARIANT_PARTITIONS)
		e = count_partition(c, &s->partitions[partition], why);
	return e;
}

static int by_place(const void *a, const void *b, void *search)
{
	const struct ranked *x = a, *y = b;

	return is_before(search, x, y) ? -1 : is_before(search, y, x);
}

static err add_top(struct variant_search *s, const struct counter *c, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < c->heap_count; i++) {
		void *top = s->top;
		e = limits_room(journey_plan_limits(s->plan), &top, &s->top_room, s->top_count,
			sizeof(*s->top), why);
		s->top = top;
		if (e == OK)
			s->top[s->top_count++] = c->heap[i];
	}
	return e;
}

static void counter_done(struct counter *c)
{
	limits_give(journey_plan_limits(c->search->plan),
		c->slot_count * sizeof(*c->slots) + c->heap_room * sizeof(*c->heap));
	free(c->slots);
	free(c->heap);
}

err variants_count(struct variant_search *s, struct why *why)
{
	struct counter counters[JOURNEY_THREADS_MAX];
	err e;

	for (unsigned i = 0; i < s->part_count; i++)
		counters[i] = (struct counter){ .search = s };
	e = journey_share_out(
		journey_plan_limits(s->plan), count_some, counters, s->part_count, why);
	for (unsigned i = 0; i < s->part_count; i++) {
		s->distinct += counters[i].distinct;
		if (e == OK)
			e = add_top(s, &counters[i], why);
		counter_done(&counters[i]);
	}
	if (e != OK)
		return e;
	if (s->top_count > 0)
		qsort_r(s->top, s->top_count, sizeof(*s->top), by_place, s);
	s->top_count = MIN_OF(s->top_count, s->most);
	for (size_t i = 0; i < s->top_count; i++)
		s->top[i].first->mark = (uint32_t)i + 1;
	return OK;
}
