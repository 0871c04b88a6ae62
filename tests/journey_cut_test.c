/* tests/journey_cut_test.c - where journeys begin and end: a row for each edge rule of
 * docs/formats/journey-definition.md. */
#include "support/journey_world.h"
#include "test.h"

#include <stdio.h>

#define V "{\"version\": 1, "

static const struct {
	const char *row, *events, *definition, *journeys;
} rows[] = {
	{ "nobody", "", NULL, "" },
	{ "a thread is a journey", "a 0 web x; b 0 web y; a 9 web z", NULL, "a x>z?; b y?" },
	{ "equal times stand as they came", "a 5 web x; a 5 web z; a 5 web y; a 0 web w", NULL,
		"a w>x>z>y?" },
	{ "late: in its place as soon as it is in", "a 10 web y; a 20 web z; a 0 web x", NULL,
		"a x>y>z?" },
	{ "late: what a gap had parted is one again", "a 0 web x; a 100 web z; a 50 web y",
		V "\"gap\": \"1m\"}", "a x>y>z?" },
	{ "late: a goal ends what had gone on", "a 0 web x; a 20 web y; a 10 web g",
		V "\"goal\": \"g\"}", "a x>g! y?" },
	{ "two identifiers, one thread", "a 0 web x; b 1 web y; a:b 2 web z", NULL, "a x>y>z?" },
	{ "the first step that fits takes it", "a 0 web x",
		V "\"steps\": [{\"name\": \"A\", \"events\": \"*\"}, {\"name\": \"B\", "
		  "\"events\": \"x\"}]}",
		"a A?" },
	{ "drop goes before steps", "a 0 web x; a 1 web y",
		V "\"drop\": \"y\", \"steps\": [{\"name\": \"A\", \"events\": \"*\"}]}", "a A?" },
	{ "others go where there are steps", "a 0 web x; a 1 web y",
		V "\"steps\": [{\"name\": \"A\", \"events\": \"x\"}]}", "a A?" },
	{ "others kept", "a 0 web x; a 1 web y",
		V "\"other\": \"keep\", \"steps\": [{\"name\": \"A\", \"events\": \"x\"}]}",
		"a A>y?" },
	{ "an activity called as a step is the step", "a 0 web x; a 1 phone y",
		V "\"other\": \"keep\", \"steps\": [{\"name\": \"x\", \"events\": \"y\"}]}",
		"a x>x?" },
	{ "one step of several channels", "a 0 web x; a 1 phone x; a 2 shop x",
		V "\"steps\": [{\"name\": \"A\", \"events\": {\"channel\": [\"web\", \"sh*\"]}}]}",
		"a A>A?" },
	{ "tests", "a 0 web x n=1; a 1 web x n=2; a 2 web x n=2 s=t; a 3 web x s=t",
		V "\"steps\": [{\"name\": \"A\", \"events\": {\"where\": [\"n>=2\", \"s\"]}}, "
		  "{\"name\": \"B\", \"events\": {\"where\": {\"attribute\": \"n\", \"in\": [1, "
		  "3]}}}, "
		  "{\"name\": \"C\", \"events\": {\"activity\": \"x\", \"where\": \"s~t*\"}}]}",
		"a B>A>C?" },
	{ "gap: within is in", "a 0 web x; a 60 web y; a 121 web z", V "\"gap\": \"1m\"}",
		"a x>y. z?" },
	{ "gap: noise does not prolong it", "a 0 web x; a 50 web noise; a 100 web y",
		V "\"gap\": \"1m\", \"drop\": \"noise\"}", "a x. y?" },
	{ "gap: passed at the last event of all", "a 0 web x; b 61 web y", V "\"gap\": \"1m\"}",
		"a x.; b y?" },
	{ "gap: not yet passed", "a 0 web x; b 60 web y", V "\"gap\": \"1m\"}", "a x?; b y?" },
	{ "window: within is in", "a 0 web x; a 60 web y; a 61 web z", V "\"window\": \"1m\"}",
		"a x>y. z?" },
	{ "window counts from the first", "a 0 web x; a 40 web y; a 80 web z",
		V "\"window\": \"1m\"}", "a x>y. z?" },
	{ "goal ends", "a 0 web x; a 1 web y; a 2 web z", V "\"goal\": \"y\"}", "a x>y! z?" },
	{ "failure ends", "a 0 web x; a 1 web y; a 2 web z", V "\"failure\": \"y\"}", "a x>yx z?" },
	{ "start: what stands before is in none", "a 0 web w; a 1 web x; a 2 web y",
		V "\"start\": \"x\"}", "a x>y?" },
	{ "start: again within is a step", "a 0 web x; a 1 web x; a 2 web y", V "\"start\": \"x\"}",
		"a x>x>y?" },
	{ "restart", "a 0 web x; a 1 web y; a 2 web x; a 3 web z",
		V "\"start\": \"x\", \"restart\": true}", "a x>y. x>z?" },
	{ "start: after the end nothing until the next",
		"a 0 web x; a 1 web g; a 2 web y; a 3 web x",
		V "\"start\": \"x\", \"goal\": \"g\"}", "a x>g! x?" },
	{ "a start that ends", "a 0 web x; a 1 web x; a 2 web y",
		V "\"start\": \"x\", \"goal\": \"x\"}", "a x! x!" },
	{ "too late to be in, no start: in none", "a 0 web x; a 100 web y; a 120 web x",
		V "\"start\": \"x\", \"window\": \"1m\"}", "a x. x?" },
	{ "a goal too late is no success", "a 0 web x; a 61 web g",
		V "\"start\": \"x\", \"goal\": \"g\", \"window\": \"1m\"}", "a x." },
	{ "repeats kept", "a 0 web x; a 1 web x; a 2 web y", V "\"repeats\": \"keep\"}",
		"a x>x>y?" },
	{ "repeats merged", "a 0 web x; a 1 web x; a 2 web y; a 3 web x",
		V "\"repeats\": \"merge\"}", "a x>y>x?" },
	{ "a merged repeat prolongs", "a 0 web x; a 50 web x; a 100 web y",
		V "\"repeats\": \"merge\", \"gap\": \"1m\"}", "a x>y?" },
	{ "a merged goal is a goal", "a 0 web g; a 1 web g",
		V "\"repeats\": \"merge\", \"goal\": \"g\"}", "a g! g!" },
	{ "by: they overlap", "a 0 web x o=1; a 1 web x o=2; a 2 web y o=2; a 3 web y o=1",
		V "\"by\": \"o\"}", "a x>y? x>y?" },
	{ "by: without a value in none", "a 0 web x o=1; a 1 web y; a 2 web z o=1",
		V "\"by\": \"o\"}", "a x>z?" },
	{ "by: a number is no text", "a 0 web x o=1; a 1 web y o=1x; a 2 web z o=1",
		V "\"by\": \"o\"}", "a x>z? y?" },
	{ "by: a field", "a 0 web x @case=7; a 1 web y @case=8; a 2 web z @case=7",
		V "\"by\": \"@case\"}", "a x>z? y?" },
	{ "by: cut by the other rules", "a 0 web x o=1; a 50 web x o=2; a 100 web y o=1",
		V "\"by\": \"o\", \"gap\": \"1m\"}", "a x. y? x?" },
	{ "customers with", "a 0 web x; b 0 phone x",
		V "\"customers\": {\"with\": {\"channel\": "
		  "\"phone\"}}}",
		"b x?" },
	{ "customers without", "a 0 web x; b 0 phone x",
		V "\"customers\": {\"without\": {\"channel\": \"phone\"}}}", "a x?" },
	{ "customers by events that are dropped", "a 0 web x; a 1 phone y; b 0 web x",
		V "\"drop\": \"y\", \"customers\": {\"with\": \"y\"}}", "a x?" },
};

