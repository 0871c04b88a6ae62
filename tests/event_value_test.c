/* tests/event_value_test.c - values in one order. */
#include "event/value.h"
#include "test.h"

/* In ascending order, all different. */
static const struct value *ordered(size_t *count)
{
	static const struct value small[] = { { .kind = VALUE_INTEGER, .integer = 1 } };
	static const struct value two[] = { { .kind = VALUE_INTEGER, .integer = 1 },
		{ .kind = VALUE_NULL } };
	static const struct attribute a[] = { { STR_INIT("a"), { .kind = VALUE_BOOLEAN } } };
	static const struct attribute b[] = { { STR_INIT("b"), { .kind = VALUE_BOOLEAN } } };
	static const struct value items[] = {
		{ .kind = VALUE_NULL },
		{ .kind = VALUE_STRING, .string = STR_INIT("") },
		{ .kind = VALUE_STRING, .string = STR_INIT("B") },
		{ .kind = VALUE_STRING, .string = STR_INIT("a") },
		{ .kind = VALUE_STRING, .string = STR_INIT("ab") },
		{ .kind = VALUE_FLOAT, .number = -1e300 },
		{ .kind = VALUE_INTEGER, .integer = INT64_MIN },
		{ .kind = VALUE_FLOAT, .number = -0x1p63 },
		{ .kind = VALUE_FLOAT, .number = -0.5 },
		{ .kind = VALUE_INTEGER, .integer = 0 },
		{ .kind = VALUE_FLOAT, .number = 0.5 },
		{ .kind = VALUE_INTEGER, .integer = 9007199254740992 },
		{ .kind = VALUE_FLOAT, .number = 9007199254740992.0 },
		{ .kind = VALUE_INTEGER, .integer = 9007199254740993 },
		{ .kind = VALUE_INTEGER, .integer = INT64_MAX },
		{ .kind = VALUE_FLOAT, .number = 0x1p63 },
		{ .kind = VALUE_BOOLEAN, .boolean = false },
		{ .kind = VALUE_BOOLEAN, .boolean = true },
		{ .kind = VALUE_TIME, .time = { .ms = -1 } },
		{ .kind = VALUE_TIME, .time = { .ms = 1 } },
		{ .kind = VALUE_TIME, .time = { .ms = 1, .sub_ns = 1 } },
		{ .kind = VALUE_TIME, .time = { .ms = 1, .sub_ns = 1, .offset_min = 60 } },
		{ .kind = VALUE_LIST },
		{ .kind = VALUE_LIST, .list = { small, 1 } },
		{ .kind = VALUE_LIST, .list = { two, 2 } },
		{ .kind = VALUE_MAP },
		{ .kind = VALUE_MAP, .map = { a, 1 } },
		{ .kind = VALUE_MAP, .map = { b, 1 } },
	};

	*count = ARRAY_LEN(items);
	return items;
}

TEST(event_values_have_one_order)
{
	size_t count;
	const struct value *items = ordered(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++) {
			int order = value_compare(&items[i], &items[k]);
			CHECK("as they stand", (order < 0) == (i < k) && (order == 0) == (i == k));
		}
	const struct value plus = { .kind = VALUE_FLOAT, .number = 0.0 },
			   minus = { .kind = VALUE_FLOAT, .number = -0.0 };
	CHECK("two zeros", value_compare(&minus, &plus) < 0 && value_compare(&plus, &minus) > 0);
}
