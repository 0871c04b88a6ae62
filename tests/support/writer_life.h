/* tests/support/writer_life.h - one seeded life of producers, writer, house-keeping and readers, in
 * one thread: chance decides who does the next small step.
 *
 * The same functions run as in a server; time, disk and order are the test's.  Producers send
 * new, repeated and twin messages into a queue that is often full, some are retracted; the disk
 * fails or loses power; now and then all is stopped and opened again.  A model knows what was
 * answered.  Held against it, always: what was answered is there under its sequence, once; a
 * snapshot agrees with itself, never changes, and holds all below its end and nothing that is not
 * durable; after each opening, checkpoint and full replay give the same digest.
 */
#pragma once

#include "base/base.h"

enum writer_bug { BUG_NONE, BUG_ANSWERS_FIRST, BUG_PUBLISHES_FIRST, BUG_FORGETS_TAIL, BUG_COUNT_ };

struct writer_life {
	uint64_t seed;
	unsigned steps; /* 0: 400 */
	enum writer_bug bug; /* planted */
	/* What was met, added up over lives. */
	uint64_t accepted, full, answered, refused, retracted, openings, crashes, looks, awaited,
		recounts;
};

/* What was wrong first, or NULL.  Static text. */
const char *writer_life_live(struct writer_life *life);
