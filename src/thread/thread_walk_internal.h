/* thread/thread_walk_internal.h - a walk laid open, for the files thread_walk*.c. */
#pragma once

#include "thread/thread_index_internal.h"
#include "thread/thread_walk.h"

#include <stdatomic.h>

/* An event behind the base; its place among equal times is looked up where it matters. */
struct recent {
	int64_t time;
	uint32_t row, what;
};

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
	uint32_t *recent_start; /* of each customer who has later rows, into recent; one more */
	size_t recent_customers;
	struct recent *recent; /* by customer, in thread order */
	uint64_t *torn; /* a bit a customer: a row of his was hidden; NULL: nobody's since */
};

/* Which place in recent_start the customer at `bit`, or the next who has later rows, has. */
static inline uint32_t walk_recent_before(const struct walk_block *block, unsigned bit)
{
	uint64_t before = block->recent & (((uint64_t)1 << bit) - 1);

	return block->recent_at + (uint32_t)__builtin_popcountll(before);
}

static inline bool walk_is_event(const struct threads_view *view, size_t row)
{
	return (view_u8(view->flags, row) & (ROW_HIDDEN | ROW_ENTITY)) == 0;
}

static inline uint64_t walk_origin(const struct threads_view *view, uint32_t row)
{
	return origin_of(view, row, view_u8(view->flags, row));
}
