/* exchange/xes_build.c - see xes_build.h */
#include "exchange/xes_build.h"

#include <string.h>

static const str name_key = STR_INIT("concept:name"), time_key = STR_INIT("time:timestamp"),
		 positions_key = STR_INIT("ariane:positions"), escape = STR_INIT(XES_KEY_ESCAPE),
		 backoffice = STR_INIT("backoffice");

bool value_list_add(struct value_list *list, struct arena *arena, const struct value *value)
{
	if ((list->count & (list->count - 1)) == 0) { /* full at 0, 1, 2, 4, 8 ... */
		struct value *grown =
			arena_array(arena, MAX_OF(list->count * 2, (size_t)1), sizeof(*grown));
		if (grown == NULL)
			return false;
		if (list->count > 0)
			memcpy(grown, list->items, list->count * sizeof(*grown));
		list->items = grown;
	}
	list->items[list->count++] = *value;
	return true;
}

static str joined(struct arena *arena, str prefix, str key)
{
	char *text = arena_alloc(arena, prefix.len + key.len + 1);

	if (text == NULL)
		return (str){ NULL, 0 };
	memcpy(text, prefix.ptr, prefix.len);
	if (key.len > 0)
		memcpy(text + prefix.len, key.ptr, key.len);
	return (str){ text, prefix.len + key.len };
}

/* The attribute under its own key behind `prefix`. */
static bool renamed(const struct build *b, const struct attribute *a, str prefix,
	struct arena *arena, struct attribute *out)
{
	str key = a->key;

	if (b->ours)
		(void)str_skip_prefix(&key, escape); /* where there is none it stays */
	*out = (struct attribute){ prefix.len == 0 ? key : joined(arena, prefix, key), a->value };
	return prefix.len == 0 || out->key.ptr != NULL;
}

/* ---- traces */

static bool take_positions(const struct attribute *a, struct arena *arena, const int64_t **out,
	size_t *count, bool *is_positions)
{
	const struct value *v = &a->value;

	*is_positions = str_equal(a->key, positions_key) && v->kind == VALUE_LIST;
	for (size_t i = 0; *is_positions && i < v->list.count; i++)
		*is_positions = v->list.items[i].kind == VALUE_INTEGER;
	if (!*is_positions)
		return true;
	int64_t *positions = arena_array(arena, v->list.count, sizeof(*positions));
	if (positions == NULL)
		return false;
	for (size_t i = 0; i < v->list.count; i++)
		positions[i] = v->list.items[i].integer;
	*out = positions;
	*count = v->list.count;
	return true;
}

static bool text_in(const struct value *value, struct arena *arena, str *out)
{
	char room[XES_TEXT_BYTES];
	str text = xes_text_of(value, room);

	*out = text.ptr == room ? arena_str(arena, text) : text;
	return text.len == 0 || out->ptr != NULL;
}

bool build_trace(const struct build *b, const struct attribute *raw, size_t count,
	struct arena *arena, struct trace_parts *out)
{
	struct attribute *items = arena_array(arena, count, sizeof(*items));
	size_t positions = 0;
	bool named = false, is_positions = false;

	*out = (struct trace_parts){ .attributes = items };
	if (items == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (b->ours && xes_is_added(&raw[i]))
			continue;
		if (b->ours &&
			!take_positions(&raw[i], arena, &out->positions, &positions, &is_positions))
			return false;
		if (is_positions)
			continue;
		if (!renamed(b, &raw[i], STR("case:"), arena, &items[out->count++]))
			return false;
		if (!named && str_equal(raw[i].key, name_key)) {
			named = true;
			if (!text_in(&raw[i].value, arena, &out->name))
				return false;
		}
	}
	if (positions != out->count)
		out->positions = NULL;
	out->has_identifier = out->name.len > 0;
	out->identifier = (struct record_identifier){ .type = STR("case"), .value = out->name };
	return true;
}

/* ---- events */

struct event_parts {
	struct record r;
	struct xes_fields told;
	bool named, timed;
	str bad_time;
};

/* concept:name and time:timestamp: true if the record says all that the attribute does. */
static bool take_standard(struct build *b, struct event_parts *e, const struct attribute *a,
	struct arena *arena, bool *taken)
{
	char room[XES_TEXT_BYTES];
	bool is_name = !e->named && str_equal(a->key, name_key), exact;
	bool is_time = !e->timed && str_equal(a->key, time_key);

