/* tests/journey_compare_test.c - behind every number of a comparison there are as many as it says.
 */
#include "base/random.h"
#include "journey/compare.h"
#include "support/journey_world.h"
#include "test.h"

static char events[JOURNEY_WORLD_EVENTS * 24];

static const char *make_events(uint64_t seed)
{
	struct random random = random_of(seed);
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };

	for (int i = 0; i < 900; i++)
		strbuf_printf(&text, "c%u %u web s%u;", (unsigned)random_below(&random, 90),
			(unsigned)random_below(&random, 20000), (unsigned)random_below(&random, 5));
	strbuf_add_byte(&text, '\0');
	ASSERT(strbuf_ok(&text));
	return events;
}

/* The list's own totals against those of the filter that says the same, where there is one. */
static void check_list(const struct journey_plan *side, const struct compared *item, bool of_whole,
	uint64_t wanted)
{
	const struct compare_list_question question = { item, of_whole, 3 };
	struct journey_list list;
	uint64_t times = 0;

	CHECK("list", compare_list(side, &question, &list, &times, NULL) == OK);
	CHECK("as often as the number says", times == wanted);
	CHECK("journeys", list.journeys <= times && list.customers <= list.journeys &&
				  list.count == MIN_OF(list.journeys, (uint64_t)3));
	if (item != NULL && item->as != COMPARED_EDGE)
		CHECK("once each", list.journeys == times);
	journey_list_done(side, &list);
}

static void check_item(struct journey_plan *const sides[2], const struct compared *item)
{
	check_list(sides[0], item, false, item->table.c);
	check_list(sides[0], item, true, item->table.c + item->table.d);
	check_list(sides[1], item, false, item->table.a);
	check_list(sides[1], item, true, item->table.a + item->table.b);
}

static void compare_halves(const char *definition, uint64_t seed)
{
	bool met[COMPARED_OUTCOME + 1] = { false };
	struct journey_world w;
	struct journey_plan *sides[2];
	struct comparison c;

	journey_world_init(&w, make_events(seed), false);
	journey_world_define(&w, definition);
	w.filter.until = 10000 * (int64_t)1000 * TICKS_PER_MS;
	CHECK("first", journey_world_plan(&w, &sides[0], NULL) == OK);
	struct journey_filter first = w.filter; /* plans borrow their filters */
	w.filter.since = first.until;
	w.filter.until = INT64_MAX;
	CHECK("second", journey_world_plan(&w, &sides[1], NULL) == OK);
	CHECK("compared", compare_make(sides[0], sides[1], 1, &c, NULL) == OK);
	for (size_t i = 0; i < c.count; i++) {
		met[c.items[i].as] = true;
		check_item(sides, &c.items[i]);
	}
	CHECK("of all kinds", met[COMPARED_EDGE] && met[COMPARED_START] && met[COMPARED_END] &&
				      met[COMPARED_OUTCOME]);
	for (int i = 0; i < 2; i++)
		check_list(sides[i], NULL, false, c.journeys[i]);
	comparison_done(&c);
	journey_plan_free(sides[0]);
	journey_plan_free(sides[1]);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

TEST(behind_each_number_of_a_comparison_there_are_as_many)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		compare_halves("{\"version\": 1, \"goal\": [\"s4\"], \"failure\": [\"s3\"]}", seed);
		compare_halves("{\"version\": 1, \"gap\": \"20m\", \"goal\": [\"s4\"]}", seed);
	}
}
