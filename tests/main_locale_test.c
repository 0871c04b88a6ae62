/* tests/main_locale_test.c - languages, numbers, times and lengths of time as readers write them.
 */
#include "main/locale.h"

#include <stdlib.h>

#include "base/zone.h"
#include "test.h"

#define NARROW "\xe2\x80\xaf"
#define NB "\xc2\xa0"

TEST(languages_are_read_from_tags)
{
	static const struct {
		const char *tag;
		int language; /* -1: none */
	} rows[] = {
		{ "fr", LANGUAGE_FRENCH },
		{ "fr_FR.UTF-8", LANGUAGE_FRENCH },
		{ "FR-ca", LANGUAGE_FRENCH },
		{ "fr@euro", LANGUAGE_FRENCH },
		{ "en", LANGUAGE_ENGLISH },
		{ "en_GB", LANGUAGE_ENGLISH },
		{ "fra", -1 },
		{ "f", -1 },
		{ "", -1 },
		{ "C", -1 },
		{ "de_DE.UTF-8", -1 },
		{ "french", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum language language = LANGUAGE_ENGLISH;
		bool known = language_from_tag(str_of(rows[i].tag), &language);
		CHECK(rows[i].tag, known == (rows[i].language >= 0));
		CHECK(rows[i].tag, !known || (int)language == rows[i].language);
	}
}

static const char *lc_all, *lc_messages, *lang;
static char *fake_environment(const char *name)
{
	str n = str_of(name);
	const char *value = str_equal(n, STR("LC_ALL"))        ? lc_all
			    : str_equal(n, STR("LC_MESSAGES")) ? lc_messages
							       : lang;
	static char copy[32];

	if (value == NULL)
		return NULL;
	for (size_t i = 0; i <= str_of(value).len; i++)
		copy[i] = value[i];
	return copy;
}

TEST(the_first_variable_set_decides_the_language)
{
	static const struct {
		const char *all, *messages, *lang;
		enum language language;
	} rows[] = {
		{ NULL, NULL, NULL, LANGUAGE_ENGLISH },
		{ NULL, NULL, "fr_FR.UTF-8", LANGUAGE_FRENCH },
		{ "", "", "fr_FR.UTF-8", LANGUAGE_FRENCH },
		{ "C", NULL, "fr_FR.UTF-8", LANGUAGE_ENGLISH },
		{ NULL, "fr", "en_GB", LANGUAGE_FRENCH },
		{ "en", "fr", "fr", LANGUAGE_ENGLISH },
		{ NULL, NULL, "de_DE.UTF-8", LANGUAGE_ENGLISH },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		lc_all = rows[i].all;
		lc_messages = rows[i].messages;
		lang = rows[i].lang;
		CHECK(rows[i].lang,
			language_from_environment(fake_environment) == rows[i].language);
	}
}

static bool is(struct strbuf *out, const char *words)
{
	bool equal = str_equal(strbuf_str(out), str_of(words));

	strbuf_clear(out);
	return equal;
}

TEST(numbers_follow_the_language)
{
	static const struct {
		int64_t number;
		const char *en, *fr;
	} rows[] = {
		{ 0, "0", "0" },
		{ 1234, "1234", "1234" },
		{ -1234, "-1234", "-1234" },
		{ 12345, "12,345", "12" NARROW "345" },
		{ -123456, "-123,456", "-123" NARROW "456" },
		{ 1234567, "1,234,567", "1" NARROW "234" NARROW "567" },
		{ INT64_MIN, "-9,223,372,036,854,775,808",
			"-9" NARROW "223" NARROW "372" NARROW "036" NARROW "854" NARROW "775" NARROW
			"808" },
	};
	struct strbuf out = strbuf_heap(1000);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		locale_number(LANGUAGE_ENGLISH, rows[i].number, &out);
		CHECK(rows[i].en, is(&out, rows[i].en));
		locale_number(LANGUAGE_FRENCH, rows[i].number, &out);
		CHECK(rows[i].en, is(&out, rows[i].fr));
	}
	locale_decimal(LANGUAGE_FRENCH, 12345.678, 2, &out);
	CHECK("decimal", is(&out, "12" NARROW "345,68"));
	locale_decimal(LANGUAGE_ENGLISH, -0.5, 1, &out);
	CHECK("decimal", is(&out, "-0.5"));
	locale_decimal(LANGUAGE_ENGLISH, 1e300, 0, &out);
	CHECK("long", out.len > 300 && strbuf_ok(&out));
	strbuf_done(&out);
}

