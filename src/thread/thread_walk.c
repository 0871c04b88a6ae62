/* thread/thread_walk.c - see thread_walk.h */
#include "thread/thread_walk.h"

#include "thread/thread_index_internal.h"

#include <stdlib.h>
#include <string.h>

/* An event behind the base; its place among equal times is looked up where it matters. */
struct recent {
	int64_t time;
	uint32_t row, what;
};

struct thread_walk {
	const struct threads_view *view;
	const struct thread_index *base; /* NULL: none */
	uint32_t *recent_start; /* of each customer, into recent; two more at the end */
	struct recent *recent; /* by customer, in thread order */
	uint64_t *torn; /* a bit a customer: a row of his was hidden; NULL: nobody's since */
};

static bool is_event(const struct threads_view *view, size_t row)
{
	return (view_u8(view->flags, row) & (ROW_HIDDEN | ROW_ENTITY)) == 0;
}

static uint64_t origin_of_row(const struct threads_view *view, uint32_t row)
{
	return origin_of(view, row, view_u8(view->flags, row));
}

static struct entry entry_of(const struct threads_view *view, uint32_t row)
{
	return (struct entry){ .time = view_i64(view->time, row),
		.origin = origin_of_row(view, row),
		.row = row,
		.what = view_u32(view->kind, row) };
}

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
			is_event(view, row) ? threads_view_customer(view, (uint32_t)row)
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
			if (whole || is_event(view, s->row[i]))
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
	uint64_t m = origin_of_row(*view, x->row), n = origin_of_row(*view, y->row);
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

struct thread_walk *thread_walk_create(const struct threads_view *view)
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

/* ---- walkers */

void thread_walker_init(struct thread_walker *walker, const struct thread_walk *walk)
{
	*walker = (struct thread_walker){ .walk = walk };
}

void thread_walker_done(struct thread_walker *walker)
{
	free(walker->entries);
	free(walker->time);
	free(walker->what);
	free(walker->row);
}

static void make_room(struct thread_walker *walker, size_t count)
{
	if (count <= walker->room)
		return;
	walker->room = count * 2;
	walker->time = memory_resize(walker->time, walker->room * sizeof(*walker->time));
	walker->what = memory_resize(walker->what, walker->room * sizeof(*walker->what));
	walker->row = memory_resize(walker->row, walker->room * sizeof(*walker->row));
}

static struct thread columns_of(const struct thread_walker *walker, size_t count)
{
	return (struct thread){ walker->time, walker->what, walker->row, count };
}

static struct thread slice_of(const struct thread_index *base, uint32_t slot)
{
	size_t from = base->events.start[slot];

	return (struct thread){ base->events.time + from, base->events.what + from,
		base->events.row + from, base->events.start[slot + 1] - from };
}

/* Is the entry before the slice's i-th?  Equal times stand in the order of their origin. */
static bool goes_first(const struct threads_view *view, const struct recent *recent,
	const struct thread *slice, size_t i)
{
	if (recent->time != slice->time[i])
		return recent->time < slice->time[i];
	return origin_of_row(view, recent->row) < origin_of_row(view, slice->row[i]);
}

static struct thread merged(struct thread_walker *walker, const struct thread *slice,
	const struct recent *recent, size_t count)
{
	size_t i = 0, k = 0, n = 0;

	make_room(walker, slice->count + count);
	while (i < slice->count || k < count) {
		bool first = i == slice->count ||
			     (k < count && goes_first(walker->walk->view, &recent[k], slice, i));
		walker->time[n] = first ? recent[k].time : slice->time[i];
		walker->what[n] = first ? recent[k].what : slice->what[i];
		walker->row[n] = first ? recent[k].row : slice->row[i];
		k += first;
		i += !first;
		n++;
	}
	return columns_of(walker, n);
}

/* ---- the long way: customers whose slices are not wholly theirs */

