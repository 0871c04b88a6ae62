/* journey/plan_groups.c - a number for each value of an attribute, so that journeys can be cut by
 * it.
 *
 * Values of different types are different (1 is not "1"); of an event with several values the first
 * counts, in the order of attribute_walk().  Texts that a column only has as hashes are read
 * back from the journal: a hash is not taken for a text.
 */
#include "journey/plan_internal.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 64 << 20 };

struct grouping {
	struct journey_plan *plan;
	const struct journey_journal *journal;
	str key;
	enum attribute_field field;
	bool is_field;
	struct strings *values; /* type, then the value: its code + 1 is the number */
	uint32_t *groups;
	uint64_t *open; /* rows to be read back */
	struct why *why;
};

static bool field_named(str key, enum attribute_field *field)
{
	static const str names[FIELD_COUNT] = { [FIELD_SOURCE] = STR_INIT("@source"),
		[FIELD_ACTOR] = STR_INIT("@actor"),
		[FIELD_INTERACTION] = STR_INIT("@interaction"),
		[FIELD_CASE] = STR_INIT("@case"),
		[FIELD_TEXT] = STR_INIT("@text") };

	for (int i = 0; i < FIELD_COUNT; i++)
		if (str_equal(key, names[i])) {
			*field = (enum attribute_field)i;
			return true;
		}
	return false;
}

/* ---- a value's number */

/* Long texts by their digest (base/hash.h: equal digests are equal contents). */
static uint32_t number_of(struct grouping *g, char type, str bytes)
{
	char text[1 + ATTRIBUTE_TEXT_BYTES_MAX];
	struct strbuf buf = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	struct digest128 digest;
	uint32_t code;

	if (bytes.len > ATTRIBUTE_TEXT_BYTES_MAX) {
		digest = digest128(NULL, bytes);
		bytes = (str){ (const char *)digest.bytes, sizeof(digest.bytes) };
		type = 'd';
	}
	strbuf_add_byte(&buf, type);
	strbuf_add(&buf, bytes);
	code = strings_intern(g->values, strbuf_str(&buf));
	return code == STRINGS_NONE ? 0 : code + 1;
}

static uint32_t number_of_word(struct grouping *g, char type, uint64_t word)
{
	return number_of(g, type, (str){ (const char *)&word, sizeof(word) });
}

static bool is_event(const struct grouping *g, uint32_t row)
{
	return (threads_view_row(g->plan->view, row).flags & (ROW_HIDDEN | ROW_ENTITY)) == 0;
}

/* ---- by columns.  A row met a second time has several values: only its record knows the first. */

static void note(struct grouping *g, uint32_t row, uint32_t number)
{
	if (g->groups[row] != 0 && g->groups[row] != number)
		g->open[row / 64] |= (uint64_t)1 << (row % 64);
	g->groups[row] = number;
}

static const struct attribute_column *column_of(const struct grouping *g, enum attribute_type type)
{
	const struct attributes_view *view = threads_view_attributes(g->plan->view);
	uint32_t key;

	if (view == NULL)
		return NULL;
	if (g->is_field)
		return attributes_field(view, g->field, type);
	key = attributes_find_key(view, g->key);
	return key == STRINGS_NONE ? NULL : attributes_column(view, key, type);
}

static void note_texts(struct grouping *g, const struct attribute_column *column)
{
	struct attribute_cursor c;
	uint32_t *numbers = memory_alloc((attribute_distinct(column) + 1) * sizeof(*numbers));

	for (uint32_t code = 0; code < attribute_distinct(column); code++)
		numbers[code] = number_of(g, 's', attribute_text(column, code));
	attribute_cursor_init(&c, column);
	while (attribute_next_block(&c))
		for (size_t i = 0; i < c.count; i++)
			if (c.rows[i] < threads_view_rows(g->plan->view))
				note(g, c.rows[i], numbers[c.values[i]]);
	free(numbers);
}

