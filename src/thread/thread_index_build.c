/* thread/thread_index_build.c - a base made from the rows of a view; see thread_index.h
 *
 * Building is a counting sort in two steps, so that each works on what lies close together: rows,
 * with all that a slice has of them, to ranges of some thousand customers; then within each range,
 * which the second cache holds, how many rows each customer has, where each begins, each row to its
 * customer in order of arrival.  Then each slice is sorted by time unless it is already, which is
 * the common case.  So no pass but the first looks for anything far away.  (Runs:
 * thread_index_run.c; a base made from the one before: thread_index_grow.c.)
 *
 * By several threads the rows are cut into parts, one after the other: in each range those of the
 * first part come first.  Then each range is anybody's, and touches nothing of another's.
 */
#include "thread/thread_index.h"

#include "thread/thread_index_internal.h"

#include <stdlib.h>
#include <string.h>

static int by_time(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->origin > y->origin) - (x->origin < y->origin);
}

static bool is_sorted(const struct entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (by_time(&entries[i - 1], &entries[i]) > 0)
			return false;
	return true;
}

enum { INSERTION_MAX = 24 };

void entries_sort(struct entry *entries, size_t count)
{
	if (is_sorted(entries, count))
		return;
	if (count > INSERTION_MAX) {
		qsort(entries, count, sizeof(*entries), by_time);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct entry moved = entries[i];
		size_t at = i;
		for (; at > 0 && by_time(&entries[at - 1], &moved) > 0; at--)
			entries[at] = entries[at - 1];
		entries[at] = moved;
	}
}

/* ---- which group a row belongs to */

/* Of the rows from .. to - 1. */
static void find_groups(
	const struct grouping *g, bool entities, size_t from, size_t to, uint32_t *groups)
{
	for (size_t row = from; row < to; row++) {
		uint32_t set = view_u32(g->view->set, row);
		if (row + AHEAD < to) {
			uint32_t later = view_u32(g->view->set, row + AHEAD);
			PREFETCH(&g->group_of_set[later == IDENTITY_NO_CODE ? 0 : later]);
		}
		bool wanted = set != IDENTITY_NO_CODE &&
			      slices_want(view_u8(g->view->flags, row), entities);
		groups[row - from] = wanted ? g->group_of_set[set] : ROW_NONE;
	}
}

uint32_t *groups_of_rows(const struct grouping *g, bool entities)
{
	uint32_t *groups = memory_resize(NULL, (g->to - g->from + 1) * sizeof(*groups));

	find_groups(g, entities, g->from, g->to, groups);
	return groups;
}

/* ---- rows to ranges of groups */

enum {
	RANGES_USUAL = 1024, /* at most ... */
	RANGE_ROWS = 16384, /* ... and about so many rows each, for the second cache */
	RANGE_GROUPS_BITS = 16, /* a group within its range is a word of so many */
	RANGES_MAX = 8192, /* for groups that are far more */
	GROUPS_AT_ONCE = 1024, /* rows whose groups are found together */
	POPULATED_ROWS = 1 << 18, /* at once: some megabytes */
};
_Static_assert(IDENTIFIERS_MAX >> RANGE_GROUPS_BITS < RANGES_MAX, "ranges for all customers");

struct building {
	const struct grouping *of;
	bool entities;
	unsigned threads;
	/* Of each entry of `out`, while it stands by range only: its group within the range. */
	uint16_t *within;
	struct slices *out;
	unsigned shift; /* a group is in the range group >> shift */
	size_t ranges;
	size_t begins[RANGES_MAX + 1];
	size_t part_rows; /* of each part but the last */
	size_t next[SHARES_THREADS_MAX]
		   [RANGES_MAX]; /* of each part: rows in a range; then where to */
};

static void init_ranges(struct building *b, size_t rows)
{
	size_t wanted = MIN_OF(rows / RANGE_ROWS + 1, (size_t)RANGES_USUAL);
	size_t groups = b->of->groups;

	b->part_rows = rows / b->threads + 1;
	while (b->shift < RANGE_GROUPS_BITS && groups > 0 && ((groups - 1) >> b->shift) >= wanted)
		b->shift++;
	b->ranges = groups == 0 ? 0 : ((groups - 1) >> b->shift) + 1;
}

static void count_part(void *context, size_t from, size_t to)
{
	struct building *b = context;
	size_t *count = b->next[from / b->part_rows];
	uint32_t groups[GROUPS_AT_ONCE] = { 0 };

	for (size_t row = from, end; row < to; row = end) {
		end = MIN_OF(row + GROUPS_AT_ONCE, to);
		find_groups(b->of, b->entities, row, end, groups);
		for (size_t i = 0; i < end - row; i++)
			if (groups[i] != ROW_NONE)
				count[groups[i] >> b->shift]++;
	}
}