static void keep_entry(struct thread_walker *walker, size_t *count, struct entry entry)
{
	if (*count == walker->entry_room) {
		walker->entry_room = MAX_OF(walker->entry_room * 2, (size_t)64);
		walker->entries = memory_resize(
			walker->entries, walker->entry_room * sizeof(*walker->entries));
	}
	walker->entries[(*count)++] = entry;
}

/* Is a member before `member` in the ring in the same slot? */
static bool slot_was_seen(const struct thread_walk *walk, uint32_t head, uint32_t member)
{
	uint32_t slot = thread_index_slot(walk->base, member);

	for (uint32_t i = head; i != member; i = identity_next_member(walk->view->identity, i))
		if (thread_index_slot(walk->base, i) == slot)
			return true;
	return false;
}

static struct thread gathered(struct thread_walker *walker, uint32_t number,
	const struct customer *customer, const struct recent *recent, size_t recent_count)
{
	const struct threads_view *view = walker->walk->view;
	uint32_t member = customer->head;
	size_t count = 0;

	for (uint32_t i = 0; i < customer->members; i++) {
		uint32_t slot = thread_index_slot(walker->walk->base, member);
		if (slot != ROW_NONE && !slot_was_seen(walker->walk, customer->head, member)) {
			struct thread slice = slice_of(walker->walk->base, slot);
			for (size_t k = 0; k < slice.count; k++)
				if (is_event(view, slice.row[k]) &&
					threads_view_customer(view, slice.row[k]) == number)
					keep_entry(walker, &count, entry_of(view, slice.row[k]));
		}
		member = identity_next_member(view->identity, member);
	}
	for (size_t i = 0; i < recent_count; i++)
		keep_entry(walker, &count, entry_of(view, recent[i].row));
	entries_sort(walker->entries, count);
	make_room(walker, count);
	for (size_t i = 0; i < count; i++) {
		walker->time[i] = walker->entries[i].time;
		walker->what[i] = walker->entries[i].what;
		walker->row[i] = walker->entries[i].row;
	}
	return columns_of(walker, count);
}

/* ---- the short way */

static bool is_torn(const struct thread_walk *walk, uint32_t customer)
{
	return walk->torn != NULL && (walk->torn[customer / 64] >> (customer % 64) & 1) != 0;
}

/* The one slot of the base that is this customer's and nobody else's; ROW_NONE if he has none.
 * False: he has several, or part of one.  (A slot that fits in number fits in kind: all members
 * that have a slot have this one, and they are as many as lead to it.) */
static bool own_slot(
	const struct thread_walk *walk, const struct customer *customer, uint32_t *slot)
{
	uint32_t member = customer->head, found = 0;

	*slot = ROW_NONE;
	for (uint32_t i = 0; i < customer->members; i++) {
		uint32_t of_member = thread_index_slot(walk->base, member);
		if (of_member != ROW_NONE) {
			if (*slot != ROW_NONE && *slot != of_member)
				return false;
			*slot = of_member;
			found++;
		}
		if (i + 1 < customer->members)
			member = identity_next_member(walk->view->identity, member);
	}
	return *slot == ROW_NONE || walk->base->slot_identifiers[*slot] == found;
}

bool thread_walk_to(struct thread_walker *walker, uint32_t number, struct thread *out)
{
	const struct thread_walk *walk = walker->walk;
	const struct customer *customer = identity_customer(walk->view->identity, number);
	uint32_t slot = ROW_NONE;

	if (customer->head == IDENTITY_NO_CODE)
		return false;
	const struct recent *recent = walk->recent + walk->recent_start[number];
	size_t count = walk->recent_start[number + 1] - walk->recent_start[number];
	if (walk->base != NULL && (!own_slot(walk, customer, &slot) || is_torn(walk, number))) {
		*out = gathered(walker, number, customer, recent, count);
		return true;
	}
	struct thread slice = { .count = 0 };
	if (slot != ROW_NONE)
		slice = slice_of(walk->base, slot);
	*out = count == 0 ? slice : merged(walker, &slice, recent, count);
	return true;
}
