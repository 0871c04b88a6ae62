/* tests/base_crc32c_test.c - the checksum against RFC 3720 B.4, and both ways against each other.
 */
#include "base/crc32c.h"
#include "base/random.h"
#include "test.h"

#include <string.h>

TEST(crc32c_published_values)
{
	char bytes[32];

	memset(bytes, 0, sizeof(bytes));
	CHECK("32 zeros", crc32c(0, (str){ bytes, 32 }) == 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	CHECK("32 ones", crc32c(0, (str){ bytes, 32 }) == 0x62a8ab43);
	for (size_t i = 0; i < 32; i++)
		bytes[i] = (char)i;
	CHECK("0 to 31", crc32c(0, (str){ bytes, 32 }) == 0x46dd794e);
	CHECK("check value", crc32c(0, STR("123456789")) == 0xe3069283);
}

TEST(crc32c_pieces_and_both_ways)
{
	struct random random = random_of(1);
	char bytes[300];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)random_next(&random);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		uint32_t whole = crc32c(0, (str){ bytes, len });
		size_t cut = len == 0 ? 0 : random_below(&random, len);
		uint32_t part = crc32c(0, (str){ bytes, cut });
		CHECK("same", whole == crc32c_portable(0, (str){ bytes, len }));
		CHECK("pieces", whole == crc32c(part, (str){ bytes + cut, len - cut }));
	}
}

/* Long enough for stretches side by side, and a little more or less than a whole number of them. */
TEST(crc32c_of_long_texts)
{
	enum { BYTES = 4 * 3 * 1024 + 64 };
	static char bytes[BYTES];
	struct random random = random_of(2);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)random_next(&random);
	for (int i = 0; i < 300; i++) {
		size_t from = random_below(&random, 40);
		size_t len = (1 + random_below(&random, 4)) * 3072 - 20 + random_below(&random, 40);
		str text = { bytes + from, MIN_OF(len, sizeof(bytes) - from) };
		uint32_t before = (uint32_t)random_next(&random);
		CHECK("same", crc32c(before, text) == crc32c_portable(before, text));
	}
}

TEST(crc32c_joins_pieces)
{
	static char bytes[5000];
	struct random random = random_of(3);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)random_next(&random);
	for (size_t i = 0; i < 3000; i++) {
		size_t first = random_below(&random, 40);
		size_t second = i < 1100 ? i : random_below(&random, sizeof(bytes) - 40);
		uint32_t a = crc32c(0, (str){ bytes, first });
		uint32_t b = crc32c(0, (str){ bytes + first, second });
		CHECK("joined",
			crc32c_join(a, b, second) == crc32c(a, (str){ bytes + first, second }));
	}
}
