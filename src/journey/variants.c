/* journey/variants.c - see variants.h: trips into bins, and the answer made of what was counted */
#include "journey/variants.h"

#include "journey/variants_internal.h"

#include "base/hash.h"
#include "base/random.h"
#include "journey/quantile.h"

#include <stdlib.h>
#include <string.h>

unsigned variants_hash_bits;

/* ---- a part: journeys into the bins of their hashes */

struct part {
	struct variant_search *search;
	struct bin *bins;
	uint8_t *packed;
	size_t packed_room;
	uint64_t customers, events;
	uint32_t last_customer;
};

static void pack(uint8_t *to, const struct journey *j, unsigned width)
{
	for (size_t i = 0; i < j->count; i++)
		for (unsigned b = 0; b < width; b++)
			to[i * width + b] = (uint8_t)(j->step[i] >> (8 * b));
}

static void pack_bytes(uint8_t *to, const struct journey *j)
{
	for (size_t i = 0; i < j->count; i++)
		to[i] = (uint8_t)j->step[i];
}

static err room_for_bytes(struct part *p, struct bin *bin, size_t bytes, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(p->search->plan);
	size_t more = MAX_OF(bin->byte_room, bytes + 1024);

	if (bin->used + bytes <= bin->byte_room)
		return OK;
	if (bin->byte_room + more > UINT32_MAX)
		return fail(why, MSG_JOURNEY_ROOM, arg_int((int64_t)limits->bytes_max),
			arg_c("--since"));
	err e = limits_take(limits, more, why);
	if (e != OK)
		return e;
	bin->bytes = memory_resize(bin->bytes, bin->byte_room + more);
	bin->byte_room += more;
	return OK;
}

static err keep(struct part *p, const struct journey *j, size_t bytes, struct why *why)
{
	uint64_t hash = hash64(p->search->seed, (str){ (const char *)p->packed, bytes });
	uint64_t ticks = (uint64_t)j->time[j->count - 1] - (uint64_t)j->time[0];

	if (variants_hash_bits > 0)
		hash &= ((uint64_t)1 << variants_hash_bits) - 1;
	struct bin *bin = &p->bins[hash >> (64 - VARIANT_PARTITION_BITS)];
	void *trips = bin->trips;
	err e = limits_room(journey_plan_limits(p->search->plan), &trips, &bin->trip_room,
		bin->count, sizeof(*bin->trips), why);
	bin->trips = trips;
	if (e == OK)
		e = room_for_bytes(p, bin, bytes, why);
	if (e != OK)
		return e;
	bin->trips[bin->count++] = (struct trip){ .hash = hash,
		.ticks = ticks,
		.customer = j->customer,
		.length = (uint32_t)j->count,
		.at = (uint32_t)bin->used,
		.mark = j->outcome };
	memcpy(bin->bytes + bin->used, p->packed, bytes);
	bin->used += bytes;
	return OK;
}

static err take(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;
	size_t bytes = j->count * p->search->width;

	if (bytes > p->packed_room) {
		p->packed_room = bytes * 2;
		p->packed = memory_resize(p->packed, p->packed_room);
	}
	if (p->search->width == 1)
		pack_bytes(p->packed, j);
	else
		pack(p->packed, j, p->search->width);
	p->events += j->count;
	p->customers += p->last_customer != j->customer + 1;
	p->last_customer = j->customer + 1;
	return keep(p, j, bytes, why);
}

static err fill_bins(struct variant_search *s, struct variants *out, struct why *why)
{
	struct part parts[JOURNEY_THREADS_MAX];
	void *pointers[JOURNEY_THREADS_MAX];

	for (unsigned i = 0; i < s->part_count; i++) {
		parts[i] = (struct part){ .search = s, .bins = s->bins[i] };
		pointers[i] = &parts[i];
	}
	err e = journey_pass(s->plan, take, pointers, s->part_count, why);
	for (unsigned i = 0; i < s->part_count; i++) {
		out->customers += parts[i].customers;
		out->events += parts[i].events;
		for (size_t k = 0; k < VARIANT_PARTITIONS; k++)
			out->journeys += s->bins[i][k].count;
		free(parts[i].packed);
	}
	return e;
}

/* ---- names in order, so that equal counts are told in an order that nobody's hash decides */

static int by_name(const void *a, const void *b, void *plan)
{
	const struct journey_plan *const *p = plan;

	return str_compare(journey_plan_step_name(*p, *(const uint32_t *)a),
		journey_plan_step_name(*p, *(const uint32_t *)b));
}

static void rank_steps(struct variant_search *s)
{
	size_t steps = journey_plan_steps(s->plan);
	uint32_t *order = memory_alloc((steps + 1) * sizeof(*order));

	s->rank = memory_alloc((steps + 1) * sizeof(*s->rank));
	for (uint32_t i = 0; i < steps; i++)
		order[i] = i;
	qsort_r(order, steps, sizeof(*order), by_name, &s->plan);
	for (uint32_t i = 0; i < steps; i++)
		s->rank[order[i]] = i;
	free(order);
}

/* ---- the answer */

/* The times of the chosen, side by side; then selected from. */
struct chosen_times {
	uint64_t *values, *start, *next; /* of each chosen */
};

