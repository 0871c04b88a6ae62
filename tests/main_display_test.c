/* tests/main_display_test.c - width of text, cutting and wrapping it, keeping it harmless. */
#include "main/display.h"

#include "main/grid.h"
#include "test.h"

TEST(text_has_the_width_that_terminals_show)
{
	static const struct {
		const char *text;
		size_t width;
	} rows[] = {
		{ "", 0 }, { "plain", 5 }, { "\xc3\xa9t\xc3\xa9", 3 },
		{ "e\xcc\x81", 1 }, /* e and a combining accent */
		{ "\xe4\xb8\xad\xe6\x96\x87", 4 }, /* two Chinese characters */
		{ "\xf0\x9f\x98\x80", 2 }, /* an emoji */
		{ "a\xe2\x80\x8d", 1 }, /* a zero-width joiner */
		{ "\xff\xc3", 2 }, /* malformed: byte by byte */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].text, display_width(str_of(rows[i].text)) == rows[i].width);
}

TEST(text_from_outside_cannot_steer_a_terminal)
{
	static const struct {
		const char *text, *safe;
	} rows[] = {
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\x1b[2J", "\\x1b[2J" },
		{ "a\nb\tc", "a\\x0ab\\x09c" },
		{ "\x7f\xc2\x9b", "\\x7f\\x9b" },
		{ "\xe2\x80\xaegnp.exe", "\\u202egnp.exe" },
		{ "\xff\xc3", "\\xff\\xc3" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(10000);
		struct strbuf out = strbuf_in(arena, 1000);
		display_add_safe(&out, str_of(rows[i].text));
		CHECK(rows[i].safe, str_equal(strbuf_str(&out), str_of(rows[i].safe)));
	}
}

TEST(text_is_cut_to_columns)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *cut;
	} rows[] = {
		{ "short", 5, "short" },
		{ "longer", 5, "long…" },
		{ "\xc3\xa9t\xc3\xa9s", 3, "\xc3\xa9t…" },
		{ "\xe4\xb8\xad\xe6\x96\x87", 3, "\xe4\xb8\xad…" },
		{ "\xe4\xb8\xad\xe6\x96\x87", 2, "…" },
		{ "ab", 1, "…" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(10000);
		struct strbuf out = strbuf_in(arena, 1000);
		display_add_cut(&out, str_of(rows[i].text), rows[i].columns);
		CHECK(rows[i].text, str_equal(strbuf_str(&out), str_of(rows[i].cut)));
		CHECK(rows[i].text, display_width(strbuf_str(&out)) <= rows[i].columns);
	}
}

TEST(text_is_wrapped_between_words)
{
	AUTO_ARENA arena = arena_create(10000);
	struct strbuf out = strbuf_in(arena, 1000);

	display_add_wrapped(&out, STR(" one two  three unbreakable\xc3\xa9 x "), 10, 2, 2);
	CHECK("wrapped",
		str_equal(strbuf_str(&out), STR("one two\n  three\n  unbreakable\xc3\xa9\n  x")));
}

static str drawn(struct arena *arena, size_t columns)
{
	struct strbuf out = strbuf_in(arena, 4000);
	struct grid *grid = grid_create(arena);

	grid_add_column(grid, STR("activity"), GRID_SHRINKS);
	grid_add_column(grid, STR("events"), GRID_NUMBER);
	grid_add_column(grid, STR("note"), GRID_TEXT);
	grid_add_cell(grid, STR("R\xc3\xa9siliation confirm\xc3\xa9"
				"e"));
	grid_add_cell(grid, STR("12,345"));
	grid_add_cell(grid, STR("\x1b"));
	grid_add_cell(grid, STR("\xe4\xb8\xad"));
	grid_add_cell(grid, STR("7"));
	grid_add_cell(grid, STR(""));
	CHECK("drawn", grid_write(grid, columns, &out));
	return strbuf_str(&out);
}

TEST(grids_align_by_width)
{
	AUTO_ARENA arena = arena_create(100000);

	CHECK("any width",
		str_equal(drawn(arena, 0), STR("activity               events  note\n"
					       "---------------------  ------  ----\n"
					       "R\xc3\xa9siliation confirm\xc3\xa9"
					       "e  12,345  \\x1b\n"
					       "\xe4\xb8\xad                          7\n")));
	CHECK("narrow", str_equal(drawn(arena, 30), STR("activity          events  note\n"
							"----------------  ------  ----\n"
							"R\xc3\xa9siliation con…  12,345  \\x1b\n"
							"\xe4\xb8\xad                     7\n")));
}

TEST(grids_without_titles_have_no_head)
{
	AUTO_ARENA arena = arena_create(100000);
	struct strbuf out = strbuf_in(arena, 4000);
	struct grid *grid = grid_create(arena);

	grid_add_column(grid, STR(""), GRID_TEXT);
	grid_add_column(grid, STR(""), GRID_NUMBER);
	grid_add_cell(grid, STR("events"));
	grid_add_cell(grid, STR("7"));
	CHECK("drawn", grid_write(grid, 0, &out));
	CHECK("one line", str_equal(strbuf_str(&out), STR("events  7\n")));
}

TEST(grids_say_when_memory_is_missing)
{
	bool done = false;

	for (unsigned n = 1; !done; n++) {
		AUTO_ARENA arena = arena_create(100000);
		struct strbuf out = strbuf_in(arena, 4000);
		arena_fail_at(arena, n);
		struct grid *grid = grid_create(arena);
		if (grid == NULL)
			continue;
		grid_add_column(grid, STR("a"), GRID_TEXT);
		for (int i = 0; i < 5; i++)
			grid_add_cell(grid, STR("cell"));
		done = grid_write(grid, 0, &out);
		CHECK("ends", n < 50);
	}
}
