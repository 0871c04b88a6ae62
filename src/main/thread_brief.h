/* main/thread_brief.h - events of a thread in brief: time, source, channel, activity, case,
 * interaction and who.
 *
 * As columns have them, at once and whatever the length of the thread; the journal is read only for
 * what columns do not have. */
#pragma once

#include "engine/engine.h"

struct thread_brief;

/* NULL: no room in `arena`.  The view and the arena must live as long. */
struct thread_brief *thread_brief_create(const struct threads_view *view, struct arena *arena);

/* The event of a row.  `one` is emptied if the journal is read; the record lives until the next
 * call. */
err thread_brief_read(struct thread_brief *brief, struct engine *engine, uint32_t row,
	struct arena *one, struct record *out, struct why *why);
