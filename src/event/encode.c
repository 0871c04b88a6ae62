/* event/encode.c - a record as its canonical bytes; see codec.h */
#include "event/codec_internal.h"

#include "base/varint.h"

#include <string.h>

static uint8_t instant_flags(const struct instant *t)
{
	return (uint8_t)((t->sub_ns != 0 ? HAS_SUB : 0) |
			 (t->offset_min != INSTANT_NO_OFFSET ? HAS_OFFSET : 0));
}

static void put_instant(const struct instant *t, struct strbuf *out)
{
	strbuf_add_varint(out, zigzag(t->ms));
	if (t->sub_ns != 0)
		strbuf_add_varint(out, (uint64_t)t->sub_ns);
	if (t->offset_min != INSTANT_NO_OFFSET)
		strbuf_add_varint(out, zigzag(t->offset_min));
}

static void put_attributes(const struct attribute *items, size_t count, struct strbuf *out);

static void put_value(const struct value *v, struct strbuf *out)
{
	uint64_t bits;

	strbuf_add_byte(out, (char)v->kind);
	switch (v->kind) {
	case VALUE_NULL:
		break;
	case VALUE_STRING:
		strbuf_add_sized(out, v->string);
		break;
	case VALUE_INTEGER:
		strbuf_add_varint(out, zigzag(v->integer));
		break;
	case VALUE_FLOAT:
		memcpy(&bits, &v->number, sizeof(bits));
		strbuf_add_u64(out, bits);
		break;
	case VALUE_BOOLEAN:
		strbuf_add_byte(out, v->boolean ? 1 : 0);
		break;
	case VALUE_TIME:
		strbuf_add_byte(out, (char)instant_flags(&v->time));
		put_instant(&v->time, out);
		break;
	case VALUE_LIST:
		strbuf_add_varint(out, v->list.count);
		for (size_t i = 0; i < v->list.count; i++)
			put_value(&v->list.items[i], out);
		break;
	case VALUE_MAP:
		put_attributes(v->map.items, v->map.count, out);
		break;
	case VALUE_KIND_COUNT_:
		ASSERT(false); /* no kind of value */
	}
}

static void put_attributes(const struct attribute *items, size_t count, struct strbuf *out)
{
	strbuf_add_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		strbuf_add_sized(out, items[i].key);
		put_value(&items[i].value, out);
	}
}

static void put_identifiers(const struct record *r, struct strbuf *out)
{
	strbuf_add_varint(out, r->identifier_count);
	for (size_t i = 0; i < r->identifier_count; i++) {
		strbuf_add_sized(out, r->identifiers[i].type);
		strbuf_add_sized(out, r->identifiers[i].value);
		strbuf_add_sized(out, r->identifiers[i].raw);
		strbuf_add_byte(out, r->identifiers[i].verified ? 1 : 0);
	}
}

static void put_objects(const struct record *r, struct strbuf *out)
{
	strbuf_add_varint(out, r->object_count);
	for (size_t i = 0; i < r->object_count; i++) {
		strbuf_add_sized(out, r->objects[i].type);
		strbuf_add_sized(out, r->objects[i].id);
		strbuf_add_sized(out, r->objects[i].qualifier);
	}
}

void record_encode(const struct record *r, struct strbuf *out)
{
	const str *const strings[RECORD_STRING_COUNT] = RECORD_STRINGS(r);
	uint8_t flags = (uint8_t)((r->has_time ? HAS_TIME | instant_flags(&r->time) : 0) |
				  (r->target > 0 ? HAS_TARGET : 0));

	strbuf_add_byte(out, RECORD_CODEC_VERSION);
	strbuf_add_byte(out, (char)r->kind);
	strbuf_add_byte(out, (char)flags);
	if (r->has_time)
		put_instant(&r->time, out);
	if (r->target > 0)
		strbuf_add_varint(out, r->target);
	for (size_t i = 0; i < RECORD_STRING_COUNT; i++)
		strbuf_add_sized(out, *strings[i]);
	put_identifiers(r, out);
	put_attributes(r->attributes, r->attribute_count, out);
	put_objects(r, out);
	put_attributes(r->traits, r->trait_count, out);
}

/* The id follows the source: an empty one is a single zero byte. */
size_t record_insert_message_id(str bytes, str message_id, struct strbuf *out)
{
	struct reader in = reader_of(bytes);

	(void)reader_bytes(&in, 2); /* version, kind */
	uint8_t flags = reader_u8(&in);
	for (int field = HAS_TIME; field <= HAS_TARGET; field *= 2)
		if (flags & field)
			(void)reader_varint(&in);
	(void)reader_sized(&in); /* source */
	size_t at = reader_offset(&in);
	ASSERT(!in.failed && reader_varint(&in) == 0);
	strbuf_add(out, str_upto(bytes, at));
	strbuf_add_sized(out, message_id);
	size_t end = out->len;
	strbuf_add(out, str_from(bytes, at + 1));
	return strbuf_ok(out) ? end - message_id.len : 0;
}
