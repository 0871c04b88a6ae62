/* tests/journal_dedup_damage_test.c - a damaged index never gives a wrong answer; a busy one
 * neither. */
#include "journal/dedup.h"
#include "journal/dedup_format.h"

#include "base/random.h"
#include "support/failing_disk.h"
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 1500 };

static char folder[PATH_BYTES_MAX];

static struct dedup_entry entry_of(uint64_t i)
{
	struct random random = random_of(i);

	return (struct dedup_entry){ .key = { random_next(&random), random_next(&random) },
		.seq = i + 1,
		.check = (uint32_t)i };
}

static void add_range(struct dedup *dedup, uint64_t from, uint64_t to)
{
	struct why why = { 0 };

	for (uint64_t i = from; i < to; i++) {
		struct dedup_entry entry = entry_of(i);
		CHECK("adds", dedup_add(dedup, &entry, &why) == OK);
	}
}

/* Two runs and a manifest; the names of the three files. */
static void make(const char *names[3])
{
	struct why why = { 0 };
	struct dedup *dedup;
	uint64_t covered;

	(void)snprintf(folder, sizeof(folder), "%s/dedup", test_folder());
	CHECK("makes", dedup_open(disk_real(), folder, NULL, &dedup, &covered, &why) == OK);
	CHECK("is new", covered == 1 && dedup_count(dedup) == 0);
	add_range(dedup, 0, ENTRIES / 3);
	CHECK("saves", dedup_save(dedup, ENTRIES / 3 + 1, &why) == OK);
	add_range(dedup, ENTRIES / 3, ENTRIES);
	CHECK("saves", dedup_save(dedup, ENTRIES + 1, &why) == OK);
	CHECK("counts", dedup_count(dedup) == ENTRIES);
	dedup_close(dedup);
	names[0] = "run-1.dedup";
	names[1] = "run-2.dedup";
	names[2] = "manifest";
}

/* Every answer is right or refused; if `whole`, all are right.  Returns how many were refused. */
static unsigned look_up_all(struct dedup *dedup, const char *row)
{
	unsigned refused = 0;

	for (uint64_t i = 0; i < ENTRIES + 200; i++) {
		struct dedup_entry entry, wanted = entry_of(i);
		struct why why = { 0 };
		bool found;
		err e = dedup_find(dedup, wanted.key, &found, &entry, &why);
		refused += e != OK;
		CHECK(row, e == OK || (e == ERR_CORRUPT && why.has_offset && why.file[0] != 0));
		CHECK(row, e != OK || found == (i < ENTRIES));
		CHECK(row, e != OK || !found ||
				   (entry.seq == wanted.seq && entry.check == wanted.check));
	}
	return refused;
}

/* Opens what was damaged.  Either that is seen at once, or by dedup_check. */
static void open_damaged(const char *row, bool read_blocks)
{
	struct dedup_options options = { .read_blocks = read_blocks };
	struct failing_disk disk; /* for its quick syncs */
	struct why why = { 0 };
	struct dedup *dedup;
	uint64_t covered = 0;

	failing_disk_init(&disk);
	CHECK(row, dedup_open(&disk.disk, folder, &options, &dedup, &covered, &why) == OK);
	if (dedup_damage(dedup) != NULL) {
		CHECK(row, dedup_damage(dedup)->message == MSG_DEDUP_DAMAGED);
		CHECK(row, covered == 1 && dedup_count(dedup) == 0);
		CHECK(row, dedup_check(dedup, NULL, &why) == OK);
		add_range(dedup, 0, 10);
		CHECK(row, dedup_save(dedup, 11, &why) == OK);
	} else {
		CHECK(row, covered == ENTRIES + 1 && look_up_all(dedup, row) > 0);
		CHECK(row, dedup_check(dedup, NULL, &why) == ERR_CORRUPT);
		CHECK(row, why.has_offset && why.file[0] != '\0');
	}
	dedup_close(dedup);
}

static void write_file(const char *name, str bytes)
{
	char path[PATH_BYTES_MAX];
	struct file *file;

	ASSERT(path_join(path, folder, name, NULL) == OK);
	ASSERT(disk_open(disk_real(), path, FILE_CREATE_OR_EMPTY, &file, NULL) == OK);
	ASSERT(bytes.len == 0 || file_write_at(file, 0, bytes.ptr, bytes.len, NULL) == OK);
	file_close(file);
}

static str read_file(const char *name, struct arena *arena)
{
	char path[PATH_BYTES_MAX];
	str bytes;

	ASSERT(path_join(path, folder, name, NULL) == OK);
	ASSERT(disk_read_whole(disk_real(), path, (size_t)1 << 20, arena, &bytes, NULL) == OK);
	return bytes;
}

