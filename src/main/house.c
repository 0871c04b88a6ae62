/* main/house.c - see house.h */
#include "main/house.h"

#include <time.h>

#include "engine/waiting.h"
#include "journey/predict_kept.h"

enum { LOOK_MS = 100 }; /* how often who waits for a turn asks whether he shall still wait */

void house_init(struct house *house, struct engine *engine, struct writer *writer)
{
	house->engine = engine;
	house->writer = writer;
	house->sources = NULL;
	house->predictions = predict_kept_create(HOUSE_PREDICT_BYTES, clock_real());
	house->import = (struct house_import){ 0 };
	mutex_init(&house->import_turn);
	mutex_init(&house->import_lock);
}

void house_done(struct house *house)
{
	predict_kept_free(house->predictions);
	mutex_done(&house->import_turn); /* nobody holds either */
	mutex_done(&house->import_lock);
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
	mutex_lock(&house->import_lock);
	house->import =
		(struct house_import){ .number = house->import.number + 1, .is_running = true };
	mutex_unlock(&house->import_lock);
	return OK;
}

void house_tell_import(struct house *house, uint64_t bytes, uint64_t total, uint64_t records)
{
	mutex_lock(&house->import_lock);
	house->import.bytes = bytes;
	house->import.total = total;
	house->import.records = records;
	mutex_unlock(&house->import_lock);
}

void house_end_import(struct house *house, bool failed)
{
	mutex_lock(&house->import_lock);
	house->import.is_running = false;
	house->import.failed = failed;
	mutex_unlock(&house->import_lock);
	mutex_unlock(&house->import_turn);
}

struct house_import house_import(struct house *house)
{
	mutex_lock(&house->import_lock);
	struct house_import import = house->import;
	mutex_unlock(&house->import_lock);
	return import;
}
