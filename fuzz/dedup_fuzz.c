/* fuzz/dedup_fuzz.c - arbitrary bytes as a run and as a manifest of the index of known messages.
 *
 * The first byte says what the rest is: 'm' a manifest; 'M' one whose checksum is then made
 * right; 'r' a run, byte by byte; 'R' the parts of a run, to be laid out with right checksums:
 * entries 2 bytes, filter lines 1, spare index slots 1, then the contents of index, blocks and
 * filter, as far as they go.
 * Asserted: a manifest that decodes encodes to the same bytes.  A run that opens is looked up in
 * without harm; if it passes its check, it has its entries in order, each found, as it is, by both
 * ways of reading.
 */
#include "base/crc32c.h"
#include "fuzz.h"
#include "journal/dedup_manifest.h"
#include "journal/dedup_run.h"

#include <stdlib.h>

enum { FILE_BYTES_MAX = 1 << 20, NUMBER = 1 };

/* A disk with one file, in memory. */
static uint8_t bytes[FILE_BYTES_MAX] __attribute__((aligned(4096)));
static size_t bytes_used;

static err memory_read_at(
	struct file *file, uint64_t at, void *to, size_t len, size_t *got, struct why *why)
{
	(void)file;
	(void)why;
	*got = at >= bytes_used ? 0 : MIN_OF(len, bytes_used - (size_t)at);
	if (*got > 0)
		memcpy(to, bytes + at, *got);
	return OK;
}

static err memory_size(struct file *file, uint64_t *len, struct why *why)
{
	(void)file;
	(void)why;
	*len = bytes_used;
	return OK;
}

/* A copy, so that a sanitizer sees what reads past its end. */
static err memory_map(struct file *file, uint64_t at, size_t len, const void **out, struct why *why)
{
	(void)file;
	(void)why;
	ASSERT(len > 0 && at + len <= bytes_used);
	void *copy = malloc(len);
	ASSERT(copy != NULL);
	*out = memcpy(copy, bytes + at, len);
	return OK;
}

static void memory_unmap(struct file *file, const void *mapped, size_t len)
{
	(void)file;
	(void)len;
	free((void *)(uintptr_t)mapped);
}

static void memory_close(struct file *file)
{
	(void)file;
}

static err memory_open(struct disk *disk, const char *path, enum file_mode mode, struct file **out,
	struct why *why)
{
	static const struct file_ops ops = {
		.read_at = memory_read_at,
		.size = memory_size,
		.map = memory_map,
		.unmap = memory_unmap,
		.close = memory_close,
	};
	static struct file file = { &ops };

	(void)disk;
	(void)path;
	(void)mode;
	(void)why;
	*out = &file;
	return OK;
}

static struct dedup_run *open_run(bool read_blocks)
{
	static const struct disk_ops ops = { .open = memory_open };
	static struct disk disk = { &ops };
	struct dedup_run *run;
	struct why why = { 0 };
	err e = dedup_run_open(&disk, "folder", NUMBER, read_blocks, &run, &why);

	ASSERT(e == OK || e == ERR_CORRUPT);
	return e == OK ? run : NULL;
}

/* NULL: not found, or a damaged block. */
static const uint8_t *look_up(struct dedup_run *run, struct dedup_key key, uint8_t *block)
{
	const uint8_t *entry = NULL;
	struct why why = { 0 };

	if (!dedup_run_may_have(run, key))
		return NULL;
	uint64_t at = dedup_run_locate(run, key);
	ASSERT(at < run->layout.blocks);
	dedup_run_prefetch_block(run, at, key);
	err e = dedup_run_search(run, at, key, block, &entry, &why);
	ASSERT(e == OK || e == ERR_CORRUPT);
	ASSERT(e != OK || entry == NULL || key_compare(entry_key(entry), key) == 0);
	return e == OK ? entry : NULL;
}

static void walk(struct dedup_run *run)
{
	static struct run_cursor cursor;
	static uint8_t block[RUN_BLOCK_BYTES];
	struct why why = { 0 };
	uint64_t seen = 0;
	struct headway headway = headway_of(NULL, 0);
	bool whole = dedup_run_check(run, &headway, &why) == OK;
	err e = run_cursor_begin(&cursor, run, &why);

	for (; e == OK && cursor.entry != NULL; e = run_cursor_next(&cursor, &why), seen++) {
		struct dedup_key key = entry_key(cursor.entry);
		const uint8_t *found = look_up(run, key, block);
		struct dedup_entry entry = entry_load(cursor.entry);
		uint8_t again[DEDUP_ENTRY_BYTES];
		entry_store(again, &entry);
		ASSERT(memcmp(again, cursor.entry, DEDUP_ENTRY_BYTES) == 0);
		ASSERT(!whole || (found != NULL && memcmp(found, again, DEDUP_ENTRY_BYTES) == 0));
		key.low++;
		(void)look_up(run, key, block);
	}
	ASSERT(e == OK || (e == ERR_CORRUPT && !whole));
	ASSERT(!whole || seen == run->header.entries);
}

