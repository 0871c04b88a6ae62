/* tests/engine_writer_program.c - the writer's seeded lives, any number of them.
 *
 *   engine_writer_program [SEEDS [FIRST]]
 *
 * Prints what was wrong, and what was met. */
#include "support/writer_life.h"

#include <stdio.h>

static uint64_t number(int argc, char **argv, int i, uint64_t otherwise)
{
	int64_t n;

	return argc > i && str_to_int64(str_of(argv[i]), &n) && n > 0 ? (uint64_t)n : otherwise;
}

int main(int argc, char **argv)
{
	uint64_t seeds = number(argc, argv, 1, 1000), first = number(argc, argv, 2, 1);
	struct writer_life life = { 0 };
	unsigned failed = 0;

	for (life.seed = first; life.seed < first + seeds; life.seed++) {
		const char *fault = writer_life_live(&life);
		failed += fault != NULL;
		if (fault != NULL)
			printf("seed %llu: %s\n", (unsigned long long)life.seed, fault);
	}
	printf("%llu lives, %u failed\n", (unsigned long long)seeds, failed);
	printf("batches: %llu accepted, %llu found it full, %llu answered, %llu refused\n",
		(unsigned long long)life.accepted, (unsigned long long)life.full,
		(unsigned long long)life.answered, (unsigned long long)life.refused);
	printf("%llu openings, %llu crashes, %llu snapshots looked at, %llu sequences awaited\n",
		(unsigned long long)life.openings, (unsigned long long)life.crashes,
		(unsigned long long)life.looks, (unsigned long long)life.awaited);
	printf("%llu times customers were computed beside\n", (unsigned long long)life.recounts);
	return failed == 0 ? 0 : 1;
}
