/* journey/map_dense.c - the counting of a map whose steps are few: the loop that runs once an event
 *
 * Each event adds to one cell, that of the edge by which it was reached; the first of a journey to
 * one in a row of its own.  All else (how often a step occurs, how often it is the last) is summed
 * up from the cells at the end.  Customers and journeys are told apart by the stamp of the last
 * one.
 */
#include "journey/map_internal.h"
#include "journey/plan_internal.h"

#include <stdlib.h>

#define ALWAYS_INLINE __attribute__((always_inline)) inline

static size_t cell_count(const struct tally *t)
{
	return (t->steps + 1) * t->steps;
}

err tally_dense_init(struct tally *t, struct why *why)
{
	size_t times = t->has_times ? sizeof(*t->ticks) + sizeof(*t->buckets) : 0;
	size_t bytes = cell_count(t) * (sizeof(*t->cells) + times) + t->steps * sizeof(*t->marks) +
		       t->edge_count * sizeof(*t->edges);
	err e = limits_take(journey_plan_limits(t->plan), bytes, why);

	if (e != OK)
		return e;
	t->bytes += bytes;
	t->edges = memory_alloc((t->edge_count + 1) * sizeof(*t->edges));
	t->cells = memory_alloc((cell_count(t) + 1) * sizeof(*t->cells));
	t->marks = memory_alloc((t->steps + 1) * sizeof(*t->marks));
	if (!t->has_times)
		return OK;
	t->ticks = memory_alloc((t->edge_count + 1) * sizeof(*t->ticks));
	t->buckets = memory_alloc((t->edge_count + 1) * sizeof(*t->buckets));
	return OK;
}

void tally_dense_done(struct tally *t)
{
	free(t->cells);
	free(t->marks);
	free(t->ticks);
	free(t->buckets);
}

/* ---- counting: one text, made eight times, so that what is not asked for costs nothing */

struct way {
	bool several; /* journeys a customer: else they are as many as customers */
	bool has_times;
	bool is_coded; /* steps are codes yet */
};

static ALWAYS_INLINE uint32_t step_at(const struct journey_run *run, size_t i, struct way way)
{
	return way.is_coded ? run->of_what[run->what[i]] : run->step[i];
}

static ALWAYS_INLINE void count_cell(struct cell *cell, uint32_t customer)
{
	cell->both += 1 + ((uint64_t)(cell->last_customer != customer) << 32);
	cell->last_customer = customer;
}

static ALWAYS_INLINE void count_mark(
	struct mark *mark, uint32_t customer, uint32_t journey, struct way way)
{
	uint64_t more = mark->last_customer != customer;

	mark->last_customer = customer;
	if (way.several) {
		more += (uint64_t)(mark->last_journey != journey) << 32;
		mark->last_journey = journey;
	}
	mark->both += more;
}

static ALWAYS_INLINE void count_journey(struct tally *t, const struct journey_run *run, size_t from,
	size_t end, uint32_t journey, struct way way)
{
	struct cell *cells = t->cells, *row = cells + t->steps * t->steps;
	struct mark *marks = t->marks;
	size_t steps = t->steps;
	uint32_t customer = run->customer + 1;

	uint32_t first = step_at(run, from, way);

	count_cell(&row[first], customer);
	count_mark(&marks[first], customer, journey, way);
	row = cells + first * steps;
	for (size_t i = from + 1; i < end; i++) {
		uint32_t to = step_at(run, i, way);
		count_cell(&row[to], customer);
		count_mark(&marks[to], customer, journey, way);
		if (way.has_times) {
			size_t at = (size_t)(row - cells) + to;
			uint64_t ticks = (uint64_t)run->time[i] - (uint64_t)run->time[i - 1];
			t->ticks[at] += ticks;
			t->buckets[at][time_bucket(ticks)]++;
		}
		row = cells + to * steps;
	}
}

static ALWAYS_INLINE void count_run(struct tally *t, const struct journey_run *run, struct way way)
{
	uint32_t journey =
		(uint32_t)t->journeys; /* stamps begin at 1: journeys are fewer than rows */
	size_t from = 0;

	for (size_t k = 0; k < run->journeys; from = run->end[k++]) {
		t->outcomes[run->outcome[k]]++;
		count_journey(t, run, from, run->end[k], ++journey, way);
	}
}

static void count_coded(struct tally *t, const struct journey_run *run)
{
	if (t->plan->is_whole_thread && t->has_times)
		count_run(t, run, (struct way){ false, true, true });
	else if (t->plan->is_whole_thread)
		count_run(t, run, (struct way){ false, false, true });
	else if (t->has_times)
		count_run(t, run, (struct way){ true, true, true });
	else
		count_run(t, run, (struct way){ true, false, true });
}

static void count_stepped(struct tally *t, const struct journey_run *run)
{
	if (t->plan->is_whole_thread && t->has_times)
		count_run(t, run, (struct way){ false, true, false });
	else if (t->plan->is_whole_thread)
		count_run(t, run, (struct way){ false, false, false });
	else if (t->has_times)
		count_run(t, run, (struct way){ true, true, false });
	else
		count_run(t, run, (struct way){ true, false, false });
}

static void tally_run(struct tally *t, const struct journey_run *run)
{
	if (run->step == NULL)
		count_coded(t, run);
	else
		count_stepped(t, run);
	t->journeys += run->journeys;
	t->events += run->events;
	t->customers += t->last_customer != run->customer + 1;
	t->last_customer = run->customer + 1;
}

void tally_dense_runs(struct tally *t, const struct journey_run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		tally_run(t, &runs[i]);
}

/* ---- what follows from it */

static uint32_t count_of(const struct cell *cell)
{
	return (uint32_t)cell->both;
}

static void settle_edges(struct tally *t)
{
	for (size_t i = 0; i < t->edge_count; i++) {
		struct edge_tally *edge = &t->edges[i];
		edge->count = count_of(&t->cells[i]);
		edge->customers = (uint32_t)(t->cells[i].both >> 32);
		edge->ticks = t->has_times ? t->ticks[i] : 0;
	}
}

static void settle_step(struct tally *t, size_t step)
{
	struct step_tally *to = &t->step[step];
	uint64_t left = 0;

	to->starts = count_of(&t->cells[t->steps * t->steps + step]);
	to->count = to->starts;
	for (size_t i = 0; i < t->steps; i++) {
		to->count += count_of(&t->cells[i * t->steps + step]);
		left += count_of(&t->cells[step * t->steps + i]);
	}
	to->ends = to->count - left;
	to->customers = (uint32_t)t->marks[step].both;
	to->journeys = t->plan->is_whole_thread ? to->customers : t->marks[step].both >> 32;
}

void tally_dense_settle(struct tally *t)
{
	settle_edges(t);
	for (size_t i = 0; i < t->steps; i++)
		settle_step(t, i);
}
