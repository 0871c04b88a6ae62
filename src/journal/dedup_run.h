/* journal/dedup_run.h - a run of the index (dedup_format.h): opened, looked up in, read.
 *
 * Threads: a run may be read by many, but for dedup_run_search (it notes which blocks were
 * checked): one at a time.
 */
#pragma once

#include "base/watch.h"
#include "journal/dedup_format.h"

enum { RUN_READ_BLOCKS = 16 }; /* read at once by a cursor */

struct dedup_run {
	struct run_header header;
	struct run_layout layout;
	struct file *file;
	/* Header, filter and index.  Copied, not mapped: each look-up touches a line of the filter,
	 * and a system that takes back pages of files would make the writer wait for the disk. */
	uint8_t *head;
	const uint8_t *blocks; /* mapped; NULL if they are read */
	size_t blocks_bytes;
	bool is_young; /* the index's own: dedup_internal.h */
	uint8_t *checked; /* a bit for each block: its checksum was right; NULL if they are read */
	char path[PATH_BYTES_MAX]; /* for words */
};

/* Opens, and checks header, filter and index: ERR_CORRUPT names file and offset; a missing file
 * is ERR_CORRUPT too, for the manifest names it. */
err dedup_run_open(struct disk *disk, const char *folder, uint64_t number, bool read_blocks,
	struct dedup_run **out, struct why *why);
void dedup_run_close(struct dedup_run *run); /* NULL is fine */
size_t dedup_run_resident_bytes(const struct dedup_run *run);

/* A look-up in four steps, so that many can overlap: which line of the filter (to be fetched);
 * does it let the key pass; which block; search it (*entry NULL: not there; else 27 bytes, valid
 * until the run is closed or `block_bytes`, RUN_BLOCK_BYTES of them, used again). */
static inline const uint8_t *dedup_run_line(const struct dedup_run *run, struct dedup_key key)
{
	return run->head + run->layout.filter_at +
	       part_of(key.high, run->header.filter_lines) * FILTER_LINE_BYTES;
}
static inline bool dedup_run_may_have(const struct dedup_run *run, struct dedup_key key)
{
	return filter_line_may_have(dedup_run_line(run, key), key.low);
}
void dedup_run_prefetch_index(const struct dedup_run *run, struct dedup_key key);
uint64_t dedup_run_locate(const struct dedup_run *run, struct dedup_key key);
void dedup_run_prefetch_block(const struct dedup_run *run, uint64_t block, struct dedup_key key);
err dedup_run_search(struct dedup_run *run, uint64_t block, struct dedup_key key,
	uint8_t *block_bytes, const uint8_t **entry, struct why *why);

/* Reads a run from front to back, checking blocks and order. */
struct run_cursor {
	struct dedup_run *run;
	const uint8_t *entry; /* the present one; NULL at the end */
	uint64_t done; /* entries before the present one */
	uint8_t bytes[RUN_READ_BLOCKS * RUN_BLOCK_BYTES];
};
err run_cursor_begin(struct run_cursor *cursor, struct dedup_run *run, struct why *why);
err run_cursor_next(struct run_cursor *cursor, struct why *why);

/* Every byte: checksums, paddings, order, index and filter against the entries, each a step. */
err dedup_run_check(struct dedup_run *run, struct headway *headway, struct why *why);
