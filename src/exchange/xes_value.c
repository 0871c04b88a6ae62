/* exchange/xes_value.c - XES elements as values and back; see xes_internal.h
 *
 *   <string> <date> <int> <float> <boolean>   string, time, integer, float, boolean
 *   <list>, all members with the key "item"   a list
 *   <container>                               a map
 *   <string value=""> with the one nested boolean ariane:null = true     null
 *   all else (ids, nested attributes, lists with keys, texts that are not of their type):
 *     the map { "xes:type": "int" ..., "xes:value": value or text, "xes:children": map }
 *     without xes:children where nothing is nested
 *   a container that would read as such a map: { "xes:type": "container", "xes:value": it }
 *
 * special_of() accepts a map only where xes_value_of() would have made it: every other map is
 * written as a plain container.
 */
#include "exchange/xes_internal.h"

#include <string.h>

static const str type_names[] = {
	[XES_STRING] = STR_INIT("string"),
	[XES_DATE] = STR_INIT("date"),
	[XES_INT] = STR_INIT("int"),
	[XES_FLOAT] = STR_INIT("float"),
	[XES_BOOLEAN] = STR_INIT("boolean"),
	[XES_ID] = STR_INIT("id"),
	[XES_LIST] = STR_INIT("list"),
	[XES_CONTAINER] = STR_INIT("container"),
};
static const str type_key = STR_INIT("xes:type"), value_key = STR_INIT("xes:value"),
		 children_key = STR_INIT("xes:children"), null_key = STR_INIT("ariane:null"),
		 item_key = STR_INIT("item");

str xes_type_name(enum xes_type type)
{
	return type_names[type];
}

bool xes_type_of(str element, enum xes_type *type)
{
	for (size_t i = 0; i < ARRAY_LEN(type_names); i++)
		if (str_equal(element, type_names[i])) {
			*type = (enum xes_type)i;
			return true;
		}
	return false;
}

/* The value of a simple type; a text that is not of its type stays a string. */
static struct value scalar_of(enum xes_type type, str text, struct xes_zone *zone)
{
	struct value v = { .kind = VALUE_STRING, .string = text };
	struct instant time;
	int64_t integer;
	double number;
	bool boolean, exact;

	if (type == XES_DATE && xes_date_of(text, zone, &time, &exact) && exact)
		v = (struct value){ .kind = VALUE_TIME, .time = time };
	else if (type == XES_INT && xes_int_of(text, &integer))
		v = (struct value){ .kind = VALUE_INTEGER, .integer = integer };
	else if (type == XES_FLOAT && xes_float_of(text, &number))
		v = (struct value){ .kind = VALUE_FLOAT, .number = number };
	else if (type == XES_BOOLEAN && xes_boolean_of(text, &boolean))
		v = (struct value){ .kind = VALUE_BOOLEAN, .boolean = boolean };
	return v;
}

static bool is_native(enum xes_type type, const struct value *v)
{
	static const enum value_kind natives[XES_TYPE_COUNT_] = {
		[XES_STRING] = VALUE_STRING,
		[XES_DATE] = VALUE_TIME,
		[XES_INT] = VALUE_INTEGER,
		[XES_FLOAT] = VALUE_FLOAT,
		[XES_BOOLEAN] = VALUE_BOOLEAN,
		[XES_LIST] = VALUE_LIST,
		[XES_CONTAINER] = VALUE_MAP,
	};

	return type != XES_ID && v->kind == natives[type];
}

static bool is_null(enum xes_type type, str text, const struct attribute *children, size_t count)
{
	return type == XES_STRING && text.len == 0 && count == 1 &&
	       str_equal(children[0].key, null_key) && children[0].value.kind == VALUE_BOOLEAN &&
	       children[0].value.boolean;
}

static bool all_items(const struct attribute *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!str_equal(items[i].key, item_key))
			return false;
	return true;
}

static bool as_number_or_text(enum xes_type type, const struct value *v, bool nested)
{
	if (is_native(type, v))
		return nested;
	if (v->kind != VALUE_STRING)
		return false;
	return type == XES_ID || scalar_of(type, v->string, NULL).kind == VALUE_STRING;
}

