/* tests/journey_bits_test.c - sets of cases counted one by one, two by two, and tile by tile. */
#include "base/arena.h"
#include "base/random.h"
#include "journey/bits.h"
#include "test.h"

#include <stdlib.h>

enum { SETS = 7, WORDS = 3 * BITS_TILE_WORDS + 5 };

static uint64_t *random_set(struct random *random, unsigned share)
{
	uint64_t *set = memory_alloc(WORDS * sizeof(*set));

	for (size_t i = 0; i < WORDS * 64; i++)
		if (random_below(random, 100) < share)
			bits_add(set, i);
	return set;
}

static uint64_t count_plainly(const uint64_t *one, const uint64_t *two, size_t from, size_t to)
{
	uint64_t count = 0;

	for (size_t i = from; i < to; i++)
		count += bits_has(one, i) && bits_has(two, i);
	return count;
}

/* All cases in it, or none: counters of bytes are as full as they get. */
TEST(every_two_sets_are_counted)
{
	static const unsigned shares[SETS] = { 0, 100, 100, 50, 3, 97, 20 };
	uint32_t counts[SETS * SETS] = { 0 };
	struct random random = random_of(4);
	uint64_t *sets[SETS];

	for (size_t i = 0; i < SETS; i++)
		sets[i] = random_set(&random, shares[i]);
	for (size_t from = 0; from < WORDS; from += BITS_TILE_WORDS)
		bits_count_pairs((const uint64_t *const *)sets, SETS, from,
			MIN_OF(from + BITS_TILE_WORDS, (size_t)WORDS), counts);
	for (size_t i = 0; i < SETS; i++)
		for (size_t k = i + 1; k < SETS; k++)
			CHECK("pairs", counts[i * SETS + k] == count_plainly(sets[i], sets[k], 0,
								       (size_t)WORDS * 64));
	for (size_t i = 0; i < SETS; i++)
		free(sets[i]);
}

TEST(those_who_suffered_are_counted_apart)
{
	static const size_t halves[] = { 0, 1, 63, 64, 65, 640, 6400 };
	struct random random = random_of(5);
	uint64_t *one = random_set(&random, 30), *two = random_set(&random, 60);

	for (size_t i = 0; i < ARRAY_LEN(halves); i++) {
		struct bits_counts both = bits_count_both(one, two, 6400, halves[i]);
		CHECK("suffered", both.suffered == count_plainly(one, two, 0, halves[i]));
		CHECK("all", both.all == count_plainly(one, two, 0, 6400));
		CHECK("some", bits_count_in(one, halves[i], 700) ==
				      count_plainly(one, one, halves[i], halves[i] + 700));
	}
	free(one);
	free(two);
}
