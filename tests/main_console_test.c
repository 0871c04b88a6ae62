/* tests/main_console_test.c - whole calls of the command line: exit codes, streams, settings, and
 * the JSON of every command that needs no data against its schema. */
#include "main/console.h"

#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "main/request.h"
#include "main/sink.h"
#include "test.h"

static err run_say(const struct request *request, struct sink *sink, struct why *why)
{
	struct progress_state state = { TEXT_DOING_IMPORT, UNIT_EVENTS, 1, 2 };

	if (request_has(request, "fail"))
		return fail(why, MSG_FILE_NOT_FOUND, arg_c("x.csv"));
	if (request_cancelled(request))
		return fail(why, MSG_INTERRUPTED);
	sink_progress(sink, &state);
	sink_remark(sink, TEXT_PROGRESS_EVENTS, arg_int(2));
	sink_line(sink, request_data(request));
	return OK;
}

static const struct command say = {
	.name = STR_INIT("say"),
	.summary = WORDS("say it", "le dire"),
	.options = { { .name = STR_INIT("fail"),
		.is = IS_FLAG,
		.help = WORDS("fail", "échouer") } },
	.examples = { { STR_INIT("ariane say"), WORDS("said", "dit") } },
	.run = run_say,
};
static const struct command *const items[] = { &say };
static const struct command_list list = { items, ARRAY_LEN(items) };

static const char *fake_lang, *fake_data;
static char *fake_environment(const char *name)
{
	static char copy[100];
	const char *value = strcmp(name, "LANG") == 0          ? fake_lang
			    : strcmp(name, "ARIANE_DATA") == 0 ? fake_data
							       : NULL;

	if (value == NULL)
		return NULL;
	memcpy(copy, value, strlen(value) + 1);
	return copy;
}

/* One call; what it wrote lies in `out` and `error` until the next. */
static char *out, *error;
static int call(const struct command_list *commands, const char *line, FILE *instead)
{
	size_t out_bytes, error_bytes, count = 0;
	char copy[400], *words[20], *at = copy;
	static const atomic_bool stop;

	free(out);
	free(error);
	struct console console = { .out = open_memstream(&out, &out_bytes),
		.error = open_memstream(&error, &error_bytes),
		.environment = fake_environment,
		.clock = clock_real(),
		.disk = disk_real(),
		.stop = &stop };
	FILE *own = console.out;
	console.out = instead != NULL ? instead : own;
	ASSERT(strlen(line) < sizeof(copy));
	memcpy(copy, line, strlen(line) + 1);
	for (char *word; (word = strsep(&at, " ")) != NULL;)
		if (*word != '\0')
			words[count++] = word;
	int code = console_run(&console, commands, count, words);
	(void)fclose(own);
	(void)fclose(console.error);
	return code;
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

TEST(calls_end_with_their_code)
{
	static const struct {
		const char *line, *lang;
		int code;
		const char *out, *error; /* a part of each; "" nothing at all */
	} rows[] = {
		{ "say", NULL, 0, "./data\n", "2 events\n" },
		{ "say --quiet", NULL, 0, "./data\n", "" },
		{ "say --data /x", NULL, 0, "/x\n", "2 events\n" },
		{ "say", "fr_FR.UTF-8", 0, "./data\n", "2 événements\n" },
		{ "say --lang en", "fr_FR.UTF-8", 0, "./data\n", "2 events\n" },
		{ "say --fail", NULL, 1, "", "ariane: x.csv does not exist\n  check the path\n" },
		{ "say --fail --lang=fr", NULL, 1, "", "ariane: x.csv n'existe pas\n" },
		{ "say --fail --json", NULL, 1, "", "{\"type\":\"/problems/file-not-found\"" },
		{ "sya", NULL, 2, "", "did you mean: ariane say\n" },
		{ "sya --json", "fr", 2, "", "vouliez-vous dire : ariane say" },
		{ "say more", NULL, 2, "", "one word too many" },
		{ "say --lang de", NULL, 2, "", "no messages in \"de\"" },
		{ "say --zone Mars/Base", NULL, 1, "", "no time zone" },
		{ "say --config /nowhere.conf", NULL, 1, "", "/nowhere.conf does not exist" },
		{ "", NULL, 0, "ariane COMMAND", "" },
		{ "--help", "fr", 0, "ariane COMMANDE", "" },
		{ "say -h", NULL, 0, "ariane say - say it", "" },
		{ "say --version", NULL, 0, "ariane 0", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		fake_lang = rows[i].lang;
		fake_data = NULL;
		CHECK(rows[i].line, call(&list, rows[i].line, NULL) == rows[i].code);
		CHECK(rows[i].line, has(out, rows[i].out) && (*rows[i].out || !*out));
		CHECK(rows[i].line, has(error, rows[i].error) && (*rows[i].error || !*error));
	}
}

TEST(options_count_before_environment_before_file)
{
	char line[400];
	struct why why = { 0 };
	err e = disk_write_whole(
		disk_real(), test_folder(), "a.conf", STR("[store]\ndata = from-file\n"), &why);

	CHECK("written", e == OK);
	(void)snprintf(line, sizeof(line), "say --config %s/a.conf", test_folder());
	fake_lang = fake_data = NULL;
	CHECK("file", call(&list, line, NULL) == 0 && has(out, "from-file\n"));
	fake_data = "from-environment";
	CHECK("environment", call(&list, line, NULL) == 0 && has(out, "from-environment\n"));
	(void)snprintf(
		line, sizeof(line), "say --config %s/a.conf --data from-option", test_folder());
	CHECK("option", call(&list, line, NULL) == 0 && has(out, "from-option\n"));
	fake_data = NULL;
	e = disk_write_whole(
		disk_real(), test_folder(), "a.conf", STR("[store]\n\ndta = x\n"), &why);
	CHECK("written", e == OK);
	CHECK("wrong", call(&list, line, NULL) == 1 && has(error, "a.conf:3: "));
	CHECK("wrong", has(error, "did you mean: data"));
}

TEST(a_full_disk_fails_the_call)
{
	FILE *full = fopen("/dev/full", "w");

	fake_lang = fake_data = NULL;
	if (full == NULL) {
		test_skip("no /dev/full here");
		return;
	}
	CHECK("code", call(&list, "say", full) == 1 && has(error, "no room left"));
	(void)fclose(full);
}

/* Commands that need no data folder; the others are run by tests that have one. */
TEST(json_answers_keep_to_their_schema)
{
	static const struct {
		const char *line, *schema;
	} rows[] = { { "help --json", "help" }, { "help --json config --lang fr", "help" },
		{ "version --json", "version" }, { "config --json", "config" } };
	struct json_parser *parser = json_parser_create(NULL);

	fake_lang = fake_data = NULL;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(8 << 20);
		struct why why = { 0 };
		struct json schema, answer;
		char path[PATH_BYTES_MAX];
		str text = { 0 };
		(void)snprintf(path, sizeof(path), ARIANE_SOURCE_FOLDER "/docs/schemas/%s.json",
			rows[i].schema);
		err e = disk_read_whole(disk_real(), path, 1 << 20, arena, &text, &why);
		CHECK(rows[i].line, e == OK && call(commands_all(), rows[i].line, NULL) == 0);
		CHECK(rows[i].line, json_parse(parser, text, arena, &schema, &why) == OK);
		CHECK(rows[i].line, json_parse(parser, str_of(out), arena, &answer, &why) == OK);
		CHECK(rows[i].line, schema_check(&schema, &answer, &why) == OK);
	}
	json_parser_free(parser);
	free(out);
	free(error);
	out = error = NULL;
}
