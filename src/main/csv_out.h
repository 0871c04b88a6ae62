/* main/csv_out.h - an answer as CSV for a spreadsheet or a program: RFC 4180, UTF-8, a row of names
 * first, numbers and names in English whatever the language.
 *
 * Texts come out as they are: whoever opens the file with a spreadsheet should import its columns
 * as text, for a name may begin with "=".
 */
#pragma once

#include "main/sink.h"

enum { CSV_OUT_BYTES_MAX = 1 << 30 };

struct csv_out {
	struct strbuf text;
	bool has_cell; /* in the row at hand */
};

/* `names` separated by commas: the first row. */
struct csv_out csv_out_begin(const char *names);
void csv_out_text(struct csv_out *csv, str text);
void csv_out_count(struct csv_out *csv, uint64_t n);
void csv_out_number(struct csv_out *csv, double n);
void csv_out_row(struct csv_out *csv); /* ends it */
/* Gives it all to the sink and frees it. */
void csv_out_end(struct csv_out *csv, struct sink *sink);
