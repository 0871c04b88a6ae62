/* engine/erase.c - see erase.h */
#include "engine/erase.h"

#include "base/crc32c.h"
#include "engine/engine_internal.h"
#include "engine/places.h"
#include "engine/recount.h"
#include "event/codec.h"

#include <stdlib.h>

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
	str bytes = strbuf_str(&part->bytes);
	*item = (struct engine_item){
		.record = &part->record, .bytes = bytes, .check = crc32c(0, bytes)
	};
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
	err e = OK;
	if (places->count >
		0) /* so that marking cannot fail; more than fit are marked in several goes */
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

/* ---- planned beside, done in the writer's place */

struct erasure_plan {
	struct places places; /* sorted, with their keys */
	uint64_t end_seq; /* all records below were looked at */
	str type_value; /* of a customer, on the heap; "": of events */
	uint8_t *wanted; /* of a customer: his identifiers at that moment ... */
	uint32_t members; /* ... and how many, 0: he was nobody's */
};

void erasure_plan_free(struct erasure_plan *plan)
{
	if (plan == NULL)
		return;
	places_done(&plan->places);
	free(plan->wanted);
	free((void *)(uintptr_t)plan->type_value.ptr);
	free(plan);
}

static struct erasure_plan *plan_create(const struct snapshot *snapshot, str type_value)
{
	struct erasure_plan *plan = memory_alloc(sizeof(*plan));
	char *copy = memory_alloc(type_value.len + 1);

	if (type_value.len > 0)
		memcpy(copy, type_value.ptr, type_value.len);
	plan->type_value = (str){ copy, type_value.len };
	plan->end_seq = snapshot_end_seq(snapshot);
	return plan;
}

static uint32_t members_of(const struct identity_view *identity, uint32_t identifier)
{
	uint32_t customer = identity_customer_of(identity, identifier);

	return customer == CUSTOMER_NONE ? 0 : identity_customer(identity, customer)->members;
}

err engine_plan_customer(struct engine *engine, const struct snapshot *snapshot, str type_value,
	bool has_decision, struct erasure_plan **out, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(snapshot);
	uint32_t identifier = identity_find(identity, type_value);
	err e = OK;

	if (identifier == IDENTITY_NO_CODE)
		return fail(why, MSG_IDENTIFIER_UNKNOWN, arg_str(type_value));
	struct erasure_plan *plan = plan_create(snapshot, type_value);
	plan->wanted = places_wanted(identity, identifier);
	plan->members = members_of(identity, identifier);
	places_find_rows(snapshot_threads(snapshot), plan->wanted, &plan->places);
	if (has_decision)
		e = places_find_decisions(engine, identity, plan->wanted, 1, &plan->places, why);
	places_sort(&plan->places);
	if (e == OK)
		e = places_find_keys(engine, &plan->places, why);
	if (e == OK)
		*out = plan;
	else
		erasure_plan_free(plan);
	return e;
}

err engine_plan_events(struct engine *engine, const struct snapshot *snapshot, const uint64_t *seqs,
	size_t count, struct erasure_plan **out, struct why *why)
{
	struct erasure_plan *plan = plan_create(snapshot, STR(""));

	for (size_t i = 0; i < count; i++)
		places_note(&plan->places, seqs[i]);
	places_sort(&plan->places);
	err e = places_find_keys(engine, &plan->places, why);
	if (e == OK)
		*out = plan;
	else
		erasure_plan_free(plan);
	return e;
}

