/* thread/thread_walk.h - all threads of a view, one customer after the other: for passes over
 * everything.
 *
 * The same threads as thread_of() gives, without its search for each customer: what the base does
 * not hold (runs, and rows that are in no index yet) is brought under its customers once, when the
 * walk is made.  Then a customer whose slice of the base is his and whole is read in place; whoever
 * has later rows has both merged; only those whose identifiers moved, or of whom a row was hidden
 * since the base was built, are gathered and sorted.
 *
 * Cost: linear in the rows since the base, 4 bytes a customer and 16 such a row; if rows were
 * hidden since, one look at the flags of all rows.
 *
 * Threads: a walk is immutable and shared; each thread has its own walker.
 */
#pragma once

#include "thread/thread.h"

struct thread_walk;
struct entry;

/* `view` must outlive it. */
struct thread_walk *thread_walk_create(const struct threads_view *view);
void thread_walk_free(struct thread_walk *walk); /* NULL is fine */
size_t thread_walk_bytes(const struct thread_walk *walk);

struct thread_walker {
	const struct thread_walk *walk;
	struct entry *entries; /* those of the thread being gathered, and room for its columns */
	size_t entry_room;
	int64_t *time;
	uint32_t *what, *row;
	size_t room;
};

void thread_walker_init(struct thread_walker *walker, const struct thread_walk *walk);
void thread_walker_done(struct thread_walker *walker);

/* The thread of a customer below identity_customer_end(); false: there is no such customer.  Its
 * columns lie in the view or the walker: valid until the walker's next call. */
bool thread_walk_to(struct thread_walker *walker, uint32_t customer, struct thread *out);
