/* thread/thread_index.c - see index.h
 *
 * Building is a counting sort: how many rows each group has (group: customer, or owner in a run),
 * where each group starts, each row to its group in order of arrival; then each group is sorted
 * by time unless it is already, which is the common case.
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

struct grouping {
	const struct threads_view *view;
	size_t from, to;
	uint32_t *group_of_set; /* ROW_NONE: nobody's */
	size_t groups;
};

static bool is_wanted(const struct grouping *g, size_t row, bool entities, uint32_t *group)
{
	uint8_t flags = view_u8(g->view->flags, row);

	if ((flags & ROW_HIDDEN) || ((flags & ROW_ENTITY) != 0) != entities)
		return false;
	uint32_t set = view_u32(g->view->set, row);
	*group = set == IDENTITY_NO_CODE ? ROW_NONE : g->group_of_set[set];
	return *group != ROW_NONE;
}

/* Counts into start[group + 1]: after the sums start[g] is where group g begins. */
static void count_groups(const struct grouping *g, bool entities, struct slices *out)
{
	uint32_t group;

	out->groups = g->groups;
	out->start = memory_alloc((g->groups + 2) * sizeof(*out->start));
	for (size_t row = g->from; row < g->to; row++)
		if (is_wanted(g, row, entities, &group))
			out->start[group + 1]++;
	for (size_t i = 0; i < g->groups; i++)
		out->start[i + 1] += out->start[i];
	out->count = out->start[g->groups];
}

static void place_rows(const struct grouping *g, bool entities, struct slices *out)
{
	size_t *next = memory_alloc((g->groups + 1) * sizeof(*next));
	uint32_t group;

	memcpy(next, out->start, (g->groups + 1) * sizeof(*next));
	for (size_t row = g->from; row < g->to; row++)
		if (is_wanted(g, row, entities, &group))
			out->row[next[group]++] = (uint32_t)row;
	free(next);
}

static struct entry entry_of(const struct threads_view *view, uint32_t row)
{
	return (struct entry){ .time = view_i64(view->time, row),
		.origin = origin_of(view, row, view_u8(view->flags, row)),
		.row = row,
		.what = view_u32(view->kind, row) };
}

static void order_groups(const struct grouping *g, struct slices *out)
{
	struct entry *entries = NULL;
	size_t room = 0;

	for (size_t i = 0; i < out->groups; i++) {
		size_t from = out->start[i], count = out->start[i + 1] - from;
		if (count > room) {
			room = count * 2;
			entries = memory_resize(entries, room * sizeof(*entries));
		}
		for (size_t k = 0; k < count; k++)
			entries[k] = entry_of(g->view, out->row[from + k]);
		entries_sort(entries, count);
		for (size_t k = 0; k < count; k++) {
			out->time[from + k] = entries[k].time;
			out->what[from + k] = entries[k].what;
			out->row[from + k] = entries[k].row;
		}
	}
	free(entries);
}

static void build_slices(const struct grouping *g, bool entities, struct slices *out)
{
	count_groups(g, entities, out);
	size_t room = MAX_OF(out->count, (size_t)1);
	out->row = memory_alloc(room * sizeof(*out->row));
	place_rows(g, entities, out);
	out->time = memory_alloc(room * sizeof(*out->time));
	out->what = memory_alloc(room * sizeof(*out->what));
	order_groups(g, out);
}

static struct thread_index *thread_index_new(
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

static void fill_slots(struct thread_index *index, const struct identity_view *identity)
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

struct thread_index *thread_index_build_base(const struct threads_view *view, size_t rows)
{
	const struct identity_view *identity = view->identity;
	uint32_t sets = identity_set_count(identity);
	struct thread_index *index = thread_index_new(view, true, 0, rows);
	struct grouping g = { .view = view, .to = rows, .groups = identity_customer_end(identity) };

	g.group_of_set = memory_alloc((sets + 1) * sizeof(*g.group_of_set));
	for (uint32_t set = 0; set < sets; set++)
		g.group_of_set[set] =
			identity_customer_of(identity, identity_set_owner(identity, set));
	build_slices(&g, false, &index->events);
	build_slices(&g, true, &index->entities);
	free(g.group_of_set);
	fill_slots(index, identity);
	return index;
}

/* ---- a run: groups are the owners that occur, ascending */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static size_t find_owner(const uint32_t *owners, size_t count, uint32_t owner)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (owners[middle] < owner)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && owners[low] == owner ? low : count;
}

