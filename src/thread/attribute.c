/* thread/attribute.c - the writer's side of attribute.h: values on their way into columns */
#include "thread/attribute.h"

#include "base/hash.h"
#include "base/random.h"
#include "thread/attribute_internal.h"
#include "thread/thread.h"

#include <stdlib.h>
#include <string.h>

#define SIGN ((uint64_t)1 << 63)
#define PACKED_CHUNK_BYTES TABLE_CHUNK_BYTES_MAX /* appended to, read in runs, never changed */

/* ---- columns */

struct column *column_create(bool is_string)
{
	struct column *column = memory_alloc(sizeof(*column));
	uint64_t seed; /* texts come from outside: nobody shall choose those that collide */

	secret_bytes(&seed, sizeof(seed));
	column->dictionary = is_string ? strings_create(seed) : NULL;
	column->blocks = table_create(sizeof(struct attribute_block));
	column->tail = table_create(sizeof(struct pair));
	return column;
}

void column_free(struct column *column)
{
	if (column == NULL)
		return;
	attribute_column_unref(column->current);
	strings_free(column->dictionary);
	table_free(column->blocks);
	table_free(column->tail);
	free(column->recent);
	free(column);
}

/* The tail becomes a block. */
static void pack_tail(struct attributes *a, struct column *column)
{
	uint32_t rows[ATTRIBUTE_BLOCK_ENTRIES];
	uint64_t values[ATTRIBUTE_BLOCK_ENTRIES], words[ATTRIBUTE_BLOCK_WORDS_MAX];
	struct attribute_block block;
	size_t count = table_count(column->tail), at = 0;

	for (size_t i = 0; i < count; i++) {
		const struct pair *pair = table_at(column->tail, i);
		rows[i] = pair->row;
		values[i] = pair->value;
	}
	size_t taken = attribute_block_pack(rows, values, count, &block, words);
	if (taken > 0)
		memcpy(table_push_run(a->packed, taken, &at), words, taken * sizeof(*words));
	block.at = at;
	*(struct attribute_block *)table_push(column->blocks) = block;
	table_resize(column->tail, 0);
	column->in_blocks += count;
}

/* The same value of rows side by side. */
static void push_pairs(
	struct attributes *a, struct column *column, uint32_t row, size_t count, uint64_t value)
{
	enum { AT_ONCE = 64 };
	struct pair pairs[AT_ONCE];

	attribute_column_unref(column->current);
	column->current = NULL;
	while (count > 0) {
		size_t room = ATTRIBUTE_BLOCK_ENTRIES - table_count(column->tail);
		size_t n = MIN_OF(MIN_OF(count, room), (size_t)AT_ONCE);
		for (size_t i = 0; i < n; i++)
			pairs[i] = (struct pair){ .row = row + (uint32_t)i, .value = value };
		table_append(column->tail, pairs, n);
		if (n == room)
			pack_tail(a, column);
		row += (uint32_t)n;
		count -= n;
	}
}

static void push_pair(struct attributes *a, struct column *column, uint32_t row, uint64_t value)
{
	push_pairs(a, column, row, 1, value);
}

void attributes_set_slots(struct attributes *a, size_t slots)
{
	if (slots > a->room) {
		a->room = MAX_OF(slots, a->room * 2);
		a->columns = memory_resize(a->columns, a->room * sizeof(struct column *));
	}
	for (; a->slots < slots; a->slots++)
		a->columns[a->slots] = NULL;
}

static struct column *column_at(struct attributes *a, size_t slot)
{
	if (a->columns[slot] == NULL)
		a->columns[slot] = column_create(slot_is_string(slot));
	return a->columns[slot];
}

struct attributes *attributes_create(void)
{
	struct attributes *a = memory_alloc(sizeof(*a));

	secret_bytes(&a->seed, sizeof(a->seed));
	a->keys = strings_create(a->seed);
	a->budgets = table_create(sizeof(struct budget));
	a->packed = table_create_sized(sizeof(uint64_t), PACKED_CHUNK_BYTES);
	attributes_set_slots(a, slot_of_key(0, 0));
	return a;
}

void attributes_free(struct attributes *a)
{
	if (a == NULL)
		return;
	attributes_view_unref(a->current);
	for (size_t i = 0; i < a->slots; i++)
		column_free(a->columns[i]);
	free(a->columns);
	free(a->followers);
	free(a->sought);
	strings_free(a->keys);
	table_free(a->budgets);
	table_free(a->packed);
	free(a);
}

size_t attributes_resident_bytes(const struct attributes *a)
{
	size_t bytes = sizeof(*a) + a->room * sizeof(struct column *) +
		       strings_resident_bytes(a->keys) + table_resident_bytes(a->budgets) +
		       table_resident_bytes(a->packed);

	for (size_t i = 0; i < a->slots; i++) {
		const struct column *column = a->columns[i];
		if (column == NULL)
			continue;
		bytes += sizeof(*column) + table_resident_bytes(column->blocks) +
			 table_resident_bytes(column->tail);
		if (column->dictionary != NULL)
			bytes += strings_resident_bytes(column->dictionary);
	}
	return bytes;
}

