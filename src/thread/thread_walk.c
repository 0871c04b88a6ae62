/* thread/thread_walk.c - the walkers; see thread_walk.h
 *
 * A block is walked in two steps.  The first finds where each customer's events lie, and gives
 * whoever lies whole in the base, or whole behind it, his slice; the second, once it is known how
 * much room the others take, merges or gathers them.  (In one step, more room for the next would
 * move those before.)
 */
#include "thread/thread_walk.h"

#include "thread/thread_walk_internal.h"

#include <stdlib.h>
#include <string.h>

void thread_walker_init(struct thread_walker *walker, const struct thread_walk *walk)
{
	*walker = (struct thread_walker){
		.walk = walk, .columns = WALK_ALL, .since = INT64_MIN, .until = INT64_MAX
	};
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

/* What is within the walker's times: a slice is in their order.  INT64_MAX is no event's time. */
static inline struct thread within(const struct thread_walker *walker, struct thread slice)
{
	size_t from = 0, to = slice.count;

	if (walker->since != INT64_MIN)
		while (from < to && slice.time[from] < walker->since)
			from++;
	if (walker->until != INT64_MAX)
		while (to > from && slice.time[to - 1] >= walker->until)
			to--;
	return (struct thread){ slice.time + from, slice.what + from, slice.row + from, to - from };
}

static inline struct thread slice_within(
	const struct thread_walker *walker, const struct thread_index *base, uint32_t slot)
{
	return within(walker, slice_of(base, slot));
}

/* The rows behind the base of one who has some. */
static inline struct thread later_within(const struct thread_walker *walker, uint32_t later)
{
	return within(walker, walk_later(walker->walk, later));
}

/* ---- a slice of the base, and later rows */

/* Is the n-th of the later rows before the slice's i-th?  Equal times stand in the order of their
 * origin. */
static bool goes_first(const struct threads_view *view, const struct thread *later, size_t n,
	const struct thread *slice, size_t i)
{
	if (later->time[n] != slice->time[i])
		return later->time[n] < slice->time[i];
	return walk_origin(view, later->row[n]) < walk_origin(view, slice->row[i]);
}

static void put_slice(
	struct thread_walker *walker, size_t at, const struct thread *slice, size_t from, size_t n)
{
	if (n == 0)
		return;
	if (walker->columns & WALK_TIME)
		memcpy(walker->time + at, slice->time + from, n * sizeof(*slice->time));
	if (walker->columns & WALK_WHAT)
		memcpy(walker->what + at, slice->what + from, n * sizeof(*slice->what));
	if (walker->columns & WALK_ROW)
		memcpy(walker->row + at, slice->row + from, n * sizeof(*slice->row));
}

/* Of later rows: one or two, mostly. */
static void put_later(
	struct thread_walker *walker, size_t at, const struct thread *later, size_t from, size_t n)
{
	for (size_t i = 0; (walker->columns & WALK_TIME) != 0 && i < n; i++)
		walker->time[at + i] = later->time[from + i];
	for (size_t i = 0; (walker->columns & WALK_WHAT) != 0 && i < n; i++)
		walker->what[at + i] = later->what[from + i];
	for (size_t i = 0; (walker->columns & WALK_ROW) != 0 && i < n; i++)
		walker->row[at + i] = later->row[from + i];
}

/* All of the later rows are later events too. */
static struct thread appended(
	struct thread_walker *walker, const struct thread *slice, const struct thread *later)
{
	size_t at = walker->used;
	struct thread out = take_columns(walker, slice->count + later->count);

	put_slice(walker, at, slice, 0, slice->count);
	put_later(walker, at + slice->count, later, 0, later->count);
	return out;
}

/* Each of the later rows is looked for from the slice's end. */
static struct thread merged(
	struct thread_walker *walker, const struct thread *slice, const struct thread *later)
{
	const struct threads_view *view = walker->walk->view;
	size_t at = walker->used, left = slice->count, count = later->count;
	struct thread out = take_columns(walker, slice->count + later->count);

	while (count > 0 && left > 0 && goes_first(view, later, 0, slice, left - 1)) {
		size_t from = left;
		while (from > 0 && goes_first(view, later, count - 1, slice, from - 1))
			from--;
		put_slice(walker, at + from + count, slice, from, left - from);
		count--;
		put_later(walker, at + from + count, later, count, 1);
		left = from;
	}
	put_slice(walker, at, slice, 0, left);
	put_later(walker, at + left, later, 0, count);
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

/* Their places in the columns: at most as many as their slots of the base hold, and later rows. */
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
			struct thread slice = slice_within(walker, walk->base, slot);
			for (size_t k = 0; k < slice.count; k++)
				if (walk_is_event(view, slice.row[k]) &&
					threads_view_customer(view, slice.row[k]) == number)
					keep_entry(walker, count, entry_of(view, slice.row[k]));
		}
		member = identity_next_member(view->identity, member);
	}
}

