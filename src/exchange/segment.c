/* exchange/segment.c - see segment.h */
#include "exchange/segment.h"

#include "event/codec.h"
#include "exchange/json_value.h"

#include <string.h>

enum call_type { CALL_TRACK, CALL_PAGE, CALL_SCREEN, CALL_IDENTIFY, CALL_GROUP, CALL_ALIAS };
enum clock_name { TIME_TIMESTAMP, TIME_ORIGINAL, TIME_SENT, TIME_RECEIVED, TIME_COUNT };

static const str time_keys[TIME_COUNT] = { STR_INIT("timestamp"), STR_INIT("originalTimestamp"),
	STR_INIT("sentAt"), STR_INIT("receivedAt") };

/* A call being turned into a record. */
struct turn {
	struct arena *arena;
	struct why *why;
	enum call_type type;
	const struct json *context, *properties, *traits, *channel, *name;
	bool has_time[TIME_COUNT];
	struct instant times[TIME_COUNT];
	struct record_identifier identifiers[RECORD_IDENTIFIERS_MAX];
	size_t identifier_count;
	struct object_ref objects[2];
	size_t object_count;
	struct attribute *attributes; /* room for all there can be */
	size_t attribute_count;
	uint64_t times_without_zone;
	struct record *record;
};

static err no_room(struct turn *t)
{
	return fail(t->why, MSG_NO_ROOM, arg_c("call"), arg_int((int64_t)arena_taken(t->arena)));
}

static err add_value(struct turn *t, str key, const struct json *json)
{
	struct attribute *a = &t->attributes[t->attribute_count];

	a->key = key;
	if (!value_of_json(json, t->arena, &a->value))
		return no_room(t);
	t->attribute_count++;
	return OK;
}

/* ---- identifiers and objects */

/* An id as text: strings, and numbers, which many senders have; empty if it is neither. */
static bool id_text(struct turn *t, const struct json *json, str *out)
{
	if (json->kind == JSON_INTEGER) {
		struct strbuf digits = strbuf_in(t->arena, 24);
		strbuf_add_int(&digits, json->integer);
		*out = strbuf_ok(&digits) ? strbuf_str(&digits) : STR("");
		return strbuf_ok(&digits);
	}
	bool is_text = json->kind == JSON_STRING || json->kind == JSON_BIG;
	*out = is_text ? json->string : STR("");
	return true;
}

static err add_identifier(struct turn *t, str type, str value)
{
	if (value.len == 0)
		return OK;
	for (size_t i = 0; i < t->identifier_count; i++)
		if (str_equal(t->identifiers[i].type, type) &&
			str_equal(t->identifiers[i].value, value))
			return OK;
	if (t->identifier_count == RECORD_IDENTIFIERS_MAX)
		return fail(t->why, MSG_RECORD_TOO_MANY_IDENTIFIERS,
			arg_int(RECORD_IDENTIFIERS_MAX + 1), arg_int(RECORD_IDENTIFIERS_MAX));
	t->identifiers[t->identifier_count++] =
		(struct record_identifier){ .type = type, .value = value };
	return OK;
}

/* The member as an identifier, or as an attribute if no identifier can be made of it. */
static err add_id_member(struct turn *t, str type, const struct json_member *m)
{
	str value;

	if (!id_text(t, &m->value, &value))
		return no_room(t);
	if (value.len > 0)
		return add_identifier(t, type, value);
	return m->value.kind == JSON_NULL ? OK : add_value(t, m->key, &m->value);
}

static err add_previous(struct turn *t, const struct json_member *m)
{
	err e = add_id_member(t, STR("user_id"), m);
	str value;

	if (e != OK || !id_text(t, &m->value, &value) || value.len == 0)
		return e;
	return add_identifier(t, STR("anonymous_id"), value);
}

static err add_group(struct turn *t, const struct json_member *m)
{
	str id;

	if (!id_text(t, &m->value, &id))
		return no_room(t);
	if (id.len == 0)
		return m->value.kind == JSON_NULL ? OK : add_value(t, m->key, &m->value);
	if (t->object_count == ARRAY_LEN(t->objects))
		return add_value(t, m->key, &m->value);
	if (t->object_count == 0 || !str_equal(t->objects[0].id, id))
		t->objects[t->object_count++] = (struct object_ref){ STR("group"), id, STR("") };
	return OK;
}

