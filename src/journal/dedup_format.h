/* journal/dedup_format.h - the bytes of a run: a sorted, immutable file of entries.
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
 * Pure functions, but for words.
 */
#pragma once

#include "journal/dedup_filter.h"

enum {
	RUN_VERSION = 1,
	RUN_BLOCK_BYTES = 4096,
	RUN_BLOCK_ENTRIES = 151,
	RUN_CRC_AT = 4092, /* in the header and in each block */
	RUN_NAME_BYTES_MAX = 40,
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
bool run_checksum_is_right(const uint8_t block[static RUN_BLOCK_BYTES]); /* a block or the header */
void run_header_store(
	uint8_t to[static RUN_BLOCK_BYTES], struct run_header *header); /* sets .crc */
/* False: not a header, or something impossible in it; if true the layout cannot overflow. */
bool run_header_load(const uint8_t from[static RUN_BLOCK_BYTES], struct run_header *header);

void run_name(char name[static RUN_NAME_BYTES_MAX], uint64_t number);
bool run_name_parse(str name, uint64_t *number);
/* "FOLDER/run-NUMBER.dedup" */
err run_path(
	char path[static PATH_BYTES_MAX], const char *folder, uint64_t number, struct why *why);

/* ERR_CORRUPT at this place of the file. */
err run_damaged(const char *path, uint64_t at, struct why *why);
