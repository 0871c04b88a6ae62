/* journal/dedup.h - which messages are known: (source, message id) -> sequence, for ever.
 *
 * Exactly once rests on this: what is looked up is exact, on disk, and takes at most 2 bytes
 * of memory an entry.  A key is a keyed 128-bit hash (SipHash-2-4 with the data folder's secret) of
 * source and message id: after an erasure it is all that remains, and says nothing of anybody.
 * Without the secret nobody can make two messages with one key, and so make one be lost.
 *
 * A log-structured index.  New entries go to a table in memory (dedup_lists.h); full, it is written
 * as a sorted run; runs are merged geometrically.  Each run has a filter (16 bits an entry) and an
 * index of its blocks, so that an unknown key costs one cache line a run and a known one reads one
 * block.
 *
 *   active table --full--> frozen table --write--> run, run ... --merge--> larger run
 *
 * Folder: `manifest` (which runs are live, and covered_seq; dedup_manifest.h tables it) and
 * `run-NUMBER.dedup` (dedup_format.h tables it).  A run that the manifest does not name is what an
 * interruption left; opening removes it.
 *
 * Invariants:
 *  1. a run is synced, and its name too, before the manifest names it; it never changes after;
 *  2. a run is removed only after a manifest without it is durable;
 *  3. runs stand in order of age, and only neighbours are merged: of two entries of one key
 *     the one added last is the one found;
 *  4. covered_seq is never higher than what the named runs hold.
 *
 * It is derived: dedup_save() makes durable all entries below a sequence, and what came later
 * is added again by replay.  It may be deleted whole (dedup_discard).
 *
 * Keys are taken for uniform, as dedup_key_of makes them; others are slow, not wrong.
 *
 * Threads: one at a time (the writer); dedup_merge_one may run beside it, in one other thread.
 */
#pragma once

#include "base/file.h"
#include "base/watch.h"

struct dedup_key {
	uint64_t high, low;
};

enum { DEDUP_SECRET_BYTES = 32 };

/* `secret` has DEDUP_SECRET_BYTES bytes, of which the first TAG_KEY_BYTES are used. */
struct dedup_key dedup_key_of(const uint8_t *secret, str source, str message_id);

/* The same of many, four at a time. */
struct dedup_key_text {
	str source, message_id;
};
void dedup_keys_of(const uint8_t *secret, const struct dedup_key_text *texts, size_t count,
	struct dedup_key *keys);

enum dedup_state { DEDUP_LIVE, DEDUP_ERASED };

#define DEDUP_SEQ_END ((uint64_t)1 << 48)

struct dedup_entry {
	struct dedup_key key;
	uint64_t seq; /* below DEDUP_SEQ_END */
	uint32_t check; /* of the content, to tell a duplicate from a conflict */
	enum dedup_state state;
};

struct dedup;

enum { DEDUP_RUNS_MAX = 512 }; /* past it dedup_save answers ERR_FULL: merge first */

struct dedup_options {
	/* Kept in memory, in two tables (one filling, one being written); 0: 1,048,576, which
	 * take some 43 MB from when both were full and sought in, and nothing before the first
	 * entry. */
	size_t memory_entries_max;
	/* Read blocks with a system call and check them each time, instead of from mapped memory,
	 * checked at first touch.  Slower (docs: bench/dedup_bench.c), but a disk that fails under
	 * a block answers ERR_IO where a mapping would end the process. */
	bool read_blocks;
};

/* Opens the index in `folder` (made if absent; its parent must exist and be locked by the
 * caller).  *covered_seq says from where the journal is to be replayed into it (1 if it was empty
 * or damaged: then it starts afresh, and dedup_damage says what was wrong).  Entries at or above
 * *covered_seq may be known already; replay adds them again.  Reads the filters, not the entries.
 */
err dedup_open(struct disk *disk, const char *folder, const struct dedup_options *options,
	struct dedup **out, uint64_t *covered_seq, struct why *why);
