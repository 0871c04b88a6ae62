/* engine/write.c - the way in: known or not (known.h), durable, applied; see engine.h
 *
 * Keeping touches the index of known messages and the journal, taking in identity and threads:
 * nothing of the two is shared but the promise of room (struct in_flight). */
#include "engine/engine_internal.h"

#include "base/clock.h"
#include "engine/known.h"
#include "engine/numbering.h"
#include "engine/waiting.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64 }; /* of the processor's caches */

/* ---- keeping */

/* What the new items will need; returns how many keys. */
static size_t count_needs(struct engine_batch *batch)
{
	size_t keys = 0;

	batch->rows = batch->identifiers = 0;
	for (size_t i = 0; i < batch->count; i++) {
		const struct engine_item *item = &batch->items[i];
		if (item->status != ITEM_NEW)
			continue;
		batch->rows++;
		batch->identifiers += item->record->identifier_count;
		keys += item->has_key ? 1 : 0;
	}
	return keys;
}

static void look_at_room(struct engine *engine)
{
	engine->in_flight.rows_left = threads_rows_left(engine->threads);
	engine->in_flight.identifiers_left = identity_identifiers_left(engine->identity);
}

/* The tables are asked here only while nobody may be changing them. */
static err promise(struct engine *engine, const struct engine_batch *batch, struct why *why)
{
	struct in_flight *f = &engine->in_flight;
	err e = OK;

	mutex_lock(&f->lock);
	if (f->batches == 0)
		look_at_room(engine);
	if (batch->rows > f->rows_left - f->rows)
		e = fail(why, MSG_THREADS_FULL, arg_int(ROWS_MAX));
	else if (batch->identifiers > f->identifiers_left - f->identifiers)
		e = fail(why, MSG_IDENTITY_FULL, arg_int(IDENTIFIERS_MAX));
	if (e == OK) {
		f->batches++;
		f->rows += batch->rows;
		f->identifiers += batch->identifiers;
	}
	mutex_unlock(&f->lock);
	return e;
}

static void end_promise(struct engine *engine, const struct engine_batch *batch, bool applied)
{
	struct in_flight *f = &engine->in_flight;

	mutex_lock(&f->lock);
	if (applied)
		look_at_room(engine);
	f->batches--;
	f->rows -= batch->rows;
	f->identifiers -= batch->identifiers;
	mutex_unlock(&f->lock);
}

/* Room for everything that applying will need, before anything is durable. */
static err reserve(struct engine *engine, struct engine_batch *batch, struct why *why)
{
	size_t keys = count_needs(batch);
	err e = promise(engine, batch, why);

	if (e != OK)
		return e;
	e = dedup_reserve(engine->dedup, keys, why);
	if (e != OK)
		end_promise(engine, batch, false);
	return e;
}

static err append(
	struct engine *engine, struct engine_batch *batch, uint64_t *first, struct why *why)
{
	struct journal_entry *entries = memory_alloc(batch->rows * sizeof(*entries));
	int64_t now = engine->options.clock->now_ms(engine->options.clock);
	size_t n = 0;

	for (size_t i = 0; i < batch->count; i++)
		if (batch->items[i].status == ITEM_NEW)
			entries[n++] = (struct journal_entry){ batch->items[i].bytes,
				batch->items[i].check };
	err e = journal_append(engine->journal, now, entries, batch->rows, first, why);
	batch->received_ms = journal_last_received_ms(engine->journal);
	free(entries);
	return e;
}

/* The records are durable: an index that cannot follow makes the engine fail, for what it misses
 * would be taken twice; opening again replays it. */
static err make_known(struct engine *engine, struct group *g, uint64_t seq, struct why *why)
{
	size_t count = 0;

	for (size_t i = 0; i < g->count; i++) {
		struct engine_item *item = &g->items[i];
		if (item->status != ITEM_NEW)
			continue;
		item->seq = seq++;
		if (item->has_key)
			g->known[count++] = (struct dedup_entry){
				.key = item->key, .seq = item->seq, .check = item->check
			};
	}
	return dedup_add_many(engine->dedup, g->known, count, why);
}

