/* main/house.h - a data folder that is open already, for as long as a server runs on it.
 *
 * Commands open the folder by themselves; within a server they find this in their request instead
 * (request_house()), and store.h does the same things with it: reading from the newest snapshot,
 * changing in the writer's place.  So one function serves the command line, the socket and HTTP.
 *
 * Threads: any number of commands at once.  Imports of files take turns: they have fixed places
 * for scratch in the folder.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "api/sources.h"
#include "engine/writer.h"

enum { HOUSE_VISIBLE_MS = 10000 }; /* what was written is in a snapshot long before */
#define HOUSE_PREDICT_BYTES ((size_t)256 << 20) /* of all models that are kept */

struct predict_kept;

/* The import that runs, or the last one: of the life of this process. */
struct house_import {
	uint64_t number; /* 0: there was none */
	uint64_t bytes, total; /* read, of how many (0: not known) */
	uint64_t records;
	bool is_running, failed;
};

struct house {
	struct engine *engine; /* none of these is owned */
	struct writer *writer;
	struct sources *sources; /* what comes in, counted; NULL: nothing does */
	struct predict_kept *predictions; /* models for the next question; owned */
	pthread_mutex_t import_turn;
	pthread_mutex_t import_lock; /* a leaf: of `import` */
	struct house_import import;
};

void house_init(struct house *house, struct engine *engine, struct writer *writer);
void house_done(struct house *house); /* no command runs in it any more */

/* Waits for the turn to import.  ERR_CANCELLED: `stop` (may be NULL) was set meanwhile. */
err house_begin_import(struct house *house, const atomic_bool *stop, struct why *why);
void house_tell_import(struct house *house, uint64_t bytes, uint64_t total, uint64_t records);
void house_end_import(struct house *house, bool failed);
struct house_import house_import(struct house *house); /* any thread */
