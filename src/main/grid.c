/* main/grid.c - see grid.h */
#include "main/grid.h"

#include "main/display.h"

enum { GAP = 2, CELL_BYTES_MAX = 4096, SHRUNK_COLUMNS_MIN = 8 };

struct cell {
	struct cell *next;
	str text;
	size_t width;
};

struct grid {
	struct arena *arena;
	struct {
		str title;
		enum grid_column kind;
		size_t width; /* of the widest cell */
	} columns[GRID_COLUMNS_MAX];
	size_t column_count, cell_count;
	struct cell *first, **last;
	bool failed;
};

struct grid *grid_create(struct arena *arena)
{
	struct grid *grid = arena_alloc(arena, sizeof(*grid));

	if (grid == NULL)
		return NULL;
	grid->arena = arena;
	grid->last = &grid->first;
	return grid;
}

void grid_add_column(struct grid *grid, str title, enum grid_column kind)
{
	ASSERT(grid->column_count < GRID_COLUMNS_MAX && grid->cell_count == 0);
	size_t i = grid->column_count++;
	grid->columns[i].title = title;
	grid->columns[i].kind = kind;
	grid->columns[i].width = display_width(title);
}

void grid_add_cell(struct grid *grid, str text)
{
	struct cell *cell = arena_alloc(grid->arena, sizeof(*cell));
	struct strbuf safe = strbuf_in(grid->arena, CELL_BYTES_MAX);

	ASSERT(grid->column_count > 0);
	display_add_safe(&safe, str_cut(text, CELL_BYTES_MAX / 4));
	if (cell == NULL || !strbuf_ok(&safe)) {
		grid->failed = true;
		return;
	}
	cell->text = strbuf_str(&safe);
	cell->width = display_width(cell->text);
	size_t *widest = &grid->columns[grid->cell_count++ % grid->column_count].width;
	*widest = MAX_OF(*widest, cell->width);
	*grid->last = cell;
	grid->last = &cell->next;
}

static size_t total_width(const struct grid *grid, const size_t *widths)
{
	size_t total = 0;

	for (size_t i = 0; i < grid->column_count; i++)
		total += widths[i] + (i > 0 ? GAP : 0);
	return total;
}

/* Takes from the widest column that may shrink, until the line fits or none is left. */
static void fit(const struct grid *grid, size_t columns, size_t *widths)
{
	while (columns > 0 && total_width(grid, widths) > columns) {
		size_t widest = SIZE_MAX;
		for (size_t i = 0; i < grid->column_count; i++)
			if (grid->columns[i].kind == GRID_SHRINKS &&
				widths[i] > SHRUNK_COLUMNS_MIN &&
				(widest == SIZE_MAX || widths[i] > widths[widest]))
				widest = i;
		if (widest == SIZE_MAX)
			return;
		widths[widest]--;
	}
}

static void end_line(struct strbuf *out)
{
	while (out->len > 0 && out->ptr[out->len - 1] == ' ')
		out->len--;
	strbuf_add_byte(out, '\n');
}

static void write_cell(
	const struct grid *grid, size_t column, str text, const size_t *widths, struct strbuf *out)
{
	size_t width = MIN_OF(display_width(text), widths[column]);
	size_t pad = widths[column] - width;
	bool is_last = column + 1 == grid->column_count;

	if (grid->columns[column].kind == GRID_NUMBER)
		display_add_spaces(out, pad);
	if (text.len > 0)
		display_add_cut(out, text, MAX_OF(widths[column], (size_t)1));
	if (is_last)
		end_line(out);
	else
		display_add_spaces(
			out, GAP + (grid->columns[column].kind == GRID_NUMBER ? 0 : pad));
}

static bool has_titles(const struct grid *grid)
{
	size_t bytes = 0;

	for (size_t k = 0; k < grid->column_count; k++)
		bytes += grid->columns[k].title.len;
	return bytes > 0;
}

/* The titles, and a rule below them. */
static void write_head(const struct grid *grid, const size_t *widths, struct strbuf *out)
{
	for (size_t k = 0; k < grid->column_count; k++)
		write_cell(grid, k, grid->columns[k].title, widths, out);
	for (size_t i = 0; i < grid->column_count; i++) {
		display_add_spaces(out, i > 0 ? GAP : 0);
		for (size_t k = 0; k < widths[i]; k++)
			strbuf_add_byte(out, '-');
	}
	strbuf_add_byte(out, '\n');
}

bool grid_write(const struct grid *grid, size_t columns, struct strbuf *out)
{
	size_t widths[GRID_COLUMNS_MAX] = { 0 }, i = 0;

	ASSERT(grid->column_count > 0);
	for (size_t k = 0; k < grid->column_count; k++)
		widths[k] = grid->columns[k].width;
	fit(grid, columns, widths);
	if (has_titles(grid))
		write_head(grid, widths, out);
	for (const struct cell *c = grid->first; c != NULL; c = c->next, i++)
		write_cell(grid, i % grid->column_count, c->text, widths, out);
	return !grid->failed && strbuf_ok(out);
}
