/* journal/dedup_write.c - see dedup_write.h */
#include "journal/dedup_write.h"

#include "base/crc32c.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	STREAM_BYTES = 64 * RUN_BLOCK_BYTES, /* past the cache: no fewer */
	SYNC_BYTES = 8 << 20,
	PAD_BYTES = 8
};

/* A part of the file, written from its start to its end. */
struct stream {
	uint64_t at; /* of bytes[0] in the file */
	size_t used;
	uint32_t crc; /* of all that was written */
	uint8_t bytes[STREAM_BYTES];
};

struct dedup_writer {
	struct disk *disk;
	struct file *file;
	struct run_header header;
	struct run_layout layout; /* but for blocks and end */
	struct stream filter, index, blocks;
	bool past_cache; /* blocks go */
	/* What is being filled lies at the end of its stream: a line of the filter, zeros when it
	 * begins, and a block. */
	uint64_t line_number;
	size_t in_block; /* entries */
	uint64_t unsynced_bytes, entries_max;
	struct dedup_key last;
	char folder[PATH_BYTES_MAX], path[PATH_BYTES_MAX];
};

static err flush(struct dedup_writer *writer, struct stream *stream, struct why *why)
{
	if (stream->used == 0)
		return OK;
	bool past = writer->past_cache && stream == &writer->blocks;
	err e = (past ? file_write_past : file_write_at)(
		writer->file, stream->at, stream->bytes, stream->used, why);
	if (e != OK)
		return e;
	stream->crc = crc32c(stream->crc, (str){ (const char *)stream->bytes, stream->used });
	stream->at += stream->used;
	writer->unsynced_bytes += stream->used;
	stream->used = 0;
	if (writer->unsynced_bytes < SYNC_BYTES)
		return OK;
	writer->unsynced_bytes = 0;
	return file_sync(writer->file, why);
}

/* What was filled at the end of a stream is whole.  `bytes` divides STREAM_BYTES. */
static err passed(struct dedup_writer *writer, struct stream *stream, size_t bytes, struct why *why)
{
	stream->used += bytes;
	return stream->used < STREAM_BYTES ? OK : flush(writer, stream, why);
}

static uint8_t *end_of(struct stream *stream)
{
	return stream->bytes + stream->used;
}

err dedup_writer_open(struct disk *disk, const char *folder, uint64_t number, uint64_t entries_max,
	bool past_cache, struct dedup_writer **out, struct why *why)
{
	ASSERT(entries_max > 0);
	struct dedup_writer *writer = memory_alloc(sizeof(*writer));
	err e = run_path(writer->path, folder, number, why);

	writer->disk = disk;
	writer->entries_max = entries_max;
	writer->past_cache = past_cache;
	writer->header.number = number;
	writer->header.filter_lines = filter_lines(entries_max);
	writer->header.index_slots = (entries_max + RUN_BLOCK_ENTRIES - 1) / RUN_BLOCK_ENTRIES;
	writer->layout = run_layout_of(&writer->header);
	writer->filter.at = writer->layout.filter_at;
	writer->index.at = writer->layout.index_at;
	writer->blocks.at = writer->layout.blocks_at;
	(void)snprintf(writer->folder, sizeof(writer->folder), "%s", folder); /* as in path */
	if (e == OK)
		e = disk_open(disk, writer->path, FILE_CREATE_OR_EMPTY, &writer->file, why);
	if (e == OK)
		*out = writer;
	else
		free(writer);
	return e;
}

static err put_line(struct dedup_writer *writer, struct why *why)
{
	err e = passed(writer, &writer->filter, FILTER_LINE_BYTES, why);

	writer->line_number++;
	if (e == OK) /* else there may be no room */
		memset(end_of(&writer->filter), 0, FILTER_LINE_BYTES);
	return e;
}

static err put_high(struct dedup_writer *writer, uint64_t high, struct why *why)
{
	store_u64(end_of(&writer->index), high);
	return passed(writer, &writer->index, sizeof(high), why);
}

static err put_block(struct dedup_writer *writer, struct why *why)
{
	uint8_t *block = end_of(&writer->blocks);
	size_t filled = writer->in_block * DEDUP_ENTRY_BYTES;

	memset(block + filled, 0, RUN_CRC_AT - filled);
	store_u32(block + RUN_CRC_AT, crc32c(0, (str){ (const char *)block, RUN_CRC_AT }));
	writer->in_block = 0;
	return passed(writer, &writer->blocks, RUN_BLOCK_BYTES, why);
}

