/* engine/contents.c - see contents.h */
#include "engine/contents.h"

#include "base/hash.h"
#include "engine/engine_internal.h"
#include "event/codec.h"

#include <stdlib.h>
#include <string.h>

enum { WORD = 64 };

struct contents {
	uint64_t *chosen; /* a bit a row */
	uint32_t *before; /* of each word of bits: how many are chosen in those before it */
	uint64_t *values; /* of the chosen, in their order */
	size_t rows, words, count;
};

struct contents *contents_create(size_t rows)
{
	struct contents *c = memory_alloc(sizeof(*c));

	c->rows = rows;
	c->words = rows / WORD + 1;
	c->chosen = memory_alloc(c->words * sizeof(*c->chosen));
	c->before = memory_alloc(c->words * sizeof(*c->before));
	return c;
}

void contents_free(struct contents *c)
{
	if (c == NULL)
		return;
	free(c->chosen);
	free(c->before);
	free(c->values);
	free(c);
}

static bool is_chosen(const struct contents *c, uint32_t row)
{
	return (c->chosen[row / WORD] >> (row % WORD) & 1) != 0;
}

void contents_want(struct contents *c, uint32_t row)
{
	c->count += !is_chosen(c, row);
	c->chosen[row / WORD] |= (uint64_t)1 << (row % WORD);
}

size_t contents_wanted(const struct contents *c)
{
	return c->count;
}

void contents_clear(struct contents *c)
{
	memset(c->chosen, 0, c->words * sizeof(*c->chosen));
	free(c->values);
	c->values = NULL;
	c->count = 0;
}

static size_t place_of(const struct contents *c, uint32_t row)
{
	uint64_t lower = c->chosen[row / WORD] & (((uint64_t)1 << (row % WORD)) - 1);

	return c->before[row / WORD] + (size_t)__builtin_popcountll(lower);
}

uint64_t contents_of(const struct contents *c, uint32_t row)
{
	ASSERT(row < c->rows && is_chosen(c, row));
	return c->values[place_of(c, row)];
}

static void count_up(struct contents *c)
{
	uint32_t count = 0;

	for (size_t i = 0; i < c->words; i++) {
		c->before[i] = count;
		count += (uint32_t)__builtin_popcountll(c->chosen[i]);
	}
}

static uint64_t content_of(const struct record *record, struct strbuf *bytes)
{
	struct record plain = *record;
	uint64_t content;

	plain.kind = plain.kind == RECORD_CORRECTION ? RECORD_EVENT : plain.kind;
	plain.target = 0;
	strbuf_clear(bytes);
	record_encode(&plain, bytes);
	struct digest128 digest = digest128(NULL, strbuf_str(bytes));
	memcpy(&content, digest.bytes, sizeof(content));
	return content;
}

static err read_one(struct contents *c, uint32_t row, str stored, struct arena *arena,
	struct strbuf *bytes, struct why *why)
{
	struct record record;

	arena_reset(arena);
	err e = record_decode(stored, arena, &record, why);
	if (e == OK && record.kind != RECORD_TOMBSTONE)
		c->values[place_of(c, row)] = content_of(&record, bytes);
	return e;
}

/* Both in the order of sequences. */
static err read_all(struct contents *c, struct journal_scan *scan, const struct threads_view *view,
	struct headway *headway, struct strbuf *bytes, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_ARENA_BYTES);
	struct journal_record stored;
	size_t row = 0, left = c->count;
	bool more = true;
	err e = OK;

	while (e == OK && left > 0) {
		e = journal_scan_next(scan, &more, &stored, why);
		if (e != OK || !more)
			break;
		for (; row < c->rows && threads_view_seq(view, (uint32_t)row) < stored.seq; row++)
			left -= is_chosen(c, (uint32_t)row); /* its record is gone */
		if (row == c->rows)
			break;
		if (threads_view_seq(view, (uint32_t)row) > stored.seq)
			continue;
		if (is_chosen(c, (uint32_t)row)) {
			e = read_one(c, (uint32_t)row, stored.bytes, arena, bytes, why);
			left--;
			e = e == OK ? headway_add(headway, 1, why) : e;
		}
		row++;
	}
	return e;
}

err contents_read(struct contents *c, struct journal *journal, const struct threads_view *view,
	struct headway *headway, struct why *why)
{
	struct strbuf bytes = strbuf_heap(RECORD_BYTES_MAX);
	struct journal_scan *scan;
	err e = journal_scan_open(journal, 1, &scan, why);

	if (e != OK)
		return e;
	free(c->values);
	c->values = memory_alloc((c->count + 1) * sizeof(*c->values));
	count_up(c);
	e = read_all(c, scan, view, headway, &bytes, why);
	journal_scan_close(scan);
	strbuf_done(&bytes);
	return e;
}