/* ---- one row */

struct adding {
	struct attributes *all;
	struct budget *budget; /* of its source; NULL: it may bring nothing new */
	uint32_t row;
	uint32_t before; /* the key before, + 1; 0: this is the first */
	uint64_t left_out;
};

static uint32_t new_key(struct adding *in, str key)
{
	struct attributes *a = in->all;
	struct budget *budget = in->budget;

	if (budget == NULL || budget->keys == ATTRIBUTE_SOURCE_KEYS_MAX ||
		strings_count(a->keys) == ATTRIBUTE_KEYS_MAX)
		return STRINGS_NONE;
	budget->keys++;
	uint32_t code = strings_intern(a->keys, key);
	attributes_set_slots(a, slot_of_key(strings_count(a->keys), 0));
	return code;
}

static uint32_t key_code(struct adding *in, str key)
{
	uint32_t code = attributes_known_key(in->all, &in->before, key);

	if (code != STRINGS_NONE)
		return code;
	code = new_key(in, key);
	if (code != STRINGS_NONE)
		attributes_note_key(in->all, &in->before, code);
	return code;
}

/* A text on its way into a column. */
struct incoming {
	str text;
	uint64_t hash;
	uint32_t code; /* known already, or STRINGS_NONE */
};

static struct incoming incoming_of(const struct attributes *a, str text)
{
	return (struct incoming){ text, hash64(a->seed, text), STRINGS_NONE };
}

/* The code of a text, a new one if `may_add`.  Most texts come again soon: a look at where they
 * stand is cheaper than the index.  Of a column with many texts (addresses, products) most do not:
 * half a hash says so without waiting for another text, which lies anywhere. */
static uint32_t text_code(struct column *column, const struct incoming *in, bool may_add)
{
	if (column->recent == NULL)
		column->recent = memory_alloc(RECENT * sizeof(*column->recent));
	struct recent_text *recent = recent_of(column, in->hash);
	uint32_t code = in->code, check = recent_check(in->hash);

	if (code == STRINGS_NONE && recent->check == check &&
		recent->code < strings_count(column->dictionary) &&
		str_equal(strings_get(column->dictionary, recent->code), in->text))
		return recent->code;
	if (code == STRINGS_NONE)
		code = may_add ? strings_intern(column->dictionary, in->text)
			       : strings_find(column->dictionary, in->text);
	if (code != STRINGS_NONE)
		*recent = (struct recent_text){ code, check };
	return code;
}

/* Where a text belongs, and as which value.  Texts of fields are not counted: `in` is NULL.  False:
 * the source has brought too many. */
static bool place_text(struct attributes *a, struct adding *in, size_t string_slot,
	const struct incoming *what, struct column **to, uint64_t *value)
{
	struct column *column = column_at(a, string_slot);
	size_t known = strings_count(column->dictionary), len = what->text.len;
	bool has_room = known < ATTRIBUTE_DICTIONARY_MAX && len <= ATTRIBUTE_TEXT_BYTES_MAX;
	bool may_add = has_room &&
		       (in == NULL || (in->budget != NULL &&
					      in->budget->values < ATTRIBUTE_SOURCE_VALUES_MAX));
	uint32_t code = STRINGS_NONE;

	if (len <= ATTRIBUTE_TEXT_BYTES_MAX)
		code = text_code(column, what, may_add);
	if (code == STRINGS_NONE && has_room)
		return false;
	if (code == STRINGS_NONE) {
		*to = column_at(a, string_slot - ATTRIBUTE_STRING + ATTRIBUTE_HASHED);
		*value = what->hash;
		return true;
	}
	if (code == known && in != NULL && in->budget != NULL)
		in->budget->values++;
	*to = column;
	*value = code;
	return true;
}

static bool add_text(struct attributes *a, struct adding *in, uint32_t row, size_t string_slot,
	const struct incoming *what)
{
	struct column *column;
	uint64_t value;
	bool has_place = place_text(a, in, string_slot, what, &column, &value);

	if (has_place)
		push_pair(a, column, row, value);
	return has_place;
}

static void add_string(struct adding *in, uint32_t key, const struct incoming *what)
{
	if (add_text(in->all, in, in->row, slot_of_key(key, ATTRIBUTE_STRING), what))
		in->all->values++;
	else
		in->left_out++;
}

static uint64_t bits_of_float(double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return (bits & SIGN) ? ~bits : bits | SIGN;
}

