/* exchange/time_format.c - see time_format.h */
#include "exchange/time_format.h"

#include "base/load.h"

#include <endian.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

/* In order of preference where several fit equally well.  Rows 1 and 2, 3 and 4, 5 and 6 differ in
 * whether day or month comes first. */
static const char *const known[TIME_FORMATS] = {
	"iso",
	"%d/%m/%Y[ %T][%z]",
	"%m/%d/%Y[ %T][%z]",
	"%d/%m/%y[ %T][%z]",
	"%m/%d/%y[ %T][%z]",
	"%d/%m/%Y %I:%M[:%S] %p",
	"%m/%d/%Y %I:%M[:%S] %p",
	"%d-%m-%Y[ %T][%z]",
	"%d.%m.%Y[ %T][%z]",
	"%Y/%m/%d[ %T][%z]",
	"%Y-%m-%d %T[%z]", /* hours of one digit */
	"%d/%b/%Y:%T%z",
	"%d %b %Y[ %T][%z]",
	"%d-%b-%Y[ %T][%z]",
	"%b %d, %Y[ %T][%z]",
	"%b %d, %Y %I:%M[:%S] %p",
	"%Y%m%d",
	"%Y%m%d%H%M%S",
	"%Y%m%dT%H%M%S[%z]",
	"epoch",
	"epoch_ms",
	"epoch_us",
	"epoch_ns",
};

static const struct {
	const char *name;
	int64_t unit_ns;
} epochs[] = { { "epoch", SECOND_NS }, { "epoch_ms", 1000000 }, { "epoch_us", 1000 },
	{ "epoch_ns", 1 } };

static bool pattern_is_valid(str p)
{
	bool in_group = false, has_code = false;

	for (size_t i = 0; i < p.len; i++) {
		if (p.ptr[i] == '[' || p.ptr[i] == ']') {
			if (in_group == (p.ptr[i] == '['))
				return false;
			in_group = !in_group;
		} else if (p.ptr[i] == '%') {
			if (++i == p.len || !str_has(STR("YymdbHIMSfTzp%"), p.ptr[i]))
				return false;
			has_code = true;
		}
	}
	return has_code && !in_group;
}

err time_format_named(str name, struct time_format *out, struct why *why)
{
	struct time_format f = { TIME_PATTERN, 0, name };

	if (str_equal(name, STR("iso")))
		f.layout = TIME_ISO;
	for (size_t i = 0; i < ARRAY_LEN(epochs); i++)
		if (str_equal(name, str_of(epochs[i].name))) {
			f.layout = TIME_EPOCH;
			f.unit_ns = epochs[i].unit_ns;
		}
	if (f.layout == TIME_PATTERN && !pattern_is_valid(name))
		return fail(why, MSG_TIME_PATTERN, arg_str(name));
	*out = f;
	return OK;
}

/* ---- numbers since 1970 */

static bool take_sign(str *text)
{
	return str_skip_prefix(text, STR("-"));
}

/* The number that eight digits are, a byte each, in three steps: two, four and eight digits that
 * stand beside each other become one number.  False: not all of them are digits. */
static bool read_eight_digits(const char *at, int64_t *number)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), low = UINT64_C(0x000000ff000000ff);
	uint64_t x = le64toh(load64(at)) ^ '0' * ones;

	if ((((0x7f - 9) * ones + x) | x) & 0x80 * ones) /* over 9 */
		return false;
	x = x * 10 + (x >> 8);
	x = (x & low) * (100 + (UINT64_C(1000000) << 32)) +
	    ((x >> 16) & low) * (1 + (UINT64_C(10000) << 32));
	*number = (int64_t)(x >> 32);
	return true;
}

/* Seconds in 1 to 11 digits and nothing else, as most columns have them. */
static bool read_seconds(str text, struct timestamp *out)
{
	int64_t seconds = 0;
	size_t i = 0;

	if (text.len == 0 || text.len > 11)
		return false;
	if (text.len >= 8 && read_eight_digits(text.ptr, &seconds))
		i = 8;
	for (; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		seconds = seconds * 10 + (text.ptr[i] - '0');
	}
	if (seconds > INSTANT_MS_MOST / 1000)
		return false;
	*out = (struct timestamp){ seconds * 1000, 0, 0, false };
	return true;
}

