/* tests/journal_damage_test.c - every byte of a small journal flipped in turn: damage is named
 * with file and offset, what stands around it is read, nothing altered passes for right. */
#include "event/codec.h"
#include "journal/journal.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#define FOLDER "/j"
#define SEALED FOLDER "/00000000000000000001-0001.seal"
#define CLOSED FOLDER "/00000000000000000007-0000.log"
#define ACTIVE FOLDER "/00000000000000000013-0000.log"

enum { RECORDS = 18, FLIP = 0x41 };

static const struct journal_options small = { .segment_bytes_max = 1 << 16 };

static str bytes_of(struct arena *arena, uint64_t seq)
{
	struct strbuf name = strbuf_in(arena, 64), out = strbuf_in(arena, 4096);
	struct record record = { .kind = RECORD_ENTITY, .source = STR("damage") };

	strbuf_printf(&name, "record %llu, and some more", (unsigned long long)seq);
	record.activity = strbuf_str(&name);
	record_encode(&record, &out);
	return strbuf_str(&out);
}

static void append(struct journal *journal, uint64_t count)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct journal_entry entries[8];
	struct why why = { 0 };
	uint64_t first = 0;

	for (uint64_t i = 0; i < count; i++)
		entries[i] = journal_entry_of(bytes_of(arena, journal_end(journal) + i));
	CHECK("append", journal_append(journal, 5, entries, count, &first, &why) == OK);
}

/* Records 1 to 6 sealed, 7 to 12 in closed rows, 13 to 18 in the active ones; closed or not. */
static struct sim_disk *make(bool closed)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	struct journal *journal;
	struct why why = { 0 };
	bool did;

	CHECK("open", journal_open(sim_disk_of(sim), FOLDER, &small, &journal, NULL, &why) == OK);
	for (int i = 0; i < 3; i++) {
		append(journal, 2);
		append(journal, 1);
		append(journal, 3);
		CHECK("roll", i == 2 || journal_roll(journal, &why) == OK);
		CHECK("seal", i > 0 || journal_seal_one(journal, 3, &did, &why) == OK);
	}
	if (!closed)
		sim_disk_faults(sim)->crash_at = sim_disk_operations(sim) + 1;
	journal_close(journal);
	sim_disk_reboot(sim);
	return sim;
}

static uint64_t size_of(struct sim_disk *sim, const char *path)
{
	struct file *file;
	struct why why = { 0 };
	uint64_t bytes = 0;

	CHECK(path, disk_open(sim_disk_of(sim), path, FILE_READ, &file, &why) == OK &&
			    file_size(file, &bytes, &why) == OK);
	file_close(file);
	return bytes;
}

struct outcome {
	err opened;
	struct journal_recovery recovery;
	uint64_t readable, faults, reports;
	bool altered, placed; /* placed: each report says which file and where */
};

static void note_place(void *context, const struct why *fault)
{
	struct outcome *o = context;

	o->placed = o->placed && fault->file[0] == '/' && fault->has_offset;
}

static void read_all(struct journal *journal, struct outcome *o)
{
	struct journal_scan *scan;
	struct journal_record record;
	bool more = true, seen[RECORDS + 2] = { false };

	struct why why = { 0 };
	CHECK("scan", journal_scan_open(journal, 1, &scan, &why) == OK);
	while (more) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct why fault = { 0 };
		err e = journal_scan_next(scan, &more, &record, &fault);
		if (e == ERR_CORRUPT) {
			o->reports++;
			note_place(o, &fault);
		} else if (e == OK && more) {
			seen[record.seq] = true;
			o->readable++;
			o->altered |= !str_equal(record.bytes, bytes_of(arena, record.seq));
		}
		CHECK("scan", (e == OK || e == ERR_CORRUPT) && o->reports < 100);
		if (o->reports == 100)
			break;
	}
	journal_scan_close(scan);
	for (uint64_t seq = 1; seq < journal_end(journal); seq++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		err e = journal_read(journal, seq, arena, &record, &why);
		CHECK("read as scanned", e == (seen[seq] ? OK : ERR_CORRUPT));
	}
}

static struct outcome look(struct sim_disk *sim)
{
	struct outcome o = { .placed = true };
	struct journal *journal;
	struct why why = { 0 };

	o.opened = journal_open(sim_disk_of(sim), FOLDER, &small, &journal, &o.recovery, &why);
	if (o.opened != OK) {
		note_place(&o, &why);
		return o;
	}
	read_all(journal, &o);
	CHECK("check", journal_check(journal, NULL, note_place, &o, &o.faults, &why) == OK);
	journal_close(journal);
	return o;
}