/* Is it a map that xes_value_of() makes?  Then what it stands for. */
static bool special_of(const struct value *v, struct xes_element *out, char *room)
{
	const struct attribute *m = v->map.items;
	struct xes_element e = { 0 }, inner;

	if (v->kind != VALUE_MAP || v->map.count < 2 || v->map.count > 3 ||
		!str_equal(m[0].key, type_key) || m[0].value.kind != VALUE_STRING ||
		!xes_type_of(m[0].value.string, &e.type) || !str_equal(m[1].key, value_key))
		return false;
	bool nested = v->map.count == 3;
	const struct value *inside = &m[1].value;
	if (nested) {
		if (!str_equal(m[2].key, children_key) || m[2].value.kind != VALUE_MAP ||
			m[2].value.map.count == 0)
			return false;
		e.children = m[2].value.map.items;
		e.child_count = m[2].value.map.count;
	}
	if (e.type == XES_CONTAINER) {
		if (nested || !special_of(inside, &inner, room))
			return false;
		e.children = inside->map.items;
		e.child_count = inside->map.count;
	} else if (e.type == XES_LIST) {
		if (inside->kind == VALUE_LIST
				? !nested
				: inside->kind != VALUE_MAP ||
					  all_items(inside->map.items, inside->map.count))
			return false;
		e.values = *inside;
	} else {
		if (!as_number_or_text(e.type, inside, nested))
			return false;
		e.text = xes_scalar_text(inside, room);
		if (is_null(e.type, e.text, e.children, e.child_count))
			return false;
	}
	*out = e;
	return true;
}

struct xes_element xes_element_of(const struct value *v, char room[static XES_TEXT_BYTES])
{
	static const struct attribute null_mark[1] = { { .key = STR_INIT("ariane:null"),
		.value = { .kind = VALUE_BOOLEAN, .boolean = true } } };
	static const enum xes_type types[VALUE_KIND_COUNT_] = {
		[VALUE_NULL] = XES_STRING,
		[VALUE_STRING] = XES_STRING,
		[VALUE_INTEGER] = XES_INT,
		[VALUE_FLOAT] = XES_FLOAT,
		[VALUE_BOOLEAN] = XES_BOOLEAN,
		[VALUE_TIME] = XES_DATE,
		[VALUE_LIST] = XES_LIST,
		[VALUE_MAP] = XES_CONTAINER,
	};
	struct xes_element e;

	if (special_of(v, &e, room))
		return e;
	e = (struct xes_element){ .type = types[v->kind] };
	if (v->kind == VALUE_LIST) {
		e.values = *v;
	} else if (v->kind == VALUE_MAP) {
		e.children = v->map.items;
		e.child_count = v->map.count;
	} else if (v->kind == VALUE_NULL) {
		e.children = null_mark;
		e.child_count = 1;
	} else {
		e.text = xes_scalar_text(v, room);
	}
	return e;
}

