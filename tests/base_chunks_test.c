/* tests/base_chunks_test.c - pieces do not overlap, are zero where asked, and slabs go back. */
#include "base/chunks.h"
#include "test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *row;
	size_t bytes, count; /* more than a slab holds of all but the last */
} rows[] = {
	{ "one byte", 1, 140000 },
	{ "an odd size", 3001, 1500 },
	{ "whole lines", 4160, 1100 },
	{ "a chunk of a table: a page", 4096, 1100 },
	{ "a large chunk: pages", 65536, 70 },
	{ "the largest piece", CHUNK_BYTES_MAX, 40 },
	{ "larger: not from a slab", CHUNK_BYTES_MAX + 1, 5 },
};

static bool is_filled(const char *piece, size_t bytes, char with)
{
	return piece[0] == with && (bytes == 1 || memcmp(piece, piece + 1, bytes - 1) == 0);
}

static char mark_of(size_t i)
{
	return (char)(1 + i % 251);
}

static size_t alignment_of(size_t bytes)
{
	if (bytes > CHUNK_BYTES_MAX)
		return 16;
	return bytes % 4096 == 0 ? 4096 : bytes % 64 == 0 ? 64 : 16;
}

/* Takes the pieces from `first` on, by steps of `step`; all bytes of a zeroed one are 0. */
static bool take(char **pieces, size_t first, size_t step, size_t count, size_t bytes)
{
	bool good = true;

	for (size_t i = first; i < count; i += step) {
		bool zeroed = i % 2 == 0;
		pieces[i] = chunk_alloc(
			bytes, i % 5 < 2 ? CHUNK_PAGES_SMALL : CHUNK_PAGES_LARGE, zeroed);
		good = good && (uintptr_t)pieces[i] % alignment_of(bytes) == 0 &&
		       (!zeroed || is_filled(pieces[i], bytes, 0));
		memset(pieces[i], mark_of(i), bytes);
	}
	return good;
}

/* Whoever wrote into another's piece is found when it is freed. */
static bool give(char **pieces, size_t first, size_t step, size_t count, size_t bytes)
{
	bool good = true;

	for (size_t i = first; i < count; i += step) {
		good = good && is_filled(pieces[i], bytes, mark_of(i));
		chunk_free(pieces[i], bytes);
	}
	return good;
}

TEST(chunks_are_apart_and_zero)
{
	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		size_t bytes = rows[r].bytes, count = rows[r].count;
		char **pieces = memory_alloc(count * sizeof(*pieces));
		size_t before = chunk_slab_count(),
		       one = bytes <= CHUNK_BYTES_MAX ? CHUNK_PAGES_COUNT_ : 0;
		CHECK(rows[r].row, take(pieces, 0, 1, count, bytes));
		CHECK(rows[r].row, give(pieces, 1, 3, count, bytes));
		CHECK(rows[r].row, take(pieces, 1, 3, count, bytes)); /* used ones, zeroed again */
		CHECK(rows[r].row, chunk_slab_count() >= before + (one > 0));
		for (size_t from = 0; from < 3; from++)
			CHECK(rows[r].row, give(pieces, from, 3, count, bytes));
		CHECK("all but one of each sort went back", chunk_slab_count() <= before + one);
		free(pieces);
	}
	chunk_free(NULL, 1);
}

TEST(chunks_keep_some_empty_slabs_for_a_while)
{
	enum { COUNT = CHUNK_KEPT_MAX * 30, BYTES = CHUNK_BYTES_MAX - 16, OTHER = 4096 };
	char **pieces = memory_alloc(2 * COUNT * sizeof(*pieces));

	(void)chunk_release();
	CHECK("none", chunk_release() == 0);
	CHECK("taken", take(pieces, 0, 1, COUNT, BYTES));
	CHECK("given", give(pieces, 0, 1, COUNT, BYTES));
	CHECK("no more than that", chunk_release() == CHUNK_KEPT_MAX);
	CHECK("of another size, zeroed again", take(pieces, 0, 1, 2 * COUNT, OTHER));
	CHECK("given", give(pieces, 0, 1, 2 * COUNT, OTHER));
	CHECK("what was taken is young again", chunk_release() > 0);
	CHECK("none", chunk_release() == 0);
	free(pieces);
}

/* Taken like others, zeroed; what is not taken goes. */
TEST(chunks_made_ready_are_new_ones)
{
	enum { COUNT = 600, BYTES = 16000, READY = 3 };
	char **pieces = memory_alloc(COUNT * sizeof(*pieces));
	size_t before = chunk_slab_count();

	for (int round = 0; round < 2; round++) {
		chunk_make_ready(READY);
		chunk_make_ready(READY);
		CHECK("not taken yet", chunk_slab_count() <= before + CHUNK_PAGES_COUNT_);
		CHECK("zeroed", take(pieces, 0, 1, COUNT, BYTES));
		chunk_make_ready(READY);
		CHECK("each its own", give(pieces, 0, 1, COUNT, BYTES));
		chunk_make_ready(round == 0 ? 1 : 0);
	}
	CHECK("all but one of each sort went back",
		chunk_slab_count() <= before + CHUNK_PAGES_COUNT_);
	free(pieces);
}

static void *work(void *context)
{
	enum { COUNT = 600, BYTES = 4112 };
	static char *pieces[2][COUNT];
	size_t which = *(const size_t *)context;
	bool good = true;

	for (int round = 0; round < 20; round++) {
		good = good && take(pieces[which], 0, 1, COUNT, BYTES);
		good = good && give(pieces[which], 0, 1, COUNT, BYTES);
	}
	return good ? context : NULL;
}

TEST(chunks_by_two_threads)
{
	size_t numbers[2] = { 0, 1 }, before = chunk_slab_count();
	pthread_t threads[2];
	void *result;

	for (size_t i = 0; i < 2; i++)
		ASSERT(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
	for (size_t i = 0; i < 2; i++) {
		ASSERT(pthread_join(threads[i], &result) == 0);
		CHECK("each had its own", result == &numbers[i]);
	}
	CHECK("all but one of each sort went back",
		chunk_slab_count() <= before + CHUNK_PAGES_COUNT_);
}
