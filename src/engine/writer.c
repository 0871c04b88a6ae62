/* engine/writer.c - creating, submitting, reading, stopping; see writer.h */
#include "engine/writer.h"

#include "engine/writer_internal.h"

#include <stdlib.h>

static struct intake_limits limits_or(
	struct intake_limits given, size_t submissions, size_t items, size_t bytes)
{
	return (struct intake_limits){
		.submissions = given.submissions > 0 ? given.submissions : submissions,
		.items = given.items > 0 ? given.items : items,
		.bytes = given.bytes > 0 ? given.bytes : bytes,
	};
}

static struct writer_options with_defaults(const struct writer_options *given)
{
	struct writer_options o = *given;

	o.queue = limits_or(o.queue, 4096, 262144, (size_t)128 << 20);
	o.group = limits_or(o.group, 1024, 16384, (size_t)16 << 20);
	o.publish_ms = o.publish_ms > 0 ? o.publish_ms : WRITER_PUBLISH_MS;
	o.checkpoint_records = o.checkpoint_records > 0 ? o.checkpoint_records : 1000000;
	o.checkpoint_ms = o.checkpoint_ms > 0 ? o.checkpoint_ms : 60000;
	o.erase_within_ms = o.erase_within_ms > 0 ? o.erase_within_ms : ERASE_WITHIN_MS;
	o.seal_level = o.seal_level > 0 ? o.seal_level : 3;
	return o;
}

struct writer *writer_create(struct engine *engine, const struct writer_options *options)
{
	struct writer *w = memory_alloc(sizeof(*w));

	w->engine = engine;
	w->options = with_defaults(options);
	w->intake = intake_create(&w->options.queue);
	mutex_init(&w->lock);
	mutex_init(&w->house);
	mutex_init(&w->sealing);
	mutex_init(&w->turn);
	condition_init(&w->published);
	condition_init(&w->news);
	condition_init(&w->stopping);
	w->erasing = ERASING_ENDED;
	w->checkpoint_seq = engine->applied_seq;
	w->checkpoint_ns = w->published_ns = engine_ticks_ns(engine);
	if (engine->is_loaded) /* else nothing was computed yet that could stand meanwhile */
		engine_recount_allow(engine);
	engine_publish(engine);
	engine_recount_allow(engine);
	return w;
}

void writer_start(struct writer *w)
{
	ASSERT(!w->has_threads);
	w->has_threads = true;
	ASSERT(pthread_create(&w->writing, NULL, writer_run, w) == 0);
	ASSERT(pthread_create(&w->keeping, NULL, writer_run_house, w) == 0);
	ASSERT(pthread_create(&w->sealer, NULL, writer_run_sealer, w) == 0);
	(void)pthread_setname_np(w->writing, "writer"); /* for whoever looks at the process */
	(void)pthread_setname_np(w->keeping, "housekeeping");
	(void)pthread_setname_np(w->sealer, "sealer");
}

static void begin_to_stop(struct writer *w)
{
	intake_close(w->intake);
	mutex_lock(&w->lock);
	w->is_stopping = true;
	condition_wake_all(&w->news);
	condition_wake_all(&w->stopping);
	mutex_unlock(&w->lock);
}

/* Nothing moves any more: readers that wait are told. */
static void end(struct writer *w)
{
	writer_install(w);
	engine_publish(w->engine);
	mutex_lock(&w->lock);
	w->has_ended = true;
	mutex_unlock(&w->lock);
	writer_announce(w);
}

err writer_stop(struct writer *w, struct why *why)
{
	begin_to_stop(w);
	if (w->has_threads) {
		ASSERT(pthread_join(w->writing, NULL) == 0);
		ASSERT(pthread_join(w->keeping, NULL) == 0);
		ASSERT(pthread_join(w->sealer, NULL) == 0);
		w->has_threads = false;
	}
	while (writer_step(w, 0))
		continue;
	end(w);
	if (!w->engine->failed)
		return engine_checkpoint(w->engine, why);
	if (why != NULL)
		*why = w->status.last_error;
	return message_code(w->status.last_error.message);
}

void writer_free(struct writer *w)
{
	if (w == NULL)
		return;
	ASSERT(!w->has_threads && w->fresh_index == NULL);
	intake_free(w->intake);
	condition_done(&w->stopping);
	condition_done(&w->news);
	condition_done(&w->published);
	mutex_done(&w->turn);
	mutex_done(&w->sealing);
	mutex_done(&w->house);
	mutex_done(&w->lock);
	free(w->items);
	free(w);
}

/* ---- producers */

