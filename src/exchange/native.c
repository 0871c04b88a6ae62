/* exchange/native.c - see native.h */
#include "exchange/native.h"

#include "event/kind.h"
#include "exchange/json_value.h"

#include <stddef.h>
#include <string.h>

/* The fields that are plain strings, in the order written. */
static const struct {
	str key;
	size_t at; /* in struct record */
} string_fields[] = {
	{ STR_INIT("source"), offsetof(struct record, source) },
	{ STR_INIT("message_id"), offsetof(struct record, message_id) },
	{ STR_INIT("channel"), offsetof(struct record, channel) },
	{ STR_INIT("activity"), offsetof(struct record, activity) },
	{ STR_INIT("interaction"), offsetof(struct record, interaction) },
	{ STR_INIT("case"), offsetof(struct record, case_id) },
	{ STR_INIT("actor"), offsetof(struct record, actor) },
	{ STR_INIT("text"), offsetof(struct record, text) },
	{ STR_INIT("language"), offsetof(struct record, text_language) },
};

static const char hex_digits[] = "0123456789abcdef";

/* ---- writing */

static void put_string_member(struct json_writer *w, str key, str text)
{
	if (text.len == 0)
		return;
	json_put_key(w, key);
	json_put_string(w, text);
}

static void put_instant(struct json_writer *w, const struct instant *t)
{
	char text[INSTANT_TEXT_BYTES];

	json_put_string(w, instant_as_told(text, t));
}

/* Whether readers that know only JSON would lose a key or misread one. */
static bool needs_pairs(const struct attribute *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_starts(items[i].key, STR("$")))
			return true;
		for (size_t j = 0; j < i; j++)
			if (str_equal(items[i].key, items[j].key))
				return true;
	}
	return false;
}

/* Comparing each key with each is for small maps; beyond that pairs are always right. */
enum { PAIRS_FROM = 512 };

static void put_map(struct json_writer *w, const struct attribute *items, size_t count)
{
	bool pairs = count >= PAIRS_FROM || needs_pairs(items, count);

	json_put_object(w);
	if (pairs) {
		json_put_key(w, STR("$map"));
		json_put_array(w);
	}
	for (size_t i = 0; i < count; i++) {
		if (pairs) {
			json_put_array(w);
			json_put_string(w, items[i].key);
		} else {
			json_put_key(w, items[i].key);
		}
		native_value_write(w, &items[i].value);
		if (pairs)
			json_put_end(w);
	}
	if (pairs)
		json_put_end(w);
	json_put_end(w);
}

void native_value_write(struct json_writer *w, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NULL:
	case VALUE_STRING:
	case VALUE_INTEGER:
	case VALUE_FLOAT:
	case VALUE_BOOLEAN:
		json_put_plain(w, v);
		break;
	case VALUE_TIME:
		json_put_object(w);
		json_put_key(w, STR("$time"));
		put_instant(w, &v->time);
		json_put_end(w);
		break;
	case VALUE_LIST:
		json_put_array(w);
		for (size_t i = 0; i < v->list.count; i++)
			native_value_write(w, &v->list.items[i]);
		json_put_end(w);
		break;
	case VALUE_MAP:
		put_map(w, v->map.items, v->map.count);
		break;
	case VALUE_KIND_COUNT_:
		ASSERT(v->kind < VALUE_KIND_COUNT_);
	}
}