	*taken = false;
	if (!is_name && !is_time)
		return true;
	struct xes_element element = xes_element_of(&a->value, room);
	if (element.type == XES_LIST || element.type == XES_CONTAINER)
		return true;
	if (is_name) {
		e->named = true;
		*taken = a->value.kind == VALUE_STRING;
		return text_in(&a->value, arena, &e->r.activity);
	}
	e->timed = true;
	*taken = a->value.kind == VALUE_TIME;
	e->r.has_time = *taken;
	if (*taken)
		e->r.time = a->value.time;
	else
		e->r.has_time = xes_date_of(element.text, &b->zone, &e->r.time, &exact);
	return e->r.has_time || text_in(&a->value, arena, &e->bad_time);
}

static bool own_attributes(struct build *b, struct event_parts *e, const struct attribute *raw,
	size_t count, struct arena *arena, struct attribute *own, size_t *own_count)
{
	for (size_t i = 0; i < count; i++) {
		bool taken = b->ours && xes_take_field(&raw[i], arena, &e->r, &e->told);
		if (e->told.no_room || (!taken && !take_standard(b, e, &raw[i], arena, &taken)))
			return false;
		if (!taken && !renamed(b, &raw[i], STR(""), arena, &own[(*own_count)++]))
			return false;
	}
	return true;
}

/* The trace's attributes first, or each at its position. */
static size_t merge(const struct trace_parts *trace, const struct attribute *own, size_t own_count,
	struct attribute *out)
{
	size_t n = 0, t = 0, o = 0;

	while (t < trace->count || o < own_count) {
		bool due = t < trace->count && (trace->positions == NULL || o == own_count ||
						       trace->positions[t] <= (int64_t)n);
		out[n++] = due ? trace->attributes[t++] : own[o++];
	}
	return n;
}

static const struct attribute *attribute_of(
	const struct record *r, const struct trace_parts *trace, str key)
{
	const struct attribute *a = xes_find(trace->attributes, trace->count, key);

	return a != NULL ? a : xes_find(r->attributes, r->attribute_count, key);
}

/* The text of the attribute that an option names; "" if there is none. */
static bool option_text(const struct record *r, const struct trace_parts *trace, str key,
	struct arena *arena, str *out)
{
	const struct attribute *a = attribute_of(r, trace, key);

	*out = a == NULL && str_equal(key, name_key) ? r->activity : (str){ NULL, 0 };
	return a == NULL || text_in(&a->value, arena, out);
}

static bool give_identifiers(const struct build *b, const struct trace_parts *trace,
	struct arena *arena, struct record *r)
{
	const struct xes_options *o = b->options;

	if (o->customer_count == 0) {
		r->identifiers = &trace->identifier;
		r->identifier_count = trace->has_identifier ? 1 : 0;
		return true;
	}
	struct record_identifier *ids = arena_array(arena, o->customer_count, sizeof(*ids));
	if (ids == NULL)
		return false;
	for (size_t i = 0; i < o->customer_count; i++) {
		str text;
		if (!option_text(r, trace, o->customers[i].attribute, arena, &text))
			return false;
		if (text.len > 0)
			ids[r->identifier_count++] =
				(struct record_identifier){ .type = o->customers[i].type,
					.value = text };
	}
	r->identifiers = ids;
	return true;
}

static bool is_lower(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
			return false;
	return true;
}

static bool give_channel(const struct build *b, const struct trace_parts *trace,
	struct arena *arena, struct record *r)
{
	const struct xes_options *o = b->options;
	str word = o->channel;

	if (o->channel_is_attribute && !option_text(r, trace, o->channel, arena, &word))
		return false;
	r->channel = word.len > 0 ? word : backoffice;
	for (size_t i = 0; i < o->channel_word_count; i++)
		if (str_equal(o->channel_words[i].word, word)) {
			r->channel = o->channel_words[i].channel;
			return true;
		}
	if (is_lower(r->channel))
		return true;
	struct strbuf lower = strbuf_in(arena, r->channel.len);
	strbuf_add_lower(&lower, r->channel);
	r->channel = strbuf_ok(&lower) ? strbuf_str(&lower) : STR("");
	return strbuf_ok(&lower);
}

/* What the fields did not tell, as XES means it. */
static bool complete(const struct build *b, const struct trace_parts *trace,
	const struct event_parts *e, struct arena *arena, struct record *r)
{
	char room[XES_TEXT_BYTES];
	bool ok = true;

	if (!e->told.actor) {
		str actor = xes_actor_of(r->attributes, r->attribute_count, room);
		r->actor = actor.ptr == room ? arena_str(arena, actor) : actor;
		ok = actor.len == 0 || r->actor.ptr != NULL;
	}
	if (ok && !e->told.identifiers)
		ok = give_identifiers(b, trace, arena, r);
	if (ok && !e->told.channel && r->kind == RECORD_EVENT)
		ok = give_channel(b, trace, arena, r);
	return ok;
}

