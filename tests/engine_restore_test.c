/* tests/engine_restore_test.c - a restore takes up where a killed one left, and nowhere else. */
#include "engine/backup.h"
#include "support/sample_items.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

struct shelf {
	struct sim_disk *sim;
	struct disk *disk;
};

static struct shelf shelf_make(void)
{
	struct shelf s = { .sim = sim_disk_create(1, NULL) };
	AUTO_ARENA arena = arena_create(1 << 20);
	struct engine_opening opening;
	struct backup_summary summary;
	struct engine *engine;
	struct why why = { 0 };

	s.disk = sim_disk_of(s.sim);
	const struct engine_options options = { .disk = s.disk, .folder = "/data" };
	CHECK("opens", engine_open(&options, &engine, &opening, &why) == OK);
	for (uint64_t i = 0; i < 20; i++) {
		struct engine_item item = sample_item(engine_secret(engine), i, arena);
		CHECK("written", engine_write(engine, &item, 1, &why) == OK);
	}
	CHECK("back-up", engine_backup(engine, "/backup", &summary, &why) == OK);
	engine_close(engine);
	return s;
}

static bool is_there(struct shelf *s, const char *path)
{
	struct file *file = NULL;
	bool there = disk_open(s->disk, path, FILE_READ, &file, NULL) == OK;

	file_close(file);
	return there;
}

static err restore(struct shelf *s, const char *target, struct why *why)
{
	struct backup_summary summary;

	return backup_restore(s->disk, "/backup", target, &summary, why);
}

static uint64_t records_in(struct shelf *s, const char *folder)
{
	const struct engine_options options = {
		.disk = s->disk, .folder = folder, .must_exist = true
	};
	struct engine_opening opening;
	struct engine *engine;
	struct why why = { 0 };

	CHECK("opens", engine_open(&options, &engine, &opening, &why) == OK);
	uint64_t end = journal_end(engine_journal(engine));
	engine_close(engine);
	return end - 1;
}

/* Killed at each operation, with what it had written kept: the next one succeeds. */
TEST(engine_restore_goes_on_where_one_was_killed)
{
	struct shelf s = shelf_make();
	struct why why = { 0 };
	err e = ERR_IO;
	unsigned tries = 0;

	for (; e != OK && tries < 200; tries++) {
		struct sim_faults *faults = sim_disk_faults(s.sim);
		faults->crash_at = sim_disk_operations(s.sim) + tries + 1;
		e = restore(&s, "/target", &why);
		bool died = sim_disk_crashed(s.sim);
		faults->crash_at = 0;
		sim_disk_reboot(s.sim);
		if (is_there(&s, "/target/format")) /* renamed before it died */
			break;
		CHECK("the power, and nothing else", e == OK || died);
	}
	CHECK("it was killed often", tries > 10);
	CHECK("all there", records_in(&s, "/target") == 20);
	CHECK("nothing left", !is_there(&s, "/target.restoring/restoring"));
	CHECK("again", restore(&s, "/target", &why) == ERR_CONFLICT);
	CHECK("says so", why.message == MSG_RESTORE_TARGET);
	CHECK("elsewhere", restore(&s, "/other", &why) == OK);
	CHECK("without a mark", !is_there(&s, "/other/restoring"));
	sim_disk_free(s.sim);
}

TEST(engine_restore_leaves_alone_what_is_not_its_own)
{
	struct shelf s = shelf_make();
	struct why why = { 0 };

	CHECK("folder", disk_make_folder(s.disk, "/target.restoring", &why) == OK);
	CHECK("file", disk_write_whole(s.disk, "/target.restoring", "diary", STR("x"), &why) == OK);
	CHECK("in the way", restore(&s, "/target", &why) == ERR_CONFLICT);
	CHECK("says so", why.message == MSG_RESTORE_LEFTOVER);
	CHECK("untouched", is_there(&s, "/target.restoring/diary"));
	sim_disk_free(s.sim);
}

TEST(engine_restore_waits_for_another)
{
	struct shelf s = shelf_make();
	struct file *lock = NULL;
	struct why why = { 0 };

	CHECK("folder", disk_make_folder(s.disk, "/target.restoring", &why) == OK);
	CHECK("held", disk_lock(s.disk, "/target.restoring/restoring", &lock, &why) == OK);
	CHECK("busy", restore(&s, "/target", &why) == ERR_BUSY);
	CHECK("says so", why.message == MSG_RESTORE_BUSY);
	file_close(lock);
	CHECK("then", restore(&s, "/target", &why) == OK && records_in(&s, "/target") == 20);
	sim_disk_free(s.sim);
}
