/* journal/dedup_write.c - see dedup_write.h */
#include "journal/dedup_write.h"

#include "base/crc32c.h"

#include <stdio.h>
#include <stdlib.h>

enum { STREAM_BYTES = 16 * RUN_BLOCK_BYTES, SYNC_BYTES = 8 << 20 };

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
	uint64_t line_number; /* of the line being filled */
	struct filter_line line;
	uint8_t block[RUN_BLOCK_BYTES];
	uint64_t unsynced_bytes, entries_max;
	struct dedup_key last;
	char folder[PATH_BYTES_MAX], path[PATH_BYTES_MAX];
};

static err flush(struct dedup_writer *writer, struct stream *stream, struct why *why)
{
	if (stream->used == 0)
		return OK;
	err e = file_write_at(writer->file, stream->at, stream->bytes, stream->used, why);
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

/* `bytes` divides STREAM_BYTES. */
static err put(struct dedup_writer *writer, struct stream *stream, const void *from, size_t bytes,
	struct why *why)
{
	if (from == NULL)
		memset(stream->bytes + stream->used, 0, bytes);
	else
		memcpy(stream->bytes + stream->used, from, bytes);
	stream->used += bytes;
	return stream->used < STREAM_BYTES ? OK : flush(writer, stream, why);
}

err dedup_writer_open(struct disk *disk, const char *folder, uint64_t number, uint64_t entries_max,
	struct dedup_writer **out, struct why *why)
{
	ASSERT(entries_max > 0);
	struct dedup_writer *writer = memory_alloc(sizeof(*writer));
	err e = run_path(writer->path, folder, number, why);

	writer->disk = disk;
	writer->entries_max = entries_max;
	writer->header.number = number;
	writer->header.filter_lines = filter_lines(entries_max, RUN_LINE_ENTRIES);
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
	const struct filter_line line = writer->line;

	writer->line = (struct filter_line){ { 0 } };
	writer->line_number++;
	return put(writer, &writer->filter, &line, sizeof(line), why);
}

static err put_block(struct dedup_writer *writer, struct why *why)
{
	store_u32(writer->block + RUN_CRC_AT,
		crc32c(0, (str){ (const char *)writer->block, RUN_CRC_AT }));
	err e = put(writer, &writer->blocks, writer->block, sizeof(writer->block), why);
	memset(writer->block, 0, sizeof(writer->block));
	return e;
}

err dedup_writer_add(struct dedup_writer *writer, const uint8_t *entry, struct why *why)
{
	struct dedup_key key = entry_key(entry);
	uint64_t line = part_of(key.high, writer->header.filter_lines);
	size_t in = (size_t)(writer->header.entries % RUN_BLOCK_ENTRIES);
	err e = OK;

	ASSERT(writer->header.entries < writer->entries_max);
	ASSERT(writer->header.entries == 0 || key_compare(writer->last, key) < 0);
	while (e == OK && writer->line_number < line)
		e = put_line(writer, why);
	if (e == OK && in == 0) {
		uint8_t high[8];
		store_u64(high, key.high);
		e = put(writer, &writer->index, high, sizeof(high), why);
	}
	if (e != OK)
		return e;
	filter_line_add(&writer->line, key.low);
	memcpy(writer->block + in * DEDUP_ENTRY_BYTES, entry, DEDUP_ENTRY_BYTES);
	writer->last = key;
	writer->header.entries++;
	return in + 1 == RUN_BLOCK_ENTRIES ? put_block(writer, why) : OK;
}

/* Zeros up to where the next part begins. */
static err pad(struct dedup_writer *writer, struct stream *stream, uint64_t end, struct why *why)
{
	err e = OK;

	while (e == OK && stream->at + stream->used < end)
		e = put(writer, stream, NULL, 8, why);
	return e == OK ? flush(writer, stream, why) : e;
}

static err complete(struct dedup_writer *writer, struct why *why)
{
	uint8_t head[RUN_BLOCK_BYTES];
	err e = OK;

	while (e == OK && writer->line_number < writer->header.filter_lines)
		e = put_line(writer, why);
	if (e == OK && writer->header.entries % RUN_BLOCK_ENTRIES != 0)
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