/* Since `*from_ns`, which moves on.  Of the machine's clock: a simulated one need not tick. */
static void note(struct engine *engine, enum stage stage, int64_t *from_ns)
{
	int64_t now = clock_real()->ticks_ns(clock_real());

	stage_note(&engine->stages, stage, now - *from_ns);
	*from_ns = now;
}

/* An error before the append is one of this batch; after it, nothing more is accepted. */
static err make_durable(
	struct engine *engine, struct group *g, struct engine_batch *batch, struct why *why)
{
	int64_t from_ns = clock_real()->ticks_ns(clock_real());
	uint64_t first = 0;

	if (batch->rows == 0)
		return OK;
	err e = append(engine, batch, &first, why);
	note(engine, STAGE_APPEND, &from_ns);
	if (e == ERR_LIMIT) /* more than a batch may hold: refused before anything was written */
		return e;
	if (e == OK)
		e = make_known(engine, g, first, why);
	note(engine, STAGE_KNOW, &from_ns);
	engine->failed |= e != OK;
	return e;
}

static err keep_group(
	struct engine *engine, struct group *g, struct engine_batch *batch, struct why *why)
{
	int64_t from_ns = clock_real()->ticks_ns(clock_real());
	err e = group_judge(engine, g, why);

	note(engine, STAGE_JUDGE, &from_ns);
	if (e == OK)
		e = reserve(engine, batch, why);
	note(engine, STAGE_RESERVE, &from_ns);
	if (e != OK)
		return e;
	e = make_durable(engine, g, batch, why);
	if (e != OK) {
		end_promise(engine, batch, false);
		return e;
	}
	group_resolve_twins(g);
	numbering_commit(g->items, g->count);
	return OK;
}

err engine_keep(struct engine *engine, struct engine_batch *batch, struct why *why)
{
	if (engine->failed)
		return fail(why, MSG_ENGINE_FAILED);
	struct group g = group_of(batch->items, batch->count);
	err e = keep_group(engine, &g, batch, why);
	if (e != OK) {
		group_take_back(&g);
		for (size_t i = 0; i < batch->count; i++)
			batch->items[i].status = ITEM_REFUSED;
	}
	group_done(&g);
	return e;
}

/* ---- applying */

/* A few new items on their way into the state. */
struct applying {
	struct record records[APPLY_GROUP_MAX];
	size_t count;
};

static void take_item(struct applying *group, const struct engine_item *item, int64_t received_ms)
{
	if (engine_planted.skip_apply && item->seq % 10 == 0)
		return;
	struct record *record = &group->records[group->count++];
	*record = *item->record;
	record->seq = item->seq;
	record->received_ms = received_ms;
}

static void prefetch_record(const struct record *record)
{
	for (size_t at = 0; at < sizeof(*record); at += LINE_BYTES)
		PREFETCH((const char *)record + at);
}

void engine_take_in(struct engine *engine, const struct engine_batch *batch)
{
	enum { AHEAD = 8 }; /* another thread prepared them */
	int64_t from_ns = clock_real()->ticks_ns(clock_real());
	struct applying group;

	group.count = 0;
	for (size_t i = 0; i < batch->count; i++) {
		if (i + AHEAD < batch->count)
			prefetch_record(batch->items[i + AHEAD].record);
		if (batch->items[i].status == ITEM_NEW)
			take_item(&group, &batch->items[i], batch->received_ms);
		if (group.count < APPLY_GROUP_MAX && i + 1 < batch->count)
			continue;
		engine_apply(engine, group.records, group.count);
		group.count = 0;
	}
	end_promise(engine, batch, true);
	note(engine, STAGE_TAKE_IN, &from_ns);
}

err engine_write(struct engine *engine, struct engine_item *items, size_t count, struct why *why)
{
	struct engine_batch batch = { .items = items, .count = count };
	err e = engine_keep(engine, &batch, why);

	if (e == OK)
		engine_take_in(engine, &batch);
	return e;
}
