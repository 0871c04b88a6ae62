/* base/json_internal.h - what the two JSON parsers share.
 *
 * The quick one (json_parse.cpp, simdjson) reads ordinary texts; whatever it declines, the
 * plain one (json_plain.c) reads again from the start: it says what is wrong and where, or
 * accepts the rare things that simdjson does not have (numbers beyond 64 bits).  The plain one
 * alone is a whole parser: tests and fuzzing hold both to the same answers.
 */
#pragma once

#include "base/json_tree.h"

#ifdef __cplusplus
extern "C" {
#endif

struct arena;

/* simdjson's side.  *out is filled only when it is done. */
enum json_quick_answer { JSON_QUICK_DONE, JSON_QUICK_DECLINED, JSON_QUICK_NO_ROOM };
struct json_quick;
struct json_quick *json_quick_create(size_t bytes_max, size_t depth_max);
void json_quick_free(struct json_quick *quick);
enum json_quick_answer json_quick_parse(struct json_quick *quick, const char *text, size_t bytes,
	size_t nodes_max, struct arena *arena, struct json *out);

/* The nearest double of a JSON number, whatever the locale; false if beyond the range. */
bool json_float_of(const char *text, size_t bytes, double *number);
/* The shortest text that reads back as the same double; `out` has 32 bytes. */
size_t json_float_shortest(double number, char *out);

#ifdef __cplusplus
}
#else
#include "base/json.h"
struct json_plain; /* the plain parser's growing stack */
struct json_plain *json_plain_create(void);
void json_plain_free(struct json_plain *plain);
err json_plain_parse(struct json_plain *plain, str text, const struct json_limits *limits,
	struct arena *arena, struct json *out, struct why *why);
#endif
