/* exchange/body_map.h - JSON that somebody else made up, by a mapping: documents in, records out.
 *
 *   {"id": 7, "customer": {"email": "a@b.fr"}, "lines": [{"price": "9.90"}]}
 *
 *   id = 7    customer.email = a@b.fr    lines.0.price = 9.90
 *
 * A document is laid flat: each value becomes a column named by the way to it, members by their
 * names, items of arrays by their places, and then it is a row as of any table (row_map.h), read by
 * the same mapping files.  Columns that the mapping names and the document lacks are empty.  What
 * was text in JSON stays text, unless it is a time; null is nothing.  A document without anything
 * that the mapping, or its usual names, takes for a time happened when it was received.
 *
 * One thread.
 */
#pragma once

#include "exchange/mapping.h"

enum {
	BODY_VALUES_MAX = 1024, /* of one document */
	BODY_PATH_BYTES_MAX = 512, /* a column's name; deeper ones are cut off with their values */
};

/* A column that does not stand in the document, for a mapping that names it: the topic of a
 * message.  One more is always there: `received`. */
struct body_value {
	str name, text;
};

struct body_options {
	const struct mapping *mapping;
	const struct body_value *beside;
	size_t beside_count;
	int64_t received_ms;
};

struct body_map;

/* All are borrowed for the life of the map. */
struct body_map *body_map_create(const struct body_options *options);
void body_map_free(struct body_map *map); /* NULL is fine */

/* The documents of a body: the items of the list at `path` ("" for the body itself), or the one
 * that is there.  MSG_BODY_ITEMS. */
err body_documents(const struct json *body, str path, struct json_items *out, struct why *why);

/* *skip: a rule of the mapping leaves it out.  The record borrows from `document`, `arena` and the
 * map, until the next one.  MSG_BODY_FLAT, and those of row_map_record() and row_map_create(). */
err body_record(struct body_map *map, const struct json *document, struct arena *arena,
	struct record *out, bool *skip, struct why *why);
