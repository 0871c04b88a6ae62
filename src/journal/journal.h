/* journal/journal.h - the truth of what happened: an append-only log of records.
 *
 * A record is its canonical bytes (event/codec.h); the journal gives each a sequence, from 1,
 * by 1, never reused, and the time at which its batch was received.  Appended means durable:
 * journal_append() returns OK after the bytes are synced.
 *
 * Folder `journal/`:
 *   NAME = 20 decimal digits of the first sequence, "-", 4 digits of the generation
 *   NAME.log   rows, as appended (segment.h tables the bytes); the highest one is active
 *   NAME.seal  the same records, columnar and compressed (seal.h)
 *   ahead-N.tmp  zeros: what will be a NAME.log (ahead.h)
 * A rewrite (erasure) or a sealing writes generation + 1 whole, syncs, renames, syncs the
 * folder, then removes the old one; at opening the highest complete generation of a first
 * sequence wins and what is left of others is removed.
 *
 * Invariants:
 *  1. sequences are dense: segment n+1 starts where segment n ends;
 *  2. received_ms never decreases from one batch to the next;
 *  3. after a failed write or sync the journal refuses every append (ERR_IO) until it is
 *     opened again: nobody knows what the disk kept;
 *  4. a batch is there whole or not at all.
 *
 * Recovery cuts a torn batch only at the very end of the active segment, where nothing was
 * acknowledged (segment.h says how it is told from damage, and what cannot be told); every other
 * fault is ERR_CORRUPT with file and offset, and the records around it stay readable
 * (journal_scan_next goes on behind it).
 *
 * Threads: one writer (append, roll, rewrite); one sealer or rewriter of closed segments; any
 * number of readers, on sequences below journal_end() as they saw it.  Sealing and rewriting wait
 * for each other; readers wait for neither, and go on with a file that was replaced meanwhile.
 */
#pragma once

#include "base/file.h"
#include "base/watch.h"

struct journal;

struct journal_options {
	uint64_t segment_bytes_max; /* a new segment is begun past this; 0: 64 MiB */
	uint64_t batch_bytes_max; /* of one append; 0: 64 MiB */
};

/* One record to append.  `bytes` are canonical; `check` is their CRC-32C, made by who made them: so
 * that it also tells what happened to them on the way here. */
struct journal_entry {
	str bytes;
	uint32_t check;
};
struct journal_entry journal_entry_of(str bytes); /* with the checksum made now */

/* What opening found and did. */
struct journal_recovery {
	uint64_t first_seq, end_seq; /* records are [first_seq, end_seq) */
	uint64_t segments, sealed_segments, bytes;
	uint64_t torn_bytes; /* cut off the end of the active segment: never acknowledged */
	uint64_t damaged_records; /* in the active segment; journal_check() finds and lists all */
	int64_t last_received_ms;
};

/* Opens, or makes, the journal in `folder` (made if absent; its parent must exist and be
 * locked by the caller).  `options` and `recovery` may be NULL.  Damage within is no error here
 * (journal_scan_next, journal_read and journal_check tell it), but for damage at the very end,
 * or a last file that is missing: going on there could give a sequence twice, ERR_CORRUPT.
 * ERR_VERSION: written by a newer program.  It writes: a read-only disk is ERR_READ_ONLY. */
err journal_open(struct disk *disk, const char *folder, const struct journal_options *options,
	struct journal **out, struct journal_recovery *recovery, struct why *why);
/* NULL is fine.  All is durable already; it adds the end mark that proves the last batch. */
void journal_close(struct journal *journal);

/* Appends all entries (at least one, none empty) as one batch and syncs once.  *first_seq gets the
 * first one's sequence.  ERR_LIMIT, and nothing changed: an entry over RECORD_BYTES_MAX, a batch
 * over batch_bytes_max.
 * `received_ms` is raised to the last batch's if the clock went back.  On any error nothing
 * was appended as far as the caller may know: see invariant 3. */
err journal_append(struct journal *journal, int64_t received_ms,
	const struct journal_entry *entries, size_t count, uint64_t *first_seq, struct why *why);

/* The same in two steps, so that a batch is laid out while the one before is on its way to the
 * disk. lay: the same refusals; any one thread at a time.  append: the writer; `batch` is gone
 * whatever becomes of it. */
