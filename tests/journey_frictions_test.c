/* tests/journey_frictions_test.c - which steps are one place, frictions of one place told together,
 * and what only a part of those who come there suffers. */
#include "base/random.h"
#include "journey/frictions_internal.h"
#include "support/journey_world.h"
#include "test.h"

#include <stdlib.h>

#define SECOND ((int64_t)1000 * TICKS_PER_MS)

/* ---- places */

static const char steps[] =
	"{\"version\":1,\"steps\":["
	"{\"name\":\"Last bill\",\"events\":{\"activity\":\"bill\",\"where\":[\"last\"]}},"
	"{\"name\":\"Bill\",\"events\":\"bill\"},"
	"{\"name\":\"Bill call\",\"events\":{\"activity\":\"in.*\",\"where\":[\"about=bill\"]}},"
	"{\"name\":\"Call transferred\",\"events\":{\"activity\":\"in.*\",\"where\":[\"moved\"]}},"
	"{\"name\":\"Call\",\"events\":{\"activity\":\"in.*\",\"where\":[\"about\"]}},"
	"{\"name\":\"Call given up\",\"events\":\"in.lost\"},"
	"{\"name\":\"Bot handed over\",\"events\":\"over\"},"
	"{\"name\":\"Bot left\",\"events\":\"left\"},"
	"{\"name\":\"Bot done\",\"events\":\"done\"},"
	"{\"name\":\"Shop\",\"events\":\"shop\"}]}";

TEST(steps_of_one_place)
{
	static const struct {
		const char *one, *two;
		bool place, alternatives;
	} rows[] = {
		{ "Bot left", "Bot done", true, true },
		{ "Bot left", "Bot handed over", true, false }, /* the words, not the nearest */
		{ "Bill", "Last bill", true, false }, /* all they stand for */
		{ "Bill", "Bill call", false, false }, /* a name within a name says nothing */
		{ "Bill call", "Call", true, false },
		{ "Call", "Call transferred", true, true },
		{ "Call given up", "Call", true, false },
		{ "Shop", "Call", false, false },
		{ "Shop", "Bot done", false, false },
	};
	struct journey_world w;
	struct journey_plan *plan;
	struct step_kinds kinds;
	struct costs costs;

	journey_world_init(&w,
		"a 0 post bill; a 1 phone in.took about=net; a 1 phone in.took about=net moved=1; "
		"a 1 phone in.took about=bill; a 0 post bill last=1; a 2 phone in.lost; a 3 chat "
		"over;"
		"a 4 chat left; a 5 chat done; a 6 shop shop",
		true);
	journey_world_define(&w, steps);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("costs", costs_make(plan, NULL, 0, 60 * SECOND, &costs, NULL) == OK);
	step_kinds_make(plan, &costs, &kinds);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t one = journey_plan_find_step(plan, str_of(rows[i].one));
		uint32_t two = journey_plan_find_step(plan, str_of(rows[i].two));
		CHECK(rows[i].one, one != STEP_NONE && two != STEP_NONE);
		CHECK(rows[i].two, (kinds.place[one] == kinds.place[two]) == rows[i].place);
		CHECK(rows[i].two, (kinds.group[one] == kinds.group[two]) == rows[i].alternatives);
		CHECK(rows[i].one, !rows[i].alternatives || kinds.has_others[one]);
	}
	CHECK("alone", !kinds.has_others[journey_plan_find_step(plan, STR("Shop"))]);
	step_kinds_done(&kinds);
	costs_done(plan, &costs);
	journey_plan_free(plan);
	journey_world_done(&w);
}

/* ---- found */

static char events[1 << 18];

struct asked {
	struct journey_world w;
	struct journey_plan *plan;
	struct costs costs;
	struct frictions frictions;
};

static err ask(struct asked *a, bool parts, struct why *why)
{
	const struct traits_question known = {
		.zone = zone_utc(), .support = 10, .look_back = 3600 * SECOND
	};
	const struct frictions_question question = { .leak = 3600 * SECOND,
		.again = 3600 * SECOND,
		.support = 10,
		.false_share = 0.05,
		.most = FRICTIONS_LOOKED_AT,
		.split = INT64_MIN,
		.parts = parts ? &known : NULL };
	err e = costs_make(a->plan, NULL, 0, 7200 * SECOND, &a->costs, why);

	if (e != OK)
		return e;
	e = frictions_find(a->plan, &a->costs, &question, &a->frictions, why);
	if (e != OK)
		costs_done(a->plan, &a->costs);
	return e;
}

static void asked_done(struct asked *a)
{
	frictions_done(a->plan, &a->frictions);
	costs_done(a->plan, &a->costs);
}

/* Everybody calls three times, then gets a bill; who gets one calls less than usual in the two
 * hours after it, namely never, but for those whose bill says `end`: one in six. */
