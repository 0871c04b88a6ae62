/* engine/writer_step.c - what the writer does, one small step after the other; see writer.h
 *
 *   take -> write -> answer -> put finished work in place -> publish if due -> customers that take
 *   long: begun, or taken in -> checkpoint if due
 *
 * The order is what matters: durable and applied before it is answered, applied before it is
 * published.
 */
#include "engine/writer_internal.h"

#include <string.h>

enum { PUBLISH_SHARE = 4 };

int64_t engine_ticks_ns(const struct engine *engine)
{
	return engine->options.clock->ticks_ns(engine->options.clock);
}

err writer_take(struct writer *w, int64_t wait_ms, struct group *g)
{
	*g = (struct group){ 0 };
	err e = intake_take(w->intake, &w->options.group, wait_ms, &g->first);
	if (e != OK)
		return e;
	for (const struct submission *s = g->first; s != NULL; s = s->next) {
		g->submissions++;
		g->items += s->count;
	}
	return OK;
}

/* ---- writing */

static void set_results(struct group *g, err result, const struct why *why)
{
	for (struct submission *s = g->first; s != NULL; s = s->next) {
		s->result = result;
		if (result != OK)
			s->why = *why;
	}
}

static void refuse_items(struct submission *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->items[i].status = ITEM_REFUSED;
}

static struct engine_item *room_for(struct writer *w, size_t count)
{
	if (count > w->items_room) {
		w->items_room = count * 2;
		w->items = memory_resize(w->items, w->items_room * sizeof(*w->items));
	}
	return w->items;
}

static err write_together(struct writer *w, struct group *g, struct why *why)
{
	struct engine_item *items = room_for(w, MAX_OF(g->items, (size_t)1)), *at = items;

	for (const struct submission *s = g->first; s != NULL; s = s->next) {
		if (s->count > 0)
			memcpy(at, s->items, s->count * sizeof(*at));
		at += s->count;
	}
	err e = engine_write(w->engine, items, g->items, why);
	at = items;
	for (struct submission *s = g->first; s != NULL; at += s->count, s = s->next)
		for (size_t i = 0; i < s->count; i++) {
			s->items[i].status = at[i].status;
			s->items[i].seq = at[i].seq;
		}
	return e;
}

/* What one submission is refused for shall not fall on the others. */
static void write_apart(struct writer *w, struct group *g)
{
	for (struct submission *s = g->first; s != NULL; s = s->next) {
		s->result = engine_write(w->engine, s->items, s->count, &s->why);
		if (s->result != OK)
			writer_note_error(w, &s->why);
	}
}

static void count_items(struct writer_status *status, const struct group *g)
{
	for (const struct submission *s = g->first; s != NULL; s = s->next)
		for (size_t i = 0; i < s->count; i++) {
			enum item_status is = s->items[i].status;
			status->fresh += is == ITEM_NEW;
			status->duplicates += is == ITEM_DUPLICATE;
			status->conflicts += is == ITEM_CONFLICT;
			status->erased += is == ITEM_ERASED;
			status->refused += is == ITEM_REFUSED;
		}
}

static void note_group(struct writer *w, const struct group *g, int64_t took_ns)
{
	struct writer_status *status = &w->status;

	mutex_lock(&w->lock);
	status->groups++;
	status->submissions += g->submissions;
	status->items += g->items;
	status->group_items_most = MAX_OF(status->group_items_most, g->items);
	status->calls += g->first->call != NULL;
	status->group_ns += took_ns;
	status->group_ns_most = MAX_OF(status->group_ns_most, took_ns);
	status->has_failed = w->engine->failed;
	count_items(status, g);
	mutex_unlock(&w->lock);
}

static void run_call(struct writer *w, struct submission *s)
{
	s->result = s->call(w->engine, s->context, &s->why);
	if (w->engine->failed && s->result != OK)
		writer_note_error(w, &s->why);
}

static void write_batches(struct writer *w, struct group *g)
{
	struct why why = { 0 };
	err e = write_together(w, g, &why);

	if (e != OK && !w->engine->failed && g->submissions > 1) {
		write_apart(w, g);
		return;
	}
	set_results(g, e, &why);
	if (e != OK)
		writer_note_error(w, &why);
}

