/* journal/segment.h - one file of the journal: its bytes, and reading them.
 *
 * Both kinds of file begin with the same 64 bytes, and will in every later version, so that an
 * old program can say "newer" and not "damaged".  All numbers are little-endian; every CRC is
 * CRC-32C.
 *
 *   file head    0  8  "ARIANEJ1" rows, "ARIANES1" sealed
 *                8  4  version, 1             12  4  generation
 *               16  8  first sequence         24  8  end sequence (sealed; 0 in rows)
 *               32  8  received time of the last record before this file, ms
 *               40  8  salt: random, this file's own
 *               48  4  zstd level (sealed)    52  8  zero
 *               60  4  CRC of bytes 0 to 59
 *
 *   rows         file head, batches one after the other, [end mark], zeros
 *   mark         0  4  "AJB1" batch, "AJE1" end mark
 *                4  4  body bytes (end: 0)     8  8  first sequence (end: the next one)
 *               16  4  count (end: 0)         20  4  CRC of the body
 *               24  8  received time, ms      32  8  where in the file this mark stands
 *               40  8  the file's salt        48  4  zero
 *               52  4  CRC of bytes 0 to 51
 *   batch        mark, body: count records and a foot of one byte, 0x5a
 *   record       0  4  length                  4  4  CRC of the length's 4 bytes and the bytes
 *                8  .. bytes
 *
 *   sealed       file head, blocks one after the other, footer, trailer
 *   block        0  4  "AJK1"                  4  4  bytes that follow the head
 *                8  8  first sequence         16  4  count      20  4  CRC of those bytes
 *               24  4  zero                   28  4  CRC of bytes 0 to 27
 *               32  .. a block of seal.h
 *   footer       for each block: 8 first sequence, 8 where its bytes stand (behind the head),
 *                4 how many, 4 count, 4 CRC
 *   trailer      0  8  "ARIANESE"              8  8  where the footer stands
 *               16  4  blocks                 20  4  CRC of the footer
 *               24  8  end sequence           32  4  zero      36  4  CRC of bytes 0 to 35
 *
 * What a row file proves.  A batch is written only after the one before it was synced.  Hence:
 *  1. a valid mark (CRC, salt and place agree; the salt keeps bytes that a customer sent, or
 *     that an old file left on the disk, from passing for one) proves that all before it was
 *     acknowledged: damage there is ERR_CORRUPT, never cut;
 *  2. the last batch is proved by the end mark, which journal_close(), a roll and every recovery
 *     write behind it.  While the journal is being written there is none;
 *  3. then, after a crash, the last batch may be torn.  A torn batch has at least one page of 512
 *     bytes in its former state (zeros, past the end, or the former end mark), or was cut short,
 *     so that its foot is missing.  If neither is so, all of it was written and has changed
 *     since: ERR_CORRUPT.  Else it is cut.  What cannot be told apart: a batch that was
 *     acknowledged just before a crash and then lost a whole page to zeros; and the same with a
 *     damaged end mark behind it.
 *
 * Zeros are written ahead of small batches, so that a sync need not change the file's size: that
 * doubles the rate of small appends.
 */
#pragma once

#include "base/file.h"
#include "journal/journal.h"

enum {
	SEGMENT_VERSION = 1,
	SEGMENT_HEAD_BYTES = 64,
	SEGMENT_NAME_BYTES = 20 + 1 + 4, /* without the suffix */
	SEGMENT_GENERATION_MAX = 9999,
	SEGMENT_INDEX_BYTES = 16 << 10, /* of rows, from one entry of their index to the next */
	SEGMENT_BLOCK_BYTES =
		128 << 10, /* of records in a sealed block, before: what one read unseals */
	SEGMENT_BATCH_BYTES_MAX = 64 << 20, /* of one batch's records with their heads */
};

struct segment_head {
	bool sealed;
	uint32_t version, generation;
	uint64_t first_seq, end_seq;
	int64_t received_ms;
	uint64_t salt;
	uint32_t level;
};

void segment_head_encode(const struct segment_head *head, struct strbuf *out);
/* ERR_CORRUPT: no head; ERR_VERSION: of a newer program.  `path` is for words. */
err segment_head_decode(str bytes, const char *path, struct segment_head *out, struct why *why);

/* "00000000000000000001-0000.log" and back. */
struct segment_name {
	uint64_t first_seq;
	uint32_t generation;
	bool sealed;
};
bool segment_name_parse(str name, struct segment_name *out);
err segment_path(char out[static PATH_BYTES_MAX], const char *folder, struct segment_name name,
	struct why *why);

/* A segment that is open: shared by whoever reads it, closed by the last who leaves.  Its file
 * may have been removed meanwhile. */
struct segment;

/* Opens the file.  `end_seq` is where the next segment starts.  A damaged file head or footer is
 * no error: segment_damaged() tells, and what can be read is read. */
err segment_open(struct disk *disk, const char *folder, struct segment_name name, uint64_t end_seq,
	struct segment **out, struct why *why);
struct segment *segment_ref(struct segment *segment);
void segment_unref(struct segment *segment); /* NULL is fine */

struct segment_name segment_name(const struct segment *segment);
const char *segment_file_path(const struct segment *segment);
uint64_t segment_first_seq(const struct segment *segment);
uint64_t segment_end_seq(struct segment *segment);
uint64_t segment_bytes(struct segment *segment); /* of the file, without zeros ahead */
uint32_t segment_level(const struct segment *segment); /* zstd's, 0 for rows */
int64_t segment_received_ms(const struct segment *segment); /* from the file head */
uint64_t segment_id(const struct segment *segment); /* never the same again in this process */
bool segment_damaged(struct segment *segment); /* as far as was seen */
void segment_set_damaged(struct segment *segment);

/* What a cursor meets: a record, or a run of sequences that cannot be read. */
struct segment_item {
	enum { ITEM_RECORD, ITEM_DAMAGE, ITEM_END } kind;
	uint64_t seq, end_seq; /* [seq, end_seq) */
	int64_t received_ms;
	str bytes; /* until the next call */
	uint64_t at; /* in the file */
};

/* Goes through a segment from a sequence on.  One thread. */
struct segment_cursor;
struct segment_cursor *segment_cursor_open(struct segment *segment, uint64_t from_seq);
err segment_cursor_next(struct segment_cursor *cursor, struct segment_item *item, struct why *why);
void segment_cursor_close(struct segment_cursor *cursor); /* NULL is fine */

/* One record by its sequence, first_seq <= seq < end_seq; `bytes` in `arena`.  Any thread. */
struct block_cache;
err segment_read(struct segment *segment, struct block_cache *cache, uint64_t seq,
	struct arena *arena, struct journal_record *out, struct why *why);
