/* exchange/mapping_file.c - a mapping read from its JSON file; docs/formats/mapping.md tells the
 * keys
 *
 * Each object of the file has a table of its keys, each key a function.  The tree knows no lines;
 * but it is walked in the order of the text, so the next key stands behind the last one found:
 * `at` moves along, and a fault is told with its line. */
#include "exchange/mapping.h"

#include "base/near.h"
#include "base/zone.h"
#include "event/codec.h"
#include "exchange/column_guess.h"
#include "exchange/time_format.h"

#include <string.h>

struct file {
	str text;
	size_t at; /* behind the opening quote of the last key found */
	struct arena *arena;
	struct why *why;
	bool has_version;
};

/* One key of an object: reads `value` into `target`. */
struct key {
	const char *name;
	err (*read)(struct file *file, str key, const struct json *value, void *target);
};

/* ---- places and faults */

static bool is_key_at(str text, size_t at, str key)
{
	str rest = str_from(text, at);

	if (!str_skip_prefix(&rest, STR("\"")) || !str_skip_prefix(&rest, key) ||
		!str_skip_prefix(&rest, STR("\"")))
		return false;
	return str_starts(str_trim(rest), STR(":"));
}

/* A key written with escapes is not found, and the place stays at the key before. */
static void locate(struct file *f, str key)
{
	const char *start = f->text.ptr;

	for (size_t at = f->at; at < f->text.len; at++) {
		const char *hit = memchr(start + at, '"', f->text.len - at);
		if (hit == NULL)
			return;
		at = (size_t)(hit - start);
		if (is_key_at(f->text, at, key)) {
			f->at = at + 1;
			return;
		}
	}
}

/* Puts the place of the last key into `why`, unless all is well. */
static err told(struct file *f, err e)
{
	if (e == OK)
		return OK;
	int64_t line = 1, column = 1;

	for (size_t i = 0; i + 1 < f->at; i++) {
		column = f->text.ptr[i] == '\n' ? 1 : column + 1;
		line += f->text.ptr[i] == '\n';
	}
	why_at(f->why, (str){ NULL, 0 }, line, column, f->at > 0 ? (int64_t)f->at - 1 : 0);
	return e;
}

static err bad_value(struct file *f, str key)
{
	return told(f, fail(f->why, MSG_MAPPING_VALUE, arg_str(key)));
}

static err no_room(struct file *f)
{
	return fail(f->why, MSG_NO_ROOM, arg_c("mapping"), arg_int((int64_t)arena_left(f->arena)));
}

static err unknown_key(struct file *f, str key, const struct key *keys, size_t count)
{
	str *names = arena_array(f->arena, count, sizeof(*names));

	if (names == NULL)
		return no_room(f);
	for (size_t i = 0; i < count; i++)
		names[i] = str_of(keys[i].name);
	str near = near_best(key, names, count);
	if (near.len > 0)
		return told(f, fail(f->why, MSG_MAPPING_KEY_NEAR, arg_str(key), arg_str(near)));
	str list = column_list(names, count, f->arena);
	return told(f, fail(f->why, MSG_MAPPING_KEY, arg_str(key), arg_str(list)));
}

static err read_object(struct file *f, str key, const struct json *object, const struct key *keys,
	size_t count, void *target)
{
	err e = OK;

	if (object->kind != JSON_OBJECT)
		return bad_value(f, key);
	for (size_t i = 0; e == OK && i < object->object.count; i++) {
		const struct json_member *member = &object->object.items[i];
		size_t k = 0;
		locate(f, member->key);
		while (k < count && !str_equal(member->key, str_of(keys[k].name)))
			k++;
		if (k == count)
			return unknown_key(f, member->key, keys, count);
		e = keys[k].read(f, member->key, &member->value, target);
	}
	return e;
}

/* ---- plain values */

static err read_string(struct file *f, str key, const struct json *value, void *target)
{
	if (value->kind != JSON_STRING)
		return bad_value(f, key);
	*(str *)target = value->string;
	return OK;
}

static err read_bool(struct file *f, str key, const struct json *value, void *target)
{
	if (value->kind != JSON_BOOLEAN)
		return bad_value(f, key);
	*(bool *)target = value->boolean;
	return OK;
}

