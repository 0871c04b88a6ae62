/* journey/metrics_plan.c - a question for figures made ready: kinds, marks, values and channels
 * looked up before the first thread is read */
#include "journey/metrics_internal.h"

#include "base/glob.h"

#include <math.h>
#include <stdlib.h>

#define MILLIONTHS 1e6

/* ---- which events */

static void add_rules(
	struct rule *rules, size_t *at, const struct journey_selectors *from, uint32_t target)
{
	for (size_t i = 0; i < from->count; i++)
		rules[(*at)++] = (struct rule){ &from->items[i], target };
}

static err make_kinds(struct journey_plan *plan, const struct journey_journal *journal,
	struct metrics_plan *m, struct why *why)
{
	const struct metrics_definition *d = m->question->definition;
	size_t count = d->ignored.count + d->self_service.count + d->human.count, at = 0;
	struct rule *rules = memory_alloc((count + 1) * sizeof(*rules));
	uint32_t *rest = memory_alloc((threads_view_what_count(plan->view) + 1) * sizeof(*rest));

	add_rules(rules, &at, &d->ignored, SESSION_NONE);
	add_rules(rules, &at, &d->self_service, SESSION_VISIT);
	add_rules(rules, &at, &d->human, SESSION_CONTACT);
	err e = routes_make(plan, journal, rules, count, rest, &m->kinds, why);
	free(rules);
	free(rest);
	if (e != OK || !m->kinds.is_plain)
		return e;
	size_t whats = threads_view_what_count(plan->view);
	m->plain_kinds = memory_alloc(whats + 1);
	for (size_t w = 0; w < whats; w++)
		m->plain_kinds[w] = (uint8_t)m->kinds.of_what[w].target;
	return OK;
}

static err make_flag(struct journey_plan *plan, const struct journey_journal *journal,
	const struct journey_selectors *selectors, struct routes *out, uint8_t *any,
	struct why *why)
{
	size_t whats = threads_view_what_count(plan->view), at = 0;
	struct rule *rules = memory_alloc((selectors->count + 1) * sizeof(*rules));
	uint32_t *rest = memory_alloc((whats + 1) * sizeof(*rest));

	add_rules(rules, &at, selectors, 1);
	err e = routes_make(plan, journal, rules, selectors->count, rest, out, why);
	for (size_t w = 0; e == OK && w < whats; w++)
		any[w] |= out->of_what[w].target != 0 || out->of_what[w].count > 0;
	free(rules);
	free(rest);
	return e;
}

static err make_flags(struct journey_plan *plan, const struct journey_journal *journal,
	struct metrics_plan *m, struct why *why)
{
	const struct metrics_definition *d = m->question->definition;
	const struct journey_selectors *marks[SESSION_FLAGS] = { &d->transfer, &d->escalation,
		&d->abandon, &d->unsolvable };
	err e = OK;

	m->flag_any = memory_alloc(threads_view_what_count(plan->view) + 1);
	for (size_t i = 0; e == OK && i < SESSION_FLAGS; i++)
		e = make_flag(plan, journal, marks[i], &m->flags[i], m->flag_any, why);
	return e;
}

/* ---- channels */

static bool fits_any(const struct field_names *patterns, str name)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (glob_fits(patterns->items[i], name))
			return true;
	return false;
}

static void number_channels(struct metrics_plan *m)
{
	const struct threads_view *view = m->plan->view;
	const struct metrics_definition *d = m->question->definition;
	size_t whats = threads_view_what_count(view);

	m->channel = memory_alloc((whats + 1) * sizeof(*m->channel));
	m->channel_name = memory_alloc((whats + 1) * sizeof(*m->channel_name));
	for (uint32_t w = 0; w < whats; w++) {
		uint32_t name = threads_view_what(view, w).channel, c = 0;
		while (c < m->channel_count && m->channel_name[c] != name)
			c++;
		m->channel_count = MAX_OF(m->channel_count, (size_t)c + 1);
		m->channel_name[c] = name;
		m->channel[w] = c;
	}
	m->leaks_from = memory_alloc(m->channel_count + 1);
	m->leaks_to = memory_alloc(m->channel_count + 1);
	for (size_t c = 0; c < m->channel_count; c++) {
		str name = threads_view_name(view, m->channel_name[c]);
		m->leaks_from[c] = fits_any(&d->leakage_from, name);
		m->leaks_to[c] = fits_any(&d->leakage_to, name);
	}
}

