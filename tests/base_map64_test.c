/* tests/base_map64_test.c - a map of numbers against a plain array. */
#include "base/map64.h"
#include "base/random.h"
#include "test.h"

enum { KEYS = 3000, STEPS = 20000 };

static uint64_t key_of(size_t i) /* close together, far apart, and the ends of the range */
{
	if (i == 0)
		return UINT64_MAX;
	return i % 2 == 0 ? i : i * 0x9e3779b97f4a7c15u;
}

TEST(map64_keeps_the_last_of_each_key)
{
	static uint64_t kept[KEYS];
	static bool known[KEYS];
	struct random random = random_of(64);
	struct map64 *map = map64_create();
	size_t count = 0;
	uint64_t value = 99;

	CHECK("empty", !map64_get(map, 1, &value) && value == 99 && map64_count(map) == 0);
	for (int step = 0; step < STEPS; step++) {
		size_t i = random_below(&random, KEYS);
		count += !known[i];
		known[i] = true;
		kept[i] = random_next(&random);
		map64_put(map, key_of(i), kept[i]);
	}
	CHECK("count", map64_count(map) == count);
	for (size_t i = 0; i < KEYS; i++) {
		value = 99;
		bool found = map64_get(map, key_of(i), &value);
		CHECK("found", found == known[i] && value == (known[i] ? kept[i] : 99));
	}
	map64_clear(map);
	CHECK("cleared", map64_count(map) == 0 && !map64_get(map, key_of(1), &value));
	map64_put(map, 5, 6);
	CHECK("again", map64_get(map, 5, &value) && value == 6 && map64_count(map) == 1);
	map64_free(map);
	map64_free(NULL);
}

static void put_zero(void)
{
	map64_put(map64_create(), 0, 1);
}

TEST(map64_has_no_key_zero)
{
	CHECK("a bug", test_aborts(put_zero));
}
