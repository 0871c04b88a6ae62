/* journey/quantile.h - exact lower order statistics of many lists of times, in two passes.
 *
 * The lower quantile q of n values is the one at position floor((n - 1) * q) of the sorted values.
 * The first pass counts values in buckets, four to each doubling; that tells in which bucket the
 * wanted position lies.  The second keeps only the values of that bucket, a few per cent of all,
 * and selects among them.  No value is rounded on the way.
 */
#pragma once

#include "base/base.h"

enum { TIME_BUCKETS = 252 };

static inline unsigned time_bucket(uint64_t ticks)
{
	if (ticks < 4)
		return (unsigned)ticks;
	unsigned top = 63 - (unsigned)__builtin_clzll(ticks);
	return (top - 1) * 4 + (unsigned)(ticks >> (top - 2) & 3);
}

/* Where in sorted order the quantile num/den of `count` > 0 values stands. */
static inline uint64_t quantile_position(uint64_t count, unsigned num, unsigned den)
{
	return (uint64_t)((unsigned __int128)(count - 1) * num / den);
}

/* The bucket that holds the position, which becomes the position within the bucket. */
unsigned quantile_bucket(const uint32_t counts[static TIME_BUCKETS], uint64_t *position);

/* The value that stands at `position` < count once sorted; reorders the values. */
uint64_t select_value(uint64_t *values, size_t count, size_t position);