static size_t collect_owners(const struct threads_view *view, struct thread_index *index)
{
	size_t count = 0, kept = 0;

	index->owners = memory_alloc((index->to - index->from + 1) * sizeof(*index->owners));
	for (size_t row = index->from; row < index->to; row++) {
		uint32_t set = view_u32(view->set, row);
		if (set != IDENTITY_NO_CODE)
			index->owners[count++] = identity_set_owner(view->identity, set);
	}
	qsort(index->owners, count, sizeof(*index->owners), by_number);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || index->owners[kept - 1] != index->owners[i])
			index->owners[kept++] = index->owners[i];
	return kept;
}

struct thread_index *thread_index_build_run(const struct threads_view *view, size_t from, size_t to)
{
	struct thread_index *index = thread_index_new(view, false, from, to);
	uint32_t sets = identity_set_count(view->identity);
	struct grouping g = { .view = view, .from = from, .to = to };

	index->slot_count = g.groups = collect_owners(view, index);
	g.group_of_set = memory_alloc((sets + 1) * sizeof(*g.group_of_set));
	for (size_t row = from; row < to; row++) {
		uint32_t set = view_u32(view->set, row);
		if (set != IDENTITY_NO_CODE)
			g.group_of_set[set] = (uint32_t)find_owner(
				index->owners, g.groups, identity_set_owner(view->identity, set));
	}
	build_slices(&g, false, &index->events);
	build_slices(&g, true, &index->entities);
	free(g.group_of_set);
	return index;
}

/* ---- use */

uint32_t thread_index_slot(const struct thread_index *index, uint32_t identifier)
{
	if (index->is_base)
		return identifier < index->slot_count ? index->slot[identifier] : ROW_NONE;
	size_t at = find_owner(index->owners, index->slot_count, identifier);
	return at < index->slot_count ? (uint32_t)at : ROW_NONE;
}

uint32_t thread_index_slot_identifiers(const struct thread_index *index, uint32_t identifier)
{
	uint32_t slot = thread_index_slot(index, identifier);

	return slot == ROW_NONE || !index->is_base ? 0 : index->slot_identifiers[slot];
}

struct thread thread_index_slice(
	const struct thread_index *index, uint32_t identifier, bool entities)
{
	const struct slices *s = entities ? &index->entities : &index->events;
	uint32_t slot = thread_index_slot(index, identifier);

	if (slot == ROW_NONE)
		return (struct thread){ .count = 0 };
	size_t from = s->start[slot];
	return (struct thread){ .time = s->time + from,
		.what = s->what + from,
		.row = s->row + from,
		.count = s->start[slot + 1] - from };
}

static void free_slices(struct slices *s)
{
	free(s->time);
	free(s->what);
	free(s->row);
	free(s->start);
}

struct thread_index *thread_index_ref(struct thread_index *index)
{
	if (index != NULL)
		atomic_fetch_add_explicit(&index->references, 1, memory_order_relaxed);
	return index;
}

void thread_index_unref(struct thread_index *index)
{
	if (index == NULL ||
		atomic_fetch_sub_explicit(&index->references, 1, memory_order_acq_rel) > 1)
		return;
	if (index->file != NULL) {
		thread_index_drop_mapped(index);
		return;
	}
	free_slices(&index->events);
	free_slices(&index->entities);
	free(index->slot);
	free(index->slot_identifiers);
	free(index->owners);
	free(index);
}

void thread_index_drop_mapped(struct thread_index *index)
{
	if (index->file != NULL)
		file_unmap(index->file, index->mapped, index->mapped_bytes);
	free(index);
}

static size_t slices_bytes(const struct slices *s)
{
	return s->count * (sizeof(*s->time) + sizeof(*s->what) + sizeof(*s->row)) +
	       (s->groups + 2) * sizeof(*s->start);
}

size_t thread_index_bytes(const struct thread_index *index)
{
	size_t slots = index->slot_count * sizeof(uint32_t) * (index->is_base ? 2 : 1);

	return sizeof(*index) + slots + slices_bytes(&index->events) +
	       slices_bytes(&index->entities);
}

bool thread_index_is_base(const struct thread_index *index)
{
	return index->is_base;
}

uint64_t thread_index_lineage(const struct thread_index *index)
{
	return index->lineage;
}

size_t thread_index_rows_start(const struct thread_index *index)
{
	return index->from;
}

size_t thread_index_rows_end(const struct thread_index *index)
{
	return index->to;
}

uint64_t thread_index_hidden(const struct thread_index *index)
{
	return index->hidden;
}
