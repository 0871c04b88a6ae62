/* exchange/ocel_read.c - OCEL 2.0 JSON in; see ocel.h
 *
 * First pass: declarations, and the type of each object.  Second pass: records, in the order in
 * which the document has them, after one record of the declarations.
 */
#include "exchange/ocel.h"

#include "event/codec.h"
#include "exchange/json_stream.h"
#include "exchange/native.h"
#include "exchange/ocel_hops.h"
#include "exchange/ocel_internal.h"

#include <stdlib.h>
#include <string.h>

static const size_t element_memory_max = (size_t)1 << 28;
static const size_t types_memory_max = (size_t)1 << 26;

struct ocel {
	const struct ocel_options *options;
	struct record_sink *sink;
	struct ocel_summary *summary;
	struct why *why;
	str name; /* of the input */
	struct json_parser *parser;
	struct arena *arena; /* of the element at hand */
	struct arena *types; /* what outlives an element */
	struct names *objects; /* ("", id) to the number of its type */
	struct ocel_hops *hops; /* between objects, either of which may be a customer */
	struct names *type_numbers; /* ("", type) to its number */
	struct names *event_values, *object_values; /* (type, attribute) to enum ocel_type */
	str *type_names; /* by number */
	uint32_t type_count, type_max;
	struct strbuf event_types,
		object_types; /* the declarations, as the text of an array's inside */
	bool is_ours; /* the document has ariane:records */
	const struct json_piece *piece;
};

static err no_room(struct ocel *o, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("OCEL"), arg_int((int64_t)arena_taken(o->arena)));
}

static err too_many(struct ocel *o, struct why *why)
{
	(void)o;
	return fail(why, MSG_OCEL_TOO_MANY, arg_int(OCEL_NAMES_MAX));
}

static err wrong(struct why *why, str what)
{
	return fail(why, MSG_OCEL_FORM, arg_str(what));
}

/* ---- elements that are not as they should be */

static err reject(struct ocel *o, struct why *reason)
{
	const struct place *p = &o->piece->place;
	bool same_line = !reason->has_line || reason->line <= 1;
	int64_t line = p->line + (reason->has_line && reason->line > 1 ? reason->line - 1 : 0);
	int64_t column = !reason->has_column ? p->column
			 : same_line         ? p->column + reason->column - 1
					     : reason->column;

	why_at(reason, o->name, line, column,
		p->offset + (reason->has_offset ? reason->offset : 0));
	o->summary->read.rejects++;
	return o->sink->reject(o->sink, reason, o->piece->text, o->why);
}

/* The piece as a tree.  *is_bad when it was a reject. */
static err parse_piece(struct ocel *o, struct json *json, struct why *reason)
{
	if (o->piece->is_long)
		return fail(reason, MSG_OCEL_ELEMENT_LONG, arg_str(o->piece->key),
			arg_int(OCEL_ELEMENT_BYTES_MAX));
	arena_reset(o->arena);
	return json_parse(o->parser, o->piece->text, o->arena, json, reason);
}

/* ---- first pass: types */

static err number_of_type(struct ocel *o, str type, uint32_t *number)
{
	int64_t known = names_put(o->type_numbers, STR(""), type, o->type_count);

	if (known == NAMES_NONE || (known == OCEL_TYPES_MAX))
		return too_many(o, o->why);
	if (known == o->type_count) {
		if (o->type_count == o->type_max) {
			o->type_max = MAX_OF(64u, o->type_max * 2);
			o->type_names =
				memory_resize(o->type_names, o->type_max * sizeof(*o->type_names));
		}
		str kept = arena_str(o->types, type);
		if (kept.ptr == NULL)
			return fail(o->why, MSG_NO_ROOM, arg_c("OCEL"),
				arg_int((int64_t)arena_taken(o->types)));
		o->type_names[o->type_count++] = kept;
	}
	*number = (uint32_t)known;
	return OK;
}

static bool is_customer_type(const struct ocel *o, str type)
{
	for (size_t c = 0; c < o->options->customer_count; c++)
		if (str_equal(type, o->options->customers[c].object_type))
			return true;
	return false;
}

/* The relationships of an object: from what is no customer to what may be one, in whichever
 * direction the log tells them. */
