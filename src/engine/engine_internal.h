/* engine/engine_internal.h - the engine's state, for the files of this folder. */
#pragma once

#include "engine/engine.h"
#include "engine/erasing.h"
#include "engine/erasures.h"
#include "engine/stages.h"

#include <pthread.h>
#include <stdatomic.h>

enum { FORMAT_VERSION = 1, RECORD_ARENA_BYTES = 64 << 20 };
#define STORE_BYTES_LEAST ((uint64_t)64 << 20)

/* The file into which checkpoints are saved. */
struct store {
	struct file *file; /* NULL: none yet */
	uint64_t number, end;
	bool is_mapped; /* the state was loaded from it */
};

struct erasing;
struct engine_recount;

/* Batches that are known and not taken in yet: what applying them may need of the tables, and those
 * that the journal does not have yet, oldest first. */
struct in_flight {
	pthread_mutex_t lock; /* a leaf: all below */
	size_t batches, rows, identifiers;
	size_t rows_left, identifiers_left; /* in the tables, when a batch was last taken in */
	struct engine_batch *first, *last;
	uint64_t next_seq; /* behind the last of these; meaningless without one */
	pthread_mutex_t
		storing; /* before the above: held while one of them is appended; and for: */
	err error; /* why one could not be; nothing comes after it */
	struct why why;
};

struct engine {
	struct engine_options options;
	char folder[PATH_BYTES_MAX], journal_folder[PATH_BYTES_MAX], dedup_folder[PATH_BYTES_MAX],
		checkpoint_folder[PATH_BYTES_MAX];
	struct file *lock;
	uint8_t secret[DEDUP_SECRET_BYTES];
	struct journal *journal;
	struct dedup *dedup; /* replaced under index_lock */
	pthread_mutex_t index_lock; /* held while it is merged beside the writer, or replaced */
	struct identity *identity;
	struct threads *threads;
	struct erasures erasures; /* that wait for their bytes to vanish */
	struct erasing *erasing; /* under way; NULL: nothing is ... */
	struct erasing_result erased; /* ... and what it did, or the last one */
	struct engine_recount *recount; /* likewise */
	uint64_t states; /* grows whenever another state takes the place of the present one */
	size_t look_steps; /* of identity; 0: as many as it takes */
	bool is_loaded; /* the state came from a checkpoint */
	struct group *group; /* of engine_know(), at work */
	struct in_flight in_flight;
	uint64_t owners_version; /* by which the index of threads is sorted */
	uint64_t applied_seq; /* all records below are in the state */
	uint64_t epoch;
	uint64_t damaged; /* records that opening could not read */
	atomic_bool failed; /* a write failed: see engine.h */
	bool dirty; /* applied, not yet published */
	struct snapshot *snapshot; /* the published one; replaced under the lock */
	pthread_mutex_t snapshot_lock; /* a leaf: protects only the pointer above */
	uint64_t index_generation; /* grows when dedup is replaced; under index_lock */
	/* Of whoever writes checkpoints, one at a time, but for beginning one. */
	struct checkpoint *checkpoint; /* begun, not yet done; NULL: none */
	struct store store;
	uint64_t manifest; /* number of the newest */
	/* Files whose mapped chunks a snapshot may still show, with their room on the disk: closed
	 * with the engine. */
	struct file **retired;
	size_t retired_count;
	struct stages stages; /* how long each took at most */
};

/* Bugs that the crash simulation plants, to show that it would find them, and what it scales down.
 * All zero but in that test, which runs one engine at a time in one thread; nothing else sets them.
 */
struct engine_planted {
	bool skip_apply; /* every tenth record is durable, but not applied while live */
	bool replay_twice; /* replay begins one record too early */
	bool manifest_first; /* a checkpoint's manifest before its tables are synced */
	bool index_unsaved; /* a checkpoint without the index of known messages, and trusting it */
	size_t digest_rows_max; /* 0: DIGEST_ROWS_MAX */
	size_t look_steps; /* 0: RECOUNT_STEPS */
	uint64_t store_bytes_least; /* of a .tables file before it is begun anew; 0: 64 MiB */
};
extern struct engine_planted engine_planted;

struct snapshot *snapshot_create(uint64_t epoch, uint64_t end_seq, int64_t as_of_ms,
	struct threads_view *threads, struct identity_view *identity); /* takes the references */

struct threads *engine_empty_threads(const struct engine *engine);

/* The time of a row as identity counts it; identity asks these threads for it (first_times.c). */
int64_t identity_time_of(int64_t ticks);
void engine_answer_times(struct identity *identity, struct threads *threads);
void engine_times_of_view(void *threads_view, const uint32_t *sets, int64_t *times, size_t count);

/* Puts durable records into the state, in their order.  Cannot fail.  A group costs less than its
 * records one by one: they wait for memory together. */
enum { APPLY_GROUP_MAX = 32 };
void engine_apply(struct engine *engine, const struct record *records, size_t count);

/* The same of the new ones among the items of a batch. */
void engine_apply_items(
	struct engine *engine, const struct engine_item *items, size_t count, int64_t received_ms);

/* Replays the journal into the state from `apply_from`, and into the index of known messages from
 * `dedup_from`. */
err engine_replay(struct engine *engine, uint64_t dedup_from, uint64_t apply_from,
	struct engine_opening *opening, struct why *why);

/* Throws the index of known messages away and makes it anew from the journal.  In the writer's
 * place, or that of engine_know() when all is stored: the state is not touched.  As long as a
 * replay. */
err engine_rebuild_index(struct engine *engine, struct why *why);

/* Makes all batches durable that are known and not stored yet: in the place of engine_know(). */
err engine_store_all(struct engine *engine, struct why *why);

/* dedup_find_many(); a damaged index is made anew, for it must not stop the engine for ever. */
err engine_find_known(struct engine *engine, const struct dedup_key *keys, size_t count,
	bool *found, struct dedup_entry *known, struct why *why);

/* As engine_merge_one(), for a thread beside the writer: a damaged index is the writer's to make
 * anew, ERR_CORRUPT says so. */
err engine_merge_beside(struct engine *engine, bool *did, struct why *why);

void engine_retire_file(struct engine *engine, struct file *file); /* NULL is fine */

/* The snapshot as last published: for any thread. */
struct snapshot *engine_published(struct engine *engine);

/* Writes one record that never counts as a duplicate. */
err engine_write_record(
	struct engine *engine, const struct record *record, uint64_t *seq, struct why *why);
