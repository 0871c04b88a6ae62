/* engine/verify.c - see verify.h */
#include "engine/verify.h"

#include "engine/quarantine.h"
#include "engine/recount.h"
#include "engine/verify_internal.h"
#include "event/codec.h"

#include <stdlib.h>

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

static void tell_part(void *context, uint64_t done, uint64_t of)
{
	struct verifying *v = context;

	if (v->place->tell != NULL)
		v->place->tell(v->place->context, v->part, done, of);
}

const struct watch *verify_part(struct verifying *v, enum verify_part part)
{
	v->part = part;
	v->watch = (struct watch){ tell_part, v, v->place->stop };
	return &v->watch;
}

static err in_place(struct verifying *v,
	err (*call)(struct engine *engine, void *with, struct why *why), void *with,
	struct why *why)
{
	return v->place->call(v->place->context, call, with, why);
}

/* The records that are whole, one after the other. */
enum { ASKED_MAX = 2048 };
struct records {
	struct verifying *v;
	struct verify_rows *rows; /* NULL: the state is not compared */
	struct quarantine *quarantine;
	struct journal_scan *scan;
	struct arena *arena;
	/* Whether these are known is still to be asked. */
	struct dedup_key keys[ASKED_MAX];
	uint64_t seqs[ASKED_MAX];
	size_t asked;
	bool known[ASKED_MAX];
	struct dedup_entry entries[ASKED_MAX];
};

/* Each record that a source could send again must be known, or it would be taken twice.  A record
 * whose message was erased or came again after an erasure is known by another sequence. */
static err find_known(struct engine *engine, void *with, struct why *why)
{
	struct records *r = with;

	return dedup_find_many(engine->dedup, r->keys, r->asked, r->known, r->entries, why);
}

static err ask_known(struct records *r, struct why *why)
{
	err e = r->asked == 0 ? OK : in_place(r->v, find_known, r, why);

	for (size_t i = 0; e == OK && i < r->asked; i++)
		if (!r->known[i])
			verify_fault_at(r->v, MSG_VERIFY_UNKNOWN, r->seqs[i]);
	r->asked = 0;
	return e;
}

static err check_known(struct records *r, const struct record *record, struct why *why)
{
	if (!engine_is_keyed(record->kind) || record->message_id.len == 0)
		return OK;
	r->keys[r->asked] = dedup_key_of(r->v->engine->secret, record->source, record->message_id);
	r->seqs[r->asked++] = record->seq;
	return r->asked == ASKED_MAX ? ask_known(r, why) : OK;
}

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
	err e = check_known(r, &record, why);
	if (e == OK && r->rows != NULL)
		verify_rows_record(r->rows, &record);
	return e;
}

static err check_records(struct records *r, struct why *why)
{
	struct headway headway = headway_of(verify_part(r->v, VERIFY_RECORDS), r->v->end_seq - 1);
	bool more = true;
	err e = headway_look(&headway, why);

	while (e == OK && more) {
		struct journal_record stored;
		e = journal_scan_next(r->scan, &more, &stored, why);
		if (e == ERR_CORRUPT) { /* journal_check() has reported it */
			e = OK;
			continue;
		}
		if (e != OK || !more || stored.seq >= r->v->end_seq)
			break;
		e = check_record(r, &stored, why);
		if (e == OK)
			e = headway_add(&headway, 1, why);
	}
	return e == OK ? ask_known(r, why) : e;
}

static err compare_records(struct verifying *v, bool with_state, struct why *why)
{
	struct records *r = memory_alloc(sizeof(*r));
	err e = journal_scan_open(v->engine->journal, 1, &r->scan, why);

	r->v = v;
	r->arena = arena_create(RECORD_ARENA_BYTES);
	if (e == OK) /* no boot: nothing is concluded */
		e = quarantine_open(
			v->engine->options.disk, v->engine->folder, 0, &r->quarantine, why);
	if (e == OK) {
		r->rows = with_state ? verify_rows_create(v) : NULL;
		e = check_records(r, why);
		quarantine_abandon(r->quarantine);
	}
	if (e == OK && r->rows != NULL)
		verify_rows_end(r->rows);
	verify_rows_free(r->rows);
	journal_scan_close(r->scan);
	arena_free(r->arena);
	free(r);
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
		const struct digest_of of = { .view = v->view,
			.identity = v->state_of,
			.watch = verify_part(v, VERIFY_DIGEST) };
		e = engine_digest_of(v->engine, &of, &v->out->live, why);
		v->out->same = e == OK;
	}
	return e;
}

/* ---- the moment */

struct taking {
	struct engine_study *study;
	bool is_alone;
};

static err take(struct engine *engine, void *with, struct why *why)
{
	struct taking *taking = with;

	(void)why;
	engine_recount_now(engine);
	if (taking->is_alone) /* else each thread would look through what is in no index */
		engine_index(engine);
	taking->study = engine_study_begin(engine);
	return OK;
}

static err verify_moment(struct verifying *v, struct engine_study *study, struct why *why)
{
	const struct threads_view *rows = snapshot_threads(engine_study_snapshot(study));
	struct threads_view *indexed = v->place->is_alone ? NULL : threads_view_indexed(rows);

	v->view = indexed == NULL ? rows : indexed;
	v->identity = threads_view_identity(v->view);
	v->state_of = engine_study_identity(study);
	v->end_seq = snapshot_end_seq(engine_study_snapshot(study));
	v->out->live.events = threads_view_events(v->view);
	v->out->live.entities = threads_view_entities(v->view);
	v->out->live.customers = identity_customer_count(v->identity);
	err e = verify_state(v, why);
	threads_view_unref(indexed);
	return e;
}

/* The index of known messages; the rest is looked at whatever is wrong with it. */
static err check_index(struct verifying *v, struct why *why)
{
	struct why fault = { 0 };
	err e = dedup_check(v->engine->dedup, verify_part(v, VERIFY_INDEX), &fault);

	if (e == ERR_CORRUPT || e == ERR_NOT_FOUND) {
		verify_fault(v, &fault);
		return OK;
	}
	if (e != OK && why != NULL)
		*why = fault;
	return e;
}

err engine_verify_at(struct engine *engine, const struct verify_place *place,
	void (*report)(void *context, const struct why *fault), void *context,
	struct verification *out, struct why *why)
{
	struct verifying v = {
		.engine = engine, .report = report, .context = context, .out = out, .place = place
	};
	struct taking taking = { .is_alone = place->is_alone };
	uint64_t faults = 0;

	*out = (struct verification){ 0 };
	err e = journal_check(
		engine->journal, verify_part(&v, VERIFY_BYTES), report, context, &faults, why);
	out->faults = faults;
	if (e == OK)
		e = check_index(&v, why);
	if (e == OK)
		e = in_place(&v, take, &taking, why);
	if (e == OK)
		e = verify_moment(&v, taking.study, why);
	engine_study_free(taking.study);
	return e;
}

static err call_here(void *engine, err (*call)(struct engine *engine, void *with, struct why *why),
	void *with, struct why *why)
{
	return call(engine, with, why);
}

err engine_verify(struct engine *engine, void (*report)(void *context, const struct why *fault),
	void *context, struct verification *out, struct why *why)
{
	const struct verify_place place = {
		.call = call_here, .context = engine, .is_alone = true
	};

	return engine_verify_at(engine, &place, report, context, out, why);
}
