/* journal/dedup_table.c - see dedup_table.h */
#include "journal/dedup_table.h"

#include "base/arena.h"

#include <stdlib.h>

enum { HOMES_MIN = 1024, GROWTH = 4, TAIL_SLOTS = 64 };

static uint8_t *slot(const struct dedup_table *table, size_t i)
{
	return table->slots + i * DEDUP_ENTRY_BYTES;
}

/* At most two of three homes are taken: fuller, clusters grow long. */
static size_t homes_for(size_t count)
{
	return count / 2 * 3 + 8;
}

void dedup_table_init(struct dedup_table *table, size_t count_max, size_t count_soon)
{
	*table = (struct dedup_table){ .homes_wanted = homes_for(count_max),
		.homes_first = homes_for(count_soon) };
}

void dedup_table_done(struct dedup_table *table)
{
	free(table->slots);
	*table = (struct dedup_table){ .homes_wanted = table->homes_wanted,
		.homes_first = table->homes_first };
}

void dedup_table_clear(struct dedup_table *table)
{
	if (table->size > 0)
		memset(table->slots, 0, table->size * DEDUP_ENTRY_BYTES);
	table->count = 0;
}

size_t dedup_table_bytes(const struct dedup_table *table)
{
	return table->size * DEDUP_ENTRY_BYTES;
}

/* The first slot from the key's home that is empty or holds a key that is not smaller. */
static size_t place_of(const struct dedup_table *table, struct dedup_key key)
{
	size_t i = (size_t)part_of(key.high, table->homes);

	while (i < table->size && !entry_is_empty(slot(table, i)) &&
		key_compare(entry_key(slot(table, i)), key) < 0)
		i++;
	return i;
}

static bool holds(const struct dedup_table *table, size_t i, struct dedup_key key)
{
	return i < table->size && !entry_is_empty(slot(table, i)) &&
	       key_compare(entry_key(slot(table, i)), key) == 0;
}

const uint8_t *dedup_table_find(const struct dedup_table *table, struct dedup_key key)
{
	if (table->count == 0)
		return NULL;
	size_t i = place_of(table, key);
	return holds(table, i, key) ? slot(table, i) : NULL;
}

static void grow_tail(struct dedup_table *table)
{
	size_t old = table->size;

	table->size += TAIL_SLOTS;
	table->slots = memory_resize(table->slots, table->size * DEDUP_ENTRY_BYTES);
	memset(slot(table, old), 0, TAIL_SLOTS * DEDUP_ENTRY_BYTES);
}

/* Puts a new entry at slot `at`, moving what stands there up to the next empty slot. */
static void insert(struct dedup_table *table, size_t at, const uint8_t *bytes)
{
	size_t end = at;

	while (end < table->size && !entry_is_empty(slot(table, end)))
		end++;
	if (end == table->size)
		grow_tail(table);
	memmove(slot(table, at + 1), slot(table, at), (end - at) * DEDUP_ENTRY_BYTES);
	memcpy(slot(table, at), bytes, DEDUP_ENTRY_BYTES);
	table->count++;
}

static void grow(struct dedup_table *table)
{
	struct dedup_table larger = { .homes_wanted = table->homes_wanted,
		.homes_first = table->homes_first };
	const uint8_t *entry;

	larger.homes = MAX_OF(table->homes * GROWTH, MAX_OF(table->homes_first, (size_t)HOMES_MIN));
	if (table->homes < table->homes_wanted)
		larger.homes = MIN_OF(larger.homes, table->homes_wanted);
	larger.size = larger.homes + TAIL_SLOTS;
	larger.slots = memory_alloc(larger.size * DEDUP_ENTRY_BYTES);
	for (size_t at = 0; (entry = dedup_table_next(table, &at)) != NULL;)
		insert(&larger, place_of(&larger, entry_key(entry)), entry);
	dedup_table_done(table);
	*table = larger;
}

void dedup_table_put(struct dedup_table *table, const struct dedup_entry *entry)
{
	uint8_t bytes[DEDUP_ENTRY_BYTES];

	if (table->count >= table->homes / 3 * 2)
		grow(table);
	entry_store(bytes, entry);
	size_t at = place_of(table, entry->key);
	if (holds(table, at, entry->key))
		memcpy(slot(table, at), bytes, DEDUP_ENTRY_BYTES);
	else
		insert(table, at, bytes);
}

const uint8_t *dedup_table_next(const struct dedup_table *table, size_t *at)
{
	for (; *at < table->size; (*at)++)
		if (!entry_is_empty(slot(table, *at)))
			return slot(table, (*at)++);
	return NULL;
}
