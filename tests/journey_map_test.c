/* tests/journey_map_test.c - maps, variants and lists: two ways of counting that must agree, and
 * limits that fail in words and give everything back. */
#include "base/random.h"
#include "journey/funnel.h"
#include "journey/list.h"
#include "journey/quantile.h"
#include "journey/variants.h"
#include "support/journey_world.h"
#include "test.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- quantiles against sorting */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

TEST(selecting_is_sorting_and_looking)
{
	struct random random = random_of(7);

	for (int round = 0; round < 300; round++) {
		uint64_t values[200], sorted[200];
		size_t count = 1 + random_below(&random, ARRAY_LEN(values));
		uint64_t below = 1 + random_below(&random, round % 3 == 0 ? 3 : 1 << 20);
		for (size_t i = 0; i < count; i++)
			sorted[i] = values[i] = random_below(&random, below);
		qsort(sorted, count, sizeof(*sorted), by_value);
		size_t at = random_below(&random, count);
		CHECK("selected", select_value(values, count, at) == sorted[at]);
	}
}

TEST(time_buckets_keep_the_order)
{
	struct random random = random_of(8);

	for (int i = 0; i < 20000; i++) {
		uint64_t a = random_next(&random) >> (1 + random_below(&random, 63));
		uint64_t b = random_next(&random) >> (1 + random_below(&random, 63));
		CHECK("in order", a > b || time_bucket(a) <= time_bucket(b));
		CHECK("within", time_bucket(a) < TIME_BUCKETS);
	}
	CHECK("first", time_bucket(0) == 0);
	CHECK("last", time_bucket(INT64_MAX) < TIME_BUCKETS);
}

TEST(quantile_buckets_hold_their_position)
{
	struct random random = random_of(9);
	static uint32_t counts[TIME_BUCKETS];

	for (int round = 0; round < 200; round++) {
		uint64_t sum = 0;
		memset(counts, 0, sizeof(counts));
		for (unsigned i = 0; i < 1U + (unsigned)round % 7; i++) {
			size_t b =
				round == 0 ? TIME_BUCKETS - 1 : random_below(&random, TIME_BUCKETS);
			counts[b] += 1 + (uint32_t)random_below(&random, 5);
		}
		for (unsigned b = 0; b < TIME_BUCKETS; sum += counts[b++])
			for (uint64_t at = 0; at < counts[b]; at++) {
				uint64_t position = sum + at;
				CHECK("bucket", quantile_bucket(counts, &position) == b);
				CHECK("within", position == at);
			}
	}
}

/* ---- a world of some size */

static char events[JOURNEY_WORLD_EVENTS * 32];

/* Times with a fraction, a whole number of such units; of so many in a hundred.  No unit: none. */
struct fractions {
	uint64_t unit; /* ticks */
	unsigned percent;
};

static void add_time(struct strbuf *text, struct random *random, uint64_t last_s,
	const struct fractions *fractions)
{
	uint64_t second = 1000 * TICKS_PER_MS;

	strbuf_printf(text, "%" PRIu64, random_below(random, last_s));
	if (fractions->unit != 0 && random_below(random, 100) < fractions->percent)
		strbuf_printf(text, ".%07" PRIu64,
			random_below(random, second / fractions->unit) * fractions->unit);
}

static const char *make_events_until(
	uint64_t seed, unsigned steps, uint64_t last_s, const struct fractions *fractions)
{
	struct random random = random_of(seed);
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };

	for (int i = 0; i < 1500; i++) {
		strbuf_printf(&text, "c%u ", (unsigned)random_below(&random, 600));
		add_time(&text, &random, last_s, fractions);
		strbuf_printf(&text, " web s%u;", (unsigned)random_below(&random, steps));
	}
	strbuf_add_byte(&text, '\0');
	ASSERT(strbuf_ok(&text));
	return events;
}

static const char *make_events(uint64_t seed, unsigned steps)
{
	return make_events_until(seed, steps, 5000, &(struct fractions){ 0 });
}

static bool same_times(const struct map_times *a, const struct map_times *b)
{
	return a->mean_s == b->mean_s && a->median_s == b->median_s && a->p90_s == b->p90_s;
}

