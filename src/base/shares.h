/* base/shares.h - work on a long list, cut into shares that a few threads take in turn.
 *
 * For what looks at everything: it is done beside the writer, or before there are readers.  What a
 * share writes must be its own, or atomic; the order of shares must not matter.
 */
#pragma once

#include "base/why.h"

enum { SHARE_ITEMS = 16384, SHARES_THREADS = 2 }; /* usually */
enum { SHARES_THREADS_MAX = 8 };

/* One share: items from .. to - 1; `from` is a multiple of the items of a share. */
typedef void share_fn(void *context, size_t from, size_t to);

/* All of it, `items` a share, by at most `threads` threads; returns when it is done.  A short list,
 * or where no thread is to be had: the caller's thread alone. */
void shares_do(unsigned threads, size_t count, size_t items, share_fn *fn, void *context);

/* The same for work that can fail.  Once a share has failed those that nobody took yet are left
 * out; what failed first is returned. */
typedef err share_try_fn(void *context, size_t from, size_t to, struct why *why);
err shares_try(unsigned threads, size_t count, size_t items, share_try_fn *fn, void *context,
	struct why *why);
