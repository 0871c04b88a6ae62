/* base/timestamp.h - moments as text and as numbers, without asking libc what time is.
 *
 * Read: RFC 3339 and the spellings of ISO 8601 that files really have:
 *
 *   DATE                      2026-03-14
 *   DATE (T|t|_) CLOCK [ZONE] 2026-03-14T15:09:26.535Z    _ is one space
 *   CLOCK   hh:mm  hh:mm:ss  hh:mm:ss(.|,)digits          digits past the ninth are dropped
 *   ZONE    Z  z  +hh  +hhmm  +hh:mm (also -)  UTC  GMT   a space may stand before it
 *
 * Stated policies.  24:00:00 is the end of its day: 00:00:00 of the next.  A leap second, :60, is
 * taken where one may be (the last minute of a quarter of an hour, because zones differ by
 * quarters) and read as POSIX counts it: as :00 of the next minute, its fraction kept.  The
 * calendar is Gregorian also before 1582 (ISO 8601).  Moments lie within the years 0001 to 9999
 * in UTC; a date may be written in the year 0000 or 10000 if its offset brings it back inside.
 * Seven digits of offset, week dates and ordinal dates are not read.
 *
 * All functions are pure.
 */
#pragma once

#include "base/why.h"

enum { INSTANT_NO_OFFSET = INT16_MIN, INSTANT_OFFSET_MIN_MAX = 1080 };
#define INSTANT_MS_LEAST INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define INSTANT_MS_MOST INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define DAY_MS INT64_C(86400000)

/* A moment as it was told: UTC milliseconds, the rest of its precision, the zone it came with. */
struct instant {
	int64_t ms; /* since 1970-01-01T00:00:00Z, leap seconds not counted */
	int32_t sub_ns; /* 0 to 999,999 within the millisecond */
	int16_t offset_min; /* of the zone it was written in, -1080 to 1080; or INSTANT_NO_OFFSET */
};

/* A time as it is written: what the clock on the wall shows, and the zone if it is told. */
struct timestamp {
	int64_t local_ms; /* the clock's reading, counted as if it were UTC */
	int32_t sub_ns;
	int16_t offset_min; /* INSTANT_NO_OFFSET: the zone must be known from elsewhere */
	bool date_only; /* no clock was written; local_ms is midnight */
};

/* Days since 1970-01-01 of a date, and back.  month 1 to 12; a day past the end of the month runs
 * over into the next.  Years 0 to 10000. */
int64_t days_of_date(int64_t year, int month, int day);
void date_of_days(int64_t days, int64_t *year, int *month, int *day);
int month_days(int64_t year, int month); /* 28 to 31 */

/* Consume pieces from the front of `text`, for readers of other spellings (exchange/time_format).
 * False: not there, and nothing is written. */
bool timestamp_take_number(str *text, size_t digits_least, size_t digits_most, int64_t *number);
bool timestamp_take_fraction(str *text, int32_t *ns); /* digits, at least one */
/* *day_ms may be over DAY_MS.  `hour_digits` 2, or 1: one digit is an hour too. */
bool timestamp_take_clock(str *text, size_t hour_digits, int64_t *day_ms, int32_t *sub_ns);
bool timestamp_take_zone(str *text, int16_t *offset_min); /* with the space before it */

/* The whole of `text` is a time.  False: it is not, or lies outside the years. */
bool timestamp_parse(str text, struct timestamp *out);

/* The moment, for a time whose zone is told (offset_min is not INSTANT_NO_OFFSET). */
static inline struct instant timestamp_instant(const struct timestamp *t)
{
	ASSERT(t->offset_min != INSTANT_NO_OFFSET);
	return (struct instant){ t->local_ms - t->offset_min * INT64_C(60000), t->sub_ns,
		t->offset_min };
}

static inline bool instant_is_valid(const struct instant *t)
{
	return t->ms >= INSTANT_MS_LEAST && t->ms <= INSTANT_MS_MOST && t->sub_ns >= 0 &&
	       t->sub_ns <= 999999 &&
	       (t->offset_min == INSTANT_NO_OFFSET ||
		       (t->offset_min >= -INSTANT_OFFSET_MIN_MAX &&
			       t->offset_min <= INSTANT_OFFSET_MIN_MAX));
}

/* The whole of `text` is a time with its zone; MSG_TIME_FORMAT. */
err instant_parse(str text, struct instant *out, struct why *why);

enum { INSTANT_TEXT_BYTES = 40 };
/* RFC 3339, UTC, milliseconds: 2026-03-14T15:09:26.535Z, always 24 bytes.  sub_ns is cut off. */
str instant_utc(char out[static INSTANT_TEXT_BYTES], int64_t ms);
/* As it was told: its offset (none: no zone, in UTC), and 0, 3, 6 or 9 digits of fraction, as few
 * as lose nothing.  timestamp_parse() reads the same moment, precision and offset back. */
str instant_as_told(char out[static INSTANT_TEXT_BYTES], const struct instant *t);

/* Lengths of time: 45s, 30m, 12h, 7d, 2w, and sums of them as 1d12h.  At most 10,000 years.  A day
 * has 24 hours here.  MSG_DURATION_FORMAT. */
err duration_parse(str text, int64_t *ms, struct why *why);