static bool same_maps(const struct map *a, const struct map *b)
{
	bool same = a->edge_count == b->edge_count && a->step_count == b->step_count &&
		    a->transitions == b->transitions;

	for (size_t i = 0; same && i < a->edge_count; i++)
		same = a->edges[i].from == b->edges[i].from && a->edges[i].to == b->edges[i].to &&
		       a->edges[i].count == b->edges[i].count &&
		       a->edges[i].customers == b->edges[i].customers &&
		       same_times(&a->edges[i].times, &b->edges[i].times);
	for (size_t i = 0; same && i < a->step_count; i++)
		same = a->steps[i].count == b->steps[i].count &&
		       a->steps[i].customers == b->steps[i].customers &&
		       a->steps[i].journeys == b->steps[i].journeys &&
		       a->steps[i].starts == b->steps[i].starts &&
		       a->steps[i].ends == b->steps[i].ends &&
		       a->steps[i].self_loops == b->steps[i].self_loops &&
		       same_times(&a->steps[i].times, &b->steps[i].times);
	return same;
}

/* The two ways of counting, whatever the number of steps and of journeys a customer, and wherever
 * his events lie. */
static void compare_ways(const char *events_text, const char *definition, size_t based)
{
	const struct map_options dense = { .counts_only = false }, sparse = { .dense_steps = 1 };
	struct journey_world w;
	struct journey_plan *plan;
	struct map a, b;

	journey_world_init(&w, events_text, false);
	journey_world_base(&w, based);
	journey_world_define(&w, definition);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("dense", map_make(plan, &dense, &a, NULL) == OK);
	CHECK("sparse", map_make(plan, &sparse, &b, NULL) == OK);
	CHECK("same", a.edge_count > 20 && same_maps(&a, &b));
	map_hide(&a, 0.5, SIZE_MAX);
	uint64_t held = 0;
	for (size_t i = 0; i < a.shown; i++)
		held += a.edges[i].count;
	CHECK("hidden", held + a.hidden == a.transitions && held * 2 >= a.transitions &&
				(held - a.edges[a.shown - 1].count) * 2 < a.transitions);
	map_done(plan, &a);
	map_done(plan, &b);
	journey_plan_free(plan);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

TEST(maps_of_few_steps_and_of_many_are_the_same)
{
	static const struct {
		unsigned steps;
		const char *definition;
		uint64_t last_s; /* 0: two hours or so */
		struct fractions fractions;
	} cases[] = {
		{ 6, NULL, 0, { 0 } }, { 6, "{\"version\": 1, \"gap\": \"10m\"}", 0, { 0 } },
		{ 6, "{\"version\": 1, \"start\": [\"s1\"], \"repeats\": \"merge\"}", 0, { 0 } },
		{ 64, NULL, 0, { 0 } },
		{ 65, NULL, 0, { 0 } }, /* the steps of a customer are two words */
		{ 128, "{\"version\": 1, \"gap\": \"10m\"}", 0, { 0 } },
		{ 6, NULL, 1, { 0 } }, /* all times are nothing */
		/* How times are packed: each unit, with some that are not whole, and too long. */
		{ 128, NULL, 5000, { TICKS_PER_MS, 100 } }, { 6, NULL, 5000, { 1, 100 } },
		{ 6, NULL, 5000, { 1, 2 } }, { 6, NULL, 2, { TICKS_PER_MS, 2 } },
		{ 6, NULL, 200000000, { 0 } }, { 6, NULL, 200000000, { 1, 2 } },
		{ 6, NULL, 50000000, { TICKS_PER_MS, 100 } },
		{ 6, NULL, UINT64_C(6000000000), { 1, 30 } }, /* two centuries can be packed */
		{ 6, NULL, UINT64_C(200000000000), { 1, 30 } }, /* six thousand years cannot */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (uint64_t seed = 1; seed <= 3; seed++)
			compare_ways(make_events_until(seed, cases[i].steps,
					     cases[i].last_s == 0 ? 5000 : cases[i].last_s,
					     &cases[i].fractions),
				cases[i].definition, (seed - 1) * 600);
}

/* Hashes of two bits: nearly all journeys share one, and are still told apart. */
TEST(variants_are_compared_and_not_only_hashed)
{
	struct journey_world w;
	struct journey_plan *plan;
	struct variants a, b;

	journey_world_init(&w, make_events(9, 6), false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("variants", variants_make(plan, SIZE_MAX, &a, NULL) == OK);
	variants_hash_bits = 2;
	CHECK("variants", variants_make(plan, SIZE_MAX, &b, NULL) == OK);
	variants_hash_bits = 0;
	bool same = a.distinct == b.distinct && a.distinct > 100 && a.top_count == a.distinct;
	for (size_t i = 0; same && i < a.top_count; i++)
		same = a.top[i].count == b.top[i].count && a.top[i].length == b.top[i].length &&
		       memcmp(a.top[i].steps, b.top[i].steps, a.top[i].length * sizeof(uint32_t)) ==
			       0;
	CHECK("same", same);
	variants_done(plan, &a);
	variants_done(plan, &b);
	journey_plan_free(plan);
	journey_world_done(&w);
}

/* Ten ways of thirty steps, two customers each, over `steps` steps: each is found with all of its
 * steps, and whose they are. */
static void find_ways(unsigned steps)
{
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };
	struct journey_world w;
	struct journey_plan *plan;
	struct variants v;

	for (unsigned customer = 0; customer < 20; customer++)
		for (unsigned i = 0; i < 30; i++)
			strbuf_printf(&text, "c%u %u web s%u;", customer, i,
				(customer / 2 * 30 + i) % steps);
	strbuf_add_byte(&text, '\0');
	journey_world_init(&w, events, false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("variants", variants_make(plan, SIZE_MAX, &v, NULL) == OK);
	CHECK("ten",
		v.journeys == 20 && v.distinct == 10 && v.top_count == 10 && v.rest_count == 0);
	for (size_t i = 0; i < v.top_count; i++) {
		const struct variant *one = &v.top[i];
		CHECK("whose", one->count == 2 && one->customers == 2 && one->length == 30 &&
				       one->outcomes[JOURNEY_OPEN] == 2 &&
				       one->times.median_s == 29);
		for (uint32_t k = 1; k < one->length; k++) /* steps are numbered as they came */
			CHECK("steps", one->steps[k] == (one->steps[0] + k) % steps);
	}
	variants_done(plan, &v);
	journey_plan_free(plan);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

TEST(variants_have_their_steps_however_wide)
{
	find_ways(299); /* a step takes two bytes */
	find_ways(250);
	variants_block_bytes = 64; /* each journey alone in its block */
	find_ways(299);
	find_ways(250);
	variants_block_bytes = 0;
}

/* ---- whatever the limit of bytes: an answer, or ERR_LIMIT in words; never a part, nothing kept */

static err ask_all(const struct journey_plan *plan, struct why *why)
{
	const struct map_options dense = { .counts_only = false }, sparse = { .dense_steps = 1 };
	const struct funnel_question question = {
		.steps = { 0, 1 }, .step_count = 2, .window = INT64_MAX
	};
	struct map map;
	struct variants variants;
	struct funnel funnel;
	struct journey_list list;
	err e = map_make(plan, &dense, &map, why);

	if (e == OK)
		map_done(plan, &map);
	if (e == OK && (e = map_make(plan, &sparse, &map, why)) == OK)
		map_done(plan, &map);
	if (e == OK && (e = variants_make(plan, 50, &variants, why)) == OK)
		variants_done(plan, &variants);
	if (e == OK)
		e = funnel_make(plan, &question, &funnel, why);
	if (e == OK && (e = journey_list_make(plan, 30, NULL, &list, why)) == OK)
		journey_list_done(plan, &list);
	return e;
}

TEST(answers_keep_their_limit_of_bytes)
{
	struct journey_world w;
	struct journey_plan *plan;
	bool was_refused = false, was_answered = false;

	journey_world_init(&w, make_events(10, 6), false);
	for (size_t max = 256; !was_answered; max += max / 4) {
		struct why why = { 0 };
		w.limits.bytes_max = max;
		err e = journey_world_plan(&w, &plan, &why);
		if (e == OK) {
			e = ask_all(plan, &why);
			journey_plan_free(plan);
		}
		CHECK("in words", e == OK || (e == ERR_LIMIT && why.message == MSG_JOURNEY_ROOM));
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		was_refused |= e != OK;
		was_answered |= e == OK;
	}
	CHECK("both were met", was_refused);
	journey_world_done(&w);
}
