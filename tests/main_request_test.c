/* tests/main_request_test.c - words to requests: what is understood, what is refused and how. */
#include "main/request.h"

#include "base/zone.h"
#include "main/render.h"
#include "main/suggest.h"
#include "test.h"

static err run_nothing(const struct request *request, struct sink *sink, struct why *why)
{
	(void)request;
	(void)sink;
	(void)why;
	return OK;
}

static const struct command import = {
	.name = STR_INIT("import"),
	.summary = WORDS("take in", "prendre"),
	.arguments = { 1, ARGUMENTS_ANY, WORDS("FILE", "FICHIER"), WORDS("a file", "un fichier") },
	.options = { { .name = STR_INIT("customer"), .is = IS_TEXT, .repeats = true },
		{ .name = STR_INIT("source"), .is = IS_TEXT, .preset = STR_INIT("import") },
		{ .name = STR_INIT("strict"), .is = IS_FLAG },
		{ .name = STR_INIT("limit"), .is = IS_NUMBER, .preset = STR_INIT("50") },
		{ .name = STR_INIT("since"), .is = IS_TIME },
		{ .name = STR_INIT("within"), .is = IS_DURATION, .preset = STR_INIT("7d") },
		{ .name = STR_INIT("mapping"), .is = IS_PATH } },
	.run = run_nothing,
};
static const struct command unlink_two = {
	.name = STR_INIT("identity unlink"),
	.arguments = { 2, 2, WORDS("A B", "A B"), WORDS("two", "deux") },
	.run = run_nothing,
};
static const struct command *const items[] = { &import, &unlink_two };
static const struct command_list list = { items, ARRAY_LEN(items) };

/* Splits at '|', so that words may have blanks. */
static size_t split(const char *line, str *words)
{
	str rest = str_of(line);
	size_t count = 0;

	while (rest.len > 0 && str_split(rest, '|', &words[count], &rest))
		count++;
	if (rest.len > 0)
		words[count++] = rest;
	return count;
}

static err parse(const char *line, struct arena *arena, struct request **request, struct why *why)
{
	str words[32];
	size_t count = split(line, words);

	return request_parse(&list, words, count, LANGUAGE_ENGLISH, arena, request, why);
}

TEST(requests_are_understood_or_refused)
{
	static const struct {
		const char *line;
		enum message message; /* MSG_NONE: understood */
	} rows[] = {
		{ "import|a.csv", MSG_NONE },
		{ "--json|import|a.csv|b.csv|--strict", MSG_NONE },
		{ "import|--|--strict", MSG_NONE },
		{ "import|-", MSG_NONE },
		{ "import|--help", MSG_NONE },
		{ "import|-h", MSG_NONE },
		{ "", MSG_NONE },
		{ "--version", MSG_NONE },
		{ "identity|unlink|a:1|b:2", MSG_NONE },
		{ "import|--customer|a=b|--customer=c=d|x", MSG_NONE },
		{ "import|x|--limit=0", MSG_NONE },
		{ "import|x|--source=", MSG_NONE },
		{ "import|x|--json|--json", MSG_NONE },
		{ "imprt|x", MSG_COMMAND_UNKNOWN_NEAR },
		{ "zzz", MSG_COMMAND_UNKNOWN },
		{ "identity", MSG_COMMAND_HALF },
		{ "identity|unlnk|a|b", MSG_COMMAND_UNKNOWN_NEAR },
		{ "import|x|--strct", MSG_OPTION_UNKNOWN_NEAR },
		{ "import|x|--zzzzzz", MSG_OPTION_UNKNOWN_OF },
		{ "--zzzzzz", MSG_OPTION_UNKNOWN },
		{ "--strict|import|x", MSG_OPTION_UNKNOWN }, /* of no command yet */
		{ "import|-x", MSG_OPTION_UNKNOWN_OF },
		{ "import|x|--source", MSG_OPTION_NO_VALUE },
		{ "import|x|--source|--strict", MSG_OPTION_NO_VALUE },
		{ "import|x|--strict=yes", MSG_OPTION_FLAG_VALUE },
		{ "import|x|--limit|-1", MSG_OPTION_NUMBER },
		{ "import|x|--limit|1e3", MSG_OPTION_NUMBER },
		{ "import|x|--within|soon", MSG_OPTION_DURATION },
		{ "import|x|--mapping=", MSG_OPTION_EMPTY },
		{ "import|x|--source|\xff", MSG_OPTION_NOT_UTF8 },
		{ "import|x|--source|a|--source|b", MSG_OPTION_TWICE },
		{ "import", MSG_ARGUMENT_MISSING },
		{ "identity|unlink|a:1", MSG_ARGUMENT_MISSING },
		{ "identity|unlink|a|b|c", MSG_ARGUMENT_TOO_MANY },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct request *request = NULL;
		struct why why = { 0 };
		err e = parse(rows[i].line, arena, &request, &why);
		CHECK(rows[i].line, why.message == rows[i].message);
		CHECK(rows[i].line, (e == OK) == (rows[i].message == MSG_NONE));
		CHECK(rows[i].line, (request != NULL) == (e == OK));
		CHECK(rows[i].line, err_exit_code(e, &why) == (e == OK ? 0 : 2));
	}
}

