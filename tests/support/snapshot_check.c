/* tests/support/snapshot_check.c - see snapshot_check.h */
#include "support/snapshot_check.h"

#include "base/hash.h"

#include <stdlib.h>

enum { THREAD_ARENA_BYTES = 64 << 20 };

struct walk {
	const struct threads_view *view;
	struct arena *arena;
	uint8_t *seen; /* rows */
	uint64_t events, entities;
	uint32_t identifiers;
};

static const char *walk_thread(struct walk *w, uint32_t customer)
{
	struct thread thread;

	if (thread_of(w->view, customer, w->arena, &thread, NULL) != OK)
		return "a customer's thread cannot be had";
	for (size_t i = 0; i < thread.count; i++) {
		struct row row = threads_view_row(w->view, thread.row[i]);
		if (row.time != thread.time[i] || row.what != thread.what[i])
			return "a thread and its row disagree";
		if (row.flags & (ROW_HIDDEN | ROW_ENTITY))
			return "a thread shows what is hidden or no event";
		if (threads_view_customer(w->view, thread.row[i]) != customer)
			return "a thread shows another customer's event";
		if (w->seen[thread.row[i]]++ != 0)
			return "an event stands twice";
		if (i > 0 && thread.time[i - 1] > thread.time[i])
			return "a thread is not in the order of time";
		if (i > 0 && thread.time[i - 1] == thread.time[i] &&
			threads_view_row(w->view, thread.row[i - 1]).origin >= row.origin)
			return "equal times are not in the order of arrival";
	}
	w->events += thread.count;
	return NULL;
}

static const char *walk_ring(struct walk *w, uint32_t number, const struct customer *customer)
{
	const struct identity_view *identity = threads_view_identity(w->view);
	uint32_t at = customer->head;

	for (uint32_t i = 0; i < customer->members; i++) {
		if (identity_customer_of(identity, at) != number)
			return "a member belongs to another customer";
		if (i > 0 && at == customer->head)
			return "a ring is too short";
		at = identity_next_member(identity, at);
	}
	w->identifiers += customer->members;
	return at == customer->head ? NULL : "a ring does not close";
}

static const char *walk_customer(struct walk *w, uint32_t number)
{
	const struct customer *customer = identity_customer(threads_view_identity(w->view), number);
	const uint32_t *rows;
	size_t count;

	if (customer->head == IDENTITY_NO_CODE)
		return NULL;
	arena_reset(w->arena);
	const char *fault = walk_ring(w, number, customer);
	if (fault == NULL)
		fault = walk_thread(w, number);
	if (fault != NULL)
		return fault;
	if (entities_of(w->view, number, w->arena, &rows, &count, NULL) != OK)
		return "a customer's entities cannot be had";
	w->entities += count;
	return NULL;
}

static const char *count_nobodys(struct walk *w)
{
	for (uint32_t row = 0; row < threads_view_rows(w->view); row++) {
		struct row r = threads_view_row(w->view, row);
		if ((r.flags & ROW_HIDDEN) || threads_view_customer(w->view, row) != CUSTOMER_NONE)
			continue;
		if (w->seen[row] != 0)
			return "nobody's event stands in a thread";
		w->entities += (r.flags & ROW_ENTITY) != 0;
		w->events += (r.flags & ROW_ENTITY) == 0;
	}
	return NULL;
}

static const char *walk_all(struct walk *w)
{
	const struct identity_view *identity = threads_view_identity(w->view);
	uint32_t customers = 0;
	const char *fault = NULL;

	for (uint32_t i = 0; fault == NULL && i < identity_customer_end(identity); i++) {
		customers += identity_customer(identity, i)->head != IDENTITY_NO_CODE;
		fault = walk_customer(w, i);
	}
	if (fault == NULL)
		fault = count_nobodys(w);
	if (fault != NULL)
		return fault;
	if (w->events != threads_view_events(w->view))
		return "events are not the sum of all threads and nobody's";
	if (w->entities != threads_view_entities(w->view))
		return "entities are not the sum of the customers' and nobody's";
	if (customers != identity_customer_count(identity))
		return "the number of customers is wrong";
	return w->identifiers == identity_live_count(identity)
		       ? NULL
		       : "the number of living identifiers is wrong";
}

const char *snapshot_fault(const struct snapshot *snapshot)
{
	AUTO_ARENA arena = arena_create(THREAD_ARENA_BYTES);
	struct walk w = { .view = snapshot_threads(snapshot), .arena = arena };

	w.seen = memory_alloc(threads_view_rows(w.view) + 1);
	const char *fault = walk_all(&w);
	free(w.seen);
	return fault;
}

static uint64_t mix(uint64_t sum, uint64_t n)
{
	return hash64(sum, (str){ (const char *)&n, sizeof(n) });
}

uint64_t snapshot_print(const struct snapshot *snapshot)
{
	const struct threads_view *view = snapshot_threads(snapshot);
	const struct identity_view *identity = snapshot_identity(snapshot);
	uint64_t sum = mix(snapshot_epoch(snapshot), snapshot_end_seq(snapshot));

	sum = mix(mix(sum, threads_view_events(view)), threads_view_entities(view));
	for (uint32_t row = 0; row < threads_view_rows(view); row++) {
		struct row r = threads_view_row(view, row);
		sum = mix(mix(mix(sum, r.seq), r.origin), (uint64_t)r.time);
		sum = mix(mix(mix(sum, r.set), r.flags), threads_view_customer(view, row));
		struct what what = threads_view_what(view, r.what);
		sum = hash64(sum, threads_view_name(view, what.activity));
	}
	for (uint32_t i = 0; i < identity_identifier_count(identity); i++)
		sum = mix(
			hash64(sum, identity_text(identity, i)), identity_customer_of(identity, i));
	return sum;
}

static uint32_t row_with(const struct threads_view *view, uint64_t seq)
{
	uint32_t low = 0, high = (uint32_t)threads_view_rows(view);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (threads_view_row(view, middle).seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < threads_view_rows(view) && threads_view_row(view, low).seq == seq ? low
										       : ROW_NONE;
}

bool snapshot_shows(const struct snapshot *snapshot, uint64_t seq)
{
	AUTO_ARENA arena = arena_create(THREAD_ARENA_BYTES);
	const struct threads_view *view = snapshot_threads(snapshot);
	uint32_t row = row_with(view, seq);
	struct thread thread;

	if (row == ROW_NONE || (threads_view_row(view, row).flags & ROW_HIDDEN))
		return false;
	uint32_t customer = threads_view_customer(view, row);
	if (customer == CUSTOMER_NONE)
		return true;
	if (thread_of(view, customer, arena, &thread, NULL) != OK)
		return false;
	for (size_t i = 0; i < thread.count; i++)
		if (thread.row[i] == row)
			return true;
	return false;
}
