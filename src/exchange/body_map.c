/* exchange/body_map.c - see body_map.h */
#include "exchange/body_map.h"

#include "base/timestamp.h"
#include "exchange/row_map.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = JSON_FLOAT_BYTES };

struct body_map {
	struct body_options options;
	struct row_map *row; /* of the document at hand: each has columns of its own */
	struct mapping mapping; /* with a time, where the document has none */
	str names[BODY_VALUES_MAX], texts[BODY_VALUES_MAX];
	bool is_text[BODY_VALUES_MAX]; /* it was a string in JSON */
	size_t count;
	struct arena *arena; /* of the call */
	struct why *why;
};

struct body_map *body_map_create(const struct body_options *options)
{
	struct body_map *map = memory_alloc(sizeof(*map));

	map->options = *options;
	return map;
}

void body_map_free(struct body_map *map)
{
	if (map == NULL)
		return;
	row_map_free(map->row);
	free(map);
}

/* ---- the documents of a body */

static const struct json *step(const struct json *at, str name)
{
	size_t n = 0;

	if (at->kind != JSON_ARRAY)
		return json_get(at, name);
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] < '0' || name.ptr[i] > '9' || n >= at->array.count)
			return NULL;
		n = n * 10 + (size_t)(name.ptr[i] - '0');
	}
	return n < at->array.count ? &at->array.items[n] : NULL;
}

err body_documents(const struct json *body, str path, struct json_items *out, struct why *why)
{
	const struct json *at = body;
	str rest = path, name;

	for (bool more = path.len > 0; at != NULL && more;) {
		name = rest;
		more = str_split(rest, '.', &name, &rest);
		at = step(at, name);
	}
	if (at == NULL || (path.len > 0 && at->kind != JSON_ARRAY && at->kind != JSON_OBJECT))
		return fail(why, MSG_BODY_ITEMS, arg_str(path));
	*out = at->kind == JSON_ARRAY ? at->array : (struct json_items){ at, 1 };
	return OK;
}

/* ---- laid flat */

static err no_room(struct body_map *map)
{
	return fail(
		map->why, MSG_NO_ROOM, arg_c("document"), arg_int((int64_t)arena_left(map->arena)));
}

static err add_value(struct body_map *map, str name, str text, bool is_text)
{
	if (map->count == BODY_VALUES_MAX)
		return fail(map->why, MSG_BODY_FLAT, arg_int(BODY_VALUES_MAX));
	map->names[map->count] = name;
	map->texts[map->count] = text;
	map->is_text[map->count++] = is_text;
	return OK;
}

static err text_of(struct body_map *map, const struct json *value, str *out)
{
	struct strbuf text = strbuf_in(map->arena, NUMBER_BYTES);

	*out = STR("");
	switch (value->kind) {
	case JSON_STRING:
	case JSON_BIG:
		*out = value->string;
		return OK;
	case JSON_BOOLEAN:
		*out = value->boolean ? STR("true") : STR("false");
		return OK;
	case JSON_INTEGER:
		strbuf_add_int(&text, value->integer);
		break;
	case JSON_FLOAT: {
		char digits[JSON_FLOAT_BYTES];
		strbuf_add(&text, (str){ digits, json_float_text(value->number, digits) });
		break;
	}
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		return OK;
	}
	*out = strbuf_str(&text);
	return strbuf_ok(&text) ? OK : no_room(map);
}

/* path.name, in the arena; "" for what is too deep to have a name. */
static str path_of(struct body_map *map, str path, str name)
{
	struct strbuf joined = strbuf_in(map->arena, BODY_PATH_BYTES_MAX);

	if (path.len == 0)
		return name;
	strbuf_add(&joined, path);
	strbuf_add_byte(&joined, '.');
	strbuf_add(&joined, name);
	return strbuf_ok(&joined) ? strbuf_str(&joined) : STR("");
}

static err flatten(struct body_map *map, const struct json *value, str path);

static err flatten_members(struct body_map *map, const struct json *value, str path)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < value->object.count; i++)
		e = flatten(map, &value->object.items[i].value,
			path_of(map, path, value->object.items[i].key));
	return e;
}

static err flatten_items(struct body_map *map, const struct json *value, str path)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < value->array.count; i++) {
		struct strbuf place = strbuf_in(map->arena, NUMBER_BYTES);
		strbuf_add_int(&place, (int64_t)i);
		e = strbuf_ok(&place) ? flatten(map, &value->array.items[i],
						path_of(map, path, strbuf_str(&place)))
				      : no_room(map);
	}
	return e;
}

/* As deep as the parser allows. */
static err flatten(struct body_map *map, const struct json *value, str path)
{
	str text;

	if (path.len == 0 || path.len > BODY_PATH_BYTES_MAX || value->kind == JSON_NULL)
		return OK;
	if (value->kind == JSON_OBJECT)
		return flatten_members(map, value, path);
	if (value->kind == JSON_ARRAY)
		return flatten_items(map, value, path);
	err e = text_of(map, value, &text);
	return e == OK ? add_value(map, path, text, value->kind == JSON_STRING) : e;
}

/* ---- columns that the mapping names */

static bool has_name(const struct body_map *map, str name)
{
	for (size_t i = 0; i < map->count; i++)
		if (str_equal(map->names[i], name))
			return true;
	return false;
}

