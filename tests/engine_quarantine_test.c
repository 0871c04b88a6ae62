/* tests/engine_quarantine_test.c - a record that crashes replay is found by the fourth start. */
#include "engine/quarantine.h"

#include "engine/prepare.h"
#include "engine/verify.h"
#include "support/sim_disk.h"
#include "test.h"

/* A start of a program that crashes when it applies `bad`; false: it crashed. */
static bool start_in(
	struct disk *disk, uint64_t boot, uint64_t end, uint64_t bad, uint64_t *applied)
{
	struct quarantine *q;
	struct why why = { 0 };

	*applied = 0;
	CHECK("opens", quarantine_open(disk, "/", boot, &q, &why) == OK);
	for (uint64_t seq = 1; seq < end; seq++) {
		enum quarantine_way way;
		CHECK("enters", quarantine_enter(q, seq, &way, &why) == OK);
		if (way != QUARANTINE_APPLY)
			continue;
		if (seq == bad) {
			quarantine_abandon(q);
			return false;
		}
		(*applied)++;
	}
	CHECK("closes", quarantine_close(q, &why) == OK);
	return true;
}

static bool start(struct disk *disk, uint64_t end, uint64_t bad, uint64_t *applied)
{
	return start_in(disk, 7, end, bad, applied);
}

TEST(quarantine_does_not_blame_records_for_the_machine)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	uint64_t applied;

	for (uint64_t boot = 1; boot < 6; boot++)
		CHECK("crashed with it", !start_in(sim_disk_of(sim), boot, 100, 50, &applied));
	CHECK("nobody set aside", start_in(sim_disk_of(sim), 6, 100, 0, &applied) && applied == 99);
	sim_disk_free(sim);
}

TEST(quarantine_sets_aside_what_crashes_twice)
{
	static const uint64_t bad[] = { 1, 2, 4095, 4096, 4097, 9999 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct sim_disk *sim = sim_disk_create(1, NULL);
		struct disk *disk = sim_disk_of(sim);
		uint64_t applied;
		CHECK("first start", !start(disk, 10000, bad[i], &applied));
		CHECK("second start", !start(disk, 10000, bad[i], &applied));
		CHECK("third start", !start(disk, 10000, bad[i], &applied));
		CHECK("fourth start", start(disk, 10000, bad[i], &applied) && applied == 9998);
		CHECK("and from then on", start(disk, 10000, bad[i], &applied) && applied == 9998);
		sim_disk_free(sim);
	}
}

/* Killed again and again, each time somewhere else. */
TEST(quarantine_does_not_blame_records_for_being_killed)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	uint64_t applied;

	for (uint64_t killed = 10; killed < 60; killed++)
		CHECK("killed", !start(sim_disk_of(sim), 100, killed, &applied));
	CHECK("nobody set aside", start(sim_disk_of(sim), 100, 0, &applied) && applied == 99);
	sim_disk_free(sim);
}

TEST(quarantine_blames_nobody_without_a_crash)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	struct disk *disk = sim_disk_of(sim);
	uint64_t applied;

	for (int i = 0; i < 3; i++)
		CHECK("well", start(disk, 6000, 0, &applied) && applied == 5999);
	CHECK("one crash is not two", !start(disk, 6000, 5000, &applied));
	CHECK("mended meanwhile", start(disk, 6000, 0, &applied) && applied == 5999);
	CHECK("forgotten", !start(disk, 6000, 5000, &applied));
	CHECK("again mended", start(disk, 6000, 0, &applied) && applied == 5999);
	sim_disk_free(sim);
}

/* One whose message id crashes it too: six starts, then it is left alone. */
TEST(quarantine_leaves_unread_what_crashes_reading_too)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	struct disk *disk = sim_disk_of(sim);
	const uint64_t bad = 50, after = 60;
	unsigned crashes = 0;
	enum quarantine_way way = QUARANTINE_APPLY;

	while (crashes < 20 && way != QUARANTINE_UNREAD) {
		struct quarantine *q;
		bool crashed = false;
		CHECK("opens", quarantine_open(disk, "/", 7, &q, NULL) == OK);
		for (uint64_t seq = 1; seq <= after && !crashed; seq++) {
			CHECK("enters", quarantine_enter(q, seq, &way, NULL) == OK);
			crashed = seq == bad && way != QUARANTINE_UNREAD;
			if (seq == bad && !crashed)
				break;
		}
		crashes += crashed;
		quarantine_abandon(q);
	}
	CHECK("three and two", crashes == 5 && way == QUARANTINE_UNREAD);
	sim_disk_free(sim);
}

