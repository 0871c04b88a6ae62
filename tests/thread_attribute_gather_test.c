/* tests/thread_attribute_gather_test.c - values at marked rows against reading the column pair by
 * pair: blocks of every form, marks of every density, lists, what is above the most. */
#include "base/random.h"
#include "test.h"
#include "thread/attribute_gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 5000 };

/* How the rows of a column lie: each row has it with `of` in `among` chances, then a list of up to
 * `list`. */
struct pattern {
	const char *name;
	unsigned of, among, list, values;
};

static const struct pattern patterns[] = {
	{ "every row", 1, 1, 1, 7 },
	{ "every row, one value", 1, 1, 1, 1 },
	{ "every other", 1, 2, 1, 200 },
	{ "few", 1, 40, 1, 5 },
	{ "rare", 1, 900, 1, 5 },
	{ "lists", 1, 3, 3, 9 },
	{ "many values", 1, 1, 1, 255 },
};

static struct attributes_view *make_column(const struct pattern *p, struct random *random)
{
	struct attributes *attributes = attributes_create();
	struct attribute items[4];
	char texts[4][16];

	for (uint32_t row = 0; row < ROWS; row++) {
		struct record record = { .attributes = items };
		if (random_below(random, p->among) >= p->of)
			continue;
		size_t count = 1 + (size_t)random_below(random, p->list);
		for (size_t i = 0; i < count; i++) {
			/* neighbours are alike, as they are in life: blocks with a least */
			unsigned value = p->values == 255
						 ? row * 255 / ROWS
						 : (unsigned)random_below(random, p->values);
			snprintf(texts[i], sizeof(texts[i]), "v%u", value);
			items[i] = (struct attribute){ STR("key"),
				{ .kind = VALUE_STRING, .string = str_of(texts[i]) } };
		}
		record.attribute_count = count;
		attributes_add(attributes, row, &record);
	}
	struct attributes_view *view = attributes_publish(attributes);
	attributes_free(attributes);
	return view;
}

static size_t read_plainly(const struct attribute_column *column, const struct row_marks *marks,
	unsigned most, uint8_t *out)
{
	struct attribute_cursor *cursor = memory_alloc(sizeof(*cursor));
	size_t found = 0;

	attribute_cursor_init(cursor, column);
	while (attribute_next_block(cursor))
		for (size_t i = 0; i < cursor->count; i++) {
			uint32_t row = cursor->rows[i], number = 0;
			if (row / 64 >= marks->words || !(marks->bits[row / 64] >> (row % 64) & 1))
				continue;
			for (uint32_t before = 0; before < row; before++)
				number += (marks->bits[before / 64] >> (before % 64) & 1) != 0;
			found += out[number] == 0;
			out[number] = (uint8_t)(MIN_OF(cursor->values[i], (uint64_t)most) + 1);
		}
	free(cursor);
	return found;
}

static void check_marks(const struct pattern *p, const struct attribute_column *column,
	unsigned share, size_t rows, struct random *random)
{
	struct row_marks marks = row_marks_create(rows);
	uint8_t *wanted = memory_alloc(ROWS + 1), *seen = memory_alloc(ROWS + 1);
	unsigned most = (unsigned)MIN_OF(attribute_distinct(column), (size_t)GATHERED_MAX) - 1;
	size_t marked = 0;

	for (uint32_t row = 0; row < rows; row++)
		if (random_below(random, 100) < share) {
			row_marks_add(&marks, row / 64, (uint64_t)1 << (row % 64));
			marked++;
		}
	CHECK(p->name, row_marks_number(&marks) == marked);
	most = random_below(random, 4) == 0 ? most / 2 : most;
	CHECK(p->name, read_plainly(column, &marks, most, wanted) ==
			       attribute_gather(column, &marks, most, seen));
	CHECK(p->name, memcmp(wanted, seen, ROWS + 1) == 0);
	row_marks_done(&marks);
	free(wanted);
	free(seen);
}

TEST(gathering_is_reading_pair_by_pair)
{
	static const unsigned shares[] = { 0, 1, 30, 99, 100 };
	struct random random = random_of(11);

	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct attributes_view *view = make_column(&patterns[i], &random);
		const struct attribute_column *column = attributes_column(
			view, attributes_find_key(view, STR("key")), ATTRIBUTE_STRING);
		CHECK(patterns[i].name, column != NULL);
		for (size_t s = 0; s < ARRAY_LEN(shares); s++) /* and rows that came later */
			check_marks(&patterns[i], column, shares[s], s % 2 == 0 ? ROWS : ROWS - 700,
				&random);
		attributes_view_unref(view);
	}
}

/* What is marked are just the rows that have it, as where every point carries a key. */
TEST(gathering_copies_whole_blocks)
{
	struct attributes *attributes = attributes_create();
	struct row_marks marks = row_marks_create(ROWS);
	uint8_t *out = memory_alloc(ROWS);
	bool right = true;

	for (uint32_t row = 1; row < ROWS; row += 2) {
		char text[16];
		snprintf(text, sizeof(text), "v%u", row % 10);
		struct attribute item = { STR("key"),
			{ .kind = VALUE_STRING, .string = str_of(text) } };
		const struct record record = { .attributes = &item, .attribute_count = 1 };
		attributes_add(attributes, row, &record);
		row_marks_add(&marks, row / 64, (uint64_t)1 << (row % 64));
	}
	struct attributes_view *view = attributes_publish(attributes);
	const struct attribute_column *column =
		attributes_column(view, attributes_find_key(view, STR("key")), ATTRIBUTE_STRING);
	CHECK("marks", row_marks_number(&marks) == ROWS / 2);
	CHECK("all", attribute_gather(column, &marks, 4, out) == ROWS / 2);
	for (uint32_t i = 0; i < ROWS / 2; i++) {
		char text[16];
		snprintf(text, sizeof(text), "v%u", (2 * i + 1) % 10);
		right &= out[i] == attribute_code(column, str_of(text)) + 1;
	}
	CHECK("each its own", right);
	CHECK("numbers", row_marks_find(&marks, 4999) == ROWS / 2 - 1);
	attributes_view_unref(view);
	attributes_free(attributes);
	row_marks_done(&marks);
	free(out);
}