/* Returns the rows of all ranges. */
static size_t find_begins(struct building *b)
{
	size_t sum = 0;

	for (size_t r = 0; r < b->ranges; r++) {
		b->begins[r] = sum;
		for (unsigned part = 0; part < b->threads; part++) {
			size_t own = b->next[part][r];
			b->next[part][r] = sum;
			sum += own;
		}
	}
	b->begins[b->ranges] = sum;
	return sum;
}

/* Some rows, whose groups are given. */
static void place(struct building *b, size_t *next, size_t from, size_t to, const uint32_t *groups)
{
	const struct threads_view *view = b->of->view;

	for (size_t row = from; row < to; row++) {
		uint32_t group = groups[row - from];
		if (group == ROW_NONE)
			continue;
		size_t at = next[group >> b->shift]++;
		b->out->row[at] = (uint32_t)row;
		b->out->time[at] = view_i64(view->time, row);
		b->out->what[at] = view_u32(view->kind, row);
		b->within[at] = (uint16_t)(group & (((uint32_t)1 << b->shift) - 1));
	}
}

static void place_part(void *context, size_t from, size_t to)
{
	struct building *b = context;
	uint32_t groups[GROUPS_AT_ONCE] = { 0 };

	for (size_t row = from, end; row < to; row = end) {
		end = MIN_OF(row + GROUPS_AT_ONCE, to);
		find_groups(b->of, b->entities, row, end, groups);
		place(b, b->next[from / b->part_rows], row, end, groups);
	}
}

/* ---- within a range */

/* [first, end) of groups, whose rows are [from, to). */
struct range {
	size_t first, end, from, to;
};

/* A range in the order of its groups, before it takes the place of the other. */
struct in_order {
	int64_t *time;
	uint32_t *row, *what;
};

static struct in_order in_order_make(size_t count)
{
	char *room = memory_resize(NULL, (count + 1) * (sizeof(int64_t) + 2 * sizeof(uint32_t)));
	struct in_order out = { .time = (int64_t *)(void *)room };

	out.row = (uint32_t *)(void *)(out.time + count);
	out.what = out.row + count;
	return out;
}

static void in_order_take(const struct in_order *in, struct slices *out, size_t from, size_t count)
{
	memcpy(out->time + from, in->time, count * sizeof(*in->time));
	memcpy(out->row + from, in->row, count * sizeof(*in->row));
	memcpy(out->what + from, in->what, count * sizeof(*in->what));
	free(in->time);
}

/* While it goes on group g begins at start[g + 1]; placing moves them all down by one. */
static void place_rows(const struct range *range, const uint16_t *within, struct slices *out)
{
	size_t *next = out->start + 1 + range->first, sum = range->from;
	size_t count = range->to - range->from;
	struct in_order in = in_order_make(count);

	for (size_t i = range->from; i < range->to; i++)
		next[within[i]]++;
	for (size_t g = 0; g < range->end - range->first; g++) {
		size_t own = next[g];
		next[g] = sum;
		sum += own;
	}
	for (size_t i = range->from; i < range->to; i++) {
		size_t to = next[within[i]]++ - range->from;
		in.time[to] = out->time[i];
		in.row[to] = out->row[i];
		in.what[to] = out->what[i];
	}
	in_order_take(&in, out, range->from, count);
}

void slices_fetch_columns(const struct threads_view *view, struct slices *out)
{
	for (size_t i = 0; i < out->count; i++) {
		if (i + AHEAD < out->count) {
			PREFETCH(view_at(view->time, out->row[i + AHEAD]));
			PREFETCH(view_at(view->kind, out->row[i + AHEAD]));
		}
		out->time[i] = view_i64(view->time, out->row[i]);
		out->what[i] = view_u32(view->kind, out->row[i]);
	}
}

static uint64_t origin_at(const struct threads_view *view, uint32_t row)
{
	return origin_of(view, row, view_u8(view->flags, row));
}

/* Rows of one time stand in the order of their first versions: as they came, if none was ever
 * corrected. */
static bool is_in_order(
	const struct threads_view *view, const struct slices *s, size_t from, size_t to)
{
	bool corrected = view_count(view->origins) > 0;

	for (size_t i = from + 1; i < to; i++)
		if (s->time[i - 1] > s->time[i] ||
			(corrected && s->time[i - 1] == s->time[i] &&
				origin_at(view, s->row[i - 1]) > origin_at(view, s->row[i])))
			return false;
	return true;
}

void slices_order_some(const struct threads_view *view, struct slices *out, size_t from,
	size_t count, struct entry *entries)
{
	for (size_t k = 0; k < count; k++)
		entries[k] = (struct entry){ .time = out->time[from + k],
			.origin = origin_at(view, out->row[from + k]),
			.row = out->row[from + k],
			.what = out->what[from + k] };
	entries_sort(entries, count);
	for (size_t k = 0; k < count; k++) {
		out->time[from + k] = entries[k].time;
		out->what[from + k] = entries[k].what;
		out->row[from + k] = entries[k].row;
	}
}

