/* base/chunks.c - see chunks.h
 *
 *   slab, at a multiple of 2 MiB:  [head][piece][piece] ... [piece]
 *
 * Pieces of whole pages begin at a page, others behind the head's line.  A piece leads to its slab
 * by its address.  A slab with room is in the list of its size; a free piece is in the list of its
 * slab, or behind `fresh`, where no piece was given out yet and all bytes are 0.
 */
#include "base/chunks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HEAD_BYTES = 64, ALIGNMENT = 16, PAGE_BYTES = 4096 };

struct free_piece {
	struct free_piece *next;
};

struct slab {
	struct slab *next, *before; /* in the list of those with room */
	struct free_piece *free;
	size_t used, fresh; /* pieces given out; pieces that ever were */
	enum chunk_pages pages;
	bool is_dirty; /* it was another's before: what is fresh is not 0 */
};
_Static_assert(sizeof(struct slab) <= HEAD_BYTES, "the head has room");

struct size {
	size_t bytes; /* of a piece; 0: none yet */
	size_t pieces, first; /* in a slab; bytes before them */
	struct sort {
		size_t slabs;
		struct slab *with_room;
	} sorts[CHUNK_PAGES_COUNT_];
};

static struct size sizes[CHUNK_SIZES_MAX];

static struct kept { /* the last one at the end */
	struct slab *slab;
	bool is_old; /* it was there at the last chunk_release() */
} kept[CHUNK_KEPT_MAX];
static size_t kept_count;

/* New ones of large pages, zeroed. */
static char *ready[CHUNK_READY_MAX];
static size_t ready_count;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* all of this */

