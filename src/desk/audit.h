/* desk/audit.h - who did what: append-only, chained, searchable.
 *
 * Each row's chain is the keyed BLAKE2b of the chain of the row before and of what this one says,
 * the subject by its keyed hash: so a changed or missing row shows (audit_check), and the name of
 * an erased customer can go without breaking it.
 *
 * Threads: any.  A row is on the disk when audit_add() returns; that of a reading outlives the
 * program at once, and a power cut within DESK_LATER_MS (a second).
 */
#pragma once

#include "desk/desk.h"

struct audit_row {
	int64_t id, at_ms;
	str who; /* "user:jeanne", "token:3", "local:1000" */
	str action; /* "GET /api/v1/customers/{identifier}", "user create" */
	str subject; /* "email:jeanne@exemple.fr"; "": none, or erased */
	str outcome; /* "200", "done", "refused" */
	str trace; /* of the request; may be "" */
	bool is_reading; /* added: nothing was changed */
	bool hides_subject; /* added: only its hash is kept, for he was erased just now */
};

err audit_add(struct desk *desk, const struct audit_row *row, struct why *why); /* id, at_ms: given
										   by it */

struct audit_search {
	str who, action, subject; /* "": any; else exactly this */
	int64_t since_ms, until_ms; /* 0: any */
	int64_t before_id; /* 0: from the newest */
	int64_t limit;
};
/* The newest first; texts live until `take` returns. */
err audit_each(struct desk *desk, const struct audit_search *search,
	err (*take)(void *context, const struct audit_row *row, struct why *why), void *context,
	struct why *why);

/* The names of these subjects go; what was done stays. */
err audit_forget(struct desk *desk, const str *subjects, size_t count, struct why *why);

/* Walks the chain.  ERR_CORRUPT names the first row that does not fit. */
err audit_check(struct desk *desk, int64_t *rows, struct why *why);
