/* thread/thread_walk_internal.h - a walk laid open, for the files thread_walk*.c. */
#pragma once

#include "thread/thread_index_internal.h"
#include "thread/thread_walk.h"

/* An event behind the base; its place among equal times is looked up where it matters. */
struct recent {
	int64_t time;
	uint32_t row, what;
};

struct thread_walk {
	const struct threads_view *view;
	const struct thread_index *base; /* NULL: none */
	uint32_t *recent_start; /* of each customer, into recent; two more at the end */
	struct recent *recent; /* by customer, in thread order */
	uint64_t *torn; /* a bit a customer: a row of his was hidden; NULL: nobody's since */
};

static inline bool walk_is_event(const struct threads_view *view, size_t row)
{
	return (view_u8(view->flags, row) & (ROW_HIDDEN | ROW_ENTITY)) == 0;
}

static inline uint64_t walk_origin(const struct threads_view *view, uint32_t row)
{
	return origin_of(view, row, view_u8(view->flags, row));
}
