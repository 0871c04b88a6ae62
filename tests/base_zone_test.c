/* tests/base_zone_test.c - clocks on walls: known changes, gaps, overlaps, and ICU itself asked. */
#include "base/random.h"
#include "base/zone.h"
#include "test.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucal.h>

static const struct zone *zone_of(const char *name)
{
	const struct zone *zone = NULL;

	CHECK(name, zone_named(str_of(name), &zone, NULL) == OK);
	return zone;
}

TEST(zone_tells_utc_of_a_clock)
{
	static const struct {
		const char *zone, *local, *utc;
	} rows[] = {
		{ "UTC", "2026-03-29T02:30", "2026-03-29T02:30:00.000Z" },
		{ "+05:30", "2026-03-29T02:30", "2026-03-28T21:00:00.000Z" },
		{ "Europe/Paris", "2026-01-01", "2025-12-31T23:00:00.000Z" },
		{ "Europe/Paris", "2026-07-01T12:00", "2026-07-01T10:00:00.000Z" },
		{ "Europe/Paris", "2026-03-29T01:59:59.999", "2026-03-29T00:59:59.999Z" },
		{ "Europe/Paris", "2026-03-29T02:00", "2026-03-29T01:00:00.000Z" }, /* gap */
		{ "Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30:00.000Z" }, /* gap */
		{ "Europe/Paris", "2026-03-29T03:00", "2026-03-29T01:00:00.000Z" },
		{ "Europe/Paris", "2026-10-25T01:59", "2026-10-24T23:59:00.000Z" },
		{ "Europe/Paris", "2026-10-25T02:00", "2026-10-25T00:00:00.000Z" }, /* twice */
		{ "Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30:00.000Z" }, /* twice */
		{ "Europe/Paris", "2026-10-25T03:00", "2026-10-25T02:00:00.000Z" },
		{ "Europe/Paris", "1900-01-01T00:09:21", "1900-01-01T00:00:00.000Z" },
		{ "Europe/Paris", "1943-08-01", "1943-07-31T22:00:00.000Z" },
		{ "Europe/Paris", "2826-07-01T12:00", "2826-07-01T10:00:00.000Z" },
		{ "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00.000Z" },
		{ "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00.000Z" },
		{ "Pacific/Apia", "2011-12-30T12:00",
			"2011-12-30T22:00:00.000Z" }, /* no such day */
		{ "Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00.000Z" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct timestamp t = { 0 };
		struct instant at = { 0 };
		char text[INSTANT_TEXT_BYTES];
		bool ok = timestamp_parse(str_of(rows[i].local), &t) &&
			  zone_instant(zone_of(rows[i].zone), &t, &at);
		CHECK(rows[i].local, ok && at.offset_min == INSTANT_NO_OFFSET);
		CHECK(rows[i].local, str_equal(instant_utc(text, at.ms), str_of(rows[i].utc)));
	}
}

TEST(zone_keeps_to_the_years)
{
	struct instant at;
	struct timestamp first = { INSTANT_MS_LEAST, 0, INSTANT_NO_OFFSET, true };
	struct timestamp told = { 0, 5, 60, false };

	CHECK("before year 1", !zone_instant(zone_of("Asia/Tokyo"), &first, &at));
	CHECK("fits", zone_instant(zone_of("America/New_York"), &first, &at));
	CHECK("told", zone_instant(zone_of("Asia/Tokyo"), &told, &at) && at.ms == -3600000 &&
			      at.sub_ns == 5 && at.offset_min == 60);
}

/* ICU computes each moment by its rules; we look it up in our table. */
TEST(zone_offsets_are_those_of_icu)
{
	static const char *const names[] = { "Europe/Paris", "Europe/Dublin", "America/Sao_Paulo",
		"Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Troll", "Asia/Kolkata" };
	struct random random = random_of(11);

	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		UChar wide[ZONE_NAME_BYTES_MAX] = { 0 };
		UErrorCode status = U_ZERO_ERROR;
		for (size_t i = 0; names[n][i] != '\0'; i++)
			wide[i] = (UChar)names[n][i];
		UCalendar *calendar = ucal_open(wide, -1, "en", UCAL_GREGORIAN, &status);
		const struct zone *zone = zone_of(names[n]);
		for (int i = 0; i < 3000; i++) {
			bool far = i % 4 == 0;
			int64_t least = far ? -6847804800000 : -2208988800000;
			int64_t most = far ? 60000000000000 : 4102444800000;
			int64_t at =
				least + (int64_t)random_below(&random, (uint64_t)(most - least));
			ucal_setMillis(calendar, (UDate)at, &status);
			int32_t want = ucal_get(calendar, UCAL_ZONE_OFFSET, &status) +
				       ucal_get(calendar, UCAL_DST_OFFSET, &status);
			if (zone_offset_ms(zone, at) != want)
				CHECK(names[n], zone_offset_ms(zone, at) == want);
		}
		ucal_close(calendar);
	}
}

/* Where a moment has one local time, and that local time one moment, both ways agree. */
TEST(zone_there_and_back)
{
	const struct zone *zone = zone_of("Europe/Paris");
	struct random random = random_of(12);

	for (int i = 0; i < 100000; i++) {
		int64_t at = (int64_t)random_below(&random, 4102444800000);
		int64_t local = at + zone_offset_ms(zone, at);
		int64_t back = zone_utc_of_local(zone, local);
		bool same_clock = back + zone_offset_ms(zone, back) == local;
		if (!same_clock || back > at || at - back > 2 * 3600000)
			CHECK("back", false);
	}
}

TEST(zone_unknown_suggests)
{
	static const struct {
		const char *name, *hint;
	} rows[] = { { "Europe/Pari", "use a name such as Europe/Paris" },
		{ "europe/paris", "use a name such as Europe/Paris" },
		{ "newyork", "use a name such as America/New_York" },
		{ "", "use a name such as Europe/Paris" },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
			"use a name such as Europe/Paris" },
		{ "Mars/\xc3\xa9", "use a name such as " }, { "+19:00", "use a name such as " } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(100000);
		struct strbuf hint = strbuf_in(arena, 1000);
		struct why why = { 0 };
		const struct zone *zone = NULL;
		CHECK(rows[i].name, zone_named(str_of(rows[i].name), &zone, &why) == ERR_NOT_FOUND);
		CHECK(rows[i].name, zone == NULL && why.message == MSG_ZONE_UNKNOWN);
		why_hint(&why, LANGUAGE_ENGLISH, &hint);
		CHECK(rows[i].name, str_starts(strbuf_str(&hint), str_of(rows[i].hint)));
	}
}

static void *ask(void *context)
{
	static const char *const names[] = { "Asia/Tokyo", "Asia/Dubai", "America/Lima", "-03:00" };

	for (int i = 0; i < 400; i++) {
		const struct zone *zone = NULL;
		if (zone_named(str_of(names[i % 4]), &zone, NULL) != OK ||
			!str_equal(zone_name(zone), str_of(names[i % 4])))
			*(bool *)context = false;
	}
	return NULL;
}

TEST(zone_may_be_asked_by_many_threads)
{
	pthread_t threads[4];
	bool ok[4] = { true, true, true, true };

	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		CHECK("start", pthread_create(&threads[i], NULL, ask, &ok[i]) == 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		(void)pthread_join(threads[i], NULL);
		CHECK("same", ok[i]);
	}
}
