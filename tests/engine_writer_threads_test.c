/* tests/engine_writer_threads_test.c - sixteen producers, one writer, four readers and a slow one;
 * for ThreadSanitizer.  Bounded by counts; nothing sleeps. */
#include "engine/backup.h"
#include "engine/digest.h"
#include "engine/erase.h"
#include "engine/waiting.h"
#include "engine/writer.h"
#include "support/sample_items.h"
#include "support/sim_disk.h"
#include "support/snapshot_check.h"
#include "test.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum {
	BATCHES_MAX = 20000,
	PRODUCERS = 16,
	READERS = 4,
	BATCHES = 60,
	BATCH = 8,
	SHARED = 1000000,
	ALL = 10000
};

struct house {
	struct sim_disk *sim;
	struct engine *engine;
	struct writer *writer;
	atomic_uint producing;
	atomic_uint_fast64_t fresh_shared; /* messages that all send: new for one of them */
	atomic_uint_fast64_t batches; /* acknowledged ... */
	atomic_uint_fast64_t highest; /* ... the highest sequence of these */
};

static struct engine *open_engine(struct sim_disk *sim, bool replay)
{
	const struct engine_options options = { .disk = sim_disk_of(sim),
		.folder = "/data",
		.segment_bytes_max = 16384,
		.dedup_entries_max = 4096, /* more than fills before the disk does */
		.ignore_checkpoint = replay };
	struct engine *engine = NULL;
	struct engine_opening opening;
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &engine, &opening, &why) == OK);
	return engine;
}

static void house_open(struct house *h, const struct writer_options *options)
{
	*h = (struct house){ .sim = sim_disk_create(1, NULL) };
	h->engine = open_engine(h->sim, false);
	h->writer = writer_create(h->engine, options);
	writer_start(h->writer);
}

static void house_done(struct house *h)
{
	writer_free(h->writer);
	engine_close(h->engine);
	sim_disk_free(h->sim);
}

/* ---- producers */

struct producer {
	struct house *house;
	uint64_t number;
	uint64_t seqs[BATCHES]; /* of the first message of each batch */
	uint64_t fresh, full;
	const char *fault;
	err ended; /* other than OK: refused */
	pthread_t thread;
};

static err submit(struct producer *p, struct submission *s, struct why *why)
{
	err e = writer_submit(p->house->writer, s, 0, why);

	while (e == ERR_FULL || e == ERR_TIMEOUT) {
		p->full++;
		e = writer_submit(p->house->writer, s, 1000, why);
	}
	return e;
}

/* All new but the last two: one that this producer sent before, and one that all send. */
static void make_batch(struct producer *p, uint64_t batch, struct engine_item *items,
	const uint8_t *secret, struct arena *arena)
{
	for (uint64_t i = 0; i < BATCH - 2; i++)
		items[i] = sample_item(secret, p->number * ALL + batch * BATCH + i, arena);
	items[BATCH - 2] = sample_item(secret, p->number * ALL + batch / 2 * BATCH, arena);
	items[BATCH - 1] = sample_item(secret, SHARED + batch, arena);
}

static void check_batch(struct producer *p, uint64_t batch, const struct engine_item *items)
{
	for (uint64_t i = 0; i < BATCH - 2; i++)
		if (items[i].status != ITEM_NEW)
			p->fault = "a new message is not new";
	p->seqs[batch] = items[0].seq;
	uint64_t highest = atomic_load(&p->house->highest);
	while (highest < items[BATCH - 3].seq &&
		!atomic_compare_exchange_weak(&p->house->highest, &highest, items[BATCH - 3].seq))
		continue;
	atomic_fetch_add(&p->house->batches, 1);
	p->fresh += BATCH - 2;
	if (items[BATCH - 2].status != ITEM_DUPLICATE || items[BATCH - 2].seq != p->seqs[batch / 2])
		p->fault = "a repeated message is not known, or under another sequence";
	if (items[BATCH - 1].status == ITEM_NEW)
		atomic_fetch_add(&p->house->fresh_shared, 1);
	else if (items[BATCH - 1].status != ITEM_DUPLICATE)
		p->fault = "a shared message is neither new nor known";
}

