/* exchange/csv_own.c - see csv_own.h; the writer is csv_write.c */
#include "exchange/csv_own.h"

#include "event/codec.h"
#include "event/kind.h"
#include "exchange/json_value.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_BYTES_MAX = 16 << 20 };

enum role {
	ROLE_KIND,
	ROLE_TIME,
	ROLE_TEXT,
	ROLE_TARGET,
	ROLE_PAYLOAD,
	ROLE_IDENTIFIER,
	ROLE_ATTRIBUTE,
	ROLE_TRAIT,
	ROLE_IDENTIFIERS,
	ROLE_ATTRIBUTES,
	ROLE_TRAITS,
	ROLE_OBJECTS,
};

struct own_column {
	enum role role;
	size_t text_at; /* ROLE_TEXT: where in the record */
	str name; /* type or key */
};

struct csv_own {
	struct arena *arena;
	struct own_column *columns;
	size_t count, attribute_columns, trait_columns;
	struct json_parser *json;
};

#define TEXT_AT(field) ROLE_TEXT, offsetof(struct record, field)

static const struct {
	const char *name;
	enum role role;
	size_t text_at;
} fixed[] = { { CSV_OWN_MARK, ROLE_KIND, 0 }, { "time", ROLE_TIME, 0 },
	{ "source", TEXT_AT(source) }, { "message_id", TEXT_AT(message_id) },
	{ "channel", TEXT_AT(channel) }, { "activity", TEXT_AT(activity) },
	{ "interaction", TEXT_AT(interaction) }, { "case", TEXT_AT(case_id) },
	{ "actor", TEXT_AT(actor) }, { "text", TEXT_AT(text) },
	{ "language", TEXT_AT(text_language) }, { "target", ROLE_TARGET, 0 },
	{ "payload", ROLE_PAYLOAD, 0 }, { "identifiers", ROLE_IDENTIFIERS, 0 },
	{ "attributes", ROLE_ATTRIBUTES, 0 }, { "traits", ROLE_TRAITS, 0 },
	{ "objects", ROLE_OBJECTS, 0 } };

static const struct {
	str prefix;
	enum role role;
} families[] = { { STR_INIT("identifier:"), ROLE_IDENTIFIER },
	{ STR_INIT("attribute:"), ROLE_ATTRIBUTE }, { STR_INIT("trait:"), ROLE_TRAIT } };

static bool name_column(struct own_column *column, str name)
{
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (str_equal(name, str_of(fixed[i].name))) {
			column->role = fixed[i].role;
			column->text_at = fixed[i].text_at;
			return true;
		}
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (str_skip_prefix(&name, families[i].prefix)) {
			column->role = families[i].role;
			column->name = name;
			return true;
		}
	return false;
}

err csv_own_create(const str *names, size_t count, struct csv_own **out, struct why *why)
{
	struct csv_own *own = memory_alloc(sizeof(*own));
	err e = OK;

	own->arena = arena_create(NAMES_BYTES_MAX);
	own->json = json_parser_create(NULL);
	own->columns = arena_array(own->arena, count, sizeof(*own->columns));
	own->count = count;
	for (size_t i = 0; e == OK && i < count; i++) {
		str name =
			own->columns == NULL ? (str){ NULL, 0 } : arena_str(own->arena, names[i]);
		if (name.ptr == NULL)
			e = fail(why, MSG_NO_ROOM, arg_c("header"), arg_int(NAMES_BYTES_MAX));
		else if (!name_column(&own->columns[i], name))
			e = fail(why, MSG_CSV_OWN_COLUMN, arg_str(name));
		else {
			own->attribute_columns += own->columns[i].role == ROLE_ATTRIBUTE;
			own->trait_columns += own->columns[i].role == ROLE_TRAIT;
		}
	}
	if (e == OK)
		*out = own;
	else
		csv_own_free(own);
	return e;
}

void csv_own_free(struct csv_own *own)
{
	if (own == NULL)
		return;
	json_parser_free(own->json);
	arena_free(own->arena);
	free(own);
}

/* ---- values as JSON */

