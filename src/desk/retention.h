/* desk/retention.h - rules on how long events are kept; main/retention.h applies them. */
#pragma once

#include "desk/desk.h"

enum { RETENTION_RULES_MAX = 100 };
#define RETENTION_KEEP_MS_MIN ((int64_t)24 * 3600 * 1000)

struct retention_rule {
	int64_t id;
	str source, channel, activity; /* "": any; * stands for anything */
	int64_t keep_ms; /* by the time of the event */
	int64_t created_ms, run_ms; /* 0: it has not run yet */
	int64_t gone; /* events that it removed so far */
};

/* MSG_RETENTION_SHORT, MSG_RETENTION_MANY. */
err retention_add(
	struct desk *desk, const struct retention_rule *rule, int64_t *id, struct why *why);
err retention_list(struct desk *desk, struct arena *arena, struct retention_rule **out,
	size_t *count, struct why *why);
err retention_remove(struct desk *desk, int64_t id, struct why *why); /* RETENTION_UNKNOWN */
/* It ran, and removed so many. */
err retention_note_run(struct desk *desk, int64_t id, int64_t gone, struct why *why);
