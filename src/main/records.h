/* main/records.h - the records of a snapshot, one after the other, for writers of formats.
 *
 *   by sequence   in the order in which they came: CSV, JSON lines, OCEL
 *   by customer   each customer's thread, customers in the order of their first event: XES
 *
 * Only what is there: hidden versions are left out, a correction comes out as the EVENT that it
 * is now, entities and decisions come first (by customer) or in their place (by sequence).
 */
#pragma once

#include "engine/engine.h"
#include "exchange/stream.h"

enum records_order { BY_SEQUENCE, BY_CUSTOMER };

struct records;

/* Both must outlive it. */
struct records *records_open(struct engine *engine, const struct snapshot *snapshot,
	const uint64_t *decisions, size_t decision_count, enum records_order order);
void records_close(struct records *records); /* NULL is fine */
struct record_source *records_source(struct records *records);
uint64_t records_count(const struct records *records); /* given since the last rewind */
