/* journal/occurrence.h - how many times a content has come in one input: 1, 2, 3 ...
 *
 * A row without a message id gets "h:HASH#n" from its content and its n-th occurrence in that
 * input, so that legitimate twins are kept and a second import adds nothing.  Exact, in bounded
 * memory however long the input: an index as of journal/dedup.h in a folder of its own, with
 * the count in the place of the sequence.  It is scratch: an interrupted import counts anew.
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
/* Counts `count` contents, in order: n[i] is how many times digests[i] has come until now, itself
 * included.  Many at once are several times faster than one by one.  After an error: close. */
err occurrence_count(struct occurrence *occurrence, const struct digest128 *digests, size_t count,
	uint64_t *n, struct why *why);
void occurrence_close(struct occurrence *occurrence); /* removes the folder; NULL is fine */
