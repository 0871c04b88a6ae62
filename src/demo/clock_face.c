/* demo/clock_face.c - see clock_face.h */
#include "demo/clock_face.h"

#include <string.h>

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

static void two(char *to, int number)
{
	to[0] = (char)('0' + number / 10 % 10);
	to[1] = (char)('0' + number % 10);
}

/* The pattern, and after it: year 0, month 5, day 8, hour 11. */
static void put_iso(char to[16], const struct civil *c, char between)
{
	memcpy(to, "0000-00-00 00:", 15);
	two(to, c->year / 100);
	two(to + 2, c->year);
	two(to + 5, c->month);
	two(to + 8, c->day);
	to[10] = between;
	two(to + 11, c->hour);
}

/* Times after 1970 only: the company is not older. */
void clock_face_turn(struct clock_face *face, int64_t ms)
{
	int32_t offset = zone_offset_ms(face->zone, ms);
	struct civil utc = civil_of(ms), local = civil_of(ms + offset);
	int minutes = offset / 60000;

	face->hour = ms / 3600000;
	put_iso(face->utc, &utc, 'T');
	put_iso(face->local, &local, ' ');
	memcpy(face->french, "00/00/0000", 11);
	two(face->french, local.day);
	two(face->french + 3, local.month);
	memcpy(face->french + 6, face->local, 4);
	memcpy(face->log, "00/Mon/0000:", 13);
	two(face->log, local.day);
	memcpy(face->log + 3, months[local.month - 1], 3);
	memcpy(face->log + 7, face->local, 4);
	memcpy(face->local_hour, face->local + 11, 3);
	face->offset[0] = minutes < 0 ? '-' : '+';
	two(face->offset + 1, (minutes < 0 ? -minutes : minutes) / 60);
	two(face->offset + 3, (minutes < 0 ? -minutes : minutes) % 60);
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
		(char)('0' + milli / 100), (char)('0' + milli / 10 % 10),
		(char)('0' + milli % 10) };

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
