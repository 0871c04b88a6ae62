/* journey/plan.c - see plan.h: steps and their names, what is seen, what cuts a thread */
#include "journey/plan.h"

#include "base/near.h"
#include "journey/plan_internal.h"

#include <stdlib.h>

struct journey_filter journey_filter_none(void)
{
	return (struct journey_filter){
		.since = INT64_MIN, .until = INT64_MAX, .as_of = INT64_MAX
	};
}

err plan_take(struct journey_plan *plan, size_t bytes, struct why *why)
{
	err e = limits_take(plan->limits, bytes, why);

	if (e == OK)
		plan->bytes += bytes;
	return e;
}

/* ---- the steps: those of the definition, then the activities that are steps of their own */

static uint32_t defined_step(const struct journey_definition *d, str name)
{
	for (size_t i = 0; i < d->step_count; i++)
		if (str_equal(d->steps[i].name, name))
			return (uint32_t)i;
	return STEP_NONE;
}

/* of_rest[what]: the step of an event that no defined step takes. */
static err name_steps(struct journey_plan *plan, uint32_t *of_rest, struct why *why)
{
	const struct journey_definition *d = plan->definition;
	size_t whats = threads_view_what_count(plan->view);
	err e = plan_take(plan, (d->step_count + whats) * (sizeof(str) + 9), why);
	struct strings *others;

	if (e != OK)
		return e;
	plan->names = memory_alloc((d->step_count + whats + 1) * sizeof(*plan->names));
	for (size_t i = 0; i < d->step_count; i++)
		plan->names[i] = d->steps[i].name;
	plan->step_count = d->step_count;
	others = strings_create(0);
	for (uint32_t w = 0; w < whats; w++) {
		of_rest[w] = STEP_NONE;
		if (!d->keeps_others)
			continue;
		str name = threads_view_name(plan->view, threads_view_what(plan->view, w).activity);
		of_rest[w] = defined_step(d, name);
		if (of_rest[w] != STEP_NONE)
			continue;
		of_rest[w] = (uint32_t)d->step_count + strings_intern(others, name);
		plan->names[of_rest[w]] = name;
		plan->step_count = d->step_count + strings_count(others);
	}
	strings_free(others);
	return OK;
}

static err route_steps(
	struct journey_plan *plan, const struct journey_journal *journal, struct why *why)
{
	const struct journey_definition *d = plan->definition;
	uint32_t *of_rest =
		memory_alloc((threads_view_what_count(plan->view) + 1) * sizeof(*of_rest));
	size_t count = d->dropped.count, at = 0;

	for (size_t i = 0; i < d->step_count; i++)
		count += d->steps[i].events.count;
	struct rule *rules = memory_alloc((count + 1) * sizeof(*rules));
	for (size_t i = 0; i < d->dropped.count; i++)
		rules[at++] = (struct rule){ &d->dropped.items[i], STEP_NONE };
	for (size_t i = 0; i < d->step_count; i++)
		for (size_t k = 0; k < d->steps[i].events.count; k++)
			rules[at++] = (struct rule){ &d->steps[i].events.items[k], (uint32_t)i };
	err e = name_steps(plan, of_rest, why);
	if (e == OK)
		e = routes_make(plan, journal, rules, count, of_rest, &plan->steps, why);
	free(rules);
	free(of_rest);
	return e;
}

/* Events that the filter does not let through are not seen: where names alone decide, a byte for
 * each what says so.  The routes to the steps stay those of the definition: what a customer did
 * before is asked of all his events, whatever the filter. */
