/* exchange/json_value.c - see json_value.h */
#include "exchange/json_value.h"

bool attributes_of_json(
	const struct json_members *members, struct arena *arena, const struct attribute **out)
{
	struct attribute *items = arena_array(arena, members->count, sizeof(*items));

	if (items == NULL)
		return false;
	for (size_t i = 0; i < members->count; i++) {
		items[i].key = members->items[i].key;
		if (!value_of_json(&members->items[i].value, arena, &items[i].value))
			return false;
	}
	*out = items;
	return true;
}

static bool list_of_json(const struct json_items *from, struct arena *arena, struct value *out)
{
	struct value *items = arena_array(arena, from->count, sizeof(*items));

	if (items == NULL)
		return false;
	for (size_t i = 0; i < from->count; i++)
		if (!value_of_json(&from->items[i], arena, &items[i]))
			return false;
	out->kind = VALUE_LIST;
	out->list.items = items;
	out->list.count = from->count;
	return true;
}

bool value_of_json(const struct json *json, struct arena *arena, struct value *out)
{
	switch (json->kind) {
	case JSON_NULL:
		*out = (struct value){ .kind = VALUE_NULL };
		break;
	case JSON_BOOLEAN:
		*out = (struct value){ .kind = VALUE_BOOLEAN, .boolean = json->boolean };
		break;
	case JSON_INTEGER:
		*out = (struct value){ .kind = VALUE_INTEGER, .integer = json->integer };
		break;
	case JSON_FLOAT:
		*out = (struct value){ .kind = VALUE_FLOAT, .number = json->number };
		break;
	case JSON_BIG:
	case JSON_STRING:
		*out = (struct value){ .kind = VALUE_STRING, .string = json->string };
		break;
	case JSON_ARRAY:
		return list_of_json(&json->array, arena, out);
	case JSON_OBJECT:
		out->kind = VALUE_MAP;
		out->map.count = json->object.count;
		return attributes_of_json(&json->object, arena, &out->map.items);
	}
	return true;
}

void json_put_plain(struct json_writer *w, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		json_put_null(w);
		return;
	case VALUE_STRING:
		json_put_string(w, value->string);
		return;
	case VALUE_INTEGER:
		json_put_int(w, value->integer);
		return;
	case VALUE_FLOAT:
		json_put_float(w, value->number);
		return;
	case VALUE_BOOLEAN:
		json_put_bool(w, value->boolean);
		return;
	case VALUE_TIME:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		break;
	}
	ASSERT(value->kind <= VALUE_BOOLEAN);
}
