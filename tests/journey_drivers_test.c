/* tests/journey_drivers_test.c - trials of every kind, traits as of their moment, drivers and what
 * explains them; limits that fail in words and give everything back. */
#include "base/random.h"
#include "journey/compare.h"
#include "journey/drivers.h"
#include "journey/frictions.h"
#include "journey/whatif.h"
#include "support/journey_world.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>

/* ---- trials */

static uint8_t *steps_of(const struct journey_plan *plan, const char *names)
{
	uint8_t *set = memory_alloc(journey_plan_steps(plan) + 1);
	str rest = str_of(names), name;

	while (rest.len > 0) {
		if (!str_split(rest, ' ', &name, &rest)) {
			name = rest;
			rest = STR("");
		}
		uint32_t step = journey_plan_find_step(plan, name);
		CHECK(names, step != STEP_NONE);
		set[step] = 1;
	}
	return set;
}

#define SECOND ((int64_t)1000 * TICKS_PER_MS)

TEST(each_kind_of_friction_has_its_trials)
{
	/* as of 1000: the last event of all */
	static const char events[] =
		"c1 0 web a; c1 10 web b; c1 20 web a; c1 500 web c;"
		"c2 0 web a; c2 5 web a; c2 9 web b; c3 990 web a; z 1000 web z";
	static const struct {
		const char *name;
		enum friction_kind kind;
		const char *at, *to;
		int64_t within_s; /* -1: any */
		uint64_t trials, suffered;
	} rows[] = {
		{ "next", FRICTION_NEXT, "a", "b", -1, 5, 2 },
		{ "next, within 9 s", FRICTION_NEXT, "a", "b", 9, 5, 1 },
		{ "next, the last too young", FRICTION_NEXT, "a", "b", 60, 4, 2 },
		{ "later", FRICTION_LATER, "a", "c", -1, 3, 1 },
		{ "later, within", FRICTION_LATER, "a", "b c", 60, 4, 2 },
		{ "leave: all are open", FRICTION_LEAVE, "a", "", -1, 4, 0 },
		{ "return", FRICTION_RETURN, "a", "", -1, 2, 2 },
		{ "return, within", FRICTION_RETURN, "a", "", 10, 2, 1 },
		{ "instead", FRICTION_INSTEAD, "a", "b", -1, 7, 2 },
		{ "wait", FRICTION_WAIT, "a", "b", 5, 2, 1 },
	};
	struct journey_world w;
	struct journey_plan *plan;

	journey_world_init(&w, events, false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t *at = steps_of(plan, rows[i].at), *to = steps_of(plan, rows[i].to);
		const struct friction friction = { .kind = rows[i].kind,
			.at = at,
			.to = to,
			.within = rows[i].within_s < 0 ? INT64_MAX : rows[i].within_s * SECOND };
		struct trials trials;
		struct costs costs;
		CHECK("costs", costs_make(plan, NULL, 0, 60 * SECOND, &costs, NULL) == OK);
		CHECK(rows[i].name, trials_make(plan, &friction, &costs, &trials, NULL) == OK);
		CHECK(rows[i].name, trials.count == rows[i].trials);
		CHECK(rows[i].name, trials.suffered == rows[i].suffered);
		trials_done(plan, &trials);
		costs_done(plan, &costs);
		free(at);
		free(to);
	}
	journey_plan_free(plan);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

/* A call of three events is one contact; another half an hour later is the next. */
TEST(costs_are_of_contacts_or_of_steps)
{
	static const char events[] =
		"c 0 web a; c 100 phone ring; c 160 phone talk; c 200 phone end;"
		"c 5000 phone ring; c 9000 email m; z 90000 web z";
	struct journey_world w;
	struct journey_plan *plan;
	struct trials trials;
	struct costs costs;

	journey_world_init(&w, events, false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	uint8_t *at = steps_of(plan, "a"), *to = steps_of(plan, "ring");
	const struct friction friction = {
		.kind = FRICTION_NEXT, .at = at, .to = to, .within = INT64_MAX
	};
	const struct channel_cost dear[] = { { STR_INIT("phone"), 10 } };
	static const struct {
		bool changed;
		int64_t horizon_s, cost;
	} rows[] = { { false, 4000, 5840000 }, { false, 8000, 11680000 }, { false, 9000, 15430000 },
		{ true, 4000, 10000000 }, { false, 90000, COST_NONE } };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CHECK("costs", costs_make(plan, dear, rows[i].changed, rows[i].horizon_s * SECOND,
				       &costs, NULL) == OK);
		CHECK("trials", trials_make(plan, &friction, &costs, &trials, NULL) == OK);
		CHECK("one", trials.count == 1 && trials.items[0].cost == rows[i].cost);
		trials_done(plan, &trials);
		costs_done(plan, &costs);
	}
	free(at);
	free(to);
	journey_plan_free(plan);
	journey_world_done(&w);
}

/* ---- drivers in a made world */

static char events[JOURNEY_WORLD_EVENTS * 48];

/* Who has os=7 fails in 6 of 10, else in 1 of 10; nearly all of os=7 come from shop=x, where a
 * third of the others are too: the shop explains nothing. */
static const char *make_events(uint64_t seed, bool planted)
{
	struct random random = random_of(seed);
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };

	for (unsigned c = 0; c < 900; c++) {
		bool old = random_below(&random, 6) == 0;
		bool shop = random_below(&random, 20) < (old ? 19 : 6);
		unsigned share = old && planted ? 60 : 10;
		bool fails = random_below(&random, 100) < share;
		unsigned at = (unsigned)random_below(&random, 5000);
		strbuf_printf(&text, "c%u %u shop s shop=%s;", c, at, shop ? "x" : "y");
		strbuf_printf(&text, "c%u %u app try os=%s n=%u;", c, at + 10, old ? "7" : "15",
			(unsigned)random_below(&random, 1000));
		strbuf_printf(&text, "c%u %u app %s error=%u;", c, at + 20, fails ? "fail" : "good",
			fails ? 12U : 0U);
	}
	strbuf_add(&text, STR("z 99999 web z"));
	strbuf_add_byte(&text, '\0');
	ASSERT(strbuf_ok(&text));
	return events;
}

