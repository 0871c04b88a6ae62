/* matching/records.c - see records.h */
#include "matching/records.h"

#include "base/strings.h"

#include <stdlib.h>
#include <string.h>

enum { NO_FIELD = -1, RAW_BYTES_MAX = 4096 };

/* Two dictionaries: what came, so that each distinct spelling is formed once; and what it became,
 * so that each form has one code. */
struct dictionary {
	struct strings *raws, *forms;
	uint32_t *value_of_raw; /* by code of `raws` */
	size_t raw_room;
	struct field_value *values;
	struct field_brief *briefs;
	uint32_t *counts;
	size_t value_room;
};

struct match_records {
	struct arena *arena; /* of values, names and ids */
	size_t bytes_max;
	struct records_field fields[MATCHING_FIELDS_MAX];
	struct dictionary dictionaries[MATCHING_FIELDS_MAX];
	size_t field_count;
	int column_of_input[MATCHING_FIELDS_MAX]; /* the field of each name given */
	size_t input_count;
	int full, given, surname; /* of inputs, or of fields; NO_FIELD */
	uint32_t *codes; /* rows, one after the other */
	str *ids;
	size_t count, room;
};

/* ---- fields */

static int add_field(struct match_records *r, str name)
{
	size_t n = r->field_count++;
	str kept = arena_str(r->arena, name);

	r->fields[n] = (struct records_field){
		.name = kept, .kind = field_kind_named(name), .value_count = 1
	};
	struct dictionary *d = &r->dictionaries[n];
	d->raws = strings_create(1);
	d->forms = strings_create(1);
	d->value_room = 64;
	d->values = memory_alloc(d->value_room * sizeof(*d->values));
	d->briefs = memory_alloc(d->value_room * sizeof(*d->briefs));
	d->counts = memory_alloc(d->value_room * sizeof(*d->counts));
	return (int)n;
}

static int find_field(const struct match_records *r, enum field_kind kind)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (r->fields[i].kind == kind)
			return (int)i;
	return NO_FIELD;
}

err match_records_create(const str *names, size_t count, size_t bytes_max,
	struct match_records **out, struct why *why)
{
	if (count == 0 || count > MATCHING_FIELDS_MAX - 2)
		return fail(why, MSG_MATCH_FIELDS, arg_int((int64_t)count),
			arg_int(MATCHING_FIELDS_MAX - 2));
	struct match_records *r = memory_alloc(sizeof(*r));
	*r = (struct match_records){ .arena = arena_create(bytes_max),
		.bytes_max = bytes_max,
		.input_count = count,
		.full = NO_FIELD };
	for (size_t i = 0; i < count; i++) {
		bool is_full = field_kind_named(names[i]) == KIND_FULL_NAME;
		if (is_full)
			r->full = (int)i;
		r->column_of_input[i] = is_full ? NO_FIELD : add_field(r, names[i]);
	}
	if (r->full != NO_FIELD && find_field(r, KIND_GIVEN_NAME) == NO_FIELD)
		(void)add_field(r, STR("given_name"));
	if (r->full != NO_FIELD && find_field(r, KIND_SURNAME) == NO_FIELD)
		(void)add_field(r, STR("surname"));
	r->given = find_field(r, KIND_GIVEN_NAME);
	r->surname = find_field(r, KIND_SURNAME);
	for (size_t i = 0; i < r->field_count; i++)
		if (r->fields[i].name.ptr == NULL) {
			match_records_free(r);
			return fail(why, MSG_MATCH_ROOM, arg_int((int64_t)bytes_max));
		}
	*out = r;
	return OK;
}

void match_records_free(struct match_records *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->field_count; i++) {
		struct dictionary *d = &r->dictionaries[i];
		strings_free(d->raws);
		strings_free(d->forms);
		free(d->value_of_raw);
		free(d->values);
		free(d->briefs);
		free(d->counts);
	}
	free(r->codes);
	free(r->ids);
	arena_free(r->arena);
	free(r);
}

/* ---- values */

static void grow_values(struct dictionary *d)
{
	size_t was = d->value_room;

	d->value_room *= 2;
	d->values = memory_resize(d->values, d->value_room * sizeof(*d->values));
	d->briefs = memory_resize(d->briefs, d->value_room * sizeof(*d->briefs));
	d->counts = memory_resize(d->counts, d->value_room * sizeof(*d->counts));
	memset(d->counts + was, 0, (d->value_room - was) * sizeof(*d->counts));
}

/* False if there is no room. */
static bool add_value(
	struct match_records *r, size_t field, const struct field_value *value, uint32_t *code)
{
	struct dictionary *d = &r->dictionaries[field];
	struct records_field *f = &r->fields[field];
	uint32_t form = strings_intern(d->forms, value->text);

	if (form == STRINGS_NONE || form + 1 >= MATCHING_VALUES_MAX)
		return false;
	*code = form + 1;
	if (*code < f->value_count)
		return true;
	if (*code == d->value_room)
		grow_values(d);
	d->values[*code] = *value;
	d->briefs[*code] = field_brief_of(f->kind, value);
	f->value_count++;
	return true;
}