static err add_contact_points(struct turn *t, const struct json *traits)
{
	static const str keys[] = { STR_INIT("email"), STR_INIT("phone") };
	err e = OK;

	for (size_t i = 0; e == OK && i < ARRAY_LEN(keys); i++) {
		const struct json *v = json_get(traits, keys[i]);
		str value = STR("");
		if (v != NULL && !id_text(t, v, &value))
			return no_room(t);
		e = add_identifier(t, keys[i], value);
	}
	return e;
}

/* "GA Client-ID" becomes ga_client_id; empty if no type can be made of it. */
static str external_type(struct turn *t, str type)
{
	if (identifier_type_is_valid(type) || type.len == 0 || type.len > IDENTIFIER_TYPE_BYTES_MAX)
		return type;
	struct strbuf out = strbuf_in(t->arena, IDENTIFIER_TYPE_BYTES_MAX);
	strbuf_add_lower(&out, type);
	for (size_t i = 0; i < out.len; i++) {
		char c = out.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			out.ptr[i] = '_';
	}
	return strbuf_ok(&out) ? strbuf_str(&out) : STR("");
}

/* They stay in the context too: it tells their collection and encoding. */
static err add_external_ids(struct turn *t, const struct json *ids)
{
	err e = OK;

	for (size_t i = 0; ids != NULL && ids->kind == JSON_ARRAY && i < ids->array.count; i++) {
		const struct json *one = &ids->array.items[i], *id = json_get(one, STR("id"));
		str type = external_type(t, json_get_string(one, STR("type"), STR("")));
		str of = json_get_string(one, STR("collection"), STR("users"));
		str value;
		if (id == NULL || !identifier_type_is_valid(type) || !str_equal(of, STR("users")))
			continue;
		if (!id_text(t, id, &value))
			return no_room(t);
		e = add_identifier(t, type, value);
		if (e != OK)
			return e;
	}
	return e;
}

/* ---- time */

static err get_time(struct turn *t, enum clock_name which, const struct json *v)
{
	struct timestamp stamp;

	if (v->kind == JSON_NULL)
		return OK;
	if (t->has_time[which]) /* told twice */
		return add_value(t, time_keys[which], v);
	if (v->kind != JSON_STRING)
		return fail(t->why, MSG_SEGMENT_TIME, arg_str(time_keys[which]));
	if (!timestamp_parse(v->string, &stamp))
		return fail(t->why, MSG_TIME_FORMAT, arg_str(v->string));
	bool without = stamp.offset_min == INSTANT_NO_OFFSET;
	t->times_without_zone += without;
	if (without)
		stamp.offset_min = 0;
	t->times[which] = timestamp_instant(&stamp);
	if (without)
		t->times[which].offset_min = INSTANT_NO_OFFSET;
	t->has_time[which] = true;
	return OK;
}

/* received - (sent - original), in the zone that the device told. */
static struct instant corrected(
	const struct instant *received, const struct instant *sent, const struct instant *original)
{
	int64_t sub = (int64_t)received->sub_ns - sent->sub_ns + original->sub_ns;
	int64_t ms = received->ms - (sent->ms - original->ms);

	ms += sub < 0 ? -1 : sub / 1000000;
	sub = sub < 0 ? sub + 1000000 : sub % 1000000;
	return (struct instant){ ms, (int32_t)sub, original->offset_min };
}

static err add_time(struct turn *t, enum clock_name which)
{
	struct attribute *a = &t->attributes[t->attribute_count++];

	a->key = time_keys[which];
	a->value = (struct value){ .kind = VALUE_TIME, .time = t->times[which] };
	return OK;
}

static void set_time(struct turn *t, const struct segment_options *options)
{
	static const enum clock_name order[] = { TIME_TIMESTAMP, TIME_ORIGINAL, TIME_RECEIVED,
		TIME_SENT };
	enum clock_name device = t->has_time[TIME_ORIGINAL] || options->received_ms == 0
					 ? TIME_ORIGINAL
					 : TIME_TIMESTAMP;
	struct instant now = { options->received_ms, 0, 0 };
	const struct instant *received =
		t->has_time[TIME_RECEIVED] ? &t->times[TIME_RECEIVED] : &now;
	size_t used = TIME_COUNT;

	if (t->has_time[device] && t->has_time[TIME_SENT] && received->ms != 0) {
		t->record->time = corrected(received, &t->times[TIME_SENT], &t->times[device]);
		t->record->has_time = instant_is_valid(&t->record->time);
	}
	for (size_t i = 0; !t->record->has_time && i < ARRAY_LEN(order); i++) {
		if (!t->has_time[order[i]])
			continue;
		used = order[i];
		t->record->time = t->times[used];
		t->record->has_time = true;
	}
	if (!t->record->has_time && options->received_ms != 0) {
		t->record->time = now;
		t->record->has_time = true;
	}
	for (size_t i = 0; i < TIME_COUNT; i++)
		if (t->has_time[i] && i != used)
			(void)add_time(t, (enum clock_name)i); /* there is room: cannot fail */
}

