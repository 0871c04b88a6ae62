/* tests/base_timestamp_test.c - times as text: the spellings taken, those refused, and back. */
#include "base/random.h"
#include "base/timestamp.h"
#include "test.h"

enum { NONE = INSTANT_NO_OFFSET };

/* Expected milliseconds were computed with Python's datetime. */
static const struct {
	const char *text;
	int64_t local_ms;
	int32_t sub_ns;
	int offset_min;
} good[] = {
	{ "1970-01-01", 0, 0, NONE },
	{ "1970-01-01T00:00:00Z", 0, 0, 0 },
	{ "2026-03-14T15:09:26.535Z", 1773500966535, 0, 0 },
	{ "2026-03-14t15:09:26.535z", 1773500966535, 0, 0 },
	{ "2026-03-14 15:09:26,535", 1773500966535, 0, NONE },
	{ "2026-03-14T15:09:26.535897932+02:00", 1773500966535, 897932, 120 },
	{ "2026-03-14T15:09:26.5358979323846Z", 1773500966535, 897932, 0 },
	{ "2026-03-14T15:09:26.5-0330", 1773500966500, 0, -210 },
	{ "2026-03-14T15:09+02", 1773500940000, 0, 120 },
	{ "2026-03-14 15:09:26 +0100", 1773500966000, 0, 60 },
	{ "2026-03-14 15:09:26 UTC", 1773500966000, 0, 0 },
	{ "2011-10-11 13:45:40.276000+02:00", 1318340740276, 0, 120 },
	{ "2015-09-09 08:41:16.933000001", 1441788076933, 1, NONE },
	{ "2000-02-29T00:00Z", 951782400000, 0, 0 },
	{ "2024-02-29", 1709164800000, 0, NONE },
	{ "1582-10-10T12:00:00Z", -12219681600000, 0, 0 }, /* no day is left out */
	{ "0001-01-01T00:00:00Z", INSTANT_MS_LEAST, 0, 0 },
	{ "9999-12-31T23:59:59.999999999Z", INSTANT_MS_MOST, 999999, 0 },
	{ "0000-12-31T23:00:00-01:00", INSTANT_MS_LEAST - 3600000, 0, -60 },
	{ "10000-01-01T00:59:59+01:00", INSTANT_MS_MOST + 1 + 3599000, 0, 60 },
	{ "2016-12-31T23:59:60Z", 1483228800000, 0, 0 }, /* a leap second */
	{ "2017-01-01T05:29:60.5+05:30", 1483248600500, 0, 330 },
	{ "2026-03-14T24:00:00Z", 1773532800000, 0, 0 },
	{ "1969-12-31T23:59:59.9999Z", -1, 900000, 0 },
	{ "2026-03-14T00:00:00+18:00", 1773446400000, 0, 1080 },
	{ "2026-03-14T00:00:00-00:00", 1773446400000, 0, 0 },
};

static const char *const bad[] = { "", " ", "2026", "2026-03", "2026-3-14", "2026-13-01",
	"2026-00-01", "2026-01-00", "2026-02-29", "1900-02-29", "2100-02-29", "2026-04-31",
	"2026-03-14T", "2026-03-14T15", "2026-03-14T15:9", "2026-03-14T25:00",
	"2026-03-14T24:00:01", "2026-03-14T24:00:00.1", "2026-03-14T15:60", "2026-03-14T15:10:60",
	"2026-03-14T15:14:61", "2026-03-14T15:09:26.", "2026-03-14T15:09:26.Z",
	"2026-03-14T15:09:26.5+", "2026-03-14 Z", "2026-03-14Z", "2026-03-14T15:09:26+1",
	"2026-03-14T15:09:26+01:", "2026-03-14T15:09:26+01:6", "2026-03-14T15:09:26+01:60",
	"2026-03-14T15:09:26+18:01", "2026-03-14T15:09:26Z ", "2026-03-14T15:09:26  Z",
	" 2026-03-14", "2026-03-14T15:09:26PST", "0000-12-31T23:59:59Z", "0000-12-31",
	"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z",
	"10000-01-01T01:00:00+01:00", "99999-01-01", "-001-01-01", "2026/03/14",
	"2026-03-14T15:09:26.\xd9\xa1Z", "20260314", "1e5" };

TEST(timestamp_reads_the_spellings_of_iso_8601)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct timestamp t = { 0 };
		bool ok = timestamp_parse(str_of(good[i].text), &t);
		CHECK(good[i].text, ok && t.local_ms == good[i].local_ms);
		CHECK(good[i].text,
			t.sub_ns == good[i].sub_ns && t.offset_min == good[i].offset_min);
		CHECK(good[i].text, t.date_only == (str_of(good[i].text).len == 10));
	}
}

