/* exchange/mapping.h - how the columns of a file become the fields of a record.
 *
 * A mapping comes from flags (`--customer TYPE=COLUMN`), from a JSON file (docs/formats/mapping.md,
 * docs/schemas/mapping.json), or from both: flags are applied last and win.  What neither says, the
 * reader of the format looks for under the usual names.  A mapping is a plain value; its strings
 * lie in the arena that it was read into.
 */
#pragma once

#include "base/json.h"
#include "base/text.h"
#include "event/record.h"

enum {
	MAPPING_VERSION = 1,
	MAPPING_BYTES_MAX = 1 << 20, /* of a mapping file */
	MAPPING_ITEMS_MAX = 4096, /* of any list in it */
};

enum mapping_format {
	MAPPING_ANY, /* told by the file's name and content */
	MAPPING_CSV,
	MAPPING_JSONL,
	MAPPING_XES,
	MAPPING_OCEL,
	MAPPING_LOG, /* the access log of a web server */
};

struct mapping_pair {
	str from, to;
};
struct mapping_pairs {
	const struct mapping_pair *items;
	size_t count;
};
struct mapping_names {
	const str *items;
	size_t count;
};

/* Where a text comes from: a column, a constant, or a template ("{department} {action}"); then a
 * table may translate it, and what the table has not becomes `otherwise`, if that is given. */
enum mapping_origin { ORIGIN_NONE, ORIGIN_COLUMN, ORIGIN_CONSTANT, ORIGIN_TEMPLATE };
struct mapping_term {
	enum mapping_origin origin;
	str text; /* the column's name, the constant, the template */
	struct mapping_pairs values; /* compared without regard to ASCII case */
	str otherwise;
	bool has_otherwise;
};

/* Rows of which the column has (or has not) one of the values. */
struct mapping_rule {
	str column;
	struct mapping_names values;
	bool wanted;
};

struct mapping_identifier {
	str type, column;
	struct mapping_names ignore; /* values that name nobody: "", "anonymous", "0" */
	struct mapping_rule when; /* only in such rows; no column: in all */
};

struct mapping_time {
	struct mapping_names columns; /* none, one, or a date and a clock */
	str format; /* exchange/time_format.h; "": told from the column */
};

enum mapping_type { TYPE_AUTO, TYPE_STRING, TYPE_INTEGER, TYPE_FLOAT, TYPE_BOOLEAN, TYPE_TIME };
struct mapping_attribute {
	str column, key; /* key "": the column's name */
	enum mapping_type type;
};
struct mapping_attributes {
	const struct mapping_attribute *items;
	size_t count;
};

/* By what a file of this mapping is known (catalogue.h); empty: not at all. */
struct mapping_signs {
	struct mapping_names header; /* columns that its first line names */
	str line, name; /* patterns of the first line, of the file's name */
};

struct mapping {
	enum mapping_format format;
	struct mapping_signs signs;
	enum record_kind kind; /* RECORD_EVENT, or RECORD_ENTITY: rows without an activity */
	str source; /* "": the importer's */
	enum text_encoding encoding; /* ENCODING_UNKNOWN: told */

	char delimiter, quote, comment; /* CSV; delimiter 0: told; quote 0: none */
	bool has_header;
	bool may_be_short; /* rows with fewer fields: the missing ones are empty */
	struct mapping_names columns; /* their names: without a header, or in its place */

	str zone; /* of times without one; "": Europe/Paris */
	str phone_country; /* "FR": of phone numbers without one; the importer normalises */
	struct mapping_time time;
	struct mapping_term activity, channel, interaction, case_id, actor, message_id, text,
		text_language;
	const struct mapping_identifier *identifiers;
	size_t identifier_count;

	bool all_attributes; /* columns that nothing else takes become attributes */
	struct mapping_names excluded; /* but these */
	struct mapping_attributes attributes, traits;
	const struct attribute *constants;
	size_t constant_count;
	const struct mapping_rule *rules; /* a row is kept when each of them holds */
	size_t rule_count;

	struct mapping_pairs object_types; /* OCEL: object type -> identifier type */
};

/* Nothing said: CSV rules of RFC 4180, a header, all columns kept. */
struct mapping mapping_default(void);

/* Reads a mapping file.  MSG_MAPPING_KEY (with line and the nearest known key), MSG_MAPPING_VALUE,
 * MSG_MAPPING_VERSION, and those of json_parse(); `why` has the line. */
err mapping_parse(str json, struct arena *arena, struct mapping *out, struct why *why);

/* "csv" ..., "auto", "string" ...: as mapping files name them. */
bool mapping_format_named(str name, enum mapping_format *out);
bool mapping_type_named(str name, enum mapping_type *out);

/* The mapping as such a file: read again it is the same, byte for byte when it is written again. */
void mapping_write(const struct mapping *mapping, struct json_writer *w);

/* What `mapping` leaves to be told from the file is taken from `from`, the record of how the file's
 * rows were read before; its encoding in any case, for it says how they lie there now. */
void mapping_fill(struct mapping *mapping, const struct mapping *from);

/* Applies one flag, named without its dashes: customer (TYPE=COLUMN, repeatable), activity,
 * time, channel, interaction, case, actor, text (COLUMN, or =VALUE), zone, time-format, delimiter,
 * encoding, source.  ERR_NOT_FOUND: no such flag; MSG_MAPPING_FLAG: not such a value. */
err mapping_flag(
	struct mapping *mapping, str flag, str value, struct arena *arena, struct why *why);

/* A channel's name made of any word: lower case, Latin accents off, the rest as '-', at most 32
 * bytes; "" if nothing is left.  "Télé-phone 2" is tele-phone-2. */
enum { CHANNEL_FORM_BYTES = CHANNEL_BYTES_MAX };
str mapping_channel_form(str word, char out[static CHANNEL_FORM_BYTES]);
