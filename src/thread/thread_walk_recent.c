/* thread/thread_walk_recent.c - what a walk knows beside the base: the rows that came since, by
 * customer, and whose rows went; see thread_walk.h */
#include "thread/thread_walk_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- what came since the base: the runs know whose their slices are; the rows behind them are
 * asked one by one */

struct gathering {
	struct thread_walk *walk;
	uint32_t *run_customers[RUNS_MAX]; /* of each group */
	uint32_t *tail_customers; /* of each row behind the runs */
	size_t tail_from;
};

static void find_customers(struct gathering *g)
{
	const struct threads_view *view = g->walk->view;

	for (size_t i = 0; i < view->run_count; i++) {
		const struct thread_index *run = view->runs[i];
		g->run_customers[i] = memory_alloc((run->slot_count + 1) * sizeof(uint32_t));
		for (size_t k = 0; k < run->slot_count; k++)
			g->run_customers[i][k] =
				identity_customer_of(view->identity, run->owners[k]);
	}
	g->tail_from = view->indexed;
	g->tail_customers = memory_alloc((view->rows - view->indexed + 1) * sizeof(uint32_t));
	for (size_t row = g->tail_from; row < view->rows; row++)
		g->tail_customers[row - g->tail_from] =
			walk_is_event(view, row) ? threads_view_customer(view, (uint32_t)row)
						 : CUSTOMER_NONE;
}

/* A counting sort.  start[c + 2] counts what may be c's: hidden rows of a run too. */
static void count_recent(const struct gathering *g, uint32_t *start)
{
	const struct threads_view *view = g->walk->view;

	for (size_t i = 0; i < view->run_count; i++) {
		const size_t *slices = view->runs[i]->events.start;
		for (size_t k = 0; k < view->runs[i]->slot_count; k++)
			if (g->run_customers[i][k] != CUSTOMER_NONE)
				start[g->run_customers[i][k] + 2] +=
					(uint32_t)(slices[k + 1] - slices[k]);
	}
	for (size_t row = g->tail_from; row < view->rows; row++)
		if (g->tail_customers[row - g->tail_from] != CUSTOMER_NONE)
			start[g->tail_customers[row - g->tail_from] + 2]++;
}

static void place_run(const struct gathering *g, const struct thread_index *run,
	const uint32_t *customers, uint32_t *next)
{
	const struct threads_view *view = g->walk->view;
	const struct slices *s = &run->events;
	bool whole = run->hidden == view->hidden;

	for (size_t k = 0; k < run->slot_count; k++)
		for (size_t i = s->start[k]; customers[k] != CUSTOMER_NONE && i < s->start[k + 1];
			i++)
			if (whole || walk_is_event(view, s->row[i]))
				g->walk->recent[next[customers[k]]++] =
					(struct recent){ s->time[i], s->row[i], s->what[i] };
}

static void place_recent(const struct gathering *g, uint32_t *next)
{
	const struct threads_view *view = g->walk->view;

	for (size_t i = 0; i < view->run_count; i++)
		place_run(g, view->runs[i], g->run_customers[i], next);
	for (size_t row = g->tail_from; row < view->rows; row++) {
		uint32_t customer = g->tail_customers[row - g->tail_from];
		if (customer != CUSTOMER_NONE)
			g->walk->recent[next[customer]++] =
				(struct recent){ view_i64(view->time, row), (uint32_t)row,
					view_u32(view->kind, row) };
	}
}

static int by_place(const void *a, const void *b, void *context)
{
	const struct recent *x = a, *y = b;
	const struct threads_view *const *view = context;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	uint64_t m = walk_origin(*view, x->row), n = walk_origin(*view, y->row);
	return (m > n) - (m < n);
}

/* What several runs gave stands in the order of the runs: often that of time. */
static void sort_recent(struct recent *items, size_t count, const struct threads_view *view)
{
	for (size_t i = 1; i < count; i++)
		if (by_place(&items[i - 1], &items[i], &view) > 0) {
			qsort_r(items, count, sizeof(*items), by_place, &view);
			return;
		}
}

