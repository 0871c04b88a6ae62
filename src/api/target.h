/* api/target.h - what stands in the first line of a request: a path and a query, taken apart.
 *
 * /customers/email:a%2Fb/thread?limit=3&zone=Europe%2FParis
 *
 * The path is cut at its slashes before %HH is undone: so a value may hold a slash.  Refused are
 * what two programs could read in two ways: an escape that is none, a NUL, bytes that are not
 * UTF-8, "." and ".." as parts, empty parts but for the last ("/assets/").  In the query '+' is a
 * space.  All functions are pure.
 */
#pragma once

#include "base/why.h"

enum {
	TARGET_BYTES_MAX = 8192,
	TARGET_PARTS_MAX = 16,
	TARGET_QUERY_MAX = 128, /* name=value pairs */
};

struct target_pair {
	str name, value;
};

struct target {
	const str *parts; /* of the path, decoded; "/" has one, empty */
	size_t part_count;
	const struct target_pair *query; /* in their order, decoded */
	size_t query_count;
};

/* Strings are shared with `text` or lie in `arena`.  MSG_HTTP_TARGET, MSG_HTTP_TARGET_LONG. */
err target_parse(str text, struct arena *arena, struct target *out, struct why *why);

/* name=value&... alone, as a form sends it too. */
err target_parse_query(str text, struct arena *arena, const struct target_pair **out, size_t *count,
	struct why *why);

/* A text with %HH for bytes; a + is a plus. */
err target_decode(str text, struct arena *arena, str *out, struct why *why);

/* The first value of that name.  False: there is none, and *value is as it was. */
bool target_query(const struct target *target, str name, str *value);
