/* tests/base_shares_test.c - each item is done once, in shares that begin where they should. */
#include "base/arena.h"
#include "base/shares.h"
#include "test.h"

#include <stdatomic.h>
#include <stdlib.h>

struct counted {
	atomic_uchar *times;
	size_t count, items;
};

static void count_each(void *context, size_t from, size_t to)
{
	struct counted *c = context;

	CHECK("within", from < to && to <= c->count && to - from <= c->items);
	CHECK("begins", from % c->items == 0);
	for (size_t i = from; i < to; i++)
		atomic_fetch_add(&c->times[i], 1);
}

TEST(shares_are_each_done_once)
{
	static const struct {
		size_t count, items;
		unsigned threads;
	} rows[] = { { 0, 1, 2 }, { 1, SHARE_ITEMS, 2 }, { SHARE_ITEMS, SHARE_ITEMS, 2 },
		{ SHARE_ITEMS + 1, SHARE_ITEMS, SHARES_THREADS },
		{ 7 * SHARE_ITEMS - 3, SHARE_ITEMS, SHARES_THREADS },
		{ 1000, 1, SHARES_THREADS_MAX }, { 1000, 333, 3 }, { 1000, 7, 1 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct counted c = { memory_alloc(rows[i].count + 1), rows[i].count,
			rows[i].items };
		bool once = true;
		shares_do(rows[i].threads, c.count, c.items, count_each, &c);
		for (size_t k = 0; k < c.count; k++)
			once &= atomic_load(&c.times[k]) == 1;
		CHECK("once", once);
		free(c.times);
	}
}