struct journal_batch;
err journal_lay(struct journal *journal, const struct journal_entry *entries, size_t count,
	struct journal_batch **out, struct why *why);
err journal_append_laid(struct journal *journal, int64_t received_ms, struct journal_batch *batch,
	uint64_t *first_seq, struct why *why);
void journal_drop_laid(struct journal *journal, struct journal_batch *batch); /* NULL is fine */

/* From here on much is appended that nobody reads soon, by an import: large batches go past the
 * system's cache (file_write_past).  By the writer, before it appends. */
void journal_bulk(struct journal *journal);

uint64_t journal_end(const struct journal *journal); /* the next sequence; readers may call it */
int64_t journal_last_received_ms(const struct journal *journal);
uint64_t journal_bytes(const struct journal *journal); /* on disk, all segments */

/* A record read back.  `bytes` live in the arena that was given. */
struct journal_record {
	uint64_t seq;
	int64_t received_ms;
	str bytes;
};

/* ERR_NOT_FOUND past the end, ERR_CORRUPT with file and offset if its bytes are damaged. */
err journal_read(struct journal *journal, uint64_t seq, struct arena *arena,
	struct journal_record *out, struct why *why);

/* Reads on from a sequence, fast (sealed segments block by block).  Damaged records are
 * reported through `why` with ERR_CORRUPT and the next call goes on behind them. */
struct journal_scan;
err journal_scan_open(
	struct journal *journal, uint64_t from_seq, struct journal_scan **out, struct why *why);
/* The record is valid until the next call; *more is false at the end (later, when more was
 * appended, it goes on).  ERR_CORRUPT: some records are lost, the next call goes on behind them;
 * after any other error it stays where it was. */
err journal_scan_next(
	struct journal_scan *scan, bool *more, struct journal_record *out, struct why *why);
void journal_scan_close(struct journal_scan *scan); /* NULL is fine */

/* Closes the active segment and begins a new one, so that it can be sealed.  Nothing happens if
 * it is empty.  Invariant 3 holds for a failed roll too. */
err journal_roll(struct journal *journal, struct why *why);

/* Makes the file of a segment to come, so that appending to it is quicker and more even (ahead.h);
 * *did false: there are enough.  For who expects many appends: it takes the room of a segment. Runs
 * in any one thread beside the writer and the readers.  An error matters to nobody else. */
err journal_prepare(struct journal *journal, bool *did, struct why *why);

/* Seals the oldest closed segment that is not sealed yet; *did says whether there was one.
 * ERR_CORRUPT: it is damaged, and will be left alone from now on: call again for the others.
 * Runs in any one thread beside the writer and the readers.  `level` is zstd's, 1 to 19. */
err journal_seal_one(struct journal *journal, int level, bool *did, struct why *why);
/* How many segments wait for that.  Any thread. */
size_t journal_unsealed(struct journal *journal);

/* Erasure: rewrites every segment that holds one of the `count` sequences (sorted, ascending),
 * leaving a TOMBSTONE record in their places, and removes the old files.  Afterwards no byte of
 * those records is left in the folder.  The active segment is rolled first if it holds one.
 * ERR_NOT_FOUND: a sequence past the end.  ERR_CORRUPT: a segment is damaged and was left as it
 * is.  On any error some segments may be rewritten and others not, and a record may turn out to be
 * erased only when the journal is opened again: repeat the call until it is OK. */
err journal_rewrite(struct journal *journal, const uint64_t *seqs, size_t count, struct why *why);

/* The same for one segment, the one that holds the first of the sequences, which must not be the
 * active one: *done of them were in it.  Runs in any one thread beside the writer, which waits for
 * nothing; a sealer and this wait for each other. */
err journal_rewrite_one(
	struct journal *journal, const uint64_t *seqs, size_t count, size_t *done, struct why *why);

/* Checks every checksum, length and sequence on disk; calls `report` once for each fault with
 * its place and words.  *faults counts them.  `watch` may be NULL; it is told of bytes. */
err journal_check(struct journal *journal, const struct watch *watch,
	void (*report)(void *context, const struct why *fault), void *context, uint64_t *faults,
	struct why *why);
