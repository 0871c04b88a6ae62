/* engine/submission.h - one batch on its way to the writer, and its answer.
 *
 *   init -> writer_submit() -> (waiting in the queue) -> answered -> done
 *
 * From a writer_submit() that returned OK until the answer, the submission, its items, their
 * records and their bytes belong to the writer: they must stay where they are, untouched.  Every
 * accepted submission is answered, also when the writer stops or fails.
 */
#pragma once

#include "engine/engine.h"

#include <pthread.h>

#define SUBMISSION_ITEMS_MAX ((size_t)65536)
#define SUBMISSION_BYTES_MAX ((size_t)32 << 20) /* canonical bytes of all items */

struct submission {
	struct engine_item *items; /* each gets its status and sequence */
	size_t count;
	/* Or a function to be run in the writer's place, with `context`. */
	err (*call)(struct engine *engine, void *context, struct why *why);
	void *context;
	/* If not NULL: called once, on the writer's thread, in place of waking who waits; it must
	 * not wait itself.  After it the writer knows the submission no more. */
	void (*answered)(struct submission *submission);

	/* The answer, once there is one.  OK: all items have theirs, and are durable. */
	err result;
	struct why why;

	/* private */
	size_t bytes;
	struct submission *next;
	pthread_mutex_t lock; /* of is_answered and the answer */
	pthread_cond_t change;
	bool is_answered;
};

void submission_init(struct submission *submission, struct engine_item *items, size_t count);
/* For use again after an answer: the items may be others. */
void submission_reset(struct submission *submission, struct engine_item *items, size_t count);
void submission_done(struct submission *submission); /* never accepted, or answered */

/* The answer, its words in `why`; ERR_TIMEOUT: not yet, the writer still has it, wait again. */
err submission_wait(struct submission *submission, int64_t timeout_ms, struct why *why);
bool submission_is_answered(struct submission *submission);

/* For the writer: gives the answer. */
void submission_answer(struct submission *submission, err result, const struct why *why);
