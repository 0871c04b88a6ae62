/* journey/frictions_contacts.c - which steps are contacts, and which of them follow a step as
 * another way to reach the company; see frictions.h
 *
 *   contact   costs at least CONTACT_COST
 *   call      on a channel of the telephone: a call is one also where nobody answers it, or a
 *             machine does
 *   ways      the channels of a step; those of the telephone are one
 */
#include "journey/frictions_internal.h"
#include "journey/plan_internal.h"

#include <stdlib.h>

static const str telephone[] = { STR_INIT("phone"), STR_INIT("ivr") };
enum { WAY_TELEPHONE }; /* the first number; all others are in order of their codes */

/* ---- contacts */

static int64_t most_of_channel(const struct journey_plan *plan, const struct costs *costs, str name)
{
	const struct threads_view *view = journey_plan_view(plan);
	int64_t most = 0;

	for (uint32_t w = 0; w < threads_view_what_count(view); w++)
		if (str_equal(threads_view_name(view, threads_view_what(view, w).activity), name))
			most = MAX_OF(most, costs->of_what[w]);
	return most;
}

static bool costs_a_contact(
	const struct journey_plan *plan, const struct costs *costs, uint32_t step)
{
	int64_t cost = costs->of_step != NULL
			       ? costs->of_step[step]
			       : most_of_channel(plan, costs, journey_plan_step_name(plan, step));

	return (double)cost >= CONTACT_COST * COST_UNIT;
}

/* ---- ways: a bit of each step for each */

struct ways {
	uint64_t *sets;
	size_t words; /* of a set */
};

static bool is_telephone(str channel)
{
	for (size_t i = 0; i < ARRAY_LEN(telephone); i++)
		if (str_equal(channel, telephone[i]))
			return true;
	return false;
}

/* Of each (channel, activity) the number of its way: below *count. */
static uint32_t *number_ways(const struct threads_view *view, size_t *count)
{
	size_t whats = threads_view_what_count(view), channels = 0;
	uint32_t *of_what = memory_alloc((whats + 1) * sizeof(*of_what)), next = WAY_TELEPHONE + 1;

	for (uint32_t w = 0; w < whats; w++)
		channels = MAX_OF(channels, (size_t)threads_view_what(view, w).channel + 1);
	uint32_t *of_channel = memory_alloc((channels + 1) * sizeof(*of_channel));
	for (uint32_t w = 0; w < whats; w++) {
		uint32_t channel = threads_view_what(view, w).channel;
		if (is_telephone(threads_view_name(view, channel)))
			continue;
		if (of_channel[channel] == 0)
			of_channel[channel] = next++;
		of_what[w] = of_channel[channel];
	}
	free(of_channel);
	*count = next;
	return of_what;
}

static void note_way(const struct ways *ways, uint32_t step, uint32_t way)
{
	if (step != STEP_NONE)
		ways->sets[step * ways->words + way / 64] |= (uint64_t)1 << (way % 64);
}

static struct ways ways_of(const struct journey_plan *plan)
{
	const struct threads_view *view = journey_plan_view(plan);
	size_t count;
	uint32_t *way = number_ways(view, &count);
	struct ways ways = { .words = count / 64 + 1 };

	ways.sets = memory_alloc((plan->step_count * ways.words + 1) * sizeof(*ways.sets));
	for (uint32_t w = 0; w < threads_view_what_count(view); w++) {
		const struct route *route = &plan->steps.of_what[w];
		note_way(&ways, route->target, way[w]);
		for (uint32_t i = route->first; i < route->first + route->count; i++)
			note_way(&ways, plan->steps.candidates[i].target, way[w]);
	}
	free(way);
	return ways;
}

static bool share_a_way(const struct ways *ways, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < ways->words; i++)
		if ((ways->sets[a * ways->words + i] & ways->sets[b * ways->words + i]) != 0)
			return true;
	return false;
}

static bool is_call(const struct ways *ways, uint32_t step)
{
	return (ways->sets[step * ways->words + WAY_TELEPHONE / 64] >> (WAY_TELEPHONE % 64) & 1) !=
	       0;
}

/* ---- what leads where */

/* Who is served by a machine of the telephone calls already: only a person is another way. */
static bool leads_out(
	const struct step_kinds *kinds, const struct ways *ways, uint32_t a, uint32_t b)
{
	if (a == b)
		return false;
	if (kinds->is_contact[a])
		return (kinds->is_contact[b] || is_call(ways, b)) && !share_a_way(ways, a, b);
	return kinds->is_contact[b] || (is_call(ways, b) && !is_call(ways, a));
}

void step_contacts_make(
	const struct journey_plan *plan, const struct costs *costs, struct step_kinds *out)
{
	uint32_t steps = (uint32_t)journey_plan_steps(plan);
	struct ways ways = ways_of(plan);

	out->is_contact = memory_alloc((size_t)steps + 1);
	out->leads = memory_alloc((size_t)steps * steps + 1);
	for (uint32_t s = 0; s < steps; s++)
		out->is_contact[s] = costs_a_contact(plan, costs, s);
	for (uint32_t a = 0; a < steps; a++)
		for (uint32_t b = 0; b < steps; b++)
			out->leads[(size_t)a * steps + b] = leads_out(out, &ways, a, b);
	free(ways.sets);
}