/* Of all kinds but a string. */
static void add_bits(struct adding *in, uint32_t key, const struct value *value)
{
	struct attributes *a = in->all;
	enum attribute_type type = ATTRIBUTE_BOOLEAN;
	uint64_t bits = 0;

	switch (value->kind) {
	case VALUE_INTEGER:
		type = ATTRIBUTE_INTEGER;
		bits = (uint64_t)value->integer ^ SIGN;
		break;
	case VALUE_FLOAT:
		type = ATTRIBUTE_FLOAT;
		bits = bits_of_float(value->number);
		break;
	case VALUE_BOOLEAN:
		bits = value->boolean;
		break;
	case VALUE_TIME:
		type = ATTRIBUTE_TIME;
		bits = (uint64_t)ticks_of(value->time) ^ SIGN;
		break;
	case VALUE_STRING:
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		ASSERT(false); /* attribute_walk() lays them flat */
	}
	a->values++;
	push_pair(a, column_at(a, slot_of_key(key, type)), in->row, bits);
}

static void add_value(void *context, str key, const struct value *value)
{
	struct adding *in = context;
	uint32_t code = key_code(in, key);

	if (code == STRINGS_NONE) {
		in->left_out++;
	} else if (value->kind == VALUE_STRING) {
		const struct incoming what = incoming_of(in->all, value->string);
		add_string(in, code, &what);
	} else {
		add_bits(in, code, value);
	}
}

static void add_field(struct attributes *a, uint32_t row, enum attribute_field field, str text)
{
	if (text.len == 0)
		return;
	const struct incoming what = incoming_of(a, text);
	(void)add_text(a, NULL, row, slot_of_special(field, ATTRIBUTE_STRING), &what);
}

static void add_fields(struct attributes *a, uint32_t row, const struct record *record)
{
	add_field(a, row, FIELD_SOURCE, record->source);
	add_field(a, row, FIELD_ACTOR, record->actor);
	add_field(a, row, FIELD_INTERACTION, record->interaction);
	add_field(a, row, FIELD_CASE, record->case_id);
}

/* The pointer holds while the row is added. */
static struct budget *budget_of(struct attributes *a, str source)
{
	struct column *column = column_at(a, slot_of_special(FIELD_SOURCE, ATTRIBUTE_STRING));
	const struct incoming what = incoming_of(a, source);
	/* A source without a name is no value of the field, but a source like others. */
	uint32_t code = text_code(column, &what, source.len == 0);

	if (code == STRINGS_NONE)
		return NULL;
	if (code >= table_count(a->budgets))
		table_resize(a->budgets, (size_t)code + 1);
	return table_change(a->budgets, code);
}

/* Fields stand before the values. */
static void add_sought(struct adding *in, const struct record *record,
	const struct sought_value *values, size_t count)
{
	struct attributes *a = in->all;
	size_t i = 0;

	for (; i < count && values[i].value == NULL; i++) {
		const struct incoming what = { values[i].text, values[i].hash, values[i].code };
		(void)add_text(a, NULL, in->row, values[i].slot, &what);
	}
	if (i < count)
		in->budget = budget_of(a, record->source);
	for (; i < count; i++) {
		const struct incoming what = { values[i].text, values[i].hash, values[i].code };
		if (values[i].value->kind == VALUE_STRING)
			add_string(in, values[i].key, &what);
		else
			add_bits(in, values[i].key, values[i].value);
	}
}

void attributes_add_plain(struct attributes *a, uint32_t first_row, size_t count, str source)
{
	const struct incoming what = incoming_of(a, source);
	size_t slot = slot_of_special(FIELD_SOURCE, ATTRIBUTE_STRING);
	struct column *column;
	uint64_t value;

	attributes_view_unref(a->current);
	a->current = NULL;
	if (source.len > 0 && place_text(a, NULL, slot, &what, &column, &value))
		push_pairs(a, column, first_row, count, value);
}

void attributes_add(struct attributes *a, uint32_t row, const struct record *record)
{
	struct adding in = { .all = a, .row = row };
	const struct sought_value *values;
	size_t count;

	attributes_view_unref(a->current);
	a->current = NULL;
	if (record->text.len > 0)
		push_pair(a, column_at(a, slot_of_special(FIELD_TEXT, ATTRIBUTE_BOOLEAN)), row, 1);
	if (attributes_sought_of(a, record, &values, &count, &in.left_out)) {
		add_sought(&in, record, values, count);
	} else {
		add_fields(a, row, record);
		if (record->attribute_count == 0)
			return;
		in.budget = budget_of(a, record->source);
		in.left_out += attribute_walk(record, add_value, &in);
	}
	if (in.left_out == 0)
		return;
	if (in.budget == NULL)
		in.budget = budget_of(a, record->source);
	a->not_indexed += in.left_out;
	if (in.budget != NULL)
		in.budget->not_indexed += in.left_out;
	push_pair(a, column_at(a, slot_of_special(KEY_PARTIAL, ATTRIBUTE_BOOLEAN)), row, 0);
}
