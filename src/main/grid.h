/* main/grid.h - a table made for reading: columns aligned by what the terminal shows.
 *
 *   activity          channel   events
 *   ----------------  -------  -------
 *   Order Completed   web       12,345
 *
 * Nothing is said by colour.  Where the lines would be wider than the terminal, the widest of
 * the columns that may shrink are cut with "…"; piped output is never cut.
 */
#pragma once

#include "base/arena.h"

enum { GRID_COLUMNS_MAX = 16 };

enum grid_column { GRID_TEXT, GRID_NUMBER, GRID_SHRINKS }; /* left; right; left, may be cut */

struct grid; /* lives in its arena */

/* NULL past the arena's limit. */
struct grid *grid_create(struct arena *arena);
/* Columns first, from left to right; `title` is borrowed. */
void grid_add_column(struct grid *grid, str title, enum grid_column kind);
/* Cells row by row.  Copied, and made safe for a terminal. */
void grid_add_cell(struct grid *grid, str text);
/* Appends titles, rule and rows; without any title only rows.  `columns`: of the terminal, 0 for
 * any width.  False if memory ran out on the way: then part of it is missing. */
bool grid_write(const struct grid *grid, size_t columns, struct strbuf *out);
