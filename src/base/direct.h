/* base/direct.h - writing past the system's cache: for much that nobody reads soon.
 *
 * What goes through the cache is copied page by page, and each page is found, marked and collected
 * again for the disk: a second of processor a gigabyte on the machine of docs/performance.md, ten
 * times what it costs without.  But only whole blocks can go past it.
 *
 * Not every file system knows how; then nothing is written here, and all goes the usual way.
 *
 * Threads: any, each its own part of a file.
 */
#pragma once

#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
	DIRECT_BLOCK_BYTES = 4096,
	DIRECT_LEAST_BYTES = 256 << 10,
	/* What lies in memory as its place in the file lies to multiples of these need not be
	 * copied, unless the disk wants more than most do. */
	DIRECT_MEMORY_BYTES = 512
};

enum { DIRECT_SPARE_MAX = 4 };

/* Private. */
struct direct {
	atomic_bool always_copies, refused;
	pthread_mutex_t lock; /* a leaf; of what follows */
	int fd; /* a second descriptor of the file; 0: not tried yet, -1: it cannot */
	char *spare[DIRECT_SPARE_MAX]; /* as any disk wants it: what lies elsewhere is copied here
					*/
	size_t spare_count;
};

void direct_init(struct direct *direct);
void direct_done(struct direct *direct);

/* Writes what of [at, at + bytes) is whole blocks, from the first of them on, into the file that
 * `fd` has open.  How many bytes that were: 0 or fewer than all if it cannot, or if the system said
 * no, to which the usual way will then find the reason. */
size_t direct_write(struct direct *direct, int fd, uint64_t at, const char *from, size_t bytes);
