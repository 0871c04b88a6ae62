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

/* What is known of the steps of a definition beside some events. */
struct known_steps {
	struct journey_world w;
	struct journey_plan *plan;
	struct step_kinds kinds;
	struct costs costs;
};

static void known_steps_open(struct known_steps *k, const char *definition, const char *events)
{
	journey_world_init(&k->w, events, true);
	journey_world_define(&k->w, definition);
	CHECK("plan", journey_world_plan(&k->w, &k->plan, NULL) == OK);
	CHECK("costs", costs_make(k->plan, NULL, 0, 60 * SECOND, &k->costs, NULL) == OK);
	step_kinds_make(k->plan, &k->costs, &k->kinds);
}

static void known_steps_close(struct known_steps *k)
{
	step_kinds_done(&k->kinds);
	costs_done(k->plan, &k->costs);
	journey_plan_free(k->plan);
	journey_world_done(&k->w);
}

static uint32_t known_step(const struct known_steps *k, const char *name)
{
	uint32_t step = journey_plan_find_step(k->plan, str_of(name));

	CHECK(name, step != STEP_NONE);
	return step;
}

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
	struct known_steps known;

	known_steps_open(&known, steps,
		"a 0 post bill; a 1 phone in.took about=net; a 1 phone in.took about=net moved=1; "
		"a 1 phone in.took about=bill; a 0 post bill last=1; a 2 phone in.lost; a 3 chat "
		"over;"
		"a 4 chat left; a 5 chat done; a 6 shop shop");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t one = known_step(&known, rows[i].one);
		uint32_t two = known_step(&known, rows[i].two);
		CHECK(rows[i].two,
			(known.kinds.place[one] == known.kinds.place[two]) == rows[i].place);
		CHECK(rows[i].two,
			(known.kinds.group[one] == known.kinds.group[two]) == rows[i].alternatives);
		CHECK(rows[i].one, !rows[i].alternatives || known.kinds.has_others[one]);
	}
	CHECK("alone", !known.kinds.has_others[known_step(&known, "Shop")]);
	known_steps_close(&known);
}

TEST(which_contacts_follow_a_step_by_another_way)
{
	static const struct {
		const char *one, *two;
		bool leads;
	} rows[] = {
		{ "page", "call", true }, /* no contact, then one */
		{ "page", "lost", true }, /* a call, though nobody is paid for it */
		{ "page", "served", true },
		{ "page", "paper", false }, /* neither a contact nor a call */
		{ "mail", "call", true }, /* another channel */
		{ "mail", "served", true },
		{ "mail", "answer", false }, /* the same channel */
		{ "mail", "mail", false },
		{ "call", "served", false }, /* the telephone is one */
		{ "call", "mail", true },
		{ "served", "call", true }, /* from the machine to a person */
		{ "served", "lost", false }, /* he calls already */
		{ "call", "page", false },
	};
	static const char definition[] =
		"{\"version\":1,\"steps\":[{\"name\":\"page\",\"events\":\"page\"},"
		"{\"name\":\"call\",\"events\":\"call\",\"cost\":5},{\"name\":\"lost\",\"events\":"
		"\"lost\"},"
		"{\"name\":\"served\",\"events\":\"served\",\"cost\":0.1},"
		"{\"name\":\"mail\",\"events\":\"mail\",\"cost\":3},"
		"{\"name\":\"answer\",\"events\":\"answer\",\"cost\":3},{\"name\":\"paper\","
		"\"events\":\"paper\"}]}";
	struct known_steps known;

	known_steps_open(&known, definition,
		"a 0 web page; a 1 phone call; a 2 phone lost; a 3 ivr served; a 4 email mail; a 5 "
		"email answer; a 6 post paper");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t one = known_step(&known, rows[i].one);
		uint32_t two = known_step(&known, rows[i].two);
		CHECK(rows[i].two, (known.kinds.leads[one * journey_plan_steps(known.plan) + two] !=
					   0) == rows[i].leads);
	}
	known_steps_close(&known);
}

/* ---- windows */

#define HOURS ((int64_t)3600 * SECOND)

TEST(windows_that_are_tried)
{
	static const struct {
		const char *name;
		int64_t leak, horizon;
		size_t count;
		int64_t first, last;
	} rows[] = {
		{ "two weeks", 0, 336 * HOURS, 12, HOURS, 336 * HOURS },
		{ "shorter than any", 0, HOURS / 2, 1, HOURS / 2, HOURS / 2 },
		{ "longer than any", 0, 10000 * HOURS, FRICTIONS_WINDOWS_MAX, HOURS,
			10000 * HOURS },
		{ "told", 60 * HOURS, 336 * HOURS, 1, 60 * HOURS, 60 * HOURS },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct frictions_question q = { .leak = rows[i].leak };
		int64_t windows[FRICTIONS_WINDOWS_MAX];
		size_t count = frictions_windows(&q, rows[i].horizon, windows);
		CHECK(rows[i].name, count == rows[i].count);
		CHECK(rows[i].name, windows[0] == rows[i].first);
		CHECK(rows[i].name, windows[count - 1] == rows[i].last);
	}
}

