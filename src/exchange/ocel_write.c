/* exchange/ocel_write.c - OCEL 2.0 JSON out; see ocel.h
 *
 * Five times through the source: declarations that came from a log; types, attributes and objects
 * of all records; then objects, events, and the records that are neither.  What the reader will
 * make of each value is known here (ocel_is_exact), so that only what would come back otherwise is
 * written in our own form.
 */
#include "exchange/ocel.h"

#include "exchange/native.h"
#include "exchange/ocel_internal.h"

#include <stdlib.h>
#include <string.h>

enum { FLUSH_BYTES = 1 << 16 };
static const size_t element_text_max = (size_t)1 << 27;
static const size_t types_memory_max = (size_t)1 << 28;

struct declared_attribute {
	struct declared_attribute *next;
	str name, type;
};
struct declared {
	struct declared *next;
	str name;
	struct declared_attribute *first, *last;
};

/* The types of events, or of objects, in the order first met. */
struct types {
	struct arena *arena;
	struct declared *first, *last;
	struct declared **by_number;
	uint32_t count, max;
	struct names *numbers; /* ("", type) */
	struct names *values; /* (type, attribute) to enum ocel_type */
	struct names *listed; /* (type, attribute) that `first` ... have */
};

struct ocel {
	struct record_source *source;
	struct output *output;
	struct why *why;
	struct types events, objects;
	struct names *ids; /* ("", id) to the number of its type, as the reader will find it */
	struct strbuf text;
	struct strbuf inner; /* of JSON within a string */
	struct strbuf name; /* of an attribute with our prefix */
	uint64_t event_number;
	bool first; /* of its array */
};

static err no_room(struct ocel *o)
{
	return fail(o->why, MSG_NO_ROOM, arg_c("OCEL"), arg_int((int64_t)types_memory_max));
}

/* ---- types */

static void types_init(struct types *types, struct arena *arena)
{
	*types = (struct types){ .arena = arena,
		.numbers = names_create(),
		.values = names_create(),
		.listed = names_create() };
}

static void types_done(struct types *types)
{
	names_free(types->numbers);
	names_free(types->values);
	names_free(types->listed);
	free(types->by_number);
}

/* The type of that name, made if it is new; NULL: no room. */
static struct declared *type_of(struct types *types, str name)
{
	int64_t number = names_put(types->numbers, STR(""), name, types->count);

	if (number == NAMES_NONE)
		return NULL;
	if (number != (int64_t)types->count) {
		ASSERT(number >= 0 && number < (int64_t)types->count);
		return types->by_number[number];
	}
	if (number == OCEL_TYPES_MAX)
		return NULL;
	struct declared *d = arena_alloc(types->arena, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->name = arena_str(types->arena, name);
	if (types->last == NULL)
		types->first = d;
	else
		types->last->next = d;
	if (types->count == types->max) {
		types->max = MAX_OF(64u, types->max * 2);
		types->by_number =
			memory_resize(types->by_number, types->max * sizeof(*types->by_number));
	}
	types->by_number[types->count++] = types->last = d;
	return d->name.ptr == NULL ? NULL : d;
}

static bool list_attribute(struct types *types, struct declared *d, str name, str type)
{
	if (names_get(types->listed, d->name, name) != NAMES_NONE)
		return true;
	struct declared_attribute *a = arena_alloc(types->arena, sizeof(*a));
	if (a == NULL || names_put(types->listed, d->name, name, 1) == NAMES_NONE)
		return false;
	a->name = arena_str(types->arena, name);
	a->type = arena_str(types->arena, type);
	if (d->last == NULL)
		d->first = a;
	else
		d->last->next = a;
	d->last = a;
	return a->name.ptr != NULL && a->type.ptr != NULL;
}

static enum ocel_type declared_as(const struct types *types, str type, str name)
{
	int64_t known = names_get(types->values, type, name);

	return known == NAMES_NONE ? OCEL_UNDECLARED : (enum ocel_type)known;
}

static bool is_ours(str name)
{
	return str_starts(name, STR("ariane:"));
}

static str json_name(struct ocel *o, str key)
{
	strbuf_clear(&o->name);
	strbuf_add(&o->name, OCEL_JSON);
	strbuf_add(&o->name, key);
	return strbuf_str(&o->name);
}

/* Declares an attribute as its first value asks, or our form of it. */
static bool note_value(
	struct ocel *o, struct types *types, struct declared *d, str key, const struct value *v)
{
	enum ocel_type type = ocel_type_of(v);

