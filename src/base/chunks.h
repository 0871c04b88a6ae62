/* base/chunks.h - memory for the chunks of tables: equal pieces, side by side, on large pages.
 *
 * State of some gigabytes is read here and there.  On pages of 4 KiB nearly every such read waits
 * for the address of its page too; so pieces are cut from slabs of 2 MiB, which the system is asked
 * to hold as one page each (all but the first of a size: a small state shall stay small).
 *
 * Slabs are for pieces of one size; one that is empty goes back to the system, unless it is the
 * only one of its size with room.  Sizes beyond CHUNK_SIZES_MAX different ones, or larger than
 * CHUNK_BYTES_MAX, come from malloc().
 *
 * Threads: any; one lock, a leaf.
 */
#pragma once

#include "base/arena.h"

enum { CHUNK_SLAB_BYTES = 2 << 20, CHUNK_SIZES_MAX = 16, CHUNK_BYTES_MAX = CHUNK_SLAB_BYTES / 16 };

/* Aligned to 16; never NULL: memory that cannot be had ends the process, as in memory_alloc(). */
void *chunk_alloc(size_t bytes, bool zeroed);
void chunk_free(void *chunk, size_t bytes); /* `bytes` as it was asked for */

/* How many slabs there are, for tests. */
size_t chunk_slab_count(void);