static err ignore(struct file *f, str key, const struct json *value, void *target)
{
	(void)target; /* a description, for people */
	return value->kind == JSON_STRING ? OK : bad_value(f, key);
}

/* A list of strings, or one alone. */
static err read_names(struct file *f, str key, const struct json *value, void *target)
{
	const struct json *items = value->kind == JSON_ARRAY ? value->array.items : value;
	size_t count = value->kind == JSON_ARRAY ? value->array.count : 1;

	if (count > MAPPING_ITEMS_MAX)
		return bad_value(f, key);
	str *names = arena_array(f->arena, count, sizeof(*names));
	if (names == NULL)
		return no_room(f);
	for (size_t i = 0; i < count; i++) {
		if (items[i].kind != JSON_STRING)
			return bad_value(f, key);
		names[i] = items[i].string;
	}
	*(struct mapping_names *)target = (struct mapping_names){ names, count };
	return OK;
}

/* {"Desk": "store", "Post": "letter"} */
static err read_pairs(struct file *f, str key, const struct json *value, void *target)
{
	if (value->kind != JSON_OBJECT || value->object.count > MAPPING_ITEMS_MAX)
		return bad_value(f, key);
	struct mapping_pair *pairs = arena_array(f->arena, value->object.count, sizeof(*pairs));
	if (pairs == NULL)
		return no_room(f);
	for (size_t i = 0; i < value->object.count; i++) {
		const struct json_member *member = &value->object.items[i];
		locate(f, member->key);
		if (member->value.kind != JSON_STRING)
			return bad_value(f, member->key);
		pairs[i] = (struct mapping_pair){ member->key, member->value.string };
	}
	*(struct mapping_pairs *)target = (struct mapping_pairs){ pairs, value->object.count };
	return OK;
}

/* ---- terms: "column", or {"column"|"constant"|"template", "values", "default"} */

static err set_origin(struct file *f, str key, const struct json *value, struct mapping_term *term,
	enum mapping_origin origin)
{
	if (term->origin != ORIGIN_NONE)
		return bad_value(f, key); /* two origins */
	term->origin = origin;
	return read_string(f, key, value, &term->text);
}

static err term_column(struct file *f, str key, const struct json *value, void *target)
{
	return set_origin(f, key, value, target, ORIGIN_COLUMN);
}

static err term_constant(struct file *f, str key, const struct json *value, void *target)
{
	return set_origin(f, key, value, target, ORIGIN_CONSTANT);
}

static err term_template(struct file *f, str key, const struct json *value, void *target)
{
	return set_origin(f, key, value, target, ORIGIN_TEMPLATE);
}

static err term_values(struct file *f, str key, const struct json *value, void *target)
{
	return read_pairs(f, key, value, &((struct mapping_term *)target)->values);
}

static err term_default(struct file *f, str key, const struct json *value, void *target)
{
	struct mapping_term *term = target;

	term->has_otherwise = true;
	return read_string(f, key, value, &term->otherwise);
}

static err read_term(struct file *f, str key, const struct json *value, void *target)
{
	static const struct key keys[] = { { "column", term_column }, { "constant", term_constant },
		{ "template", term_template }, { "values", term_values },
		{ "default", term_default } };
	struct mapping_term *term = target;

	*term = (struct mapping_term){ .origin = ORIGIN_NONE };
	if (value->kind == JSON_STRING)
		return term_column(f, key, value, term);
	err e = read_object(f, key, value, keys, ARRAY_LEN(keys), term);
	return e == OK && term->origin == ORIGIN_NONE ? bad_value(f, key) : e;
}

static err read_activity(struct file *f, str key, const struct json *value, void *target)
{
	return read_term(f, key, value, &((struct mapping *)target)->activity);
}
static err read_interaction(struct file *f, str key, const struct json *value, void *target)
{
	return read_term(f, key, value, &((struct mapping *)target)->interaction);
}
static err read_case(struct file *f, str key, const struct json *value, void *target)
{
	return read_term(f, key, value, &((struct mapping *)target)->case_id);
}
static err read_actor(struct file *f, str key, const struct json *value, void *target)
{
	return read_term(f, key, value, &((struct mapping *)target)->actor);
}
static err read_message_id(struct file *f, str key, const struct json *value, void *target)
{
	return read_term(f, key, value, &((struct mapping *)target)->message_id);
}
static err read_text(struct file *f, str key, const struct json *value, void *target)
{
	return read_term(f, key, value, &((struct mapping *)target)->text);
}
static err read_language(struct file *f, str key, const struct json *value, void *target)
{
	return read_term(f, key, value, &((struct mapping *)target)->text_language);
}

