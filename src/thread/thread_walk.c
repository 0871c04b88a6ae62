/* thread/thread_walk.c - see thread_walk.h */
#include "thread/thread_walk.h"

#include "thread/thread_index_internal.h"

#include <stdlib.h>
#include <string.h>

struct thread_walk {
	const struct threads_view *view;
	const struct thread_index *base; /* NULL: none */
	uint32_t *recent_start; /* of each customer, into recent; one more at the end */
	struct entry *recent; /* events behind the base, by customer, in thread order */
	uint64_t *torn; /* a bit a customer: a row of his was hidden; NULL: nobody's since */
};

/* ---- what came since the base */

static bool is_event(const struct threads_view *view, size_t row)
{
	return (view_u8(view->flags, row) & (ROW_HIDDEN | ROW_ENTITY)) == 0;
}

static struct entry entry_of(const struct threads_view *view, uint32_t row)
{
	return (struct entry){ .time = view_i64(view->time, row),
		.origin = origin_of(view, row, view_u8(view->flags, row)),
		.row = row,
		.what = view_u32(view->kind, row) };
}

/* Whose each row from `from` on is; CUSTOMER_NONE for what is no event or nobody's. */
static uint32_t *owners_of(const struct threads_view *view, size_t from)
{
	uint32_t *owners = memory_alloc((view->rows - from + 1) * sizeof(*owners));

	for (size_t row = from; row < view->rows; row++)
		owners[row - from] = is_event(view, row)
					     ? threads_view_customer(view, (uint32_t)row)
					     : CUSTOMER_NONE;
	return owners;
}

/* A counting sort: start[c + 2] counts c's rows; summed up, start[c + 1] is where c's next row
 * goes, and ends up where those of the customer behind him begin. */
static void group_recent(struct thread_walk *walk, size_t customers)
{
	const struct threads_view *view = walk->view;
	size_t from = walk->base == NULL ? 0 : thread_index_rows_end(walk->base);
	size_t count = view->rows - from;
	uint32_t *owners = owners_of(view, from);
	uint32_t *start = memory_alloc((customers + 2) * sizeof(*start));

	for (size_t i = 0; i < count; i++)
		if (owners[i] != CUSTOMER_NONE)
			start[owners[i] + 2]++;
	for (size_t c = 2; c < customers + 2; c++)
		start[c] += start[c - 1];
	walk->recent = memory_alloc((start[customers + 1] + (size_t)1) * sizeof(*walk->recent));
	for (size_t i = 0; i < count; i++)
		if (owners[i] != CUSTOMER_NONE)
			walk->recent[start[owners[i] + 1]++] = entry_of(view, (uint32_t)(from + i));
	free(owners);
	walk->recent_start = start;
	for (size_t c = 0; c < customers; c++)
		if (start[c + 1] - start[c] > 1)
			entries_sort(walk->recent + start[c], start[c + 1] - start[c]);
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
static bool goes_first(const struct threads_view *view, const struct entry *entry,
	const struct thread *slice, size_t i)
{
	if (entry->time != slice->time[i])
		return entry->time < slice->time[i];
	uint32_t row = slice->row[i];
	return entry->origin < origin_of(view, row, view_u8(view->flags, row));
}

static struct thread merged(struct thread_walker *walker, const struct thread *slice,
	const struct entry *recent, size_t count)
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
	const struct customer *customer, const struct entry *recent, size_t recent_count)
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
		keep_entry(walker, &count, recent[i]);
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
	const struct entry *recent = walk->recent + walk->recent_start[number];
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
