/* engine/erase.c - see erase.h */
#include "engine/erase.h"

#include "base/map64.h"
#include "engine/engine_internal.h"
#include "event/codec.h"
#include "identity/identifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the payload */

static void put_u64(struct strbuf *out, uint64_t n)
{
	strbuf_add_u64(out, n);
}

void erasure_write(const struct erased *items, size_t count, struct strbuf *out)
{
	uint64_t last = 0;

	strbuf_add_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		ASSERT(items[i].seq > last);
		strbuf_add_varint(out, items[i].seq - last);
		strbuf_add_byte(out, items[i].has_key ? 1 : 0);
		if (items[i].has_key) {
			put_u64(out, items[i].key.high);
			put_u64(out, items[i].key.low);
		}
		last = items[i].seq;
	}
}

struct erasure_reader erasure_reader_of(str payload)
{
	struct erasure_reader reader = { .in = reader_of(payload) };

	reader.left = reader_varint(&reader.in);
	return reader;
}

bool erasure_next(struct erasure_reader *reader, struct erased *out)
{
	if (reader->left == 0)
		return false;
	uint64_t step = reader_varint(&reader->in);
	*out = (struct erased){ .seq = reader->seq + step, .has_key = reader_u8(&reader->in) == 1 };
	if (out->has_key) {
		out->key.high = reader_u64(&reader->in);
		out->key.low = reader_u64(&reader->in);
	}
	reader->left--;
	reader->seq = out->seq;
	return !reader->in.failed;
}

/* ---- finding every place */

struct places {
	struct erased *items;
	size_t count, room;
};

static void note(struct places *places, uint64_t seq)
{
	if (places->count == places->room) {
		places->room = MAX_OF(places->room * 2, (size_t)64);
		places->items = memory_resize(places->items, places->room * sizeof(*places->items));
	}
	places->items[places->count++] = (struct erased){ .seq = seq };
}

static int by_seq(const void *a, const void *b)
{
	uint64_t x = ((const struct erased *)a)->seq, y = ((const struct erased *)b)->seq;

	return (x > y) - (x < y);
}

static void sort_places(struct places *places)
{
	size_t kept = 0;

	if (places->count > 0)
		qsort(places->items, places->count, sizeof(*places->items), by_seq);
	for (size_t i = 0; i < places->count; i++)
		if (kept == 0 || places->items[kept - 1].seq != places->items[i].seq)
			places->items[kept++] = places->items[i];
	places->count = kept;
}

static bool set_names_one(const struct identity_view *view, uint32_t set, const uint8_t *wanted)
{
	uint32_t members[SET_IDENTIFIERS_MAX];
	size_t count = set == IDENTITY_NO_CODE ? 0 : identity_set_members(view, set, members);

	for (size_t i = 0; i < count; i++)
		if (wanted[members[i]])
			return true;
	return false;
}

/* Rows, hidden ones too, whose set names one of the identifiers; and, so that no version of an
 * event stays behind, all rows of the same origin. */
static void find_rows(const struct threads_view *view, const uint8_t *wanted, struct places *places)
{
	const struct identity_view *identity = threads_view_identity(view);
	size_t rows = threads_view_rows(view), before = places->count;
	struct map64 *origins = map64_create();
	uint64_t unused;

	for (uint32_t row = 0; row < rows; row++) {
		struct row r = threads_view_row(view, row);
		if (!set_names_one(identity, r.set, wanted))
			continue;
		note(places, r.seq);
		map64_put(origins, r.origin, 1);
	}
	for (uint32_t row = 0; places->count > before && row < rows; row++) {
		struct row r = threads_view_row(view, row);
		if (map64_get(origins, r.origin, &unused))
			note(places, r.seq);
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

static bool has_decision(struct engine *engine, const uint8_t *wanted)
{
	for (size_t i = 0; i < identity_decision_count(engine->identity); i++) {
		const struct identity_decision *d = identity_decision_at(engine->identity, i);
		if (wanted[d->a] || wanted[d->b])
			return true;
	}
	return false;
}

/* Identity knows only the newest decision on a pair; the records of those before it name people
 * too, so all are sought in the journal. */
static err find_decisions(struct engine *engine, const struct identity_view *view,
	const uint8_t *wanted, struct places *places, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct journal_scan *scan = NULL;
	struct journal_record stored;
	bool more = true;

	if (!has_decision(engine, wanted))
		return OK;
	err e = journal_scan_open(engine->journal, 1, &scan, why);
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
			note(places, stored.seq);
	}
	journal_scan_close(scan);
	return e;
}

/* The keyed hash of the message at each place; places already emptied fall away. */
static err find_keys(struct engine *engine, struct places *places, struct why *why)
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

/* ---- making them vanish from sight */

static err mark_known(struct engine *engine, const struct places *places, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < places->count; i++) {
		const struct dedup_entry entry = { .key = places->items[i].key,
			.seq = places->items[i].seq,
			.state = DEDUP_ERASED };
		if (places->items[i].has_key)
			e = dedup_add(engine->dedup, &entry, why);
	}
	if (e != OK)
		engine->failed = true; /* durable, but the index does not know: open again */
	return e;
}

enum { PLACES_PER_RECORD = 40000 }; /* 26 bytes each at most: within RECORD_BYTES_MAX */

