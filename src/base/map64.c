/* base/map64.c - see map64.h */
#include "base/map64.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct slot {
	uint64_t key, value; /* key 0: empty */
};

struct map64 {
	struct slot *slots;
	size_t count, size; /* size: a power of two */
};

enum { SIZE_LEAST = 16 };

static size_t slot_of(const struct map64 *map, uint64_t key)
{
	size_t at = (key * 0x9e3779b97f4a7c15u) >> 32 & (map->size - 1);

	while (map->slots[at].key != 0 && map->slots[at].key != key)
		at = (at + 1) & (map->size - 1);
	return at;
}

struct map64 *map64_create(void)
{
	struct map64 *map = memory_alloc(sizeof(*map));

	map->size = SIZE_LEAST;
	map->slots = memory_alloc(map->size * sizeof(*map->slots));
	return map;
}

void map64_free(struct map64 *map)
{
	if (map == NULL)
		return;
	free(map->slots);
	free(map);
}

static void grow(struct map64 *map)
{
	struct slot *old = map->slots;
	size_t old_size = map->size;

	map->size *= 2;
	map->slots = memory_alloc(map->size * sizeof(*map->slots));
	for (size_t i = 0; i < old_size; i++)
		if (old[i].key != 0)
			map->slots[slot_of(map, old[i].key)] = old[i];
	free(old);
}

void map64_put(struct map64 *map, uint64_t key, uint64_t value)
{
	ASSERT(key != 0);
	size_t at = slot_of(map, key);
	if (map->slots[at].key == 0 && ++map->count * 2 > map->size) {
		grow(map);
		at = slot_of(map, key);
	}
	map->slots[at] = (struct slot){ key, value };
}

bool map64_get(const struct map64 *map, uint64_t key, uint64_t *value)
{
	if (key == 0)
		return false;
	const struct slot *slot = &map->slots[slot_of(map, key)];
	if (slot->key != 0)
		*value = slot->value;
	return slot->key != 0;
}

size_t map64_count(const struct map64 *map)
{
	return map->count;
}

void map64_clear(struct map64 *map)
{
	memset(map->slots, 0, map->size * sizeof(*map->slots));
	map->count = 0;
}