static void try_run(void)
{
	static const struct dedup_key keys[] = { { 0, 0 }, { UINT64_MAX, UINT64_MAX },
		{ 0x8000000000000000u, 1 }, { 0x4141414141414141u, 0x4141414141414141u } };
	uint8_t block[RUN_BLOCK_BYTES];

	for (int way = 0; way < 2; way++) {
		struct dedup_run *run = open_run(way == 1);
		if (run == NULL)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			(void)look_up(run, keys[i], block);
		walk(run);
		dedup_run_close(run);
	}
}

/* The next bytes of the input, or as many zeros as are missing. */
static void take(str *from, uint8_t *to, size_t len)
{
	str got = str_upto(*from, len);

	memset(to, 0, len);
	if (got.len > 0)
		memcpy(to, got.ptr, got.len);
	*from = str_from(*from, got.len);
}

static uint32_t crc_of(uint64_t from, uint64_t to)
{
	return crc32c(0, (str){ (const char *)bytes + from, (size_t)(to - from) });
}

static void lay_out_run(str input)
{
	uint8_t head[4];

	take(&input, head, sizeof(head));
	struct run_header header = { .number = NUMBER,
		.entries = 1 + (head[0] | (uint64_t)head[1] << 8) % 2000,
		.filter_lines = 1 + (uint64_t)head[2] };
	struct run_layout l = run_layout_of(&header);
	header.index_slots = l.blocks + head[3];
	l = run_layout_of(&header);
	ASSERT(l.end <= FILE_BYTES_MAX);
	memset(bytes, 0, l.end);
	take(&input, bytes + l.index_at, header.index_slots * 8);
	for (uint64_t b = 0; b < l.blocks; b++) {
		uint8_t *block = bytes + l.blocks_at + b * RUN_BLOCK_BYTES;
		uint64_t left = header.entries - b * RUN_BLOCK_ENTRIES;
		take(&input, block, MIN_OF(left, (uint64_t)RUN_BLOCK_ENTRIES) * DEDUP_ENTRY_BYTES);
		store_u32(block + RUN_CRC_AT, crc32c(0, (str){ (const char *)block, RUN_CRC_AT }));
	}
	memset(bytes + l.filter_at, input.len == 0 ? 0xff : 0, header.filter_lines * 64);
	if (input.len > 0)
		take(&input, bytes + l.filter_at, header.filter_lines * 64);
	header.filter_crc = crc_of(l.filter_at, l.index_at);
	header.index_crc = crc_of(l.index_at, l.blocks_at);
	run_header_store(bytes, &header);
	bytes_used = l.end;
}

static void try_manifest(str input)
{
	static struct manifest m;
	struct strbuf again = strbuf_heap(MANIFEST_BYTES_MAX);
	size_t at;

	if (manifest_decode(input, &m, &at)) {
		manifest_encode(&m, &again);
		ASSERT(strbuf_ok(&again) && str_equal(strbuf_str(&again), input));
	} else {
		ASSERT(at <= input.len);
	}
	strbuf_done(&again);
}

static void fix_manifest(str input)
{
	static uint8_t fixed[MANIFEST_BYTES_MAX];
	size_t len = MIN_OF(input.len, sizeof(fixed));

	if (len < 4)
		return;
	memcpy(fixed, input.ptr, len);
	store_u32(fixed + len - 4, crc32c(0, (str){ (const char *)fixed, len - 4 }));
	try_manifest((str){ (const char *)fixed, len });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str input = { (const char *)data, size };
	str rest = size == 0 ? input : str_from(input, 1);

	switch (size == 0 ? 0 : data[0]) {
	case 'm':
		try_manifest(rest);
		break;
	case 'M':
		fix_manifest(rest);
		break;
	case 'r':
		bytes_used = MIN_OF(rest.len, sizeof(bytes));
		if (bytes_used > 0)
			memcpy(bytes, rest.ptr, bytes_used);
		try_run();
		break;
	case 'R':
		lay_out_run(rest);
		try_run();
		break;
	default:
		break;
	}
	return 0;
}
