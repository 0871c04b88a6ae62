/* exchange/csv_write.c - see csv_write.h and csv_own.h */
#include "exchange/csv_write.h"

#include "base/hash.h"
#include "event/kind.h"
#include "exchange/csv_own.h"
#include "exchange/csv_row.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_BYTES_MAX = 8 << 20, SLOTS = 16384, NOT_THERE = -1 };

static const char fixed_header[] =
	CSV_OWN_MARK ",time,source,message_id,channel,activity,interaction,case,actor,text,"
		     "language,target,payload";
static const char last_header[] = ",identifiers,attributes,traits,objects\n";

/* The names of one family of columns, in the order of their first appearance. */
struct family {
	const char *prefix;
	str names[CSV_OWN_COLUMNS_MAX];
	int16_t slots[SLOTS]; /* index + 1 of a name, by its hash */
	int count;
};

struct csv_writer {
	struct output *output;
	struct arena *arena; /* the names */
	struct family identifiers, attributes, traits;
	int columns;
	struct strbuf row, cell;
};

/* ---- columns */

static size_t slot_of(const struct family *family, str name)
{
	size_t slot = hash64(0, name) % SLOTS;

	while (family->slots[slot] != 0 && !str_equal(family->names[family->slots[slot] - 1], name))
		slot = (slot + 1) % SLOTS;
	return slot;
}

static int column_of(const struct family *family, str name)
{
	return family->slots[slot_of(family, name)] - 1;
}

static void note(struct csv_writer *w, struct family *family, str name)
{
	size_t slot = slot_of(family, name);

	if (family->slots[slot] != 0 || w->columns == CSV_OWN_COLUMNS_MAX)
		return;
	str kept = arena_str(w->arena, name);
	if (kept.ptr == NULL)
		return; /* its values go to the JSON column */
	family->names[family->count++] = kept;
	family->slots[slot] = (int16_t)family->count;
	w->columns++;
}

static void note_record(struct csv_writer *w, const struct record *r)
{
	for (size_t i = 0; i < r->identifier_count; i++)
		note(w, &w->identifiers, r->identifiers[i].type);
	for (size_t i = 0; i < r->attribute_count; i++)
		note(w, &w->attributes, r->attributes[i].key);
	for (size_t i = 0; i < r->trait_count; i++)
		note(w, &w->traits, r->traits[i].key);
}

/* ---- cells */

static void add_quoted(struct strbuf *out, str text)
{
	bool plain = true;

	for (size_t i = 0; i < text.len && plain; i++)
		plain = !str_has(STR(",\"\n\r"), text.ptr[i]);
	if (plain && (text.len == 0 || !str_has(STR(" \t"), text.ptr[0]))) {
		strbuf_add(out, text);
		return;
	}
	strbuf_add_byte(out, '"');
	for (str before, after; str_split(text, '"', &before, &after); text = after) {
		strbuf_add(out, before);
		strbuf_add(out, STR("\"\""));
	}
	strbuf_add(out, text);
	strbuf_add_byte(out, '"');
}

static void add_cell(struct csv_writer *w, str text)
{
	strbuf_add_byte(&w->row, ',');
	add_quoted(&w->row, text);
}

static void add_empty(struct csv_writer *w, int count)
{
	for (int i = 0; i < count; i++)
		strbuf_add_byte(&w->row, ',');
}

