/* main/funnel_view.h - a funnel told: as a table, as JSON, as CSV, as a picture. */
#pragma once

#include "journey/funnel_by.h"
#include "main/journey_ask.h"

struct funnel_view {
	const struct journey_question *q;
	const struct funnel_question *asked;
	const struct funnel *funnel;
	str by; /* "": no breakdown, and the two below are NULL */
	const struct journey_values *values;
	const struct funnel_groups *groups;
};

void funnel_tell_program(const struct funnel_view *view, struct sink *sink);
void funnel_tell_csv(const struct funnel_view *view, struct sink *sink);
void funnel_tell_people(const struct funnel_view *view, struct sink *sink);

/* Appends an SVG document: a bar for each step, as long as it has journeys. */
void funnel_draw(const struct funnel_view *view, struct strbuf *out);

/* Of those that came to the first step; of those that came to the step before (to the first: of
 * all).  Steps are counted from 0. */
double funnel_share(uint64_t part, uint64_t all);
uint64_t funnel_before(const struct funnel *funnel, size_t step);
