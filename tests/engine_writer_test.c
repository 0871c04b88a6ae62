/* tests/engine_writer_test.c - the writer step by step: seeded lives, planted bugs, full queues. */
#include "engine/waiting.h"
#include "engine/writer.h"
#include "support/sample_items.h"
#include "support/sim_disk.h"
#include "support/writer_life.h"
#include "test.h"

#include <stdio.h>

enum { SEEDS = 400, SEEDS_TO_FIND = 200 };

TEST(writer_lives_through_any_order_of_steps)
{
	struct writer_life life = { 0 };
	char row[32];

	for (life.seed = 1; life.seed <= SEEDS; life.seed++) {
		const char *fault = writer_life_live(&life);
		(void)snprintf(row, sizeof(row), "seed %llu", (unsigned long long)life.seed);
		CHECK(row, fault == NULL);
		if (fault != NULL)
			printf("%s: %s\n", row, fault);
	}
	CHECK("full queues met", life.full > SEEDS);
	CHECK("answers met", life.answered > SEEDS && life.refused > 0);
	CHECK("retractions met", life.retracted > 0);
	CHECK("customers computed beside", life.recounts > SEEDS);
	CHECK("crashes met", life.crashes > SEEDS / 2);
	CHECK("looks and sequences awaited", life.looks > SEEDS && life.awaited > SEEDS);
}

TEST(writer_life_finds_planted_bugs)
{
	static const char *const names[BUG_COUNT_] = { "none", "answers before it writes",
		"publishes before it applies", "forgets the tail of a batch" };

	for (int bug = BUG_NONE + 1; bug < BUG_COUNT_; bug++) {
		struct writer_life life = { .bug = (enum writer_bug)bug };
		const char *fault = NULL;
		while (fault == NULL && life.seed++ < SEEDS_TO_FIND)
			fault = writer_life_live(&life);
		CHECK(names[bug], fault != NULL);
	}
}
