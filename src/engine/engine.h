/* engine/engine.h - the single writer: it orders, makes durable, applies, and publishes.
 *
 * The one face to which imports, the API and the outbox submit.  The way of a batch:
 *
 *   items (prepare.h) -> known? (dedup) -> journal, synced -> identity, threads -> snapshot
 *
 * Everything that can be refused is refused before the append; what is durable is always
 * applied.  OK from engine_write() means durable.
 *
 * State is derived: engine_open() takes it from the newest whole checkpoint and replays the
 * journal behind it, or replays everything.  The digest (digest.h) is the same either way.
 *
 * After a failed append or sync the engine refuses every write (ERR_IO) until it is opened
 * again; readers go on.
 *
 * Data folder:
 *   ariane.lock   held while it is open: one process at a time
 *   format        "ariane 1\n": the version of what is here
 *   secret        32 bytes: the key of the deduplication's hashes
 *   journal/ dedup/ checkpoint/ rejects/
 *   erased        see erasures.h: there once bytes of erased people were rewritten
 *   replay-mark, quarantine   see quarantine.h: there only when something went wrong
 *
 * Threads: engine_write() and every call that changes are for one thread at a time (writer.h
 * brings many producers to it); engine_snapshot() and what reads a snapshot, for any.
 */
#pragma once

#include "base/clock.h"
#include "base/file.h"
#include "engine/snapshot.h"
#include "journal/dedup.h"
#include "journal/journal.h"

struct engine;

struct engine_options {
	struct disk *disk; /* NULL: disk_real() */
	struct clock *clock; /* NULL: clock_real() */
	const char *folder;
	bool must_exist; /* ERR_NOT_FOUND instead of making the folder */
	uint64_t segment_bytes_max; /* 0: 64 MiB */
	size_t dedup_entries_max; /* in memory; 0: the index's default */
	bool ignore_checkpoint; /* replay everything */
	bool skip_attributes; /* no columns (thread/attribute.h): questions read the journal */
};

/* What opening found and did. */
struct engine_opening {
	struct journal_recovery journal;
	uint64_t checkpoint_seq; /* taken from a checkpoint: events below; 0: none */
	uint64_t checkpoints_damaged; /* passed over */
	uint64_t index_from; /* the index of known messages was replayed from here ... */
	bool index_damaged; /* ... and this is 1, as it had to be made anew */
	uint64_t replayed; /* records */
	uint64_t quarantined; /* records that could not be read: engine_check() names them */
	bool made; /* the folder was new */
};

err engine_open(const struct engine_options *options, struct engine **out,
	struct engine_opening *opening, struct why *why);
void engine_close(struct engine *engine); /* NULL is fine; all is durable already */

struct numbering;
struct formed_row;

/* One record on its way in: filled by prepare.h, answered by engine_write(), which may also give
 * it another id, and so other bytes and another key. */
enum item_status { ITEM_REFUSED, ITEM_NEW, ITEM_DUPLICATE, ITEM_CONFLICT, ITEM_ERASED };
struct engine_item {
	const struct record *record; /* or NULL, and: */
	const struct formed_row *row; /* a row of a file (event/form.h), which tells its record */
	str bytes; /* canonical */
	struct dedup_key key;
	uint32_t check; /* CRC-32C of the bytes: also what the journal keeps of them */
	struct numbering *numbering; /* its id is a guess, see numbering.h; or NULL */
	uint8_t identifier_count; /* of the record, which lies far away */
	bool has_key; /* else it is never taken for a duplicate: corrections and the like */
	enum item_status status; /* the answer ... */
	uint64_t seq; /* ... and the sequence: its own, or that of the one there is */
};

/* May records of this kind be told apart by source and message id? */
bool engine_is_keyed(enum record_kind kind);

/* Makes durable, applies.  OK: every item has its answer (duplicates are no error). */
err engine_write(struct engine *engine, struct engine_item *items, size_t count, struct why *why);

/* engine_write() in three steps, so that a batch is looked up while the one before is on its way to
 * the disk and another is applied.
 * know: known or not, numbered, laid out for the journal; OK: every item has its answer, and none
 * counts as given before the batch is taken in.  store: durable; a batch that had to be stored
 * earlier, for the sake of what became known after it, is so at once.  take in: applied, which
 * cannot fail.
 *
 * Each step is for one thread at a time, and the three may be three threads.  Batches that are
 * known are stored, and those that are stored taken in, once each and in that order, those before
 * a failed one too; until then the batch, its items and their records stay where and as they are,
 * and but for these and engine_flush_beside() nothing of this header that is the writer's is
 * called.  A crash in between is one before or after the append: opening replays what is durable.
 */
