/* main/man.h - manual pages in roff, made from the same tables as the help.
 *
 * docs/man/ holds what these functions print (tools/make-man writes it, a test compares).
 */
#pragma once

#include "main/command.h"

void man_add_overview(
	const struct command_list *list, enum language language, struct strbuf *out); /* ariane.1 */
void man_add_command(const struct command *command, enum language language, struct strbuf *out);
void man_add_config(enum language language, struct strbuf *out); /* ariane.conf.5 */
