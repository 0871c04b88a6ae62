/* engine/known.c - which items of a batch are new; see known.h */
#include "engine/known.h"

#include "engine/numbering.h"

#include <stdlib.h>
#include <string.h>

enum {
	LOOKED_UP = 256, /* at once: judged while the caches still have them */
	AHEAD = 24 /* items: another thread prepared them */
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
	e = engine_store_all(engine, why); /* it is made from the journal */
	if (e == OK)
		e = engine_rebuild_index(engine, why);
	return e != OK ? e : dedup_find_many(engine->dedup, keys, count, found, known, why);
}

/* What was found for those with a key: each to its item, from the end. */
static void spread_out(struct group *g, size_t from, size_t end, size_t keyed)
{
	bool *found = g->found + from;
	struct dedup_entry *known = g->known + from;

	for (size_t i = end - from; i-- > 0;) {
		found[i] = g->items[from + i].has_key && found[--keyed];
		if (found[i])
			known[i] = known[keyed];
	}
}

/* Some items of a batch, side by side, and the keys of those that have one. */
struct some {
	size_t from, end, keyed;
};

static struct some next_some(struct group *g, size_t from)
{
	struct some some = { .from = from, .end = MIN_OF(g->count, from + (size_t)LOOKED_UP) };

	for (size_t i = from; i < some.end; i++) {
		if (i + AHEAD < g->count)
			PREFETCH(&g->items[i + AHEAD]);
		if (g->items[i].has_key)
			g->keys[from + some.keyed++] = g->items[i].key;
	}
	return some;
}

/* While these are judged, memory for the next comes. */
static void judge_some(
	struct engine *engine, struct group *g, const struct some *these, const struct some *next)
{
	size_t asked = 0;

	for (size_t i = these->from; i < these->end; i++) {
		if (i % PREFETCH_BURST == 0) {
			size_t count = MIN_OF(next->keyed - asked, (size_t)PREFETCH_BURST);
			dedup_ask(engine->dedup, g->keys + next->from + asked, count);
			asked += count;
		}
		judge(g, i);
		g->repeats += g->items[i].status != ITEM_NEW;
	}
}

static err look_up_all(struct engine *engine, struct group *g, struct why *why)
{
	struct some these = next_some(g, 0);

	while (these.from < g->count) {
		struct some next = next_some(g, these.end);
		err e = engine_find_known(engine, g->keys + these.from, these.keyed,
			g->found + these.from, g->known + these.from, why);
		if (e != OK)
			return e;
		if (these.keyed < these.end - these.from)
			spread_out(g, these.from, these.end, these.keyed);
		judge_some(engine, g, &these, &next);
		these = next;
	}
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
	if (g->repeats == 0)
		return OK;
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

void group_take_back(struct group *g)
{
	for (size_t i = 0; i < g->changed; i++)
		*g->doubts[i].item = g->doubts[i].was;
	numbering_forget(g->items, g->count);
}

void group_resolve_twins(struct group *g)
{
	for (size_t i = 0; g->repeats > 0 && i < g->count; i++) {
		struct engine_item *item = &g->items[i];
		bool repeats = item->status == ITEM_DUPLICATE || item->status == ITEM_CONFLICT;
		if (repeats && !g->found[i])
			item->seq = g->items[item->seq].seq;
	}
}

err group_judge(struct engine *engine, struct group *g, struct why *why)
{
	err e = look_up_all(engine, g, why);

	return e == OK ? settle_guesses(engine, g, why) : e;
}

enum { ROOM_LEAST = 8, ROOM_KEPT = 16384 };

struct group *group_create(void)
{
	return memory_alloc(sizeof(struct group));
}

static void free_arrays(struct group *g)
{
	free(g->slots);
	free(g->keys);
	free(g->known);
	free(g->entries);
	free(g->found);
	*g = (struct group){ 0 };
}

void group_free(struct group *g)
{
	if (g == NULL)
		return;
	free_arrays(g);
	free(g);
}

/* Some hundred kilobytes, written before they are read: not zeroed, but for the slots. */
static void make_room(struct group *g, size_t count)
{
	size_t room = MAX_OF(g->room, (size_t)ROOM_LEAST);

	if (count <= g->room)
		return;
	while (room < count)
		room *= 2;
	free_arrays(g);
	g->room = room;
	g->slots = memory_resize(NULL, 2 * room * sizeof(*g->slots));
	g->keys = memory_resize(NULL, room * sizeof(*g->keys));
	g->known = memory_resize(NULL, room * sizeof(*g->known));
	g->entries = memory_resize(NULL, room * sizeof(*g->entries));
	g->found = memory_resize(NULL, room * sizeof(*g->found));
}

void group_begin(struct group *g, struct engine_item *items, size_t count)
{
	make_room(g, MAX_OF(count, (size_t)1));
	g->items = items;
	g->count = count;
	g->changed = g->repeats = 0;
	for (g->slot_count = 2 * ROOM_LEAST; g->slot_count < count * 2;)
		g->slot_count *= 2;
	memset(g->slots, 0, g->slot_count * sizeof(*g->slots));
}

void group_end(struct group *g)
{
	free(g->doubts);
	g->doubts = NULL;
	if (g->room > ROOM_KEPT)
		free_arrays(g);
}