static void check_visible(struct producer *p, const struct engine_item *item)
{
	struct snapshot *snapshot = NULL;
	struct why why = { 0 };

	if (writer_await(p->house->writer, item->seq, 60000, &snapshot, &why) != OK) {
		p->fault = "what was acknowledged does not come into sight";
		return;
	}
	if (item->record->kind == RECORD_EVENT && !snapshot_shows(snapshot, item->seq))
		p->fault = "a snapshot that should show an event does not";
	snapshot_unref(snapshot);
}

static void *produce(void *context)
{
	struct producer *p = context;
	AUTO_ARENA arena = arena_create(BATCH * SAMPLE_BYTES_MAX);
	struct engine_item items[BATCH];
	struct submission s;
	struct why why = { 0 };

	submission_init(&s, items, BATCH);
	for (uint64_t batch = 0; batch < BATCHES && p->ended == OK; batch++) {
		arena_reset(arena);
		make_batch(p, batch, items, engine_secret(p->house->engine), arena);
		submission_reset(&s, items, BATCH);
		p->ended = submit(p, &s, &why);
		if (p->ended == OK)
			p->ended = submission_wait(&s, WAIT_FOREVER, &why);
		if (p->ended != OK)
			break;
		check_batch(p, batch, items);
		if (batch % 8 == p->number % 8)
			check_visible(p, &items[0]);
	}
	submission_done(&s);
	atomic_fetch_sub(&p->house->producing, 1);
	return NULL;
}

static void start_producers(struct house *h, struct producer *producers)
{
	atomic_store(&h->producing, PRODUCERS);
	for (uint64_t i = 0; i < PRODUCERS; i++) {
		producers[i] = (struct producer){ .house = h, .number = i };
		ASSERT(pthread_create(&producers[i].thread, NULL, produce, &producers[i]) == 0);
	}
}

/* ---- readers */

struct reader_thread {
	struct house *house;
	bool is_slow; /* keeps the first snapshot to the end */
	uint64_t epoch, looked;
	const char *fault;
	pthread_t thread;
};

static void look(struct reader_thread *r)
{
	AUTO_SNAPSHOT snapshot = writer_snapshot(r->house->writer);
	uint64_t print = snapshot_print(snapshot);
	const char *fault = snapshot_fault(snapshot);

	if (fault != NULL)
		r->fault = fault;
	if (snapshot_epoch(snapshot) < r->epoch)
		r->fault = "an epoch went back";
	if (snapshot_print(snapshot) != print)
		r->fault = "a snapshot changed";
	r->epoch = snapshot_epoch(snapshot);
	r->looked++;
}

static void *read_on(void *context)
{
	struct reader_thread *r = context;
	AUTO_SNAPSHOT kept = writer_snapshot(r->house->writer);
	uint64_t print = snapshot_print(kept);

	while (atomic_load(&r->house->producing) > 0)
		if (!r->is_slow)
			look(r);
		else if (snapshot_print(kept) != print)
			r->fault = "the slow reader's snapshot changed";
	look(r);
	if (snapshot_print(kept) != print)
		r->fault = "an old snapshot changed";
	return NULL;
}

static void start_readers(struct house *h, struct reader_thread *readers)
{
	for (size_t i = 0; i <= READERS; i++) {
		readers[i] = (struct reader_thread){ .house = h, .is_slow = i == READERS };
		ASSERT(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]) == 0);
	}
}

static void join_readers(struct reader_thread *readers)
{
	for (size_t i = 0; i <= READERS; i++) {
		ASSERT(pthread_join(readers[i].thread, NULL) == 0);
		CHECK(readers[i].fault, readers[i].fault == NULL);
		CHECK("looked", readers[i].looked > 0);
	}
}

/* ---- together */

static void check_replay(struct house *h, const char *row)
{
	struct state_digest live = { 0 }, loaded = { 0 }, replayed = { 0 };
	struct why why = { 0 };

	CHECK(row, engine_digest(h->engine, &live, &why) == OK);
	engine_close(h->engine);
	h->engine = open_engine(h->sim, false);
	CHECK(row, engine_digest(h->engine, &loaded, &why) == OK);
	engine_close(h->engine);
	h->engine = open_engine(h->sim, true);
	CHECK(row, engine_digest(h->engine, &replayed, &why) == OK);
	CHECK(row, memcmp(live.bytes, loaded.bytes, sizeof(live.bytes)) == 0);
	CHECK(row, memcmp(live.bytes, replayed.bytes, sizeof(live.bytes)) == 0);
}

