/* event/encode.c - a record as its canonical bytes; see codec.h */
#include "event/codec_internal.h"

#include "base/varint.h"

#include <string.h>

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

	strbuf_add_byte(out, RECORD_CODEC_VERSION);
	strbuf_add_byte(out, (char)r->kind);
	strbuf_add_byte(out, (char)record_flags(r));
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
