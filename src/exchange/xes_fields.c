/* exchange/xes_fields.c - what a record has beyond XES, as attributes; see xes_internal.h
 *
 *   ariane:kind          string  entity, identity, correction ... (event where it is absent)
 *   ariane:source, :message_id, :channel, :interaction, :case, :actor, :text, :text_language
 *                        string
 *   ariane:target        string  a sequence, in decimal digits
 *   ariane:identifiers   list of containers { type, value, raw if it differs, verified if true }
 *   ariane:objects       list of containers { type, id, qualifier if any }
 *   ariane:traits        container, as the attributes
 *   ariane:payload       string  hexadecimal (ERASURE)
 *
 * An attribute with one of these keys but another shape is an attribute.
 */
#include "event/kind.h"
#include "exchange/xes_internal.h"

#include <string.h>

#define KEY(name) STR_INIT("ariane:" name)

/* The plain texts. */
static const struct {
	str key;
	size_t at; /* in struct record */
} texts[] = {
	{ KEY("source"), offsetof(struct record, source) },
	{ KEY("message_id"), offsetof(struct record, message_id) },
	{ KEY("channel"), offsetof(struct record, channel) },
	{ KEY("interaction"), offsetof(struct record, interaction) },
	{ KEY("case"), offsetof(struct record, case_id) },
	{ KEY("actor"), offsetof(struct record, actor) },
	{ KEY("text"), offsetof(struct record, text) },
	{ KEY("text_language"), offsetof(struct record, text_language) },
};
static const str kind_key = KEY("kind"), target_key = KEY("target"),
		 identifiers_key = KEY("identifiers"), objects_key = KEY("objects"),
		 traits_key = KEY("traits"), payload_key = KEY("payload"),
		 channel_key = KEY("channel"), actor_key = KEY("actor");

static str *text_in(struct record *record, size_t at)
{
	return (str *)(void *)((char *)record + at);
}

static str text_of(const struct record *record, size_t at)
{
	return *(const str *)(const void *)((const char *)record + at);
}

/* ---- reading */

static bool take_kind(const struct value *v, struct record *record)
{
	return v->kind == VALUE_STRING && record_kind_named(v->string, &record->kind);
}

static bool take_target(const struct value *v, struct record *record)
{
	uint64_t n = 0;

	if (v->kind != VALUE_STRING || v->string.len == 0 || v->string.len > 20)
		return false;
	for (size_t i = 0; i < v->string.len; i++) {
		unsigned digit = (unsigned)(unsigned char)v->string.ptr[i] - '0';
		if (digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, digit, &n))
			return false;
	}
	record->target = n;
	return true;
}

/* The members of a container, each a string with one of `keys`, or the boolean "verified". */
static bool take_members(
	const struct value *v, const str *keys, size_t key_count, str *out, bool *verified)
{
	if (v->kind != VALUE_MAP)
		return false;
	for (size_t i = 0; i < v->map.count; i++) {
		const struct attribute *m = &v->map.items[i];
		size_t k = 0;
		while (k < key_count && !str_equal(m->key, keys[k]))
			k++;
		if (k < key_count && m->value.kind == VALUE_STRING)
			out[k] = m->value.string;
		else if (verified != NULL && m->value.kind == VALUE_BOOLEAN &&
			 str_equal(m->key, STR("verified")))
			*verified = m->value.boolean;
		else
			return false;
	}
	return true;
}

static bool take_identifiers(
	const struct value *v, struct arena *arena, struct record *record, bool *no_room)
{
	static const str keys[] = { STR_INIT("type"), STR_INIT("value"), STR_INIT("raw") };

	if (v->kind != VALUE_LIST)
		return false;
	struct record_identifier *ids = arena_array(arena, v->list.count, sizeof(*ids));
	if (ids == NULL)
		return !(*no_room = true);
	for (size_t i = 0; i < v->list.count; i++) {
		str parts[3] = { { 0 } };
		bool verified = false;
		if (!take_members(&v->list.items[i], keys, 3, parts, &verified))
			return false;
		ids[i] = (struct record_identifier){ parts[0], parts[1], parts[2], verified };
	}
	record->identifiers = ids;
	record->identifier_count = v->list.count;
	return true;
}

