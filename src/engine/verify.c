/* engine/verify.c - see verify.h */
#include "engine/verify.h"

#include "engine/quarantine.h"
#include "engine/recount.h"
#include "engine/verify_internal.h"
#include "event/codec.h"

void verify_fault(struct verifying *v, const struct why *fault)
{
	v->out->faults++;
	v->report(v->context, fault);
}

void verify_fault_at(struct verifying *v, enum message message, uint64_t seq)
{
	struct why fault = { 0 };

	(void)fail(&fault, message, arg_int((int64_t)seq)); /* reported */
	verify_fault(v, &fault);
}

void verify_fault_of(struct verifying *v, enum message message, str identifier)
{
	struct why fault = { 0 };

	(void)fail(&fault, message, arg_str(identifier)); /* reported */
	verify_fault(v, &fault);
}

/* Each record that a source could send again must be known, or it would be taken twice.  A record
 * whose message was erased or came again after an erasure is known by another sequence. */
static err check_known(struct verifying *v, const struct record *record, struct why *why)
{
	struct dedup_entry known;
	bool found;

	if (!engine_is_keyed(record->kind) || record->message_id.len == 0)
		return OK;
	struct dedup_key key = dedup_key_of(v->engine->secret, record->source, record->message_id);
	err e = dedup_find(v->engine->dedup, key, &found, &known, why);
	if (e == OK && !found)
		verify_fault_at(v, MSG_VERIFY_UNKNOWN, record->seq);
	return e;
}

/* The records that are whole, one after the other. */
struct records {
	struct verifying *v;
	struct verify_rows *rows; /* NULL: the state is not compared */
	struct quarantine *quarantine;
	struct journal_scan *scan;
	struct arena *arena;
};

static err check_record(struct records *r, const struct journal_record *stored, struct why *why)
{
	struct why reason = { 0 };
	struct record record;

	r->v->out->records++;
	if (quarantine_holds(r->quarantine, stored->seq)) {
		verify_fault_at(r->v, MSG_VERIFY_QUARANTINE, stored->seq);
		return OK;
	}
	arena_reset(r->arena);
	if (record_decode(stored->bytes, r->arena, &record, &reason) != OK) {
		verify_fault(r->v, &reason);
		return OK;
	}
	record.seq = stored->seq;
	record.received_ms = stored->received_ms;
	err e = check_known(r->v, &record, why);
	if (e == OK && r->rows != NULL)
		verify_rows_record(r->rows, &record);
	return e;
}

static err check_records(struct records *r, struct why *why)
{
	bool more = true;
	err e = OK;

	while (e == OK && more) {
		struct journal_record stored;
		e = journal_scan_next(r->scan, &more, &stored, why);
		if (e == ERR_CORRUPT) /* journal_check() has reported it */
			e = OK;
		else if (e == OK && more)
			e = check_record(r, &stored, why);
	}
	return e;
}

static err compare_records(struct verifying *v, bool with_state, struct why *why)
{
	struct records r = { .v = v, .arena = arena_create(RECORD_ARENA_BYTES) };
	err e = journal_scan_open(v->engine->journal, 1, &r.scan, why);

	if (e == OK) /* no boot: nothing is concluded */
		e = quarantine_open(
			v->engine->options.disk, v->engine->folder, 0, &r.quarantine, why);
	if (e == OK) {
		r.rows = with_state ? verify_rows_create(v) : NULL;
		e = check_records(&r, why);
		quarantine_abandon(r.quarantine);
	}
	if (e == OK && r.rows != NULL)
		verify_rows_end(r.rows);
	verify_rows_free(r.rows);
	journal_scan_close(r.scan);
	arena_free(r.arena);
	return e;
}

/* Damaged records make a state differ for that reason alone. */
static err verify_state(struct verifying *v, struct why *why)
{
	bool whole = v->out->faults == 0;
	err e = compare_records(v, whole, why);

	if (e == OK && whole)
		e = verify_threads(v, why);
	if (e == OK && v->out->faults == 0) {
		e = engine_digest(v->engine, &v->out->live, why);
		v->out->same = e == OK;
	}
	return e;
}

err engine_verify(struct engine *engine, void (*report)(void *context, const struct why *fault),
	void *context, struct verification *out, struct why *why)
{
	struct verifying v = { .engine = engine, .report = report, .context = context, .out = out };
	struct why reason = { 0 };
	uint64_t faults = 0;

	*out = (struct verification){ 0 };
	err e = journal_check(engine->journal, report, context, &faults, why);
	out->faults = faults;
	if (e == OK && dedup_check(engine->dedup, &reason) == ERR_CORRUPT)
		verify_fault(&v, &reason);
	if (e != OK)
		return e;
	engine_recount_now(engine);
	engine_index(engine); /* else each thread would look through what is in no index */
	v.snapshot = engine_snapshot(engine);
	v.view = snapshot_threads(v.snapshot);
	v.identity = snapshot_identity(v.snapshot);
	out->live.events = threads_view_events(v.view);
	out->live.entities = threads_view_entities(v.view);
	out->live.customers = identity_customer_count(v.identity);
	e = verify_state(&v, why);
	snapshot_unref(v.snapshot);
	return e;
}
