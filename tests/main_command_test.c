/* tests/main_command_test.c - the table of commands: whole, in both languages, with schema and
 * manual pages that say what it says. */
#include "main/command.h"

#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "base/timestamp.h"
#include "main/man.h"
#include "main/request.h"
#include "test.h"

static bool both(const struct words *words)
{
	return words->in[0].len > 0 && words->in[1].len > 0 && str_is_utf8(words->in[1]);
}

static bool preset_is_valid(const struct option *o)
{
	int64_t number;

	if (o->preset.len == 0)
		return true;
	return o->is == IS_TEXT || o->is == IS_PATH ||
	       (o->is == IS_NUMBER && str_to_int64(o->preset, &number)) ||
	       (o->is == IS_DURATION && duration_parse(o->preset, &number, NULL) == OK);
}

static void check_options(const char *row, const struct option *options, bool are_global)
{
	for (const struct option *o = options; o->name.len > 0; o++) {
		CHECK(row, both(&o->help) && (o->is == IS_FLAG || both(&o->placeholder)));
		CHECK(row, preset_is_valid(o));
		for (const struct option *other = options; other < o; other++)
			CHECK(row, !str_equal(o->name, other->name));
		for (const struct option *g = global_options; !are_global && g->name.len > 0; g++)
			CHECK(row, !str_equal(o->name, g->name));
	}
}

/* An example is a line that the parser accepts, of the command it stands under. */
static void check_example(const struct command *command, str line)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct request *request;
	struct why why = { 0 };
	str words[64], rest = line;
	size_t count = 0;

	while (str_split(rest, ' ', &words[count], &rest))
		count++;
	words[count++] = rest;
	CHECK(line.ptr, str_equal(words[0], STR("ariane")));
	for (size_t i = 0; i < count; i++) /* up to a pipe, which the shell takes */
		if (str_equal(words[i], STR("|")) || str_equal(words[i], STR(">")))
			count = i;
	err e = request_parse(
		commands_all(), words + 1, count - 1, LANGUAGE_ENGLISH, arena, &request, &why);
	CHECK(line.ptr, e == OK && request_command(request) == command);
}

TEST(every_command_explains_itself)
{
	const struct command_list *all = commands_all();

	check_options("global", global_options, true);
	for (size_t i = 0; i < all->count; i++) {
		const struct command *c = all->items[i];
		const char *row = c->name.ptr;
		CHECK(row, both(&c->summary) && c->run != NULL && c->group < GROUP_COUNT_);
		CHECK(row, !str_ends(c->summary.in[0], STR(".")));
		CHECK(row, (c->about.in[0].len > 0) == (c->about.in[1].len > 0));
		CHECK(row, c->arguments.min <= c->arguments.max);
		CHECK(row, c->arguments.max == 0 ||
				   (both(&c->arguments.placeholder) && both(&c->arguments.help)));
		check_options(row, c->options, false);
		CHECK(row, c->examples[0].line.len > 0);
		for (const struct example *e = c->examples; e->line.len > 0; e++) {
			CHECK(row, both(&e->says));
			check_example(c, e->line);
		}
		for (size_t k = 0; k < i; k++)
			CHECK(row, !str_equal(c->name, all->items[k]->name));
	}
}

static str read_source(struct arena *arena, const char *folder, str name, const char *end)
{
	char path[PATH_BYTES_MAX];
	struct why why = { 0 };
	str bytes = { 0 };

	(void)snprintf(path, sizeof(path), ARIANE_SOURCE_FOLDER "/%s/" STR_FMT "%s", folder,
		STR_ARG(name), end);
	err e = disk_read_whole(disk_real(), path, 1 << 20, arena, &bytes, &why);
	CHECK(path, e == OK);
	return bytes;
}

TEST(every_command_has_a_schema)
{
	const struct command_list *all = commands_all();
	struct json_parser *parser = json_parser_create(NULL);

	for (size_t i = 0; i < all->count; i++) {
		AUTO_ARENA arena = arena_create(4 << 20);
		struct json schema;
		struct why why = { 0 };
		str text = read_source(arena, "docs/schemas", all->items[i]->schema, ".json");
		const char *row = all->items[i]->name.ptr;
		CHECK(row, json_parse(parser, text, arena, &schema, &why) == OK);
		CHECK(row, json_get_string(&schema, STR("title"), STR("")).len > 0);
	}
	json_parser_free(parser);
}

static void check_page(
	const char *folder, str name, const char *end, struct strbuf *page, struct arena *arena)
{
	str kept = read_source(arena, folder, name, end);

	CHECK("run tools/make-man", str_equal(kept, strbuf_str(page)));
	strbuf_clear(page);
}

TEST(manual_pages_say_what_the_tables_say)
{
	static const char *const folders[] = { "docs/man", "docs/man/fr" };
	const struct command_list *all = commands_all();

	for (size_t language = 0; language < ARRAY_LEN(folders); language++) {
		AUTO_ARENA arena = arena_create(16 << 20);
		struct strbuf page = strbuf_in(arena, 1 << 20);
		man_add_overview(all, (enum language)language, &page);
		check_page(folders[language], STR("ariane"), ".1", &page, arena);
		man_add_config((enum language)language, &page);
		check_page(folders[language], STR("ariane"), ".conf.5", &page, arena);
		for (size_t i = 0; i < all->count; i++) {
			struct strbuf name = strbuf_in(arena, 100);
			strbuf_add_c(&name, "ariane-");
			command_add_dashed(&name, all->items[i]->name);
			man_add_command(all->items[i], (enum language)language, &page);
			check_page(folders[language], strbuf_str(&name), ".1", &page, arena);
		}
	}
}

TEST(commands_are_found_by_the_longest_name)
{
	static const struct command journey = { .name = STR_INIT("journey") };
	static const struct command map = { .name = STR_INIT("journey map") };
	static const struct command *const items[] = { &journey, &map };
	static const struct command_list list = { items, ARRAY_LEN(items) };
	const str words[] = { STR_INIT("journey"), STR_INIT("map"), STR_INIT("x") };
	size_t used = 0;

	CHECK("two words", command_find(&list, words, 3, &used) == &map && used == 2);
	CHECK("one word", command_find(&list, words, 1, &used) == &journey && used == 1);
	CHECK("none", command_find(&list, words + 1, 2, &used) == NULL);
	CHECK("nothing", command_find(&list, words, 0, &used) == NULL);
	CHECK("family", command_is_family(&list, STR("journey")));
	CHECK("no family", !command_is_family(&list, STR("map")));
}
