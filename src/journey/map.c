/* journey/map.c - see map.h */
#include "journey/map.h"

#include "journey/map_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one part's counts */

static void tally_done(struct tally *t)
{
	limits_give(journey_plan_limits(t->plan), t->bytes);
	map64_free(t->index);
	tally_dense_done(t);
	free(t->edges);
	free(t->keys);
	free(t->step);
}

static err tally_init(struct tally *t, const struct journey_plan *plan,
	const struct map_options *options, struct why *why)
{
	size_t dense = options->dense_steps == 0 ? MAP_DENSE_STEPS : options->dense_steps;

	*t = (struct tally){ .plan = plan, .steps = journey_plan_steps(plan) };
	t->is_dense = t->steps <= dense && options->dense_steps != MAP_DENSE_NEVER;
	t->has_times = !options->counts_only;
	t->edge_count = t->edge_room = t->is_dense ? t->steps * t->steps : 0;
	size_t bytes = t->steps * sizeof(*t->step);
	err e = limits_take(journey_plan_limits(plan), bytes, why);
	if (e != OK)
		return e;
	t->bytes = bytes;
	t->step = memory_alloc((t->steps + 1) * sizeof(*t->step));
	if (!t->is_dense) {
		t->index = map64_create();
		return OK;
	}
	e = tally_dense_init(t, why);
	if (e != OK)
		tally_done(t);
	return e;
}

bool tally_find(const struct tally *t, uint32_t from, uint32_t to, size_t *edge)
{
	uint64_t at, key = (uint64_t)from * t->steps + to;

	if (t->is_dense) {
		*edge = (size_t)key;
		return true;
	}
	if (!map64_get(t->index, key + 1, &at))
		return false;
	*edge = (size_t)at - 1;
	return true;
}

enum { INDEX_BYTES = 48 }; /* of an edge in the map, at most */

static err add_edge(struct tally *t, uint64_t key, size_t *edge, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(t->plan);
	size_t before = t->edge_room * sizeof(*t->edges) + t->key_room * sizeof(*t->keys);
	void *edges = t->edges, *keys = t->keys;
	err e = limits_room(limits, &edges, &t->edge_room, t->edge_count, sizeof(*t->edges), why);

	t->edges = edges;
	if (e == OK)
		e = limits_room(limits, &keys, &t->key_room, t->edge_count, sizeof(*t->keys), why);
	t->keys = keys;
	t->bytes += t->edge_room * sizeof(*t->edges) + t->key_room * sizeof(*t->keys) - before;
	if (e == OK)
		e = limits_take(limits, INDEX_BYTES, why);
	if (e != OK)
		return e;
	t->bytes += INDEX_BYTES;
	t->keys[t->edge_count] = key + 1;
	t->edges[t->edge_count] = (struct edge_tally){ .count = 0 };
	*edge = t->edge_count++;
	map64_put(t->index, key + 1, t->edge_count);
	return OK;
}

err tally_edge(struct tally *t, uint32_t from, uint32_t to, size_t *edge, struct why *why)
{
	if (tally_find(t, from, to, edge))
		return OK;
	return add_edge(t, (uint64_t)from * t->steps + to, edge, why);
}

static inline void count_step(struct step_tally *step, uint32_t customer, uint64_t journey)
{
	step->count++;
	step->customers += step->last_customer != customer;
	step->last_customer = customer;
	step->journeys += step->last_journey != journey;
	step->last_journey = journey;
}

static inline void count_edge(struct edge_tally *edge, uint32_t customer)
{
	edge->count++;
	edge->customers += edge->last_customer != customer;
	edge->last_customer = customer;
}

/* ---- a journey where steps are many; map_dense.c has the other way */

static err count_sparse(struct tally *t, const struct journey *j, struct why *why)
{
	uint32_t customer = j->customer + 1;
	err e = OK;

	count_step(&t->step[j->step[0]], customer, t->journeys);
	for (size_t i = 1; e == OK && i < j->count; i++) {
		size_t at = 0;
		e = tally_edge(t, j->step[i - 1], j->step[i], &at, why);
		if (e != OK)
			break;
		count_edge(&t->edges[at], customer);
		t->edges[at].ticks += (uint64_t)j->time[i] - (uint64_t)j->time[i - 1];
		count_step(&t->step[j->step[i]], customer, t->journeys);
	}
	return e;
}

static err take(void *part, const struct journey *j, struct why *why)
{
	struct tally *t = part;

	t->journeys++;
	t->events += j->count;
	t->outcomes[j->outcome]++;
	t->customers += t->last_customer != j->customer + 1;
	t->last_customer = j->customer + 1;
	t->step[j->step[0]].starts++;
	t->step[j->step[j->count - 1]].ends++;
	return count_sparse(t, j, why);
}

