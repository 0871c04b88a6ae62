/* thread/recall.c - see recall.h */
#include "thread/recall.h"

#include <stdio.h>

enum { HASH_TEXT_BYTES = 24 };

/* A key, or a field of the record: its columns, one for each type, most of which are not there. */
struct place {
	struct attribute_cursor *cursors[ATTRIBUTE_TYPE_COUNT]; /* NULL: no such column */
	str key;
};

struct recall {
	const struct threads_view *view;
	const struct attributes_view *columns; /* NULL: they were skipped */
	unsigned fields, told_apart;
	struct place field[FIELD_COUNT];
	struct place *keys; /* only those that have a column */
	size_t key_count;
	struct attribute_cursor *partial;
	bool wants_keys;
	/* Of the present row. */
	struct attribute *attributes;
	char hashes[FIELD_COUNT][HASH_TEXT_BYTES];
};

/* ---- columns */

/* False: the arena is full. */
static bool open_column(
	const struct attribute_column *column, struct arena *arena, struct attribute_cursor **out)
{
	if (column == NULL)
		return true;
	*out = arena_alloc(arena, sizeof(**out));
	if (*out != NULL)
		attribute_cursor_init(*out, column);
	return *out != NULL;
}

static bool open_field(struct recall *r, enum attribute_field field, struct arena *arena)
{
	bool room = true;

	for (size_t type = 0; room && type < ATTRIBUTE_TYPE_COUNT; type++)
		room = open_column(attributes_field(r->columns, field, (enum attribute_type)type),
			arena, &r->field[field].cursors[type]);
	return room;
}

static bool open_key(struct recall *r, str key, struct arena *arena)
{
	uint32_t code = attributes_find_key(r->columns, key);
	struct place *place = &r->keys[r->key_count];
	bool room = true;

	if (code == STRINGS_NONE)
		return true; /* no record has it, but for those that are partial */
	place->key = key;
	r->key_count++;
	for (size_t type = 0; room && type < ATTRIBUTE_TYPE_COUNT; type++)
		room = open_column(attributes_column(r->columns, code, (enum attribute_type)type),
			arena, &place->cursors[type]);
	return room;
}

static bool open_all(struct recall *r, const struct recall_wanted *wanted, struct arena *arena)
{
	bool room = open_column(attributes_partial(r->columns), arena, &r->partial);

	for (size_t field = 0; room && field < FIELD_COUNT; field++)
		if (r->fields >> field & 1)
			room = open_field(r, (enum attribute_field)field, arena);
	for (size_t i = 0; room && i < wanted->key_count; i++)
		room = open_key(r, wanted->keys[i], arena);
	return room;
}

struct recall *recall_create(
	const struct threads_view *view, const struct recall_wanted *wanted, struct arena *arena)
{
	struct recall *r = arena_alloc(arena, sizeof(*r));

	ASSERT(wanted->key_count <= RECALL_KEYS_MAX);
	if (r == NULL)
		return NULL;
	*r = (struct recall){ .view = view,
		.columns = threads_view_attributes(view),
		.fields = wanted->fields,
		.told_apart = wanted->told_apart,
		.wants_keys = wanted->key_count > 0,
		.keys = arena_array(arena, wanted->key_count, sizeof(*r->keys)),
		.attributes = arena_array(arena, wanted->key_count, sizeof(*r->attributes)) };
	if (r->keys == NULL || r->attributes == NULL)
		return NULL;
	return r->columns == NULL || open_all(r, wanted, arena) ? r : NULL;
}

/* ---- one row */

/* How many values the column has for the row; *value is the first. */
static size_t values_of(struct attribute_cursor *cursor, uint32_t row, uint64_t *value)
{
	size_t count = 0;

	if (cursor == NULL || !attribute_seek(cursor, row) || cursor->rows[cursor->at] != row)
		return 0;
	*value = cursor->values[cursor->at];
	while (cursor->at + count < cursor->count && cursor->rows[cursor->at + count] == row)
		count++;
	/* The rest may stand in the next block; one more is enough to know. */
	bool is_last = cursor->at + count == cursor->count;
	return count + (is_last && attribute_next_block(cursor) && cursor->rows[0] == row);
}

