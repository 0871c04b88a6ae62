/* main/journey_list_view.h - journeys and whose they are, told: the answer of `ariane journey list`
 * and of whatever lists the journeys behind its own numbers. */
#pragma once

#include "journey/list.h"
#include "main/journey_ask.h"

/* Names: of each journey's customer; NULL: not told.  To programs without `steps` only how many
 * each has. */
void journey_list_tell(const struct journey_question *question, struct sink *sink,
	const struct journey_list *list, const str *names, bool steps);
/* The same of what may be counted several times in a journey: `times` is the number behind which
 * these journeys are. */
void journey_list_tell_times(const struct journey_question *question, struct sink *sink,
	const struct journey_list *list, uint64_t times);
/* customer,first,last,outcome,length,steps: the steps as one text, with arrows between; names
 * behind customers. */
void journey_list_csv(const struct journey_question *question, struct sink *sink,
	const struct journey_list *list, const str *names);
