/* main/help.h - the table of commands told to people and to programs. */
#pragma once

#include "main/command.h"

enum { HELP_COLUMNS = 80, HELP_COLUMNS_MAX = 100 };

/* `columns` 0: HELP_COLUMNS. */
void help_add_overview(const struct command_list *list, enum language language, size_t columns,
	struct strbuf *out);
/* Those whose name starts with the word `family`. */
void help_add_family(const struct command_list *list, str family, enum language language,
	size_t columns, struct strbuf *out);
void help_add_command(
	const struct command *command, enum language language, size_t columns, struct strbuf *out);
/* docs/schemas/help.json: the commands, with their options, in one language. */
void help_add_json(const struct command_list *list, enum language language, struct strbuf *out);

/* "ariane thread IDENTIFIER [OPTIONS]" */
void help_add_usage(const struct command *command, enum language language, struct strbuf *out);
/* "--since TIME" */
void help_add_option_name(const struct option *option, enum language language, struct strbuf *out);
str help_group_title(enum command_group group, enum language language);