/* Groups first .. end - 1, whose rows begin at `from`: where the first begins is another's to
 * write. */
static void order_groups(
	const struct threads_view *view, struct slices *out, size_t first, size_t end, size_t from)
{
	struct entry *entries = NULL;
	size_t room = 0, count;

	for (size_t g = first; g < end; g++, from += count) {
		count = out->start[g + 1] - from;
		if (is_in_order(view, out, from, from + count))
			continue;
		if (count > room) {
			room = count * 2;
			entries = memory_resize(entries, room * sizeof(*entries));
		}
		slices_order_some(view, out, from, count, entries);
	}
	free(entries);
}

void slices_order(const struct threads_view *view, struct slices *out)
{
	order_groups(view, out, 0, out->groups, 0);
}

static void build_range(void *context, size_t r, size_t end)
{
	struct building *b = context;
	size_t first = r << b->shift, groups = b->of->groups;
	const struct range at = { first, MIN_OF(first + ((size_t)1 << b->shift), groups),
		b->begins[r], b->begins[r + 1] };

	ASSERT(end == r + 1); /* one by one */
	place_rows(&at, b->within, b->out);
	order_groups(b->of->view, b->out, at.first, at.end, at.from);
}

static void populate_some(void *context, size_t from, size_t to)
{
	const struct building *b = context;

	memory_populate(b->out->row + from, (to - from) * sizeof(*b->out->row));
	memory_populate(b->out->what + from, (to - from) * sizeof(*b->out->what));
	memory_populate(b->out->time + from, (to - from) * sizeof(*b->out->time));
	memory_populate(b->within + from, (to - from) * sizeof(*b->within));
}

static void make_room(struct building *b)
{
	size_t room = MAX_OF(b->out->count, (size_t)1);

	b->out->row = memory_for_pages(room * sizeof(*b->out->row));
	b->out->what = memory_for_pages(room * sizeof(*b->out->what));
	b->out->time = memory_for_pages(room * sizeof(*b->out->time));
	b->within = memory_for_runs(room * sizeof(*b->within));
	shares_do(b->threads, b->out->count, POPULATED_ROWS, populate_some, b);
}

static void build_slices(
	const struct grouping *g, bool entities, unsigned threads, struct slices *out)
{
	size_t rows = entities && g->view->entities == 0 ? 0 : g->to;
	struct building *b = memory_alloc(sizeof(*b));

	*b = (struct building){ .of = g, .entities = entities, .threads = threads, .out = out };
	init_ranges(b, rows);
	out->groups = g->groups;
	out->start = memory_alloc((g->groups + 2) * sizeof(*out->start));
	shares_do(threads, rows, b->part_rows, count_part, b);
	out->count = find_begins(b);
	make_room(b);
	shares_do(threads, rows, b->part_rows, place_part, b);
	shares_do(threads, b->ranges, 1, build_range, b);
	free(b->within);
	free(b);
}

struct thread_index *thread_index_new(
	const struct threads_view *view, bool is_base, size_t from, size_t to)
{
	struct thread_index *index = memory_alloc(sizeof(*index));

	atomic_init(&index->references, 1);
	index->is_base = is_base;
	index->saved = is_base ? saved_index_new() : NULL;
	index->from = from;
	index->to = to;
	index->hidden = view->hidden;
	index->lineage = view->lineage;
	return index;
}

/* ---- the base: groups are customers */

void thread_index_fill_slots(struct thread_index *index, const struct identity_view *identity)
{
	size_t count = identity_identifier_count(identity);

	index->slot_count = count;
	index->slot = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*index->slot));
	index->slot_identifiers = memory_alloc(
		(identity_customer_end(identity) + 1) * sizeof(*index->slot_identifiers));
	for (uint32_t i = 0; i < count; i++) {
		index->slot[i] = identity_customer_of(identity, i);
		if (index->slot[i] != CUSTOMER_NONE)
			index->slot_identifiers[index->slot[i]]++;
	}
}

uint32_t *customers_of_sets(const struct identity_view *identity)
{
	uint32_t sets = identity_set_count(identity);
	uint32_t *customers = memory_resize(NULL, (sets + (size_t)1) * sizeof(*customers));

	for (uint32_t set = 0; set < sets; set++)
		customers[set] = identity_customer_of(identity, identity_set_owner(identity, set));
	return customers;
}

struct thread_index *thread_index_build_base(
	const struct threads_view *view, size_t rows, unsigned threads)
{
	const struct identity_view *identity = view->identity;
	struct thread_index *index = thread_index_new(view, true, 0, rows);
	struct grouping g = { .view = view, .to = rows, .groups = identity_customer_end(identity) };

	g.group_of_set = customers_of_sets(identity);
	build_slices(&g, false, threads, &index->events);
	build_slices(&g, true, threads, &index->entities);
	free(g.group_of_set);
	thread_index_fill_slots(index, identity);
	return index;
}
