/* thread/attribute_check.c - see attribute_check.h */
#include "thread/attribute_check.h"

#include "base/hash.h"
#include "thread/attribute_internal.h"
#include "thread/thread.h"

#include <stdlib.h>
#include <string.h>

#define SIGN ((uint64_t)1 << 63)

struct attributes_check {
	const struct attributes_view *view;
	struct attribute_cursor **cursors; /* by slot; NULL: not looked at yet */
	uint8_t *passed; /* a bit a row */
	bool has_more; /* a column has a value that no record has */
	/* Of the present row. */
	uint32_t row;
	size_t missing;
};

struct attributes_check *attributes_check_create(const struct attributes_view *view, size_t rows)
{
	struct attributes_check *c = memory_alloc(sizeof(*c));

	c->view = view;
	c->cursors = memory_alloc((view->slots + 1) * sizeof(struct attribute_cursor *));
	c->passed = memory_alloc(rows / 8 + 1);
	return c;
}

void attributes_check_free(struct attributes_check *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->view->slots; i++)
		free(c->cursors[i]);
	free(c->cursors);
	free(c->passed);
	free(c);
}

static bool is_passed(const struct attributes_check *c, uint32_t row)
{
	return (c->passed[row / 8] >> (row % 8) & 1) != 0;
}

void attributes_check_pass(struct attributes_check *c, uint32_t row)
{
	c->passed[row / 8] |= (uint8_t)(1u << (row % 8));
}

/* To the first pair of `row` or behind it; those before it are of rows that were passed, or of
 * none.  False: there is none. */
static bool move_to(struct attributes_check *c, struct attribute_cursor *cursor, uint64_t row)
{
	for (;;) {
		for (; cursor->at < cursor->count; cursor->at++) {
			uint32_t at = cursor->rows[cursor->at];
			if (at >= row)
				return true;
			c->has_more |= !is_passed(c, at);
		}
		if (!attribute_next_block(cursor))
			return false;
	}
}

static struct attribute_cursor *cursor_of(struct attributes_check *c, size_t slot)
{
	if (slot >= c->view->slots || c->view->columns[slot] == NULL)
		return NULL;
	if (c->cursors[slot] == NULL) {
		c->cursors[slot] = memory_resize(NULL, sizeof(struct attribute_cursor));
		attribute_cursor_init(c->cursors[slot], c->view->columns[slot]);
	}
	return c->cursors[slot];
}

/* Does the column have this next for the present row? */
static bool take(struct attributes_check *c, size_t slot, uint64_t value)
{
	struct attribute_cursor *cursor = cursor_of(c, slot);

	if (cursor == NULL || !move_to(c, cursor, c->row) || cursor->rows[cursor->at] != c->row ||
		cursor->values[cursor->at] != value)
		return false;
	cursor->at++;
	return true;
}

static bool take_text(struct attributes_check *c, size_t string_slot, str text)
{
	size_t hashed = string_slot - ATTRIBUTE_STRING + ATTRIBUTE_HASHED;
	uint32_t code = STRINGS_NONE;

	if (string_slot < c->view->slots && c->view->columns[string_slot] != NULL)
		code = attribute_code(c->view->columns[string_slot], text);
	if (code != STRINGS_NONE && take(c, string_slot, code))
		return true;
	return take(c, hashed, hash64(c->view->seed, text));
}

static uint64_t bits_of(double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return (bits & SIGN) ? ~bits : bits | SIGN;
}

static bool take_value(struct attributes_check *c, uint32_t key, const struct value *value)
{
	switch (value->kind) {
	case VALUE_STRING:
		return take_text(c, slot_of_key(key, ATTRIBUTE_STRING), value->string);
	case VALUE_INTEGER:
		return take(
			c, slot_of_key(key, ATTRIBUTE_INTEGER), (uint64_t)value->integer ^ SIGN);
	case VALUE_FLOAT:
		return take(c, slot_of_key(key, ATTRIBUTE_FLOAT), bits_of(value->number));
	case VALUE_BOOLEAN:
		return take(c, slot_of_key(key, ATTRIBUTE_BOOLEAN), value->boolean);
	case VALUE_TIME:
		return take(c, slot_of_key(key, ATTRIBUTE_TIME),
			(uint64_t)ticks_of(value->time) ^ SIGN);
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		break;
	}
	return false;
}

static void check_value(void *context, str key, const struct value *value)
{
	struct attributes_check *c = context;
	uint32_t code = attributes_find_key(c->view, key);

	if (code == STRINGS_NONE || !take_value(c, code, value))
		c->missing++;
}

static bool has_field(struct attributes_check *c, enum attribute_field field, str text)
{
	return text.len == 0 || take_text(c, slot_of_special(field, ATTRIBUTE_STRING), text);
}

static bool has_fields(struct attributes_check *c, const struct record *record)
{
	return has_field(c, FIELD_SOURCE, record->source) &&
	       has_field(c, FIELD_ACTOR, record->actor) &&
	       has_field(c, FIELD_INTERACTION, record->interaction) &&
	       has_field(c, FIELD_CASE, record->case_id) &&
	       (record->text.len == 0 ||
		       take(c, slot_of_special(FIELD_TEXT, ATTRIBUTE_BOOLEAN), 1));
}

bool attributes_check_row(struct attributes_check *c, uint32_t row, const struct record *record)
{
	c->row = row;
	c->missing = 0;
	bool same = has_fields(c, record);
	c->missing += attribute_walk(record, check_value, c);
	bool partial = take(c, slot_of_special(KEY_PARTIAL, ATTRIBUTE_BOOLEAN), 0);
	same = same && partial == (c->missing > 0) && !c->has_more;
	c->has_more = false;
	return same;
}

/* Columns that were not looked at yet are gone through one by one. */
bool attributes_check_end(struct attributes_check *c)
{
	for (size_t slot = 0; slot < c->view->slots; slot++) {
		struct attribute_cursor *cursor = cursor_of(c, slot);
		if (cursor == NULL)
			continue;
		(void)move_to(c, cursor, UINT64_MAX); /* there is none: it goes to the end */
		free(cursor);
		c->cursors[slot] = NULL;
	}
	return !c->has_more;
}