/* ---- channel and activity */

static bool has_word(str text, str word) /* ASCII case folded; `word` is in lower case */
{
	for (size_t i = 0; i + word.len <= text.len; i++) {
		size_t n = 0;
		while (n < word.len && (char)(text.ptr[i + n] | 0x20) == word.ptr[n])
			n++;
		if (n == word.len)
			return true;
	}
	return false;
}

struct word_channel {
	str word, channel;
};

/* A word that is all of the text is found first: none of them has another in it. */
static str channel_by(const struct word_channel *rows, size_t count, str text)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(text, rows[i].word))
			return rows[i].channel;
	for (size_t i = 0; i < count; i++)
		if (has_word(text, rows[i].word))
			return rows[i].channel;
	return STR("");
}

static str channel_of_context(const struct json *context)
{
	static const struct word_channel libraries[] = {
		{ STR_INIT("react-native"), STR_INIT("app") },
		{ STR_INIT("ios"), STR_INIT("app") },
		{ STR_INIT("android"), STR_INIT("app") },
		{ STR_INIT("swift"), STR_INIT("app") },
		{ STR_INIT("kotlin"), STR_INIT("app") },
		{ STR_INIT("flutter"), STR_INIT("app") },
		{ STR_INIT("analytics.js"), STR_INIT("web") },
		{ STR_INIT("analytics-next"), STR_INIT("web") },
		{ STR_INIT("web"), STR_INIT("web") },
	};
	static const struct word_channel devices[] = {
		{ STR_INIT("ios"), STR_INIT("app") },
		{ STR_INIT("android"), STR_INIT("app") },
		{ STR_INIT("mobile"), STR_INIT("app") },
	};
	const struct json *device = json_get(context, STR("device"));
	const struct json *library = json_get(context, STR("library"));
	str channel = channel_by(
		devices, ARRAY_LEN(devices), json_get_string(device, STR("type"), STR("")));

	if (channel.len == 0)
		channel = channel_by(libraries, ARRAY_LEN(libraries),
			json_get_string(library, STR("name"), STR("")));
	if (channel.len > 0)
		return channel;
	bool browser =
		json_get(context, STR("page")) != NULL ||
		str_starts(json_get_string(context, STR("userAgent"), STR("")), STR("Mozilla/"));
	return browser ? STR("web") : STR("backoffice");
}

static str channel_of(const struct turn *t)
{
	static const struct word_channel told[] = {
		{ STR_INIT("browser"), STR_INIT("web") },
		{ STR_INIT("mobile"), STR_INIT("app") },
		{ STR_INIT("server"), STR_INIT("backoffice") },
	};

	if (t->type == CALL_PAGE || t->type == CALL_SCREEN)
		return t->type == CALL_PAGE ? STR("web") : STR("app");
	str word = t->channel == NULL || t->channel->kind != JSON_STRING ? STR("")
									 : t->channel->string;
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (str_equal(word, told[i].word))
			return told[i].channel;
	return word.len > 0 ? word : channel_of_context(t->context);
}

/* "Page Viewed: Pricing"; the whole name stays an attribute. */
static err view_activity(struct turn *t, str what)
{
	if (t->name == NULL || t->name->kind != JSON_STRING || t->name->string.len == 0) {
		t->record->activity = str_upto(what, what.len - 2);
		return OK;
	}
	struct strbuf out = strbuf_in(t->arena, RECORD_NAME_BYTES_MAX);
	strbuf_add(&out, what);
	strbuf_add(&out, str_cut(t->name->string, RECORD_NAME_BYTES_MAX - what.len));
	if (!strbuf_ok(&out))
		return no_room(t);
	t->record->activity = strbuf_str(&out);
	return OK;
}

