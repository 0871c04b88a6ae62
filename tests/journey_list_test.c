/* tests/journey_list_test.c - the list in each order: against all journeys put in that order
 * naively, and pages cut from longer and longer lists fit together */
#include "base/random.h"
#include "journey/list.h"
#include "support/journey_world.h"
#include "test.h"

#include <stdlib.h>

enum { EVENTS = 600, CUSTOMERS = 40 };

/* Some of the same length, of the same span, of the same beginning. */
static const char *events_of(uint64_t seed)
{
	static char text[EVENTS * 32];
	struct strbuf out = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	struct random random = random_of(seed);

	for (int i = 0; i < EVENTS; i++)
		strbuf_printf(&out, "%sc%u %u web %c", i == 0 ? "" : "; ",
			(unsigned)random_below(&random, CUSTOMERS),
			(unsigned)random_below(&random, 40) * 600,
			(int)('p' + random_below(&random, 4)));
	strbuf_add_byte(&out, '\0');
	CHECK("room", strbuf_ok(&out));
	return text;
}

/* How `b` is behind `a` by what the order is named after: > 0, = 0, < 0. */
static int64_t behind(enum journey_order order, const struct listed *a, const struct listed *b)
{
	switch (order) {
	case JOURNEYS_LATEST:
		return a->first - b->first;
	case JOURNEYS_EARLIEST:
		return b->first - a->first;
	case JOURNEYS_LONGEST:
		return (a->last - a->first) - (b->last - b->first);
	case JOURNEYS_SHORTEST:
		return (b->last - b->first) - (a->last - a->first);
	case JOURNEYS_MOST_STEPS:
		return (int64_t)a->length - (int64_t)b->length;
	case JOURNEYS_FEWEST_STEPS:
		return (int64_t)b->length - (int64_t)a->length;
	case JOURNEY_ORDERS:
		break;
	}
	return 0;
}

static bool in_order(enum journey_order order, const struct journey_list *list)
{
	for (size_t i = 1; i < list->count; i++) {
		const struct listed *a = &list->items[i - 1], *b = &list->items[i];
		int64_t by = behind(order, a, b);
		if (by == 0)
			by = a->first - b->first;
		if (by == 0)
			by = (int64_t)a->first_row - (int64_t)b->first_row;
		if (by <= 0)
			return false;
	}
	return true;
}

static bool begins_with(const struct journey_list *all, const struct journey_list *page)
{
	for (size_t i = 0; i < page->count; i++)
		if (all->items[i].first_row != page->items[i].first_row)
			return false;
	return true;
}

/* All are told once: the rows at which journeys begin sum up to the same in each order. */
static uint64_t sum_of(const struct journey_list *list)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < list->count; i++)
		sum += (uint64_t)list->items[i].first_row * 7919 + list->items[i].length;
	return sum;
}

static void check_order(const struct journey_plan *plan, enum journey_order order,
	const struct journey_list *latest)
{
	static const size_t lengths[] = { 0, 1, 7, 50, 100000 };
	const struct journey_choice choice = { .order = order };
	struct journey_list all, page;

	CHECK("all", journey_list_make(plan, SIZE_MAX, &choice, &all, NULL) == OK);
	CHECK("as many", all.count == latest->count && all.journeys == latest->journeys);
	CHECK("the same", sum_of(&all) == sum_of(latest));
	CHECK("in order", in_order(order, &all));
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		CHECK("page", journey_list_make(plan, lengths[i], &choice, &page, NULL) == OK);
		CHECK("its length", page.count == MIN_OF(lengths[i], all.count));
		CHECK("its totals",
			page.journeys == all.journeys && page.customers == all.customers);
		CHECK("its rows", begins_with(&all, &page));
		journey_list_done(plan, &page);
	}
	journey_list_done(plan, &all);
}

TEST(journey_lists_in_each_order_and_cut_into_pages)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct journey_world w;
		struct journey_plan *plan;
		struct journey_list latest;
		journey_world_init(&w, events_of(seed), false);
		journey_world_define(&w, "{\"version\": 1, \"gap\": \"30m\"}");
		CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
		CHECK("list", journey_list_make(plan, SIZE_MAX, NULL, &latest, NULL) == OK);
		CHECK("several", latest.count > 100);
		CHECK("the latest first", in_order(JOURNEYS_LATEST, &latest));
		for (int order = 0; order < JOURNEY_ORDERS; order++)
			check_order(plan, (enum journey_order)order, &latest);
		journey_list_done(plan, &latest);
		journey_plan_free(plan);
		journey_world_done(&w);
	}
}

/* The same as among all. */
static void check_one(struct journey_world *w, const struct journey_list *all, uint32_t customer)
{
	struct journey_plan *plan;
	struct journey_list of_one;
	size_t at = 0;

	w->filter.is_of_one = true;
	w->filter.customer = customer;
	CHECK("plan", journey_world_plan(w, &plan, NULL) == OK);
	CHECK("list", journey_list_make(plan, SIZE_MAX, NULL, &of_one, NULL) == OK);
	CHECK("some", of_one.count > 0 && of_one.customers == 1);
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].customer == customer) {
			CHECK("his", at < of_one.count && of_one.items[at].customer == customer);
			CHECK("the same", of_one.items[at].first_row == all->items[i].first_row &&
						  of_one.items[at].length == all->items[i].length);
			at++;
		}
	CHECK("no more", at == of_one.count);
	journey_list_done(plan, &of_one);
	journey_plan_free(plan);
	w->filter.is_of_one = false;
}

TEST(of_one_customer_is_what_is_his_among_all)
{
	struct journey_world w;
	struct journey_plan *plan;
	struct journey_list all;

	journey_world_init(&w, events_of(7), false);
	journey_world_define(&w, "{\"version\": 1, \"gap\": \"1h\"}");
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("list", journey_list_make(plan, SIZE_MAX, NULL, &all, NULL) == OK);
	CHECK("of several", all.customers > 10 && all.journeys > all.customers);
	for (size_t i = 0; i < all.count; i++)
		check_one(&w, &all, all.items[i].customer);
	journey_list_done(plan, &all);
	journey_plan_free(plan);
	journey_world_done(&w);
}
