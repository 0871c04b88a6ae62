/* tests/exchange_csv_row_test.c - fields in, rows cut, the same fields out; and what is too long.
 */
#include "exchange/csv_row.h"

#include "base/random.h"
#include "exchange/csv_marks.h"
#include "support/record_trap.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 60, FIELDS = 5, TEXT_BYTES_MAX = 40 << 20 };

static void add_field(struct strbuf *out, str field, bool quoted)
{
	strbuf_add(out, quoted ? STR("\"") : STR(""));
	for (size_t i = 0; i < field.len; i++) {
		if (quoted && field.ptr[i] == '"')
			strbuf_add_byte(out, '"');
		strbuf_add_byte(out, field.ptr[i]);
	}
	strbuf_add(out, quoted ? STR("\"") : STR(""));
}

/* A field of awkward characters; quoted where it must be, and sometimes where it need not. */
static str random_field(struct random *random, struct arena *arena, bool *quoted)
{
	static const char letters[] = "ab;\",\n\r \t'x\xc3\xa9";
	size_t len = random_below(random, 9);
	char *text = arena_array(arena, len + 1, 1);
	bool must = false;

	for (size_t i = 0; i < len; i++) {
		text[i] = letters[random_below(random, sizeof(letters) - 1)];
		must = must || str_has(STR("\",\n\r"), text[i]);
	}
	*quoted = must || random_below(random, 4) == 0;
	return (str){ text, len };
}

TEST(csv_rows_give_back_the_fields_written)
{
	static const char *const ends[] = { "\n", "\r\n" };

	for (uint64_t seed = 1; seed <= 200; seed++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct random random = random_of(seed);
		struct strbuf text = strbuf_in(arena, 100000);
		str fields[ROWS][FIELDS];
		for (size_t r = 0; r < ROWS; r++)
			for (size_t f = 0; f < FIELDS; f++) {
				bool quoted;
				fields[r][f] = random_field(&random, arena, &quoted);
				add_field(&text, fields[r][f], quoted);
				bool last = r + 1 == ROWS && f + 1 == FIELDS && seed % 5 == 0;
				strbuf_add_c(&text, f + 1 < FIELDS ? ","
						    : last         ? ""
								   : ends[seed % 2]);
			}
		struct text_input input = text_input_of(strbuf_str(&text), seed % 7);
		struct csv_rows *rows = NULL;
		CHECK("open", csv_rows_open(&input.input, &rows, NULL) == OK);
		csv_rows_restart(rows, 0);
		for (size_t r = 0; r <= ROWS; r++) {
			enum csv_found found = CSV_BAD;
			struct csv_row row = { 0 };
			struct why fault;
			CHECK("next", csv_rows_next(rows, &found, &row, &fault, NULL) == OK);
			CHECK("found", found == (r < ROWS ? CSV_ROW : CSV_END));
			CHECK("count", r == ROWS || row.count == FIELDS);
			for (size_t f = 0; found == CSV_ROW && f < row.count; f++)
				CHECK("field", str_equal(row.fields[f], fields[r][f]));
		}
		csv_rows_close(rows);
	}
}

/* Each bit against the byte it stands for. */
TEST(csv_marks_are_those_of_each_byte)
{
	static const char some[] = "a,b;c\n\r\t ~\x7f\x80\xff\x1f";
	struct random random = random_of(5);

	for (int round = 0; round < 2000; round++) {
		char bytes[MARKS_BYTES];
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = round % 2 == 0 ? (char)random_below(&random, 256)
						  : some[random_below(&random, sizeof(some))];
		char delimiter = round % 3 == 0 ? (char)0xff : ',';
		struct marks marks = marks_of(bytes, delimiter, '\n');
		uint32_t before = marks_before(marks.ends);
		bool ended = false;
		for (size_t i = 0; i < sizeof(bytes); i++) {
			bool is_plain =
				(unsigned char)bytes[i] >= 0x20 && (unsigned char)bytes[i] < 0x7f;
			ended = ended || bytes[i] == '\n';
			CHECK("delimiter", (marks.delimiters >> i & 1) == (bytes[i] == delimiter));
			CHECK("end", (marks.ends >> i & 1) == (bytes[i] == '\n'));
			CHECK("odd", (marks.odd >> i & 1) == !is_plain);
			CHECK("before", (before >> i & 1) == !ended);
		}
	}
}