static void put_identifiers(struct json_writer *w, const struct record *r)
{
	if (r->identifier_count == 0)
		return;
	json_put_key(w, STR("identifiers"));
	json_put_array(w);
	for (size_t i = 0; i < r->identifier_count; i++) {
		const struct record_identifier *id = &r->identifiers[i];
		json_put_object(w);
		json_member_string(w, "type", id->type);
		json_member_string(w, "value", id->value);
		put_string_member(w, STR("raw"), id->raw);
		if (id->verified) {
			json_put_key(w, STR("verified"));
			json_put_bool(w, true);
		}
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_objects(struct json_writer *w, const struct record *r)
{
	if (r->object_count == 0)
		return;
	json_put_key(w, STR("objects"));
	json_put_array(w);
	for (size_t i = 0; i < r->object_count; i++) {
		json_put_object(w);
		json_member_string(w, "type", r->objects[i].type);
		json_member_string(w, "id", r->objects[i].id);
		put_string_member(w, STR("qualifier"), r->objects[i].qualifier);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_payload(struct json_writer *w, str payload)
{
	if (payload.len == 0)
		return;
	json_put_key(w, STR("payload"));
	json_put_raw(w, STR("\""));
	for (size_t i = 0; i < payload.len; i++) {
		unsigned char byte = (unsigned char)payload.ptr[i];
		strbuf_add_byte(w->out, hex_digits[byte >> 4]);
		strbuf_add_byte(w->out, hex_digits[byte & 15]);
	}
	strbuf_add_byte(w->out, '"');
}

void native_write(struct json_writer *w, const struct record *r)
{
	json_put_object(w);
	put_string_member(w, STR("type"), STR("ariane.record"));
	put_string_member(w, STR("kind"), record_kind_name(r->kind));
	if (r->has_time) {
		json_put_key(w, STR("time"));
		put_instant(w, &r->time);
	}
	if (r->target > 0) {
		json_member_uint(w, "target", r->target);
	}
	for (size_t i = 0; i < ARRAY_LEN(string_fields); i++) {
		str text;
		memcpy(&text, (const char *)r + string_fields[i].at, sizeof(text));
		put_string_member(w, string_fields[i].key, text);
	}
	put_payload(w, r->payload);
	put_identifiers(w, r);
	if (r->attribute_count > 0) {
		json_put_key(w, STR("attributes"));
		put_map(w, r->attributes, r->attribute_count);
	}
	put_objects(w, r);
	if (r->trait_count > 0) {
		json_put_key(w, STR("traits"));
		put_map(w, r->traits, r->trait_count);
	}
	json_put_end(w);
}

/* ---- reading */

static err wrong(struct why *why, str what)
{
	return fail(why, MSG_NATIVE_FORM, arg_str(what));
}

static err no_room(struct arena *arena, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("record"), arg_int((int64_t)arena_taken(arena)));
}

/* Without an offset: UTC, told as such by having none. */
static err read_instant(const struct json *json, struct instant *out, struct why *why)
{
	struct timestamp stamp;

	if (json->kind != JSON_STRING)
		return wrong(why, STR("time"));
	if (!timestamp_parse(json->string, &stamp))
		return fail(why, MSG_TIME_FORMAT, arg_str(json->string));
	bool without = stamp.offset_min == INSTANT_NO_OFFSET;
	if (without)
		stamp.offset_min = 0;
	struct instant t = timestamp_instant(&stamp);
	if (without)
		t.offset_min = INSTANT_NO_OFFSET;
	*out = t;
	return OK;
}

static err read_pairs(
	const struct json *json, struct arena *arena, struct attribute *items, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < json->array.count; i++) {
		const struct json *pair = &json->array.items[i];
		if (pair->kind != JSON_ARRAY || pair->array.count != 2 ||
			pair->array.items[0].kind != JSON_STRING)
			return wrong(why, STR("$map"));
		items[i].key = pair->array.items[0].string;
		e = native_value_read(&pair->array.items[1], arena, &items[i].value, why);
	}
	return e;
}

static err read_members(
	const struct json *json, struct arena *arena, struct attribute *items, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < json->object.count; i++) {
		const struct json_member *m = &json->object.items[i];
		if (str_starts(m->key, STR("$")))
			return wrong(why, m->key);
		items[i].key = m->key;
		e = native_value_read(&m->value, arena, &items[i].value, why);
	}
	return e;
}

/* An object as a map, whichever way it is written. */
static err read_map(const struct json *json, struct arena *arena, const struct attribute **out,
	size_t *count, struct why *why)
{
	const struct json *pairs = json->object.count == 1 ? json_get(json, STR("$map")) : NULL;

	if (pairs != NULL && pairs->kind != JSON_ARRAY)
		return wrong(why, STR("$map"));
	size_t n = pairs == NULL ? json->object.count : pairs->array.count;
	struct attribute *items = arena_array(arena, n, sizeof(*items));
	if (items == NULL)
		return no_room(arena, why);
	err e = pairs == NULL ? read_members(json, arena, items, why)
			      : read_pairs(pairs, arena, items, why);
	if (e != OK)
		return e;
	*out = items;
	*count = n;
	return OK;
}

static err read_list(
	const struct json *json, struct arena *arena, struct value *out, struct why *why)
{
	struct value *items = arena_array(arena, json->array.count, sizeof(*items));
	err e = OK;

	if (items == NULL)
		return no_room(arena, why);
	for (size_t i = 0; e == OK && i < json->array.count; i++)
		e = native_value_read(&json->array.items[i], arena, &items[i], why);
	out->kind = VALUE_LIST;
	out->list.items = items;
	out->list.count = json->array.count;
	return e;
}

err native_value_read(
	const struct json *json, struct arena *arena, struct value *out, struct why *why)
{
	struct value v = { .kind = VALUE_NULL };
	err e = OK;

	switch (json->kind) {
	case JSON_NULL:
		break;
	case JSON_BOOLEAN:
		v = (struct value){ .kind = VALUE_BOOLEAN, .boolean = json->boolean };
		break;
	case JSON_INTEGER:
		v = (struct value){ .kind = VALUE_INTEGER, .integer = json->integer };
		break;
	case JSON_FLOAT:
		v = (struct value){ .kind = VALUE_FLOAT, .number = json->number };
		break;
	case JSON_BIG:
	case JSON_STRING:
		v = (struct value){ .kind = VALUE_STRING, .string = json->string };
		break;
	case JSON_ARRAY:
		e = read_list(json, arena, &v, why);
		break;
	case JSON_OBJECT:
		if (json->object.count == 1 && json_get(json, STR("$time")) != NULL) {
			v.kind = VALUE_TIME;
			e = read_instant(&json->object.items[0].value, &v.time, why);
		} else {
			v.kind = VALUE_MAP;
			e = read_map(json, arena, &v.map.items, &v.map.count, why);
		}
		break;
	}
	if (e == OK)
		*out = v;
	return e;
}

/* A member of a small object of strings: true if its key is that. */
static bool take_string(const struct json_member *m, str key, str *out, bool *bad)
{
	if (!str_equal(m->key, key))
		return false;
	*bad |= m->value.kind != JSON_STRING;
	if (m->value.kind == JSON_STRING)
		*out = m->value.string;
	return true;
}

static bool read_identifier(const struct json *json, struct record_identifier *id)
{
	bool bad = json->kind != JSON_OBJECT;

	for (size_t i = 0; !bad && i < json->object.count; i++) {
		const struct json_member *m = &json->object.items[i];
		if (take_string(m, STR("type"), &id->type, &bad) ||
			take_string(m, STR("value"), &id->value, &bad) ||
			take_string(m, STR("raw"), &id->raw, &bad))
			continue;
		bad = !str_equal(m->key, STR("verified")) || m->value.kind != JSON_BOOLEAN;
		id->verified = !bad && m->value.boolean;
	}
	return !bad;
}

static bool read_object(const struct json *json, struct object_ref *o)
{
	bool bad = json->kind != JSON_OBJECT;

	for (size_t i = 0; !bad && i < json->object.count; i++) {
		const struct json_member *m = &json->object.items[i];
		bad = !(take_string(m, STR("type"), &o->type, &bad) ||
			      take_string(m, STR("id"), &o->id, &bad) ||
			      take_string(m, STR("qualifier"), &o->qualifier, &bad)) ||
		      m->value.kind != JSON_STRING;
	}
	return !bad;
}

static err read_identifiers(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	if (json->kind != JSON_ARRAY)
		return wrong(why, STR("identifiers"));
	size_t count = json->array.count;
	struct record_identifier *items = arena_array(arena, count, sizeof(*items));
	if (items == NULL)
		return no_room(arena, why);
	for (size_t i = 0; i < count; i++)
		if (!read_identifier(&json->array.items[i], &items[i]))
			return wrong(why, STR("identifiers"));
	r->identifiers = items;
	r->identifier_count = count;
	return OK;
}

static err read_objects(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	if (json->kind != JSON_ARRAY)
		return wrong(why, STR("objects"));
	size_t count = json->array.count;
	struct object_ref *items = arena_array(arena, count, sizeof(*items));
	if (items == NULL)
		return no_room(arena, why);
	for (size_t i = 0; i < count; i++)
		if (!read_object(&json->array.items[i], &items[i]))
			return wrong(why, STR("objects"));
	r->objects = items;
	r->object_count = count;
	return OK;
}

static err read_kind(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	(void)arena;
	bool ok = json->kind == JSON_STRING && record_kind_named(json->string, &r->kind);

	return ok ? OK : wrong(why, STR("kind"));
}

static err read_time(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	(void)arena;
	err e = read_instant(json, &r->time, why);
	r->has_time = e == OK;
	return e;
}

static err read_target(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	uint64_t n = 0;

	(void)arena;
	if (json->kind == JSON_INTEGER && json->integer > 0) {
		r->target = (uint64_t)json->integer;
		return OK;
	}
	if (json->kind != JSON_BIG)
		return wrong(why, STR("target"));
	for (size_t i = 0; i < json->string.len; i++) {
		uint64_t digit = (uint64_t)((unsigned char)json->string.ptr[i] - (unsigned)'0');
		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return wrong(why, STR("target"));
		n = n * 10 + digit;
	}
	r->target = n;
	return OK;
}

static int hex_digit(char c)
{
	const char *found = c == '\0' ? NULL : strchr(hex_digits, c);

	return found == NULL ? -1 : (int)(found - hex_digits);
}

static err read_payload(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	if (json->kind != JSON_STRING || json->string.len % 2 != 0)
		return wrong(why, STR("payload"));
	size_t bytes = json->string.len / 2;
	char *to = arena_alloc(arena, bytes + 1);
	if (to == NULL)
		return no_room(arena, why);
	for (size_t i = 0; i < bytes; i++) {
		int high = hex_digit(json->string.ptr[2 * i]);
		int low = hex_digit(json->string.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return wrong(why, STR("payload"));
		to[i] = (char)(high << 4 | low);
	}
	r->payload = (str){ to, bytes };
	return OK;
}

static err read_attributes(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	if (json->kind != JSON_OBJECT)
		return wrong(why, STR("attributes"));
	return read_map(json, arena, &r->attributes, &r->attribute_count, why);
}

static err read_traits(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	if (json->kind != JSON_OBJECT)
		return wrong(why, STR("traits"));
	return read_map(json, arena, &r->traits, &r->trait_count, why);
}

static err read_type(
	const struct json *json, struct arena *arena, struct record *r, struct why *why)
{
	(void)json;
	(void)arena;
	(void)r;
	(void)why;
	return OK; /* native_is_record() has looked */
}

enum { FIELDS_MAX = 20 }; /* there are fewer, and each comes once */

static err read_member(
	const struct json_member *m, struct arena *arena, struct record *r, struct why *why)
{
	static const struct {
		str key;
		err (*read)(const struct json *, struct arena *, struct record *, struct why *);
	} fields[] = {
		{ STR_INIT("type"), read_type },
		{ STR_INIT("kind"), read_kind },
		{ STR_INIT("time"), read_time },
		{ STR_INIT("identifiers"), read_identifiers },
		{ STR_INIT("attributes"), read_attributes },
		{ STR_INIT("objects"), read_objects },
		{ STR_INIT("traits"), read_traits },
		{ STR_INIT("target"), read_target },
		{ STR_INIT("payload"), read_payload },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_equal(fields[i].key, m->key))
			return fields[i].read(&m->value, arena, r, why);
	for (size_t i = 0; i < ARRAY_LEN(string_fields); i++)
		if (str_equal(string_fields[i].key, m->key) && m->value.kind == JSON_STRING) {
			memcpy((char *)r + string_fields[i].at, &m->value.string, sizeof(str));
			return OK;
		}
	return wrong(why, m->key);
}

bool native_is_record(const struct json *line)
{
	return str_equal(json_get_string(line, STR("type"), STR("")), STR("ariane.record"));
}

err native_read(const struct json *line, struct arena *arena, struct record *out, struct why *why)
{
	struct record r = { .kind = RECORD_EVENT };
	err e = OK;

	if (line->object.count > FIELDS_MAX)
		return wrong(why, line->object.items[FIELDS_MAX].key);
	for (size_t i = 0; i < line->object.count; i++)
		for (size_t j = 0; j < i; j++)
			if (str_equal(line->object.items[i].key, line->object.items[j].key))
				return wrong(why, line->object.items[i].key);
	for (size_t i = 0; e == OK && i < line->object.count; i++)
		e = read_member(&line->object.items[i], arena, &r, why);
	if (e == OK)
		*out = r;
	return e;
}