struct asked {
	struct journey_plan *plan;
	uint8_t *at, *to;
	struct costs costs;
	struct trials trials;
	struct traits traits;
	struct drivers drivers;
};

static err ask(struct journey_world *w, struct asked *a, struct why *why)
{
	const struct traits_question traits = {
		.zone = zone_utc(), .support = 10, .look_back = 3600 * SECOND
	};
	const struct drivers_question drivers = {
		.false_share = 0.05, .support = 10, .pairs = true, .adjust = true
	};
	*a = (struct asked){ .plan = NULL };
	err e = journey_world_plan(w, &a->plan, why);

	if (e != OK)
		return e;
	a->at = steps_of(a->plan, "try");
	a->to = steps_of(a->plan, "fail");
	const struct friction friction = {
		.kind = FRICTION_NEXT, .at = a->at, .to = a->to, .within = INT64_MAX
	};
	e = costs_make(a->plan, NULL, 0, 60 * SECOND, &a->costs, why);
	if (e == OK)
		e = trials_make(a->plan, &friction, &a->costs, &a->trials, why);
	if (e == OK)
		e = traits_make(a->plan, &a->trials, &traits, &a->traits, why);
	if (e == OK)
		e = drivers_find(a->plan, &a->trials, &a->traits, &drivers, &a->drivers, why);
	return e;
}

static void asked_done(struct asked *a)
{
	if (a->plan == NULL)
		return;
	drivers_done(a->plan, &a->drivers);
	traits_done(a->plan, &a->traits);
	trials_done(a->plan, &a->trials);
	costs_done(a->plan, &a->costs);
	free(a->at);
	free(a->to);
	journey_plan_free(a->plan);
}

static const struct trait *trait_of(const struct asked *a, size_t i)
{
	return &a->traits.items[a->drivers.items[i].trait];
}