static err note_hops(struct ocel *o, const struct json *object, str id, str type)
{
	const struct json *related = json_get(object, STR("relationships"));
	bool is_customer = is_customer_type(o, type);

	if (o->options->customer_count == 0 || related == NULL || related->kind != JSON_ARRAY)
		return OK;
	for (size_t i = 0; i < related->array.count; i++) {
		str other = json_get_string(&related->array.items[i], STR("objectId"), STR(""));
		bool kept = other.len == 0 || (is_customer ? ocel_hops_add(o->hops, other, id)
							   : ocel_hops_add(o->hops, id, other));
		if (!kept)
			return too_many(o, o->why);
	}
	return OK;
}

static err note_object(struct ocel *o, const struct json *object)
{
	str id = json_get_string(object, STR("id"), STR(""));
	str type = json_get_string(object, STR("type"), STR(""));
	uint32_t number = 0;

	if (id.len == 0 || type.len == 0)
		return OK; /* the second pass rejects it */
	err e = number_of_type(o, type, &number);
	if (e != OK)
		return e;
	if (names_get(o->objects, STR(""), id) != NAMES_NONE)
		o->summary->same_ids++;
	if (names_put(o->objects, STR(""), id, number) == NAMES_NONE)
		return too_many(o, o->why);
	return note_hops(o, object, id, type);
}

/* A declared type and its attributes; those that only we add are not told on. */
static err note_declaration(
	struct ocel *o, const struct json *declared, struct names *values, struct strbuf *text)
{
	str type = json_get_string(declared, STR("name"), STR(""));
	const struct json *attributes = json_get(declared, STR("attributes"));
	struct json_writer w = json_writer_of(text, JSON_COMPACT);

	if (text->len > 0)
		strbuf_add_byte(text, ',');
	json_put_tree(&w, declared);
	if (!strbuf_ok(text))
		return fail(o->why, MSG_NO_ROOM, arg_c("OCEL"), arg_int((int64_t)text->len));
	if (attributes == NULL || attributes->kind != JSON_ARRAY)
		return OK;
	for (size_t i = 0; i < attributes->array.count; i++) {
		const struct json *a = &attributes->array.items[i];
		str name = json_get_string(a, STR("name"), STR(""));
		enum ocel_type value = ocel_type_named(json_get_string(a, STR("type"), STR("")));
		if (value != OCEL_UNDECLARED &&
			names_put(values, type, name, (uint32_t)value) == NAMES_NONE)
			return too_many(o, o->why);
	}
	return OK;
}

static err note_piece(struct ocel *o)
{
	str key = o->piece->key;
	bool events = str_equal(key, STR("eventTypes")), types = str_equal(key, STR("objectTypes"));
	bool objects = str_equal(key, STR("objects"));
	struct json json;
	struct why reason = { 0 };

	o->is_ours |= str_equal(key, OCEL_RECORDS);
	if (o->piece->is_empty || !(events || types || objects) ||
		parse_piece(o, &json, &reason) != OK)
		return OK; /* the second pass rejects it */
	if (objects)
		return note_object(o, &json);
	if (events)
		return note_declaration(o, &json, o->event_values, &o->event_types);
	uint32_t number;
	str type = json_get_string(&json, STR("name"), STR(""));
	err e = type.len == 0 ? OK : number_of_type(o, type, &number);
	return e == OK ? note_declaration(o, &json, o->object_values, &o->object_types) : e;
}

/* ---- second pass: values */

/* The record being made of an element. */
struct turn {
	struct ocel *o;
	struct why *why;
	struct record record;
	struct attribute *attributes;
	size_t attribute_count, attribute_max;
	struct object_ref *objects;
	size_t object_count;
	bool has_record; /* ariane:record told the identifiers */
};

static err add_attribute(struct turn *t, str key, struct value value)
{
	ASSERT(t->attribute_count < t->attribute_max);
	t->attributes[t->attribute_count++] = (struct attribute){ key, value };
	return OK;
}

/* The JSON inside a string of ours. */
static err inner_json(struct turn *t, const struct json *text, struct json *out)
{
	if (text == NULL || text->kind != JSON_STRING)
		return wrong(t->why, OCEL_JSON);
	err e = json_parse(t->o->parser, text->string, t->o->arena, out, NULL);
	return e == ERR_SYNTAX ? wrong(t->why, OCEL_JSON) : e == OK ? OK : no_room(t->o, t->why);
}

