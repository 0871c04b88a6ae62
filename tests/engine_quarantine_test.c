/* tests/engine_quarantine_test.c - a record that crashes replay is found by the fourth start. */
#include "engine/quarantine.h"
#include "support/sim_disk.h"
#include "test.h"

/* A start of a program that crashes when it applies `bad`; false: it crashed. */
static bool start_in(
	struct disk *disk, uint64_t boot, uint64_t end, uint64_t bad, uint64_t *applied)
{
	struct quarantine *q;
	struct why why = { 0 };

	*applied = 0;
	CHECK("opens", quarantine_open(disk, "/", boot, &q, &why) == OK);
	for (uint64_t seq = 1; seq < end; seq++) {
		bool skip = false;
		CHECK("enters", quarantine_enter(q, seq, &skip, &why) == OK);
		if (skip)
			continue;
		if (seq == bad) {
			quarantine_abandon(q);
			return false;
		}
		(*applied)++;
	}
	CHECK("closes", quarantine_close(q, &why) == OK);
	return true;
}

static bool start(struct disk *disk, uint64_t end, uint64_t bad, uint64_t *applied)
{
	return start_in(disk, 7, end, bad, applied);
}

TEST(quarantine_does_not_blame_records_for_the_machine)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	uint64_t applied;

	for (uint64_t boot = 1; boot < 6; boot++)
		CHECK("crashed with it", !start_in(sim_disk_of(sim), boot, 100, 50, &applied));
	CHECK("nobody set aside", start_in(sim_disk_of(sim), 6, 100, 0, &applied) && applied == 99);
	sim_disk_free(sim);
}

TEST(quarantine_sets_aside_what_crashes_twice)
{
	static const uint64_t bad[] = { 1, 2, 4095, 4096, 4097, 9999 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct sim_disk *sim = sim_disk_create(1, NULL);
		struct disk *disk = sim_disk_of(sim);
		uint64_t applied;
		CHECK("first start", !start(disk, 10000, bad[i], &applied));
		CHECK("second start", !start(disk, 10000, bad[i], &applied));
		CHECK("third start", !start(disk, 10000, bad[i], &applied));
		CHECK("fourth start", start(disk, 10000, bad[i], &applied) && applied == 9998);
		CHECK("and from then on", start(disk, 10000, bad[i], &applied) && applied == 9998);
		sim_disk_free(sim);
	}
}

/* Killed again and again, each time somewhere else. */
TEST(quarantine_does_not_blame_records_for_being_killed)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	uint64_t applied;

	for (uint64_t killed = 10; killed < 60; killed++)
		CHECK("killed", !start(sim_disk_of(sim), 100, killed, &applied));
	CHECK("nobody set aside", start(sim_disk_of(sim), 100, 0, &applied) && applied == 99);
	sim_disk_free(sim);
}

TEST(quarantine_blames_nobody_without_a_crash)
{
	struct sim_disk *sim = sim_disk_create(1, NULL);
	struct disk *disk = sim_disk_of(sim);
	uint64_t applied;

	for (int i = 0; i < 3; i++)
		CHECK("well", start(disk, 6000, 0, &applied) && applied == 5999);
	CHECK("one crash is not two", !start(disk, 6000, 5000, &applied));
	CHECK("mended meanwhile", start(disk, 6000, 0, &applied) && applied == 5999);
	CHECK("forgotten", !start(disk, 6000, 5000, &applied));
	CHECK("again mended", start(disk, 6000, 0, &applied) && applied == 5999);
	sim_disk_free(sim);
}