TEST(the_window_in_which_it_stands_out)
{
	/* of 1,000: within an hour, a day, three days, two weeks */
	static const struct {
		const char *name;
		uint64_t suffered[4];
		double usual[4];
		size_t window;
	} rows[] = {
		{ "all at once", { 100, 105, 120, 180 }, { 0.001, 0.01, 0.03, 0.1 }, 0 },
		{ "within a day", { 5, 100, 120, 190 }, { 0.001, 0.01, 0.03, 0.1 }, 1 },
		{ "within three days", { 1, 40, 150, 200 }, { 0.001, 0.01, 0.03, 0.1 }, 2 },
		{ "bit by bit", { 3, 30, 90, 400 }, { 0.001, 0.01, 0.03, 0.1 }, 3 },
		{ "half of it within three days", { 1, 60, 140, 240 }, { 0.001, 0.01, 0.03, 0.1 },
			2 },
		{ "less than usual: all of it", { 0, 4, 10, 50 }, { 0.001, 0.01, 0.03, 0.1 }, 3 },
		{ "no more than chance: all of it", { 1, 14, 33, 100 }, { 0.001, 0.01, 0.03, 0.1 },
			3 },
		{ "nobody", { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, 3 },
		{ "everybody at once", { 999, 1000, 1000, 1000 }, { 0.001, 0.01, 0.03, 0.1 }, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cost_sum suffered[4] = { 0 };
		for (size_t w = 0; w < 4; w++)
			suffered[w].n = rows[i].suffered[w];
		CHECK(rows[i].name, frictions_window_of(suffered, rows[i].usual, 4, 1000, 0.05) ==
					    rows[i].window);
	}
}

/* ---- found */

static char events[1 << 18];

struct asked {
	struct journey_world w;
	struct journey_plan *plan;
	struct costs costs;
	struct frictions frictions;
};

static err ask_within(struct asked *a, bool parts, int64_t leak, int64_t horizon, struct why *why)
{
	const struct traits_question known = {
		.zone = zone_utc(), .support = 10, .look_back = 3600 * SECOND
	};
	const struct frictions_question question = { .leak = leak,
		.again = 3600 * SECOND,
		.support = 10,
		.false_share = 0.05,
		.most = FRICTIONS_LOOKED_AT,
		.split = INT64_MIN,
		.parts = parts ? &known : NULL };
	err e = costs_make(a->plan, NULL, 0, horizon, &a->costs, why);

	if (e != OK)
		return e;
	e = frictions_find(a->plan, &a->costs, &question, &a->frictions, why);
	if (e != OK)
		costs_done(a->plan, &a->costs);
	return e;
}

static err ask(struct asked *a, bool parts, struct why *why)
{
	return ask_within(a, parts, HOURS, 2 * HOURS, why);
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

/* Whoever writes calls when he has no answer after a day or two, and half of those who call are
 * served by the machine; everybody calls now and then anyway. */
static void make_mails(uint64_t seed)
{
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };
	struct random random = random_of(seed);
	const unsigned hour = 3600, day = 24 * hour;

	for (unsigned c = 0; c < 900; c++) {
		unsigned at = (unsigned)random_below(&random, 60 * day);
		unsigned count = random_below(&random, 4) == 0 ? 3 : 2;
		strbuf_printf(&text, "c%u %u email mail;", c, at);
		for (unsigned k = 0; k < count; k++)
			strbuf_printf(&text, "c%u %u %s;", c,
				k < 2 ? (unsigned)random_below(&random, 90 * day)
				      : at + 20 * hour + (unsigned)random_below(&random, 26 * hour),
				random_below(&random, 2) == 0 ? "phone call" : "ivr served");
	}
	strbuf_add(&text, STR("z 8640000 web z"));
	strbuf_add_byte(&text, '\0');
}

TEST(a_change_of_channel_is_told_within_the_time_that_it_takes)
{
	static const struct {
		const char *name;
		int64_t leak, within;
	} rows[] = { { "told by the data", 0, 48 * HOURS },
		{ "asked for", 30 * HOURS, 30 * HOURS } };

	make_mails(5);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct asked a;
		const struct friction_found *f = NULL;
		journey_world_init(&a.w, events, true);
		CHECK("plan", journey_world_plan(&a.w, &a.plan, NULL) == OK);
		CHECK(rows[i].name, ask_within(&a, false, rows[i].leak, 336 * HOURS, NULL) == OK);
		for (size_t k = 0; k < a.frictions.count; k++)
			if (a.frictions.items[k].word == WORD_SWITCH)
				f = &a.frictions.items[k];
		CHECK(rows[i].name, f != NULL);
		CHECK(rows[i].name, f->friction.within == rows[i].within);
		CHECK("at", f->at[journey_plan_find_step(a.plan, STR("mail"))]);
		CHECK("who calls", f->to[journey_plan_find_step(a.plan, STR("call"))]);
		CHECK("whom the machine serves",
			f->to[journey_plan_find_step(a.plan, STR("served"))]);
		CHECK("tries", f->windows == (rows[i].leak == 0 ? 12 : 1));
		asked_done(&a);
		journey_plan_free(a.plan);
		CHECK("given back", atomic_load(&a.w.limits.bytes) == 0);
		journey_world_done(&a.w);
	}
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