static struct thread gathered(
	struct thread_walker *walker, uint32_t number, const struct thread *later)
{
	size_t count = 0, at = walker->used;

	gather_slices(walker, number, &count);
	for (size_t i = 0; i < later->count; i++)
		keep_entry(walker, &count, entry_of(walker->walk->view, later->row[i]));
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

enum way { MERGES, APPENDS, GATHERS };

/* Where merging looks first: the end of the slice, and what is copied of it.  By the time all
 * customers of the block are found, it has come. */
static void ask_for(const struct thread_walker *walker, const struct thread *slice, enum way way)
{
	if (slice->count == 0)
		return;
	if (way == MERGES)
		PREFETCH(&slice->time[slice->count - 1]);
	if (walker->columns & WALK_TIME)
		PREFETCH(slice->time);
	if (walker->columns & WALK_WHAT)
		PREFETCH(slice->what);
	if (walker->columns & WALK_ROW)
		PREFETCH(slice->row);
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

static uint64_t find_plain(const struct thread_walk *walk, size_t block)
{
	size_t from = block * WALK_BLOCK_CUSTOMERS, end;
	uint64_t plain = 0;

	if (walk->base == NULL)
		return 0;
	end = MIN_OF(from + WALK_BLOCK_CUSTOMERS, walk->base->events.groups);
	end = MIN_OF(end, (size_t)identity_customer_end(walk->view->identity));
	for (size_t number = from; number < end; number++) {
		const struct customer *customer =
			identity_customer(walk->view->identity, (uint32_t)number);
		uint32_t slot = ROW_NONE;
		if (customer->head != IDENTITY_NO_CODE && own_slot(walk, customer, &slot) &&
			slot == number && !is_torn(walk, (uint32_t)number))
			plain |= (uint64_t)1 << (number - from);
	}
	return plain;
}

/* Whoever lies whole in the base, and of whom the first of his later rows stands behind all there:
 * the others, which are in order, do too. */
static uint64_t find_appends(const struct thread_walk *walk, size_t block, uint64_t plain)
{
	uint64_t appends = 0;
	uint32_t n = walk->blocks[block].recent_at;

	for (uint64_t left = walk->blocks[block].recent; left != 0; left &= left - 1, n++) {
		unsigned bit = (unsigned)__builtin_ctzll(left);
		if ((plain >> bit & 1) == 0)
			continue;
		struct thread slice =
			slice_of(walk->base, (uint32_t)(block * WALK_BLOCK_CUSTOMERS + bit));
		struct thread later = walk_later(walk, n);
		if (slice.count == 0 || !goes_first(walk->view, &later, 0, &slice, slice.count - 1))
			appends |= (uint64_t)1 << bit;
	}
	return appends;
}

/* What is found out once for a view. */
struct known {
	uint64_t plain, appends;
};

static struct known known_of(const struct thread_walk *walk, size_t block)
{
	struct walk_block *b = &walk->blocks[block];

	if (atomic_load_explicit(&b->plain_known, memory_order_acquire) == 0) {
		uint64_t plain = find_plain(walk, block);
		atomic_store_explicit(&b->plain, plain, memory_order_relaxed);
		atomic_store_explicit(
			&b->appends, find_appends(walk, block, plain), memory_order_relaxed);
		atomic_store_explicit(&b->plain_known, 1, memory_order_release);
	}
	return (struct known){ atomic_load_explicit(&b->plain, memory_order_relaxed),
		atomic_load_explicit(&b->appends, memory_order_relaxed) };
}

/* What the second step has to do. */
struct to_copy {
	uint32_t place; /* in the block's answer: its thread is the slice so far */
	enum way way;
	struct thread later;
};

static struct thread copied(
	struct thread_walker *walker, const struct walked *one, const struct to_copy *task)
{
	switch (task->way) {
	case GATHERS:
		return gathered(walker, one->customer, &task->later);
	case APPENDS:
		return appended(walker, &one->thread, &task->later);
	case MERGES:
		break;
	}
	return merged(walker, &one->thread, &task->later);
}

struct finding {
	struct thread_walker *walker;
	struct walked *out;
	size_t count;
	struct to_copy tasks[THREAD_WALK_BLOCK];
	size_t task_count, room;
};

static void copy_all(struct finding *f)
{
	make_room(f->walker, f->room);
	f->walker->used = 0;
	for (size_t i = 0; i < f->task_count; i++) {
		struct walked *one = &f->out[f->tasks[i].place];
		one->thread = copied(f->walker, one, &f->tasks[i]);
	}
}

static void add_task(struct finding *f, enum way way, struct thread later, size_t most)
{
	f->tasks[f->task_count++] = (struct to_copy){ (uint32_t)f->count, way, later };
	f->room += most + later.count;
}

/* Later rows of the one at hand, whose slice is known. */
static void add_later(struct finding *f, struct thread later, enum way way)
{
	struct walked *one = &f->out[f->count];

	if (later.count == 0)
		return;
	if (one->thread.count == 0) {
		one->thread = later;
	} else if (way == APPENDS && f->walker->leaves_tails) {
		one->tail = later;
	} else {
		add_task(f, way, later, one->thread.count);
		ask_for(f->walker, &one->thread, way);
	}
}

/* One whose slice is not simply the base's of his number; or there is no such customer. */
static void find_odd(struct finding *f, uint32_t number, struct thread later)
{
	const struct thread_walk *walk = f->walker->walk;
	const struct customer *customer = identity_customer(walk->view->identity, number);
	struct walked *one = &f->out[f->count];
	uint32_t slot = ROW_NONE;

	if (customer->head == IDENTITY_NO_CODE)
		return;
	*one = (struct walked){ .customer = number };
	if (!own_slot(walk, customer, &slot) || is_torn(walk, number)) {
		add_task(f, GATHERS, later, most_gathered(walk, customer));
	} else {
		if (slot != ROW_NONE)
			one->thread = slice_within(f->walker, walk->base, slot);
		add_later(f, later, MERGES);
	}
	f->count++;
}

/* Customers from .. to of one block of the walk, of whom some are odd. */
static void find_some(struct finding *f, uint32_t from, uint32_t to, struct known known)
{
	const struct thread_walk *walk = f->walker->walk;
	const struct walk_block *block = &walk->blocks[from / WALK_BLOCK_CUSTOMERS];
	uint32_t n = walk_recent_before(block, from % WALK_BLOCK_CUSTOMERS);

	for (uint32_t number = from; number < to; number++) {
		unsigned bit = number % WALK_BLOCK_CUSTOMERS;
		struct thread later = { .count = 0 };
		if (block->recent >> bit & 1)
			later = later_within(f->walker, n++);
		if ((known.plain >> bit & 1) == 0) {
			find_odd(f, number, later);
			continue;
		}
		f->out[f->count].customer = number;
		f->out[f->count].thread = slice_within(f->walker, walk->base, number);
		f->out[f->count].tail.count = 0;
		add_later(f, later, known.appends >> bit & 1 ? APPENDS : MERGES);
		f->count++;
	}
}

/* A whole block of whom none is odd: slices first, then who has later rows.  Whether a customer has
 * some cannot be foretold, and each wrong guess would cost as much as his slice. */
static void find_plain_block(struct finding *f, size_t b, uint64_t appends)
{
	const struct thread_walk *walk = f->walker->walk;
	const struct walk_block *block = &walk->blocks[b];
	uint32_t first = (uint32_t)(b * WALK_BLOCK_CUSTOMERS), n = block->recent_at;
	size_t before = f->count;

	for (uint32_t i = 0; i < WALK_BLOCK_CUSTOMERS; i++) {
		struct walked *one = &f->out[before + i];
		one->customer = first + i;
		one->thread = slice_within(f->walker, walk->base, first + i);
		one->tail.count = 0;
	}
	for (uint64_t left = block->recent; left != 0; left &= left - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(left);
		f->count = before + bit;
		add_later(f, later_within(f->walker, n++), appends >> bit & 1 ? APPENDS : MERGES);
	}
	f->count = before + WALK_BLOCK_CUSTOMERS;
}

static void find(struct finding *f, uint32_t from, uint32_t to)
{
	size_t block = from / WALK_BLOCK_CUSTOMERS;
	struct known known = known_of(f->walker->walk, block);

	if (known.plain == UINT64_MAX && to - from == WALK_BLOCK_CUSTOMERS)
		find_plain_block(f, block, known.appends);
	else
		find_some(f, from, to, known);
}

size_t thread_walk_block(struct thread_walker *walker, uint32_t from, uint32_t to,
	struct walked out[static THREAD_WALK_BLOCK])
{
	uint32_t middle = (from / WALK_BLOCK_CUSTOMERS + 1) * WALK_BLOCK_CUSTOMERS;
	struct finding f; /* its tasks need no zeros */

	ASSERT(to - from <= THREAD_WALK_BLOCK);
	f.walker = walker;
	f.out = out;
	f.count = f.task_count = f.room = 0;
	if (from < to)
		find(&f, from, MIN_OF(middle, to));
	if (middle < to)
		find(&f, middle, to);
	if (f.task_count > 0)
		copy_all(&f);
	return f.count;
}
