/* journey/flow.c - see flow.h: which steps are nodes, then the journeys along them
 *
 * Each position has `slots` nodes: one for each step that has its own, the last for all others.
 * Behind them stand END and FURTHER, which links lead to and none leaves:
 *
 *   links of a position: slots x (slots + 2)
 */
#include "journey/flow.h"

#include "journey/flow_times.h"
#include "journey/plan_internal.h"

#include <stdlib.h>
#include <string.h>

#define ALWAYS_INLINE __attribute__((always_inline)) inline

/* Small, for there may be many, and each step of a journey adds to one. */
struct link_tally {
	uint64_t ticks; /* the low half of an exact sum ... */
	uint32_t ticks_high; /* ... and what was carried: journeys are fewer than rows */
	uint32_t journeys;
};

/* Whose journeys they were; a plan by which each customer has one needs none of this. */
struct whose {
	uint32_t customers, last_customer; /* + 1 */
};

struct counting {
	const struct journey_plan *plan;
	const struct flow_question *question;
	size_t steps, slots;
	uint32_t *slot; /* of (position, step) */
};

struct part {
	const struct counting *c;
	uint64_t *met; /* of (position, step); the first pass alone */
	struct link_tally *links;
	struct whose *whose_nodes, *whose_links; /* NULL: each customer has one journey */
	struct flow_times times; /* by the place of their link among links */
	uint64_t customers, journeys;
	uint32_t last_customer; /* + 1 */
};

static size_t place_of(const struct counting *c, const struct journey *j, size_t position)
{
	return c->question->is_backwards ? j->count - 1 - position : position;
}

/* ---- the first pass: which steps are most frequent at each position */

static err meet(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;
	const struct counting *c = p->c;
	size_t depth = MIN_OF(j->count, c->question->depth);

	(void)why;
	for (size_t i = 0; i < depth; i++)
		p->met[i * c->steps + j->step[place_of(c, j, i)]]++;
	return OK;
}

struct rank {
	uint64_t met;
	str name;
	uint32_t step;
};

static int by_rank(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->met != y->met)
		return x->met < y->met ? 1 : -1;
	return str_compare(x->name, y->name);
}

static void rank_position(struct counting *c, const uint64_t *met, uint32_t *slot)
{
	struct rank *ranks = memory_alloc((c->steps + 1) * sizeof(*ranks));

	for (uint32_t s = 0; s < c->steps; s++)
		ranks[s] = (struct rank){ met[s], journey_plan_step_name(c->plan, s), s };
	qsort(ranks, c->steps, sizeof(*ranks), by_rank);
	for (size_t i = 0; i < c->steps; i++)
		slot[ranks[i].step] = (uint32_t)MIN_OF(i, c->slots - 1);
	free(ranks);
}

static err rank_steps(struct counting *c, struct part *parts, unsigned count, struct why *why)
{
	size_t cells = c->question->depth * c->steps;
	void *pointers[JOURNEY_THREADS_MAX];
	err e = limits_take(journey_plan_limits(c->plan), cells * count * sizeof(*parts->met), why);

	if (e != OK)
		return e;
	for (unsigned i = 0; i < count; i++) {
		parts[i].met = memory_alloc((cells + 1) * sizeof(*parts[i].met));
		pointers[i] = &parts[i];
	}
	e = journey_pass(c->plan, meet, pointers, count, why);
	for (unsigned i = 1; e == OK && i < count; i++)
		for (size_t k = 0; k < cells; k++)
			parts[0].met[k] += parts[i].met[k];
	for (size_t d = 0; e == OK && d < c->question->depth; d++)
		rank_position(c, parts[0].met + d * c->steps, c->slot + d * c->steps);
	for (unsigned i = 0; i < count; i++)
		free(parts[i].met);
	limits_give(journey_plan_limits(c->plan), cells * count * sizeof(*parts->met));
	return e;
}

/* Steps that all have room: each its own slot, and none is other. */
static void keep_steps(struct counting *c)
{
	for (size_t d = 0; d < c->question->depth; d++)
		for (uint32_t s = 0; s < c->steps; s++)
			c->slot[d * c->steps + s] = s;
}

/* ---- the second: along the nodes */

static size_t link_cell(const struct counting *c, size_t position, size_t from, size_t to)
{
	return (position * c->slots + from) * (c->slots + 2) + to;
}