static void make_bills(uint64_t seed)
{
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };
	struct random random = random_of(seed);

	for (unsigned c = 0; c < 900; c++) {
		unsigned at = 500000 + (unsigned)random_below(&random, 400000);
		bool ends = c % 10 == 0;
		strbuf_printf(&text, "c%u %u post bill says=%s;", c, at, ends ? "end" : "usual");
		if (ends && c % 60 == 0)
			strbuf_printf(&text, "c%u %u phone call;", c, at + 600);
		for (unsigned k = 0; k < 3; k++)
			strbuf_printf(&text, "c%u %u phone call;", c,
				(unsigned)random_below(&random, 490000));
	}
	strbuf_add(&text, STR("z 990000 web z"));
	strbuf_add_byte(&text, '\0');
}

static const struct friction_found *find_at(const struct asked *a, const char *step)
{
	for (size_t i = 0; i < a->frictions.count; i++)
		if (str_equal(journey_plan_step_name(a->plan, a->frictions.items[i].step),
			    str_of(step)))
			return &a->frictions.items[i];
	return NULL;
}

TEST(what_only_a_part_suffers_is_found)
{
	static const struct {
		const char *name;
		bool parts, found;
	} rows[] = { { "asked for", true, true }, { "whole places alone", false, false } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct asked a;
		make_bills(3);
		journey_world_init(&a.w, events, true);
		CHECK("plan", journey_world_plan(&a.w, &a.plan, NULL) == OK);
		CHECK(rows[i].name, ask(&a, rows[i].parts, NULL) == OK);
		const struct friction_found *f = find_at(&a, "bill");
		CHECK(rows[i].name, (f != NULL && f->in_part) == rows[i].found);
		if (rows[i].found) /* 15 of 90 call, at 5.84 */
			CHECK("size", f->cost.low > 0 && f->cost.low < 87 && f->cost.high > 87);
		asked_done(&a);
		journey_plan_free(a.plan);
		CHECK("given back", atomic_load(&a.w.limits.bytes) == 0);
		journey_world_done(&a.w);
	}
}

/* Who leaves the shop calls, then writes; who pays in vain calls: two places, told once each. */
TEST(frictions_of_one_place_are_told_together)
{
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };
	struct random random = random_of(8);
	struct asked a;
	size_t standing = 0, under = 0;

	for (unsigned c = 0; c < 700; c++) {
		unsigned at = (unsigned)random_below(&random, 900000);
		bool fails = random_below(&random, 4) == 0;
		strbuf_printf(&text, "c%u %u app %s;", c, at, fails ? "pay.failed" : "pay.done");
		if (random_below(&random, 10) < (fails ? 7 : 1))
			strbuf_printf(&text, "c%u %u phone call;", c, at + 600);
		else if (random_below(&random, 10) < (fails ? 7 : 1))
			strbuf_printf(&text, "c%u %u email mail;", c, at + 900);
	}
	strbuf_add(&text, STR("z 9999999 web z"));
	strbuf_add_byte(&text, '\0');
	journey_world_init(&a.w, events, false);
	CHECK("plan", journey_world_plan(&a.w, &a.plan, NULL) == OK);
	CHECK("asked", ask(&a, true, NULL) == OK);
	for (size_t i = 0; i < a.frictions.count; i++) {
		const struct friction_found *f = &a.frictions.items[i];
		standing += f->within == 0;
		under += f->within != 0;
		CHECK("under one that stands",
			f->within == 0 || a.frictions.items[f->within - 1].within == 0);
		CHECK("dearest first", f->within <= i);
	}
	CHECK("one place", standing == 1 && under >= 2);
	asked_done(&a);
	journey_plan_free(a.plan);
	journey_world_done(&a.w);
}

/* Whatever the limit of bytes: an answer, or ERR_LIMIT in words; nothing kept. */
TEST(frictions_within_any_limit)
{
	size_t refused = 0, answered = 0;

	make_bills(4);
	for (size_t bytes = 1 << 10; bytes < (size_t)64 << 20; bytes += bytes / 2) {
		struct why why = { 0 };
		struct asked a;
		journey_world_init(&a.w, events, true);
		a.w.limits.bytes_max = bytes;
		err e = journey_world_plan(&a.w, &a.plan, &why);
		bool planned = e == OK;
		if (planned)
			e = ask(&a, true, &why);
		CHECK("answer or limit", e == OK || e == ERR_LIMIT);
		refused += e == ERR_LIMIT && why.message != MSG_NONE;
		answered += e == OK;
		if (e == OK)
			asked_done(&a);
		if (planned)
			journey_plan_free(a.plan);
		CHECK("given back", atomic_load(&a.w.limits.bytes) == 0);
		journey_world_done(&a.w);
	}
	CHECK("both", refused > 3 && answered > 1);
}