static const str received_column[] = { STR_INIT("received") };

static err add_received(struct body_map *map)
{
	char *text = arena_alloc(map->arena, INSTANT_TEXT_BYTES);

	return text == NULL ? no_room(map)
			    : add_value(map, received_column[0],
				      instant_utc(text, map->options.received_ms), true);
}

static err need(struct body_map *map, str name)
{
	if (name.len == 0 || has_name(map, name))
		return OK;
	for (size_t i = 0; i < map->options.beside_count; i++)
		if (str_equal(map->options.beside[i].name, name))
			return add_value(map, name, map->options.beside[i].text, true);
	return str_equal(name, received_column[0]) ? add_received(map)
						   : add_value(map, name, STR(""), true);
}

static err need_term(struct body_map *map, const struct mapping_term *term)
{
	str rest = term->text, before, after, name;
	err e = OK;

	if (term->origin == ORIGIN_COLUMN)
		return need(map, term->text);
	if (term->origin != ORIGIN_TEMPLATE)
		return OK;
	while (e == OK && str_split(rest, '{', &before, &after)) {
		if (!str_split(after, '}', &name, &rest))
			return OK; /* row_map_create() tells */
		e = need(map, name);
	}
	return e;
}

static err need_terms(struct body_map *map)
{
	const struct mapping *m = map->options.mapping;
	const struct mapping_term *terms[] = { &m->activity, &m->channel, &m->interaction,
		&m->case_id, &m->actor, &m->message_id, &m->text, &m->text_language };
	err e = OK;

	for (size_t i = 0; e == OK && i < ARRAY_LEN(terms); i++)
		e = need_term(map, terms[i]);
	for (size_t i = 0; e == OK && i < m->time.columns.count; i++)
		e = need(map, m->time.columns.items[i]);
	return e;
}

static err need_all(struct body_map *map)
{
	const struct mapping *m = map->options.mapping;
	err e = need_terms(map);

	for (size_t i = 0; e == OK && i < m->identifier_count; i++) {
		e = need(map, m->identifiers[i].column);
		if (e == OK)
			e = need(map, m->identifiers[i].when.column);
	}
	for (size_t i = 0; e == OK && i < m->attributes.count; i++)
		e = need(map, m->attributes.items[i].column);
	for (size_t i = 0; e == OK && i < m->traits.count; i++)
		e = need(map, m->traits.items[i].column);
	for (size_t i = 0; e == OK && i < m->rule_count; i++)
		e = need(map, m->rules[i].column);
	return e;
}

/* ---- the record */

/* It happened when it came. */
static err take_received(struct body_map *map)
{
	map->mapping.time = (struct mapping_time){ .columns = { received_column, 1 } };
	return need(map, received_column[0]);
}

static err bind(struct body_map *map)
{
	struct why why = { 0 };

	row_map_free(map->row);
	map->row = NULL;
	map->mapping = *map->options.mapping;
	err e = row_map_create(&map->mapping, map->names, map->count, &map->row, &why);
	if (e != OK && why.message == MSG_CSV_NO_TIME) {
		e = take_received(map);
		return e == OK ? row_map_create(
					 &map->mapping, map->names, map->count, &map->row, map->why)
			       : e;
	}
	if (e != OK)
		*map->why = why;
	return e;
}

static bool is_told(const struct mapping *m, str key)
{
	for (size_t i = 0; i < m->attributes.count; i++) {
		const struct mapping_attribute *a = &m->attributes.items[i];
		if (str_equal(a->key.len > 0 ? a->key : a->column, key))
			return true;
	}
	return false;
}

/* Text that looks like a number or a truth stays text, where nothing else is told.  Attributes come
 * in the order of the columns. */
static err keep_text(struct body_map *map, struct record *record)
{
	struct attribute *items = arena_array(map->arena, record->attribute_count, sizeof(*items));
	size_t column = 0;

	if (items == NULL)
		return no_room(map);
	for (size_t i = 0; i < record->attribute_count; i++) {
		struct attribute *a = &items[i];
		*a = record->attributes[i];
		size_t k = column;
		while (k < map->count && !str_equal(map->names[k], a->key))
			k++;
		if (k == map->count)
			continue;
		column = k;
		bool looks = a->value.kind == VALUE_INTEGER || a->value.kind == VALUE_FLOAT ||
			     a->value.kind == VALUE_BOOLEAN;
		if (looks && map->is_text[k] && !is_told(&map->mapping, a->key))
			a->value = (struct value){ .kind = VALUE_STRING, .string = map->texts[k] };
	}
	record->attributes = items;
	return OK;
}

err body_record(struct body_map *map, const struct json *document, struct arena *arena,
	struct record *out, bool *skip, struct why *why)
{
	size_t column;
	err e;

	map->arena = arena;
	map->why = why;
	map->count = 0;
	if (document->kind != JSON_OBJECT)
		return fail(why, MSG_JSONL_NOT_OBJECT);
	e = flatten_members(map, document, STR(""));
	if (e == OK)
		e = need_all(map);
	if (e == OK)
		e = bind(map);
	if (e != OK)
		return e;
	row_map_show(map->row, map->texts);
	e = row_map_settle(map->row, why);
	if (e == OK)
		e = row_map_record(map->row, map->texts, false, arena, out, skip, &column, why);
	return e == OK && !*skip ? keep_text(map, out) : e;
}
