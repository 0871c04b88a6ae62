/* tests/journey_time_cells_test.c - the cell of each number of a chunk, found eight at a time or
 * one by one, is that of its step and of the bucket of its time. */
#include "journey/time_cells.h"

#include "base/random.h"
#include "test.h"

#include <string.h>

/* time_packing_of() finds these; `factor` and `misfit` are for whoever packs. */
static const struct time_packing packings[] = {
	{ .unit = (uint64_t)1000 * TICKS_PER_MS, .bytes = 4 },
	{ .unit = 32, .bytes = 4 },
	{ .unit = 1, .bytes = 4 },
	{ .unit = TICKS_PER_MS, .bytes = 5 },
	{ .unit = 1, .bytes = 8 },
};

/* As many bits as chance will: small times are as likely as long ones. */
static uint64_t some_units(struct random *random, unsigned bytes)
{
	unsigned most = 8 * bytes - PACKED_STEP_BITS;

	return random_next(random) >> (64 - most) >> random_below(random, most + 1);
}

static void put(struct well_chunk *chunk, size_t i, unsigned bytes, uint64_t packed)
{
	packed = htole64(packed);
	memcpy(chunk->numbers + i * bytes, &packed, bytes);
}

static size_t wrong_cells(const struct time_packing *p, size_t count, struct random *random)
{
	static struct well_chunk chunk;
	static uint32_t cells[WELL_ROOM], should[WELL_ROOM];
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t to = random_below(random, 1 << PACKED_STEP_BITS);
		uint64_t units = some_units(random, p->bytes);
		put(&chunk, i, p->bytes, units << PACKED_STEP_BITS | to);
		should[i] = (uint32_t)time_cell(to, time_bucket(units * p->unit));
	}
	cells[count] = 7;
	time_cells_of(&chunk, count, p, cells);
	for (size_t i = 0; i < count; i++)
		wrong += cells[i] != should[i];
	return wrong + (cells[count] != 7);
}

TEST(cells_are_those_of_step_and_bucket)
{
	struct random random = random_of(11);

	for (size_t i = 0; i < ARRAY_LEN(packings); i++) {
		size_t full = well_chunk_count(packings[i].bytes);
		CHECK("a full chunk", wrong_cells(&packings[i], full, &random) == 0);
		for (size_t count = 0; count <= 40; count++)
			CHECK("some", wrong_cells(&packings[i], count, &random) == 0);
	}
}
