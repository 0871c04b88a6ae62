/* journey/time_packing.h - a time between two events and the number of a step, side by side in as
 * few bytes as most times of a view take.
 *
 * Nearly all data have times of whole seconds or whole milliseconds, and what a map writes and
 * reads of each transition is what it waits for.  So a time is told in the longest of three units
 * that nearly all times of the view are whole numbers of:
 *
 *   unit          bytes   units below   the longest that fits
 *   second        4       2^25          388 days
 *   millisecond   5       2^33          99 days
 *   100 ns        8       2^57          all that PACKED_TICKS_MAX lets through
 *
 *   packed:  | units ............ | step, 7 bits |
 *
 * Nothing is rounded: what is no whole number of units, or too many of them, does not fit, and
 * whoever packs keeps it elsewhere, in ticks.  That is told without a division.  With unit = odd
 * << twos, and i the inverse of `odd` modulo 2^64, t * (i << (7 - twos)) is units << 7 for a t of
 * so many units.  Where twos is 7 multiplying is one to one, so no other t gives such a small
 * number with 7 zeros at its end; where it is less, what is lost at the top leaves others, all of
 * them above 2^57.
 */
#pragma once

#include "thread/thread.h"

enum { PACKED_STEP_BITS = 7 };
#define PACKED_STEP_MASK (((uint64_t)1 << PACKED_STEP_BITS) - 1)
/* Times are shorter, two centuries: longer ones are not to be packed. */
#define PACKED_TICKS_MAX ((uint64_t)1 << 56)

struct time_packing {
	uint64_t factor, misfit; /* misfit: bits that a time that fits has not */
	uint64_t unit; /* ticks */
	unsigned bytes; /* of what is packed */
};

/* Times in ticks: all fit. */
struct time_packing time_packing_ticks(void);
/* The unit of most of a view's times: a few hundred of them are looked at. */
struct time_packing time_packing_of(const struct threads_view *view);

/* Without a step so far.  False: it does not fit. */
static inline bool time_pack(const struct time_packing *p, uint64_t ticks, uint64_t *packed)
{
	*packed = ticks * p->factor;
	return (*packed & p->misfit) == 0;
}
static inline uint64_t time_unpack(const struct time_packing *p, uint64_t packed)
{
	return (packed >> PACKED_STEP_BITS) * p->unit;
}
