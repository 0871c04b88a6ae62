/* identity/shares.h - work on a long list, cut into shares that two threads take in turn.
 *
 * For what looks at everything: it is done beside the writer, or before there are readers, so one
 * more thread for some tens of milliseconds is in nobody's way.  What a share writes must be its
 * own, or atomic; the order of shares must not matter.
 */
#pragma once

#include "base/base.h"

enum { SHARE_ITEMS = 16384, SHARES_THREADS = 2 };

/* One share: items from .. to - 1. */
typedef void share_fn(void *context, size_t from, size_t to);

/* All of it; returns when it is done.  A short list, or where no thread is to be had: the caller's
 * thread alone. */
void shares_do(size_t count, share_fn *fn, void *context);
