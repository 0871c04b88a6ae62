/* thread/thread_walk.h - all threads of a view, one customer after the other: for passes over
 * everything.
 *
 * The same threads as thread_of() gives, without its search for each customer: what the base does
 * not hold (runs, and rows that are in no index yet) is brought under its customers once, when the
 * walk is made.  Then a customer whose slice of the base is his and whole is read in place; whoever
 * has later rows has both merged, or, where all these stand behind, may be had in two pieces; only
 * those whose identifiers moved, or of whom a row was hidden
 * since the base was built, are gathered and sorted.
 *
 * Cost: linear in the rows since the base; 1/2 byte a customer, 4 more for each who has such rows,
 * and 16 such a row; if rows were hidden since, one look at the flags of all rows.  That is spent
 * once for a view, by whoever asks first: the walk stays with it.
 *
 * Threads: a walk is immutable and shared; each thread has its own walker.
 */
#pragma once

#include "thread/thread.h"

struct thread_walk;
struct entry;

/* The view's own, made when first asked for; it lives as long as the view does. */
const struct thread_walk *thread_walk_of(const struct threads_view *view);
void thread_walk_free(struct thread_walk *walk); /* by the view; NULL is fine */
size_t thread_walk_bytes(const struct thread_walk *walk);

/* Columns of a thread: what is not asked for is not to be looked at, and need not be copied. */
enum walk_column { WALK_TIME = 1, WALK_WHAT = 2, WALK_ROW = 4, WALK_ALL = 7 };

struct thread_walker {
	const struct thread_walk *walk;
	unsigned columns; /* bits of enum walk_column; all of them unless changed */
	/* Events before, and from then on, are left out; INT64_MIN and INT64_MAX, of none, unless
	 * changed. */
	int64_t since, until;
	/* Later rows that all stand behind a slice may stay apart (walked.tail); unless changed,
	 * they do not. */
	bool leaves_tails;
	struct entry *entries; /* those of the thread being gathered */
	size_t entry_room;
	int64_t *time; /* columns of the block's threads that do not lie in the base */
	uint32_t *what, *row;
	size_t room, used;
};

void thread_walker_init(struct thread_walker *walker, const struct thread_walk *walk);
void thread_walker_done(struct thread_walker *walker);

/* A customer's thread, or nothing of it (count 0) if he has no such event. */
struct walked {
	uint32_t customer;
	struct thread thread;
	struct thread tail; /* what follows it, if anything was left apart */
};
enum { THREAD_WALK_BLOCK = 64 };

/* Those of the customers from .. to (at most THREAD_WALK_BLOCK, below identity_customer_end()) who
 * exist, in order; how many they are.  Their columns lie in the view or the walker: valid until the
 * walker's next call. */
size_t thread_walk_block(struct thread_walker *walker, uint32_t from, uint32_t to,
	struct walked out[static THREAD_WALK_BLOCK]);
