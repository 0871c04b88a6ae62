/* tests/journal_journal_test.c - the journal on a healthy disk: append, read, scan, roll, seal,
 * erase, reopen; limits; what a newer program wrote. */
#include "journal/journal.h"

#include "base/crc32c.h"
#include "event/codec.h"
#include "journal/segment.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdio.h>
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
		entries[i] = journal_entry_of(event_bytes(arena, seq + i, padding));
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

	CHECK("check runs",
		journal_check(b->journal, NULL, print_fault, &print, &faults, &b->why) == OK);
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
	size_t waiting = journal_unsealed(b.journal);
	CHECK("some wait", waiting > 2);
	for (int i = 0; i < 2; i++)
		CHECK("seal", journal_seal_one(b.journal, 3, &did, &b.why) == OK && did);
	CHECK("two fewer", journal_unsealed(b.journal) == waiting - 2);
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

TEST(journal_refuses_what_it_cannot_keep)
{
	struct bench b = bench_of(4);
	AUTO_ARENA arena = arena_create(16 << 20);
	struct journal_options tight = { .segment_bytes_max = 4096, .batch_bytes_max = 1000 };
	struct journal_record record;
	struct journal_scan *scan;
	uint64_t first = 0, beyond = 2, zero = 0;
	bool did = true;
	struct journal_entry large = { .bytes = { arena_alloc(arena, RECORD_BYTES_MAX + 1),
					       RECORD_BYTES_MAX + 1 } };

	CHECK("record", journal_append(b.journal, 1, &large, 1, &first, &b.why) == ERR_LIMIT);
	large.bytes.len--;
	large = journal_entry_of(large.bytes);
	CHECK("largest", journal_append(b.journal, 1, &large, 1, &first, &b.why) == OK);
	CHECK("read 0", journal_read(b.journal, 0, arena, &record, &b.why) == ERR_NOT_FOUND);
	CHECK("read end", journal_read(b.journal, 2, arena, &record, &b.why) == ERR_NOT_FOUND);
	CHECK("scan 0", journal_scan_open(b.journal, 0, &scan, &b.why) == ERR_NOT_FOUND);
	CHECK("scan beyond", journal_scan_open(b.journal, 3, &scan, &b.why) == ERR_NOT_FOUND);
	CHECK("erase beyond", journal_rewrite(b.journal, &beyond, 1, &b.why) == ERR_NOT_FOUND);
	CHECK("erase 0", journal_rewrite(b.journal, &zero, 1, &b.why) == ERR_NOT_FOUND);
	CHECK("erase nothing", journal_rewrite(b.journal, &zero, 0, &b.why) == OK);
	CHECK("nothing to seal", journal_seal_one(b.journal, 3, &did, &b.why) == OK && !did);
	journal_close(b.journal);
	CHECK("reopen", journal_open(sim_disk_of(b.sim), FOLDER, &tight, &b.journal, &b.recovery,
				&b.why) == OK);
	large = journal_entry_of(str_upto(large.bytes, 993));
	CHECK("batch", journal_append(b.journal, 1, &large, 1, &first, &b.why) == ERR_LIMIT);
	large = journal_entry_of(str_upto(large.bytes, 992));
	CHECK("just", journal_append(b.journal, 1, &large, 1, &first, &b.why) == OK && first == 2);
	bench_done(&b);
}

TEST(journal_read_within_a_small_arena_is_refused)
{
	struct bench b = bench_of(5);
	AUTO_ARENA arena = arena_create(1 << 20);
	struct journal_record record;

	CHECK("append", append(&b, 3, 50) == OK);
	for (int sealed = 0; sealed < 2; sealed++) {
		bool did = true;
		arena_fail_at(arena, 1);
		CHECK("limit", journal_read(b.journal, 2, arena, &record, &b.why) == ERR_LIMIT);
		CHECK("then", journal_read(b.journal, 2, arena, &record, &b.why) == OK);
		CHECK("roll", journal_roll(b.journal, &b.why) == OK);
		CHECK("seal", journal_seal_one(b.journal, 1, &did, &b.why) == OK);
	}
	bench_done(&b);
}

