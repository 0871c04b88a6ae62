/* tests/journey_time_wells_test.c - every value of every list comes back, and past the limit it is
 * told. */
#include "journey/time_wells.h"

#include "base/random.h"
#include "test.h"

enum { LISTS = 7 };

/* How many values a list has, and their sum. */
static void sum_list(const struct time_wells *wells, size_t list, uint64_t *count, uint64_t *sum)
{
	size_t n = 0;
	const struct well_chunk *c = time_wells_last(wells, list, &n);

	*count = *sum = 0;
	for (; c != NULL; c = c->before, n = WELL_CHUNK_VALUES)
		for (size_t i = 0; i < n; i++, (*count)++)
			*sum += c->value[i];
}

TEST(wells_give_back_what_was_dropped)
{
	struct journey_limits limits = { .bytes_max = 64 << 20 };
	uint64_t counts[LISTS] = { 0 }, sums[LISTS] = { 0 }, count, sum;
	struct random random = random_of(3);
	struct time_wells wells;

	CHECK("made", time_wells_init(&wells, LISTS, &limits, NULL) == OK);
	for (int i = 0; i < 100000; i++) { /* list 0 stays empty; each end of a chunk is met */
		size_t list = 1 + (size_t)random_below(&random, LISTS - 1);
		uint64_t value = random_next(&random);
		time_wells_add(&wells, list, value);
		counts[list]++;
		sums[list] += value;
		if (counts[list] % WELL_CHUNK_VALUES < 2) {
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
		for (uint64_t i = 0; e == OK && i < 200000; i++)
			time_wells_add(&wells, i % LISTS, i);
		if (e == OK)
			e = time_wells_state(&wells, &why);
		CHECK("in words", e == ERR_LIMIT && why.message == MSG_JOURNEY_ROOM);
		CHECK("kept", atomic_load(&limits.bytes) <= max);
		time_wells_done(&wells);
		CHECK("given back", atomic_load(&limits.bytes) == 0);
	}
}