TEST(requests_are_read_by_name)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct request *request;
	struct why why = { 0 };
	err e = parse("--lang|fr|import|a|--customer=x=1|--limit|7|b|--customer|y=2", arena,
		&request, &why);

	CHECK("parsed", e == OK && request_command(request) == &import);
	CHECK("arguments", request_argument_count(request) == 2 &&
				   str_equal(request_argument(request, 1), STR("b")));
	CHECK("repeated", request_times(request, "customer") == 2 &&
				  str_equal(request_nth(request, "customer", 1), STR("y=2")));
	CHECK("number", request_number(request, "limit") == 7);
	CHECK("preset", !request_has(request, "source") &&
				str_equal(request_text(request, "source"), STR("import")));
	CHECK("duration", request_duration_ms(request, "within") == 7 * DAY_MS);
	CHECK("flag", !request_has(request, "strict") && !request_has(request, "json"));
	CHECK("global", str_equal(request_text(request, "lang"), STR("fr")));
	CHECK("nothing", request_text(request, "mapping").len == 0);
	CHECK("never cancelled", !request_cancelled(request));
}

TEST(times_of_requests_are_in_their_zone)
{
	static const struct {
		const char *text;
		int64_t ms; /* 0: refused */
	} rows[] = {
		{ "2026-03-14T15:09:26Z", 1773500966000 },
		{ "2026-03-14", 1773442800000 }, /* midnight in Paris */
		{ "7d", 1773500966000 - 7 * DAY_MS },
		{ "yesterday", 0 },
		{ "2026-02-30", 0 },
	};
	const struct zone *paris;
	struct why ignored = { 0 };

	CHECK("zone", zone_named(STR("Europe/Paris"), &paris, &ignored) == OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct locale locale = { LANGUAGE_ENGLISH, paris };
		atomic_bool stop = true;
		struct surroundings around = {
			.locale = &locale, .now_ms = 1773500966000, .stop = &stop
		};
		struct request *request;
		struct why why = { 0 };
		str words[] = { STR("import"), STR("x"), STR("--since"), str_of(rows[i].text) };
		CHECK("parsed", request_parse(&list, words, 4, LANGUAGE_ENGLISH, arena, &request,
					&why) == OK);
		err e = request_settle(request, &around, &why);
		CHECK(rows[i].text, (e == OK) == (rows[i].ms != 0));
		CHECK(rows[i].text, e == OK || why.message == MSG_OPTION_TIME);
		CHECK(rows[i].text, e != OK || request_time_ms(request, "since") == rows[i].ms);
		CHECK("cancelled", request_cancelled(request));
	}
}

