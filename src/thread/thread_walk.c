/* thread/thread_walk.c - the walkers; see thread_walk.h
 *
 * A block is walked in two steps.  The first finds where each customer's events lie, and gives
 * whoever lies whole in the base his slice; the second, once it is known how much room the others
 * take, merges or gathers them.  (In one step, more room for the next would move those before.)
 */
#include "thread/thread_walk.h"

#include "thread/thread_walk_internal.h"

#include <stdlib.h>
#include <string.h>

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
	free(walker->time);
	free(walker->what);
	free(walker->row);
	walker->room = count * 2;
	walker->time = memory_resize(NULL, walker->room * sizeof(*walker->time));
	walker->what = memory_resize(NULL, walker->room * sizeof(*walker->what));
	walker->row = memory_resize(NULL, walker->room * sizeof(*walker->row));
}

/* The next `count` places of the columns. */
static struct thread take_columns(struct thread_walker *walker, size_t count)
{
	size_t at = walker->used;

	walker->used += count;
	ASSERT(walker->used <= walker->room);
	return (struct thread){ walker->time + at, walker->what + at, walker->row + at, count };
}

/* thread_index_slot() of a base, which is asked for every customer: in place. */
static inline uint32_t slot_in(const struct thread_index *base, uint32_t identifier)
{
	return identifier < base->slot_count ? base->slot[identifier] : ROW_NONE;
}

static struct thread slice_of(const struct thread_index *base, uint32_t slot)
{
	size_t from = base->events.start[slot];

	return (struct thread){ base->events.time + from, base->events.what + from,
		base->events.row + from, base->events.start[slot + 1] - from };
}

/* ---- a slice of the base, and later rows */

/* Is the entry before the slice's i-th?  Equal times stand in the order of their origin. */
static bool goes_first(const struct threads_view *view, const struct recent *recent,
	const struct thread *slice, size_t i)
{
	if (recent->time != slice->time[i])
		return recent->time < slice->time[i];
	return walk_origin(view, recent->row) < walk_origin(view, slice->row[i]);
}

static void put_recent(struct thread_walker *walker, size_t at, const struct recent *recent)
{
	walker->time[at] = recent->time;
	walker->what[at] = recent->what;
	walker->row[at] = recent->row;
}

static void put_slice(
	struct thread_walker *walker, size_t at, const struct thread *slice, size_t from, size_t n)
{
	if (n == 0)
		return;
	memcpy(walker->time + at, slice->time + from, n * sizeof(*slice->time));
	memcpy(walker->what + at, slice->what + from, n * sizeof(*slice->what));
	memcpy(walker->row + at, slice->row + from, n * sizeof(*slice->row));
}

/* Later rows are mostly later events too: so each is looked for from the slice's end. */
static struct thread merged(struct thread_walker *walker, const struct thread *slice,
	const struct recent *recent, size_t count)
{
	const struct threads_view *view = walker->walk->view;
	size_t base = walker->used, left = slice->count;
	struct thread out = take_columns(walker, slice->count + count);

	while (count > 0) {
		size_t from = left;
		while (from > 0 && goes_first(view, &recent[count - 1], slice, from - 1))
			from--;
		put_slice(walker, base + from + count, slice, from, left - from);
		count--;
		put_recent(walker, base + from + count, &recent[count]);
		left = from;
	}
	put_slice(walker, base, slice, 0, left);
	return out;
}

/* ---- the long way: customers whose slices are not wholly theirs */

static struct entry entry_of(const struct threads_view *view, uint32_t row)
{
	return (struct entry){ .time = view_i64(view->time, row),
		.origin = walk_origin(view, row),
		.row = row,
		.what = view_u32(view->kind, row) };
}

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
	uint32_t slot = slot_in(walk->base, member);

	for (uint32_t i = head; i != member; i = identity_next_member(walk->view->identity, i))
		if (slot_in(walk->base, i) == slot)
			return true;
	return false;
}

/* Their places in the columns; at most as many as their slots of the base hold, and `recent`. */
static size_t most_gathered(const struct thread_walk *walk, const struct customer *customer)
{
	uint32_t member = customer->head;
	size_t most = 0;

	for (uint32_t i = 0; i < customer->members; i++) {
		uint32_t slot = slot_in(walk->base, member);
		if (slot != ROW_NONE && !slot_was_seen(walk, customer->head, member))
			most += slice_of(walk->base, slot).count;
		member = identity_next_member(walk->view->identity, member);
	}
	return most;
}

