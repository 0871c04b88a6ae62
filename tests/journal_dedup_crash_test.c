/* tests/journal_dedup_crash_test.c - the power fails at any write or sync of the index.
 *
 * What is added is in the journal already, so the truth is the list of what was added.  After a
 * crash the index must open undamaged, cover at least the last save that was acknowledged and at
 * most one that was asked for, and once replayed from there answer everything as the list does.
 * With a bug planted in the disk's care the same runs must fail, or they would prove nothing.
 */
#include "journal/dedup.h"

#include "base/random.h"
#include "support/sim_disk.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 200, OPS_MAX = 4000, LIVES = 4 };

struct life {
	struct random random;
	struct sim_disk *sim;
	struct dedup_options options;
	struct dedup *dedup;
	struct dedup_entry ops[OPS_MAX]; /* op i has sequence i + 1 in the journal */
	size_t op_count;
	uint64_t saved_seq, asked_seq; /* acknowledged, asked for */
	const char *fault; /* what was wrong first; NULL: nothing */
};

static struct dedup_key key_of(uint64_t k)
{
	struct random random = random_of(k);

	return (struct dedup_key){ random_next(&random), random_next(&random) };
}

/* Notes the first thing that is wrong. */
static bool wrong(struct life *life, const char *what, bool is_wrong)
{
	if (is_wrong && life->fault == NULL)
		life->fault = what;
	return is_wrong;
}

/* Opens after a crash or a failure, replays, and compares all keys with the list. */
static void open_and_compare(struct life *life)
{
	struct why why = { 0 };
	uint64_t covered = 0;
	err e = dedup_open(
		sim_disk_of(life->sim), "/dedup", &life->options, &life->dedup, &covered, &why);

	if (wrong(life, "cannot be opened", e != OK))
		return;
	(void)wrong(life, "is damaged", dedup_damage(life->dedup) != NULL);
	(void)wrong(life, "covers less than was saved", covered < life->saved_seq);
	(void)wrong(life, "claims more than was asked", covered > life->asked_seq);
	for (size_t i = covered - 1; e == OK && i < life->op_count; i++)
		e = dedup_add(life->dedup, &life->ops[i], &why);
	(void)wrong(life, "cannot be replayed into", e != OK);
	for (uint64_t k = 0; k < KEYS; k++) {
		struct dedup_entry entry;
		struct dedup_key key = key_of(k);
		bool found = false;
		size_t i = life->op_count;
		while (i > 0 && life->ops[i - 1].key.low != key.low)
			i--;
		e = dedup_find(life->dedup, key, &found, &entry, &why);
		(void)wrong(life, "a key", e != OK || found != (i > 0));
		if (e == OK && found && i > 0)
			(void)wrong(life, "an old entry",
				entry.check != life->ops[i - 1].check ||
					entry.state != life->ops[i - 1].state);
	}
	(void)wrong(life, "fails its check", dedup_check(life->dedup, NULL, &why) != OK);
}

static void act(struct life *life)
{
	struct why why = { 0 };
	bool did;
	uint64_t what = random_below(&life->random, 60);

	if (what == 0) {
		life->asked_seq = life->op_count + 1;
		if (dedup_save(life->dedup, life->asked_seq, &why) == OK)
			life->saved_seq = life->asked_seq;
		return;
	}
	if (what < 8) {
		(void)dedup_merge_one(life->dedup, &did, &why); /* fails when the power does */
		return;
	}
	struct dedup_entry *entry = &life->ops[life->op_count++];
	*entry = (struct dedup_entry){ .key = key_of(random_below(&life->random, KEYS)),
		.seq = life->op_count,
		.check = (uint32_t)random_next(&life->random),
		.state = random_below(&life->random, 5) == 0 ? DEDUP_ERASED : DEDUP_LIVE };
	/* The journal has it; what fails for once is done again, before any save. */
	if (dedup_add(life->dedup, entry, &why) != OK)
		(void)dedup_add(life->dedup, entry, &why); /* likewise; replay will add it */
}

/* Lives until the power fails, or a sync. */
static void live_once(struct life *life)
{
	struct sim_faults *faults = sim_disk_faults(life->sim);
	uint64_t at = sim_disk_operations(life->sim);

	faults->crash_at = at + 1 + random_below(&life->random, 250);
	faults->fail_at =
		random_below(&life->random, 3) == 0 ? at + 1 + random_below(&life->random, 100) : 0;
	faults->fail_with = ERR_IO;
	faults->sync_failure_forgets = true;
	for (size_t i = 0; !sim_disk_crashed(life->sim) && i < OPS_MAX / LIVES; i++)
		act(life);
	dedup_close(life->dedup);
	life->dedup = NULL;
	faults->crash_at = faults->fail_at = 0;
	sim_disk_reboot(life->sim);
}

/* The power fails while the index is opened, or soon after. */
static void open_once(struct life *life)
{
	struct why why = { 0 };
	uint64_t covered;

	sim_disk_faults(life->sim)->crash_at =
		sim_disk_operations(life->sim) + 1 + random_below(&life->random, 4);
	if (dedup_open(sim_disk_of(life->sim), "/dedup", &life->options, &life->dedup, &covered,
		    &why) == OK)
		dedup_close(life->dedup);
	life->dedup = NULL;
	sim_disk_faults(life->sim)->crash_at = 0;
	sim_disk_reboot(life->sim);
}

static const char *lives_of(
	uint64_t seed, const struct sim_faults *bug, struct sim_coverage *coverage)
{
	struct life *life = calloc(1, sizeof(*life));

	ASSERT(life != NULL);
	life->random = random_of(seed);
	life->sim = sim_disk_create(seed, coverage);
	life->saved_seq = life->asked_seq = 1;
	life->options.memory_entries_max = 20 + random_below(&life->random, 60);
	*sim_disk_faults(life->sim) = *bug;
	open_once(life);
	open_and_compare(life);
	for (int i = 0; i < LIVES && life->fault == NULL; i++) {
		live_once(life);
		open_once(life);
		open_and_compare(life);
	}
	const char *fault = life->fault;
	dedup_close(life->dedup);
	sim_disk_free(life->sim);
	free(life);
	return fault;
}

TEST(dedup_survives_power_failures)
{
	static struct sim_coverage coverage;
	const struct sim_faults none = { 0 };
	char row[32];

	for (uint64_t seed = 1; seed <= 150; seed++) {
		(void)snprintf(row, sizeof(row), "seed %llu", (unsigned long long)seed);
		const char *fault = lives_of(seed, &none, &coverage);
		CHECK(fault == NULL ? row : fault, fault == NULL);
	}
	for (size_t i = 0; i < coverage.count; i++)
		CHECK(coverage.points[i].name, coverage.points[i].crashed > 0);
	CHECK("points", coverage.count >= 8);
}

TEST(dedup_power_failures_find_planted_bugs)
{
	static const struct {
		const char *row;
		struct sim_faults bug;
	} rows[] = {
		{ "no sync", { .bug_no_sync = true } },
		{ "no sync of the folder", { .bug_no_folder_sync = true } },
		{ "acknowledged before the sync", { .bug_late_sync = true } },
		{ "a rename by halves", { .bug_half_rename = true } },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *fault = NULL;
		for (uint64_t seed = 1; fault == NULL && seed <= 150; seed++)
			fault = lives_of(seed, &rows[i].bug, NULL);
		CHECK(rows[i].row, fault != NULL);
	}
}
