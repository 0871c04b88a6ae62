/* thread/threads_internal.h - rows and views, shared by the files of this folder. */
#pragma once

#include "base/map64.h"
#include "thread/sequences.h"
#include "thread/thread.h"
#include "thread/thread_index.h"
#include "thread/told.h"

#include <stdatomic.h>

enum {
	RUNS_MAX = 24, /* geometric: enough for ROWS_MAX */
	RECENT_WHATS = 1024,
	RECENT_TEXT_BYTES = 58,
};

/* What happened lately, with its words: longer ones are sought each time.  A line of the cache. */
struct recent_what {
	uint32_t code; /* + 1, or 0: none */
	uint8_t channel_bytes, activity_bytes;
	char text[RECENT_TEXT_BYTES]; /* channel, activity */
};
_Static_assert(sizeof(struct recent_what) == 64, "one line");

/* The same of short names, which are compared as words. */
enum { SHORT_WHATS = 4096, SHORT_WHAT_PROBES = 4 };
struct short_what {
	uint64_t channel, activity; /* up to 8 bytes each, zeros behind */
	uint32_t code; /* + 1, or 0: none */
	uint8_t channel_bytes, activity_bytes;
};

/* Sources come in long runs of equal ones. */
struct recent_name {
	uint32_t code; /* + 1, or 0: none */
	uint8_t bytes;
	char text[RECENT_TEXT_BYTES];
};

/* A correction's row and the sequence of the first version. */
struct origin {
	uint64_t seq;
	uint32_t row;
	uint32_t unused;
};

struct threads {
	uint64_t lineage; /* no other has it: row numbers mean something among equals only */
	struct strings *names, *whats; /* a what: two names, 8 bytes */
	struct table *sequences, *time, *set, *kind, *flags, *origins;
	struct recent_what recent_what[RECENT_WHATS]; /* by what_slot() */
	struct short_what short_what[SHORT_WHATS];
	struct recent_name recent_name;
	struct map64 *latest; /* origin -> newest row, for what was corrected */
	struct attributes *attributes; /* NULL: skipped */
	struct told *told;
	struct thread_index *base, *runs[RUNS_MAX]; /* runs follow each other from the base on */
	size_t run_count;
	uint64_t events, entities, hidden;
	int64_t first, last; /* of the visible events; first > last: none */
	bool bounds_stale;
};

struct threads_view {
	atomic_uint references;
	uint64_t lineage;
	struct identity_view *identity;
	struct strings_view *names, *whats;
	struct view *sequences, *time, *set, *kind, *flags, *origins;
	struct attributes_view *attributes;
	struct told_view *told;
	struct thread_index *base, *runs[RUNS_MAX];
	size_t run_count, indexed; /* rows below `indexed` are in base or runs */
	size_t rows;
	uint64_t events, entities, hidden;
	int64_t first, last;
	_Atomic(struct thread_walk *) walk; /* thread_walk.h; NULL: nobody asked yet */
};

static inline uint32_t view_u32(const struct view *view, size_t i)
{
	return *(const uint32_t *)view_at(view, i);
}
static inline int64_t view_i64(const struct view *view, size_t i)
{
	return *(const int64_t *)view_at(view, i);
}
static inline uint8_t view_u8(const struct view *view, size_t i)
{
	return *(const uint8_t *)view_at(view, i);
}

/* The place in the order of equal times: the sequence of the first version. */
uint64_t origin_of(const struct threads_view *view, uint32_t row, uint8_t flags);

/* One entry of a thread on its way to its place. */
struct entry {
	int64_t time;
	uint64_t origin;
	uint32_t row, what;
};
void entries_sort(struct entry *entries, size_t count); /* by time, then origin */

/* How many identifiers lead to the base slot of `identifier`, and how many rows had been hidden
 * when the index was built: see thread_of(). */
uint32_t thread_index_slot_identifiers(const struct thread_index *index, uint32_t identifier);
uint32_t thread_index_slot(const struct thread_index *index, uint32_t identifier); /* or ROW_NONE */
uint64_t thread_index_hidden(const struct thread_index *index);
uint64_t thread_index_lineage(const struct thread_index *index);
/* From now on of these threads, by which it may be grown: before any other thread has it.  NULL is
 * fine. */
void thread_index_adopt(struct thread_index *base, uint64_t lineage);

uint64_t threads_new_lineage(void);

/* The code of what happened, found or made. */
uint32_t threads_what(struct threads *threads, str channel, str activity);
/* Of threads that are new, or just loaded: what pages their columns take. */
void threads_choose_pages(struct threads *threads);
void threads_note_bounds(struct threads *threads, int64_t time);

void threads_settle(struct threads *threads); /* the bounds are found anew if they are stale */
