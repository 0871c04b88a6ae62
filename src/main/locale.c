/* main/locale.c - see locale.h */
#include "main/locale.h"

#include <math.h>

#include "base/zone.h"

#define HOUR_MS INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)
#define SECOND_MS INT64_C(1000)
#define NARROW_SPACE "\xe2\x80\xaf" /* U+202F, between groups of digits in French */
#define NO_BREAK_SPACE "\xc2\xa0"

bool language_from_tag(str tag, enum language *language)
{
	struct {
		char first, second;
	} low;
	bool has_end = tag.len == 2 || (tag.len > 2 && (str_has(STR("-_.@"), tag.ptr[2])));

	if (!has_end)
		return false;
	low.first = (char)(tag.ptr[0] | 0x20);
	low.second = (char)(tag.ptr[1] | 0x20);
	if (low.first == 'f' && low.second == 'r')
		*language = LANGUAGE_FRENCH;
	else if (low.first == 'e' && low.second == 'n')
		*language = LANGUAGE_ENGLISH;
	else
		return false;
	return true;
}

enum language language_from_environment(char *(*get)(const char *name))
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	enum language language = LANGUAGE_ENGLISH;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		str tag = str_of(get(names[i]));
		if (tag.len == 0)
			continue;
		(void)language_from_tag(tag, &language); /* others read English */
		break;
	}
	return language;
}

/* Digits, '-' allowed in front, with the separator between groups of three. */
static void add_grouped(struct strbuf *out, str digits, enum language language)
{
	str gap = language == LANGUAGE_FRENCH ? STR(NARROW_SPACE) : STR(",");
	size_t first = str_starts(digits, STR("-")) ? 1 : 0;

	for (size_t i = 0; i < digits.len; i++) {
		if (i > first && (digits.len - i) % 3 == 0 && digits.len - first > 4)
			strbuf_add(out, gap);
		strbuf_add_byte(out, digits.ptr[i]);
	}
}

void locale_number(enum language language, int64_t number, struct strbuf *out)
{
	char digits[24];
	struct strbuf plain = { .ptr = digits, .cap = sizeof(digits), .cap_max = sizeof(digits) };

	strbuf_add_int(&plain, number);
	add_grouped(out, strbuf_str(&plain), language);
}

void locale_decimal(enum language language, double number, int digits, struct strbuf *out)
{
	char bytes[400]; /* the longest double has 309 digits before the point */
	struct strbuf plain = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	str whole, part;

	ASSERT(digits >= 0 && digits <= 6 && isfinite(number));
	strbuf_printf(&plain, "%.*f", digits, number);
	if (!str_split(strbuf_str(&plain), '.', &whole, &part)) {
		add_grouped(out, strbuf_str(&plain), language);
		return;
	}
	add_grouped(out, whole, language);
	strbuf_add_byte(out, language == LANGUAGE_FRENCH ? ',' : '.');
	strbuf_add(out, part);
}

void locale_bytes(enum language language, uint64_t bytes, struct strbuf *out)
{
	static const char *const units[2][5] = { { "B", "kB", "MB", "GB", "TB" },
		{ "o", "ko", "Mo", "Go", "To" } };
	size_t unit = 0;
	double amount = (double)bytes;

	while (amount >= 999.95 && unit + 1 < ARRAY_LEN(units[0])) {
		amount /= 1000;
		unit++;
	}
	locale_decimal(language, amount, unit == 0 ? 0 : 1, out);
	strbuf_add_c(out, language == LANGUAGE_FRENCH ? NO_BREAK_SPACE : " ");
	strbuf_add_c(out, units[language][unit]);
}

static void add_unit(struct strbuf *out, enum language language, int64_t count, const char *one,
	const char *many)
{
	bool is_one = count == 1 || (language == LANGUAGE_FRENCH && count == 0);

	locale_number(language, count, out);
	strbuf_add_c(out, NO_BREAK_SPACE);
	strbuf_add_c(out, is_one ? one : many);
}

