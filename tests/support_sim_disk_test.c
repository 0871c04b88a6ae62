/* tests/support_sim_disk_test.c - the simulated disk keeps what base/file.h promises, no more. */
#include "support/sim_disk.h"
#include "test.h"

#include <string.h>

enum { TRIES = 64 };

static struct file *must_open(struct sim_disk *sim, const char *path, enum file_mode mode)
{
	struct file *file = NULL;
	struct why why = { 0 };

	CHECK(path, disk_open(sim_disk_of(sim), path, mode, &file, &why) == OK);
	return file;
}

static void must_write(struct file *file, uint64_t at, const char *text)
{
	struct why why = { 0 };

	CHECK(text, file_write_at(file, at, text, strlen(text), &why) == OK);
}

static bool reads(struct sim_disk *sim, const char *path, const char *text)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct why why = { 0 };
	str bytes;

	return disk_read_whole(sim_disk_of(sim), path, 1 << 16, arena, &bytes, &why) == OK &&
	       str_equal(bytes, str_of(text));
}

static bool exists(struct sim_disk *sim, const char *path)
{
	struct file *file;
	struct why why = { 0 };

	if (disk_open(sim_disk_of(sim), path, FILE_READ, &file, &why) != OK)
		return false;
	file_close(file);
	return true;
}

static void sync_root(struct sim_disk *sim)
{
	struct why why = { 0 };

	CHECK("sync /", disk_sync_folder(sim_disk_of(sim), "/", &why) == OK);
}

/* A file "/a" that holds "old", durable with its name. */
static struct sim_disk *with_old(uint64_t seed)
{
	struct sim_disk *sim = sim_disk_create(seed, NULL);
	struct file *file = must_open(sim, "/a", FILE_CREATE);
	struct why why = { 0 };

	must_write(file, 0, "old");
	CHECK("sync", file_sync(file, &why) == OK);
	file_close(file);
	sync_root(sim);
	return sim;
}

/* Over many seeds: which of the two outcomes were seen? */
struct seen {
	unsigned old, fresh, other;
};

static void note(struct seen *seen, bool old, bool fresh)
{
	if (old)
		seen->old++;
	else if (fresh)
		seen->fresh++;
	else
		seen->other++;
}

TEST(sim_disk_keeps_what_was_synced)
{
	for (uint64_t seed = 0; seed < TRIES; seed++) {
		struct sim_disk *sim = with_old(seed);
		sim_disk_reboot(sim);
		CHECK("kept", reads(sim, "/a", "old"));
		sim_disk_free(sim);
	}
}

TEST(sim_disk_may_lose_what_was_not_synced)
{
	struct seen content = { 0 }, name = { 0 }, renamed = { 0 }, removed = { 0 };
	struct why why = { 0 };

	for (uint64_t seed = 0; seed < TRIES; seed++) {
		struct sim_disk *sim = with_old(seed);
		struct disk *disk = sim_disk_of(sim);
		struct file *a = must_open(sim, "/a", FILE_WRITE);
		struct file *b = must_open(sim, "/b", FILE_CREATE);
		must_write(a, 0, "new");
		must_write(b, 0, "b");
		CHECK("sync b", file_sync(b, &why) == OK);
		CHECK("read before", reads(sim, "/a", "new") && reads(sim, "/b", "b"));
		file_close(a);
		file_close(b);
		sim_disk_reboot(sim);
		note(&content, reads(sim, "/a", "old"), reads(sim, "/a", "new"));
		note(&name, !exists(sim, "/b"), reads(sim, "/b", "b"));

		b = must_open(sim, "/c.tmp", FILE_CREATE);
		must_write(b, 0, "c");
		CHECK("sync c", file_sync(b, &why) == OK);
		file_close(b);
		sync_root(sim);
		bool was_old = reads(sim, "/a", "old");
		CHECK("rename", disk_rename(disk, "/c.tmp", "/a", &why) == OK);
		sim_disk_reboot(sim);
		note(&renamed, reads(sim, "/a", was_old ? "old" : "new"), reads(sim, "/a", "c"));
		CHECK("remove", disk_remove(disk, "/a", &why) == OK);
		sim_disk_reboot(sim);
		note(&removed, exists(sim, "/a"), !exists(sim, "/a"));
		sim_disk_free(sim);
	}
	CHECK("content", content.old > 0 && content.fresh > 0 && content.other == 0);
	CHECK("name", name.old > 0 && name.fresh > 0 && name.other == 0);
	CHECK("rename", renamed.old > 0 && renamed.fresh > 0 && renamed.other == 0);
	CHECK("remove", removed.old > 0 && removed.fresh > 0 && removed.other == 0);
}