/* What the table gives must be channels already; words of the column are made to be. */
static err read_channel(struct file *f, str key, const struct json *value, void *target)
{
	struct mapping_term *term = &((struct mapping *)target)->channel;
	err e = read_term(f, key, value, term);
	bool ok = (term->origin != ORIGIN_CONSTANT || channel_is_valid(term->text)) &&
		  (!term->has_otherwise || channel_is_valid(term->otherwise));

	for (size_t i = 0; i < term->values.count; i++)
		ok = ok && channel_is_valid(term->values.items[i].to);
	return e == OK && !ok ? bad_value(f, key) : e;
}

/* ---- time */

static err time_columns(struct file *f, str key, const struct json *value, void *target)
{
	struct mapping_names *columns = &((struct mapping_time *)target)->columns;
	err e = read_names(f, key, value, columns);

	if (e == OK && (columns->count < 1 || columns->count > 2))
		return bad_value(f, key);
	return e;
}

static err time_format(struct file *f, str key, const struct json *value, void *target)
{
	struct time_format format;
	struct mapping_time *time = target;
	err e = read_string(f, key, value, &time->format);

	if (e != OK)
		return e;
	return told(f, time_format_named(time->format, &format, f->why));
}

static err read_time(struct file *f, str key, const struct json *value, void *target)
{
	static const struct key keys[] = { { "column", time_columns }, { "columns", time_columns },
		{ "format", time_format } };
	struct mapping_time *time = &((struct mapping *)target)->time;

	if (value->kind == JSON_STRING || value->kind == JSON_ARRAY)
		return time_columns(f, key, value, time);
	return read_object(f, key, value, keys, ARRAY_LEN(keys), time);
}

static err read_zone(struct file *f, str key, const struct json *value, void *target)
{
	struct mapping *m = target;
	const struct zone *zone;
	err e = read_string(f, key, value, &m->zone);

	return e == OK ? told(f, zone_named(m->zone, &zone, f->why)) : e;
}

/* ---- rules: {"column", "in"} and {"column", "not_in"} */

static err rule_column(struct file *f, str key, const struct json *value, void *target)
{
	return read_string(f, key, value, &((struct mapping_rule *)target)->column);
}
static err rule_in(struct file *f, str key, const struct json *value, void *target)
{
	((struct mapping_rule *)target)->wanted = true;
	return read_names(f, key, value, &((struct mapping_rule *)target)->values);
}
static err rule_not_in(struct file *f, str key, const struct json *value, void *target)
{
	((struct mapping_rule *)target)->wanted = false;
	return read_names(f, key, value, &((struct mapping_rule *)target)->values);
}

static const struct key rule_keys[] = { { "column", rule_column }, { "in", rule_in },
	{ "not_in", rule_not_in } };

static err read_rule(struct file *f, str key, const struct json *value, struct mapping_rule *rule)
{
	err e = read_object(f, key, value, rule_keys, ARRAY_LEN(rule_keys), rule);

	if (e == OK && (rule->column.len == 0 || rule->values.count == 0))
		return bad_value(f, key);
	return e;
}

/* ---- customer: a list of {"type", "column", "ignore", "when"} */

static err identifier_type(struct file *f, str key, const struct json *value, void *target)
{
	struct mapping_identifier *identifier = target;
	err e = read_string(f, key, value, &identifier->type);

	return e == OK && !identifier_type_is_valid(identifier->type) ? bad_value(f, key) : e;
}

static err identifier_column(struct file *f, str key, const struct json *value, void *target)
{
	return read_string(f, key, value, &((struct mapping_identifier *)target)->column);
}

static err identifier_ignore(struct file *f, str key, const struct json *value, void *target)
{
	return read_names(f, key, value, &((struct mapping_identifier *)target)->ignore);
}

