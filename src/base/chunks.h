/* base/chunks.h - memory for the chunks of tables: equal pieces, side by side, on large pages.
 *
 * State of some gigabytes is read here and there.  On pages of 4 KiB nearly every such read waits
 * for the address of its page too; so pieces are cut from slabs of 2 MiB, which the system is asked
 * to hold as one page each (all but the first of a size: a small state shall stay small).  A large
 * page is dear where it is new: a machine that is a guest may have none ready, and ask its host. So
 * what is appended to, and read in long runs, had better lie on small ones.
 *
 * Slabs are for pieces of one size and sort of page.  One of large pages that is empty, and not the
 * only one of its size with room, serves the next that is wanted, of whatever size: a new one has
 * to be zeroed by the system, all of it.  Of these CHUNK_KEPT_MAX stay, until nobody has taken them
 * for a while; what is more goes back to the system at once.  Sizes beyond CHUNK_SIZES_MAX
 * different ones, or larger than CHUNK_BYTES_MAX, come from malloc().
 *
 * Threads: any; one lock, a leaf.
 */
#pragma once

#include "base/arena.h"

enum {
	CHUNK_SLAB_BYTES = 2 << 20,
	CHUNK_SIZES_MAX = 16,
	CHUNK_BYTES_MAX = CHUNK_SLAB_BYTES / 16,
	CHUNK_KEPT_MAX = 32, /* slabs */
	CHUNK_READY_MAX = 8
};

enum chunk_pages { CHUNK_PAGES_LARGE, CHUNK_PAGES_SMALL, CHUNK_PAGES_COUNT_ };

/* Aligned to 16, of whole lines to lines, of whole pages to pages; never NULL: memory that cannot
 * be had ends the process, as in memory_alloc(). */
void *chunk_alloc(size_t bytes, enum chunk_pages pages, bool zeroed);
void chunk_free(void *chunk, size_t bytes); /* `bytes` as it was asked for */

/* Has `count` new slabs of large pages at hand, at most CHUNK_READY_MAX, and no more than that: who
 * takes one need not wait for the system to zero it.  For one thread beside the one that fills
 * tables, now and then; 0 in the end.  The first slab of a size is none of these. */
void chunk_make_ready(size_t count);

/* Gives empty slabs that were kept at the last call already, and not taken since, back to the
 * system; for who calls it now and then.  Returns how many still are kept. */
size_t chunk_release(void);

/* How many slabs there are beside those that are kept, for tests. */
size_t chunk_slab_count(void);
