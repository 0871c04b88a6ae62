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

struct failing {
	size_t from; /* the share that fails begins here */
	atomic_size_t taken;
};

static err fail_at(void *context, size_t from, size_t to, struct why *why)
{
	struct failing *f = context;

	(void)to;
	atomic_fetch_add(&f->taken, 1);
	return from == f->from ? fail(why, MSG_TABLE_ROOM, arg_int((int64_t)from)) : OK;
}

TEST(shares_after_one_that_failed_are_left_out)
{
	struct why why = { 0 };
	struct failing one = { .from = 30 }, two = { .from = 990 }, none = { .from = 1000 };

	CHECK("fails", shares_try(1, 1000, 10, fail_at, &one, &why) != OK);
	CHECK("why", why.args[0].number == 30);
	CHECK("none after it", atomic_load(&one.taken) == 4);
	why = (struct why){ 0 };
	CHECK("the last, by two", shares_try(2, 1000, 10, fail_at, &two, &why) != OK);
	CHECK("why", why.args[0].number == 990);
	CHECK("nobody need be told", shares_try(2, 1000, 10, fail_at, &two, NULL) != OK);
	CHECK("all well", shares_try(3, 1000, 10, fail_at, &none, &why) == OK);
	CHECK("each", atomic_load(&none.taken) == 100);
}