static err route_only(struct journey_plan *plan, const struct journey_selectors *only,
	const struct journey_journal *journal, struct why *why)
{
	size_t whats = threads_view_what_count(plan->view);
	uint32_t *nothing;
	struct rule *rules;

	if (only->count == 0)
		return OK;
	nothing = memory_alloc((whats + 1) * sizeof(*nothing));
	rules = memory_alloc(only->count * sizeof(*rules));
	for (size_t i = 0; i < only->count; i++)
		rules[i] = (struct rule){ &only->items[i], 1 };
	err e = routes_make(plan, journal, rules, only->count, nothing, &plan->only, why);
	free(rules);
	free(nothing);
	if (e != OK || !plan->only.is_plain)
		return e;
	plan->seen = memory_alloc(whats + 1);
	for (size_t w = 0; w < whats; w++)
		plan->seen[w] = plan->only.of_what[w].target != 0;
	routes_done(&plan->only);
	plan->only = (struct routes){ .of_what = NULL };
	return OK;
}

/* ---- what is said of steps by their names */

uint32_t journey_plan_find_step(const struct journey_plan *plan, str name)
{
	for (uint32_t i = 0; i < plan->step_count; i++)
		if (str_equal(plan->names[i], name))
			return i;
	return STEP_NONE;
}

err journey_plan_step(const struct journey_plan *plan, str name, uint32_t *step, struct why *why)
{
	char text[WHY_TEXT_BYTES_MAX];
	struct strbuf list = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	uint32_t found = journey_plan_find_step(plan, name);

	if (found != STEP_NONE) {
		*step = found;
		return OK;
	}
	str near = near_best(name, plan->names, plan->step_count);
	if (near.len > 0)
		return fail(why, MSG_JOURNEY_STEP_NEAR, arg_str(name), arg_str(near));
	for (size_t i = 0; i < plan->step_count && strbuf_ok(&list); i++) {
		strbuf_add(&list, i == 0 ? STR("") : STR(", "));
		strbuf_add(&list, plan->names[i]);
	}
	return fail(
		why, MSG_JOURNEY_STEP_UNKNOWN, arg_str(name), arg_str((str){ list.ptr, list.len }));
}

static void flag_steps(
	struct journey_plan *plan, const struct field_names *names, enum step_flag flag)
{
	for (size_t i = 0; i < names->count; i++) {
		uint32_t step = journey_plan_find_step(plan, names->items[i]);
		if (step != STEP_NONE)
			plan->flags[step] |= (uint8_t)flag;
	}
}

/* STEP_NONE for "". */
err plan_named_step(const struct journey_plan *plan, str name, uint32_t *out, struct why *why)
{
	*out = STEP_NONE;
	return name.len == 0 ? OK : journey_plan_step(plan, name, out, why);
}

static err name_way(struct journey_plan *plan, const struct field_names *way, struct why *why)
{
	err e = OK;

	if (way->count == 0)
		return OK;
	plan->way = memory_alloc(way->count * sizeof(*plan->way));
	plan->way_length = way->count;
	for (size_t i = 0; e == OK && i < way->count; i++)
		e = journey_plan_step(plan, way->items[i], &plan->way[i], why);
	return e;
}

static err filter_places(
	struct journey_plan *plan, const struct journey_filter *filter, struct why *why)
{
	const struct {
		str name;
		uint32_t *step;
	} named[] = { { filter->from_step, &plan->from_step }, { filter->to_step, &plan->to_step },
		{ filter->first_step, &plan->first_step }, { filter->last_step, &plan->last_step },
		{ filter->edge_from, &plan->edge.from }, { filter->edge_to, &plan->edge.to } };
	err e = name_way(plan, &filter->way, why);

	plan->outcomes = filter->outcomes;
	plan->filters_journeys = filter->passed.count + filter->never.count > 0 ||
				 plan->way != NULL || plan->outcomes != 0;
	for (size_t i = 0; e == OK && i < ARRAY_LEN(named); i++) {
		e = plan_named_step(plan, named[i].name, named[i].step, why);
		plan->filters_journeys |= named[i].name.len > 0;
	}
	return e == OK ? plan_places(plan, filter, why) : e;
}

static err filter_steps(
	struct journey_plan *plan, const struct journey_filter *filter, struct why *why)
{
	uint32_t step = STEP_NONE;
	err e = OK;

