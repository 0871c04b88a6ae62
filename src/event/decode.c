/* event/decode.c - canonical bytes as a record, and no others; see codec.h */
#include "event/codec_internal.h"

#include "base/varint.h"

#include <math.h>
#include <string.h>

struct decoder {
	struct reader in;
	struct arena *arena;
	bool full; /* the arena is */
};

/* An array for `count` items, each of which takes at least `least` of the bytes that are left:
 * so a damaged count cannot ask for more memory than the input could fill. */
static void *array_for(struct decoder *d, uint64_t count, size_t item_bytes, size_t least)
{
	if (d->in.failed || count > reader_left(&d->in) / least) {
		d->in.failed = true;
		return NULL;
	}
	if (count == 0)
		return NULL;
	void *items = arena_array(d->arena, (size_t)count, item_bytes);
	if (items == NULL)
		d->full = d->in.failed = true;
	return items;
}

static bool get_bool(struct decoder *d)
{
	uint8_t b = reader_u8(&d->in);

	d->in.failed |= b > 1;
	return b == 1;
}

static struct instant get_instant(struct decoder *d, uint8_t flags)
{
	struct instant t = { .offset_min = INSTANT_NO_OFFSET };

	t.ms = unzigzag(reader_varint(&d->in));
	d->in.failed |= t.ms < TIME_MS_LEAST || t.ms > TIME_MS_MOST;
	if (flags & HAS_SUB) {
		uint64_t sub = reader_varint(&d->in);
		d->in.failed |= sub < 1 || sub > SUB_NS_MAX;
		t.sub_ns = (int32_t)(sub & 0xfffff);
	}
	if (flags & HAS_OFFSET) {
		int64_t offset = unzigzag(reader_varint(&d->in));
		d->in.failed |= offset < -OFFSET_MIN_MAX || offset > OFFSET_MIN_MAX;
		t.offset_min = (int16_t)(d->in.failed ? 0 : offset);
	}
	return t;
}

static const struct attribute *get_attributes(struct decoder *d, size_t *count, int depth);

static struct value get_value(struct decoder *d, int depth)
{
	struct value v = { .kind = reader_u8(&d->in) };
	uint64_t bits, count;
	uint8_t flags;

	if (v.kind >= VALUE_KIND_COUNT_ || depth > RECORD_NESTING_MAX)
		d->in.failed = true;
	if (d->in.failed)
		return (struct value){ .kind = VALUE_NULL };
	switch (v.kind) {
	case VALUE_NULL:
	case VALUE_KIND_COUNT_:
		break;
	case VALUE_STRING:
		v.string = reader_sized(&d->in);
		break;
	case VALUE_INTEGER:
		v.integer = unzigzag(reader_varint(&d->in));
		break;
	case VALUE_FLOAT:
		bits = reader_u64(&d->in);
		memcpy(&v.number, &bits, sizeof(bits));
		d->in.failed |= !isfinite(v.number);
		break;
	case VALUE_BOOLEAN:
		v.boolean = get_bool(d);
		break;
	case VALUE_TIME:
		flags = reader_u8(&d->in);
		d->in.failed |= (flags & ~(HAS_SUB | HAS_OFFSET)) != 0;
		v.time = get_instant(d, flags);
		break;
	case VALUE_LIST: {
		count = reader_varint(&d->in);
		struct value *items = array_for(d, count, sizeof(*items), 1);
		for (size_t i = 0; items != NULL && i < count && !d->in.failed; i++)
			items[i] = get_value(d, depth + 1);
		v.list.items = items;
		v.list.count = items == NULL ? 0 : (size_t)count;
		break;
	}
	case VALUE_MAP:
		v.map.items = get_attributes(d, &v.map.count, depth + 1);
		break;
	}
	return v;
}

static const struct attribute *get_attributes(struct decoder *d, size_t *count, int depth)
{
	uint64_t n = reader_varint(&d->in);
	struct attribute *items = array_for(d, n, sizeof(*items), 2);

	for (size_t i = 0; items != NULL && i < n && !d->in.failed; i++) {
		items[i].key = reader_sized(&d->in);
		items[i].value = get_value(d, depth);
	}
	*count = items == NULL ? 0 : (size_t)n;
	return items;
}

static void get_identifiers(struct decoder *d, struct record *r)
{
	uint64_t n = reader_varint(&d->in);
	struct record_identifier *items = array_for(d, n, sizeof(*items), 4);

	for (size_t i = 0; items != NULL && i < n && !d->in.failed; i++) {
		items[i].type = reader_sized(&d->in);
		items[i].value = reader_sized(&d->in);
		items[i].raw = reader_sized(&d->in);
		items[i].verified = get_bool(d);
	}
	r->identifiers = items;
	r->identifier_count = items == NULL ? 0 : (size_t)n;
}

static void get_objects(struct decoder *d, struct record *r)
{
	uint64_t n = reader_varint(&d->in);
	struct object_ref *items = array_for(d, n, sizeof(*items), 3);

	for (size_t i = 0; items != NULL && i < n && !d->in.failed; i++) {
		items[i].type = reader_sized(&d->in);
		items[i].id = reader_sized(&d->in);
		items[i].qualifier = reader_sized(&d->in);
	}
	r->objects = items;
	r->object_count = items == NULL ? 0 : (size_t)n;
}

static void get_head(struct decoder *d, struct record *r)
{
	r->kind = reader_u8(&d->in);
	d->in.failed |= r->kind < RECORD_EVENT || r->kind >= RECORD_KIND_COUNT_;
	uint8_t flags = reader_u8(&d->in);
	d->in.failed |= flags > 15 || ((flags & HAS_TIME) == 0 && (flags & (HAS_SUB | HAS_OFFSET)));
	r->has_time = flags & HAS_TIME;
	if (r->has_time)
		r->time = get_instant(d, flags);
	if (flags & HAS_TARGET) {
		r->target = reader_varint(&d->in);
		d->in.failed |= r->target == 0;
	}
}

static void get_strings(struct decoder *d, struct record *r)
{
	str *const fields[RECORD_STRING_COUNT] = RECORD_STRINGS(r);

	for (size_t i = 0; i < RECORD_STRING_COUNT; i++)
		*fields[i] = reader_sized(&d->in);
}

err record_decode(str bytes, struct arena *arena, struct record *out, struct why *why)
{
	struct decoder d = { .in = reader_of(bytes), .arena = arena };
	struct record r = { 0 };
	uint8_t version = reader_u8(&d.in);

	if (!d.in.failed && version > RECORD_CODEC_VERSION)
		return fail(
			why, MSG_RECORD_VERSION, arg_int(version), arg_int(RECORD_CODEC_VERSION));
	d.in.failed |= version != RECORD_CODEC_VERSION;
	get_head(&d, &r);
	get_strings(&d, &r);
	get_identifiers(&d, &r);
	r.attributes = get_attributes(&d, &r.attribute_count, 0);
	get_objects(&d, &r);
	r.traits = get_attributes(&d, &r.trait_count, 0);
	if (d.full)
		return fail(
			why, MSG_NO_ROOM, arg_c("record"), arg_int((int64_t)arena_taken(arena)));
	if (d.in.failed || reader_left(&d.in) > 0)
		return fail(why, MSG_RECORD_BYTES, arg_int((int64_t)reader_offset(&d.in)));
	*out = r;
	return OK;
}
