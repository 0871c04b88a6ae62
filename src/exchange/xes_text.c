/* exchange/xes_text.c - dates, numbers and characters as XES writes them; see xes_internal.h */
#include "exchange/xes_internal.h"

#include "base/json.h"
#include "base/timestamp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- dates */

static bool take(str *text, char a, char b)
{
	if (text->len == 0 || (text->ptr[0] != a && text->ptr[0] != b))
		return false;
	*text = str_from(*text, 1);
	return true;
}

static bool take_day(str *text, int64_t *days)
{
	int64_t y, m, d;

	bool five = str_starts(*text, STR("10000")); /* the last hours of 9999 east of UTC */
	if (!timestamp_take_number(text, five ? 5 : 4, five ? 5 : 4, &y) || !take(text, '-', '-') ||
		!timestamp_take_number(text, 2, 2, &m) || !take(text, '-', '-') ||
		!timestamp_take_number(text, 2, 2, &d) || m < 1 || m > 12)
		return false;
	if (d < 1 || d > month_days(y, (int)m))
		return false;
	*days = days_of_date(y, (int)m, (int)d);
	return true;
}

/* Digits behind the point: nanoseconds, and whether there were more. */
static bool take_fraction(str *text, int64_t *ns, bool *exact)
{
	int64_t unit = 100000000;

	if (text->len == 0 || text->ptr[0] < '0' || text->ptr[0] > '9')
		return false;
	while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9') {
		if (unit == 0 && text->ptr[0] != '0')
			*exact = false;
		*ns += (text->ptr[0] - '0') * unit;
		unit /= 10;
		*text = str_from(*text, 1);
	}
	return true;
}

static bool take_clock(str *text, int64_t *ms, int64_t *sub_ns, bool *exact)
{
	int64_t h, m, s, ns = 0;

	if (!timestamp_take_number(text, 2, 2, &h) || !take(text, ':', ':') ||
		!timestamp_take_number(text, 2, 2, &m) || !take(text, ':', ':') ||
		!timestamp_take_number(text, 2, 2, &s) || h > 23 || m > 59 || s > 59)
		return false;
	if (take(text, '.', ',') && !take_fraction(text, &ns, exact))
		return false;
	*ms = ((h * 60 + m) * 60 + s) * 1000 + ns / 1000000;
	*sub_ns = ns % 1000000;
	return true;
}

/* Z, +hh:mm, +hhmm, or nothing.  -00:00 is UTC told in no zone (RFC 3339, 4.3). */
static bool take_zone(str *text, int16_t *offset, bool *zoned)
{
	bool minus = text->len > 0 && text->ptr[0] == '-';
	int64_t h, m;

	*offset = INSTANT_NO_OFFSET;
	*zoned = text->len > 0;
	if (text->len == 0)
		return true;
	if (take(text, 'Z', 'z')) {
		*offset = 0;
		return true;
	}
	if (!take(text, '+', '-') || !timestamp_take_number(text, 2, 2, &h))
		return false;
	(void)take(text, ':', ':'); /* often left out */
	if (!timestamp_take_number(text, 2, 2, &m) || m > 59 || h * 60 + m > INSTANT_OFFSET_MIN_MAX)
		return false;
	if (!minus || h + m > 0)
		*offset = (int16_t)(minus ? -(h * 60 + m) : h * 60 + m);
	return true;
}

bool xes_date_of(str text, struct xes_zone *zone, struct instant *out, bool *exact)
{
	int64_t days, ms = 0, sub_ns = 0;
	struct instant t;
	bool zoned;

	*exact = true;
	text = str_trim(text);
	if (!take_day(&text, &days))
		return false;
	if (text.len > 0 && take(&text, 'T', ' ') && !take_clock(&text, &ms, &sub_ns, exact))
		return false;
	if (!take_zone(&text, &t.offset_min, &zoned) || text.len > 0)
		return false;
	t.ms = days * DAY_MS + ms;
	t.sub_ns = (int32_t)sub_ns;
	if (!zoned && zone != NULL) {
		zone->used++;
		if (zone->utc_ms != NULL)
			t.ms = zone->utc_ms(zone->context, t.ms);
	} else if (t.offset_min != INSTANT_NO_OFFSET) {
		t.ms -= (int64_t)t.offset_min * 60000;
	}
	if (!instant_is_valid(&t))
		return false;
	*out = t;
	return true;
}

