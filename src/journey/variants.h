/* journey/variants.h - all distinct ways that journeys took, and how often each was taken.
 *
 * A variant is a sequence of steps.  Two journeys are of one variant if their steps are the same,
 * compared one by one: a hash only says where to look.
 *
 * One pass sorts the journeys by their hash into partitions; each partition is then counted on
 * its own, by one thread, in a table that fits its caches; what more is told of the most frequent
 * is gathered last, for them alone.  Nothing is merged and no order of threads can show.  Memory:
 * 28 to 35 bytes a journey and 1, 2 or 4 a step; no more for a variant.
 */
#pragma once

#include "journey/map.h"

struct variant {
	const uint32_t *steps;
	size_t length;
	uint64_t count, customers, outcomes[JOURNEY_OUTCOMES];
	struct map_times times; /* from the first step to the last */
};

struct variants {
	uint64_t journeys, customers, events, distinct;
	struct variant *top; /* the most frequent first; equal ones by the names of their steps */
	size_t top_count;
	uint64_t rest_count; /* journeys of the other variants */
	size_t bytes; /* taken of the plan's limits */
};

/* The `most` most frequent.  Free with variants_done(). */
err variants_make(
	const struct journey_plan *plan, size_t most, struct variants *out, struct why *why);
void variants_done(const struct journey_plan *plan, struct variants *variants);

/* For tests: hashes of this many bits only (0: all), so that different journeys share them. */
extern unsigned variants_hash_bits;
/* Likewise: blocks of journeys of this many bytes (0: as they are), so that some are too long. */
extern size_t variants_block_bytes;
