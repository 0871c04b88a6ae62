/* main/help.c - see help.h */
#include "main/help.h"

#include "base/json.h"
#include "main/display.h"
#include "main/text.h"

enum { INDENT = 2, NAME_COLUMNS_MAX = 26 };

str help_group_title(enum command_group group, enum language language)
{
	static const enum text titles[GROUP_COUNT_] = {
		[GROUP_START] = TEXT_GROUP_START,
		[GROUP_EVENTS] = TEXT_GROUP_EVENTS,
		[GROUP_CUSTOMERS] = TEXT_GROUP_CUSTOMERS,
		[GROUP_JOURNEYS] = TEXT_GROUP_JOURNEYS,
		[GROUP_STORE] = TEXT_GROUP_STORE,
		[GROUP_DOORS] = TEXT_GROUP_DOORS,
	};

	return text_words(titles[group], language);
}

static size_t width_given(size_t columns)
{
	return columns == 0 ? HELP_COLUMNS : MIN_OF(columns, (size_t)HELP_COLUMNS_MAX);
}

static void add_line(struct strbuf *out, str line)
{
	strbuf_add(out, line);
	strbuf_add_byte(out, '\n');
}

static void add_title(struct strbuf *out, enum text title, enum language language)
{
	strbuf_add_byte(out, '\n');
	add_line(out, text_words(title, language));
}

/* A name, and behind it, from column `at`, what it means. */
static void add_entry(struct strbuf *out, str name, str means, size_t at, size_t columns)
{
	size_t width = INDENT + display_width(name);

	display_add_spaces(out, INDENT);
	strbuf_add(out, name);
	if (width + 2 > at) {
		strbuf_add_byte(out, '\n');
		width = 0;
	}
	display_add_spaces(out, at - width);
	display_add_wrapped(out, means, columns, at, at);
	strbuf_add_byte(out, '\n');
}

static void add_paragraphs(struct strbuf *out, str text, size_t columns)
{
	str one, rest;

	for (; text.len > 0; text = rest) {
		if (!str_split(text, '\n', &one, &rest)) {
			one = text;
			rest = (str){ 0 };
		}
		strbuf_add_byte(out, '\n');
		display_add_wrapped(out, one, columns, 0, 0);
		strbuf_add_byte(out, '\n');
	}
}

void help_add_usage(const struct command *command, enum language language, struct strbuf *out)
{
	const struct arguments *a = &command->arguments;

	strbuf_add_c(out, "ariane ");
	strbuf_add(out, command->name);
	if (a->max > 0) {
		strbuf_add_c(out, a->min == 0 ? " [" : " ");
		strbuf_add(out, a->placeholder.in[language]);
		strbuf_add_c(out, a->max > MAX_OF(a->min, (size_t)1) ? "..." : "");
		strbuf_add_c(out, a->min == 0 ? "]" : "");
	}
	if (command->options[0].name.len > 0) {
		strbuf_add_byte(out, ' ');
		strbuf_add(out, text_words(TEXT_HELP_OPTIONS_WORD, language));
	}
}

void help_add_option_name(const struct option *option, enum language language, struct strbuf *out)
{
	strbuf_add_c(out, "--");
	strbuf_add(out, option->name);
	if (option->is != IS_FLAG) {
		strbuf_add_byte(out, ' ');
		strbuf_add(out, option->placeholder.in[language]);
	}
}

static void add_options(
	struct strbuf *out, const struct option *options, enum language language, size_t columns)
{
	struct strbuf name = strbuf_heap(1000), means = strbuf_heap(4000);

	for (const struct option *o = options; o->name.len > 0; o++) {
		strbuf_clear(&name);
		strbuf_clear(&means);
		help_add_option_name(o, language, &name);
		strbuf_add(&means, o->help.in[language]);
		if (o->repeats) {
			strbuf_add_byte(&means, ' ');
			strbuf_add(&means, text_words(TEXT_HELP_REPEATS, language));
		}
		if (o->preset.len > 0) {
			strbuf_add_byte(&means, ' ');
			text_add(&means, language, TEXT_HELP_PRESET, arg_str(o->preset));
		}
		add_entry(out, strbuf_str(&name), strbuf_str(&means), NAME_COLUMNS_MAX, columns);
	}
	strbuf_done(&name);
	strbuf_done(&means);
}

static void add_group(struct strbuf *out, const struct command_list *list, enum command_group group,
	enum language language, size_t columns)
{
	bool is_first = true;

	for (size_t i = 0; i < list->count; i++) {
		const struct command *c = list->items[i];
		if (c->group != group)
			continue;
		if (is_first) {
			strbuf_add_byte(out, '\n');
			add_line(out, help_group_title(group, language));
		}
		is_first = false;
		add_entry(out, c->name, c->summary.in[language], NAME_COLUMNS_MAX, columns);
	}
}

