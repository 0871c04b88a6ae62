/* thread/thread_index.h - rows brought into threads: the base and the runs of thread.h.
 *
 * An index is immutable: slices of entries in thread order (time, then origin), once for events
 * and once for entities.
 *
 *   base   a slice for each customer of the moment it was built; slot[identifier] finds it
 *   run    a slice for each owner (identifier), sorted by owner: found by bisection
 *
 * Slices are found by identifier and not by customer, because customers change: whose an entry
 * is now, is asked of the snapshot.
 *
 * Memory of a base: 16 bytes an entry, 20 a customer, 4 an identifier; as much again for a moment
 * while it is built, less the columns.
 */
#pragma once

#include "base/shares.h"
#include "thread/thread.h"

struct thread_index;

/* A base over the first `rows` rows of the view, made by at most `threads` threads (base/shares.h),
 * the same by any number.  Pure; any thread; takes a while. */
struct thread_index *thread_index_build_base(
	const struct threads_view *view, size_t rows, unsigned threads);
/* The same, made from the view's own base and what came since, several times as fast; NULL if that
 * base tells too little: rows were hidden since, or a customer of it is several now. */
struct thread_index *thread_index_grow_base(const struct threads_view *view, size_t rows);
/* A loaded base lies in pages of its file: small ones, that a system short of memory takes back.
 * The same in memory; NULL if it lies there already, or there is none (NULL). */
struct thread_index *thread_index_copy_base(const struct thread_index *base);
/* A run over rows [from, to). */
struct thread_index *thread_index_build_run(
	const struct threads_view *view, size_t from, size_t to);
struct thread_index *thread_index_ref(struct thread_index *index);
void thread_index_unref(struct thread_index *index); /* NULL is fine */
size_t thread_index_bytes(const struct thread_index *index);
bool thread_index_is_base(const struct thread_index *index);
size_t thread_index_rows_start(const struct thread_index *index); /* of a base: 0 */
size_t thread_index_rows_end(const struct thread_index *index); /* rows below this are in it */

/* The slice of an identifier; count 0 if it has none. */
struct thread thread_index_slice(
	const struct thread_index *index, uint32_t identifier, bool entities);

/* Saving into a table store (base/table.h) and taking it back; NULL saves that there is none. */
void thread_index_save(struct thread_index *base, struct saving *saving);
err thread_index_load(struct file *file, str *entry, struct thread_index **out, struct why *why);
