/* test/journal_journal_test.c - the journal on a healthy disk: append, read, scan, roll, seal,
 * erase, reopen; limits; what a newer program wrote. */
#include "journal/journal.h"

#include "base/random.h"
#include "event/codec.h"
#include "support/sim_disk.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "/journal"

static const struct journal_options small = { .segment_bytes_max = 4096 };

struct bench {
	struct sim_disk *sim;
	struct journal *journal;
	struct journal_recovery recovery;
	struct why why;
};

static err reopen(struct bench *b)
{
	journal_close(b->journal);
	b->journal = NULL;
	return journal_open(
		sim_disk_of(b->sim), FOLDER, &small, &b->journal, &b->recovery, &b->why);
}

static struct bench bench_of(uint64_t seed)
{
	struct bench b = { .sim = sim_disk_create(seed, NULL) };

	CHECK("opens", reopen(&b) == OK);
	return b;
}

static void bench_done(struct bench *b)
{
	journal_close(b->journal);
	sim_disk_free(b->sim);
}

/* The canonical bytes of event `seq`; its activity tells it apart. */
static str event_bytes(struct arena *arena, uint64_t seq, size_t padding)
{
	struct strbuf name = strbuf_in(arena, 64), text = strbuf_in(arena, 1 << 20),
		      out = strbuf_in(arena, 2 << 20);
	struct record_identifier who = { .type = STR("email"), .value = STR("jeanne@exemple.fr") };

	strbuf_printf(&name, "activity-%llu", (unsigned long long)seq);
	for (size_t i = 0; i < padding; i++)
		strbuf_add_byte(&text, (char)('a' + (i * 7 + seq) % 26));
	struct record record = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = 1700000000000 + (int64_t)seq, .offset_min = INSTANT_NO_OFFSET },
		.source = STR("test"),
		.channel = STR("web"),
		.activity = strbuf_str(&name),
		.text = strbuf_str(&text),
		.identifiers = &who,
		.identifier_count = 1 };
	record_encode(&record, &out);
	return strbuf_str(&out);
}

static str tombstone(struct arena *arena)
{
	struct record record = { .kind = RECORD_TOMBSTONE };
	struct strbuf out = strbuf_in(arena, 4096);

	record_encode(&record, &out);
	return strbuf_str(&out);
}

/* Appends `count` events as one batch. */
static err append(struct bench *b, size_t count, size_t padding)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	struct journal_entry *entries = arena_array(arena, count, sizeof(*entries));
	uint64_t seq = journal_end(b->journal), first = 0;

	for (size_t i = 0; i < count; i++)
		entries[i].bytes = event_bytes(arena, seq + i, padding);
	err e = journal_append(b->journal, (int64_t)seq * 10, entries, count, &first, &b->why);
	CHECK("first sequence", e != OK || first == seq);
	return e;
}

/* Every record from 1 on is what was appended, but those for which `gone` says so. */
static void check_all(struct bench *b, const char *row, const bool *gone, size_t padding)
{
	struct journal_scan *scan;
	struct journal_record record;
	bool more = true;
	uint64_t seq = 1;

	CHECK(row, journal_scan_open(b->journal, 1, &scan, &b->why) == OK);
	for (;; seq++) {
		AUTO_ARENA arena = arena_create(16 << 20);
		struct journal_record read;
		CHECK(row, journal_scan_next(scan, &more, &record, &b->why) == OK);
		if (!more)
			break;
		bool erased = gone != NULL && gone[seq];
		str expected = erased ? tombstone(arena) : event_bytes(arena, seq, padding);
		CHECK(row, record.seq == seq && str_equal(record.bytes, expected));
		CHECK(row, journal_read(b->journal, seq, arena, &read, &b->why) == OK);
		CHECK(row, read.seq == seq && str_equal(read.bytes, expected));
		CHECK(row, read.received_ms == record.received_ms);
	}
	CHECK(row, seq == journal_end(b->journal));
	journal_scan_close(scan);
}

static void print_fault(void *context, const struct why *fault)
{
	struct strbuf words = strbuf_heap(1000);

	why_words(fault, LANGUAGE_ENGLISH, &words);
	if (*(bool *)context)
		printf("  " STR_FMT "\n", STR_ARG(strbuf_str(&words)));
	strbuf_done(&words);
}

static uint64_t faults_of(struct bench *b, bool print)
{
	uint64_t faults = UINT64_MAX;

	CHECK("check runs", journal_check(b->journal, print_fault, &print, &faults, &b->why) == OK);
	return faults;
}

TEST(journal_appends_reads_reopens)
{
	struct bench b = bench_of(1);

	CHECK("empty", journal_end(b.journal) == 1 && b.recovery.end_seq == 1);
	for (size_t i = 1; i <= 40; i++)
		CHECK("append", append(&b, i % 5 + 1, 60) == OK);
	check_all(&b, "live", NULL, 60);
	uint64_t end = journal_end(b.journal);
	CHECK("reopen", reopen(&b) == OK);
	CHECK("same end", journal_end(b.journal) == end && b.recovery.torn_bytes == 0);
	CHECK("several files", b.recovery.segments > 2 && b.recovery.damaged_records == 0);
	check_all(&b, "reopened", NULL, 60);
	CHECK("no fault", faults_of(&b, true) == 0);
	bench_done(&b);
}

TEST(journal_seals_and_erases)
{
	struct bench b = bench_of(3);
	bool gone[400] = { false };
	bool did = true;
	uint64_t some[] = { 1, 7, 8, 55, 119 }, more[] = { 2, 55, 118, 119 };

	for (size_t i = 0; i < 40; i++)
		CHECK("append", append(&b, 3, 90) == OK);
	for (int i = 0; i < 2; i++)
		CHECK("seal", journal_seal_one(b.journal, 3, &did, &b.why) == OK && did);
	check_all(&b, "two sealed", NULL, 90);
	CHECK("erase", journal_rewrite(b.journal, some, ARRAY_LEN(some), &b.why) == OK);
	for (size_t i = 0; i < ARRAY_LEN(some); i++)
		gone[some[i]] = true;
	check_all(&b, "erased", gone, 90);
	while (did)
		CHECK("seal", journal_seal_one(b.journal, 3, &did, &b.why) == OK);
	check_all(&b, "all sealed", gone, 90);
	CHECK("erase more", journal_rewrite(b.journal, more, ARRAY_LEN(more), &b.why) == OK);
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		gone[more[i]] = true;
	check_all(&b, "erased more", gone, 90);
	CHECK("no fault", faults_of(&b, true) == 0);
	CHECK("reopen", reopen(&b) == OK);
	CHECK("all but the active one are sealed",
		b.recovery.sealed_segments + 1 == b.recovery.segments);
	check_all(&b, "reopened", gone, 90);
	CHECK("append goes on", append(&b, 1, 90) == OK);
	check_all(&b, "appended", gone, 90);
	bench_done(&b);
}
