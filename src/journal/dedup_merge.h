/* journal/dedup_merge.h - several neighbouring runs become one, step by step, in constant memory.
 */
#pragma once

#include "journal/dedup_write.h"

enum {
	MERGE_RUNS_MIN = 4, /* so many of about one size are merged */
	MERGE_RUNS_MAX = 16, /* at once */
	MERGE_STEP_ENTRIES = 32768,
};

/* Which of `count` runs, in order of age, should become one: *from and how many, 0 if none.
 * A run's class is the power of 4 its size reaches; one older than a larger run counts with the
 * larger one, so that it is not left behind.  4 of a class are merged, the smallest class first:
 * at most 3 runs a class stay, and an entry is written once a class. */
size_t dedup_merge_choose(struct dedup_run *const *runs, size_t count, size_t *from);

struct dedup_merge;

/* Begins to merge 2 to MERGE_RUNS_MAX `runs`, oldest first, into run `number`.  The runs stay
 * the caller's and must outlive the merge. */
err dedup_merge_begin(struct disk *disk, const char *folder, uint64_t number,
	struct dedup_run *const *runs, size_t count, struct dedup_merge **out, struct why *why);
/* Reads up to MERGE_STEP_ENTRIES; *done: all are read. */
err dedup_merge_step(struct dedup_merge *merge, bool *done, struct why *why);
/* Completes the new run; frees the merge in any case. */
err dedup_merge_finish(struct dedup_merge *merge, struct why *why);
void dedup_merge_abandon(struct dedup_merge *merge); /* NULL is fine */