static ALWAYS_INLINE void count_ticks(struct link_tally *link, uint64_t ticks)
{
	link->ticks_high += __builtin_add_overflow(link->ticks, ticks, &link->ticks);
}

static ALWAYS_INLINE void count_whose(struct whose *whose, uint32_t customer)
{
	whose->customers += whose->last_customer != customer + 1;
	whose->last_customer = customer + 1;
}

/* One text, made four times, so that what is not asked for costs nothing. */
struct way {
	bool several; /* journeys a customer */
	bool keeps_times; /* for medians */
};

/* The journey of events from .. to of a run. */
static ALWAYS_INLINE err follow(struct part *p, const struct journey_run *run, size_t begin,
	size_t end, struct way way, struct why *why)
{
	const struct counting *c = p->c;
	bool back = c->question->is_backwards;
	size_t depth = MIN_OF(end - begin, c->question->depth), from = 0;
	size_t at = back ? end - 1 : begin, move = back ? (size_t)-1 : 1;
	const uint32_t *slot = c->slot;
	err e = OK;

	for (size_t i = 0; i < depth; i++, at += move, slot += c->steps) {
		size_t to = slot[journey_run_step(run, at)];
		if (way.several)
			count_whose(&p->whose_nodes[i * c->slots + to], run->customer);
		if (i > 0) {
			int64_t one = run->time[at], other = run->time[at - move];
			uint64_t ticks = back ? (uint64_t)other - (uint64_t)one
					      : (uint64_t)one - (uint64_t)other;
			size_t cell = link_cell(c, i - 1, from, to);
			p->links[cell].journeys++;
			count_ticks(&p->links[cell], ticks);
			if (way.several)
				count_whose(&p->whose_links[cell], run->customer);
			if (way.keeps_times)
				e = flow_times_keep(
					&p->times, journey_plan_limits(c->plan), cell, ticks, why);
			if (e != OK)
				return e;
		}
		from = to;
	}
	size_t leaves = link_cell(c, depth - 1, from, c->slots + (end - begin > depth));
	p->links[leaves].journeys++;
	if (way.several)
		count_whose(&p->whose_links[leaves], run->customer);
	return OK;
}

static ALWAYS_INLINE err follow_all(struct part *p, const struct journey_run *runs, size_t count,
	struct way way, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		p->journeys += runs[i].journeys;
		p->customers += p->last_customer != runs[i].customer + 1;
		p->last_customer = runs[i].customer + 1;
		for (size_t k = 0, from = 0; e == OK && k < runs[i].journeys; k++) {
			e = follow(p, &runs[i], from, runs[i].end[k], way, why);
			from = runs[i].end[k];
		}
	}
	return e;
}

static err take_runs(void *context, const struct journey_run *runs, size_t count, struct why *why)
{
	struct part *p = context;
	bool several = p->whose_nodes != NULL;

	if (p->c->question->counts_only)
		return several ? follow_all(p, runs, count, (struct way){ true, false }, why)
			       : follow_all(p, runs, count, (struct way){ false, false }, why);
	return several ? follow_all(p, runs, count, (struct way){ true, true }, why)
		       : follow_all(p, runs, count, (struct way){ false, true }, why);
}

/* ---- parts together.  Customers are in one part each: their numbers add up. */

static void add_links(struct link_tally *to, const struct link_tally *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		to[i].journeys += from[i].journeys;
		to[i].ticks_high += from[i].ticks_high;
		count_ticks(&to[i], from[i].ticks);
	}
}

static void add_whose(struct whose *to, const struct whose *from, size_t count)
{
	for (size_t i = 0; to != NULL && i < count; i++)
		to[i].customers += from[i].customers;
}

/* ---- the answer */

static uint64_t journeys_of_node(const struct part *all, size_t position, size_t slot)
{
	const struct link_tally *links = &all->links[link_cell(all->c, position, slot, 0)];
	uint64_t journeys = 0;

	for (size_t i = 0; i < all->c->slots + 2; i++)
		journeys += links[i].journeys; /* each leaves by one */
	return journeys;
}

static uint64_t customers_of(const struct whose *whose, size_t at, uint64_t journeys)
{
	return whose == NULL ? journeys : whose[at].customers;
}

