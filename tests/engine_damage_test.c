/* tests/engine_damage_test.c - an engine whose index is damaged, whose clock jumps back, whose
 * batch is too large: nothing is lost, nothing taken twice, and it goes on where it can. */
#include "engine/backup.h"
#include "engine/checkpoint.h"
#include "engine/digest.h"
#include "engine/erase.h"
#include "engine/erasing.h"
#include "engine/prepare.h"
#include "engine/verify.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { EVENTS = 60 };

struct lab {
	struct clock clock; /* first: found by its address */
	int64_t now_ms;
	struct sim_disk *sim;
	struct engine *engine;
	struct engine_opening opening;
	struct arena *arena;
};

static int64_t lab_now(struct clock *clock)
{
	return ((struct lab *)clock)->now_ms;
}

static void lab_open(struct lab *lab, bool replay)
{
	const struct engine_options options = { .disk = sim_disk_of(lab->sim),
		.clock = &lab->clock,
		.folder = "/data",
		.segment_bytes_max = 4096,
		.dedup_entries_max = 32,
		.ignore_checkpoint = replay };
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &lab->engine, &lab->opening, &why) == OK);
}

static void lab_init(struct lab *lab)
{
	*lab = (struct lab){ .clock.now_ms = lab_now,
		.now_ms = 5000,
		.sim = sim_disk_create(1, NULL),
		.arena = arena_create(64 << 20) };
	lab_open(lab, false);
}

static void lab_done(struct lab *lab)
{
	engine_close(lab->engine);
	sim_disk_free(lab->sim);
	arena_free(lab->arena);
}

static void reopen(struct lab *lab, bool replay)
{
	engine_close(lab->engine);
	lab_open(lab, replay);
}

static struct engine_item put(struct lab *lab, const struct record *record)
{
	struct preparation p = { .default_source = STR("test"),
		.secret = engine_secret(lab->engine) };
	struct prepared prepared;
	struct why why = { 0 };

	CHECK("prepared", item_prepare(&p, record, lab->arena, &prepared, &why) == OK);
	CHECK("written", engine_write(lab->engine, &prepared.item, 1, &why) == OK);
	return prepared.item;
}

static struct record event(struct lab *lab, unsigned number)
{
	static const struct record_identifier id = { .type = STR_INIT("email"),
		.value = STR_INIT("a@x.fr") };
	char message[16];

	(void)snprintf(message, sizeof(message), "m%u", number);
	return (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = number, .offset_min = INSTANT_NO_OFFSET },
		.channel = STR("web"),
		.activity = STR("step"),
		.message_id = arena_str(lab->arena, str_of(message)),
		.identifiers = &id,
		.identifier_count = 1 };
}

static void put_events(struct lab *lab, enum item_status expected)
{
	for (unsigned i = 0; i < EVENTS; i++) {
		struct record record = event(lab, i);
		CHECK("status", put(lab, &record).status == expected);
	}
}

static uint64_t events_of(struct lab *lab)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(lab->engine);

	return threads_view_events(snapshot_threads(snapshot));
}

/* Flips a bit near the end of every file in the index's folder whose name ends so. */
static void damage(struct lab *lab, str ending, size_t from_end)
{
	struct disk_entry *entries;
	struct why why = { 0 };
	size_t count;
	char path[64];

	CHECK("lists", disk_list(sim_disk_of(lab->sim), "/data/dedup", lab->arena, &entries, &count,
			       &why) == OK);
	for (size_t i = 0; i < count; i++) {
		if (!str_ends(entries[i].name, ending))
			continue;
		(void)snprintf(
			path, sizeof(path), "/data/dedup/" STR_FMT, STR_ARG(entries[i].name));
		sim_disk_flip(lab->sim, path, entries[i].bytes - from_end, 4);
	}
}

