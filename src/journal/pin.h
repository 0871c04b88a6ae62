/* journal/pin.h - files of one moment, readable for as long as somebody copies them.
 *
 * What is sealed, rewritten, merged or removed meanwhile stays as it was for who holds the pin: its
 * file is open.  A file that was removed keeps its room on the disk until then.
 *
 * Threads: a pin is its owner's; taking one is said at each function.
 */
#pragma once

#include "journal/dedup.h"
#include "journal/journal.h"

enum { PINNED_NAME_BYTES = 64 };

struct segment;

struct pinned_file {
	char name[PINNED_NAME_BYTES]; /* within its folder */
	struct file *file; /* to read: closed by pinned_done() ... */
	uint64_t bytes_max; /* ... so far, or to its end if that comes first */
	struct segment *segment; /* whose file it is; NULL: opened for the pin */
};

struct pinned {
	struct pinned_file *files;
	size_t count, room;
};
void pinned_done(struct pinned *pinned);

/* All of these add to a pin; on an error it holds what it held, or part of what was to come. */

/* The file `name` of `folder`.  Any thread. */
err pin_file(struct pinned *pinned, struct disk *disk, const char *folder, const char *name,
	struct why *why);
/* Every segment as it is durable now, the active one too.  The writer's place, for microseconds.
 * Roll before: a copy ends with an active segment that is empty, as a journal does that was closed.
 */
void pin_segments(struct pinned *pinned, struct journal *journal);
/* The index of known messages as its manifest on the disk has it: what came after, replay adds. One
 * that is damaged or was never written is left out, since it can be made anew.  Any thread, as long
 * as the index is not closed. */
err pin_known(struct pinned *pinned, struct dedup *dedup, struct why *why);
