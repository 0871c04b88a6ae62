/* engine/writer_seal.c - closed segments of the journal are sealed, beside the writer and beside
 * the rest of house-keeping.
 *
 * A segment takes about a second of a processor: a thread of its own has it, so that indexes go on
 * being built meanwhile, on which every query depends.  It keeps up at the full rate; a short
 * burst has the processors to itself (writer_seal_waits()).
 */
#include "engine/writer_internal.h"

bool writer_is_busy(const struct writer_load *load)
{
	return load->group_ns > load->since_ns / WRITER_BUSY_PARTS &&
	       (int64_t)load->items > load->since_ns / NS_PER_MS * WRITER_BUSY_RECORDS / 1000;
}

bool writer_seal_waits(const struct writer_load *load, size_t unsealed)
{
	return writer_is_busy(load) && unsealed <= WRITER_BURST_SEGMENTS;
}

/* What the writer did since the last look, at most every WRITER_BUSY_LOOK_MS. */
static const struct writer_load *look(struct writer *w)
{
	int64_t now = engine_ticks_ns(w->engine), since = now - w->look.at_ns;

	if (since < (int64_t)WRITER_BUSY_LOOK_MS * NS_PER_MS)
		return &w->look.load;
	mutex_lock(&w->lock);
	uint64_t items = w->status.items;
	int64_t group_ns = w->status.group_ns;
	mutex_unlock(&w->lock);
	w->look.load = (struct writer_load){ .since_ns = since,
		.group_ns = group_ns - w->look.group_ns,
		.items = items - w->look.items };
	w->look.at_ns = now;
	w->look.items = items;
	w->look.group_ns = group_ns;
	return &w->look.load;
}

static bool went_well(struct writer *w, err e, const struct why *why)
{
	if (e == OK)
		return true;
	writer_note_error(w, why);
	w->sealing_rests_until_ns =
		engine_ticks_ns(w->engine) + (int64_t)WRITER_REST_MS * NS_PER_MS;
	return false;
}

static err seal_in_turn(struct writer *w, bool is_busy, bool *did, struct why *why)
{
	if (!is_busy)
		mutex_lock(&w->turn);
	err e = engine_seal_one(w->engine, w->options.seal_level, did, why);
	if (!is_busy)
		mutex_unlock(&w->turn);
	return e;
}

static bool seal_one(struct writer *w)
{
	struct why why = { 0 };
	bool did = false;
	size_t unsealed = engine_unsealed(w->engine);

	if (unsealed == 0 || engine_ticks_ns(w->engine) < w->sealing_rests_until_ns)
		return false;
	const struct writer_load *load = look(w);
	bool is_busy = writer_is_busy(load);
	if (writer_seal_waits(load, unsealed) || (!is_busy && atomic_load(&w->house_waits)))
		return false;
	err e = seal_in_turn(w, is_busy, &did, &why);
	if (!went_well(w, e, &why))
		return false;
	mutex_lock(&w->lock);
	w->status.sealed += did;
	mutex_unlock(&w->lock);
	return did;
}

/* Only while many events come: it takes as much room as a segment.  Without it all goes on, a
 * little less evenly. */
static bool prepare_segment(struct writer *w)
{
	bool did = false;

	if (!writer_is_busy(look(w)) || engine_ticks_ns(w->engine) < w->preparing_rests_until_ns)
		return false;
	err e = journal_prepare(w->engine->journal, &did, NULL);
	if (e != OK)
		w->preparing_rests_until_ns =
			engine_ticks_ns(w->engine) + (int64_t)WRITER_REST_MS * NS_PER_MS;
	return e == OK && did;
}

/* House-keeping does so too, but may be building an index for seconds.  Where the next part was
 * full before this one was written, the writer itself would write it, and everybody would wait. */
static bool flush_known(struct writer *w)
{
	struct why why = { 0 };
	bool did = false;

	if (engine_ticks_ns(w->engine) < w->sealing_rests_until_ns)
		return false;
	err e = engine_flush_beside(w->engine, &did, &why);
	return went_well(w, e, &why) && did;
}

bool writer_seal(struct writer *w)
{
	mutex_lock(&w->sealing);
	bool did = flush_known(w) || prepare_segment(w) || seal_one(w);
	mutex_unlock(&w->sealing);
	return did;
}

/* False: the writer is stopping. */
static bool wait_a_while(struct writer *w)
{
	struct deadline until = deadline_in(WRITER_BUSY_LOOK_MS);
	bool in_time = true;

	mutex_lock(&w->lock);
	while (in_time && !w->is_stopping)
		in_time = condition_wait(&w->stopping, &w->lock, &until);
	bool goes_on = !w->is_stopping;
	mutex_unlock(&w->lock);
	return goes_on;
}

static bool is_stopping(struct writer *w)
{
	mutex_lock(&w->lock);
	bool is = w->is_stopping;
	mutex_unlock(&w->lock);
	return is;
}

void *writer_run_sealer(void *context)
{
	struct writer *w = context;

	while (wait_a_while(w))
		while (!is_stopping(w) && writer_seal(w))
			continue;
	return NULL;
}
