/* journey/values.h - which value of an attribute each event has: what figures are broken down by.
 *
 * A key is an attribute, a @field of the event (thread/where.h) or "channel".  Events without it
 * have number 0; of several values the first counts; values of different types are different.
 */
#pragma once

#include "journey/plan.h"

struct journey_values;

/* Free with journey_values_free().  Takes 4 bytes a row of the plan's limits, and gives them back
 * with the plan.  ERR_LIMIT and what reading the journal says. */
err journey_values_make(struct journey_plan *plan, const struct journey_journal *journal, str key,
	struct journey_values **out, struct why *why);
void journey_values_free(struct journey_values *values); /* NULL is fine */

bool journey_values_any(const struct journey_values *values); /* does any event have one? */
size_t journey_values_count(const struct journey_values *values); /* numbers are 0 to this */
/* Of an event, by its row and code of what (thread.h). */
uint32_t journey_values_of(const struct journey_values *values, uint32_t row, uint32_t what);
/* As text that people and `--where KEY=...` read; of 0: nothing. */
void journey_values_add(const struct journey_values *values, uint32_t number, struct strbuf *out);
/* An order that does not depend on that of arrival: by type, then by value; 0 first. */
int journey_values_compare(const struct journey_values *values, uint32_t a, uint32_t b);
/* The number whose text this is; false if there is none.  "" is 0. */
bool journey_values_find(const struct journey_values *values, str text, uint32_t *number);
