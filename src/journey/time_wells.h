/* journey/time_wells.h - many lists of numbers, each as long as it gets, written in one pass.
 *
 * A list is a chain of chunks of one size, the youngest first; a list's order of numbers means
 * nothing.  Whoever counts an edge drops its time into the edge's list: two loads and two stores,
 * and now and then a new chunk.
 *
 *   next[list] ---------------+
 *                             v
 *   chunk: | chunk before | n n n . . . . |     16 KiB, aligned to it: `next` where no number of
 *                                                eight bytes has room (or NULL) says that the next
 *                                                one needs a new chunk
 *
 * The numbers of a list take `bytes` each, 1 to 8, the lowest first; whoever adds and reads says
 * how many, for each list always the same.  Eight are written, of which the next number takes back
 * what is too much.
 *
 * Memory: what the numbers take and at most one chunk a list, asked of the limits in blocks, each
 * twice as large as the one before: from 128 KiB to 4 MiB, which the next question may have at once
 * (base/spare.h).  Past the limit numbers are lost, and time_wells_state() says so: adding has no
 * outcome.
 *
 * Threads: a set of lists is written by one thread, and read by any when that is over.
 */
#pragma once

#include "journey/limits.h"

#include <endian.h>

enum {
	WELL_CHUNK_BYTES = 16384,
	WELL_ROOM = WELL_CHUNK_BYTES - 8, /* of the numbers */
	WELL_AHEAD_BYTES = 128 /* asked for before they are written: two lines */
};

struct well_chunk {
	const struct well_chunk *before; /* full; NULL: none */
	unsigned char numbers[WELL_ROOM];
};

/* At any address.  Not copied as bytes: those could be of anything, and whoever adds would read all
 * that it holds again. */
struct __attribute__((packed)) well_number {
	uint64_t number;
};

struct well_block;
struct time_wells {
	struct journey_limits *limits;
	unsigned char **next; /* of each list */
	struct well_block *blocks;
	size_t block_bytes; /* of the youngest */
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

/* A new chunk for a list that has none or a full one: where its first number goes. */
unsigned char *time_wells_grow(struct time_wells *wells, size_t list);

/* `number` has no more than `bytes`. */
static inline void time_wells_add(
	struct time_wells *wells, size_t list, unsigned bytes, uint64_t number)
{
	unsigned char *to = wells->next[list];

	if (((uintptr_t)to - 1) % WELL_CHUNK_BYTES >= WELL_ROOM)
		to = time_wells_grow(wells, list);
	PREFETCH_TO_CHANGE(to + WELL_AHEAD_BYTES);
	((struct well_number *)(void *)to)->number = htole64(number);
	wells->next[list] = to + bytes;
}

/* How many a full chunk has. */
static inline size_t well_chunk_count(unsigned bytes)
{
	return (WELL_ROOM - 8) / bytes + 1;
}

/* The chunk that was begun last, and how many numbers it has; NULL if the list is empty.  All
 * chunks before it are full. */
static inline const struct well_chunk *time_wells_last(
	const struct time_wells *wells, size_t list, unsigned bytes, size_t *count)
{
	uintptr_t next = (uintptr_t)wells->next[list];
	uintptr_t chunk = (next - 1) & ~(uintptr_t)(WELL_CHUNK_BYTES - 1);

	if (next == 0)
		return NULL;
	*count = (next - chunk - offsetof(struct well_chunk, numbers)) / bytes;
	return (const struct well_chunk *)chunk; /* NOLINT(performance-no-int-to-ptr) */
}

/* What keeps of eight bytes those of a number, and the number at a place. */
static inline uint64_t well_mask(unsigned bytes)
{
	return ~(uint64_t)0 >> (64 - 8 * bytes);
}
static inline uint64_t well_number(const struct well_chunk *chunk, size_t i, unsigned bytes)
{
	const void *at = chunk->numbers + i * bytes;

	return le64toh(((const struct well_number *)at)->number) & well_mask(bytes);
}