/* ariane:json:KEY: a value that OCEL cannot tell. */
static err add_json(struct turn *t, str key, const struct json *text)
{
	struct json json;
	struct value value;
	err e = inner_json(t, text, &json);

	if (e == OK)
		e = native_value_read(&json, t->o->arena, &value, t->why);
	return e == OK ? add_attribute(t, key, value) : e;
}

/* ariane:record: the fields that OCEL does not have. */
static err take_record(struct turn *t, const struct json *text)
{
	struct json json;
	err e = inner_json(t, text, &json);

	if (e == OK && !native_is_record(&json))
		e = wrong(t->why, OCEL_RECORD);
	if (e == OK)
		e = native_read(&json, t->o->arena, &t->record, t->why);
	t->has_record = e == OK;
	return e;
}

/* {value, time}: what an attribute of an object is. */
static err timed(struct turn *t, const struct json *when, struct value *value)
{
	struct attribute *items = arena_array(t->o->arena, 2, sizeof(*items));
	struct value time;

	if (items == NULL || (when != NULL && !ocel_value(when, OCEL_TIME, t->o->arena, &time)))
		return no_room(t->o, t->why);
	items[0] = (struct attribute){ STR("value"), *value };
	if (when != NULL)
		items[1] = (struct attribute){ STR("time"), time };
	*value = (struct value){ .kind = VALUE_MAP, .map = { items, when == NULL ? 1 : 2 } };
	return OK;
}

static err take_attribute(struct turn *t, const struct json *a, str type, bool of_object)
{
	str name = json_get_string(a, STR("name"), STR(""));
	const struct json *json = json_get(a, STR("value"));
	struct names *values = of_object ? t->o->object_values : t->o->event_values;
	struct value value;

	if (name.len == 0)
		return wrong(t->why, STR("attributes.name"));
	if (str_equal(name, OCEL_RECORD))
		return take_record(t, json);
	if (str_skip_prefix(&name, OCEL_JSON))
		return add_json(t, name, json);
	if (json == NULL)
		return wrong(t->why, STR("attributes.value"));
	int64_t declared = names_get(values, type, name);
	enum ocel_type as = declared == NAMES_NONE ? OCEL_UNDECLARED : (enum ocel_type)declared;
	if (!ocel_value(json, as, t->o->arena, &value))
		return no_room(t->o, t->why);
	err e = of_object ? timed(t, json_get(a, STR("time")), &value) : OK;
	return e == OK ? add_attribute(t, name, value) : e;
}

static err take_relationship(struct turn *t, const struct json *r)
{
	str id = json_get_string(r, STR("objectId"), STR(""));
	str told = json_get_string(r, OCEL_REF_TYPE, STR(""));

	if (id.len == 0)
		return wrong(t->why, STR("relationships.objectId"));
	int64_t number = names_get(t->o->objects, STR(""), id);
	str type = told.len > 0 ? told : number < 0 ? OCEL_UNKNOWN : t->o->type_names[number];
	t->o->summary->dangling += number < 0 && told.len == 0;
	t->objects[t->object_count++] =
		(struct object_ref){ type, id, json_get_string(r, STR("qualifier"), STR("")) };
	return OK;
}

static size_t items_of(const struct json *json, str key)
{
	const struct json *array = json_get(json, key);

	return array != NULL && array->kind == JSON_ARRAY ? array->array.count : 0;
}

static err make_room(struct turn *t, const struct json *json)
{
	t->attribute_max = items_of(json, STR("attributes")) + json->object.count;
	t->attributes = arena_array(t->o->arena, t->attribute_max, sizeof(*t->attributes));
	t->objects = arena_array(
		t->o->arena, items_of(json, STR("relationships")) + 1, sizeof(*t->objects));
	return t->attributes == NULL || t->objects == NULL ? no_room(t->o, t->why) : OK;
}

static err take_lists(struct turn *t, const struct json *json, str type, bool of_object)
{
	const struct json *attributes = json_get(json, STR("attributes"));
	const struct json *related = json_get(json, STR("relationships"));
	err e = OK;

	if (attributes != NULL && attributes->kind != JSON_ARRAY)
		return wrong(t->why, STR("attributes"));
	if (related != NULL && related->kind != JSON_ARRAY)
		return wrong(t->why, STR("relationships"));
	for (size_t i = 0; attributes != NULL && e == OK && i < attributes->array.count; i++)
		e = take_attribute(t, &attributes->array.items[i], type, of_object);
	for (size_t i = 0; related != NULL && e == OK && i < related->array.count; i++)
		e = take_relationship(t, &related->array.items[i]);
	return e;
}

