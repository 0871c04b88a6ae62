/* tests/base_base_test.c - slices, text and numbers. */
#include "base/base.h"
#include "test.h"

#include <string.h>

static const struct {
	const char *row;
	str text;
	bool is_text;
} rows[] = {
	{ "nothing", { NULL, 0 }, true },
	{ "1 to 4 bytes", STR_INIT(" \xc2\xa0\xe2\x82\xac\xf0\x9f\x98\x80"), true },
	{ "NUL", STR_INIT("a\0b"), false },
	{ "last of C0", STR_INIT("\x1f"), false },
	{ "DEL", STR_INIT("\x7f"), false },
	{ "last of C1", STR_INIT("\xc2\x9f"), false },
	{ "continuation first", STR_INIT("\xbf"), false },
	{ "overlong, 2 bytes", STR_INIT("\xc1\xbf"), false },
	{ "overlong, 3 bytes", STR_INIT("\xe0\x9f\xbf"), false },
	{ "overlong, 4 bytes", STR_INIT("\xf0\x8f\xbf\xbf"), false },
	{ "around surrogates", STR_INIT("\xed\x9f\xbf\xee\x80\x80"), true },
	{ "first surrogate", STR_INIT("\xed\xa0\x80"), false },
	{ "last surrogate", STR_INIT("\xed\xbf\xbf"), false },
	{ "U+10FFFF", STR_INIT("\xf4\x8f\xbf\xbf"), true },
	{ "U+110000", STR_INIT("\xf4\x90\x80\x80"), false },
	{ "lead of 5 bytes", STR_INIT("\xf9\x90\x80\x80"), false },
	{ "cut short", { "\xe2\x82\xac", 2 }, false },
	{ "not continued", STR_INIT("\xe2\x82z"), false },
};

/* Each row also behind and before eight plain bytes: they are looked at together. */
TEST(str_is_text_table)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CHECK(rows[i].row, str_is_text(rows[i].text) == rows[i].is_text);
		for (size_t before = 0; before < 12; before++) {
			char padded[40] = "abcdefghijkl";
			size_t len = before;
			if (rows[i].text.len > 0)
				memcpy(padded + len, rows[i].text.ptr, rows[i].text.len);
			len += rows[i].text.len;
			memcpy(padded + len, " ~!ABCDEF", 9);
			CHECK(rows[i].row, str_is_text((str){ padded, len }) == rows[i].is_text);
			bool cut_short = i == ARRAY_LEN(rows) - 2;
			CHECK(rows[i].row, cut_short || str_is_text((str){ padded, len + 9 }) ==
								rows[i].is_text);
		}
	}
}

TEST(str_is_utf8_allows_controls)
{
	CHECK("lines", str_is_utf8(STR("a\nb\tc\x7f")) && !str_is_text(STR("a\nb")));
	CHECK("bytes", !str_is_utf8(STR("a\xff")));
}

TEST(str_compares)
{
	CHECK("NULL is empty", str_equal(str_of(NULL), STR("")) && !str_has(str_of(NULL), 'a'));
	CHECK("same", str_equal(str_of("abc"), STR("abc")) && str_has(STR("abc"), 'c'));
	CHECK("case counts", !str_equal(STR("abc"), STR("abC")) && !str_has(STR("abc"), 'C'));
	CHECK("length counts", !str_equal(STR("abc"), STR("ab")));
	CHECK("order",
		str_compare(STR("ab"), STR("abc")) < 0 && str_compare(STR("b"), STR("abc")) > 0);
	CHECK("bytes are unsigned", str_compare(STR("\xc3"), STR("z")) > 0);
	CHECK("ends", str_ends(STR("a.gz"), STR(".gz")) && !str_ends(STR("gz"), STR(".gz")));
	CHECK("trims", str_equal(str_trim(STR(" \ta b\r\n")), STR("a b")));
}

TEST(str_takes_apart)
{
	str text = STR("a:b:c"), before = STR("kept"), after = STR("kept");

	CHECK("no such byte", !str_split(text, '@', &before, &after));
	CHECK("untouched", str_equal(before, STR("kept")) && str_equal(after, STR("kept")));
	CHECK("last", str_split_last(text, ':', &before, &after) && str_equal(before, STR("a:b")) &&
			      str_equal(after, STR("c")));
	CHECK("splits", str_split(text, ':', &before, &after) && str_equal(before, STR("a")));
	CHECK("at the first", str_equal(after, STR("b:c")));
	CHECK("longer", !str_skip_prefix(&after, STR("b:cd")));
	CHECK("skips", str_skip_prefix(&after, STR("b:")) && str_equal(after, STR("c")));
	CHECK("cut between characters", str_equal(str_cut(STR("a\xc3\xa9"), 2), STR("a")));
	CHECK("cut elsewhere", str_equal(str_cut(STR("a\xc3\xa9z"), 3), STR("a\xc3\xa9")));
}

static const struct {
	str text;
	bool ok;
	int64_t number;
} numbers[] = {
	{ STR_INIT("0"), true, 0 },
	{ STR_INIT("-12"), true, -12 },
	{ STR_INIT("9223372036854775807"), true, INT64_MAX },
	{ STR_INIT("-9223372036854775808"), true, INT64_MIN },
	{ STR_INIT("9223372036854775808"), false, 0 },
	{ STR_INIT("-9223372036854775809"), false, 0 },
	{ STR_INIT(""), false, 0 },
	{ STR_INIT("-"), false, 0 },
	{ STR_INIT("1 "), false, 0 },
	{ STR_INIT("1e3"), false, 0 },
};

TEST(str_to_int64_table)
{
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		int64_t n = 0;
		CHECK(numbers[i].text.ptr, str_to_int64(numbers[i].text, &n) == numbers[i].ok);
		CHECK(numbers[i].text.ptr, n == numbers[i].number);
	}
}

static void break_a_promise(void)
{
	ASSERT(1 + 1 == 3);
}

TEST(assert_stops_the_program)
{
	CHECK("a bug", test_aborts(break_a_promise));
}

/* Every byte at every place of every length to 20. */
TEST(str_is_plain_knows_printable_ascii)
{
	char text[20];

	for (size_t len = 1; len <= sizeof(text); len++)
		for (size_t at = 0; at < len; at++)
			for (int c = 0; c < 256; c++) {
				memset(text, 'x', sizeof(text));
				text[at] = (char)c;
				str t = { text, len };
				bool plain = c >= 0x20 && c < 0x7f;
				CHECK("plain", str_is_plain(t) == plain);
				CHECK("text", str_is_text(t) == plain);
				CHECK("utf-8", str_is_utf8(t) == (c < 0x80));
			}
}

/* Lengths on both sides of each width that is compared at once; a difference in any place. */
TEST(str_equal_sees_every_byte)
{
	char a[48], b[48];

	for (size_t len = 0; len < sizeof(a) - 1; len++) {
		for (size_t i = 0; i < sizeof(a); i++)
			a[i] = b[i] = (char)(i * 37);
		a[len]++; /* behind the end: of no matter */
		CHECK("equal", str_equal((str){ a, len }, (str){ b, len }));
		for (size_t i = 0; i < len; i++) {
			b[i] ^= 1;
			CHECK("different", !str_equal((str){ a, len }, (str){ b, len }));
			b[i] ^= 1;
		}
	}
}