/* As many as one line of the filter takes; `*count` says how many. */
static err add_to_line(struct dedup_writer *writer, const struct dedup_ranked *entries,
	size_t *count, struct why *why)
{
	uint64_t lines = writer->header.filter_lines;
	uint64_t line = part_of(entries[0].high, lines);
	size_t in = 1;
	err e = OK;

	while (e == OK && writer->line_number < line)
		e = put_line(writer, why);
	if (e != OK)
		return e;
	while (in < *count && part_of(entries[in].high, lines) == line)
		in++;
	filter_line_add_all(end_of(&writer->filter), entries, in);
	*count = in;
	return OK;
}

static void copy_entry(struct dedup_writer *writer, uint8_t *to, const struct dedup_ranked *entry)
{
	struct dedup_key key = { entry->high, load_u64(entry->bytes + DEDUP_ENTRY_LOW_AT) };

	ASSERT(writer->header.entries == 0 || key_compare(writer->last, key) < 0);
	memcpy(to, entry->bytes, DEDUP_ENTRY_BYTES);
	writer->last = key;
	writer->header.entries++;
}

/* As many as one block takes; `*count` says how many. */
static err add_to_block(struct dedup_writer *writer, const struct dedup_ranked *entries,
	size_t *count, struct why *why)
{
	size_t in = MIN_OF(*count, RUN_BLOCK_ENTRIES - writer->in_block);
	uint8_t *to = end_of(&writer->blocks) + writer->in_block * DEDUP_ENTRY_BYTES;

	if (writer->in_block == 0) {
		err e = put_high(writer, entries[0].high, why);
		if (e != OK)
			return e;
	}
	for (size_t i = 0; i < in; i++)
		copy_entry(writer, to + i * DEDUP_ENTRY_BYTES, &entries[i]);
	writer->in_block += in;
	*count = in;
	return writer->in_block == RUN_BLOCK_ENTRIES ? put_block(writer, why) : OK;
}

err dedup_writer_add_all(struct dedup_writer *writer, const struct dedup_ranked *entries,
	size_t count, struct why *why)
{
	size_t in;
	err e = OK;

	ASSERT(count <= writer->entries_max - writer->header.entries);
	for (size_t at = 0; e == OK && at < count; at += in) {
		in = count - at;
		e = add_to_line(writer, entries + at, &in, why);
	}
	for (size_t at = 0; e == OK && at < count; at += in) {
		in = count - at;
		e = add_to_block(writer, entries + at, &in, why);
	}
	return e;
}

err dedup_writer_add(struct dedup_writer *writer, const uint8_t *entry, struct why *why)
{
	const struct dedup_ranked one = { load_u64(entry), entry };

	return dedup_writer_add_all(writer, &one, 1, why);
}

/* Zeros up to where the next part begins. */
static err pad(struct dedup_writer *writer, struct stream *stream, uint64_t end, struct why *why)
{
	err e = OK;

	while (e == OK && stream->at + stream->used < end) {
		memset(end_of(stream), 0, PAD_BYTES);
		e = passed(writer, stream, PAD_BYTES, why);
	}
	return e == OK ? flush(writer, stream, why) : e;
}

static err complete(struct dedup_writer *writer, struct why *why)
{
	uint8_t head[RUN_BLOCK_BYTES];
	err e = OK;

	while (e == OK && writer->line_number < writer->header.filter_lines)
		e = put_line(writer, why);
	if (e == OK && writer->in_block > 0)
		e = put_block(writer, why);
	if (e == OK)
		e = flush(writer, &writer->blocks, why);
	if (e == OK)
		e = pad(writer, &writer->filter, writer->layout.index_at, why);
	if (e == OK)
		e = pad(writer, &writer->index, writer->layout.blocks_at, why);
	writer->header.filter_crc = writer->filter.crc;
	writer->header.index_crc = writer->index.crc;
	run_header_store(head, &writer->header);
	if (e == OK)
		e = file_write_at(writer->file, 0, head, sizeof(head), why);
	if (e == OK)
		e = file_sync(writer->file, why);
	if (e == OK)
		e = disk_sync_folder(writer->disk, writer->folder, why);
	return e;
}

err dedup_writer_finish(struct dedup_writer *writer, struct why *why)
{
	ASSERT(writer->header.entries > 0);
	err e = complete(writer, why);

	if (e != OK) {
		dedup_writer_abandon(writer);
		return e;
	}
	file_close(writer->file);
	free(writer);
	return OK;
}

void dedup_writer_abandon(struct dedup_writer *writer)
{
	if (writer == NULL)
		return;
	file_close(writer->file);
	/* If it stays, no manifest names it, and the next opening removes it. */
	(void)disk_remove(writer->disk, writer->path, NULL);
	free(writer);
}