/* What names a question: the command's own options but some, and a moment however it was said. */
TEST(what_was_asked_is_told_in_bytes)
{
	static const struct {
		const char *one, *two;
		bool is_same;
	} rows[] = {
		{ "import|x|--source|a", "import|y|--source=a",
			true }, /* arguments are not in it */
		{ "import|x|--source|a", "import|x|--source|b", false },
		{ "import|x|--source|a", "import|x|--mapping|a", false },
		{ "import|x|--customer|a|--customer|b", "import|x|--customer|ab", false },
		{ "import|x|--strict", "import|x", false },
		{ "import|x|--limit|3", "import|x|--limit|4", true }, /* left out */
		{ "import|x|--json", "import|x", true }, /* a global option */
		{ "import|x|--since|1d", "import|x|--since|24h", true },
		{ "import|x|--since|1d", "import|x|--since|2d", false },
	};
	static const char *const but[] = { "limit", NULL };
	const struct locale locale = { LANGUAGE_ENGLISH, zone_utc() };
	const struct surroundings around = { .locale = &locale, .now_ms = 1773500000000 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		const char *lines[2] = { rows[i].one, rows[i].two };
		struct strbuf told[2] = { strbuf_in(arena, 1000), strbuf_in(arena, 1000) };
		for (int k = 0; k < 2; k++) {
			struct request *request;
			CHECK(lines[k], parse(lines[k], arena, &request, NULL) == OK);
			CHECK(lines[k], request_settle(request, &around, NULL) == OK);
			request_add_asked(request, but, &told[k]);
		}
		CHECK(rows[i].one,
			str_equal(strbuf_str(&told[0]), strbuf_str(&told[1])) == rows[i].is_same);
	}
}

/* Who asks over HTTP names no file of this machine, and reads of none: what he sent along is
 * called by its option. */
TEST(documents_are_named_by_those_who_may)
{
	static const struct {
		const char *actor; /* "": who has the shell */
		const char *path;
		err checked;
		const char *blamed;
	} rows[] = {
		{ "", "/srv/mapping.json", OK, "/srv/mapping.json" },
		{ "uid:1000", "/srv/mapping.json", OK, "/srv/mapping.json" },
		{ "user:jeanne", "/srv/mapping.json", ERR_DENIED, "/srv/mapping.json" },
		{ "user:jeanne", "/proc/self/fd/7", OK, "mapping" },
	};
	const struct locale locale = { LANGUAGE_ENGLISH, zone_utc() };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		const struct surroundings around = { .locale = &locale,
			.actor = str_of(rows[i].actor) };
		str path = str_of(rows[i].path);
		str words[] = { STR("import"), STR("x"), STR("--mapping"), path };
		struct request *request;
		struct why why = { 0 }, blamed = { 0 };
		CHECK("parsed", request_parse(&list, words, 4, LANGUAGE_ENGLISH, arena, &request,
					&why) == OK);
		CHECK("settled", request_settle(request, &around, &why) == OK);
		CHECK(rows[i].path,
			request_check_file(request, "mapping", path, &why) == rows[i].checked);
		CHECK(rows[i].actor, rows[i].checked == OK || why.message == MSG_REST_PATH);
		request_blame_document(request, "mapping", &blamed);
		CHECK(rows[i].blamed, strcmp(blamed.file, rows[i].blamed) == 0);
	}
}

TEST(requests_say_when_memory_is_missing)
{
	err e = ERR_LIMIT;

	for (unsigned n = 1; e != OK; n++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct request *request = NULL;
		struct why why = { 0 };
		arena_fail_at(arena, n);
		e = parse("import|a|--strict|--limit|3", arena, &request, &why);
		CHECK("limit", e == OK || (e == ERR_LIMIT && why.message == MSG_NO_ROOM));
		CHECK("nothing", (request != NULL) == (e == OK));
		CHECK("ends", n < 50);
	}
}

TEST(near_names_are_suggested)
{
	static const struct {
		const char *word, *name; /* "": none */
	} rows[] = { { "imprt", "import" }, { "improt", "import" }, { "exprot", "export" },
		{ "imp", "import" }, { "identity unlnik", "identity unlink" }, { "zzz", "" },
		{ "", "" }, { "x", "" } };
	static const char *const names[] = { "import", "export", "identity unlink" };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct suggestion best = { 0 };
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			suggest(&best, str_of(rows[i].word), str_of(names[k]));
		CHECK(rows[i].word, str_equal(best.name, str_of(rows[i].name)));
	}
	CHECK("swap", edit_distance(STR("ab"), STR("ba")) == 1);
	CHECK("add", edit_distance(STR(""), STR("abc")) == 3);
	CHECK("change", edit_distance(STR("kitten"), STR("sitting")) == 3);
}
