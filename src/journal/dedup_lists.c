/* journal/dedup_lists.c - see dedup_lists.h */
#include "journal/dedup_lists.h"

#include "base/arena.h"

#include <stdlib.h>

enum { LINE_BYTES = 64 }; /* of the processor's caches */
enum {
	CHUNK_BLOCKS_FIRST = 4,
	CHUNK_BLOCKS_MAX = 256, /* 1 MiB: small pages, which were lately used by somebody */
	BLOCKS_FIRST = 4,
	PLACES_FIRST = 32,
	LOOKS_MAX = 8 /* so many cost less than to make places for all entries */
};

struct dedup_list {
	uint8_t *next, *end; /* where the next entry goes, and where the last block is full */
	uint8_t **blocks;
	uint32_t block_count, block_cap;
	uint32_t looks; /* through all entries, before there were places */
	uint32_t indexed; /* entries that places[] knows, from the first one on */
	uint32_t place_count; /* a power of two, at least twice `indexed` */
	uint32_t *places; /* 1 + which entry of the list; 0: none */
};

/* ---- the pool */

void dedup_pool_init(struct dedup_pool *pool)
{
	*pool = (struct dedup_pool){ 0 };
	(void)pthread_mutex_init(&pool->lock, NULL); /* cannot fail without attributes */
}

static void free_chunks(struct dedup_pool *pool)
{
	for (size_t i = 0; i < pool->chunk_count; i++)
		memory_free_lines(pool->chunks[i]);
	free(pool->chunks);
	pool->chunks = NULL;
	pool->free = pool->fresh = NULL;
	pool->chunk_count = pool->block_count = pool->fresh_count = 0;
}

void dedup_pool_done(struct dedup_pool *pool)
{
	free_chunks(pool);
	(void)pthread_mutex_destroy(&pool->lock); /* nobody holds it */
}

size_t dedup_pool_bytes(struct dedup_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	size_t bytes = pool->block_count * LIST_BLOCK_BYTES;
	pthread_mutex_unlock(&pool->lock);
	return bytes;
}

/* As many as there are, so that chunks are few and little is unused. */
static void add_chunk(struct dedup_pool *pool)
{
	size_t blocks = MIN_OF(
		MAX_OF(pool->block_count, (size_t)CHUNK_BLOCKS_FIRST), (size_t)CHUNK_BLOCKS_MAX);

	pool->chunks = memory_resize(pool->chunks, (pool->chunk_count + 1) * sizeof(*pool->chunks));
	pool->fresh = memory_alloc_lines(blocks * LIST_BLOCK_BYTES);
	if (blocks == CHUNK_BLOCKS_MAX)
		memory_populate(pool->fresh, blocks * LIST_BLOCK_BYTES);
	pool->chunks[pool->chunk_count++] = pool->fresh;
	pool->block_count += blocks;
	pool->fresh_count = blocks;
}

static uint8_t *take_block(struct dedup_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	uint8_t *block = pool->free;
	if (block != NULL) {
		memcpy(&pool->free, block, sizeof(pool->free));
	} else {
		if (pool->fresh_count == 0)
			add_chunk(pool);
		block = pool->fresh;
		pool->fresh += LIST_BLOCK_BYTES;
		pool->fresh_count--;
	}
	pool->used_count++;
	pthread_mutex_unlock(&pool->lock);
	return block;
}

static void give_back(struct dedup_pool *pool, uint8_t *const *blocks, size_t count)
{
	pthread_mutex_lock(&pool->lock);
	pool->used_count -= count;
	for (size_t i = 0; i < count; i++) {
		memcpy(blocks[i], &pool->free, sizeof(pool->free));
		pool->free = blocks[i];
	}
	if (pool->used_count == 0)
		free_chunks(pool);
	pthread_mutex_unlock(&pool->lock);
}

/* ---- lists */

void dedup_lists_init(struct dedup_lists *lists, struct dedup_pool *pool, size_t count_max)
{
	size_t wanted = count_max / LIST_ENTRIES_USUAL;

	*lists = (struct dedup_lists){ .pool = pool,
		.list_count = MIN_OF(MAX_OF(wanted, (size_t)1), (size_t)LISTS_MAX) };
}

void dedup_lists_done(struct dedup_lists *lists)
{
	for (size_t i = 0; lists->lists != NULL && i < lists->list_count; i++) {
		struct dedup_list *list = &lists->lists[i];
		give_back(lists->pool, list->blocks, list->block_count);
		free(list->blocks);
		free(list->places);
	}
	free(lists->lists);
	*lists = (struct dedup_lists){ .pool = lists->pool, .list_count = lists->list_count };
}

