/* tests/engine_replay_test.c - a long journal is read again by two threads: the same state and the
 * same index as by one, whatever is wrong with the journal; for ThreadSanitizer. */
#include "engine/digest.h"
#include "engine/erase.h"
#include "engine/numbering.h"
#include "support/sample_items.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { RECORDS = 20000, BATCH = 500, SEGMENT_BYTES = 1 << 20 };

struct house {
	struct sim_disk *sim;
	struct engine *engine;
	struct engine_opening opening;
};

static err house_open(struct house *h, struct why *why)
{
	const struct engine_options options = { .disk = sim_disk_of(h->sim),
		.folder = "/data",
		.segment_bytes_max = SEGMENT_BYTES,
		.ignore_checkpoint = true };
	err e = engine_open(&options, &h->engine, &h->opening, why);

	if (e != OK)
		h->engine = NULL;
	return e;
}

static void put_all(struct house *h)
{
	static struct engine_item items[BATCH];
	struct why why = { 0 };

	for (uint64_t n = 0; n < RECORDS; n += BATCH) {
		AUTO_ARENA arena = arena_create((size_t)BATCH * SAMPLE_BYTES_MAX);
		for (uint64_t i = 0; i < BATCH; i++)
			items[i] = sample_item(engine_secret(h->engine), n + i, arena);
		CHECK("written", engine_write(h->engine, items, BATCH, &why) == OK);
	}
}

static void change_some(struct house *h)
{
	struct erasure_result erased;
	struct why why = { 0 };
	uint64_t seq;

	for (unsigned n = 100; n < 2000; n += 100) {
		char id[16];
		(void)snprintf(id, sizeof(id), "m%u", n);
		err e = engine_retract(h->engine, STR("test"), str_of(id), &seq, &why);
		CHECK("retracted", e == OK || e == ERR_NOT_FOUND);
	}
	CHECK("erased", engine_erase_customer(h->engine, STR("user_id:u2"), &erased, &why) == OK);
}

/* A folder in which so much lies that a thread reads it ahead; `undone`: replay makes all anew. */
static struct house house_make(bool sealed)
{
	struct house h = { .sim = sim_disk_create(1, NULL) };
	struct why why = { 0 };
	bool did = sealed;

	CHECK("opens", house_open(&h, &why) == OK);
	put_all(&h);
	change_some(&h);
	while (did)
		CHECK("sealed", engine_seal_one(h.engine, 1, &did, &why) == OK);
	return h;
}

static void house_done(struct house *h)
{
	engine_close(h->engine);
	sim_disk_free(h->sim);
}

/* With something in quarantine all steps are taken in their place, by one thread. */
static err open_again(struct house *h, bool ahead, struct why *why)
{
	struct disk *disk = sim_disk_of(h->sim);

	engine_close(h->engine);
	h->engine = NULL;
	CHECK("index", dedup_discard(disk, "/data/dedup", why) == OK);
	if (ahead)
		(void)disk_remove(disk, "/data/quarantine", NULL);
	else
		CHECK("list", disk_write_whole(
				      disk, "/data", "quarantine", STR("999999999\n"), why) == OK);
	return house_open(h, why);
}

/* What opening came to, without what is in quarantine by the list alone. */
struct outcome {
	err error;
	enum message message;
	uint64_t replayed, unreadable;
	err digest_error;
	struct state_digest digest;
	uint64_t known; /* sum over all messages of sequence and state */
};

static uint64_t sum_of_known(struct house *h)
{
	struct why why = { 0 };
	uint64_t sum = 0, seq = 0;

	for (unsigned n = 0; n < RECORDS; n += 7) {
		char id[16];
		(void)snprintf(id, sizeof(id), "m%u", n);
		err e = engine_find(h->engine, STR("test"), str_of(id), &seq, &why);
		sum = sum * 31 + (e == OK ? seq : (uint64_t)e << 32);
	}
	return sum;
}

static struct outcome outcome_of(struct house *h, bool ahead)
{
	struct outcome o;
	struct why why = { 0 };

	memset(&o, 0, sizeof(o)); /* compared whole */
	o.error = open_again(h, ahead, &why);
	if (o.error != OK) {
		o.message = why.message;
		return o;
	}
	o.replayed = h->opening.replayed;
	o.unreadable = h->opening.quarantined - (ahead ? 0 : 1);
	o.digest_error = engine_digest(h->engine, &o.digest, &why); /* it reads the journal */
	o.known = sum_of_known(h);
	return o;
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	CHECK("error", a->error == b->error && a->message == b->message);
	CHECK("replayed", a->replayed == b->replayed);
	CHECK("unreadable", a->unreadable == b->unreadable);
	CHECK("digest", a->digest_error == b->digest_error);
	CHECK("digest", memcmp(&a->digest, &b->digest, sizeof(a->digest)) == 0);
	CHECK("known", a->known == b->known);
}

TEST(engine_replay_ahead_is_the_same)
{
	for (int sealed = 0; sealed < 2; sealed++) {
		struct house h = house_make(sealed != 0);
		struct state_digest live;
		struct why why = { 0 };
		CHECK("digest", engine_digest(h.engine, &live, &why) == OK);
		uint64_t known = sum_of_known(&h);
		struct outcome ahead = outcome_of(&h, true), here = outcome_of(&h, false);
		check_same(&ahead, &here);
		CHECK("opens", ahead.error == OK && ahead.unreadable == 0);
		CHECK("as live", memcmp(&ahead.digest, &live, sizeof(live)) == 0);
		CHECK("known as live", ahead.known == known);
		house_done(&h);
	}
}

/* The first segment's file, rows or sealed. */
static const char *first_segment(bool sealed)
{
	return sealed ? "/data/journal/00000000000000000001-0001.seal"
		      : "/data/journal/00000000000000000001-0000.log";
}

TEST(engine_replay_ahead_of_a_damaged_journal)
{
	static const uint64_t places[] = { 200, 5000, 40000 };

	for (int sealed = 0; sealed < 2; sealed++) {
		struct house h = house_make(sealed != 0);
		for (size_t i = 0; i < ARRAY_LEN(places); i++) {
			sim_disk_flip(h.sim, first_segment(sealed != 0), places[i], 1);
			struct outcome ahead = outcome_of(&h, true), here = outcome_of(&h, false);
			check_same(&ahead, &here);
			CHECK("noticed", ahead.unreadable > 0);
		}
		house_done(&h);
	}
}

/* Any operation of the disk fails: the same error, and no thread is left behind. */
TEST(engine_replay_ahead_on_a_failing_disk)
{
	struct house h = house_make(false);
	struct sim_faults *faults = sim_disk_faults(h.sim);
	struct why why = { 0 };
	unsigned failures = 0;

	for (uint64_t after = 1; after < 40; after += 3) {
		CHECK("opens", open_again(&h, true, &why) == OK);
		engine_close(h.engine);
		h.engine = NULL;
		faults->fail_at = sim_disk_operations(h.sim) + after;
		faults->fail_with = ERR_IO;
		failures += open_again(&h, true, &why) != OK;
		faults->fail_at = 0;
	}
	CHECK("some failed", failures > 3 && failures < 13);
	CHECK("opens", open_again(&h, true, &why) == OK);
	house_done(&h);
}
