/* journal/dedup_run.c - see dedup_run.h */
#include "journal/dedup_run.h"

#include "base/crc32c.h"
#include "base/load.h"

#include <stdlib.h>

enum { WINDOW_BLOCKS = 32 }; /* the bits of a word; 128 KiB */

/* Header, sizes and checksums of what stands before the blocks. */
static err check_head(struct dedup_run *run, uint64_t number, uint64_t file_bytes, struct why *why)
{
	const struct run_layout *l = &run->layout;

	if (run->header.number != number || l->end != file_bytes)
		return run_damaged(run->path, 0, why);
	str filter = { (const char *)run->head + l->filter_at, l->index_at - l->filter_at };
	if (crc32c(0, filter) != run->header.filter_crc)
		return run_damaged(run->path, l->filter_at, why);
	str index = { (const char *)run->head + l->index_at, l->blocks_at - l->index_at };
	if (crc32c(0, index) != run->header.index_crc)
		return run_damaged(run->path, l->index_at, why);
	return OK;
}

static err read_exactly(
	struct dedup_run *run, uint64_t at, uint8_t *to, size_t bytes, struct why *why)
{
	size_t got;
	err e = file_read_at(run->file, at, to, bytes, &got, why);

	if (e == OK && got < bytes)
		e = run_damaged(run->path, at + got, why);
	return e;
}

/* A bit for each block, in whole windows. */
static size_t checked_bytes(const struct dedup_run *run)
{
	return (size_t)(run->layout.blocks / WINDOW_BLOCKS + 1) * (WINDOW_BLOCKS / 8);
}

static err map_blocks(struct dedup_run *run, struct why *why)
{
	size_t bytes = run->layout.end - run->layout.blocks_at;
	const void *mapped;
	err e = file_map(run->file, run->layout.blocks_at, bytes, &mapped, why);

	if (e != OK)
		return e;
	run->blocks = mapped;
	run->blocks_bytes = bytes;
	run->checked = memory_alloc(checked_bytes(run));
	file_advise(run->file, mapped, bytes, FILE_HERE_AND_THERE);
	return OK;
}

static err open_run(struct dedup_run *run, uint64_t number, bool read_blocks, struct why *why)
{
	uint8_t head[RUN_BLOCK_BYTES];
	uint64_t file_bytes;
	err e = file_size(run->file, &file_bytes, why);

	if (e == OK)
		e = read_exactly(run, 0, head, sizeof(head), why);
	if (e != OK)
		return e;
	if (!run_header_load(head, &run->header))
		return run_damaged(run->path, 0, why);
	run->layout = run_layout_of(&run->header);
	if (run->layout.end != file_bytes)
		return run_damaged(run->path, MIN_OF(file_bytes, run->layout.end), why);
	run->head = memory_alloc_lines(run->layout.blocks_at);
	e = read_exactly(run, 0, run->head, run->layout.blocks_at, why);
	if (e == OK && !read_blocks)
		e = map_blocks(run, why);
	if (e != OK)
		return e;
	return check_head(run, number, file_bytes, why);
}

err dedup_run_open(struct disk *disk, const char *folder, uint64_t number, bool read_blocks,
	struct dedup_run **out, struct why *why)
{
	struct dedup_run *run = memory_alloc(sizeof(*run));
	err e = run_path(run->path, folder, number, why);

	if (e == OK)
		e = disk_open(disk, run->path, FILE_READ, &run->file, why);
	if (e == ERR_NOT_FOUND)
		e = run_damaged(run->path, 0, why);
	if (e == OK)
		e = open_run(run, number, read_blocks, why);
	if (e == OK)
		*out = run;
	else
		dedup_run_close(run);
	return e;
}

void dedup_run_close(struct dedup_run *run)
{
	if (run == NULL)
		return;
	if (run->blocks != NULL)
		file_unmap(run->file, run->blocks, run->blocks_bytes);
	file_close(run->file);
	memory_free_lines(run->head);
	free(run->checked);
	free(run);
}

size_t dedup_run_resident_bytes(const struct dedup_run *run)
{
	size_t bits = run->checked == NULL ? 0 : checked_bytes(run);

	return sizeof(*run) + run->layout.blocks_at + bits;
}

static uint64_t first_high(const struct dedup_run *run, uint64_t block)
{
	return load_u64(run->head + run->layout.index_at + block * 8);
}

void dedup_run_prefetch_index(const struct dedup_run *run, struct dedup_key key)
{
	PREFETCH(run->head + run->layout.index_at + part_of(key.high, run->layout.blocks) * 8);
}

