/* journal/dedup.h - which messages are known: (source, message id) -> sequence, for ever.
 *
 * Exactly once rests on this: what is looked up is exact, on disk, and takes at most 2 bytes
 * of memory an entry.  A key is a keyed 128-bit hash (BLAKE2b with the data folder's secret) of
 * source and message id: after an erasure it is all that remains, and says nothing of anybody.
 *
 * A log-structured index: new entries in memory; full, they are written as a sorted run; runs
 * are merged geometrically.  Each run has a resident filter (about 10 bits an entry), so that
 * an unknown key rarely reads the disk.  dedup.c tables the file's bytes.
 *
 * It is derived: dedup_save() makes durable all entries below a sequence, and what came later
 * is added again by replay.  It may be deleted whole.
 *
 * Threads: one at a time (the writer); dedup_merge_one may run beside it.
 */
#pragma once

#include "base/file.h"

struct dedup_key {
	uint64_t high, low;
};

enum { DEDUP_SECRET_BYTES = 32 };

/* `secret` has DEDUP_SECRET_BYTES bytes. */
struct dedup_key dedup_key_of(const uint8_t *secret, str source, str message_id);

enum dedup_state { DEDUP_LIVE, DEDUP_ERASED };

struct dedup_entry {
	struct dedup_key key;
	uint64_t seq; /* below 2^48 */
	uint32_t check; /* of the content, to tell a duplicate from a conflict */
	enum dedup_state state;
};

struct dedup;

struct dedup_options {
	size_t memory_entries_max; /* kept in memory before a run is written; 0: 1,048,576 */
};

/* Opens the index in `folder` (made if absent).  *covered_seq says from where the journal is to
 * be replayed into it (1 if it was empty or damaged: then it starts afresh). */
err dedup_open(struct disk *disk, const char *folder, const struct dedup_options *options,
	struct dedup **out, uint64_t *covered_seq, struct why *why);
void dedup_close(struct dedup *dedup); /* NULL is fine */

/* *found false: not known. */
err dedup_find(struct dedup *dedup, struct dedup_key key, bool *found, struct dedup_entry *entry,
	struct why *why);
/* Adds, or replaces the entry of the same key (erasure: state DEDUP_ERASED). */
err dedup_add(struct dedup *dedup, const struct dedup_entry *entry, struct why *why);

/* Writes what is in memory as a run; afterwards dedup_open() answers covered_seq = `seq`. */
err dedup_save(struct dedup *dedup, uint64_t seq, struct why *why);
/* Merges runs if there are too many; *did says whether it worked.  Bounded memory. */
err dedup_merge_one(struct dedup *dedup, bool *did, struct why *why);

uint64_t dedup_count(const struct dedup *dedup);
size_t dedup_resident_bytes(const struct dedup *dedup);

/* Checks every checksum and the order of every run; ERR_CORRUPT names the file. */
err dedup_check(struct dedup *dedup, struct why *why);
