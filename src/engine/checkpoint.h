/* engine/checkpoint.h - the derived state on disk, so that opening need not replay everything.
 *
 * Folder `checkpoint/`:
 *   NNNNNNNNNN.tables    a table store (base/table.h): chunks of state, appended and never changed
 *   NNNNNNNNNN.manifest  what a checkpoint consists of:
 *     8 bytes  "ARIANECP"
 *     u32      version, 2 (1 had no erasures)
 *     u32      CRC-32C of all that follows
 *     u64      the state holds all records below this sequence
 *     u64      number of the .tables file
 *     u64      end of what this checkpoint needs of that file
 *     u64      bytes of the next
 *     bytes    the erasures that wait (erasures.h)
 *     entries  of identity, then of threads (identity_save, threads_save)
 *
 * A checkpoint writes only chunks that changed since the last one into the same .tables file; a
 * new file is begun when over half of it is out of date.  Order: chunks, sync, manifest whole,
 * then what no kept manifest needs is removed.  Two manifests are kept: if the newest is damaged,
 * the one before serves.  All may be deleted: then everything is replayed.
 *
 * Beside the writer: engine_checkpoint_begin() holds views of all tables (base/saving.h), which the
 * writer leaves as they are; the steps write from these.  The store, the numbers of files and where
 * tables lie in them belong to whoever steps.
 */
#pragma once

#include "engine/engine.h"

/* Takes identity and threads from the newest whole checkpoint; leaves them NULL if there is none
 * that fits the journal, or checkpoints are to be ignored. */
void checkpoint_load(struct engine *engine, struct engine_opening *opening);

/* Gives up one that was begun, if there is one: nobody steps it meanwhile. */
void checkpoint_abandon(struct engine *engine);

/* Of one that was just begun: nobody else wants the disk or the processors, so it takes two of
 * these for what is long, and waits for the disk in the end alone. */
void checkpoint_hurry(struct engine *engine);

/* Of one that was just begun, and will be given up: what the next one need not write again.  The
 * index of known messages, and all tables, unsynced and without a manifest; one thread each. */
err checkpoint_index(struct engine *engine, struct why *why);
err checkpoint_tables(struct engine *engine, struct why *why);

/* As engine_checkpoint_begin(), into a new file; done, it is the only one: after bytes were erased,
 * so that no other keeps them. */
err checkpoint_begin_anew(struct engine *engine, struct why *why);