static err count_call(struct engine *engine, void *context, struct why *why)
{
	(void)engine;
	(void)why;
	(*(unsigned *)context)++;
	return OK;
}

TEST(writer_takes_from_sixteen_producers)
{
	/* A queue of 3 batches: most of 16 producers find it full. */
	const struct writer_options options = { .queue = { 3, 1000, 1 << 20 },
		.checkpoint_records = 2000 };
	struct producer producers[PRODUCERS];
	struct reader_thread readers[READERS + 1];
	struct house h;
	struct why why = { 0 };
	uint64_t fresh = 0, full = 0;
	unsigned calls = 0;

	house_open(&h, &options);
	start_producers(&h, producers);
	start_readers(&h, readers);
	for (int i = 0; i < 20; i++) {
		CHECK("call", writer_call(h.writer, count_call, &calls, &why) == OK);
		CHECK("alone", writer_call_alone(h.writer, count_call, &calls, &why) == OK);
	}
	for (size_t i = 0; i < PRODUCERS; i++) {
		ASSERT(pthread_join(producers[i].thread, NULL) == 0);
		CHECK(producers[i].fault, producers[i].fault == NULL);
		CHECK("all accepted", producers[i].ended == OK);
		fresh += producers[i].fresh;
		full += producers[i].full;
	}
	join_readers(readers);
	CHECK("stops", writer_stop(h.writer, &why) == OK);
	struct writer_status status = writer_status(h.writer);
	CHECK("calls", calls == 40 && status.calls == 40);
	CHECK("shared once", atomic_load(&h.fresh_shared) == BATCHES);
	CHECK("counted", status.fresh == fresh + BATCHES && status.refused == 0);
	CHECK("items", status.items == (uint64_t)PRODUCERS * BATCHES * BATCH);
	CHECK("found full", full > 0 && status.queue.refused == full);
	CHECK("never too full", status.queue.submissions_most <= 3);
	CHECK("checkpoints", status.checkpoints >= 2);
	CHECK("in the journal", journal_end(engine_journal(h.engine)) == status.fresh + 1);
	check_replay(&h, "digest");
	house_done(&h);
}

/* Stopped in the middle: what was answered is there, the rest was told so. */
TEST(writer_stops_while_producers_push)
{
	const struct writer_options options = { .queue = { 8, 1000, 1 << 20 } };
	struct producer producers[PRODUCERS];
	struct house h;
	struct why why = { 0 };
	uint64_t fresh = 0;
	unsigned calls = 0, cut = 0;

	house_open(&h, &options);
	start_producers(&h, producers);
	while (writer_status(h.writer).items < 600)
		CHECK("call", writer_call(h.writer, count_call, &calls, &why) == OK);
	CHECK("stops", writer_stop(h.writer, &why) == OK);
	for (size_t i = 0; i < PRODUCERS; i++) {
		ASSERT(pthread_join(producers[i].thread, NULL) == 0);
		/* Who awaited what was never published was told so too. */
		CHECK(producers[i].fault, producers[i].fault == NULL);
		CHECK("told", producers[i].ended == OK || producers[i].ended == ERR_CANCELLED);
		cut += producers[i].ended == ERR_CANCELLED;
		fresh += producers[i].fresh;
	}
	CHECK("in the middle", cut > 0);
	fresh += atomic_load(&h.fresh_shared);
	CHECK("all that was answered", journal_end(engine_journal(h.engine)) == fresh + 1);
	CHECK("late call", writer_call(h.writer, count_call, &calls, &why) == ERR_CANCELLED);
	check_replay(&h, "digest");
	house_done(&h);
}

/* Any operation may be house-keeping's, which only notes it: so all of them fail.  Alone, for the
 * disk's faults have no lock. */
static err fill_disk(struct engine *engine, void *context, struct why *why)
{
	(void)engine;
	(void)why;
	sim_disk_faults(context)->capacity = 1;
	return OK;
}

/* Room again: nothing that was acknowledged is missing. */
static void end_with_full_disk(struct house *h)
{
	struct why why = { 0 };

	CHECK("stops", writer_stop(h->writer, &why) == ERR_FULL);
	sim_disk_faults(h->sim)->capacity = 0;
	engine_close(h->engine);
	h->engine = open_engine(h->sim, false);
	check_replay(h, "digest");
	house_done(h);
}

