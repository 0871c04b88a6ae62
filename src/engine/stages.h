/* engine/stages.h - what the writer does, and how long each of it took at most.
 *
 * Whoever waits for an acknowledgement waits for the longest of these; a mean does not show it.
 *
 * Threads: each stage is noted by one at a time; read by any.
 */
#pragma once

#include "base/base.h"

#include <stdatomic.h>

enum stage {
	STAGE_JUDGE, /* which messages are known */
	STAGE_RESERVE, /* room; now and then a full part of the index of known messages is put aside
			*/
	STAGE_APPEND, /* the journal, on the disk */
	STAGE_KNOW, /* bytes for the journal, the index of known messages */
	STAGE_TAKE_IN, /* identity, threads */
	STAGE_INSTALL, /* an index that was built beside */
	STAGE_PUBLISH,
	STAGE_RECOUNT, /* customers that were computed beside */
	STAGE_CHECKPOINT, /* begun */
	STAGE_ERASE,
	STAGES
};

struct stages {
	_Atomic int64_t most_ns[STAGES];
};

static inline void stage_note(struct stages *stages, enum stage stage, int64_t took_ns)
{
	if (took_ns > atomic_load_explicit(&stages->most_ns[stage], memory_order_relaxed))
		atomic_store_explicit(&stages->most_ns[stage], took_ns, memory_order_relaxed);
}

const char *stage_name(enum stage stage); /* for labels: "take_in" */
