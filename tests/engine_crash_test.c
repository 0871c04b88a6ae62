/* tests/engine_crash_test.c - a whole engine under power failures, by seed; planted bugs are found.
 *
 * More seeds, and every point by name: engine_crash_program.
 */
#include "support/engine_sim.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { SEEDS = 120, AIMED_MAX = 40, LIVES_MAX = 2000, BUG_SEEDS = 500 };

static void live(struct engine_life life, const char *kind)
{
	char row[64];

	(void)snprintf(row, sizeof(row), "%s, seed %llu", kind, (unsigned long long)life.seed);
	const char *wrong = engine_sim_live(&life);
	if (wrong != NULL)
		printf("%s: %s\n", row, wrong);
	CHECK(row, wrong == NULL);
}

/* Lives by their number: what a point was first met in. */
struct lives {
	struct engine_life list[LIVES_MAX];
	size_t count;
	struct sim_coverage coverage;
};

static void live_counted(struct lives *all, struct engine_life life, const char *kind)
{
	if (all->count == LIVES_MAX)
		return;
	life.coverage = &all->coverage;
	all->coverage.life = all->count;
	all->list[all->count++] = life;
	live(life, kind);
}

/* Where the power has not failed by chance, it is made to: in the life that first came there. */
static void visit(struct lives *all, const struct sim_point *point)
{
	struct engine_life life = all->list[point->life];
	size_t aims = 0;

	while (aims < SIM_AIMS_MAX && life.aims[aims] != NULL)
		aims++;
	if (aims < SIM_AIMS_MAX)
		life.aims[aims] = point->name;
	live_counted(all, life, point->name);
	struct engine_life other = { .seed = SEEDS, .aims[0] = point->name };
	while (point->crashed == 0 && other.seed++ < SEEDS + AIMED_MAX)
		live_counted(all, other, point->name);
}

TEST(engine_survives_power_failures)
{
	static struct lives all;
	struct sim_coverage *coverage = &all.coverage;
	uint64_t rows = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		live_counted(&all, (struct engine_life){ .seed = seed, .rows = &rows }, "power");
	CHECK("many were told as rows of a form", rows > SEEDS);
	for (size_t i = 0; i < coverage->count; i++) { /* it may grow meanwhile */
		if (coverage->points[i].crashed == 0)
			visit(&all, &coverage->points[i]);
		CHECK(coverage->points[i].name, coverage->points[i].crashed > 0);
	}
	CHECK("there are many points", coverage->count >= 200);
}

TEST(engine_survives_errors_and_power_failures)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		live((struct engine_life){ .seed = seed, .errors = true }, "errors");
}

TEST(engine_crash_simulation_finds_planted_bugs)
{
	static const struct {
		const char *name;
		struct sim_faults bugs;
		enum sim_plant plant;
		const char *aims[SIM_AIMS_MAX];
	} rows[] = {
		{ .name = "no sync", .bugs.bug_no_sync = true },
		{ .name = "acknowledged before the sync", .bugs.bug_late_sync = true },
		{ .name = "no sync of the folder", .bugs.bug_no_folder_sync = true },
		{ .name = "half a rename",
			.bugs.bug_half_rename = true,
			.aims = { "merge: rename to manifest", "write: rename to manifest",
				"checkpoint: rename to manifest" } },
		{ .name = "an apply skipped", .plant = PLANT_SKIPPED_APPLY },
		{ .name = "a record replayed twice", .plant = PLANT_DOUBLED_REPLAY },
		{ .name = "the manifest before its tables", .plant = PLANT_MANIFEST_FIRST },
		{ .name = "the index not saved with a checkpoint", .plant = PLANT_INDEX_UNSAVED },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct engine_life life = { .bugs = rows[i].bugs, .plant = rows[i].plant };
		memcpy(life.aims, rows[i].aims, sizeof(life.aims));
		const char *wrong = NULL;
		while (wrong == NULL && life.seed++ < BUG_SEEDS)
			wrong = engine_sim_live(&life);
		printf("%s: seed %llu: %s\n", rows[i].name, (unsigned long long)life.seed,
			wrong == NULL ? "not found" : wrong);
		CHECK(rows[i].name, wrong != NULL);
	}
}
