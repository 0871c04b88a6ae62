/* tests/main_config_test.c - ariane.conf: what is read, what is refused and on which line. */
#include "main/config.h"

#include <string.h>

#include "main/command.h"
#include "main/locale.h"
#include "test.h"

#define LINE_50 "01234567890123456789012345678901234567890123456789"

TEST(configurations_are_read_or_refused)
{
	static const struct {
		const char *name, *text;
		enum message message;
		int64_t line;
	} rows[] = {
		{ "empty", "", MSG_NONE, 0 },
		{ "comments", "; one\n# two\n\n[store]\ndata = /x ; here\n", MSG_NONE, 0 },
		{ "no end of line", "[display]\nlanguage=fr", MSG_NONE, 0 },
		{ "carriage returns", "[display]\r\nzone = UTC\r\n", MSG_NONE, 0 },
		{ "byte order mark", "\xef\xbb\xbf[display]\nprogress = no\n", MSG_NONE, 0 },
		{ "country", "[identity]\nphone_country = BE\n", MSG_NONE, 0 },
		{ "no country", "[identity]\nphone_country = Atlantis\n", MSG_INPUT_VALUE, 2 },
		{ "unknown key", "[store]\n\ndta = /x\n", MSG_CONFIG_KEY_NEAR, 3 },
		{ "alien key", "[store]\nqqqqqq = /x\n", MSG_CONFIG_KEY, 2 },
		{ "unknown section", "[stor]\ndata = /x\n", MSG_CONFIG_SECTION_NEAR, 2 },
		{ "alien section", "[qqqqqq]\ndata = /x\n", MSG_CONFIG_SECTION, 2 },
		{ "no section", "data = /x\n", MSG_CONFIG_SECTION, 1 },
		{ "twice", "[store]\ndata = a\ndata = b\n", MSG_CONFIG_TWICE, 3 },
		{ "continued", "[store]\ndata = a\n  b\n", MSG_CONFIG_TWICE, 3 },
		{ "no bracket", "[store\n", MSG_CONFIG_SYNTAX, 1 },
		{ "no equals", "[store]\nnonsense\n", MSG_CONFIG_SYNTAX, 2 },
		{ "no value", "[store]\ndata =\n", MSG_CONFIG_EMPTY, 2 },
		{ "a control character", "[store]\ndata = a\x01\n", MSG_CONFIG_EMPTY, 2 },
		{ "not yes or no", "[display]\nprogress = maybe\n", MSG_CONFIG_YES_NO, 2 },
		{ "no such language", "[display]\nlanguage = de\n", MSG_LANGUAGE_UNKNOWN, 2 },
		{ "the first of two", "[x]\n[store]\ndta = 1\nfoo = 2\n", MSG_CONFIG_KEY_NEAR, 3 },
		{ "a long line",
			"[store]\ndata = " LINE_50 LINE_50 LINE_50 LINE_50
			"\n[display]\nlanguage = fr\n",
			MSG_CONFIG_LINE_LONG, 2 },
		{ "a source", "[source shop]\nrate = 5\n", MSG_NONE, 0 },
		{ "a hook",
			"[hook a]\nsignature = github\nsecret_file = x\n"
			"[hook b]\nsignature = stripe\nsecret_file = y\ntolerance = 1m\n",
			MSG_NONE, 0 },
		{ "a section in two places",
			"[hook a]\nsignature=github\n[source a]\nrate=1\n[hook a]\nsecret_file=x\n",
			MSG_NONE, 0 },
		{ "an input without a name", "[hook]\nsignature = github\n", MSG_INPUT_NAME, 2 },
		{ "a bad name", "[hook A/b]\nsignature = github\n", MSG_INPUT_NAME, 2 },
		{ "an input's unknown key", "[folder a]\npaht = x\n", MSG_CONFIG_KEY_NEAR, 2 },
		{ "another kind's key", "[folder a]\npath=x\nhost = x\n", MSG_CONFIG_KEY, 3 },
		{ "an unknown choice", "[hook a]\nsignature = md5\n", MSG_INPUT_VALUE, 2 },
		{ "no number", "[source a]\nrate = many\n", MSG_INPUT_VALUE, 2 },
		{ "no length of time", "[hook a]\ntolerance = 5\n", MSG_INPUT_VALUE, 2 },
		{ "twice in an input", "[source a]\nrate=1\nrate=2\n", MSG_CONFIG_TWICE, 3 },
		{ "something is missing", "[store]\ndata=x\n[hook a]\nsignature = github\n",
			MSG_INPUT_WANTS, 4 },
		{ "near a kind", "[hok a]\nx=1\n", MSG_CONFIG_SECTION_NEAR, 2 },
		{ "workers", "[serve]\nworkers = two\n", MSG_INPUT_VALUE, 2 },
		{ "not UTF-8", "[store]\ndata = \xff\n", MSG_CONFIG_BYTES, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct settings settings, before;
		struct why why = { 0 };
		settings_init(&settings);
		before = settings;
		err e = settings_read(&settings, str_of(rows[i].text), STR("a.conf"), arena, &why);
		CHECK(rows[i].name, why.message == rows[i].message);
		CHECK(rows[i].name, (e == OK) == (rows[i].message == MSG_NONE));
		CHECK(rows[i].name, why.line == rows[i].line);
		CHECK(rows[i].name, e == OK || strcmp(why.file, "a.conf") == 0);
		CHECK(rows[i].name, e == OK || memcmp(&settings, &before, sizeof(before)) == 0);
	}
}

TEST(settings_know_where_they_come_from)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct settings s;
	struct why why = { 0 };

	settings_init(&s);
	CHECK("preset", str_equal(setting_text(&s, SETTING_DATA), STR("./data")) &&
				s.values[SETTING_DATA].from == ORIGIN_PRESET);
	err e = settings_read(&s, STR("[store]\ndata = /srv/été ; here\n[display]\nprogress=no\n"),
		STR("a.conf"), arena, &why);
	CHECK("read", e == OK && str_equal(s.file, STR("a.conf")));
	CHECK("file", str_equal(setting_text(&s, SETTING_DATA), STR("/srv/été")) &&
			      s.values[SETTING_DATA].from == ORIGIN_FILE &&
			      s.values[SETTING_DATA].line == 2);
	CHECK("no", !setting_yes(&s, SETTING_PROGRESS));
	e = settings_set(&s, SETTING_DATA, STR("/tmp/x"), ORIGIN_OPTION, &why);
	CHECK("option", e == OK && s.values[SETTING_DATA].from == ORIGIN_OPTION);
	e = settings_set(&s, SETTING_LANGUAGE, STR("x"), ORIGIN_ENVIRONMENT, &why);
	CHECK("refused", e == ERR_NOT_FOUND && s.values[SETTING_LANGUAGE].from == ORIGIN_PRESET);
}

