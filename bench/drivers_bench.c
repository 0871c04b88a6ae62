/* bench/drivers_bench.c - what drivers cost: attributes of customers against a friction.
 *
 *   drivers_bench [THOUSANDS OF CUSTOMERS, default 1000 [FILE]]
 *
 * Each customer has one event with 20 attributes of ten values, then succeeds or fails.  Told are
 * processor and wall seconds of: finding the trials, making the traits (all values counted),
 * testing them all with intervals and correction, and the combinations of 200 values; and the
 * traits where the point is the second event, which carries none of them itself: what was known of
 * the customer before, beside channels and steps.  Two threads; medians of ROUNDS.
 *
 * With FILE the customers are written there too, as lines of the 20 values' numbers and whether it
 * failed, and what was counted of each value is told: drivers_bench.py asks another program the
 * same.
 *
 * smoke: 2
 */
#include "base/clock.h"
#include "base/random.h"
#include "identity/identity.h"
#include "journey/drivers.h"
#include "thread/thread_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, KEYS = 20, VALUES = 10, NAME_BYTES = 24 };

static double cpu_seconds(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double wall_seconds(void)
{
	return (double)clock_real()->ticks_ns(clock_real()) / 1e9;
}

/* ---- the customers */

struct names {
	char keys[KEYS][NAME_BYTES], values[VALUES][NAME_BYTES];
};

static void add(struct identity *identity, struct threads *threads, const struct record *record)
{
	uint32_t set = identity_set(identity, record);

	(void)threads_add(threads, record, record->seq, set);
	identity_add(identity, set, record->seq, 0, record->time.ms);
}

static void add_customer(struct identity *identity, struct threads *threads, struct random *random,
	const struct names *names, uint64_t number, FILE *file)
{
	struct attribute attributes[KEYS];
	char who[NAME_BYTES];
	struct record_identifier id = { .type = STR("user_id") };
	struct record record = { .kind = RECORD_EVENT,
		.seq = number * 2 + 1,
		.has_time = true,
		.source = STR("bench"),
		.channel = STR("web"),
		.activity = STR("try"),
		.identifiers = &id,
		.identifier_count = 1,
		.attributes = attributes,
		.attribute_count = KEYS };
	unsigned first = 0;

	id.value = (str){ who,
		(size_t)snprintf(who, sizeof(who), "c%llu", (unsigned long long)number) };
	for (unsigned k = 0; k < KEYS; k++) {
		unsigned value = (unsigned)random_below(random, VALUES);
		first = k == 0 ? value : first;
		if (file != NULL)
			fprintf(file, "%u,", value);
		attributes[k] = (struct attribute){ str_of(names->keys[k]),
			{ .kind = VALUE_STRING, .string = str_of(names->values[value]) } };
	}
	record.time.ms = (int64_t)number * 1000;
	add(identity, threads, &record);
	bool fails = random_below(random, 100) < (first == 3 ? 20 : 10);
	if (file != NULL)
		fprintf(file, "%d\n", fails);
	record.seq++;
	record.time.ms += 100;
	record.activity = fails ? STR("fail") : STR("good");
	record.attribute_count = 0;
	add(identity, threads, &record);
}

static struct threads_view *make_view(uint64_t customers, FILE *file)
{
	struct identity *identity = identity_create();
	struct threads *threads = threads_create();
	struct random random = random_of(1);
	struct names names;

	for (int i = 0; i < KEYS; i++)
		snprintf(names.keys[i], NAME_BYTES, "key%02d", i);
	for (int i = 0; i < VALUES; i++)
		snprintf(names.values[i], NAME_BYTES, "value%d", i);
	for (uint64_t c = 0; c < customers; c++)
		add_customer(identity, threads, &random, &names, c, file);
	struct identity_view *people = identity_publish(identity);
	struct threads_view *view = threads_publish(threads, people);
	threads_set_base(
		threads, thread_index_build_base(view, threads_view_rows(view), SHARES_THREADS));
	threads_view_unref(view);
	view = threads_publish(threads, people);
	identity_view_unref(people);
	return view; /* the writers stay until the end of the program */
}

/* ---- measures */

enum measure { TRIALS, TRAITS, TESTS, PAIRS, TRAITS_BEFORE, MEASURES };

struct clocks {
	double cpu[MEASURES][ROUNDS], wall[MEASURES][ROUNDS];
	double cpu_from, wall_from;
};

static void start(struct clocks *c)
{
	c->cpu_from = cpu_seconds();
	c->wall_from = wall_seconds();
}

static void stop(struct clocks *c, enum measure m, int round)
{
	c->cpu[m][round] = cpu_seconds() - c->cpu_from;
	c->wall[m][round] = wall_seconds() - c->wall_from;
}

static void find(const struct journey_plan *plan, const struct trials *trials,
	const struct traits *traits, bool pairs)
{
	const struct drivers_question question = {
		.false_share = 0.05, .support = 20, .pairs = pairs, .adjust = true
	};
	struct drivers drivers;

	ASSERT(drivers_find(plan, trials, traits, &question, &drivers, NULL) == OK);
	ASSERT(drivers.count > 0);
	drivers_done(plan, &drivers);
}

static void measure_before(const struct journey_plan *plan, struct clocks *c, int round)
{
	uint8_t at[8] = { 0 }, to[8] = { 0 };
	const struct friction friction = {
		.kind = FRICTION_INSTEAD, .at = at, .to = to, .within = INT64_MAX
	};
	const struct traits_question question = {
		.zone = zone_utc(), .support = 20, .look_back = (int64_t)3600 * 1000 * TICKS_PER_MS
	};
	struct trials trials;
	struct traits traits;
	struct costs costs;

	at[journey_plan_find_step(plan, STR("good"))] = 1;
	to[journey_plan_find_step(plan, STR("fail"))] = 1;
	ASSERT(costs_make(plan, NULL, 0, 1, &costs, NULL) == OK);
	ASSERT(trials_make(plan, &friction, &costs, &trials, NULL) == OK);
	start(c);
	ASSERT(traits_make(plan, &trials, &question, &traits, NULL) == OK);
	stop(c, TRAITS_BEFORE, round);
	ASSERT(traits.count >= KEYS * VALUES);
	find(plan, &trials, &traits, false);
	traits_done(plan, &traits);
	trials_done(plan, &trials);
	costs_done(plan, &costs);
}

static void tell_counts(const struct traits *traits)
{
	for (size_t i = 0; i < traits->count; i++) {
		const struct trait *t = &traits->items[i];
		if (t->kind == TRAIT_TEXT)
			printf("count %.*s %.*s %llu %llu\n", (int)t->key.len, t->key.ptr,
				(int)t->text.len, t->text.ptr, (unsigned long long)t->counts.all,
				(unsigned long long)t->counts.suffered);
	}
}

static void measure(const struct journey_plan *plan, struct clocks *c, int round, bool tells)
{
	uint8_t at[8] = { 0 }, to[8] = { 0 };
	const struct friction friction = {
		.kind = FRICTION_NEXT, .at = at, .to = to, .within = INT64_MAX
	};
	const struct traits_question question = {
		.zone = zone_utc(), .support = 20, .look_back = 1, .own_only = true
	};
	struct trials trials;
	struct traits traits;
	struct costs costs;

	at[journey_plan_find_step(plan, STR("try"))] = 1;
	to[journey_plan_find_step(plan, STR("fail"))] = 1;
	ASSERT(costs_make(plan, NULL, 0, 1, &costs, NULL) == OK);
	start(c);
	ASSERT(trials_make(plan, &friction, &costs, &trials, NULL) == OK);
	stop(c, TRIALS, round);
	start(c);
	ASSERT(traits_make(plan, &trials, &question, &traits, NULL) == OK);
	stop(c, TRAITS, round);
	start(c);
	find(plan, &trials, &traits, false);
	stop(c, TESTS, round);
	start(c);
	find(plan, &trials, &traits, true);
	stop(c, PAIRS, round);
	if (tells)
		tell_counts(&traits);
	traits_done(plan, &traits);
	trials_done(plan, &trials);
	costs_done(plan, &costs);
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double values[static ROUNDS])
{
	qsort(values, ROUNDS, sizeof(values[0]), by_number);
	return values[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	static const char *const names[MEASURES] = { "trials", "traits of 20 attributes",
		"all values tested", "the same with combinations of 200 values",
		"traits known before, steps, channels" };
	int64_t thousands = 1000;

	if (argc > 1 && !str_to_int64(str_of(argv[1]), &thousands))
		return 2;
	FILE *file = argc > 2 ? fopen(argv[2], "w") : NULL;
	if (argc > 2 && file == NULL)
		return 1;
	struct threads_view *view = make_view((uint64_t)thousands * 1000, file);
	if (file != NULL && fclose(file) != 0)
		return 1;
	struct journey_definition definition = journey_definition_default();
	struct journey_filter filter = journey_filter_none();
	struct journey_limits limits = { .bytes_max = (size_t)8 << 30, .threads = 2 };
	struct journey_plan *plan;
	static struct clocks clocks;

	ASSERT(journey_plan_make(view, &definition, &filter, NULL, &limits, &plan, NULL) == OK);
	for (int round = 0; round < ROUNDS; round++)
		measure(plan, &clocks, round, file != NULL && round == 0);
	for (int round = 0; round < ROUNDS; round++)
		measure_before(plan, &clocks, round);
	for (int m = 0; m < MEASURES; m++)
		printf("%-42s %8.4f s of processor, %8.4f s\n", names[m], median(clocks.cpu[m]),
			median(clocks.wall[m]));
	journey_plan_free(plan);
	threads_view_unref(view);
	return 0;
}
