/* tests/engine_erasing_test.c - erased bytes vanish by themselves, in time, beside the writer. */
#include "engine/erasing.h"

#include "base/crc32c.h"
#include "engine/digest.h"
#include "engine/engine_internal.h"
#include "engine/erase.h"
#include "engine/prepare.h"
#include "engine/writer_internal.h"
#include "event/codec.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000, EVENTS = 120 };

struct place {
	struct clock clock; /* first */
	int64_t now_ms;
	struct sim_disk *sim;
	struct engine *engine;
	struct engine_opening opening;
	struct arena *arena;
	int next;
};

static int64_t now_ms(struct clock *clock)
{
	return ((struct place *)clock)->now_ms;
}

static int64_t ticks_ns(struct clock *clock)
{
	return ((struct place *)clock)->now_ms * NS_PER_MS;
}

static void place_open(struct place *p, bool replay)
{
	const struct engine_options options = { .disk = sim_disk_of(p->sim),
		.clock = &p->clock,
		.folder = "/data",
		.segment_bytes_max = 2048,
		.dedup_entries_max = 64,
		.ignore_checkpoint = replay };
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &p->engine, &p->opening, &why) == OK);
}

static struct place *place_make(void)
{
	struct place *p = memory_alloc(sizeof(*p));

	p->clock = (struct clock){ now_ms, ticks_ns };
	p->now_ms = 1000;
	p->sim = sim_disk_create(1, NULL);
	p->arena = arena_create(64 << 20);
	place_open(p, false);
	return p;
}

static void place_reopen(struct place *p, bool replay)
{
	engine_close(p->engine);
	place_open(p, replay);
}

static void place_done(struct place *p)
{
	engine_close(p->engine);
	sim_disk_free(p->sim);
	arena_free(p->arena);
	free(p);
}

static struct engine_item item_of(struct place *p, const char *email)
{
	struct preparation preparation = { .default_source = STR("test"),
		.secret = engine_secret(p->engine) };
	struct record_identifier *id = arena_alloc(p->arena, sizeof(*id));
	struct attribute *note = arena_alloc(p->arena, sizeof(*note));
	struct strbuf text = strbuf_in(p->arena, 100);
	struct record *record = arena_alloc(p->arena, sizeof(*record));
	struct prepared prepared;
	struct why why = { 0 };

	strbuf_printf(&text, "m%d", p->next++);
	*id = (struct record_identifier){ .type = STR("email"), .value = str_of(email) };
	*note = (struct attribute){ STR("note"),
		{ .kind = VALUE_STRING, .string = str_of(email) } };
	*record = (struct record){ .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = p->next, .offset_min = INSTANT_NO_OFFSET },
		.channel = STR("web"),
		.activity = STR("step"),
		.message_id = strbuf_str(&text),
		.identifiers = id,
		.identifier_count = 1,
		.attributes = note,
		.attribute_count = 1 };
	CHECK("prepared", item_prepare(&preparation, record, p->arena, &prepared, &why) == OK);
	return prepared.item;
}

static void put(struct place *p, const char *email)
{
	struct engine_item item = item_of(p, email);
	struct why why = { 0 };

	CHECK("written", engine_write(p->engine, &item, 1, &why) == OK);
}

static void fill(struct place *p)
{
	for (int i = 0; i < EVENTS; i++)
		put(p, i % 5 == 2 ? "zorglub@x.fr" : "keep@x.fr");
}

static void erase_person(struct place *p, const char *who)
{
	struct erasure_result result;
	struct why why = { 0 };

	CHECK("erased", engine_erase_customer(p->engine, str_of(who), &result, &why) == OK);
}

static struct state_digest digest_now(struct place *p)
{
	struct state_digest digest = { 0 };
	struct why why = { 0 };

	CHECK("digest", engine_digest(p->engine, &digest, &why) == OK);
	return digest;
}

