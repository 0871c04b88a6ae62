/* tests/main_text_test.c - sentences: both languages complete, the right plural, arguments in
 * place.
 */
#include "main/text.h"

#include "test.h"

static unsigned args_in(str text) /* a bit for each {n} */
{
	unsigned found = 0;

	for (size_t i = 0; i + 2 < text.len; i++)
		if (text.ptr[i] == '{' && text.ptr[i + 1] >= '1' && text.ptr[i + 1] <= '4' &&
			text.ptr[i + 2] == '}')
			found |= 1u << (text.ptr[i + 1] - '0');
	return found;
}

TEST(every_text_says_the_same_in_both_languages)
{
	for (enum text id = 0; id < TEXT_COUNT_; id++) {
		str en = text_words(id, LANGUAGE_ENGLISH), fr = text_words(id, LANGUAGE_FRENCH);
		str one, many;
		CHECK(en.ptr, en.len > 0 && fr.len > 0 && str_is_text(en) && str_is_text(fr));
		CHECK(en.ptr, args_in(en) == args_in(fr));
		bool plural = str_split(en, '|', &one, &many);
		CHECK(en.ptr, !plural || args_in(one) == args_in(many));
	}
}

TEST(texts_take_arguments)
{
	static const struct {
		const char *name;
		enum text id;
		enum language language;
		struct arg arg;
		const char *words;
	} rows[] = {
		{ "english none", TEXT_PROGRESS_EVENTS, LANGUAGE_ENGLISH,
			{ .kind = ARG_NUMBER, .number = 0 }, "0 events" },
		{ "english one", TEXT_PROGRESS_EVENTS, LANGUAGE_ENGLISH,
			{ .kind = ARG_NUMBER, .number = 1 }, "1 event" },
		{ "english many", TEXT_PROGRESS_EVENTS, LANGUAGE_ENGLISH,
			{ .kind = ARG_NUMBER, .number = 12345 }, "12,345 events" },
		{ "french none", TEXT_PROGRESS_EVENTS, LANGUAGE_FRENCH,
			{ .kind = ARG_NUMBER, .number = 0 }, "0 événement" },
		{ "french one", TEXT_PROGRESS_EVENTS, LANGUAGE_FRENCH,
			{ .kind = ARG_NUMBER, .number = 1 }, "1 événement" },
		{ "french many", TEXT_PROGRESS_EVENTS, LANGUAGE_FRENCH,
			{ .kind = ARG_NUMBER, .number = 12345 },
			"12\xe2\x80\xaf"
			"345 événements" },
		{ "text", TEXT_THREAD_BY, LANGUAGE_FRENCH,
			{ .kind = ARG_TEXT, .text = STR_INIT("{1}|é") }, "par {1}|é" },
		{ "missing", TEXT_THREAD_BY, LANGUAGE_ENGLISH, { .kind = ARG_NONE }, "by " },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(10000);
		struct strbuf out = strbuf_in(arena, 1000);
		text_add(&out, rows[i].language, rows[i].id, rows[i].arg);
		CHECK(rows[i].name, str_equal(strbuf_str(&out), str_of(rows[i].words)));
	}
}
