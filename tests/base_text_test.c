/* tests/base_text_test.c - encodings told and decoded, and the normal form of text. */
#include "base/text.h"
#include "test.h"

#include <string.h>

TEST(text_comes_in_normal_form)
{
	static const struct {
		const char *text, *nfc;
	} rows[] = {
		{ "", "" },
		{ "plain ASCII text of some length", "plain ASCII text of some length" },
		{ "d\xc3\xa9j\xc3\xa0 vu", "d\xc3\xa9j\xc3\xa0 vu" },
		{ "de\xcc\x81ja\xcc\x80", "d\xc3\xa9j\xc3\xa0" },
		{ "\xe2\x84\xab", "\xc3\x85" }, /* the Angstrom sign is a letter */
		{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c" }, /* Hangul */
		{ "a\xcc\xa3\xcc\x81", "\xe1\xba\xa1\xcc\x81" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" },
		{ "\xf0\x9d\x85\x9e", "\xf0\x9d\x85\x97\xf0\x9d\x85\xa5" }, /* excluded: grows */
		{ "e\xcc\x81\xff", "e\xcc\x81\xff" }, /* no UTF-8: as it is */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(10000);
		str out = { NULL, 0 };
		str text = str_of(rows[i].text);
		CHECK(rows[i].text, text_nfc(text, arena, &out, NULL) == OK);
		CHECK(rows[i].text, str_equal(out, str_of(rows[i].nfc)));
		CHECK(rows[i].text, !str_equal(text, out) || arena_taken(arena) == 0);
		CHECK(rows[i].text, !text_is_surely_nfc(text) || str_equal(text, out));
	}
}

TEST(text_nfc_says_when_there_is_no_room)
{
	AUTO_ARENA arena = arena_create(10000);
	struct why why = { 0 };
	str out = STR("kept");

	arena_fail_at(arena, 1);
	CHECK("room", text_nfc(STR("e\xcc\x81"), arena, &out, &why) == ERR_LIMIT);
	CHECK("room", str_equal(out, STR("kept")) && why.message == MSG_NO_ROOM);
}

TEST(text_encoding_is_told)
{
	static const struct {
		const char *row;
		str bytes;
		enum text_encoding encoding;
		size_t mark;
	} rows[] = {
		{ "empty", STR_INIT(""), ENCODING_UTF8, 0 },
		{ "ascii", STR_INIT("abc;def"), ENCODING_UTF8, 0 },
		{ "utf-8", STR_INIT("d\xc3\xa9j\xc3\xa0"), ENCODING_UTF8, 0 },
		{ "utf-8 cut in two", STR_INIT("d\xc3\xa9j\xc3"), ENCODING_UTF8, 0 },
		{ "utf-8 cut in four", STR_INIT("a\xf0\x9f\x98"), ENCODING_UTF8, 0 },
		{ "utf-8 mark",
			STR_INIT("\xef\xbb\xbf"
				 "abc"),
			ENCODING_UTF8, 3 },
		{ "utf-16 mark",
			STR_INIT("\xff\xfe"
				 "a\0"),
			ENCODING_UTF16LE, 2 },
		{ "utf-16 big mark", STR_INIT("\xfe\xff\0a"), ENCODING_UTF16BE, 2 },
		{ "utf-16 without mark", STR_INIT("a\0b\0c\0d\0"), ENCODING_UTF16LE, 0 },
		{ "utf-16 big without", STR_INIT("\0a\0b\0c\0d"), ENCODING_UTF16BE, 0 },
		{ "latin-1", STR_INIT("d\xe9j\xe0 vu"), ENCODING_ISO_8859_1, 0 },
		{ "latin-1 at the end", STR_INIT("caf\xe9s"), ENCODING_ISO_8859_1, 0 },
		{ "windows", STR_INIT("l\x92\xe9t\xe9 100 \x80"), ENCODING_WINDOWS_1252, 0 },
		{ "broken early", STR_INIT("\xc3(abc"), ENCODING_ISO_8859_1, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t mark = 99;
		CHECK(rows[i].row, text_detect(rows[i].bytes, false, &mark) == rows[i].encoding);
		CHECK(rows[i].row, mark == rows[i].mark);
	}
	size_t mark;
	CHECK("whole", text_detect(STR("caf\xe9"), true, &mark) == ENCODING_ISO_8859_1);
	CHECK("cut", text_detect(STR("caf\xe9"), false, &mark) == ENCODING_UTF8);
	for (enum text_encoding e = ENCODING_UTF8; e < ENCODING_COUNT_; e++)
		CHECK("name", text_encoding_named(str_of(text_encoding_name(e))) == e);
	CHECK("alias", text_encoding_named(STR("Latin-1")) == ENCODING_ISO_8859_1);
	CHECK("unknown", text_encoding_named(STR("koi8-r")) == ENCODING_UNKNOWN);
	CHECK("long", text_encoding_named(STR("utf8utf8utf8utf8utf8")) == ENCODING_UNKNOWN);
}

/* Decoded whole and in every cut, the text is the same. */
TEST(text_is_decoded)
{
	static const struct {
		enum text_encoding encoding;
		str bytes, utf8;
	} rows[] = {
		{ ENCODING_UTF8, STR_INIT("d\xc3\xa9"), STR_INIT("d\xc3\xa9") },
		{ ENCODING_ISO_8859_1, STR_INIT("d\xe9\xa4\xff"),
			STR_INIT("d\xc3\xa9\xc2\xa4\xc3\xbf") },
		{ ENCODING_ISO_8859_15, STR_INIT("\xa4\xbd\xe9"),
			STR_INIT("\xe2\x82\xac\xc5\x93\xc3\xa9") },
		{ ENCODING_WINDOWS_1252, STR_INIT("\x80\x92\x9f\xe9"),
			STR_INIT("\xe2\x82\xac\xe2\x80\x99\xc5\xb8\xc3\xa9") },
		{ ENCODING_UTF16LE, STR_INIT("a\0\xe9\0\xac\x20\x3d\xd8\x00\xde"),
			STR_INIT("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") },
		{ ENCODING_UTF16BE, STR_INIT("\0a\0\xe9\x20\xac\xd8\x3d\xde\x00"),
			STR_INIT("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") },
		{ ENCODING_UTF16LE, STR_INIT("\x3d\xd8z\0"), STR_INIT("\xed\xa0\xbdz") },
		{ ENCODING_UTF16LE, STR_INIT("z\0\x3d"), STR_INIT("z\xed\xa0\x80") },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t cut = 0; cut <= rows[i].bytes.len; cut++) {
			AUTO_ARENA arena = arena_create(10000);
			struct strbuf out = strbuf_in(arena, 1000);
			str rest = rows[i].bytes;
			rest = str_from(rest, text_decode(rows[i].encoding, str_upto(rest, cut),
						      cut == rest.len, &out));
			(void)text_decode(rows[i].encoding, rest, true, &out);
			CHECK(text_encoding_name(rows[i].encoding),
				str_equal(strbuf_str(&out), rows[i].utf8));
		}
}
