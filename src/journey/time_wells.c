/* journey/time_wells.c - see time_wells.h: chunks are cut from blocks, and go with them */
#include "journey/time_wells.h"

#include "base/spare.h"

#include <stdlib.h>

struct well_block {
	struct well_block *before;
};
enum { BLOCK_BYTES = 128 << 10, BLOCK_BYTES_MAX = 4 << 20 };

_Static_assert(sizeof(struct well_chunk) == WELL_CHUNK_BYTES, "chunks lie side by side");

/* The chunks of a block are those that its head, and being aligned, leave whole. */
static void add_block(struct time_wells *wells, size_t bytes)
{
	struct well_block *block = spare_take(bytes);
	uintptr_t from = (uintptr_t)block, mask = WELL_CHUNK_BYTES - 1;
	uintptr_t first = (from + sizeof(*block) + mask) & ~mask, end = (from + bytes) & ~mask;
	char *at = (char *)block;

	block->before = wells->blocks;
	wells->blocks = block;
	wells->block_bytes = bytes;
	wells->fresh = (struct well_chunk *)(void *)(at + (first - from));
	wells->fresh_end = (struct well_chunk *)(void *)(at + (end - from));
}

err time_wells_init(
	struct time_wells *wells, size_t lists, struct journey_limits *limits, struct why *why)
{
	size_t bytes = lists * sizeof(*wells->next) + BLOCK_BYTES;

	*wells = (struct time_wells){ .limits = limits };
	err e = limits_take(limits, bytes, why);

	if (e != OK)
		return e;
	wells->bytes = bytes;
	wells->next = memory_alloc((lists + 1) * sizeof(*wells->next));
	add_block(wells, BLOCK_BYTES);
	wells->spill = wells->fresh++;
	return OK;
}

void time_wells_done(struct time_wells *wells)
{
	for (struct well_block *b = wells->blocks, *before; b != NULL; b = before) {
		before = b->before;
		spare_give(b);
	}
	if (wells->limits != NULL)
		limits_give(wells->limits, wells->bytes);
	free(wells->next);
	*wells = (struct time_wells){ .limits = NULL };
}

err time_wells_state(const struct time_wells *wells, struct why *why)
{
	if (wells->state != OK && why != NULL)
		*why = wells->why;
	return wells->state;
}

static bool has_room(struct time_wells *wells)
{
	if (wells->fresh < wells->fresh_end)
		return true;
	size_t bytes = MIN_OF(2 * wells->block_bytes, (size_t)BLOCK_BYTES_MAX);
	if (wells->state == OK)
		wells->state = limits_take(wells->limits, bytes, &wells->why);
	if (wells->state != OK)
		return false;
	wells->bytes += bytes;
	add_block(wells, bytes);
	return true;
}

unsigned char *time_wells_grow(struct time_wells *wells, size_t list)
{
	size_t count;
	const struct well_chunk *before = time_wells_last(wells, list, 1, &count);

	if (!has_room(wells))
		return wells->spill->numbers;
	struct well_chunk *chunk = wells->fresh++;
	chunk->before = before;
	return chunk->numbers;
}
