/* engine/apply.c - what each kind of record does to the state, and replay
 *
 * The state is a pure function of the records in order: nothing here asks the clock or chance.
 * A record that refers to something erased or retracted does nothing: that is not an error, for
 * an erasure empties places that later records still name.
 */
#include "engine/engine_internal.h"

#include "base/crc32c.h"
#include "engine/erase.h"
#include "engine/quarantine.h"
#include "event/codec.h"

static void add(struct engine *engine, const struct record *record, uint64_t origin)
{
	uint32_t set = identity_set(engine->identity, record);
	uint32_t source = threads_name(engine->threads, record->source);

	(void)threads_add(engine->threads, record, origin, set);
	if (set != IDENTITY_NO_CODE)
		identity_add(engine->identity, set, record->seq, source);
}

static void hide(struct engine *engine, uint32_t row)
{
	uint32_t set = threads_row_set(engine->threads, row);

	threads_hide(engine->threads, row);
	if (set != IDENTITY_NO_CODE)
		identity_remove(engine->identity, set);
}

/* The new version first: so a customer who has only this event is not dissolved in between. */
static void correct(struct engine *engine, const struct record *record)
{
	uint32_t row = threads_row_of(engine->threads, record->target);

	if (row == ROW_NONE)
		return;
	add(engine, record, threads_row_origin(engine->threads, row));
	hide(engine, row);
}

static void retract(struct engine *engine, uint64_t seq)
{
	uint32_t row = threads_row_of(engine->threads, seq);

	if (row != ROW_NONE)
		hide(engine, row);
}

static void erase(struct engine *engine, const struct record *record)
{
	struct erasure_reader reader = erasure_reader_of(record->payload);
	struct erased item;

	erasures_note(&engine->erasures, record->seq, record->received_ms);
	while (erasure_next(&reader, &item)) {
		retract(engine, item.seq);
		identity_forget(engine->identity, item.seq);
	}
}

void engine_apply(struct engine *engine, const struct record *record)
{
	switch (record->kind) {
	case RECORD_EVENT:
	case RECORD_ENTITY:
		add(engine, record, record->seq);
		break;
	case RECORD_IDENTITY:
		(void)identity_decide(
			engine->identity, record); /* an unknown one decides nothing */
		break;
	case RECORD_CORRECTION:
		correct(engine, record);
		break;
	case RECORD_RETRACTION:
		retract(engine, record->target);
		break;
	case RECORD_ERASURE:
		erase(engine, record);
		break;
	case RECORD_SOURCE:
	case RECORD_TOMBSTONE:
	case RECORD_KIND_COUNT_:
		break;
	}
	engine->applied_seq = record->seq + 1;
	engine->dirty = true;
}

/* ---- replay */

static err replay_dedup(
	struct engine *engine, const struct record *record, str bytes, struct why *why)
{
	struct dedup_entry entry = { .seq = record->seq, .check = crc32c(0, bytes) };

	if (record->kind == RECORD_ERASURE) {
		struct erasure_reader reader = erasure_reader_of(record->payload);
		struct erased item;
		err e = OK;
		while (e == OK && erasure_next(&reader, &item)) {
			entry.key = item.key;
			entry.seq = item.seq;
			entry.check = 0;
			entry.state = DEDUP_ERASED;
			if (item.has_key)
				e = dedup_add(engine->dedup, &entry, why);
		}
		return e;
	}
	if (record->message_id.len == 0 || !engine_is_keyed(record->kind))
		return OK;
	entry.key = dedup_key_of(engine->secret, record->source, record->message_id);
	return dedup_add(engine->dedup, &entry, why);
}

static err replay_one(struct engine *engine, const struct journal_record *stored, bool key_only,
	uint64_t dedup_from, struct arena *arena, struct engine_opening *opening, struct why *why)
{
	struct record record;
	err e = record_decode(stored->bytes, arena, &record, why);

	if (e == ERR_VERSION)
		return e;
	if (e != OK) { /* its place is kept, its content set aside and reported */
		opening->quarantined++;
		engine->applied_seq = stored->seq + 1;
		return OK;
	}
	record.seq = stored->seq;
	record.received_ms = stored->received_ms;
	if (stored->seq >= dedup_from)
		e = replay_dedup(engine, &record, stored->bytes, why);
	if (e != OK || stored->seq < engine->applied_seq)
		return e;
	if (key_only) {
		engine->applied_seq = stored->seq + 1;
		return OK;
	}
	engine_apply(engine, &record);
	opening->replayed++;
	return OK;
}

/* A record in quarantine keeps its place and does nothing, but its message stays known. */
static err replay_guarded(struct engine *engine, struct quarantine *quarantine,
	const struct journal_record *stored, uint64_t dedup_from, struct arena *arena,
	struct engine_opening *opening, struct why *why)
{
	enum quarantine_way way;
	err e = quarantine_enter(quarantine, stored->seq, &way, why);

	if (e != OK)
		return e;
	if (way == QUARANTINE_UNREAD) {
		engine->applied_seq = MAX_OF(engine->applied_seq, stored->seq + 1);
		return OK;
	}
	arena_reset(arena);
	return replay_one(
		engine, stored, way == QUARANTINE_KEY_ONLY, dedup_from, arena, opening, why);
}

static err replay_all(struct engine *engine, struct quarantine *quarantine, uint64_t dedup_from,
	struct engine_opening *opening, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct journal_scan *scan;
	struct journal_record stored;
	uint64_t from = MIN_OF(dedup_from, engine->applied_seq);
	bool more = true;
	err e = journal_scan_open(engine->journal, from, &scan, why);

	while (e == OK && more) {
		e = journal_scan_next(scan, &more, &stored, why);
		if (e == ERR_CORRUPT) { /* reported by verify, with its place; the rest counts */
			opening->quarantined++;
			e = OK;
			continue;
		}
		if (e == OK && more)
			e = replay_guarded(
				engine, quarantine, &stored, dedup_from, arena, opening, why);
	}
	journal_scan_close(scan);
	return e;
}

err engine_replay(
	struct engine *engine, uint64_t dedup_from, struct engine_opening *opening, struct why *why)
{
	struct quarantine *quarantine;
	uint64_t boot = engine->options.disk == disk_real() ? boot_number() : 0;
	err e = quarantine_open(engine->options.disk, engine->folder, boot, &quarantine, why);

	if (e != OK)
		return e;
	opening->quarantined += quarantine_count(quarantine); /* also what a checkpoint covers */
	e = replay_all(engine, quarantine, dedup_from, opening, why);
	err closed = quarantine_close(quarantine, e == OK ? why : NULL);
	return e == OK ? closed : e;
}
