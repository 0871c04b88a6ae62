/* desk/desk_internal.h - the inside of a desk, for the files of this folder. */
#pragma once

#include "desk/desk.h"

struct desk {
	struct sql *sql; /* protected by lock */
	pthread_mutex_t lock; /* a leaf */
	struct clock *clock;
	uint64_t changes; /* of this connection, which SQLite's own number leaves out */
	uint8_t key[SECRET_KEY_BYTES];
	char path[PATH_BYTES_MAX]; /* of the database */
	/* later.c: commits that wait for nothing, and the thread that sees to their durability. */
	struct desk_later {
		pthread_t thread;
		pthread_cond_t wake; /* with the desk's lock */
		bool runs, stops, owes;
	} later;
};

void desk_lock(struct desk *desk);
void desk_unlock(struct desk *desk);
int64_t desk_now_ms(struct desk *desk);

/* Between these two: one transaction; the lock is held.  end: commits if `e` is OK, else undoes,
 * and returns what came of it. */
err desk_begin(struct desk *desk, struct why *why);
err desk_end(struct desk *desk, err e, struct why *why);
/* The same after what no cache holds: desk_version() stays. */
err desk_end_unseen(struct desk *desk, err e, struct why *why);

/* The same as desk_begin() and desk_end_unseen(), but the commit does not wait for the disk: what
 * it wrote outlives the program at once, and a power cut after DESK_LATER_MS at the latest. */
enum { DESK_LATER_MS = 1000 };
err desk_begin_later(struct desk *desk, struct why *why);
err desk_end_later(struct desk *desk, err e, struct why *why);
void desk_later_init(struct desk *desk);
void desk_later_done(struct desk *desk); /* what is owed is on the disk, if the disk takes it */