/* ---- values and prices */

static err make_values(struct journey_plan *plan, const struct journey_journal *journal,
	struct metrics_plan *m, struct why *why)
{
	const struct metrics_question *q = m->question;
	str by = str_equal(q->by, STR("reason")) ? q->definition->reason : q->by;
	err e = OK;

	if (m->wants_sessions)
		e = journey_values_make(plan, journal, STR("@interaction"), &m->interactions, why);
	if (e == OK && m->wants_sessions)
		e = journey_values_make(plan, journal, q->definition->reason, &m->reasons, why);
	m->any_interaction = m->interactions != NULL && journey_values_any(m->interactions);
	m->any_reason = m->reasons != NULL && journey_values_any(m->reasons);
	m->by_reason = by.len > 0 && m->reasons != NULL && str_equal(by, q->definition->reason);
	if (e == OK && by.len > 0 && !m->by_reason)
		e = journey_values_make(plan, journal, by, &m->by, why);
	return e;
}

static void make_prices(struct metrics_plan *m)
{
	size_t steps = journey_plan_steps(m->plan);

	m->cost = memory_alloc((steps + 1) * sizeof(*m->cost));
	m->value = memory_alloc((steps + 1) * sizeof(*m->value));
	for (uint32_t s = 0; s < steps; s++) {
		double cost = journey_plan_step_cost(m->plan, s);
		double value = journey_plan_step_value(m->plan, s);
		m->cost[s] = (int64_t)fmax(fmin(round(cost * MILLIONTHS), 1e15), -1e15);
		m->value[s] = (int64_t)fmax(fmin(round(value * MILLIONTHS), 1e15), -1e15);
		m->has_cost |= m->cost[s] != 0;
		m->has_value |= m->value[s] != 0;
	}
}

static bool is_of_journeys(enum metric metric)
{
	return metric == METRIC_JOURNEY_SUCCESS || metric == METRIC_JOURNEY_FAILURE ||
	       metric == METRIC_COST_PER_JOURNEY || metric == METRIC_VALUE_PER_JOURNEY ||
	       metric == METRIC_JOURNEY_DURATION;
}

static err make_chosen(struct metrics_plan *m, struct why *why)
{
	size_t bytes = identity_customer_end(threads_view_identity(m->plan->view)) + 1;
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);

	if (e != OK)
		return e;
	m->chosen_bytes = bytes;
	m->chosen = memory_alloc(bytes);
	return OK;
}

err metrics_plan_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct metrics_question *question, struct metrics_plan *m, struct why *why)
{
	*m = (struct metrics_plan){ .plan = plan, .question = question };
	for (int i = 0; i < METRIC_COUNT_; i++)
		if (question->wanted >> i & 1) {
			m->slot[i] = (uint8_t)m->slots++;
			m->wants_sessions |= !is_of_journeys((enum metric)i);
			m->wants_journeys |= is_of_journeys((enum metric)i);
		}
	m->horizon = plan->until == INT64_MAX ? plan->as_of : MIN_OF(plan->as_of, plan->until - 1);
	err e = make_kinds(plan, journal, m, why);
	if (e == OK)
		e = make_flags(plan, journal, m, why);
	if (e == OK)
		e = make_values(plan, journal, m, why);
	if (e != OK) {
		metrics_plan_done(m);
		return e;
	}
	number_channels(m);
	make_prices(m);
	if (question->everything != NULL && m->wants_sessions)
		e = make_chosen(m, why);
	if (e != OK)
		metrics_plan_done(m);
	return e;
}

void metrics_plan_done(struct metrics_plan *m)
{
	routes_done(&m->kinds);
	for (size_t i = 0; i < SESSION_FLAGS; i++)
		routes_done(&m->flags[i]);
	journey_values_free(m->interactions);
	journey_values_free(m->reasons);
	journey_values_free(m->by);
	free(m->plain_kinds);
	free(m->flag_any);
	free(m->channel);
	free(m->channel_name);
	free(m->leaks_from);
	free(m->leaks_to);
	free(m->cost);
	free(m->value);
	if (m->plan != NULL)
		limits_give(journey_plan_limits(m->plan), m->chosen_bytes);
	free(m->chosen);
	*m = (struct metrics_plan){ .plan = NULL };
}
