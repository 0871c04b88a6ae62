/* tests/engine_crash_program.c - the crash simulation of the whole engine, any number of seeds.
 *
 *   engine_crash_program [--seeds N] [--from S] [--errors no|yes|both] [--plant 0..4] [--aim POINT]
 *
 * Each seed is one life: power failures alone where it is even, errors of the disk as well where it
 * is odd (--errors says otherwise).  In the end the power is made to fail also where chance did not
 * bring it: in the life that first came there.  Prints what was wrong, with the line that shows it
 * again, and how often the power failed at each point. */
#include "base/clock.h"
#include "support/engine_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VISITS_MAX = 50 };

struct request {
	uint64_t seeds, from;
	bool power, errors;
	int64_t plant;
	const char *aim; /* --aim POINT: see engine_sim.h */
};

static bool read_option(struct request *r, const char *name, const char *text)
{
	int64_t n = 0;
	bool is_number = str_to_int64(str_of(text), &n) && n >= 0;

	if (strcmp(name, "--errors") == 0) {
		r->power = strcmp(text, "yes") != 0;
		r->errors = strcmp(text, "no") != 0;
		return true;
	}
	if (strcmp(name, "--aim") == 0) {
		r->aim = text;
		return true;
	}
	if (!is_number)
		return false;
	if (strcmp(name, "--seeds") == 0)
		r->seeds = (uint64_t)n;
	else if (strcmp(name, "--from") == 0)
		r->from = (uint64_t)n;
	else if (strcmp(name, "--plant") == 0)
		r->plant = n;
	else
		return false;
	return true;
}

static bool read_request(struct request *r, int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2)
		if (i + 1 == argc || !read_option(r, argv[i], argv[i + 1]))
			return false;
	return true;
}

static unsigned live(const struct request *r, uint64_t seed, struct sim_coverage *coverage)
{
	bool errors = r->power && r->errors ? seed % 2 == 1 : r->errors;
	struct engine_life life = { .seed = seed,
		.errors = errors,
		.plant = (enum sim_plant)r->plant,
		.aims[0] = r->aim,
		.coverage = coverage };

	coverage->life = seed;
	const char *wrong = engine_sim_live(&life);
	if (wrong == NULL)
		return 0;
	printf("%s\n  engine_crash_program --seeds 1 --from %llu --errors %s%s%s%s\n", wrong,
		(unsigned long long)seed, errors ? "yes" : "no", r->aim == NULL ? "" : " --aim '",
		r->aim == NULL ? "" : r->aim, r->aim == NULL ? "" : "'");
	(void)fflush(stdout); /* a convenience: the run goes on for long */
	return 1;
}

/* A life in which one point was met only after an aimed failure is not lived again: a few others of
 * like seeds are tried. */
static unsigned visit_all(struct request r, struct sim_coverage *coverage)
{
	unsigned failed = 0;

	for (size_t i = 0; i < coverage->count; i++) {
		const struct sim_point *point = &coverage->points[i];
		r.aim = point->name;
		for (uint64_t more = 0; more < VISITS_MAX && point->crashed == 0; more++)
			failed += live(&r, point->life + 2 * more, coverage);
	}
	return failed;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sim_point *)a)->name, ((const struct sim_point *)b)->name);
}

static unsigned print_points(struct sim_coverage *coverage)
{
	unsigned unmet = 0;

	if (coverage->count > 0)
		qsort(coverage->points, coverage->count, sizeof(coverage->points[0]), by_name);
	printf("%-44s %12s %10s\n", "point", "met", "crashes");
	for (size_t i = 0; i < coverage->count; i++) {
		const struct sim_point *p = &coverage->points[i];
		printf("%-44s %12llu %10llu\n", p->name, (unsigned long long)p->met,
			(unsigned long long)p->crashed);
		unmet += p->crashed == 0;
	}
	return unmet;
}

int main(int argc, char **argv)
{
	static struct sim_coverage coverage;
	struct request r = { .seeds = 1000, .from = 1, .power = true, .errors = true };
	struct clock *clock = clock_real();
	unsigned failed = 0;

	if (!read_request(&r, argc, argv)) {
		(void)fprintf(stderr, "usage: engine_crash_program [--seeds N] [--from S] "
				      "[--errors no|yes|both]\n");
		return 2;
	}
	int64_t start = clock->ticks_ns(clock);
	for (uint64_t seed = r.from; seed < r.from + r.seeds; seed++)
		failed += live(&r, seed, &coverage);
	if (r.seeds > 1)
		failed += visit_all(r, &coverage);
	double seconds = (double)(clock->ticks_ns(clock) - start) / 1e9;
	unsigned unmet = print_points(&coverage);
	printf("%llu seeds, %u failed, %zu points, %u where the power never failed, %.0f seeds/s\n",
		(unsigned long long)r.seeds, failed, coverage.count, unmet,
		(double)r.seeds / (seconds > 0 ? seconds : 1));
	return failed == 0 ? 0 : 1;
}
