/* journal/dedup_merge.c - see dedup_merge.h */
#include "journal/dedup_merge.h"

#include "base/arena.h"

#include <stdlib.h>

enum { CLASSES = 32 };

struct dedup_merge {
	struct dedup_writer *writer;
	size_t count;
	struct run_cursor inputs[]; /* oldest first */
};

static unsigned class_of(const struct dedup_run *run)
{
	return (unsigned)(63 - __builtin_clzll(run->header.entries)) / 2;
}

size_t dedup_merge_choose(struct dedup_run *const *runs, size_t count, size_t *from)
{
	size_t of_class[CLASSES] = { 0 }, starts[CLASSES] = { 0 };
	unsigned class = 0;

	for (size_t i = count; i-- > 0;) {
		class = MAX_OF(class, class_of(runs[i]));
		of_class[class]++;
		starts[class] = i;
	}
	for (class = 0; class < CLASSES; class ++) {
		if (of_class[class] < MERGE_RUNS_MIN)
			continue;
		*from = starts[class];
		return MIN_OF(of_class[class], (size_t)MERGE_RUNS_MAX);
	}
	return 0;
}

err dedup_merge_begin(struct disk *disk, const char *folder, uint64_t number,
	struct dedup_run *const *runs, size_t count, struct dedup_merge **out, struct why *why)
{
	ASSERT(count >= 2 && count <= MERGE_RUNS_MAX);
	struct dedup_merge *merge = memory_alloc(sizeof(*merge) + count * sizeof(merge->inputs[0]));
	uint64_t entries = 0;
	err e = OK;

	merge->count = count;
	for (size_t i = 0; e == OK && i < count; i++) {
		entries += runs[i]->header.entries;
		e = run_cursor_begin(&merge->inputs[i], runs[i], why);
	}
	if (e == OK)
		e = dedup_writer_open(disk, folder, number, entries, false, &merge->writer, why);
	if (e == OK)
		*out = merge;
	else
		free(merge);
	return e;
}

/* The input whose entry comes next: the smallest key's, the newest of those. */
static struct run_cursor *first_of(struct dedup_merge *merge)
{
	struct run_cursor *first = NULL;

	for (size_t i = merge->count; i-- > 0;) {
		struct run_cursor *input = &merge->inputs[i];
		if (input->entry != NULL && (first == NULL || key_compare(entry_key(input->entry),
								      entry_key(first->entry)) < 0))
			first = input;
	}
	return first;
}

/* Moves every input that stands on `key` one on; the older ones' entries are dropped so. */
static err pass(struct dedup_merge *merge, struct dedup_key key, size_t *read, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < merge->count; i++) {
		struct run_cursor *input = &merge->inputs[i];
		if (input->entry == NULL || key_compare(entry_key(input->entry), key) != 0)
			continue;
		e = run_cursor_next(input, why);
		(*read)++;
	}
	return e;
}

err dedup_merge_step(struct dedup_merge *merge, bool *done, struct why *why)
{
	err e = OK;

	for (size_t read = 0; e == OK && read < MERGE_STEP_ENTRIES;) {
		struct run_cursor *first = first_of(merge);
		if (first == NULL) {
			*done = true;
			return OK;
		}
		struct dedup_key key = entry_key(first->entry);
		e = dedup_writer_add(merge->writer, first->entry, why);
		if (e == OK)
			e = pass(merge, key, &read, why);
	}
	if (e == OK)
		*done = false;
	return e;
}

err dedup_merge_finish(struct dedup_merge *merge, struct why *why)
{
	err e = dedup_writer_finish(merge->writer, why);

	free(merge);
	return e;
}

void dedup_merge_abandon(struct dedup_merge *merge)
{
	if (merge == NULL)
		return;
	dedup_writer_abandon(merge->writer);
	free(merge);
}