static uint64_t bits_of(double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

static uint64_t word_of(char type, uint64_t value)
{
	return type == 'f'   ? bits_of(attribute_float(value))
	       : type == 'b' ? value
			     : (uint64_t)attribute_integer(value);
}

static void note_words(struct grouping *g, const struct attribute_column *column, char type)
{
	struct attribute_cursor c;

	attribute_cursor_init(&c, column);
	while (attribute_next_block(&c))
		for (size_t i = 0; i < c.count; i++)
			if (c.rows[i] < threads_view_rows(g->plan->view))
				note(g, c.rows[i],
					number_of_word(g, type, word_of(type, c.values[i])));
}

static void open_rows(struct grouping *g, const struct attribute_column *column)
{
	struct attribute_cursor c;

	attribute_cursor_init(&c, column);
	while (attribute_next_block(&c))
		for (size_t i = 0; i < c.count; i++)
			if (c.rows[i] < threads_view_rows(g->plan->view))
				g->open[c.rows[i] / 64] |= (uint64_t)1 << (c.rows[i] % 64);
}

static void by_columns(struct grouping *g)
{
	static const char types[ATTRIBUTE_TYPE_COUNT] = {
		[ATTRIBUTE_INTEGER] = 'i',
		[ATTRIBUTE_FLOAT] = 'f',
		[ATTRIBUTE_BOOLEAN] = 'b',
		[ATTRIBUTE_TIME] = 't',
	};

	for (int t = 0; t < ATTRIBUTE_TYPE_COUNT; t++) {
		const struct attribute_column *column = column_of(g, (enum attribute_type)t);
		if (column == NULL)
			continue;
		if (t == ATTRIBUTE_STRING)
			note_texts(g, column);
		else if (t == ATTRIBUTE_HASHED)
			open_rows(g, column);
		else
			note_words(g, column, types[t]);
	}
	const struct attributes_view *view = threads_view_attributes(g->plan->view);
	if (!g->is_field && attributes_partial(view) != NULL)
		open_rows(g, attributes_partial(view));
}

/* ---- by records */

static uint32_t number_of_value(struct grouping *g, const struct value *value)
{
	switch (value->kind) {
	case VALUE_STRING:
		return number_of(g, 's', value->string);
	case VALUE_INTEGER:
		return number_of_word(g, 'i', (uint64_t)value->integer);
	case VALUE_FLOAT:
		return number_of_word(g, 'f', bits_of(value->number));
	case VALUE_BOOLEAN:
		return number_of_word(g, 'b', value->boolean);
	case VALUE_TIME:
		return number_of_word(g, 't', (uint64_t)ticks_of(value->time));
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		break;
	}
	return 0;
}

/* The first value under what is left of the key: see ask_value() of thread/where.c. */
static uint32_t first_value(struct grouping *g, str left, const struct value *value)
{
	uint32_t found = 0;

	if (value->kind == VALUE_LIST) {
		for (size_t i = 0; found == 0 && i < value->list.count; i++)
			found = first_value(g, left, &value->list.items[i]);
	} else if (value->kind == VALUE_MAP) {
		for (size_t i = 0; found == 0 && i < value->map.count; i++) {
			str rest = left;
			if (str_skip_prefix(&rest, STR(".")) &&
				str_skip_prefix(&rest, value->map.items[i].key))
				found = first_value(g, rest, &value->map.items[i].value);
		}
	} else if (left.len == 0) {
		found = number_of_value(g, value);
	}
	return found;
}

static uint32_t number_of_record(struct grouping *g, const struct record *record)
{
	uint32_t found = 0;

	for (size_t i = 0; found == 0 && i < record->attribute_count; i++) {
		str left = g->key;
		if (str_skip_prefix(&left, record->attributes[i].key))
			found = first_value(g, left, &record->attributes[i].value);
	}
	return found;
}

static uint32_t number_of_field(struct grouping *g, const struct record *record)
{
	str text = g->field == FIELD_SOURCE        ? record->source
		   : g->field == FIELD_ACTOR       ? record->actor
		   : g->field == FIELD_INTERACTION ? record->interaction
		   : g->field == FIELD_CASE        ? record->case_id
						   : STR("");

	return text.len == 0 ? 0 : number_of(g, 's', text);
}

static err read_back(struct grouping *g, uint32_t row, struct arena *arena)
{
	struct record record;

	if (!is_event(g, row))
		return OK;
	arena_reset(arena);
	err e = limits_check(g->plan->limits, g->why);
	if (e == OK)
		e = g->journal->read(g->journal->context, threads_view_row(g->plan->view, row).seq,
			arena, &record, g->why);
	if (e == OK)
		g->groups[row] =
			g->is_field ? number_of_field(g, &record) : number_of_record(g, &record);
	return e;
}

static err by_records(struct grouping *g)
{
	AUTO_ARENA arena = arena_create(RECORD_BYTES);
	size_t rows = threads_view_rows(g->plan->view);
	bool all = threads_view_attributes(g->plan->view) == NULL;
	err e = OK;

	for (size_t row = 0; e == OK && row < rows; row++) {
		if (!all && row % 64 == 0 && g->open[row / 64] == 0)
			row += 63; /* mostly columns tell */
		else if (all || where_bit(g->open, (uint32_t)row))
			e = read_back(g, (uint32_t)row, arena);
	}
	return e;
}

err plan_groups(struct journey_plan *plan, const struct journey_journal *journal, str key,
	uint32_t **out, struct strings **values, struct why *why)
{
	size_t rows = threads_view_rows(plan->view);
	struct grouping g = { .plan = plan, .journal = journal, .key = key, .why = why };
	err e = plan_take(plan, rows * sizeof(*g.groups) + rows / 8, why);

	if (e != OK)
		return e;
	g.is_field = field_named(key, &g.field);
	g.groups = memory_alloc((rows + 1) * sizeof(*g.groups));
	g.open = memory_alloc((rows / 64 + 1) * sizeof(*g.open));
	g.values = strings_create(0);
	if (threads_view_attributes(plan->view) != NULL)
		by_columns(&g);
	e = by_records(&g);
	if (values != NULL)
		*values = g.values;
	else
		strings_free(g.values);
	free(g.open);
	*out = g.groups;
	return e;
}
