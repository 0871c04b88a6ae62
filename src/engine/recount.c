/* engine/recount.c - see recount.h */
#include "engine/recount.h"

#include "engine/engine_internal.h"
#include "identity/recount.h"
#include "thread/thread_index.h"

#include <stdlib.h>

enum { ROUNDS_MAX = 8 }; /* then what is left is brought in by the writer, however much it is */

struct engine_recount {
	enum { COMPUTE, CATCH_UP, FOLLOW, FREE } phase;
	uint64_t states; /* of the engine, when it was begun; others since: in vain */
	struct recount *recount;
	struct snapshot *snapshot; /* of the moment */
	struct thread_index *base; /* NULL: that of the threads still fits */
	unsigned rounds;
};

size_t engine_look_steps(void)
{
	return engine_planted.look_steps > 0 ? engine_planted.look_steps : RECOUNT_STEPS;
}

void engine_recount_allow(struct engine *engine)
{
	engine->look_steps = engine_look_steps();
	identity_look_within(engine->identity, engine->look_steps);
}

static void free_recount(struct engine *engine)
{
	struct engine_recount *r = engine->recount;

	recount_free(r->recount);
	snapshot_unref(r->snapshot);
	thread_index_unref(r->base);
	free(r);
	engine->recount = NULL;
}

void engine_recount_abandon(struct engine *engine)
{
	if (engine->recount != NULL)
		free_recount(engine);
}

enum recount_turn engine_recount_begin(struct engine *engine)
{
	ASSERT(!engine->dirty && engine->recount == NULL);
	if (!identity_is_behind(engine->identity))
		return RECOUNT_NONE;
	if (identity_looks_suffice(engine->identity)) {
		engine->dirty = true; /* the next publication does some of it */
		return RECOUNT_NONE;
	}
	struct engine_recount *r = memory_alloc(sizeof(*r));
	r->states = engine->states;
	r->snapshot = engine_published(engine);
	r->recount = recount_begin(engine->identity);
	engine->recount = r;
	return RECOUNT_BESIDE;
}

/* ---- beside */

static void build_base(struct engine_recount *r)
{
	const struct threads_view *view = snapshot_threads(r->snapshot);
	struct identity_view *identity =
		recount_publish(r->recount, snapshot_identity(r->snapshot));
	struct threads_view *other = threads_view_with(view, identity);

	if (threads_view_rows(other) > 0)
		r->base = thread_index_build_base(other, threads_view_rows(other), 1);
	threads_view_unref(other);
	identity_view_unref(identity);
}

static void compute(struct engine_recount *r)
{
	recount_compute(
		r->recount, engine_times_of_view, (void *)(uintptr_t)snapshot_threads(r->snapshot));
	if (recount_moved_owners(r->recount))
		build_base(r);
	snapshot_unref(r->snapshot); /* it keeps much alive */
	r->snapshot = NULL;
}

enum recount_turn engine_recount_step(struct engine *engine)
{
	struct engine_recount *r = engine->recount;

	if (r->phase == FREE) {
		free_recount(engine);
		return RECOUNT_NONE;
	}
	if (r->phase == COMPUTE)
		compute(r);
	else
		recount_follow(r->recount);
	r->phase = CATCH_UP;
	return RECOUNT_WRITER;
}

/* ---- the writer */

/* The index that was built beside knows the owners of its rows, and of later ones nobody does. */
static void put_in_place(struct engine *engine)
{
	struct engine_recount *r = engine->recount;

	recount_follow(r->recount);
	recount_take(r->recount, engine->identity);
	if (r->base != NULL) {
		threads_drop_index(engine->threads);
		threads_set_base(engine->threads, r->base);
		r->base = NULL;
		engine->owners_version = identity_owners_version(engine->identity);
	}
	engine->dirty = true;
}

enum recount_turn engine_recount_turn(struct engine *engine, bool *taken)
{
	struct engine_recount *r = engine->recount;
	size_t left = 0;

	ASSERT(r->phase == CATCH_UP);
	*taken = false;
	r->phase = FREE;
	if (r->states != engine->states)
		return RECOUNT_BESIDE; /* nothing of that identity is there any more */
	if (!recount_catch_up(r->recount, engine->identity, &left)) {
		recount_give_up(engine->identity);
		return RECOUNT_BESIDE;
	}
	if (left > RECOUNT_LEFT && ++r->rounds < ROUNDS_MAX) {
		r->phase = FOLLOW;
		return RECOUNT_BESIDE;
	}
	put_in_place(engine);
	*taken = true;
	return RECOUNT_BESIDE;
}

void engine_recount_now(struct engine *engine)
{
	if (!identity_is_behind(engine->identity))
		return;
	identity_settle(engine->identity);
	engine->dirty = true;
}

/* ---- questions */

struct engine_study {
	struct snapshot *snapshot;
	struct identity_moment *moment;
	struct identity *identity; /* NULL: not asked for yet */
};

struct engine_study *engine_study_begin(struct engine *engine)
{
	struct engine_study *study = memory_alloc(sizeof(*study));

	study->snapshot = engine_snapshot(engine);
	study->moment = identity_moment(engine->identity);
	return study;
}

struct identity *engine_study_identity(struct engine_study *study)
{
	ASSERT(study->identity == NULL);
	study->identity = identity_of_moment(study->moment, engine_times_of_view,
		(void *)(uintptr_t)snapshot_threads(study->snapshot));
	return study->identity;
}

const struct snapshot *engine_study_snapshot(const struct engine_study *study)
{
	return study->snapshot;
}

const struct identity_view *engine_study_view(const struct engine_study *study)
{
	return snapshot_identity(study->snapshot);
}

void engine_study_free(struct engine_study *study)
{
	if (study == NULL)
		return;
	identity_free(study->identity);
	identity_moment_free(study->moment);
	snapshot_unref(study->snapshot);
	free(study);
}
