/* journey/quantile.c - see quantile.h */
#include "journey/quantile.h"

enum { DOUBLING = 1 << BUCKETS_A_DOUBLING_BITS };

static uint64_t sum_of_doubling(const uint32_t *counts)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < DOUBLING; i++)
		sum += counts[i];
	return sum;
}

/* Most buckets are empty: whole doublings are stepped over. */
unsigned quantile_bucket(const uint32_t counts[static TIME_BUCKETS], uint64_t *position)
{
	unsigned bucket = 0;

	for (uint64_t sum; *position >= (sum = sum_of_doubling(counts + bucket));
		bucket += DOUBLING) {
		*position -= sum;
		ASSERT(bucket + DOUBLING < TIME_BUCKETS);
	}
	while (*position >= counts[bucket])
		*position -= counts[bucket++];
	return bucket;
}

static uint64_t middle_of(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t low = MIN_OF(a, b), high = MAX_OF(a, b);

	return c < low ? low : MIN_OF(c, high);
}

static void swap(uint64_t *a, uint64_t *b)
{
	uint64_t kept = *a;

	*a = *b;
	*b = kept;
}

/* Hoare's: all below `pivot` to the left, all above to the right, equal ones in the middle, so that
 * a list of equal values is done at once. */
uint64_t select_value(uint64_t *values, size_t count, size_t position)
{
	ASSERT(position < count);
	for (;;) {
		size_t low = 0, high = count, i = 0;
		uint64_t pivot = middle_of(values[0], values[count / 2], values[count - 1]);
		while (i < high) {
			if (values[i] < pivot)
				swap(&values[i++], &values[low++]);
			else if (values[i] > pivot)
				swap(&values[i], &values[--high]);
			else
				i++;
		}
		if (position >= low && position < high)
			return pivot;
		if (position < low) {
			count = low;
		} else {
			values += high;
			count -= high;
			position -= high;
		}
	}
}