/* Four pages written, none synced: each is whole or old, in every combination. */
TEST(sim_disk_tears_by_pages_in_any_order)
{
	unsigned combinations = 0;
	bool met[16] = { false };
	struct why why = { 0 };

	for (uint64_t seed = 0; seed < 512; seed++) {
		char old[2048], fresh[2048], got[2048];
		size_t bytes;
		struct sim_disk *sim = sim_disk_create(seed, NULL);
		struct file *file = must_open(sim, "/a", FILE_CREATE);
		memset(old, 'o', sizeof(old));
		memset(fresh, 'n', sizeof(fresh));
		CHECK("old", file_write_at(file, 0, old, sizeof(old), &why) == OK);
		CHECK("sync", file_sync(file, &why) == OK);
		sync_root(sim);
		CHECK("new", file_write_at(file, 0, fresh, sizeof(fresh), &why) == OK);
		file_close(file);
		sim_disk_reboot(sim);
		file = must_open(sim, "/a", FILE_READ);
		CHECK("read", file_read_at(file, 0, got, sizeof(got), &bytes, &why) == OK);
		file_close(file);
		CHECK("size", bytes == sizeof(got));
		unsigned which = 0;
		for (size_t page = 0; page < 4; page++) {
			bool is_new = memcmp(got + page * 512, fresh, 512) == 0;
			CHECK("whole", is_new || memcmp(got + page * 512, old, 512) == 0);
			which |= (unsigned)is_new << page;
		}
		combinations += !met[which];
		met[which] = true;
		sim_disk_free(sim);
	}
	CHECK("all combinations", combinations == 16);
}

TEST(sim_disk_is_dead_until_reboot)
{
	struct sim_disk *sim = with_old(1);
	struct file *file = must_open(sim, "/a", FILE_WRITE), *other;
	struct why why = { 0 };
	char c;
	size_t got;

	sim_disk_faults(sim)->crash_at = sim_disk_operations(sim) + 1;
	CHECK("write", file_write_at(file, 0, "x", 1, &why) == ERR_IO);
	CHECK("crashed", sim_disk_crashed(sim));
	CHECK("read", file_read_at(file, 0, &c, 1, &got, &why) == ERR_IO);
	CHECK("open", disk_open(sim_disk_of(sim), "/a", FILE_READ, &other, &why) == ERR_IO);
	sim_disk_reboot(sim);
	CHECK("an old handle stays dead", file_read_at(file, 0, &c, 1, &got, &why) == ERR_IO);
	CHECK("a new one lives", exists(sim, "/a"));
	file_close(file);
	sim_disk_free(sim);
}

TEST(sim_disk_fails_where_told)
{
	static const err kinds[] = { ERR_IO, ERR_FULL, ERR_READ_ONLY };
	struct why why = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct sim_disk *sim = with_old(i);
		struct sim_faults *faults = sim_disk_faults(sim);
		struct file *file = must_open(sim, "/a", FILE_WRITE);
		faults->fail_with = kinds[i];
		faults->fail_at = sim_disk_operations(sim) + 2;
		CHECK("before", file_write_at(file, 0, "x", 1, &why) == OK);
		CHECK("there", file_sync(file, &why) == kinds[i]);
		CHECK("after", file_sync(file, &why) == OK);
		file_close(file);
		sim_disk_free(sim);
	}
}