TEST(settings_are_taken_by_their_kind)
{
	static const struct {
		const char *row;
		enum setting which;
		const char *value;
		bool good;
	} rows[] = {
		{ "a day", SETTING_ERASE_WITHIN, "24h", true },
		{ "over a day", SETTING_ERASE_WITHIN, "25h", false },
		{ "no time at all", SETTING_ERASE_WITHIN, "0s", false },
		{ "no length", SETTING_ERASE_WITHIN, "soon", false },
		{ "a number", SETTING_WORKERS, "12", true },
		{ "below none", SETTING_WORKERS, "-1", false },
		{ "ten digits", SETTING_WORKERS, "1234567890", false },
		{ "yes", SETTING_LOG_REQUESTS, "yes", true },
		{ "true", SETTING_LOG_REQUESTS, "true", false },
		{ "a language", SETTING_LANGUAGE, "fr", true },
		{ "none of them", SETTING_LANGUAGE, "de", false },
	};
	struct settings s;

	settings_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct why why = { 0 };
		err e = settings_set(&s, rows[i].which, str_of(rows[i].value), ORIGIN_OPTION, &why);
		CHECK(rows[i].row, (e == OK) == rows[i].good);
		CHECK(rows[i].row, rows[i].good || why.message != MSG_NONE);
	}
	CHECK("a day", setting_ms(&s, SETTING_ERASE_WITHIN) == 24 * 3600 * 1000);
	CHECK("twelve", setting_number(&s, SETTING_WORKERS) == 12);
	CHECK("yes", setting_yes(&s, SETTING_LOG_REQUESTS));
}