/* Members that all have the key "item" are a list, the others a map. */
static bool members_of(const struct value *values, struct arena *arena, struct value *out)
{
	if (values->kind != VALUE_MAP) {
		*out = *values;
		return true;
	}
	size_t count = values->map.count;
	if (!all_items(values->map.items, count)) {
		*out = *values;
		return true;
	}
	struct value *items = arena_array(arena, count, sizeof(*items));
	if (items == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		items[i] = values->map.items[i].value;
	*out = (struct value){ .kind = VALUE_LIST, .list = { items, count } };
	return true;
}

static bool make_special(enum xes_type type, const struct value *v,
	const struct attribute *children, size_t child_count, struct arena *arena,
	struct value *out)
{
	size_t count = child_count > 0 ? 3 : 2;
	struct attribute *m = arena_array(arena, count, sizeof(*m));

	if (m == NULL)
		return false;
	m[0] = (struct attribute){ type_key,
		{ .kind = VALUE_STRING, .string = xes_type_name(type) } };
	m[1] = (struct attribute){ value_key, *v };
	if (count == 3)
		m[2] = (struct attribute){ children_key,
			{ .kind = VALUE_MAP, .map = { children, child_count } } };
	*out = (struct value){ .kind = VALUE_MAP, .map = { m, count } };
	return true;
}

bool xes_value_of(
	const struct xes_element *e, struct arena *arena, struct xes_zone *zone, struct value *out)
{
	struct xes_element inner;
	struct value v;
	char room[XES_TEXT_BYTES];

	if (e->type == XES_CONTAINER) {
		v = (struct value){ .kind = VALUE_MAP, .map = { e->children, e->child_count } };
		if (special_of(&v, &inner, room))
			return make_special(XES_CONTAINER, &v, NULL, 0, arena, out);
		*out = v;
		return true;
	}
	if (e->type == XES_LIST) {
		if (!members_of(&e->values, arena, &v))
			return false;
	} else {
		if (is_null(e->type, e->text, e->children, e->child_count)) {
			*out = (struct value){ .kind = VALUE_NULL };
			return true;
		}
		v = scalar_of(e->type, e->text, zone);
	}
	if (e->child_count == 0 && is_native(e->type, &v)) {
		*out = v;
		return true;
	}
	return make_special(e->type, &v, e->children, e->child_count, arena, out);
}

str xes_text_of(const struct value *value, char room[static XES_TEXT_BYTES])
{
	return xes_element_of(value, room).text;
}

static bool attributes_equal(const struct attribute *a, const struct attribute *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!str_equal(a[i].key, b[i].key) || !value_equal(&a[i].value, &b[i].value))
			return false;
	return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_STRING:
		return str_equal(a->string, b->string);
	case VALUE_INTEGER:
		return a->integer == b->integer;
	case VALUE_FLOAT:
		return memcmp(&a->number, &b->number, sizeof(a->number)) == 0; /* -0.0 is not 0.0 */
	case VALUE_BOOLEAN:
		return a->boolean == b->boolean;
	case VALUE_TIME:
		return a->time.ms == b->time.ms && a->time.sub_ns == b->time.sub_ns &&
		       a->time.offset_min == b->time.offset_min;
	case VALUE_LIST:
		if (a->list.count != b->list.count)
			return false;
		for (size_t i = 0; i < a->list.count; i++)
			if (!value_equal(&a->list.items[i], &b->list.items[i]))
				return false;
		return true;
	case VALUE_MAP:
		return a->map.count == b->map.count &&
		       attributes_equal(a->map.items, b->map.items, a->map.count);
	case VALUE_KIND_COUNT_:
		break;
	}
	return false;
}

const struct attribute *xes_find(const struct attribute *items, size_t count, str key)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(items[i].key, key))
			return &items[i];
	return NULL;
}

const struct attribute xes_head_defaults[2] = {
	{ STR_INIT("xes.version"), { .kind = VALUE_STRING, .string = STR_INIT("1849.2016") } },
	{ STR_INIT("xes.features"),
		{ .kind = VALUE_STRING, .string = STR_INIT("nested-attributes") } },
};

bool xes_is_ours(const struct attribute *items, size_t count)
{
	const struct attribute *prefix = xes_find(items, count, STR("prefix"));
	const struct attribute *uri = xes_find(items, count, STR("uri"));

	return prefix != NULL && uri != NULL && prefix->value.kind == VALUE_STRING &&
	       uri->value.kind == VALUE_STRING &&
	       str_equal(prefix->value.string, STR(XES_ARIANE_PREFIX)) &&
	       str_equal(uri->value.string, STR(XES_ARIANE_URI));
}

str xes_object_id(str name, str otherwise)
{
	bool fits = name.len > 0 && name.len <= RECORD_NAME_BYTES_MAX && str_is_text(name);

	return fits ? name : otherwise;
}

bool xes_is_added(const struct attribute *a)
{
	char room[XES_TEXT_BYTES];

	if (!str_equal(a->key, STR("concept:name")))
		return false;
	struct xes_element e = xes_element_of(&a->value, room);
	return e.type == XES_STRING && e.child_count == 1 &&
	       str_equal(e.children[0].key, STR(XES_ADDED));
}
