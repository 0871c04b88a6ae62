/* base/json_tree.h - a JSON value in memory; see json.h.  Also read by C++. */
#pragma once

#include "base/base.h"

enum json_kind {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_INTEGER, /* no point, no exponent, fits int64 */
	JSON_FLOAT, /* finite */
	JSON_BIG, /* a number beyond those: `string` holds its text as it came */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json;
struct json_member;
struct json_items {
	const struct json *items;
	size_t count;
};
struct json_members {
	const struct json_member *items; /* as told: order and duplicates kept */
	size_t count;
};

struct json {
	enum json_kind kind;
	union {
		bool boolean;
		int64_t integer;
		double number;
		str string; /* UTF-8, may contain U+0000 */
		struct json_items array;
		struct json_members object;
	};
};
struct json_member {
	str key;
	struct json value;
};
