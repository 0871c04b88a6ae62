/* main/cmd_config.c - ariane config: the settings in force, and where each came from. */
#include "base/json.h"
#include "main/request.h"
#include "main/sink.h"

enum { CONFIG_OUTPUT_BYTES_MAX = 1 << 16 };

static void add_name(struct strbuf *out, const struct setting_row *row)
{
	strbuf_add_byte(out, '[');
	strbuf_add(out, row->section);
	strbuf_add_c(out, "] ");
	strbuf_add(out, row->key);
}

static void add_origin(
	struct strbuf *out, const struct settings *settings, size_t i, enum language language)
{
	const struct setting_row *row = &setting_rows[i];

	switch (settings->values[i].from) {
	case ORIGIN_PRESET:
		strbuf_add(out, text_words(TEXT_FROM_PRESET, language));
		return;
	case ORIGIN_FILE:
		text_add(out, language, TEXT_FROM_FILE, arg_str(settings->file),
			arg_int(settings->values[i].line));
		return;
	case ORIGIN_ENVIRONMENT:
		text_add(out, language, TEXT_FROM_ENVIRONMENT, arg_c(row->environment));
		return;
	case ORIGIN_OPTION:
		text_add(out, language, TEXT_FROM_OPTION, arg_str(row->option));
		return;
	}
}

static void add_section(struct strbuf *out, const struct input_section *input)
{
	strbuf_add(out, input_kind_name(input->kind));
	strbuf_add_byte(out, ' ');
	strbuf_add(out, input->name);
}

/* What a section with a name says; not what it leaves to the presets. */
static void add_inputs(struct grid *grid, const struct settings *settings,
	const struct input_section *input, enum language language)
{
	for (size_t i = 0; i < INPUT_KEY_COUNT_; i++) {
		if (input->values[i].line == 0)
			continue;
		struct strbuf cell = strbuf_heap(CONFIG_OUTPUT_BYTES_MAX);
		strbuf_add_byte(&cell, '[');
		add_section(&cell, input);
		strbuf_add_c(&cell, "] ");
		strbuf_add(&cell, input_rows[i].key);
		grid_add_cell(grid, strbuf_str(&cell));
		grid_add_cell(grid, input->values[i].text);
		strbuf_clear(&cell);
		text_add(&cell, language, TEXT_FROM_FILE, arg_str(settings->file),
			arg_int(input->values[i].line));
		grid_add_cell(grid, strbuf_str(&cell));
		strbuf_done(&cell);
	}
}

static void answer_people(const struct request *request, struct sink *sink)
{
	const struct settings *settings = request_settings(request);
	enum language language = request_locale(request)->language;
	struct arena *arena = request_arena(request);
	struct grid *grid = grid_create(arena);

	if (grid == NULL) {
		sink_grid(sink, arena, NULL);
		return;
	}
	grid_add_column(grid, text_words(TEXT_CONFIG_KEY, language), GRID_TEXT);
	grid_add_column(grid, text_words(TEXT_CONFIG_VALUE, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_CONFIG_FROM, language), GRID_SHRINKS);
	for (size_t i = 0; i < SETTING_COUNT_; i++) {
		struct strbuf cell = strbuf_heap(CONFIG_OUTPUT_BYTES_MAX);
		add_name(&cell, &setting_rows[i]);
		grid_add_cell(grid, strbuf_str(&cell));
		grid_add_cell(grid, settings->values[i].text);
		strbuf_clear(&cell);
		add_origin(&cell, settings, i, language);
		grid_add_cell(grid, strbuf_str(&cell));
		strbuf_done(&cell);
	}
	for (size_t i = 0; i < settings->input_count; i++)
		add_inputs(grid, settings, &settings->inputs[i], language);
	sink_grid(sink, arena, grid);
}

static void put_setting(struct json_writer *w, const struct settings *settings, size_t i)
{
	static const char *const origins[] = { [ORIGIN_PRESET] = "default",
		[ORIGIN_FILE] = "file",
		[ORIGIN_ENVIRONMENT] = "environment",
		[ORIGIN_OPTION] = "option" };

	json_put_object(w);
	json_member_string(w, "section", setting_rows[i].section);
	json_member_string(w, "key", setting_rows[i].key);
	json_member_string(w, "value", settings->values[i].text);
	json_member_string(w, "from", str_of(origins[settings->values[i].from]));
	json_put_end(w);
}

static void put_input(struct json_writer *w, const struct input_section *input)
{
	struct strbuf section = strbuf_heap(CONFIG_OUTPUT_BYTES_MAX);

	add_section(&section, input);
	for (size_t i = 0; i < INPUT_KEY_COUNT_; i++) {
		if (input->values[i].line == 0)
			continue;
		json_put_object(w);
		json_member_string(w, "section", strbuf_str(&section));
		json_member_string(w, "key", input_rows[i].key);
		json_member_string(w, "value", input->values[i].text);
		json_member_string(w, "from", STR("file"));
		json_put_end(w);
	}
	strbuf_done(&section);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	const struct settings *settings = request_settings(request);
	struct strbuf out = strbuf_in(request_arena(request), CONFIG_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	(void)why;
	if (!sink->json) {
		answer_people(request, sink);
		return OK;
	}
	json_put_object(&w);
	json_member_string(&w, "file", settings->file);
	json_put_key(&w, STR("settings"));
	json_put_array(&w);
	for (size_t i = 0; i < SETTING_COUNT_; i++)
		put_setting(&w, settings, i);
	for (size_t i = 0; i < settings->input_count; i++)
		put_input(&w, &settings->inputs[i]);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	return OK;
}

const struct command cmd_config = {
	.name = STR_INIT("config"),
	.group = GROUP_START,
	.summary = WORDS("show the settings in force and where each comes from",
		"montrer les réglages en vigueur et l'origine de chacun"),
	.about = WORDS("A setting comes from an option of the command line, else from the "
		       "environment, else from the configuration file, else it has its default. "
		       "The file is described in ariane.conf(5).",
		"Un réglage vient d'une option de la ligne de commande, sinon de l'environnement, "
		"sinon du fichier de configuration, sinon il a sa valeur par défaut. Le fichier "
		"est décrit dans ariane.conf(5)."),
	.examples = { { STR_INIT("ariane config"),
			      WORDS("what is in force here", "ce qui est en vigueur ici") },
		{ STR_INIT("ariane config --config /etc/ariane.conf --json"),
			WORDS("check a file before it is used: errors name the line",
				"vérifier un fichier avant usage : les erreurs nomment la "
				"ligne") } },
	.schema = STR_INIT("config"),
	.read_only = true,
	.run = run,
};
