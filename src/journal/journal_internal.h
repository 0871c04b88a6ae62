/* journal/journal_internal.h - the journal from within, for its siblings. */
#pragma once

#include "journal/ahead.h"
#include "journal/cache.h"
#include "journal/journal.h"
#include "journal/row.h"
#include "journal/segment_internal.h"

enum {
	AHEAD_BYTES_MAX = 1 << 20,
	AHEAD_BATCH_BYTES_MAX = 128 << 10,
	LAID_KEPT = 4, /* emptied batches that wait to be filled again */
};

/* Records one behind the other; where they will stand is not known yet. */
struct journal_batch {
	struct row_batch rows;
	uint32_t count;
};

struct journal {
	struct disk *disk;
	char folder[PATH_BYTES_MAX];
	struct journal_options options;
	struct block_cache *cache;

	pthread_mutex_t list_lock; /* segments, count, cap; a leaf */
	struct segment **segments; /* ascending, dense; the last one is active */
	size_t count, cap;
	struct journal_batch *laid[LAID_KEPT]; /* not in use; under list_lock too */
	size_t laid_count;

	struct ahead ahead; /* files for segments to come */

	pthread_mutex_t replacing; /* one sealing or rewriting at a time; and `leftovers` */
	bool leftovers; /* files may lie about that belong to no segment */

	/* The writer's own. */
	bool stopped; /* a write failed: invariant 3 */
	bool is_bulk; /* much is appended that nobody reads soon */
	uint64_t laid_to; /* of who lays, in bulk: where the next batch will stand in its segment */
	uint64_t at; /* in the active file: where the next batch goes */
	uint64_t zeros_to; /* zeros were written ahead so far */

	atomic_uint_fast64_t end_seq; /* the next sequence */
	atomic_int_fast64_t received_ms; /* of the last batch */
};

/* Reads the folder and fills `segments`; the last one is recovered.  (recover.c) */
err journal_load(struct journal *journal, struct journal_recovery *recovery, struct why *why);
/* Syncs the folder, and removes what belongs to no segment of the list.  (recover.c) */
err journal_sweep(struct journal *journal, struct why *why);

/* Makes and opens an empty row file, durable under its name; it becomes the active one. */
err journal_begin_segment(struct journal *journal, uint64_t first_seq, struct why *why);
/* Writes an end mark where the next batch would go, cuts what is behind, and syncs. */
err journal_put_end(struct journal *journal, struct segment *active, struct why *why);

/* A new file under a name of its own until it is whole: open, write, then keep or drop. */
struct fresh_file {
	struct file *file;
	char path[PATH_BYTES_MAX], final_path[PATH_BYTES_MAX];
};
err fresh_open(struct journal *journal, struct segment_name name, struct fresh_file *fresh,
	struct why *why);
/* Syncs, closes, renames, syncs the folder. */
err fresh_keep(struct journal *journal, struct fresh_file *fresh, struct why *why);
void fresh_drop(struct journal *journal, struct fresh_file *fresh);

/* The segment that holds `seq`, with a reference; NULL before the first one. */
struct segment *journal_find(struct journal *journal, uint64_t seq);
struct segment *journal_segment(struct journal *journal, size_t i); /* NULL past the end */
struct segment *journal_active(struct journal *journal); /* for the writer; no reference */
void journal_add_segment(struct journal *journal, struct segment *segment); /* takes it over */
uint64_t segment_new_salt(void);