/* The nodes of a position in their order; number[slot]: which node of the answer it is. */
static void tell_nodes(const struct part *all, size_t position, struct flow *out, uint32_t *number)
{
	const struct counting *c = all->c;
	uint64_t *journeys = memory_alloc(c->slots * sizeof(*journeys)); /* of each slot */
	struct rank *ranks = memory_alloc((c->slots + 1) * sizeof(*ranks));
	size_t count = 0;

	for (size_t slot = 0; slot < c->slots; slot++)
		journeys[slot] = journeys_of_node(all, position, slot);
	for (uint32_t s = 0; s < c->steps; s++) {
		uint32_t slot = c->slot[position * c->steps + s];
		if (slot + 1 < c->slots && journeys[slot] > 0)
			ranks[count++] = (struct rank){ journeys[slot],
				journey_plan_step_name(c->plan, s), s };
	}
	qsort(ranks, count, sizeof(*ranks), by_rank);
	for (size_t i = 0; i <= count; i++) {
		bool is_other = i == count;
		uint32_t step = is_other ? STEP_NONE : ranks[i].step;
		size_t slot = is_other ? c->slots - 1 : c->slot[position * c->steps + step];
		if (journeys[slot] == 0)
			continue;
		number[slot] = (uint32_t)out->node_count;
		out->nodes[out->node_count++] =
			(struct flow_node){ .position = (uint32_t)position + 1,
				.kind = is_other ? FLOW_OTHER : FLOW_STEP,
				.step = step,
				.journeys = journeys[slot],
				.customers = customers_of(all->whose_nodes,
					position * c->slots + slot, journeys[slot]) };
	}
	free(journeys);
	free(ranks);
}

/* What is told, and to which link of it the cells belong (number + 1). */
struct telling {
	const struct part *all;
	struct flow *out;
	uint32_t *link_of;
};

static void tell_link(
	struct telling *t, size_t from_slot, size_t to_slot, uint32_t from, uint32_t to)
{
	struct flow *out = t->out;
	size_t slots = t->all->c->slots, position = out->nodes[from].position - 1;
	size_t cell = link_cell(t->all->c, position, from_slot, to_slot);
	const struct link_tally *tally = &t->all->links[cell];
	double ticks = (double)((unsigned __int128)tally->ticks_high << 64 | tally->ticks);
	bool is_node = to_slot < slots;

	if (tally->journeys == 0)
		return;
	out->links[out->link_count++] = (struct flow_link){ .from = from,
		.to = to,
		.kind = is_node            ? out->nodes[to].kind
			: to_slot == slots ? FLOW_END
					   : FLOW_FURTHER,
		.journeys = tally->journeys,
		.customers = customers_of(t->all->whose_links, cell, tally->journeys),
		.mean_s = is_node ? ticks / (double)tally->journeys / (TICKS_PER_MS * 1000.0) : 0 };
	t->link_of[cell] = (uint32_t)out->link_count;
}

static size_t slot_of(const struct counting *c, const struct flow_node *node)
{
	return node->kind == FLOW_OTHER ? c->slots - 1
					: c->slot[(node->position - 1) * c->steps + node->step];
}

static void tell_links(struct telling *t)
{
	const struct counting *c = t->all->c;
	struct flow *out = t->out;

	for (uint32_t from = 0, next = 0; from < out->node_count; from++) {
		const struct flow_node *node = &out->nodes[from];
		size_t slot = slot_of(c, node);
		while (next < out->node_count && out->nodes[next].position <= node->position)
			next++;
		for (uint32_t to = next;
			to < out->node_count && out->nodes[to].position == node->position + 1; to++)
			tell_link(t, slot, slot_of(c, &out->nodes[to]), from, to);
		tell_link(t, slot, c->slots, from, 0);
		tell_link(t, slot, c->slots + 1, from, 0);
	}
}

static err tell(const struct part *all, uint32_t *link_of, struct flow *out, struct why *why)
{
	struct telling telling = { all, out, link_of };
	const struct counting *c = all->c;
	size_t nodes = c->question->depth * c->slots, links = 0;
	uint32_t *number = memory_alloc(c->slots * sizeof(*number));

	for (size_t i = 0; i < nodes * (c->slots + 2); i++)
		links += all->links[i].journeys > 0;
	size_t bytes = nodes * sizeof(*out->nodes) + links * sizeof(*out->links);
	err e = limits_take(journey_plan_limits(c->plan), bytes, why);
	if (e == OK) {
		*out = (struct flow){ .customers = all->customers,
			.journeys = all->journeys,
			.nodes = memory_alloc((nodes + 1) * sizeof(*out->nodes)),
			.links = memory_alloc((links + 1) * sizeof(*out->links)),
			.bytes = bytes };
		for (size_t d = 0; d < c->question->depth; d++)
			tell_nodes(all, d, out, number);
		tell_links(&telling);
	}
	free(number);
	return e;
}