/* Members that OCEL does not know are attributes. */
static err take_others(struct turn *t, const struct json *json)
{
	static const str known[] = { STR_INIT("id"), STR_INIT("type"), STR_INIT("time"),
		STR_INIT("attributes"), STR_INIT("relationships") };
	err e = OK;

	for (size_t i = 0; e == OK && i < json->object.count; i++) {
		const struct json_member *m = &json->object.items[i];
		bool is_known = false;
		struct value value;
		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			is_known |= str_equal(known[k], m->key);
		if (is_known)
			continue;
		if (!value_of_json(&m->value, t->o->arena, &value))
			return no_room(t->o, t->why);
		e = add_attribute(t, m->key, value);
	}
	return e;
}

/* ---- customers */

/* "Customer, Order, Item": for the message that asks. */
static err ask_for_customers(struct ocel *o)
{
	struct strbuf list = strbuf_heap(WHY_TEXT_BYTES_MAX);

	for (uint32_t i = 0; i < o->type_count; i++) {
		strbuf_add(&list, i > 0 ? STR(", ") : STR(""));
		strbuf_add(&list, o->type_names[i]);
	}
	err e = fail(o->why, MSG_OCEL_NO_CUSTOMER, arg_str((str){ list.ptr, list.len }));
	strbuf_done(&list);
	return e;
}

static bool is_told(const struct record_identifier *ids, size_t count, str type, str value)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(ids[i].type, type) && str_equal(ids[i].value, value))
			return true;
	return false;
}

static str type_of_object(const struct ocel *o, str id)
{
	int64_t number = names_get(o->objects, STR(""), id);

	return number == NAMES_NONE ? STR("") : o->type_names[number];
}

/* The one customer beside an object; one that stands beside several (a product, an employee) says
 * nothing of whose the event is, and must not join them. */
static bool only_customer_beside(const struct ocel *o, str object, str *customer)
{
	*customer = STR("");
	for (uint32_t hop = ocel_hops_first(o->hops, object); hop != 0;
		hop = ocel_hops_next(o->hops, hop)) {
		str id = ocel_hops_id(o->hops, hop);
		if (!is_customer_type(o, type_of_object(o, id)) || str_equal(id, *customer))
			continue;
		if (customer->len > 0)
			return false;
		*customer = id;
	}
	return customer->len > 0;
}

/* An event without a customer of its own: those of its objects, one hop away. */
static err identify_by_hop(struct turn *t)
{
	const struct ocel_options *options = t->o->options;
	size_t most = t->object_count * options->customer_count, n = 0;
	struct record_identifier *ids = arena_array(t->o->arena, most, sizeof(*ids));
	str id;

	if (ids == NULL)
		return no_room(t->o, t->why);
	for (size_t i = 0; i < t->object_count; i++) {
		if (!only_customer_beside(t->o, t->objects[i].id, &id))
			continue;
		for (size_t c = 0; c < options->customer_count; c++) {
			str type = options->customers[c].identifier_type;
			if (str_equal(
				    type_of_object(t->o, id), options->customers[c].object_type) &&
				!is_told(ids, n, type, id))
				ids[n++] = (struct record_identifier){ .type = type, .value = id };
		}
	}
	t->record.identifiers = ids;
	t->record.identifier_count = n;
	return OK;
}

/* Each object of a customer's type is an identifier, once. */
static err identify(struct turn *t)
{
	const struct ocel_options *options = t->o->options;
	size_t most = t->object_count * options->customer_count, n = 0;
	struct record_identifier *ids = arena_array(t->o->arena, most, sizeof(*ids));

	if (ids == NULL)
		return no_room(t->o, t->why);
	size_t looked_at = ocel_is_object(&t->record) ? 1 : t->object_count;
	for (size_t i = 0; i < looked_at; i++)
		for (size_t c = 0; c < options->customer_count; c++) {
			const struct object_ref *ref = &t->objects[i];
			str type = options->customers[c].identifier_type;
			if (str_equal(ref->type, options->customers[c].object_type) &&
				!is_told(ids, n, type, ref->id))
				ids[n++] = (struct record_identifier){ .type = type,
					.value = ref->id };
		}
	t->record.identifiers = ids;
	t->record.identifier_count = n;
	return OK;
}