static bool same(const struct state_digest *a, const struct state_digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool is_on_disk(struct place *p, str text)
{
	return sim_disk_holds_under(p->sim, "/data", text);
}

/* ---- which wait */

TEST(engine_erasures_wait_over_every_way_of_opening)
{
	struct place *p = place_make();
	struct erasing_result gone;
	struct why why = { 0 };

	fill(p);
	CHECK("nothing waits", engine_erasures_waiting(p->engine).count == 0);
	CHECK("and is not due", !engine_erasing_is_due(p->engine, 1));
	p->now_ms = 5000;
	erase_person(p, "email:zorglub@x.fr");
	p->now_ms = 9000;
	put(p, "other@x.fr");
	erase_person(p, "email:other@x.fr");
	for (int i = 0; i < 3; i++) {
		struct erasures_waiting waiting = engine_erasures_waiting(p->engine);
		CHECK("two wait", waiting.count == 2 && waiting.oldest_ms == 5000);
		if (i == 1)
			CHECK("checkpoint", engine_checkpoint(p->engine, &why) == OK);
		place_reopen(p, i == 0);
	}
	CHECK("not yet", !engine_erasing_is_due(p->engine, 4001));
	CHECK("due", engine_erasing_is_due(p->engine, 4000));
	CHECK("on the disk", is_on_disk(p, STR("zorglub")));
	CHECK("gone", engine_erase_bytes(p->engine, &gone, NULL, NULL, &why) == OK);
	CHECK("places", gone.rewritten == EVENTS / 5 + 1);
	CHECK("from the disk", !is_on_disk(p, STR("zorglub")) && !is_on_disk(p, STR("other@x")));
	for (int i = 0; i < 3; i++) {
		CHECK("none waits", engine_erasures_waiting(p->engine).count == 0);
		place_reopen(p, i == 0);
	}
	CHECK("nothing to do", engine_erase_bytes(p->engine, &gone, NULL, NULL, &why) == OK &&
				       gone.rewritten == 0);
	place_done(p);
}

/* ---- in pieces */

TEST(engine_erases_bytes_beside_the_writer)
{
	struct place *p = place_make();
	enum erasing_turn next;
	struct why why = { 0 };
	bool did;

	fill(p);
	CHECK("checkpoint", engine_checkpoint(p->engine, &why) == OK);
	CHECK("sealed", engine_seal_one(p->engine, 1, &did, &why) == OK && did);
	erase_person(p, "email:zorglub@x.fr");
	CHECK("begun", engine_erasing_begin(p->engine, &next, &why) == OK);
	CHECK("beside", next == ERASING_BESIDE);
	unsigned beside = 0, turns = 0;
	while (next != ERASING_ENDED) { /* between any two pieces somebody writes */
		put(p, "keep@x.fr");
		if (next == ERASING_WRITER)
			CHECK("turn", engine_erasing_turn(p->engine, &next, &why) == OK);
		else
			CHECK("step", engine_erasing_step(p->engine, &next, &why) == OK);
		turns += next == ERASING_WRITER;
		beside += next == ERASING_BESIDE;
	}
	CHECK("pieces", beside > 10 && turns == 2);
	CHECK("gone", !is_on_disk(p, STR("zorglub")));
	CHECK("none waits", engine_erasures_waiting(p->engine).count == 0);
	struct state_digest live = digest_now(p), opened;
	place_reopen(p, false);
	opened = digest_now(p);
	CHECK("same, opened", same(&live, &opened) && p->opening.checkpoint_seq > 0);
	place_reopen(p, true);
	opened = digest_now(p);
	CHECK("same, replayed", same(&live, &opened));
	place_done(p);
}

/* An erasure that comes while another's bytes are rewritten waits for the next round. */
TEST(engine_erasures_that_come_meanwhile_wait)
{
	struct place *p = place_make();
	enum erasing_turn next;
	struct why why = { 0 };

	fill(p);
	put(p, "other@x.fr");
	erase_person(p, "email:zorglub@x.fr");
	CHECK("begun", engine_erasing_begin(p->engine, &next, &why) == OK);
	CHECK("step", engine_erasing_step(p->engine, &next, &why) == OK);
	erase_person(p, "email:other@x.fr");
	while (next != ERASING_ENDED)
		if (next == ERASING_WRITER)
			CHECK("turn", engine_erasing_turn(p->engine, &next, &why) == OK);
		else
			CHECK("step", engine_erasing_step(p->engine, &next, &why) == OK);
	CHECK("one waits", engine_erasures_waiting(p->engine).count == 1);
	CHECK("the first gone", !is_on_disk(p, STR("zorglub")));
	CHECK("the second not", is_on_disk(p, STR("other@x")));
	struct erasing_result gone;
	CHECK("then", engine_erase_bytes(p->engine, &gone, NULL, NULL, &why) == OK);
	CHECK("both gone", gone.rewritten == 1 && !is_on_disk(p, STR("other@x")));
	place_done(p);
}

/* ---- by the clock: the writer and its house-keeping, step by step */

static void submit_one(struct place *p, struct writer *w)
{
	struct engine_item item = item_of(p, "keep@x.fr");
	struct submission s;
	struct why why = { 0 };

	submission_init(&s, &item, 1);
	CHECK("submitted", writer_submit(w, &s, 0, &why) == OK);
	(void)writer_step(w, 0); /* true: it goes on */
	CHECK("answered at once", submission_is_answered(&s) && s.result == OK);
	submission_done(&s);
}

TEST(engine_writer_erases_bytes_in_time)
{
	static const struct {
		const char *name;
		int64_t within_ms, wait_ms;
		bool gone;
	} rows[] = {
		{ "an hour if nothing is said, too early", 0, HOUR_MS - 1, false },
		{ "an hour if nothing is said", 0, HOUR_MS, true },
		{ "a day, too early", 24 * HOUR_MS, 23 * HOUR_MS, false },
		{ "a day", 24 * HOUR_MS, 24 * HOUR_MS, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct place *p = place_make();
		const struct writer_options options = { .erase_within_ms = rows[i].within_ms };
		struct why why = { 0 };
		fill(p);
		erase_person(p, "email:zorglub@x.fr");
		struct writer *w = writer_create(p->engine, &options);
		p->now_ms += rows[i].wait_ms;
		for (int k = 0; k < 400; k++) { /* producers are answered all the while */
			if (k % 20 == 0)
				submit_one(p, w);
			(void)writer_step(w, 0); /* likewise */
			(void)writer_keep_house(w); /* or had nothing to do */
		}
		CHECK(rows[i].name, (writer_status(w).erasures == 1) == rows[i].gone);
		CHECK(rows[i].name, writer_status(w).last_error.message == MSG_NONE);
		CHECK(rows[i].name, is_on_disk(p, STR("zorglub")) != rows[i].gone);
		CHECK(rows[i].name, writer_stop(w, &why) == OK);
		writer_free(w);
		place_reopen(p, false);
		CHECK(rows[i].name,
			(engine_erasures_waiting(p->engine).count == 0) == rows[i].gone);
		place_done(p);
	}
}

/* A disk that fails in the middle: it rests, tries again, and succeeds. */
TEST(engine_writer_tries_erasing_again)
{
	struct place *p = place_make();
	const struct writer_options options = { .erase_within_ms = 1 };
	struct why why = { 0 };

	fill(p);
	erase_person(p, "email:zorglub@x.fr");
	struct writer *w = writer_create(p->engine, &options);
	p->now_ms += 10;
	(void)writer_step(w, 0); /* begun */
	struct sim_faults *faults = sim_disk_faults(p->sim);
	faults->fail_at = sim_disk_operations(p->sim) + 3;
	faults->fail_with = ERR_FULL;
	for (int k = 0; k < 400; k++) {
		(void)writer_step(w, 0);
		(void)writer_keep_house(w);
	}
	CHECK("told", writer_status(w).last_error.message != MSG_NONE);
	CHECK("not yet", writer_status(w).erasures == 0 && !writer_status(w).has_failed);
	p->now_ms += WRITER_REST_MS;
	for (int k = 0; k < 400; k++) {
		(void)writer_step(w, 0);
		(void)writer_keep_house(w);
	}
	CHECK("again", writer_status(w).erasures == 1 && !is_on_disk(p, STR("zorglub")));
	CHECK("stops", writer_stop(w, &why) == OK);
	writer_free(w);
	place_done(p);
}

/* ---- rejected rows */

TEST(engine_erasing_takes_older_rejects_along)
{
	static const struct {
		const char *name;
		bool stays;
	} rows[] = {
		{ "crm.csv-4999-1.rows", false },
		{ "crm.csv-5000-1.reasons", false },
		{ "crm-2026.csv-5001-2.rows", true },
		{ "notes.txt", false },
	};
	struct place *p = place_make();
	struct disk *disk = sim_disk_of(p->sim);
	struct erasing_result gone;
	struct why why = { 0 };

	fill(p);
	CHECK("folder", disk_make_folder(disk, "/data/rejects", &why) == OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].name, disk_write_whole(disk, "/data/rejects", rows[i].name, STR("x"),
					    &why) == OK);
	CHECK("kept input",
		disk_write_whole(disk, "/data", "standard-input", STR("x"), &why) == OK);
	p->now_ms = 5000;
	erase_person(p, "email:zorglub@x.fr");
	CHECK("gone", engine_erase_bytes(p->engine, &gone, NULL, NULL, &why) == OK);
	CHECK("counted", gone.rejects == 4);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[64];
		struct file *file = NULL;
		(void)snprintf(path, sizeof(path), "/data/rejects/%s", rows[i].name);
		bool there = disk_open(disk, path, FILE_READ, &file, NULL) == OK;
		CHECK(rows[i].name, there == rows[i].stays);
		file_close(file);
	}
	place_done(p);
}

