/* tests/journey_flow_test.c - flows: nothing is lost on the way, and every number has its list */
#include "base/random.h"
#include "journey/flow.h"
#include "journey/list.h"
#include "support/journey_world.h"
#include "test.h"

#include <stdlib.h>

/* ---- told in words: "1 view 2/2; 1>2 view cart 1/1 60" */

static str place_name(const struct journey_plan *plan, const struct flow *flow, enum flow_kind kind,
	uint32_t node)
{
	static const str words[] = {
		[FLOW_OTHER] = STR_INIT("(other)"),
		[FLOW_END] = STR_INIT("(end)"),
		[FLOW_FURTHER] = STR_INIT("(further)"),
	};

	return kind == FLOW_STEP ? journey_plan_step_name(plan, flow->nodes[node].step)
				 : words[kind];
}

static void tell(const struct journey_plan *plan, const struct flow *flow, struct strbuf *out)
{
	for (size_t i = 0; i < flow->link_count; i++) {
		const struct flow_link *link = &flow->links[i];
		const struct flow_node *from = &flow->nodes[link->from];
		str a = place_name(plan, flow, from->kind, link->from);
		str b = place_name(plan, flow, link->kind, link->to);
		strbuf_printf(out, "%s%u %.*s %.*s %llu/%llu", i == 0 ? "" : "; ",
			(unsigned)from->position, (int)a.len, a.ptr, (int)b.len, b.ptr,
			(unsigned long long)link->journeys, (unsigned long long)link->customers);
		if (link->mean_s > 0)
			strbuf_printf(out, " %gs", link->mean_s);
	}
}

static const struct {
	const char *row, *events, *definition;
	struct flow_question question;
	const char *from_step, *to_step, *links;
} rows[] = {
	{ "one step", "a 0 web x", NULL, { 3, 5, false, false }, "", "", "1 x (end) 1/1" },
	{ "forwards", "a 0 web x; a 60 web y; b 0 web x; b 20 web y; b 30 web z", NULL,
		{ 5, 5, false, false }, "", "",
		"1 x y 2/2 40s; 2 y z 1/1 10s; 2 y (end) 1/1; 3 z (end) 1/1" },
	{ "longer than asked", "a 0 web x; a 1 web y; a 2 web z", NULL, { 2, 5, false, false }, "",
		"", "1 x y 1/1 1s; 2 y (further) 1/1" },
	{ "as long as asked", "a 0 web x; a 1 web y", NULL, { 2, 5, false, false }, "", "",
		"1 x y 1/1 1s; 2 y (end) 1/1" },
	{ "backwards", "a 0 web x; a 60 web z; b 0 web y; b 20 web z; c 5 web z", NULL,
		{ 5, 5, true, false }, "", "",
		"1 z x 1/1 60s; 1 z y 1/1 20s; 1 z (end) 1/1; 2 x (end) 1/1; 2 y (end) 1/1" },
	{ "equal ones by their names, the rest is other",
		"a 0 web z; b 0 web y; c 0 web x; d 0 web w; d 1 web w; d 2 web w", NULL,
		{ 1, 2, false, false }, "", "",
		"1 w (further) 1/1; 1 x (end) 1/1; 1 (other) (end) 2/2" },
	{ "other goes on to other",
		"a 0 web x; a 1 web p; b 0 web x; b 1 web p; c 0 web y; c 3 web q", NULL,
		{ 2, 1, false, false }, "", "",
		"1 x p 2/2 1s; 1 (other) (other) 1/1 3s; 2 p (end) 2/2; 2 (other) (end) 1/1" },
	{ "a step may stand at each position", "a 0 web x; a 1 web x; a 2 web x", NULL,
		{ 9, 1, false, false }, "", "", "1 x x 1/1 1s; 2 x x 1/1 1s; 3 x (end) 1/1" },
	{ "two journeys of a customer", "a 0 web x; a 1 web y; a 9000 web x; a 9002 web y",
		"{\"version\": 1, \"gap\": \"1h\"}", { 4, 4, false, false }, "", "",
		"1 x y 2/1 1.5s; 2 y (end) 2/1" },
	{ "from a step", "a 0 web x; a 1 web y; a 2 web z; b 0 web z", NULL, { 4, 4, false, false },
		"y", "", "1 y z 1/1 1s; 2 z (end) 1/1" },
	{ "back from a step", "a 0 web x; a 1 web y; a 2 web z; b 0 web z", NULL,
		{ 4, 4, true, false }, "", "y", "1 y x 1/1 1s; 2 x (end) 1/1" },
	{ "nobody", "a 0 web x; b 0 web y", NULL, { 4, 4, true, false }, "x", "y", "" },
};

TEST(flows_count_journeys_by_position)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct journey_world w;
		struct journey_plan *plan;
		struct flow flow;
		char text[1000];
		struct strbuf told = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
		journey_world_init(&w, rows[i].events, false);
		if (rows[i].definition != NULL)
			journey_world_define(&w, rows[i].definition);
		w.filter.from_step = str_of(rows[i].from_step);
		w.filter.to_step = str_of(rows[i].to_step);
		CHECK(rows[i].row, journey_world_plan(&w, &plan, NULL) == OK);
		CHECK(rows[i].row, flow_make(plan, &rows[i].question, &flow, NULL) == OK);
		tell(plan, &flow, &told);
		CHECK(rows[i].row, str_equal(strbuf_str(&told), str_of(rows[i].links)));
		flow_done(plan, &flow);
		journey_plan_free(plan);
		CHECK(rows[i].row, atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}