/* ---- records */

static err take_time(struct turn *t, const struct json *json)
{
	const struct json *told = json_get(json, STR("time"));
	struct value value;

	if (told == NULL || told->kind != JSON_STRING)
		return wrong(t->why, STR("time"));
	if (!ocel_value(told, OCEL_TIME, t->o->arena, &value) || value.kind != VALUE_TIME)
		return fail(t->why, MSG_TIME_FORMAT, arg_str(told->string));
	t->record.time = value.time;
	t->o->summary->read.times_without_zone += value.time.offset_min == INSTANT_NO_OFFSET;
	t->record.has_time = true;
	return OK;
}

static void finish(struct turn *t)
{
	t->record.attributes = t->attributes;
	t->record.attribute_count = t->attribute_count;
	t->record.objects = t->objects;
	t->record.object_count = t->object_count;
}

static err read_event(struct turn *t, const struct json *json)
{
	str type = json_get_string(json, STR("type"), STR(""));

	t->record.kind = RECORD_EVENT;
	t->record.channel = STR("backoffice");
	if (type.len == 0)
		return wrong(t->why, STR("type"));
	err e = take_lists(t, json, type, false);
	if (e == OK)
		e = take_others(t, json);
	if (e == OK)
		e = take_time(t, json);
	if (e != OK)
		return e;
	t->record.activity = type;
	if (!t->has_record || t->record.message_id.len == 0)
		t->record.message_id = json_get_string(json, STR("id"), STR(""));
	else
		t->record.message_id = STR(""); /* ours: the id was made for want of one */
	if (t->record.message_id.len == 0 && !t->has_record)
		return wrong(t->why, STR("id"));
	finish(t);
	return t->has_record ? OK : identify(t);
}

static err read_object(struct turn *t, const struct json *json)
{
	str id = json_get_string(json, STR("id"), STR(""));
	str type = json_get_string(json, STR("type"), STR(""));

	t->record.kind = RECORD_ENTITY;
	if (id.len == 0)
		return wrong(t->why, STR("id"));
	if (type.len == 0)
		return wrong(t->why, STR("type"));
	t->objects[t->object_count++] = (struct object_ref){ type, id, OCEL_SELF };
	err e = take_lists(t, json, type, true);
	if (e == OK)
		e = take_others(t, json);
	if (e != OK)
		return e;
	finish(t);
	return t->has_record ? OK : identify(t);
}

static err give(struct ocel *o, const struct record *record)
{
	o->summary->read.records++;
	struct place place = o->piece->place;
	place.raw = o->piece->text;
	return o->sink->record(o->sink, record, &place, o->why);
}

static err read_element(struct ocel *o, bool is_event)
{
	struct why reason = { 0 };
	struct turn t = { .o = o, .why = &reason };
	struct json json = { 0 };
	err bad = parse_piece(o, &json, &reason);

	if (bad == OK && json.kind != JSON_OBJECT)
		bad = wrong(&reason, o->piece->key);
	if (bad == OK)
		bad = make_room(&t, &json);
	if (bad == OK)
		bad = is_event ? read_event(&t, &json) : read_object(&t, &json);
	if (bad == OK && !t.has_record && o->options->customer_count == 0)
		return ask_for_customers(o);
	if (bad == OK && !t.has_record && is_event && t.record.identifier_count == 0)
		bad = identify_by_hop(&t);
	if (bad != OK)
		return reject(o, &reason);
	o->summary->events += is_event;
	o->summary->objects += !is_event;
	return give(o, &t.record);
}

static err read_native(struct ocel *o)
{
	struct why reason = { 0 };
	struct record record;
	struct json json = { 0 };
	err bad = parse_piece(o, &json, &reason);

	if (bad == OK && (json.kind != JSON_OBJECT || !native_is_record(&json)))
		bad = wrong(&reason, OCEL_RECORDS);
	if (bad == OK)
		bad = native_read(&json, o->arena, &record, &reason);
	return bad == OK ? give(o, &record) : reject(o, &reason);
}

