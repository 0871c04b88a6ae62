/* base/json.c - see json.h: the parser's front, looking into trees, comparing them. */
#include "base/json.h"

#include "base/json_internal.h"

#include <stdlib.h>
#include <string.h>

struct json_parser {
	struct json_limits limits;
	struct json_quick *quick;
	struct json_plain *plain;
};

static size_t limit_or(size_t asked, size_t otherwise)
{
	return asked == 0 ? otherwise : asked;
}

struct json_parser *json_parser_create(const struct json_limits *limits)
{
	static const struct json_limits defaults;
	const struct json_limits *asked = limits == NULL ? &defaults : limits;
	struct json_parser *parser = memory_alloc(sizeof(*parser));

	parser->limits.bytes = limit_or(asked->bytes, JSON_BYTES_MAX);
	parser->limits.depth = limit_or(asked->depth, JSON_DEPTH_MAX);
	parser->limits.nodes = limit_or(asked->nodes, JSON_NODES_MAX);
	ASSERT(parser->limits.depth <= JSON_DEPTH_CEILING);
	parser->quick = json_quick_create(parser->limits.bytes, parser->limits.depth);
	parser->plain = json_plain_create();
	return parser;
}

void json_parser_free(struct json_parser *parser)
{
	if (parser == NULL)
		return;
	json_quick_free(parser->quick);
	json_plain_free(parser->plain);
	free(parser);
}

err json_parse(struct json_parser *parser, str text, struct arena *arena, struct json *out,
	struct why *why)
{
	const struct json_limits *limits = &parser->limits;

	if (text.len > limits->bytes)
		return fail(why, MSG_JSON_BYTES, arg_int((int64_t)text.len),
			arg_int((int64_t)limits->bytes));
	enum json_quick_answer answer = text.len == 0
						? JSON_QUICK_DECLINED
						: json_quick_parse(parser->quick, text.ptr,
							  text.len, limits->nodes, arena, out);
	if (answer == JSON_QUICK_DONE)
		return OK;
	if (answer == JSON_QUICK_NO_ROOM)
		return fail(why, MSG_NO_ROOM, arg_c("JSON"), arg_int((int64_t)arena_taken(arena)));
	return json_plain_parse(parser->plain, text, limits, arena, out, why);
}

const struct json *json_get(const struct json *object, str key)
{
	if (object == NULL || object->kind != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; i < object->object.count; i++)
		if (str_equal(object->object.items[i].key, key))
			return &object->object.items[i].value;
	return NULL;
}

str json_get_string(const struct json *object, str key, str otherwise)
{
	const struct json *v = json_get(object, key);

	return v != NULL && v->kind == JSON_STRING ? v->string : otherwise;
}

int64_t json_get_int(const struct json *object, str key, int64_t otherwise)
{
	const struct json *v = json_get(object, key);

	return v != NULL && v->kind == JSON_INTEGER ? v->integer : otherwise;
}

bool json_get_bool(const struct json *object, str key, bool otherwise)
{
	const struct json *v = json_get(object, key);

	return v != NULL && v->kind == JSON_BOOLEAN ? v->boolean : otherwise;
}

bool json_number(str text, double *number)
{
	for (size_t i = 0; i < text.len; i++)
		if (!str_has(STR("0123456789+-.eE"), text.ptr[i]))
			return false;
	return text.len > 0 && json_float_of(text.ptr, text.len, number);
}

static bool arrays_equal(const struct json_items *a, const struct json_items *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!json_equal(&a->items[i], &b->items[i]))
			return false;
	return true;
}

static bool objects_equal(const struct json_members *a, const struct json_members *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!str_equal(a->items[i].key, b->items[i].key) ||
			!json_equal(&a->items[i].value, &b->items[i].value))
			return false;
	return true;
}

bool json_equal(const struct json *a, const struct json *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case JSON_NULL:
		return true;
	case JSON_BOOLEAN:
		return a->boolean == b->boolean;
	case JSON_INTEGER:
		return a->integer == b->integer;
	case JSON_FLOAT:
		return memcmp(&a->number, &b->number, sizeof(a->number)) == 0;
	case JSON_BIG:
	case JSON_STRING:
		return str_equal(a->string, b->string);
	case JSON_ARRAY:
		return arrays_equal(&a->array, &b->array);
	case JSON_OBJECT:
		return objects_equal(&a->object, &b->object);
	}
	return false;
}