/* The clock may show the year 0000 or 10000 within its offset of the first and last instant. */
static str date_text(const struct instant *t, char room[static XES_TEXT_BYTES])
{
	int64_t offset = t->offset_min == INSTANT_NO_OFFSET ? 0 : t->offset_min;
	int64_t local = t->ms + offset * 60000, y;
	int m, d;
	int64_t days = (local >= 0 ? local : local - (DAY_MS - 1)) / DAY_MS;
	int64_t ms = local - days * DAY_MS, ns = ms % 1000 * 1000000 + t->sub_ns;
	int64_t s = ms / 1000;

	date_of_days(days, &y, &m, &d);
	int len = snprintf(room, XES_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", (int)y, m, d,
		(int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	if (t->sub_ns == 0)
		len += snprintf(
			room + len, XES_TEXT_BYTES - (size_t)len, ".%03d", (int)(ns / 1000000));
	else
		len += snprintf(room + len, XES_TEXT_BYTES - (size_t)len, ".%09d", (int)ns);
	if (t->offset_min == 0)
		len += snprintf(room + len, XES_TEXT_BYTES - (size_t)len, "Z");
	else
		len += snprintf(room + len, XES_TEXT_BYTES - (size_t)len, "%c%02d:%02d",
			offset < 0 || t->offset_min == INSTANT_NO_OFFSET ? '-' : '+',
			(int)(llabs(offset) / 60), (int)(llabs(offset) % 60));
	return (str){ room, (size_t)len };
}

/* ---- numbers */

bool xes_int_of(str text, int64_t *out)
{
	text = str_trim(text);
	if (str_starts(text, STR("+")) && !str_starts(text, STR("+-")))
		text = str_from(text, 1);
	return str_to_int64(text, out);
}

/* The program never leaves the C locale for numbers: a comma is no decimal point. */
bool xes_float_of(str text, double *out)
{
	char room[128];
	char *end;

	text = str_trim(text);
	if (text.len == 0 || text.len >= sizeof(room))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (strchr("0123456789+-.eE", text.ptr[i]) == NULL)
			return false;
	memcpy(room, text.ptr, text.len);
	room[text.len] = '\0';
	double number = strtod(room, &end);
	if (*end != '\0' || !isfinite(number))
		return false;
	*out = number;
	return true;
}

bool xes_boolean_of(str text, bool *out)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "true", true }, { "false", false }, { "1", true }, { "0", false } };

	text = str_trim(text);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i].word) == text.len &&
			strncasecmp(words[i].word, text.ptr, text.len) == 0) {
			*out = words[i].value;
			return true;
		}
	return false;
}

str xes_scalar_text(const struct value *value, char room[static XES_TEXT_BYTES])
{
	switch (value->kind) {
	case VALUE_STRING:
		return value->string;
	case VALUE_INTEGER:
		return (str){ room,
			(size_t)snprintf(room, XES_TEXT_BYTES, "%lld", (long long)value->integer) };
	case VALUE_FLOAT:
		return (str){ room, json_float_text(value->number, room) };
	case VALUE_BOOLEAN:
		return value->boolean ? STR("true") : STR("false");
	case VALUE_TIME:
		return date_text(&value->time, room);
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		break;
	}
	return STR("");
}

/* ---- characters */

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* _xHHHH_ at the front: the number, else -1. */
static int escape_at(const char *at, size_t left)
{
	int code = 0;

	if (left < 7 || at[0] != '_' || at[1] != 'x' || at[6] != '_')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = hex_of(at[i]);
		if (digit < 0)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

/* What stands for the byte at `at`, and how many bytes it replaces; NULL: itself. */
static const char *replacement(
	const char *at, size_t left, char room[static XES_TEXT_BYTES], size_t *bytes)
{
	unsigned char c = (unsigned char)*at;

	*bytes = 1;
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;"; /* else an attribute's value would lose it */
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	case '_':
		return escape_at(at, left) >= 0 ? "_x005F_" : NULL;
	case 0xef: /* U+FFFE and U+FFFF */
		if (left < 3 || (unsigned char)at[1] != 0xbf || (unsigned char)at[2] < 0xbe)
			return NULL;
		*bytes = 3;
		return (unsigned char)at[2] == 0xbe ? "_xFFFE_" : "_xFFFF_";
	default:
		if (c >= 0x20)
			return NULL;
		(void)snprintf(room, XES_TEXT_BYTES, "_x%04X_", c);
		return room;
	}
}

void xes_put_escaped(struct strbuf *out, str text)
{
	char room[XES_TEXT_BYTES];
	size_t done = 0, bytes;

	for (size_t i = 0; i < text.len;) {
		const char *instead = replacement(text.ptr + i, text.len - i, room, &bytes);
		if (instead != NULL) {
			strbuf_add(out, (str){ text.ptr + done, i - done });
			strbuf_add_c(out, instead);
			done = i + bytes;
		}
		i += bytes;
	}
	if (done < text.len)
		strbuf_add(out, str_from(text, done));
}

bool xes_is_plain(str text)
{
	char room[XES_TEXT_BYTES];
	size_t bytes;

	for (size_t i = 0; i < text.len; i += bytes) {
		const char *instead = replacement(text.ptr + i, text.len - i, room, &bytes);
		if (instead != NULL && instead[0] == '_')
			return false;
	}
	return true;
}

static size_t put_utf8(char *to, int code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | code >> 12);
	to[1] = (char)(0x80 | (code >> 6 & 0x3f));
	to[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

size_t xes_unescape(char *text, size_t len)
{
	size_t to = 0;

	if (len == 0 || memchr(text, '_', len) == NULL)
		return len;
	for (size_t from = 0; from < len;) {
		int code = escape_at(text + from, len - from);
		if (code < 0 || (code >= 0xd800 && code < 0xe000)) {
			text[to++] = text[from++];
			continue;
		}
		to += put_utf8(text + to, code);
		from += 7;
	}
	return to;
}
