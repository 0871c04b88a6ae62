/* journal/dedup_write.h - writes a run from front to back, in constant memory.
 *
 * Entries come in key order, so blocks, index and filter all grow at their ends: three streams
 * into one file.  Every few megabytes are synced as they come, lest one large sync at the end
 * keep the journal's own syncs waiting.  The header comes last.
 */
#pragma once

#include "journal/dedup_run.h"

struct dedup_writer;

/* Begins run `number` for at most `entries_max` (> 0) entries.  `past_cache`: its blocks go past
 * the system's cache (file_write_past()): one of many, which nobody reads soon. */
err dedup_writer_open(struct disk *disk, const char *folder, uint64_t number, uint64_t entries_max,
	bool past_cache, struct dedup_writer **out, struct why *why);
/* `entry`: DEDUP_ENTRY_BYTES bytes, its key above the one before. */
err dedup_writer_add(struct dedup_writer *writer, const uint8_t *entry, struct why *why);
/* The same of many, in that order. */
err dedup_writer_add_all(struct dedup_writer *writer, const struct dedup_ranked *entries,
	size_t count, struct why *why);
/* Completes and syncs the file and the name (at least one entry).  Frees the writer in any case; on
 * an error the file is removed. */
err dedup_writer_finish(struct dedup_writer *writer, struct why *why);
void dedup_writer_abandon(struct dedup_writer *writer); /* removes the file; NULL is fine */
