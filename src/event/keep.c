/* event/keep.c - see keep.h; codec.h tables the bytes
 *
 * Pointer arithmetic: `at`, where the next byte goes, never passes the room, which
 * record_bytes_most() has measured before.  Each function returns where it ended; NULL: the arena
 * had no room for an array.
 */
#include "event/keep.h"

#include "event/keep_internal.h"

static char *keep_some(char *at, str *text)
{
	at = put_varint(at, text->len);
	copy_bytes(at, text->ptr, text->len);
	text->ptr = at;
	return at + text->len;
}

static inline char *keep_str(char *at, str *text)
{
	if (text->len > 0)
		return keep_some(at, text);
	*at++ = 0;
	text->ptr = at;
	return at;
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

static char *keep_attributes(char *at, struct attribute *items, size_t count, struct arena *arena);
static char *keep_value(char *at, struct value *v, struct arena *arena);

static char *keep_list(char *at, struct value *v, struct arena *arena)
{
	size_t bytes = v->list.count * sizeof(*v->list.items);
	struct value *items = arena_room(arena, MAX_OF(bytes, (size_t)1));

	if (items == NULL)
		return NULL;
	if (bytes > 0)
		memcpy(items, v->list.items, bytes);
	at = put_varint(at, v->list.count);
	for (size_t i = 0; at != NULL && i < v->list.count; i++)
		at = keep_value(at, &items[i], arena);
	v->list.items = items;
	return at;
}

static char *keep_map(char *at, struct value *v, struct arena *arena)
{
	size_t bytes = v->map.count * sizeof(*v->map.items);
	struct attribute *items = arena_room(arena, MAX_OF(bytes, (size_t)1));

	if (items == NULL)
		return NULL;
	if (bytes > 0)
		memcpy(items, v->map.items, bytes);
	v->map.items = items;
	return keep_attributes(at, items, v->map.count, arena);
}

static char *keep_value(char *at, struct value *v, struct arena *arena)
{
	*at++ = (char)v->kind;
	switch (v->kind) {
	case VALUE_NULL:
		return at;
	case VALUE_STRING:
		return keep_str(at, &v->string);
	case VALUE_INTEGER:
		return put_varint(at, zigzag(v->integer));
	case VALUE_FLOAT:
		memcpy(at, &v->number, sizeof(v->number)); /* little-endian, as the machine is */
		return at + sizeof(v->number);
	case VALUE_BOOLEAN:
		*at++ = v->boolean ? 1 : 0;
		return at;
	case VALUE_TIME:
		*at++ = (char)instant_flags(&v->time);
		return put_instant(at, &v->time);
	case VALUE_LIST:
		return keep_list(at, v, arena);
	case VALUE_MAP:
		return keep_map(at, v, arena);
	case VALUE_KIND_COUNT_:
		break;
	}
	ASSERT(false); /* no kind of value */
	return NULL;
}

static char *keep_attributes(char *at, struct attribute *items, size_t count, struct arena *arena)
{
	at = put_varint(at, count);
	for (size_t i = 0; at != NULL && i < count; i++) {
		at = keep_str(at, &items[i].key);
		at = keep_value(at, &items[i].value, arena);
	}
	return at;
}

static char *keep_identifiers(char *at, struct record_identifier *items, size_t count)
{
	at = put_varint(at, count);
	for (size_t i = 0; i < count; i++) {
		at = keep_str(at, &items[i].type);
		at = keep_str(at, &items[i].value);
		at = keep_str(at, &items[i].raw);
		*at++ = items[i].verified ? 1 : 0;
	}
	return at;
}

static char *keep_objects(char *at, struct object_ref *items, size_t count)
{
	at = put_varint(at, count);
	for (size_t i = 0; i < count; i++) {
		at = keep_str(at, &items[i].type);
		at = keep_str(at, &items[i].id);
		at = keep_str(at, &items[i].qualifier);
	}
	return at;
}

/* ---- the record */

static char *keep_head(char *at, struct record *r)
{
	*at++ = RECORD_CODEC_VERSION;
	*at++ = (char)r->kind;
	*at++ = (char)record_flags(r);
	if (r->has_time)
		at = put_instant(at, &r->time);
	if (r->target > 0)
		at = put_varint(at, r->target);
	at = keep_str(at, &r->source);
	at = keep_str(at, &r->message_id);
	at = keep_str(at, &r->channel);
	at = keep_str(at, &r->activity);
	at = keep_str(at, &r->interaction);
	at = keep_str(at, &r->case_id);
	at = keep_str(at, &r->actor);
	at = keep_str(at, &r->text);
	at = keep_str(at, &r->text_language);
	return keep_str(at, &r->payload);
}

/* The arrays are own copies by now: theirs to write. */
static char *keep_arrays(char *at, struct record *r, struct arena *arena)
{
	struct record_identifier *identifiers = (void *)(uintptr_t)r->identifiers;
	struct attribute *attributes = (void *)(uintptr_t)r->attributes;
	struct object_ref *objects = (void *)(uintptr_t)r->objects;
	struct attribute *traits = (void *)(uintptr_t)r->traits;

	at = keep_identifiers(at, identifiers, r->identifier_count);
	at = keep_attributes(at, attributes, r->attribute_count, arena);
	if (at == NULL)
		return NULL;
	at = keep_objects(at, objects, r->object_count);
	return keep_attributes(at, traits, r->trait_count, arena);
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
	char *end = keep_arrays(keep_head(room + gap, r), r, arena);
	if (end == NULL)
		return false;
	size_t used = (size_t)(end - room);
	ASSERT(used <= most);
	arena_give_back(arena, room, most, used);
	out->bytes = (str){ room + gap, used - gap };
	out->gap = gap;
	return true;
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
