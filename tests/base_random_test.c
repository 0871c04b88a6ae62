/* tests/base_random_test.c - repeatable chance against published values; its fairness. */
#include "base/random.h"

#include "test.h"

#include <math.h>
#include <string.h>

/* The first numbers of xoshiro256** from the state 1, 2, 3, 4, as other libraries publish them. */
TEST(random_published_values)
{
	static const uint64_t expected[] = { 11520, 0, 1509978240, 1215971899390074240,
		1216172134540287360, 607988272756665600 };
	struct random random = { { 1, 2, 3, 4 } };

	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		CHECK("xoshiro256**", random_next(&random) == expected[i]);
	CHECK("splitmix64", random_of(0).s[0] == 0xe220a8397b1dcdaf);
	CHECK("splitmix64", random_of(0).s[1] == 0x6e789e6aa1b965f4);
}

TEST(random_below_is_below_and_fair)
{
	static const uint64_t limits[] = { 1, 2, 3, 10, 1000, UINT64_MAX / 2 + 2, UINT64_MAX };
	struct random random = random_of(1);

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		double sum = 0;
		for (int n = 0; n < 20000; n++) {
			uint64_t x = random_below(&random, limits[i]);
			CHECK("below", x < limits[i]);
			sum += (double)x / (double)limits[i];
		}
		double middle = 0.5 - 0.5 / (double)limits[i];
		CHECK("mean", fabs(sum / 20000 - middle) < 0.01);
	}
}

TEST(random_unit_is_within_0_and_1)
{
	struct random random = random_of(2);
	size_t tenths[10] = { 0 };

	for (int n = 0; n < 20000; n++) {
		double x = random_unit(&random);
		CHECK("within", x >= 0 && x < 1);
		tenths[(size_t)(x * 10)]++;
	}
	for (size_t i = 0; i < ARRAY_LEN(tenths); i++)
		CHECK("even", tenths[i] > 1800 && tenths[i] < 2200);
}

TEST(secret_bytes_differ)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	secret_bytes(a, sizeof(a));
	secret_bytes(b, sizeof(b));
	CHECK("not twice the same", memcmp(a, b, sizeof(a)) != 0);
	secret_bytes(a, 0); /* none is fine */
}
