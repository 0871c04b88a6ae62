/* engine/places.c - see places.h */
#include "engine/places.h"

#include "base/map64.h"
#include "engine/engine_internal.h"
#include "event/codec.h"
#include "identity/identifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void places_note(struct places *places, uint64_t seq)
{
	if (places->count == places->room) {
		places->room = MAX_OF(places->room * 2, (size_t)64);
		places->items = memory_resize(places->items, places->room * sizeof(*places->items));
	}
	places->items[places->count++] = (struct erased){ .seq = seq };
}

void places_done(struct places *places)
{
	free(places->items);
	*places = (struct places){ 0 };
}

uint8_t *places_wanted(const struct identity_view *identity, uint32_t identifier)
{
	uint8_t *wanted = memory_alloc((size_t)identity_identifier_count(identity) + 1);
	uint32_t customer = identity_customer_of(identity, identifier), member = identifier;

	wanted[identifier] = 1; /* alone, if only hidden records name it */
	if (customer == CUSTOMER_NONE)
		return wanted;
	for (uint32_t left = identity_customer(identity, customer)->members; left > 0; left--) {
		wanted[member] = 1;
		member = identity_next_member(identity, member);
	}
	return wanted;
}

static int by_seq(const void *a, const void *b)
{
	uint64_t x = ((const struct erased *)a)->seq, y = ((const struct erased *)b)->seq;

	return (x > y) - (x < y);
}

void places_sort(struct places *places)
{
	size_t kept = 0;

	if (places->count > 0)
		qsort(places->items, places->count, sizeof(*places->items), by_seq);
	for (size_t i = 0; i < places->count; i++)
		if (kept == 0 || places->items[kept - 1].seq != places->items[i].seq)
			places->items[kept++] = places->items[i];
	places->count = kept;
}

bool places_set_names(const struct identity_view *view, uint32_t set, const uint8_t *wanted)
{
	uint32_t members[SET_IDENTIFIERS_MAX];
	size_t count = set == IDENTITY_NO_CODE ? 0 : identity_set_members(view, set, members);

	for (size_t i = 0; i < count; i++)
		if (wanted[members[i]])
			return true;
	return false;
}

void places_find_rows(const struct threads_view *view, const uint8_t *wanted, struct places *places)
{
	const struct identity_view *identity = threads_view_identity(view);
	size_t rows = threads_view_rows(view), before = places->count;
	struct map64 *origins = map64_create();
	uint64_t unused;

	for (uint32_t row = 0; row < rows; row++) {
		struct row r = threads_view_row(view, row);
		if (!places_set_names(identity, r.set, wanted))
			continue;
		places_note(places, r.seq);
		map64_put(origins, r.origin, 1);
	}
	for (uint32_t row = 0; places->count > before && row < rows; row++) {
		struct row r = threads_view_row(view, row);
		if (map64_get(origins, r.origin, &unused))
			places_note(places, r.seq);
	}
	map64_free(origins);
}

static bool names_one(
	const struct identity_view *view, const struct record *record, const uint8_t *wanted)
{
	char text[IDENTIFIER_TEXT_BYTES_MAX + 1];

	for (size_t i = 0; i < record->identifier_count; i++) {
		const struct record_identifier *id = &record->identifiers[i];
		int len = snprintf(text, sizeof(text), STR_FMT ":" STR_FMT, STR_ARG(id->type),
			STR_ARG(id->value));
		uint32_t code = identity_find(view, (str){ text, (size_t)len });
		if (code != IDENTITY_NO_CODE && wanted[code])
			return true;
	}
	return false;
}

bool places_has_decision(struct engine *engine, const uint8_t *wanted)
{
	for (size_t i = 0; i < identity_decision_count(engine->identity); i++) {
		const struct identity_decision *d = identity_decision_at(engine->identity, i);
		if (wanted[d->a] || wanted[d->b])
			return true;
	}
	return false;
}

err places_find_decisions(struct engine *engine, const struct identity_view *view,
	const uint8_t *wanted, uint64_t from_seq, struct places *places, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct journal_scan *scan = NULL;
	struct journal_record stored;
	bool more = true;
	err e = journal_scan_open(engine->journal, from_seq, &scan, why);

	while (e == OK && more) {
		struct record record;
		e = journal_scan_next(scan, &more, &stored, why);
		if (e == ERR_CORRUPT) { /* reported by verify, with its place */
			e = OK;
			continue;
		}
		if (e != OK || !more)
			break;
		arena_reset(arena);
		if (record_decode(stored.bytes, arena, &record, NULL) == OK &&
			record.kind == RECORD_IDENTITY && names_one(view, &record, wanted))
			places_note(places, stored.seq);
	}
	journal_scan_close(scan);
	return e;
}

err places_find_keys(struct engine *engine, struct places *places, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	size_t kept = 0;

	for (size_t i = 0; i < places->count; i++) {
		struct record record;
		struct erased *item = &places->items[i];
		arena_reset(arena);
		err e = engine_read(engine, item->seq, arena, &record, why);
		if (e != OK)
			return e;
		if (record.kind == RECORD_TOMBSTONE)
			continue;
		item->has_key = record.message_id.len > 0;
		if (item->has_key)
			item->key = dedup_key_of(engine->secret, record.source, record.message_id);
		places->items[kept++] = *item;
	}
	places->count = kept;
	return OK;
}

/* ---- what was erased, and is still there */

void places_waiting(struct engine *engine, struct places *out)
{
	for (size_t i = 0; i < engine->erasures.count; i++)
		places_note(out, engine->erasures.items[i].seq);
}

static err note_erased(struct engine *engine, uint64_t seq, struct arena *arena, struct places *out,
	struct why *why)
{
	struct record record;
	struct erased erased;

	arena_reset(arena);
	err e = engine_read(engine, seq, arena, &record, why);
	if (e != OK || record.kind != RECORD_ERASURE)
		return e;
	struct erasure_reader reader = erasure_reader_of(record.payload);
	while (erasure_next(&reader, &erased))
		places_note(out, erased.seq);
	return OK;
}

static void drop(struct places *places, const struct places *gone)
{
	size_t kept = 0, at = 0;

	for (size_t i = 0; i < places->count; i++) {
		while (at < gone->count && gone->items[at].seq < places->items[i].seq)
			at++;
		if (at == gone->count || gone->items[at].seq != places->items[i].seq)
			places->items[kept++] = places->items[i];
	}
	places->count = kept;
}

err places_drop_erased(
	struct engine *engine, const struct places *waiting, struct places *places, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct places gone = { 0 };
	err e = OK;

	for (size_t i = 0; e == OK && i < waiting->count; i++)
		e = note_erased(engine, waiting->items[i].seq, arena, &gone, why);
	places_sort(&gone);
	if (e == OK)
		drop(places, &gone);
	places_done(&gone);
	return e;
}