	if (!is_ours(key) && declared_as(types, d->name, key) == OCEL_UNDECLARED &&
		ocel_is_exact(v, type)) {
		if (names_put(types->values, d->name, key, (uint32_t)type) == NAMES_NONE ||
			!list_attribute(types, d, key, ocel_type_names[type]))
			return false;
	}
	if (!is_ours(key) && ocel_is_exact(v, declared_as(types, d->name, key)))
		return true;
	return list_attribute(types, d, json_name(o, key), STR("string"));
}

/* ---- an object's attribute: {value, time} */

static bool is_timed(const struct value *v)
{
	return v->kind == VALUE_MAP && v->map.count >= 1 && v->map.count <= 2 &&
	       str_equal(v->map.items[0].key, STR("value")) &&
	       (v->map.count == 1 || (str_equal(v->map.items[1].key, STR("time")) &&
					     v->map.items[1].value.kind == VALUE_TIME));
}

/* The value that OCEL will show; one that never is exact if this is none of OCEL's attributes. */
static const struct value *shown(const struct value *v, bool of_object)
{
	static const struct value nothing = { .kind = VALUE_NULL };

	if (!of_object)
		return v;
	return is_timed(v) ? &v->map.items[0].value : &nothing;
}

/* ---- passes one and two */

static str text_member(const struct value *map, str key)
{
	for (size_t i = 0; map->kind == VALUE_MAP && i < map->map.count; i++)
		if (str_equal(map->map.items[i].key, key) &&
			map->map.items[i].value.kind == VALUE_STRING)
			return map->map.items[i].value.string;
	return STR("");
}

static bool note_declared_attributes(
	struct types *types, struct declared *d, const struct value *list)
{
	for (size_t i = 0; list->kind == VALUE_LIST && i < list->list.count; i++) {
		str name = text_member(&list->list.items[i], STR("name"));
		str type = text_member(&list->list.items[i], STR("type"));
		enum ocel_type known = ocel_type_named(type);
		if (name.len == 0 || is_ours(name))
			continue;
		if (!list_attribute(types, d, name, type))
			return false;
		if (known != OCEL_UNDECLARED &&
			names_put(types->values, d->name, name, (uint32_t)known) == NAMES_NONE)
			return false;
	}
	return true;
}

static bool note_declared(struct types *types, const struct value *list)
{
	for (size_t i = 0; list->kind == VALUE_LIST && i < list->list.count; i++) {
		const struct value *one = &list->list.items[i];
		str name = text_member(one, STR("name"));
		struct declared *d = name.len == 0 ? NULL : type_of(types, name);
		if (name.len > 0 && d == NULL)
			return false;
		for (size_t m = 0; d != NULL && m < one->map.count; m++)
			if (str_equal(one->map.items[m].key, STR("attributes")) &&
				!note_declared_attributes(types, d, &one->map.items[m].value))
				return false;
	}
	return true;
}

static err note_declaration(struct ocel *o, const struct record *r)
{
	if (!ocel_is_declaration(r))
		return OK;
	bool fits = note_declared(&o->events, &r->attributes[0].value) &&
		    note_declared(&o->objects, &r->attributes[1].value);
	return fits ? OK : no_room(o);
}

static bool is_event(const struct record *r)
{
	return r->kind == RECORD_EVENT && r->has_time && r->activity.len > 0;
}

static err note_record(struct ocel *o, const struct record *r)
{
	bool event = is_event(r);
	struct types *types = event ? &o->events : &o->objects;
	bool fits = true;

	if (!event && !ocel_is_object(r))
		return OK;
	struct declared *d = type_of(types, event ? r->activity : r->objects[0].type);
	if (d == NULL)
		return no_room(o);
	if (!event) {
		int64_t number = names_get(types->numbers, STR(""), d->name);
		fits = names_put(o->ids, STR(""), r->objects[0].id, (uint32_t)number) != NAMES_NONE;
	}
	for (size_t i = 0; fits && i < r->attribute_count; i++)
		fits = note_value(
			o, types, d, r->attributes[i].key, shown(&r->attributes[i].value, !event));
	fits = fits && list_attribute(types, d, OCEL_RECORD, STR("string"));
	return fits ? OK : no_room(o);
}

/* ---- elements */

static void put_text(struct json_writer *w, str key, str text)
{
	json_put_key(w, key);
	json_put_string(w, text);
}

static void put_instant(struct json_writer *w, const struct instant *time)
{
	char text[INSTANT_TEXT_BYTES];

	put_text(w, STR("time"), instant_as_told(text, time));
}

/* OCEL wants a time with each attribute of an object. */
static const struct instant beginning = { 0, 0, 0 };

static void put_inner(struct ocel *o, struct json_writer *w, str name, bool of_object)
{
	json_put_object(w);
	put_text(w, STR("name"), name);
	if (of_object)
		put_instant(w, &beginning);
	if (!strbuf_ok(&o->inner))
		o->text.failed = true;
	else
		put_text(w, STR("value"), strbuf_str(&o->inner));
	json_put_end(w);
}

static void put_attribute(struct ocel *o, struct json_writer *w, const struct types *types,
	str type, const struct attribute *a)
{
	bool of_object = types == &o->objects;
	const struct value *v = shown(&a->value, of_object);

	if (is_ours(a->key) || !ocel_is_exact(v, declared_as(types, type, a->key))) {
		strbuf_clear(&o->inner);
		struct json_writer inner = json_writer_of(&o->inner, JSON_COMPACT);
		native_value_write(&inner, &a->value);
		put_inner(o, w, json_name(o, a->key), of_object);
		return;
	}
	json_put_object(w);
	put_text(w, STR("name"), a->key);
	if (of_object && a->value.map.count == 2)
		put_instant(w, &a->value.map.items[1].value.time);
	json_put_key(w, STR("value"));
	ocel_put_value(w, v);
	json_put_end(w);
}

/* The fields that OCEL does not have, as a record of ours. */
static void put_rest(struct ocel *o, struct json_writer *w, const struct record *rest)
{
	strbuf_clear(&o->inner);
	struct json_writer inner = json_writer_of(&o->inner, JSON_COMPACT);
	native_write(&inner, rest);
	put_inner(o, w, OCEL_RECORD, rest->kind != RECORD_EVENT);
}

static void put_relationships(
	struct ocel *o, struct json_writer *w, const struct object_ref *objects, size_t count)
{
	json_put_key(w, STR("relationships"));
	json_put_array(w);
	for (size_t i = 0; i < count; i++) {
		int64_t number = names_get(o->ids, STR(""), objects[i].id);
		str found = number < 0 ? OCEL_UNKNOWN : o->objects.by_number[number]->name;
		json_put_object(w);
		put_text(w, STR("objectId"), objects[i].id);
		put_text(w, STR("qualifier"), objects[i].qualifier);
		if (!str_equal(found, objects[i].type))
			put_text(w, OCEL_REF_TYPE, objects[i].type);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_attributes(struct ocel *o, struct json_writer *w, const struct types *types,
	str type, const struct record *r, const struct record *rest)
{
	json_put_key(w, STR("attributes"));
	json_put_array(w);
	for (size_t i = 0; i < r->attribute_count; i++)
		put_attribute(o, w, types, type, &r->attributes[i]);
	put_rest(o, w, rest);
	json_put_end(w);
}

static err flush(struct ocel *o)
{
	if (!strbuf_ok(&o->text))
		return fail(o->why, MSG_NO_ROOM, arg_c("OCEL"), arg_int((int64_t)element_text_max));
	err e = o->text.len == 0 ? OK : o->output->write(o->output, strbuf_str(&o->text), o->why);
	strbuf_clear(&o->text);
	return e;
}

static void next_element(struct ocel *o)
{
	strbuf_add(&o->text, o->first ? STR("\n") : STR(",\n"));
	o->first = false;
}

static err write_object(struct ocel *o, const struct record *r)
{
	struct json_writer w = json_writer_of(&o->text, JSON_COMPACT);
	struct record rest = *r;

	if (!ocel_is_object(r))
		return OK;
	rest.attribute_count = rest.object_count = 0;
	next_element(o);
	json_put_object(&w);
	put_text(&w, STR("id"), r->objects[0].id);
	put_text(&w, STR("type"), r->objects[0].type);
	put_attributes(o, &w, &o->objects, r->objects[0].type, r, &rest);
	put_relationships(o, &w, r->objects + 1, r->object_count - 1);
	json_put_end(&w);
	return OK;
}

/* An event without a message id gets one here; that it had none is told by the rest having one. */
static err write_event(struct ocel *o, const struct record *r)
{
	struct json_writer w = json_writer_of(&o->text, JSON_COMPACT);
	struct record rest = *r;
	char made[40];
	struct strbuf id = { .ptr = made, .cap = sizeof(made), .cap_max = sizeof(made) };

	if (!is_event(r))
		return OK;
	o->event_number++;
	strbuf_printf(&id, "ariane-%llu", (unsigned long long)o->event_number);
	rest.message_id = r->message_id.len == 0 ? STR("none") : STR("");
	rest.activity = STR("");
	rest.has_time = false;
	rest.attribute_count = rest.object_count = 0;
	next_element(o);
	json_put_object(&w);
	put_text(&w, STR("id"), r->message_id.len == 0 ? strbuf_str(&id) : r->message_id);
	put_text(&w, STR("type"), r->activity);
	put_instant(&w, &r->time);
	put_attributes(o, &w, &o->events, r->activity, r, &rest);
	put_relationships(o, &w, r->objects, r->object_count);
	json_put_end(&w);
	return OK;
}

static err write_other(struct ocel *o, const struct record *r)
{
	struct json_writer w = json_writer_of(&o->text, JSON_COMPACT);

	if (is_event(r) || ocel_is_object(r))
		return OK;
	next_element(o);
	native_write(&w, r);
	return OK;
}

static void put_types(struct ocel *o, const struct types *types)
{
	for (const struct declared *d = types->first; d != NULL; d = d->next) {
		struct json_writer w = json_writer_of(&o->text, JSON_COMPACT);
		next_element(o);
		json_put_object(&w);
		put_text(&w, STR("name"), d->name);
		json_put_key(&w, STR("attributes"));
		json_put_array(&w);
		for (const struct declared_attribute *a = d->first; a != NULL; a = a->next) {
			json_put_object(&w);
			put_text(&w, STR("name"), a->name);
			put_text(&w, STR("type"), a->type);
			json_put_end(&w);
		}
		json_put_end(&w);
		json_put_end(&w);
	}
}

/* ---- the document */

static err each_record(struct ocel *o, err (*take)(struct ocel *o, const struct record *r))
{
	struct record record;
	str customer;
	bool more = true;
	err e = o->source->rewind(o->source, o->why);

	while (e == OK && more) {
		e = o->source->next(o->source, &more, &record, &customer, o->why);
		if (e == OK && more)
			e = take(o, &record);
		if (e == OK && (o->text.len >= FLUSH_BYTES || !strbuf_ok(&o->text)))
			e = flush(o);
	}
	return e;
}

static void open_array(struct ocel *o, const char *text)
{
	strbuf_add_c(&o->text, text);
	o->first = true;
}

static err write_document(struct ocel *o)
{
	err e = each_record(o, note_declaration);

	if (e == OK)
		e = each_record(o, note_record);
	if (e != OK)
		return e;
	open_array(o, "{\"objectTypes\":[");
	put_types(o, &o->objects);
	open_array(o, "],\n\"eventTypes\":[");
	put_types(o, &o->events);
	open_array(o, "],\n\"objects\":[");
	e = each_record(o, write_object);
	open_array(o, "],\n\"events\":[");
	if (e == OK)
		e = each_record(o, write_event);
	open_array(o, "],\n\"ariane:records\":[");
	if (e == OK)
		e = each_record(o, write_other);
	strbuf_add_c(&o->text, "]}\n");
	return e == OK ? flush(o) : e;
}

err ocel_write(struct record_source *source, struct output *output, struct why *why)
{
	AUTO_ARENA arena = arena_create(types_memory_max);
	struct ocel o = { .source = source,
		.output = output,
		.why = why,
		.ids = names_create(),
		.text = strbuf_heap(element_text_max),
		.inner = strbuf_heap(element_text_max),
		.name = strbuf_heap(RECORD_NAME_BYTES_MAX + 64) };

	types_init(&o.events, arena);
	types_init(&o.objects, arena);
	err e = write_document(&o);
	types_done(&o.events);
	types_done(&o.objects);
	names_free(o.ids);
	strbuf_done(&o.text);
	strbuf_done(&o.inner);
	strbuf_done(&o.name);
	return e;
}
