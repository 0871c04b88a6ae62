/* journey/time_packing.c - see time_packing.h */
#include "journey/time_packing.h"

enum { SAMPLE = 256 }; /* times that are looked at */

/* Newton: each turn doubles the bits that are right, of which there are three. */
static uint64_t inverse_of(uint64_t odd)
{
	uint64_t inverse = odd;

	for (int i = 0; i < 5; i++)
		inverse *= 2 - odd * inverse;
	return inverse;
}

static struct time_packing packing_of(uint64_t unit, unsigned bytes)
{
	unsigned twos = (unsigned)__builtin_ctzll(unit);
	uint64_t above = bytes == 8 ? 0 : ~(uint64_t)0 << 8 * bytes;

	ASSERT(twos <= PACKED_STEP_BITS);
	return (struct time_packing){ .factor = inverse_of(unit >> twos)
						<< (PACKED_STEP_BITS - twos),
		.misfit = above | PACKED_STEP_MASK,
		.unit = unit,
		.bytes = bytes };
}

struct time_packing time_packing_ticks(void)
{
	return packing_of(1, 8);
}

/* All but one in sixteen of the sample are whole. */
static bool is_unit(const int64_t *times, size_t count, int64_t unit)
{
	size_t whole = 0;

	for (size_t i = 0; i < count; i++)
		whole += times[i] % unit == 0;
	return whole >= count - count / 16;
}

struct time_packing time_packing_of(const struct threads_view *view)
{
	size_t rows = threads_view_rows(view), count = MIN_OF(rows, (size_t)SAMPLE);
	int64_t times[SAMPLE];

	for (size_t i = 0; i < count; i++)
		times[i] = threads_view_time(view, (uint32_t)(i * rows / count));
	if (is_unit(times, count, 1000 * TICKS_PER_MS))
		return packing_of(1000 * TICKS_PER_MS, 4);
	if (is_unit(times, count, TICKS_PER_MS))
		return packing_of(TICKS_PER_MS, 5);
	return time_packing_ticks();
}
