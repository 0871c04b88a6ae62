/* base/arena.c - see arena.h
 *
 * A chain of blocks, the newest first; only the newest serves.
 *
 *   arena -> [next size used | used bytes | free] -> [next size used | ...] -> NULL
 */
#include "base/arena.h"

#include <sanitizer/asan_interface.h> /* its macros vanish where there is no ASan */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	ALIGN = 16,
	LINE_BYTES = 64,
	PAGE_BYTES = 4096,
	PRINTF_BYTES_MAX = 1000,
	LARGE_PAGE_BYTES = 2 << 20
};
#define LARGE_BYTES_LEAST ((size_t)4 << 20)

struct block {
	struct block *next;
	size_t size, used; /* of data[] */
	_Alignas(ALIGN) char data[];
};

struct arena {
	struct block *blocks;
	size_t taken, limit; /* bytes, block headers included */
	size_t next_block; /* bytes of the next ordinary block */
	unsigned fail_in;
};

/* What is large is read here and there: with pages of 4 KiB nearly every read waits for its page's
 * address too, and the system hands out a thousand of them one by one. */
static void ask_for_large_pages(void *p, size_t bytes)
{
	uintptr_t mask = LARGE_PAGE_BYTES - 1, at = (uintptr_t)p;
	uintptr_t from = (at + mask) & ~mask, to = (at + bytes) & ~mask;

	if (to > from) /* advice: a system that does not take it is slower, no more */
		(void)madvise((char *)p + (from - at), to - from, MADV_HUGEPAGE);
}

static void *present(void *p, size_t bytes)
{
	if (p == NULL && bytes > 0) {
		fprintf(stderr, "out of memory: %zu bytes refused\n", bytes);
		abort();
	}
	return p;
}

static void *checked(void *p, size_t bytes)
{
	if (bytes >= LARGE_BYTES_LEAST)
		ask_for_large_pages(present(p, bytes), bytes);
	return present(p, bytes);
}

void *memory_for_runs(size_t bytes)
{
	return present(malloc(bytes), bytes);
}

