/* journal/ahead.h - files for segments to come, made before they are needed.
 *
 * A batch that is written where the file has no bytes yet costs its sync more than the bytes: the
 * file system gives it room, and, when they are on the disk, another thread of the system has to
 * note that they are.  On a busy machine that thread may come a tenth of a second later.  Where
 * zeros stand already, durably, a sync is bytes alone.
 *
 *   ahead-0.tmp, ahead-1.tmp   zeros, as many as a segment has
 *
 * A roll takes one, if there is one, writes the head and renames it.  Opening and closing remove
 * what is left of them.
 *
 * Threads: ahead_make() for one beside the writer; ahead_take() and ahead_taken() are the writer's.
 */
#pragma once

#include "base/file.h"

#include <pthread.h>

enum { AHEAD_FILES = 2 };

struct ahead_file {
	enum { AHEAD_NONE, AHEAD_READY, AHEAD_TAKEN } state; /* taken: its name is still in use */
	struct file *file;
};

struct ahead {
	pthread_mutex_t lock; /* a leaf: the states */
	struct ahead_file files[AHEAD_FILES];
	uint64_t bytes; /* of each */
};

void ahead_init(struct ahead *ahead, uint64_t bytes);
/* Also removes them, as far as that can be done. */
void ahead_done(struct ahead *ahead, struct disk *disk, const char *folder);
/* What a former process left. */
void ahead_remove_all(struct disk *disk, const char *folder);

/* Makes one; *did false: there are AHEAD_FILES. */
err ahead_make(
	struct ahead *ahead, struct disk *disk, const char *folder, bool *did, struct why *why);

/* One that is ready, with its path; NULL: there is none.  It is the caller's, who tells when it has
 * its new name, or is gone. */
struct file *ahead_take(
	struct ahead *ahead, const char *folder, char path[static PATH_BYTES_MAX], size_t *which);
void ahead_taken(struct ahead *ahead, size_t which);
