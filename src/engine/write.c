/* engine/write.c - the way in: known or not, durable, applied; see engine.h
 *
 * Keeping touches the index of known messages and the journal, taking in identity and threads:
 * nothing of the two is shared but the promise of room (struct in_flight). */
#include "engine/engine_internal.h"

#include "engine/numbering.h"
#include "engine/waiting.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64 }; /* of the processor's caches */

/* One batch: its items that are new, by key, so that twins within it are found too; and what the
 * index of known messages says of each item. */
struct group {
	struct engine_item *items;
	size_t count;
	uint32_t *slots; /* index + 1, or 0 */
	size_t slot_count;
	struct dedup_key *keys;
	struct dedup_entry *known;
	bool *found;
	struct doubt *doubts; /* items that got another id, as they were */
	size_t changed;
};

static size_t slot_of(const struct group *g, struct dedup_key key)
{
	size_t at = key.low & (g->slot_count - 1); /* a keyed hash: as good as chance */

	while (g->slots[at] != 0) {
		struct dedup_key other = g->items[g->slots[at] - 1].key;
		if (other.high == key.high && other.low == key.low)
			break;
		at = (at + 1) & (g->slot_count - 1);
	}
	return at;
}

static enum item_status status_of(uint32_t known_check, uint32_t check)
{
	return known_check == check ? ITEM_DUPLICATE : ITEM_CONFLICT;
}

/* Sequences of items that repeat a new one of this batch are filled in after the append: until
 * then seq is the index of that one. */
static void judge(struct group *g, size_t i)
{
	struct engine_item *item = &g->items[i];
	const struct dedup_entry *known = &g->known[i];

	item->status = ITEM_NEW;
	item->seq = i;
	if (!item->has_key)
		return;
	if (g->found[i]) {
		item->seq = known->seq;
		item->status = known->state == DEDUP_ERASED ? ITEM_ERASED
							    : status_of(known->check, item->check);
		return;
	}
	size_t slot = slot_of(g, item->key);
	if (g->slots[slot] == 0) {
		g->slots[slot] = (uint32_t)i + 1;
		return;
	}
	item->seq = g->slots[slot] - 1;
	item->status = status_of(g->items[item->seq].check, item->check);
}

err engine_find_known(struct engine *engine, const struct dedup_key *keys, size_t count,
	bool *found, struct dedup_entry *known, struct why *why)
{
	err e = dedup_find_many(engine->dedup, keys, count, found, known, why);

	if (e != ERR_CORRUPT)
		return e;
	e = engine_rebuild_index(engine, why);
	return e != OK ? e : dedup_find_many(engine->dedup, keys, count, found, known, why);
}

static err look_up_all(struct engine *engine, struct group *g, struct why *why)
{
	size_t keyed = 0;

	for (size_t i = 0; i < g->count; i++)
		if (g->items[i].has_key)
			g->keys[keyed++] = g->items[i].key;
	err e = engine_find_known(engine, g->keys, keyed, g->found, g->known, why);
	if (e != OK)
		return e;
	for (size_t i = g->count; i-- > 0;) { /* spread out again: each to its item, from the end */
		g->found[i] = g->items[i].has_key && g->found[--keyed];
		if (g->found[i])
			g->known[i] = g->known[keyed];
	}
	for (size_t i = 0; i < g->count; i++)
		judge(g, i);
	return OK;
}

/* ---- ids that were guessed: numbering.h */

static size_t list_doubts(const struct group *g, struct doubt *doubts)
{
	size_t count = 0;

	for (size_t i = 0; i < g->count; i++) {
		struct engine_item *item = &g->items[i];
		if (item->numbering == NULL || item->status == ITEM_NEW)
			continue;
		doubts[count++] = (struct doubt){ .item = item,
			.repeats = g->found[i] ? NULL : &g->items[item->seq],
			.known_seq = item->seq };
	}
	return count;
}

/* Items that got another id are looked up and judged anew, in their order. */
static err judge_changed(struct engine *engine, struct group *g, struct why *why)
{
	struct dedup_entry *known = memory_alloc((g->changed + 1) * sizeof(*known));
	bool *found = memory_alloc((g->changed + 1) * sizeof(*found));

	for (size_t i = 0; i < g->changed; i++)
		g->keys[i] = g->doubts[i].item->key;
	err e = engine_find_known(engine, g->keys, g->changed, found, known, why);
	for (size_t i = 0; e == OK && i < g->changed; i++) {
		size_t at = (size_t)(g->doubts[i].item - g->items);
		g->found[at] = found[i];
		g->known[at] = known[i];
		judge(g, at);
	}
	free(found);
	free(known);
	return e;
}

