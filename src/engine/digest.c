/* engine/digest.c - see digest.h
 *
 * Two passes: the journal once from end to end, giving each row the hash of its content; then the
 * customers in order.  So no record is read at random.
 */
#include "engine/digest.h"

#include "base/hash.h"
#include "base/varint.h"
#include "engine/engine_internal.h"
#include "event/codec.h"

#include <stdlib.h>
#include <string.h>

struct digesting {
	struct engine *engine;
	const struct threads_view *view;
	const struct identity_view *identity;
	uint64_t *content; /* of each row */
	uint32_t *order; /* customers by the text of their first identifier */
	uint32_t *first; /* of each customer, that identifier */
	size_t customers;
	struct digest_state state;
};

/* ---- first pass: contents */

static uint64_t content_of(const struct record *record, struct strbuf *bytes)
{
	struct record plain = *record;
	uint64_t content;

	plain.kind = plain.kind == RECORD_CORRECTION ? RECORD_EVENT : plain.kind;
	plain.target = 0;
	strbuf_clear(bytes);
	record_encode(&plain, bytes);
	struct digest128 digest = digest128(NULL, strbuf_str(bytes));
	memcpy(&content, digest.bytes, sizeof(content));
	return content;
}

static err read_contents(struct digesting *d, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct strbuf bytes = strbuf_heap(RECORD_BYTES_MAX);
	size_t row = 0, rows = threads_view_rows(d->view);
	struct journal_scan *scan;
	bool more = true;
	err e = journal_scan_open(d->engine->journal, 1, &scan, why);

	while (e == OK && more && row < rows) {
		struct journal_record stored;
		struct record record;
		e = journal_scan_next(scan, &more, &stored, why);
		if (e != OK || !more)
			break;
		while (row < rows && threads_view_row(d->view, (uint32_t)row).seq < stored.seq)
			row++; /* a row whose record is gone counts as nothing */
		if (row == rows || threads_view_row(d->view, (uint32_t)row).seq > stored.seq)
			continue;
		arena_reset(arena);
		e = record_decode(stored.bytes, arena, &record, why);
		if (e == OK && record.kind != RECORD_TOMBSTONE)
			d->content[row] = content_of(&record, &bytes);
		row++;
	}
	journal_scan_close(scan);
	strbuf_done(&bytes);
	return e;
}

/* ---- second pass: customers */

static int by_first_text(const void *a, const void *b, void *context)
{
	const struct digesting *d = context;

	return str_compare(identity_text(d->identity, d->first[*(const uint32_t *)a]),
		identity_text(d->identity, d->first[*(const uint32_t *)b]));
}

static int by_text(const void *a, const void *b, void *context)
{
	return str_compare(identity_text(context, *(const uint32_t *)a),
		identity_text(context, *(const uint32_t *)b));
}

static uint32_t first_member(const struct digesting *d, const struct customer *customer)
{
	uint32_t least = customer->head, member = customer->head;

	for (uint32_t left = customer->members; left > 0; left--) {
		if (str_compare(identity_text(d->identity, member),
			    identity_text(d->identity, least)) < 0)
			least = member;
		member = identity_next_member(d->identity, member);
	}
	return least;
}

static void order_customers(struct digesting *d)
{
	uint32_t end = identity_customer_end(d->identity);

	d->order = memory_alloc((end + 1) * sizeof(*d->order));
	d->first = memory_alloc((end + 1) * sizeof(*d->first));
	for (uint32_t c = 0; c < end; c++) {
		const struct customer *customer = identity_customer(d->identity, c);
		if (customer->head == IDENTITY_NO_CODE)
			continue;
		d->first[c] = first_member(d, customer);
		d->order[d->customers++] = c;
	}
	if (d->customers > 0)
		qsort_r(d->order, d->customers, sizeof(*d->order), by_first_text, d);
}

static void add_number(struct digesting *d, uint64_t n)
{
	char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(n >> (8 * i));
	digest_add(&d->state, (str){ bytes, sizeof(bytes) });
}

static void add_text(struct digesting *d, str text)
{
	add_number(d, text.len);
	digest_add(&d->state, text);
}