size_t dedup_lists_bytes(const struct dedup_lists *lists)
{
	size_t bytes = lists->lists == NULL ? 0 : lists->list_count * sizeof(*lists->lists);

	return bytes + lists->index_bytes;
}

static struct dedup_list *list_of(const struct dedup_lists *lists, struct dedup_key key)
{
	return &lists->lists[part_of(key.high, lists->list_count)];
}

static uint8_t *entry_at(const struct dedup_list *list, uint32_t i)
{
	return list->blocks[i / LIST_BLOCK_ENTRIES] +
	       (size_t)(i % LIST_BLOCK_ENTRIES) * DEDUP_ENTRY_BYTES;
}

static uint32_t count_of(const struct dedup_list *list)
{
	uint32_t room = (uint32_t)(list->end - list->next) / DEDUP_ENTRY_BYTES;

	return list->block_count * LIST_BLOCK_ENTRIES - room;
}

/* Rare; and apart, lest whoever calls it save registers each time. */
__attribute__((noinline)) static void add_block(struct dedup_lists *lists, struct dedup_list *list)
{
	if (list->block_count == list->block_cap) {
		list->block_cap = MAX_OF(list->block_cap * 2, (uint32_t)BLOCKS_FIRST);
		list->blocks = memory_resize(list->blocks, list->block_cap * sizeof(*list->blocks));
	}
	list->next = take_block(lists->pool);
	list->end = list->next + (size_t)LIST_BLOCK_ENTRIES * DEDUP_ENTRY_BYTES;
	list->blocks[list->block_count++] = list->next;
}

void dedup_lists_append(struct dedup_lists *lists, const struct dedup_entry *entry)
{
	if (lists->lists == NULL)
		lists->lists = memory_alloc(lists->list_count * sizeof(*lists->lists));
	struct dedup_list *list = list_of(lists, entry->key);
	if (list->next == list->end)
		add_block(lists, list);
	entry_store(list->next, entry);
	list->next += DEDUP_ENTRY_BYTES;
	PREFETCH_TO_CHANGE(list->next + LINE_BYTES); /* long before it is written to */
	lists->count++;
}

/* ---- finding */

static uint32_t first_place(const struct dedup_list *list, struct dedup_key key)
{
	return (uint32_t)key.low & (list->place_count - 1); /* a keyed hash: as good as chance */
}

/* Which keys differ is known: no entry is looked at but this one. */
static void add_place(struct dedup_list *list, uint32_t i)
{
	uint32_t at = first_place(list, entry_key(entry_at(list, i)));

	while (list->places[at] != 0)
		at = (at + 1) & (list->place_count - 1);
	list->places[at] = i + 1;
}

static void make_places(struct dedup_lists *lists, struct dedup_list *list)
{
	uint32_t count = MAX_OF(list->place_count, (uint32_t)PLACES_FIRST);

	while (count / 2 < count_of(list))
		count *= 2;
	free(list->places);
	list->places = memory_alloc(count * sizeof(*list->places));
	lists->index_bytes += (count - list->place_count) * sizeof(*list->places);
	list->place_count = count;
	list->indexed = 0;
}

static void bring_up_to_date(struct dedup_lists *lists, struct dedup_list *list)
{
	uint32_t count = count_of(list);

	if (count > list->place_count / 2)
		make_places(lists, list);
	while (list->indexed < count)
		add_place(list, list->indexed++);
}

/* Entry after entry, the newest block first. */
static uint8_t *look_through(const struct dedup_list *list, struct dedup_key key)
{
	const uint8_t *end = list->next;

	for (uint32_t b = list->block_count; b-- > 0;) {
		uint8_t *entry = list->blocks[b];
		for (; entry < end; entry += DEDUP_ENTRY_BYTES)
			if (load_u64(entry) == key.high && key_compare(entry_key(entry), key) == 0)
				return entry;
		if (b > 0)
			end = list->blocks[b - 1] + (size_t)LIST_BLOCK_ENTRIES * DEDUP_ENTRY_BYTES;
	}
	return NULL;
}

static uint8_t *find(struct dedup_lists *lists, struct dedup_key key)
{
	if (lists->count == 0)
		return NULL;
	struct dedup_list *list = list_of(lists, key);
	if (list->block_count == 0)
		return NULL;
	if (list->place_count == 0 && list->looks < LOOKS_MAX) {
		list->looks++;
		return look_through(list, key);
	}
	bring_up_to_date(lists, list);
	for (uint32_t at = first_place(list, key); list->places[at] != 0;
		at = (at + 1) & (list->place_count - 1)) {
		uint8_t *entry = entry_at(list, list->places[at] - 1);
		if (key_compare(entry_key(entry), key) == 0)
			return entry;
	}
	return NULL;
}

