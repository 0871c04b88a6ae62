/* journal/occurrence.h - how many times contents have come: a count kept for each digest.
 *
 * Exact, in bounded memory however many there are: an index as of journal/dedup.h in a folder of
 * its own, with the count in the place of the sequence.  It is scratch: whoever was interrupted
 * counts anew.  engine/numbering.h says who counts what.
 *
 * Threads: one at a time.
 */
#pragma once

#include "base/file.h"
#include "base/hash.h"

struct occurrence;

/* Begins to count in `folder`, which is the caller's to name and is made (its parent exists);
 * what an interrupted count left in it is forgotten.  memory_entries_max as in dedup_options. */
err occurrence_open(struct disk *disk, const char *folder, size_t memory_entries_max,
	struct occurrence **out, struct why *why);
void occurrence_close(struct occurrence *occurrence); /* removes the folder; NULL is fine */

/* n[i] is the count last noted for digests[i], 0 if there is none.  Many at once are several times
 * faster than one by one. */
err occurrence_find(struct occurrence *occurrence, const struct digest128 *digests, size_t count,
	uint64_t *n, struct why *why);
/* Notes a count, in place of the one there was.  After an error: close. */
err occurrence_note(
	struct occurrence *occurrence, struct digest128 digest, uint64_t n, struct why *why);
