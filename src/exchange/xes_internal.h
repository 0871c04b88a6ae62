/* exchange/xes_internal.h - what XES's reader and writer agree on.
 *
 * One rule holds it together: for every value and every record, reading what was written gives
 * it back.  So each form that the reader makes is the only one that the writer writes in that
 * way (docs/formats/xes.md tables them); what has another shape goes the plain way round.
 */
#pragma once

#include "base/arena.h"
#include "event/record.h"

/* The extension whose presence in a log switches on the fields and escapes below. */
#define XES_ARIANE_PREFIX "ariane"
#define XES_ARIANE_URI "urn:ariane:xes:1"

enum { XES_TEXT_BYTES = 64 }; /* of a number or a time */

enum xes_type {
	XES_STRING,
	XES_DATE,
	XES_INT,
	XES_FLOAT,
	XES_BOOLEAN,
	XES_ID,
	XES_LIST,
	XES_CONTAINER,
	XES_TYPE_COUNT_
};

str xes_type_name(enum xes_type type);
bool xes_type_of(str element, enum xes_type *type);

/* An attribute's value as an XES element tells it. */
struct xes_element {
	enum xes_type type;
	str text; /* of a simple type */
	struct value values; /* of a list: VALUE_LIST, or VALUE_MAP where its members have keys */
	const struct attribute *children; /* nested attributes; a container's content */
	size_t child_count;
};

/* Time texts without zone go through here; NULL: they are UTC. */
struct xes_zone {
	int64_t (*utc_ms)(void *context, int64_t local_ms);
	void *context;
	uint64_t used; /* how often */
};

/* ---- xes_text.c: simple values as text.  False: the text is none such. */
/* *exact false: `out` lacks digits that the text had. */
bool xes_date_of(str text, struct xes_zone *zone, struct instant *out, bool *exact);
bool xes_int_of(str text, int64_t *out);
bool xes_float_of(str text, double *out); /* finite */
bool xes_boolean_of(str text, bool *out);
/* The text of a scalar; a string's is itself. */
str xes_scalar_text(const struct value *value, char room[static XES_TEXT_BYTES]);
/* Characters that XML cannot hold, as _xHHHH_; and back. */
void xes_put_escaped(struct strbuf *out, str text); /* and & < > " TAB LF CR as references */
size_t xes_unescape(char *text, size_t len); /* in place; the new length */
bool xes_is_plain(str text); /* written without such an escape */

/* ---- xes_value.c */
/* False: `arena` is full. */
bool xes_value_of(const struct xes_element *element, struct arena *arena, struct xes_zone *zone,
	struct value *out);
/* The element that xes_value_of() makes `value` from. */
struct xes_element xes_element_of(const struct value *value, char room[static XES_TEXT_BYTES]);
bool value_equal(const struct value *a, const struct value *b); /* canonical bytes are */
/* Of a simple element, nested attributes or not; "" for the others. */
str xes_text_of(const struct value *value, char room[static XES_TEXT_BYTES]);
/* The first attribute with that key, or NULL. */
const struct attribute *xes_find(const struct attribute *items, size_t count, str key);

/* ---- xes_fields.c: what a record has beyond XES, as attributes "ariane:..." */
/* Makes the attribute a field of the record; false: it is none.  Arrays lie in `arena`. */
struct xes_fields { /* which were told */
	bool kind, channel, actor, identifiers, objects;
	bool no_room; /* the arena was full: the record is not whole */
};
bool xes_take_field(const struct attribute *attribute, struct arena *arena, struct record *record,
	struct xes_fields *told);
/* The fields of `record` that differ from `plain`, what the reader would make without them. */
bool xes_make_fields(const struct record *record, const struct record *plain, struct arena *arena,
	struct attribute **out, size_t *count);
str xes_actor_of(const struct attribute *items, size_t count, char room[static XES_TEXT_BYTES]);
/* Keys of attributes that would be taken for fields are written behind this. */
#define XES_KEY_ESCAPE "ariane:attribute:"

/* ---- the log's entity (docs/formats/xes.md) */
#define XES_LOG_TYPE "xes:log"
#define XES_TRACE_TYPE "xes:trace"
#define XES_NAMESPACE "http://www.xes-standard.org/"
/* Attributes of <log> that are there, with these values, where the entity does not tell others. */
extern const struct attribute xes_head_defaults[2];
bool xes_is_ours(const struct attribute *items, size_t count); /* of an <extension> */
/* The name that the writer gives to a trace without one: the reader drops it. */
#define XES_ADDED "ariane:added"
bool xes_is_added(const struct attribute *attribute);
str xes_object_id(str name, str otherwise); /* the name where it may be an object's id */

/* ---- xes_put.c */
void xes_put_attribute(
	struct strbuf *out, int indent, str prefix, str key, const struct value *value);