	plan->flags = memory_alloc(plan->step_count + 1);
	plan->passed = memory_alloc((plan->step_count + 1) * sizeof(*plan->passed));
	flag_steps(plan, &plan->definition->start, STEP_STARTS);
	flag_steps(plan, &plan->definition->goal, STEP_SUCCEEDS);
	flag_steps(plan, &plan->definition->failure, STEP_FAILS);
	for (size_t i = 0; e == OK && i < filter->never.count; i++) {
		e = journey_plan_step(plan, filter->never.items[i], &step, why);
		if (e == OK)
			plan->flags[step] |= STEP_NEVER;
	}
	if (filter->passed.count > FILTER_STEPS_MAX)
		return fail(why, MSG_JOURNEY_STEPS, arg_c("passed"), arg_int(FILTER_STEPS_MAX));
	for (size_t i = 0; e == OK && i < filter->passed.count; i++) {
		e = journey_plan_step(plan, filter->passed.items[i], &step, why);
		if (e == OK)
			plan->passed[step] |= (uint64_t)1 << i;
		plan->passed_all |= (uint64_t)1 << i;
	}
	return e == OK ? filter_places(plan, filter, why) : e;
}

/* ---- times */

static int64_t ticks_of_span(int64_t ms)
{
	return ms == 0 ? INT64_MAX : ms * TICKS_PER_MS;
}

static void set_times(struct journey_plan *plan, const struct journey_filter *filter)
{
	int64_t first = 0, last = 0;
	bool any = threads_view_bounds(plan->view, &first, &last);

	plan->as_of = filter->as_of != INT64_MAX ? filter->as_of : last;
	plan->since = filter->since;
	plan->until = filter->as_of == INT64_MAX ? filter->until
						 : MIN_OF(filter->until, filter->as_of + 1);
	plan->gap = ticks_of_span(plan->definition->gap_ms);
	plan->window = ticks_of_span(plan->definition->window_ms);
	for (size_t i = 0; i < plan->crowd_count; i++) {
		struct crowd *crowd = &plan->crowds[i];
		if (crowd->within > 0 && plan->as_of >= INT64_MIN + crowd->within)
			crowd->after = plan->as_of - crowd->within;
	}
	if (any && plan->since <= first)
		plan->since = INT64_MIN;
	if (any && plan->until > last)
		plan->until = INT64_MAX;
}

static bool is_seen(const struct journey_plan *plan, size_t what)
{
	return plan->seen == NULL || plan->seen[what];
}

static bool sees_all(const struct journey_plan *plan)
{
	size_t whats = threads_view_what_count(plan->view);

	if (!plan->steps.is_plain || plan->only.of_what != NULL)
		return false;
	for (size_t w = 0; w < whats; w++)
		if (plan->steps.of_what[w].target == STEP_NONE || !is_seen(plan, w))
			return false;
	return true;
}

/* Where names alone tell, one look-up in a table that stays in the fastest cache. */
static void note_plain(struct journey_plan *plan)
{
	size_t whats = threads_view_what_count(plan->view);

	if (plan->steps.is_plain) {
		plan->plain_steps = memory_alloc((whats + 1) * sizeof(*plan->plain_steps));
		for (size_t w = 0; w < whats; w++)
			plan->plain_steps[w] =
				is_seen(plan, w) ? plan->steps.of_what[w].target : STEP_NONE;
	}
	for (size_t i = 0; i < plan->crowd_count; i++) {
		struct crowd *crowd = &plan->crowds[i];
		if (!crowd->events.is_plain)
			continue;
		crowd->plain = memory_alloc(whats + 1);
		for (size_t w = 0; w < whats; w++)
			crowd->plain[w] = crowd->events.of_what[w].target != 0;
	}
}

static void note_short_ways(struct journey_plan *plan)
{
	const struct journey_definition *d = plan->definition;

	plan->has_starts = d->start.count > 0;
	plan->has_ends = d->goal.count + d->failure.count > 0;
	plan->cuts_gaps =
		!plan->has_starts && !plan->has_ends && plan->groups == NULL && !d->merges_repeats;
	plan->is_whole_thread =
		plan->cuts_gaps && plan->gap == INT64_MAX && plan->window == INT64_MAX;
	plan->sees_all = sees_all(plan);
	plan->sees_ever = plan->since == INT64_MIN && plan->until == INT64_MAX;
	note_plain(plan);
}