TEST(engine_makes_its_index_anew_when_a_run_is_damaged)
{
	struct lab lab;
	struct why why = { 0 };

	lab_init(&lab);
	put_events(&lab, ITEM_NEW);
	CHECK("checkpoint", engine_checkpoint(lab.engine, &why) == OK);
	engine_close(lab.engine);
	damage(&lab, STR(".dedup"), 4096 - 3); /* in the last block: seen only when it is read */
	lab_open(&lab, false);
	CHECK("not seen yet", !lab.opening.index_damaged);
	put_events(&lab, ITEM_DUPLICATE);
	CHECK("nothing twice", events_of(&lab) == EVENTS);
	CHECK("checkpoint", engine_checkpoint(lab.engine, &why) == OK);
	reopen(&lab, false);
	CHECK("mended", !lab.opening.index_damaged && lab.opening.index_from == EVENTS + 1);
	put_events(&lab, ITEM_DUPLICATE);
	lab_done(&lab);
}

TEST(engine_makes_its_index_anew_when_merging_finds_damage)
{
	struct lab lab;
	struct why why = { 0 };
	bool did = true;

	lab_init(&lab);
	put_events(&lab, ITEM_NEW);
	CHECK("checkpoint", engine_checkpoint(lab.engine, &why) == OK);
	engine_close(lab.engine);
	damage(&lab, STR(".dedup"), 4096 - 3);
	lab_open(&lab, false);
	for (int i = 0; i < 100 && did; i++)
		CHECK("merges", engine_merge_one(lab.engine, &did, &why) == OK);
	CHECK("it ends", !did);
	put_events(&lab, ITEM_DUPLICATE);
	lab_done(&lab);
}

