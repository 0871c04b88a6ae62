/* tests/thread_where_test.c - conditions: read, put to records, and to columns with one answer. */
#include "thread/where.h"

#include "base/random.h"
#include "test.h"
#include "thread/thread.h"

#include <stdio.h>
#include <string.h>

static struct value text_of(const char *text)
{
	return (struct value){ .kind = VALUE_STRING, .string = str_of(text) };
}
static struct value whole(int64_t n)
{
	return (struct value){ .kind = VALUE_INTEGER, .integer = n };
}
static struct value number(double x)
{
	return (struct value){ .kind = VALUE_FLOAT, .number = x };
}
static struct value list_of(const struct value *items, size_t count)
{
	return (struct value){ .kind = VALUE_LIST, .list = { items, count } };
}
static struct value map_of(const struct attribute *items, size_t count)
{
	return (struct value){ .kind = VALUE_MAP, .map = { items, count } };
}

static bool asked(const struct record *record, const char *condition)
{
	struct where where;
	struct why why = { 0 };

	CHECK(condition, where_parse(str_of(condition), zone_utc(), &where, &why) == OK);
	return where_record(&where, record);
}

/* The same by columns: a row alone. */
static bool sifted(const struct record *record, const char *condition, bool *ask)
{
	struct attributes *a = attributes_create();
	AUTO_ARENA arena = arena_create(1 << 20);
	struct where where;
	struct where_rows rows;
	struct why why = { 0 };

	attributes_add(a, 0, record);
	struct attributes_view *view = attributes_publish(a);
	CHECK(condition, where_parse(str_of(condition), zone_utc(), &where, &why) == OK);
	CHECK(condition, where_select(view, &where, 1, 1, arena, &rows, &why) == OK);
	attributes_view_unref(view);
	attributes_free(a);
	*ask = where_bit(rows.ask, 0);
	return where_bit(rows.may, 0) && (!*ask || where_record(&where, record));
}

static const struct {
	const char *condition;
	bool meets;
} rows[] = {
	{ "i", true },
	{ "missing", false },
	{ "null", false },
	{ "empty", false },
	{ "i=7", true },
	{ "i=7.0", true },
	{ "i=8", false },
	{ "i=seven", false },
	{ "i!=8", true },
	{ "i!=7", false },
	{ "i!=seven", true },
	{ "missing!=7", false },
	{ "i<8", true },
	{ "i<7", false },
	{ "i<=7", true },
	{ "i>6.5", true },
	{ "i>=7", true },
	{ "i>seven", false },
	{ "big=9007199254740993", true },
	{ "big>9007199254740992.0", true }, /* not equal, as it would be in doubles */
	{ "big<9007199254740992.0", false },
	{ "f=1.5", true },
	{ "f>1", true },
	{ "f<1.5", false },
	{ "f=-0", false },
	{ "b=true", true },
	{ "b=false", false },
	{ "b!=false", true },
	{ "b<true", false },
	{ "t=2026-03-14T10:00:00Z", true },
	{ "t>2026-03-14", true },
	{ "t<2026-03-14T11:30+01:00", true },
	{ "t>=2026-03-14T11:30+01:00", false },
	{ "t=noon", false },
	{ "s=abc", true },
	{ "s~a*", true },
	{ "s~*b*", true },
	{ "s~b*", false },
	{ "s~*", true },
	{ "i~*", false }, /* patterns are for texts */
	{ "missing~*", false },
	{ "s=ABC", false },
	{ "s<abd", true },
	{ "s<5", false }, /* a text and a number have no order */
	{ "n=10", true }, /* a text of digits is still equal to itself */
	{ "n>9", false },
	{ "l=1", true },
	{ "l=3", false },
	{ "l!=1", false },
	{ "l!=3", true },
	{ "l>1", true },
	{ "m.n.o=x", true },
	{ "m.n", false },
	{ "m.n.", true },
	{ "m.p=x", true },
	{ "s=", false },
	{ "nothing=", true },
	{ "@source=shop", true },
	{ "@source!=shop", false },
	{ "@case", false },
	{ "@actor=Zoé", true },
	{ "@text", true },
	{ "@interaction<b", true },
	{ "source", false },
};

TEST(where_asks_records_and_columns_alike)
{
	const struct value items[] = { whole(1), whole(2), { 0 } };
	const struct attribute o[] = { { STR("o"), text_of("x") }, { STR(""), whole(0) } };
	const struct attribute n[] = { { STR("n"), map_of(o, 2) }, { STR("p"), text_of("x") } };
	const struct attribute all[] = { { STR("i"), whole(7) }, { STR("null"), { 0 } },
		{ STR("empty"), list_of(NULL, 0) }, { STR("big"), whole(9007199254740993) },
		{ STR("f"), number(1.5) }, { STR("b"), { .kind = VALUE_BOOLEAN, .boolean = true } },
		{ STR("t"), { .kind = VALUE_TIME, .time = { .ms = 1773482400000 } } },
		{ STR("s"), text_of("abc") }, { STR("n"), text_of("10") },
		{ STR("nothing"), text_of("") }, { STR("l"), list_of(items, 3) },
		{ STR("m"), map_of(n, 2) } };
	const struct record record = { .source = STR("shop"),
		.actor = STR("Zoé"),
		.interaction = STR("a1"),
		.text = STR("Bonjour"),
		.attributes = all,
		.attribute_count = ARRAY_LEN(all) };
	bool ask;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CHECK(rows[i].condition, asked(&record, rows[i].condition) == rows[i].meets);
		CHECK(rows[i].condition, sifted(&record, rows[i].condition, &ask) == rows[i].meets);
		CHECK(rows[i].condition, !ask);
	}
}

