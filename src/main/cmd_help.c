/* main/cmd_help.c - ariane help: every command, or one in detail. */
#include "main/config.h"
#include "main/help.h"
#include "main/man.h"
#include "main/request.h"
#include "main/sink.h"

enum { HELP_BYTES_MAX = 1 << 20 };

static err unknown_topic(const struct request *request, struct why *why)
{
	struct strbuf words = strbuf_in(request_arena(request), 1000);

	for (size_t i = 0; i < request_argument_count(request); i++) {
		strbuf_add_c(&words, i > 0 ? " " : "");
		strbuf_add(&words, request_argument(request, i));
	}
	return fail(
		why, MSG_HELP_TOPIC, arg_str(strbuf_ok(&words) ? strbuf_str(&words) : (str){ 0 }));
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	const struct command_list *list = request_commands(request);
	enum language language = request_locale(request)->language;
	struct strbuf out = strbuf_in(request_arena(request), HELP_BYTES_MAX);
	bool roff = request_has(request, "roff");
	size_t count = request_argument_count(request), used = 0;
	str words[2] = { { 0 } };

	for (size_t i = 0; i < count; i++)
		words[i] = request_argument(request, i);
	const struct command *command = command_find(list, words, count, &used);
	if (count > 0 && str_equal(words[0], STR("ariane.conf")))
		man_add_config(language, &out); /* a person reads it by: man ariane.conf */
	else if (count == 1 && command == NULL && command_is_family(list, words[0]))
		help_add_family(list, words[0], language, sink->columns, &out);
	else if (count > 0 && (command == NULL || used < count))
		return unknown_topic(request, why);
	else if (sink->json)
		help_add_json(
			count > 0 ? &(struct command_list){ &command, 1 } : list, language, &out);
	else if (count > 0)
		roff ? man_add_command(command, language, &out)
		     : help_add_command(command, language, sink->columns, &out);
	else
		roff ? man_add_overview(list, language, &out)
		     : help_add_overview(list, language, sink->columns, &out);
	sink_built(sink, &out);
	return OK;
}

const struct command cmd_help = {
	.name = STR_INIT("help"),
	.group = GROUP_START,
	.summary = WORDS("explain the commands, with examples",
		"expliquer les commandes, avec des exemples"),
	.arguments = { 0, 2, WORDS("COMMAND", "COMMANDE"),
		WORDS("the command to explain, in one or two words; none: all in short",
			"la commande à expliquer, en un ou deux mots ; à défaut toutes, en bref") },
	.options = { { .name = STR_INIT("roff"),
		.is = IS_FLAG,
		.help = WORDS("print the source of the manual page instead",
			"imprimer plutôt la source de la page de manuel") } },
	.examples = { { STR_INIT("ariane help"),
			      WORDS("all commands, in short", "toutes les commandes, en bref") },
		{ STR_INIT("ariane help config"),
			WORDS("one command: its arguments, its options, examples",
				"une commande : ses arguments, ses options, des exemples") },
		{ STR_INIT("ariane help --json --lang en"),
			WORDS("the whole table of commands, for programs",
				"toute la table des commandes, pour les programmes") } },
	.schema = STR_INIT("help"),
	.read_only = true,
	.run = run,
};