static err take_dense(void *part, const struct journey_run *runs, size_t count, struct why *why)
{
	return tally_dense_runs(part, runs, count, why);
}

/* ---- parts together.  Customers are in one part each: their numbers add up. */

static void add_edge_tally(struct edge_tally *to, const struct edge_tally *from)
{
	to->count += from->count;
	to->ticks += from->ticks;
	to->customers += from->customers;
}

static void add_steps(struct tally *to, const struct tally *from)
{
	for (size_t i = 0; i < to->steps; i++) {
		struct step_tally *a = &to->step[i];
		const struct step_tally *b = &from->step[i];
		a->count += b->count;
		a->journeys += b->journeys;
		a->starts += b->starts;
		a->ends += b->ends;
		a->customers += b->customers;
	}
}

static err add_tally(struct tally *to, const struct tally *from, struct why *why)
{
	err e = OK;

	add_steps(to, from);
	to->customers += from->customers;
	to->journeys += from->journeys;
	to->events += from->events;
	for (int i = 0; i < JOURNEY_OUTCOMES; i++)
		to->outcomes[i] += from->outcomes[i];
	for (size_t i = 0; e == OK && i < from->edge_count; i++) {
		uint64_t key = to->is_dense ? i : from->keys[i] - 1;
		size_t at = 0;
		e = tally_edge(
			to, (uint32_t)(key / to->steps), (uint32_t)(key % to->steps), &at, why);
		if (e == OK)
			add_edge_tally(&to->edges[at], &from->edges[i]);
	}
	return e;
}

/* ---- what is made of it */

static err room_for(const struct journey_plan *plan, struct map *out, size_t edges, struct why *why)
{
	size_t bytes = edges * sizeof(*out->edges) + journey_plan_steps(plan) * sizeof(*out->steps);
	err e = limits_take(journey_plan_limits(plan), bytes, why);

	if (e != OK)
		return e;
	out->bytes = bytes;
	out->edges = memory_alloc((edges + 1) * sizeof(*out->edges));
	out->steps = memory_alloc((journey_plan_steps(plan) + 1) * sizeof(*out->steps));
	return OK;
}

static void collect_edges(const struct tally *t, struct map *out)
{
	for (size_t i = 0; i < t->edge_count; i++) {
		const struct edge_tally *edge = &t->edges[i];
		uint64_t key = t->is_dense ? i : t->keys[i] - 1;
		uint32_t from = (uint32_t)(key / t->steps), to = (uint32_t)(key % t->steps);
		if (edge->count == 0)
			continue;
		struct map_edge *e = &out->edges[out->edge_count++];
		*e = (struct map_edge){ .from = from, .to = to, .count = edge->count };
		e->customers = edge->customers;
		out->transitions += edge->count;
	}
	out->shown = out->edge_count;
}

static uint64_t loops_of(const struct tally *t, uint32_t step)
{
	size_t at;

	return tally_find(t, step, step, &at) ? t->edges[at].count : 0;
}

static void collect_steps(const struct tally *t, struct map *out)
{
	for (uint32_t i = 0; i < t->steps; i++) {
		const struct step_tally *step = &t->step[i];
		if (step->count == 0)
			continue;
		struct map_step *s = &out->steps[out->step_count++];
		*s = (struct map_step){ .step = i, .count = step->count };
		s->customers = step->customers;
		s->journeys = step->journeys;
		s->starts = step->starts;
		s->ends = step->ends;
		s->self_loops = loops_of(t, i);
	}
}

static int by_names(const struct journey_plan *plan, uint32_t a, uint32_t b)
{
	return str_compare(journey_plan_step_name(plan, a), journey_plan_step_name(plan, b));
}

static int by_edge_count(const void *a, const void *b, void *context)
{
	const struct map_edge *x = a, *y = b;
	const struct journey_plan *const *plan = context;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	int order = by_names(*plan, x->from, y->from);
	return order != 0 ? order : by_names(*plan, x->to, y->to);
}

static int by_step_count(const void *a, const void *b, void *context)
{
	const struct map_step *x = a, *y = b;
	const struct journey_plan *const *plan = context;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return by_names(*plan, x->step, y->step);
}

static void collect_totals(const struct tally *t, struct map *out)
{
	out->customers = t->customers;
	out->journeys = t->journeys;
	out->events = t->events;
	memcpy(out->outcomes, t->outcomes, sizeof(out->outcomes));
}

