/* thread/view.c - the readers' side of thread.h: rows, names, and threads gathered */
#include "thread/thread_walk.h"
#include "thread/threads_internal.h"

#include <stdlib.h>
#include <string.h>

struct threads_view *threads_view_with(
	const struct threads_view *view, struct identity_view *identity)
{
	struct threads_view *other = memory_alloc(sizeof(*other));

	atomic_init(&other->references, 1);
	other->lineage = view->lineage;
	other->identity = identity_view_ref(identity);
	other->names = strings_view_ref(view->names);
	other->whats = strings_view_ref(view->whats);
	other->sequences = view_ref(view->sequences);
	other->time = view_ref(view->time);
	other->set = view_ref(view->set);
	other->kind = view_ref(view->kind);
	other->flags = view_ref(view->flags);
	other->origins = view_ref(view->origins);
	other->attributes = view->attributes == NULL ? NULL : attributes_view_ref(view->attributes);
	other->told = told_view_ref(view->told);
	other->rows = view->rows;
	other->events = view->events;
	other->entities = view->entities;
	other->hidden = view->hidden;
	other->first = view->first;
	other->last = view->last;
	atomic_init(&other->walk, NULL);
	return other;
}

struct threads_view *threads_view_indexed(const struct threads_view *view)
{
	struct threads_view *other = threads_view_with(view, view->identity);

	other->base = thread_index_build_base(view, view->rows, SHARES_THREADS);
	other->indexed = view->rows;
	return other;
}

struct threads_view *threads_view_ref(struct threads_view *view)
{
	atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
	return view;
}

void threads_view_unref(struct threads_view *view)
{
	if (view == NULL ||
		atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) > 1)
		return;
	identity_view_unref(view->identity);
	strings_view_unref(view->names);
	strings_view_unref(view->whats);
	view_unref(view->sequences);
	view_unref(view->time);
	view_unref(view->set);
	view_unref(view->kind);
	view_unref(view->flags);
	view_unref(view->origins);
	attributes_view_unref(view->attributes);
	told_view_unref(view->told);
	thread_index_unref(view->base);
	for (size_t i = 0; i < view->run_count; i++)
		thread_index_unref(view->runs[i]);
	thread_walk_free(atomic_load_explicit(&view->walk, memory_order_acquire));
	free(view);
}

size_t threads_view_rows(const struct threads_view *view)
{
	return view->rows;
}

