/* engine/prepare.c - see prepare.h */
#include "engine/prepare.h"

#include "base/crc32c.h"
#include "base/hash.h"
#include "event/codec.h"

#include <stdio.h>
#include <string.h>

enum { HASH_ID_BYTES_MAX = 2 + 32 + 1 + 20 };

static err no_room(struct why *why, const struct arena *arena)
{
	return fail(why, MSG_NO_ROOM, arg_c("record"), arg_int((int64_t)arena_taken(arena)));
}

/* Adds "identifier:TYPE" = what was not taken, at the end of the attributes. */
static err keep_as_attribute(struct record *record, const struct record_identifier *id,
	struct arena *arena, struct why *why)
{
	size_t count = record->attribute_count;
	struct attribute *grown = arena_array(arena, count + 1, sizeof(*grown));
	struct strbuf key = strbuf_in(arena, RECORD_NAME_BYTES_MAX);

	strbuf_add(&key, STR("identifier:"));
	strbuf_add(&key, str_cut(id->type, IDENTIFIER_TYPE_BYTES_MAX));
	if (grown == NULL || !strbuf_ok(&key))
		return no_room(why, arena);
	if (count > 0)
		memcpy(grown, record->attributes, count * sizeof(*grown));
	grown[count] = (struct attribute){ .key = strbuf_str(&key),
		.value = { .kind = VALUE_STRING, .string = id->value } };
	record->attributes = grown;
	record->attribute_count = count + 1;
	return OK;
}

static err normalise(
	struct preparation *p, struct record *record, struct arena *arena, struct why *why)
{
	size_t count = record->identifier_count, kept = 0;
	struct record_identifier *normal = arena_array(arena, count, sizeof(*normal));
	struct why last = { 0 };
	err refused = OK;

	if (normal == NULL)
		return no_room(why, arena);
	for (size_t i = 0; i < count; i++) {
		const struct record_identifier *id = &record->identifiers[i];
		str told = id->raw.len > 0 ? id->raw : id->value;
		normal[kept] = (struct record_identifier){ .verified = id->verified };
		err e = identifier_normalise(
			&p->rules, id->type, told, arena, &normal[kept], &last);
		if (e == OK) {
			kept++;
			continue;
		}
		refused = e;
		e = keep_as_attribute(record, id, arena, why);
		if (e != OK)
			return e;
		p->identifiers_dropped++;
	}
	record->identifiers = normal;
	record->identifier_count = kept;
	if (kept > 0 || refused == OK)
		return OK;
	p->identifiers_dropped -= count; /* refused as a whole, not kept without them */
	if (why != NULL)
		*why = last;
	return refused;
}

static err encode(const struct record *record, struct arena *arena, str *bytes, struct why *why)
{
	struct strbuf out = strbuf_in(arena, RECORD_BYTES_MAX);

	record_encode(record, &out);
	if (strbuf_ok(&out)) {
		*bytes = strbuf_str(&out);
		return OK;
	}
	if (arena_left(arena) < RECORD_BYTES_MAX / 2)
		return no_room(why, arena);
	return fail(why, MSG_RECORD_TOO_LARGE, arg_int(RECORD_BYTES_MAX));
}

bool engine_is_keyed(enum record_kind kind)
{
	return kind == RECORD_EVENT || kind == RECORD_ENTITY || kind == RECORD_IDENTITY ||
	       kind == RECORD_SOURCE;
}

static void complete(const struct preparation *p, struct engine_item *item)
{
	item->check = crc32c(0, item->bytes);
	item->has_key = engine_is_keyed(item->record->kind);
	if (item->has_key)
		item->key = dedup_key_of(p->secret, item->record->source, item->record->message_id);
}

err item_prepare(struct preparation *p, const struct record *raw, struct arena *arena,
	struct prepared *out, struct why *why)
{
	struct record *record = arena_alloc(arena, sizeof(*record));

	if (record == NULL)
		return no_room(why, arena);
	*record = *raw;
	if (record->source.len == 0)
		record->source = p->default_source;
	*out = (struct prepared){ .item.record = record };
	err e = normalise(p, record, arena, why);
	if (e == OK)
		e = record_check(record, why);
	if (e == OK)
		e = encode(record, arena, &out->item.bytes, why);
	if (e != OK)
		return e;
	out->needs_number = record->message_id.len == 0 && engine_is_keyed(record->kind);
	if (out->needs_number)
		out->digest = digest128(NULL, out->item.bytes);
	else
		complete(p, &out->item);
	return OK;
}

static void write_id(struct digest128 digest, uint64_t n, struct strbuf *out)
{
	strbuf_add(out, STR("h:"));
	for (size_t i = 0; i < sizeof(digest.bytes); i++) {
		strbuf_add_byte(out, "0123456789abcdef"[digest.bytes[i] >> 4]);
		strbuf_add_byte(out, "0123456789abcdef"[digest.bytes[i] & 15]);
	}
	strbuf_add_byte(out, '#');
	strbuf_add_int(out, (int64_t)n);
}

err item_number(struct preparation *p, struct prepared *prepared, uint64_t n, struct arena *arena,
	struct why *why)
{
	struct strbuf id = strbuf_in(arena, HASH_ID_BYTES_MAX);
	struct strbuf bytes = strbuf_in(arena, prepared->item.bytes.len + HASH_ID_BYTES_MAX);
	struct record *record = arena_alloc(arena, sizeof(*record));

	ASSERT(prepared->needs_number && n > 0);
	write_id(prepared->digest, n, &id);
	if (record == NULL || !strbuf_ok(&id))
		return no_room(why, arena);
	*record = *prepared->item.record;
	record->message_id = strbuf_str(&id);
	record_insert_message_id(prepared->item.bytes, record->message_id, &bytes);
	if (!strbuf_ok(&bytes))
		return no_room(why, arena);
	prepared->item.record = record;
	prepared->item.bytes = strbuf_str(&bytes);
	prepared->needs_number = false;
	complete(p, &prepared->item);
	return OK;
}
