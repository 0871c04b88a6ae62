/* tests/engine_writer_seal_test.c - when sealing leaves the processors to the writer. */
#include "engine/writer_internal.h"

#include "test.h"

#define SECOND ((int64_t)1000 * NS_PER_MS)

TEST(sealing_waits_for_a_burst_and_no_longer)
{
	static const struct {
		const char *row;
		struct writer_load load;
		size_t unsealed;
		bool waits;
	} rows[] = {
		{ "never looked", { 0 }, 1, false },
		{ "idle", { .since_ns = SECOND }, 1, false },
		{ "busy", { SECOND, SECOND / 2, 50000 }, 1, true },
		{ "busy, as much as a burst may leave", { SECOND, SECOND / 2, 50000 },
			WRITER_BURST_SEGMENTS, true },
		{ "busy, more than that", { SECOND, SECOND / 2, 50000 }, WRITER_BURST_SEGMENTS + 1,
			false },
		{ "at full rate for long", { SECOND, SECOND, 200000 }, 1000, false },
		{ "many records, little time", { SECOND, SECOND / WRITER_BUSY_PARTS, 50000 }, 1,
			false },
		{ "few records that take long", { SECOND, SECOND, WRITER_BUSY_RECORDS }, 1, false },
		{ "a longer stretch", { 4 * SECOND, 2 * SECOND, 4 * WRITER_BUSY_RECORDS + 1 }, 1,
			true },
		{ "the same records in it, fewer a second",
			{ 4 * SECOND, 2 * SECOND, 4 * WRITER_BUSY_RECORDS }, 1, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].row,
			writer_seal_waits(&rows[i].load, rows[i].unsealed) == rows[i].waits);
}