static void refuse_all(struct group *g)
{
	struct why why = { 0 };
	err e = fail(&why, MSG_ENGINE_FAILED);

	set_results(g, e, &why);
	for (struct submission *s = g->first; s != NULL; s = s->next)
		refuse_items(s);
}

void writer_write(struct writer *w, struct group *g)
{
	int64_t began = engine_ticks_ns(w->engine);

	if (w->engine->failed)
		refuse_all(g);
	else if (g->first->call != NULL)
		run_call(w, g->first);
	else
		write_batches(w, g);
	note_group(w, g, engine_ticks_ns(w->engine) - began);
}

/* `next` is read before: an answered submission may be gone. */
void writer_answer(struct writer *w, struct group *g)
{
	for (struct submission *s = g->first, *next; s != NULL; s = next) {
		next = s->next;
		submission_answer(s, s->result, NULL);
	}
	g->first = NULL;
	if (w->engine->failed)
		writer_announce(w); /* who waits for a sequence is told that it will not come */
}

/* ---- between groups */

static void rebuild_index(struct writer *w)
{
	struct why why = { 0 };

	if (w->engine->failed)
		return;
	if (engine_rebuild_index(w->engine, &why) != OK)
		writer_note_error(w, &why);
	mutex_lock(&w->lock);
	w->status.has_failed = w->engine->failed;
	mutex_unlock(&w->lock);
}

void writer_install(struct writer *w)
{
	mutex_lock(&w->lock);
	struct thread_index *index = w->fresh_index;
	bool damaged = w->index_is_damaged;
	w->fresh_index = NULL;
	w->index_is_damaged = false;
	mutex_unlock(&w->lock);
	if (damaged)
		rebuild_index(w);
	if (index == NULL)
		return;
	w->has_installed = true;
	bool is_base = thread_index_is_base(index);
	if (!threads_put_index(w->engine->threads, index))
		return;
	w->engine->dirty = true;
	mutex_lock(&w->lock);
	w->status.bases += is_base;
	w->status.runs += !is_base;
	mutex_unlock(&w->lock);
}

/* Not so often that publishing takes over a quarter of the time, but 20 ms are the limit. */
static int64_t publish_in_ns(const struct writer *w)
{
	int64_t pause = MAX_OF(w->options.publish_ms * NS_PER_MS,
		MIN_OF(w->publish_cost_ns * PUBLISH_SHARE,
			(int64_t)WRITER_PUBLISH_MS_MAX * NS_PER_MS));

	return w->published_ns + pause - engine_ticks_ns(w->engine);
}

/* Whatever was put in place, or did not fit, is what the published snapshot knows. */
static void await_no_index(struct writer *w)
{
	if (!w->has_installed)
		return;
	w->has_installed = false;
	mutex_lock(&w->lock);
	w->index_is_awaited = false;
	mutex_unlock(&w->lock);
}

void writer_publish_if_due(struct writer *w)
{
	if (!w->engine->dirty)
		await_no_index(w);
	if (!w->engine->dirty || publish_in_ns(w) > 0)
		return;
	int64_t began = engine_ticks_ns(w->engine);
	engine_publish(w->engine);
	w->published_ns = engine_ticks_ns(w->engine);
	w->publish_cost_ns = w->published_ns - began;
	mutex_lock(&w->lock);
	w->status.publications++;
	w->status.publish_ns += w->publish_cost_ns;
	w->status.publish_ns_most = MAX_OF(w->status.publish_ns_most, w->publish_cost_ns);
	mutex_unlock(&w->lock);
	await_no_index(w);
	writer_announce(w);
}

/* ---- customers that take long: begun, and now and then a turn */

/* As long as the last took: who keeps it busy on purpose has half of one thread. */
static void begin_recount(struct writer *w)
{
	int64_t now = engine_ticks_ns(w->engine);

	if (w->engine->dirty || now < w->recount_rests_until_ns)
		return;
	enum recount_turn next = engine_recount_begin(w->engine);
	w->recount_began_ns = now;
	mutex_lock(&w->lock);
	w->recount = next;
	mutex_unlock(&w->lock);
	if (next != RECOUNT_NONE)
		writer_announce(w);
}

