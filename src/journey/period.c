/* journey/period.c - see period.h */
#include "journey/period.h"

enum { HOUR_MS = 3600 * 1000, MONDAY = 3 /* days from one to 1970 */ };

bool period_named(str word, enum period *out)
{
	static const str words[PERIOD_COUNT_] = { [PERIOD_HOUR] = STR_INIT("hour"),
		[PERIOD_DAY] = STR_INIT("day"),
		[PERIOD_WEEK] = STR_INIT("week"),
		[PERIOD_MONTH] = STR_INIT("month") };

	for (int i = PERIOD_HOUR; i < PERIOD_COUNT_; i++)
		if (str_equal(word, words[i])) {
			*out = (enum period)i;
			return true;
		}
	return false;
}

static int64_t floor_to(int64_t n, int64_t unit)
{
	int64_t rest = n % unit;

	return n - (rest < 0 ? rest + unit : rest);
}

static int64_t first_of_month(int64_t day)
{
	int64_t year;
	int month, of_month;

	date_of_days(day, &year, &month, &of_month);
	return day - of_month + 1;
}

int64_t period_begin(enum period period, const struct zone *zone, int64_t utc_ms)
{
	int64_t local, day;

	if (period == PERIOD_NONE)
		return 0;
	local = utc_ms + zone_offset_ms(zone, utc_ms);
	if (period == PERIOD_HOUR)
		return utc_ms - (local - floor_to(local, HOUR_MS));
	day = floor_to(local, DAY_MS) / DAY_MS;
	if (period == PERIOD_WEEK)
		day = floor_to(day + MONDAY, 7) - MONDAY;
	else if (period == PERIOD_MONTH)
		day = first_of_month(day);
	return zone_utc_of_local(zone, day * DAY_MS);
}