static size_t bytes_of(const struct submission *s)
{
	size_t bytes = 0;

	for (size_t i = 0; i < s->count; i++)
		bytes += s->items[i].bytes.len;
	return bytes;
}

static bool has_failed(struct writer *w)
{
	mutex_lock(&w->lock);
	bool failed = w->status.has_failed;
	mutex_unlock(&w->lock);
	return failed;
}

static err words_for(err e, struct writer *w, struct why *why)
{
	if (e == ERR_FULL || e == ERR_TIMEOUT) {
		(void)fail(why, MSG_QUEUE_FULL, arg_int((int64_t)w->options.queue.items));
		return e;
	}
	return e == OK ? OK : fail(why, MSG_WRITER_STOPPED);
}

err writer_submit(struct writer *w, struct submission *s, int64_t timeout_ms, struct why *why)
{
	if (has_failed(w))
		return fail(why, MSG_ENGINE_FAILED);
	s->bytes = bytes_of(s);
	if (s->count > SUBMISSION_ITEMS_MAX || s->bytes > SUBMISSION_BYTES_MAX)
		return fail(why, MSG_SUBMISSION_LARGE, arg_int((int64_t)SUBMISSION_ITEMS_MAX),
			arg_int((int64_t)SUBMISSION_BYTES_MAX));
	return words_for(intake_put(w->intake, s, timeout_ms), w, why);
}

err writer_call(struct writer *w,
	err (*call)(struct engine *engine, void *context, struct why *why), void *context,
	struct why *why)
{
	struct submission s;

	submission_init(&s, NULL, 0);
	s.call = call;
	s.context = context;
	err e = writer_submit(w, &s, WAIT_FOREVER, why);
	if (e == OK)
		e = submission_wait(&s, WAIT_FOREVER, why);
	submission_done(&s);
	return e;
}

static void rest(struct writer *w)
{
	mutex_lock(&w->house);
	mutex_lock(&w->sealing);
}

static void end_rest(struct writer *w)
{
	mutex_unlock(&w->sealing);
	mutex_unlock(&w->house);
}

/* The caller waits for house-keeping, not the writer. */
err writer_call_alone(struct writer *w,
	err (*call)(struct engine *engine, void *context, struct why *why), void *context,
	struct why *why)
{
	rest(w);
	err e = writer_call(w, call, context, why);
	end_rest(w);
	return e;
}

err writer_call_beside(struct writer *w,
	err (*call)(struct engine *engine, void *context, struct why *why), void *context,
	struct why *why)
{
	rest(w);
	err e = call(w->engine, context, why);
	end_rest(w);
	return e;
}

/* ---- readers */

struct snapshot *writer_snapshot(struct writer *w)
{
	return engine_published(w->engine);
}

static bool holds(struct writer *w, uint64_t seq, struct snapshot **out)
{
	struct snapshot *snapshot = engine_published(w->engine);

	if (snapshot_end_seq(snapshot) > seq) {
		*out = snapshot;
		return true;
	}
	snapshot_unref(snapshot);
	return false;
}

err writer_await(struct writer *w, uint64_t at_least, int64_t timeout_ms, struct snapshot **out,
	struct why *why)
{
	struct deadline until = deadline_in(timeout_ms);
	bool in_time = true, held, never = false;

	mutex_lock(&w->lock);
	while (!(held = holds(w, at_least, out)) && in_time) {
		never = w->has_ended || w->status.has_failed;
		if (never)
			break;
		in_time = condition_wait(&w->published, &w->lock, &until);
	}
	mutex_unlock(&w->lock);
	if (held)
		return OK;
	return never ? fail(why, MSG_WRITER_STOPPED)
		     : fail(why, MSG_AT_LEAST_LATE, arg_int((int64_t)at_least));
}

struct writer_status writer_status(struct writer *w)
{
	mutex_lock(&w->lock);
	struct writer_status status = w->status;
	mutex_unlock(&w->lock);
	status.queue = intake_counters(w->intake);
	for (enum stage stage = 0; stage < STAGES; stage++)
		status.stage_ns_most[stage] = atomic_load(&w->engine->stages.most_ns[stage]);
	return status;
}

void writer_note_error(struct writer *w, const struct why *why)
{
	mutex_lock(&w->lock);
	if (!w->status.has_failed)
		w->status.last_error = *why;
	mutex_unlock(&w->lock);
}

void writer_announce(struct writer *w)
{
	mutex_lock(&w->lock);
	w->news_count++;
	condition_wake_all(&w->published);
	condition_wake_all(&w->news);
	mutex_unlock(&w->lock);
}
