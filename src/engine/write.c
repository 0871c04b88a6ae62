/* engine/write.c - the way in: known or not, durable, applied; see engine.h */
#include "engine/engine_internal.h"

#include "base/crc32c.h"
#include "engine/numbering.h"
#include "event/codec.h"

#include <stdlib.h>
#include <string.h>

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

/* A damaged index is made anew from the journal: it must not stop the engine for ever. */
static err find_known(struct engine *engine, const struct dedup_key *keys, size_t count,
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
	err e = find_known(engine, g->keys, keyed, g->found, g->known, why);
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
	err e = find_known(engine, g->keys, g->changed, found, known, why);
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

/* Room for everything that applying will need, before anything is durable. */
static err reserve(struct engine *engine, const struct engine_item *items, size_t count,
	size_t *fresh, struct why *why)
{
	size_t rows = 0, identifiers = 0, keys = 0;

	for (size_t i = 0; i < count; i++) {
		if (items[i].status != ITEM_NEW)
			continue;
		rows++;
		keys += items[i].has_key ? 1 : 0;
		identifiers += items[i].record->identifier_count;
	}
	*fresh = rows;
	err e = threads_reserve(engine->threads, rows, why);
	if (e == OK)
		e = identity_reserve(engine->identity, identifiers, why);
	return e != OK ? e : dedup_reserve(engine->dedup, keys, why);
}

static err append(struct engine *engine, const struct engine_item *items, size_t count,
	size_t fresh, uint64_t *first, struct why *why)
{
	struct journal_entry *entries = memory_alloc(fresh * sizeof(*entries));
	int64_t now = engine->options.clock->now_ms(engine->options.clock);
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (items[i].status == ITEM_NEW)
			entries[n++].bytes = items[i].bytes;
	err e = journal_append(engine->journal, now, entries, fresh, first, why);
	free(entries);
	return e;
}

/* A few new items on their way into the state. */
struct applying {
	struct record records[APPLY_GROUP_MAX];
	struct dedup_entry known[APPLY_GROUP_MAX];
	size_t count, known_count;
};

static err apply_group(struct engine *engine, struct applying *group, struct why *why)
{
	size_t known = group->known_count;

	engine_apply(engine, group->records, group->count);
	group->count = group->known_count = 0;
	return engine_add_known(engine, group->known, known, why);
}

static void take_item(
	struct applying *group, struct engine_item *item, uint64_t seq, int64_t received_ms)
{
	item->seq = seq;
	if (!engine_planted.skip_apply || seq % 10 != 0) {
		struct record *record = &group->records[group->count++];
		*record = *item->record;
		record->seq = seq;
		record->received_ms = received_ms;
	}
	if (item->has_key)
		group->known[group->known_count++] =
			(struct dedup_entry){ .key = item->key, .seq = seq, .check = item->check };
}

/* The records are durable: an index that cannot follow makes the engine fail, for what it misses
 * would be taken twice; opening again replays it. */
static err apply_all(struct engine *engine, struct engine_item *items, size_t count, uint64_t seq,
	struct why *why)
{
	enum { AHEAD = 8 }; /* another thread prepared them */
	struct applying group;
	int64_t received_ms = journal_last_received_ms(engine->journal);
	err e = OK;

	group.count = group.known_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (i + AHEAD < count)
			PREFETCH(items[i + AHEAD].record);
		if (items[i].status == ITEM_NEW)
			take_item(&group, &items[i], seq++, received_ms);
		if (MAX_OF(group.count, group.known_count) < APPLY_GROUP_MAX && i + 1 < count)
			continue;
		err applied = apply_group(engine, &group, e == OK ? why : NULL);
		e = e == OK ? applied : e;
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

static err write_group(struct engine *engine, struct group *g, struct why *why)
{
	uint64_t first = 0;
	size_t fresh = 0;
	err e = look_up_all(engine, g, why);

	if (e == OK)
		e = settle_guesses(engine, g, why);
	if (e == OK)
		e = reserve(engine, g->items, g->count, &fresh, why);
	if (e != OK)
		return e;
	if (fresh > 0)
		e = append(engine, g->items, g->count, fresh, &first, why);
	if (e == ERR_LIMIT) /* more than a batch may hold: refused before anything was written */
		return e;
	if (e == OK && fresh > 0)
		e = apply_all(engine, g->items, g->count, first, why);
	if (e != OK) {
		engine->failed = true;
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

err engine_write(struct engine *engine, struct engine_item *items, size_t count, struct why *why)
{
	if (engine->failed)
		return fail(why, MSG_ENGINE_FAILED);
	struct group g = group_of(items, count);
	err e = write_group(engine, &g, why);
	if (e != OK) {
		take_back(&g);
		for (size_t i = 0; i < count; i++)
			items[i].status = ITEM_REFUSED;
	}
	group_done(&g);
	return e;
}

/* ---- changing what is there */

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
	err e = find_known(engine, &key, 1, &found, &known, why);

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

err engine_merge_beside(struct engine *engine, bool *did, struct why *why)
{
	ASSERT(pthread_mutex_lock(&engine->index_lock) == 0);
	err e = dedup_merge_one(engine->dedup, did, why);
	ASSERT(pthread_mutex_unlock(&engine->index_lock) == 0);
	return e;
}

err engine_merge_one(struct engine *engine, bool *did, struct why *why)
{
	err e = engine_merge_beside(engine, did, why);

	if (e != ERR_CORRUPT)
		return e;
	e = engine_rebuild_index(engine, why); /* as in find_known() */
	if (e == OK)
		*did = true;
	return e;
}