TEST(journal_received_time_never_decreases)
{
	struct bench b = bench_of(6);
	AUTO_ARENA arena = arena_create(1 << 20);
	static const int64_t told[] = { 500, 400, 600, -3, 600, 700 };
	static const int64_t kept[] = { 500, 500, 600, 600, 600, 700 };
	struct journal_entry entry = journal_entry_of(event_bytes(arena, 1, 5));
	struct journal_record record;
	uint64_t first;

	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		CHECK("append",
			journal_append(b.journal, told[i], &entry, 1, &first, &b.why) == OK);
		if (i == 3) /* also over an empty active segment */
			CHECK("roll and reopen",
				journal_roll(b.journal, &b.why) == OK && reopen(&b) == OK);
		CHECK("last", journal_last_received_ms(b.journal) == kept[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		CHECK("read", journal_read(b.journal, i + 1, arena, &record, &b.why) == OK);
		CHECK("time", record.received_ms == kept[i]);
	}
	bench_done(&b);
}

TEST(journal_scan_goes_on_after_the_end)
{
	struct bench b = bench_of(7);
	struct journal_scan *scan;
	struct journal_record record;
	bool more = true;

	CHECK("open at the end", journal_scan_open(b.journal, 1, &scan, &b.why) == OK);
	for (uint64_t round = 0; round < 3; round++) {
		CHECK("end", journal_scan_next(scan, &more, &record, &b.why) == OK && !more);
		CHECK("append", append(&b, 2, 20) == OK);
		CHECK("roll", round != 1 || journal_roll(b.journal, &b.why) == OK);
		for (uint64_t i = 1; i <= 2; i++) {
			CHECK("next", journal_scan_next(scan, &more, &record, &b.why) == OK);
			CHECK("seq", more && record.seq == round * 2 + i);
		}
	}
	journal_scan_close(scan);
	bench_done(&b);
}

/* Rows of every size, with places of the sparse index within and between large batches. */
TEST(journal_reads_within_large_batches)
{
	static const struct journal_options large = { .segment_bytes_max = 1 << 20 };
	struct bench b = { .sim = sim_disk_create(8, NULL) };

	CHECK("open", journal_open(sim_disk_of(b.sim), FOLDER, &large, &b.journal, &b.recovery,
			      &b.why) == OK);
	CHECK("one large", append(&b, 700, 500) == OK);
	CHECK("small ones", append(&b, 1, 500) == OK && append(&b, 2, 500) == OK);
	CHECK("one larger", append(&b, 1500, 500) == OK);
	CHECK("the next file", append(&b, 300, 500) == OK);
	for (int i = 0; i < 2; i++) {
		check_all(&b, i == 0 ? "live" : "reopened", NULL, 500);
		journal_close(b.journal);
		CHECK("reopen", journal_open(sim_disk_of(b.sim), FOLDER, &large, &b.journal,
					&b.recovery, &b.why) == OK);
	}
	bench_done(&b);
}

/* A screen asks for 50 events of one customer, which lie anywhere: each costs what lies between two
 * places of the index, in long batches as in short ones. */
TEST(journal_reads_little_for_one_record)
{
	static const struct {
		const char *row;
		size_t batches, events;
	} rows[] = { { "short batches", 400, 3 }, { "long ones", 2, 1000 } };
	const uint64_t most = (uint64_t)3 * SEGMENT_INDEX_BYTES;

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct bench b = { .sim = sim_disk_create(9, NULL) };
		struct journal_record record;

		CHECK("open", journal_open(sim_disk_of(b.sim), FOLDER, NULL, &b.journal,
				      &b.recovery, &b.why) == OK);
		for (size_t i = 0; i < rows[r].batches; i++)
			CHECK("append", append(&b, rows[r].events, 300) == OK);
		for (uint64_t seq = 1; seq < journal_end(b.journal); seq += 37) {
			AUTO_ARENA arena = arena_create(1 << 20);
			uint64_t before = sim_disk_bytes_read(b.sim);
			CHECK(rows[r].row,
				journal_read(b.journal, seq, arena, &record, &b.why) == OK);
			CHECK(rows[r].row, sim_disk_bytes_read(b.sim) - before <= most);
		}
		bench_done(&b);
	}
}

TEST(journal_full_disk_loses_nothing)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct journal_entry entry = journal_entry_of(event_bytes(arena, 1, 5));
	uint64_t first, acked;

	for (uint64_t room = 0; room < 6000; room += 61) {
		struct bench b = bench_of(room);
		CHECK("before", append(&b, 4, 100) == OK);
		sim_disk_faults(b.sim)->capacity = journal_bytes(b.journal) + room;
		err e = OK;
		for (acked = 5; e == OK && acked < 300; acked += e == OK ? 3 : 0)
			e = append(&b, 3, 100);
		CHECK("full", e == ERR_FULL);
		CHECK("stopped", journal_append(b.journal, 1, &entry, 1, &first, &b.why) == ERR_IO);
		CHECK("roll is refused", journal_roll(b.journal, &b.why) == ERR_IO);
		sim_disk_faults(b.sim)->capacity = 0;
		CHECK("reopen", reopen(&b) == OK && journal_end(b.journal) == acked);
		CHECK("goes on", append(&b, 3, 100) == OK);
		check_all(&b, "all there", NULL, 100);
		bench_done(&b);
	}
}