TEST(engine_opens_with_a_damaged_index)
{
	static const struct {
		const char *name;
		str ending;
		size_t from_end;
	} rows[] = {
		{ "manifest", STR_INIT("manifest"), 1 },
		{ "head of a run", STR_INIT(".dedup"), 3 * 4096 - 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lab lab;
		struct why why = { 0 };
		lab_init(&lab);
		put_events(&lab, ITEM_NEW);
		CHECK(rows[i].name, engine_checkpoint(lab.engine, &why) == OK);
		engine_close(lab.engine);
		damage(&lab, rows[i].ending, rows[i].from_end);
		lab_open(&lab, false);
		CHECK(rows[i].name, lab.opening.index_damaged && lab.opening.index_from == 1);
		CHECK(rows[i].name, lab.opening.checkpoint_seq == EVENTS + 1);
		put_events(&lab, ITEM_DUPLICATE);
		CHECK(rows[i].name, events_of(&lab) == EVENTS);
		lab_done(&lab);
	}
}

TEST(engine_keeps_received_time_when_the_clock_jumps_back)
{
	static const int64_t jumps[] = { 5000, 9000, 100, -70000, 9001, 42 };
	static const int64_t received[] = { 5000, 9000, 9000, 9000, 9001, 9001 };
	struct lab lab;
	struct record out;
	struct why why = { 0 };

	lab_init(&lab);
	for (unsigned i = 0; i < ARRAY_LEN(jumps); i++) {
		struct record record = event(&lab, i);
		lab.now_ms = jumps[i];
		CHECK("taken", put(&lab, &record).status == ITEM_NEW);
		if (i == 3)
			reopen(&lab, true); /* it is remembered */
	}
	for (unsigned i = 0; i < ARRAY_LEN(jumps); i++) {
		CHECK("reads", engine_read(lab.engine, i + 1, lab.arena, &out, &why) == OK);
		CHECK("never back", out.received_ms == received[i]);
	}
	lab_done(&lab);
}

TEST(engine_goes_on_after_a_batch_that_is_too_large)
{
	struct lab lab;
	struct engine_item items[40];
	struct why why = { 0 };

	lab_init(&lab);
	for (unsigned i = 0; i < ARRAY_LEN(items); i++) {
		struct preparation p = { .default_source = STR("test"),
			.secret = engine_secret(lab.engine) };
		struct prepared prepared;
		struct record record = event(&lab, 1000 + i);
		CHECK("prepared", item_prepare(&p, &record, lab.arena, &prepared, &why) == OK);
		items[i] = prepared.item;
	}
	err e = engine_write(lab.engine, items, ARRAY_LEN(items), &why);
	CHECK("refused", e == ERR_LIMIT && items[0].status == ITEM_REFUSED);
	CHECK("nothing written", journal_end(engine_journal(lab.engine)) == 1);
	put_events(&lab, ITEM_NEW);
	lab_done(&lab);
}

static void decide(struct lab *lab, const char *what, const char *message_id)
{
	const struct record_identifier pair[] = {
		{ .type = STR("email"), .value = STR("a@x.fr") },
		{ .type = STR("email"), .value = STR("zorglub@x.fr") },
	};
	const struct record decision = { .kind = RECORD_IDENTITY,
		.activity = str_of(what),
		.message_id = str_of(message_id),
		.identifiers = pair,
		.identifier_count = 2 };

	CHECK(what, put(lab, &decision).status == ITEM_NEW);
}

/* Identity keeps the newest decision on a pair alone; erasing must find those before it too. */
TEST(engine_erases_decisions_that_others_replaced)
{
	struct lab lab;
	struct erasure_result result;
	struct state_digest before, after;
	struct record first = { 0 };
	struct why why = { 0 };
	struct erasing_result erasing;

	lab_init(&lab);
	first = event(&lab, 1);
	(void)put(&lab, &first);
	decide(&lab, "link", "d1");
	decide(&lab, "unlink", "d2");
	CHECK("erased",
		engine_erase_customer(lab.engine, STR("email:zorglub@x.fr"), &result, &why) == OK);
	CHECK("both", result.records == 2 && result.events == 0);
	CHECK("digest", engine_digest(lab.engine, &before, &why) == OK);
	CHECK("bytes", engine_erase_bytes(lab.engine, &erasing, NULL, NULL, &why) == OK &&
			       erasing.rewritten == 2);
	CHECK("gone", !sim_disk_holds(lab.sim, STR("zorglub")));
	CHECK("digest", engine_digest(lab.engine, &after, &why) == OK);
	CHECK("the same", memcmp(before.bytes, after.bytes, sizeof(before.bytes)) == 0);
	CHECK("a decision is no event", engine_erase_event(lab.engine, STR("test"), STR("d9"),
						&result, &why) == ERR_NOT_FOUND);
	lab_done(&lab);
}

/* What a full replay writes stands behind the checkpoints that it ignored. */
TEST(engine_numbers_checkpoints_on_after_a_full_replay)
{
	struct lab lab;
	struct why why = { 0 };

	lab_init(&lab);
	put_events(&lab, ITEM_NEW);
	for (int i = 0; i < 3; i++)
		CHECK("checkpoint", engine_checkpoint(lab.engine, &why) == OK);
	reopen(&lab, true);
	struct record more = event(&lab, 1000);
	(void)put(&lab, &more);
	CHECK("checkpoint", engine_checkpoint(lab.engine, &why) == OK);
	reopen(&lab, false);
	CHECK("the newest", lab.opening.checkpoint_seq == EVENTS + 2);
	CHECK("whole", lab.opening.checkpoints_damaged == 0 && lab.opening.replayed == 0);
	lab_done(&lab);
}

TEST(engine_backs_nothing_up_after_a_failed_write)
{
	struct lab lab;
	struct backup_summary summary;
	struct why why = { 0 };

	lab_init(&lab);
	put_events(&lab, ITEM_NEW);
	sim_disk_faults(lab.sim)->fail_at = sim_disk_operations(lab.sim) + 1;
	sim_disk_faults(lab.sim)->fail_with = ERR_FULL;
	CHECK("rolling fails", engine_backup(lab.engine, "/b1", &summary, &why) != OK);
	struct preparation p = { .default_source = STR("test"),
		.secret = engine_secret(lab.engine) };
	struct record record = event(&lab, 2000);
	struct prepared prepared;
	CHECK("prepared", item_prepare(&p, &record, lab.arena, &prepared, &why) == OK);
	sim_disk_faults(lab.sim)->fail_at = sim_disk_operations(lab.sim) + 1;
	CHECK("fails", engine_write(lab.engine, &prepared.item, 1, &why) != OK);
	why = (struct why){ 0 };
	CHECK("refused", engine_backup(lab.engine, "/b2", &summary, &why) == ERR_IO);
	CHECK("words", why.message == MSG_ENGINE_FAILED);
	lab_done(&lab);
}
