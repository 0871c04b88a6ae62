/* engine/apply.c - what each kind of record does to the state
 *
 * The state is a pure function of the records in order: nothing here asks the clock or chance.
 * A record that refers to something erased or retracted does nothing: that is not an error, for
 * an erasure empties places that later records still name.
 */
#include "engine/engine_internal.h"

#include "engine/erase.h"
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