TEST(dedup_finds_a_flipped_byte_anywhere)
{
	AUTO_ARENA arena = arena_create((size_t)4 << 20);
	struct random random = random_of(5);
	const char *names[3];
	str files[3];

	make(names);
	for (size_t f = 0; f < 3; f++)
		files[f] = read_file(names[f], arena);
	for (int i = 0; i < 400; i++) {
		size_t f = i < 68 ? 2 : random_below(&random, 2);
		size_t at = i < 68 ? (size_t)i : random_below(&random, files[f].len);
		char row[64];
		(void)snprintf(row, sizeof(row), "%s at %zu", names[f], at);
		char *bytes = malloc(files[f].len);
		ASSERT(bytes != NULL && at < files[f].len);
		memcpy(bytes, files[f].ptr, files[f].len);
		bytes[at] = (char)(bytes[at] ^ (1 << random_below(&random, 8)));
		for (size_t g = 0; g < 3; g++)
			write_file(names[g], g == f ? (str){ bytes, files[g].len } : files[g]);
		free(bytes);
		open_damaged(row, i % 2 == 0);
	}
}

TEST(dedup_finds_cut_grown_and_missing_files)
{
	AUTO_ARENA arena = arena_create((size_t)4 << 20);
	const char *names[3];
	char *longer;
	str files[3];

	make(names);
	for (size_t f = 0; f < 3; f++)
		files[f] = read_file(names[f], arena);
	for (size_t f = 0; f < 3; f++) {
		size_t len = files[f].len;
		size_t lens[] = { 0, 1, len / 2, len - 4096 > len ? 7 : len - 4096, len - 1,
			len + 1 };
		longer = calloc(1, len + 1);
		ASSERT(longer != NULL);
		memcpy(longer, files[f].ptr, len);
		for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
			for (size_t g = 0; g < 3; g++)
				write_file(names[g], g == f ? (str){ longer, lens[i] } : files[g]);
			open_damaged(names[f], i % 2 == 0);
		}
		free(longer);
	}
	for (size_t g = 1; g < 3; g++)
		write_file(names[g], files[g]);
	char path[PATH_BYTES_MAX];
	ASSERT(path_join(path, folder, names[0], NULL) == OK);
	ASSERT(disk_remove(disk_real(), path, NULL) == OK);
	open_damaged("missing", false);
}

TEST(dedup_sweeps_what_was_left)
{
	AUTO_ARENA arena = arena_create((size_t)4 << 20);
	struct disk_entry *entries;
	const char *names[3];
	struct why why = { 0 };
	struct dedup *dedup;
	uint64_t covered;
	size_t count;

	make(names);
	write_file("run-77.dedup", STR("torn"));
	write_file("manifest.tmp", STR("torn"));
	write_file("notes.txt", STR("somebody's"));
	CHECK("opens", dedup_open(disk_real(), folder, NULL, &dedup, &covered, &why) == OK);
	CHECK("whole", dedup_damage(dedup) == NULL && covered == ENTRIES + 1);
	CHECK("answers", look_up_all(dedup, "swept") == 0);
	dedup_close(dedup);
	CHECK("lists", disk_list(disk_real(), folder, arena, &entries, &count, &why) == OK);
	CHECK("ours are gone, others stay",
		count == 4 && str_equal(entries[1].name, STR("notes.txt")));
}

TEST(dedup_remembers_that_it_covers_when_empty)
{
	struct why why = { 0 };
	struct dedup *dedup;
	uint64_t covered;

	(void)snprintf(folder, sizeof(folder), "%s/dedup", test_folder());
	CHECK("makes", dedup_open(disk_real(), folder, NULL, &dedup, &covered, &why) == OK);
	CHECK("saves", dedup_save(dedup, 500, &why) == OK);
	dedup_close(dedup);
	CHECK("opens", dedup_open(disk_real(), folder, NULL, &dedup, &covered, &why) == OK);
	CHECK("covers", covered == 500 && dedup_count(dedup) == 0);
	dedup_close(dedup);
	CHECK("discards", dedup_discard(disk_real(), folder, &why) == OK);
	CHECK("twice", dedup_discard(disk_real(), folder, &why) == OK);
	CHECK("opens", dedup_open(disk_real(), folder, NULL, &dedup, &covered, &why) == OK);
	CHECK("afresh, not damaged", covered == 1 && dedup_damage(dedup) == NULL);
	dedup_close(dedup);
}

TEST(dedup_refuses_more_than_it_may_hold)
{
	struct dedup_options options = { .memory_entries_max = 10 };
	struct failing_disk disk;
	struct why why = { 0 };
	struct dedup *dedup;
	uint64_t covered;

	failing_disk_init(&disk);
	(void)snprintf(folder, sizeof(folder), "%s/dedup", test_folder());
	CHECK("makes", dedup_open(&disk.disk, folder, &options, &dedup, &covered, &why) == OK);
	CHECK("half", dedup_reserve(dedup, 5, &why) == OK);
	CHECK("over half", dedup_reserve(dedup, 6, &why) == ERR_LIMIT);
	for (uint64_t i = 0; i < DEDUP_RUNS_MAX; i++) {
		add_range(dedup, i, i + 1);
		CHECK("saves", dedup_save(dedup, i + 2, &why) == OK);
	}
	struct dedup_entry last = entry_of(DEDUP_RUNS_MAX);
	CHECK("adds", dedup_add(dedup, &last, &why) == OK);
	CHECK("full", dedup_save(dedup, DEDUP_RUNS_MAX + 2, &why) == ERR_FULL);
	for (bool did = true; did;)
		CHECK("merges", dedup_merge_one(dedup, &did, &why) == OK);
	CHECK("saves again", dedup_save(dedup, DEDUP_RUNS_MAX + 2, &why) == OK);
	CHECK("knows all", dedup_count(dedup) == DEDUP_RUNS_MAX + 1);
	dedup_close(dedup);
}

