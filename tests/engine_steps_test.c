/* tests/engine_steps_test.c - known by one thread, stored by another, taken in by a third, flushed
 * by a fourth: the same state as written at once; for ThreadSanitizer. */
#include "base/queue.h"
#include "engine/digest.h"
#include "support/sample_items.h"
#include "support/sim_disk.h"
#include "test.h"

#include <pthread.h>
#include <string.h>

enum { BATCHES = 120, BATCH = 24, IN_FLIGHT = 4 };

struct house {
	struct sim_disk *sim;
	struct engine *engine;
};

static struct house house_make(void)
{
	struct house h = { .sim = sim_disk_create(1, NULL) };
	const struct engine_options options = { .disk = sim_disk_of(h.sim),
		.folder = "/data",
		.segment_bytes_max = 65536,
		.dedup_entries_max = 512 }; /* full many times over */
	struct engine_opening opening;
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &h.engine, &opening, &why) == OK);
	return h;
}

static void house_done(struct house *h)
{
	engine_close(h->engine);
	sim_disk_free(h->sim);
}

/* Every fourth item was told in an earlier batch, the last one twice in this. */
static void fill(const struct house *h, uint64_t n, struct engine_item *items, struct arena *arena)
{
	for (uint64_t i = 0; i < BATCH; i++) {
		uint64_t number = i % 4 == 3 ? n / 2 * BATCH + i - 3 : n * BATCH + i;
		items[i] = sample_item(engine_secret(h->engine),
			i == BATCH - 1 ? n * BATCH + i - 1 : number, arena);
	}
}

struct flight {
	struct engine_item items[BATCH];
	struct engine_batch batch;
};

struct steps {
	struct house house;
	struct queue *known, *stored, *empty;
	const char *fault, *store_fault;
};

