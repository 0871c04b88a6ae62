/* journal/dedup_run.h - a run: a sorted, immutable file of entries, and how it is looked up in.
 *
 * File run-NUMBER.dedup (NUMBER in decimal, no leading zeros); numbers little-endian:
 *
 *   part     at              bytes
 *   header   0               4096
 *   filter   4096            64 * filter_lines, padded with zeros to a multiple of 4096
 *   index    behind          8 * index_slots, padded likewise
 *   blocks   behind          4096 * blocks, to the end of the file
 *
 *   header   0   8  "ARIADEDU"
 *            8   4  version, 1
 *           12   4  0
 *           16   8  NUMBER
 *           24   8  entries, at least 1
 *           32   8  filter_lines: the filter (dedup_filter.h) has so many lines of 64 bytes
 *           40   8  index_slots >= blocks = entries / 151, rounded up
 *           48   4  CRC-32C of the filter with its padding
 *           52   4  CRC-32C of the index with its padding
 *           56      zeros
 *         4092   4  CRC-32C of the bytes before; the manifest repeats it
 *   index    8 bytes a block: key.high of its first entry; unused slots are zeros
 *   block    0      151 entries (fewer in the last block) as dedup_entry.h tables them, strictly
 *                   ascending by key over the whole run, then zeros
 *         4092   4  CRC-32C of the bytes before
 *
 * A merge does not know beforehand how many entries it keeps: filter and index have room for
 * all it read, and only the blocks, which come last, are as many as there are.
 *
 * Threads: a run may be read by many, but for dedup_run_find (it notes which blocks were
 * checked): one at a time.
 */
#pragma once

#include "journal/dedup_filter.h"

enum {
	RUN_VERSION = 1,
	RUN_BLOCK_BYTES = 4096,
	RUN_BLOCK_ENTRIES = 151,
	RUN_CRC_AT = 4092, /* in the header and in each block */
	RUN_NAME_BYTES_MAX = 40,
	RUN_READ_BLOCKS = 16, /* read at once by a cursor */
};
#define RUN_ENTRIES_MAX ((uint64_t)1 << 40)

struct run_header {
	uint64_t number, entries, filter_lines, index_slots;
	uint32_t filter_crc, index_crc;
	uint32_t crc; /* of the header itself */
};

/* Where the parts lie; all follow from the header. */
struct run_layout {
	uint64_t filter_at, index_at, blocks_at, blocks, end;
};
struct run_layout run_layout_of(const struct run_header *header);
void run_header_store(
	uint8_t to[static RUN_BLOCK_BYTES], struct run_header *header); /* sets .crc */
void run_name(char name[static RUN_NAME_BYTES_MAX], uint64_t number);
bool run_name_parse(str name, uint64_t *number);
/* "FOLDER/run-NUMBER.dedup" */
err run_path(
	char path[static PATH_BYTES_MAX], const char *folder, uint64_t number, struct why *why);

struct dedup_run {
	struct run_header header;
	struct run_layout layout;
	struct file *file;
	const uint8_t *map; /* header, filter, index and, unless read_blocks, the blocks */
	size_t map_bytes;
	uint8_t *checked; /* a bit for each block: its checksum was right; NULL if read_blocks */
	char path[PATH_BYTES_MAX]; /* for words */
};

/* Opens, and checks header, filter and index: ERR_CORRUPT names file and offset; a missing file
 * is ERR_CORRUPT too, for the manifest names it. */
err dedup_run_open(struct disk *disk, const char *folder, uint64_t number, bool read_blocks,
	struct dedup_run **out, struct why *why);
void dedup_run_close(struct dedup_run *run); /* NULL is fine */
size_t dedup_run_resident_bytes(const struct dedup_run *run);

/* A look-up in four steps, so that many can overlap: fetch the line; does the filter let it
 * pass; which block; search it (*entry NULL: not there; else 27 bytes, valid until the run is
 * closed or `block_bytes`, RUN_BLOCK_BYTES of them, used again). */
void dedup_run_prefetch(const struct dedup_run *run, struct dedup_key key);
bool dedup_run_may_have(const struct dedup_run *run, struct dedup_key key);
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

/* Every byte: checksums, paddings, order, index and filter against the entries. */
err dedup_run_check(struct dedup_run *run, struct why *why);

/* ERR_CORRUPT at this place of the file. */
err run_damaged(const char *path, uint64_t at, struct why *why);
