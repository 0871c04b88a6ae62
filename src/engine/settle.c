/* engine/settle.c - after bulk loading: threads in order, and a checkpoint; see engine.h
 *
 * Building the base of the index costs a processor, writing what else there is mostly the disk: so
 * the tables of a first checkpoint, without the new base, are written beside the building.  The
 * second adds what is new since, which is the base, and it alone gets a manifest.
 */
#include "engine/checkpoint.h"
#include "engine/engine_internal.h"

struct saver {
	struct engine *engine;
	err error;
	struct why why;
};

static void *save(void *context)
{
	struct saver *s = context;

	s->error = checkpoint_tables(s->engine, &s->why);
	return NULL;
}

static err index_and_save(struct engine *engine, struct why *why)
{
	struct saver saver = { .engine = engine };
	pthread_t thread;
	err e = engine_checkpoint_begin(engine, why);

	if (e != OK)
		return e;
	checkpoint_hurry(engine);
	ASSERT(pthread_create(&thread, NULL, save, &saver) == 0);
	engine_index(engine);
	ASSERT(pthread_join(thread, NULL) == 0);
	if (saver.error != OK && why != NULL)
		*why = saver.why;
	return saver.error;
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