void locale_duration(enum language language, int64_t ms, struct strbuf *out)
{
	static const struct {
		int64_t ms;
		const char *one[2], *many[2]; /* by enum language */
	} units[] = {
		{ 365 * DAY_MS, { "year", "an" }, { "years", "ans" } },
		{ DAY_MS, { "day", "jour" }, { "days", "jours" } },
		{ HOUR_MS, { "h", "h" }, { "h", "h" } },
		{ MINUTE_MS, { "min", "min" }, { "min", "min" } },
		{ SECOND_MS, { "s", "s" }, { "s", "s" } },
	};
	size_t u = 0;

	ASSERT(ms >= 0);
	if (ms < 10 * SECOND_MS) {
		locale_decimal(language, (double)ms / SECOND_MS, 1, out);
		strbuf_add_c(out, NO_BREAK_SPACE "s");
		return;
	}
	while (ms < units[u].ms)
		u++;
	add_unit(out, language, ms / units[u].ms, units[u].one[language], units[u].many[language]);
	int64_t rest = ms % units[u].ms;
	if (u + 1 == ARRAY_LEN(units) || rest < units[u + 1].ms)
		return;
	u++;
	strbuf_add_byte(out, ' ');
	add_unit(
		out, language, rest / units[u].ms, units[u].one[language], units[u].many[language]);
}

struct civil {
	int64_t year;
	int month, day, weekday; /* 1 to 12, 1 to 31, Monday 0 */
	int hour, minute, second;
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t local_ms(const struct locale *locale, int64_t utc_ms)
{
	return utc_ms + (locale->zone == NULL ? 0 : zone_offset_ms(locale->zone, utc_ms));
}

static struct civil civil_of(int64_t ms)
{
	int64_t days = floor_div(ms, DAY_MS), in_day = ms - days * DAY_MS;
	struct civil c = {
		.weekday = (int)((days + 3) -
				 floor_div(days + 3, 7) * 7), /* 1970 began on a Thursday */
		.hour = (int)(in_day / HOUR_MS),
		.minute = (int)(in_day / MINUTE_MS % 60),
		.second = (int)(in_day / SECOND_MS % 60),
	};

	date_of_days(days, &c.year, &c.month, &c.day);
	return c;
}

int64_t locale_day_number(const struct locale *locale, int64_t utc_ms)
{
	return floor_div(local_ms(locale, utc_ms), DAY_MS);
}

void locale_day(const struct locale *locale, int64_t utc_ms, struct strbuf *out)
{
	static const char *const weekdays[2][7] = { { "Monday", "Tuesday", "Wednesday", "Thursday",
							    "Friday", "Saturday", "Sunday" },
		{ "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche" } };
	static const char *const months[2][12] = { { "January", "February", "March", "April", "May",
							   "June", "July", "August", "September",
							   "October", "November", "December" },
		{ "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
			"septembre", "octobre", "novembre", "décembre" } };
	struct civil c = civil_of(local_ms(locale, utc_ms));
	bool french = locale->language == LANGUAGE_FRENCH;

	strbuf_printf(out, "%s %d%s %s %lld", weekdays[locale->language][c.weekday], c.day,
		french && c.day == 1 ? "er" : "", months[locale->language][c.month - 1],
		(long long)c.year);
}

void locale_clock(const struct locale *locale, int64_t utc_ms, struct strbuf *out)
{
	struct civil c = civil_of(local_ms(locale, utc_ms));

	strbuf_printf(out, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}

void locale_moment(const struct locale *locale, int64_t utc_ms, struct strbuf *out)
{
	struct civil c = civil_of(local_ms(locale, utc_ms));

	if (locale->language == LANGUAGE_FRENCH)
		strbuf_printf(out, "%02d/%02d/%04lld ", c.day, c.month, (long long)c.year);
	else
		strbuf_printf(out, "%04lld-%02d-%02d ", (long long)c.year, c.month, c.day);
	strbuf_printf(out, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}
