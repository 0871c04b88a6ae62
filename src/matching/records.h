/* matching/records.h - the records to be matched, in memory: each distinct value once.
 *
 *   value   code of a distinct value of a field; 0: missing
 *   row     one code for each field, side by side
 *
 * A full name fills given name and surname where these are missing: the last word is the surname,
 * with the particles before it, unless words in capitals say which it is ("DUPONT Jean").
 *
 * Not thread-safe while records are added; read by any thread afterwards.
 */
#pragma once

#include "base/why.h"
#include "matching/field_brief.h"

enum {
	MATCHING_FIELDS_MAX = 16,
	MATCHING_RECORDS_MAX = 50000000,
	MATCHING_VALUES_MAX = 1 << 28, /* distinct ones of a field: compare.c packs two codes */
};

struct records_field {
	str name;
	enum field_kind kind;
	const struct field_value *values; /* by code; [0] stands for none */
	const struct field_brief *briefs; /* likewise */
	const uint32_t *counts; /* by code: in how many records */
	size_t value_count; /* codes are below this */
	size_t present; /* records that have a value */
};

struct match_records;

/* `names` as field_kind_named() knows them.  A full_name adds given_name and surname if they are
 * not there, and is itself no field afterwards.  ERR_LIMIT: too many fields; `bytes_max` bounds
 * what all values may take. */
err match_records_create(const str *names, size_t count, size_t bytes_max,
	struct match_records **out, struct why *why);
void match_records_free(struct match_records *records); /* NULL is fine */

/* One value for each name given at creation, "" for none.  `id` tells the record from all others,
 * and is kept.  ERR_LIMIT: then nothing was added. */
err match_records_add(struct match_records *records, str id, const str *values, struct why *why);

/* Puts the records into the order of their ids, so that no result depends on the order in which
 * they came; call it once, before anything below. */
void match_records_settle(struct match_records *records);

size_t match_records_count(const struct match_records *records);
size_t match_records_fields(const struct match_records *records);
const struct records_field *match_records_field(const struct match_records *records, size_t field);
str match_records_id(const struct match_records *records, uint32_t row);
bool match_records_find(const struct match_records *records, str id, uint32_t *row);
/* match_records_fields() codes. */
const uint32_t *match_records_row(const struct match_records *records, uint32_t row);

/* "Jean DUPONT" into given name and surname; each may come out empty. */
void full_name_split(str full, str *given, str *surname);
