/* journal/dedup_format.c - see dedup_format.h */
#include "journal/dedup_format.h"

#include "base/crc32c.h"

#include <stdio.h>

static const char magic[8] = "ARIADEDU";

err run_damaged(const char *path, uint64_t at, struct why *why)
{
	if (why != NULL)
		why_at(why, str_of(path), -1, -1, (int64_t)at);
	return fail(why, MSG_DEDUP_DAMAGED, arg_c(path), arg_int((int64_t)at));
}

static uint64_t padded(uint64_t bytes)
{
	return (bytes + RUN_BLOCK_BYTES - 1) / RUN_BLOCK_BYTES * RUN_BLOCK_BYTES;
}

struct run_layout run_layout_of(const struct run_header *header)
{
	struct run_layout l = { .filter_at = RUN_BLOCK_BYTES };

	l.index_at = l.filter_at + padded(header->filter_lines * FILTER_LINE_BYTES);
	l.blocks_at = l.index_at + padded(header->index_slots * 8);
	l.blocks = (header->entries + RUN_BLOCK_ENTRIES - 1) / RUN_BLOCK_ENTRIES;
	l.end = l.blocks_at + l.blocks * RUN_BLOCK_BYTES;
	return l;
}

void run_header_store(uint8_t to[static RUN_BLOCK_BYTES], struct run_header *header)
{
	memset(to, 0, RUN_BLOCK_BYTES);
	memcpy(to, magic, sizeof(magic));
	store_u32(to + 8, RUN_VERSION);
	store_u64(to + 16, header->number);
	store_u64(to + 24, header->entries);
	store_u64(to + 32, header->filter_lines);
	store_u64(to + 40, header->index_slots);
	store_u32(to + 48, header->filter_crc);
	store_u32(to + 52, header->index_crc);
	header->crc = crc32c(0, (str){ (const char *)to, RUN_CRC_AT });
	store_u32(to + RUN_CRC_AT, header->crc);
}

bool run_checksum_is_right(const uint8_t block[static RUN_BLOCK_BYTES])
{
	return crc32c(0, (str){ (const char *)block, RUN_CRC_AT }) == load_u32(block + RUN_CRC_AT);
}

bool run_header_load(const uint8_t from[static RUN_BLOCK_BYTES], struct run_header *header)
{
	*header = (struct run_header){
		.number = load_u64(from + 16),
		.entries = load_u64(from + 24),
		.filter_lines = load_u64(from + 32),
		.index_slots = load_u64(from + 40),
		.filter_crc = load_u32(from + 48),
		.index_crc = load_u32(from + 52),
		.crc = load_u32(from + RUN_CRC_AT),
	};
	return run_checksum_is_right(from) && memcmp(from, magic, sizeof(magic)) == 0 &&
	       load_u32(from + 8) == RUN_VERSION && header->entries >= 1 &&
	       header->entries <= RUN_ENTRIES_MAX && header->filter_lines >= 1 &&
	       header->filter_lines <= RUN_ENTRIES_MAX && header->index_slots <= RUN_ENTRIES_MAX &&
	       header->index_slots >= run_layout_of(header).blocks;
}

void run_name(char name[static RUN_NAME_BYTES_MAX], uint64_t number)
{
	(void)snprintf(name, RUN_NAME_BYTES_MAX, "run-%llu.dedup", (unsigned long long)number);
}

bool run_name_parse(str name, uint64_t *number)
{
	int64_t n;
	char again[RUN_NAME_BYTES_MAX];

	if (!str_ends(name, STR(".dedup")) || !str_starts(name, STR("run-")) ||
		!str_to_int64(str_upto(str_from(name, 4), name.len - 10), &n) || n < 0)
		return false;
	run_name(again, (uint64_t)n);
	if (!str_equal(name, str_of(again)))
		return false;
	*number = (uint64_t)n;
	return true;
}

err run_path(char path[static PATH_BYTES_MAX], const char *folder, uint64_t number, struct why *why)
{
	char name[RUN_NAME_BYTES_MAX];

	run_name(name, number);
	return path_join(path, folder, name, why);
}
