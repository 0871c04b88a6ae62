/* tests/journal_occurrence_test.c - counting contents against a plain array of counters. */
#include "journal/occurrence.h"

#include "base/random.h"
#include "support/failing_disk.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { CONTENTS = 700, BATCH_MAX = 600 };

static uint64_t counters[CONTENTS];
static struct digest128 digests[BATCH_MAX];
static size_t contents[BATCH_MAX];
static uint64_t answers[BATCH_MAX];

/* One batch of a random length, contents drawn unevenly: what is noted is found. */
static err count_batch(struct random *random, struct occurrence *occurrence, struct why *why)
{
	size_t count = random_below(random, BATCH_MAX + 1);

	for (size_t i = 0; i < count; i++) {
		size_t c = random_below(random, 1 + random_below(random, CONTENTS));
		contents[i] = c;
		digests[i] = digest128(NULL, (str){ (const char *)&c, sizeof(c) });
	}
	err e = occurrence_find(occurrence, digests, count, answers, why);
	for (size_t i = 0; e == OK && i < count; i++)
		CHECK("noted", answers[i] == counters[contents[i]]);
	for (size_t i = 0; e == OK && i < count; i++) {
		uint64_t n = counters[contents[i]] + 1 + random_below(random, 3);
		e = occurrence_note(occurrence, digests[i], n, why);
		if (e == OK)
			counters[contents[i]] = n;
	}
	return e;
}

static err count_some(struct disk *disk, const char *folder, uint64_t seed, int batches)
{
	struct random random = random_of(seed);
	struct why why = { 0 };
	struct occurrence *occurrence;
	err e = occurrence_open(disk, folder, 100, &occurrence, &why);

	memset(counters, 0, sizeof(counters));
	if (e != OK)
		return e;
	for (int i = 0; e == OK && i < batches; i++)
		e = count_batch(&random, occurrence, &why);
	occurrence_close(occurrence);
	return e;
}

static size_t entries_in(const char *folder)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct disk_entry *entries;
	size_t count = 0;

	CHECK("lists", disk_list(disk_real(), folder, arena, &entries, &count, NULL) == OK);
	return count;
}

TEST(occurrence_against_oracle)
{
	struct failing_disk disk;
	char folder[PATH_BYTES_MAX];

	failing_disk_init(&disk);
	(void)snprintf(folder, sizeof(folder), "%s/count", test_folder());
	for (uint64_t seed = 1; seed <= 4; seed++)
		CHECK("counts", count_some(&disk.disk, folder, seed, 40) == OK);
	CHECK("leaves nothing", entries_in(test_folder()) == 0);
}

/* Any operation fails: the answers until then were right, and the next count starts anew. */
TEST(occurrence_survives_any_failing_operation)
{
	struct failing_disk disk;
	char folder[PATH_BYTES_MAX];
	unsigned left = 0;

	failing_disk_init(&disk);
	(void)snprintf(folder, sizeof(folder), "%s/count", test_folder());
	for (unsigned n = 1; left == 0; n += 1 + n / 20) {
		disk.fail_at = n;
		err e = count_some(&disk.disk, folder, n, 3);
		left = disk.fail_at;
		disk.fail_at = 0;
		CHECK("says so", e == OK || e == ERR_IO);
	}
	CHECK("counts anew", count_some(&disk.disk, folder, 1, 3) == OK);
}
