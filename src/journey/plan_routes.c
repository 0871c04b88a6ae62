/* journey/plan_routes.c - which rule takes an event, told by its (channel, activity) code and, only
 * where a rule has tests, by its row */
#include "journey/plan_internal.h"

#include <stdlib.h>

struct making {
	struct journey_plan *plan;
	const struct rule *rules;
	size_t count, whats;
	struct row_set *rows; /* of each rule; NULL words: no tests */
	bool *is_void; /* of each rule: its tests hold for no row */
	uint8_t *fits; /* of one rule, by what */
};

/* Which codes a rule's names fit. */
static size_t fit_names(struct making *m, const struct journey_selector *selector)
{
	const struct threads_view *view = m->plan->view;
	size_t count = 0;

	for (uint32_t w = 0; w < m->whats; w++) {
		struct what what = threads_view_what(view, w);
		m->fits[w] = journey_selector_fits(selector, threads_view_name(view, what.channel),
			threads_view_name(view, what.activity));
		count += m->fits[w];
	}
	return count;
}

static void add_candidate(struct routes *out, const struct candidate *candidate)
{
	if (out->candidate_count == out->candidate_room) {
		out->candidate_room = MAX_OF(out->candidate_room * 2, (size_t)64);
		out->candidates = memory_resize(
			out->candidates, out->candidate_room * sizeof(*out->candidates));
	}
	out->candidates[out->candidate_count++] = *candidate;
}

/* The rules in order for one code, up to the first without tests. */
static err route_one(
	struct making *m, uint32_t w, uint32_t rest, struct routes *out, struct why *why)
{
	const struct threads_view *view = m->plan->view;
	struct what what = threads_view_what(view, w);
	str channel = threads_view_name(view, what.channel);
	str activity = threads_view_name(view, what.activity);
	struct route *route = &out->of_what[w];
	err e = OK;

	*route = (struct route){ .target = rest, .first = (uint32_t)out->candidate_count };
	for (size_t i = 0; e == OK && i < m->count; i++) {
		if (!journey_selector_fits(m->rules[i].selector, channel, activity))
			continue;
		if (m->rules[i].selector->test_count == 0) {
			route->target = m->rules[i].target;
			break;
		}
		if (m->is_void[i]) /* it would only be asked for each event */
			continue;
		e = plan_take(m->plan, sizeof(struct candidate), why);
		add_candidate(out, &(struct candidate){ m->rows[i], m->rules[i].target });
		route->count++;
	}
	out->is_plain &= route->count == 0;
	return e;
}

static bool holds_nothing(const struct making *m, const struct row_set *set)
{
	size_t words = (threads_view_rows(m->plan->view) + 63) / 64;

	for (size_t i = 0; i < words; i++)
		if (set->words[i] != 0)
			return false;
	return true;
}

static err answer_tests(struct making *m, const struct journey_journal *journal, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < m->count; i++) {
		const struct journey_selector *selector = m->rules[i].selector;
		if (selector->test_count == 0 || fit_names(m, selector) == 0)
			continue;
		const struct row_question question = { .tests = selector->tests,
			.test_count = selector->test_count,
			.whats = m->fits };
		e = plan_rows(m->plan, journal, &question, &m->rows[i], why);
		m->is_void[i] = e == OK && holds_nothing(m, &m->rows[i]);
	}
	return e;
}

static err make(struct making *m, const struct journey_journal *journal, const uint32_t *of_rest,
	struct routes *out, struct why *why)
{
	err e = answer_tests(m, journal, why);

	out->is_plain = true;
	for (uint32_t w = 0; e == OK && w < m->whats; w++)
		e = route_one(m, w, of_rest[w], out, why);
	return e;
}

err routes_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct rule *rules, size_t count, const uint32_t *of_rest, struct routes *out,
	struct why *why)
{
	size_t whats = threads_view_what_count(plan->view);
	struct making m = { .plan = plan, .rules = rules, .count = count, .whats = whats };
	err e = plan_take(plan, whats * (sizeof(*out->of_what) + 1) + count * sizeof(*m.rows), why);

	if (e != OK)
		return e;
	out->of_what = memory_alloc((whats + 1) * sizeof(*out->of_what));
	out->sets = m.rows = memory_alloc((count + 1) * sizeof(*m.rows));
	out->set_count = count;
	m.fits = memory_alloc(whats + 1);
	m.is_void = memory_alloc((count + 1) * sizeof(*m.is_void));
	e = make(&m, journal, of_rest, out, why);
	free(m.fits);
	free(m.is_void);
	return e;
}

void routes_done(struct routes *routes)
{
	for (size_t i = 0; i < routes->set_count; i++)
		free(routes->sets[i].words);
	free(routes->sets);
	free(routes->candidates);
	free(routes->of_what);
}
