/* thread/thread_walk_recent.c - what a walk knows beside the base: the rows that came since, by
 * customer, and whose rows went; see thread_walk.h */
#include "thread/thread_walk_internal.h"

#include <stdlib.h>
#include <string.h>

/* A row, on its way to its customer. */
struct recent {
	int64_t time;
	uint32_t row, what;
};

/* ---- what came since the base: the runs know whose their slices are; the rows behind them are
 * asked one by one */

struct gathering {
	struct thread_walk *walk;
	uint32_t *run_customers[RUNS_MAX]; /* of each group */
	uint32_t *tail_customers; /* of each row behind the runs */
	size_t tail_from;
	struct recent *recent; /* by customer, in the order of runs and rows */
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

/* A counting sort.  Counts what may be each customer's: hidden rows of a run too. */
static void count_recent(const struct gathering *g, uint32_t *counts)
{
	const struct threads_view *view = g->walk->view;

	for (size_t i = 0; i < view->run_count; i++) {
		const size_t *slices = view->runs[i]->events.start;
		for (size_t k = 0; k < view->runs[i]->slot_count; k++)
			if (g->run_customers[i][k] != CUSTOMER_NONE)
				counts[g->run_customers[i][k]] +=
					(uint32_t)(slices[k + 1] - slices[k]);
	}
	for (size_t row = g->tail_from; row < view->rows; row++)
		if (g->tail_customers[row - g->tail_from] != CUSTOMER_NONE)
			counts[g->tail_customers[row - g->tail_from]]++;
}

/* Who has any; `counts` has room for whole blocks. */
static void note_customers(struct thread_walk *walk, const uint32_t *counts)
{
	size_t sum = 0;

	for (size_t b = 0; b < walk->block_count; b++) {
		const uint32_t *some = counts + b * WALK_BLOCK_CUSTOMERS;
		uint64_t recent = 0;
		for (size_t i = 0; i < WALK_BLOCK_CUSTOMERS; i++)
			recent |= (uint64_t)(some[i] != 0) << i;
		walk->blocks[b].recent = recent;
		walk->blocks[b].recent_at = (uint32_t)sum;
		sum += (size_t)__builtin_popcountll(recent);
	}
	walk->recent_customers = sum;
}

/* From counts to where each customer's rows begin; all of them. */
static uint32_t begin_customers(struct thread_walk *walk, uint32_t *counts)
{
	uint32_t *start = walk->recent_start, sum = 0;

	for (size_t b = 0; b < walk->block_count; b++)
		for (uint64_t left = walk->blocks[b].recent; left != 0; left &= left - 1) {
			uint32_t *of_one =
				&counts[b * WALK_BLOCK_CUSTOMERS + (size_t)__builtin_ctzll(left)];
			uint32_t own = *of_one;
			*start++ = *of_one = sum;
			sum += own;
		}
	*start = sum;
	return sum;
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
				g->recent[next[customers[k]]++] =
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
			g->recent[next[customer]++] = (struct recent){ view_i64(view->time, row),
				(uint32_t)row, view_u32(view->kind, row) };
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

static void put_recent(
	struct thread_walk *walk, size_t at, const struct recent *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		walk->recent_time[at + i] = items[i].time;
		walk->recent_what[at + i] = items[i].what;
		walk->recent_row[at + i] = items[i].row;
	}
}

/* Hidden rows of runs were counted and not placed: no room is left for them in the columns. */
static void settle_recent(struct gathering *g, const uint32_t *next)
{
	struct thread_walk *walk = g->walk;
	uint32_t *start = walk->recent_start, to = 0;

	for (size_t b = 0; b < walk->block_count; b++)
		for (uint64_t left = walk->blocks[b].recent; left != 0; left &= left - 1) {
			size_t customer = b * WALK_BLOCK_CUSTOMERS + (size_t)__builtin_ctzll(left);
			uint32_t from = *start, count = next[customer] - from;
			sort_recent(g->recent + from, count, walk->view);
			put_recent(walk, to, g->recent + from, count);
			*start++ = to;
			to += count;
		}
	*start = to;
}

static void group_recent(struct thread_walk *walk)
{
	struct gathering g = { .walk = walk };
	uint32_t *next =
		memory_alloc((walk->block_count + 1) * WALK_BLOCK_CUSTOMERS * sizeof(*next));

	find_customers(&g);
	count_recent(&g, next);
	note_customers(walk, next);
	walk->recent_start =
		memory_alloc((walk->recent_customers + 1) * sizeof(*walk->recent_start));
	uint32_t count = begin_customers(walk, next);
	g.recent = memory_resize(NULL, (count + (size_t)1) * sizeof(*g.recent));
	walk->recent_time = memory_resize(NULL, (count + (size_t)1) * sizeof(*walk->recent_time));
	walk->recent_what = memory_resize(NULL, (count + (size_t)1) * sizeof(*walk->recent_what));
	walk->recent_row = memory_resize(NULL, (count + (size_t)1) * sizeof(*walk->recent_row));
	place_recent(&g, next);
	settle_recent(&g, next);
	free(g.recent);
	for (size_t i = 0; i < walk->view->run_count; i++)
		free(g.run_customers[i]);
	free(g.tail_customers);
	free(next);
}

/* ---- what went since */

#define ANY_HIDDEN (UINT64_C(0x0101010101010101) * ROW_HIDDEN)

static void mark_row(struct thread_walk *walk, size_t row)
{
	uint32_t customer = threads_view_customer(walk->view, (uint32_t)row);

	if (customer != CUSTOMER_NONE)
		walk->torn[customer / 64] |= (uint64_t)1 << (customer % 64);
}

/* Hidden rows are few: most flags are looked at eight at a time. */
static void mark_torn(struct thread_walk *walk)
{
	size_t end = thread_index_rows_end(walk->base), count;

	walk->torn = memory_alloc(walk->block_count * sizeof(*walk->torn));
	for (size_t row = 0; row < end; row += count) {
		const uint8_t *flags = view_run(walk->view->flags, row, &count);
		count = MIN_OF(count, end - row);
		for (size_t i = 0; i < count;) {
			uint64_t some = 0;
			size_t n = MIN_OF(count - i, sizeof(some));
			memcpy(&some, flags + i, n);
			for (size_t k = i; (some & ANY_HIDDEN) != 0 && k < i + n; k++)
				if (flags[k] & ROW_HIDDEN)
					mark_row(walk, row + k);
			i += n;
		}
	}
}

static struct thread_walk *walk_create(const struct threads_view *view)
{
	struct thread_walk *walk = memory_alloc(sizeof(*walk));
	size_t customers = identity_customer_end(view->identity);

	walk->view = view;
	walk->base = view->base;
	walk->block_count = customers / WALK_BLOCK_CUSTOMERS + 1;
	walk->blocks = memory_alloc(walk->block_count * sizeof(*walk->blocks));
	group_recent(walk);
	if (walk->base != NULL && thread_index_hidden(walk->base) != view->hidden)
		mark_torn(walk);
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
	free(walk->blocks);
	free(walk->recent_start);
	free(walk->recent_time);
	free(walk->recent_what);
	free(walk->recent_row);
	free(walk->torn);
	free(walk);
}

size_t thread_walk_bytes(const struct thread_walk *walk)
{
	return sizeof(*walk) + walk->block_count * sizeof(*walk->blocks) +
	       (walk->recent_customers + 1) * sizeof(*walk->recent_start) +
	       walk->recent_start[walk->recent_customers] *
		       (sizeof(*walk->recent_time) + sizeof(*walk->recent_what) +
			       sizeof(*walk->recent_row)) +
	       (walk->torn == NULL ? 0 : walk->block_count * 8);
}
