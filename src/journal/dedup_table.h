/* journal/dedup_table.h - the new entries, in memory: a hash table whose slots are in key order.
 *
 * A key's home is the part of the table where its high half falls; collisions go to the
 * slots behind, kept sorted (ordered linear probing, Amble and Knuth 1974).  So a look-up of an
 * unknown key stops early, and walking the slots gives the entries sorted: a run is written
 * without sorting.  There is no wrap-around: behind the homes lies a tail, which grows.
 */
#pragma once

#include "journal/dedup_entry.h"

struct dedup_table {
	uint8_t *slots; /* of DEDUP_ENTRY_BYTES */
	size_t homes, size; /* homes <= size slots */
	size_t count;
	size_t homes_wanted; /* grown to in steps, and past only if it must */
	size_t homes_first; /* the first step */
};

/* Made for `count_max` entries, of which `count_soon` are expected at once; takes no memory yet. */
void dedup_table_init(struct dedup_table *table, size_t count_max, size_t count_soon);
void dedup_table_done(struct dedup_table *table); /* empty again, without memory */
void dedup_table_clear(struct dedup_table *table); /* empty again, its memory kept */
size_t dedup_table_bytes(const struct dedup_table *table);

/* NULL: not there.  Valid until the next put. */
const uint8_t *dedup_table_find(const struct dedup_table *table, struct dedup_key key);
void dedup_table_put(struct dedup_table *table, const struct dedup_entry *entry);

/* The first entry at or after slot *at, in key order; NULL at the end.  Moves *at behind it. */
const uint8_t *dedup_table_next(const struct dedup_table *table, size_t *at);

static inline void dedup_table_prefetch(const struct dedup_table *table, struct dedup_key key)
{
	if (table->count == 0)
		return;
	const uint8_t *home = table->slots + part_of(key.high, table->homes) * DEDUP_ENTRY_BYTES;
	PREFETCH(home);
	PREFETCH(home + 64); /* a cluster is a line long, and rarely begins with one */
}