static void add_parts(struct part *parts, unsigned count, size_t nodes, size_t links)
{
	for (unsigned i = 1; i < count; i++) {
		parts[0].journeys += parts[i].journeys;
		parts[0].customers += parts[i].customers;
		add_links(parts[0].links, parts[i].links, links);
		add_whose(parts[0].whose_nodes, parts[i].whose_nodes, nodes);
		add_whose(parts[0].whose_links, parts[i].whose_links, links);
	}
}

static err tell_all(const struct counting *c, struct part *parts, unsigned count, size_t links,
	struct flow *out, struct why *why)
{
	struct flow_times *times[JOURNEY_THREADS_MAX];
	uint32_t *link_of = memory_alloc((links + 1) * sizeof(*link_of));
	struct flow made = { .bytes = 0 };
	err e = tell(&parts[0], link_of, &made, why);

	for (unsigned i = 0; i < count; i++)
		times[i] = &parts[i].times;
	if (e == OK && !c->question->counts_only)
		e = flow_times_find(
			times, count, link_of, journey_plan_limits(c->plan), &made, why);
	free(link_of);
	if (e == OK)
		*out = made;
	else
		flow_done(c->plan, &made);
	return e;
}

static err pass_along(const struct counting *c, struct part *parts, unsigned count,
	struct flow *out, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(c->plan);
	size_t nodes = c->question->depth * c->slots, links = nodes * (c->slots + 2);
	bool several = !c->plan->is_whole_thread;
	size_t whose = several ? (nodes + links) * sizeof(struct whose) : 0;
	size_t bytes =
		count * (links * sizeof(struct link_tally) + whose) + links * sizeof(uint32_t);
	void *pointers[JOURNEY_THREADS_MAX];
	err e = limits_take(limits, bytes, why);

	if (e != OK)
		return e;
	for (unsigned i = 0; i < count; i++) {
		parts[i].links = memory_alloc(links * sizeof(*parts[i].links));
		if (several) {
			parts[i].whose_nodes = memory_alloc(nodes * sizeof(*parts[i].whose_nodes));
			parts[i].whose_links = memory_alloc(links * sizeof(*parts[i].whose_links));
		}
		pointers[i] = &parts[i];
	}
	e = journey_pass_runs(
		c->plan, take_runs, RUN_TIMES | RUN_STEPS | RUN_ENDS, pointers, count, why);
	add_parts(parts, count, nodes, links);
	if (e == OK)
		e = tell_all(c, parts, count, links, out, why);
	for (unsigned i = 0; i < count; i++) {
		flow_times_done(&parts[i].times, limits);
		free(parts[i].links);
		free(parts[i].whose_nodes);
		free(parts[i].whose_links);
	}
	limits_give(limits, bytes);
	return e;
}

err flow_make(const struct journey_plan *plan, const struct flow_question *question,
	struct flow *out, struct why *why)
{
	struct counting c = {
		.plan = plan, .question = question, .steps = journey_plan_steps(plan)
	};
	unsigned count = journey_pass_parts(plan);
	struct part parts[JOURNEY_THREADS_MAX];
	size_t bytes = question->depth * c.steps * sizeof(*c.slot);

	ASSERT(count > 0);
	ASSERT(question->depth >= 1 && question->depth <= FLOW_DEPTH_MAX);
	ASSERT(question->top >= 1 && question->top <= FLOW_TOP_MAX);
	err e = limits_take(journey_plan_limits(plan), bytes, why);
	if (e != OK)
		return e;
	c.slots = MIN_OF(c.steps, question->top) + 1;
	c.slot = memory_alloc(bytes + 1);
	for (unsigned i = 0; i < count; i++)
		parts[i] = (struct part){ .c = &c };
	if (c.steps > question->top)
		e = rank_steps(&c, parts, count, why);
	else
		keep_steps(&c);
	if (e == OK)
		e = pass_along(&c, parts, count, out, why);
	free(c.slot);
	limits_give(journey_plan_limits(plan), bytes);
	return e;
}

void flow_done(const struct journey_plan *plan, struct flow *flow)
{
	limits_give(journey_plan_limits(plan), flow->bytes);
	free(flow->nodes);
	free(flow->links);
	*flow = (struct flow){ .journeys = 0 };
}