/* The disk is full: everybody hears of it, nobody waits for ever, readers go on. */
TEST(writer_tells_everybody_of_a_failed_disk)
{
	const struct writer_options options = { .queue = { 8, 1000, 1 << 20 } };
	struct producer producers[PRODUCERS];
	struct house h;
	struct why why = { 0 };
	struct snapshot *snapshot;
	unsigned calls = 0;

	house_open(&h, &options);
	start_producers(&h, producers);
	while (writer_status(h.writer).items < 300)
		CHECK("call", writer_call(h.writer, count_call, &calls, &why) == OK);
	CHECK("breaks", writer_call_alone(h.writer, fill_disk, h.sim, &why) == OK);
	for (size_t i = 0; i < PRODUCERS; i++) {
		ASSERT(pthread_join(producers[i].thread, NULL) == 0);
		CHECK("told", producers[i].ended == ERR_FULL || producers[i].ended == ERR_IO);
	}
	CHECK("refuses", writer_call(h.writer, count_call, &calls, &why) == ERR_IO);
	CHECK("words", why.message == MSG_ENGINE_FAILED);
	CHECK("never", writer_await(h.writer, 1u << 30, 60000, &snapshot, &why) == ERR_CANCELLED);
	snapshot = writer_snapshot(h.writer);
	CHECK("reads", snapshot_fault(snapshot) == NULL);
	snapshot_unref(snapshot);
	CHECK("status", writer_status(h.writer).has_failed);
	end_with_full_disk(&h);
}

/* ---- bytes of who was erased vanish while all go on */

static err erase_first(struct engine *engine, void *context, struct why *why)
{
	struct erasure_result result;

	(void)context;
	return engine_erase_event(engine, STR("test"), STR("m0"), &result, why);
}

TEST(writer_threads_erase_bytes_beside_the_writer)
{
	const struct writer_options options = { .erase_within_ms = 1, .checkpoint_records = 300 };
	struct house h;
	struct reader_thread readers[READERS + 1];
	struct why why = { 0 };

	house_open(&h, &options);
	atomic_store(&h.producing, 1);
	start_readers(&h, readers);
	struct submission s;
	struct engine_item items[BATCH];
	submission_init(&s, items, BATCH);
	for (uint64_t batch = 0; batch < BATCHES_MAX && writer_status(h.writer).erasures == 0;
		batch++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		for (size_t i = 0; i < BATCH; i++)
			items[i] = sample_item(engine_secret(h.engine), batch * BATCH + i, arena);
		submission_reset(&s, items, BATCH);
		CHECK("submitted", writer_submit(h.writer, &s, WAIT_FOREVER, &why) == OK);
		CHECK("answered", submission_wait(&s, WAIT_FOREVER, &why) == OK);
		if (batch == 0)
			CHECK("erased", writer_call(h.writer, erase_first, NULL, &why) == OK);
	}
	CHECK("done", writer_status(h.writer).erasures == 1);
	submission_done(&s);
	atomic_store(&h.producing, 0);
	join_readers(readers);
	CHECK("stops", writer_stop(h.writer, &why) == OK);
	CHECK("no error", writer_status(h.writer).last_error.message == MSG_NONE);
	check_replay(&h, "after erasing");
	house_done(&h);
}

/* ---- a back-up, and bytes that vanish at once, while producers push */

static err take_backup(struct engine *engine, void *context, struct why *why)
{
	return backup_take(engine, context, why);
}

/* All that was acknowledged before its moment is in it, and nothing that came after. */
static void check_restored(struct house *h, const char *path, uint64_t before, uint64_t end)
{
	const struct engine_options options = {
		.disk = sim_disk_of(h->sim), .folder = path, .must_exist = true
	};
	struct engine_opening opening;
	struct engine *engine = NULL;
	struct why why = { 0 };

	CHECK("acknowledged before", before < end);
	CHECK("restored opens", engine_open(&options, &engine, &opening, &why) == OK);
	CHECK("as of then", journal_end(engine_journal(engine)) == end);
	CHECK("none damaged", engine_damaged(engine) == 0);
	engine_close(engine);
}

