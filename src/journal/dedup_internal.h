/* journal/dedup_internal.h - what the index holds: for dedup*.c only. */
#pragma once

#include "journal/dedup_lists.h"
#include "journal/dedup_merge.h"

/* What was added since dedup_widen(): a filter (dedup_filter.h) over tables and runs together.  One
 * line of it says of nearly every new key that none of them has it. */
struct dedup_young {
	struct filter_line *lines; /* NULL: nobody asked for it */
	size_t line_count;
	size_t count, count_max; /* entries; past it, it begins anew with the next table */
};

struct dedup {
	struct disk *disk;
	char folder[PATH_BYTES_MAX];
	size_t table_entries_max;
	bool read_blocks;

	struct dedup_pool pool; /* of both tables */
	struct dedup_lists active; /* the writer's alone */
	struct dedup_young young; /* likewise; knows all of `active`, if it is there */

	/* Held over changes of the folder; taken before runs_lock.  Protects what follows it. */
	pthread_mutex_t disk_lock;
	uint64_t covered_seq, next_number;
	bool has_manifest;
	uint64_t retired[MERGE_RUNS_MAX]; /* merged: to be removed once a manifest says so */
	size_t retired_count;
	bool manifest_is_old; /* the last one could not be written */

	/* Held for the time of a look-up or of a change of these.  Runs come and go, and a frozen
	 * table goes, only under both locks; the writer alone makes one frozen. */
	pthread_mutex_t runs_lock;
	bool has_frozen;
	/* Full, not yet a run; while has_frozen, its entries stay as they are, and looking one up
	 * changes its index. */
	struct dedup_lists frozen;
	bool frozen_is_young; /* `young` knows all of it */
	struct dedup_run *runs[DEDUP_RUNS_MAX]; /* oldest first; the young ones last */
	size_t run_count;

	/* The merging thread's alone. */
	struct dedup_merge *merge;
	struct dedup_run *merging[MERGE_RUNS_MAX];
	size_t merging_count;
	uint64_t merge_number;

	bool was_damaged;
	struct why damage;
};
