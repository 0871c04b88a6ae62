/* journal/segment_internal.h - an open segment from within, for its siblings. */
#pragma once

#include "journal/row.h"
#include "journal/sealed.h"

#include <pthread.h>
#include <stdatomic.h>

/* Where a record stands in rows: one every SEGMENT_INDEX_BYTES. */
struct row_place {
	uint64_t seq, batch_at, batch_seq;
	uint32_t within; /* the batch's body */
};

struct segment {
	atomic_size_t refs;
	uint64_t id;
	atomic_bool unsealable; /* sealing met damage: once is enough */
	struct segment_name name;
	char path[PATH_BYTES_MAX];
	struct file *file;
	struct segment_head head;
	bool head_ok; /* else `head` has what the name tells */
	bool footer_ok; /* sealed */
	struct sealed_block *blocks; /* sealed; unchanging */
	size_t block_count;

	pthread_mutex_t lock; /* all that follows: the writer changes it, readers copy it */
	uint64_t end_seq, end_at; /* rows: what is below is durable and never changes */
	bool damaged;
	bool indexed; /* places[] covers the whole */
	struct row_place *places;
	size_t place_count, place_cap;
};

static inline void segment_lock(struct segment *segment)
{
	(void)pthread_mutex_lock(&segment->lock); /* fails only when misused */
}
static inline void segment_unlock(struct segment *segment)
{
	(void)pthread_mutex_unlock(&segment->lock); /* fails only when misused */
}

/* Rows: notes the places of a batch; the caller holds the lock. */
void segment_note_batch(struct segment *segment, const struct row_mark *mark, str body);
/* Rows: the last place not behind `seq`, or NULL; the caller holds the lock. */
const struct row_place *segment_find_place(const struct segment *s, uint64_t seq);
/* Sealed: the last block not behind `seq`; 0 if there is none. */
size_t segment_find_block(const struct segment *s, uint64_t seq);
/* Rows: a walk from the file head on. */
struct row_walk segment_walk(struct segment *segment, uint64_t limit);
/* Fills `why` with the words for damaged records; returns ERR_CORRUPT. */
err segment_damage(
	struct segment *segment, uint64_t seq, uint64_t end_seq, uint64_t at, struct why *why);