void csv_own_put_value(struct json_writer *w, const struct value *v)
{
	char time[INSTANT_TEXT_BYTES];

	switch (v->kind) {
	case VALUE_NULL:
	case VALUE_STRING:
	case VALUE_INTEGER:
	case VALUE_FLOAT:
	case VALUE_BOOLEAN:
		json_put_plain(w, v);
		return;
	case VALUE_TIME:
		json_put_object(w);
		json_member_string(w, "time", instant_as_told(time, &v->time));
		json_put_end(w);
		return;
	case VALUE_LIST:
		json_put_array(w);
		for (size_t i = 0; i < v->list.count; i++)
			csv_own_put_value(w, &v->list.items[i]);
		json_put_end(w);
		return;
	case VALUE_MAP:
		json_put_object(w);
		json_put_key(w, STR("map"));
		json_put_array(w);
		for (size_t i = 0; i < v->map.count; i++) {
			json_put_string(w, v->map.items[i].key);
			csv_own_put_value(w, &v->map.items[i].value);
		}
		json_put_end(w);
		json_put_end(w);
		return;
	case VALUE_KIND_COUNT_:
		break;
	}
	ASSERT(false);
}

/* ---- cells */

struct cell {
	struct csv_own *own;
	struct arena *arena;
	struct record *record;
	struct why *why;
	struct record_identifier *identifiers; /* one for each column */
	struct attribute *attributes, *traits;
};

static err bad_cell(struct cell *c, str text)
{
	return fail(c->why, MSG_CSV_OWN_CELL, arg_str(text));
}

static err no_room(struct cell *c)
{
	return fail(c->why, MSG_NO_ROOM, arg_c("row"), arg_int((int64_t)arena_left(c->arena)));
}

static bool instant_of(str text, struct instant *out)
{
	struct timestamp t;

	if (!timestamp_parse(text, &t))
		return false;
	*out = (struct instant){ t.local_ms, t.sub_ns, t.offset_min };
	if (t.offset_min != INSTANT_NO_OFFSET)
		*out = timestamp_instant(&t);
	return true;
}

static err value_of(struct cell *c, const struct json *json, struct value *out);

static err map_of(struct cell *c, const struct json *json, struct value *out)
{
	size_t count = json->array.count / 2;
	struct attribute *items = arena_array(c->arena, count, sizeof(*items));
	err e = OK;

	if (items == NULL)
		return no_room(c);
	for (size_t i = 0; e == OK && i < count; i++) {
		const struct json *key = &json->array.items[2 * i];
		if (key->kind != JSON_STRING)
			return bad_cell(c, STR("map"));
		items[i].key = key->string;
		e = value_of(c, key + 1, &items[i].value);
	}
	*out = (struct value){ .kind = VALUE_MAP, .map = { items, count } };
	return e;
}

static err list_of(struct cell *c, const struct json *json, struct value *out)
{
	struct value *items = arena_array(c->arena, json->array.count, sizeof(*items));
	err e = OK;

	if (items == NULL)
		return no_room(c);
	for (size_t i = 0; e == OK && i < json->array.count; i++)
		e = value_of(c, &json->array.items[i], &items[i]);
	*out = (struct value){ .kind = VALUE_LIST, .list = { items, json->array.count } };
	return e;
}

static err object_of(struct cell *c, const struct json *json, struct value *out)
{
	if (json->object.count != 1)
		return bad_cell(c, STR("{}"));
	const struct json_member *member = &json->object.items[0];
	const struct json *value = &member->value;
	if (str_equal(member->key, STR("map")) && value->kind == JSON_ARRAY &&
		value->array.count % 2 == 0)
		return map_of(c, value, out);
	*out = (struct value){ .kind = VALUE_TIME };
	if (str_equal(member->key, STR("time")) && value->kind == JSON_STRING &&
		instant_of(value->string, &out->time))
		return OK;
	return bad_cell(c, member->key);
}

static err value_of(struct cell *c, const struct json *json, struct value *out)
{
	switch (json->kind) {
	case JSON_NULL:
		*out = (struct value){ .kind = VALUE_NULL };
		return OK;
	case JSON_BOOLEAN:
		*out = (struct value){ .kind = VALUE_BOOLEAN, .boolean = json->boolean };
		return OK;
	case JSON_INTEGER:
		*out = (struct value){ .kind = VALUE_INTEGER, .integer = json->integer };
		return OK;
	case JSON_FLOAT:
		*out = (struct value){ .kind = VALUE_FLOAT, .number = json->number };
		return OK;
	case JSON_BIG: /* a number that nothing of ours holds keeps its text */
	case JSON_STRING:
		*out = (struct value){ .kind = VALUE_STRING, .string = json->string };
		return OK;
	case JSON_ARRAY:
		return list_of(c, json, out);
	case JSON_OBJECT:
		break;
	}
	return object_of(c, json, out);
}