static void check_row(size_t i, bool attributes)
{
	struct journey_world w;
	struct strbuf out = strbuf_heap(1 << 16);

	journey_world_init(&w, rows[i].events, attributes);
	journey_world_define(&w, rows[i].definition);
	str seen = journey_world_journeys(&w, &out);
	bool same = str_equal(seen, str_of(rows[i].journeys));
	if (!same)
		printf("%s: " STR_FMT ", not %s\n", rows[i].row, STR_ARG(seen), rows[i].journeys);
	CHECK(rows[i].row, same);
	strbuf_done(&out);
	journey_world_done(&w);
}

/* With columns, and without: then every test asks the journal. */
TEST(journeys_are_cut_as_the_rules_say)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		check_row(i, true);
		check_row(i, false);
	}
}

/* ---- filters */

static const char filtered[] = "a 0 web x; a 10 web y; a 20 phone z; a 30 web y; b 0 web x; "
			       "b 15 web z p=q; c 5 web y";
#define NAMES(...) \
	{ \
		(const str[]){ __VA_ARGS__ }, sizeof((const str[]){ __VA_ARGS__ }) / sizeof(str) \
	}
static const str phone = STR_INIT("phone");
static const struct journey_selector calls = { .channels = { &phone, 1 } };
static const struct journey_crowd with_calls = { .any = { &calls, 1 }, .is_wanted = true };
static const struct journey_crowd without_calls = { .any = { &calls, 1 }, .is_wanted = false };
#define TICKS(seconds) ((int64_t)(seconds)*1000 * TICKS_PER_MS)
#define ALL .since = INT64_MIN, .until = INT64_MAX, .as_of = INT64_MAX

