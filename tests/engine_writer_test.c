/* tests/engine_writer_test.c - the writer step by step: seeded lives, planted bugs, full queues. */
#include "engine/waiting.h"
#include "engine/writer_internal.h"
#include "support/sample_items.h"
#include "support/sim_disk.h"
#include "support/writer_life.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 400, SEEDS_TO_FIND = 200, KNOWN_PART = 16 };

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

/* A full part of the index of known messages is written beside the writer, though house-keeping is
 * kept from it: else the writer would do so when the next part is full. */
TEST(writer_leaves_known_messages_to_others)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	const struct engine_options options = {
		.disk = sim_disk_of(sim), .folder = "/data", .dedup_entries_max = 2 * KNOWN_PART
	};
	struct engine_opening opening;
	struct engine *engine;
	struct why why = { 0 };
	AUTO_ARENA arena = arena_create(1 << 20);

	CHECK("opens", engine_open(&options, &engine, &opening, &why) == OK);
	struct writer *w = writer_create(engine, &(const struct writer_options){ 0 });
	uint64_t written = 0;
	for (uint64_t n = 0; !dedup_has_frozen(engine->dedup) && n < 4 * (uint64_t)KNOWN_PART;
		n++) {
		struct engine_item item = sample_item(engine_secret(engine), n, arena);
		struct submission s;
		submission_init(&s, &item, 1);
		CHECK("queued", writer_submit(w, &s, 0, &why) == OK);
		(void)writer_step(w, 0);
		written += item.status == ITEM_NEW;
		submission_done(&s);
	}
	CHECK("a part is full", dedup_has_frozen(engine->dedup) && written > KNOWN_PART);
	CHECK("written", writer_seal(w) && !dedup_has_frozen(engine->dedup));
	CHECK("nothing more", !writer_seal(w));
	CHECK("stops", writer_stop(w, &why) == OK);
	writer_free(w);
	engine_close(engine);
	sim_disk_free(sim);
}

struct hand_clock {
	struct clock clock; /* first */
	int64_t now_ms;
};

static int64_t hand_ms(struct clock *clock)
{
	return ((struct hand_clock *)clock)->now_ms;
}

static int64_t hand_ns(struct clock *clock)
{
	return ((struct hand_clock *)clock)->now_ms * NS_PER_MS;
}

/* What was built waits to be published: until then the same would be built again. */
TEST(writer_builds_no_index_twice)
{
	enum { ROWS = 5000 }; /* enough for a run */
	struct sim_disk *sim = sim_disk_create(1, NULL);
	struct hand_clock hand = { .clock = { hand_ms, hand_ns }, .now_ms = 1000 };
	const struct engine_options options = {
		.disk = sim_disk_of(sim), .folder = "/data", .clock = &hand.clock
	};
	const struct writer_options seldom = { .publish_ms = 3600000 };
	struct engine_item *items = memory_alloc(ROWS * sizeof(*items));
	struct engine_opening opening;
	struct engine *engine;
	struct submission s;
	struct why why = { 0 };
	AUTO_ARENA arena = arena_create((size_t)64 << 20);

	CHECK("opens", engine_open(&options, &engine, &opening, &why) == OK);
	struct writer *w = writer_create(engine, &seldom);
	for (uint64_t n = 0; n < ROWS; n++)
		items[n] = sample_item(engine_secret(engine), n, arena);
	submission_init(&s, items, ROWS);
	CHECK("queued", writer_submit(w, &s, 0, &why) == OK);
	hand.now_ms += seldom.publish_ms;
	(void)writer_step(w, 0);
	CHECK("published", writer_status(w).publications == 1);
	CHECK("built", writer_keep_house(w));
	for (int i = 0; i < 4; i++) {
		(void)writer_step(w, 0);
		(void)writer_keep_house(w);
	}
	CHECK("put in place, once", writer_status(w).runs == 1);
	CHECK("not published yet", writer_status(w).publications == 1);
	CHECK("stops", writer_stop(w, &why) == OK);
	submission_done(&s);
	writer_free(w);
	engine_close(engine);
	free(items);
	sim_disk_free(sim);
}
