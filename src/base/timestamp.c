/* base/timestamp.c - see timestamp.h */
#include "base/timestamp.h"

#include <string.h>

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int month_days(int64_t year, int month)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	ASSERT(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Both count in years that begin in March, so that the leap day comes last (Hinnant, "chrono-
 * compatible low-level date algorithms"): 400 years have 146,097 days, and month m of such a year
 * begins (153 m + 2) / 5 days after the first of March. */
int64_t days_of_date(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2) + 400; /* from -1 up: never negative */
	int64_t era = y / 400, of_era = y % 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return (era - 1) * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_of_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468 + 146097;
	int64_t era = z / 146097, of_era = z % 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + (era - 1) * 400 + (*month <= 2);
}

static bool take_char(str *text, char c)
{
	if (text->len == 0 || text->ptr[0] != c)
		return false;
	*text = str_from(*text, 1);
	return true;
}

bool timestamp_take_number(str *text, size_t digits_least, size_t digits_most, int64_t *number)
{
	int64_t n = 0;
	size_t len = 0;

	ASSERT(digits_most <= 18);
	for (; len < digits_most && len < text->len; len++) {
		unsigned digit = (unsigned char)text->ptr[len] - (unsigned)'0';
		if (digit > 9)
			break;
		n = n * 10 + digit;
	}
	if (len < digits_least)
		return false;
	*text = str_from(*text, len);
	*number = n;
	return true;
}

bool timestamp_take_fraction(str *text, int32_t *ns)
{
	int64_t n = 0;
	int64_t unit = 100000000;
	size_t len = 0;

	for (; len < text->len; len++, unit /= 10) {
		unsigned digit = (unsigned char)text->ptr[len] - (unsigned)'0';
		if (digit > 9)
			break;
		n += digit * unit;
	}
	if (len == 0)
		return false;
	*text = str_from(*text, len);
	*ns = (int32_t)n;
	return true;
}

static bool is_clock(int64_t hour, int64_t minute, int64_t second, int32_t ns)
{
	if (hour == 24)
		return minute == 0 && second == 0 && ns == 0;
	return hour < 24 && minute < 60 && (second < 60 || (second == 60 && minute % 15 == 14));
}

bool timestamp_take_clock(str *text, size_t hour_digits, int64_t *day_ms, int32_t *sub_ns)
{
	str rest = *text;
	int64_t hour, minute, second = 0;
	int32_t ns = 0;

	if (!timestamp_take_number(&rest, hour_digits, 2, &hour) || !take_char(&rest, ':') ||
		!timestamp_take_number(&rest, 2, 2, &minute))
		return false;
	if (take_char(&rest, ':')) {
		if (!timestamp_take_number(&rest, 2, 2, &second))
			return false;
		if ((take_char(&rest, '.') || take_char(&rest, ',')) &&
			!timestamp_take_fraction(&rest, &ns))
			return false;
	}
	if (!is_clock(hour, minute, second, ns))
		return false;
	*text = rest;
	*day_ms = ((hour * 60 + minute) * 60 + second) * 1000 + ns / 1000000;
	*sub_ns = ns % 1000000;
	return true;
}

bool timestamp_take_zone(str *text, int16_t *offset_min)
{
	str rest = *text;
	int64_t hours, minutes = 0;

	(void)take_char(&rest, ' '); /* with or without */
	if (take_char(&rest, 'Z') || take_char(&rest, 'z') || str_skip_prefix(&rest, STR("UTC")) ||
		str_skip_prefix(&rest, STR("GMT"))) {
		*offset_min = 0;
		*text = rest;
		return true;
	}
	bool west = take_char(&rest, '-');
	if ((!west && !take_char(&rest, '+')) || !timestamp_take_number(&rest, 2, 2, &hours))
		return false;
	bool colon = take_char(&rest, ':');
	if (!timestamp_take_number(&rest, 2, 2, &minutes) && colon)
		return false;
	if (minutes > 59 || hours * 60 + minutes > INSTANT_OFFSET_MIN_MAX)
		return false;
	*offset_min = (int16_t)(west ? -(hours * 60 + minutes) : hours * 60 + minutes);
	*text = rest;
	return true;
}

static bool take_date(str *text, int64_t *days)
{
	int64_t year, month, day;

	if (!timestamp_take_number(text, 4, str_starts(*text, STR("10000")) ? 5 : 4, &year) ||
		!take_char(text, '-') || !timestamp_take_number(text, 2, 2, &month) ||
		!take_char(text, '-') || !timestamp_take_number(text, 2, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, (int)month))
		return false;
	*days = days_of_date(year, (int)month, (int)day);
	return true;
}

static bool is_within_years(const struct timestamp *t)
{
	int64_t offset = t->offset_min == INSTANT_NO_OFFSET ? 0 : t->offset_min;
	int64_t ms = t->local_ms - offset * 60000;

	return ms >= INSTANT_MS_LEAST && ms <= INSTANT_MS_MOST;
}

bool timestamp_parse(str text, struct timestamp *out)
{
	struct timestamp t = { .offset_min = INSTANT_NO_OFFSET, .date_only = true };
	int64_t days, clock_ms = 0;

	if (!take_date(&text, &days))
		return false;
	if (text.len > 0) {
		t.date_only = false;
		if (!take_char(&text, 'T') && !take_char(&text, ' ') && !take_char(&text, 't'))
			return false;
		if (!timestamp_take_clock(&text, 2, &clock_ms, &t.sub_ns))
			return false;
		if (text.len > 0 && (!timestamp_take_zone(&text, &t.offset_min) || text.len > 0))
			return false;
	}
	t.local_ms = days * DAY_MS + clock_ms;
	if (!is_within_years(&t))
		return false;
	*out = t;
	return true;
}

err instant_parse(str text, struct instant *out, struct why *why)
{
	struct timestamp t;

	if (!timestamp_parse(text, &t) || t.offset_min == INSTANT_NO_OFFSET)
		return fail(why, MSG_TIME_FORMAT, arg_str(text));
	*out = timestamp_instant(&t);
	return OK;
}

static char *put_digits(char *at, int64_t number, int digits)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
	return at + digits;
}

