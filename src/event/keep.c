/* event/keep.c - see keep.h; codec.h tables the bytes
 *
 * Pointer arithmetic: `at` never passes the room, which record_bytes_most() has measured before.
 */
#include "event/keep.h"

#include "event/codec_internal.h"

#include "base/varint.h"

#include <string.h>

struct keeper {
	char *at;
	struct arena *arena; /* of the arrays */
};

/* Most strings are short, and copied by two or three moves that may overlap.  Not of none. */
static inline void copy_bytes(char *to, const char *from, size_t len)
{
	if (len > 16)
		memcpy(to, from, len);
	else if (len >= 8) {
		uint64_t first, last;
		memcpy(&first, from, 8);
		memcpy(&last, from + len - 8, 8);
		memcpy(to, &first, 8);
		memcpy(to + len - 8, &last, 8);
	} else if (len >= 4) {
		uint32_t first, last;
		memcpy(&first, from, 4);
		memcpy(&last, from + len - 4, 4);
		memcpy(to, &first, 4);
		memcpy(to + len - 4, &last, 4);
	} else {
		to[0] = from[0]; /* there is one at least */
		to[len / 2] = from[len / 2];
		to[len - 1] = from[len - 1];
	}
}

static inline void put_varint(struct keeper *k, uint64_t n)
{
	if (n < 0x80)
		*k->at++ = (char)n;
	else
		k->at += varint_put(k->at, n);
}

static inline void keep_str(struct keeper *k, str *text)
{
	size_t len = text->len;

	put_varint(k, len);
	if (len > 0)
		copy_bytes(k->at, text->ptr, len);
	text->ptr = k->at;
	k->at += len;
}

static void put_instant(struct keeper *k, const struct instant *t)
{
	put_varint(k, zigzag(t->ms));
	if (t->sub_ns != 0)
		put_varint(k, (uint64_t)t->sub_ns);
	if (t->offset_min != INSTANT_NO_OFFSET)
		put_varint(k, zigzag(t->offset_min));
}

/* ---- arrays: copies, to be turned */

static void *own_copy(char **at, const void *items, size_t bytes)
{
	void *copy = *at;

	if (bytes > 0)
		memcpy(copy, items, bytes);
	*at += bytes;
	return copy;
}

/* Those of the record itself, in one piece. */
static bool own_arrays(struct record *r, struct arena *arena)
{
	size_t identifiers = r->identifier_count * sizeof(*r->identifiers);
	size_t attributes = r->attribute_count * sizeof(*r->attributes);
	size_t objects = r->object_count * sizeof(*r->objects);
	size_t traits = r->trait_count * sizeof(*r->traits);
	size_t bytes = identifiers + attributes + objects + traits;
	char *at = arena_room(arena, MAX_OF(bytes, (size_t)1));

	if (at == NULL)
		return false;
	r->identifiers = own_copy(&at, r->identifiers, identifiers);
	r->attributes = own_copy(&at, r->attributes, attributes);
	r->objects = own_copy(&at, r->objects, objects);
	r->traits = own_copy(&at, r->traits, traits);
	return true;
}

/* ---- values */

static bool keep_attributes(struct keeper *k, struct attribute *items, size_t count);
static bool keep_value(struct keeper *k, struct value *v);

static bool keep_list(struct keeper *k, struct value *v)
{
	size_t bytes = v->list.count * sizeof(*v->list.items);
	struct value *items = arena_room(k->arena, MAX_OF(bytes, (size_t)1));
	bool ok = items != NULL;

	put_varint(k, v->list.count);
	if (ok && bytes > 0)
		memcpy(items, v->list.items, bytes);
	for (size_t i = 0; ok && i < v->list.count; i++)
		ok = keep_value(k, &items[i]);
	v->list.items = items;
	return ok;
}

static bool keep_map(struct keeper *k, struct value *v)
{
	size_t bytes = v->map.count * sizeof(*v->map.items);
	struct attribute *items = arena_room(k->arena, MAX_OF(bytes, (size_t)1));

	if (items != NULL && bytes > 0)
		memcpy(items, v->map.items, bytes);
	v->map.items = items;
	return items != NULL && keep_attributes(k, items, v->map.count);
}

