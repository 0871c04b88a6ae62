/* main/man.c - see man.h */
#include "main/man.h"

#include "main/config.h"
#include "main/help.h"
#include "main/text.h"
#include "main/version.h"

/* Text that roff prints as it stands: no line of it is a request, no dash a hyphen. */
static void add_plain(struct strbuf *out, str text)
{
	bool at_start = true;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (at_start && (c == '.' || c == '\''))
			strbuf_add_c(out, "\\&");
		if (c == '\\')
			strbuf_add_c(out, "\\e");
		else if (c == '-')
			strbuf_add_c(out, "\\-");
		else
			strbuf_add_byte(out, c);
		at_start = c == '\n';
	}
}

static void add_line(struct strbuf *out, str text)
{
	add_plain(out, text);
	strbuf_add_byte(out, '\n');
}

static void add_bold(struct strbuf *out, str text)
{
	strbuf_add_c(out, "\\fB");
	add_plain(out, text);
	strbuf_add_c(out, "\\fR");
}

static void add_section(struct strbuf *out, enum text title, enum language language)
{
	strbuf_add_c(out, ".SH ");
	add_line(out, text_words(title, language));
}

static void add_header(
	struct strbuf *out, str page, int section, str summary, enum language language)
{
	strbuf_add_c(out, ".TH \"");
	add_plain(out, page);
	strbuf_printf(out, "\" %d \"\" \"Ariane " ARIANE_VERSION "\" \"", section);
	add_plain(out, text_words(TEXT_MAN_MANUAL, language));
	strbuf_add_c(out, "\"\n");
	add_section(out, TEXT_MAN_NAME, language);
	add_plain(out, page);
	strbuf_add_c(out, " \\- ");
	add_line(out, summary);
}

static void add_paragraphs(struct strbuf *out, str text)
{
	str one, rest;

	for (; text.len > 0; text = rest) {
		if (!str_split(text, '\n', &one, &rest)) {
			one = text;
			rest = (str){ 0 };
		}
		strbuf_add_c(out, ".PP\n");
		add_line(out, one);
	}
}

static void add_options(struct strbuf *out, const struct option *options, enum language language)
{
	for (const struct option *o = options; o->name.len > 0; o++) {
		struct strbuf name = strbuf_heap(1000);
		help_add_option_name(o, language, &name);
		strbuf_add_c(out, ".TP\n");
		add_bold(out, strbuf_str(&name));
		strbuf_add_byte(out, '\n');
		add_line(out, o->help.in[language]);
		if (o->repeats)
			add_line(out, text_words(TEXT_HELP_REPEATS, language));
		strbuf_clear(&name);
		text_add(&name, language, TEXT_HELP_PRESET, arg_str(o->preset));
		if (o->preset.len > 0)
			add_line(out, strbuf_str(&name));
		strbuf_done(&name);
	}
}

static void add_exit(struct strbuf *out, enum language language)
{
	static const enum text codes[] = { TEXT_MAN_EXIT_0, TEXT_MAN_EXIT_1, TEXT_MAN_EXIT_2 };

	add_section(out, TEXT_MAN_EXIT, language);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		strbuf_printf(out, ".TP\n%zu\n", i);
		add_line(out, text_words(codes[i], language));
	}
}

static void add_see_also(struct strbuf *out, const char *pages, enum language language)
{
	add_section(out, TEXT_MAN_SEE_ALSO, language);
	strbuf_add_c(out, pages);
	strbuf_add_byte(out, '\n');
}

void man_add_overview(const struct command_list *list, enum language language, struct strbuf *out)
{
	add_header(out, STR("ariane"), 1, text_words(TEXT_HELP_TAGLINE, language), language);
	add_section(out, TEXT_MAN_SYNOPSIS, language);
	add_bold(out, STR("ariane"));
	strbuf_add_byte(out, ' ');
	add_plain(out, text_words(TEXT_HELP_COMMAND, language));
	strbuf_add_byte(out, ' ');
	add_line(out, text_words(TEXT_HELP_OPTIONS_WORD, language));
	add_section(out, TEXT_MAN_COMMANDS, language);
	for (size_t i = 0; i < list->count; i++) {
		strbuf_add_c(out, ".TP\n\\fBariane\\-");
		struct strbuf dashed = strbuf_heap(200);
		command_add_dashed(&dashed, list->items[i]->name);
		add_plain(out, strbuf_str(&dashed));
		strbuf_done(&dashed);
		strbuf_add_c(out, "\\fR(1)\n");
		add_line(out, list->items[i]->summary.in[language]);
	}
	add_section(out, TEXT_MAN_GLOBAL, language);
	add_options(out, global_options, language);
	add_exit(out, language);
	add_see_also(out, "\\fBariane.conf\\fR(5)", language);
}

