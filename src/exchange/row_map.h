/* exchange/row_map.h - a mapping bound to the columns of one input: rows of fields in, records out.
 *
 *   row_map_create   names are found, or the error lists those there are
 *   row_map_show     rows of a sample, so that the format of the time column can be told
 *   row_map_settle
 *   row_map_record   each row
 *
 * Values become typed one by one, never by what stands elsewhere in the file: so the same row gives
 * the same record in a file that has grown.  Empty fields give nothing.  Text is put in normal form
 * C.  TYPE_AUTO keeps as text whatever would not be written the same way again but for the zeros at
 * the end of a fraction:
 *
 *   integer   -?(0|[1-9][0-9]*) within 64 bits, not -0
 *   float     the same with a point and digits behind, 15 significant digits at most
 *   boolean   true false True False TRUE FALSE
 *   time      date and clock of base/timestamp.h (a date alone stays text: it is no moment)
 */
#pragma once

#include "base/zone.h"
#include "exchange/column_guess.h"
#include "exchange/stream.h"
#include "exchange/time_format.h"

struct row_map;

/* `mapping` and `names` must outlive the map. */
err row_map_create(const struct mapping *mapping, const str *names, size_t count,
	struct row_map **out, struct why *why);
void row_map_free(struct row_map *map); /* NULL is fine */

void row_map_show(struct row_map *map, const str *fields);
/* MSG_CSV_TIME_UNKNOWN: no known format fits the time column. */
err row_map_settle(struct row_map *map, struct why *why);

/* The mapping with what was found and told; after row_map_settle().  Borrows from the map. */
struct mapping row_map_mapping(const struct row_map *map);

/* `fields` has as many items as there are names; is_plain: they are printable ASCII throughout, as
 * far as somebody has looked (csv_row.h does).  *skip: a rule of the mapping leaves the row out.
 * On an error the row is no record; *column says which field (from 0), or is as it was.  The record
 * borrows from `fields`, `arena` and the map, until the next row; it has passed record_check(), but
 * that its source may be empty. */
err row_map_record(struct row_map *map, const str *fields, bool is_plain, struct arena *arena,
	struct record *out, bool *skip, size_t *column, struct why *why);

/* Are nearly all records of one form (event/form.h)?  Then *pattern and the offsets of the strings
 * that differ, at most FORM_STRINGS_MAX; after row_map_settle().  Borrows from the map. */
bool row_map_form(
	struct row_map *map, struct record *pattern, size_t *strings, size_t *string_count);
/* Such a row, of fields as csv_row.h cuts them: CSV_READ_ON_BYTES may be read from each that is not
 * empty.  False: this one asks for row_map_record().  Borrows from `fields`. */
bool row_map_formed(struct row_map *map, const str *fields, bool is_plain, struct formed *out);

uint64_t row_map_times_without_zone(const struct row_map *map);
/* As told or detected, with " (or %m/%d/%Y...)" where day and month could be swapped. */
void row_map_time_format(const struct row_map *map, char out[static 64]);