static const struct {
	const char *row;
	struct journey_filter filter;
	const char *journeys;
} filters[] = {
	{ "none", { ALL }, "a x>y>z>y?; b x>z?; c y?" },
	{ "since and until: half-open",
		{ .since = TICKS(10), .until = TICKS(30), .as_of = INT64_MAX }, "a y>z?; b z?" },
	{ "as of: what came later is not there",
		{ .since = INT64_MIN, .until = INT64_MAX, .as_of = TICKS(10) },
		"a x>y?; b x?; c y?" },
	{ "only", { ALL, .only = { &calls, 1 } }, "a z?" },
	{ "with", { ALL, .crowds = &with_calls, .crowd_count = 1 }, "a x>y>z>y?" },
	{ "without", { ALL, .crowds = &without_calls, .crowd_count = 1 }, "b x>z?; c y?" },
	{ "with, by what another filter hides",
		{ .since = INT64_MIN,
			.until = TICKS(5),
			.as_of = INT64_MAX,
			.crowds = &with_calls,
			.crowd_count = 1 },
		"a x?" },
	{ "with, but later than as of",
		{ .since = INT64_MIN,
			.until = INT64_MAX,
			.as_of = TICKS(19),
			.crowds = &with_calls,
			.crowd_count = 1 },
		"" },
	{ "passed", { ALL, .passed = NAMES(STR_INIT("x"), STR_INIT("y")) }, "a x>y>z>y?" },
	{ "never", { ALL, .never = NAMES(STR_INIT("x")) }, "c y?" },
	{ "from", { ALL, .from_step = STR_INIT("y") }, "a y>z>y?; c y?" },
	{ "to", { ALL, .to_step = STR_INIT("y") }, "a x>y?; c y?" },
	{ "from and to", { ALL, .from_step = STR_INIT("y"), .to_step = STR_INIT("y") },
		"a y>z>y?" },
	{ "a step that there is not", { ALL, .never = NAMES(STR_INIT("yy")) },
		"refused journey-step-unknown" },
};

TEST(journeys_are_filtered_in_order)
{
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct journey_world w;
		struct strbuf out = strbuf_heap(1 << 16);
		journey_world_init(&w, filtered, true);
		w.filter = filters[i].filter;
		str seen = journey_world_journeys(&w, &out);
		bool same = str_equal(seen, str_of(filters[i].journeys));
		if (!same)
			printf("%s: " STR_FMT ", not %s\n", filters[i].row, STR_ARG(seen),
				filters[i].journeys);
		CHECK(filters[i].row, same);
		strbuf_done(&out);
		journey_world_done(&w);
	}
}

/* ---- limits */

static err take_nothing(void *part, const struct journey *journey, struct why *why)
{
	(void)part, (void)journey, (void)why;
	return OK;
}

TEST(journeys_stop_when_told)
{
	struct journey_world w;
	struct journey_plan *plan;
	struct why why = { 0 };
	atomic_bool stop = false;
	void *part = &stop;

	journey_world_init(&w, filtered, true);
	w.limits.stop = &stop;
	CHECK("plan", journey_world_plan(&w, &plan, &why) == OK);
	CHECK("goes", journey_pass(plan, take_nothing, &part, 1, &why) == OK);
	atomic_store(&stop, true);
	CHECK("stops", journey_pass(plan, take_nothing, &part, 1, &why) == ERR_CANCELLED);
	journey_plan_free(plan);
	atomic_store(&stop, false);
	w.limits.clock = clock_real();
	w.limits.started_ns = clock_real()->ticks_ns(clock_real());
	CHECK("no time at all: plan",
		journey_world_plan(&w, &plan, &why) == OK && w.limits.deadline_ms == 0);
	CHECK("late", journey_pass(plan, take_nothing, &part, 1, &why) == ERR_TIMEOUT);
	journey_plan_free(plan);
	CHECK("all bytes were given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}
