/* journey/time_wells.h - many lists of times, each as long as it gets, written in one pass.
 *
 * A list is a chain of chunks of one size, the youngest first; a list's order of values means
 * nothing.  Whoever counts an edge drops its time into the edge's list: two loads and two stores,
 * and every 511th time a new chunk.
 *
 *   next[list] ---------------+
 *                             v
 *   chunk: | chunk before | v v v . . . . |      4 KiB, aligned to it: `next` at a chunk's
 *                                                end (or NULL) says that the next value needs one
 *
 * Memory: 8 bytes a value and at most one chunk a list, asked of the limits in blocks of 128 KiB.
 * Past the limit values are lost, and time_wells_state() says so: adding has no outcome.
 *
 * Threads: a set of lists is written by one thread, and read by any when that is over.
 */
#pragma once

#include "journey/limits.h"

enum { WELL_CHUNK_BYTES = 4096, WELL_CHUNK_VALUES = WELL_CHUNK_BYTES / 8 - 1 };
enum { WELL_AHEAD_VALUES = 16 }; /* asked for before it is written: two lines */

struct well_chunk {
	const struct well_chunk *before; /* full; NULL: none */
	uint64_t value[WELL_CHUNK_VALUES];
};

struct well_block;
struct time_wells {
	struct journey_limits *limits;
	uint64_t **next; /* of each list */
	struct well_block *blocks;
	struct well_chunk *fresh, *fresh_end; /* of the youngest block */
	struct well_chunk *spill; /* what is past the limit goes here, over and over */
	size_t bytes;
	err state;
	struct why why;
};

/* `lists` empty lists; ERR_LIMIT. Done with time_wells_done(), also if it failed or was only
 * zeroed. */
err time_wells_init(
	struct time_wells *wells, size_t lists, struct journey_limits *limits, struct why *why);
void time_wells_done(struct time_wells *wells);
/* ERR_LIMIT: something was lost. */
err time_wells_state(const struct time_wells *wells, struct why *why);

/* A new chunk for a list that has none or a full one: where its first value goes. */
uint64_t *time_wells_grow(struct time_wells *wells, size_t list);

static inline void time_wells_add(struct time_wells *wells, size_t list, uint64_t ticks)
{
	uint64_t *to = wells->next[list];

	if ((uintptr_t)to % WELL_CHUNK_BYTES == 0)
		to = time_wells_grow(wells, list);
	PREFETCH_TO_CHANGE(to + WELL_AHEAD_VALUES);
	*to = ticks;
	wells->next[list] = to + 1;
}

/* The chunk that was begun last, and how many values it has; NULL if the list is empty.  All chunks
 * before it have WELL_CHUNK_VALUES. */
static inline const struct well_chunk *time_wells_last(
	const struct time_wells *wells, size_t list, size_t *count)
{
	uintptr_t next = (uintptr_t)wells->next[list];
	uintptr_t chunk = (next - 1) & ~(uintptr_t)(WELL_CHUNK_BYTES - 1);

	if (next == 0)
		return NULL;
	*count = (next - chunk) / sizeof(uint64_t) - 1;
	return (const struct well_chunk *)chunk; /* NOLINT(performance-no-int-to-ptr) */
}
