/* tests/base_table_test.c - tables against plain arrays: what a view saw, it sees for ever. */
#include "base/random.h"
#include "base/table.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

/* A view and what it must show. */
struct frozen {
	struct view *view;
	char *items;
	size_t count;
};

/* The same array twice: the table, and plain. */
struct model {
	struct table *table;
	char *items;
	size_t count, bytes; /* bytes: of an item */
	struct frozen views[6];
	struct random random;
	const char *row;
};

enum { MODEL_COUNT_MAX = 3000 };

static void fill(struct model *m, void *item, size_t i)
{
	for (size_t b = 0; b < m->bytes; b++)
		m->items[i * m->bytes + b] = (char)random_next(&m->random);
	memcpy(item, m->items + i * m->bytes, m->bytes);
}

static bool is_zero(const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static void push_some(struct model *m)
{
	void *given[8];
	size_t n = random_below(&m->random, ARRAY_LEN(given) + 1), first = m->count;

	for (size_t i = 0; i < n && m->count < MODEL_COUNT_MAX; i++) {
		given[i] = table_push(m->table);
		CHECK(m->row, is_zero(given[i], m->bytes));
		m->count++;
		/* An old item in between: what push gave must stay valid. */
		size_t other = random_below(&m->random, m->count);
		memset(m->items + (m->count - 1) * m->bytes, 0, m->bytes);
		if (random_below(&m->random, 4) == 0)
			fill(m, table_change(m->table, other), other);
	}
	for (size_t i = first; i < m->count; i++)
		fill(m, given[i - first], i);
}

/* What push gave before stays where it is. */
static void append_some(struct model *m)
{
	char *given = m->count == MODEL_COUNT_MAX ? NULL : table_push(m->table);

	if (given != NULL)
		fill(m, given, m->count++);
	size_t n = random_below(&m->random, 700);
	n = MIN_OF(n, MODEL_COUNT_MAX - m->count);
	char *items = m->items + m->count * m->bytes;
	for (size_t b = 0; b < n * m->bytes; b++)
		items[b] = (char)random_next(&m->random);
	table_append(m->table, items, n);
	m->count += n;
	if (given != NULL)
		CHECK(m->row, given == table_at(m->table, m->count - n - 1));
}

static void resize_some(struct model *m)
{
	size_t count = random_below(&m->random, 3) == 0
			       ? random_below(&m->random, MODEL_COUNT_MAX + 1)
			       : m->count - random_below(&m->random, MIN_OF(m->count, 40) + 1);

	if (count > m->count)
		memset(m->items + m->count * m->bytes, 0, (count - m->count) * m->bytes);
	table_resize(m->table, count);
	m->count = count;
}

static void check_view(const struct model *m, const struct frozen *f)
{
	bool same = view_count(f->view) == f->count;
	size_t run = 0;

	for (size_t i = 0; same && i < f->count; i += run) {
		const void *items = view_run(f->view, i, &run);
		same = run > 0 && run <= f->count - i && items == view_at(f->view, i) &&
		       memcmp(items, f->items + i * m->bytes, run * m->bytes) == 0;
	}
	CHECK(m->row, same);
	CHECK(m->row, view_run(f->view, f->count, &run) == NULL && run == 0);
}

static void drop_view(struct frozen *f)
{
	view_unref(f->view);
	free(f->items);
	*f = (struct frozen){ 0 };
}

static void publish(struct model *m)
{
	struct frozen *f = &m->views[random_below(&m->random, ARRAY_LEN(m->views))];

	drop_view(f);
	f->view = table_publish(m->table);
	f->count = m->count;
	f->items = memory_alloc(m->count * m->bytes + 1);
	memcpy(f->items, m->items, m->count * m->bytes);
	struct view *again = table_publish(m->table);
	CHECK(m->row, again == f->view);
	view_unref(again);
}

static void change_run(struct model *m)
{
	if (m->count == 0)
		return;
	size_t i = random_below(&m->random, m->count), run;
	char *items = table_change_run(m->table, i, &run);

	CHECK(m->row, run > 0 && run <= m->count - i);
	CHECK(m->row, i + run == m->count || run <= table_chunk_items(m->table));
	for (size_t k = 0; k < run; k++) {
		CHECK(m->row, items + k * m->bytes == table_at(m->table, i + k));
		fill(m, items + k * m->bytes, i + k);
	}
}

static void step(struct model *m)
{
	size_t i;

	switch (random_below(&m->random, 8)) {
	case 0:
		append_some(m);
		return;
	case 1:
	case 2:
		push_some(m);
		return;
	case 3:
	case 4:
		if (m->count == 0)
			return;
		i = random_below(&m->random, m->count);
		fill(m, table_change(m->table, i), i);
		return;
	case 5:
		if (random_below(&m->random, 2) == 0)
			publish(m);
		else
			change_run(m);
		return;
	case 6:
		if (random_below(&m->random, 6) == 0)
			resize_some(m);
		return;
	default:
		drop_view(&m->views[random_below(&m->random, ARRAY_LEN(m->views))]);
		return;
	}
}

static void check_table(const struct model *m)
{
	bool same = table_count(m->table) == m->count;

	for (size_t i = 0; same && i < m->count; i++)
		same = memcmp(table_at(m->table, i), m->items + i * m->bytes, m->bytes) == 0;
	CHECK(m->row, same);
	for (size_t v = 0; v < ARRAY_LEN(m->views); v++)
		if (m->views[v].view != NULL)
			check_view(m, &m->views[v]);
}

TEST(table_is_a_plain_array_and_views_stay)
{
	static const struct {
		const char *row;
		size_t bytes;
	} rows[] = { { "bytes", 1 }, { "words", 4 }, { "odd", 12 }, { "long", 100 },
		{ "half a chunk", 2048 }, { "just over half", 2056 }, { "a chunk", 4096 } };

	for (size_t r = 0; r < ARRAY_LEN(rows); r++)
		for (uint64_t seed = 0; seed < 6; seed++) {
			struct model m = { .table = table_create(rows[r].bytes),
				.items = memory_alloc(MODEL_COUNT_MAX * rows[r].bytes),
				.bytes = rows[r].bytes,
				.random = random_of(seed),
				.row = rows[r].row };
			for (int steps = 0; steps < 400; steps++) {
				step(&m);
				if (steps % 40 == 0)
					check_table(&m);
			}
			check_table(&m);
			table_free(m.table);
			for (size_t v = 0; v < ARRAY_LEN(m.views); v++) {
				if (m.views[v].view != NULL) /* views outlive their table */
					check_view(&m, &m.views[v]);
				drop_view(&m.views[v]);
			}
			free(m.items);
		}
}

/* Memory is what some view can see: not one chunk more, however often it was replaced. */
TEST(table_slow_readers_keep_what_they_see)
{
	enum { ITEMS = 10 * 1024, CHUNK = 4096 };
	struct table *table = table_create(4);

	for (uint32_t i = 0; i < ITEMS; i++)
		*(uint32_t *)table_push(table) = i;
	struct view *slow = table_publish(table), *late = NULL;
	for (int round = 0; round < 50; round++) {
		*(uint32_t *)table_change(table, 5000) = 0;
		*(uint32_t *)table_change(table, (size_t)round * 200) = 0;
		struct view *view = table_publish(table);
		if (round == 25)
			late = view_ref(view);
		view_unref(view);
	}
	/* slow: all 10 chunks as they were; late: 5 of the same, and one of its own */
	size_t both = table_retained_bytes(table);
	CHECK("two readers", both / CHUNK == 11);
	view_unref(slow);
	size_t one = table_retained_bytes(table);
	CHECK("one reader", one / CHUNK == 6);
	view_unref(late);
	CHECK("none", table_retained_bytes(table) == 0);
	table_free(table);
}

/* A table that began as a view and the table of the view: neither sees what the other does. */
TEST(table_of_a_view_goes_its_own_way)
{
	static const struct {
		const char *row;
		size_t bytes, count;
		bool own;
	} rows[] = { { "empty", 4, 0, true }, { "a few", 4, 5, false },
		{ "full chunk", 4, 1024, true }, { "odd", 12, 3000, true },
		{ "kept shared", 40, 2999, false } };

	for (size_t r = 0; r < ARRAY_LEN(rows); r++)
		for (uint64_t seed = 0; seed < 8; seed++) {
			struct model a = { .table = table_create(rows[r].bytes),
				.items = memory_alloc(MODEL_COUNT_MAX * rows[r].bytes),
				.bytes = rows[r].bytes,
				.random = random_of(seed),
				.row = rows[r].row };
			while (a.count < rows[r].count) {
				void *item = table_push(a.table);
				fill(&a, item, a.count++);
			}
			struct model b = a;
			struct view *view = table_publish(a.table);
			b.items = memory_alloc(MODEL_COUNT_MAX * rows[r].bytes);
			memcpy(b.items, a.items, a.count * a.bytes);
			b.table = table_of_view(view);
			view_unref(view);
			memset(b.views, 0, sizeof(b.views));
			if (rows[r].own)
				table_own(b.table);
			for (int steps = 0; steps < 200; steps++) {
				step(&a);
				step(&b);
			}
			check_table(&a);
			table_free(a.table); /* the other keeps what it borrowed */
			for (int steps = 0; steps < 50; steps++)
				step(&b);
			check_table(&b);
			table_free(b.table);
			for (size_t v = 0; v < ARRAY_LEN(a.views); v++) {
				drop_view(&a.views[v]);
				if (b.views[v].view != NULL)
					check_view(&b, &b.views[v]);
				drop_view(&b.views[v]);
			}
			free(a.items);
			free(b.items);
		}
}