static size_t rounded(size_t bytes)
{
	return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct size laid_out(size_t bytes)
{
	size_t first = bytes % PAGE_BYTES == 0 ? PAGE_BYTES : HEAD_BYTES;

	return (struct size){
		.bytes = bytes, .pieces = (CHUNK_SLAB_BYTES - first) / bytes, .first = first
	};
}

/* Sizes stay once they are known, so whoever frees a piece finds the one it came from. */
static struct size *size_of(size_t bytes)
{
	bytes = rounded(bytes);
	for (size_t i = 0; bytes <= CHUNK_BYTES_MAX && i < CHUNK_SIZES_MAX; i++) {
		struct size *size = &sizes[i];
		if (size->bytes == 0)
			*size = laid_out(bytes);
		if (size->bytes == bytes)
			return size;
	}
	return NULL;
}

/* Twice the room, then cut to what begins at a multiple. */
static char *map_aligned(void)
{
	size_t bytes = CHUNK_SLAB_BYTES;
	char *map =
		mmap(NULL, 2 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT(map != MAP_FAILED);
	size_t before = (bytes - (uintptr_t)map % bytes) % bytes;
	if (before > 0)
		ASSERT(munmap(map, before) == 0);
	ASSERT(munmap(map + before + bytes, bytes - before) == 0);
	return map + before;
}

static void give_to_system(struct slab *slab)
{
	ASSERT(munmap(slab, CHUNK_SLAB_BYTES) == 0);
}

static void keep(struct slab *slab)
{
	if (kept_count == CHUNK_KEPT_MAX)
		give_to_system(slab);
	else
		kept[kept_count++] = (struct kept){ .slab = slab };
}

static struct slab *take_kept(void)
{
	struct slab *slab = kept[--kept_count].slab;

	*slab = (struct slab){ .is_dirty = true };
	return slab;
}

size_t chunk_release(void)
{
	size_t count = 0;

	ASSERT(pthread_mutex_lock(&lock) == 0);
	for (size_t i = 0; i < kept_count; i++) {
		if (kept[i].is_old)
			give_to_system(kept[i].slab);
		else
			kept[count++] = (struct kept){ .slab = kept[i].slab, .is_old = true };
	}
	kept_count = count;
	ASSERT(pthread_mutex_unlock(&lock) == 0);
	return count;
}

static void put_in_list(struct sort *sort, struct slab *slab)
{
	slab->before = NULL;
	slab->next = sort->with_room;
	if (slab->next != NULL)
		slab->next->before = slab;
	sort->with_room = slab;
}

static void take_from_list(struct sort *sort, struct slab *slab)
{
	if (slab->before != NULL)
		slab->before->next = slab->next;
	else
		sort->with_room = slab->next;
	if (slab->next != NULL)
		slab->next->before = slab->before;
}

static char *map_large(void)
{
	char *map = map_aligned(); /* zeroed */

	/* advice: a system that does not take it is slower, no more */
	(void)madvise(map, CHUNK_SLAB_BYTES, MADV_HUGEPAGE);
	return map;
}

static char *map_small(void)
{
	char *map = map_aligned();

	memory_populate(map, CHUNK_SLAB_BYTES); /* it will be appended to, from end to end */
	return map;
}

static struct slab *new_slab(const struct sort *sort, enum chunk_pages pages)
{
	char *map;

	if (sort->slabs == 0)
		map = map_aligned();
	else if (pages == CHUNK_PAGES_SMALL)
		map = map_small();
	else
		map = ready_count > 0 ? ready[--ready_count] : map_large();
	return (struct slab *)(void *)map;
}

/* While the system works nothing is locked: only one thread does this. */
static char *map_touched(void)
{
	char *map = map_large();

	for (size_t at = 0; at < CHUNK_SLAB_BYTES; at += PAGE_BYTES)
		((volatile char *)map)[at] = 0;
	return map;
}

void chunk_make_ready(size_t count)
{
	char *fresh = NULL;

	ASSERT(count <= CHUNK_READY_MAX);
	do {
		ASSERT(pthread_mutex_lock(&lock) == 0);
		if (fresh != NULL)
			ready[ready_count++] = fresh;
		fresh = NULL;
		for (; ready_count > count; ready_count--)
			ASSERT(munmap(ready[ready_count - 1], CHUNK_SLAB_BYTES) == 0);
		bool is_short = ready_count < count;
		ASSERT(pthread_mutex_unlock(&lock) == 0);
		if (is_short)
			fresh = map_touched();
	} while (fresh != NULL);
}

static void add_slab(struct sort *sort, enum chunk_pages pages)
{
	bool may_be_kept = kept_count > 0 && pages == CHUNK_PAGES_LARGE;
	struct slab *slab = may_be_kept ? take_kept() : new_slab(sort, pages);

	slab->pages = pages;
	sort->slabs++;
	put_in_list(sort, slab);
}

static void *take_piece(struct size *size, enum chunk_pages pages, bool *is_zero)
{
	struct sort *sort = &size->sorts[pages];

	if (sort->with_room == NULL)
		add_slab(sort, pages);
	struct slab *slab = sort->with_room;
	void *piece = slab->free;
	*is_zero = piece == NULL && !slab->is_dirty;
	if (piece != NULL)
		slab->free = slab->free->next;
	else
		piece = (char *)slab + size->first + slab->fresh++ * size->bytes;
	if (++slab->used == size->pieces)
		take_from_list(sort, slab);
	return piece;
}

void *chunk_alloc(size_t bytes, enum chunk_pages pages, bool zeroed)
{
	bool is_zero;
	void *piece;

	ASSERT(pthread_mutex_lock(&lock) == 0);
	struct size *size = size_of(bytes);
	if (size != NULL)
		piece = take_piece(size, pages, &is_zero);
	ASSERT(pthread_mutex_unlock(&lock) == 0);
	if (size == NULL)
		return zeroed ? memory_alloc(bytes) : memory_resize(NULL, bytes);
	if (zeroed && !is_zero)
		memset(piece, 0, bytes);
	return piece;
}

static void give_back(struct size *size, void *chunk)
{
	struct slab *slab = (struct slab *)((uintptr_t)chunk & ~(uintptr_t)(CHUNK_SLAB_BYTES - 1));
	struct sort *sort = &size->sorts[slab->pages];
	struct free_piece *piece = chunk;

	piece->next = slab->free;
	slab->free = piece;
	if (slab->used-- == size->pieces)
		put_in_list(sort, slab);
	bool is_last = slab->next == NULL && slab->before == NULL;
	if (slab->used > 0 || is_last) /* what comes and goes one by one shall not map each time */
		return;
	take_from_list(sort, slab);
	sort->slabs--;
	if (slab->pages == CHUNK_PAGES_LARGE)
		keep(slab);
	else
		give_to_system(slab);
}

void chunk_free(void *chunk, size_t bytes)
{
	if (chunk == NULL)
		return;
	ASSERT(pthread_mutex_lock(&lock) == 0);
	struct size *size = size_of(bytes);
	if (size != NULL)
		give_back(size, chunk);
	ASSERT(pthread_mutex_unlock(&lock) == 0);
	if (size == NULL)
		free(chunk);
}

size_t chunk_slab_count(void)
{
	size_t count = 0;

	ASSERT(pthread_mutex_lock(&lock) == 0);
	for (size_t i = 0; i < CHUNK_SIZES_MAX; i++)
		for (size_t pages = 0; pages < CHUNK_PAGES_COUNT_; pages++)
			count += sizes[i].sorts[pages].slabs;
	ASSERT(pthread_mutex_unlock(&lock) == 0);
	return count;
}
