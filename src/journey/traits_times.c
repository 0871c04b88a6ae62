/* journey/traits_times.c - the trial's own time: weekday, hours, month; see traits.h */
#include "journey/traits_internal.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { HOURS_A_RANGE = 4 };
#define RANGE_MS ((int64_t)HOURS_A_RANGE * 3600 * 1000)

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
	trait->low = (double)code + *(const uint32_t *)context;
}

/* Months are told of the years 0 to 5460: as codes of 16 bits. */
enum { MONTHS_MAX = 12 * 5461, TRIALS_A_PIECE = 1 << 16 };

struct clocks {
	struct traits_maker *maker;
	uint32_t order;
	uint16_t *weekday, *hours, *month; /* of each trial, from 1; month: since the year 0 */
	atomic_uint first_month, last_month;
	uint32_t month_before; /* the code of a month is what it has more */
};

static void widen(struct clocks *c, uint32_t least, uint32_t most)
{
	unsigned first = atomic_load(&c->first_month), last = atomic_load(&c->last_month);

	while (least < first && !atomic_compare_exchange_weak(&c->first_month, &first, least))
		;
	while (most > last && !atomic_compare_exchange_weak(&c->last_month, &last, most))
		;
}

/* What a clock shows through one of the ranges of hours. */
struct shown {
	int64_t from, to; /* ticks between which it shows this; none: it was changed meanwhile */
	int64_t range; /* since 1970, by that clock; INT64_MAX: not looked up yet */
	uint32_t month;
	uint16_t weekday, hours; /* from 1 */
};

enum { SHOWN_KEPT = 4096 }; /* almost two years of ranges, each where its number leads */

static struct shown show(int64_t range)
{
	const int64_t ranges_a_day = 24 / HOURS_A_RANGE;
	int64_t day = floor_div(range, ranges_a_day);
	int64_t weekday = (day + 3) - floor_div(day + 3, 7) * 7; /* 1970: a Thursday */

	return (struct shown){ .range = range,
		.month = month_of_day(day),
		.weekday = (uint16_t)(weekday + 1),
		.hours = (uint16_t)(range - day * ranges_a_day + 1) };
}

static struct shown *shown_create(void)
{
	struct shown *kept = memory_alloc(SHOWN_KEPT * sizeof(*kept));

	for (size_t i = 0; i < SHOWN_KEPT; i++)
		kept[i].range = INT64_MAX;
	return kept;
}

/* From when to when (no clock is changed twice in a few hours). */
static void find_ends(struct shown *shown, const struct zone *zone, int32_t offset)
{
	int64_t from = shown->range * RANGE_MS - offset, to = from + RANGE_MS;

	if (zone_offset_ms(zone, from) != offset || zone_offset_ms(zone, to - 1) != offset)
		return;
	if (__builtin_mul_overflow(from, TICKS_PER_MS, &shown->from) ||
		__builtin_mul_overflow(to, TICKS_PER_MS, &shown->to))
		shown->to = INT64_MIN; /* hundreds of centuries from here */
}

/* Times often come in their order: `last` is what was shown to the one before. */
static const struct shown *show_at(
	struct shown *kept, const struct shown *last, const struct zone *zone, int64_t ticks)
{
	if (ticks >= last->from && ticks < last->to)
		return last;
	int64_t utc = ms_of_ticks(ticks);
	int32_t offset = zone_offset_ms(zone, utc);
	int64_t range = floor_div(utc + offset, RANGE_MS);
	struct shown *shown = &kept[(uint64_t)range % SHOWN_KEPT];
	if (shown->range != range) {
		*shown = show(range);
		find_ends(shown, zone, offset);
	}
	return shown;
}

static err read_piece(void *context, size_t piece, struct why *why)
{
	struct clocks *c = context;
	const struct trials *trials = c->maker->trials;
	size_t from = piece * TRIALS_A_PIECE;
	size_t to = MIN_OF(from + TRIALS_A_PIECE, trials->count);
	struct shown *kept = shown_create();
	const struct shown *shown = kept; /* at no time yet */
	uint32_t least = UINT32_MAX, most = 0;

	(void)why;
	for (size_t t = from; t < to; t++) {
		shown = show_at(kept, shown, c->maker->question->zone, trials->items[t].time);
		c->weekday[t] = shown->weekday;
		c->hours[t] = shown->hours;
		c->month[t] = (uint16_t)shown->month;
		least = MIN_OF(least, shown->month);
		most = MAX_OF(most, shown->month);
	}
	free(kept);
	widen(c, least, most);
	return OK;
}

/* ---- as families */

enum { WEEKDAY, HOURS, MONTH };

static err add_month(struct clocks *c, struct family *family, struct why *why)
{
	uint32_t first = atomic_load(&c->first_month), last = atomic_load(&c->last_month);

	if (last >= MONTHS_MAX) { /* a time that no clock shows: before year 0, or far ahead */
		traits_codes_free(c->maker, family->narrow);
		return OK;
	}
	for (size_t t = 0; t < c->maker->trials->count; t++)
		family->narrow[t] = (uint16_t)(family->narrow[t] - first + 1);
	c->month_before = first - 1;
	family->codes = (size_t)(last - first) + 2;
	return traits_add_family(c->maker, c->order + MONTH, family, why);
}

err traits_clocks_add(struct clocks *c, size_t which, struct why *why)
{
	struct family families[CLOCKS] = {
		[WEEKDAY] = { .kind = TRAIT_WEEKDAY,
			.narrow = c->weekday,
			.codes = 8,
			.describe = describe_weekday },
		[HOURS] = { .kind = TRAIT_HOURS,
			.narrow = c->hours,
			.codes = 24 / HOURS_A_RANGE + 1,
			.describe = describe_hours },
		[MONTH] = { .kind = TRAIT_MONTH,
			.narrow = c->month,
			.describe = describe_month,
			.context = &c->month_before },
	};
	uint16_t **mine[CLOCKS] = { &c->weekday, &c->hours, &c->month };

	*mine[which] = NULL; /* the family's now */
	return which == MONTH ? add_month(c, &families[which], why)
			      : traits_add_family(c->maker, c->order + (uint32_t)which,
					&families[which], why);
}

void traits_clocks_done(struct clocks *c)
{
	if (c == NULL)
		return;
	traits_codes_free(c->maker, c->weekday);
	traits_codes_free(c->maker, c->hours);
	traits_codes_free(c->maker, c->month);
	free(c);
}

err traits_clocks_read(struct traits_maker *m, uint32_t order, struct clocks **out, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(m->plan);
	struct clocks *c = memory_alloc(sizeof(*c));
	size_t pieces = (m->trials->count + TRIALS_A_PIECE - 1) / TRIALS_A_PIECE;

	*c = (struct clocks){ .maker = m, .order = order, .first_month = UINT32_MAX };
	c->weekday = traits_codes_create(m, why);
	c->hours = c->weekday == NULL ? NULL : traits_codes_create(m, why);
	c->month = c->hours == NULL ? NULL : traits_codes_create(m, why);
	err e = c->month == NULL ? ERR_LIMIT
				 : journey_share_out(limits, read_piece, c, pieces, why);
	if (e == OK)
		*out = c;
	else
		traits_clocks_done(c);
	return e;
}
