/* tests/journey_bit_counts_test.c - the bits of words summed up place by place, against looking at
 * each. */
#include "base/random.h"
#include "journey/bit_counts.h"
#include "test.h"

#include <string.h>

static bool counted_right(size_t words, unsigned density, uint64_t seed)
{
	struct random random = random_of(seed);
	struct bit_counts counts;
	uint64_t expected[64] = { 0 };

	memset(&counts, 0, sizeof(counts));
	for (size_t i = 0; i < words; i++) {
		uint64_t word = random_next(&random);
		for (unsigned k = 1; k < density; k++)
			word |= random_next(&random);
		word = density == 0 ? UINT64_MAX : word;
		for (size_t bit = 0; bit < 64; bit++)
			expected[bit] += word >> bit & 1;
		bit_counts_add(&counts, word);
	}
	bit_counts_settle(&counts);
	bit_counts_settle(&counts); /* nothing more waits */
	return memcmp(expected, counts.counts, sizeof(expected)) == 0;
}

TEST(bits_are_counted_place_by_place)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 14, 15, 16, 30, 45, 63, 64, 65, 127, 128,
		1000 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (unsigned density = 0; density < 4; density++) /* 0: all bits are set */
			CHECK("counted", counted_right(sizes[i], density, i * 4 + density));
}