TEST(sim_disk_runs_full)
{
	struct sim_disk *sim = with_old(7);
	struct file *file = must_open(sim, "/a", FILE_WRITE);
	struct why why = { 0 };
	uint64_t left;

	sim_disk_faults(sim)->capacity = 1000;
	CHECK("left", disk_free_bytes(sim_disk_of(sim), "/", &left, &why) == OK && left == 997);
	char many[998] = { 0 };
	CHECK("in place", file_write_at(file, 0, "new", 3, &why) == OK);
	CHECK("too much", file_write_at(file, 3, many, sizeof(many), &why) == ERR_FULL);
	CHECK("cut", file_truncate(file, 3, &why) == OK);
	CHECK("just", file_write_at(file, 3, many, sizeof(many) - 1, &why) == OK);
	file_close(file);
	sim_disk_free(sim);
}

/* After a failed sync a later one tells nothing: the bytes are read, and are not on the platter. */
TEST(sim_disk_forgets_after_a_failed_sync)
{
	unsigned lost = 0;
	struct why why = { 0 };

	for (uint64_t seed = 0; seed < 8; seed++) {
		struct sim_disk *sim = with_old(seed);
		struct sim_faults *faults = sim_disk_faults(sim);
		struct file *file = must_open(sim, "/a", FILE_WRITE);
		must_write(file, 0, "new");
		faults->sync_failure_forgets = true;
		faults->fail_with = ERR_IO;
		faults->fail_at = sim_disk_operations(sim) + 1;
		CHECK("fails", file_sync(file, &why) == ERR_IO);
		CHECK("seems well", file_sync(file, &why) == OK && reads(sim, "/a", "new"));
		file_close(file);
		sim_disk_reboot(sim);
		lost += reads(sim, "/a", "old");
		sim_disk_free(sim);
	}
	CHECK("always lost", lost == 8);
}

TEST(sim_disk_removed_files_stay_open)
{
	struct sim_disk *sim = with_old(9);
	struct file *file = must_open(sim, "/a", FILE_READ);
	struct why why = { 0 };
	char got[3];
	size_t bytes;

	CHECK("remove", disk_remove(sim_disk_of(sim), "/a", &why) == OK && !exists(sim, "/a"));
	CHECK("read", file_read_at(file, 0, got, 3, &bytes, &why) == OK && bytes == 3);
	CHECK("the same", memcmp(got, "old", 3) == 0);
	file_close(file);
	sync_root(sim);
	CHECK("gone", !sim_disk_holds(sim, STR("old")));
	sim_disk_free(sim);
}

TEST(sim_disk_locks_and_lists)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct sim_disk *sim = with_old(10);
	struct disk *disk = sim_disk_of(sim);
	struct file *lock, *second;
	struct disk_entry *entries;
	size_t count;
	struct why why = { 0 };

	CHECK("lock", disk_lock(disk, "/lock", &lock, &why) == OK);
	CHECK("held", disk_lock(disk, "/lock", &second, &why) == ERR_BUSY);
	file_close(lock);
	CHECK("free", disk_lock(disk, "/lock", &lock, &why) == OK);
	CHECK("folder", disk_make_folder(disk, "/f", &why) == OK);
	CHECK("list", disk_list(disk, "/", arena, &entries, &count, &why) == OK && count == 3);
	CHECK("sorted", str_equal(entries[0].name, STR("a")) && entries[1].is_folder &&
				str_equal(entries[2].name, STR("lock")));
	CHECK("empty", disk_list(disk, "/f", arena, &entries, &count, &why) == OK && count == 0);
	CHECK("no such", disk_list(disk, "/g", arena, &entries, &count, &why) == ERR_NOT_FOUND);
	file_close(lock);
	sim_disk_free(sim);
}
