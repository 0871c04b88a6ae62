/* tests/base_why_test.c - errors in words: both languages complete, arguments kept and made safe.
 */
#include "base/why.h"
#include "test.h"

#include <string.h>

static unsigned args_in(str text) /* a bit for each {n} */
{
	unsigned found = 0;

	for (size_t i = 0; i + 2 < text.len; i++)
		if (text.ptr[i] == '{' && text.ptr[i + 2] == '}')
			found |= 1u << ((unsigned)(text.ptr[i + 1] - '0') % 32);
	return found;
}

static str rendered(struct arena *arena, const struct why *why, enum language language, bool hint)
{
	struct strbuf out = strbuf_in(arena, 4000);

	(hint ? why_hint : why_words)(why, language, &out);
	return strbuf_str(&out);
}

/* With arguments that read {1} ... the patterns come out as they stand. */
TEST(every_message_says_the_same_in_both_languages)
{
	for (enum message id = MSG_NONE + 1; id < MSG_COUNT_; id++) {
		AUTO_ARENA arena = arena_create(100000);
		struct why why = { 0 };
		const char *row = message_kebab(id).ptr;
		err e = fail(&why, id, arg_c("{1}"), arg_c("{2}"), arg_c("{3}"), arg_c("{4}"));
		str en = rendered(arena, &why, LANGUAGE_ENGLISH, false);
		str fr = rendered(arena, &why, LANGUAGE_FRENCH, false);
		str en_hint = rendered(arena, &why, LANGUAGE_ENGLISH, true);
		str fr_hint = rendered(arena, &why, LANGUAGE_FRENCH, true);
		CHECK(row, e == message_code(id) && e != OK);
		CHECK(row, en.len > 0 && fr.len > 0 && str_is_utf8(en) && str_is_utf8(fr));
		CHECK(row, args_in(en) == args_in(fr) && args_in(en_hint) == args_in(fr_hint));
		CHECK(row, (en_hint.len > 0) == (fr_hint.len > 0));
		for (enum message other = MSG_NONE + 1; other < id; other++)
			CHECK(row, !str_equal(message_kebab(other), message_kebab(id)));
	}
}

TEST(why_keeps_arguments)
{
	AUTO_ARENA arena = arena_create(100000);
	struct why why = { 0 };
	char owned[] = "calls.csv";
	err e = fail(&why, MSG_FILE_TOO_LARGE, arg_c(owned), arg_int(1234567), arg_int(-1000));

	CHECK("code", e == ERR_LIMIT);
	memset(owned, 'x', sizeof(owned) - 1);
	CHECK("english", str_equal(rendered(arena, &why, LANGUAGE_ENGLISH, false),
				 STR("calls.csv has 1,234,567 bytes; at most -1000 are read")));
	CHECK("french", str_starts(rendered(arena, &why, LANGUAGE_FRENCH, false),
				STR("calls.csv fait 1\xe2\x80\xaf"
				    "234\xe2\x80\xaf"
				    "567 octets")));
}

TEST(why_makes_arguments_safe)
{
	AUTO_ARENA arena = arena_create(100000);
	struct why why = { 0 };
	err e = fail(&why, MSG_TIME_FORMAT, arg_str(STR("a\x1b[2J\n\xff\xc3\xa9")));

	CHECK("code", e == ERR_SYNTAX);
	CHECK("escaped", str_equal(rendered(arena, &why, LANGUAGE_ENGLISH, false),
				 STR("\"a\\x1b[2J\\x0a\\xff\xc3\xa9\" is not a time")));
}

TEST(why_quotes_itself_and_cuts_long_text)
{
	AUTO_ARENA arena = arena_create(100000);
	struct why why = { 0 };
	char faces[1200];

	for (size_t i = 0; i < sizeof(faces); i++)
		faces[i] = "\xf0\x9f\x98\x80"[i % 4];
	for (size_t shift = 0; shift < 4; shift++) {
		char text[1300];
		memset(text, 'x', shift);
		memcpy(text + shift, faces, sizeof(faces));
		(void)fail(&why, MSG_TIME_FORMAT, arg_str((str){ text, shift + sizeof(faces) }));
		str words = rendered(arena, &why, LANGUAGE_ENGLISH, false);
		CHECK("whole characters", str_is_utf8(words));
		CHECK("no shorter", words.len > WHY_TEXT_BYTES_MAX);
	}
	(void)fail(&why, MSG_TIME_FORMAT, arg_c("deep"));
	(void)fail(&why, MSG_ZONE_UNKNOWN, arg_str((str){ why.text, 4 }));
	CHECK("itself", str_equal(rendered(arena, &why, LANGUAGE_ENGLISH, false),
				STR("no time zone is called \"deep\"")));
}

TEST(why_notes_the_place)
{
	struct why why = { 0 };
	char path[400];

	memset(path, 'a', sizeof(path));
	memcpy(path + 390, "/calls.csv", 10);
	why_at(&why, (str){ path, sizeof(path) }, 12, -1, 0);
	CHECK("line, no column",
		why.has_line && why.line == 12 && !why.has_column && why.has_offset);
	CHECK("the end of the path", str_ends(str_of(why.file), STR("a/calls.csv")));
	CHECK("nobody asks", fail(NULL, MSG_NO_ROOM, arg_c("x"), arg_int(1)) == ERR_LIMIT);
}