uint64_t origin_of(const struct threads_view *view, uint32_t row, uint8_t flags)
{
	size_t low = 0, high = view_count(view->origins);

	if ((flags & ROW_CORRECTED) == 0)
		return sequences_view_at(view->sequences, row);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct origin *o = view_at(view->origins, middle);
		if (o->row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return ((const struct origin *)view_at(view->origins, low))->seq;
}

struct row threads_view_row(const struct threads_view *view, uint32_t row)
{
	uint8_t flags = view_u8(view->flags, row);

	return (struct row){ .seq = sequences_view_at(view->sequences, row),
		.origin = origin_of(view, row, flags),
		.time = view_i64(view->time, row),
		.set = view_u32(view->set, row),
		.what = view_u32(view->kind, row),
		.flags = flags };
}

uint64_t threads_view_seq(const struct threads_view *view, uint32_t row)
{
	return sequences_view_at(view->sequences, row);
}

uint8_t threads_view_flags(const struct threads_view *view, uint32_t row)
{
	return view_u8(view->flags, row);
}

int64_t threads_view_time(const struct threads_view *view, uint32_t row)
{
	return view_i64(view->time, row);
}

uint64_t threads_view_events(const struct threads_view *view)
{
	return view->events;
}

uint64_t threads_view_entities(const struct threads_view *view)
{
	return view->entities;
}

const struct identity_view *threads_view_identity(const struct threads_view *view)
{
	return view->identity;
}

const struct told_view *threads_view_told(const struct threads_view *view)
{
	return view->told;
}

const struct attributes_view *threads_view_attributes(const struct threads_view *view)
{
	return view->attributes;
}

size_t threads_view_what_count(const struct threads_view *view)
{
	return strings_view_count(view->whats);
}

struct what threads_view_what(const struct threads_view *view, uint32_t code)
{
	struct what what;
	str bytes = strings_view_get(view->whats, code);

	ASSERT(bytes.len == sizeof(what));
	memcpy(&what, bytes.ptr, sizeof(what));
	return what;
}

str threads_view_name(const struct threads_view *view, uint32_t name)
{
	return strings_view_get(view->names, name);
}

uint32_t threads_view_find_name(const struct threads_view *view, str name)
{
	return strings_view_find(view->names, name);
}

bool threads_view_bounds(const struct threads_view *view, int64_t *first, int64_t *last)
{
	if (view->first > view->last)
		return false;
	*first = view->first;
	*last = view->last;
	return true;
}

uint32_t threads_view_customer(const struct threads_view *view, uint32_t row)
{
	uint32_t set = view_u32(view->set, row);

	if (set == IDENTITY_NO_CODE)
		return CUSTOMER_NONE;
	return identity_customer_of(view->identity, identity_set_owner(view->identity, set));
}

/* ---- gathering a thread */

struct gathering {
	const struct threads_view *view;
	uint32_t customer;
	bool entities;
	struct entry *entries;
	size_t count, room;
};

static bool belongs(const struct gathering *g, uint32_t row)
{
	uint8_t flags = view_u8(g->view->flags, row);

	return (flags & ROW_HIDDEN) == 0 && ((flags & ROW_ENTITY) != 0) == g->entities &&
	       threads_view_customer(g->view, row) == g->customer;
}

static void gather_row(struct gathering *g, uint32_t row)
{
	if (!belongs(g, row))
		return;
	if (g->count == g->room) {
		g->room = MAX_OF(g->room * 2, (size_t)64);
		g->entries = memory_resize(g->entries, g->room * sizeof(*g->entries));
	}
	uint8_t flags = view_u8(g->view->flags, row);
	g->entries[g->count++] = (struct entry){ .time = view_i64(g->view->time, row),
		.origin = origin_of(g->view, row, flags),
		.row = row,
		.what = view_u32(g->view->kind, row) };
}

static void gather_slice(struct gathering *g, struct thread slice)
{
	for (size_t i = 0; i < slice.count; i++)
		gather_row(g, slice.row[i]);
}

/* Several identifiers may lead to one base slot: it is taken with the first member that does. */
static bool slot_seen(const struct threads_view *view, uint32_t head, uint32_t before)
{
	uint32_t slot = thread_index_slot(view->base, before);

	for (uint32_t i = head; i != before; i = identity_next_member(view->identity, i))
		if (thread_index_slot(view->base, i) == slot)
			return true;
	return false;
}

static void gather(struct gathering *g, const struct customer *customer)
{
	const struct threads_view *view = g->view;
	uint32_t member = customer->head;

	for (uint32_t i = 0; i < customer->members; i++) {
		if (view->base != NULL && thread_index_slot(view->base, member) != ROW_NONE &&
			!slot_seen(view, customer->head, member))
			gather_slice(g, thread_index_slice(view->base, member, g->entities));
		for (size_t k = 0; k < view->run_count; k++)
			gather_slice(g, thread_index_slice(view->runs[k], member, g->entities));
		member = identity_next_member(view->identity, member);
	}
	for (size_t row = view->indexed; row < view->rows; row++)
		gather_row(g, (uint32_t)row);
	entries_sort(g->entries, g->count);
}

/* In place, if the base has all of this customer and nothing else in his slot. */
static bool lies_in_base(const struct threads_view *view, const struct customer *customer,
	bool entities, struct thread *out)
{
	if (view->base == NULL || thread_index_hidden(view->base) != view->hidden ||
		view->indexed != view->rows)
		return false;
	uint32_t slot = thread_index_slot(view->base, customer->head), member = customer->head;
	for (uint32_t i = 0; i < customer->members; i++) {
		if (thread_index_slot(view->base, member) != slot)
			return false;
		for (size_t k = 0; k < view->run_count; k++)
			if (thread_index_slot(view->runs[k], member) != ROW_NONE)
				return false;
		member = identity_next_member(view->identity, member);
	}
	if (slot == ROW_NONE ||
		thread_index_slot_identifiers(view->base, customer->head) != customer->members)
		return false;
	*out = thread_index_slice(view->base, customer->head, entities);
	return true;
}

static err copy_out(struct gathering *g, struct arena *arena, struct thread *out, struct why *why)
{
	int64_t *time = arena_array(arena, g->count, sizeof(*time));
	uint32_t *what = arena_array(arena, g->count, sizeof(*what));
	uint32_t *row = arena_array(arena, g->count, sizeof(*row));

	if (time == NULL || what == NULL || row == NULL)
		return fail(why, MSG_THREAD_TOO_LONG, arg_int((int64_t)g->count));
	for (size_t i = 0; i < g->count; i++) {
		time[i] = g->entries[i].time;
		what[i] = g->entries[i].what;
		row[i] = g->entries[i].row;
	}
	*out = (struct thread){ time, what, row, g->count };
	return OK;
}

static err gathered(const struct threads_view *view, uint32_t number, bool entities,
	struct arena *arena, struct thread *out, struct why *why)
{
	if (number >= identity_customer_end(view->identity))
		return fail(why, MSG_CUSTOMER_UNKNOWN);
	const struct customer *customer = identity_customer(view->identity, number);
	if (customer->head == IDENTITY_NO_CODE)
		return fail(why, MSG_CUSTOMER_UNKNOWN);
	if (lies_in_base(view, customer, entities, out))
		return OK;
	struct gathering g = { .view = view, .customer = number, .entities = entities };
	gather(&g, customer);
	err e = copy_out(&g, arena, out, why);
	free(g.entries);
	return e;
}

err thread_of(const struct threads_view *view, uint32_t customer, struct arena *arena,
	struct thread *out, struct why *why)
{
	return gathered(view, customer, false, arena, out, why);
}

err entities_of(const struct threads_view *view, uint32_t customer, struct arena *arena,
	const uint32_t **rows, size_t *count, struct why *why)
{
	struct thread found;
	err e = gathered(view, customer, true, arena, &found, why);

	if (e != OK)
		return e;
	*rows = found.row;
	*count = found.count;
	return OK;
}
