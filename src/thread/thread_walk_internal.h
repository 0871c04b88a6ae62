/* thread/thread_walk_internal.h - a walk laid open, for the files thread_walk*.c. */
#pragma once

#include "thread/thread_index_internal.h"
#include "thread/thread_walk.h"

#include <stdatomic.h>

enum { WALK_BLOCK_CUSTOMERS = 64 };

/* Customers by 64, a bit each. */
struct walk_block {
	/* Whose slice of the base is his alone, whole, and numbered as he is: asked of the
	 * identities by whoever first walks here, and by two at once with one answer. */
	_Atomic uint64_t plain;
	/* Of these, who has later rows that all stand behind his slice. */
	_Atomic uint64_t appends;
	uint64_t recent; /* who has later rows */
	uint32_t recent_at; /* the first of them, in recent_start */
	atomic_uint plain_known;
};

struct thread_walk {
	const struct threads_view *view;
	const struct thread_index *base; /* NULL: none */
	struct walk_block *blocks;
	size_t block_count;
	/* The rows behind the base, by customer, in thread order, in three columns.  (The place of
	 * one among equal times is looked up where it matters.) */
	int64_t *recent_time;
	uint32_t *recent_what, *recent_row;
	uint32_t *recent_start; /* of each customer who has some, into these; one more */
	size_t recent_customers;
	uint64_t *torn; /* a bit a customer: a row of his was hidden; NULL: nobody's since */
};

/* Which place in recent_start the customer at `bit`, or the next who has later rows, has. */
static inline uint32_t walk_recent_before(const struct walk_block *block, unsigned bit)
{
	uint64_t before = block->recent & (((uint64_t)1 << bit) - 1);

	return block->recent_at + (uint32_t)__builtin_popcountll(before);
}

/* The n-th's, of those who have some. */
static inline struct thread walk_later(const struct thread_walk *walk, uint32_t n)
{
	size_t from = walk->recent_start[n], to = walk->recent_start[n + 1];

	return (struct thread){ walk->recent_time + from, walk->recent_what + from,
		walk->recent_row + from, to - from };
}

static inline bool walk_is_event(const struct threads_view *view, size_t row)
{
	return (view_u8(view->flags, row) & (ROW_HIDDEN | ROW_ENTITY)) == 0;
}

static inline uint64_t walk_origin(const struct threads_view *view, uint32_t row)
{
	return origin_of(view, row, view_u8(view->flags, row));
}
