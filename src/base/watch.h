/* base/watch.h - whoever waits for long work is told how far it is, and may give it up.
 *
 * The work counts its steps in a unit of its own (records, bytes), and need not ask itself how
 * often to tell.
 */
#pragma once

#include <stdatomic.h>

#include "base/why.h"

struct watch {
	void (*tell)(void *context, uint64_t done, uint64_t of); /* may be NULL */
	void *context;
	const atomic_bool *stop; /* set: ERR_CANCELLED; may be NULL */
};

enum { HEADWAY_TOLD = 4096 }; /* about so many go by between two looks */
struct headway {
	const struct watch *watch; /* NULL: nobody waits */
	uint64_t done, of;
	uint64_t next; /* then it is told */
};
struct headway headway_of(const struct watch *watch, uint64_t of);
/* So many are done; ERR_CANCELLED: it is given up. */
err headway_look(struct headway *headway, struct why *why);
static inline err headway_add(struct headway *headway, uint64_t count, struct why *why)
{
	headway->done += count;
	return headway->done < headway->next ? OK : headway_look(headway, why);
}