static bool keep_value(struct keeper *k, struct value *v)
{
	*k->at++ = (char)v->kind;
	switch (v->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_STRING:
		keep_str(k, &v->string);
		return true;
	case VALUE_INTEGER:
		put_varint(k, zigzag(v->integer));
		return true;
	case VALUE_FLOAT:
		memcpy(k->at, &v->number, sizeof(v->number)); /* little-endian, as the machine is */
		k->at += sizeof(v->number);
		return true;
	case VALUE_BOOLEAN:
		*k->at++ = v->boolean ? 1 : 0;
		return true;
	case VALUE_TIME:
		*k->at++ = (char)instant_flags(&v->time);
		put_instant(k, &v->time);
		return true;
	case VALUE_LIST:
		return keep_list(k, v);
	case VALUE_MAP:
		return keep_map(k, v);
	case VALUE_KIND_COUNT_:
		break;
	}
	ASSERT(false); /* no kind of value */
	return false;
}

static bool keep_attributes(struct keeper *k, struct attribute *items, size_t count)
{
	bool ok = true;

	put_varint(k, count);
	for (size_t i = 0; ok && i < count; i++) {
		keep_str(k, &items[i].key);
		ok = keep_value(k, &items[i].value);
	}
	return ok;
}

static void keep_identifiers(struct keeper *k, struct record_identifier *items, size_t count)
{
	put_varint(k, count);
	for (size_t i = 0; i < count; i++) {
		keep_str(k, &items[i].type);
		keep_str(k, &items[i].value);
		keep_str(k, &items[i].raw);
		*k->at++ = items[i].verified ? 1 : 0;
	}
}

static void keep_objects(struct keeper *k, struct object_ref *items, size_t count)
{
	put_varint(k, count);
	for (size_t i = 0; i < count; i++) {
		keep_str(k, &items[i].type);
		keep_str(k, &items[i].id);
		keep_str(k, &items[i].qualifier);
	}
}

/* ---- the record */

static void keep_head(struct keeper *k, struct record *r)
{
	*k->at++ = RECORD_CODEC_VERSION;
	*k->at++ = (char)r->kind;
	*k->at++ = (char)record_flags(r);
	if (r->has_time)
		put_instant(k, &r->time);
	if (r->target > 0)
		put_varint(k, r->target);
	keep_str(k, &r->source);
	keep_str(k, &r->message_id);
	keep_str(k, &r->channel);
	keep_str(k, &r->activity);
	keep_str(k, &r->interaction);
	keep_str(k, &r->case_id);
	keep_str(k, &r->actor);
	keep_str(k, &r->text);
	keep_str(k, &r->text_language);
	keep_str(k, &r->payload);
}

/* The arrays are own copies by now: theirs to write. */
static bool keep_arrays(struct keeper *k, struct record *r)
{
	keep_identifiers(
		k, (struct record_identifier *)(uintptr_t)r->identifiers, r->identifier_count);
	if (!keep_attributes(k, (struct attribute *)(uintptr_t)r->attributes, r->attribute_count))
		return false;
	keep_objects(k, (struct object_ref *)(uintptr_t)r->objects, r->object_count);
	return keep_attributes(k, (struct attribute *)(uintptr_t)r->traits, r->trait_count);
}

bool record_keep(
	const struct record *record, size_t gap, struct arena *arena, struct kept_record *out)
{
	size_t most = gap + record_bytes_most(record);
	struct record *r = &out->record;

	*r = *record;
	if (!own_arrays(r, arena))
		return false;
	char *room = arena_room(arena, most);
	if (room == NULL)
		return false;
	struct keeper k = { room + gap, arena };
	keep_head(&k, r);
	bool ok = keep_arrays(&k, r);
	size_t used = (size_t)(k.at - room);
	ASSERT(used <= most);
	arena_give_back(arena, room, most, used);
	out->bytes = (str){ room + gap, used - gap };
	out->gap = gap;
	return ok;
}

void record_put_message_id(struct kept_record *kept, str message_id)
{
	struct record *r = &kept->record;
	size_t head = (size_t)(r->message_id.ptr - 1 - kept->bytes.ptr); /* without the zero */
	char *from = (char *)(uintptr_t)kept->bytes.ptr, *to = from - kept->gap;

	ASSERT(r->message_id.len == 0 && message_id.len == kept->gap && message_id.len < 0x80);
	memmove(to, from, head);
	to[head] = (char)message_id.len;
	memcpy(to + head + 1, message_id.ptr, message_id.len);
	r->source.ptr -= kept->gap;
	r->message_id = (str){ to + head + 1, message_id.len };
	kept->bytes = (str){ to, kept->bytes.len + kept->gap };
	kept->gap = 0;
}