/* What made dedup_open start afresh, in words; NULL if nothing did. */
const struct why *dedup_damage(const struct dedup *dedup);
void dedup_close(struct dedup *dedup); /* NULL is fine; saves nothing */

/* Makes the next dedup_open of the folder start afresh: the remedy for ERR_CORRUPT. */
err dedup_discard(struct disk *disk, const char *folder, struct why *why);

/* *found false: not known; `entry` is then untouched.  ERR_CORRUPT: a block is damaged, and
 * nobody can say whether the key is known. */
err dedup_find(struct dedup *dedup, struct dedup_key key, bool *found, struct dedup_entry *entry,
	struct why *why);
/* The same for `count` keys at once, their waits for memory overlapped: several times faster.
 * entries[i] is written where found[i]; on an error all of them may be. */
err dedup_find_many(struct dedup *dedup, const struct dedup_key *keys, size_t count, bool *found,
	struct dedup_entry *entries, struct why *why);

/* For who will look them up soon: PREFETCH_BURST at a time, with something else to do in between.
 */
void dedup_ask(const struct dedup *dedup, const struct dedup_key *keys, size_t count);

/* Adds, or replaces the entry of the same key (erasure: state DEDUP_ERASED).  Add only what is
 * durable in the journal, or will be before what is in memory is frozen or saved.  On an error
 * nothing was added. */
err dedup_add(struct dedup *dedup, const struct dedup_entry *entry, struct why *why);
/* The same for many, whose waits for memory overlap; of equal keys the last one counts.  All of
 * them are tried, the first error is told. */
err dedup_add_many(
	struct dedup *dedup, const struct dedup_entry *entries, size_t count, struct why *why);
/* Makes room in memory, so that the next `count` dedup_add cannot fail; count is at most half
 * of memory_entries_max (ERR_LIMIT).  Call it before the append that they belong to. */
err dedup_reserve(struct dedup *dedup, size_t count, struct why *why);
/* Would that send what is in memory on its way to the disk?  Then all of it must be durable. */
bool dedup_reserve_freezes(const struct dedup *dedup, size_t count);

/* For who adds very many at once.  From the next table on as if opened with so many
 * memory_entries_max, if that is more: fewer and longer runs.  And one filter over all that is
 * added from now on (4 bytes for each of memory_entries_max), so that a new key is not sought in
 * each of those runs. */
void dedup_widen(struct dedup *dedup, size_t memory_entries_max);

/* Writes what is in memory as runs; afterwards dedup_open() answers covered_seq = `seq`.  On an
 * error the entries stay known; what the disk keeps is the state before or after. */
err dedup_save(struct dedup *dedup, uint64_t seq, struct why *why);
/* The same in two steps, so that the writer need not wait for the disk.  First, by the writer:
 * what is in memory becomes the frozen table (one that is still frozen is written before: ask
 * dedup_has_frozen()).  Then, by the thread of dedup_merge_one: it is written, and dedup_open()
 * answers covered_seq = `seq`, the next sequence at the moment of freezing. */
err dedup_freeze(struct dedup *dedup, struct why *why);
bool dedup_has_frozen(struct dedup *dedup);
err dedup_save_frozen(struct dedup *dedup, uint64_t seq, struct why *why);
/* Does one bounded step of what is waiting: writes the frozen table, or merges some ten
 * thousand entries.  *did false: nothing waits.  Constant memory (1.5 MB at most). */
err dedup_merge_one(struct dedup *dedup, bool *did, struct why *why);

/* Entries in memory and on disk; one that was replaced counts until a merge drops it. */
uint64_t dedup_count(const struct dedup *dedup);
/* Tables, and what they kept of their memory, filters and block indexes; not the pages of entries,
 * which the system keeps or drops as it likes. */
size_t dedup_resident_bytes(const struct dedup *dedup);

/* Checks every byte of manifest and runs: checksums, order, counts, that the filters know all
 * entries; ERR_CORRUPT names the file and the offset.  `watch` may be NULL; it is told of entries.
 */
err dedup_check(struct dedup *dedup, const struct watch *watch, struct why *why);
