/* engine/erase.h - making events and people vanish.
 *
 * An ERASURE record makes them invisible at once: durable, replayed like any other.  Its payload
 * names the places, and for each the keyed hash of its message, so that a redelivery is answered
 * `erased` and brings nobody back:
 *
 *   varint count, then for each, ascending:
 *     varint  sequence, less the one before (the first: itself)
 *     1 byte  1 if a key follows
 *     [16 bytes] high, low: the key of dedup.h, little-endian
 *
 * The bytes vanish later: erasing.h.
 */
#pragma once

#include "base/varint.h"
#include "engine/engine.h"

struct erased {
	uint64_t seq;
	struct dedup_key key;
	bool has_key;
};

struct erasure_reader {
	struct reader in;
	uint64_t left, seq;
};
struct erasure_reader erasure_reader_of(str payload);
bool erasure_next(struct erasure_reader *reader, struct erased *out); /* false at the end */
void erasure_write(const struct erased *items, size_t count, struct strbuf *out);

struct erasure_result {
	uint64_t events; /* visible ones */
	uint64_t records; /* places emptied: former versions, entities and decisions included */
	uint64_t seq; /* of the ERASURE record */
};

/* Erases a customer: every event, entity and decision that carries one of the identifiers of the
 * customer whom `type_value` belongs to now, all versions of each.  ERR_NOT_FOUND: unknown. */
err engine_erase_customer(
	struct engine *engine, str type_value, struct erasure_result *result, struct why *why);
/* The same in two steps: the plan, which takes as long as looking through everything, by any
 * thread, on a snapshot; then what is left to do in the writer's place, which is to look at what
 * came since. `has_decision`: engine_has_decision(), asked before in the writer's place. */
struct erasure_plan;
bool engine_has_decision(struct engine *engine, const struct snapshot *snapshot, str type_value);
err engine_plan_customer(struct engine *engine, const struct snapshot *snapshot, str type_value,
	bool has_decision, struct erasure_plan **out, struct why *why);
/* Of events, by the sequences of all their versions. */
err engine_plan_events(struct engine *engine, const struct snapshot *snapshot, const uint64_t *seqs,
	size_t count, struct erasure_plan **out, struct why *why);
err engine_erase_planned(struct engine *engine, struct erasure_plan *plan,
	struct erasure_result *result, struct why *why);
void erasure_plan_free(struct erasure_plan *plan); /* NULL is fine */

/* Erases one event, all versions. */
err engine_erase_event(struct engine *engine, str source, str message_id,
	struct erasure_result *result, struct why *why);
