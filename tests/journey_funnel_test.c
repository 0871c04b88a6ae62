/* tests/journey_funnel_test.c - funnels: one row for each known fault of others, then breakdowns
 * and lists */
#include "journey/funnel_by.h"
#include "support/journey_world.h"
#include "test.h"

#include <string.h>

/* Numbers of rows are those of ClickHouse's list of faults of windowFunnel, whose meaning for a
 * funnel of ours is in docs/decisions/0008-journeys.md. */
static const struct {
	const char *row, *events;
	const char *steps[4];
	int64_t window_s; /* 0: none */
	bool is_strict;
	const char *excluded;
	size_t reached;
} rows[] = {
	{ "in order", "a 0 web x; a 1 web y; a 2 web z", { "x", "y", "z" }, 0, false, NULL, 3 },
	{ "not in order", "a 0 web y; a 1 web x", { "x", "y" }, 0, false, NULL, 1 },
	{ "no first step", "a 0 web y; a 1 web z", { "x", "y" }, 0, false, NULL, 0 },
	{ "#21835: an event is counted once", "a 0 web x", { "x", "x" }, 0, false, NULL, 1 },
	{ "#21835: nor by steps between", "a 0 web x; a 1 web y", { "x", "y", "x" }, 0, false, NULL,
		2 },
	{ "#21835: two events are two", "a 0 web x; a 1 web x", { "x", "x" }, 0, false, NULL, 2 },
	{ "#37177: a repeat of a step reached adds none", "a 0 web x; a 1 web x; a 2 web x",
		{ "x", "y", "z" }, 0, false, NULL, 1 },
	{ "#37177: nor does it take one away", "a 0 web x; a 1 web y; a 2 web x; a 3 web z",
		{ "x", "y", "z" }, 0, false, NULL, 3 },
	{ "#58711: a repeat of a later step stops nothing",
		"a 0 web x; a 1 web y; a 2 web y; a 3 web z", { "x", "y", "z" }, 0, false, NULL,
		3 },
	{ "#58711: the last step before the first is none",
		"a 0 web z; a 1 web x; a 2 web y; a 3 web y", { "x", "y", "z" }, 0, false, NULL,
		2 },
	{ "#93789: equal times stand as they came", "a 0 web x; a 0 web y", { "x", "y" }, 0, false,
		NULL, 2 },
	{ "#93789: and not as the funnel would like", "a 0 web y; a 0 web x", { "x", "y" }, 0,
		false, NULL, 1 },
	{ "#93789: three at one time, one event a step", "a 0 web x; a 0 web x; a 0 web y",
		{ "x", "x", "y" }, 0, false, NULL, 3 },
	{ "#93789: equal times, strictly", "a 0 web x; a 0 web w; a 0 web y", { "x", "y" }, 0, true,
		NULL, 1 },
	{ "#52844: repeated chains", "a 0 web x; a 1 web y; a 2 web x; a 3 web y; a 4 web z",
		{ "x", "y", "x", "z" }, 0, false, NULL, 4 },
	{ "#52844: a chain that begins anew",
		"a 0 web x; a 1 web y; a 2 web x; a 3 web y; a 4 web z", { "x", "y", "z" }, 3,
		false, NULL, 3 },
	{ "#52844: the deepest attempt counts", "a 0 web x; a 1 web y; a 90 web x; a 91 web w",
		{ "x", "y", "z" }, 60, false, NULL, 2 },
	{ "#27469: strict: nothing between", "a 0 web x; a 1 web w; a 2 web y", { "x", "y" }, 0,
		true, NULL, 1 },
	{ "#27469: strict: a repeat is between, but begins anew", "a 0 web x; a 1 web x; a 2 web y",
		{ "x", "y" }, 0, true, NULL, 2 },
	{ "#27469: strict: a wrong one is the end", "a 0 web x; a 1 web y; a 2 web x; a 3 web z",
		{ "x", "y", "z" }, 0, true, NULL, 2 },
	{ "within is in", "a 0 web x; a 60 web y", { "x", "y" }, 60, false, NULL, 2 },
	{ "too late", "a 0 web x; a 61 web y", { "x", "y" }, 60, false, NULL, 1 },
	{ "a later beginning comes farther", "a 0 web x; a 50 web x; a 100 web y", { "x", "y" }, 60,
		false, NULL, 2 },
	{ "the window is the whole funnel's", "a 0 web x; a 40 web y; a 80 web z",
		{ "x", "y", "z" }, 60, false, NULL, 2 },
	{ "excluded between", "a 0 web x; a 1 web w; a 2 web y", { "x", "y" }, 0, false, "w", 1 },
	{ "excluded before and after", "a 0 web w; a 1 web x; a 2 web y; a 3 web w", { "x", "y" },
		0, false, "w", 2 },
	{ "excluded, then anew", "a 0 web x; a 1 web w; a 2 web x; a 3 web y", { "x", "y" }, 0,
		false, "w", 2 },
	{ "excluded between the first attempt and the second step, once more",
		"a 0 web w; a 1 web x; a 2 web y; a 3 web w; a 4 web z", { "x", "y", "z" }, 0,
		false, "w", 2 },
};

