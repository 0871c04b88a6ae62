/* exchange/csv_row.h - comma-separated text cut into rows of fields (RFC 4180, and real life).
 *
 * What a row is: it ends at LF or CRLF; at a lone CR only in files whose sample has no LF.  A
 * field that begins with the quote ends with the next single quote, which must stand before a
 * delimiter or the end of the row; inside, a doubled quote is one, and anything else stands for
 * itself, line breaks too.  A quote elsewhere is an ordinary character.  Blank lines are left out,
 * as are lines that begin with the comment character, if one is given.
 *
 * What is no row is reported with its first line and never shifts what follows:
 *   MSG_CSV_OPEN_QUOTE    no closing quote within CSV_ROW_BYTES_MAX; reading goes on at the next
 * line MSG_CSV_AFTER_QUOTE   text behind a closing quote; goes on at the next line MSG_CSV_ROW_LONG
 * over CSV_ROW_BYTES_MAX; goes on behind it MSG_CSV_COLUMNS       over CSV_COLUMNS_MAX fields; goes
 * on behind it MSG_CSV_NUL           a zero byte Memory: CSV_SAMPLE_BYTES and twice
 * CSV_ROW_BYTES_MAX, however long the input is.
 */
#pragma once

#include "exchange/stream.h"

enum {
	CSV_ROW_BYTES_MAX = 32 << 20, /* a record of RECORD_BYTES_MAX fits, four bytes for one */
	CSV_COLUMNS_MAX = 4096,
	CSV_SAMPLE_BYTES = 1 << 20,
	CSV_READ_ON_BYTES = 16, /* may be read from where a field begins, however short it is */
};

struct csv_dialect {
	char delimiter;
	char quote; /* 0: none */
	char comment; /* 0: none */
};

struct csv_row {
	const str *fields; /* valid until the next call */
	size_t count;
	str raw; /* as it stood, without its end */
	bool is_plain; /* printable ASCII throughout */
	struct place place; /* of its first byte; offset in UTF-8 */
};

enum csv_found { CSV_ROW, CSV_BAD, CSV_END };

struct csv_rows;

/* Reads the sample.  `input` is in UTF-8 and must outlive the rows. */
err csv_rows_open(struct input *input, struct csv_rows **out, struct why *why);
void csv_rows_close(struct csv_rows *rows); /* NULL is fine */

str csv_rows_sample(const struct csv_rows *rows); /* valid until the first csv_rows_next() */
void csv_rows_set(struct csv_rows *rows, const struct csv_dialect *dialect);

/* The delimiter among , ; TAB | that cuts most lines of the sample into equally many fields, at
 * least two; the comma if none does. */
char csv_rows_guess_delimiter(struct csv_rows *rows, const struct csv_dialect *dialect);

/* Rows of the sample alone come first; csv_rows_restart() goes back to its beginning (or to behind
 * the first `skip` rows: a header) and from there through the whole input. */
void csv_rows_restart(struct csv_rows *rows, size_t skip);

/* CSV_BAD: `row` has raw (cut to CSV_RAW_BYTES_MAX) and place, and `fault` the reason.  An error
 * is the input's. */
enum { CSV_RAW_BYTES_MAX = 1 << 20 };
err csv_rows_next(struct csv_rows *rows, enum csv_found *found, struct csv_row *row,
	struct why *fault, struct why *why);