void help_add_overview(
	const struct command_list *list, enum language language, size_t columns, struct strbuf *out)
{
	size_t width = width_given(columns);

	strbuf_add_c(out, "Ariane - ");
	add_line(out, text_words(TEXT_HELP_TAGLINE, language));
	add_title(out, TEXT_HELP_USAGE, language);
	strbuf_add_c(out, "  ariane ");
	strbuf_add(out, text_words(TEXT_HELP_COMMAND, language));
	strbuf_add_byte(out, ' ');
	add_line(out, text_words(TEXT_HELP_OPTIONS_WORD, language));
	for (size_t g = 0; g < GROUP_COUNT_; g++)
		add_group(out, list, (enum command_group)g, language, width);
	add_title(out, TEXT_HELP_GLOBAL, language);
	add_options(out, global_options, language, width);
	add_title(out, TEXT_HELP_MORE, language);
}

void help_add_family(const struct command_list *list, str family, enum language language,
	size_t columns, struct strbuf *out)
{
	str first, second;

	for (size_t i = 0; i < list->count; i++) {
		const struct command *c = list->items[i];
		if (str_split(c->name, ' ', &first, &second) && str_equal(first, family))
			add_entry(out, c->name, c->summary.in[language], NAME_COLUMNS_MAX,
				width_given(columns));
	}
	add_title(out, TEXT_HELP_MORE, language);
}

static void add_examples(
	struct strbuf *out, const struct command *command, enum language language, size_t columns)
{
	add_title(out, TEXT_HELP_EXAMPLES, language);
	for (const struct example *e = command->examples; e->line.len > 0; e++) {
		strbuf_add_c(out, "  ");
		add_line(out, e->line);
		display_add_spaces(out, 6);
		display_add_wrapped(out, e->says.in[language], columns, 6, 6);
		strbuf_add_byte(out, '\n');
	}
}

void help_add_command(
	const struct command *command, enum language language, size_t columns, struct strbuf *out)
{
	size_t width = width_given(columns);

	strbuf_add_c(out, "ariane ");
	strbuf_add(out, command->name);
	strbuf_add_c(out, " - ");
	add_line(out, command->summary.in[language]);
	add_title(out, TEXT_HELP_USAGE, language);
	strbuf_add_c(out, "  ");
	help_add_usage(command, language, out);
	strbuf_add_byte(out, '\n');
	add_paragraphs(out, command->about.in[language], width);
	if (command->arguments.max > 0) {
		add_title(out, TEXT_HELP_ARGUMENTS, language);
		add_entry(out, command->arguments.placeholder.in[language],
			command->arguments.help.in[language], NAME_COLUMNS_MAX, width);
	}
	if (command->options[0].name.len > 0) {
		add_title(out, TEXT_HELP_OPTIONS, language);
		add_options(out, command->options, language, width);
	}
	add_examples(out, command, language, width);
	add_title(out, TEXT_HELP_GLOBAL, language);
	add_options(out, global_options, language, width);
}

static void put_option(struct json_writer *w, const struct option *o, enum language language)
{
	static const char *const kinds[] = { [IS_FLAG] = "flag",
		[IS_TEXT] = "text",
		[IS_PATH] = "path",
		[IS_DOCUMENT] = "document",
		[IS_NUMBER] = "number",
		[IS_TIME] = "time",
		[IS_DURATION] = "duration" };

	json_put_object(w);
	json_member_string(w, "name", o->name);
	json_member_string(w, "kind", str_of(kinds[o->is]));
	json_put_key(w, STR("repeats"));
	json_put_bool(w, o->repeats);
	json_member_string(w, "placeholder", o->placeholder.in[language]);
	json_member_string(w, "help", o->help.in[language]);
	json_member_string(w, "default", o->preset);
	json_put_end(w);
}

static void put_command(struct json_writer *w, const struct command *c, enum language language)
{
	struct strbuf usage = strbuf_heap(4000);

	help_add_usage(c, language, &usage);
	json_put_object(w);
	json_member_string(w, "name", c->name);
	json_member_string(w, "summary", c->summary.in[language]);
	json_member_string(w, "usage", strbuf_str(&usage));
	json_member_string(w, "schema", c->schema);
	json_put_key(w, STR("json_lines"));
	json_put_bool(w, c->json_lines);
	json_put_key(w, STR("read_only"));
	json_put_bool(w, c->read_only);
	json_put_key(w, STR("options"));
	json_put_array(w);
	for (const struct option *o = c->options; o->name.len > 0; o++)
		put_option(w, o, language);
	json_put_end(w);
	json_put_key(w, STR("examples"));
	json_put_array(w);
	for (const struct example *e = c->examples; e->line.len > 0; e++) {
		json_put_object(w);
		json_member_string(w, "line", e->line);
		json_member_string(w, "says", e->says.in[language]);
		json_put_end(w);
	}
	json_put_end(w);
	json_put_end(w);
	strbuf_done(&usage);
}

void help_add_json(const struct command_list *list, enum language language, struct strbuf *out)
{
	struct json_writer w = json_writer_of(out, JSON_PRETTY);

	json_put_object(&w);
	json_put_key(&w, STR("commands"));
	json_put_array(&w);
	for (size_t i = 0; i < list->count; i++)
		put_command(&w, list->items[i], language);
	json_put_end(&w);
	json_put_key(&w, STR("global_options"));
	json_put_array(&w);
	for (const struct option *o = global_options; o->name.len > 0; o++)
		put_option(&w, o, language);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(out, '\n');
}
