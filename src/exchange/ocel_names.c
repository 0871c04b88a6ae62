/* exchange/ocel_names.c - pairs of names to numbers, and values by declared type; see
 * ocel_internal.h */
#include "exchange/ocel_internal.h"

#include "base/hash.h"
#include "exchange/json_value.h"

#include <stdlib.h>
#include <string.h>

/* ---- names: open addressing, half full at most */

struct name {
	uint64_t hash;
	uint32_t check; /* never 0 in a used place */
	uint32_t number;
};

struct names {
	struct name *places;
	size_t cap, count; /* cap: a power of two */
};

struct names *names_create(void)
{
	struct names *names = memory_alloc(sizeof(*names));

	names->cap = 1024;
	names->places = memory_alloc(names->cap * sizeof(struct name));
	return names;
}

void names_free(struct names *names)
{
	if (names == NULL)
		return;
	free(names->places);
	free(names);
}

static struct name name_of(str a, str b)
{
	uint64_t seed = hash64(0x6f63656c, a);

	return (struct name){ hash64(seed, b), (uint32_t)hash64(~seed, b) | 1, 0 };
}

static struct name *place_of(const struct names *names, const struct name *name)
{
	size_t i = name->hash & (names->cap - 1);

	while (names->places[i].check != 0 &&
		(names->places[i].hash != name->hash || names->places[i].check != name->check))
		i = (i + 1) & (names->cap - 1);
	return &names->places[i];
}

int64_t names_get(const struct names *names, str a, str b)
{
	struct name name = name_of(a, b);
	const struct name *place = place_of(names, &name);

	return place->check == 0 ? NAMES_NONE : (int64_t)place->number;
}

static void grow(struct names *names)
{
	struct names wide = { .cap = names->cap * 2, .count = names->count };

	wide.places = memory_alloc(wide.cap * sizeof(struct name));
	for (size_t i = 0; i < names->cap; i++)
		if (names->places[i].check != 0)
			*place_of(&wide, &names->places[i]) = names->places[i];
	free(names->places);
	*names = wide;
}

int64_t names_put(struct names *names, str a, str b, uint32_t number)
{
	struct name name = name_of(a, b);
	struct name *place = place_of(names, &name);

	if (place->check != 0)
		return (int64_t)place->number;
	if (names->count == OCEL_NAMES_MAX)
		return NAMES_NONE;
	name.number = number;
	*place = name;
	if (++names->count * 2 > names->cap)
		grow(names);
	return (int64_t)number;
}

/* ---- typed values */

const str ocel_type_names[OCEL_TYPE_COUNT_] = { STR_INIT(""), STR_INIT("string"), STR_INIT("time"),
	STR_INIT("integer"), STR_INIT("float"), STR_INIT("boolean") };

enum ocel_type ocel_type_named(str name)
{
	for (size_t i = 1; i < OCEL_TYPE_COUNT_; i++)
		if (str_equal(ocel_type_names[i], name))
			return (enum ocel_type)i;
	return OCEL_UNDECLARED;
}

enum ocel_type ocel_type_of(const struct value *v)
{
	static const enum ocel_type types[VALUE_KIND_COUNT_] = {
		[VALUE_NULL] = OCEL_STRING,
		[VALUE_STRING] = OCEL_STRING,
		[VALUE_INTEGER] = OCEL_INTEGER,
		[VALUE_FLOAT] = OCEL_FLOAT,
		[VALUE_BOOLEAN] = OCEL_BOOLEAN,
		[VALUE_TIME] = OCEL_TIME,
		[VALUE_LIST] = OCEL_STRING,
		[VALUE_MAP] = OCEL_STRING,
	};

	return types[v->kind];
}

static bool time_value(str text, struct value *out)
{
	struct timestamp stamp;

	if (!timestamp_parse(text, &stamp))
		return false;
	bool without = stamp.offset_min == INSTANT_NO_OFFSET;
	if (without)
		stamp.offset_min = 0;
	*out = (struct value){ .kind = VALUE_TIME, .time = timestamp_instant(&stamp) };
	if (without)
		out->time.offset_min = INSTANT_NO_OFFSET;
	return true;
}

/* Text as a number, if it is one of JSON. */
static bool number_value(str text, struct value *out)
{
	char bytes[64];
	double number;
	int64_t integer;

	if (str_to_int64(text, &integer)) {
		*out = (struct value){ .kind = VALUE_INTEGER, .integer = integer };
		return true;
	}
	if (text.len == 0 || text.len >= sizeof(bytes) || !json_number(text, &number))
		return false;
	*out = (struct value){ .kind = VALUE_FLOAT, .number = number };
	return true;
}

/* Text that says a value of that type. */
static bool typed_text(str text, enum ocel_type type, struct value *out)
{
	struct value v;

	switch (type) {
	case OCEL_TIME:
		return time_value(text, out);
	case OCEL_INTEGER:
		if (!number_value(text, &v) || v.kind != VALUE_INTEGER)
			return false;
		break;
	case OCEL_FLOAT:
		if (!number_value(text, &v))
			return false;
		if (v.kind == VALUE_INTEGER)
			v = (struct value){ .kind = VALUE_FLOAT, .number = (double)v.integer };
		break;
	case OCEL_BOOLEAN:
		if (!str_equal(text, STR("true")) && !str_equal(text, STR("false")))
			return false;
		v = (struct value){ .kind = VALUE_BOOLEAN, .boolean = text.len == 4 };
		break;
	case OCEL_UNDECLARED:
	case OCEL_STRING:
	case OCEL_TYPE_COUNT_:
		return false;
	}
	*out = v;
	return true;
}

bool ocel_value(
	const struct json *json, enum ocel_type type, struct arena *arena, struct value *out)
{
	if (json->kind == JSON_STRING && typed_text(json->string, type, out))
		return true;
	if (json->kind == JSON_INTEGER && type == OCEL_FLOAT) {
		*out = (struct value){ .kind = VALUE_FLOAT, .number = (double)json->integer };
		return true;
	}
	return value_of_json(json, arena, out);
}

bool ocel_is_exact(const struct value *v, enum ocel_type type)
{
	struct value back;

	switch (v->kind) {
	case VALUE_STRING:
		return !typed_text(v->string, type, &back);
	case VALUE_INTEGER:
		return type != OCEL_FLOAT;
	case VALUE_FLOAT:
	case VALUE_BOOLEAN:
		return true;
	case VALUE_TIME:
		return type == OCEL_TIME;
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		break;
	}
	return false;
}

void ocel_put_value(struct json_writer *w, const struct value *v)
{
	char text[INSTANT_TEXT_BYTES];

	switch (v->kind) {
	case VALUE_STRING:
	case VALUE_INTEGER:
	case VALUE_FLOAT:
	case VALUE_BOOLEAN:
		json_put_plain(w, v);
		return;
	case VALUE_TIME:
		json_put_string(w, instant_as_told(text, &v->time));
		return;
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		break;
	}
	ASSERT(ocel_is_exact(v, OCEL_TIME));
}

/* ---- which record is what */

bool ocel_is_object(const struct record *r)
{
	return r->kind == RECORD_ENTITY && r->object_count > 0 &&
	       str_equal(r->objects[0].qualifier, OCEL_SELF);
}

bool ocel_is_declaration(const struct record *r)
{
	return r->kind == RECORD_ENTITY && r->attribute_count == 2 &&
	       str_equal(r->attributes[0].key, OCEL_EVENT_TYPES) &&
	       str_equal(r->attributes[1].key, OCEL_OBJECT_TYPES);
}
