/* tests/journal_crash_program.c - the journal's crash simulation, any number of seeds.
 *
 *   journal_crash_program [SEEDS [FIRST]]
 *
 * Each seed lives twice: power failures alone, then errors of the disk as well.  Prints what was
 * wrong, and how often the power failed at each kind of operation. */
#include "support/journal_crash.h"

#include <stdio.h>

static uint64_t number(int argc, char **argv, int i, uint64_t otherwise)
{
	int64_t n;

	return argc > i && str_to_int64(str_of(argv[i]), &n) && n > 0 ? (uint64_t)n : otherwise;
}

static unsigned live(uint64_t seed, bool errors, struct sim_coverage *coverage)
{
	struct crash_life life = { .seed = seed, .errors = errors, .coverage = coverage };
	const char *wrong = journal_crash_live(&life);

	if (wrong != NULL)
		printf("seed %llu%s: %s\n", (unsigned long long)seed, errors ? ", errors" : "",
			wrong);
	return wrong != NULL;
}

int main(int argc, char **argv)
{
	static struct sim_coverage coverage;
	uint64_t seeds = number(argc, argv, 1, 1000), first = number(argc, argv, 2, 1);
	unsigned failed = 0, unmet = 0;

	for (uint64_t seed = first; seed < first + seeds; seed++)
		failed += live(seed, false, &coverage) + live(seed, true, &coverage);
	printf("%-24s %12s %10s\n", "operation", "met", "crashes");
	for (size_t i = 0; i < coverage.count; i++) {
		const struct sim_point *p = &coverage.points[i];
		printf("%-24s %12llu %10llu\n", p->name, (unsigned long long)p->met,
			(unsigned long long)p->crashed);
		unmet += p->crashed == 0;
	}
	printf("%llu lives, %u failed, %u operations where the power never failed\n",
		(unsigned long long)seeds * 2, failed, unmet);
	return failed == 0 ? 0 : 1;
}
