/* main/records.c - see records.h */
#include "main/records.h"

#include "identity/naming.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_ARENA_BYTES = 64 << 20 };

/* One record on its way out: where its content is, and whose it is. */
struct stop {
	uint64_t seq; /* of the record that holds the content */
	uint32_t customer; /* CUSTOMER_NONE: nobody's */
};

struct records {
	struct record_source source;
	struct engine *engine;
	const struct snapshot *snapshot;
	const uint64_t *decisions; /* of the caller: only while it is opened */
	size_t decision_count;
	bool hides_text;
	struct stop *stops;
	size_t count, at;
	struct arena *arena;
};

static struct records *records_of(struct record_source *source)
{
	return (struct records *)source;
}

static err rewind_records(struct record_source *source, struct why *why)
{
	(void)why;
	records_of(source)->at = 0;
	return OK;
}

static str customer_text(const struct records *r, uint32_t customer)
{
	const struct identity_view *identity = snapshot_identity(r->snapshot);

	if (customer == CUSTOMER_NONE)
		return STR("");
	return identity_customer_text(identity, customer);
}

static err next_record(struct record_source *source, bool *more, struct record *record,
	str *customer, struct why *why)
{
	struct records *r = records_of(source);

	*more = r->at < r->count;
	if (!*more)
		return OK;
	const struct stop *stop = &r->stops[r->at++];
	arena_reset(r->arena);
	err e = engine_read(r->engine, stop->seq, r->arena, record, why);
	if (e != OK)
		return e;
	if (record->kind == RECORD_CORRECTION)
		record->kind = RECORD_EVENT;
	record->target = 0;
	record->seq = 0;
	if (r->hides_text)
		record->text = record->text_language = STR("");
	*customer = customer_text(r, stop->customer);
	return OK;
}

/* ---- which records, in which order */

static void add_stop(struct records *r, uint64_t seq, uint32_t customer)
{
	r->stops[r->count++] = (struct stop){ seq, customer };
}

static void add_decisions(struct records *r)
{
	for (size_t i = 0; i < r->decision_count; i++)
		add_stop(r, r->decisions[i], CUSTOMER_NONE);
}

static int by_seq(const void *a, const void *b)
{
	uint64_t x = ((const struct stop *)a)->seq, y = ((const struct stop *)b)->seq;

	return (x > y) - (x < y);
}

/* A correction stands in the place of what it corrects: so that a second import keeps the order of
 * equal times. */
struct placed {
	uint64_t origin, seq;
};

static int by_origin(const void *a, const void *b)
{
	uint64_t x = ((const struct placed *)a)->origin, y = ((const struct placed *)b)->origin;

	return (x > y) - (x < y);
}

static void order_by_sequence(struct records *r)
{
	const struct threads_view *view = snapshot_threads(r->snapshot);
	size_t rows = threads_view_rows(view), count = 0;
	struct placed *placed = memory_alloc((rows + r->decision_count + 1) * sizeof(*placed));

	add_decisions(r);
	for (; count < r->count; count++)
		placed[count] = (struct placed){ r->stops[count].seq, r->stops[count].seq };
	for (uint32_t row = 0; row < rows; row++) {
		struct row at = threads_view_row(view, row);
		if ((at.flags & ROW_HIDDEN) == 0)
			placed[count++] = (struct placed){ at.origin, at.seq };
	}
	qsort(placed, count, sizeof(*placed), by_origin);
	r->count = 0;
	for (size_t i = 0; i < count; i++)
		add_stop(r, placed[i].seq, CUSTOMER_NONE);
	free(placed);
}

/* Entities and what is nobody's, in order of arrival. */
static void add_unthreaded(struct records *r)
{
	const struct threads_view *view = snapshot_threads(r->snapshot);
	size_t from = r->count;

	add_decisions(r);
	for (uint32_t row = 0; row < threads_view_rows(view); row++) {
		struct row at = threads_view_row(view, row);
		if ((at.flags & ROW_HIDDEN) == 0 &&
			((at.flags & ROW_ENTITY) ||
				threads_view_customer(view, row) == CUSTOMER_NONE))
			add_stop(r, at.seq, CUSTOMER_NONE);
	}
	qsort(r->stops + from, r->count - from, sizeof(*r->stops), by_seq);
}

static err add_thread(struct records *r, uint32_t customer, struct arena *arena)
{
	const struct threads_view *view = snapshot_threads(r->snapshot);
	struct thread thread;
	err e = thread_of(view, customer, arena, &thread, NULL);

	for (size_t i = 0; e == OK && i < thread.count; i++)
		add_stop(r, threads_view_row(view, thread.row[i]).seq, customer);
	return e;
}

/* Customers as their first event came: so that what is exported, imported and exported again
 * keeps its order. */
static void order_by_customer(struct records *r)
{
	const struct threads_view *view = snapshot_threads(r->snapshot);
	uint32_t end = identity_customer_end(snapshot_identity(r->snapshot));
	uint8_t *seen = memory_alloc((size_t)end + 1);

	add_unthreaded(r);
	for (uint32_t row = 0; row < threads_view_rows(view); row++) {
		struct row at = threads_view_row(view, row);
		uint32_t customer = threads_view_customer(view, row);
		if ((at.flags & (ROW_HIDDEN | ROW_ENTITY)) || customer == CUSTOMER_NONE ||
			seen[customer])
			continue;
		seen[customer] = 1;
		AUTO_ARENA arena = arena_create(SIZE_MAX);
		(void)add_thread(r, customer, arena); /* cannot fail: the arena has no limit */
	}
	free(seen);
}

struct records *records_open(struct engine *engine, const struct snapshot *snapshot,
	const uint64_t *decisions, size_t decision_count, enum records_order order)
{
	struct records *r = memory_alloc(sizeof(*r));
	size_t room = threads_view_rows(snapshot_threads(snapshot)) + decision_count + 1;

	*r = (struct records){ .source = { rewind_records, next_record },
		.engine = engine,
		.snapshot = snapshot,
		.decisions = decisions,
		.decision_count = decision_count,
		.stops = memory_alloc(room * sizeof(struct stop)),
		.arena = arena_create(RECORD_ARENA_BYTES) };
	if (order == BY_SEQUENCE)
		order_by_sequence(r);
	else
		order_by_customer(r);
	return r;
}

void records_close(struct records *r)
{
	if (r == NULL)
		return;
	arena_free(r->arena);
	free(r->stops);
	free(r);
}

struct record_source *records_source(struct records *r)
{
	return &r->source;
}

void records_hide_text(struct records *r)
{
	r->hides_text = true;
}

uint64_t records_count(const struct records *r)
{
	return r->at;
}