static void gather_times(const struct variant_search *s, struct chosen_times *times)
{
	for (size_t i = 0; i < VARIANT_PARTITIONS; i++)
		for (unsigned part = 0; part < s->part_count; part++) {
			const struct bin *bin = &s->bins[part][i];
			for (size_t k = 0; k < bin->count; k++) {
				uint32_t chosen =
					s->partitions[i].variants[bin->trips[k].mark].chosen;
				if (chosen > 0)
					times->values[times->next[chosen - 1]++] =
						bin->trips[k].ticks;
			}
		}
}

static double seconds_of(uint64_t ticks)
{
	return (double)ticks / (TICKS_PER_MS * 1000.0);
}

static err find_times(const struct variant_search *s, struct variants *out, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(s->plan);
	size_t bytes = (out->journeys - out->rest_count + 2 * out->top_count + 3) * 8;
	err e = limits_take(limits, bytes, why);

	if (e != OK)
		return e;
	struct chosen_times times = { .start = memory_alloc((out->top_count + 1) * 8),
		.next = memory_alloc((out->top_count + 1) * 8),
		.values = memory_alloc((out->journeys - out->rest_count + 1) * 8) };
	for (size_t i = 0; i < out->top_count; i++)
		times.start[i + 1] = times.start[i] + out->top[i].count;
	memcpy(times.next, times.start, (out->top_count + 1) * 8);
	gather_times(s, &times);
	for (size_t i = 0; i < out->top_count; i++) {
		uint64_t *values = times.values + times.start[i], n = out->top[i].count;
		out->top[i].times.median_s =
			seconds_of(select_value(values, n, quantile_position(n, 1, 2)));
		out->top[i].times.p90_s =
			seconds_of(select_value(values, n, quantile_position(n, 9, 10)));
	}
	free(times.values);
	free(times.start);
	free(times.next);
	limits_give(limits, bytes);
	return OK;
}

static void unpack(const struct variant_search *s, const struct counted *v, uint32_t *to)
{
	for (size_t i = 0; i < v->length; i++)
		to[i] = packed_step(v->steps, s->width, i);
}

/* One block: the variants, then their steps. */
static err collect(const struct variant_search *s, struct variants *out, struct why *why)
{
	size_t steps = 0;

	for (size_t i = 0; i < s->heap_count; i++)
		steps += s->heap[i]->length;
	out->bytes = s->heap_count * sizeof(*out->top) + steps * sizeof(uint32_t);
	err e = limits_take(journey_plan_limits(s->plan), out->bytes, why);
	if (e != OK) {
		out->bytes = 0;
		return e;
	}
	out->top = memory_alloc(out->bytes + sizeof(*out->top));
	uint32_t *at = (uint32_t *)(out->top + s->heap_count);
	out->rest_count = out->journeys;
	for (size_t i = 0; i < s->heap_count; i++) {
		const struct counted *v = s->heap[i];
		struct variant *to = &out->top[out->top_count++];
		*to = (struct variant){ .steps = at, .length = v->length, .count = v->count };
		to->customers = v->customers;
		memcpy(to->outcomes, v->outcomes, sizeof(to->outcomes));
		to->times.mean_s = seconds_of(1) * ((double)v->ticks / (double)v->count);
		unpack(s, v, at);
		at += v->length;
		out->rest_count -= v->count;
	}
	return OK;
}

static err search(struct variant_search *s, struct variants *out, struct why *why)
{
	err e = fill_bins(s, out, why);

	if (e == OK)
		e = journey_share_out(journey_plan_limits(s->plan), variants_count_partition, s,
			VARIANT_PARTITIONS, why);
	for (size_t i = 0; e == OK && i < VARIANT_PARTITIONS; i++)
		out->distinct += s->partitions[i].count;
	if (e != OK)
		return e;
	s->most = MIN_OF(s->most, (size_t)out->distinct);
	s->heap = memory_alloc((s->most + 1) * sizeof(*s->heap));
	rank_steps(s);
	variants_choose(s);
	e = collect(s, out, why);
	return e == OK ? find_times(s, out, why) : e;
}

static void search_done(struct variant_search *s)
{
	struct journey_limits *limits = journey_plan_limits(s->plan);

	for (unsigned part = 0; part < s->part_count; part++)
		for (size_t i = 0; i < VARIANT_PARTITIONS; i++) {
			struct bin *bin = &s->bins[part][i];
			limits_give(limits, bin->trip_room * sizeof(*bin->trips) + bin->byte_room);
			free(bin->trips);
			free(bin->bytes);
		}
	for (size_t i = 0; i < VARIANT_PARTITIONS; i++) {
		limits_give(limits, s->partitions[i].bytes);
		free(s->partitions[i].variants);
	}
	free(s->bins);
	free(s->rank);
	free(s->heap);
}

err variants_make(
	const struct journey_plan *plan, size_t most, struct variants *out, struct why *why)
{
	size_t steps = journey_plan_steps(plan);
	struct variant_search s = { .plan = plan, .most = most };
	struct variants made = { .bytes = 0 };

	s.width = steps <= 1 << 8 ? 1 : steps <= 1 << 16 ? 2 : 4;
	s.part_count = journey_pass_parts(plan);
	s.bins = memory_alloc(s.part_count * sizeof(*s.bins));
	secret_bytes(&s.seed, sizeof(s.seed));
	err e = search(&s, &made, why);
	search_done(&s);
	if (e == OK)
		*out = made;
	else
		variants_done(plan, &made);
	return e;
}

void variants_done(const struct journey_plan *plan, struct variants *variants)
{
	limits_give(journey_plan_limits(plan), variants->bytes);
	free(variants->top);
	*variants = (struct variants){ .bytes = 0 };
}
