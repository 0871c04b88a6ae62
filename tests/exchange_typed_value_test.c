/* tests/exchange_typed_value_test.c - fields as typed values: what becomes one and what stays text.
 */
#include "exchange/typed_value.h"
#include "test.h"

TEST(values_are_typed_one_by_one)
{
	static const struct {
		const char *text;
		enum value_kind kind;
	} rows[] = { { "", VALUE_STRING }, { "0", VALUE_INTEGER }, { "-7", VALUE_INTEGER },
		{ "9223372036854775807", VALUE_INTEGER }, { "9223372036854775808", VALUE_STRING },
		{ "-9223372036854775808", VALUE_INTEGER }, { "-0", VALUE_STRING },
		{ "007", VALUE_STRING }, { "+7", VALUE_STRING }, { " 7", VALUE_STRING },
		{ "7 ", VALUE_STRING }, { "0.5", VALUE_FLOAT }, { "-12.50", VALUE_FLOAT },
		{ ".5", VALUE_STRING }, { "5.", VALUE_STRING }, { "00.5", VALUE_STRING },
		{ "-0.0", VALUE_STRING }, { "1e5", VALUE_STRING }, { "1,5", VALUE_STRING },
		{ "123456789012.345", VALUE_FLOAT }, { "1234567890123.456", VALUE_STRING },
		{ "0x1f", VALUE_STRING }, { "NaN", VALUE_STRING }, { "true", VALUE_BOOLEAN },
		{ "False", VALUE_BOOLEAN }, { "tRUE", VALUE_STRING }, { "yes", VALUE_STRING },
		{ "2026-03-14", VALUE_STRING }, { "2026-03-14T15:09", VALUE_TIME },
		{ "2026-03-14 15:09:26.5+01:00", VALUE_TIME }, { "2026-13-14 15:09", VALUE_STRING },
		{ "0612345678", VALUE_STRING }, { "192.168.0.1", VALUE_STRING } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value v;
		bool ok = typed_value(TYPE_AUTO, str_of(rows[i].text), zone_utc(), &v);
		CHECK(rows[i].text, ok && v.kind == rows[i].kind);
		CHECK(rows[i].text,
			v.kind != VALUE_STRING || str_equal(v.string, str_of(rows[i].text)));
	}
}

TEST(floats_are_the_nearest_ones)
{
	static const struct {
		const char *text;
		double number;
	} rows[] = { { "0.1", 0.1 }, { "-12.50", -12.5 }, { "3.14159265358979", 3.14159265358979 },
		{ "0.00000000000001", 1e-14 }, { "99999999999999.9", 99999999999999.9 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value v;
		CHECK(rows[i].text, typed_value(TYPE_AUTO, str_of(rows[i].text), zone_utc(), &v));
		CHECK(rows[i].text, v.kind == VALUE_FLOAT && !(v.number < rows[i].number) &&
					    !(v.number > rows[i].number));
	}
}

TEST(a_wanted_type_is_had_or_refused)
{
	static const struct {
		enum mapping_type type;
		const char *text;
		bool ok;
	} rows[] = { { TYPE_STRING, "7", true }, { TYPE_INTEGER, " 007 ", true },
		{ TYPE_INTEGER, "7.0", false }, { TYPE_FLOAT, "7", true },
		{ TYPE_FLOAT, "7.25", true }, { TYPE_FLOAT, "n/a", false },
		{ TYPE_FLOAT, "9007199254740993", false }, { TYPE_BOOLEAN, "1", true },
		{ TYPE_BOOLEAN, "TRUE", true }, { TYPE_BOOLEAN, "2", false },
		{ TYPE_TIME, "2026-03-14", true }, { TYPE_TIME, "soon", false } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value v;
		CHECK(rows[i].text, typed_value(rows[i].type, str_of(rows[i].text), zone_utc(),
					    &v) == rows[i].ok);
	}
}