static bool read_epoch(int64_t unit_ns, str text, struct timestamp *out)
{
	if (unit_ns == SECOND_NS && read_seconds(text, out))
		return true;
	bool before = take_sign(&text);
	int64_t number;
	int32_t ns = 0;

	if (!timestamp_take_number(&text, 1, 18, &number))
		return false;
	if (text.len > 0 && unit_ns == 1) { /* a nineteenth digit */
		int64_t digit;
		if (number > 922337203685477579 || !timestamp_take_number(&text, 1, 1, &digit))
			return false;
		number = number * 10 + digit;
	}
	if (unit_ns == SECOND_NS && str_skip_prefix(&text, STR(".")) &&
		!timestamp_take_fraction(&text, &ns))
		return false;
	int64_t per_ms = 1000000 / unit_ns; /* 0 for seconds */
	if (text.len > 0 || (per_ms == 0 && number > INSTANT_MS_MOST / 1000) ||
		(per_ms == 1 && number > INSTANT_MS_MOST))
		return false;
	int64_t ms = per_ms == 0 ? number * 1000 + ns / 1000000 : number / per_ms;
	int64_t sub = per_ms == 0 ? ns % 1000000 : number % per_ms * unit_ns;
	if (before) {
		ms = -ms - (sub > 0);
		sub = sub > 0 ? 1000000 - sub : 0;
	}
	if (ms < INSTANT_MS_LEAST || ms > INSTANT_MS_MOST)
		return false;
	*out = (struct timestamp){ ms, (int32_t)sub, 0, false };
	return true;
}

/* ---- patterns */

struct parts {
	int64_t year, month, day, hour, minute, second, clock_ms;
	int32_t ns, clock_sub_ns;
	int16_t offset_min;
	bool has_date, has_clock, twelve, pm, has_half;
};

static const struct {
	const char *name; /* lower case */
	uint8_t month;
} months[] = { { "janv", 1 }, { "jan", 1 }, { "f\xc3\xa9v", 2 }, { "fev", 2 }, { "feb", 2 },
	{ "mar", 3 }, { "avr", 4 }, { "apr", 4 }, { "mai", 5 }, { "may", 5 }, { "juin", 6 },
	{ "jun", 6 }, { "juil", 7 }, { "jul", 7 }, { "ao\xc3\xbb", 8 }, { "aou", 8 }, { "aug", 8 },
	{ "sep", 9 }, { "oct", 10 }, { "nov", 11 },
	{ "d\xc3\xa9"
	  "c",
		12 },
	{ "dec", 12 } };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool starts_like(str text, str name)
{
	if (text.len < name.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (lower(text.ptr[i]) != name.ptr[i])
			return false;
	return true;
}

static bool take_month_name(str *text, int64_t *month)
{
	for (size_t i = 0; i < ARRAY_LEN(months); i++) {
		if (!starts_like(*text, str_of(months[i].name)))
			continue;
		*text = str_from(*text, str_of(months[i].name).len);
		while (text->len > 0 &&
			((lower(text->ptr[0]) >= 'a' && lower(text->ptr[0]) <= 'z') ||
				(unsigned char)text->ptr[0] >= 0x80))
			*text = str_from(*text, 1);
		(void)str_skip_prefix(text, STR(".")); /* "sept." or not */
		*month = months[i].month;
		return true;
	}
	return false;
}

static bool take_half(str *text, struct parts *p)
{
	if (text->len < 2 || lower(text->ptr[1]) != 'm')
		return false;
	char half = lower(text->ptr[0]);
	p->pm = half == 'p';
	p->has_half = true;
	*text = str_from(*text, 2);
	return half == 'p' || half == 'a';
}

static bool take_code(char code, str *text, struct parts *p)
{
	switch (code) {
	case 'Y':
		return timestamp_take_number(text, 4, 4, &p->year);
	case 'y':
		if (!timestamp_take_number(text, 2, 2, &p->year))
			return false;
		p->year += p->year < 69 ? 2000 : 1900;
		return true;
	case 'm':
		return timestamp_take_number(text, 1, 2, &p->month);
	case 'd':
		p->has_date = true;
		return timestamp_take_number(text, 1, 2, &p->day);
	case 'b':
		return take_month_name(text, &p->month);
	case 'I':
		p->twelve = true;
		p->has_clock = true;
		return timestamp_take_number(text, 1, 2, &p->hour);
	case 'H':
		p->has_clock = true;
		return timestamp_take_number(text, 1, 2, &p->hour);
	case 'M':
		return timestamp_take_number(text, 2, 2, &p->minute);
	case 'S':
		return timestamp_take_number(text, 2, 2, &p->second);
	case 'f':
		return timestamp_take_fraction(text, &p->ns);
	case 'T':
		p->has_clock = true;
		return timestamp_take_clock(text, 1, &p->clock_ms, &p->clock_sub_ns);
	case 'z':
		return timestamp_take_zone(text, &p->offset_min);
	case 'p':
		return take_half(text, p);
	default:
		return str_skip_prefix(text, STR("%"));
	}
}

/* Matches `pattern` at the front of `text`. */
static bool match(str pattern, str *text, struct parts *p)
{
	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.ptr[i];
		bool ok;
		if (c == '[') {
			size_t from = ++i;
			while (pattern.ptr[i] != ']')
				i++;
			struct parts tried = *p;
			str rest = *text;
			if (match((str){ pattern.ptr + from, i - from }, &rest, &tried)) {
				*p = tried;
				*text = rest;
			}
			continue;
		}
		if (c == '%')
			ok = take_code(pattern.ptr[++i], text, p);
		else
			ok = str_skip_prefix(text, (str){ &c, 1 });
		if (!ok)
			return false;
	}
	return true;
}

