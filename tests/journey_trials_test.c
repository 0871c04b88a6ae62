/* tests/journey_trials_test.c - trials found in one reading of the events against the longer way,
 * which two frictions at once take. */
#include "base/random.h"
#include "journey/trials.h"
#include "support/journey_world.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define SECOND ((int64_t)1000 * TICKS_PER_MS)

static char events[1 << 17];

/* Few times, so that many are equal; identifiers that join two customers. */
static void make_events(uint64_t seed)
{
	static const char *const channels[] = { "web", "phone", "email" };
	static const char *const names[] = { "a", "b", "c", "d" };
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };
	struct random random = random_of(seed);

	for (unsigned i = 0; i < 900; i++) {
		unsigned c = (unsigned)random_below(&random, 90);
		strbuf_printf(&text, "c%u", c);
		if (random_below(&random, 60) == 0)
			strbuf_printf(&text, ":c%u", c + 1);
		strbuf_printf(&text, " %u %s %s kind=%u;",
			(unsigned)random_below(&random, 300) * 60,
			channels[random_below(&random, 3)], names[random_below(&random, 4)],
			(unsigned)random_below(&random, 3));
	}
	strbuf_add(&text, STR("z 20000 web z"));
	strbuf_add_byte(&text, '\0');
}

static int by_place(const void *a, const void *b)
{
	const struct trial *x = a, *y = b;

	return x->row < y->row ? -1 : x->row > y->row;
}

static bool are_same(struct trials *one, struct trials *two)
{
	bool same = one->count == two->count && one->suffered == two->suffered &&
		    one->customers == two->customers &&
		    one->customers_suffered == two->customers_suffered &&
		    one->journeys_suffered == two->journeys_suffered &&
		    memcmp(&one->cost, &two->cost, sizeof(one->cost)) == 0;

	if (!same || one->count == 0)
		return same;
	for (int half = 0; half < 2; half++) {
		size_t from = half == 0 ? 0 : one->suffered;
		size_t count = (half == 0 ? one->suffered : one->count) - from;
		qsort(one->items + from, count, sizeof(*one->items), by_place);
		qsort(two->items + from, count, sizeof(*two->items), by_place);
	}
	for (size_t i = 0; same && i < one->count; i++)
		same = one->items[i].customer == two->items[i].customer &&
		       one->items[i].row == two->items[i].row &&
		       one->items[i].time == two->items[i].time &&
		       one->items[i].cost == two->items[i].cost;
	return same;
}

static void check_both(const char *name, const struct journey_plan *plan,
	const struct friction *friction, const struct costs *costs)
{
	const struct friction *twice[2] = { friction, friction };
	struct trials quick, slow[2];

	CHECK(name, trials_make(plan, friction, costs, &quick, NULL) == OK);
	CHECK(name, trials_make_all(plan, twice, 2, costs, slow, NULL) == OK);
	CHECK(name, quick.count > 20);
	CHECK(name, are_same(&quick, &slow[0]));
	trials_done(plan, &quick);
	trials_done(plan, &slow[0]);
	trials_done(plan, &slow[1]);
}

static const struct {
	const char *name, *definition;
	bool filters;
} worlds[] = {
	{ "whole threads", NULL, false },
	{ "by gaps", "{\"version\":1,\"gap\":\"30m\"}", false },
	{ "of a time", NULL, true },
	{ "with costs of steps",
		"{\"version\":1,\"steps\":[{\"name\":\"a\",\"events\":\"a\",\"cost\":2},"
		"{\"name\":\"b\",\"events\":\"b\"},{\"name\":\"c\",\"events\":\"c\",\"cost\":5}]}",
		false },
	{ "by attribute tests",
		"{\"version\":1,\"steps\":[{\"name\":\"a\",\"events\":{\"activity\":\"a\","
		"\"where\":[\"kind!=1\"]}},{\"name\":\"b\",\"events\":\"b\"},"
		"{\"name\":\"c\",\"events\":\"*\"}]}",
		false },
};

TEST(the_quick_way_to_trials_leads_where_the_longer_one_does)
{
	static const enum friction_kind kinds[] = { FRICTION_NEXT, FRICTION_INSTEAD,
		FRICTION_WAIT };
	static const int64_t withins[] = { 0, 600 * SECOND, 3600 * SECOND, INT64_MAX };

	for (size_t i = 0; i < ARRAY_LEN(worlds) * 4; i++) {
		const char *name = worlds[i / 4].name;
		uint8_t at[8] = { 0 }, to[8] = { 0 };
		struct journey_world w;
		struct journey_plan *plan;
		struct costs costs;
		make_events(i + 1);
		journey_world_init(&w, events, true);
		journey_world_define(&w, worlds[i / 4].definition);
		if (worlds[i / 4].filters)
			w.filter.since = 4000 * SECOND;
		CHECK(name, journey_world_plan(&w, &plan, NULL) == OK);
		CHECK(name, costs_make(plan, NULL, 0, 5400 * SECOND, &costs, NULL) == OK);
		at[journey_plan_find_step(plan, STR("a"))] = 1;
		to[journey_plan_find_step(plan, STR("b"))] = 1;
		to[journey_plan_find_step(plan, STR("c"))] = (uint8_t)(i % 2);
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
			const struct friction friction = {
				.kind = kinds[k], .at = at, .to = to, .within = withins[i % 4]
			};
			check_both(name, plan, &friction, &costs);
		}
		costs_done(plan, &costs);
		journey_plan_free(plan);
		CHECK(name, atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}
