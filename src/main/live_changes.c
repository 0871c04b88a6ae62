/* main/live_changes.c - see live_changes.h */
#include "main/live_changes.h"

#include "identity/identifier.h"

struct looking {
	struct engine *engine;
	const struct threads_view *view;
	struct live_changes *out;
	struct arena *arena;
	size_t read;
};

/* Rows stand in the order of their sequences. */
static size_t first_row_from(const struct threads_view *view, uint64_t seq)
{
	size_t low = 0, high = threads_view_rows(view);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (threads_view_seq(view, (uint32_t)middle) < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void note_customer(struct looking *l, uint32_t customer)
{
	if (customer != CUSTOMER_NONE)
		map64_put(l->out->customers, (uint64_t)customer + 1, 1);
}

static void note_row(struct looking *l, size_t row)
{
	note_customer(l, threads_view_customer(l->view, (uint32_t)row));
}

/* Whom a decision names; one that names nobody (rules) may change all. */
static void note_decision(struct looking *l, const struct record *record)
{
	const struct identity_view *identity = threads_view_identity(l->view);

	l->out->all |= record->identifier_count == 0;
	for (size_t i = 0; i < record->identifier_count; i++) {
		const struct record_identifier *id = &record->identifiers[i];
		str text = identifier_text(id->type, id->value, l->arena);
		uint32_t code = text.ptr == NULL ? IDENTITY_NO_CODE : identity_find(identity, text);
		if (code != IDENTITY_NO_CODE)
			note_customer(l, identity_customer_of(identity, code));
	}
}

/* A record that is no row. */
static void note_other(struct looking *l, uint64_t seq)
{
	struct record record;

	if (l->read++ >= LIVE_RECORDS_READ_MAX) {
		l->out->all = true;
		return;
	}
	arena_reset(l->arena);
	if (engine_read(l->engine, seq, l->arena, &record, NULL) != OK ||
		record.kind == RECORD_ERASURE) {
		l->out->all = true;
		return;
	}
	if (record.kind == RECORD_IDENTITY)
		note_decision(l, &record);
	if (record.kind != RECORD_RETRACTION)
		return;
	size_t row = first_row_from(l->view, record.target);
	if (row < threads_view_rows(l->view))
		note_row(l, row);
}

static void look(struct looking *l, uint64_t from_seq, uint64_t end_seq)
{
	size_t rows = threads_view_rows(l->view), row = first_row_from(l->view, from_seq);
	uint64_t seq = from_seq;

	if (rows - row > LIVE_ROWS_MAX || end_seq - from_seq > 2 * (uint64_t)LIVE_ROWS_MAX) {
		l->out->all = true;
		return;
	}
	for (; row < rows && !l->out->all; row++) {
		uint64_t at = threads_view_seq(l->view, (uint32_t)row);
		for (; seq < at && !l->out->all; seq++)
			note_other(l, seq);
		note_row(l, row);
		seq = at + 1;
	}
	for (; seq < end_seq && !l->out->all; seq++)
		note_other(l, seq);
}

void live_changes_of(struct engine *engine, const struct snapshot *snapshot, uint64_t from_seq,
	struct live_changes *out)
{
	AUTO_ARENA arena = arena_create((size_t)64 << 20);
	struct looking l = { engine, snapshot_threads(snapshot), out, arena, 0 };

	*out = (struct live_changes){ .customers = map64_create() };
	if (from_seq < snapshot_end_seq(snapshot))
		look(&l, MAX_OF(from_seq, (uint64_t)1), snapshot_end_seq(snapshot));
}

bool live_changes_has(const struct live_changes *changes, uint32_t customer)
{
	uint64_t unused;

	return changes->all ||
	       (customer != CUSTOMER_NONE &&
		       map64_get(changes->customers, (uint64_t)customer + 1, &unused));
}

void live_changes_done(struct live_changes *changes)
{
	map64_free(changes->customers);
	changes->customers = NULL;
}
