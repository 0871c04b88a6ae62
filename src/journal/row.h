/* journal/row.h - the bytes of a row file: marks, batches, records; walking over them.
 *
 * segment.h tables them.  Pure but for reading the file; one thread at a time per object.
 */
#pragma once

#include "base/load.h"
#include "journal/segment.h"

#include <endian.h>

enum {
	ROW_MARK_BYTES = 56,
	ROW_RECORD_HEAD_BYTES = 8,
	ROW_PAGE_BYTES = 512,
	ROW_FOOT = 0x5a,
	ROW_LENGTHS_NOTED = 1024, /* longer ones are few */
	ROW_FRONT_BYTES_MAX = 512,
	/* of its buffer */
	ROW_BATCH_BYTES_MAX = ROW_FRONT_BYTES_MAX + ROW_MARK_BYTES + SEGMENT_BATCH_BYTES_MAX + 1
};

struct row_mark {
	bool end;
	uint32_t body_bytes, count, body_crc;
	uint64_t first_seq, at, salt;
	int64_t received_ms;
};

void row_mark_encode(const struct row_mark *mark, char out[static ROW_MARK_BYTES]);
/* Does a mark stand here?  Its CRC and place agree; the salt is the caller's to compare. */
bool row_mark_decode(const char bytes[static ROW_MARK_BYTES], uint64_t at, struct row_mark *out);

/* A batch is built in one buffer: begin leaves room for the mark, records follow, end
 * adds the foot and puts the mark in front (its sizes and checksum are filled in).  Zeros but for
 * the buffer when it is begun for the first time. */
struct row_batch {
	struct strbuf bytes; /* the owner's to make and to free */
	size_t front; /* of these, before the batch: row_batch_lie() */
	uint32_t crc; /* of the body, as far as it was ... */
	size_t summed; /* ... of `bytes` */
	/* What a record of this length adds to the checksum of its bytes; 0: not noted yet. */
	uint32_t of_length[ROW_LENGTHS_NOTED];
};
void row_batch_begin(struct row_batch *batch);
/* Makes room for records of so many bytes, heads included: else it grows in steps. */
void row_batch_reserve(struct row_batch *batch, uint64_t bytes);
/* Of one that was just begun, and has room: it will be written at `at`, and shall lie in memory as
 * that place does to multiples of `multiple`, a power of 2, at most ROW_FRONT_BYTES_MAX. */
void row_batch_lie(struct row_batch *batch, uint64_t at, size_t multiple);
void row_batch_end(struct row_batch *batch, struct row_mark *mark);
static inline str row_batch_bytes(const struct row_batch *batch)
{
	return str_from(strbuf_str(&batch->bytes), batch->front);
}

/* Appends one record; `check` is the CRC-32C of its bytes, which are copied and not looked at. */
void row_batch_add(struct row_batch *batch, str bytes, uint32_t check);
/* The length in a record's head; and whether these are a record's bytes. */
static inline uint32_t row_record_length(const char head[static ROW_RECORD_HEAD_BYTES])
{
	return le32toh(load32(head));
}
bool row_record_is_whole(const char head[static ROW_RECORD_HEAD_BYTES], str bytes);

/* Takes the records out of a body one by one. */
struct row_records {
	str body;
	size_t at; /* of the next one */
	uint32_t left;
	bool trusted; /* the body's checksum was right: those of the records need no look */
};
/* False at the end.  *ok false: this record's bytes are damaged; *skip says how many records are
 * lost with it (all that are left, where its length makes no sense). */
bool row_records_next(struct row_records *records, str *bytes, bool *ok, uint32_t *skip);

/* A window on a file, up to a limit that nobody writes below. */
struct row_window {
	struct file *file;
	uint64_t limit, at;
	char *bytes;
	size_t len, cap;
	size_t chunk; /* how much is read at once; 0: 1 MiB */
};
/* *out points to `bytes` bytes from `at`, which lie below the limit; until the next call. */
err row_window_need(
	struct row_window *window, uint64_t at, size_t bytes, const char **out, struct why *why);
void row_window_done(struct row_window *window);

enum row_step {
	ROW_BATCH, /* a batch; body_ok tells whether its checksum is right */
	ROW_GAP, /* [seq, mark.first_seq) is lost; what follows is proved */
	ROW_END, /* an end mark */
	ROW_TAIL, /* no mark from here to the limit */
};
struct row_walk {
	struct row_window window;
	uint64_t at, seq, salt; /* where the next mark is looked for; what it should begin with */
	bool any_salt; /* the file head is damaged: take that of the first mark found */
};
struct row_found {
	enum row_step step;
	uint64_t at; /* of the mark, or of the gap */
	uint64_t seq, end_seq;
	struct row_mark mark;
	str body; /* until the next call */
	bool body_ok;
};
err row_walk_next(struct row_walk *walk, struct row_found *found, struct why *why);

/* Could this tail of a file, which begins at `at` where the end mark `former` stood or zeros, be
 * a batch that a crash tore?  *bytes gets how many of its bytes are not zero at the end. */
err row_tail_is_torn(struct row_window *window, uint64_t at, const struct row_mark *former,
	bool *torn, uint64_t *bytes, struct why *why);