TEST(engine_erasures_of_a_damaged_list_are_not_taken)
{
	static const struct waiting_erasure unordered[] = { { 5, 1 }, { 3, 1 } };
	struct erasures written = { .items = (struct waiting_erasure *)(uintptr_t)unordered,
		.count = ARRAY_LEN(unordered) };
	struct strbuf bytes = strbuf_heap(4096);
	struct erasures read = { 0 };

	erasures_save(&written, &bytes);
	struct reader in = reader_of(strbuf_str(&bytes));
	CHECK("refused", !erasures_load(&read, &in));
	CHECK("none of it stays", read.count == 0);
	erasures_done(&read);
	strbuf_done(&bytes);
}

/* ---- planned on a snapshot, done later: what came between is his too */

static void decide(struct place *p, const char *a, const char *b, const char *what)
{
	const struct record_identifier ids[] = {
		{ .type = STR("email"), .value = str_of(a) },
		{ .type = STR("email"), .value = str_of(b) },
	};
	const struct record record = { .kind = RECORD_IDENTITY,
		.activity = str_of(what),
		.actor = STR("test"),
		.identifiers = ids,
		.identifier_count = 2 };
	struct strbuf bytes = strbuf_heap(1 << 16);
	struct why why = { 0 };

	record_encode(&record, &bytes);
	struct engine_item item = { .record = &record,
		.bytes = strbuf_str(&bytes),
		.check = crc32c(0, strbuf_str(&bytes)) };
	CHECK("decided", engine_write(p->engine, &item, 1, &why) == OK);
	strbuf_done(&bytes);
}

