/* main/text.h - what the program says when nothing is wrong, in English and in French.
 *
 * The counterpart of base/why.h: sentences stand in texts.def, one row each, never in the
 * code.  {1} to {4} are arguments: text that is data, or whole numbers, written the way the
 * language writes them.  A row with a bar has two forms, "{1} event|{1} events": the first
 * argument is a number and chooses (English: one; French: none or one).
 */
#pragma once

#include "base/why.h"

enum text {
#define T(id, english, french) TEXT_##id,
#include "main/texts.def"
#undef T
	TEXT_COUNT_
};

/* The row as it stands, for texts without arguments; lives for ever. */
str text_words(enum text id, enum language language);

/* Appends the sentence.  Arguments come out as they are: make what came from outside safe
 * first (display.h). */
void text_add_with(struct strbuf *out, enum language language, enum text id,
	const struct arg args[static WHY_ARGS_MAX]);
#define text_add(out, language, id, ...) \
	text_add_with((out), (language), (id), (struct arg[WHY_ARGS_MAX]){ __VA_ARGS__ })
