/* engine/writer_internal.h - the writer's state and its small steps, for the files of this folder
 * and for tests that put the steps in another order. */
#pragma once

#include "engine/engine_internal.h"
#include "engine/erasing.h"
#include "engine/recount.h"
#include "engine/waiting.h"
#include "engine/writer.h"
#include "thread/thread_index.h"

#include <stdatomic.h>

enum { NS_PER_MS = 1000000, ERASE_LOOK_MS = 500 };

/* What the writer did in a stretch of time. */
struct writer_load {
	int64_t since_ns, group_ns; /* how long it is, and how much of it was spent writing */
	uint64_t items;
};

bool writer_is_busy(const struct writer_load *load);
/* Does sealing wait, with so many segments unsealed? */
bool writer_seal_waits(const struct writer_load *load, size_t unsealed);

struct writer {
	struct engine *engine;
	struct writer_options options;
	struct intake *intake;

	/* The writer's own. */
	struct engine_item *items; /* of a group, side by side */
	size_t items_room;
	int64_t published_ns, publish_cost_ns;
	bool has_installed; /* an index, since the last publication */
	uint64_t checkpoint_seq;
	int64_t checkpoint_ns;
	bool is_swapped; /* erasing writes the checkpoint of the state that it has put in place */
	int64_t erasing_rests_until_ns; /* after an error */
	int64_t recount_began_ns, recount_rests_until_ns;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t published; /* or failed, or stopped */
	pthread_cond_t news; /* for house-keeping: published, or stopped */
	pthread_cond_t stopping;
	struct thread_index *fresh_index; /* built, to be put in place */
	bool index_is_awaited; /* built; no snapshot that was published knows it yet */
	enum erasing_turn erasing; /* whose turn it is; ERASING_ENDED: nothing is erased */
	uint64_t erasing_read; /* records, for the second state */
	struct erase_wait *erase_waits; /* who waits for it; the newest first */
	enum recount_turn recount; /* whose turn it is */
	bool has_checkpoint; /* begun by the writer, to be written by house-keeping */
	bool index_is_damaged; /* of known messages: to be made anew in the writer's place */
	bool is_stopping, has_ended; /* ended: nothing will be published any more */
	uint64_t news_count;
	struct writer_status status;

	pthread_mutex_t house; /* held during a step of house-keeping, or to keep it at rest */
	bool disk_first; /* the next step; under `house` */
	int64_t house_rests_until_ns; /* after an error; under `house` */

	pthread_mutex_t sealing; /* held while a segment is sealed; after `house`; all below */
	int64_t sealing_rests_until_ns, preparing_rests_until_ns; /* after an error */
	struct { /* what the writer had done when it was last looked how busy it is */
		int64_t at_ns, group_ns;
		uint64_t items;
		struct writer_load load; /* since the look before */
	} look;
	/* Sealing a segment, and each thing done on the disk by house-keeping, has a processor for
	 * up to a second.  While the writer rests they take turns, so that who asks finds one free
	 * on a machine of two; while it is busy sealing needs no turn, or it would fall behind. */
	pthread_mutex_t turn; /* after `house` and `sealing` */
	atomic_bool house_waits; /* for its turn: sealing lets it go first */

	bool has_threads;
	pthread_t writing, keeping, sealer;
};

/* Submissions that are written and answered together. */
struct group {
	struct submission *first;
	size_t submissions, items;
};

/* The steps of writer_step(), in this order. */
err writer_take(struct writer *writer, int64_t wait_ms, struct group *group);
void writer_write(struct writer *writer, struct group *group);
void writer_answer(struct writer *writer, struct group *group);
void writer_install(struct writer *writer);
void writer_publish_if_due(struct writer *writer);
void writer_recount_if_due(struct writer *writer);
void writer_checkpoint_if_due(struct writer *writer);
void writer_erase_if_due(struct writer *writer);

/* What a step of erasing led to: OK and whose turn is next, or the error it was given up for.  Who
 * waits for its end is told by the next writer_announce(). */
void writer_note_erasing(
	struct writer *writer, enum erasing_turn next, err e, const struct why *why);
/* House-keeping has trouble with the disk: who waits for an erasing that has begun hears of it now.
 * It goes on, or is tried again, when the disk can. */
void writer_tell_erase_waits(struct writer *writer, err e, const struct why *why);

int64_t engine_ticks_ns(const struct engine *engine);

/* Tells readers and house-keeping that there is a new snapshot. */
void writer_announce(struct writer *writer);
void writer_note_error(struct writer *writer, const struct why *why); /* the fatal one stays */

void *writer_run(void *writer); /* the three threads */
void *writer_run_house(void *writer);
void *writer_run_sealer(void *writer);