static void add_identifiers(struct digesting *d, const struct customer *customer)
{
	uint32_t *members = memory_alloc(customer->members * sizeof(*members));
	uint32_t member = customer->head;

	for (uint32_t i = 0; i < customer->members; i++) {
		members[i] = member;
		member = identity_next_member(d->identity, member);
	}
	union { /* qsort_r's context is not const */
		const struct identity_view *is;
		void *as;
	} context = { d->identity };
	qsort_r(members, customer->members, sizeof(*members), by_text, context.as);
	add_number(d, customer->members);
	for (uint32_t i = 0; i < customer->members; i++)
		add_text(d, identity_text(d->identity, members[i]));
	free(members);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Entities have no order of their own: by content. */
static void add_sorted(struct digesting *d, uint64_t *contents, size_t count)
{
	if (count > 0)
		qsort(contents, count, sizeof(*contents), by_number);
	add_number(d, count);
	for (size_t i = 0; i < count; i++)
		add_number(d, contents[i]);
}

static err add_customer(
	struct digesting *d, uint32_t customer, struct arena *arena, struct why *why)
{
	struct thread thread;
	const uint32_t *rows;
	size_t count;
	err e = thread_of(d->view, customer, arena, &thread, why);

	if (e == OK)
		e = entities_of(d->view, customer, arena, &rows, &count, why);
	if (e != OK)
		return e;
	add_identifiers(d, identity_customer(d->identity, customer));
	add_number(d, thread.count);
	for (size_t i = 0; i < thread.count; i++)
		add_number(d, d->content[thread.row[i]]);
	uint64_t *contents = memory_alloc((count + 1) * sizeof(*contents));
	for (size_t i = 0; i < count; i++)
		contents[i] = d->content[rows[i]];
	add_sorted(d, contents, count);
	free(contents);
	return OK;
}

enum { THREAD_ARENA_BYTES = 1 << 30 };

static err add_customers(struct digesting *d, struct why *why)
{
	AUTO_ARENA arena = arena_create(THREAD_ARENA_BYTES);
	err e = OK;

	order_customers(d);
	for (size_t i = 0; e == OK && i < d->customers; i++) {
		arena_reset(arena);
		e = add_customer(d, d->order[i], arena, why);
	}
	return e;
}

/* Records that name nobody. */
static void add_unowned(struct digesting *d)
{
	size_t rows = threads_view_rows(d->view), count = 0;
	uint64_t *contents = memory_alloc((rows + 1) * sizeof(*contents));

	for (uint32_t row = 0; row < rows; row++) {
		struct row r = threads_view_row(d->view, row);
		if ((r.flags & ROW_HIDDEN) == 0 &&
			threads_view_customer(d->view, row) == CUSTOMER_NONE)
			contents[count++] = d->content[row];
	}
	add_sorted(d, contents, count);
	free(contents);
}

static int by_pair_text(const void *a, const void *b, void *context)
{
	const struct identity_decision *x = a, *y = b;
	int order = str_compare(identity_text(context, x->a), identity_text(context, y->a));

	return order != 0 ? order
			  : str_compare(identity_text(context, x->b), identity_text(context, y->b));
}

static void add_decisions(struct digesting *d)
{
	size_t count = identity_decision_count(d->engine->identity), kept = 0;
	struct identity_decision *held = memory_alloc((count + 1) * sizeof(*held));
	union {
		const struct identity_view *is;
		void *as;
	} context = { d->identity };

	for (size_t i = 0; i < count; i++) {
		held[kept] = *identity_decision_at(d->engine->identity, i);
		kept += held[kept].kind == DECISION_NONE ? 0 : 1;
	}
	qsort_r(held, kept, sizeof(*held), by_pair_text, context.as);
	add_number(d, kept);
	for (size_t i = 0; i < kept; i++) {
		add_number(d, held[i].kind);
		add_text(d, identity_text(d->identity, held[i].a));
		add_text(d, identity_text(d->identity, held[i].b));
	}
	free(held);
}

err engine_digest(struct engine *engine, struct state_digest *out, struct why *why)
{
	engine_index(engine);
	AUTO_SNAPSHOT snapshot = engine_snapshot(engine);
	struct digesting d = { .engine = engine,
		.view = snapshot_threads(snapshot),
		.identity = snapshot_identity(snapshot) };

	d.content = memory_alloc((threads_view_rows(d.view) + 1) * sizeof(*d.content));
	digest_begin(&d.state);
	err e = read_contents(&d, why);
	if (e == OK)
		e = add_customers(&d, why);
	if (e == OK) {
		add_unowned(&d);
		add_decisions(&d);
		digest_end(&d.state, out->bytes);
		out->events = threads_view_events(d.view);
		out->entities = threads_view_entities(d.view);
		out->customers = identity_customer_count(d.identity);
	}
	free(d.content);
	free(d.order);
	free(d.first);
	return e;
}