/* ---- files made ahead */

static size_t files_ahead(struct bench *b)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct disk_entry *entries;
	size_t count = 0, ahead = 0;

	CHECK("listed",
		disk_list(sim_disk_of(b->sim), FOLDER, arena, &entries, &count, &b->why) == OK);
	for (size_t i = 0; i < count; i++)
		ahead += str_starts(entries[i].name, STR("ahead-"));
	return ahead;
}

static bool prepare(struct bench *b)
{
	bool did = false;

	CHECK("prepared", journal_prepare(b->journal, &did, &b->why) == OK);
	return did;
}

TEST(journal_takes_files_that_were_made_ahead)
{
	struct bench b = bench_of(9);

	CHECK("one", prepare(&b) && files_ahead(&b) == 1);
	CHECK("two", prepare(&b) && files_ahead(&b) == 2);
	CHECK("enough", !prepare(&b) && files_ahead(&b) == 2);
	CHECK("in the old file", append(&b, 3, 10) == OK);
	CHECK("roll", journal_roll(b.journal, &b.why) == OK);
	CHECK("taken", files_ahead(&b) == 1);
	uint64_t bytes = journal_bytes(b.journal);
	CHECK("zeros do not count", bytes < small.segment_bytes_max);
	CHECK("in a made one", append(&b, 3, 10) == OK && append(&b, 2, 10) == OK);
	CHECK("they count", journal_bytes(b.journal) > bytes);
	CHECK("another", prepare(&b) && files_ahead(&b) == 2);
	check_all(&b, "read", NULL, 10);
	for (int i = 0; i < 40; i++) /* through several segments, with files ahead and without */
		CHECK("appended", append(&b, 4, 200) == OK && (i % 7 != 0 || prepare(&b) || true));
	CHECK("reopens", reopen(&b) == OK);
	CHECK("gone with who made them", files_ahead(&b) == 0);
	CHECK("all there", b.recovery.end_seq == 1 + 8 + 160 && b.recovery.damaged_records == 0);
	CHECK("prepared again", prepare(&b));
	sim_disk_reboot(b.sim); /* the process died */
	CHECK("reopens", reopen(&b) == OK);
	CHECK("gone at opening", files_ahead(&b) == 0);
	bench_done(&b);
}

TEST(journal_does_without_files_made_ahead)
{
	struct bench b = bench_of(10);
	bool did = false;

	CHECK("some", append(&b, 3, 10) == OK);
	sim_disk_faults(b.sim)->fail_at = sim_disk_operations(b.sim) + 2;
	sim_disk_faults(b.sim)->fail_with = ERR_FULL;
	CHECK("told", journal_prepare(b.journal, &did, &b.why) == ERR_FULL && !did);
	sim_disk_faults(b.sim)->fail_at = 0;
	CHECK("none left", files_ahead(&b) == 0);
	CHECK("roll", journal_roll(b.journal, &b.why) == OK);
	CHECK("appends", append(&b, 3, 10) == OK);
	check_all(&b, "read", NULL, 10);
	bench_done(&b);
}

TEST(journal_of_a_newer_program_is_refused)
{
	struct bench b = bench_of(9);
	bool did;
	char head[64];
	size_t got;
	struct file *file;
	struct disk *disk = sim_disk_of(b.sim);
	const char *paths[] = { FOLDER "/00000000000000000001-0001.seal",
		FOLDER "/00000000000000000004-0000.log" };

	CHECK("append", append(&b, 3, 10) == OK && journal_roll(b.journal, &b.why) == OK);
	CHECK("seal", journal_seal_one(b.journal, 3, &did, &b.why) == OK && append(&b, 1, 1) == OK);
	journal_close(b.journal);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char saved[64];
		CHECK("open", disk_open(disk, paths[i], FILE_WRITE, &file, &b.why) == OK);
		CHECK("read", file_read_at(file, 0, head, sizeof(head), &got, &b.why) == OK);
		memcpy(saved, head, sizeof(head));
		head[8] = 2;
		uint32_t crc = crc32c(0, (str){ head, 60 });
		for (int j = 0; j < 4; j++)
			head[60 + j] = (char)(crc >> (8 * j));
		CHECK("write", file_write_at(file, 0, head, sizeof(head), &b.why) == OK);
		CHECK(paths[i], journal_open(disk, FOLDER, &small, &b.journal, &b.recovery,
					&b.why) == ERR_VERSION);
		CHECK("back", file_write_at(file, 0, saved, sizeof(saved), &b.why) == OK);
		file_close(file);
	}
	b.journal = NULL;
	CHECK("as before", reopen(&b) == OK);
	bench_done(&b);
}