const uint8_t *dedup_lists_find(struct dedup_lists *lists, struct dedup_key key)
{
	return find(lists, key);
}

void dedup_lists_prefetch(const struct dedup_lists *lists, struct dedup_key key)
{
	if (lists->lists == NULL)
		return;
	const struct dedup_list *list = list_of(lists, key);
	if (list->places != NULL)
		PREFETCH(&list->places[first_place(list, key)]);
}

void dedup_lists_ask(const struct dedup_lists *lists, struct dedup_key key)
{
	if (lists->lists != NULL)
		PREFETCH_TO_CHANGE(list_of(lists, key)->next);
}

void dedup_lists_put(struct dedup_lists *lists, const struct dedup_entry *entry)
{
	uint8_t *there = find(lists, entry->key);

	if (there != NULL)
		entry_store(there, entry);
	else
		dedup_lists_append(lists, entry);
}

/* ---- in order */

static void make_room(struct dedup_ranking *ranking, size_t count)
{
	if (count <= ranking->room)
		return;
	dedup_ranking_done(ranking);
	ranking->room = count + count / 4; /* the next list is about as long */
	ranking->entries = memory_resize(NULL, ranking->room * sizeof(*ranking->entries));
	ranking->starts = memory_resize(NULL, ranking->room * sizeof(*ranking->starts));
}

void dedup_ranking_done(struct dedup_ranking *ranking)
{
	free(ranking->entries);
	free(ranking->starts);
	*ranking = (struct dedup_ranking){ 0 };
}

/* Where in its list, which has `count` entries, a uniform key would stand. */
static size_t rank_of(const struct dedup_lists *lists, uint64_t high, size_t count)
{
	return (size_t)part_of(high * lists->list_count, count); /* without its list's own bits */
}

static void count_starts(const struct dedup_lists *lists, const struct dedup_list *list,
	uint32_t count, uint32_t *starts)
{
	uint32_t before = 0;

	memset(starts, 0, count * sizeof(*starts));
	for (uint32_t b = 0, left = count; left > 0; b++) {
		uint32_t in = MIN_OF(left, (uint32_t)LIST_BLOCK_ENTRIES);
		const uint8_t *entry = list->blocks[b];
		for (uint32_t i = 0; i < in; i++, entry += DEDUP_ENTRY_BYTES)
			starts[rank_of(lists, load_u64(entry), count)]++;
		left -= in;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t here = starts[i];
		starts[i] = before;
		before += here;
	}
}

static void spread(const struct dedup_lists *lists, const struct dedup_list *list, uint32_t count,
	uint32_t *starts, struct dedup_ranked *to)
{
	for (uint32_t b = 0, left = count; left > 0; b++) {
		uint32_t in = MIN_OF(left, (uint32_t)LIST_BLOCK_ENTRIES);
		const uint8_t *entry = list->blocks[b];
		for (uint32_t i = 0; i < in; i++, entry += DEDUP_ENTRY_BYTES) {
			uint64_t high = load_u64(entry);
			size_t rank = rank_of(lists, high, count);
			to[starts[rank]++] = (struct dedup_ranked){ high, entry };
		}
		left -= in;
	}
}

static bool is_before(struct dedup_ranked a, struct dedup_ranked b)
{
	return a.high != b.high ? a.high < b.high
				: load_u64(a.bytes + DEDUP_ENTRY_LOW_AT) <
					  load_u64(b.bytes + DEDUP_ENTRY_LOW_AT);
}

/* Nearly all stand in their places, or one beside. */
static void settle(struct dedup_ranked *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct dedup_ranked entry = entries[i];
		size_t at = i;
		for (; at > 0 && is_before(entry, entries[at - 1]); at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

void dedup_lists_rank(const struct dedup_lists *lists, size_t i, struct dedup_ranking *ranking)
{
	const struct dedup_list *list = lists->lists == NULL ? NULL : &lists->lists[i];
	uint32_t count = list == NULL ? 0 : count_of(list);

	make_room(ranking, count);
	ranking->count = count;
	if (count == 0)
		return;
	count_starts(lists, list, count, ranking->starts);
	spread(lists, list, count, ranking->starts, ranking->entries);
	settle(ranking->entries, count);
}