static void gather_slices(struct thread_walker *walker, uint32_t number, size_t *count)
{
	const struct thread_walk *walk = walker->walk;
	const struct threads_view *view = walk->view;
	const struct customer *customer = identity_customer(view->identity, number);
	uint32_t member = customer->head;

	for (uint32_t i = 0; i < customer->members; i++) {
		uint32_t slot = slot_in(walk->base, member);
		if (slot != ROW_NONE && !slot_was_seen(walk, customer->head, member)) {
			struct thread slice = slice_of(walk->base, slot);
			for (size_t k = 0; k < slice.count; k++)
				if (walk_is_event(view, slice.row[k]) &&
					threads_view_customer(view, slice.row[k]) == number)
					keep_entry(walker, count, entry_of(view, slice.row[k]));
		}
		member = identity_next_member(view->identity, member);
	}
}

static struct thread gathered(struct thread_walker *walker, uint32_t number,
	const struct recent *recent, size_t recent_count)
{
	size_t count = 0, at = walker->used;

	gather_slices(walker, number, &count);
	for (size_t i = 0; i < recent_count; i++)
		keep_entry(walker, &count, entry_of(walker->walk->view, recent[i].row));
	entries_sort(walker->entries, count);
	for (size_t i = 0; i < count; i++) {
		walker->time[at + i] = walker->entries[i].time;
		walker->what[at + i] = walker->entries[i].what;
		walker->row[at + i] = walker->entries[i].row;
	}
	return take_columns(walker, count);
}

/* ---- a block */

static bool is_torn(const struct thread_walk *walk, uint32_t customer)
{
	return walk->torn != NULL && (walk->torn[customer / 64] >> (customer % 64) & 1) != 0;
}

/* Where merging looks first: the end of the slice, and what is copied of it.  By the time all
 * customers of the block are found, it has come. */
static void ask_for(const struct thread *slice)
{
	if (slice->count == 0)
		return;
	__builtin_prefetch(&slice->time[slice->count - 1]);
	__builtin_prefetch(slice->time);
	__builtin_prefetch(slice->what);
	__builtin_prefetch(slice->row);
}

/* The one slot of the base that is this customer's and nobody else's; ROW_NONE if he has none.
 * False: he has several, or part of one.  (A slot that fits in number fits in kind: all members
 * that have a slot have this one, and they are as many as lead to it.) */
static bool own_slot(
	const struct thread_walk *walk, const struct customer *customer, uint32_t *slot)
{
	uint32_t member = customer->head, found = 0;

	if (walk->base == NULL) {
		*slot = ROW_NONE;
		return true;
	}
	*slot = ROW_NONE;
	for (uint32_t i = 0; i < customer->members; i++) {
		uint32_t of_member = slot_in(walk->base, member);
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

/* What the second step has to do. */
struct to_copy {
	size_t place; /* in the block's answer: its thread is the slice so far */
	bool gathers;
};

static struct thread copied(
	struct thread_walker *walker, const struct walked *one, const struct to_copy *task)
{
	const struct thread_walk *walk = walker->walk;
	const struct recent *recent = walk->recent + walk->recent_start[one->customer];
	size_t count = walk->recent_start[one->customer + 1] - walk->recent_start[one->customer];

	if (task->gathers)
		return gathered(walker, one->customer, recent, count);
	return merged(walker, &one->thread, recent, count);
}

static void copy_all(struct thread_walker *walker, struct walked *out, const struct to_copy *tasks,
	size_t count, size_t room)
{
	make_room(walker, room);
	walker->used = 0;
	for (size_t i = 0; i < count; i++)
		out[tasks[i].place].thread = copied(walker, &out[tasks[i].place], &tasks[i]);
}

size_t thread_walk_block(struct thread_walker *walker, uint32_t from, uint32_t to,
	struct walked out[static THREAD_WALK_BLOCK])
{
	const struct thread_walk *walk = walker->walk;
	struct to_copy tasks[THREAD_WALK_BLOCK];
	size_t count = 0, task_count = 0, room = 0;

	ASSERT(to - from <= THREAD_WALK_BLOCK);
	for (uint32_t number = from; number < to; number++) {
		const struct customer *customer = identity_customer(walk->view->identity, number);
		uint32_t slot = ROW_NONE;
		if (customer->head == IDENTITY_NO_CODE)
			continue;
		size_t recent = walk->recent_start[number + 1] - walk->recent_start[number];
		bool gathers = !own_slot(walk, customer, &slot) || is_torn(walk, number);
		out[count] = (struct walked){ .customer = number };
		if (!gathers && slot != ROW_NONE)
			out[count].thread = slice_of(walk->base, slot);
		if (gathers || recent > 0) {
			tasks[task_count++] = (struct to_copy){ count, gathers };
			ask_for(&out[count].thread);
			room += recent +
				(gathers ? most_gathered(walk, customer) : out[count].thread.count);
		}
		count++;
	}
	if (task_count > 0)
		copy_all(walker, out, tasks, task_count, room);
	return count;
}
