/* base/arena.h - memory with one lifetime: a request, a batch, a query.
 *
 * Allocate freely, free once.  An arena has a byte limit, so that one request
 * cannot eat the process; past the limit, and only then, alloc returns NULL and
 * the caller answers ERR_LIMIT.  Charged are the whole blocks taken from malloc,
 * headers included, not the bytes asked for.  When malloc itself fails the
 * process aborts: the journal makes a restart safe.
 *
 * An arena and its buffers belong to one thread at a time.
 */
#pragma once

#include "base/base.h"

#include <string.h>

#define ARENA_BLOCK_BYTES ((size_t)4096) /* the first block; later ones double, up to ... */
#define ARENA_BLOCK_BYTES_MAX ((size_t)262144) /* ... this, unless more is asked at once */

struct arena;

struct arena *arena_create(size_t limit_bytes); /* never NULL */

/* Zeroed, aligned for any type; NULL past the limit.  `bytes` is not 0. */
void *arena_alloc(struct arena *arena, size_t bytes) __attribute__((malloc));

/* The same, not zeroed: for who writes all of it at once. */
void *arena_room(struct arena *arena, size_t bytes) __attribute__((malloc));

/* Of the `bytes` of an arena_room() only the first `kept`, at least 1, are needed: the rest serves
 * again if nothing was allocated since. */
void arena_give_back(struct arena *arena, void *room, size_t bytes, size_t kept);

/* Room for `count` items of `bytes` each; NULL past the limit.  For 0 items: not NULL. */
void *arena_array(struct arena *arena, size_t count, size_t bytes) __attribute__((malloc));

/* A copy of `text` followed by a NUL that is not counted; .ptr NULL past the limit. */
str arena_str(struct arena *arena, str text);

size_t arena_taken(const struct arena *arena); /* bytes charged so far */
size_t arena_left(const struct arena *arena); /* until the limit */

/* Forgets all allocations and keeps the largest block for the next round: for loops. */
void arena_reset(struct arena *arena);

/* Makes the nth allocation from now meet the limit (1 = the next), 0 turns it off.
 * Tests loop over n until the tested call succeeds. */
void arena_fail_at(struct arena *arena, unsigned n);

void arena_free(struct arena *arena); /* NULL is fine */
static inline void arena_freep(struct arena **a)
{
	arena_free(*a);
}
#define AUTO_ARENA __attribute__((cleanup(arena_freep))) struct arena *

/* Like malloc, realloc: abort instead of returning NULL.  For memory whose owner is a
 * long-lived object with a limit of its own.  From 4 MiB on it lies on large pages, where the
 * system has them. */
void *memory_alloc(size_t bytes) __attribute__((malloc)); /* zeroed */
/* Not zeroed, and on small pages, whatever its size: for what is written and read in long runs.
 * base/chunks.h says why that is better.  Freed by free(). */
void *memory_for_runs(size_t bytes) __attribute__((malloc));
/* Has the system give all pages that lie in this memory whole, at once: they would else be asked
 * for one by one, in twice the time, as they are written to.  What they hold stays.  Advice. */
void memory_populate(void *memory, size_t bytes);
/* Not zeroed, at a page's beginning.  Freed by free(). */
void *memory_for_pages(size_t bytes) __attribute__((malloc));
void *memory_resize(void *old, size_t bytes); /* what is new is not zeroed */
/* Zeroed, and where a line of the processor's caches begins: what is as long as one lies in one. */
void *memory_alloc_lines(size_t bytes);
/* The same on small pages, whatever its size: for what grows into it from its beginning. */
void *memory_alloc_lines_for_runs(size_t bytes);
void memory_free_lines(void *memory); /* of these two alone; NULL is fine */

/* A growing string.  Inside an arena, which owns its bytes (nothing to free), or on the
 * heap (free with strbuf_done).  Errors stick: append without checking, then ask once with
 * strbuf_ok().  It fails, and keeps what it had, past its ceiling or the arena's limit. */
struct strbuf {
	struct arena *arena; /* NULL: on the heap */
	char *ptr;
	size_t len, cap, cap_max; /* len <= cap <= cap_max, the ceiling, always */
	bool failed;
};

struct strbuf strbuf_in(struct arena *arena, size_t bytes_max);
struct strbuf strbuf_heap(size_t bytes_max);
void strbuf_done(struct strbuf *buf); /* frees what is on the heap; may be used anew */
static inline void strbuf_clear(struct strbuf *buf) /* empty and whole again, memory kept */
{
	buf->len = 0;
	buf->failed = false;
}
bool strbuf_grow(struct strbuf *buf, size_t more); /* the slow way of those below */
static inline bool strbuf_has_room(const struct strbuf *buf, size_t more)
{
	return more <= buf->cap - buf->len && !buf->failed;
}
static inline void strbuf_add(struct strbuf *buf, str text) /* all of it or nothing */
{
	if (text.len == 0 || !(strbuf_has_room(buf, text.len) || strbuf_grow(buf, text.len)))
		return;
	memcpy(buf->ptr + buf->len, text.ptr, text.len);
	buf->len += text.len;
}
void strbuf_add_c(struct strbuf *buf, const char *c_string);
static inline void strbuf_add_byte(struct strbuf *buf, char c)
{
	if (strbuf_has_room(buf, 1) || strbuf_grow(buf, 1))
		buf->ptr[buf->len++] = c;
}
void strbuf_add_lower(struct strbuf *buf, str text); /* A-Z folded, other bytes kept */
void strbuf_add_int(struct strbuf *buf, int64_t number);
void strbuf_printf(struct strbuf *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3))); /* at most 1,000 bytes a call; else it fails */
/* Room for `bytes` more at the end, to be written by the caller and then counted with
 * `buf->len +=`; NULL (and failed) past the ceiling. */
char *strbuf_room(struct strbuf *buf, size_t bytes);
bool strbuf_ok(const struct strbuf *buf);
str strbuf_str(const struct strbuf *buf); /* only when strbuf_ok(); lives as long as its memory */
