/* journey/trials_cost.c - what the contacts of a customer cost, and from when on; see trials.h */
#include "journey/trials.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* docs/drivers.md: published averages in dollars; ranges by their middle. */
const struct channel_cost channel_costs_default[] = { { STR_INIT("phone"), 5.84 },
	{ STR_INIT("chat"), 5.00 }, { STR_INIT("email"), 3.75 }, { STR_INIT("social"), 2.00 },
	{ STR_INIT("web"), 0.10 }, { STR_INIT("app"), 0.10 }, { STR_INIT("ivr"), 0.10 },
	{ STR_INIT(""), 0 } };

static int64_t in_units(double cost)
{
	return llround(cost * COST_UNIT);
}

static bool take_changed(
	const struct channel_cost *changed, size_t count, str channel, int64_t *out)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(changed[i].channel, channel)) {
			*out = in_units(changed[i].cost);
			return true;
		}
	return false;
}

static int64_t cost_of_channel(const struct channel_cost *changed, size_t count, str channel)
{
	int64_t cost = 0;

	if (take_changed(changed, count, channel, &cost))
		return cost;
	for (const struct channel_cost *c = channel_costs_default; c->channel.len > 0; c++)
		if (str_equal(c->channel, channel))
			return in_units(c->cost);
	return 0;
}

static bool steps_cost(const struct journey_plan *plan)
{
	for (uint32_t s = 0; s < journey_plan_steps(plan); s++)
		if (journey_plan_step_cost(plan, s) != 0)
			return true;
	return false;
}

static void cost_steps(const struct journey_plan *plan, struct costs *costs)
{
	costs->of_step = memory_alloc((journey_plan_steps(plan) + 1) * sizeof(*costs->of_step));
	for (uint32_t s = 0; s < journey_plan_steps(plan); s++)
		costs->of_step[s] = in_units(journey_plan_step_cost(plan, s));
}

static void cost_channels(const struct journey_plan *plan, const struct channel_cost *changed,
	size_t count, struct costs *costs)
{
	const struct threads_view *view = journey_plan_view(plan);
	size_t whats = threads_view_what_count(view);

	costs->of_what = memory_alloc((whats + 1) * sizeof(*costs->of_what));
	costs->channel_of_what = memory_alloc((whats + 1) * sizeof(*costs->channel_of_what));
	for (uint32_t w = 0; w < whats; w++) {
		uint32_t channel = threads_view_what(view, w).channel;
		costs->of_what[w] =
			cost_of_channel(changed, count, threads_view_name(view, channel));
		costs->channel_of_what[w] = channel;
		costs->channel_count = MAX_OF(costs->channel_count, (size_t)channel + 1);
	}
}

err costs_make(const struct journey_plan *plan, const struct channel_cost *changed, size_t count,
	int64_t horizon, struct costs *out, struct why *why)
{
	size_t whats = threads_view_what_count(journey_plan_view(plan));
	struct costs costs = { .horizon = horizon,
		.bytes = (whats + journey_plan_steps(plan) + 2) * 12 };
	err e = limits_take(journey_plan_limits(plan), costs.bytes, why);

	if (e != OK)
		return e;
	if (count == 0 && steps_cost(plan))
		cost_steps(plan, &costs);
	else
		cost_channels(plan, changed, count, &costs);
	*out = costs;
	return OK;
}

void costs_done(const struct journey_plan *plan, struct costs *costs)
{
	limits_give(journey_plan_limits(plan), costs->bytes);
	free(costs->of_step);
	free(costs->of_what);
	free(costs->channel_of_what);
	*costs = (struct costs){ .of_step = NULL };
}

/* ---- one customer's */

void cost_track_init(struct cost_track *track, const struct costs *costs)
{
	*track = (struct cost_track){ .costs = costs };
	if (costs->of_step == NULL)
		track->channel_last =
			memory_alloc((costs->channel_count + 1) * sizeof(*track->channel_last));
}

void cost_track_done(const struct journey_plan *plan, struct cost_track *track)
{
	limits_give(journey_plan_limits(plan), track->room * 2 * sizeof(*track->time));
	free(track->time);
	free(track->sum);
	free(track->channel_last);
}

void cost_track_begin(struct cost_track *track)
{
	track->count = 0;
	track->is_sorted = true;
	for (size_t i = 0; track->channel_last != NULL && i < track->costs->channel_count; i++)
		track->channel_last[i] = INT64_MIN;
}

static err make_room(struct cost_track *track, const struct journey_plan *plan, struct why *why)
{
	size_t room = track->room == 0 ? 256 : 2 * track->room;
	err e = OK;

	if (track->count < track->room)
		return OK;
	e = limits_take(
		journey_plan_limits(plan), (room - track->room) * 2 * sizeof(*track->time), why);
	if (e != OK)
		return e;
	track->time = memory_resize(track->time, room * sizeof(*track->time));
	track->sum = memory_resize(track->sum, room * sizeof(*track->sum));
	track->room = room;
	return OK;
}

/* The cost of one event, 0 where the contact that it belongs to is paid for already. */
static int64_t cost_of_event(struct cost_track *track, const struct journey_plan *plan,
	const struct journey *j, size_t i)
{
	const struct costs *costs = track->costs;

	if (costs->of_step != NULL)
		return costs->of_step[j->step[i]];
	uint32_t what = j->what != NULL ? j->what[i]
					: threads_view_row(journey_plan_view(plan), j->row[i]).what;
	int64_t *last = &track->channel_last[costs->channel_of_what[what]];
	bool goes_on = *last != INT64_MIN && j->time[i] - *last <= CONTACT_SILENCE;
	*last = j->time[i];
	return goes_on ? 0 : costs->of_what[what];
}

err cost_track_add(struct cost_track *track, const struct journey_plan *plan,
	const struct journey *j, struct why *why)
{
	for (size_t i = 0; i < j->count; i++) {
		int64_t cost = cost_of_event(track, plan, j, i);
		if (cost == 0)
			continue;
		err e = make_room(track, plan, why);
		if (e != OK)
			return e;
		track->is_sorted &=
			track->count == 0 || track->time[track->count - 1] <= j->time[i];
		track->time[track->count] = j->time[i];
		track->sum[track->count++] = cost;
	}
	return OK;
}

/* Journeys cut by an attribute overlap: rarely far, so insertion will do. */
static void sort_costs(struct cost_track *track)
{
	for (size_t i = 1; i < track->count; i++) {
		int64_t time = track->time[i], sum = track->sum[i];
		size_t at = i;
		for (; at > 0 && track->time[at - 1] > time; at--) {
			track->time[at] = track->time[at - 1];
			track->sum[at] = track->sum[at - 1];
		}
		track->time[at] = time;
		track->sum[at] = sum;
	}
}

void cost_track_end(struct cost_track *track)
{
	if (!track->is_sorted)
		sort_costs(track);
	for (size_t i = 1; i < track->count; i++)
		track->sum[i] += track->sum[i - 1];
}

/* The sum of all costs up to and at `time`. */
static int64_t sum_until(const struct cost_track *track, int64_t time)
{
	size_t low = 0, high = track->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (track->time[middle] <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 0 : track->sum[low - 1];
}

int64_t cost_track_after(const struct cost_track *track, int64_t time)
{
	int64_t end =
		time > INT64_MAX - track->costs->horizon ? INT64_MAX : time + track->costs->horizon;

	return sum_until(track, end) - sum_until(track, time);
}