static err set_activity(struct turn *t)
{
	switch (t->type) {
	case CALL_TRACK:
		break; /* `event`, set when it was met */
	case CALL_PAGE:
		return view_activity(t, STR("Page Viewed: "));
	case CALL_SCREEN:
		return view_activity(t, STR("Screen Viewed: "));
	case CALL_IDENTIFY:
		t->record->activity = STR("Identify");
		break;
	case CALL_GROUP:
		t->record->activity = STR("Group");
		break;
	case CALL_ALIAS:
		t->record->activity = STR("Alias");
		break;
	}
	return OK;
}

/* ---- attributes and traits */

/* The context without its traits and, if empty then, not at all. */
static err add_context(struct turn *t)
{
	const struct json_members *all = &t->context->object;
	struct attribute *items = arena_array(t->arena, all->count, sizeof(*items));
	struct attribute *a = &t->attributes[t->attribute_count];
	size_t n = 0;

	if (items == NULL)
		return no_room(t);
	for (size_t i = 0; i < all->count; i++) {
		const struct json_member *m = &all->items[i];
		if (m->value.kind == JSON_OBJECT && str_equal(m->key, STR("traits")))
			continue;
		items[n].key = m->key;
		if (!value_of_json(&m->value, t->arena, &items[n++].value))
			return no_room(t);
	}
	if (n == 0)
		return OK;
	*a = (struct attribute){ STR("context"), { .kind = VALUE_MAP, .map = { items, n } } };
	t->attribute_count++;
	return OK;
}

/* A property without a name cannot be an attribute: it goes into a map called "properties". */
static err add_properties(struct turn *t)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < t->properties->object.count; i++) {
		const struct json_member *m = &t->properties->object.items[i];
		struct json whole = { .kind = JSON_OBJECT, .object = { m, 1 } };
		e = m->key.len > 0 ? add_value(t, m->key, &m->value)
				   : add_value(t, STR("properties"), &whole);
	}
	return e;
}

static err add_traits(struct turn *t, const struct json *a, const struct json *b)
{
	size_t count = (a == NULL ? 0 : a->object.count) + (b == NULL ? 0 : b->object.count);

	if (count == 0)
		return OK;
	struct attribute *items = arena_array(t->arena, count, sizeof(*items));
	if (items == NULL)
		return no_room(t);
	const struct json *from[] = { a, b };
	size_t n = 0;
	for (size_t f = 0; f < 2; f++)
		for (size_t i = 0; from[f] != NULL && i < from[f]->object.count; i++) {
			const struct json_member *m = &from[f]->object.items[i];
			items[n].key = m->key.len > 0 ? m->key : STR("_");
			if (!value_of_json(&m->value, t->arena, &items[n++].value))
				return no_room(t);
		}
	t->record->traits = items;
	t->record->trait_count = n;
	return OK;
}

static const struct json *object_or_null(const struct json *json)
{
	return json != NULL && json->kind == JSON_OBJECT ? json : NULL;
}

static err set_context_and_traits(struct turn *t)
{
	const struct json *inner = object_or_null(json_get(t->context, STR("traits")));
	const struct json *own = t->type == CALL_GROUP ? NULL : t->traits;
	err e = OK;

	if (t->context != NULL) {
		e = add_context(t);
		if (e == OK)
			e = add_external_ids(t, json_get(t->context, STR("externalIds")));
	}
	if (e == OK && own != NULL)
		e = add_contact_points(t, own);
	if (e == OK && inner != NULL)
		e = add_contact_points(t, inner);
	if (e == OK && t->traits != NULL && own == NULL)
		e = add_value(t, STR("traits"), t->traits);
	return e == OK ? add_traits(t, own, inner) : e;
}

/* ---- members */

enum field {
	FIELD_OTHER,
	FIELD_TYPE,
	FIELD_EVENT,
	FIELD_NAME,
	FIELD_USER,
	FIELD_ANONYMOUS,
	FIELD_PREVIOUS,
	FIELD_GROUP,
	FIELD_MESSAGE,
	FIELD_PROPERTIES,
	FIELD_TRAITS,
	FIELD_CONTEXT,
	FIELD_CHANNEL,
	FIELD_TIMESTAMP, /* and the other times, in the order of enum clock_name */
	FIELD_ORIGINAL,
	FIELD_SENT,
	FIELD_RECEIVED,
};