static void take_turn(struct writer *w)
{
	bool taken;
	int64_t began = engine_ticks_ns(w->engine);
	enum recount_turn next = engine_recount_turn(w->engine, &taken);
	int64_t now = engine_ticks_ns(w->engine);

	w->recount_rests_until_ns = now + (began - w->recount_began_ns);
	mutex_lock(&w->lock);
	w->recount = next;
	w->status.recounts += taken;
	w->status.recount_ns_most = MAX_OF(w->status.recount_ns_most, now - began);
	mutex_unlock(&w->lock);
	writer_announce(w);
}

/* Not while a checkpoint is written: it saves the tables that would be replaced. */
void writer_recount_if_due(struct writer *w)
{
	mutex_lock(&w->lock);
	enum recount_turn turn = w->recount;
	bool is_free = !w->has_checkpoint;
	mutex_unlock(&w->lock);
	if (w->engine->failed || turn == RECOUNT_BESIDE || !is_free)
		return;
	if (turn == RECOUNT_WRITER)
		take_turn(w);
	else
		begin_recount(w);
}

static bool is_checkpoint_due(struct writer *w, int64_t now_ns)
{
	uint64_t since = w->engine->applied_seq - w->checkpoint_seq;

	if (w->engine->failed || since == 0 ||
		(since < w->options.checkpoint_records &&
			now_ns - w->checkpoint_ns < w->options.checkpoint_ms * NS_PER_MS))
		return false;
	mutex_lock(&w->lock);
	bool is_swapping =
		w->erasing == ERASING_WRITER || (w->is_swapped && w->erasing != ERASING_ENDED);
	bool is_free = !w->has_checkpoint && !is_swapping;
	mutex_unlock(&w->lock);
	/* What is frozen, house-keeping writes first: here it would cost the writer the disk. */
	return is_free && !dedup_has_frozen(w->engine->dedup);
}

/* Begun here, written by house-keeping. */
void writer_checkpoint_if_due(struct writer *w)
{
	int64_t began = engine_ticks_ns(w->engine);
	struct why why = { 0 };

	if (!is_checkpoint_due(w, began))
		return;
	err e = engine_checkpoint_begin(w->engine, &why);
	if (e != OK) /* the next is tried when it is due: meanwhile the journal has it all */
		writer_note_error(w, &why);
	w->checkpoint_seq = w->engine->applied_seq;
	w->checkpoint_ns = engine_ticks_ns(w->engine);
	mutex_lock(&w->lock);
	w->has_checkpoint = e == OK;
	w->status.checkpoint_ns_most =
		MAX_OF(w->status.checkpoint_ns_most, w->checkpoint_ns - began);
	mutex_unlock(&w->lock);
	writer_announce(w); /* house-keeping waits for news */
}

static int64_t patience_ms(const struct writer *w, int64_t wait_ms)
{
	if (!w->engine->dirty || wait_ms == 0)
		return wait_ms;
	int64_t due_ms = (publish_in_ns(w) + NS_PER_MS - 1) / NS_PER_MS;
	return MIN_OF(wait_ms, MAX_OF(due_ms, (int64_t)0));
}

static void tidy_up(struct writer *w)
{
	static const struct {
		enum stage stage;
		void (*step)(struct writer *writer);
	} rows[] = {
		{ STAGE_INSTALL, writer_install },
		{ STAGE_PUBLISH, writer_publish_if_due },
		{ STAGE_RECOUNT, writer_recount_if_due },
		{ STAGE_CHECKPOINT, writer_checkpoint_if_due },
		{ STAGE_ERASE, writer_erase_if_due },
	};
	int64_t from = engine_ticks_ns(w->engine);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		rows[i].step(w);
		int64_t now = engine_ticks_ns(w->engine);
		stage_note(&w->engine->stages, rows[i].stage, now - from);
		from = now;
	}
}

bool writer_step(struct writer *w, int64_t wait_ms)
{
	struct group group;
	err e = writer_take(w, patience_ms(w, wait_ms), &group);

	if (e == OK) {
		writer_write(w, &group);
		writer_answer(w, &group);
	}
	tidy_up(w);
	return e != ERR_CANCELLED;
}

void *writer_run(void *context)
{
	while (writer_step(context, WRITER_IDLE_MS))
		continue;
	return NULL;
}