/* One ERASURE record of a batch. */
struct part {
	struct strbuf payload, bytes;
	struct record record;
};

static void fill_part(
	struct part *part, struct engine_item *item, const struct erased *places, size_t count)
{
	part->payload = strbuf_heap(RECORD_BYTES_MAX);
	part->bytes = strbuf_heap(RECORD_BYTES_MAX);
	erasure_write(places, count, &part->payload);
	part->record =
		(struct record){ .kind = RECORD_ERASURE, .payload = strbuf_str(&part->payload) };
	record_encode(&part->record, &part->bytes);
	ASSERT(strbuf_ok(&part->bytes));
	*item = (struct engine_item){ .record = &part->record, .bytes = strbuf_str(&part->bytes) };
}

/* All in one batch: a crash must not leave half a customer, whose other half nobody would find. */
static err write_erasure(
	struct engine *engine, const struct places *places, uint64_t *seq, struct why *why)
{
	size_t count = (places->count + PLACES_PER_RECORD - 1) / PLACES_PER_RECORD;
	struct part *parts = memory_alloc((count + 1) * sizeof(*parts));
	struct engine_item *items = memory_alloc((count + 1) * sizeof(*items));
	err e = OK;

	for (size_t i = 0; i < count; i++) {
		size_t at = i * PLACES_PER_RECORD;
		fill_part(&parts[i], &items[i], places->items + at,
			MIN_OF(places->count - at, (size_t)PLACES_PER_RECORD));
	}
	if (count > 0)
		e = engine_write(engine, items, count, why);
	if (e == OK && count > 0)
		*seq = items[count - 1].seq;
	for (size_t i = 0; i < count; i++) {
		strbuf_done(&parts[i].payload);
		strbuf_done(&parts[i].bytes);
	}
	free(parts);
	free(items);
	return e;
}

static err erase_places(struct engine *engine, struct places *places, struct erasure_result *result,
	struct why *why)
{
	struct why too_many = { 0 };
	uint64_t seq = 0;

	if (engine->erasures.count >= ERASURES_WAITING_MAX)
		return fail(why, MSG_ERASURES_WAIT, arg_int((int64_t)ERASURES_WAITING_MAX));
	sort_places(places);
	err e = find_keys(engine, places, why);
	if (e == OK) /* so that marking cannot fail; more than fit are marked in several goes */
		e = dedup_reserve(engine->dedup, places->count, &too_many);
	if (e != OK && e != ERR_LIMIT && why != NULL)
		*why = too_many;
	if (e == OK || e == ERR_LIMIT)
		e = write_erasure(engine, places, &seq, why);
	if (e == OK)
		e = mark_known(engine, places, why);
	if (e != OK)
		return e;
	result->records = places->count;
	result->seq = seq;
	return OK;
}

static err erase_found(struct engine *engine, struct places *places, uint64_t events_before,
	struct erasure_result *result, struct why *why)
{
	err e = engine->failed ? fail(why, MSG_ENGINE_FAILED)
			       : erase_places(engine, places, result, why);

	if (e != OK)
		return e;
	AUTO_SNAPSHOT after = engine_snapshot(engine);
	result->events = events_before - threads_view_events(snapshot_threads(after));
	return OK;
}

err engine_erase_customer(
	struct engine *engine, str type_value, struct erasure_result *result, struct why *why)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(engine);
	const struct identity_view *identity = snapshot_identity(snapshot);
	uint32_t identifier = identity_find(identity, type_value);
	struct places places = { 0 };

	if (identifier == IDENTITY_NO_CODE)
		return fail(why, MSG_IDENTIFIER_UNKNOWN, arg_str(type_value));
	uint8_t *wanted = memory_alloc((size_t)identity_identifier_count(identity) + 1);
	uint32_t customer = identity_customer_of(identity, identifier), member = identifier;
	wanted[identifier] = 1; /* alone, if only hidden records name it */
	if (customer != CUSTOMER_NONE)
		for (uint32_t left = identity_customer(identity, customer)->members; left > 0;
			left--) {
			wanted[member] = 1;
			member = identity_next_member(identity, member);
		}
	find_rows(snapshot_threads(snapshot), wanted, &places);
	err e = find_decisions(engine, identity, wanted, &places, why);
	free(wanted);
	if (e == OK)
		e = erase_found(engine, &places, threads_view_events(snapshot_threads(snapshot)),
			result, why);
	free(places.items);
	return e;
}

err engine_erase_event(struct engine *engine, str source, str message_id,
	struct erasure_result *result, struct why *why)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(engine);
	const struct threads_view *view = snapshot_threads(snapshot);
	struct places places = { 0 };
	uint64_t seq;
	err e = engine_find(engine, source, message_id, &seq, why);

	if (e != OK)
		return e;
	for (uint32_t row = 0; row < threads_view_rows(view); row++) {
		struct row r = threads_view_row(view, row);
		if (r.origin == seq)
			note(&places, r.seq);
	}
	if (places.count == 0) /* a decision: those are forgotten, or go with their customer */
		e = fail(why, MSG_EVENT_UNKNOWN, arg_str(source), arg_str(message_id));
	else
		e = erase_found(engine, &places, threads_view_events(view), result, why);
	free(places.items);
	return e;
}