static void back_up_once(struct house *h, int number)
{
	char to[24], restored[24];
	struct backup_summary summary;
	struct backup *backup = NULL;
	struct why why = { 0 };
	bool done = false;

	(void)snprintf(to, sizeof(to), "/backup%d", number);
	(void)snprintf(restored, sizeof(restored), "/restored%d", number);
	CHECK("begun", backup_begin(h->engine, to, &backup, &why) == OK);
	uint64_t before = atomic_load(&h->highest);
	CHECK("taken", writer_call(h->writer, take_backup, backup, &why) == OK);
	/* Producers are answered between its first piece and its last. */
	uint64_t batches = atomic_load(&h->batches);
	CHECK("first piece", backup_step(backup, &done, &why) == OK && !done);
	while (atomic_load(&h->batches) == batches && atomic_load(&h->producing) > 0)
		(void)sched_yield(); /* always succeeds */
	while (!done)
		CHECK("piece", backup_step(backup, &done, &why) == OK);
	summary = backup_summary(backup);
	backup_free(backup);
	CHECK("restored", backup_restore(sim_disk_of(h->sim), to, restored, &summary, &why) == OK);
	check_restored(h, restored, before, summary.end_seq);
}

TEST(writer_threads_back_up_and_erase_while_producers_push)
{
	/* Neither would come by itself. */
	const struct writer_options options = { .checkpoint_records = 500 };
	const struct watch watch = { 0 };
	struct producer producers[PRODUCERS];
	struct erasing_result gone = { 0 };
	struct house h;
	struct why why = { 0 };

	house_open(&h, &options);
	start_producers(&h, producers);
	while (atomic_load(&h.batches) < PRODUCERS)
		(void)sched_yield(); /* always succeeds */
	back_up_once(&h, 1);
	CHECK("erased", writer_call(h.writer, erase_first, NULL, &why) == OK);
	CHECK("gone", writer_erase_now(h.writer, &watch, &gone, &why) == OK);
	CHECK("his one place", gone.rewritten == 1);
	back_up_once(&h, 2);
	CHECK("nothing waits", writer_erase_now(h.writer, &watch, &gone, &why) == OK);
	CHECK("nothing left", gone.rewritten == 0 && writer_status(h.writer).erasures == 1);
	for (size_t i = 0; i < PRODUCERS; i++) {
		ASSERT(pthread_join(producers[i].thread, NULL) == 0);
		CHECK("all accepted", producers[i].ended == OK);
	}
	CHECK("stops", writer_stop(h.writer, &why) == OK);
	CHECK("too late", writer_erase_now(h.writer, &watch, &gone, &why) == ERR_CANCELLED);
	CHECK("no error", writer_status(h.writer).last_error.message == MSG_NONE);
	check_replay(&h, "after both");
	house_done(&h);
}

/* The disk is full: who waits for it is told, and does not wait for ever. */
TEST(writer_threads_tell_who_waits_for_erasing)
{
	const struct writer_options options = { .queue = { 0 } };
	const atomic_bool stop = true;
	const struct watch watch = { 0 }, impatient = { .stop = &stop };
	struct erasing_result gone = { 0 };
	struct house h;
	struct why why = { 0 };
	AUTO_ARENA arena = arena_create(1 << 20);
	struct submission s;
	struct engine_item items[BATCH];

	house_open(&h, &options);
	submission_init(&s, items, BATCH);
	for (size_t i = 0; i < BATCH; i++)
		items[i] = sample_item(engine_secret(h.engine), i, arena);
	submission_reset(&s, items, BATCH);
	CHECK("submitted", writer_submit(h.writer, &s, WAIT_FOREVER, &why) == OK);
	CHECK("answered", submission_wait(&s, WAIT_FOREVER, &why) == OK);
	submission_done(&s);
	CHECK("erased", writer_call(h.writer, erase_first, NULL, &why) == OK);
	CHECK("full", writer_call_alone(h.writer, fill_disk, h.sim, &why) == OK);
	CHECK("told", writer_erase_now(h.writer, &watch, &gone, &why) == ERR_FULL);
	CHECK("never", writer_erase_now(h.writer, &impatient, &gone, &why) == ERR_CANCELLED);
	end_with_full_disk(&h);
}
