/* thread/thread_index_internal.h - an index laid open, for the files thread_index*.c. */
#pragma once

#include "base/file.h"
#include "thread/thread_index.h"
#include "thread/threads_internal.h"

/* Slices side by side: start[g] .. start[g + 1] of the columns is group g. */
struct slices {
	int64_t *time;
	uint32_t *what, *row;
	size_t *start;
	size_t groups, count;
};

/* Where the bytes of a base lie in a store.  A base and its copy in memory share this: what is
 * saved or forgotten of the one is so of the other. */
struct saved_index {
	atomic_uint references;
	uint64_t offset, bytes; /* 0 bytes: not saved; of who writes checkpoints, alone, ... */
	uint32_t crc; /* ... so this */
	uint8_t version; /* of its bytes: thread_index_save.c */
};

struct thread_index {
	atomic_uint references;
	bool is_base;
	size_t from, to; /* rows */
	uint64_t lineage; /* of the view that it was built from: see threads_internal.h */
	uint64_t hidden; /* rows that were hidden when it was built */
	struct slices events, entities;
	uint32_t *slot; /* base: of each identifier, its group, or ROW_NONE */
	uint32_t *slot_identifiers; /* base: of each group, how many lead to it */
	size_t slot_count;
	uint32_t *owners; /* run: of each group, ascending */
	struct saved_index *saved; /* base */
	struct file *file; /* loaded: the arrays lie in `mapped`, else on the heap */
	const void *mapped;
	size_t mapped_bytes;
};

/* An index without slices yet; the caller's. */
struct thread_index *thread_index_new(
	const struct threads_view *view, bool is_base, size_t from, size_t to);

static inline bool slices_want(uint8_t flags, bool entities)
{
	return (flags & ROW_HIDDEN) == 0 && ((flags & ROW_ENTITY) != 0) == entities;
}

/* Which customer each of the rows [from, to) belongs to. */
struct grouping {
	const struct threads_view *view;
	size_t from, to;
	uint32_t *group_of_set; /* ROW_NONE: nobody's */
	size_t groups;
};
enum { AHEAD = 32 }; /* rows asked for before they are needed */

uint32_t *customers_of_sets(const struct identity_view *identity); /* to be freed */
/* Of each row from `from` on its group, or ROW_NONE if it is nobody's or not wanted; to be freed.
 */
uint32_t *groups_of_rows(const struct grouping *g, bool entities);
void thread_index_fill_slots(struct thread_index *index, const struct identity_view *identity);

/* With rows and starts in place: their times and activities; then each slice in thread order. */
void slices_fetch_columns(const struct threads_view *view, struct slices *slices);
void slices_order(const struct threads_view *view, struct slices *slices);
/* `count` of one slice, from `from` on; `entries`: room for them. */
void slices_order_some(const struct threads_view *view, struct slices *slices, size_t from,
	size_t count, struct entry *entries);

/* Where `owner` stands among `owners`, which ascend; `count` if it is not there. */
size_t thread_index_find_owner(const uint32_t *owners, size_t count, uint32_t owner);

/* One reference; not saved yet. */
struct saved_index *saved_index_new(void);
void saved_index_unref(struct saved_index *saved); /* NULL is fine */
