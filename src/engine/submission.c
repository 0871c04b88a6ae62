/* engine/submission.c - see submission.h */
#include "engine/submission.h"

#include "engine/waiting.h"

#include <string.h>

void submission_init(struct submission *s, struct engine_item *items, size_t count)
{
	*s = (struct submission){ .items = items, .count = count };
	mutex_init(&s->lock);
	condition_init(&s->change);
}

void submission_reset(struct submission *s, struct engine_item *items, size_t count)
{
	s->items = items;
	s->count = count;
	s->result = OK;
	s->why = (struct why){ 0 };
	s->is_answered = false;
}

void submission_done(struct submission *s)
{
	condition_done(&s->change);
	mutex_done(&s->lock);
}

err submission_wait(struct submission *s, int64_t timeout_ms, struct why *why)
{
	struct deadline until = deadline_in(timeout_ms);

	mutex_lock(&s->lock);
	while (!s->is_answered && condition_wait(&s->change, &s->lock, &until))
		continue;
	err e = s->is_answered ? s->result : ERR_TIMEOUT;
	if (s->is_answered && e != OK && why != NULL)
		*why = s->why;
	mutex_unlock(&s->lock);
	return e;
}

bool submission_is_answered(struct submission *s)
{
	mutex_lock(&s->lock);
	bool answered = s->is_answered;
	mutex_unlock(&s->lock);
	return answered;
}

/* Signalled under the lock: as soon as it is open, the waiter may take the submission down. */
void submission_answer(struct submission *s, err result, const struct why *why)
{
	void (*answered)(struct submission *) = s->answered;

	mutex_lock(&s->lock);
	ASSERT(!s->is_answered);
	s->result = result;
	if (result != OK && why != NULL)
		s->why = *why;
	s->is_answered = true;
	if (answered == NULL)
		condition_wake_all(&s->change);
	mutex_unlock(&s->lock);
	if (answered != NULL)
		answered(s);
}