TEST(bytes_follow_the_language)
{
	static const struct {
		uint64_t bytes;
		const char *en, *fr;
	} rows[] = {
		{ 0, "0 B", "0" NB "o" },
		{ 999, "999 B", "999" NB "o" },
		{ 1000, "1.0 kB", "1,0" NB "ko" },
		{ 999949, "999.9 kB", "999,9" NB "ko" },
		{ 999999, "1.0 MB", "1,0" NB "Mo" },
		{ 1500000000, "1.5 GB", "1,5" NB "Go" },
	};
	struct strbuf out = strbuf_heap(1000);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		locale_bytes(LANGUAGE_ENGLISH, rows[i].bytes, &out);
		CHECK(rows[i].en, is(&out, rows[i].en));
		locale_bytes(LANGUAGE_FRENCH, rows[i].bytes, &out);
		CHECK(rows[i].en, is(&out, rows[i].fr));
	}
	strbuf_done(&out);
}

TEST(lengths_of_time_keep_two_units)
{
	static const struct {
		int64_t ms;
		const char *en, *fr;
	} rows[] = {
		{ 0, "0.0" NB "s", "0,0" NB "s" },
		{ 1500, "1.5" NB "s", "1,5" NB "s" },
		{ 10000, "10" NB "s", "10" NB "s" },
		{ 65000, "1" NB "min 5" NB "s", "1" NB "min 5" NB "s" },
		{ 3600000, "1" NB "h", "1" NB "h" },
		{ 86400000, "1" NB "day", "1" NB "jour" },
		{ 3 * 86400000 + 4 * 3600000 + 59 * 60000, "3" NB "days 4" NB "h",
			"3" NB "jours 4" NB "h" },
		{ 400LL * 86400000, "1" NB "year 35" NB "days", "1" NB "an 35" NB "jours" },
	};
	struct strbuf out = strbuf_heap(1000);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		locale_duration(LANGUAGE_ENGLISH, rows[i].ms, &out);
		CHECK(rows[i].en, is(&out, rows[i].en));
		locale_duration(LANGUAGE_FRENCH, rows[i].ms, &out);
		CHECK(rows[i].en, is(&out, rows[i].fr));
	}
	strbuf_done(&out);
}

TEST(times_are_shown_in_the_zone)
{
	const struct zone *paris;
	struct why why = { 0 };
	struct strbuf out = strbuf_heap(1000);

	CHECK("paris", zone_named(STR("Europe/Paris"), &paris, &why) == OK);
	struct locale fr = { LANGUAGE_FRENCH, paris }, en = { LANGUAGE_ENGLISH, NULL };
	int64_t ms = 1782860400000; /* 2026-06-30T23:00:00Z: already July in Paris */
	locale_moment(&fr, ms, &out);
	CHECK("french", is(&out, "01/07/2026 01:00:00"));
	locale_day(&fr, ms, &out);
	CHECK("french", is(&out, "mercredi 1er juillet 2026"));
	locale_moment(&en, ms, &out);
	CHECK("english", is(&out, "2026-06-30 23:00:00"));
	locale_day(&en, ms, &out);
	CHECK("english", is(&out, "Tuesday 30 June 2026"));
	CHECK("day", locale_day_number(&fr, ms) == locale_day_number(&en, ms) + 1);
	locale_moment(&en, -1, &out);
	CHECK("before 1970", is(&out, "1969-12-31 23:59:59"));
	locale_day(&en, -1, &out);
	CHECK("before 1970", is(&out, "Wednesday 31 December 1969"));
	strbuf_done(&out);
}