TEST(timestamp_refuses_what_is_no_time)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct timestamp t = { .local_ms = 42 };
		CHECK(bad[i], !timestamp_parse(str_of(bad[i]), &t) && t.local_ms == 42);
	}
	for (size_t len = 0; len < 35; len++) { /* no prefix reads past its end */
		char text[] = "2026-03-14T15:09:26.535897932+02:00";
		struct timestamp t;
		bool whole =
			len == 10 || len == 16 || len == 19 || (len > 20 && len < 30) || len == 32;
		CHECK(text, timestamp_parse((str){ text, len }, &t) == whole);
	}
}

TEST(timestamp_counts_every_day_of_ten_thousand_years)
{
	int64_t days = days_of_date(0, 1, 1);

	CHECK("epoch", days_of_date(1970, 1, 1) == 0 && days == -719528);
	for (int64_t year = 0; year <= 10000; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= month_days(year, month); day++, days++) {
				int64_t y;
				int m, d;
				date_of_days(days, &y, &m, &d);
				if (y != year || m != month || d != day ||
					days_of_date(year, month, day) != days)
					CHECK("date", false);
			}
	CHECK("last", days == 2932897 + 366);
}

TEST(instant_is_written_in_utc)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = { { 0, "1970-01-01T00:00:00.000Z" }, { -1, "1969-12-31T23:59:59.999Z" },
		{ 1773500966535, "2026-03-14T15:09:26.535Z" },
		{ INSTANT_MS_LEAST, "0001-01-01T00:00:00.000Z" },
		{ INSTANT_MS_MOST, "9999-12-31T23:59:59.999Z" },
		{ -DAY_MS, "1969-12-31T00:00:00.000Z" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[INSTANT_TEXT_BYTES];
		CHECK(rows[i].text, str_equal(instant_utc(out, rows[i].ms), str_of(rows[i].text)));
	}
}

TEST(instant_as_told_reads_back_the_same)
{
	static const int32_t subs[] = { 0, 1, 1000, 999000, 999999 };
	struct random random = random_of(7);

	for (int i = 0; i < 200000; i++) {
		uint64_t span = (uint64_t)(INSTANT_MS_MOST - INSTANT_MS_LEAST) + 1;
		struct instant t = { INSTANT_MS_LEAST + (int64_t)random_below(&random, span),
			subs[random_below(&random, ARRAY_LEN(subs))],
			(int16_t)((int)random_below(&random, 2161) - 1080) };
		if (i % 4 == 0)
			t.ms = i % 8 == 0 ? INSTANT_MS_LEAST + i : INSTANT_MS_MOST - i;
		if (i % 3 == 0)
			t.ms -= ((t.ms % 1000) + 1000) % 1000;
		if (t.ms < INSTANT_MS_LEAST || i % 5 == 0)
			t = (struct instant){ i, 0, INSTANT_NO_OFFSET };
		char text[INSTANT_TEXT_BYTES];
		struct timestamp back = { 0 };
		bool ok = timestamp_parse(instant_as_told(text, &t), &back);
		if (back.offset_min == INSTANT_NO_OFFSET)
			ok = ok && back.local_ms == t.ms;
		else
			ok = ok && timestamp_instant(&back).ms == t.ms;
		if (!ok || back.sub_ns != t.sub_ns || back.offset_min != t.offset_min)
			CHECK(text, false);
	}
}

TEST(instant_parse_wants_a_zone)
{
	struct instant t;
	struct why why = { 0 };

	CHECK("zone", instant_parse(STR("2026-03-14T15:09:26+01:00"), &t, &why) == OK);
	CHECK("zone", t.ms == 1773497366000 && t.offset_min == 60);
	CHECK("none", instant_parse(STR("2026-03-14T15:09:26"), &t, &why) == ERR_SYNTAX);
	CHECK("none", why.message == MSG_TIME_FORMAT);
}

TEST(durations)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = { { "0s", 0 }, { "45s", 45000 }, { "30m", 1800000 }, { "12h", 43200000 },
		{ "7d", 604800000 }, { "2w", 1209600000 }, { "1d12h", 129600000 },
		{ "3660000d", 3660000 * DAY_MS }, { "", -1 }, { "7", -1 }, { "d", -1 },
		{ "-7d", -1 }, { "7 d", -1 }, { "7D", -1 }, { "7y", -1 }, { "1.5h", -1 },
		{ "3660001d", -1 }, { "999999999999w", -1 }, { "9999999999999s", -1 },
		{ "7dd", -1 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = -1;
		struct why why = { 0 };
		err e = duration_parse(str_of(rows[i].text), &ms, &why);
		CHECK(rows[i].text, ms == rows[i].ms && (e == OK) == (rows[i].ms >= 0));
		CHECK(rows[i].text, e == OK || why.message == MSG_DURATION_FORMAT);
	}
}
