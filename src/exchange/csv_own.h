/* exchange/csv_own.h - Ariane's own CSV: any records, and the very same records back.
 *
 * RFC 4180, UTF-8, commas, CRLF no: lines end in LF.  The first row names the columns, the first of
 * which is always `ariane:1` (the format's version): so csv_read() knows the file, and needs no
 * mapping.
 *
 *   ariane:1          event entity identity correction retraction erasure source tombstone
 *   time              as told, RFC 3339; without a zone if none was told
 *   source, message_id, channel, activity, interaction, case, actor, text, language
 *   target, payload   whole number; hexadecimal
 *   identifier:TYPE   the value
 *   attribute:KEY     a value, see below
 *   trait:KEY         likewise
 *   identifiers       JSON [["type","value"],["type","value","raw",true] ...]
 *   attributes        JSON [["key",value] ...]
 *   traits            likewise
 *   objects           JSON [["type","id","qualifier"] ...]
 *
 * A record's identifiers stand either each in the column of its type, or all in `identifiers`,
 * namely when one type comes twice, a raw form or a verification is known, their order is not that
 * of the columns, or there are more than CSV_OWN_COLUMNS_MAX columns.  Attributes and traits
 * likewise.
 *
 * A cell of text columns is the text itself; one that begins with " is a JSON string.  So written
 * is text that begins with one of " = + - @ (which a spreadsheet would compute), or that has
 * control characters other than line feeds and tabs.  A cell of attribute: and trait: columns is
 * JSON when it begins with " { [ - or a digit or is true, false or null; else text.  An empty cell
 * is no attribute.  Values in JSON:
 *
 *   string "x"   integer 1   float 1.0   boolean true   null   list [..]
 *   time {"time":"2026-03-14T15:09:26.535+01:00"}   map {"map":["key",value,"key",value ...]}
 *
 * Rows may be written by hand: columns may be missing and stand in any order.
 */
#pragma once

#include "base/json.h"
#include "exchange/stream.h"

enum { CSV_OWN_COLUMNS_MAX = 4000 };
#define CSV_OWN_MARK "ariane:1"

struct csv_own;

/* MSG_CSV_NO_COLUMN: a column's name is none of the above.  The names are copied. */
err csv_own_create(const str *names, size_t count, struct csv_own **out, struct why *why);
void csv_own_free(struct csv_own *own); /* NULL is fine */

/* Makes a record of one row, checked as row_map_record() does.  Borrows from fields and `arena`.
 * On an error *column says which field. */
err csv_own_record(struct csv_own *own, const str *fields, struct arena *arena, struct record *out,
	size_t *column, struct why *why);

/* A value as JSON, as above; the strbuf tells whether there was room. */
void csv_own_put_value(struct json_writer *w, const struct value *value);