static void *store_all(void *context)
{
	struct steps *s = context;
	struct why why = { 0 };
	void *item;
	size_t count;

	while (queue_pop(s->known, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK) {
		struct flight *flight = item;
		if (engine_store(s->house.engine, &flight->batch, &why) != OK)
			s->store_fault = "a batch cannot be stored";
		ASSERT(queue_push(s->stored, flight, 0) == OK);
	}
	queue_close(s->stored);
	return NULL;
}

static void *take_in_all(void *context)
{
	struct steps *s = context;
	void *item;
	size_t count;

	while (queue_pop(s->stored, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK) {
		struct flight *flight = item;
		engine_take_in(s->house.engine, &flight->batch);
		ASSERT(queue_push(s->empty, flight, 0) == OK);
	}
	return NULL;
}

static void *flush_all(void *context)
{
	struct steps *s = context;
	struct why why = { 0 };

	for (int i = 0; i < BATCHES; i++) {
		bool did = false;
		if (engine_flush_beside(s->house.engine, &did, &why) != OK)
			s->fault = "the index cannot be written beside";
	}
	return NULL;
}

static void know_all(struct steps *s, struct arena *arena)
{
	struct why why = { 0 };

	for (uint64_t n = 0; n < BATCHES; n++) {
		void *item;
		size_t count;
		ASSERT(queue_pop(s->empty, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK);
		struct flight *flight = item;
		fill(&s->house, n, flight->items, arena);
		flight->batch = (struct engine_batch){ .items = flight->items, .count = BATCH };
		CHECK("known", engine_know(s->house.engine, &flight->batch, &why) == OK);
		CHECK("told twice",
			flight->items[BATCH - 1].status == ITEM_DUPLICATE &&
				flight->items[BATCH - 1].seq == flight->items[BATCH - 2].seq);
		ASSERT(queue_push(s->known, flight, 0) == OK);
	}
	queue_close(s->known);
}

static void write_all(struct house *h, struct arena *arena)
{
	struct engine_item items[BATCH];
	struct why why = { 0 };

	for (uint64_t n = 0; n < BATCHES; n++) {
		fill(h, n, items, arena);
		CHECK("written", engine_write(h->engine, items, BATCH, &why) == OK);
	}
}

static struct state_digest digest_now(struct house *h)
{
	struct state_digest digest = { 0 };
	struct why why = { 0 };

	CHECK("digest", engine_digest(h->engine, &digest, &why) == OK);
	return digest;
}

static void compare(struct house *a, struct house *b)
{
	struct state_digest one = digest_now(a), other = digest_now(b);

	CHECK("same digest", memcmp(&one, &other, sizeof(one)) == 0);
	CHECK("same journal",
		journal_end(engine_journal(a->engine)) == journal_end(engine_journal(b->engine)));
}

TEST(engine_steps_in_threads)
{
	AUTO_ARENA arena = arena_create((size_t)2 * BATCHES * BATCH * SAMPLE_BYTES_MAX);
	static struct flight flights[IN_FLIGHT];
	struct steps s = { .house = house_make(),
		.known = queue_create(IN_FLIGHT),
		.stored = queue_create(IN_FLIGHT),
		.empty = queue_create(IN_FLIGHT) };
	struct house plain = house_make();
	pthread_t storer, taker, flusher;
	struct why why = { 0 };

	for (size_t i = 0; i < IN_FLIGHT; i++)
		ASSERT(queue_push(s.empty, &flights[i], 0) == OK);
	ASSERT(pthread_create(&storer, NULL, store_all, &s) == 0);
	ASSERT(pthread_create(&taker, NULL, take_in_all, &s) == 0);
	ASSERT(pthread_create(&flusher, NULL, flush_all, &s) == 0);
	know_all(&s, arena);
	ASSERT(pthread_join(storer, NULL) == 0);
	ASSERT(pthread_join(taker, NULL) == 0);
	ASSERT(pthread_join(flusher, NULL) == 0);
	CHECK("stored", s.store_fault == NULL);
	CHECK("flushed", s.fault == NULL);
	write_all(&plain, arena);
	compare(&s.house, &plain);
	CHECK("settled", engine_settle(s.house.engine, &why) == OK);
	compare(&s.house, &plain);
	queue_free(s.known);
	queue_free(s.stored);
	queue_free(s.empty);
	house_done(&s.house);
	house_done(&plain);
}

/* The journal is full after what was kept: that is applied all the same. */
TEST(engine_steps_taken_in_after_a_failure)
{
	AUTO_ARENA arena = arena_create((size_t)4 * BATCH * SAMPLE_BYTES_MAX);
	struct house h = house_make();
	struct engine_item items[2][BATCH];
	struct why why = { 0 };

	fill(&h, 0, items[0], arena);
	fill(&h, 1, items[1], arena);
	struct engine_batch first = { .items = items[0], .count = BATCH };
	struct engine_batch second = { .items = items[1], .count = BATCH };
	CHECK("kept", engine_keep(h.engine, &first, &why) == OK);
	struct sim_faults *faults = sim_disk_faults(h.sim);
	faults->fail_at = sim_disk_operations(h.sim) + 1;
	faults->fail_with = ERR_FULL;
	CHECK("fails", engine_keep(h.engine, &second, &why) == ERR_FULL);
	CHECK("refused", items[1][0].status == ITEM_REFUSED);
	engine_take_in(h.engine, &first);
	AUTO_SNAPSHOT snapshot = engine_snapshot(h.engine);
	CHECK("applied", threads_view_rows(snapshot_threads(snapshot)) > 0);
	CHECK("refuses", engine_keep(h.engine, &second, &why) == ERR_IO);
	house_done(&h);
}

/* Several are known when the journal fails: none of them is answered, and each tells the reason. */
TEST(engine_steps_known_before_a_failure)
{
	AUTO_ARENA arena = arena_create((size_t)4 * BATCH * SAMPLE_BYTES_MAX);
	struct house h = house_make();
	struct engine_item items[3][BATCH];
	struct engine_batch batch[3];

	for (uint64_t n = 0; n < 3; n++) {
		struct why why = { 0 };
		fill(&h, n, items[n], arena);
		batch[n] = (struct engine_batch){ .items = items[n], .count = BATCH };
		CHECK("known", engine_know(h.engine, &batch[n], &why) == OK);
		if (n == 0) /* with zeros ahead of the others */
			CHECK("stored", engine_store(h.engine, &batch[n], &why) == OK);
	}
	struct sim_faults *faults = sim_disk_faults(h.sim);
	faults->fail_at = sim_disk_operations(h.sim) + 1;
	faults->fail_with = ERR_FULL;
	for (size_t n = 1; n < 3; n++) {
		struct why why = { 0 };
		CHECK("fails", engine_store(h.engine, &batch[n], &why) == ERR_FULL);
		CHECK("tells why", why.message != MSG_ENGINE_FAILED);
		CHECK("refused", items[n][0].status == ITEM_REFUSED);
	}
	CHECK("nothing of them is there",
		journal_end(engine_journal(h.engine)) == batch[1].first_seq);
	engine_take_in(h.engine, &batch[0]);
	house_done(&h);
}

/* What is known and not durable must not be frozen: whoever would stores it first. */
TEST(engine_steps_stored_before_the_index_is_written)
{
	AUTO_ARENA arena = arena_create((size_t)40 * BATCH * SAMPLE_BYTES_MAX);
	enum { MANY = 16 }; /* 16 x 18 new ones are more than the 256 that fit into memory */
	struct house h = house_make();
	static struct flight flights[MANY];
	struct why why = { 0 };
	uint64_t before = 0;

	for (uint64_t n = 0; n < MANY; n++) {
		struct flight *flight = &flights[n];
		fill(&h, n, flight->items, arena);
		flight->batch = (struct engine_batch){ .items = flight->items, .count = BATCH };
		bool frozen = dedup_has_frozen(engine_dedup(h.engine));
		CHECK("known", engine_know(h.engine, &flight->batch, &why) == OK);
		if (!frozen && dedup_has_frozen(engine_dedup(h.engine)))
			CHECK("stored",
				journal_end(engine_journal(h.engine)) == flight->batch.first_seq);
		before += dedup_has_frozen(engine_dedup(h.engine));
	}
	CHECK("it was frozen", before > 0);
	for (size_t n = 0; n < MANY; n++) {
		CHECK("stored", engine_store(h.engine, &flights[n].batch, &why) == OK);
		engine_take_in(h.engine, &flights[n].batch);
	}
	house_done(&h);
}
