/* tests/exchange_time_format_test.c - the forms of times: read, refused, told from a column. */
#include "base/random.h"
#include "exchange/time_format.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

TEST(time_formats_read)
{
	static const struct {
		const char *format, *text, *expected; /* NULL: refused */
	} rows[] = {
		{ "iso", " 2026-03-14T15:09:26Z ", "2026-03-14T15:09:26Z" },
		{ "epoch", "0", "1970-01-01T00:00:00Z" },
		{ "epoch", "1773500966", "2026-03-14T15:09:26Z" },
		{ "epoch", "1773500966.535897932", "2026-03-14T15:09:26.535897932Z" },
		{ "epoch", "-1.25", "1969-12-31T23:59:58.750Z" },
		{ "epoch", "-62135596801", NULL },
		{ "epoch", "253402300800", NULL },
		{ "epoch", "1e9", NULL },
		{ "epoch_ms", "1773500966535", "2026-03-14T15:09:26.535Z" },
		{ "epoch_us", "1773500966535897", "2026-03-14T15:09:26.535897Z" },
		{ "epoch_ns", "1773500966535897932", "2026-03-14T15:09:26.535897932Z" },
		{ "epoch_ns", "-1", "1969-12-31T23:59:59.999999999Z" },
		{ "epoch_ns", "9999999999999999999", NULL },
		{ "%d/%m/%Y[ %T]", "14/03/2026", "2026-03-14T00:00:00" },
		{ "%d/%m/%Y[ %T]", "14/3/2026 15:09", "2026-03-14T15:09:00" },
		{ "%d/%m/%Y[ %T]", "14/03/2026 ", "2026-03-14T00:00:00" },
		{ "%m/%d/%Y[ %T]", "3/14/2026 9:05", "2026-03-14T09:05:00" },
		{ "%m/%d/%Y[ %T]", "3/14/2026 9:5", NULL },
		{ "%m/%d/%Y[ %T]", "3/14/2026 :05", NULL },
		{ "iso", "2026-03-14 9:05", NULL },
		{ "%d/%m/%Y[ %T]", "31/02/2026", NULL },
		{ "%d/%m/%Y[ %T]", "14/13/2026", NULL },
		{ "%d/%m/%Y[ %T]", "14/03/2026 25:00", NULL },
		{ "%d/%m/%y", "14/03/68", "2068-03-14T00:00:00" },
		{ "%d/%m/%y", "14/03/69", "1969-03-14T00:00:00" },
		{ "%m/%d/%Y %I:%M %p", "03/14/2026 12:05 am", "2026-03-14T00:05:00" },
		{ "%m/%d/%Y %I:%M %p", "03/14/2026 3:05 PM", "2026-03-14T15:05:00" },
		{ "%m/%d/%Y %I:%M %p", "03/14/2026 13:05 PM", NULL },
		{ "%d %b %Y",
			"14 d\xc3\xa9"
			"cembre 2026",
			"2026-12-14T00:00:00" },
		{ "%d %b %Y", "14 Sept. 2026", "2026-09-14T00:00:00" },
		{ "%d/%b/%Y:%T%z", "14/Mar/2026:15:09:26 +0100", "2026-03-14T15:09:26+01:00" },
		{ "%Y%m%d", "20260314", "2026-03-14T00:00:00" },
		{ "%Y-%m-%d %H:%M:%S.%f", "2026-03-14 15:09:26.5", "2026-03-14T15:09:26.500" },
		{ "100%% %Y", "100% 2026", "2026-01-01T00:00:00" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct time_format format;
		struct timestamp t;
		char text[INSTANT_TEXT_BYTES];
		CHECK(rows[i].format,
			time_format_named(str_of(rows[i].format), &format, NULL) == OK);
		bool ok = time_format_read(&format, str_of(rows[i].text), &t);
		CHECK(rows[i].text, ok == (rows[i].expected != NULL));
		if (!ok)
			continue;
		struct instant at = { t.local_ms, t.sub_ns, t.offset_min };
		if (t.offset_min != INSTANT_NO_OFFSET)
			at = timestamp_instant(&t);
		CHECK(rows[i].text,
			str_equal(instant_as_told(text, &at), str_of(rows[i].expected)));
	}
}

/* Of any length, against strtoll(). */
TEST(time_seconds_are_their_digits)
{
	struct random random = random_of(12);
	struct time_format format;

	CHECK("named", time_format_named(STR("epoch"), &format, NULL) == OK);
	for (int round = 0; round < 20000; round++) {
		char text[16] = { 0 };
		size_t len = 1 + random_below(&random, 11);
		for (size_t i = 0; i < len; i++)
			text[i] = (char)('0' + random_below(&random, 10));
		struct timestamp t = { .sub_ns = 1, .offset_min = 1, .date_only = true };
		bool ok = time_format_read(&format, (str){ text, len }, &t);
		int64_t seconds = strtoll(text, NULL, 10);
		CHECK(text, ok == (seconds <= INSTANT_MS_MOST / 1000));
		CHECK(text, !ok || (t.local_ms == seconds * 1000 && t.sub_ns == 0 &&
					   t.offset_min == 0 && !t.date_only));
	}
}

/* One byte that is none, in each place. */
TEST(time_seconds_have_digits_alone)
{
	static const char others[] = "/:;a\x01\x7f\x80\xb0\xff*";
	struct time_format format;
	struct timestamp t;

	CHECK("named", time_format_named(STR("epoch"), &format, NULL) == OK);
	for (size_t place = 0; place < 10; place++)
		for (size_t i = 0; i < sizeof(others); i++) {
			char text[] = "1773500966";
			text[place] = others[i];
			CHECK("refused", !time_format_read(&format, (str){ text, 10 }, &t));
		}
}

TEST(time_patterns_are_checked)
{
	static const char *const bad[] = { "", "dd/mm/yyyy", "%", "%Q", "%d[", "%d]", "%d[ [%T]]",
		"%d%" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct time_format format;
		CHECK(bad[i], time_format_named(str_of(bad[i]), &format, NULL) == ERR_SYNTAX);
	}
}

TEST(time_formats_are_told_from_a_column)
{
	static const struct {
		const char *values[3], *format; /* NULL: none */
		bool is_ambiguous;
	} rows[] = {
		{ { "2026-03-14", "", "2026-03-14 15:09" }, "iso", false },
		{ { "14/03/2026", "03/04/2026" }, "%d/%m/%Y[ %T][%z]", false },
		{ { "03/04/2026 10:00", "05/06/2026 11:00:01" }, "%d/%m/%Y[ %T][%z]", true },
		{ { "03/04/2026", "03/14/2026" }, "%m/%d/%Y[ %T][%z]", false },
		{ { "14/03/26" }, "%d/%m/%y[ %T][%z]", false },
		{ { "3/14/2026 3:05 PM" }, "%m/%d/%Y %I:%M[:%S] %p", false },
		{ { "14.03.2026 15:09" }, "%d.%m.%Y[ %T][%z]", false },
		{ { "20260314" }, "%Y%m%d", false },
		{ { "20260314150926" }, "%Y%m%d%H%M%S", false },
		{ { "1773500966", "999999999" }, "epoch", false },
		{ { "1773500966535" }, "epoch_ms", false },
		{ { "1773500966535897" }, "epoch_us", false },
		{ { "1773500966535897932" }, "epoch_ns", false },
		{ { "3/14/2026 9:05", "3/14/2026 10:05" }, "%m/%d/%Y[ %T][%z]", false },
		{ { "2026-03-14 9:05:01.5", "2026-03-14 10:05" }, "%Y-%m-%d %T[%z]", false },
		{ { "14 mars 2026" }, "%d %b %Y[ %T][%z]", false },
		{ { "14-MAR-2026 9:05:26" }, "%d-%b-%Y[ %T][%z]", false },
		{ { "Mar 14, 2026 15:09" }, "%b %d, %Y[ %T][%z]", false },
		{ { "Mar 14, 2026 3:09 PM" }, "%b %d, %Y %I:%M[:%S] %p", false },
		{ { "soon", "later" }, NULL, false },
		{ { "12", "13" }, NULL, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct time_guess guess = { 0 };
		struct time_format format;
		bool is_ambiguous = false;
		for (size_t v = 0; v < 3 && rows[i].values[v] != NULL; v++)
			time_guess_show(&guess, str_of(rows[i].values[v]));
		bool ok = time_guess_best(&guess, &format, &is_ambiguous);
		CHECK(rows[i].values[0], ok == (rows[i].format != NULL));
		CHECK(rows[i].values[0], !ok || str_equal(format.pattern, str_of(rows[i].format)));
		CHECK(rows[i].values[0], is_ambiguous == rows[i].is_ambiguous);
	}
}
