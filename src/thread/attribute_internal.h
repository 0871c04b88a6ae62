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

static inline bool slot_is_string(size_t slot)
{
	return slot % ATTRIBUTE_TYPE_COUNT == ATTRIBUTE_STRING;
}