/* By length first: every event asks this for each of its members. */
static enum field field_of(str key)
{
	static const struct {
		const char *name;
		enum field field;
	} rows[][4] = {
		[4] = { { "type", FIELD_TYPE }, { "name", FIELD_NAME } },
		[5] = { { "event", FIELD_EVENT } },
		[6] = { { "userId", FIELD_USER }, { "sentAt", FIELD_SENT },
			{ "traits", FIELD_TRAITS } },
		[7] = { { "context", FIELD_CONTEXT }, { "groupId", FIELD_GROUP },
			{ "channel", FIELD_CHANNEL } },
		[9] = { { "messageId", FIELD_MESSAGE }, { "timestamp", FIELD_TIMESTAMP } },
		[10] = { { "properties", FIELD_PROPERTIES }, { "receivedAt", FIELD_RECEIVED },
			{ "previousId", FIELD_PREVIOUS } },
		[11] = { { "anonymousId", FIELD_ANONYMOUS } },
		[17] = { { "originalTimestamp", FIELD_ORIGINAL } },
	};

	if (key.len >= ARRAY_LEN(rows))
		return FIELD_OTHER;
	for (size_t i = 0; i < 4 && rows[key.len][i].name != NULL; i++)
		if (memcmp(rows[key.len][i].name, key.ptr, key.len) == 0)
			return rows[key.len][i].field;
	return FIELD_OTHER;
}

/* A member that must be an object to be taken apart; else it is an attribute like others. */
static err take_object(struct turn *t, const struct json_member *m, const struct json **where)
{
	if (m->value.kind == JSON_OBJECT && *where == NULL) {
		*where = &m->value;
		return OK;
	}
	return m->value.kind == JSON_NULL ? OK : add_value(t, m->key, &m->value);
}

static err take_text(struct turn *t, const struct json_member *m, str *where)
{
	if (where->len == 0 && id_text(t, &m->value, where) && where->len > 0)
		return OK;
	return m->value.kind == JSON_NULL ? OK : add_value(t, m->key, &m->value);
}

static err take_member(struct turn *t, const struct json_member *m)
{
	enum field field = field_of(m->key);

	switch (field) {
	case FIELD_TYPE:
		return OK;
	case FIELD_EVENT:
		if (t->type != CALL_TRACK)
			break;
		return take_text(t, m, &t->record->activity);
	case FIELD_NAME:
		t->name = &m->value;
		break;
	case FIELD_CHANNEL:
		t->channel = &m->value;
		break;
	case FIELD_USER:
		return add_id_member(t, STR("user_id"), m);
	case FIELD_ANONYMOUS:
		return add_id_member(t, STR("anonymous_id"), m);
	case FIELD_PREVIOUS:
		return t->type == CALL_ALIAS ? add_previous(t, m) : add_value(t, m->key, &m->value);
	case FIELD_GROUP:
		return add_group(t, m);
	case FIELD_MESSAGE:
		return take_text(t, m, &t->record->message_id);
	case FIELD_PROPERTIES:
		return take_object(t, m, &t->properties);
	case FIELD_TRAITS:
		return take_object(t, m, &t->traits);
	case FIELD_CONTEXT:
		return take_object(t, m, &t->context);
	case FIELD_TIMESTAMP:
	case FIELD_ORIGINAL:
	case FIELD_SENT:
	case FIELD_RECEIVED:
		return get_time(t, (enum clock_name)(field - FIELD_TIMESTAMP), &m->value);
	case FIELD_OTHER:
		break;
	}
	return add_value(t, m->key.len > 0 ? m->key : STR("_"), &m->value);
}

static err get_type(const struct json *call, enum call_type *type, struct why *why)
{
	static const str names[] = { STR_INIT("track"), STR_INIT("page"), STR_INIT("screen"),
		STR_INIT("identify"), STR_INIT("group"), STR_INIT("alias") };
	str name = json_get_string(call, STR("type"), STR(""));

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal(names[i], name)) {
			*type = (enum call_type)i;
			return OK;
		}
	return fail(why, MSG_SEGMENT_TYPE, arg_str(name));
}

/* Room for every attribute that the call can give. */
static err make_room(struct turn *t, const struct json *call)
{
	size_t most = call->object.count + TIME_COUNT + 2;

	for (size_t i = 0; i < call->object.count; i++)
		if (call->object.items[i].value.kind == JSON_OBJECT)
			most += call->object.items[i].value.object.count;
	t->attributes = arena_array(t->arena, most, sizeof(*t->attributes));
	return t->attributes == NULL ? no_room(t) : OK;
}

