/* base/fields.h - a JSON document that people write by hand, read key by key.
 *
 * Each object of the document has a table: its keys, each with the function that reads its value.
 * A key that the table does not have is refused, with the nearest that it has.  The tree knows no
 * lines; but it is read in the order of the text, so each key stands behind the one before: the
 * place moves along, and every fault is told with line and column of its key.
 *
 * Texts that are read are borrowed from the tree.  One thread at a time.
 */
#pragma once

#include "base/json.h"

struct fields {
	str text; /* the document */
	size_t at; /* behind the opening quote of the last key found */
	struct arena *arena;
	struct why *why;
};

/* Reads `value` into `target`.  ERR_SYNTAX or ERR_LIMIT with words in f->why: fields_bad() has
 * them. */
struct field {
	const char *name;
	err (*read)(struct fields *f, str key, const struct json *value, void *target);
};

/* An object, member by member, in the order of the text: MSG_FIELD_UNKNOWN, MSG_FIELD_TWICE (a
 * key that stands twice means that one of the two is not meant), and what the functions say. */
enum { FIELDS_MAX = 64 };
err fields_read(struct fields *f, str key, const struct json *object, const struct field *fields,
	size_t count, void *target);

/* Puts the place of the last key into f->why unless `e` is OK; returns `e`. */
err fields_placed(struct fields *f, err e);
err fields_bad(struct fields *f, str key); /* MSG_FIELD_VALUE, placed */
err fields_room(struct fields *f); /* ERR_LIMIT: the arena is full */

/* Plain values. */
err fields_string(struct fields *f, str key, const struct json *value, void *target); /* str */
err fields_bool(struct fields *f, str key, const struct json *value, void *target); /* bool */
err fields_double(struct fields *f, str key, const struct json *value, void *target); /* finite */
err fields_ignore(struct fields *f, str key, const struct json *value, void *target); /* a string */

/* A list of strings that are not empty, or one alone. */
struct field_names {
	const str *items;
	size_t count;
};
enum { FIELD_NAMES_MAX = 4096 };
err fields_names(struct fields *f, str key, const struct json *value, void *target);