struct engine_batch {
	struct engine_item *items;
	size_t count;
	int64_t received_ms; /* filled in by engine_store() */
	/* private */
	size_t rows, identifiers; /* what applying may need */
	uint64_t first_seq; /* of its new items */
	struct journal_batch *laid; /* of these; NULL: none, or stored */
	struct engine_batch *next; /* not stored yet */
	err stored; /* what came of it, once it is not in that list */
};
err engine_know(struct engine *engine, struct engine_batch *batch, struct why *why);
err engine_store(struct engine *engine, struct engine_batch *batch, struct why *why);
void engine_take_in(struct engine *engine, const struct engine_batch *batch);
/* know and store */
err engine_keep(struct engine *engine, struct engine_batch *batch, struct why *why);

/* The part of the index of known messages that waits for the disk, if there is one, goes there:
 * else engine_know() does it when the next part is full.  Any one thread beside the steps; nothing
 * is lost if it fails. */
err engine_flush_beside(struct engine *engine, bool *did, struct why *why);

/* Which event has this source and message id?  ERR_NOT_FOUND, or ERR_DENIED if it was erased. */
err engine_find(struct engine *engine, str source, str message_id, uint64_t *seq, struct why *why);

/* The record that holds the present version of an event, given any version's sequence.
 * ERR_NOT_FOUND: it was retracted or erased. */
err engine_present(struct engine *engine, uint64_t seq, uint64_t *present, struct why *why);

/* Replaces a whole event; the record carries its source and message id.  The former version
 * stays in the journal.  *seq is the correction's. */
err engine_correct(
	struct engine *engine, const struct record *record, uint64_t *seq, struct why *why);
/* It never happened; the record stays in the journal. */
err engine_retract(
	struct engine *engine, str source, str message_id, uint64_t *seq, struct why *why);

/* The present state; one reference for the caller.  Publishes first what is not yet visible:
 * so, while a writer thread runs, only that thread calls engine_publish(). */
struct snapshot *engine_snapshot(struct engine *engine);
void engine_publish(struct engine *engine);
/* Brings the index up to date: runs, or a new base where that pays.  For after bulk loading. */
void engine_index(struct engine *engine);

/* The content of an event, read back from the journal; memory from `arena`. */
err engine_read(struct engine *engine, uint64_t seq, struct arena *arena, struct record *out,
	struct why *why);

/* House-keeping in steps, each bounded; *did says whether there was something to do. */
err engine_seal_one(struct engine *engine, int level, bool *did, struct why *why);
size_t engine_unsealed(struct engine *engine); /* segments that wait for it; any thread */
err engine_merge_one(struct engine *engine, bool *did, struct why *why);
/* Writes a checkpoint of the present state and removes all but the last two. */
err engine_checkpoint(struct engine *engine, struct why *why);
/* The same without stopping the writer for long.  begin, in the writer's place, notes what the
 * state is, for the price of a publication; one that was begun before and is not done is given up.
 * step, until *done, writes a bounded piece of it: any one thread beside the writer.  After an
 * error, or when the power fails, the checkpoints of before stand. */
err engine_checkpoint_begin(struct engine *engine, struct why *why);
err engine_checkpoint_step(struct engine *engine, bool *done, struct why *why);
/* engine_index() and engine_checkpoint(), for after bulk loading: beside each other where that
 * pays, with a thread of its own that has ended when it returns.  Writer's place. */
err engine_settle(struct engine *engine, struct why *why);

/* Decisions on identity, in the order of the pairs' first mention; the sequence is that of the
 * record that holds now, or 0 if none does.  Writer's place. */
size_t engine_decision_count(const struct engine *engine);
uint64_t engine_decision_seq(const struct engine *engine, size_t i);

/* For questions that readers' views do not answer (identity/study.h).  Writer's place. */
struct identity *engine_identity(struct engine *engine);

uint64_t engine_damaged(const struct engine *engine); /* records that opening could not read */
struct journal *engine_journal(struct engine *engine);
struct dedup *engine_dedup(struct engine *engine);
const uint8_t *engine_secret(const struct engine *engine); /* DEDUP_SECRET_BYTES */
const struct engine_options *engine_options(const struct engine *engine);
