/* journey/variants_internal.h - partitions of journeys: variants.c fills them, variants_count.c
 * counts them. */
#pragma once

#include "journey/variants.h"

enum { VARIANT_PARTITION_BITS = 6, VARIANT_PARTITIONS = 1 << VARIANT_PARTITION_BITS };

/* A journey, its steps packed into the bytes of its bin. */
struct trip {
	uint64_t hash, ticks; /* from its first step to its last */
	uint32_t customer, length, at; /* of the packed steps, in the bytes */
	uint32_t mark; /* its outcome; once counted, its variant */
};

/* The journeys of one partition from one part. */
struct bin {
	struct trip *trips;
	size_t count, trip_room;
	uint8_t *bytes;
	size_t used, byte_room;
};

struct counted {
	uint64_t hash;
	const uint8_t *steps; /* packed */
	uint32_t length, last_customer; /* + 1 */
	uint64_t count, customers, outcomes[JOURNEY_OUTCOMES];
	unsigned __int128 ticks;
	uint32_t chosen; /* its place in the answer + 1; 0: none */
};

struct partition {
	struct counted *variants;
	size_t count, room;
	size_t bytes;
};

struct variant_search {
	const struct journey_plan *plan;
	size_t most;
	unsigned width; /* bytes of a packed step */
	uint64_t seed;
	unsigned part_count;
	struct bin (*bins)[VARIANT_PARTITIONS]; /* of each part */
	struct partition partitions[VARIANT_PARTITIONS];
	uint32_t *rank; /* of each step, by its name */
	struct counted **heap; /* the best so far, the worst of them on top */
	size_t heap_count;
};

static inline uint32_t packed_step(const uint8_t *steps, unsigned width, size_t i)
{
	if (width == 1)
		return steps[i];
	if (width == 2)
		return (uint32_t)(steps[i * 2] | steps[i * 2 + 1] << 8);
	return steps[i * 4] | (uint32_t)steps[i * 4 + 1] << 8 | (uint32_t)steps[i * 4 + 2] << 16 |
	       (uint32_t)steps[i * 4 + 3] << 24;
}

/* A piece of work: counts the trips of partition `i`. */
err variants_count_partition(void *search, size_t i, struct why *why);
/* The best variants of all partitions into search->heap, in order. */
void variants_choose(struct variant_search *search);