static err read_piece(struct ocel *o)
{
	str key = o->piece->key;
	struct why reason = { 0 };
	bool events = str_equal(key, STR("events")), objects = str_equal(key, STR("objects"));
	bool types = str_equal(key, STR("eventTypes")) || str_equal(key, STR("objectTypes"));

	if (!(events || objects || types || str_equal(key, OCEL_RECORDS))) {
		(void)fail(&reason, MSG_OCEL_MEMBER, arg_str(key));
		return reject(o, &reason);
	}
	if (o->piece->is_empty)
		return OK;
	if (!o->piece->in_array) {
		(void)wrong(&reason, key);
		return reject(o, &reason);
	}
	if (types) {
		struct json json;
		return parse_piece(o, &json, &reason) == OK ? OK : reject(o, &reason);
	}
	return events || objects ? read_element(o, events) : read_native(o);
}

/* ---- the two passes */

static err each_piece(struct ocel *o, struct input *input, err (*take)(struct ocel *o))
{
	struct json_stream *stream = json_stream_create(input, OCEL_ELEMENT_BYTES_MAX);
	struct json_piece piece;
	bool more = true;
	err e = OK;

	o->piece = &piece;
	o->name = input->name;
	while (e == OK && more) {
		e = json_stream_next(stream, &piece, &more, o->why);
		if (e == OK && more)
			e = take(o);
	}
	o->summary->read.bytes = json_stream_offset(stream);
	json_stream_free(stream);
	o->piece = NULL;
	return e;
}

static err types_as_value(struct ocel *o, const struct strbuf *inside, struct value *out)
{
	struct strbuf text = strbuf_in(o->arena, inside->len + 2);
	struct json json;

	strbuf_add_byte(&text, '[');
	strbuf_add(&text, (str){ inside->ptr, inside->len });
	strbuf_add_byte(&text, ']');
	if (!strbuf_ok(&text))
		return no_room(o, o->why);
	err e = json_parse(o->parser, strbuf_str(&text), o->arena, &json, o->why);
	if (e == OK && !value_of_json(&json, o->arena, out))
		e = no_room(o, o->why);
	return e;
}

static err give_declarations(struct ocel *o)
{
	struct attribute attributes[] = { { .key = OCEL_EVENT_TYPES },
		{ .key = OCEL_OBJECT_TYPES } };
	struct record record = { .kind = RECORD_ENTITY,
		.attributes = attributes,
		.attribute_count = ARRAY_LEN(attributes) };
	struct json_piece start = { .place = { .line = 1, .column = 1 } };

	if (o->is_ours || (o->event_types.len == 0 && o->object_types.len == 0))
		return OK;
	arena_reset(o->arena);
	o->piece = &start;
	err e = types_as_value(o, &o->event_types, &attributes[0].value);
	if (e == OK)
		e = types_as_value(o, &o->object_types, &attributes[1].value);
	if (e == OK)
		e = give(o, &record);
	o->piece = NULL;
	return e;
}

err ocel_read(struct input *first, struct input *second, const struct ocel_options *options,
	struct record_sink *sink, struct ocel_summary *summary, struct why *why)
{
	AUTO_ARENA arena = arena_create(element_memory_max);
	AUTO_ARENA types = arena_create(types_memory_max);
	struct ocel o = { .options = options,
		.sink = sink,
		.summary = summary,
		.why = why,
		.parser = json_parser_create(
			&(struct json_limits){ .depth = RECORD_NESTING_MAX * 4 }),
		.arena = arena,
		.types = types,
		.objects = names_create(),
		.hops = ocel_hops_create(),
		.type_numbers = names_create(),
		.event_values = names_create(),
		.object_values = names_create(),
		.event_types = strbuf_heap(OCEL_ELEMENT_BYTES_MAX),
		.object_types = strbuf_heap(OCEL_ELEMENT_BYTES_MAX) };

	ASSERT(options->customer_count <= OCEL_CUSTOMERS_MAX);
	*summary = (struct ocel_summary){ .read = { .encoding = "UTF-8" } };
	err e = each_piece(&o, first, note_piece);
	if (e == OK)
		e = give_declarations(&o);
	if (e == OK)
		e = each_piece(&o, second, read_piece);
	json_parser_free(o.parser);
	names_free(o.objects);
	ocel_hops_free(o.hops);
	names_free(o.type_numbers);
	names_free(o.event_values);
	names_free(o.object_values);
	free(o.type_names);
	strbuf_done(&o.event_types);
	strbuf_done(&o.object_types);
	return e;
}