static bool has_control(str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static bool starts_with_one_of(str text, const char *characters)
{
	return text.len > 0 && str_has(str_of(characters), text.ptr[0]);
}

static str as_json(struct csv_writer *w, const struct value *value)
{
	strbuf_clear(&w->cell);
	struct json_writer json = json_writer_of(&w->cell, JSON_COMPACT);
	csv_own_put_value(&json, value);
	return strbuf_ok(&w->cell) ? strbuf_str(&w->cell) : (str){ NULL, 0 };
}

static void add_text(struct csv_writer *w, str text)
{
	struct value string = { .kind = VALUE_STRING, .string = text };

	if (starts_with_one_of(text, "\"=+-@") || has_control(text))
		text = as_json(w, &string);
	add_cell(w, text);
}

static void add_value(struct csv_writer *w, const struct value *v)
{
	bool is_text = v->kind == VALUE_STRING && v->string.len > 0 &&
		       !starts_with_one_of(v->string, "\"=+-@{[0123456789") &&
		       !has_control(v->string) && !str_equal(v->string, STR("true")) &&
		       !str_equal(v->string, STR("false")) && !str_equal(v->string, STR("null"));

	add_cell(w, is_text ? v->string : as_json(w, v));
}

/* ---- lists */

/* The next item's column must lie behind the last one's; NOT_THERE else. */
static int next_column(const struct family *family, str name, int last)
{
	int column = column_of(family, name);

	return column > last ? column : NOT_THERE;
}

static bool fits_columns(const struct family *family, const struct attribute *items, size_t count)
{
	int last = NOT_THERE;

	for (size_t i = 0; i < count; i++) {
		last = next_column(family, items[i].key, last);
		if (last == NOT_THERE)
			return false;
	}
	return true;
}

static void add_attributes(struct csv_writer *w, const struct family *family,
	const struct attribute *items, size_t count, bool fits)
{
	int at = 0;

	for (size_t i = 0; fits && i < count; i++) {
		int column = column_of(family, items[i].key);
		add_empty(w, column - at);
		add_value(w, &items[i].value);
		at = column + 1;
	}
	add_empty(w, family->count - at);
}

static bool identifiers_fit(const struct family *family, const struct record *r)
{
	int last = NOT_THERE;

	for (size_t i = 0; i < r->identifier_count; i++) {
		const struct record_identifier *id = &r->identifiers[i];
		last = next_column(family, id->type, last);
		if (last == NOT_THERE || id->raw.len > 0 || id->verified || id->value.len == 0)
			return false;
	}
	return true;
}

static void add_identifiers(
	struct csv_writer *w, const struct family *family, const struct record *r, bool fits)
{
	int at = 0;

	for (size_t i = 0; fits && i < r->identifier_count; i++) {
		int column = column_of(family, r->identifiers[i].type);
		add_empty(w, column - at);
		add_text(w, r->identifiers[i].value);
		at = column + 1;
	}
	add_empty(w, family->count - at);
}

static struct json_writer begin_json(struct csv_writer *w)
{
	strbuf_clear(&w->cell);
	struct json_writer json = json_writer_of(&w->cell, JSON_COMPACT);
	json_put_array(&json);
	return json;
}

static void end_json(struct csv_writer *w, struct json_writer *json)
{
	json_put_end(json);
	add_cell(w, strbuf_ok(&w->cell) ? strbuf_str(&w->cell) : (str){ NULL, 0 });
}

static void add_identifiers_json(struct csv_writer *w, const struct record *r)
{
	struct json_writer json = begin_json(w);

	for (size_t i = 0; i < r->identifier_count; i++) {
		const struct record_identifier *id = &r->identifiers[i];
		json_put_array(&json);
		json_put_string(&json, id->type);
		json_put_string(&json, id->value);
		if (id->raw.len > 0 || id->verified) {
			json_put_string(&json, id->raw);
			json_put_bool(&json, id->verified);
		}
		json_put_end(&json);
	}
	end_json(w, &json);
}

static void add_attributes_json(struct csv_writer *w, const struct attribute *items, size_t count)
{
	struct json_writer json = begin_json(w);

	for (size_t i = 0; i < count; i++) {
		json_put_array(&json);
		json_put_string(&json, items[i].key);
		csv_own_put_value(&json, &items[i].value);
		json_put_end(&json);
	}
	end_json(w, &json);
}

static void add_objects_json(struct csv_writer *w, const struct record *r)
{
	struct json_writer json = begin_json(w);

	for (size_t i = 0; i < r->object_count; i++) {
		json_put_array(&json);
		json_put_string(&json, r->objects[i].type);
		json_put_string(&json, r->objects[i].id);
		json_put_string(&json, r->objects[i].qualifier);
		json_put_end(&json);
	}
	end_json(w, &json);
}

/* ---- rows */

static err write_row(struct csv_writer *w, struct why *why)
{
	if (!strbuf_ok(&w->row) || !strbuf_ok(&w->cell) || w->row.len > CSV_ROW_BYTES_MAX)
		return fail(why, MSG_CSV_ROW_LONG, arg_int(CSV_ROW_BYTES_MAX));
	return w->output->write(w->output, strbuf_str(&w->row), why);
}

static void add_family_names(struct csv_writer *w, const struct family *family)
{
	for (int i = 0; i < family->count; i++) {
		strbuf_clear(&w->cell);
		strbuf_add_c(&w->cell, family->prefix);
		strbuf_add(&w->cell, family->names[i]);
		add_cell(w, strbuf_ok(&w->cell) ? strbuf_str(&w->cell) : (str){ NULL, 0 });
	}
}

static err write_header(struct csv_writer *w, struct why *why)
{
	strbuf_clear(&w->row);
	strbuf_add_c(&w->row, fixed_header);
	add_family_names(w, &w->identifiers);
	add_family_names(w, &w->attributes);
	add_family_names(w, &w->traits);
	strbuf_add_c(&w->row, last_header);
	return write_row(w, why);
}

static void add_target(struct csv_writer *w, uint64_t target)
{
	strbuf_add_byte(&w->row, ',');
	if (target > 0)
		strbuf_printf(&w->row, "%llu", (unsigned long long)target);
}

static void add_payload(struct csv_writer *w, str payload)
{
	strbuf_add_byte(&w->row, ',');
	for (size_t i = 0; i < payload.len; i++)
		strbuf_printf(&w->row, "%02x", (unsigned char)payload.ptr[i]);
}

static void add_fixed(struct csv_writer *w, const struct record *r)
{
	char time[INSTANT_TEXT_BYTES];
	const str texts[] = { r->source, r->message_id, r->channel, r->activity, r->interaction,
		r->case_id, r->actor, r->text, r->text_language };

	strbuf_add(&w->row, record_kind_name(r->kind));
	add_cell(w, r->has_time ? instant_as_told(time, &r->time) : (str){ NULL, 0 });
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		add_text(w, texts[i]);
	add_target(w, r->target);
	add_payload(w, r->payload);
}

static err write_record(struct csv_writer *w, const struct record *r, struct why *why)
{
	bool identifiers = identifiers_fit(&w->identifiers, r);
	bool attributes = fits_columns(&w->attributes, r->attributes, r->attribute_count);
	bool traits = fits_columns(&w->traits, r->traits, r->trait_count);

	strbuf_clear(&w->row);
	strbuf_clear(&w->cell);
	add_fixed(w, r);
	add_identifiers(w, &w->identifiers, r, identifiers);
	add_attributes(w, &w->attributes, r->attributes, r->attribute_count, attributes);
	add_attributes(w, &w->traits, r->traits, r->trait_count, traits);
	if (identifiers)
		add_empty(w, 1);
	else
		add_identifiers_json(w, r);
	if (attributes)
		add_empty(w, 1);
	else
		add_attributes_json(w, r->attributes, r->attribute_count);
	if (traits)
		add_empty(w, 1);
	else
		add_attributes_json(w, r->traits, r->trait_count);
	if (r->object_count == 0)
		add_empty(w, 1);
	else
		add_objects_json(w, r);
	strbuf_add_byte(&w->row, '\n');
	return write_row(w, why);
}

static err each_record(
	struct csv_writer *w, struct record_source *source, bool writes, struct why *why)
{
	struct record record;
	bool more = true;
	str customer;
	err e = source->rewind(source, why);

	while (e == OK) {
		e = source->next(source, &more, &record, &customer, why);
		if (e != OK || !more)
			return e;
		if (writes)
			e = write_record(w, &record, why);
		else
			note_record(w, &record);
	}
	return e;
}

err csv_write(struct record_source *source, struct output *output, struct why *why)
{
	struct csv_writer *w = memory_alloc(sizeof(*w));

	w->output = output;
	w->arena = arena_create(NAMES_BYTES_MAX);
	w->identifiers.prefix = "identifier:";
	w->attributes.prefix = "attribute:";
	w->traits.prefix = "trait:";
	w->row = strbuf_heap(2 * (size_t)CSV_ROW_BYTES_MAX);
	w->cell = strbuf_heap(CSV_ROW_BYTES_MAX);
	err e = each_record(w, source, false, why);
	if (e == OK)
		e = write_header(w, why);
	if (e == OK)
		e = each_record(w, source, true, why);
	strbuf_done(&w->row);
	strbuf_done(&w->cell);
	arena_free(w->arena);
	free(w);
	return e;
}