bool build_event(struct build *b, const struct trace_parts *trace, const struct attribute *raw,
	size_t count, struct arena *arena, struct record *out, enum message *reason, str *detail)
{
	struct event_parts e = { .r = { .kind = RECORD_EVENT } };
	struct attribute *own = arena_array(arena, count, sizeof(*own));
	struct attribute *all = arena_array(arena, count + trace->count, sizeof(*all));
	size_t own_count = 0;

	if (own == NULL || all == NULL ||
		!own_attributes(b, &e, raw, count, arena, own, &own_count))
		return false;
	e.r.attributes = all;
	e.r.attribute_count = merge(trace, own, own_count, all);
	if (!complete(b, trace, &e, arena, &e.r))
		return false;
	if (e.r.kind == RECORD_EVENT && e.r.activity.len == 0)
		*reason = MSG_XES_NO_NAME;
	else if (e.r.kind == RECORD_EVENT && !e.r.has_time)
		*reason = e.timed ? MSG_XES_BAD_TIME : MSG_XES_NO_TIME;
	*detail = e.bad_time;
	*out = e.r;
	return true;
}

/* ---- entities */

static bool give_object(struct arena *arena, str type, str id, struct record *r)
{
	struct object_ref *object = arena_alloc(arena, sizeof(*object));

	if (object == NULL)
		return false;
	*object = (struct object_ref){ .type = type, .id = id };
	r->objects = object;
	r->object_count = 1;
	return true;
}

/* Fields, and the other attributes behind `prefix` into `items`. */
static bool entity_attributes(const struct build *b, const struct attribute *raw, size_t count,
	str prefix, struct arena *arena, struct event_parts *e, struct attribute *items, size_t *n,
	str *name)
{
	bool named = false;

	for (size_t i = 0; i < count; i++) {
		bool taken = b->ours && xes_take_field(&raw[i], arena, &e->r, &e->told);
		if (e->told.no_room)
			return false;
		if (taken)
			continue;
		if (!renamed(b, &raw[i], prefix, arena, &items[(*n)++]))
			return false;
		if (!named && str_equal(raw[i].key, name_key)) {
			named = true;
			if (!text_in(&raw[i].value, arena, name))
				return false;
		}
	}
	return true;
}

bool build_trace_entity(struct build *b, const struct attribute *raw, size_t count,
	struct arena *arena, struct record *out)
{
	struct event_parts e = { .r = { .kind = RECORD_ENTITY } };
	struct attribute *items = arena_array(arena, count, sizeof(*items));
	struct trace_parts *trace = arena_alloc(arena, sizeof(*trace));
	size_t n = 0;

	if (items == NULL || trace == NULL ||
		!entity_attributes(b, raw, count, STR("case:"), arena, &e, items, &n, &trace->name))
		return false;
	trace->has_identifier = trace->name.len > 0;
	trace->identifier = (struct record_identifier){ .type = STR("case"), .value = trace->name };
	e.r.attributes = items;
	e.r.attribute_count = n;
	if (!e.told.identifiers && !give_identifiers(b, trace, arena, &e.r))
		return false;
	if (!e.told.objects && !give_object(arena, STR(XES_TRACE_TYPE),
				       xes_object_id(trace->name, STR("trace")), &e.r))
		return false;
	*out = e.r;
	return true;
}

static void add_list(struct attribute *items, size_t *n, const char *key, struct value_list list)
{
	if (list.count > 0)
		items[(*n)++] = (struct attribute){ str_of(key),
			{ .kind = VALUE_LIST, .list = { list.items, list.count } } };
}

bool build_log(const struct build *b, const struct log_parts *log, const struct attribute *raw,
	size_t count, struct arena *arena, struct record *out)
{
	struct event_parts e = { .r = { .kind = RECORD_ENTITY } };
	struct attribute *items = arena_array(arena, count + 4, sizeof(*items));
	size_t n = 0;
	str name = { NULL, 0 };

	if (items == NULL)
		return false;
	if (log->head.map.count > 0)
		items[n++] = (struct attribute){ STR("xes:head"), log->head };
	add_list(items, &n, "xes:extensions", log->extensions);
	add_list(items, &n, "xes:globals", log->globals);
	add_list(items, &n, "xes:classifiers", log->classifiers);
	if (!entity_attributes(b, raw, count, STR("log:"), arena, &e, items, &n, &name))
		return false;
	e.r.attributes = items;
	e.r.attribute_count = n;
	if (!e.told.objects &&
		!give_object(arena, STR(XES_LOG_TYPE), xes_object_id(name, STR("log")), &e.r))
		return false;
	*out = e.r;
	return true;
}
