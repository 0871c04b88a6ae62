/* engine/write.c - the way in: known or not (known.h), durable, applied; see engine.h
 *
 * Knowing touches the index of known messages, storing the journal, taking in identity and threads:
 * they share nothing but the list and the promise of room (struct in_flight).
 *
 * What is known may not be durable yet.  It is in memory alone then: before the index freezes what
 * it has in memory, to be written, all that is known is stored; and after a failed append the index
 * is not saved any more (engine->failed). */
#include "engine/engine_internal.h"

#include "base/clock.h"
#include "engine/known.h"
#include "engine/numbering.h"
#include "engine/waiting.h"
#include "event/form.h"

#include <stdlib.h>
#include <string.h>

/* ---- knowing */

/* The new items: what they will need, and what becomes of them in the journal and in the index.
 * They get their sequences, which are certain unless an append fails, and then nothing more is
 * accepted. */
static void gather(struct group *g, struct engine_batch *batch, uint64_t seq)
{
	batch->rows = batch->identifiers = 0;
	g->keyed = 0;
	for (size_t i = 0; i < g->count; i++) {
		struct engine_item *item = &g->items[i];
		if (item->status != ITEM_NEW)
			continue;
		batch->identifiers += item->identifier_count;
		item->seq = seq++;
		g->entries[batch->rows++] = (struct journal_entry){ item->bytes, item->check };
		if (item->has_key)
			g->known[g->keyed++] = (struct dedup_entry){
				.key = item->key, .seq = item->seq, .check = item->check
			};
	}
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
static err reserve(struct engine *engine, struct engine_batch *batch, size_t keys, struct why *why)
{
	err e = promise(engine, batch, why);

	if (e != OK)
		return e;
	if (dedup_reserve_freezes(engine->dedup, keys))
		e = engine_store_all(engine, why);
	if (e == OK)
		e = dedup_reserve(engine->dedup, keys, why);
	if (e != OK)
		end_promise(engine, batch, false);
	return e;
}

/* The sequence of what comes next.  Nobody else gives any. */
static uint64_t next_seq(struct engine *engine)
{
	struct in_flight *f = &engine->in_flight;

	mutex_lock(&f->lock);
	uint64_t seq = f->first == NULL ? journal_end(engine->journal) : f->next_seq;
	mutex_unlock(&f->lock);
	return seq;
}

/* Its place in the order of all. */
static void line_up(struct engine *engine, struct engine_batch *batch, uint64_t seq)
{
	struct in_flight *f = &engine->in_flight;

	mutex_lock(&f->lock);
	if (f->first == NULL)
		f->first = batch;
	else
		f->last->next = batch;
	f->last = batch;
	batch->first_seq = seq;
	f->next_seq = seq + batch->rows;
	mutex_unlock(&f->lock);
}

/* Since `*from_ns`, which moves on.  Of the machine's clock: a simulated one need not tick. */
static void note(struct engine *engine, enum stage stage, int64_t *from_ns)
{
	int64_t now = clock_real()->ticks_ns(clock_real());

	stage_note(&engine->stages, stage, now - *from_ns);
	*from_ns = now;
}

static err know_group(
	struct engine *engine, struct group *g, struct engine_batch *batch, struct why *why)
{
	int64_t from_ns = clock_real()->ticks_ns(clock_real());
	uint64_t seq = next_seq(engine);
	err e = group_judge(engine, g, why);

	note(engine, STAGE_JUDGE, &from_ns);
	if (e == OK) {
		gather(g, batch, seq);
		e = reserve(engine, batch, g->keyed, why);
	}
	note(engine, STAGE_RESERVE, &from_ns);
	if (e != OK)
		return e;
	if (batch->rows > 0) /* ERR_LIMIT: more than a batch may hold */
		e = journal_lay(engine->journal, g->entries, batch->rows, &batch->laid, why);
	if (e != OK) {
		end_promise(engine, batch, false);
		return e;
	}
	line_up(engine, batch, seq);
	ASSERT(dedup_add_many(engine->dedup, g->known, g->keyed, NULL) == OK); /* there is room */
	note(engine, STAGE_KNOW, &from_ns);
	group_resolve_twins(g);
	numbering_commit(g->items, g->count);
	return OK;
}

static void refuse(const struct engine_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		batch->items[i].status = ITEM_REFUSED;
}

err engine_know(struct engine *engine, struct engine_batch *batch, struct why *why)
{
	if (engine->failed)
		return fail(why, MSG_ENGINE_FAILED);
	*batch = (struct engine_batch){ .items = batch->items, .count = batch->count };
	struct group *g = engine->group;
	group_begin(g, batch->items, batch->count);
	err e = know_group(engine, g, batch, why);
	if (e != OK) {
		group_take_back(g);
		refuse(batch);
	}
	group_end(g);
	return e;
}

/* ---- storing */

static err append(struct engine *engine, struct engine_batch *batch, struct why *why)
{
	int64_t now = engine->options.clock->now_ms(engine->options.clock);
	int64_t from_ns = clock_real()->ticks_ns(clock_real());
	uint64_t first = 0;
	err e = OK;

	if (engine->failed) {
		journal_drop_laid(engine->journal, batch->laid);
		e = fail(why, MSG_ENGINE_FAILED);
	} else if (batch->laid != NULL) {
		e = journal_append_laid(engine->journal, now, batch->laid, &first, why);
		ASSERT(e != OK || first == batch->first_seq);
	}
	note(engine, STAGE_APPEND, &from_ns);
	batch->laid = NULL;
	batch->received_ms = journal_last_received_ms(engine->journal);
	return e;
}

static struct engine_batch *first_unstored(struct in_flight *f)
{
	mutex_lock(&f->lock);
	struct engine_batch *batch = f->first;
	mutex_unlock(&f->lock);
	return batch;
}

/* The oldest one: whoever holds `storing`.  What follows a failure fails for the same reason. */
static err store_first(struct engine *engine, struct engine_batch *batch)
{
	struct in_flight *f = &engine->in_flight;
	struct why why = { 0 };
	err e = append(engine, batch, &why);

	if (e != OK) {
		if (f->error == OK) {
			f->error = e;
			f->why = why;
		}
		engine->failed = true;
		refuse(batch);
		end_promise(engine, batch, false);
	}
	mutex_lock(&f->lock);
	f->first = batch->next;
	mutex_unlock(&f->lock);
	batch->stored = e == OK ? OK : f->error;
	return batch->stored;
}

static err tell(const struct in_flight *f, err e, struct why *why)
{
	if (e != OK && why != NULL)
		*why = f->why;
	return e;
}

err engine_store_all(struct engine *engine, struct why *why)
{
	struct in_flight *f = &engine->in_flight;
	struct engine_batch *batch;
	err e = OK;

	mutex_lock(&f->storing);
	while (e == OK && (batch = first_unstored(f)) != NULL)
		e = store_first(engine, batch);
	e = tell(f, e, why);
	mutex_unlock(&f->storing);
	return e;
}

err engine_store(struct engine *engine, struct engine_batch *batch, struct why *why)
{
	struct in_flight *f = &engine->in_flight;

	mutex_lock(&f->storing);
	if (first_unstored(f) == batch)
		(void)store_first(engine, batch); /* what came of it stands in the batch */
	err e = tell(f, batch->stored, why);
	mutex_unlock(&f->storing);
	return e;
}

err engine_keep(struct engine *engine, struct engine_batch *batch, struct why *why)
{
	err e = engine_know(engine, batch, why);

	return e == OK ? engine_store(engine, batch, why) : e;
}

/* ---- applying */

void engine_take_in(struct engine *engine, const struct engine_batch *batch)
{
	int64_t from_ns = clock_real()->ticks_ns(clock_real());

	engine_apply_items(engine, batch->items, batch->count, batch->received_ms);
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