TEST(the_planted_driver_is_found_and_its_companion_explained)
{
	size_t explained = 0, covered = 0;

	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct journey_world w;
		struct asked a;
		journey_world_init(&w, make_events(seed, true), true);
		CHECK("asked", ask(&w, &a, NULL) == OK);
		CHECK("found", a.drivers.count > 0 && !a.drivers.items[0].explained);
		CHECK("it is the version", str_equal(trait_of(&a, 0)->key, STR("os")) &&
						   trait_of(&a, 0)->low == 7 &&
						   trait_of(&a, 0)->own);
		covered += a.drivers.items[0].difference.low <= 0.5 &&
			   a.drivers.items[0].difference.high >= 0.5;
		for (size_t i = 0; i < a.drivers.count; i++) {
			const struct driver *d = &a.drivers.items[i];
			if (!str_equal(trait_of(&a, i)->key, STR("shop")) ||
				d->other != TRAIT_NOBODY)
				continue;
			explained += d->explained;
			CHECK("not by itself", d->explained || d->adjusted.ratio.low < 1.6);
		}
		for (size_t i = 0; i < a.traits.count; i++)
			CHECK("nothing of what came after",
				!str_equal(a.traits.items[i].key, STR("error")));
		asked_done(&a);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
	CHECK("the shop", explained >= 4);
	CHECK("its size", covered >= 4);
}

TEST(where_nothing_is_planted_hardly_anything_is_found)
{
	size_t found = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct journey_world w;
		struct asked a;
		journey_world_init(&w, make_events(seed, false), true);
		CHECK("asked", ask(&w, &a, NULL) == OK);
		found += a.drivers.count > 0;
		asked_done(&a);
		journey_world_done(&w);
	}
	CHECK("one world in twenty, three at most by chance", found <= 3);
}