static bool take_objects(
	const struct value *v, struct arena *arena, struct record *record, bool *no_room)
{
	static const str keys[] = { STR_INIT("type"), STR_INIT("id"), STR_INIT("qualifier") };

	if (v->kind != VALUE_LIST)
		return false;
	struct object_ref *objects = arena_array(arena, v->list.count, sizeof(*objects));
	if (objects == NULL)
		return !(*no_room = true);
	for (size_t i = 0; i < v->list.count; i++) {
		str parts[3] = { { 0 } };
		if (!take_members(&v->list.items[i], keys, 3, parts, NULL))
			return false;
		objects[i] = (struct object_ref){ parts[0], parts[1], parts[2] };
	}
	record->objects = objects;
	record->object_count = v->list.count;
	return true;
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

static bool take_payload(
	const struct value *v, struct arena *arena, struct record *record, bool *no_room)
{
	if (v->kind != VALUE_STRING || v->string.len == 0 || v->string.len % 2 != 0)
		return false;
	char *bytes = arena_alloc(arena, v->string.len / 2);
	if (bytes == NULL)
		return !(*no_room = true);
	for (size_t i = 0; i < v->string.len / 2; i++) {
		int high = hex(v->string.ptr[2 * i]), low = hex(v->string.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (char)(high << 4 | low);
	}
	record->payload = (str){ bytes, v->string.len / 2 };
	return true;
}

bool xes_take_field(const struct attribute *a, struct arena *arena, struct record *record,
	struct xes_fields *told)
{
	const struct value *v = &a->value;

	if (!str_starts(a->key, STR("ariane:")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!str_equal(a->key, texts[i].key))
			continue;
		if (v->kind != VALUE_STRING)
			return false;
		*text_in(record, texts[i].at) = v->string;
		told->channel |= str_equal(a->key, channel_key);
		told->actor |= str_equal(a->key, actor_key);
		return true;
	}
	if (str_equal(a->key, kind_key))
		return take_kind(v, record) && (told->kind = true);
	if (str_equal(a->key, target_key))
		return take_target(v, record);
	if (str_equal(a->key, identifiers_key))
		return take_identifiers(v, arena, record, &told->no_room) &&
		       (told->identifiers = true);
	if (str_equal(a->key, objects_key))
		return take_objects(v, arena, record, &told->no_room) && (told->objects = true);
	if (str_equal(a->key, payload_key))
		return take_payload(v, arena, record, &told->no_room);
	if (!str_equal(a->key, traits_key) || v->kind != VALUE_MAP)
		return false;
	record->traits = v->map.items;
	record->trait_count = v->map.count;
	return true;
}

str xes_actor_of(const struct attribute *items, size_t count, char room[static XES_TEXT_BYTES])
{
	const struct attribute *a = xes_find(items, count, STR("org:resource"));
	str text = a == NULL ? STR("") : xes_text_of(&a->value, room);

	return text.len <= RECORD_NAME_BYTES_MAX && str_is_text(text) ? text : STR("");
}

/* ---- writing */

static struct value string_value(str text)
{
	return (struct value){ .kind = VALUE_STRING, .string = text };
}

/* { key: text ... } of the texts that are not empty; the first `always` whatever they are. */
static bool container_of(struct arena *arena, const str *keys, const str *parts, size_t count,
	size_t always, bool verified, struct value *out)
{
	struct attribute *m = arena_array(arena, count + 1, sizeof(*m));
	size_t n = 0;

	if (m == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		if (i < always || parts[i].len > 0)
			m[n++] = (struct attribute){ keys[i], string_value(parts[i]) };
	if (verified)
		m[n++] = (struct attribute){ STR("verified"),
			{ .kind = VALUE_BOOLEAN, .boolean = true } };
	*out = (struct value){ .kind = VALUE_MAP, .map = { m, n } };
	return true;
}

static bool make_identifiers(const struct record *r, struct arena *arena, struct value *out)
{
	static const str keys[] = { STR_INIT("type"), STR_INIT("value"), STR_INIT("raw") };
	struct value *items = arena_array(arena, r->identifier_count, sizeof(*items));

	for (size_t i = 0; items != NULL && i < r->identifier_count; i++) {
		const struct record_identifier *id = &r->identifiers[i];
		const str parts[] = { id->type, id->value, id->raw };
		if (!container_of(arena, keys, parts, 3, 2, id->verified, &items[i]))
			return false;
	}
	*out = (struct value){ .kind = VALUE_LIST, .list = { items, r->identifier_count } };
	return items != NULL;
}

static bool make_objects(const struct record *r, struct arena *arena, struct value *out)
{
	static const str keys[] = { STR_INIT("type"), STR_INIT("id"), STR_INIT("qualifier") };
	struct value *items = arena_array(arena, r->object_count, sizeof(*items));

	for (size_t i = 0; items != NULL && i < r->object_count; i++) {
		const struct object_ref *o = &r->objects[i];
		const str parts[] = { o->type, o->id, o->qualifier };
		if (!container_of(arena, keys, parts, 3, 2, false, &items[i]))
			return false;
	}
	*out = (struct value){ .kind = VALUE_LIST, .list = { items, r->object_count } };
	return items != NULL;
}

static bool make_payload(const struct record *r, struct arena *arena, struct value *out)
{
	struct strbuf text = strbuf_in(arena, r->payload.len * 2);

	for (size_t i = 0; i < r->payload.len; i++) {
		unsigned char c = (unsigned char)r->payload.ptr[i];
		strbuf_add_byte(&text, "0123456789abcdef"[c >> 4]);
		strbuf_add_byte(&text, "0123456789abcdef"[c & 15]);
	}
	if (!strbuf_ok(&text))
		return false;
	*out = string_value(strbuf_str(&text));
	return true;
}

static bool identifiers_equal(const struct record *a, const struct record *b)
{
	bool same = a->identifier_count == b->identifier_count;

	for (size_t i = 0; same && i < a->identifier_count; i++) {
		const struct record_identifier *x = &a->identifiers[i], *y = &b->identifiers[i];
		same = str_equal(x->type, y->type) && str_equal(x->value, y->value) &&
		       str_equal(x->raw, y->raw) && x->verified == y->verified;
	}
	return same;
}

static bool objects_equal(const struct record *a, const struct record *b)
{
	bool same = a->object_count == b->object_count;

	for (size_t i = 0; same && i < a->object_count; i++)
		same = str_equal(a->objects[i].type, b->objects[i].type) &&
		       str_equal(a->objects[i].id, b->objects[i].id) &&
		       str_equal(a->objects[i].qualifier, b->objects[i].qualifier);
	return same;
}

static bool make_target(const struct record *r, struct arena *arena, struct value *out)
{
	struct strbuf text = strbuf_in(arena, 20);

	strbuf_printf(&text, "%llu", (unsigned long long)r->target);
	if (!strbuf_ok(&text))
		return false;
	*out = string_value(strbuf_str(&text));
	return true;
}

bool xes_make_fields(const struct record *r, const struct record *plain, struct arena *arena,
	struct attribute **out, size_t *count)
{
	struct attribute *f = arena_array(arena, ARRAY_LEN(texts) + 6, sizeof(*f));
	size_t n = 0;
	bool ok = f != NULL;

	if (ok && r->kind != plain->kind)
		f[n++] = (struct attribute){ kind_key, string_value(record_kind_name(r->kind)) };
	for (size_t i = 0; ok && i < ARRAY_LEN(texts); i++)
		if (!str_equal(text_of(r, texts[i].at), text_of(plain, texts[i].at)))
			f[n++] = (struct attribute){ texts[i].key,
				string_value(text_of(r, texts[i].at)) };
	if (ok && r->target > 0) {
		f[n].key = target_key;
		ok = make_target(r, arena, &f[n++].value);
	}
	if (ok && !identifiers_equal(r, plain)) {
		f[n].key = identifiers_key;
		ok = make_identifiers(r, arena, &f[n++].value);
	}
	if (ok && !objects_equal(r, plain)) {
		f[n].key = objects_key;
		ok = make_objects(r, arena, &f[n++].value);
	}
	if (ok && r->trait_count > 0) {
		f[n].key = traits_key;
		f[n++].value =
			(struct value){ .kind = VALUE_MAP, .map = { r->traits, r->trait_count } };
	}
	if (ok && r->payload.len > 0) {
		f[n].key = payload_key;
		ok = make_payload(r, arena, &f[n++].value);
	}
	if (!ok)
		return false;
	*out = f;
	*count = n;
	return true;
}
