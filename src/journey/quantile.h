/* journey/quantile.h - exact lower order statistics of lists of times.
 *
 * The lower quantile q of n values is the one at position floor((n - 1) * q) of the sorted values.
 * Long lists are counted in buckets first, 16 to each doubling; that tells in which bucket the
 * wanted position lies, and only its values, a few per cent of all, are selected from.  No value is
 * rounded on the way.
 */
#pragma once

#include "base/base.h"

#include <string.h>

enum { TIME_BUCKETS = 1024, BUCKETS_A_DOUBLING_BITS = 4 };

/* Of a value below 2^63.  What a double is made of is exponent and mantissa: its upper bits are the
 * bucket, without looking for the highest bit of the value (slow on many processors). */
static inline unsigned time_bucket(uint64_t ticks)
{
	const unsigned shift = 52 - BUCKETS_A_DOUBLING_BITS;
	double value = (double)(int64_t)(ticks | 1);
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return (unsigned)(bits >> shift) - (1023U << BUCKETS_A_DOUBLING_BITS);
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