/* False: a text that only its hash is left of. */
static bool recall_field(struct recall *r, enum attribute_field field, uint32_t row, str *out)
{
	struct place *place = &r->field[field];
	struct attribute_cursor *cursor = place->cursors[ATTRIBUTE_STRING];
	uint64_t value = 0;

	*out = STR("");
	if ((r->fields >> field & 1) == 0)
		return true;
	if (values_of(cursor, row, &value) > 0) {
		*out = attribute_text(cursor->column, (uint32_t)value);
		return true;
	}
	if (values_of(place->cursors[ATTRIBUTE_HASHED], row, &value) == 0)
		return true;
	(void)snprintf(
		r->hashes[field], HASH_TEXT_BYTES, "hash:%016llx", (unsigned long long)value);
	*out = str_of(r->hashes[field]);
	return (r->told_apart >> field & 1) != 0;
}

/* False: the type does not give the value back as it was. */
static bool value_of(const struct attribute_column *column, enum attribute_type type, uint64_t bits,
	struct value *out)
{
	switch (type) {
	case ATTRIBUTE_STRING:
		*out = (struct value){ .kind = VALUE_STRING,
			.string = attribute_text(column, (uint32_t)bits) };
		return true;
	case ATTRIBUTE_INTEGER:
		*out = (struct value){ .kind = VALUE_INTEGER, .integer = attribute_integer(bits) };
		return true;
	case ATTRIBUTE_FLOAT:
		*out = (struct value){ .kind = VALUE_FLOAT, .number = attribute_float(bits) };
		return true;
	case ATTRIBUTE_BOOLEAN:
		*out = (struct value){ .kind = VALUE_BOOLEAN, .boolean = bits != 0 };
		return true;
	case ATTRIBUTE_HASHED:
	case ATTRIBUTE_TIME:
	case ATTRIBUTE_TYPE_COUNT:
		break;
	}
	return false;
}

/* False: the columns do not tell all of it. */
static bool recall_key(struct recall *r, struct place *place, uint32_t row, struct record *out)
{
	struct attribute *a = &r->attributes[out->attribute_count];
	size_t found = 0;

	for (size_t type = 0; type < ATTRIBUTE_TYPE_COUNT; type++) {
		struct attribute_cursor *cursor = place->cursors[type];
		uint64_t bits = 0;
		size_t count = values_of(cursor, row, &bits);
		found += count;
		if (found > 1 || (count > 0 && !value_of(cursor->column, (enum attribute_type)type,
						       bits, &a->value)))
			return false;
	}
	a->key = place->key;
	out->attribute_count += found;
	return true;
}

void recall_outline(const struct threads_view *view, uint32_t row, struct record *out)
{
	struct row r = threads_view_row(view, row);
	struct what what = threads_view_what(view, r.what);
	int64_t ms = r.time == INT64_MIN ? 0 : ms_of_ticks(r.time);

	*out = (struct record){ .kind = r.flags & ROW_ENTITY ? RECORD_ENTITY : RECORD_EVENT,
		.seq = r.seq,
		.has_time = r.time != INT64_MIN,
		.channel = threads_view_name(view, what.channel),
		.activity = threads_view_name(view, what.activity) };
	out->time.ms = ms;
	if (out->has_time)
		out->time.sub_ns = (int32_t)(r.time - ms * TICKS_PER_MS) * 100;
}

bool recall_row(struct recall *r, uint32_t row, struct record *out)
{
	uint64_t unused = 0;

	recall_outline(r->view, row, out);
	if (r->fields == 0 && !r->wants_keys)
		return true;
	if (r->columns == NULL || (r->wants_keys && values_of(r->partial, row, &unused) > 0))
		return false;
	bool told = recall_field(r, FIELD_SOURCE, row, &out->source) &&
		    recall_field(r, FIELD_ACTOR, row, &out->actor) &&
		    recall_field(r, FIELD_INTERACTION, row, &out->interaction) &&
		    recall_field(r, FIELD_CASE, row, &out->case_id);
	for (size_t i = 0; told && i < r->key_count; i++)
		told = recall_key(r, &r->keys[i], row, out);
	out->attributes = r->attributes;
	return told;
}

bool recall_has_text(struct recall *r, uint32_t row)
{
	uint64_t unused = 0;

	return values_of(r->field[FIELD_TEXT].cursors[ATTRIBUTE_BOOLEAN], row, &unused) > 0;
}
