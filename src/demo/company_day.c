/* demo/company_day.c - what kind of day it is, and when on it things are done */
#include "demo/company_internal.h"

enum { SUNDAY = 6, DAYS_OF_YEAR = 365 };

/* Shares of a day's calls by hour from 8 h: peaks from 10 to 12 h and from 17 to 19 h. */
static const double call_hours[] = { 0.55, 0.90, 1.30, 1.28, 0.86, 0.86, 0.99, 0.98, 1.06, 1.26,
	1.22, 0.74 };
/* When people find that they need something: as they call, and in the evening. */
static const double need_hours[24] = { 0.04, 0.02, 0.01, 0.01, 0.01, 0.02, 0.06, 0.20, 0.62, 1.25,
	1.85, 1.50, 0.58, 0.74, 1.02, 0.95, 1.06, 1.52, 1.22, 0.32, 0.40, 0.38, 0.25, 0.10 };
static const double browse_hours[24] = { 0.25, 0.12, 0.07, 0.05, 0.06, 0.15, 0.45, 0.85, 1.00, 1.05,
	1.10, 1.10, 1.25, 1.20, 1.05, 1.00, 1.05, 1.20, 1.35, 1.45, 1.65, 1.60, 1.15, 0.60 };

bool company_is_open_day(int64_t days)
{
	return calendar_weekday(days) != SUNDAY && !calendar_is_holiday(days);
}

static double weekday_calls(const struct company *c, int weekday)
{
	static const enum parameter rows[] = { PARAMETER_MONDAY, PARAMETER_TUESDAY,
		PARAMETER_WEDNESDAY, PARAMETER_THURSDAY, PARAMETER_FRIDAY, PARAMETER_SATURDAY };

	return weekday == SUNDAY ? 0 : c->value[rows[weekday]];
}

static double month_calls(const struct company *c, int month)
{
	return c->value[PARAMETER_JANUARY + month - 1];
}

/* Calls of a day against those of an ordinary one, before normalising. */
static double calls_of(const struct company *c, int64_t days)
{
	int64_t year;
	int month, month_day;

	date_of_days(days, &year, &month, &month_day);
	if (!company_is_open_day(days))
		return 0;
	return weekday_calls(c, calendar_weekday(days)) * month_calls(c, month);
}

/* Needs arise on Sundays and holidays too, though fewer: they go to web and bot, or wait. */
static double needs_of(const struct company *c, int64_t days)
{
	static const double closed = 0.30;
	/* Calls that wait for the next open day make Mondays: the needs of the day itself do less,
	 * as measured. */
	static const double without_postponed[] = { 0.64, 1.25, 1.15, 1.16, 1.22, 0.66 };
	/* Likewise storms, moves and holidays make part of the summer's calls. */
	static const double without_events[] = { 1.12, 1.03, 1.02, 0.98, 0.92, 0.97, 0.90, 0.87,
		1.00, 1.07, 1.02, 1.08 };
	int64_t year;
	int month, month_day;

	date_of_days(days, &year, &month, &month_day);
	if (!company_is_open_day(days))
		return closed * month_calls(c, month) * without_events[month - 1];
	return calls_of(c, days) * without_postponed[calendar_weekday(days)] *
	       without_events[month - 1];
}

void company_find_season(struct company *c)
{
	double calls = 0, needs = 0;

	for (int64_t day = 0; day < DAYS_OF_YEAR; day++) {
		calls += calls_of(c, c->plan->first_day + day);
		needs += needs_of(c, c->plan->first_day + day);
	}
	c->rates.calls_normal = DAYS_OF_YEAR / calls;
	c->rates.needs_normal = DAYS_OF_YEAR / needs;
}

/* The clock is changed at 2 or 3 h: what is later that day has another distance to midnight. */
static int64_t shift_of(const struct company *c, int64_t days)
{
	int64_t midnight = zone_utc_of_local(c->zone, days * DAY_MS);

	return zone_utc_of_local(c->zone, days * DAY_MS + DAY_MS / 2) - DAY_MS / 2 - midnight;
}

void company_begin_day(struct company *c, uint32_t index)
{
	int64_t days = c->plan->first_day - WARM_DAYS + index, year;
	static const double browse[] = { 1.06, 1.03, 1.02, 0.99, 0.95, 0.95, 1.00 };
	struct day day = { .index = index, .days = days, .weekday = calendar_weekday(days) };

	date_of_days(days, &year, &day.month, &day.month_day);
	day.midnight_ms = c->starts[index];
	day.shift_ms = shift_of(c, days);
	day.open = company_is_open_day(days);
	double noise = chance_lognormal(&c->random, 1, VALUE(c, NOISE) * c->rates.noise_kept);
	day.needs = needs_of(c, days) * c->rates.needs_normal * noise;
	day.season = month_calls(c, day.month);
	day.calls_expected = calls_of(c, days) * c->rates.calls_normal;
	day.sessions = browse[day.weekday] * (0.9 + month_calls(c, day.month) * 0.1);
	for (int zone = 0; zone < 3; zone++)
		day.school_holiday[zone] = calendar_is_school_holiday(days, (char)('A' + zone));
	day.school_holiday[3] = day.school_holiday[1];
	c->day = day;
}

int64_t company_time_of(const struct company *c, int64_t local_ms)
{
	return c->day.midnight_ms + local_ms + (local_ms >= 3 * HOUR_MS ? c->day.shift_ms : 0);
}

int64_t company_local_ms(const struct company *c, int64_t time_ms)
{
	return time_ms + zone_offset_ms(c->zone, time_ms);
}

static int64_t draw_time(struct company *c, const double *hours, unsigned count, unsigned first)
{
	unsigned hour = first + chance_pick(&c->random, hours, count);

	return (int64_t)(((double)hour + random_unit(&c->random)) * (double)HOUR_MS);
}

int64_t company_need_time(struct company *c)
{
	return company_time_of(c, draw_time(c, need_hours, 24, 0));
}

int64_t company_browse_time(struct company *c)
{
	return company_time_of(c, draw_time(c, browse_hours, 24, 0));
}

int64_t company_call_time(struct company *c)
{
	return company_time_of(c, draw_time(c, call_hours, ARRAY_LEN(call_hours), OPENS_HOUR));
}

double company_profile(unsigned half_hour)
{
	double sum = 0;

	ASSERT(half_hour < HALF_HOURS);
	for (size_t i = 0; i < ARRAY_LEN(call_hours); i++)
		sum += call_hours[i];
	return call_hours[half_hour / 2] / sum / 2;
}

int64_t company_open_time(struct company *c, int64_t time_ms)
{
	int64_t local = company_local_ms(c, time_ms), days = local / DAY_MS, clock = local % DAY_MS;

	if (company_is_open_day(days) && clock >= OPENS_HOUR * HOUR_MS &&
		clock < CLOSES_HOUR * HOUR_MS - MINUTE_MS)
		return time_ms;
	if (clock >= OPENS_HOUR * HOUR_MS || !company_is_open_day(days))
		days++;
	while (!company_is_open_day(days))
		days++;
	return zone_utc_of_local(c->zone,
		days * DAY_MS + draw_time(c, call_hours, ARRAY_LEN(call_hours), OPENS_HOUR));
}