static struct funnel_question asked(
	const struct journey_plan *plan, const char *const *steps, size_t most)
{
	struct funnel_question q = { .window = INT64_MAX };

	for (; q.step_count < most && steps[q.step_count] != NULL; q.step_count++)
		q.steps[q.step_count] = journey_plan_find_step(plan, str_of(steps[q.step_count]));
	return q;
}

static void check_row(size_t i)
{
	struct journey_world w;
	struct journey_plan *plan;
	uint8_t excluded[16] = { 0 };
	struct funnel funnel;
	size_t reached = 0;

	journey_world_init(&w, rows[i].events, false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	struct funnel_question q = asked(plan, rows[i].steps, 4);
	q.is_strict = rows[i].is_strict;
	q.excluded = excluded;
	if (rows[i].window_s > 0)
		q.window = rows[i].window_s * 1000 * TICKS_PER_MS;
	if (rows[i].excluded != NULL)
		excluded[journey_plan_find_step(plan, str_of(rows[i].excluded))] = 1;
	CHECK(rows[i].row, funnel_make(plan, &q, &funnel, NULL) == OK);
	while (reached < q.step_count && funnel.steps[reached].journeys == 1)
		reached++;
	CHECK(rows[i].row, reached == rows[i].reached);
	journey_plan_free(plan);
	CHECK(rows[i].row, atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

TEST(funnels_go_as_far_as_they_can)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(i);
}

/* ---- by attribute */

#define PEOPLE \
	"a 0 web x plan=gold; a 1 web y; b 0 phone x; b 1 web y plan=silver; c 0 web x; d 0 web " \
	"y; " \
	"e 0 web x plan=gold; e 5000 web x; e 5001 web y plan=silver"

static const struct {
	const char *row, *by, *definition;
	size_t most;
	const char *told;
} groups[] = {
	{ "of the first event that has one", "plan", NULL, 9,
		"(none) 2/2 1/1 0/0; gold 2/2 2/2 2/2; silver 1/1 1/1 1/1;" },
	{ "of each journey", "plan", "{\"version\": 1, \"gap\": \"1h\"}", 9,
		"(none) 2/2 1/1 0/0; gold 2/2 2/2 1/1; silver 2/2 2/2 2/2;" },
	{ "by channel", "channel", NULL, 9, "web 4/4 3/3 2/2; phone 1/1 1/1 1/1;" },
	{ "the rest is summed", "channel", NULL, 1, "web 4/4 3/3 2/2; rest 1 1;" },
	{ "an attribute that nobody has", "size", NULL, 9, "(none) 5/5 4/4 3/3;" },
};

static void tell(
	const struct journey_values *values, const struct funnel_groups *found, struct strbuf *out)
{
	for (size_t i = 0; i < found->count; i++) {
		if (found->items[i].value == 0)
			strbuf_add(out, STR("(none)"));
		journey_values_add(values, found->items[i].value, out);
		for (size_t k = 0; k <= 2; k++)
			strbuf_printf(out, " %llu/%llu",
				(unsigned long long)found->items[i].cells[k].journeys,
				(unsigned long long)found->items[i].cells[k].customers);
		strbuf_add(out, i + 1 < found->count ? STR("; ") : STR(";"));
	}
	if (found->rest_values > 0)
		strbuf_printf(out, " rest %llu %llu;", (unsigned long long)found->rest_values,
			(unsigned long long)found->rest_journeys);
}

static void check_list(const struct journey_plan *plan, const struct funnel_list_question *which,
	uint64_t journeys, uint64_t customers)
{
	struct journey_list list;

	CHECK("list", funnel_list_make(plan, which, &list, NULL) == OK);
	CHECK("as many journeys", list.journeys == journeys);
	CHECK("as many customers", list.customers == customers);
	CHECK("all told", list.count == journeys);
	journey_list_done(plan, &list);
}

/* The list of every number, and of those who came no farther. */
static void check_lists(const struct journey_plan *plan, const struct funnel_question *q,
	const struct journey_values *values, const struct funnel_group *group)
{
	for (size_t k = 0; k <= q->step_count; k++) {
		struct funnel_list_question which = { .funnel = q,
			.reached = k,
			.values = values,
			.value = group->value,
			.most = 100 };
		uint64_t after = k < q->step_count ? group->cells[k + 1].journeys : 0;
		check_list(plan, &which, group->cells[k].journeys, group->cells[k].customers);
		which.stopped = true; /* each of these customers has one such journey */
		check_list(plan, &which, group->cells[k].journeys - after,
			group->cells[k].journeys - after);
	}
}

TEST(funnels_are_broken_down_and_listed)
{
	static const char *const steps[] = { "x", "y" };

	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		struct journey_world w;
		struct journey_plan *plan;
		struct journey_values *values;
		struct funnel_groups found;
		char text[1000];
		struct strbuf told = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
		journey_world_init(&w, PEOPLE, true);
		if (groups[i].definition != NULL)
			journey_world_define(&w, groups[i].definition);
		CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
		CHECK("values", journey_values_make(plan, &w.journal, str_of(groups[i].by), &values,
					NULL) == OK);
		struct funnel_question q = asked(plan, steps, ARRAY_LEN(steps));
		CHECK(groups[i].row,
			funnel_groups_make(plan, &q, values, groups[i].most, &found, NULL) == OK);
		tell(values, &found, &told);
		CHECK(groups[i].row, str_equal(strbuf_str(&told), str_of(groups[i].told)));
		for (size_t k = 0; k < found.count; k++)
			check_lists(plan, &q, values, &found.items[k]);
		funnel_groups_done(plan, &found);
		journey_values_free(values);
		journey_plan_free(plan);
		CHECK(groups[i].row, atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}

/* ---- values by their texts */

TEST(values_are_found_by_their_texts_and_stand_in_order)
{
	static const char *const texts[] = { "-3", "7", "12", "blue", "red" };
	struct journey_world w;
	struct journey_plan *plan;
	struct journey_values *values;
	uint32_t last = 0, number;

	journey_world_init(&w,
		"a 0 web x v=red; a 1 web x v=12; a 2 web x v=7; a 3 web x v=blue; "
		"a 4 web x v=-3; a 5 web x",
		true);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("values", journey_values_make(plan, &w.journal, STR("v"), &values, NULL) == OK);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CHECK(texts[i], journey_values_find(values, str_of(texts[i]), &number));
		CHECK(texts[i], number != 0 && journey_values_compare(values, last, number) < 0);
		CHECK(texts[i], journey_values_compare(values, number, last) > 0);
		CHECK(texts[i], journey_values_compare(values, number, number) == 0);
		last = number;
	}
	CHECK("none", journey_values_find(values, STR(""), &number) && number == 0);
	CHECK("no such", !journey_values_find(values, STR("green"), &number));
	journey_values_free(values);
	journey_plan_free(plan);
	journey_world_done(&w);
}

/* ---- limits: wherever memory ends, nothing stays behind */

static err answer_all(struct journey_world *w, struct why *why)
{
	static const char *const steps[] = { "x", "y" };
	struct journey_plan *plan = NULL;
	struct journey_values *values = NULL;
	struct funnel_groups found = { .count = 0 };
	struct journey_list list;
	err e = journey_world_plan(w, &plan, why);

	if (e == OK)
		e = journey_values_make(plan, &w->journal, STR("plan"), &values, why);
	if (e == OK) {
		struct funnel_question q = asked(plan, steps, ARRAY_LEN(steps));
		const struct funnel_list_question which = { .funnel = &q, .reached = 1, .most = 9 };
		e = funnel_groups_make(plan, &q, values, 9, &found, why);
		funnel_groups_done(plan, &found);
		if (e == OK && (e = funnel_list_make(plan, &which, &list, why)) == OK)
			journey_list_done(plan, &list);
	}
	journey_values_free(values);
	journey_plan_free(plan);
	return e;
}

TEST(funnels_keep_their_limit_of_bytes)
{
	struct journey_world w;
	bool was_refused = false;
	err e = ERR_LIMIT;

	journey_world_init(&w, PEOPLE, true);
	for (size_t most = 0; e != OK && most < 1 << 20; most += 16) {
		struct why why = { 0 };
		w.limits.bytes_max = most;
		e = answer_all(&w, &why);
		CHECK("or refused", e == OK || e == ERR_LIMIT);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		was_refused |= e == ERR_LIMIT;
	}
	CHECK("both were met", was_refused && e == OK);
	journey_world_done(&w);
}