void memory_populate(void *memory, size_t bytes)
{
	uintptr_t at = (uintptr_t)memory, from = (at + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	uintptr_t to = (at + bytes) / PAGE_BYTES * PAGE_BYTES;

#ifdef MADV_POPULATE_WRITE
	if (to > from) /* Linux before 5.14 does not know it */
		(void)madvise((char *)memory + (from - at), to - from, MADV_POPULATE_WRITE);
#endif
}

void *memory_for_pages(size_t bytes)
{
	size_t whole = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;

	return present(aligned_alloc(PAGE_BYTES, whole), bytes);
}

void *memory_alloc(size_t bytes)
{
	return checked(calloc(1, bytes), bytes);
}

void *memory_resize(void *old, size_t bytes)
{
	return checked(realloc(old, bytes), bytes);
}

/* What calloc() gave stands before it.  calloc(), for large memory then comes zeroed from the
 * system, and is there only once it is used. */
enum { BEFORE_LINES = LINE_BYTES + sizeof(char *) };

static void *first_line(char *whole)
{
	char *at = whole + sizeof(whole);

	ASSERT(whole != NULL);
	at += (LINE_BYTES - (uintptr_t)at % LINE_BYTES) % LINE_BYTES;
	memcpy(at - sizeof(whole), &whole, sizeof(whole));
	return at;
}

void *memory_alloc_lines(size_t bytes)
{
	return first_line(memory_alloc(bytes + BEFORE_LINES));
}

void *memory_alloc_lines_for_runs(size_t bytes)
{
	return first_line(present(calloc(1, bytes + BEFORE_LINES), bytes));
}

void memory_free_lines(void *memory)
{
	char *whole;

	if (memory == NULL)
		return;
	memcpy(&whole, (char *)memory - sizeof(whole), sizeof(whole));
	free(whole);
}

struct arena *arena_create(size_t limit_bytes)
{
	struct arena *arena = memory_alloc(sizeof(*arena));

	*arena = (struct arena){ .limit = limit_bytes, .next_block = ARENA_BLOCK_BYTES };
	return arena;
}

/* Puts a block with at least `room` free bytes in front; NULL past the limit. */
static struct block *add_block(struct arena *arena, size_t room)
{
	size_t left = arena->limit - arena->taken;
	size_t bytes = sizeof(struct block) + room;

	if (bytes > left)
		return NULL;
	if (bytes < arena->next_block)
		bytes = MIN_OF(left, arena->next_block);
	arena->next_block = MIN_OF(arena->next_block * 2, ARENA_BLOCK_BYTES_MAX);
	struct block *b = checked(malloc(bytes), bytes);
	*b = (struct block){ .next = arena->blocks, .size = bytes - sizeof(*b) };
	ASAN_POISON_MEMORY_REGION(b->data, b->size);
	arena->blocks = b;
	arena->taken += bytes;
	return b;
}

static size_t rounded(size_t bytes)
{
	return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* Not zeroed. */
static void *take(struct arena *arena, size_t bytes)
{
	ASSERT(arena != NULL);
	ASSERT(bytes > 0);

	if (arena->fail_in > 0 && --arena->fail_in == 0)
		return NULL;
	if (bytes > PTRDIFF_MAX)
		return NULL; /* rounding it up could wrap to a few bytes */
	size_t room = rounded(bytes);
	struct block *b = arena->blocks;
	if (b == NULL || b->size - b->used < room)
		b = add_block(arena, room);
	if (b == NULL)
		return NULL;
	void *p = b->data + b->used;
	b->used += room;
	ASAN_UNPOISON_MEMORY_REGION(p, bytes); /* one byte further is still reported */
	return p;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	void *p = take(arena, bytes);

	return p == NULL ? NULL : memset(p, 0, bytes);
}

void *arena_room(struct arena *arena, size_t bytes)
{
	return take(arena, bytes);
}

void arena_give_back(struct arena *arena, void *room, size_t bytes, size_t kept)
{
	struct block *b = arena->blocks;
	char *from = room;

	ASSERT(kept > 0 && kept <= bytes);
	ASAN_POISON_MEMORY_REGION(from + kept, bytes - kept);
	if (from + rounded(bytes) == b->data + b->used)
		b->used -= rounded(bytes) - rounded(kept);
}

void *arena_array(struct arena *arena, size_t count, size_t bytes)
{
	size_t total;

	if (__builtin_mul_overflow(count, bytes, &total))
		return NULL;
	return arena_alloc(arena, MAX_OF(total, (size_t)1));
}

str arena_str(struct arena *arena, str text)
{
	char *copy = take(arena, text.len + 1);

	if (copy != NULL && text.len > 0)
		memcpy(copy, text.ptr, text.len);
	if (copy != NULL)
		copy[text.len] = '\0';
	return (str){ copy, copy == NULL ? 0 : text.len };
}

size_t arena_taken(const struct arena *arena)
{
	return arena->taken;
}

size_t arena_left(const struct arena *arena)
{
	return arena->limit - arena->taken;
}

static struct block *free_blocks(struct block *b, const struct block *keep)
{
	struct block *kept = NULL;

	for (struct block *next; b != NULL; b = next) {
		next = b->next;
		if (b == keep)
			kept = b;
		else
			free(b);
	}
	return kept;
}

void arena_reset(struct arena *arena)
{
	struct block *largest = arena->blocks;

	for (struct block *b = arena->blocks; b != NULL; b = b->next)
		largest = b->size > largest->size ? b : largest;
	struct block *kept = free_blocks(arena->blocks, largest);
	arena->blocks = kept;
	arena->taken = 0;
	if (kept == NULL)
		return;
	kept->next = NULL;
	kept->used = 0;
	arena->taken = sizeof(*kept) + kept->size;
	ASAN_POISON_MEMORY_REGION(kept->data, kept->size);
}

void arena_fail_at(struct arena *arena, unsigned n)
{
	arena->fail_in = n;
}

void arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	(void)free_blocks(arena->blocks, NULL); /* keeps none */
	free(arena);
}

struct strbuf strbuf_in(struct arena *arena, size_t bytes_max)
{
	return (struct strbuf){ .arena = arena, .cap_max = bytes_max };
}

struct strbuf strbuf_heap(size_t bytes_max)
{
	return (struct strbuf){ .cap_max = bytes_max };
}

void strbuf_done(struct strbuf *buf)
{
	if (buf->arena == NULL)
		free(buf->ptr);
	*buf = (struct strbuf){ .arena = buf->arena, .cap_max = buf->cap_max };
}

static bool grow(struct strbuf *buf, size_t need)
{
	size_t cap = need < buf->cap_max / 2 ? need * 2 : buf->cap_max;

	if (buf->arena == NULL) {
		buf->ptr = memory_resize(buf->ptr, cap);
		buf->cap = cap;
		return true;
	}
	char *ptr = take(buf->arena, cap);
	if (ptr == NULL)
		return false;
	if (buf->len > 0)
		memcpy(ptr, buf->ptr, buf->len);
	buf->ptr = ptr;
	buf->cap = cap;
	return true;
}

bool strbuf_grow(struct strbuf *buf, size_t more)
{
	if (more > buf->cap_max - buf->len)
		buf->failed = true;
	else if (!buf->failed && more > buf->cap - buf->len)
		buf->failed = !grow(buf, buf->len + more);
	return !buf->failed;
}

char *strbuf_room(struct strbuf *buf, size_t bytes)
{
	return strbuf_grow(buf, bytes) ? buf->ptr + buf->len : NULL;
}

void strbuf_add_c(struct strbuf *buf, const char *c_string)
{
	strbuf_add(buf, str_of(c_string));
}

void strbuf_add_lower(struct strbuf *buf, str text)
{
	size_t from = buf->len;

	strbuf_add(buf, text);
	for (size_t i = from; i < buf->len; i++)
		if (buf->ptr[i] >= 'A' && buf->ptr[i] <= 'Z')
			buf->ptr[i] = (char)(buf->ptr[i] + ('a' - 'A'));
}

void strbuf_add_int(struct strbuf *buf, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t n = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	if (number < 0)
		digits[--at] = '-';
	strbuf_add(buf, (str){ digits + at, sizeof(digits) - at });
}

void strbuf_printf(struct strbuf *buf, const char *fmt, ...)
{
	char words[PRINTF_BYTES_MAX];
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= sizeof(words))
		buf->failed = true;
	else
		strbuf_add(buf, (str){ words, (size_t)len });
}

bool strbuf_ok(const struct strbuf *buf)
{
	return !buf->failed;
}

str strbuf_str(const struct strbuf *buf)
{
	ASSERT(!buf->failed);
	return (str){ buf->ptr, buf->len };
}
