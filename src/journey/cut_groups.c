/* journey/cut_groups.c - for journeys by attribute: a customer's events in the order of their
 * values, and for each value in time order */
#include "journey/cut_internal.h"

#include <stdlib.h>
#include <string.h>

struct place {
	uint32_t group, first, at; /* first: where the group's first event stands */
};

static int by_group(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_first(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Numbers of groups are chance; journeys come in the order of their first events. */
static void sort_places(struct place *places, size_t count)
{
	qsort(places, count, sizeof(*places), by_group);
	for (size_t i = 0; i < count; i++) {
		bool goes_on = i > 0 && places[i].group == places[i - 1].group;
		places[i].first = goes_on ? places[i - 1].first : places[i].at;
	}
	qsort(places, count, sizeof(*places), by_first);
}

static void reorder(struct cutter *c, const struct place *places, size_t count)
{
	uint32_t *step = memory_alloc((count + 1) * sizeof(*step));
	uint32_t *row = memory_alloc((count + 1) * sizeof(*row));
	int64_t *time = memory_alloc((count + 1) * sizeof(*time));

	for (size_t i = 0; i < count; i++) {
		step[i] = c->step[places[i].at];
		row[i] = c->row[places[i].at];
		time[i] = c->time[places[i].at];
		c->group[i] = places[i].group;
	}
	memcpy(c->step, step, count * sizeof(*step));
	memcpy(c->row, row, count * sizeof(*row));
	memcpy(c->time, time, count * sizeof(*time));
	free(step);
	free(row);
	free(time);
}

size_t cutter_group_events(struct cutter *c, size_t count)
{
	struct place *places = memory_alloc((count + 1) * sizeof(*places));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t group = c->plan->groups[c->row[i]];
		if (group != 0)
			places[kept++] = (struct place){ .group = group, .at = (uint32_t)i };
	}
	sort_places(places, kept);
	reorder(c, places, kept);
	free(places);
	return kept;
}
