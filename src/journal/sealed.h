/* journal/sealed.h - the bytes of a sealed file: blocks, footer, trailer.
 *
 * segment.h tables them, seal.h makes the blocks.  The footer alone finds every block; if it
 * is damaged, the heads of the blocks do.
 */
#pragma once

#include "journal/seal.h"
#include "journal/segment.h"

enum {
	SEALED_BLOCK_HEAD_BYTES = 32,
	SEALED_FOOTER_ENTRY_BYTES = 28,
	SEALED_TRAILER_BYTES = 40,
	SEALED_BLOCK_FILE_BYTES_MAX = SEAL_BLOCK_BYTES_MAX + (1 << 20),
	/* what unsealing one block may take: its records, their array, what the columns need */
	SEALED_BLOCK_MEMORY_MAX = 4 * SEAL_BLOCK_BYTES_MAX,
};

struct sealed_block {
	uint64_t first_seq, at; /* of its bytes, behind the head */
	uint32_t bytes, count, crc;
};

/* The index of a sealed file, on the heap; free() it.  *whole false: the footer was damaged and
 * the index was gathered from the blocks that could be found. */
err sealed_index_load(struct file *file, uint64_t file_bytes, struct sealed_block **blocks,
	size_t *count, bool *whole, struct why *why);

/* Reads, checks and unseals a block; its records live in `arena`.  *ok false: it is damaged
 * (the words are in `why`).  An error is the disk's. */
err sealed_block_load(struct file *file, const struct sealed_block *block, struct arena *arena,
	bool *ok, struct sealed_record **records, struct why *why);

/* Does the head in front of the block say the same as the index? */
err sealed_block_head_check(
	struct file *file, const struct sealed_block *block, bool *ok, struct why *why);

/* Writes a sealed file, from the file head on.  The records are gathered to blocks. */
struct sealed_writer {
	struct file *file;
	uint64_t at; /* where the next byte goes */
	int level;
	struct arena *arena; /* of what is gathered */
	struct sealed_record *records; /* SEAL_RECORDS_MAX of them */
	size_t count, bytes;
	uint64_t seq; /* of the next record */
	struct strbuf footer, out;
	uint32_t blocks;
};
void sealed_writer_init(struct sealed_writer *writer, struct file *file, int level);
err sealed_writer_begin(
	struct sealed_writer *writer, const struct segment_head *head, struct why *why);
err sealed_writer_add(
	struct sealed_writer *writer, int64_t received_ms, str bytes, struct why *why);
/* A block as it stands in another file. */
err sealed_writer_copy(struct sealed_writer *writer, struct file *from,
	const struct sealed_block *block, struct why *why);
err sealed_writer_end(struct sealed_writer *writer, struct why *why); /* not synced */
void sealed_writer_done(struct sealed_writer *writer);
