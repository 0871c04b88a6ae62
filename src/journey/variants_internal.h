/* journey/variants_internal.h - partitions of journeys: variants.c fills them, variants_count.c
 * counts them and chooses, variants_tell.c tells of the chosen. */
#pragma once

#include "journey/variants.h"

#include <stddef.h>

enum {
	VARIANT_PARTITION_BITS = 6,
	VARIANT_PARTITIONS = 1 << VARIANT_PARTITION_BITS,
	TRIP_LENGTH_MAX = (1 << 29) - 1,
	TRIP_BLOCK_BYTES = 1 << 15,
	TRIP_PLACE_BITS = 12, /* of a place: where in the block, in units of 8 bytes */
};

/* A journey, its steps packed. */
struct trip {
	uint64_t hash, ticks; /* from its first step to its last */
	uint32_t customer;
	uint32_t length : 29, outcome : 2;
	uint32_t is_first : 1; /* of its variant, as they are counted */
	/* Once counted: of the first the variant's place in the answer + 1, or 0; of the others the
	 * place of the first, in the partition. */
	uint32_t mark;
	uint8_t steps[];
};
_Static_assert(offsetof(struct trip, steps) == 28, "steps follow without a gap");
_Static_assert(JOURNEY_OUTCOMES <= 4, "an outcome is two bits");

/* Trips side by side, each from a multiple of 8 bytes on; one too long for that alone in a block of
 * its own size. */
struct trip_block {
	size_t bytes, used; /* of data; used: all trips */
	uint64_t data[];
};
_Static_assert((TRIP_BLOCK_BYTES / 8) >> TRIP_PLACE_BITS <= 1, "places tell each trip");

struct trip_blocks {
	struct trip_block **items;
	size_t count, room;
};

/* The journeys of one partition from one part. */
struct bin {
	struct trip_blocks blocks;
	char *at, *end; /* of the last block */
};

/* How often a variant occurred. */
struct ranked {
	struct trip *first;
	uint64_t count;
};

struct variant_search {
	const struct journey_plan *plan;
	size_t most;
	unsigned width; /* bytes of a packed step */
	uint64_t seed;
	unsigned part_count;
	struct bin (*bins)[VARIANT_PARTITIONS]; /* of each part */
	struct trip_blocks partitions[VARIANT_PARTITIONS]; /* the blocks of the bins of all parts */
	uint32_t *rank; /* of each step, by its name */
	atomic_size_t next; /* partition to be counted */
	struct ranked *top; /* the most frequent, in order */
	size_t top_count, top_room;
	uint64_t distinct;
};

static inline size_t trip_bytes(size_t length, unsigned width)
{
	return (offsetof(struct trip, steps) + length * width + 7) & ~(size_t)7;
}

static inline struct trip *trip_at(const struct trip_blocks *blocks, uint32_t place)
{
	struct trip_block *block = blocks->items[place >> TRIP_PLACE_BITS];

	return (struct trip *)(block->data + (place & ((1U << TRIP_PLACE_BITS) - 1)));
}

/* The trip behind, or the end of the block's data. */
static inline struct trip *trip_behind(struct trip *trip, unsigned width)
{
	return (struct trip *)((char *)trip + trip_bytes(trip->length, width));
}

static inline uint32_t packed_step(const uint8_t *steps, unsigned width, size_t i)
{
	if (width == 1)
		return steps[i];
	if (width == 2)
		return (uint32_t)(steps[i * 2] | steps[i * 2 + 1] << 8);
	return steps[i * 4] | (uint32_t)steps[i * 4 + 1] << 8 | (uint32_t)steps[i * 4 + 2] << 16 |
	       (uint32_t)steps[i * 4 + 3] << 24;
}

/* Counts all partitions: `top` and `distinct`. */
err variants_count(struct variant_search *search, struct why *why);
/* The answer, of what was counted. */
err variants_tell(struct variant_search *search, struct variants *out, struct why *why);
