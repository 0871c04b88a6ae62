/* demo/calendar.c - see calendar.h */
#include "demo/calendar.h"

enum { BREAK_DAYS = 16, ZONES = 3, TURNS_FROM = 2026, EPOCH_WEEKDAY = 3 /* a Thursday */ };

int calendar_weekday(int64_t day)
{
	int64_t weekday = (day + EPOCH_WEEKDAY) % 7;

	return (int)(weekday < 0 ? weekday + 7 : weekday);
}

int64_t calendar_easter(int64_t year)
{
	/* The algorithm of Meeus, Jones and Butcher. */
	int64_t a = year % 19, b = year / 100, c = year % 100;
	int64_t d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	int64_t e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
	int64_t f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;

	return days_of_date(year, (int)(f / 31), (int)(f % 31 + 1));
}

bool calendar_is_holiday(int64_t day)
{
	static const struct {
		int month, day;
	} fixed[] = { { 1, 1 }, { 5, 1 }, { 5, 8 }, { 7, 14 }, { 8, 15 }, { 11, 1 }, { 11, 11 },
		{ 12, 25 } };
	enum { EASTER_MONDAY = 1, ASCENSION = 39, WHIT_MONDAY = 50 };
	int64_t year;
	int month, month_day;

	date_of_days(day, &year, &month, &month_day);
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (fixed[i].month == month && fixed[i].day == month_day)
			return true;
	int64_t after = day - calendar_easter(year);
	return after == EASTER_MONDAY || after == ASCENSION || after == WHIT_MONDAY;
}

/* The nth Saturday of a month, from 0. */
static int64_t saturday(int64_t year, int month, int nth)
{
	int64_t first = days_of_date(year, month, 1);

	return first + (5 - calendar_weekday(first) + 7) % 7 + 7 * nth;
}

static bool within(int64_t day, int64_t from)
{
	return day >= from && day < from + BREAK_DAYS;
}

bool calendar_is_school_holiday(int64_t day, char zone)
{
	int64_t year;
	int month, month_day, letter = zone >= 'A' && zone <= 'C' ? zone - 'A' : 1;

	date_of_days(day, &year, &month, &month_day);
	int turn = (int)((letter + (year - TURNS_FROM) % ZONES + ZONES) % ZONES);
	return within(day, saturday(year, 2, turn)) || within(day, saturday(year, 4, turn)) ||
	       (day >= saturday(year, 7, 0) && month < 9) || within(day, saturday(year, 10, 2)) ||
	       within(day, saturday(year, 12, 2)) || within(day, saturday(year - 1, 12, 2));
}
