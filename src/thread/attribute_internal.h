/* thread/attribute_internal.h - columns laid open, for the attribute files of this folder. */
#pragma once

#include "thread/attribute.h"

#include <stdatomic.h>

/* Fields and the partial rows are keys in front of the keys that events bring. */
enum { KEY_PARTIAL = FIELD_COUNT, KEYS_BEFORE = FIELD_COUNT + 1, RECENT = 256 };

static inline size_t slot_of_key(size_t key, enum attribute_type type)
{
	return (KEYS_BEFORE + key) * ATTRIBUTE_TYPE_COUNT + (size_t)type;
}
static inline size_t slot_of_special(size_t special, enum attribute_type type)
{
	return special * ATTRIBUTE_TYPE_COUNT + (size_t)type;
}

struct pair {
	uint64_t value;
	uint32_t row;
	uint32_t unused;
};

struct recent_text {
	uint32_t code; /* to be verified ... */
	uint32_t check; /* ... where this half of the hash agrees */
};

struct column {
	struct strings *dictionary; /* STRING only */
	struct table *blocks; /* struct attribute_block */
	struct table *tail; /* struct pair: not yet a block */
	uint64_t in_blocks; /* pairs */
	struct recent_text *recent; /* RECENT, by hash of the text; NULL: none yet */
	struct attribute_column *current; /* published; NULL: changed since */
};

struct attribute_column {
	atomic_uint references;
	struct strings_view *dictionary;
	struct view *blocks, *tail, *packed;
	uint64_t count;
};

/* What a source has used up. */
struct budget {
	uint32_t keys, values;
	uint64_t not_indexed;
};

/* A value of a record on its way in, laid flat; attribute_seek.c. */
struct sought_value {
	const struct value *value; /* NULL: a field of the record */
	str text; /* of a string */
	uint64_t hash; /* of the text */
	size_t slot; /* of the column, of a string */
	uint32_t key; /* its code; of a value */
	uint32_t code; /* of the text in the column; STRINGS_NONE: not sought, or not found */
};

enum { SOUGHT_VALUES_MAX = 1024, SOUGHT_TEXTS_MAX = 512 };

struct sought {
	const struct record *records; /* NULL: none */
	size_t record_count;
	struct {
		size_t first, count;
		uint64_t left_out;
		bool is_whole; /* all of it is there: the record need not be laid flat again */
	} of[ATTRIBUTES_SEEK_MAX];
	size_t count, text_count;
	struct sought_value values[SOUGHT_VALUES_MAX];
	size_t texts_of[SOUGHT_TEXTS_MAX]; /* which value each text is of */
	struct strings_question texts[SOUGHT_TEXTS_MAX];
};

struct attributes {
	uint64_t seed;
	struct strings *keys;
	struct table *budgets; /* by code of the source in the column of FIELD_SOURCE */
	struct table *packed; /* uint64_t: the words of all blocks */
	struct column **columns; /* by slot; NULL: none yet */
	size_t slots, room;
	uint64_t values, not_indexed;
	struct attributes_view *current; /* NULL: changed since */
	/* The key that last followed a key (+ 1; 0: was first): events of a kind carry theirs in
	 * one order.  To be verified. */
	uint32_t *followers;
	size_t follower_count;
	struct sought *sought;
};

struct attributes_view {
	atomic_uint references;
	uint64_t seed;
	struct strings_view *keys;
	struct view *budgets;
	struct attribute_column **columns;
	size_t slots;
	uint64_t values, not_indexed;
};

struct column *column_create(bool is_string);
void column_free(struct column *column);
void attributes_set_slots(struct attributes *attributes, size_t slots);
void attribute_column_unref(struct attribute_column *column);
/* The code of a key after the one with code `*before` - 1 (0: it is the first), which becomes that
 * one; STRINGS_NONE: it is new.  And a new one's, once it has a code. */
uint32_t attributes_known_key(struct attributes *attributes, uint32_t *before, str key);
void attributes_note_key(struct attributes *attributes, uint32_t *before, uint32_t code);

/* What attributes_seek() found of a record; false: nothing. */
bool attributes_sought_of(const struct attributes *attributes, const struct record *record,
	const struct sought_value **values, size_t *count, uint64_t *left_out);

static inline struct recent_text *recent_of(const struct column *column, uint64_t hash)
{
	return &column->recent[hash % RECENT];
}
static inline uint32_t recent_check(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

static inline bool slot_is_string(size_t slot)
{
	return slot % ATTRIBUTE_TYPE_COUNT == ATTRIBUTE_STRING;
}
