/* journey/flow_times.c - see flow_times.h: times side by side, link by link, then selected from */
#include "journey/flow_times.h"

#include "journey/quantile.h"

#include <stdlib.h>

err flow_times_keep(struct flow_times *t, struct journey_limits *limits, size_t cell,
	uint64_t ticks, struct why *why)
{
	void *cells = t->cell, *all = t->ticks;
	err e = limits_room(limits, &cells, &t->cell_room, t->count, sizeof(*t->cell), why);

	t->cell = cells;
	if (e == OK)
		e = limits_room(limits, &all, &t->tick_room, t->count, sizeof(*t->ticks), why);
	t->ticks = all;
	if (e != OK)
		return e;
	t->cell[t->count] = (uint32_t)cell;
	t->ticks[t->count++] = ticks;
	return OK;
}

void flow_times_done(struct flow_times *t, struct journey_limits *limits)
{
	limits_give(limits, t->cell_room * sizeof(*t->cell) + t->tick_room * sizeof(*t->ticks));
	free(t->cell);
	free(t->ticks);
}

/* ---- all of them */

struct sorting {
	struct flow *out;
	uint64_t *values, *start; /* of each link, into values; one more at the end */
};

static void pour(
	struct sorting *s, struct flow_times *const *parts, unsigned count, const uint32_t *link_of)
{
	size_t links = s->out->link_count;
	uint64_t *next = memory_alloc((links + 1) * sizeof(*next));

	for (unsigned i = 0; i < count; i++)
		for (size_t k = 0; k < parts[i]->count; k++)
			s->start[link_of[parts[i]->cell[k]]]++; /* of link n: at n + 1 */
	for (size_t n = 0; n < links; n++) {
		next[n] = s->start[n];
		s->start[n + 1] += s->start[n];
	}
	for (unsigned i = 0; i < count; i++)
		for (size_t k = 0; k < parts[i]->count; k++) {
			uint32_t link = link_of[parts[i]->cell[k]] - 1;
			s->values[next[link]++] = parts[i]->ticks[k];
		}
	free(next);
}

static double seconds_of(uint64_t ticks)
{
	return (double)ticks / (TICKS_PER_MS * 1000.0);
}

static err select_link(void *context, size_t i, struct why *why)
{
	const struct sorting *s = context;
	uint64_t *values = s->values + s->start[i];
	size_t n = (size_t)(s->start[i + 1] - s->start[i]);
	struct flow_link *link = &s->out->links[i];

	(void)why;
	if (n == 0)
		return OK;
	link->median_s = seconds_of(select_value(values, n, quantile_position(n, 1, 2)));
	link->p90_s = seconds_of(select_value(values, n, quantile_position(n, 9, 10)));
	return OK;
}

err flow_times_find(struct flow_times *const *parts, unsigned count, const uint32_t *link_of,
	struct journey_limits *limits, struct flow *out, struct why *why)
{
	struct sorting s = { .out = out };
	size_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += parts[i]->count;
	size_t bytes = (total + 2 * out->link_count + 3) * sizeof(uint64_t);
	err e = limits_take(limits, bytes, why);
	if (e != OK)
		return e;
	s.values = memory_alloc((total + 1) * sizeof(*s.values));
	s.start = memory_alloc((out->link_count + 2) * sizeof(*s.start));
	pour(&s, parts, count, link_of);
	e = journey_share_out(limits, select_link, &s, out->link_count, why);
	free(s.values);
	free(s.start);
	limits_give(limits, bytes);
	return e;
}