static bool to_24_hours(struct parts *p)
{
	if (!p->twelve)
		return !p->has_half;
	if (!p->has_half || p->hour < 1 || p->hour > 12)
		return false;
	p->hour = p->hour % 12 + (p->pm ? 12 : 0);
	return true;
}

static bool read_pattern(str pattern, str text, struct timestamp *out)
{
	struct parts p = { .month = 1, .day = 1, .offset_min = INSTANT_NO_OFFSET };

	if (!match(pattern, &text, &p) || text.len > 0 || !to_24_hours(&p))
		return false;
	if (p.month < 1 || p.month > 12 || p.day < 1 || p.day > month_days(p.year, (int)p.month))
		return false;
	if (p.hour > 23 || p.minute > 59 || p.second > 59 || p.year < 1)
		return false;
	int64_t clock_ms = ((p.hour * 60 + p.minute) * 60 + p.second) * 1000 + p.ns / 1000000;
	struct timestamp t = { days_of_date(p.year, (int)p.month, (int)p.day) * DAY_MS + clock_ms +
				       p.clock_ms,
		p.clock_sub_ns + p.ns % 1000000, p.offset_min, !p.has_clock };
	struct instant i = { t.local_ms, t.sub_ns, t.offset_min };
	if (t.offset_min != INSTANT_NO_OFFSET)
		i = timestamp_instant(&t);
	if (!instant_is_valid(&i))
		return false;
	*out = t;
	return true;
}

KEPT_APART static bool read_trimmed(
	const struct time_format *format, str text, struct timestamp *out)
{
	switch (format->layout) {
	case TIME_ISO:
		return timestamp_parse(text, out);
	case TIME_EPOCH:
		return read_epoch(format->unit_ns, text, out);
	case TIME_PATTERN:
		break;
	}
	return read_pattern(format->pattern, text, out);
}

bool time_format_read(const struct time_format *format, str text, struct timestamp *out)
{
	if (format->layout == TIME_EPOCH && format->unit_ns == SECOND_NS && read_seconds(text, out))
		return true; /* digits alone: nothing to trim */
	return read_trimmed(format, str_trim(text), out);
}

/* ---- guessing */

/* A number is seconds, milliseconds ... by its length: from 1973 to 2286. */
static bool has_length_of(int64_t unit_ns, str text)
{
	size_t digits = 10, len = 0;

	for (int64_t u = unit_ns; u < SECOND_NS; u *= 10)
		digits++;
	while (len < text.len && text.ptr[len] >= '0' && text.ptr[len] <= '9')
		len++;
	return len == digits || len + 1 == digits;
}

static struct time_format known_format(size_t i)
{
	struct time_format f = { TIME_ISO, 0, { NULL, 0 } };

	if (time_format_named(str_of(known[i]), &f, NULL) != OK)
		ASSERT(false); /* a row of known[] is wrong */
	return f;
}

void time_guess_show(struct time_guess *guess, str text)
{
	struct timestamp t;

	text = str_trim(text);
	if (text.len == 0)
		return;
	guess->seen++;
	for (size_t i = 0; i < TIME_FORMATS; i++) {
		struct time_format f = known_format(i);
		if (f.layout == TIME_EPOCH && !has_length_of(f.unit_ns, text))
			continue;
		guess->fits[i] += time_format_read(&f, text, &t);
	}
}

bool time_guess_best(const struct time_guess *guess, struct time_format *out, bool *is_ambiguous)
{
	size_t best = 0;

	for (size_t i = 1; i < TIME_FORMATS; i++)
		if (guess->fits[i] > guess->fits[best])
			best = i;
	if (guess->fits[best] == 0)
		return false;
	*out = known_format(best);
	bool day_first = best == 1 || best == 3 || best == 5;
	*is_ambiguous = day_first && guess->fits[best + 1] == guess->fits[best];
	return true;
}