/* Without quotes a row is what splitting says; plain, if no byte speaks against it. */
TEST(csv_rows_without_quotes_are_split_lines)
{
	static const char letters[] = "abcdefgh,,,,;-.\n\n\x01\x7f\xc3\xa9";

	for (uint64_t seed = 1; seed <= 300; seed++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct random random = random_of(seed);
		size_t len = random_below(&random, 400);
		size_t used = seed % 3 == 0 ? sizeof(letters) - 1 : sizeof(letters) - 5;
		char *text = arena_array(arena, len + 1, 1);
		for (size_t i = 0; i < len; i++)
			text[i] = letters[random_below(&random, used)];
		for (size_t i = 1; i < len && seed % 2 == 0; i++)
			if (text[i] == '\n')
				text[i - 1] = '\r';
		struct text_input input = text_input_of((str){ text, len }, seed % 7);
		struct csv_rows *rows = NULL;
		CHECK("open", csv_rows_open(&input.input, &rows, NULL) == OK);
		csv_rows_set(rows, &(struct csv_dialect){ ',', 0, 0 });
		csv_rows_restart(rows, 0);
		str rest = { text, len }, line, field;
		enum csv_found found = CSV_ROW;
		struct csv_row row = { 0 };
		struct why fault;
		for (int64_t number = 1; rest.len > 0; number++) {
			if (!str_split(rest, '\n', &line, &rest)) {
				line = rest;
				rest = STR("");
			}
			bool has_end = line.ptr + line.len < text + len;
			if (has_end && str_ends(line, STR("\r")))
				line.len--;
			if (line.len == 0)
				continue;
			CHECK("next", csv_rows_next(rows, &found, &row, &fault, NULL) == OK);
			CHECK("row", found == CSV_ROW && str_equal(row.raw, line));
			CHECK("line", row.place.line == number);
			CHECK("plain", row.is_plain == str_is_plain(line));
			size_t f = 0;
			for (; str_split(line, ',', &field, &line); f++)
				CHECK("field", str_equal(row.fields[f], field));
			CHECK("last field", str_equal(row.fields[f], line) && row.count == f + 1);
		}
		CHECK("end",
			csv_rows_next(rows, &found, &row, &fault, NULL) == OK && found == CSV_END);
		csv_rows_close(rows);
	}
}

/* `n` bytes of `c` after `before`, then `after`. */
static str long_text(struct strbuf *out, const char *before, char c, size_t n, const char *after)
{
	strbuf_clear(out);
	strbuf_add_c(out, before);
	char *room = strbuf_room(out, n);
	ASSERT(room != NULL);
	memset(room, c, n);
	out->len += n;
	strbuf_add_c(out, after);
	return strbuf_str(out);
}

TEST(csv_rows_bound_what_is_too_long)
{
	static const struct {
		const char *row, *before;
		char c;
		size_t n;
		const char *after;
		enum message message; /* MSG_NONE: the row is fine */
		int64_t next_line;
	} rows[] = {
		{ "long", "a,", 'x', (31 << 20), "\nz\n", MSG_NONE, 2 },
		{ "too long", "a,", 'x', (33 << 20), "\nz\n", MSG_CSV_ROW_LONG, 2 },
		{ "far too long", "a,", 'x', (36 << 20), "\nz\n", MSG_CSV_ROW_LONG, 2 },
		{ "quote open for long", "a,\"\n", 'x', (34 << 20), "\nz\n", MSG_CSV_OPEN_QUOTE,
			2 },
		{ "quoted and long", "a,\"\n", 'x', (31 << 20), "\"\nz\n", MSG_NONE, 3 },
		{ "many columns", "a", ',', CSV_COLUMNS_MAX, "\nz\n", MSG_CSV_COLUMNS, 2 },
		{ "all columns", "a", ',', CSV_COLUMNS_MAX - 1, "\nz\n", MSG_NONE, 2 },
	};
	struct strbuf text = strbuf_heap(TEXT_BYTES_MAX);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text_input input = text_input_of(
			long_text(&text, rows[i].before, rows[i].c, rows[i].n, rows[i].after), 0);
		struct csv_rows *r = NULL;
		struct csv_row row;
		struct why fault = { 0 };
		enum csv_found found = CSV_END;
		CHECK(rows[i].row, csv_rows_open(&input.input, &r, NULL) == OK);
		csv_rows_restart(r, 0);
		CHECK(rows[i].row, csv_rows_next(r, &found, &row, &fault, NULL) == OK);
		CHECK(rows[i].row, found == (rows[i].message == MSG_NONE ? CSV_ROW : CSV_BAD));
		CHECK(rows[i].row, rows[i].message == MSG_NONE ||
					   (fault.message == rows[i].message && fault.line == 1));
		CHECK(rows[i].row, csv_rows_next(r, &found, &row, &fault, NULL) == OK);
		CHECK(rows[i].row, row.place.line == rows[i].next_line);
		csv_rows_close(r);
	}
	strbuf_done(&text);
}

TEST(csv_delimiter_is_guessed)
{
	static const struct {
		const char *text;
		char delimiter;
	} rows[] = { { "", ',' }, { "a\nb\n", ',' }, { "a,b\n1,2\n", ',' },
		{ "a;b\n1,5;2,5\n", ';' }, { "a\tb,c\n1\t2\n", '\t' }, { "a|b|c\n1|2|3\n", '|' },
		{ "a;b\n\"x,y,z\";2\n\"x,y\";3\n", ';' }, { "a,b;c\n1,2\n3,4\n", ',' } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text_input input = text_input_of(str_of(rows[i].text), 0);
		struct csv_rows *r = NULL;
		struct csv_dialect dialect = { 0, '"', 0 };
		CHECK(rows[i].text, csv_rows_open(&input.input, &r, NULL) == OK);
		CHECK(rows[i].text, csv_rows_guess_delimiter(r, &dialect) == rows[i].delimiter);
		csv_rows_close(r);
	}
}