static err identifier_when(struct file *f, str key, const struct json *value, void *target)
{
	return read_rule(f, key, value, &((struct mapping_identifier *)target)->when);
}

static err read_customer(struct file *f, str key, const struct json *value, void *target)
{
	static const struct key keys[] = { { "type", identifier_type },
		{ "column", identifier_column }, { "ignore", identifier_ignore },
		{ "when", identifier_when } };
	struct mapping *m = target;
	err e = OK;

	if (value->kind != JSON_ARRAY || value->array.count > RECORD_IDENTIFIERS_MAX)
		return bad_value(f, key);
	struct mapping_identifier *items =
		arena_array(f->arena, value->array.count, sizeof(*items));
	if (items == NULL)
		return no_room(f);
	for (size_t i = 0; e == OK && i < value->array.count; i++) {
		e = read_object(f, key, &value->array.items[i], keys, ARRAY_LEN(keys), &items[i]);
		if (e == OK && (items[i].type.len == 0 || items[i].column.len == 0))
			e = bad_value(f, key);
	}
	m->identifiers = items;
	m->identifier_count = value->array.count;
	return e;
}

/* ---- attributes and traits */

static err attribute_type(struct file *f, str key, const struct json *value, void *target)
{
	bool ok = value->kind == JSON_STRING &&
		  mapping_type_named(value->string, &((struct mapping_attribute *)target)->type);

	return ok ? OK : bad_value(f, key);
}

static err attribute_key(struct file *f, str key, const struct json *value, void *target)
{
	return read_string(f, key, value, &((struct mapping_attribute *)target)->key);
}

/* {"Costs": "float", "Nom": {"key": "name", "type": "string"}} */
static err read_columns(struct file *f, str key, const struct json *value, void *target)
{
	static const struct key keys[] = { { "key", attribute_key }, { "type", attribute_type } };
	err e = OK;

	if (value->kind != JSON_OBJECT || value->object.count > MAPPING_ITEMS_MAX)
		return bad_value(f, key);
	struct mapping_attribute *items =
		arena_array(f->arena, value->object.count, sizeof(*items));
	if (items == NULL)
		return no_room(f);
	for (size_t i = 0; e == OK && i < value->object.count; i++) {
		const struct json_member *member = &value->object.items[i];
		locate(f, member->key);
		items[i].column = member->key;
		if (member->value.kind == JSON_STRING)
			e = attribute_type(f, member->key, &member->value, &items[i]);
		else
			e = read_object(
				f, member->key, &member->value, keys, ARRAY_LEN(keys), &items[i]);
	}
	*(struct mapping_attributes *)target =
		(struct mapping_attributes){ items, value->object.count };
	return e;
}

