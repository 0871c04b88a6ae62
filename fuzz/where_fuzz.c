/* fuzz/where_fuzz.c - conditions on attributes are read whole or refused, and hold together.
 *
 * Input: a condition.  What is read, written out again, reads the same; and whatever value an
 * attribute has, the signs say of it what their meanings together allow.
 */
#include "fuzz.h"
#include "thread/where.h"

#include <string.h>

enum { TEXT_BYTES_MAX = 4096, SIGNS = 7 };

static const struct {
	const char *sign;
	enum where_is is;
} signs[SIGNS] = { { "=", WHERE_EQUAL }, { "!=", WHERE_NOT_EQUAL }, { "<", WHERE_LESS },
	{ "<=", WHERE_LESS_OR_EQUAL }, { ">", WHERE_MORE }, { ">=", WHERE_MORE_OR_EQUAL },
	{ "~", WHERE_FITS } };

/* Key, sign and value are the text, nothing added, nothing lost. */
static void check_form(str text, const struct where *where)
{
	size_t i = 0;

	ASSERT(where->key.len > 0 && str_starts(text, where->key));
	str rest = str_from(text, where->key.len);
	if (where->is == WHERE_HAS) {
		ASSERT(rest.len == 0);
		ASSERT(!str_has(text, '=') && !str_has(text, '<') && !str_has(text, '>') &&
			!str_has(text, '~'));
		return;
	}
	while (signs[i].is != where->is)
		i++;
	ASSERT(str_skip_prefix(&rest, str_of(signs[i].sign)));
	ASSERT(str_equal(rest, where->text));
}

static void check_value(const struct where *where, const struct value *value)
{
	struct attribute attribute = { .key = where->key, .value = *value };
	const struct record record = {
		.kind = RECORD_EVENT, .attributes = &attribute, .attribute_count = 1
	};
	struct where with[SIGNS];
	bool met[SIGNS];

	for (size_t i = 0; i < SIGNS; i++) {
		with[i] = *where;
		with[i].is = signs[i].is;
	}
	for (size_t i = 0; i < SIGNS; i++)
		met[i] = where_record(&with[i], &record);
	ASSERT(met[0] + met[2] + met[4] <= 1); /* equal, below, above: one of them, or none */
	ASSERT(met[3] == (met[0] || met[2]) && met[5] == (met[0] || met[4]));
	ASSERT(met[0] != met[1]);
}

static void check_values(const struct where *where)
{
	static const struct value values[] = {
		{ .kind = VALUE_INTEGER, .integer = INT64_MIN },
		{ .kind = VALUE_INTEGER, .integer = 7 },
		{ .kind = VALUE_INTEGER, .integer = INT64_MAX },
		{ .kind = VALUE_FLOAT, .number = -0.0 },
		{ .kind = VALUE_FLOAT, .number = 7.5 },
		{ .kind = VALUE_FLOAT, .number = 9223372036854775808.0 },
		{ .kind = VALUE_BOOLEAN, .boolean = true },
		{ .kind = VALUE_STRING, .string = STR_INIT("") },
		{ .kind = VALUE_STRING, .string = STR_INIT("blue") },
		{ .kind = VALUE_TIME, .time = { .ms = 1767225600000, .offset_min = 60 } },
	};
	const struct value same = { .kind = VALUE_STRING, .string = where->text };

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		check_value(where, &values[i]);
	check_value(where, &same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	str text = { (const char *)data, len };
	struct why why = { 0 };
	struct where where;

	if (len > TEXT_BYTES_MAX)
		return 0;
	if (where_parse(text, zone_utc(), &where, &why) != OK) {
		ASSERT(why.message == MSG_WHERE_FORM);
		ASSERT(len == 0 || strchr("=!<>~", text.ptr[0]) != NULL);
		return 0;
	}
	check_form(text, &where);
	if (where.is != WHERE_HAS && where.key.ptr[0] != '@') /* no field: an attribute */
		check_values(&where);
	return 0;
}
