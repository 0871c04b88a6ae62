/* tests/main_render_test.c - errors told to people and to programs. */
#include "main/render.h"

#include "base/json.h"
#include "test.h"

TEST(errors_are_told_with_place_and_hint)
{
	static const struct {
		const char *name, *file;
		int64_t line, column;
		enum language language;
		const char *words;
	} rows[] = {
		{ "no place", "", -1, -1, LANGUAGE_ENGLISH,
			"ariane: \"x\" is not a time\n"
			"  write it as 2026-03-14T15:09:26.535Z or 2026-03-14\n" },
		{ "file", "calls.csv", -1, -1, LANGUAGE_ENGLISH,
			"ariane: calls.csv: \"x\" is not a time\n"
			"  write it as 2026-03-14T15:09:26.535Z or 2026-03-14\n" },
		{ "a file's name cannot steer the terminal", "\x1b[2J.csv", 3, -1, LANGUAGE_ENGLISH,
			"ariane: \\x1b[2J.csv:3: \"x\" is not a time\n"
			"  write it as 2026-03-14T15:09:26.535Z or 2026-03-14\n" },
		{ "all", "calls.csv", 12, 5, LANGUAGE_FRENCH,
			"ariane: calls.csv:12:5: « x » n'est pas une date\n"
			"  écrivez-la ainsi : 2026-03-14T15:09:26.535Z ou 2026-03-14\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(100000);
		struct strbuf out = strbuf_in(arena, 10000);
		struct why why = { 0 };
		why_at(&why, str_of(rows[i].file), rows[i].line, rows[i].column, -1);
		(void)fail(&why, MSG_TIME_FORMAT, arg_c("x"));
		render_words(&why, rows[i].language, &out);
		CHECK(rows[i].name, str_equal(strbuf_str(&out), str_of(rows[i].words)));
	}
}

TEST(errors_without_hint_are_one_line)
{
	AUTO_ARENA arena = arena_create(100000);
	struct strbuf out = strbuf_in(arena, 10000);
	struct why why = { 0 };

	(void)fail(&why, MSG_OUTPUT_CLOSED);
	render_words(&why, LANGUAGE_ENGLISH, &out);
	CHECK("one line",
		str_equal(strbuf_str(&out), STR("ariane: nobody reads the answer any more\n")));
}

/* Every message, with the worst arguments, is one line of JSON with the promised members. */
TEST(errors_are_json_for_programs)
{
	static const char *const members[] = { "type", "title", "detail", "code" };
	struct json_parser *parser = json_parser_create(NULL);

	for (enum message id = MSG_NONE + 1; id < MSG_COUNT_; id++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct strbuf out = strbuf_in(arena, 100000);
		struct json problem;
		struct why why = { 0 }, ignored = { 0 };
		const char *row = message_kebab(id).ptr;
		why_at(&why, STR("a\"b\\c.csv"), 12, -1, 0);
		err e = fail(&why, id, arg_c("\"\n\x01\xff"), arg_int(-1), arg_c("{1}"));
		render_json(&why, LANGUAGE_FRENCH, &out);
		str line = strbuf_str(&out);
		CHECK(row,
			str_ends(line, STR("}\n")) && !str_has(str_upto(line, line.len - 1), '\n'));
		CHECK(row, json_parse(parser, line, arena, &problem, &ignored) == OK);
		for (size_t i = 0; i < ARRAY_LEN(members); i++)
			CHECK(row, json_get_string(&problem, str_of(members[i]), STR("")).len > 0);
		CHECK(row, json_get_int(&problem, STR("status"), 0) == err_http_status(e));
		const struct json *where = json_get(&problem, STR("where"));
		CHECK(row, str_equal(json_get_string(where, STR("file"), STR("")),
				   STR("a\"b\\c.csv")));
		CHECK(row, json_get_int(where, STR("line"), 0) == 12 &&
				   json_get(where, STR("column")) == NULL &&
				   json_get_int(where, STR("offset"), -1) == 0);
	}
	json_parser_free(parser);
}

TEST(every_error_has_a_status)
{
	for (int e = OK; e < ERR_COUNT_; e++)
		CHECK("status", (err_http_status((err)e) == 200) == (e == OK) &&
					err_http_status((err)e) >= 200);
}