/* Whatever the limit of bytes: an answer, or ERR_LIMIT in words; nothing kept. */
TEST(limits_hold_and_give_back)
{
	size_t refused = 0, answered = 0;

	for (size_t bytes = 1 << 10; bytes < (size_t)64 << 20; bytes += bytes / 2) {
		struct journey_world w;
		struct why why = { 0 };
		struct asked a;
		journey_world_init(&w, make_events(2, true), true);
		w.limits.bytes_max = bytes;
		err e = ask(&w, &a, &why);
		CHECK("answer or limit", e == OK || e == ERR_LIMIT);
		refused += e == ERR_LIMIT && why.message != MSG_NONE;
		answered += e == OK;
		asked_done(&a);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
	CHECK("both", refused > 3 && answered > 1);
}

/* ---- frictions, comparisons, what if */

TEST(the_dearest_friction_is_found_unasked)
{
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };
	struct random random = random_of(5);
	struct journey_world w;
	struct journey_plan *plan;
	struct frictions frictions;
	struct costs costs;

	for (unsigned c = 0; c < 500; c++) {
		bool fails = random_below(&random, 5) == 0;
		unsigned at = (unsigned)random_below(&random, 900000);
		strbuf_printf(&text, "c%u %u app %s;", c, at, fails ? "pay.failed" : "pay.done");
		if (random_below(&random, 10) < (fails ? 8 : 1))
			strbuf_printf(&text, "c%u %u phone call;", c, at + 600);
	}
	strbuf_add(&text, STR("z 9999999 web z"));
	strbuf_add_byte(&text, '\0');
	journey_world_init(&w, events, false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("costs", costs_make(plan, NULL, 0, 86400 * SECOND, &costs, NULL) == OK);
	const struct frictions_question question = { .leak = 3600 * SECOND,
		.again = 3600 * SECOND,
		.support = 10,
		.false_share = 0.05,
		.most = 20,
		.split = 450000 * SECOND };
	CHECK("found", frictions_find(plan, &costs, &question, &frictions, NULL) == OK);
	bool failure = false;
	for (size_t i = 0; i < frictions.count; i++) {
		const struct friction_found *f = &frictions.items[i];
		bool is_it = f->word == WORD_FAILURE &&
			     str_equal(journey_plan_step_name(plan, f->step), STR("pay.failed"));
		failure |= is_it;
		if (is_it) /* 80 % against 10 % of 5.84 */
			CHECK("each", f->each.low < 4.088 && f->each.high > 4.088);
		CHECK("nothing changed", f->change.q > 0.01);
		CHECK("dear", f->cost.low > 0 && f->q <= 0.05);
	}
	CHECK("the failure", failure);
	frictions_done(plan, &frictions);
	costs_done(plan, &costs);
	journey_plan_free(plan);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

TEST(a_side_compared_with_itself_shows_nothing)
{
	struct journey_world w;
	struct journey_plan *plan;
	struct comparison c;

	journey_world_init(&w, make_events(4, true), false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("compare", compare_make(plan, plan, 1, &c, NULL) == OK);
	CHECK("some", c.count > 4 && c.journeys[0] == 901 && c.customers[1] == 901);
	for (size_t i = 0; i < c.count; i++)
		CHECK("equal", c.items[i].difference.value == 0 && c.items[i].q > 0.99);
	comparison_done(&c);
	journey_plan_free(plan);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

/* One million subscribers call once a year to change a channel; one in five by self-service. */
TEST(the_example_of_the_million_subscribers)
{
	struct whatif_sums s = whatif_move(1000000, 5.84, 0.10, 0.20);

	CHECK("before", s.before == 5840000);
	CHECK("after", s.after == 4692000);
	CHECK("saved", s.change == -1148000);
}

TEST(moving_from_one_route_to_another_is_the_difference_of_means)
{
	struct journey_world w;
	struct journey_plan *plan;
	struct whatif whatif;
	struct costs costs;

	/* calls: 5.84, two of four with a mail after; self-service: 0.10, one of two calls after */
	journey_world_init(&w,
		"a 0 phone call; a 99 email m; b 0 phone call; c 0 phone call; c 50 email m;"
		"d 0 phone call; e 0 web self; f 0 web self; f 60 phone call; z 99999 web z",
		false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("costs", costs_make(plan, NULL, 0, 1000 * SECOND, &costs, NULL) == OK);
	uint8_t *from = steps_of(plan, "call"), *to = steps_of(plan, "self");
	const struct whatif_question question = {
		.from = from, .to = to, .horizon = 1000 * SECOND, .share = 0.5
	};
	CHECK("whatif", whatif_make(plan, &costs, &question, &whatif, NULL) == OK);
	CHECK("episodes", whatif.episodes[0] == 4 && whatif.episodes[1] == 2 && whatif.moved == 2);
	double call = 5.84 + 3.75 / 2, self = 0.10 + 5.84 / 2;
	CHECK("means", fabs(whatif.of[WHATIF_COST].mean[0] - call) < 1e-9 &&
			       fabs(whatif.of[WHATIF_COST].mean[1] - self) < 1e-9);
	CHECK("change", fabs(whatif.of[WHATIF_COST].change.value - 2 * (self - call)) < 1e-9);
	CHECK("contacts", fabs(whatif.of[WHATIF_CONTACTS].change.value - 2 * (0.5 - 1.5)) < 1e-9);
	for (int side = 0; side < 2; side++) { /* the numbers and those behind them agree */
		struct trials behind;
		double cost = 0;
		CHECK("behind",
			whatif_episodes(plan, &costs, &question, side == 1, &behind, NULL) == OK);
		for (size_t i = 0; i < behind.count; i++)
			cost += (double)behind.items[i].cost / COST_UNIT;
		CHECK("as many",
			behind.count == whatif.episodes[side] && behind.suffered == behind.count);
		CHECK("as dear", fabs(cost - whatif.of[WHATIF_COST].mean[side] *
						     (double)behind.count) < 1e-9);
		trials_done(plan, &behind);
	}
	free(from);
	free(to);
	costs_done(plan, &costs);
	journey_plan_free(plan);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}
