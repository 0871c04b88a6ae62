/* engine/prepare.c - see prepare.h */
#include "engine/prepare.h"

#include "base/crc32c.h"
#include "base/hash.h"
#include "event/codec.h"

#include <stdio.h>
#include <string.h>

enum { HASH_ID_BYTES_MAX = 2 + 32 + 1 + 20, SHORT_RECORD_BYTES = 1024 };

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

static str as_told(const struct record_identifier *id)
{
	return id->raw.len > 0 ? id->raw : id->value;
}

static err normalise(
	struct preparation *p, struct record *record, struct arena *arena, struct why *why)
{
	size_t count = record->identifier_count, kept = 0;
	struct record_identifier *normal = arena_array(arena, count, sizeof(*normal));
	const struct record_identifier *refused = NULL;

	if (normal == NULL)
		return no_room(why, arena);
	for (size_t i = 0; i < count; i++) {
		const struct record_identifier *id = &record->identifiers[i];
		normal[kept] = (struct record_identifier){ .verified = id->verified };
		if (identifier_normalise(
			    &p->rules, id->type, as_told(id), arena, &normal[kept], NULL) == OK) {
			kept++;
			continue;
		}
		refused = id;
		err e = keep_as_attribute(record, id, arena, why);
		if (e != OK)
			return e;
		p->identifiers_dropped++;
	}
	record->identifiers = normal;
	record->identifier_count = kept;
	if (kept > 0 || refused == NULL)
		return OK;
	p->identifiers_dropped -= count; /* refused as a whole, not kept without them */
	return identifier_normalise(&p->rules, refused->type, as_told(refused), arena, &normal[0],
		why); /* again, for the words */
}

static err encode(const struct record *record, struct arena *arena, str *bytes, struct why *why)
{
	char short_bytes[SHORT_RECORD_BYTES]; /* its length is known only afterwards */
	struct strbuf out = { .arena = arena,
		.ptr = short_bytes,
		.cap = sizeof(short_bytes),
		.cap_max = RECORD_BYTES_MAX };

	record_encode(record, &out);
	if (strbuf_ok(&out)) {
		*bytes = out.ptr == short_bytes ? arena_str(arena, strbuf_str(&out))
						: strbuf_str(&out);
		return bytes->ptr != NULL ? OK : no_room(why, arena);
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
	char hash[2 * sizeof(digest.bytes)];

	for (size_t i = 0; i < sizeof(digest.bytes); i++) {
		hash[2 * i] = "0123456789abcdef"[digest.bytes[i] >> 4];
		hash[2 * i + 1] = "0123456789abcdef"[digest.bytes[i] & 15];
	}
	strbuf_add(out, STR("h:"));
	strbuf_add(out, (str){ hash, sizeof(hash) });
	strbuf_add_byte(out, '#');
	strbuf_add_int(out, (int64_t)n);
}

err item_number(struct preparation *p, struct prepared *prepared, uint64_t n, struct arena *arena,
	struct why *why)
{
	char room[HASH_ID_BYTES_MAX];
	struct strbuf id = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };
	struct strbuf bytes = strbuf_in(arena, prepared->item.bytes.len + HASH_ID_BYTES_MAX);
	struct record *record = arena_alloc(arena, sizeof(*record));

	ASSERT(prepared->needs_number && n > 0);
	write_id(prepared->digest, n, &id);
	(void)strbuf_room(&bytes, bytes.cap_max); /* all it will take, at once */
	size_t at = record_insert_message_id(prepared->item.bytes, strbuf_str(&id), &bytes);
	if (record == NULL || !strbuf_ok(&bytes))
		return no_room(why, arena);
	*record = *prepared->item.record;
	record->message_id = (str){ bytes.ptr + at, id.len };
	prepared->item.record = record;
	prepared->item.bytes = strbuf_str(&bytes);
	prepared->needs_number = false;
	complete(p, &prepared->item);
	return OK;
}
