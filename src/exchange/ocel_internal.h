/* exchange/ocel_internal.h - what reader and writer of OCEL share: names looked up, typed values.
 */
#pragma once

#include "exchange/json_value.h"
#include "exchange/ocel.h"

/* ---- names: pairs of strings to numbers
 *
 * Kept are 96 bits of their hash: of a hundred million pairs, two are the same by chance once in
 * 10^13 logs, and then an object has a wrong type. */
struct names;
struct names *names_create(void);
void names_free(struct names *names);
enum { NAMES_NONE = -1 };
int64_t names_get(const struct names *names, str a, str b); /* NAMES_NONE if it is not there */
/* The number of (a, b), put in with `number` if it was not there; NAMES_NONE: the table is full. */
int64_t names_put(struct names *names, str a, str b, uint32_t number);

/* ---- values by declared type */

enum ocel_type {
	OCEL_UNDECLARED,
	OCEL_STRING,
	OCEL_TIME,
	OCEL_INTEGER,
	OCEL_FLOAT,
	OCEL_BOOLEAN,
	OCEL_TYPE_COUNT_
};
extern const str ocel_type_names[OCEL_TYPE_COUNT_];
enum ocel_type ocel_type_named(str name); /* OCEL_UNDECLARED if it is none of them */
enum ocel_type ocel_type_of(
	const struct value *v); /* what an attribute of such values is declared */

/* A value of an attribute declared so.  false: the arena is full. */
bool ocel_value(
	const struct json *json, enum ocel_type type, struct arena *arena, struct value *out);
/* Whether ocel_value() reads back the very value that ocel_put_value() writes, in an attribute
 * declared so.  Never for lists, maps and null. */
bool ocel_is_exact(const struct value *v, enum ocel_type type);
void ocel_put_value(struct json_writer *w, const struct value *v);

/* Names that we add. */
#define OCEL_SELF STR("ocel:object")
#define OCEL_EVENT_TYPES STR("ocel:eventTypes")
#define OCEL_OBJECT_TYPES STR("ocel:objectTypes")
#define OCEL_UNKNOWN STR("unknown")
#define OCEL_RECORD STR("ariane:record") /* what OCEL cannot tell of an event or object */
#define OCEL_JSON STR("ariane:json:") /* before the key of a value that OCEL cannot tell */
#define OCEL_RECORDS STR("ariane:records") /* records that are neither event nor object */
#define OCEL_REF_TYPE STR("ariane:type") /* of a relationship whose object is not in the log */

bool ocel_is_object(const struct record *r); /* an ENTITY that came from an object */
bool ocel_is_declaration(const struct record *r);
