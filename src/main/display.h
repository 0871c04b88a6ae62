/* main/display.h - text on a terminal: how wide it is, and how to keep it harmless.
 *
 * A column is what the terminal advances by: 1 for a letter, 0 for an accent that combines,
 * 2 for a Chinese character or an emoji.
 */
#pragma once

#include "base/arena.h"

size_t display_width(str text); /* columns; bytes that are not UTF-8 count 1 each */

/* Appends `text` so that it cannot steer the terminal: control characters, marks that turn the
 * writing direction and malformed bytes come out as \x1b or \u202e. */
void display_add_safe(struct strbuf *out, str text);

/* Appends `text`, cut to `columns` (>= 1) with "…" where it is longer. */
void display_add_cut(struct strbuf *out, str text, size_t columns);

/* Appends `text` broken between words at `columns`, each further line behind `indent` spaces.
 * The first line is taken to start at column `at`.  No final newline. */
void display_add_wrapped(struct strbuf *out, str text, size_t columns, size_t indent, size_t at);

void display_add_spaces(struct strbuf *out, size_t count);
