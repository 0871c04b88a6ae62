/* engine/intake.h - the bounded queue of submissions: from any number of threads to the writer.
 *
 * Bounded by submissions, items and bytes at once.  Full means back-pressure: the producer waits
 * as long as it said and is then told, and whoever sent the work hears of it; nothing is ever
 * dropped in silence.  The submissions of one producer stay in their order.
 *
 * base/queue.h bounds a number of pointers; here what they weigh counts too, and what is taken out
 * is a whole group.
 *
 * Threads: any may put, close and ask; one at a time takes.
 */
#pragma once

#include "engine/submission.h"

struct intake_limits {
	size_t submissions, items, bytes;
};

struct intake;

struct intake *intake_create(const struct intake_limits *limits);
void intake_free(struct intake *intake); /* empty, and nobody uses it any more; NULL is fine */

/* OK: it is in.  ERR_FULL at once (timeout 0) or ERR_TIMEOUT later when there is no room for it,
 * ERR_CANCELLED when closed.  One that is larger than all the room there is enters alone, when
 * the queue is empty. */
err intake_put(struct intake *intake, struct submission *submission, int64_t timeout_ms);

/* Takes the oldest submissions, linked by `next`, as long as they stay within the limits, at least
 * one: a call alone, or batches.  ERR_TIMEOUT: none came, or it was woken (intake_wake()).
 * ERR_CANCELLED: closed and empty. */
err intake_take(struct intake *intake, const struct intake_limits *limits, int64_t timeout_ms,
	struct submission **first);

void intake_close(struct intake *intake); /* again is fine */
void intake_wake(struct intake *intake); /* the next or present intake_take() does not wait */

struct intake_counters {
	size_t submissions, items, bytes; /* now waiting */
	size_t submissions_most, items_most, bytes_most; /* that ever waited at once */
	uint64_t accepted;
	uint64_t refused; /* full, or timed out */
	uint64_t waited; /* found it full and got in later */
};
struct intake_counters intake_counters(struct intake *intake);
