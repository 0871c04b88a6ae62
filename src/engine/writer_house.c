/* engine/writer_house.c - what is done beside the writer: building indexes, merging, writing
 * checkpoints, rewriting what was erased, computing customers that take long.  (Sealing, beside
 * this again: writer_seal.c.)
 *
 * A step never waits for the writer: what it has built it leaves in a place from where the writer
 * takes it between two groups.  So whoever holds `house` keeps no producer waiting.
 */
#include "engine/writer_internal.h"

static bool awaits_index(struct writer *w)
{
	mutex_lock(&w->lock);
	bool awaits = w->index_is_awaited;
	mutex_unlock(&w->lock);
	return awaits;
}

/* One at a time: the next is planned from a snapshot that knows the last, or it would be the same
 * again. */
static bool build_index(struct writer *w)
{
	if (awaits_index(w))
		return false;
	AUTO_SNAPSHOT snapshot = engine_published(w->engine);
	struct thread_index *index = threads_view_build_index(snapshot_threads(snapshot));
	if (index == NULL)
		return false;
	mutex_lock(&w->lock);
	w->fresh_index = index;
	w->index_is_awaited = true;
	mutex_unlock(&w->lock);
	intake_wake(w->intake);
	return true;
}

static bool did_without(struct writer *w, err e, const struct why *why)
{
	if (e == OK)
		return true;
	writer_note_error(w, why);
	writer_tell_erase_waits(w, e, why);
	w->house_rests_until_ns = engine_ticks_ns(w->engine) + (int64_t)WRITER_REST_MS * NS_PER_MS;
	return false;
}

static bool may_use_disk(const struct writer *w)
{
	return engine_ticks_ns(w->engine) >= w->house_rests_until_ns;
}

static bool merge_one(struct writer *w)
{
	struct why why = { 0 };
	bool did = false;
	err e = engine_merge_beside(w->engine, &did, &why);

	if (e == ERR_CORRUPT) {
		mutex_lock(&w->lock);
		w->index_is_damaged = true;
		mutex_unlock(&w->lock);
		intake_wake(w->intake);
	}
	if (!did_without(w, e, &why) || !did)
		return false;
	mutex_lock(&w->lock);
	w->status.merged++;
	mutex_unlock(&w->lock);
	return true;
}

static bool has_checkpoint(struct writer *w)
{
	mutex_lock(&w->lock);
	bool has = w->has_checkpoint;
	mutex_unlock(&w->lock);
	return has;
}

static bool write_checkpoint(struct writer *w)
{
	struct why why = { 0 };
	bool done = false;

	if (!has_checkpoint(w))
		return false;
	err e = engine_checkpoint_step(w->engine, &done, &why);
	bool ended = !did_without(w, e, &why) || done;
	mutex_lock(&w->lock);
	w->has_checkpoint = !ended;
	w->status.checkpoints += e == OK && done;
	mutex_unlock(&w->lock);
	return e == OK;
}

static bool is_erasing(struct writer *w)
{
	mutex_lock(&w->lock);
	bool is = w->erasing == ERASING_BESIDE;
	mutex_unlock(&w->lock);
	return is;
}

/* Freeing what was replaced is a step too, once no checkpoint saves it. */
static bool recount_some(struct writer *w)
{
	mutex_lock(&w->lock);
	bool is = w->recount == RECOUNT_BESIDE;
	mutex_unlock(&w->lock);
	if (!is)
		return false;
	enum recount_turn next = engine_recount_step(w->engine);
	mutex_lock(&w->lock);
	w->recount = next;
	mutex_unlock(&w->lock);
	intake_wake(w->intake);
	return true;
}

static bool erase_some(struct writer *w)
{
	enum erasing_turn next;
	struct why why = { 0 };

	if (!is_erasing(w))
		return false;
	err e = engine_erasing_step(w->engine, &next, &why);
	bool goes_on = did_without(w, e, &why);
	writer_note_erasing(w, next, e, &why);
	if (next != ERASING_BESIDE)
		intake_wake(w->intake);
	return goes_on;
}

static bool use_disk(struct writer *w)
{
	if (!may_use_disk(w))
		return false;
	atomic_store(&w->house_waits, true);
	mutex_lock(&w->turn);
	atomic_store(&w->house_waits, false);
	bool did = write_checkpoint(w) || erase_some(w) || merge_one(w);
	mutex_unlock(&w->turn);
	return did;
}

/* Readers feel rows without an index at once, but what is begun on the disk must come to an end
 * also while indexes are always wanted: they take turns. */
bool writer_keep_house(struct writer *w)
{
	mutex_lock(&w->house);
	w->disk_first = !w->disk_first;
	bool did = w->disk_first ? use_disk(w) || recount_some(w) || build_index(w)
				 : recount_some(w) || build_index(w) || use_disk(w);
	mutex_unlock(&w->house);
	return did;
}

/* Waits until something was published since `*seen`; false: the writer is stopping. */
static bool wait_for_news(struct writer *w, uint64_t *seen)
{
	struct deadline until = deadline_in(WRITER_IDLE_MS);
	bool in_time = true;

	mutex_lock(&w->lock);
	while (in_time && !w->is_stopping && w->news_count == *seen)
		in_time = condition_wait(&w->news, &w->lock, &until);
	*seen = w->news_count;
	bool goes_on = !w->is_stopping;
	mutex_unlock(&w->lock);
	return goes_on;
}

void *writer_run_house(void *context)
{
	struct writer *w = context;
	uint64_t seen = 0;

	while (wait_for_news(w, &seen))
		while (writer_keep_house(w)) {
			mutex_lock(&w->lock);
			bool stop = w->is_stopping;
			mutex_unlock(&w->lock);
			if (stop)
				return NULL;
		}
	return NULL;
}