/* ---- the whole */

static err make(struct journey_plan *plan, const struct journey_filter *filter,
	const struct journey_journal *journal, struct why *why)
{
	const struct journey_definition *d = plan->definition;
	err e = route_steps(plan, journal, why);

	if (e == OK)
		e = route_only(plan, &filter->only, journal, why);
	if (e == OK)
		e = filter_steps(plan, filter, why);
	if (e == OK)
		e = crowd_make(plan, journal,
			&(struct journey_crowd){ .any = d->with, .is_wanted = true }, why);
	if (e == OK)
		e = crowd_make(plan, journal, &(struct journey_crowd){ .any = d->without }, why);
	for (size_t i = 0; e == OK && i < filter->crowd_count; i++)
		e = crowd_make(plan, journal, &filter->crowds[i], why);
	if (e == OK && d->by.len > 0)
		e = plan_groups(plan, journal, d->by, &plan->groups, NULL, why);
	if (e != OK)
		return e;
	set_times(plan, filter);
	plan->is_of_one = filter->is_of_one;
	plan->customer = filter->customer;
	note_short_ways(plan);
	plan->walk = thread_walk_of(plan->view);
	return plan_take(plan, thread_walk_bytes(plan->walk), why);
}

err journey_plan_make(const struct threads_view *view, const struct journey_definition *definition,
	const struct journey_filter *filter, const struct journey_journal *journal,
	struct journey_limits *limits, struct journey_plan **out, struct why *why)
{
	struct journey_plan *plan = memory_alloc(sizeof(*plan));

	*plan = (struct journey_plan){ .view = view, .limits = limits, .definition = definition };
	err e = make(plan, filter, journal, why);
	if (e != OK) {
		journey_plan_free(plan);
		return e;
	}
	*out = plan;
	return OK;
}

void journey_plan_free(struct journey_plan *plan)
{
	if (plan == NULL)
		return;
	limits_give(plan->limits, plan->bytes);
	routes_done(&plan->steps);
	routes_done(&plan->only);
	for (size_t i = 0; i < plan->crowd_count; i++) {
		routes_done(&plan->crowds[i].events);
		free(plan->crowds[i].known);
		free(plan->crowds[i].plain);
	}
	free(plan->plain_steps);
	free(plan->seen);
	free(plan->names);
	free(plan->flags);
	free(plan->passed);
	free(plan->way);
	free(plan->places);
	free(plan->part_passed);
	free(plan->part_edges);
	free(plan->groups);
	free(plan);
}

/* ---- what is asked of it */

const struct threads_view *journey_plan_view(const struct journey_plan *plan)
{
	return plan->view;
}

struct journey_limits *journey_plan_limits(const struct journey_plan *plan)
{
	return plan->limits;
}

int64_t journey_plan_as_of(const struct journey_plan *plan)
{
	return plan->as_of;
}

int64_t journey_plan_since(const struct journey_plan *plan)
{
	return plan->since;
}

int64_t journey_plan_until(const struct journey_plan *plan)
{
	return plan->until;
}

size_t journey_plan_steps(const struct journey_plan *plan)
{
	return plan->step_count;
}

str journey_plan_step_name(const struct journey_plan *plan, uint32_t step)
{
	return plan->names[step];
}

double journey_plan_step_cost(const struct journey_plan *plan, uint32_t step)
{
	return step < plan->definition->step_count ? plan->definition->steps[step].cost : 0;
}

double journey_plan_step_value(const struct journey_plan *plan, uint32_t step)
{
	return step < plan->definition->step_count ? plan->definition->steps[step].value : 0;
}

bool journey_plan_has_ends(const struct journey_plan *plan)
{
	return plan->has_ends;
}