static void correct_to(struct place *p, const char *message_id, const char *email)
{
	const struct record_identifier id = { .type = STR("email"), .value = str_of(email) };
	const struct record record = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = 5, .offset_min = INSTANT_NO_OFFSET },
		.source = STR("test"),
		.message_id = str_of(message_id),
		.channel = STR("web"),
		.activity = STR("mended"),
		.identifiers = &id,
		.identifier_count = 1 };
	uint64_t seq;
	struct why why = { 0 };

	CHECK("corrected", engine_correct(p->engine, &record, &seq, &why) == OK);
}

static void nothing_between(struct place *p)
{
	(void)p;
}
static void another_event(struct place *p)
{
	put(p, "zorglub@x.fr");
}
static void joined(struct place *p)
{
	decide(p, "zorglub@x.fr", "keep@x.fr", "link");
}
static void corrected_to_him(struct place *p)
{
	correct_to(p, "m0", "zorglub@x.fr");
}
static void corrected_away(struct place *p)
{
	correct_to(p, "m2", "keep@x.fr");
}
static void erased_already(struct place *p)
{
	erase_person(p, "email:zorglub@x.fr");
}

TEST(engine_erases_what_came_after_the_plan)
{
	static const struct {
		const char *name;
		void (*between)(struct place *p);
	} rows[] = {
		{ "nothing", nothing_between },
		{ "another event of his", another_event },
		{ "somebody is joined to him", joined },
		{ "an event of another is corrected to be his", corrected_to_him },
		{ "an event of his is corrected to be another's", corrected_away },
		{ "he was erased meanwhile", erased_already },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct place *plain = place_make(), *planned = place_make();
		struct erasure_plan *plan = NULL;
		struct erasure_result result = { 0 };
		struct why why = { 0 };

		fill(plain);
		fill(planned);
		struct snapshot *seen = engine_snapshot(planned->engine);
		CHECK(rows[i].name,
			engine_plan_customer(planned->engine, seen, STR("email:zorglub@x.fr"),
				engine_has_decision(
					planned->engine, seen, STR("email:zorglub@x.fr")),
				&plan, &why) == OK);
		snapshot_unref(seen);
		rows[i].between(plain);
		rows[i].between(planned);
		erase_person(plain, "email:zorglub@x.fr");
		CHECK(rows[i].name,
			engine_erase_planned(planned->engine, plan, &result, &why) == OK);
		erasure_plan_free(plan);
		struct state_digest a = digest_now(plain), b = digest_now(planned);
		CHECK(rows[i].name, same(&a, &b));
		place_done(plain);
		place_done(planned);
	}
}
