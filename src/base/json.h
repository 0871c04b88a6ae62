/* base/json.h - JSON (RFC 8259): bytes to a tree, and a writer.
 *
 * Nothing is lost on the way in: integers stay integers, members keep their order and their
 * duplicates, and a number that neither int64 nor double can hold keeps its text.  Refused:
 * what RFC 8259 does not allow, invalid UTF-8, halves of surrogate pairs, anything after the
 * value, and more than the limits.  A `double` is the nearest one; a number nearer to 0 than
 * any double is 0.0; -0 without point or exponent is the integer 0.
 *
 * A tree is a plain value whose parts lie in the arena given; the text need not outlive the
 * call.
 */
#pragma once

#include "base/json_tree.h"
#include "base/why.h"

enum {
	JSON_BYTES_MAX = 1 << 26, /* the default limits */
	JSON_DEPTH_MAX = 64, /* of arrays and objects within each other: [[]] has 2 */
	JSON_NODES_MAX = 1 << 22, /* values, all kinds */
	JSON_DEPTH_CEILING = 1024, /* no limit may be set higher */
};

struct json_limits {
	size_t bytes, depth, nodes; /* 0: the default */
};

/* Keeps its buffers from one text to the next; one thread at a time. */
struct json_parser;
struct json_parser *json_parser_create(const struct json_limits *limits); /* NULL: defaults */
void json_parser_free(struct json_parser *parser); /* NULL is fine */

/* ERR_SYNTAX or ERR_LIMIT with line, column (characters from 1) and offset in `why`;
 * ERR_LIMIT also when the arena is full. */
err json_parse(struct json_parser *parser, str text, struct arena *arena, struct json *out,
	struct why *why);

/* The first member with that key; NULL if there is none or `object` is no object (or NULL). */
const struct json *json_get(const struct json *object, str key);
/* Typed getters: the default when the member is absent or of another kind. */
str json_get_string(const struct json *object, str key, str otherwise);
int64_t json_get_int(const struct json *object, str key, int64_t otherwise);
bool json_get_bool(const struct json *object, str key, bool otherwise);
/* Text that is a decimal number and nothing else, as the nearest double, whatever the locale. */
bool json_number(str text, double *number);
/* By value, in depth; object members in order; 1 and 1.0 differ, 0.0 and -0.0 too. */
bool json_equal(const struct json *a, const struct json *b);

/* ---- writing
 *
 *   struct json_writer w = json_writer_of(&out, JSON_COMPACT);
 *   json_put_object(&w);
 *   json_put_key(&w, STR("events"));
 *   json_put_int(&w, 12);
 *   json_put_end(&w);
 *
 * Members come out in the order given.  Control characters, U+2028 and U+2029 are escaped; bytes
 * that are not UTF-8 come out as U+FFFD: the text is always JSON.  Floats take the fewest
 * digits that read back as the same double, always with a point or an exponent.  Wrong nesting is a
 * bug (ASSERT); a full `out` sticks: ask strbuf_ok() at the end. */
enum json_style { JSON_COMPACT, JSON_PRETTY /* two spaces a level, no newline at the end */ };
enum { JSON_WRITER_DEPTH_MAX = JSON_DEPTH_CEILING };

struct json_writer {
	struct strbuf *out;
	enum json_style style;
	uint16_t depth;
	bool first, after_key; /* the next item is the first of its container; a value is due */
	uint8_t is_object[JSON_WRITER_DEPTH_MAX / 8]; /* a bit a level */
};

struct json_writer json_writer_of(struct strbuf *out, enum json_style style);
void json_put_object(struct json_writer *w); /* until json_put_end() */
void json_put_array(struct json_writer *w);
void json_put_end(struct json_writer *w);
void json_put_key(struct json_writer *w, str key);
void json_put_string(struct json_writer *w, str text);
void json_put_int(struct json_writer *w, int64_t number);
void json_put_uint(struct json_writer *w, uint64_t number);
void json_put_float(struct json_writer *w, double number); /* finite */
void json_put_bool(struct json_writer *w, bool value);
void json_put_null(struct json_writer *w);
void json_put_raw(struct json_writer *w, str json); /* one JSON value, taken as it is */
void json_put_tree(struct json_writer *w, const struct json *tree);

/* A member of an object: its key and its value. */
void json_member_string(struct json_writer *w, const char *key, str text);
void json_member_int(struct json_writer *w, const char *key, int64_t number);
void json_member_uint(struct json_writer *w, const char *key, uint64_t number);
void json_member_float(struct json_writer *w, const char *key, double number);

/* A string with its quotes, outside any writer. */
void json_quote(struct strbuf *out, str text);
/* A float as json_put_float() writes it; returns the length, at most JSON_FLOAT_BYTES. */
enum { JSON_FLOAT_BYTES = 32 };
size_t json_float_text(double number, char out[static JSON_FLOAT_BYTES]);