TEST(inputs_are_counted)
{
	AUTO_ARENA arena = arena_create(4 << 20);
	struct strbuf text = strbuf_in(arena, 1 << 20);
	struct settings s;
	struct why why = { 0 };

	for (size_t i = 0; i < INPUT_SECTIONS_MAX; i++)
		strbuf_printf(&text, "[source s%zu]\nrate = 5\n", i);
	settings_init(&s);
	CHECK("all", settings_read(&s, strbuf_str(&text), STR("x"), arena, &why) == OK &&
			     s.input_count == INPUT_SECTIONS_MAX);
	strbuf_add_c(&text, "[source one-more]\nrate = 5\n");
	CHECK("one more", settings_read(&s, strbuf_str(&text), STR("x"), arena, &why) != OK &&
				  why.message == MSG_INPUT_MANY);
	for (unsigned nth = 1; nth <= 6; nth++) { /* no room for a section, its name, its value */
		AUTO_ARENA small = arena_create(1 << 20);
		struct settings again;
		settings_init(&again);
		arena_fail_at(small, nth);
		err e = settings_read(&again, STR("[source a]\nrate = 5\n"), STR("x"), small, &why);
		CHECK("memory", e == OK || why.message == MSG_NO_ROOM);
	}
}

TEST(configurations_have_limits)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct strbuf big = strbuf_heap(CONFIG_BYTES_MAX + 1);
	struct settings s;
	struct why why = { 0 };

	for (size_t i = 0; i <= CONFIG_BYTES_MAX; i++)
		strbuf_add_byte(&big, '\n');
	settings_init(&s);
	CHECK("over", settings_read(&s, strbuf_str(&big), STR("x"), arena, &why) != OK &&
			      why.message == MSG_CONFIG_BYTES);
	big.len--;
	CHECK("just", settings_read(&s, strbuf_str(&big), STR("x"), arena, &why) == OK);
	strbuf_done(&big);
	arena_fail_at(arena, 1);
	err e = settings_read(&s, STR("[store]\ndata=x\n"), STR("x"), arena, &why);
	CHECK("memory", e == ERR_LIMIT && why.message == MSG_NO_ROOM);
}

/* An option of that name, whose value when it is not given is the setting's own. */
static bool has_option(const struct option *options, const struct setting_row *row)
{
	for (const struct option *o = options; o->name.len > 0; o++)
		if (str_equal(o->name, row->option) &&
			(o->preset.len == 0 || str_equal(o->preset, row->preset)))
			return true;
	return false;
}

TEST(every_setting_has_a_row)
{
	for (size_t i = 0; i < SETTING_COUNT_; i++) {
		const struct setting_row *row = &setting_rows[i];
		bool may_be_given = row->option.len == 0 || /* the file and the environment alone */
				    has_option(global_options, row);
		size_t used;
		const struct command *command =
			command_find(commands_all(), &row->section, 1, &used);
		may_be_given |= command != NULL && has_option(command->options, row);
		CHECK(row->key.ptr, may_be_given);
		CHECK(row->key.ptr, row->help.in[0].len > 0 && row->help.in[1].len > 0);
		CHECK(row->key.ptr, str_starts(str_of(row->environment), STR("ARIANE_")));
		CHECK(row->key.ptr, row->is != SETTING_YES_NO || row->preset.len > 0);
	}
}
