/* journal/seal_names.c - distinct strings, numbered in order of appearance; see seal_internal.h */
#include "journal/seal_internal.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_CAP_MIN = 16 };

/* Linear probing; at most half of the slots are taken. */
static uint32_t *slot_of(const struct names *names, uint32_t hash, str name)
{
	uint32_t mask = names->cap * 2 - 1;

	for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
		uint32_t i = names->slots[at];
		if (i == 0 ||
			(names->hashes[i - 1] == hash && str_equal(names->items[i - 1], name)))
			return &names->slots[at];
	}
}

static void grow(struct names *names)
{
	uint32_t cap = MAX_OF(names->cap * 2, (uint32_t)NAMES_CAP_MIN), mask = cap * 2 - 1;

	names->items = memory_resize(names->items, cap * sizeof(*names->items));
	names->hashes = memory_resize(names->hashes, cap * sizeof(*names->hashes));
	free(names->slots);
	names->slots = memory_alloc((size_t)cap * 2 * sizeof(*names->slots));
	names->cap = cap;
	for (uint32_t i = 0; i < names->count; i++) {
		uint32_t at = names->hashes[i] & mask;
		while (names->slots[at] != 0)
			at = (at + 1) & mask;
		names->slots[at] = i + 1;
	}
}

uint32_t names_add(struct names *names, str name, struct arena *copies)
{
	uint32_t hash = (uint32_t)hash64(1, name);

	if (names->count == names->cap)
		grow(names);
	uint32_t *slot = slot_of(names, hash, name);
	if (*slot != 0)
		return *slot - 1;
	if (copies != NULL) {
		name = arena_str(copies, name);
		ASSERT(name.ptr != NULL); /* its limit is far above what a block can hold */
	}
	names->items[names->count] = name;
	names->hashes[names->count++] = hash;
	*slot = names->count;
	return names->count - 1;
}

bool names_has(const struct names *names, str name)
{
	return names->cap > 0 && *slot_of(names, (uint32_t)hash64(1, name), name) != 0;
}

void names_clear(struct names *names)
{
	names->count = 0;
	if (names->cap > 0)
		memset(names->slots, 0, (size_t)names->cap * 2 * sizeof(*names->slots));
}

void names_done(struct names *names)
{
	free(names->items);
	free(names->slots);
	free(names->hashes);
	*names = (struct names){ 0 };
}
