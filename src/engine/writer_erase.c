/* engine/writer_erase.c - bytes of who was erased vanish: begun by the writer, and now and then a
 * turn; the rest is house-keeping's (erasing.h).
 *
 * It begins when an erasure is old enough, or at once where somebody asks for it and waits: he is
 * answered by the first round that began after he asked, for one that was under way may have missed
 * what he means.
 */
#include "engine/writer_internal.h"

/* Who waits; on his stack, in the writer's list until he is answered or gives up. */
struct erase_wait {
	struct erase_wait *next;
	bool is_begun, is_done;
	err result;
	struct why why;
	struct erasing_result gone;
};

/* With the lock held. */
static void begin_waits(struct writer *w)
{
	for (struct erase_wait *wait = w->erase_waits; wait != NULL; wait = wait->next)
		wait->is_begun = true;
}

static void end_waits(struct writer *w, err e, const struct why *why)
{
	for (struct erase_wait *wait = w->erase_waits; wait != NULL; wait = wait->next) {
		if (!wait->is_begun || wait->is_done)
			continue;
		wait->is_done = true;
		wait->result = e;
		if (e == OK) /* the writer's turn; else it may be anybody's */
			wait->gone = engine_erasing_result(w->engine);
		else
			wait->why = *why;
	}
}

static bool is_awaited(const struct writer *w)
{
	for (const struct erase_wait *wait = w->erase_waits; wait != NULL; wait = wait->next)
		if (!wait->is_begun)
			return true;
	return false;
}

void writer_note_erasing(struct writer *w, enum erasing_turn next, err e, const struct why *why)
{
	mutex_lock(&w->lock);
	w->erasing = e == OK ? next : ERASING_ENDED;
	w->erasing_read = engine_erasing_read(w->engine);
	if (w->erasing == ERASING_ENDED)
		end_waits(w, e, why);
	mutex_unlock(&w->lock);
}

void writer_tell_erase_waits(struct writer *w, err e, const struct why *why)
{
	mutex_lock(&w->lock);
	end_waits(w, e, why);
	mutex_unlock(&w->lock);
	writer_announce(w);
}

/* ---- the writer's part */

static bool may_erase(struct writer *w, enum erasing_turn *turn)
{
	mutex_lock(&w->lock);
	*turn = w->erasing;
	bool is_free = !w->has_checkpoint, awaited = is_awaited(w);
	mutex_unlock(&w->lock);
	if (w->engine->failed || !is_free || *turn == ERASING_BESIDE)
		return false;
	if (*turn == ERASING_WRITER)
		return !dedup_has_frozen(w->engine->dedup); /* as in is_checkpoint_due() */
	return awaited || (engine_ticks_ns(w->engine) >= w->erasing_rests_until_ns &&
				  engine_erasing_is_due(w->engine, w->options.erase_within_ms));
}

static err begin(struct writer *w, enum erasing_turn *next, struct why *why)
{
	mutex_lock(&w->lock);
	begin_waits(w);
	mutex_unlock(&w->lock);
	return engine_erasing_begin(w->engine, next, why);
}

void writer_erase_if_due(struct writer *w)
{
	enum erasing_turn turn, next = ERASING_ENDED;
	struct why why = { 0 };

	if (!may_erase(w, &turn))
		return;
	err e = turn == ERASING_WRITER ? engine_erasing_turn(w->engine, &next, &why)
				       : begin(w, &next, &why);
	if (e != OK) {
		writer_note_error(w, &why);
		w->erasing_rests_until_ns =
			engine_ticks_ns(w->engine) + (int64_t)WRITER_REST_MS * NS_PER_MS;
	}
	bool is_done = e == OK && turn == ERASING_WRITER && next == ERASING_ENDED;
	w->is_swapped = e == OK && turn == ERASING_WRITER && !is_done;
	mutex_lock(&w->lock);
	w->status.erasures += is_done;
	w->status.has_failed = w->engine->failed;
	mutex_unlock(&w->lock);
	writer_note_erasing(w, next, e, &why);
	writer_announce(w);
}

/* ---- who wants it now */

static void leave(struct writer *w, struct erase_wait *wait)
{
	struct erase_wait **at = &w->erase_waits;

	while (*at != wait)
		at = &(*at)->next;
	*at = wait->next;
}

static bool never_comes(const struct writer *w)
{
	return w->has_ended || w->status.has_failed;
}

enum erase_look { LOOK_DONE, LOOK_NEVER, LOOK_STOPPED, LOOK_AGAIN };

/* Waits a while with the lock held; what became of it. */
static enum erase_look look(
	struct writer *w, const struct erase_wait *wait, const atomic_bool *stop, uint64_t *read)
{
	struct deadline until = deadline_in(ERASE_LOOK_MS);

	if (!wait->is_done && !never_comes(w))
		(void)condition_wait(&w->published, &w->lock, &until); /* looked at again */
	*read = w->erasing_read;
	if (wait->is_done)
		return LOOK_DONE;
	if (never_comes(w))
		return LOOK_NEVER;
	return stop != NULL && atomic_load(stop) ? LOOK_STOPPED : LOOK_AGAIN;
}

static err answer(const struct erase_wait *wait, enum erase_look looked,
	struct erasing_result *result, struct why *why)
{
	if (looked == LOOK_NEVER)
		return fail(why, MSG_WRITER_STOPPED);
	if (looked == LOOK_STOPPED)
		return fail(why, MSG_CANCELLED);
	if (wait->result == OK)
		*result = wait->gone;
	else if (why != NULL)
		*why = wait->why;
	return wait->result;
}

err writer_erase_now(
	struct writer *w, const struct watch *watch, struct erasing_result *result, struct why *why)
{
	struct erase_wait wait = { 0 };
	uint64_t end = journal_end(w->engine->journal) - 1, read = 0;
	enum erase_look looked = LOOK_AGAIN;

	mutex_lock(&w->lock);
	wait.next = w->erase_waits;
	w->erase_waits = &wait;
	mutex_unlock(&w->lock);
	intake_wake(w->intake);
	while (looked == LOOK_AGAIN) {
		mutex_lock(&w->lock);
		looked = look(w, &wait, watch->stop, &read);
		if (looked != LOOK_AGAIN)
			leave(w, &wait);
		mutex_unlock(&w->lock);
		if (watch->tell != NULL)
			watch->tell(watch->context, MIN_OF(read, end), end);
	}
	return answer(&wait, looked, result, why);
}
