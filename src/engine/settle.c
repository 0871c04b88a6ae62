/* engine/settle.c - after bulk loading: threads in order, and a checkpoint; see engine.h
 *
 * Building the base of the index costs the processors, writing what else there is mostly the disk:
 * so the index of known messages and the tables of a first checkpoint, without the new base, are
 * written beside the building.  The second adds what is new since, which is the base, and it alone
 * gets a manifest.
 */
#include "engine/checkpoint.h"
#include "engine/engine_internal.h"

typedef err save_fn(struct engine *engine, struct why *why);

struct saver {
	struct engine *engine;
	save_fn *fn;
	pthread_t thread;
	err error;
	struct why why;
};

static void *save(void *context)
{
	struct saver *s = context;

	s->error = s->fn(s->engine, &s->why);
	return NULL;
}

static err index_and_save(struct engine *engine, struct why *why)
{
	struct saver savers[] = { { .engine = engine, .fn = checkpoint_index },
		{ .engine = engine, .fn = checkpoint_tables } };
	err e = engine_checkpoint_begin(engine, why);

	if (e != OK)
		return e;
	checkpoint_hurry(engine);
	for (size_t i = 0; i < ARRAY_LEN(savers); i++)
		ASSERT(pthread_create(&savers[i].thread, NULL, save, &savers[i]) == 0);
	engine_index(engine);
	for (size_t i = 0; i < ARRAY_LEN(savers); i++) {
		ASSERT(pthread_join(savers[i].thread, NULL) == 0);
		if (e == OK && savers[i].error != OK && why != NULL)
			*why = savers[i].why;
		e = e == OK ? savers[i].error : e;
	}
	checkpoint_abandon(engine);
	return e;
}

err engine_settle(struct engine *engine, struct why *why)
{
	bool done = false;
	err e = OK;

	if (threads_wants_base(engine->threads))
		e = index_and_save(engine, why);
	else
		engine_index(engine);
	if (e == OK)
		e = engine_checkpoint_begin(engine, why);
	if (e == OK)
		checkpoint_hurry(engine);
	while (e == OK && !done)
		e = engine_checkpoint_step(engine, &done, why);
	return e;
}
