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
#include "thread/attribute.h"

/* `set`: as identity_find_many() found it before. */
static void add(struct engine *engine, const struct record *record, uint64_t origin, uint32_t set)
{
	uint32_t source = threads_name(engine->threads, record->source);

	if (set == IDENTITY_NO_CODE)
		set = identity_set(engine->identity, record);
	(void)threads_add(engine->threads, record, origin, set);
	if (set != IDENTITY_NO_CODE)
		identity_add(engine->identity, set, record->seq, source,
			record->has_time ? record->time.ms : IDENTITY_ALWAYS);
}

static void hide(struct engine *engine, uint32_t row)
{
	uint32_t set = threads_row_set(engine->threads, row);

	threads_hide(engine->threads, row);
	if (set != IDENTITY_NO_CODE)
		identity_remove(engine->identity, set,
			identity_time_of(threads_row_time(engine->threads, row)));
}

/* The new version first: so a customer who has only this event is not dissolved in between. */
static void correct(struct engine *engine, const struct record *record, uint32_t set)
{
	uint32_t row = threads_row_of(engine->threads, record->target);

	if (row == ROW_NONE)
		return;
	add(engine, record, threads_row_origin(engine->threads, row), set);
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

static void apply(struct engine *engine, const struct record *record, uint32_t set)
{
	switch (record->kind) {
	case RECORD_EVENT:
	case RECORD_ENTITY:
		add(engine, record, record->seq, set);
		break;
	case RECORD_IDENTITY:
		/* an unknown one decides nothing */
		(void)identity_decide(engine->identity, record);
		break;
	case RECORD_CORRECTION:
		correct(engine, record, set);
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

/* Another thread wrote them, and has gone on since: they lie in no cache of ours. */
static void prefetch_texts(const struct record *records, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		PREFETCH(records[i].identifiers);
		PREFETCH(records[i].channel.ptr);
		PREFETCH(records[i].activity.ptr);
	}
	for (size_t i = 0; i < count; i++)
		if (records[i].identifier_count > 0)
			PREFETCH(records[i].identifiers[0].value.ptr);
}

_Static_assert((int)APPLY_GROUP_MAX <= (int)ATTRIBUTES_SEEK_MAX, "sought together");

void engine_apply(struct engine *engine, const struct record *records, size_t count)
{
	uint32_t sets[APPLY_GROUP_MAX];

	ASSERT(count <= APPLY_GROUP_MAX);
	prefetch_texts(records, count);
	identity_find_many(engine->identity, records, count, sets);
	threads_seek(engine->threads, records, count);
	for (size_t i = 0; i < count; i++)
		apply(engine, &records[i], sets[i]);
	threads_seek_end(engine->threads);
}

/* ---- replay */

/* Records that are decoded and not yet applied: as many as wait for memory together. */
struct replay {
	struct engine *engine;
	struct quarantine *quarantine;
	struct engine_opening *opening;
	uint64_t dedup_from, apply_from; /* below them the index, the state has them already */
	struct arena *arena; /* of the group */
	struct record records[APPLY_GROUP_MAX];
	struct dedup_entry known[APPLY_GROUP_MAX];
	size_t count, known_count;
};

enum { GROUP_BYTES_FULL = 1 << 20 };
#define REPLAY_ARENA_BYTES ((size_t)RECORD_ARENA_BYTES + GROUP_BYTES_FULL + RECORD_BYTES_MAX)

static err apply_group(struct replay *r, struct why *why)
{
	size_t known = r->known_count;

	engine_apply(r->engine, r->records, r->count);
	r->opening->replayed += r->count;
	r->count = r->known_count = 0;
	arena_reset(r->arena);
	return dedup_add_many(r->engine->dedup, r->known, known, why);
}

static err replay_erasure(struct replay *r, const struct record *record, struct why *why)
{
	struct erasure_reader reader = erasure_reader_of(record->payload);
	struct erased item;
	err e = dedup_add_many(
		r->engine->dedup, r->known, r->known_count, why); /* in their order */

	r->known_count = 0;
	while (e == OK && erasure_next(&reader, &item)) {
		struct dedup_entry entry = {
			.key = item.key, .seq = item.seq, .state = DEDUP_ERASED
		};
		if (item.has_key)
			e = dedup_add(r->engine->dedup, &entry, why);
	}
	return e;
}

static err replay_known(struct replay *r, const struct record *record, str bytes, struct why *why)
{
	if (record->kind == RECORD_ERASURE)
		return replay_erasure(r, record, why);
	if (record->message_id.len == 0 || !engine_is_keyed(record->kind))
		return OK;
	r->known[r->known_count++] = (struct dedup_entry){
		.key = dedup_key_of(r->engine->secret, record->source, record->message_id),
		.seq = record->seq,
		.check = crc32c(0, bytes)
	};
	return OK;
}

/* Its place is kept, and nothing else. */
static err pass_over(struct replay *r, uint64_t seq, struct why *why)
{
	err e = apply_group(r, why);

	if (seq >= r->apply_from)
		r->engine->applied_seq = MAX_OF(r->engine->applied_seq, seq + 1);
	return e;
}

static err replay_one(
	struct replay *r, const struct journal_record *stored, bool key_only, struct why *why)
{
	struct record *record = &r->records[r->count];
	str bytes = arena_str(r->arena, stored->bytes); /* the scan's go with its next step */

	if (bytes.ptr == NULL)
		return fail(
			why, MSG_NO_ROOM, arg_c("record"), arg_int((int64_t)arena_taken(r->arena)));
	err e = record_decode(bytes, r->arena, record, why);
	if (e == ERR_VERSION)
		return e;
	if (e != OK) {
		r->opening->quarantined++;
		return pass_over(r, stored->seq, why);
	}
	record->seq = stored->seq;
	record->received_ms = stored->received_ms;
	if (stored->seq >= r->dedup_from)
		e = replay_known(r, record, bytes, why);
	if (e != OK)
		return e;
	if (key_only)
		return pass_over(r, stored->seq, why);
	if (stored->seq >= r->apply_from)
		r->count++;
	bool full = MAX_OF(r->count, r->known_count) == APPLY_GROUP_MAX ||
		    arena_taken(r->arena) > GROUP_BYTES_FULL;
	return full ? apply_group(r, why) : OK;
}

/* A record in quarantine keeps its place and does nothing, but its message stays known. */
static err replay_guarded(struct replay *r, const struct journal_record *stored, struct why *why)
{
	enum quarantine_way way;
	err e = quarantine_will_mark(r->quarantine, stored->seq) ? apply_group(r, why) : OK;

	if (e == OK)
		e = quarantine_enter(r->quarantine, stored->seq, &way, why);
	if (e != OK)
		return e;
	return way == QUARANTINE_UNREAD ? pass_over(r, stored->seq, why)
					: replay_one(r, stored, way == QUARANTINE_KEY_ONLY, why);
}

static err replay_all(struct replay *r, struct why *why)
{
	struct journal_scan *scan = NULL;
	struct journal_record stored;
	bool more = true;
	err e = journal_scan_open(
		r->engine->journal, MIN_OF(r->dedup_from, r->apply_from), &scan, why);

	while (e == OK && more) {
		e = journal_scan_next(scan, &more, &stored, why);
		if (e == ERR_CORRUPT) { /* reported by verify, with its place; the rest counts */
			r->opening->quarantined++;
			e = OK;
			continue;
		}
		if (e == OK && more)
			e = replay_guarded(r, &stored, why);
	}
	err applied = apply_group(r, e == OK ? why : NULL); /* the cause of an error came after */
	journal_scan_close(scan);
	return e == OK ? applied : e;
}

err engine_replay(struct engine *engine, uint64_t dedup_from, uint64_t apply_from,
	struct engine_opening *opening, struct why *why)
{
	AUTO_ARENA arena = arena_create(REPLAY_ARENA_BYTES);
	struct replay r = { .engine = engine,
		.opening = opening,
		.dedup_from = dedup_from,
		.apply_from = apply_from,
		.arena = arena };
	uint64_t boot = engine->options.disk == disk_real() ? boot_number() : 0;
	err e = quarantine_open(engine->options.disk, engine->folder, boot, &r.quarantine, why);

	if (e != OK)
		return e;
	opening->quarantined += quarantine_count(r.quarantine); /* also what a checkpoint covers */
	e = replay_all(&r, why);
	err closed = quarantine_close(r.quarantine, e == OK ? why : NULL);
	return e == OK ? closed : e;
}
