/* journal/dedup_lists.h - the new entries, in memory: lists by the highest bits of the key.
 *
 * An entry goes to the end of its list: as many places are written to as there are lists, and they
 * stay in the caches.  A list stands in blocks of a pool, and the entries of one that is full
 * never move.
 *
 *   list 0   | block | block | block ..|        key.high below 1/n of all
 *   list 1   | block | block ...|               the next part
 *   ...
 *
 * Nobody sorts before a list is written: it is short enough for the second cache then.  Nor is
 * anything sought by its key, until somebody asks: a few times all of a list is looked through,
 * then it gets an index, a hash table of places, which is brought up to date whenever it is asked
 * again. Where a filter answers for nearly all that is new (dedup_filter.h), few lists ever have
 * one.
 *
 * Threads: one at a time, but for the pool, which many share, and: dedup_lists_find() changes
 * indexes alone, and may run beside dedup_lists_rank().
 */
#pragma once

#include "journal/dedup_entry.h"

#include <pthread.h>

enum {
	LIST_BLOCK_BYTES = 4096,
	LIST_BLOCK_ENTRIES = LIST_BLOCK_BYTES / DEDUP_ENTRY_BYTES,
	LIST_ENTRIES_USUAL = 4096, /* of a full one: these, and what sorts them, fit the cache */
	LISTS_MAX = 512, /* more lines at once would not stay in the first cache */
};

/* The memory of lists: blocks that are free.  It keeps what it once had until no list has any. */
struct dedup_pool {
	pthread_mutex_t lock; /* a leaf: all below */
	uint8_t *free; /* each begins with the address of the next one */
	uint8_t **chunks; /* of memory_alloc_lines() */
	size_t chunk_count, block_count, used_count;
	uint8_t *fresh; /* of the last chunk: not handed out yet */
	size_t fresh_count;
};
void dedup_pool_init(struct dedup_pool *pool);
void dedup_pool_done(struct dedup_pool *pool); /* all lists were done */
size_t dedup_pool_bytes(struct dedup_pool *pool);

struct dedup_list;

struct dedup_lists {
	struct dedup_pool *pool;
	struct dedup_list *lists; /* NULL: no entry yet */
	size_t list_count;
	size_t count; /* entries */
	size_t index_bytes;
};

/* Made for some `count_max` entries; takes no memory before the first one. */
void dedup_lists_init(struct dedup_lists *lists, struct dedup_pool *pool, size_t count_max);
void dedup_lists_done(struct dedup_lists *lists); /* empty again, its blocks back in the pool */
size_t dedup_lists_bytes(const struct dedup_lists *lists); /* without the pool's */

/* NULL: not there.  Valid, and as it is, until it is put again. */
const uint8_t *dedup_lists_find(struct dedup_lists *lists, struct dedup_key key);
void dedup_lists_prefetch(const struct dedup_lists *lists, struct dedup_key key); /* to find it */
/* Adds, or replaces the entry of the same key. */
void dedup_lists_put(struct dedup_lists *lists, const struct dedup_entry *entry);
void dedup_lists_ask(const struct dedup_lists *lists, struct dedup_key key); /* to append it */
/* Adds; the key is not there. */
void dedup_lists_append(struct dedup_lists *lists, const struct dedup_entry *entry);

/* Room for the entries of one list in order. */
struct dedup_ranking {
	struct dedup_ranked *entries;
	size_t count, room;
	uint32_t *starts;
};
/* The entries of list `i` in the order of their keys: they lie where they lay.  Lists follow one
 * another in that order, too. */
void dedup_lists_rank(const struct dedup_lists *lists, size_t i, struct dedup_ranking *ranking);
void dedup_ranking_done(struct dedup_ranking *ranking);
