/* exchange/typed_value.c - see typed_value.h */
#include "exchange/typed_value.h"

enum { EXACT_DIGITS = 15, TIME_BYTES_LEAST = 16 }; /* yyyy-mm-ddThh:mm */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_of(str text)
{
	size_t len = 0;

	while (len < text.len && is_digit(text.ptr[len]))
		len++;
	return len;
}

/* A number as a program would write it: no sign but '-', no needless zeros in front. */
static bool is_plain_whole(str text)
{
	(void)str_skip_prefix(&text, STR("-"));
	size_t digits = digits_of(text);

	return digits > 0 && digits == text.len && (digits == 1 || text.ptr[0] != '0');
}

static bool read_integer(str text, int64_t *out)
{
	return is_plain_whole(text) && !str_equal(text, STR("-0")) && str_to_int64(text, out);
}

/* Both the digits and the power of ten are exact in a double, so their quotient is the nearest
 * one: what strtod() gives, whatever the locale. */
static bool read_float(str text, double *out)
{
	static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15 };
	str whole, fraction;
	int64_t digits = 0;

	if (!str_split(text, '.', &whole, &fraction) || !is_plain_whole(whole) ||
		fraction.len == 0 || digits_of(fraction) != fraction.len)
		return false;
	bool negative = str_skip_prefix(&whole, STR("-"));
	if (whole.len + fraction.len > EXACT_DIGITS)
		return false;
	for (size_t i = 0; i < whole.len; i++)
		digits = digits * 10 + (whole.ptr[i] - '0');
	for (size_t i = 0; i < fraction.len; i++)
		digits = digits * 10 + (fraction.ptr[i] - '0');
	if (digits == 0 && negative)
		return false;
	*out = (negative ? -(double)digits : (double)digits) / tens[fraction.len];
	return true;
}

static bool read_boolean(str text, bool *out)
{
	static const struct {
		str word;
		bool value;
	} words[] = { { STR_INIT("true"), true }, { STR_INIT("false"), false },
		{ STR_INIT("True"), true }, { STR_INIT("False"), false },
		{ STR_INIT("TRUE"), true }, { STR_INIT("FALSE"), false } };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_equal(text, words[i].word)) {
			*out = words[i].value;
			return true;
		}
	return false;
}

static bool read_time(str text, const struct zone *zone, struct instant *out)
{
	struct timestamp t;

	return timestamp_parse(text, &t) && zone_instant(zone, &t, out);
}

static struct value string_of(str text)
{
	return (struct value){ .kind = VALUE_STRING, .string = text };
}

/* Looks at the first byte before trying anything: most fields are words. */
static struct value guess(str text, const struct zone *zone)
{
	struct value v = string_of(text);
	char first = text.len == 0 ? '\0' : text.ptr[0];

	if (first == 't' || first == 'T' || first == 'f' || first == 'F') {
		if (read_boolean(text, &v.boolean))
			v.kind = VALUE_BOOLEAN;
		return v;
	}
	if (!is_digit(first) && first != '-')
		return v;
	if (text.len >= TIME_BYTES_LEAST && text.ptr[4] == '-') {
		if (read_time(text, zone, &v.time))
			v.kind = VALUE_TIME;
		else
			v = string_of(text);
		return v;
	}
	int64_t integer;
	double number;
	if (read_integer(text, &integer))
		return (struct value){ .kind = VALUE_INTEGER, .integer = integer };
	if (read_float(text, &number))
		return (struct value){ .kind = VALUE_FLOAT, .number = number };
	return v;
}

bool typed_value(enum mapping_type type, str text, const struct zone *zone, struct value *out)
{
	str trimmed = str_trim(text);
	struct value v = { .kind = VALUE_STRING };
	int64_t whole;

	switch (type) {
	case TYPE_AUTO:
		*out = guess(text, zone);
		return true;
	case TYPE_STRING:
		*out = string_of(text);
		return true;
	case TYPE_INTEGER:
		v.kind = VALUE_INTEGER;
		if (!str_to_int64(trimmed, &v.integer))
			return false;
		break;
	case TYPE_FLOAT:
		v.kind = VALUE_FLOAT;
		if (read_integer(trimmed, &whole) && whole < (INT64_C(1) << 53) &&
			whole > -(INT64_C(1) << 53))
			v.number = (double)whole;
		else if (!read_float(trimmed, &v.number))
			return false;
		break;
	case TYPE_BOOLEAN:
		v.kind = VALUE_BOOLEAN;
		if (str_equal(trimmed, STR("1")) || str_equal(trimmed, STR("0")))
			v.boolean = trimmed.ptr[0] == '1';
		else if (!read_boolean(trimmed, &v.boolean))
			return false;
		break;
	case TYPE_TIME:
		v.kind = VALUE_TIME;
		if (!read_time(trimmed, zone, &v.time))
			return false;
		break;
	}
	*out = v;
	return true;
}
