/* engine/digest.c - see digest.h
 *
 * The customers in order, as many at a time as have DIGEST_ROWS_MAX rows: the journal is read once
 * from end to end for the contents of these rows (contents.h).  So no record is read at random.
 */
#include "engine/digest.h"

#include "base/hash.h"
#include "engine/contents.h"
#include "engine/engine_internal.h"
#include "engine/recount.h"
#include "identity/rules.h"

#include <stdlib.h>
#include <string.h>

struct digesting {
	struct engine *engine;
	const struct threads_view *view;
	const struct identity_view *identity;
	const struct identity *state_of;
	struct contents *contents;
	uint32_t *order; /* customers by the text of their first identifier */
	uint32_t *first; /* of each customer, that identifier */
	size_t customers;
	size_t rows_max; /* of one reading of the journal */
	struct headway headway; /* a row read, a row added */
	struct digest_state state;
};

/* ---- customers, in their order */

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
		add_number(d, contents_of(d->contents, thread.row[i]));
	uint64_t *contents = memory_alloc((count + 1) * sizeof(*contents));
	for (size_t i = 0; i < count; i++)
		contents[i] = contents_of(d->contents, rows[i]);
	add_sorted(d, contents, count);
	free(contents);
	return headway_add(&d->headway, thread.count + count, why);
}

enum { THREAD_ARENA_BYTES = 1 << 30 };

/* Chooses the rows of customers from `from` on, at least one; returns how far it came. */
static err want_customers(
	struct digesting *d, size_t from, size_t *to, struct arena *arena, struct why *why)
{
	size_t i = from;
	err e = OK;

	contents_clear(d->contents);
	while (e == OK && i < d->customers && contents_wanted(d->contents) < d->rows_max) {
		struct thread thread = { 0 };
		const uint32_t *rows;
		size_t count = 0;
		arena_reset(arena);
		e = thread_of(d->view, d->order[i], arena, &thread, why);
		if (e == OK)
			e = entities_of(d->view, d->order[i], arena, &rows, &count, why);
		for (size_t k = 0; e == OK && k < thread.count; k++)
			contents_want(d->contents, thread.row[k]);
		for (size_t k = 0; e == OK && k < count; k++)
			contents_want(d->contents, rows[k]);
		i++;
	}
	*to = i;
	return e;
}

static err read_contents(struct digesting *d, struct why *why)
{
	return contents_read(d->contents, d->engine->journal, d->view, &d->headway, why);
}

static err add_customers(struct digesting *d, struct why *why)
{
	AUTO_ARENA arena = arena_create(THREAD_ARENA_BYTES);
	err e = OK;

	order_customers(d);
	for (size_t from = 0, to; e == OK && from < d->customers; from = to) {
		e = want_customers(d, from, &to, arena, why);
		if (e == OK)
			e = read_contents(d, why);
		for (size_t i = from; e == OK && i < to; i++) {
			arena_reset(arena);
			e = add_customer(d, d->order[i], arena, why);
		}
	}
	return e;
}

static bool is_unowned(const struct digesting *d, uint32_t row)
{
	return (threads_view_row(d->view, row).flags & ROW_HIDDEN) == 0 &&
	       threads_view_customer(d->view, row) == CUSTOMER_NONE;
}

/* Records that name nobody. */
static err add_unowned(struct digesting *d, struct why *why)
{
	size_t rows = threads_view_rows(d->view), count = 0;

	contents_clear(d->contents);
	for (uint32_t row = 0; row < rows; row++)
		if (is_unowned(d, row))
			contents_want(d->contents, row);
	size_t wanted = contents_wanted(d->contents);
	err e = wanted == 0 ? OK : read_contents(d, why);
	if (e != OK)
		return e;
	uint64_t *contents = memory_alloc((wanted + 1) * sizeof(*contents));
	for (uint32_t row = 0; wanted > 0 && row < rows; row++)
		if (is_unowned(d, row))
			contents[count++] = contents_of(d->contents, row);
	add_sorted(d, contents, count);
	free(contents);
	return OK;
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
	size_t count = identity_decision_count(d->state_of), kept = 0;
	struct identity_decision *held = memory_alloc((count + 1) * sizeof(*held));
	union {
		const struct identity_view *is;
		void *as;
	} context = { d->identity };

	for (size_t i = 0; i < count; i++) {
		held[kept] = *identity_decision_at(d->state_of, i);
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

/* What people keep under a name, in the order of the names. */
static int by_subject(const void *a, const void *b, void *context)
{
	return str_compare(identity_subject(context, *(const uint32_t *)a),
		identity_subject(context, *(const uint32_t *)b));
}

static void add_documents(struct digesting *d)
{
	uint32_t count = identity_subject_count(d->identity), kept = 0;
	uint32_t *subjects = memory_alloc((count + 1u) * sizeof(*subjects));
	const struct identity_view *context = d->identity;

	for (uint32_t i = 0; i < count; i++)
		if (identity_document(d->identity, identity_subject(d->identity, i), NULL).len > 0)
			subjects[kept++] = i;
	qsort_r(subjects, kept, sizeof(*subjects), by_subject, (void *)(uintptr_t)context);
	for (uint32_t i = 0; i < kept; i++) {
		str subject = identity_subject(d->identity, subjects[i]);
		add_text(d, subject);
		add_text(d, identity_document(d->identity, subject, NULL));
	}
	free(subjects);
}

err engine_digest_of(struct engine *engine, const struct digest_of *of, struct state_digest *out,
	struct why *why)
{
	struct digesting d = { .engine = engine,
		.view = of->view,
		.state_of = of->identity,
		.identity = threads_view_identity(of->view),
		.headway = headway_of(of->watch, 2 * threads_view_rows(of->view)),
		.rows_max = engine_planted.digest_rows_max > 0 ? engine_planted.digest_rows_max
							       : DIGEST_ROWS_MAX };

	d.contents = contents_create(threads_view_rows(d.view));
	digest_begin(&d.state);
	err e = add_customers(&d, why);
	if (e == OK)
		e = add_unowned(&d, why);
	if (e == OK) {
		add_decisions(&d);
		add_text(&d, rules_document(identity_rules(d.state_of)));
		add_documents(&d);
		digest_end(&d.state, out->bytes);
		out->events = threads_view_events(d.view);
		out->entities = threads_view_entities(d.view);
		out->customers = identity_customer_count(d.identity);
	}
	contents_free(d.contents);
	free(d.order);
	free(d.first);
	return e;
}

err engine_digest(struct engine *engine, struct state_digest *out, struct why *why)
{
	engine_recount_now(engine);
	engine_index(engine);
	AUTO_SNAPSHOT snapshot = engine_snapshot(engine);
	const struct digest_of live = { .view = snapshot_threads(snapshot),
		.identity = engine->identity };

	return engine_digest_of(engine, &live, out, why);
}