TEST(where_asks_the_record_where_columns_cannot_tell)
{
	static char text[ATTRIBUTE_TEXT_BYTES_MAX + 2];
	struct value deep[12] = { text_of("x") };
	char condition[ATTRIBUTE_TEXT_BYTES_MAX + 20];
	bool ask;

	memset(text, 'a', sizeof(text) - 1);
	for (size_t i = 1; i < ARRAY_LEN(deep); i++)
		deep[i] = list_of(&deep[i - 1], 1);
	const struct attribute all[] = { { STR("deep"), deep[11] }, { STR("i"), whole(1) } },
			       hashed[] = { { STR("long"), text_of(text) } };
	const struct record record = { .attributes = all, .attribute_count = 2 },
			    long_one = { .attributes = hashed, .attribute_count = 1 };
	CHECK("too deep", sifted(&record, "deep=x", &ask) && ask);
	CHECK("too deep", !sifted(&record, "deep=y", &ask) && ask);
	CHECK("known", sifted(&record, "i=1", &ask) && !ask);
	CHECK("perhaps deeper", !sifted(&record, "i=2", &ask) && ask);
	(void)snprintf(condition, sizeof(condition), "long=%s", text);
	CHECK("same hash", sifted(&long_one, condition, &ask) && ask);
	(void)snprintf(condition, sizeof(condition), "long!=%s", text);
	CHECK("same hash, turned", !sifted(&long_one, condition, &ask) && ask);
	CHECK("other hash", !sifted(&long_one, "long=b", &ask) && !ask);
	CHECK("other hash, turned", sifted(&long_one, "long!=b", &ask) && !ask);
	CHECK("order", sifted(&long_one, "long<b", &ask) && ask);
	CHECK("has", sifted(&long_one, "long", &ask) && !ask);
}

enum { MANY = 5000 };

TEST(where_selects_the_rows_that_meet_all)
{
	static const char *const conditions[] = { "a", "a=3", "a!=3", "a<3", "b=x4", "b!=x4",
		"b>x4", "a>=2", "b", "c=1", "c!=1" };
	struct attributes *a = attributes_create();
	AUTO_ARENA arena = arena_create(64 << 20);
	struct record *records = arena_array(arena, MANY, sizeof(*records));
	struct random random = random_of(3);
	struct why why = { 0 };

	for (uint32_t row = 0; row < MANY; row++) {
		struct attribute *list = arena_array(arena, 8, sizeof(*list));
		struct record *r = &records[row];
		r->attributes = list;
		for (size_t k = random_below(&random, 4); k > 0; k--) {
			char *text = arena_alloc(arena, 8);
			(void)snprintf(text, 8, "x%u", (unsigned)random_below(&random, 9));
			bool b = random_below(&random, 2) == 0;
			list[r->attribute_count++] =
				b ? (struct attribute){ STR("b"), text_of(text) }
				  : (struct attribute){ STR("a"),
					    whole((int64_t)random_below(&random, 6)) };
		}
		if (random_below(&random, 200) == 0)
			list[r->attribute_count++] = (struct attribute){ STR("c"), whole(1) };
		attributes_add(a, row, r);
	}
	struct attributes_view *view = attributes_publish(a);
	for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
		for (size_t k = 0; k < ARRAY_LEN(conditions); k++) {
			struct where two[2];
			struct where_rows found;
			bool same = true;
			CHECK("parse", where_parse(str_of(conditions[i]), zone_utc(), &two[0],
					       &why) == OK);
			CHECK("parse", where_parse(str_of(conditions[k]), zone_utc(), &two[1],
					       &why) == OK);
			CHECK("select",
				where_select(view, two, 2, MANY, arena, &found, &why) == OK);
			for (size_t row = 0; row < MANY; row++)
				same &= where_bit(found.may, row) ==
						(where_record(&two[0], &records[row]) &&
							where_record(&two[1], &records[row])) &&
					!where_bit(found.ask, row);
			CHECK(conditions[i], same);
		}
	attributes_view_unref(view);
	attributes_free(a);
}

TEST(where_without_columns_asks_every_row)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	AUTO_ARENA small = arena_create(5000);
	struct where where = { .key = STR("a") };
	struct where_rows found;
	struct why why = { 0 };

	CHECK("select", where_select(NULL, &where, 1, 70, arena, &found, &why) == OK);
	CHECK("all",
		where_bit(found.may, 69) && where_bit(found.ask, 69) && !where_bit(found.may, 70));
	CHECK("no room", where_select(NULL, &where, 1, 100000, small, &found, &why) == ERR_LIMIT);
	CHECK("no key", where_parse(STR("=5"), zone_utc(), &where, &why) == ERR_SYNTAX);
	CHECK("no key", where_parse(STR(""), zone_utc(), &where, &why) == ERR_SYNTAX);
	CHECK("first sign", where_parse(STR("a!b=c>=d"), zone_utc(), &where, &why) == OK &&
				    str_equal(where.key, STR("a!b")) && where.is == WHERE_EQUAL &&
				    str_equal(where.text, STR("c>=d")));
}
