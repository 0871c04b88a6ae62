/* journey/limits.c - see limits.h */
#include "journey/limits.h"

#include "base/arena.h"

err limits_take(struct journey_limits *limits, size_t bytes, struct why *why)
{
	size_t before = atomic_fetch_add_explicit(&limits->bytes, bytes, memory_order_relaxed);

	if (before + bytes <= limits->bytes_max)
		return OK;
	limits_give(limits, bytes);
	return fail(why, MSG_JOURNEY_ROOM, arg_int((int64_t)limits->bytes_max), arg_c("--since"));
}

void limits_give(struct journey_limits *limits, size_t bytes)
{
	atomic_fetch_sub_explicit(&limits->bytes, bytes, memory_order_relaxed);
}

err limits_check(struct journey_limits *limits, struct why *why)
{
	if (limits->stop != NULL && atomic_load_explicit(limits->stop, memory_order_relaxed))
		return fail(why, MSG_JOURNEY_STOPPED);
	if (limits->clock == NULL)
		return OK;
	int64_t spent_ns = limits->clock->ticks_ns(limits->clock) - limits->started_ns;
	if (spent_ns / 1000000 < limits->deadline_ms)
		return OK;
	return fail(why, MSG_JOURNEY_DEADLINE, arg_int(limits->deadline_ms));
}

err limits_room(struct journey_limits *limits, void **items, size_t *room, size_t count,
	size_t item_bytes, struct why *why)
{
	size_t more = MAX_OF(*room, (size_t)64);

	if (count < *room)
		return OK;
	err e = limits_take(limits, more * item_bytes, why);
	if (e != OK)
		return e;
	*items = memory_resize(*items, (*room + more) * item_bytes);
	*room += more;
	return OK;
}