/* The last block whose first entry has a high half <= the key's, or 0: from where a uniform
 * key would lie, in doubling strides to a range that holds it, then by halves. */
uint64_t dedup_run_locate(const struct dedup_run *run, struct dedup_key key)
{
	uint64_t blocks = run->layout.blocks;
	uint64_t low = part_of(key.high, blocks), high = low + 1; /* sought: [low, high) */

	for (uint64_t step = 1; low > 0 && first_high(run, low) > key.high; step *= 2) {
		high = low;
		low = low > step ? low - step : 0;
	}
	for (uint64_t step = 1; high < blocks && first_high(run, high) <= key.high; step *= 2) {
		low = high;
		high = MIN_OF(high + step, blocks);
	}
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;
		if (first_high(run, middle) <= key.high)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static size_t entries_in(const struct dedup_run *run, uint64_t block)
{
	return (size_t)MIN_OF(
		(uint64_t)RUN_BLOCK_ENTRIES, run->header.entries - block * RUN_BLOCK_ENTRIES);
}

/* About where the key lies in the block, if keys are uniform between its first and the next
 * block's. */
static size_t guess_in(const struct dedup_run *run, uint64_t block, struct dedup_key key)
{
	size_t count = entries_in(run, block);
	uint64_t from = first_high(run, block);
	uint64_t to = block + 1 < run->layout.blocks ? first_high(run, block + 1) : UINT64_MAX;

	if (key.high <= from || to <= from)
		return 0;
	uint64_t at = (uint64_t)((unsigned __int128)(key.high - from) * count / (to - from));
	return (size_t)MIN_OF(at, count - 1);
}

void dedup_run_prefetch_block(const struct dedup_run *run, uint64_t block, struct dedup_key key)
{
	if (run->checked == NULL)
		return;
	const uint8_t *at = run->blocks + block * RUN_BLOCK_BYTES +
			    guess_in(run, block, key) * DEDUP_ENTRY_BYTES;
	PREFETCH(at);
	PREFETCH(at + 64);
}

/* Whoever repeats what he sent asks for all blocks in the end: so where none of a window was looked
 * at yet, it is read as one. */
static void ask_around(const struct dedup_run *run, uint64_t block)
{
	uint64_t from = block / WINDOW_BLOCKS * WINDOW_BLOCKS;
	size_t at = (size_t)from * RUN_BLOCK_BYTES;

	if (load32(run->checked + from / 8) == 0)
		file_advise(run->file, run->blocks + at,
			MIN_OF((size_t)WINDOW_BLOCKS * RUN_BLOCK_BYTES, run->blocks_bytes - at),
			FILE_SOON);
}

/* The bytes of a block, its checksum right: mapped, or read to `to`. */
static err fetch(
	struct dedup_run *run, uint64_t block, uint8_t *to, const uint8_t **bytes, struct why *why)
{
	uint64_t at = run->layout.blocks_at + block * RUN_BLOCK_BYTES;
	uint8_t bit = (uint8_t)(1u << (block & 7));

	if (run->checked == NULL) {
		err e = read_exactly(run, at, to, RUN_BLOCK_BYTES, why);
		if (e != OK)
			return e;
		*bytes = to;
		return run_checksum_is_right(to) ? OK : run_damaged(run->path, at, why);
	}
	*bytes = run->blocks + block * RUN_BLOCK_BYTES;
	ask_around(run, block);
	if ((run->checked[block >> 3] & bit) == 0 && !run_checksum_is_right(*bytes))
		return run_damaged(run->path, at, why);
	run->checked[block >> 3] |= bit;
	return OK;
}

static const uint8_t *search_block(
	const uint8_t *bytes, size_t count, size_t guess, struct dedup_key key)
{
	const uint8_t *at = bytes + guess * DEDUP_ENTRY_BYTES;
	const uint8_t *last = bytes + (count - 1) * DEDUP_ENTRY_BYTES;
	int order = key_compare(entry_key(at), key);

	for (; order > 0 && at > bytes; order = key_compare(entry_key(at), key))
		at -= DEDUP_ENTRY_BYTES;
	for (; order < 0 && at < last; order = key_compare(entry_key(at), key))
		at += DEDUP_ENTRY_BYTES;
	return order == 0 ? at : NULL;
}

err dedup_run_search(struct dedup_run *run, uint64_t block, struct dedup_key key,
	uint8_t *block_bytes, const uint8_t **entry, struct why *why)
{
	for (;; block--) {
		const uint8_t *bytes;
		err e = fetch(run, block, block_bytes, &bytes, why);
		if (e != OK)
			return e;
		*entry =
			search_block(bytes, entries_in(run, block), guess_in(run, block, key), key);
		/* Entries of one high half may have begun in the block before. */
		if (*entry != NULL || block == 0 || first_high(run, block) != key.high)
			return OK;
	}
}

/* Reads the next blocks into the cursor's bytes and checks them. */
static err fill(struct run_cursor *cursor, struct why *why)
{
	struct dedup_run *run = cursor->run;
	uint64_t first = cursor->done / RUN_BLOCK_ENTRIES;
	uint64_t count = MIN_OF((uint64_t)RUN_READ_BLOCKS, run->layout.blocks - first);
	uint64_t at = run->layout.blocks_at + first * RUN_BLOCK_BYTES;
	err e = read_exactly(run, at, cursor->bytes, count * RUN_BLOCK_BYTES, why);

	for (uint64_t i = 0; e == OK && i < count; i++)
		if (!run_checksum_is_right(cursor->bytes + i * RUN_BLOCK_BYTES))
			e = run_damaged(run->path, at + i * RUN_BLOCK_BYTES, why);
	return e;
}

static err stand_on(struct run_cursor *cursor, struct dedup_key before, struct why *why)
{
	uint64_t block = cursor->done / RUN_BLOCK_ENTRIES, in = cursor->done % RUN_BLOCK_ENTRIES;
	const struct dedup_run *run = cursor->run;

	if (cursor->done == run->header.entries) {
		cursor->entry = NULL;
		return OK;
	}
	if (in == 0 && block % RUN_READ_BLOCKS == 0) {
		err e = fill(cursor, why);
		if (e != OK)
			return e;
	}
	cursor->entry =
		cursor->bytes + block % RUN_READ_BLOCKS * RUN_BLOCK_BYTES + in * DEDUP_ENTRY_BYTES;
	if (!entry_is_valid(cursor->entry) ||
		(cursor->done > 0 && key_compare(before, entry_key(cursor->entry)) >= 0))
		return run_damaged(run->path, run->layout.blocks_at + block * RUN_BLOCK_BYTES, why);
	return OK;
}

err run_cursor_begin(struct run_cursor *cursor, struct dedup_run *run, struct why *why)
{
	cursor->run = run;
	cursor->done = 0;
	return stand_on(cursor, (struct dedup_key){ 0, 0 }, why);
}

err run_cursor_next(struct run_cursor *cursor, struct why *why)
{
	struct dedup_key before = entry_key(cursor->entry);

	cursor->done++;
	return stand_on(cursor, before, why);
}

/* What the checksums do not say of the entry the cursor stands on: index and filter know it. */
static bool is_known(const struct run_cursor *cursor)
{
	const struct dedup_run *run = cursor->run;
	struct dedup_key key = entry_key(cursor->entry);
	uint64_t block = cursor->done / RUN_BLOCK_ENTRIES;

	return filter_line_may_have(dedup_run_line(run, key), key.low) &&
	       (cursor->done % RUN_BLOCK_ENTRIES != 0 || first_high(run, block) == key.high);
}

/* What the file holds before the blocks is what is kept of it; `bytes` is room for a part. */
static err check_copy(struct dedup_run *run, uint8_t *bytes, size_t room, struct why *why)
{
	for (uint64_t at = 0; at < run->layout.blocks_at; at += room) {
		size_t count = (size_t)MIN_OF(run->layout.blocks_at - at, (uint64_t)room);
		err e = read_exactly(run, at, bytes, count, why);
		if (e != OK)
			return e;
		if (memcmp(bytes, run->head + at, count) != 0)
			return run_damaged(run->path, at, why);
	}
	return check_head(run, run->header.number, run->layout.end, why);
}

err dedup_run_check(struct dedup_run *run, struct headway *headway, struct why *why)
{
	struct run_cursor *cursor = memory_alloc(sizeof(*cursor));
	err e = check_copy(run, cursor->bytes, sizeof(cursor->bytes), why);

	if (e == OK)
		e = run_cursor_begin(cursor, run, why);
	while (e == OK && cursor->entry != NULL) {
		if (!is_known(cursor))
			e = run_damaged(run->path, run->layout.filter_at, why);
		else
			e = run_cursor_next(cursor, why);
		if (e == OK)
			e = headway_add(headway, 1, why);
	}
	free(cursor);
	return e;
}
