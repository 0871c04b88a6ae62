/* journal/cache.h - sealed blocks that were read lately, unsealed: for reads one by one.
 *
 * Bounded in bytes; the least recently used goes first.  A block that someone reads stays until
 * he leaves it.  Any number of threads; the lock is a leaf and is not held while unsealing.
 */
#pragma once

#include "journal/sealed.h"

enum { BLOCK_CACHE_BYTES_MAX = 32 << 20, BLOCK_CACHE_BLOCKS_MAX = 64 };

struct block_cache;
struct cached_block {
	struct arena *arena;
	struct sealed_record *records;
	uint64_t segment_id;
	size_t block;
	size_t refs; /* the cache's own among them */
	uint64_t used; /* when, by the cache's count of reads */
};

struct block_cache *block_cache_create(void);
void block_cache_free(struct block_cache *cache); /* nobody reads any more */

/* The block, with one reference for the caller; NULL if it is not here. */
struct cached_block *block_cache_find(struct block_cache *cache, uint64_t segment_id, size_t block);
/* Puts one in and returns it with a reference; the cache now owns the arena. */
struct cached_block *block_cache_add(struct block_cache *cache, uint64_t segment_id, size_t block,
	struct arena *arena, struct sealed_record *records);
void block_cache_leave(struct block_cache *cache, struct cached_block *block);
void block_cache_forget(struct block_cache *cache, uint64_t segment_id); /* it was replaced */
