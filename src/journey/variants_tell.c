/* journey/variants_tell.c - what is told of the chosen variants: their trips are looked through
 * once more, for only of these customers, outcomes and times matter */
#include "journey/quantile.h"
#include "journey/variants_internal.h"

#include <stdlib.h>
#include <string.h>

/* All trips of a variant lie in one partition: so partitions are looked through side by side. */
struct telling {
	struct variant_search *search;
	struct variant *top;
	uint64_t *values, *next; /* times of the chosen, side by side; where the next goes */
	unsigned __int128 *sums;
	uint32_t *last_customer; /* + 1 */
};

static void add_trip(struct telling *t, const struct trip *trip, size_t chosen)
{
	struct variant *v = &t->top[chosen];

	v->outcomes[trip->outcome]++;
	v->customers += t->last_customer[chosen] != trip->customer + 1;
	t->last_customer[chosen] = trip->customer + 1;
	t->sums[chosen] += trip->ticks;
	t->values[t->next[chosen]++] = trip->ticks;
}

static err look_through(void *context, size_t i, struct why *why)
{
	struct telling *t = context;
	const struct trip_blocks *blocks = &t->search->partitions[i];

	(void)why;
	for (size_t b = 0; b < blocks->count; b++) {
		struct trip_block *block = blocks->items[b];
		const char *end = (const char *)block->data + block->used;
		for (struct trip *trip = (struct trip *)block->data; (const char *)trip < end;
			trip = trip_behind(trip, t->search->width)) {
			const struct trip *first =
				trip->is_first ? trip : trip_at(blocks, trip->mark);
			if (first->mark != 0)
				add_trip(t, trip, first->mark - 1);
		}
	}
	return OK;
}

static double seconds_of(double ticks)
{
	return ticks / (TICKS_PER_MS * 1000.0);
}

static void set_times(const struct telling *t, struct variants *out)
{
	for (size_t i = 0, from = 0; i < out->top_count; from += out->top[i++].count) {
		struct variant *v = &out->top[i];
		uint64_t *values = t->values + from;
		v->times.mean_s = seconds_of(1) * ((double)t->sums[i] / (double)v->count);
		v->times.median_s = seconds_of(
			(double)select_value(values, v->count, quantile_position(v->count, 1, 2)));
		v->times.p90_s = seconds_of(
			(double)select_value(values, v->count, quantile_position(v->count, 9, 10)));
	}
}

static err tell_all(struct telling *t, struct variants *out, struct why *why)
{
	size_t count = out->top_count;
	err e = OK;

	t->values = memory_resize(NULL, (out->journeys - out->rest_count + 1) * sizeof(*t->values));
	t->next = memory_alloc((count + 1) * sizeof(*t->next));
	t->sums = memory_alloc((count + 1) * sizeof(*t->sums));
	t->last_customer = memory_alloc((count + 1) * sizeof(*t->last_customer));
	for (size_t i = 0; i + 1 < count; i++)
		t->next[i + 1] = t->next[i] + out->top[i].count;
	if (count > 0)
		e = journey_share_out(journey_plan_limits(t->search->plan), look_through, t,
			VARIANT_PARTITIONS, why);
	if (e == OK)
		set_times(t, out);
	free(t->values);
	free(t->next);
	free(t->sums);
	free(t->last_customer);
	return e;
}

/* One block: the variants, then their steps. */
static err collect(const struct variant_search *s, struct variants *out, struct why *why)
{
	size_t steps = 0;

	for (size_t i = 0; i < s->top_count; i++)
		steps += s->top[i].first->length;
	out->bytes = s->top_count * sizeof(*out->top) + steps * sizeof(uint32_t);
	err e = limits_take(journey_plan_limits(s->plan), out->bytes, why);
	if (e != OK) {
		out->bytes = 0;
		return e;
	}
	out->top = memory_alloc(out->bytes + sizeof(*out->top));
	uint32_t *at = (uint32_t *)(out->top + s->top_count);
	out->rest_count = out->journeys;
	for (size_t i = 0; i < s->top_count; i++) {
		const struct trip *first = s->top[i].first;
		struct variant *to = &out->top[out->top_count++];
		*to = (struct variant){
			.steps = at, .length = first->length, .count = s->top[i].count
		};
		for (size_t k = 0; k < first->length; k++)
			*at++ = packed_step(first->steps, s->width, k);
		out->rest_count -= to->count;
	}
	return OK;
}

err variants_tell(struct variant_search *s, struct variants *out, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(s->plan);
	struct telling telling = { .search = s };
	err e = collect(s, out, why);

	if (e != OK)
		return e;
	out->distinct = s->distinct;
	telling.top = out->top;
	size_t bytes = (out->journeys - out->rest_count) * sizeof(*telling.values) +
		       out->top_count * (sizeof(*telling.next) + sizeof(*telling.sums) +
						sizeof(*telling.last_customer));
	e = limits_take(limits, bytes, why);
	if (e != OK)
		return e;
	e = tell_all(&telling, out, why);
	limits_give(limits, bytes);
	return e;
}
