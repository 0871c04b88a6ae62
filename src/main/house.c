/* main/house.c - see house.h */
#include "main/house.h"

#include <time.h>

enum { LOOK_MS = 100 }; /* how often who waits for a turn asks whether he shall still wait */

void house_init(struct house *house, struct engine *engine, struct writer *writer)
{
	house->engine = engine;
	house->writer = writer;
	house->sources = NULL;
	int code = pthread_mutex_init(&house->import_turn, NULL);
	ASSERT(code == 0);
}

void house_done(struct house *house)
{
	int code = pthread_mutex_destroy(&house->import_turn);
	ASSERT(code == 0); /* nobody holds it */
}

static struct timespec soon(void)
{
	struct timespec at;
	int code = clock_gettime(CLOCK_MONOTONIC, &at);

	ASSERT(code == 0);
	at.tv_nsec += LOOK_MS * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

err house_begin_import(struct house *house, const atomic_bool *stop, struct why *why)
{
	struct timespec until = soon();

	while (pthread_mutex_clocklock(&house->import_turn, CLOCK_MONOTONIC, &until) != 0) {
		if (stop != NULL && atomic_load(stop))
			return fail(why, MSG_CANCELLED);
		until = soon();
	}
	return OK;
}

void house_end_import(struct house *house)
{
	int code = pthread_mutex_unlock(&house->import_turn);
	ASSERT(code == 0);
}