/* 2026-03-14T15:09:26 */
static char *put_local(char *at, int64_t local_ms)
{
	int64_t days = local_ms / DAY_MS - (local_ms % DAY_MS < 0);
	int64_t seconds = (local_ms - days * DAY_MS) / 1000, year;
	int month, day;

	date_of_days(days, &year, &month, &day);
	at = put_digits(at, year, year > 9999 ? 5 : 4);
	*at++ = '-';
	at = put_digits(at, month, 2);
	*at++ = '-';
	at = put_digits(at, day, 2);
	*at++ = 'T';
	at = put_digits(at, seconds / 3600, 2);
	*at++ = ':';
	at = put_digits(at, seconds / 60 % 60, 2);
	*at++ = ':';
	return put_digits(at, seconds % 60, 2);
}

static int64_t ms_of_second(int64_t ms)
{
	return (ms % 1000 + 1000) % 1000;
}

str instant_utc(char out[static INSTANT_TEXT_BYTES], int64_t ms)
{
	ASSERT(ms >= INSTANT_MS_LEAST && ms <= INSTANT_MS_MOST);
	char *at = put_local(out, ms);

	*at++ = '.';
	at = put_digits(at, ms_of_second(ms), 3);
	*at++ = 'Z';
	return (str){ out, (size_t)(at - out) };
}

static char *put_fraction(char *at, int64_t ns)
{
	int digits = ns == 0 ? 0 : ns % 1000000 == 0 ? 3 : ns % 1000 == 0 ? 6 : 9;

	if (digits == 0)
		return at;
	*at++ = '.';
	return put_digits(at, digits == 3 ? ns / 1000000 : digits == 6 ? ns / 1000 : ns, digits);
}

static char *put_offset(char *at, int offset_min)
{
	int size = offset_min < 0 ? -offset_min : offset_min;

	if (offset_min == INSTANT_NO_OFFSET)
		return at;
	if (offset_min == 0) {
		*at++ = 'Z';
		return at;
	}
	*at++ = offset_min < 0 ? '-' : '+';
	at = put_digits(at, size / 60, 2);
	*at++ = ':';
	return put_digits(at, size % 60, 2);
}

str instant_as_told(char out[static INSTANT_TEXT_BYTES], const struct instant *t)
{
	ASSERT(instant_is_valid(t));
	int64_t offset = t->offset_min == INSTANT_NO_OFFSET ? 0 : t->offset_min;
	char *at = put_local(out, t->ms + offset * 60000);

	at = put_fraction(at, ms_of_second(t->ms) * 1000000 + t->sub_ns);
	at = put_offset(at, t->offset_min);
	return (str){ out, (size_t)(at - out) };
}

static bool take_unit(str *text, int64_t *unit_ms)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', DAY_MS },
		{ 'w', 7 * DAY_MS } };

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (take_char(text, units[i].letter)) {
			*unit_ms = units[i].ms;
			return true;
		}
	return false;
}

err duration_parse(str text, int64_t *ms, struct why *why)
{
	const int64_t most = 10000 * 366 * DAY_MS;
	int64_t sum = 0, number, unit_ms;
	str rest = text;

	do {
		if (!timestamp_take_number(&rest, 1, 12, &number) || !take_unit(&rest, &unit_ms) ||
			number > (most - sum) / unit_ms)
			return fail(why, MSG_DURATION_FORMAT, arg_str(text));
		sum += number * unit_ms;
	} while (rest.len > 0);
	*ms = sum;
	return OK;
}
