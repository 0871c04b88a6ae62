/* engine/erasures.h - which erasures still wait for their bytes to vanish.
 *
 * An ERASURE record makes invisible at once; the bytes go later (erasing.h).  Until then it
 * waits.  The list is derived from the journal, and saved with checkpoints; what has been done is
 * the one thing to be kept beside it:
 *
 *   erased   text in the data folder: "ariane erased 1\n", "SEQUENCE\n": the bytes of all
 *            erasures below this sequence are gone.  Not there: of none.
 *
 * It is written after everything that it says, so a crash only makes work be done again.
 *
 * Threads: the writer's; erasures_mark() for any one.
 */
#pragma once

#include "base/file.h"
#include "base/varint.h"

#define ERASURES_WAITING_MAX ((size_t)1 << 20) /* past it none is accepted before bytes went */

struct waiting_erasure {
	uint64_t seq;
	int64_t received_ms;
};

struct erasures {
	struct waiting_erasure *items; /* ascending */
	size_t count, room;
	uint64_t done_seq; /* what the file says; 0: nothing */
};

err erasures_open(
	struct erasures *erasures, struct disk *disk, const char *folder, struct why *why);
void erasures_done(struct erasures *erasures); /* frees */

/* An ERASURE record; one that is known, or done, is left out. */
void erasures_note(struct erasures *erasures, uint64_t seq, int64_t received_ms);
/* Drops those below `seq`. */
void erasures_drop(struct erasures *erasures, uint64_t seq);

/* Makes it durable that those below `seq` are done; then erasures_drop(). */
err erasures_mark(struct disk *disk, const char *folder, uint64_t seq, struct why *why);

/* Part of a checkpoint's manifest: u64 count, then u64 sequence and u64 received_ms of each. */
void erasures_save(const struct erasures *erasures, struct strbuf *out);
bool erasures_load(struct erasures *erasures, struct reader *in); /* false: damaged */