static err parse_json(struct cell *c, str text, struct json *out)
{
	struct why why = { 0 };

	if (json_parse(c->own->json, text, c->arena, out, &why) == OK)
		return OK;
	return why.message == MSG_NO_ROOM ? no_room(c) : bad_cell(c, text);
}

static err text_of(struct cell *c, str cell, str *out)
{
	struct json json;

	*out = cell;
	if (!str_starts(cell, STR("\"")))
		return OK;
	err e = parse_json(c, cell, &json);
	if (e == OK && json.kind != JSON_STRING)
		return bad_cell(c, cell);
	if (e == OK)
		*out = json.string;
	return e;
}

static err cell_value(struct cell *c, str cell, struct value *out)
{
	bool is_json = str_has(STR("\"{[-0123456789"), cell.ptr[0]) ||
		       str_equal(cell, STR("true")) || str_equal(cell, STR("false")) ||
		       str_equal(cell, STR("null"));
	struct json json;

	*out = (struct value){ .kind = VALUE_STRING, .string = cell };
	if (!is_json)
		return OK;
	err e = parse_json(c, cell, &json);
	return e == OK ? value_of(c, &json, out) : e;
}

static err read_kind(struct cell *c, str cell)
{
	return record_kind_named(cell, &c->record->kind) ? OK : bad_cell(c, cell);
}

