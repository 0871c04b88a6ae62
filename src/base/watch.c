/* base/watch.c - see watch.h */
#include "base/watch.h"

struct headway headway_of(const struct watch *watch, uint64_t of)
{
	return (struct headway){ .watch = watch, .of = of };
}

err headway_look(struct headway *headway, struct why *why)
{
	const struct watch *watch = headway->watch;

	headway->next = headway->done + HEADWAY_TOLD;
	if (watch == NULL)
		return OK;
	if (watch->stop != NULL && atomic_load_explicit(watch->stop, memory_order_relaxed))
		return fail(why, MSG_CANCELLED);
	if (watch->tell != NULL)
		watch->tell(watch->context, MIN_OF(headway->done, headway->of), headway->of);
	return OK;
}