static err finish(struct turn *t, const struct segment_options *options)
{
	size_t ids = t->identifier_count * sizeof(t->identifiers[0]);
	size_t objects = t->object_count * sizeof(t->objects[0]);
	void *kept = arena_alloc(t->arena, ids + objects + 1);

	if (kept == NULL)
		return no_room(t);
	struct record_identifier *id_items = kept;
	struct object_ref *object_items = (void *)((char *)kept + ids);
	memcpy(id_items, t->identifiers, ids);
	memcpy(object_items, t->objects, objects);
	t->record->identifiers = id_items;
	t->record->identifier_count = t->identifier_count;
	t->record->objects = object_items;
	t->record->object_count = t->object_count;
	set_time(t, options);
	t->record->channel = channel_of(t);
	t->record->attributes = t->attributes;
	t->record->attribute_count = t->attribute_count;
	return set_activity(t);
}

err segment_record(const struct json *call, const struct segment_options *options,
	struct arena *arena, struct record *out, uint64_t *times_without_zone, struct why *why)
{
	struct record record = { .kind = RECORD_EVENT };
	struct turn t;
	enum call_type type = CALL_TRACK;
	err e = get_type(call, &type, why);

	if (e != OK)
		return e;
	memset(&t, 0, offsetof(struct turn, identifiers)); /* not its large array */
	t.identifier_count = t.object_count = t.attribute_count = 0;
	t.times_without_zone = 0;
	t.arena = arena;
	t.why = why;
	t.type = type;
	t.record = &record;
	e = make_room(&t, call);
	for (size_t i = 0; e == OK && i < call->object.count; i++)
		e = take_member(&t, &call->object.items[i]);
	if (e == OK && t.properties != NULL)
		e = add_properties(&t);
	if (e == OK)
		e = set_context_and_traits(&t);
	if (e == OK)
		e = finish(&t, options);
	if (e != OK)
		return e;
	*times_without_zone += t.times_without_zone;
	*out = record;
	return OK;
}

/* ---- batches */

bool segment_is_batch(const struct json *line)
{
	const struct json *batch = json_get(line, STR("batch"));

	return batch != NULL && batch->kind == JSON_ARRAY && json_get(line, STR("type")) == NULL;
}

/* a's members, then those of b that a does not have.  `but` is left out of b, and `context`, if
 * there is one, takes the place of a's. */
static bool join(const struct json *a, const struct json *b, str but, const struct json *context,
	struct arena *arena, struct json *out)
{
	struct json_member *items =
		arena_array(arena, a->object.count + b->object.count, sizeof(*items));
	size_t n = 0;

	if (items == NULL)
		return false;
	for (size_t i = 0; i < a->object.count; i++) {
		items[n] = a->object.items[i];
		if (context != NULL && &a->object.items[i].value == json_get(a, STR("context")))
			items[n].value = *context;
		n++;
	}
	for (size_t i = 0; i < b->object.count; i++) {
		str key = b->object.items[i].key;
		if (json_get(a, key) == NULL && !str_equal(key, but))
			items[n++] = b->object.items[i];
	}
	*out = (struct json){ .kind = JSON_OBJECT, .object = { items, n } };
	return true;
}

err segment_of_batch(
	const struct json *batch, size_t i, struct arena *arena, struct json *call, struct why *why)
{
	const struct json *one = &json_get(batch, STR("batch"))->array.items[i];
	const struct json *outer = object_or_null(json_get(batch, STR("context")));
	const struct json *inner = object_or_null(json_get(one, STR("context")));
	bool both = outer != NULL && inner != NULL;
	struct json context;

	if (one->kind != JSON_OBJECT)
		return fail(why, MSG_JSONL_NOT_OBJECT);
	if (batch->object.count == 1) { /* the list, and nothing for all of them */
		*call = *one;
		return OK;
	}
	if ((both && !join(inner, outer, STR(""), NULL, arena, &context)) ||
		!join(one, batch, STR("batch"), both ? &context : NULL, arena, call))
		return fail(why, MSG_NO_ROOM, arg_c("batch"), arg_int((int64_t)arena_taken(arena)));
	return OK;
}
