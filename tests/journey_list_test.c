/* tests/journey_list_test.c - the list in each order: against all journeys put in that order
 * naively, pages cut from longer and longer lists fit together, and behind each number of a map of
 * parts of journeys are as many as it says */
#include "base/random.h"
#include "journey/list.h"
#include "journey/map.h"
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

/* ---- behind a number of a part of journeys: its words are asked of the part */

struct behind_part {
	struct journey_world *w;
	struct journey_filter asked; /* of the whole map */
	const struct journey_plan *plan;
	const struct map *map;
	size_t smaller; /* edges that more have in their whole journeys than in the part */
};

/* How many the list has under the filter of the moment, which is then that of the map again. */
static struct journey_list totals(struct behind_part *b)
{
	struct journey_list list = { .count = 0 };
	struct journey_plan *plan;

	CHECK("plan", journey_world_plan(b->w, &plan, NULL) == OK);
	CHECK("list", journey_list_make(plan, 0, NULL, &list, NULL) == OK);
	struct journey_list told = { .customers = list.customers, .journeys = list.journeys };
	journey_list_done(plan, &list);
	journey_plan_free(plan);
	b->w->filter = b->asked;
	return told;
}

static void check_edge(struct behind_part *b, const struct map_edge *edge)
{
	const struct journey_edge named = { journey_plan_step_name(b->plan, edge->from),
		journey_plan_step_name(b->plan, edge->to) };

	b->w->filter.part_edges = &named;
	b->w->filter.part_edge_count = 1;
	CHECK("edge", totals(b).customers == edge->customers);
	b->w->filter.edge_from = named.from;
	b->w->filter.edge_to = named.to;
	b->smaller += totals(b).customers > edge->customers;
}

static void check_step(struct behind_part *b, const struct map_step *step)
{
	str name = journey_plan_step_name(b->plan, step->step);
	struct journey_place place = { .position = 1, .step = name };

	b->w->filter.part_passed = (struct field_names){ &name, 1 };
	struct journey_list list = totals(b);
	CHECK("step", list.journeys == step->journeys && list.customers == step->customers);
	b->w->filter.places = &place;
	b->w->filter.place_count = 1;
	CHECK("start", totals(b).journeys == step->starts);
	place.position = -1;
	b->w->filter.places = &place;
	b->w->filter.place_count = 1;
	CHECK("end", totals(b).journeys == step->ends);
}

/* The number of edges of which the whole journeys would have said more. */
static size_t check_part(struct journey_world *w, str from, str to)
{
	const struct map_options options = { .counts_only = true };
	struct journey_plan *plan;
	struct map map;

	w->filter.from_step = from;
	w->filter.to_step = to;
	CHECK("plan", journey_world_plan(w, &plan, NULL) == OK);
	CHECK("map", map_make(plan, &options, &map, NULL) == OK);
	CHECK("something", map.edge_count > 3);
	struct behind_part b = { w, w->filter, plan, &map, 0 };
	for (size_t i = 0; i < map.edge_count; i++)
		check_edge(&b, &map.edges[i]);
	for (size_t i = 0; i < map.step_count; i++)
		check_step(&b, &map.steps[i]);
	map_done(plan, &map);
	journey_plan_free(plan);
	return b.smaller;
}

TEST(behind_a_number_of_a_part_are_those_it_counts)
{
	struct journey_world w;
	str never = STR("s");

	journey_world_init(&w, events_of(11), false);
	journey_world_define(&w, "{\"version\": 1, \"gap\": \"1h\"}");
	CHECK("the whole", check_part(&w, STR(""), STR("")) == 0);
	CHECK("from", check_part(&w, STR("p"), STR("")) > 0);
	CHECK("up to", check_part(&w, STR(""), STR("r")) > 0);
	CHECK("between", check_part(&w, STR("p"), STR("r")) > 0);
	w.filter.edge_from = STR("q"); /* the question's own edge stays beside that of the number */
	w.filter.first_step = STR("q");
	CHECK("of some journeys", check_part(&w, STR("p"), STR("")) > 0);
	w.filter = journey_filter_none();
	w.filter.never = (struct field_names){ &never, 1 };
	CHECK("of others", check_part(&w, STR("p"), STR("")) > 0);
	journey_world_done(&w);
}

TEST(too_many_edges_of_a_part_are_refused)
{
	static const struct journey_edge edges[FILTER_STEPS_MAX + 1];
	struct journey_world w;
	struct journey_plan *plan;

	journey_world_init(&w, "a 0 web p; a 1 web q", false);
	w.filter.part_edges = edges;
	w.filter.part_edge_count = FILTER_STEPS_MAX;
	CHECK("as many", journey_world_plan(&w, &plan, NULL) == OK);
	journey_plan_free(plan);
	w.filter.part_edge_count++;
	CHECK("one more", journey_world_plan(&w, &plan, NULL) != OK);
	journey_world_done(&w);
}
