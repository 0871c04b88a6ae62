/* journey/variants_count.c - the trips of a partition brought under their variants, and the most
 * frequent chosen */
#include "journey/variants_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- a table of the variants of one partition: never more than half full */

struct table {
	uint32_t *slots; /* variant + 1 */
	size_t mask;
};

static void grow(struct table *table, const struct partition *p)
{
	size_t size = MAX_OF((table->mask + 1) * 2, (size_t)1024);

	free(table->slots);
	table->slots = memory_alloc(size * sizeof(*table->slots));
	table->mask = size - 1;
	for (size_t i = 0; i < p->count; i++) {
		size_t at = p->variants[i].hash & table->mask;
		while (table->slots[at] != 0)
			at = (at + 1) & table->mask;
		table->slots[at] = (uint32_t)i + 1;
	}
}

static bool is_same(
	const struct counted *v, const struct trip *trip, const uint8_t *steps, unsigned width)
{
	return v->hash == trip->hash && v->length == trip->length &&
	       memcmp(v->steps, steps, (size_t)trip->length * width) == 0;
}

enum { VARIANT_BYTES = sizeof(struct counted) + 16 }; /* with its slots */

static err add(struct variant_search *s, struct partition *p, const struct trip *trip,
	const uint8_t *steps, struct why *why)
{
	void *items = p->variants;
	size_t before = p->room;
	err e = limits_room(
		journey_plan_limits(s->plan), &items, &p->room, p->count, VARIANT_BYTES, why);

	p->variants = items;
	p->bytes += (p->room - before) * VARIANT_BYTES;
	if (e == OK)
		p->variants[p->count++] = (struct counted){
			.hash = trip->hash, .steps = steps, .length = trip->length
		};
	return e;
}

static err find(struct variant_search *s, struct partition *p, struct table *table,
	const struct trip *trip, const uint8_t *steps, uint32_t *out, struct why *why)
{
	if (p->count * 2 >= table->mask)
		grow(table, p);
	size_t at = trip->hash & table->mask;
	for (; table->slots[at] != 0; at = (at + 1) & table->mask)
		if (is_same(&p->variants[table->slots[at] - 1], trip, steps, s->width)) {
			*out = table->slots[at] - 1;
			return OK;
		}
	err e = add(s, p, trip, steps, why);
	*out = (uint32_t)p->count - 1;
	if (e == OK)
		table->slots[at] = (uint32_t)p->count;
	return e;
}

static void count_trip(struct counted *v, const struct trip *trip)
{
	v->count++;
	v->outcomes[trip->mark]++;
	v->ticks += trip->ticks;
	v->customers += v->last_customer != trip->customer + 1;
	v->last_customer = trip->customer + 1;
}

static err count_bin(struct variant_search *s, struct partition *p, struct table *table,
	struct bin *bin, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < bin->count; i++) {
		struct trip *trip = &bin->trips[i];
		uint32_t variant = 0;
		e = find(s, p, table, trip, bin->bytes + trip->at, &variant, why);
		if (e != OK)
			break;
		count_trip(&p->variants[variant], trip);
		trip->mark = variant;
	}
	return e;
}

err variants_count_partition(void *search, size_t i, struct why *why)
{
	struct variant_search *s = search;
	struct table table = { .slots = NULL };
	err e = OK;

	for (unsigned part = 0; e == OK && part < s->part_count; part++)
		e = count_bin(s, &s->partitions[i], &table, &s->bins[part][i], why);
	free(table.slots);
	return e;
}

/* ---- the most frequent: a heap of at most `most`, whose worst is on top */

/* Is `a` to be told before `b`?  More frequent, or the same and first by the names of the steps. */
static bool is_before(
	const struct variant_search *s, const struct counted *a, const struct counted *b)
{
	if (a->count != b->count)
		return a->count > b->count;
	for (size_t i = 0; i < a->length && i < b->length; i++) {
		uint32_t x = s->rank[packed_step(a->steps, s->width, i)];
		uint32_t y = s->rank[packed_step(b->steps, s->width, i)];
		if (x != y)
			return x < y;
	}
	return a->length < b->length;
}

static void sift_down(struct variant_search *s, size_t at, size_t count)
{
	for (;;) {
		size_t worst = at, left = 2 * at + 1;
		for (size_t child = left; child < count && child < left + 2; child++)
			if (is_before(s, s->heap[worst], s->heap[child]))
				worst = child;
		if (worst == at)
			return;
		struct counted *kept = s->heap[at];
		s->heap[at] = s->heap[worst];
		s->heap[worst] = kept;
		at = worst;
	}
}

static void sift_up(struct variant_search *s, size_t at)
{
	while (at > 0 && is_before(s, s->heap[(at - 1) / 2], s->heap[at])) {
		struct counted *kept = s->heap[at];
		s->heap[at] = s->heap[(at - 1) / 2];
		s->heap[(at - 1) / 2] = kept;
		at = (at - 1) / 2;
	}
}

static void offer(struct variant_search *s, struct counted *v)
{
	if (s->heap_count < s->most) {
		s->heap[s->heap_count] = v;
		sift_up(s, s->heap_count++);
	} else if (s->most > 0 && is_before(s, v, s->heap[0])) {
		s->heap[0] = v;
		sift_down(s, 0, s->heap_count);
	}
}

void variants_choose(struct variant_search *s)
{
	for (size_t i = 0; i < VARIANT_PARTITIONS; i++)
		for (size_t k = 0; k < s->partitions[i].count; k++)
			offer(s, &s->partitions[i].variants[k]);
	for (size_t left = s->heap_count; left > 1; left--) { /* the worst to the end */
		struct counted *worst = s->heap[0];
		s->heap[0] = s->heap[left - 1];
		s->heap[left - 1] = worst;
		sift_down(s, 0, left - 1);
	}
	for (size_t i = 0; i < s->heap_count; i++)
		s->heap[i]->chosen = (uint32_t)i + 1;
}
