/* engine/change.c - changing what is there: corrections, retractions; and small house-keeping that
 * is the journal's and the index's own.  See engine.h */
#include "engine/engine_internal.h"

#include "base/crc32c.h"
#include "event/codec.h"

err engine_write_record(
	struct engine *engine, const struct record *record, uint64_t *seq, struct why *why)
{
	struct strbuf bytes = strbuf_heap(RECORD_BYTES_MAX);
	struct engine_item item = { .record = record };
	err e;

	record_encode(record, &bytes);
	if (!strbuf_ok(&bytes)) {
		e = fail(why, MSG_RECORD_TOO_LARGE, arg_int(RECORD_BYTES_MAX));
	} else {
		item.bytes = strbuf_str(&bytes);
		item.check = crc32c(0, item.bytes);
		e = engine_write(engine, &item, 1, why);
	}
	if (e == OK)
		*seq = item.seq;
	strbuf_done(&bytes);
	return e;
}

err engine_find(struct engine *engine, str source, str message_id, uint64_t *seq, struct why *why)
{
	struct dedup_key key = dedup_key_of(engine->secret, source, message_id);
	struct dedup_entry known;
	bool found;
	err e = engine_find_known(engine, &key, 1, &found, &known, why);

	if (e != OK)
		return e;
	if (!found)
		return fail(why, MSG_EVENT_UNKNOWN, arg_str(source), arg_str(message_id));
	if (known.state == DEDUP_ERASED)
		return fail(why, MSG_EVENT_ERASED, arg_str(source), arg_str(message_id));
	*seq = known.seq;
	return OK;
}

err engine_present(struct engine *engine, uint64_t seq, uint64_t *present, struct why *why)
{
	uint32_t row = threads_row_of(engine->threads, seq);

	if (row == ROW_NONE)
		return fail(why, MSG_EVENT_GONE, arg_int((int64_t)seq));
	*present = threads_row_seq(engine->threads, row);
	return OK;
}

static err find_visible(
	struct engine *engine, str source, str message_id, uint64_t *seq, struct why *why)
{
	err e = engine_find(engine, source, message_id, seq, why);

	if (e == OK && threads_row_of(engine->threads, *seq) == ROW_NONE)
		e = fail(why, MSG_EVENT_RETRACTED, arg_str(source), arg_str(message_id));
	return e;
}

err engine_correct(
	struct engine *engine, const struct record *record, uint64_t *seq, struct why *why)
{
	struct record correction = *record;
	err e = find_visible(engine, record->source, record->message_id, &correction.target, why);

	if (e != OK)
		return e;
	correction.kind = RECORD_CORRECTION;
	correction.seq = 0;
	e = record_check(&correction, why);
	return e != OK ? e : engine_write_record(engine, &correction, seq, why);
}

err engine_retract(
	struct engine *engine, str source, str message_id, uint64_t *seq, struct why *why)
{
	struct record retraction = { .kind = RECORD_RETRACTION };
	err e = find_visible(engine, source, message_id, &retraction.target, why);

	return e != OK ? e : engine_write_record(engine, &retraction, seq, why);
}

/* ---- house-keeping that is the journal's and the index's own */

err engine_seal_one(struct engine *engine, int level, bool *did, struct why *why)
{
	return journal_seal_one(engine->journal, level, did, why);
}

size_t engine_unsealed(struct engine *engine)
{
	return journal_unsealed(engine->journal);
}

err engine_merge_beside(struct engine *engine, bool *did, struct why *why)
{
	ASSERT(pthread_mutex_lock(&engine->index_lock) == 0);
	err e = dedup_merge_one(engine->dedup, did, why);
	ASSERT(pthread_mutex_unlock(&engine->index_lock) == 0);
	return e;
}

err engine_flush_beside(struct engine *engine, bool *did, struct why *why)
{
	err e = OK;

	*did = false;
	ASSERT(pthread_mutex_lock(&engine->index_lock) == 0);
	if (dedup_has_frozen(engine->dedup))
		e = dedup_merge_one(engine->dedup, did, why);
	ASSERT(pthread_mutex_unlock(&engine->index_lock) == 0);
	return e;
}

err engine_merge_one(struct engine *engine, bool *did, struct why *why)
{
	err e = engine_merge_beside(engine, did, why);

	if (e != ERR_CORRUPT)
		return e;
	e = engine_rebuild_index(engine, why); /* as in engine_find_known() */
	if (e == OK)
		*did = true;
	return e;
}