/* The first of the tallies has the sums of all. */
static err collect(const struct journey_plan *plan, const struct tally *tallies, unsigned count,
	struct map *out, struct why *why)
{
	const struct tally *t = &tallies[0];
	size_t edges = 0;

	for (size_t i = 0; i < t->edge_count; i++)
		edges += t->edges[i].count > 0;
	err e = room_for(plan, out, edges, why);
	if (e != OK)
		return e;
	collect_totals(t, out);
	collect_edges(t, out);
	collect_steps(t, out);
	if (t->has_times)
		e = t->is_dense ? map_times_dense(tallies, count, out, why)
				: map_times_sparse(t, out, why);
	qsort_r(out->edges, out->edge_count, sizeof(*out->edges), by_edge_count, &plan);
	qsort_r(out->steps, out->step_count, sizeof(*out->steps), by_step_count, &plan);
	return e;
}

static err count_all(
	const struct journey_plan *plan, struct tally *tallies, unsigned count, struct why *why)
{
	void *parts[JOURNEY_THREADS_MAX];

	for (unsigned i = 0; i < count; i++)
		parts[i] = &tallies[i];
	unsigned looks_at =
		RUN_STEPS | RUN_ENDS | RUN_TAILS | (tallies[0].has_times ? RUN_TIMES : 0);
	err e = tallies[0].is_dense
			? journey_pass_runs(plan, take_dense, looks_at, parts, count, why)
			: journey_pass(plan, take, parts, count, why);
	for (unsigned i = 0; e == OK && tallies[0].is_dense && i < count; i++)
		tally_dense_settle(&tallies[i]);
	for (unsigned i = 1; e == OK && i < count; i++)
		e = add_tally(&tallies[0], &tallies[i], why);
	return e;
}

static err make(const struct journey_plan *plan, const struct map_options *options, struct map *out,
	bool *is_too_long, struct why *why)
{
	struct tally tallies[JOURNEY_THREADS_MAX];
	unsigned count = journey_pass_parts(plan), made = 0;
	err e = OK;

	ASSERT(count > 0);
	while (e == OK && made < count) {
		e = tally_init(&tallies[made], plan, options, why);
		made += e == OK;
	}
	if (e == OK)
		e = count_all(plan, tallies, count, why);
	*is_too_long = false;
	for (unsigned i = 0; i < made; i++)
		*is_too_long = *is_too_long || tally_dense_is_too_long(&tallies[i]);
	if (e == OK && !*is_too_long)
		e = collect(plan, tallies, count, out, why);
	while (made > 0)
		tally_done(&tallies[--made]);
	return e;
}

err map_make(const struct journey_plan *plan, const struct map_options *options, struct map *out,
	struct why *why)
{
	struct map_options sparse = *options;
	struct map map = { .bytes = 0 };
	bool is_too_long;
	err e = make(plan, options, &map, &is_too_long, why);

	if (e == OK && is_too_long) { /* centuries: counted as if steps were many */
		sparse.dense_steps = MAP_DENSE_NEVER;
		e = make(plan, &sparse, &map, &is_too_long, why);
	}
	if (e == OK)
		*out = map;
	else
		map_done(plan, &map);
	return e;
}

void map_done(const struct journey_plan *plan, struct map *map)
{
	limits_give(journey_plan_limits(plan), map->bytes);
	free(map->edges);
	free(map->steps);
	*map = (struct map){ .bytes = 0 };
}

/* ---- simplifying */

/* Where each step stands in map->steps. */
static uint32_t *places_of_steps(const struct map *map)
{
	uint32_t end = 0;

	for (size_t i = 0; i < map->step_count; i++)
		end = MAX_OF(end, map->steps[i].step + 1);
	uint32_t *places = memory_alloc((end + (size_t)1) * sizeof(*places));
	for (uint32_t i = 0; i < map->step_count; i++)
		places[map->steps[i].step] = i;
	return places;
}

void map_hide(struct map *map, double share, size_t most)
{
	double wanted = ceil((double)map->transitions * share - 1e-9);
	uint32_t *places = places_of_steps(map);
	uint64_t held = 0;

	map->shown = 0;
	while (map->shown < map->edge_count && map->shown < most && (double)held < wanted)
		held += map->edges[map->shown++].count;
	map->hidden = map->transitions - held;
	for (size_t i = map->shown; i < map->edge_count; i++) {
		map->steps[places[map->edges[i].from]].hidden_out += map->edges[i].count;
		map->steps[places[map->edges[i].to]].hidden_in += map->edges[i].count;
	}
	free(places);
}