/* A record that is read without harm does not take the blame for a later one. */
TEST(quarantine_blames_the_record_and_not_one_set_aside)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	struct disk *disk = sim_disk_of(sim);
	uint64_t applied;

	CHECK("list", disk_write_whole(disk, "/", "quarantine", STR("50\n"), NULL) == OK);
	for (int i = 0; i < 3; i++)
		CHECK("another crashes", !start(disk, 100, 70, &applied));
	CHECK("both set aside", start(disk, 100, 70, &applied) && applied == 97);
	struct quarantine *q;
	CHECK("opens", quarantine_open(disk, "/", 7, &q, NULL) == OK);
	CHECK("two", quarantine_count(q) == 2 && quarantine_at(q, 1) == 70);
	quarantine_abandon(q);
	sim_disk_free(sim);
}

/* ---- a whole engine */

static struct engine *open_engine(struct sim_disk *sim, struct engine_opening *opening)
{
	const struct engine_options options = { .disk = sim_disk_of(sim), .folder = "/data" };
	struct engine *engine = NULL;
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &engine, opening, &why) == OK);
	return engine;
}

static enum item_status put(struct engine *engine, str message_id, str activity)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct preparation p = { .default_source = STR("test"), .secret = engine_secret(engine) };
	const struct record_identifier id = { .type = STR("email"), .value = STR("a@x.fr") };
	const struct record record = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = 1000, .offset_min = INSTANT_NO_OFFSET },
		.channel = STR("web"),
		.activity = activity,
		.message_id = message_id,
		.identifiers = &id,
		.identifier_count = 1 };
	struct prepared prepared;
	struct why why = { 0 };

	CHECK("prepared", item_prepare(&p, &record, arena, &prepared, &why) == OK);
	CHECK("written", engine_write(engine, &prepared.item, 1, &why) == OK);
	return prepared.item.status;
}

static uint64_t events_in(struct engine *engine)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(engine);

	return threads_view_events(snapshot_threads(snapshot));
}

static void count_fault(void *context, const struct why *fault)
{
	*(unsigned *)context += fault->message == MSG_VERIFY_QUARANTINE;
}

TEST(quarantine_keeps_the_message_of_a_record_known)
{
	static const struct {
		const char *row;
		str list;
		enum item_status again, other;
		uint64_t mended; /* events, when it is applied in the end */
	} rows[] = {
		{ "set aside", STR_INIT("2\n"), ITEM_DUPLICATE, ITEM_CONFLICT, 3 },
		{ "unread", STR_INIT("2 unread\n"), ITEM_NEW, ITEM_CONFLICT, 4 },
		{ "nonsense", STR_INIT("x\n-1\n 2\n"), ITEM_DUPLICATE, ITEM_CONFLICT, 3 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sim_disk *sim = sim_disk_create(1, NULL);
		struct engine_opening opening;
		struct verification v;
		struct why why = { 0 };
		unsigned told = 0, held = i < 2;
		struct engine *engine = open_engine(sim, &opening);
		(void)put(engine, STR("m1"), STR("one"));
		(void)put(engine, STR("m2"), STR("two"));
		(void)put(engine, STR("m3"), STR("three"));
		engine_close(engine);
		CHECK(rows[i].row, disk_write_whole(sim_disk_of(sim), "/data", "quarantine",
					   rows[i].list, &why) == OK);
		for (int k = 0; k < 2; k++) { /* also when a checkpoint covers it */
			engine = open_engine(sim, &opening);
			CHECK(rows[i].row, opening.quarantined == held);
			CHECK(rows[i].row, k > 0 || events_in(engine) == 3 - held);
			CHECK(rows[i].row, put(engine, STR("m2"), STR("two")) ==
						   (k == 0 ? rows[i].again : ITEM_DUPLICATE));
			CHECK(rows[i].row, put(engine, STR("m2"), STR("else")) == rows[i].other);
			CHECK(rows[i].row, engine_checkpoint(engine, &why) == OK);
			CHECK(rows[i].row,
				engine_verify(engine, count_fault, &told, &v, &why) == OK);
			engine_close(engine);
		}
		CHECK(rows[i].row, told == 2 * held);
		CHECK(rows[i].row, disk_write_whole(sim_disk_of(sim), "/data", "quarantine",
					   STR(""), &why) == OK);
		const struct engine_options replay = {
			.disk = sim_disk_of(sim), .folder = "/data", .ignore_checkpoint = true
		};
		CHECK(rows[i].row, engine_open(&replay, &engine, &opening, &why) == OK);
		CHECK(rows[i].row, events_in(engine) == rows[i].mended);
		engine_close(engine);
		sim_disk_free(sim);
	}
}