static bool note_raw(struct dictionary *d, uint32_t raw, uint32_t code)
{
	if (raw >= d->raw_room) {
		d->raw_room = MAX_OF((size_t)64, 2 * d->raw_room);
		d->value_of_raw =
			memory_resize(d->value_of_raw, d->raw_room * sizeof(*d->value_of_raw));
	}
	d->value_of_raw[raw] = code;
	return true;
}

static bool code_of(struct match_records *r, size_t field, str raw, uint32_t *code)
{
	struct dictionary *d = &r->dictionaries[field];
	struct field_value value;
	bool room = true;

	*code = 0;
	if (raw.len == 0)
		return true;
	raw = str_cut(raw, RAW_BYTES_MAX);
	size_t known = strings_count(d->raws);
	uint32_t raw_code = strings_intern(d->raws, raw);
	if (raw_code == STRINGS_NONE)
		return false;
	if (raw_code < known) {
		*code = d->value_of_raw[raw_code];
		return true;
	}
	if (field_value_of(r->fields[field].kind, raw, r->arena, &value, &room))
		room = add_value(r, field, &value, code);
	return note_raw(d, raw_code, *code) && room;
}

/* ---- records */

static bool grow(struct match_records *r)
{
	if (r->count < r->room)
		return true;
	if (r->count == MATCHING_RECORDS_MAX)
		return false;
	r->room = MAX_OF((size_t)1024, 2 * r->room);
	r->codes = memory_resize(r->codes, r->room * r->field_count * sizeof(*r->codes));
	r->ids = memory_resize(r->ids, r->room * sizeof(*r->ids));
	return true;
}

static bool fill_names(struct match_records *r, str full, uint32_t *row)
{
	str given, surname;
	bool room = true;

	full_name_split(full, &given, &surname);
	if (row[r->given] == 0)
		room = code_of(r, (size_t)r->given, given, &row[r->given]);
	if (room && row[r->surname] == 0)
		room = code_of(r, (size_t)r->surname, surname, &row[r->surname]);
	return room;
}

err match_records_add(struct match_records *r, str id, const str *values, struct why *why)
{
	if (!grow(r))
		return fail(why, MSG_MATCH_RECORDS, arg_int(MATCHING_RECORDS_MAX));
	uint32_t *row = r->codes + r->count * r->field_count;
	bool room = true;

	memset(row, 0, r->field_count * sizeof(*row));
	for (size_t i = 0; room && i < r->input_count; i++)
		if (r->column_of_input[i] != NO_FIELD)
			room = code_of(r, (size_t)r->column_of_input[i], values[i],
				&row[r->column_of_input[i]]);
	if (room && r->full != NO_FIELD)
		room = fill_names(r, values[r->full], row);
	str kept = arena_str(r->arena, id);
	if (!room || kept.ptr == NULL)
		return fail(why, MSG_MATCH_ROOM, arg_int((int64_t)r->bytes_max));
	for (size_t i = 0; i < r->field_count; i++)
		if (row[i] != 0) {
			r->dictionaries[i].counts[row[i]]++;
			r->fields[i].present++;
		}
	r->ids[r->count++] = kept;
	return OK;
}

struct place {
	str id;
	uint32_t row;
};

static int by_id(const void *a, const void *b)
{
	return str_compare(((const struct place *)a)->id, ((const struct place *)b)->id);
}

void match_records_settle(struct match_records *r)
{
	struct place *places = memory_alloc((r->count + 1) * sizeof(*places));
	size_t row_bytes = r->field_count * sizeof(*r->codes);
	uint32_t *codes = memory_alloc((r->count + 1) * row_bytes);

	for (size_t i = 0; i < r->count; i++)
		places[i] = (struct place){ r->ids[i], (uint32_t)i };
	qsort(places, r->count, sizeof(*places), by_id);
	for (size_t i = 0; i < r->count; i++) {
		r->ids[i] = places[i].id;
		memcpy((char *)codes + i * row_bytes,
			(const char *)r->codes + places[i].row * row_bytes, row_bytes);
	}
	free(r->codes);
	free(places);
	r->codes = codes;
	r->room = r->count;
	for (size_t i = 0; i < r->field_count; i++) {
		r->fields[i].values = r->dictionaries[i].values;
		r->fields[i].briefs = r->dictionaries[i].briefs;
		r->fields[i].counts = r->dictionaries[i].counts;
	}
}

size_t match_records_count(const struct match_records *r)
{
	return r->count;
}

size_t match_records_fields(const struct match_records *r)
{
	return r->field_count;
}

const struct records_field *match_records_field(const struct match_records *r, size_t field)
{
	return &r->fields[field];
}

str match_records_id(const struct match_records *r, uint32_t row)
{
	return r->ids[row];
}

bool match_records_find(const struct match_records *r, str id, uint32_t *row)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (str_compare(r->ids[middle], id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == r->count || !str_equal(r->ids[low], id))
		return false;
	*row = (uint32_t)low;
	return true;
}

const uint32_t *match_records_row(const struct match_records *r, uint32_t row)
{
	return r->codes + row * r->field_count;
}
