/* exchange/csv.h - comma-separated values in: rows become records by a mapping.
 *
 * Told from the file unless the mapping says it: encoding (decode.h), delimiter (csv_row.h), the
 * columns that hold time, activity, customer and channel (column_guess.h), the format of the times
 * (time_format.h; from the first CSV_SHOWN_ROWS rows).
 *
 * Header: names are trimmed; the nth column without a name is called "column n", and a name that
 * comes again becomes "name (2)".
 *
 * Rejected, each with its line, its field (`column`, from 1) and the row as it stood; what follows
 * is never shifted: what csv_row.h refuses, rows with more or fewer fields than the header, times
 * that do not follow the format, values that are not of the type that the mapping wants, and what
 * record_check() refuses.  Rows that a rule of the mapping leaves out are not counted.
 *
 * A line "sep=;" before the header, as spreadsheets write it, says the delimiter and is no row.
 *
 * An empty input gives no records and is no error.  An Ariane CSV (csv_write.h) is known by its
 * first column and needs no mapping.
 *
 * Memory is constant: about 5 MiB.
 */
#pragma once

#include "exchange/mapping.h"
#include "exchange/stream.h"

enum { CSV_SHOWN_ROWS = 2000 };

/* `summary` may be NULL.  MSG_CSV_NO_COLUMN and those of column_guess.h: the mapping and the file
 * do not fit, nothing was read. */
err csv_read(struct input *input, const struct mapping *mapping, struct record_sink *sink,
	struct read_summary *summary, struct why *why);

/* That line without its end, of the first bytes of a file; "" if there is none. */
str csv_preface(str text);
