/* journal/cache.c - see cache.h */
#include "journal/cache.h"

#include <pthread.h>
#include <stdlib.h>

struct block_cache {
	pthread_mutex_t lock; /* all that follows, and the counts in the blocks */
	struct cached_block *blocks[BLOCK_CACHE_BLOCKS_MAX]; /* the first `count` */
	size_t count, bytes;
	uint64_t clock;
};

struct block_cache *block_cache_create(void)
{
	struct block_cache *cache = memory_alloc(sizeof(*cache));

	ASSERT(pthread_mutex_init(&cache->lock, NULL) == 0);
	return cache;
}

static void unref(struct cached_block *block)
{
	if (--block->refs > 0)
		return;
	arena_free(block->arena);
	free(block);
}

static void drop(struct block_cache *cache, size_t i)
{
	struct cached_block *block = cache->blocks[i];

	cache->bytes -= arena_taken(block->arena);
	cache->blocks[i] = cache->blocks[--cache->count];
	unref(block);
}

void block_cache_free(struct block_cache *cache)
{
	while (cache->count > 0)
		drop(cache, 0);
	ASSERT(pthread_mutex_destroy(&cache->lock) == 0);
	free(cache);
}

static struct cached_block *find(struct block_cache *cache, uint64_t segment_id, size_t block)
{
	for (size_t i = 0; i < cache->count; i++) {
		struct cached_block *b = cache->blocks[i];
		if (b->segment_id == segment_id && b->block == block) {
			b->used = ++cache->clock;
			b->refs++;
			return b;
		}
	}
	return NULL;
}

struct cached_block *block_cache_find(struct block_cache *cache, uint64_t segment_id, size_t block)
{
	(void)pthread_mutex_lock(&cache->lock); /* fails only when misused */
	struct cached_block *found = find(cache, segment_id, block);
	(void)pthread_mutex_unlock(&cache->lock);
	return found;
}

static void make_room(struct block_cache *cache, size_t bytes)
{
	while (cache->count > 0 && (cache->count == BLOCK_CACHE_BLOCKS_MAX ||
					   cache->bytes + bytes > BLOCK_CACHE_BYTES_MAX)) {
		size_t oldest = 0;
		for (size_t i = 1; i < cache->count; i++)
			if (cache->blocks[i]->used < cache->blocks[oldest]->used)
				oldest = i;
		drop(cache, oldest);
	}
}

struct cached_block *block_cache_add(struct block_cache *cache, uint64_t segment_id, size_t block,
	struct arena *arena, struct sealed_record *records)
{
	(void)pthread_mutex_lock(&cache->lock); /* fails only when misused */
	struct cached_block *there = find(cache, segment_id, block);
	if (there != NULL) { /* another thread was quicker */
		arena_free(arena);
	} else {
		there = memory_alloc(sizeof(*there));
		make_room(cache, arena_taken(arena));
		*there = (struct cached_block){ .arena = arena,
			.records = records,
			.segment_id = segment_id,
			.block = block,
			.refs = 2,
			.used = ++cache->clock };
		cache->blocks[cache->count++] = there;
		cache->bytes += arena_taken(arena);
	}
	(void)pthread_mutex_unlock(&cache->lock);
	return there;
}

void block_cache_leave(struct block_cache *cache, struct cached_block *block)
{
	(void)pthread_mutex_lock(&cache->lock); /* fails only when misused */
	unref(block);
	(void)pthread_mutex_unlock(&cache->lock);
}

void block_cache_forget(struct block_cache *cache, uint64_t segment_id)
{
	(void)pthread_mutex_lock(&cache->lock); /* fails only when misused */
	for (size_t i = cache->count; i > 0; i--)
		if (cache->blocks[i - 1]->segment_id == segment_id)
			drop(cache, i - 1);
	(void)pthread_mutex_unlock(&cache->lock);
}
