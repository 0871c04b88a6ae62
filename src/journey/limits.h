/* journey/limits.h - how much an answer may take: bytes, time, and whether it is still wanted.
 *
 * One struct for a query, shared by the threads of its passes.  Whatever grows with the data asks
 * for its bytes first; past the limit the answer is ERR_LIMIT with the filter that would narrow it,
 * never a part of the answer.
 */
#pragma once

#include "base/clock.h"
#include "base/why.h"

#include <stdatomic.h>

struct journey_limits {
	size_t bytes_max;
	atomic_size_t bytes; /* taken so far */
	unsigned threads; /* 1 or more; at most JOURNEY_THREADS_MAX are used */
	uint64_t
		events_a_thread; /* fewer are not worth another thread; 0: LIMITS_EVENTS_A_THREAD */
	const atomic_bool *stop; /* set by whoever wants no answer any more; NULL: nobody */
	struct clock *clock; /* NULL: no deadline */
	int64_t started_ns, deadline_ms; /* from the start */
};

/* Fewer are counted before another thread has begun. */
enum { JOURNEY_THREADS_MAX = 64, LIMITS_EVENTS_A_THREAD = 1 << 15 };

err limits_take(struct journey_limits *limits, size_t bytes, struct why *why); /* any thread */
void limits_give(struct journey_limits *limits, size_t bytes);
/* ERR_CANCELLED, ERR_TIMEOUT: asked now and then by whoever takes long. */
err limits_check(struct journey_limits *limits, struct why *why);

/* Room for one more item behind `count` of an array on the heap, doubled as it fills. */
err limits_room(struct journey_limits *limits, void **items, size_t *room, size_t count,
	size_t item_bytes, struct why *why);
