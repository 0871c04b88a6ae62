/* demo/clock_face.c - see clock_face.h */
#include "demo/clock_face.h"

#include <stdio.h>

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };

void clock_face_init(struct clock_face *face, const struct zone *zone)
{
	*face = (struct clock_face){ .zone = zone, .hour = INT64_MIN };
}

struct civil {
	int year, month, day, hour;
};

static struct civil civil_of(int64_t ms)
{
	int64_t year;
	struct civil c;

	date_of_days(ms / DAY_MS, &year, &c.month, &c.day);
	c.year = (int)year;
	c.hour = (int)(ms % DAY_MS / 3600000);
	return c;
}

/* Times after 1970 only: the company is not older. */
void clock_face_turn(struct clock_face *face, int64_t ms)
{
	int32_t offset = zone_offset_ms(face->zone, ms);
	struct civil utc = civil_of(ms), local = civil_of(ms + offset);
	int minutes = offset / 60000;

	face->hour = ms / 3600000;
	(void)snprintf(face->utc, sizeof(face->utc), "%04d-%02d-%02dT%02d:", utc.year % 10000,
		utc.month, utc.day, utc.hour);
	(void)snprintf(face->local, sizeof(face->local), "%04d-%02d-%02d %02d:", local.year % 10000,
		local.month, local.day, local.hour);
	(void)snprintf(face->french, sizeof(face->french), "%02d/%02d/%04d", local.day, local.month,
		local.year % 10000);
	(void)snprintf(face->log, sizeof(face->log), "%02d/%s/%04d:", local.day,
		months[local.month - 1], local.year % 10000);
	(void)snprintf(face->local_hour, sizeof(face->local_hour), "%02d:", local.hour);
	(void)snprintf(face->offset, sizeof(face->offset), "%c%02d%02d", minutes < 0 ? '-' : '+',
		(minutes < 0 ? -minutes : minutes) / 60, (minutes < 0 ? -minutes : minutes) % 60);
	face->local_day = (local.year * 100 + local.month) * 100 + local.day;
	face->local_month = local.year * 100 + local.month;
}

/* 09:26 of an hour, and .535 if asked. */
static void put_minutes(struct strbuf *out, int64_t ms, bool fraction)
{
	unsigned in_hour = (unsigned)(ms % 3600000), minute = in_hour / 60000,
		 second = in_hour / 1000 % 60, milli = in_hour % 1000;
	const char digits[9] = { (char)('0' + minute / 10), (char)('0' + minute % 10), ':',
		(char)('0' + second / 10), (char)('0' + second % 10), '.',
		(char)('0' + milli / 100), (char)('0' + milli / 10 % 10), (char)('0' + milli % 10) };

	strbuf_add(out, (str){ digits, fraction ? 9 : 5 });
}

void put_utc(struct strbuf *out, struct clock_face *face, int64_t ms)
{
	clock_face_at(face, ms);
	strbuf_add(out, (str){ face->utc, 14 });
	put_minutes(out, ms, true);
	strbuf_add_byte(out, 'Z');
}

void put_local(struct strbuf *out, struct clock_face *face, int64_t ms)
{
	clock_face_at(face, ms);
	strbuf_add(out, (str){ face->local, 14 });
	put_minutes(out, ms, false);
}

void put_french_date(struct strbuf *out, struct clock_face *face, int64_t ms)
{
	clock_face_at(face, ms);
	strbuf_add(out, (str){ face->french, 10 });
}

void put_clock(struct strbuf *out, struct clock_face *face, int64_t ms)
{
	clock_face_at(face, ms);
	strbuf_add(out, (str){ face->local_hour, 3 });
	put_minutes(out, ms, false);
}

void put_log_time(struct strbuf *out, struct clock_face *face, int64_t ms)
{
	clock_face_at(face, ms);
	strbuf_add_byte(out, '[');
	strbuf_add(out, (str){ face->log, 12 });
	strbuf_add(out, (str){ face->local_hour, 3 });
	put_minutes(out, ms, false);
	strbuf_add_byte(out, ' ');
	strbuf_add(out, (str){ face->offset, 5 });
	strbuf_add_byte(out, ']');
}
