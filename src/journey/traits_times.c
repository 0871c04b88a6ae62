/* journey/traits_times.c - the trial's own time: weekday, hours, month; see traits.h */
#include "journey/traits_internal.h"

#include <stdlib.h>

#define DAY_IN_MS ((int64_t)24 * 3600 * 1000)

enum { HOURS_A_RANGE = 4 };

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Months since the year 0 of a day since 1970: Howard Hinnant's civil_from_days. */
static uint32_t month_of_day(int64_t day)
{
	int64_t z = day + 719468, era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;

	return (uint32_t)((yoe + era * 400 + (month <= 2)) * 12 + month - 1);
}

static void describe_weekday(const void *context, uint32_t code, struct trait *trait)
{
	(void)context;
	trait->low = (double)code - 1;
}

static void describe_hours(const void *context, uint32_t code, struct trait *trait)
{
	(void)context;
	trait->low = (double)(code - 1) * HOURS_A_RANGE;
	trait->high = trait->low + HOURS_A_RANGE;
}

static void describe_month(const void *context, uint32_t code, struct trait *trait)
{
	trait->low = (double)code - 1 + *(const uint32_t *)context;
}

struct clocks {
	uint32_t *weekday, *hours, *month; /* of each trial, from 1 */
	uint32_t first_month, months;
};

static void read_clocks(const struct traits_maker *m, struct clocks *c)
{
	c->first_month = UINT32_MAX;
	for (size_t t = 0; t < m->trials->count; t++) {
		int64_t utc = ms_of_ticks(m->trials->items[t].time);
		int64_t local = utc + zone_offset_ms(m->question->zone, utc);
		int64_t day = floor_div(local, DAY_IN_MS), in_day = local - day * DAY_IN_MS;
		int64_t weekday = (day + 3) - floor_div(day + 3, 7) * 7; /* 1970: a Thursday */
		c->weekday[t] = (uint32_t)weekday + 1;
		c->hours[t] = (uint32_t)(in_day / (HOURS_A_RANGE * 3600 * 1000)) + 1;
		c->month[t] = month_of_day(day);
		c->first_month = MIN_OF(c->first_month, c->month[t]);
		c->months = MAX_OF(c->months, c->month[t]);
	}
	c->months -= c->first_month;
	for (size_t t = 0; t < m->trials->count; t++)
		c->month[t] -= c->first_month - 1;
}

/* Times that no clock shows (before year 1, far ahead) leave the months untold. */
enum { MONTHS_MAX = 12 * 1000 };

static err add_clocks(
	struct traits_maker *m, uint32_t order, const struct clocks *c, struct why *why)
{
	const struct family weekday = {
		.kind = TRAIT_WEEKDAY, .code = c->weekday, .codes = 8, .describe = describe_weekday
	};
	const struct family hours = { .kind = TRAIT_HOURS,
		.code = c->hours,
		.codes = 24 / HOURS_A_RANGE + 1,
		.describe = describe_hours };
	const struct family month = { .kind = TRAIT_MONTH,
		.code = c->month,
		.codes = (size_t)c->months + 2,
		.describe = describe_month,
		.context = &c->first_month };
	err e = traits_add_family(m, order, &weekday, why);

	if (e == OK)
		e = traits_add_family(m, order + 1, &hours, why);
	if (e == OK && c->months < MONTHS_MAX)
		e = traits_add_family(m, order + 2, &month, why);
	return e;
}

err traits_add_times(struct traits_maker *m, uint32_t order, struct why *why)
{
	size_t bytes = m->trials->count * 3 * sizeof(uint32_t);
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);

	if (e != OK)
		return e;
	struct clocks c = { .weekday = memory_alloc(m->trials->count * sizeof(uint32_t)),
		.hours = memory_alloc(m->trials->count * sizeof(uint32_t)),
		.month = memory_alloc(m->trials->count * sizeof(uint32_t)) };
	read_clocks(m, &c);
	e = add_clocks(m, order, &c, why);
	free(c.weekday);
	free(c.hours);
	free(c.month);
	limits_give(journey_plan_limits(m->plan), bytes);
	return e;
}
