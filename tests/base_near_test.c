/* tests/base_near_test.c - names nearly right. */
#include "base/near.h"
#include "test.h"

TEST(near_names)
{
	static const struct {
		const char *a, *b;
		uint32_t far;
	} rows[] = { { "", "", 0 }, { "abc", "", 3 }, { "", "abc", 3 }, { "kitten", "sitting", 3 },
		{ "Channel", "chanel", 1 }, { "saturday", "sunday", 3 } };
	static const str known[] = { STR_INIT("activity"), STR_INIT("channel"), STR_INIT("zone") };
	char longest[NEAR_BYTES_MAX + 1] = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].a,
			near_distance(str_of(rows[i].a), str_of(rows[i].b)) == rows[i].far);
	CHECK("near", str_equal(near_best(STR("activty"), known, 3), known[0]));
	CHECK("far", near_best(STR("colour"), known, 3).len == 0);
	CHECK("short", near_best(STR("z"), known, 3).len == 0);
	CHECK("long", near_distance((str){ longest, sizeof(longest) }, STR("a")) == UINT32_MAX);
}
