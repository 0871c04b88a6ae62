/* tests/journal_crash_test.c - power failures at every operation, by seed; planted bugs are found.
 */
#include "support/journal_crash.h"
#include "test.h"

#include <stdio.h>

enum { SEEDS = 250, BUG_SEEDS = 300, RECOVERY_SEED = 3 };

static void live(struct crash_life life, const char *kind)
{
	char row[64];

	(void)snprintf(row, sizeof(row), "%s, seed %llu", kind, (unsigned long long)life.seed);
	const char *wrong = journal_crash_live(&life);
	if (wrong != NULL)
		printf("%s: %s\n", row, wrong);
	CHECK(row, wrong == NULL);
}

TEST(journal_survives_power_failures)
{
	struct sim_coverage coverage = { .count = 0 };

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		live((struct crash_life){ .seed = seed, .coverage = &coverage }, "power");
	for (size_t i = 0; i < coverage.count; i++)
		CHECK(coverage.points[i].name, coverage.points[i].crashed > 0);
	CHECK("every kind of operation was met", coverage.count >= 10);
}

TEST(journal_survives_errors_and_power_failures)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		live((struct crash_life){ .seed = seed, .errors = true }, "errors");
}

TEST(journal_survives_a_crash_at_every_operation)
{
	for (uint64_t seed = 1; seed <= 2; seed++) {
		bool reached = true;
		for (uint64_t at = 1; reached; at++) {
			char row[64];
			(void)snprintf(row, sizeof(row), "seed %llu, operation %llu",
				(unsigned long long)seed, (unsigned long long)at);
			const char *wrong = journal_crash_at(seed, at, &reached);
			if (wrong != NULL)
				printf("%s: %s\n", row, wrong);
			CHECK(row, wrong == NULL);
		}
	}
}

/* What failed may be seen and yet not be durable, until opening makes it so. */
TEST(journal_survives_a_crash_while_recovering_from_any_error)
{
	bool reached = true;

	for (uint64_t at = 1; reached && at < 150; at++) {
		for (uint64_t after = 1; after < 10; after++) {
			char row[64];
			(void)snprintf(row, sizeof(row), "error at %llu, crash %llu later",
				(unsigned long long)at, (unsigned long long)after);
			const char *wrong =
				journal_crash_after_error(RECOVERY_SEED, at, after, &reached);
			if (wrong != NULL)
				printf("%s: %s\n", row, wrong);
			CHECK(row, wrong == NULL);
		}
	}
}

TEST(journal_crash_simulation_finds_planted_bugs)
{
	static const struct {
		const char *name;
		struct sim_faults bugs;
	} rows[] = {
		{ "no sync", { .bug_no_sync = true } },
		{ "acknowledged before the sync", { .bug_late_sync = true } },
		{ "no sync of the folder", { .bug_no_folder_sync = true } },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t seed = 1;
		while (seed <= BUG_SEEDS && journal_crash_live(&(struct crash_life){
						    .seed = seed, .bugs = rows[i].bugs }) == NULL)
			seed++;
		CHECK(rows[i].name, seed <= BUG_SEEDS);
	}
}