static void add_examples(struct strbuf *out, const struct command *command, enum language language)
{
	add_section(out, TEXT_MAN_EXAMPLES, language);
	for (const struct example *e = command->examples; e->line.len > 0; e++) {
		strbuf_add_c(out, ".TP\n");
		add_bold(out, e->line);
		strbuf_add_byte(out, '\n');
		add_line(out, e->says.in[language]);
	}
}

void man_add_command(const struct command *command, enum language language, struct strbuf *out)
{
	struct strbuf text = strbuf_heap(4000);

	strbuf_add_c(&text, "ariane-");
	command_add_dashed(&text, command->name);
	add_header(out, strbuf_str(&text), 1, command->summary.in[language], language);
	strbuf_clear(&text);
	help_add_usage(command, language, &text);
	add_section(out, TEXT_MAN_SYNOPSIS, language);
	add_line(out, strbuf_str(&text));
	strbuf_done(&text);
	if (command->about.in[language].len > 0) {
		add_section(out, TEXT_MAN_DESCRIPTION, language);
		add_paragraphs(out, command->about.in[language]);
	}
	if (command->arguments.max > 0) {
		add_section(out, TEXT_MAN_ARGUMENTS, language);
		strbuf_add_c(out, ".TP\n");
		add_line(out, command->arguments.placeholder.in[language]);
		add_line(out, command->arguments.help.in[language]);
	}
	if (command->options[0].name.len > 0) {
		add_section(out, TEXT_MAN_OPTIONS, language);
		add_options(out, command->options, language);
	}
	add_examples(out, command, language);
	add_exit(out, language);
	add_see_also(out, "\\fBariane\\fR(1), \\fBariane.conf\\fR(5)", language);
}

/* "Option: --data.", in its language. */
static void add_fact(struct strbuf *out, enum text id, enum language language, str value)
{
	struct strbuf line = strbuf_heap(1000);

	text_add(&line, language, id, arg_str(value));
	add_line(out, strbuf_str(&line));
	strbuf_done(&line);
}

static void add_setting(struct strbuf *out, const struct setting_row *row, enum language language)
{
	struct strbuf option = strbuf_heap(100);

	strbuf_add_c(out, ".TP\n");
	add_bold(out, row->key);
	strbuf_add_byte(out, '\n');
	add_line(out, row->help.in[language]);
	strbuf_add_c(&option, "--");
	strbuf_add(&option, row->option);
	if (row->option.len > 0)
		add_fact(out, TEXT_MAN_OPTION, language, strbuf_str(&option));
	add_fact(out, TEXT_MAN_ENVIRONMENT, language, str_of(row->environment));
	if (row->preset.len > 0)
		add_fact(out, TEXT_MAN_DEFAULT, language, row->preset);
	strbuf_done(&option);
}

/* A section of which there may be many. */
static void add_inputs(struct strbuf *out, enum input_kind kind, enum language language)
{
	strbuf_add_c(out, ".SH \"[");
	add_plain(out, input_kind_name(kind));
	strbuf_add_c(out, language == LANGUAGE_FRENCH ? " NOM]\"\n" : " NAME]\"\n");
	add_paragraphs(out, input_help[kind].in[language]);
	for (size_t i = 0; i < INPUT_KEY_COUNT_; i++) {
		const struct input_row *row = &input_rows[i];
		if ((row->kinds & 1U << kind) == 0)
			continue;
		strbuf_add_c(out, ".TP\n");
		add_bold(out, row->key);
		strbuf_add_byte(out, '\n');
		add_line(out, row->help.in[language]);
		if (row->preset.len > 0)
			add_fact(out, TEXT_MAN_DEFAULT, language, row->preset);
	}
}

void man_add_config(enum language language, struct strbuf *out)
{
	str section = { 0 };

	add_header(out, STR("ariane.conf"), 5, text_words(TEXT_CONFIG_SUMMARY, language), language);
	add_section(out, TEXT_MAN_DESCRIPTION, language);
	add_paragraphs(out, text_words(TEXT_CONFIG_ABOUT, language));
	for (size_t i = 0; i < SETTING_COUNT_; i++) {
		if (!str_equal(section, setting_rows[i].section)) {
			section = setting_rows[i].section;
			strbuf_add_c(out, ".SH \"[");
			add_plain(out, section);
			strbuf_add_c(out, "]\"\n");
		}
		add_setting(out, &setting_rows[i], language);
	}
	for (size_t i = 0; i < INPUT_KIND_COUNT_; i++)
		add_inputs(out, (enum input_kind)i, language);
	add_section(out, TEXT_CONFIG_EXAMPLE, language);
	strbuf_add_c(out, ".nf\n[store]\ndata = /var/lib/ariane\n\n[display]\nlanguage = fr\n"
			  "zone = Europe/Paris\n\n[serve]\nlisten = 127.0.0.1:8080\n\n"
			  "[hook orders]\nsignature = shopify\n"
			  "secret_file = /etc/ariane/shopify.secret\n"
			  "mapping = /etc/ariane/orders.json\n.fi\n");
	add_see_also(out, "\\fBariane\\fR(1)", language);
}
