/* thread/thread_index_build.c - a base made from the rows of a view; see thread_index.h
 *
 * Building is a counting sort in two steps, so that each works on what lies close together: rows to
 * ranges of some thousand customers; then within each range how many rows each customer has, where
 * each begins, each row to its customer in order of arrival.  Then each slice is sorted by time
 * unless it is already, which is the common case.  The rows of one slice lie anywhere in memory:
 * every pass asks some rows ahead for what it will touch.  (Runs: thread_index_run.c; a base made
 * from the one before: thread_index_grow.c.)
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

/* Of each row its group, or ROW_NONE if it is nobody's or not wanted; to be freed. */
uint32_t *groups_of_rows(const struct grouping *g, bool entities)
{
	uint32_t *groups = memory_resize(NULL, (g->to - g->from + 1) * sizeof(*groups));

	for (size_t row = g->from; row < g->to; row++) {
		uint32_t set = view_u32(g->view->set, row);
		if (row + AHEAD < g->to) {
			uint32_t later = view_u32(g->view->set, row + AHEAD);
			PREFETCH(&g->group_of_set[later == IDENTITY_NO_CODE ? 0 : later]);
		}
		bool wanted = set != IDENTITY_NO_CODE &&
			      slices_want(view_u8(g->view->flags, row), entities);
		groups[row - g->from] = wanted ? g->group_of_set[set] : ROW_NONE;
	}
	return groups;
}

/* ---- rows to ranges of groups */

enum { RANGES_MAX = 1024, RANGE_ROWS = 16384 }; /* about so many rows each, for the second cache */

struct ranges {
	unsigned shift; /* a group is in the range group >> shift */
	size_t count;
	size_t ends[RANGES_MAX]; /* where each ends; until it is filled, where its next row goes */
};

static void init_ranges(struct ranges *ranges, size_t rows, size_t groups)
{
	size_t wanted = MIN_OF(rows / RANGE_ROWS + 1, (size_t)RANGES_MAX);

	*ranges = (struct ranges){ .shift = 0 };
	while (groups > 0 && ((groups - 1) >> ranges->shift) >= wanted)
		ranges->shift++;
	ranges->count = groups == 0 ? 0 : ((groups - 1) >> ranges->shift) + 1;
}

/* Afterwards out->what holds the group of each row of out->row. */
static void share_out(
	const uint32_t *groups, size_t count, struct ranges *ranges, struct slices *out)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		if (groups[i] != ROW_NONE)
			ranges->ends[groups[i] >> ranges->shift]++;
	for (size_t r = 0; r < ranges->count; r++) {
		size_t own = ranges->ends[r];
		ranges->ends[r] = sum;
		sum += own;
	}
	out->count = sum;
	size_t room = MAX_OF(sum, (size_t)1);
	out->row = memory_resize(NULL, room * sizeof(*out->row));
	out->what = memory_resize(NULL, room * sizeof(*out->what));
	for (size_t i = 0; i < count; i++) {
		if (groups[i] == ROW_NONE)
			continue;
		size_t to = ranges->ends[groups[i] >> ranges->shift]++;
		out->row[to] = (uint32_t)i;
		out->what[to] = groups[i];
	}
}

/* ---- within a range */

/* [first, end) of groups, whose rows are [from, to). */
struct range {
	size_t first, end, from, to;
};

/* While it goes on group g begins at start[g + 1]; placing moves them all down by one. */
static void place_rows(const struct range *range, struct slices *out, uint32_t *rows)
{
	size_t *next = out->start + 1, sum = range->from;

	for (size_t i = range->from; i < range->to; i++)
		next[out->what[i]]++;
	for (size_t g = range->first; g < range->end; g++) {
		size_t own = next[g];
		next[g] = sum;
		sum += own;
	}
	for (size_t i = range->from; i < range->to; i++)
		rows[next[out->what[i]]++ - range->from] = out->row[i];
	memcpy(out->row + range->from, rows, (range->to - range->from) * sizeof(*rows));
}

static void fetch_columns(
	const struct threads_view *view, struct slices *out, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (i + AHEAD < to) {
			PREFETCH(view_at(view->time, out->row[i + AHEAD]));
			PREFETCH(view_at(view->kind, out->row[i + AHEAD]));
		}
		out->time[i] = view_i64(view->time, out->row[i]);
		out->what[i] = view_u32(view->kind, out->row[i]);
	}
}

void slices_fetch_columns(const struct threads_view *view, struct slices *out)
{
	fetch_columns(view, out, 0, out->count);
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

static void order_groups(
	const struct threads_view *view, struct slices *out, size_t first, size_t end)
{
	struct entry *entries = NULL;
	size_t room = 0;

	for (size_t g = first; g < end; g++) {
		size_t from = out->start[g], count = out->start[g + 1] - from;
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
	order_groups(view, out, 0, out->groups);
}

static size_t most_rows(const struct ranges *ranges)
{
	size_t most = 1, from = 0;

	for (size_t r = 0; r < ranges->count; r++) {
		most = MAX_OF(most, ranges->ends[r] - from);
		from = ranges->ends[r];
	}
	return most;
}

static void build_slices(const struct grouping *g, bool entities, struct slices *out)
{
	bool none = entities && g->view->entities == 0;
	uint32_t *groups = none ? NULL : groups_of_rows(g, entities);
	struct ranges ranges;
	struct range at = { .end = 0 };

	out->groups = g->groups;
	out->start = memory_alloc((g->groups + 2) * sizeof(*out->start));
	init_ranges(&ranges, g->to, g->groups);
	share_out(groups, none ? 0 : g->to, &ranges, out);
	free(groups);
	out->time = memory_resize(NULL, MAX_OF(out->count, (size_t)1) * sizeof(*out->time));
	uint32_t *rows = memory_resize(NULL, most_rows(&ranges) * sizeof(*rows));
	for (size_t r = 0; r < ranges.count; r++) {
		at.first = at.end;
		at.end = MIN_OF((r + 1) << ranges.shift, g->groups);
		at.from = at.to;
		at.to = ranges.ends[r];
		place_rows(&at, out, rows);
		fetch_columns(g->view, out, at.from, at.to);
		order_groups(g->view, out, at.first, at.end);
	}
	free(rows);
}

struct thread_index *thread_index_new(
	const struct threads_view *view, bool is_base, size_t from, size_t to)
{
	struct thread_index *index = memory_alloc(sizeof(*index));

	atomic_init(&index->references, 1);
	index->is_base = is_base;
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

struct thread_index *thread_index_build_base(const struct threads_view *view, size_t rows)
{
	const struct identity_view *identity = view->identity;
	struct thread_index *index = thread_index_new(view, true, 0, rows);
	struct grouping g = { .view = view, .to = rows, .groups = identity_customer_end(identity) };

	g.group_of_set = customers_of_sets(identity);
	build_slices(&g, false, &index->events);
	build_slices(&g, true, &index->entities);
	free(g.group_of_set);
	thread_index_fill_slots(index, identity);
	return index;
}