static bool holds(const struct places *places, uint64_t seq)
{
	size_t low = 0, high = places->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (places->items[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < places->count && places->items[low].seq == seq;
}

static bool is_his(const struct erasure_plan *plan, const struct identity_view *identity,
	const struct row *row, const uint8_t *wanted)
{
	return holds(&plan->places, row->origin) ||
	       (wanted != NULL && places_set_names(identity, row->set, wanted));
}

/* What came since the plan was made, and is his too.  *again: a version of before it belongs to
 * him now, so that all must be looked through. */
static void find_since(const struct erasure_plan *plan, const struct snapshot *now,
	const uint8_t *wanted, struct places *out, bool *again)
{
	const struct threads_view *view = snapshot_threads(now);
	size_t rows = threads_view_rows(view), row = rows;

	while (row > 0 && threads_view_seq(view, (uint32_t)row - 1) >= plan->end_seq)
		row--;
	for (; row < rows; row++) {
		struct row r = threads_view_row(view, (uint32_t)row);
		if (!is_his(plan, threads_view_identity(view), &r, wanted))
			continue;
		places_note(out, r.seq);
		*again |= r.origin < plan->end_seq && !holds(&plan->places, r.origin);
	}
}

/* Who was joined to him meanwhile, or parted from him, has rows of before that are (not) his. */
static bool is_same_customer(
	const struct erasure_plan *plan, const struct identity_view *identity, uint32_t identifier)
{
	uint32_t customer = identity_customer_of(identity, identifier), member = identifier;

	if (members_of(identity, identifier) != plan->members)
		return false;
	for (uint32_t left = customer == CUSTOMER_NONE ? 0 : plan->members; left > 0; left--) {
		if (!plan->wanted[member])
			return false;
		member = identity_next_member(identity, member);
	}
	return true;
}

static err erase_all(struct engine *engine, struct places *places, uint64_t events_before,
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

static err add_places(
	struct engine *engine, struct places *to, struct places *more, struct why *why)
{
	places_sort(more);
	err e = places_find_keys(engine, more, why);

	for (size_t i = 0; e == OK && i < more->count; i++) {
		places_note(to, more->items[i].seq);
		to->items[to->count - 1] = more->items[i];
	}
	places_sort(to);
	return e;
}

static err again_in_place(struct engine *engine, const struct erasure_plan *old,
	struct erasure_result *result, struct why *why)
{
	return engine_erase_customer(engine, old->type_value, result, why);
}

err engine_erase_planned(struct engine *engine, struct erasure_plan *plan,
	struct erasure_result *result, struct why *why)
{
	engine_recount_now(
		engine); /* what is erased does not come back: whose it is must be sure */
	AUTO_SNAPSHOT now = engine_snapshot(engine);
	const struct identity_view *identity = snapshot_identity(now);
	struct places since = { 0 };
	bool again = false;
	err e = OK;

	if (plan->type_value.len > 0) {
		uint32_t identifier = identity_find(identity, plan->type_value);
		if (identifier == IDENTITY_NO_CODE || !is_same_customer(plan, identity, identifier))
			return again_in_place(engine, plan, result, why);
	}
	find_since(plan, now, plan->wanted, &since, &again);
	if (plan->wanted != NULL)
		e = places_find_decisions(
			engine, identity, plan->wanted, plan->end_seq, &since, why);
	if (e == OK && again && plan->wanted != NULL) {
		places_done(&since);
		return again_in_place(engine, plan, result, why);
	}
	if (e == OK)
		e = add_places(engine, &plan->places, &since, why);
	places_done(&since);
	if (e == OK)
		e = erase_all(engine, &plan->places, threads_view_events(snapshot_threads(now)),
			result, why);
	return e;
}

bool engine_has_decision(struct engine *engine, const struct snapshot *snapshot, str type_value)
{
	const struct identity_view *identity = snapshot_identity(snapshot);
	uint32_t identifier = identity_find(identity, type_value);

	if (identifier == IDENTITY_NO_CODE)
		return false;
	uint8_t *wanted = places_wanted(identity, identifier);
	bool has = places_has_decision(engine, wanted);
	free(wanted);
	return has;
}

err engine_erase_customer(
	struct engine *engine, str type_value, struct erasure_result *result, struct why *why)
{
	engine_recount_now(engine); /* as in engine_erase_planned() */
	AUTO_SNAPSHOT snapshot = engine_snapshot(engine);
	struct erasure_plan *plan = NULL;
	err e = engine_plan_customer(engine, snapshot, type_value,
		engine_has_decision(engine, snapshot, type_value), &plan, why);

	if (e == OK)
		e = erase_all(engine, &plan->places,
			threads_view_events(snapshot_threads(snapshot)), result, why);
	erasure_plan_free(plan);
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
			places_note(&places, r.seq);
	}
	places_sort(&places);
	if (places.count == 0) /* a decision: those are forgotten, or go with their customer */
		e = fail(why, MSG_EVENT_UNKNOWN, arg_str(source), arg_str(message_id));
	if (e == OK)
		e = places_find_keys(engine, &places, why);
	if (e == OK)
		e = erase_all(engine, &places, threads_view_events(view), result, why);
	places_done(&places);
	return e;
}
