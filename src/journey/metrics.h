/* journey/metrics.h - contacts, repeats, resolution, containment ...: figures of customer
 * relations, each as a numerator and a denominator whose rule docs/metrics.md tells.
 *
 * Journeys are those that a plan leaves; visits and contacts are put together from all events of
 * the customers who have one, whatever the definition makes a step of (`everything`):
 *
 *   visit    self-service: events of one interaction; without one, events on a channel with no
 *   contact  human: silence longer than the gap between them
 *
 * then counted; a contact or visit counts where it began, in the period and under the value of its
 * first event that has one.  What cannot be told yet at as_of, because a window has not passed, is
 * in `pending` and in no denominator.
 *
 * Memory: 40 bytes for each contact and visit of one customer at a time, and for each part 8 a
 * value and interaction, 1 a customer; 16 for each length of time kept, for exact medians.
 */
#pragma once

#include "journey/metrics_definition.h"
#include "journey/pass.h"
#include "journey/period.h"
#include "journey/values.h"

enum metric {
	/* shares */
	METRIC_REPEAT_CONTACTS,
	METRIC_FIRST_CONTACT_RESOLUTION,
	METRIC_FIRST_CONTACT_RESOLUTION_NET,
	METRIC_CHANNEL_SWITCHES,
	METRIC_LEAKAGE,
	METRIC_CONTAINMENT,
	METRIC_EFFECTIVE_CONTAINMENT,
	METRIC_TRANSFERS,
	METRIC_ESCALATIONS,
	METRIC_ABANDONMENT,
	METRIC_MULTI_CONTACT_EPISODES,
	METRIC_MULTICHANNEL_CUSTOMERS,
	METRIC_JOURNEY_SUCCESS,
	METRIC_JOURNEY_FAILURE,
	/* means */
	METRIC_CONTACTS_PER_CUSTOMER,
	METRIC_CHANNELS_PER_CUSTOMER,
	METRIC_CONTACTS_PER_EPISODE,
	METRIC_COST_PER_JOURNEY,
	METRIC_VALUE_PER_JOURNEY,
	/* lengths of time */
	METRIC_CONTACT_DURATION,
	METRIC_REPEAT_DELAY,
	METRIC_LEAKAGE_DELAY,
	METRIC_EPISODE_DURATION,
	METRIC_JOURNEY_DURATION,
	METRIC_COUNT_
};
enum metric_kind { METRIC_SHARE, METRIC_MEAN, METRIC_TIME };
enum metric_kind metric_kind(enum metric metric);
str metric_name(enum metric metric); /* "repeat_contacts": lives for ever */
bool metric_named(str name, enum metric *out);

struct metrics_question {
	const struct metrics_definition *definition;
	uint64_t wanted; /* bits of 1 << enum metric */
	enum period every; /* PERIOD_NONE: all time as one */
	const struct zone *zone;
	str by; /* an attribute, a @field, "channel" or "reason"; "": no breakdown */
	/* A plan of all events in the same time, without a definition: what visits and contacts are
	 * made of.  NULL where the journeys of the plan have all of them. */
	const struct journey_plan *everything;
};

struct metric_figure {
	enum metric metric;
	int64_t period; /* its beginning, UTC ms; 0 without periods */
	uint32_t value; /* 0: none; metrics_value_add() */
	bool is_total; /* over all periods and values */
	uint64_t denominator, pending;
	double numerator; /* of shares a count; of METRIC_TIME seconds */
	double low, high; /* of shares: Wilson's interval, 95 % */
	double median_s, p90_s; /* of METRIC_TIME: exact, as quantile.h has them */
};

struct metrics {
	uint64_t customers, journeys, contacts, visits;
	struct metric_figure *figures; /* totals first; by metric, then period, then value's text */
	size_t count;
	struct journey_values *values; /* of the breakdown; NULL: none */
	size_t bytes; /* taken of the plan's limits */
};

/* Free with metrics_done(). */
err metrics_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct metrics_question *question, struct metrics *out, struct why *why);
void metrics_done(const struct journey_plan *plan, struct metrics *metrics);

/* ---- the list behind a figure */

struct metrics_list_question {
	enum metric metric;
	bool counted; /* only what is in the numerator; else all of the denominator */
	bool pending; /* instead what is not told yet */
	bool any_cell; /* of the total; else of the cell below */
	int64_t period;
	str value; /* as text; "": those without one */
	size_t most; /* items; totals are of all */
};

struct metrics_listed {
	uint32_t customer;
	int64_t time; /* ticks: when the contact, visit, episode or journey began; the customer's
			 first */
	uint32_t channel; /* name code of the view; IDENTITY_NO_CODE: none */
	double amount; /* 1 or 0 of shares: in the numerator or not; else what is summed up */
};
struct metrics_list {
	uint64_t total, customers;
	struct metrics_listed *items; /* the latest first */
	size_t count;
	size_t bytes;
};

/* The same counting as metrics_make(), of one figure.  Free with metrics_list_done(). */
err metrics_list_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct metrics_question *question, const struct metrics_list_question *list,
	struct metrics_list *out, struct why *why);
void metrics_list_done(const struct journey_plan *plan, struct metrics_list *list);