/* Flips each byte of a file; `at_least` records must stay readable. */
static void flip_each(const char *path, bool closed, uint64_t from, uint64_t at_least)
{
	struct sim_disk *sim = make(closed);
	uint64_t size = size_of(sim, path);

	sim_disk_free(sim);
	for (uint64_t at = from; at < size; at++) {
		char row[96];
		(void)snprintf(row, sizeof(row), "%s, byte %llu", path, (unsigned long long)at);
		sim = make(closed);
		sim_disk_flip(sim, path, at, FLIP);
		struct outcome o = look(sim);
		CHECK(row, o.opened == OK && o.recovery.end_seq == RECORDS + 1);
		CHECK(row, o.faults > 0 && o.placed && !o.altered);
		CHECK(row, o.readable >= at_least && (o.readable == RECORDS) == (o.reports == 0));
		sim_disk_free(sim);
	}
}

TEST(journal_names_damage_in_closed_rows)
{
	flip_each(CLOSED, true, 0, RECORDS - 3); /* a mark takes its batch with it */
}

TEST(journal_names_damage_in_sealed_files)
{
	flip_each(SEALED, true, 0, RECORDS - 6);
}

/* After a clean close the end mark proves all that is before it.  Damage of the mark itself costs
 * nothing: recovery writes a new one. */
TEST(journal_names_damage_in_active_rows)
{
	struct sim_disk *sim = make(true);
	uint64_t size = size_of(sim, ACTIVE);

	sim_disk_free(sim);
	for (uint64_t at = 0; at < size; at++) {
		char row[64];
		(void)snprintf(row, sizeof(row), "byte %llu", (unsigned long long)at);
		sim = make(true);
		sim_disk_flip(sim, ACTIVE, at, FLIP);
		struct outcome o = look(sim);
		CHECK(row, o.opened == OK && o.recovery.end_seq == RECORDS + 1);
		CHECK(row, (o.faults > 0) == (at + 56 < size) && o.placed && !o.altered);
		CHECK(row, o.readable >= RECORDS - 3);
		CHECK(row, o.readable + o.recovery.damaged_records == RECORDS);
		sim_disk_free(sim);
	}
}

/* After a crash there is no end mark: yet a changed byte in the last batch does not pass for a torn
 * write, and the batch is not cut in silence. */
TEST(journal_tells_damage_from_a_torn_write)
{
	struct sim_disk *sim = make(true);
	uint64_t end = size_of(sim, ACTIVE) - 56;

	sim_disk_free(sim);
	for (uint64_t at = 64; at < end; at++) {
		char row[64];
		(void)snprintf(row, sizeof(row), "byte %llu", (unsigned long long)at);
		sim = make(false);
		sim_disk_flip(sim, ACTIVE, at, FLIP);
		struct outcome o = look(sim);
		CHECK(row, o.opened == OK || o.opened == ERR_CORRUPT);
		CHECK(row, o.placed && !o.altered);
		if (o.opened == OK) {
			CHECK(row, o.recovery.end_seq == RECORDS + 1);
			CHECK(row, o.faults > 0);
			CHECK(row, o.readable + o.recovery.damaged_records == RECORDS);
		}
		sim_disk_free(sim);
	}
}

TEST(journal_names_missing_files)
{
	static const struct {
		const char *path;
		err opened;
		uint64_t readable;
	} rows[] = {
		{ SEALED, OK, RECORDS - 6 },
		{ CLOSED, OK, RECORDS - 6 },
	};
	struct why why = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sim_disk *sim = make(true);
		CHECK("remove", disk_remove(sim_disk_of(sim), rows[i].path, &why) == OK);
		struct outcome o = look(sim);
		CHECK(rows[i].path, o.opened == rows[i].opened && o.readable == rows[i].readable);
		CHECK(rows[i].path, o.faults > 0 && o.reports > 0);
		sim_disk_free(sim);
	}
	struct sim_disk *sim = make(true);
	CHECK("remove", disk_remove(sim_disk_of(sim), ACTIVE, &why) == OK &&
				disk_remove(sim_disk_of(sim), CLOSED, &why) == OK);
	CHECK("a sealed file is never the last", look(sim).opened == ERR_CORRUPT);
	sim_disk_free(sim);
}

/* Damage stops sealing and erasing of its own file, told once, and of no other. */
TEST(journal_does_not_replace_damaged_files)
{
	struct sim_disk *sim = make(true);
	struct journal *journal;
	struct why why = { 0 };
	bool did = true;
	uint64_t in_damage = 8, beside = 14, end;

	sim_disk_flip(sim, CLOSED, 64 + 56 + 20, FLIP);
	CHECK("open", journal_open(sim_disk_of(sim), FOLDER, &small, &journal, NULL, &why) == OK);
	CHECK("told", journal_seal_one(journal, 3, &did, &why) == ERR_CORRUPT);
	CHECK("once", journal_seal_one(journal, 3, &did, &why) == OK && !did);
	CHECK("no erasing", journal_rewrite(journal, &in_damage, 1, &why) == ERR_CORRUPT);
	CHECK("elsewhere", journal_rewrite(journal, &beside, 1, &why) == OK);
	CHECK("sealing too", journal_seal_one(journal, 3, &did, &why) == OK && did);
	end = journal_end(journal);
	append(journal, 2);
	CHECK("appending too", journal_end(journal) == end + 2);
	journal_close(journal);
	sim_disk_free(sim);
}