static err settle_guesses(struct engine *engine, struct group *g, struct why *why)
{
	g->doubts = memory_alloc((g->count + 1) * sizeof(*g->doubts));
	size_t count = list_doubts(g, g->doubts);
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		if (!g->doubts[i].settled)
			e = numbering_settle(g->doubts + i, count - i, why);
	for (size_t i = 0; i < count; i++)
		if (g->doubts[i].changed)
			g->doubts[g->changed++] = g->doubts[i];
	return e == OK && g->changed > 0 ? judge_changed(engine, g, why) : e;
}

/* The batch is refused, and may come again: as it was. */
static void take_back(struct group *g)
{
	for (size_t i = 0; i < g->changed; i++)
		*g->doubts[i].item = g->doubts[i].was;
	numbering_forget(g->items, g->count);
}

/* ---- writing */

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
			entries[n++].bytes = batch->items[i].bytes;
	err e = journal_append(engine->journal, now, entries, batch->rows, first, why);
	batch->received_ms = journal_last_received_ms(engine->journal);
	free(entries);
	return e;
}

/* The records are durable: an index that cannot follow makes the engine fail, for what it misses
 * would be taken twice; opening again replays it. */
static err make_known(
	struct engine *engine, struct engine_batch *batch, uint64_t seq, struct why *why)
{
	struct dedup_entry known[APPLY_GROUP_MAX];
	size_t count = 0;
	err e = OK;

	for (size_t i = 0; i < batch->count; i++) {
		struct engine_item *item = &batch->items[i];
		if (item->status == ITEM_NEW) {
			item->seq = seq++;
			if (item->has_key)
				known[count++] = (struct dedup_entry){
					.key = item->key, .seq = item->seq, .check = item->check
				};
		}
		if (count < APPLY_GROUP_MAX && i + 1 < batch->count)
			continue;
		err added = engine_add_known(engine, known, count, e == OK ? why : NULL);
		e = e == OK ? added : e;
		count = 0;
	}
	return e;
}

static void resolve_twins(struct group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		struct engine_item *item = &g->items[i];
		bool repeats = item->status == ITEM_DUPLICATE || item->status == ITEM_CONFLICT;
		if (repeats && !g->found[i])
			item->seq = g->items[item->seq].seq;
	}
}

/* An error before the append is one of this batch; after it, nothing more is accepted. */
static err make_durable(struct engine *engine, struct engine_batch *batch, struct why *why)
{
	uint64_t first = 0;

	if (batch->rows == 0)
		return OK;
	err e = append(engine, batch, &first, why);
	if (e == ERR_LIMIT) /* more than a batch may hold: refused before anything was written */
		return e;
	if (e == OK)
		e = make_known(engine, batch, first, why);
	engine->failed |= e != OK;
	return e;
}

static err keep_group(
	struct engine *engine, struct group *g, struct engine_batch *batch, struct why *why)
{
	err e = look_up_all(engine, g, why);

	if (e == OK)
		e = settle_guesses(engine, g, why);
	if (e == OK)
		e = reserve(engine, batch, why);
	if (e != OK)
		return e;
	e = make_durable(engine, batch, why);
	if (e != OK) {
		end_promise(engine, batch, false);
		return e;
	}
	resolve_twins(g);
	numbering_commit(g->items, g->count);
	return OK;
}

static struct group group_of(struct engine_item *items, size_t count)
{
	struct group g = { .items = items, .count = count, .slot_count = 16 };

	while (g.slot_count < count * 2)
		g.slot_count *= 2;
	g.slots = memory_alloc(g.slot_count * sizeof(*g.slots));
	g.keys = memory_alloc((count + 1) * sizeof(*g.keys));
	g.known = memory_alloc((count + 1) * sizeof(*g.known));
	g.found = memory_alloc((count + 1) * sizeof(*g.found));
	return g;
}

static void group_done(struct group *g)
{
	free(g->slots);
	free(g->keys);
	free(g->known);
	free(g->found);
	free(g->doubts);
}

err engine_keep(struct engine *engine, struct engine_batch *batch, struct why *why)
{
	if (engine->failed)
		return fail(why, MSG_ENGINE_FAILED);
	struct group g = group_of(batch->items, batch->count);
	err e = keep_group(engine, &g, batch, why);
	if (e != OK) {
		take_back(&g);
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
}

err engine_write(struct engine *engine, struct engine_item *items, size_t count, struct why *why)
{
	struct engine_batch batch = { .items = items, .count = count };
	err e = engine_keep(engine, &batch, why);

	if (e == OK)
		engine_take_in(engine, &batch);
	return e;
}
