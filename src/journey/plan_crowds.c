/* journey/plan_crowds.c - conditions on customers: who has such an event, or is known so */
#include "journey/plan_internal.h"

#include <stdlib.h>

/* What is known of a customer has neither channel nor activity: a selector that names one asks
 * for events alone. */
static bool asks_profiles(const struct journey_selector *selector)
{
	return selector->channels.count == 0 && selector->activities.count == 0;
}

static void mark_customers(
	const struct threads_view *view, const struct row_set *rows, uint64_t *known)
{
	for (uint32_t row = 0; row < threads_view_rows(view); row++) {
		if (!row_set_has(rows, row))
			continue;
		struct row r = threads_view_row(view, row);
		if ((r.flags & (ROW_HIDDEN | ROW_ENTITY)) != ROW_ENTITY)
			continue;
		uint32_t customer = threads_view_customer(view, row);
		if (customer != CUSTOMER_NONE)
			known[customer / 64] |= (uint64_t)1 << (customer % 64);
	}
}

static err mark_profiles(struct journey_plan *plan, const struct journey_journal *journal,
	const struct journey_selector *selector, uint64_t *known, struct why *why)
{
	uint8_t *whats = memory_alloc(threads_view_what_count(plan->view) + 1);
	const struct row_question question = { selector->tests, selector->test_count, whats, true };
	struct row_set rows = { NULL };
	err e = plan_rows(plan, journal, &question, &rows, why);

	if (e == OK)
		mark_customers(plan->view, &rows, known);
	free(rows.words);
	free(whats);
	return e;
}

static err know_profiles(struct journey_plan *plan, const struct journey_journal *journal,
	const struct journey_selectors *selectors, struct crowd *crowd, struct why *why)
{
	size_t words = identity_customer_end(threads_view_identity(plan->view)) / 64 + 1;
	err e = OK;

	if (threads_view_entities(plan->view) == 0)
		return OK;
	for (size_t i = 0; e == OK && i < selectors->count; i++) {
		if (!asks_profiles(&selectors->items[i]))
			continue;
		if (crowd->known == NULL) {
			e = plan_take(plan, words * 8, why);
			crowd->known = memory_alloc(words * 8);
		}
		if (e == OK)
			e = mark_profiles(plan, journal, &selectors->items[i], crowd->known, why);
	}
	return e;
}

err crowd_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct journey_crowd *asked, struct why *why)
{
	const struct journey_selectors *selectors = &asked->any;
	struct crowd *crowd = &plan->crowds[plan->crowd_count];

	if (selectors->count == 0)
		return OK;
	if (plan->crowd_count == CROWDS_MAX)
		return fail(why, MSG_JOURNEY_STEPS, arg_c("with"), arg_int(FILTER_CROWDS_MAX));
	plan->crowd_count++;
	crowd->is_wanted = asked->is_wanted;
	crowd->within = asked->within;
	crowd->after = INT64_MIN;
	crowd->at_least = MAX_OF(asked->at_least, (uint64_t)1);
	uint32_t *nobody =
		memory_alloc((threads_view_what_count(plan->view) + 1) * sizeof(*nobody));
	struct rule *rules = memory_alloc(selectors->count * sizeof(*rules));
	for (size_t i = 0; i < selectors->count; i++)
		rules[i] = (struct rule){ &selectors->items[i], 1 };
	err e = routes_make(plan, journal, rules, selectors->count, nobody, &crowd->events, why);
	free(rules);
	free(nobody);
	bool counts = crowd->within > 0 || crowd->at_least > 1; /* what is known has no number */
	return e == OK && !counts ? know_profiles(plan, journal, selectors, crowd, why) : e;
}
