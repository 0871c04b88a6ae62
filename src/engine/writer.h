/* engine/writer.h - a running engine: many producers, one writer, many readers.
 *
 *   producers --submit--> [bounded queue] --group--> writer --snapshot--> readers
 *                                                     ^  |
 *                              finished work, calls --+  +--> house-keeping
 *
 * The writer takes all that waits, up to a size, and writes it as one group: one sync for all of
 * them (group commit).  Then it answers all, and publishes: a snapshot holds what was answered
 * after `publish_ms`, or what a publication costs if that is more, 20 ms at the latest.
 *
 * House-keeping (indexes of threads, checkpoints, merging the index of known messages; sealing, on
 * a thread of its own) is done beside the writer, in steps; only putting a result in place, and
 * noting what a checkpoint shall hold, are the writer's own, between two groups.  So are calls: a
 * correction, an erasure, a back-up is a function that runs in the writer's place, in the order in
 * which it was submitted.
 *
 * Customers that take long to compute (a very large component, other rules for everybody) are
 * computed beside too (recount.h); meanwhile the former ones stand, and snapshots say so.
 *
 * Erased bytes vanish likewise (erasing.h): once an erasure is `erase_within_ms` old, segments are
 * rewritten and a second state is made beside; the writer only puts that in place.
 *
 * After a write that failed (see engine.h) its group is answered with the error, and everything
 * that waits or comes with ERR_IO; readers go on.
 *
 * One step after the other, without threads:  writer_create(), then writer_step(),
 * writer_keep_house() and writer_seal() as a test sees fit, writer_stop(), writer_free().  With
 * threads that do just that:  writer_start() after writer_create().
 *
 * Threads: writer_submit(), writer_call(), writer_snapshot(), writer_await() and writer_status()
 * are for any; writer_step() for one at a time; writer_keep_house() for one at a time, beside it;
 * so writer_seal().
 */
#pragma once

#include "base/watch.h"
#include "engine/erasing.h"
#include "engine/intake.h"
#include "engine/stages.h"

#include <stdatomic.h>

enum {
	WRITER_PUBLISH_MS = 4,
	WRITER_PUBLISH_MS_MAX = 20,
	WRITER_IDLE_MS = 1000, /* house-keeping looks around at least so often ... */
	WRITER_REST_MS = 10000, /* ... and leaves the disk alone for so long after an error */
	/* Sealing leaves the processors to a burst: while the writer is busy for more than one part
	 * in so many of the time, with more than so many records a second, and no more than so many
	 * segments (of 64 MiB) wait.  Past them it keeps up. */
	WRITER_BUSY_PARTS = 4,
	WRITER_BUSY_RECORDS = 2000,
	WRITER_BURST_SEGMENTS = 4,
	WRITER_BUSY_LOOK_MS = 500, /* how often that is looked at */
};

struct writer;

struct writer_options {
	struct intake_limits queue; /* 0: 4096 submissions, 262,144 items, 128 MiB */
	struct intake_limits group; /* 0: 1024 submissions, 16,384 items, 16 MiB */
	int64_t publish_ms; /* 0: WRITER_PUBLISH_MS */
	uint64_t checkpoint_records; /* a checkpoint after so many; 0: 1,000,000 */
	int64_t checkpoint_ms; /* or after so long, if there are any; 0: a minute */
	int seal_level; /* of zstd; 0: 3 */
	int64_t erase_within_ms; /* bytes of who was erased go after so long; 0: ERASE_WITHIN_MS */
};

/* The engine is not owned, but nobody else may call it until writer_stop(). */
struct writer *writer_create(struct engine *engine, const struct writer_options *options);
void writer_start(struct writer *writer); /* its three threads */
/* Refuses what comes (ERR_CANCELLED), writes and answers what waits, ends the threads, writes a
 * checkpoint.  The error is that of the checkpoint, or of the write that had failed. */
err writer_stop(struct writer *writer, struct why *why);
void writer_free(struct writer *writer); /* stopped; NULL is fine */

/* ---- for producers */

/* OK: it will be answered.  ERR_LIMIT: larger than SUBMISSION_..._MAX, split it.  ERR_FULL at once
 * (timeout 0) or ERR_TIMEOUT later: no room.  ERR_CANCELLED: stopped.  ERR_IO: a write failed. */
err writer_submit(
	struct writer *writer, struct submission *submission, int64_t timeout_ms, struct why *why);

/* Runs `call` in the writer's place and waits for its answer.  It may use all of engine.h but for
 * snapshots of its own, and should take few milliseconds: all producers wait meanwhile. */
err writer_call(struct writer *writer,
	err (*call)(struct engine *engine, void *context, struct why *why), void *context,
	struct why *why);
/* The same with house-keeping at rest.  It waits for the step that is being done. */
err writer_call_alone(struct writer *writer,
	err (*call)(struct engine *engine, void *context, struct why *why), void *context,
	struct why *why);

/* Runs `call` here and now, beside the writer, with house-keeping at rest: for what house-keeping
 * does too (sealing), and producers need not wait for. */
err writer_call_beside(struct writer *writer,
	err (*call)(struct engine *engine, void *context, struct why *why), void *context,
	struct why *why);

/* The bytes of all who are erased vanish now, beside the writer (erasing.h), as they would in time:
 * waits until that is done; `watch` is told of records read anew.  ERR_CANCELLED: the writer
 * stopped or failed, or it was given up: it goes on all the same, as far as it can. */
err writer_erase_now(struct writer *writer, const struct watch *watch,
	struct erasing_result *result, struct why *why);

/* ---- for readers */

struct snapshot *writer_snapshot(struct writer *writer); /* the newest; one reference */
/* The newest, as soon as it holds the record with this sequence.  ERR_TIMEOUT: it does not yet;
 * ERR_CANCELLED: it never will, for the writer stopped or failed. */
err writer_await(struct writer *writer, uint64_t at_least, int64_t timeout_ms,
	struct snapshot **out, struct why *why);

/* ---- one step */

/* Waits for work at most so long (0: not at all), does a group or a call, puts finished work in
 * place, publishes if it is time.  False: stopped, and nothing waits any more. */
bool writer_step(struct writer *writer, int64_t wait_ms);
/* A bounded piece of house-keeping; false: there was nothing to do. */
bool writer_keep_house(struct writer *writer);
/* One segment is sealed, or made ahead, or a full part of the index of known messages written;
 * false: there was none, or it waits. */
bool writer_seal(struct writer *writer);

/* ---- for status */

struct writer_status {
	struct intake_counters queue;
	uint64_t groups, submissions, items; /* written; items by answer: */
	uint64_t fresh, duplicates, conflicts, erased, refused;
	uint64_t group_items_most;
	uint64_t calls;
	int64_t group_ns, group_ns_most; /* spent writing, all together and the longest */
	uint64_t publications;
	int64_t publish_ns, publish_ns_most;
	uint64_t bases, runs; /* put in place */
	uint64_t checkpoints, sealed, merged;
	uint64_t erasures; /* rounds in which bytes were made to vanish */
	uint64_t recounts; /* of customers, computed beside and put in place */
	int64_t recount_ns_most; /* that the writer stood still for one */
	int64_t checkpoint_ns_most; /* that the writer stood still for one */
	int64_t stage_ns_most[STAGES]; /* of what the writer does, the longest so far */
	bool has_failed; /* it accepts nothing any more: last_error says why */
	struct why last_error; /* of writing or of house-keeping; message MSG_NONE: none yet */
};
struct writer_status writer_status(struct writer *writer);
