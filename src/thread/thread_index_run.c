/* thread/thread_index_run.c - a run made from the rows of a view; see thread_index.h
 *
 * A run holds few of all owners, and is built again and again while events come in: so nothing
 * here grows with the customers there are.  The rows with their owners are sorted by owner, digit
 * by digit, which keeps those of one owner in order of arrival; then the slices lie side by side.
 */
#include "thread/thread_index.h"

#include "thread/thread_index_internal.h"

#include <stdlib.h>
#include <string.h>

struct owned {
	uint32_t owner, row;
};

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* The rows that are somebody's; *most: the highest owner. */
static size_t collect(const struct threads_view *view, const struct thread_index *index,
	struct owned *out, uint32_t *most)
{
	size_t count = 0;

	*most = 0;
	for (size_t row = index->from; row < index->to; row++) {
		uint32_t set = view_u32(view->set, row);
		if (set == IDENTITY_NO_CODE)
			continue;
		uint32_t owner = identity_set_owner(view->identity, set);
		out[count++] = (struct owned){ owner, (uint32_t)row };
		*most = MAX_OF(*most, owner);
	}
	return count;
}

static void sort_by_digit(const struct owned *from, size_t count, unsigned shift, struct owned *to)
{
	size_t next[DIGITS] = { 0 }, sum = 0;

	for (size_t i = 0; i < count; i++)
		next[from[i].owner >> shift & (DIGITS - 1)]++;
	for (size_t d = 0; d < DIGITS; d++) {
		size_t own = next[d];
		next[d] = sum;
		sum += own;
	}
	for (size_t i = 0; i < count; i++)
		to[next[from[i].owner >> shift & (DIGITS - 1)]++] = from[i];
}

/* Where they lie afterwards: in `items` or in `spare`. */
static const struct owned *sort_by_owner(
	struct owned *items, struct owned *spare, size_t count, uint32_t most)
{
	for (unsigned shift = 0; shift < 32 && most >> shift > 0; shift += DIGIT_BITS) {
		struct owned *sorted = spare;
		sort_by_digit(items, count, shift, sorted);
		spare = items;
		items = sorted;
	}
	return items;
}

static size_t count_owners(const struct owned *items, size_t count)
{
	size_t owners = 0;

	for (size_t i = 0; i < count; i++)
		owners += i == 0 || items[i].owner != items[i - 1].owner;
	return owners;
}

static void make_room(struct slices *s, size_t groups, size_t rows)
{
	size_t room = MAX_OF(rows, (size_t)1);

	s->groups = groups;
	s->start = memory_alloc((groups + 2) * sizeof(*s->start));
	s->row = memory_resize(NULL, room * sizeof(*s->row));
	s->time = memory_resize(NULL, room * sizeof(*s->time));
	s->what = memory_resize(NULL, room * sizeof(*s->what));
}

/* `items` are sorted by owner: each has its slices, also if they are empty. */
static void lay_out(const struct threads_view *view, struct thread_index *index,
	const struct owned *items, size_t count)
{
	struct slices *events = &index->events, *entities = &index->entities;
	size_t g = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t flags = view_u8(view->flags, items[i].row);
		if (i == 0 || items[i].owner != items[i - 1].owner) {
			index->owners[g] = items[i].owner;
			events->start[g] = events->count;
			entities->start[g++] = entities->count;
		}
		if (slices_want(flags, false))
			events->row[events->count++] = items[i].row;
		else if (slices_want(flags, true))
			entities->row[entities->count++] = items[i].row;
	}
	events->start[g] = events->count;
	entities->start[g] = entities->count;
}

struct thread_index *thread_index_build_run(const struct threads_view *view, size_t from, size_t to)
{
	struct thread_index *index = thread_index_new(view, false, from, to);
	struct owned *items = memory_resize(NULL, 2 * (to - from + 1) * sizeof(*items));
	uint32_t most;
	size_t count = collect(view, index, items, &most);
	const struct owned *sorted = sort_by_owner(items, items + (to - from + 1), count, most);

	index->slot_count = count_owners(sorted, count);
	index->owners = memory_alloc((index->slot_count + 1) * sizeof(*index->owners));
	make_room(&index->events, index->slot_count, count);
	make_room(&index->entities, index->slot_count, view->entities == 0 ? 0 : count);
	lay_out(view, index, sorted, count);
	free(items);
	slices_fetch_columns(view, &index->events);
	slices_fetch_columns(view, &index->entities);
	slices_order(view, &index->events);
	slices_order(view, &index->entities);
	return index;
}