static err read_target(struct cell *c, str cell)
{
	uint64_t n = 0;

	for (size_t i = 0; i < cell.len; i++) {
		unsigned digit = (unsigned char)cell.ptr[i] - (unsigned)'0';
		if (digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, digit, &n))
			return bad_cell(c, cell);
	}
	c->record->target = n;
	return OK;
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static err read_payload(struct cell *c, str cell)
{
	char *bytes = arena_array(c->arena, cell.len / 2, 1);

	if (bytes == NULL)
		return no_room(c);
	if (cell.len % 2 != 0)
		return bad_cell(c, cell);
	for (size_t i = 0; i < cell.len / 2; i++) {
		int high = hex_digit(cell.ptr[2 * i]), low = hex_digit(cell.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return bad_cell(c, cell);
		bytes[i] = (char)(high << 4 | low);
	}
	c->record->payload = (str){ bytes, cell.len / 2 };
	return OK;
}

/* ---- lists in one cell */

static bool is_list_of_strings(const struct json *json, size_t least, size_t most)
{
	if (json->kind != JSON_ARRAY || json->array.count < least || json->array.count > most)
		return false;
	for (size_t i = 0; i < MIN_OF(json->array.count, (size_t)3); i++)
		if (json->array.items[i].kind != JSON_STRING)
			return false;
	return true;
}

static err read_identifiers(struct cell *c, const struct json_items *list)
{
	struct record_identifier *items = arena_array(c->arena, list->count, sizeof(*items));

	if (items == NULL)
		return no_room(c);
	for (size_t i = 0; i < list->count; i++) {
		const struct json *item = &list->items[i];
		if (!is_list_of_strings(item, 2, 4) ||
			(item->array.count == 4 && item->array.items[3].kind != JSON_BOOLEAN))
			return bad_cell(c, STR("identifiers"));
		const struct json *parts = item->array.items;
		items[i].type = parts[0].string;
		items[i].value = parts[1].string;
		if (item->array.count > 2)
			items[i].raw = parts[2].string;
		items[i].verified = item->array.count == 4 && parts[3].boolean;
	}
	c->record->identifiers = items;
	c->record->identifier_count = list->count;
	return OK;
}

static err read_attributes(
	struct cell *c, const struct json_items *list, const struct attribute **out, size_t *count)
{
	struct attribute *items = arena_array(c->arena, list->count, sizeof(*items));
	err e = OK;

	if (items == NULL)
		return no_room(c);
	for (size_t i = 0; e == OK && i < list->count; i++) {
		const struct json *item = &list->items[i];
		if (item->kind != JSON_ARRAY || item->array.count != 2 ||
			item->array.items[0].kind != JSON_STRING)
			return bad_cell(c, STR("attributes"));
		items[i].key = item->array.items[0].string;
		e = value_of(c, &item->array.items[1], &items[i].value);
	}
	*out = items;
	*count = list->count;
	return e;
}

static err read_objects(struct cell *c, const struct json_items *list)
{
	struct object_ref *items = arena_array(c->arena, list->count, sizeof(*items));

	if (items == NULL)
		return no_room(c);
	for (size_t i = 0; i < list->count; i++) {
		if (!is_list_of_strings(&list->items[i], 3, 3))
			return bad_cell(c, STR("objects"));
		const struct json *parts = list->items[i].array.items;
		items[i] = (struct object_ref){ parts[0].string, parts[1].string, parts[2].string };
	}
	c->record->objects = items;
	c->record->object_count = list->count;
	return OK;
}

static err read_list(struct cell *c, enum role role, str cell)
{
	struct json json;
	err e = parse_json(c, cell, &json);

	if (e != OK)
		return e;
	const struct record *r = c->record;
	size_t already = role == ROLE_IDENTIFIERS  ? r->identifier_count
			 : role == ROLE_ATTRIBUTES ? r->attribute_count
			 : role == ROLE_TRAITS     ? r->trait_count
						   : r->object_count;
	if (json.kind != JSON_ARRAY || already > 0)
		return bad_cell(c, cell);
	if (role == ROLE_IDENTIFIERS)
		return read_identifiers(c, &json.array);
	if (role == ROLE_OBJECTS)
		return read_objects(c, &json.array);
	if (role == ROLE_TRAITS)
		return read_attributes(c, &json.array, &c->record->traits, &c->record->trait_count);
	return read_attributes(c, &json.array, &c->record->attributes, &c->record->attribute_count);
}

/* ---- rows */

static err read_member(struct cell *c, const struct own_column *column, str cell)
{
	struct record *r = c->record;
	bool is_trait = column->role == ROLE_TRAIT;
	struct attribute *items = is_trait ? c->traits : c->attributes;
	size_t *count = is_trait ? &r->trait_count : &r->attribute_count;

	if ((is_trait ? r->traits : r->attributes) != items)
		return bad_cell(c, cell); /* also in the JSON column */
	items[*count].key = column->name;
	return cell_value(c, cell, &items[(*count)++].value);
}

static err read_identifier(struct cell *c, const struct own_column *column, str cell)
{
	struct record *r = c->record;

	if (r->identifiers != c->identifiers || r->identifier_count == RECORD_IDENTIFIERS_MAX)
		return bad_cell(c, cell);
	struct record_identifier *id = &c->identifiers[r->identifier_count++];
	*id = (struct record_identifier){ .type = column->name };
	return text_of(c, cell, &id->value);
}

static err read_cell(struct cell *c, const struct own_column *column, str cell)
{
	switch (column->role) {
	case ROLE_KIND:
		return read_kind(c, cell);
	case ROLE_TIME:
		c->record->has_time = true;
		return instant_of(cell, &c->record->time) ? OK : bad_cell(c, cell);
	case ROLE_TEXT:
		return text_of(c, cell, (str *)(void *)((char *)c->record + column->text_at));
	case ROLE_TARGET:
		return read_target(c, cell);
	case ROLE_PAYLOAD:
		return read_payload(c, cell);
	case ROLE_IDENTIFIER:
		return read_identifier(c, column, cell);
	case ROLE_ATTRIBUTE:
	case ROLE_TRAIT:
		return read_member(c, column, cell);
	case ROLE_IDENTIFIERS:
	case ROLE_ATTRIBUTES:
	case ROLE_TRAITS:
	case ROLE_OBJECTS:
		break;
	}
	return read_list(c, column->role, cell);
}

static err check(const struct record *r, struct why *why)
{
	struct record named = *r;

	if (named.source.len == 0)
		named.source = STR("import");
	return record_check(&named, why);
}

err csv_own_record(struct csv_own *own, const str *fields, struct arena *arena, struct record *out,
	size_t *column, struct why *why)
{
	struct record r = { .kind = RECORD_EVENT };
	struct cell c = { own, arena, &r, why,
		arena_array(arena, RECORD_IDENTIFIERS_MAX, sizeof(*c.identifiers)),
		arena_array(arena, own->attribute_columns, sizeof(*c.attributes)),
		arena_array(arena, own->trait_columns, sizeof(*c.traits)) };
	err e = OK;

	if (c.identifiers == NULL || c.attributes == NULL || c.traits == NULL)
		return no_room(&c);
	r.identifiers = c.identifiers;
	r.attributes = c.attributes;
	r.traits = c.traits;
	for (size_t i = 0; e == OK && i < own->count; i++) {
		if (fields[i].len == 0)
			continue;
		e = read_cell(&c, &own->columns[i], fields[i]);
		if (e != OK)
			*column = i;
	}
	if (e == OK)
		e = check(&r, why);
	if (e == OK)
		*out = r;
	return e;
}