/* Hidden rows of runs were counted and not placed: what is left of their room is closed. */
static void settle_recent(struct thread_walk *walk, const uint32_t *next, size_t customers)
{
	uint32_t to = 0;

	for (size_t c = 0; c < customers; c++) {
		uint32_t from = walk->recent_start[c], count = next[c] - from;
		if (to != from)
			memmove(walk->recent + to, walk->recent + from,
				count * sizeof(*walk->recent));
		walk->recent_start[c] = to;
		if (count > 1)
			sort_recent(walk->recent + to, count, walk->view);
		to += count;
	}
	walk->recent_start[customers] = to;
}

static void group_recent(struct thread_walk *walk, size_t customers)
{
	struct gathering g = { .walk = walk };
	uint32_t *start = memory_alloc((customers + 2) * sizeof(*start));
	uint32_t *next = memory_alloc((customers + 1) * sizeof(*next));

	walk->recent_start = start;
	find_customers(&g);
	count_recent(&g, start);
	for (size_t c = 2; c < customers + 2; c++)
		start[c] += start[c - 1];
	walk->recent = memory_alloc((start[customers + 1] + (size_t)1) * sizeof(*walk->recent));
	memmove(start, start + 1, (customers + 1) * sizeof(*start));
	memcpy(next, start, customers * sizeof(*next));
	place_recent(&g, next);
	settle_recent(walk, next, customers);
	for (size_t i = 0; i < walk->view->run_count; i++)
		free(g.run_customers[i]);
	free(g.tail_customers);
	free(next);
}

/* ---- what went since */

static void mark_torn(struct thread_walk *walk, size_t customers)
{
	const struct threads_view *view = walk->view;
	size_t end = thread_index_rows_end(walk->base);

	walk->torn = memory_alloc((customers / 64 + 1) * sizeof(*walk->torn));
	for (size_t row = 0; row < end; row++) {
		if ((view_u8(view->flags, row) & ROW_HIDDEN) == 0)
			continue;
		uint32_t customer = threads_view_customer(view, (uint32_t)row);
		if (customer != CUSTOMER_NONE)
			walk->torn[customer / 64] |= (uint64_t)1 << (customer % 64);
	}
}

static struct thread_walk *walk_create(const struct threads_view *view)
{
	struct thread_walk *walk = memory_alloc(sizeof(*walk));
	size_t customers = identity_customer_end(view->identity);

	walk->view = view;
	walk->base = view->base;
	group_recent(walk, customers);
	if (walk->base != NULL && thread_index_hidden(walk->base) != view->hidden)
		mark_torn(walk, customers);
	return walk;
}

/* Two who ask at once both make one: the first that is there stays. */
const struct thread_walk *thread_walk_of(const struct threads_view *view)
{
	struct threads_view *shown =
		(struct threads_view *)(uintptr_t)view; /* a cache, not state */
	struct thread_walk *walk = atomic_load_explicit(&shown->walk, memory_order_acquire);

	if (walk != NULL)
		return walk;
	struct thread_walk *made = walk_create(view);
	if (atomic_compare_exchange_strong_explicit(
		    &shown->walk, &walk, made, memory_order_acq_rel, memory_order_acquire))
		return made;
	thread_walk_free(made);
	return walk;
}

void thread_walk_free(struct thread_walk *walk)
{
	if (walk == NULL)
		return;
	free(walk->recent_start);
	free(walk->recent);
	free(walk->torn);
	free(walk);
}

size_t thread_walk_bytes(const struct thread_walk *walk)
{
	size_t customers = identity_customer_end(walk->view->identity);

	return sizeof(*walk) + (customers + 2) * sizeof(*walk->recent_start) +
	       walk->recent_start[customers] * sizeof(*walk->recent) +
	       (walk->torn == NULL ? 0 : customers / 8);
}