/* ---- random worlds */

static char events[JOURNEY_WORLD_EVENTS * 24];

static const char *make_events(struct random *random)
{
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };
	unsigned people = 1 + (unsigned)random_below(random, 60);

	for (int i = 0; i < 300; i++)
		strbuf_printf(&text, "c%u %u web s%u;", (unsigned)random_below(random, people),
			(unsigned)random_below(random, 5000), (unsigned)random_below(random, 7));
	strbuf_add_byte(&text, '\0');
	ASSERT(strbuf_ok(&text));
	return events;
}

static void check_conserved(const struct flow *flow)
{
	uint64_t at_first = 0;

	for (size_t i = 0; i < flow->node_count; i++) {
		uint64_t in = 0, out = 0;
		for (size_t k = 0; k < flow->link_count; k++) {
			const struct flow_link *link = &flow->links[k];
			out += link->from == i ? link->journeys : 0;
			in += link->kind <= FLOW_OTHER && link->to == i ? link->journeys : 0;
		}
		CHECK("what is there leaves", out == flow->nodes[i].journeys);
		CHECK("what is there came",
			flow->nodes[i].position == 1 || in == flow->nodes[i].journeys);
		at_first += flow->nodes[i].position == 1 ? flow->nodes[i].journeys : 0;
	}
	CHECK("all begin", at_first == flow->journeys);
}

struct asking {
	struct journey_world *w;
	const struct flow_question *question;
	const struct flow *flow;
	struct journey_place places[32];
	size_t count;
	str names[8]; /* of steps, by code in the first plan */
};

static void ask_place(struct asking *a, uint32_t position, str step, bool is_other)
{
	int64_t place = position;

	a->places[a->count++] = (struct journey_place){ a->question->is_backwards ? -place : place,
		step, is_other };
}

static void ask_node(struct asking *a, const struct flow_node *node)
{
	if (node->kind == FLOW_STEP) {
		ask_place(a, node->position, a->names[node->step], false);
		return;
	}
	for (size_t i = 0; i < a->flow->node_count; i++)
		if (a->flow->nodes[i].position == node->position &&
			a->flow->nodes[i].kind == FLOW_STEP)
			ask_place(a, node->position, a->names[a->flow->nodes[i].step], true);
}

static void check_list(struct asking *a, uint64_t journeys, uint64_t customers)
{
	struct journey_plan *plan;
	struct journey_list list;

	a->w->filter.places = a->places;
	a->w->filter.place_count = a->count;
	CHECK("plan", journey_world_plan(a->w, &plan, NULL) == OK);
	CHECK("list", journey_list_make(plan, 0, NULL, &list, NULL) == OK);
	CHECK("agree", list.journeys == journeys && list.customers == customers);
	journey_list_done(plan, &list);
	journey_plan_free(plan);
	a->count = 0;
}

static void check_lists(struct asking *a)
{
	for (size_t i = 0; i < a->flow->node_count; i++) {
		ask_node(a, &a->flow->nodes[i]);
		check_list(a, a->flow->nodes[i].journeys, a->flow->nodes[i].customers);
	}
	for (size_t i = 0; i < a->flow->link_count; i++) {
		const struct flow_link *link = &a->flow->links[i];
		const struct flow_node *from = &a->flow->nodes[link->from];
		ask_node(a, from);
		if (link->kind <= FLOW_OTHER)
			ask_node(a, &a->flow->nodes[link->to]);
		else
			ask_place(a, from->position + 1, STR(""), link->kind == FLOW_FURTHER);
		check_list(a, link->journeys, link->customers);
	}
}

TEST(flows_lose_nobody_and_agree_with_their_lists)
{
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct random random = random_of(seed);
		const struct flow_question question = { 1 + random_below(&random, 5),
			1 + random_below(&random, 7), random_below(&random, 2) == 1,
			random_below(&random, 2) == 1 };
		struct journey_world w;
		struct journey_plan *plan;
		struct flow flow;
		journey_world_init(&w, make_events(&random), false);
		if (seed % 3 == 0)
			journey_world_define(&w, "{\"version\": 1, \"gap\": \"5m\"}");
		if (seed % 4 == 0)
			w.filter.from_step = STR("s1");
		CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
		CHECK("flow", flow_make(plan, &question, &flow, NULL) == OK);
		struct asking asking = { .w = &w, .question = &question, .flow = &flow };
		for (uint32_t s = 0; s < journey_plan_steps(plan); s++)
			asking.names[s] = journey_plan_step_name(plan, s);
		check_conserved(&flow);
		check_lists(&asking);
		flow_done(plan, &flow);
		journey_plan_free(plan);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}

TEST(flows_keep_their_limit_of_bytes)
{
	const struct flow_question question = { 4, 3, false, false };
	struct random random = random_of(77);
	struct journey_world w;
	bool was_refused = false, was_answered = false;

	journey_world_init(&w, make_events(&random), false);
	for (size_t max = 64; !was_answered; max += max / 4) {
		struct journey_plan *plan;
		struct why why = { 0 };
		struct flow flow;
		w.limits.bytes_max = max;
		err e = journey_world_plan(&w, &plan, &why);
		if (e == OK) {
			e = flow_make(plan, &question, &flow, &why);
			if (e == OK)
				flow_done(plan, &flow);
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