static struct dedup *shared;
static bool stop; /* atomic */

static void *merge_until_stopped(void *none)
{
	struct why why = { 0 };
	bool did = true;

	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE) || did)
		CHECK("merges", dedup_merge_one(shared, &did, &why) == OK);
	return none;
}

TEST(dedup_merges_beside_the_writer)
{
	struct dedup_options options = { .memory_entries_max = 100 };
	struct failing_disk disk;
	struct why why = { 0 };
	uint64_t covered;
	pthread_t merger;

	failing_disk_init(&disk);
	(void)snprintf(folder, sizeof(folder), "%s/dedup", test_folder());
	CHECK("makes", dedup_open(&disk.disk, folder, &options, &shared, &covered, &why) == OK);
	__atomic_store_n(&stop, false, __ATOMIC_RELEASE);
	ASSERT(pthread_create(&merger, NULL, merge_until_stopped, NULL) == 0);
	for (uint64_t i = 0; i < ENTRIES; i += 10) {
		add_range(shared, i, i + 10);
		for (uint64_t k = 0; k <= i; k += 97) {
			struct dedup_entry entry, wanted = entry_of(k);
			bool found;
			CHECK("finds", dedup_find(shared, wanted.key, &found, &entry, &why) == OK &&
					       found && entry.seq == k + 1);
		}
		if (i % 200 == 0)
			CHECK("saves", dedup_save(shared, i + 11, &why) == OK);
		if (i % 300 == 0)
			CHECK("checks", dedup_check(shared, NULL, &why) == OK);
		CHECK("counts", dedup_count(shared) == i + 10);
		CHECK("takes", dedup_resident_bytes(shared) > 0);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	CHECK("ends", pthread_join(merger, NULL) == 0);
	CHECK("knows all", look_up_all(shared, "beside") == 0);
	dedup_close(shared);
}

/* As an import does: tables of several lists, frozen and written beside whoever looks up, in one
 * that is being written too, and adds what is there already. */
TEST(dedup_writes_beside_who_looks_up)
{
	enum { MEMORY = 2000000, FROZEN = 8000, ALL = 100000, BATCH = 500, ASKED = 64 };
	static struct dedup_entry batch[BATCH], answers[ASKED];
	struct dedup_key keys[ASKED];
	uint64_t wanted[ASKED], covered;
	struct random random = random_of(21);
	bool found[ASKED];
	struct failing_disk disk;
	struct why why = { 0 };
	pthread_t merger;

	failing_disk_init(&disk);
	(void)snprintf(folder, sizeof(folder), "%s/dedup", test_folder());
	CHECK("makes", dedup_open(&disk.disk, folder, NULL, &shared, &covered, &why) == OK);
	add_range(shared, 0, BATCH);
	dedup_widen(shared, MEMORY); /* the next table is a larger one */
	__atomic_store_n(&stop, false, __ATOMIC_RELEASE);
	ASSERT(pthread_create(&merger, NULL, merge_until_stopped, NULL) == 0);
	for (uint64_t end = BATCH; end < ALL; end += BATCH) {
		for (size_t i = 0; i < BATCH; i++) /* one in ten comes again */
			batch[i] = entry_of(i % 10 == 9 ? end + i - 9 : end + i);
		CHECK("adds", dedup_add_many(shared, batch, BATCH, &why) == OK);
		if (end % FROZEN == 0)
			CHECK("freezes", dedup_freeze(shared, &why) == OK);
		for (size_t i = 0; i < ASKED; i++) {
			wanted[i] = random_below(&random, 2 * end);
			keys[i] = entry_of(wanted[i]).key;
		}
		CHECK("asks", dedup_find_many(shared, keys, ASKED, found, answers, &why) == OK);
		for (size_t i = 0; i < ASKED; i++) {
			bool is_there = wanted[i] < BATCH ||
					(wanted[i] < end + BATCH && wanted[i] % 10 != 9);
			CHECK("answers", found[i] == is_there &&
						 (!is_there || answers[i].seq == wanted[i] + 1));
		}
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	CHECK("ends", pthread_join(merger, NULL) == 0);
	CHECK("counts", dedup_count(shared) == BATCH + (ALL - BATCH) / 10 * 9);
	CHECK("is whole", dedup_check(shared, NULL, &why) == OK);
	dedup_close(shared);
}
