/* thread/thread_index_grow.c - a base made from the one before and the rows that came since; see
 * thread_index.h
 *
 * A base is made anew whenever a sixteenth has come to it: in the end every row has been in some
 * seventeen of them.  Sorting all rows into groups again waits for memory with each; here the
 * slices of the former base are copied whole, one after the other, and only new rows are sorted
 * in.
 *
 *  1. Rows belong to the owners of their sets as before (the lineage tells), and identifiers of one
 *     former slice to one customer now: so its rows stay together.  Customers may have merged.
 *  2. No row was hidden since: so all of a former slice is wanted still.
 *  3. A former slice is in order; what is behind the first of a group may not be.
 */
#include "thread/thread_index.h"

#include "thread/thread_index_internal.h"

#include <stdlib.h>
#include <string.h>

struct growing {
	const struct threads_view *view;
	const struct thread_index *old;
	struct grouping fresh; /* the rows that came since */
	uint32_t *now; /* the customer of each former group, or ROW_NONE: it has no identifiers */
};

/* False: identifiers of one group are not one customer's any more, or one that was nobody's is
 * somebody's now, whose rows are in no group. */
static bool find_customers(const struct growing *g)
{
	const struct identity_view *identity = g->view->identity;

	for (size_t group = 0; group < g->old->events.groups; group++)
		g->now[group] = ROW_NONE;
	for (uint32_t i = 0; i < g->old->slot_count; i++) {
		uint32_t group = g->old->slot[i], customer = identity_customer_of(identity, i);
		if (group == CUSTOMER_NONE && customer == CUSTOMER_NONE)
			continue;
		if (group == CUSTOMER_NONE || customer == CUSTOMER_NONE ||
			(g->now[group] != ROW_NONE && g->now[group] != customer))
			return false;
		g->now[group] = customer;
	}
	return true;
}

static size_t slice_count(const struct slices *s, size_t group)
{
	return s->start[group + 1] - s->start[group];
}

/* Afterwards group g begins at start[g + 1]: placing moves them all down by one. */
static void count_all(const struct growing *g, const struct slices *old, const uint32_t *fresh,
	size_t fresh_count, struct slices *out)
{
	size_t sum = 0;

	out->groups = g->fresh.groups;
	out->start = memory_alloc((out->groups + 2) * sizeof(*out->start));
	for (size_t group = 0; group < old->groups; group++) {
		ASSERT(slice_count(old, group) == 0 || g->now[group] < out->groups);
		if (slice_count(old, group) > 0)
			out->start[g->now[group] + 1] += slice_count(old, group);
	}
	for (size_t i = 0; i < fresh_count; i++)
		if (fresh[i] != ROW_NONE)
			out->start[fresh[i] + 1]++;
	for (size_t group = 0; group < out->groups; group++) {
		size_t own = out->start[group + 1];
		out->start[group + 1] = sum;
		sum += own;
	}
	out->count = sum;
	size_t room = MAX_OF(sum, (size_t)1);
	out->row = memory_resize(NULL, room * sizeof(*out->row));
	out->time = memory_resize(NULL, room * sizeof(*out->time));
	out->what = memory_resize(NULL, room * sizeof(*out->what));
}

/* in_order[c]: how many of c's entries, from its first on, are in order. */
static void place_old(
	const struct growing *g, const struct slices *old, struct slices *out, uint32_t *in_order)
{
	for (size_t group = 0; group < old->groups; group++) {
		size_t from = old->start[group], count = slice_count(old, group);
		if (count == 0)
			continue;
		uint32_t customer = g->now[group];
		size_t to = out->start[customer + 1];
		memcpy(out->time + to, old->time + from, count * sizeof(*out->time));
		memcpy(out->what + to, old->what + from, count * sizeof(*out->what));
		memcpy(out->row + to, old->row + from, count * sizeof(*out->row));
		out->start[customer + 1] += count;
		if (in_order[customer] == 0)
			in_order[customer] = (uint32_t)count;
	}
}

static void place_fresh(
	const struct growing *g, const uint32_t *fresh, size_t count, struct slices *out)
{
	const struct threads_view *view = g->view;

	for (size_t i = 0; i < count; i++) {
		if (i + AHEAD < count && fresh[i + AHEAD] != ROW_NONE)
			PREFETCH_TO_CHANGE(&out->start[fresh[i + AHEAD] + 1]);
		if (fresh[i] == ROW_NONE)
			continue;
		size_t to = out->start[fresh[i] + 1]++, row = g->fresh.from + i;
		out->row[to] = (uint32_t)row;
		out->time[to] = view_i64(view->time, row);
		out->what[to] = view_u32(view->kind, row);
	}
}

/* The entries behind `ordered` that are in order already are passed over; of those before only the
 * ones that a later one may have to stand before take part. */
static size_t first_to_order(const struct slices *s, size_t from, size_t ordered, size_t to)
{
	size_t at = ordered;
	int64_t least;

	while (at < to && (at == from || s->time[at - 1] < s->time[at]))
		at++;
	if (at == to)
		return to;
	least = s->time[at];
	for (size_t i = at; i < to; i++)
		least = MIN_OF(least, s->time[i]);
	while (at > from && s->time[at - 1] >= least)
		at--;
	return at;
}

static void order_all(const struct growing *g, struct slices *out, const uint32_t *in_order)
{
	struct entry *entries = NULL;
	size_t room = 0;

	for (size_t c = 0; c < out->groups; c++) {
		size_t from = out->start[c], to = out->start[c + 1];
		if (to - from == in_order[c])
			continue;
		size_t first = first_to_order(out, from, from + in_order[c], to);
		if (to - first > room) {
			room = (to - first) * 2;
			entries = memory_resize(entries, room * sizeof(*entries));
		}
		if (first < to)
			slices_order_some(g->view, out, first, to - first, entries);
	}
	free(entries);
}

static void grow(
	const struct growing *g, const struct slices *old, bool entities, struct slices *out)
{
	bool none = entities && g->view->entities == 0 && old->count == 0;
	size_t count = none ? 0 : g->fresh.to - g->fresh.from;
	uint32_t *fresh = none ? NULL : groups_of_rows(&g->fresh, entities);
	uint32_t *in_order = memory_alloc((g->fresh.groups + 1) * sizeof(*in_order));

	count_all(g, old, fresh, count, out);
	place_old(g, old, out, in_order);
	place_fresh(g, fresh, count, out);
	order_all(g, out, in_order);
	free(in_order);
	free(fresh);
}

struct thread_index *thread_index_grow_base(const struct threads_view *view, size_t rows)
{
	const struct thread_index *old = view->base;
	const struct identity_view *identity = view->identity;

	if (old == NULL || old->lineage != view->lineage || old->hidden != view->hidden ||
		old->to > rows)
		return NULL;
	struct growing g = { .view = view,
		.old = old,
		.fresh = { .view = view,
			.from = old->to,
			.to = rows,
			.groups = identity_customer_end(identity) } };
	struct thread_index *index = NULL;
	g.now = memory_resize(NULL, (old->events.groups + 1) * sizeof(*g.now));
	if (find_customers(&g)) {
		index = thread_index_new(view, true, 0, rows);
		g.fresh.group_of_set = customers_of_sets(identity);
		grow(&g, &old->events, false, &index->events);
		grow(&g, &old->entities, true, &index->entities);
		thread_index_fill_slots(index, identity);
		free(g.fresh.group_of_set);
	}
	free(g.now);
	return index;
}
