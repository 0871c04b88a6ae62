/* engine/verify.c - see verify.h */
#include "engine/verify.h"

#include "engine/engine_internal.h"
#include "event/codec.h"

#include <string.h>

struct verifying {
	struct engine *engine;
	void (*report)(void *context, const struct why *fault);
	void *context;
	struct verification *out;
};

static void fault(struct verifying *v, const struct why *why)
{
	v->out->faults++;
	v->report(v->context, why);
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
	if (e != OK || found)
		return e;
	struct why unknown = { 0 };
	(void)fail(&unknown, MSG_VERIFY_UNKNOWN, arg_int((int64_t)record->seq)); /* reported */
	fault(v, &unknown);
	return OK;
}

static err check_records(struct verifying *v, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct journal_scan *scan;
	bool more = true;
	err e = journal_scan_open(v->engine->journal, 1, &scan, why);

	while (e == OK && more) {
		struct journal_record stored;
		struct record record;
		struct why reason = { 0 };
		e = journal_scan_next(scan, &more, &stored, &reason);
		if (e == ERR_CORRUPT) { /* journal_check() has reported it */
			e = OK;
			continue;
		}
		if (e != OK || !more)
			break;
		v->out->records++;
		arena_reset(arena);
		if (record_decode(stored.bytes, arena, &record, &reason) != OK) {
			fault(v, &reason);
			continue;
		}
		record.seq = stored.seq;
		e = check_known(v, &record, why);
	}
	journal_scan_close(scan);
	return e;
}

/* A second engine on the same journal, with a state of its own. */
static err replay_apart(struct verifying *v, struct why *why)
{
	struct engine apart = { .options = v->engine->options,
		.journal = v->engine->journal,
		.identity = identity_create(),
		.threads = threads_create(),
		.applied_seq = 1,
		.dirty = true };
	struct engine_opening opening = { 0 };

	memcpy(apart.folder, v->engine->folder, sizeof(apart.folder));
	memcpy(apart.secret, v->engine->secret, sizeof(apart.secret));
	ASSERT(pthread_mutex_init(&apart.snapshot_lock, NULL) == 0);
	err e = engine_replay(&apart, journal_end(apart.journal), &opening, why);
	if (e == OK)
		e = engine_digest(&apart, &v->out->replayed, why);
	snapshot_unref(apart.snapshot);
	identity_free(apart.identity);
	threads_free(apart.threads);
	ASSERT(pthread_mutex_destroy(&apart.snapshot_lock) == 0);
	return e;
}

static err compare(struct verifying *v, struct why *why)
{
	err e = engine_digest(v->engine, &v->out->live, why);

	if (e == OK)
		e = replay_apart(v, why);
	if (e != OK)
		return e;
	v->out->same =
		memcmp(v->out->live.bytes, v->out->replayed.bytes, sizeof(v->out->live.bytes)) == 0;
	if (!v->out->same) {
		struct why differs = { 0 };
		(void)fail(&differs, MSG_VERIFY_DIFFERS); /* reported */
		fault(v, &differs);
	}
	return OK;
}

err engine_verify(struct engine *engine, void (*report)(void *context, const struct why *fault),
	void *context, struct verification *out, struct why *why)
{
	struct verifying v = { engine, report, context, out };
	struct why reason = { 0 };
	uint64_t faults = 0;

	*out = (struct verification){ 0 };
	err e = journal_check(engine->journal, report, context, &faults, why);
	out->faults = faults;
	if (e == OK && dedup_check(engine->dedup, &reason) == ERR_CORRUPT)
		fault(&v, &reason);
	if (e == OK)
		e = check_records(&v, why);
	if (e == OK && faults == 0)
		e = compare(&v, why); /* damaged records would differ for that reason alone */
	return e;
}
