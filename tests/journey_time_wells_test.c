/* tests/journey_time_wells_test.c - every number of every list comes back, however many bytes it
 * takes, and past the limit it is told. */
#include "journey/time_wells.h"

#include "base/random.h"
#include "test.h"

enum { LISTS = 9 };

static unsigned bytes_of(size_t list)
{
	return list == 0 ? 8 : (unsigned)list; /* 1 to 8 */
}

/* How many numbers a list has, and their sum. */
static void sum_list(const struct time_wells *wells, size_t list, uint64_t *count, uint64_t *sum)
{
	const unsigned bytes = bytes_of(list);
	size_t n = 0;
	const struct well_chunk *c = time_wells_last(wells, list, bytes, &n);

	*count = *sum = 0;
	for (; c != NULL; c = c->before, n = well_chunk_count(bytes))
		for (size_t i = 0; i < n; i++, (*count)++)
			*sum += well_number(c, i, bytes);
}

TEST(wells_give_back_what_was_dropped)
{
	struct journey_limits limits = { .bytes_max = 64 << 20 };
	uint64_t counts[LISTS] = { 0 }, sums[LISTS] = { 0 }, count, sum;
	struct random random = random_of(3);
	struct time_wells wells;

	CHECK("made", time_wells_init(&wells, LISTS, &limits, NULL) == OK);
	for (int i = 0; i < 200000; i++) { /* list 0 stays empty; each end of a chunk is met */
		size_t list = 1 + (size_t)random_below(&random, LISTS - 1);
		uint64_t number = random_next(&random) & well_mask(bytes_of(list));
		time_wells_add(&wells, list, bytes_of(list), number);
		counts[list]++;
		sums[list] += number;
		if (counts[list] % well_chunk_count(bytes_of(list)) < 2) {
			sum_list(&wells, list, &count, &sum);
			CHECK("so far", count == counts[list] && sum == sums[list]);
		}
	}
	CHECK("nothing was lost", time_wells_state(&wells, NULL) == OK);
	for (size_t list = 0; list < LISTS; list++) {
		sum_list(&wells, list, &count, &sum);
		CHECK("all", count == counts[list] && sum == sums[list]);
	}
	time_wells_done(&wells);
	CHECK("given back", atomic_load(&limits.bytes) == 0);
}

TEST(wells_tell_that_the_limit_was_passed)
{
	for (size_t max = 0; max < 1 << 20; max += 100000) {
		struct journey_limits limits = { .bytes_max = max };
		struct time_wells wells;
		struct why why = { 0 };
		err e = time_wells_init(&wells, LISTS, &limits, &why);
		for (uint64_t i = 0; e == OK && i < 400000; i++)
			time_wells_add(&wells, i % LISTS, bytes_of(i % LISTS),
				i & well_mask(bytes_of(i % LISTS)));
		if (e == OK)
			e = time_wells_state(&wells, &why);
		CHECK("in words", e == ERR_LIMIT && why.message == MSG_JOURNEY_ROOM);
		CHECK("kept", atomic_load(&limits.bytes) <= max);
		time_wells_done(&wells);
		CHECK("given back", atomic_load(&limits.bytes) == 0);
	}
}