static bool constant_of(const struct json *value, struct value *out)
{
	*out = (struct value){ .kind = VALUE_STRING };
	switch (value->kind) {
	case JSON_STRING:
		out->string = value->string;
		return true;
	case JSON_INTEGER:
		*out = (struct value){ .kind = VALUE_INTEGER, .integer = value->integer };
		return true;
	case JSON_FLOAT:
		*out = (struct value){ .kind = VALUE_FLOAT, .number = value->number };
		return true;
	case JSON_BOOLEAN:
		*out = (struct value){ .kind = VALUE_BOOLEAN, .boolean = value->boolean };
		return true;
	case JSON_NULL:
	case JSON_BIG:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return false;
}

static err read_constants(struct file *f, str key, const struct json *value, void *target)
{
	struct mapping *m = target;

	if (value->kind != JSON_OBJECT || value->object.count > MAPPING_ITEMS_MAX)
		return bad_value(f, key);
	struct attribute *items = arena_array(f->arena, value->object.count, sizeof(*items));
	if (items == NULL)
		return no_room(f);
	for (size_t i = 0; i < value->object.count; i++) {
		const struct json_member *member = &value->object.items[i];
		locate(f, member->key);
		items[i].key = member->key;
		if (member->key.len == 0 || !constant_of(&member->value, &items[i].value))
			return bad_value(f, member->key);
	}
	m->constants = items;
	m->constant_count = value->object.count;
	return OK;
}

static err attributes_all(struct file *f, str key, const struct json *value, void *target)
{
	return read_bool(f, key, value, &((struct mapping *)target)->all_attributes);
}
static err attributes_exclude(struct file *f, str key, const struct json *value, void *target)
{
	return read_names(f, key, value, &((struct mapping *)target)->excluded);
}
static err attributes_columns(struct file *f, str key, const struct json *value, void *target)
{
	return read_columns(f, key, value, &((struct mapping *)target)->attributes);
}

static err read_attributes(struct file *f, str key, const struct json *value, void *target)
{
	static const struct key keys[] = { { "all", attributes_all },
		{ "exclude", attributes_exclude }, { "columns", attributes_columns },
		{ "constants", read_constants } };

	return read_object(f, key, value, keys, ARRAY_LEN(keys), target);
}

static err read_traits(struct file *f, str key, const struct json *value, void *target)
{
	return read_columns(f, key, value, &((struct mapping *)target)->traits);
}

/* ---- rows: a list of rules */

static err read_rows(struct file *f, str key, const struct json *value, void *target)
{
	struct mapping *m = target;
	err e = OK;

	if (value->kind != JSON_ARRAY || value->array.count > MAPPING_ITEMS_MAX)
		return bad_value(f, key);
	struct mapping_rule *rules = arena_array(f->arena, value->array.count, sizeof(*rules));
	if (rules == NULL)
		return no_room(f);
	for (size_t i = 0; e == OK && i < value->array.count; i++)
		e = read_rule(f, key, &value->array.items[i], &rules[i]);
	m->rules = rules;
	m->rule_count = value->array.count;
	return e;
}

/* ---- csv */

/* One ASCII character, or none where `may_be_none`. */
static err read_character(
	struct file *f, str key, const struct json *value, char *out, bool may_be_none)
{
	bool ok = value->kind == JSON_STRING && value->string.len <= 1 &&
		  (may_be_none || value->string.len == 1);
	char c = ok && value->string.len == 1 ? value->string.ptr[0] : '\0';

	if (!ok || (unsigned char)c >= 0x80 || c == '\n' || c == '\r')
		return bad_value(f, key);
	*out = c;
	return OK;
}

static err csv_delimiter(struct file *f, str key, const struct json *value, void *target)
{
	return read_character(f, key, value, &((struct mapping *)target)->delimiter, false);
}
static err csv_quote(struct file *f, str key, const struct json *value, void *target)
{
	return read_character(f, key, value, &((struct mapping *)target)->quote, true);
}
static err csv_comment(struct file *f, str key, const struct json *value, void *target)
{
	return read_character(f, key, value, &((struct mapping *)target)->comment, true);
}
static err csv_header(struct file *f, str key, const struct json *value, void *target)
{
	return read_bool(f, key, value, &((struct mapping *)target)->has_header);
}
static err csv_columns(struct file *f, str key, const struct json *value, void *target)
{
	return read_names(f, key, value, &((struct mapping *)target)->columns);
}
static err csv_short_rows(struct file *f, str key, const struct json *value, void *target)
{
	return read_bool(f, key, value, &((struct mapping *)target)->may_be_short);
}

static err read_csv(struct file *f, str key, const struct json *value, void *target)
{
	static const struct key keys[] = { { "delimiter", csv_delimiter }, { "quote", csv_quote },
		{ "comment", csv_comment }, { "header", csv_header }, { "columns", csv_columns },
		{ "short_rows", csv_short_rows } };
	struct mapping *m = target;
	err e = read_object(f, key, value, keys, ARRAY_LEN(keys), m);

	if (e == OK && m->quote != 0 && m->quote == m->delimiter)
		return bad_value(f, STR("quote"));
	return e;
}

/* ---- the file */

static err read_version(struct file *f, str key, const struct json *value, void *target)
{
	(void)target;
	if (value->kind != JSON_INTEGER || value->integer < 1)
		return bad_value(f, key);
	if (value->integer != MAPPING_VERSION)
		return told(f, fail(f->why, MSG_MAPPING_VERSION, arg_int(value->integer),
				       arg_int(MAPPING_VERSION)));
	f->has_version = true;
	return OK;
}

static err read_format(struct file *f, str key, const struct json *value, void *target)
{
	bool ok = value->kind == JSON_STRING &&
		  mapping_format_named(value->string, &((struct mapping *)target)->format);

	return ok ? OK : bad_value(f, key);
}

static err read_kind(struct file *f, str key, const struct json *value, void *target)
{
	bool event = value->kind == JSON_STRING && str_equal(value->string, STR("event"));
	bool entity = value->kind == JSON_STRING && str_equal(value->string, STR("entity"));

	if (!event && !entity)
		return bad_value(f, key);
	((struct mapping *)target)->kind = event ? RECORD_EVENT : RECORD_ENTITY;
	return OK;
}

static err read_source(struct file *f, str key, const struct json *value, void *target)
{
	return read_string(f, key, value, &((struct mapping *)target)->source);
}

static err read_encoding(struct file *f, str key, const struct json *value, void *target)
{
	enum text_encoding encoding =
		value->kind == JSON_STRING ? text_encoding_named(value->string) : ENCODING_UNKNOWN;

	if (encoding == ENCODING_UNKNOWN)
		return bad_value(f, key);
	((struct mapping *)target)->encoding = encoding;
	return OK;
}

static err read_country(struct file *f, str key, const struct json *value, void *target)
{
	str *country = &((struct mapping *)target)->phone_country;
	err e = read_string(f, key, value, country);

	if (e != OK)
		return e;
	bool ok = country->len == 2 && country->ptr[0] >= 'A' && country->ptr[0] <= 'Z' &&
		  country->ptr[1] >= 'A' && country->ptr[1] <= 'Z';
	return ok ? OK : bad_value(f, key);
}

static err read_objects(struct file *f, str key, const struct json *value, void *target)
{
	struct mapping_pairs *types = &((struct mapping *)target)->object_types;
	err e = read_pairs(f, key, value, types);

	for (size_t i = 0; e == OK && i < types->count; i++)
		if (!identifier_type_is_valid(types->items[i].to))
			e = bad_value(f, key);
	return e;
}

static err signs_header(struct file *f, str key, const struct json *value, void *target)
{
	return read_names(f, key, value, &((struct mapping_signs *)target)->header);
}
static err signs_line(struct file *f, str key, const struct json *value, void *target)
{
	return read_string(f, key, value, &((struct mapping_signs *)target)->line);
}
static err signs_name(struct file *f, str key, const struct json *value, void *target)
{
	return read_string(f, key, value, &((struct mapping_signs *)target)->name);
}

static err read_signs(struct file *f, str key, const struct json *value, void *target)
{
	static const struct key keys[] = { { "header", signs_header }, { "line", signs_line },
		{ "name", signs_name } };

	return read_object(
		f, key, value, keys, ARRAY_LEN(keys), &((struct mapping *)target)->signs);
}

static const struct key top_keys[] = { { "version", read_version }, { "description", ignore },
	{ "$schema", ignore }, { "format", read_format }, { "recognise", read_signs },
	{ "kind", read_kind }, { "source", read_source }, { "encoding", read_encoding },
	{ "csv", read_csv }, { "zone", read_zone }, { "phone_country", read_country },
	{ "time", read_time }, { "activity", read_activity }, { "channel", read_channel },
	{ "interaction", read_interaction }, { "case", read_case }, { "actor", read_actor },
	{ "message_id", read_message_id }, { "text", read_text }, { "language", read_language },
	{ "customer", read_customer }, { "attributes", read_attributes }, { "traits", read_traits },
	{ "rows", read_rows }, { "objects", read_objects } };

err mapping_parse(str text, struct arena *arena, struct mapping *out, struct why *why)
{
	struct json_limits limits = { .bytes = MAPPING_BYTES_MAX };
	struct json_parser *parser = json_parser_create(&limits);
	struct mapping mapping = mapping_default();
	struct json json;
	err e = json_parse(parser, text, arena, &json, why);

	json_parser_free(parser);
	if (e != OK)
		return e;
	struct file f = { .text = text, .arena = arena, .why = why };
	e = read_object(&f, STR("mapping"), &json, top_keys, ARRAY_LEN(top_keys), &mapping);
	if (e == OK && !f.has_version)
		e = fail(why, MSG_MAPPING_VERSION, arg_int(0), arg_int(MAPPING_VERSION));
	if (e == OK)
		*out = mapping;
	return e;
}
