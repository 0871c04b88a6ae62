/* journey/traits_before.c - what customers did before a trial: channels, steps, how often they were
 * here; see traits.h */
#include "journey/traits_internal.h"

#include <math.h>
#include <stdlib.h>

/* ---- the sets of all trials; threads add to the same words */

static size_t channel_count(const struct threads_view *view)
{
	size_t count = 0;

	for (uint32_t w = 0; w < threads_view_what_count(view); w++)
		count = MAX_OF(count, (size_t)threads_view_what(view, w).channel + 1);
	return count;
}

static void make_sets(struct traits_maker *m, struct before_sets *sets)
{
	const struct threads_view *view = journey_plan_view(m->plan);

	sets->of_channel = memory_alloc((sets->channels + 1) * sizeof(*sets->of_channel));
	sets->of_step = memory_alloc((sets->steps + 1) * sizeof(*sets->of_step));
	sets->times = memory_alloc(m->trials->count * sizeof(*sets->times));
	for (uint32_t w = 0; w < threads_view_what_count(view); w++) {
		uint64_t **set = &sets->of_channel[threads_view_what(view, w).channel];
		if (*set == NULL)
			*set = memory_alloc(m->words * sizeof(uint64_t));
	}
	for (size_t s = 0; s < sets->steps; s++)
		sets->of_step[s] = memory_alloc(m->words * sizeof(uint64_t));
}

err before_sets_create(struct traits_maker *m, struct before_sets *sets, struct why *why)
{
	*sets = (struct before_sets){ .channels = channel_count(journey_plan_view(m->plan)),
		.steps = journey_plan_steps(m->plan) };
	size_t bytes = (sets->channels + sets->steps) * (m->words * sizeof(uint64_t) + 16) +
		       m->trials->count * sizeof(*sets->times);
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);
	if (e != OK)
		return e;
	m->bytes += bytes;
	make_sets(m, sets);
	return OK;
}

void before_sets_done(struct before_sets *sets)
{
	for (size_t i = 0; i < sets->channels; i++)
		free(sets->of_channel[i]);
	for (size_t i = 0; i < sets->steps; i++)
		free(sets->of_step[i]);
	free(sets->of_channel);
	free(sets->of_step);
	free(sets->times);
}

/* ---- one thread of execution */

struct last_seen {
	int64_t *time; /* INT64_MIN: not yet */
	uint32_t *touched;
	size_t touched_count, count;
};

struct before_walk {
	struct traits_maker *maker;
	struct before_sets *sets;
	struct last_seen channels, steps;
	int64_t *trial_times; /* of the customer's trials until now */
	size_t trial_count, trial_room, first_recent;
};

static void last_seen_init(struct last_seen *l, size_t count)
{
	l->count = count;
	l->time = memory_alloc((count + 1) * sizeof(*l->time));
	l->touched = memory_alloc((count + 1) * sizeof(*l->touched));
	for (size_t i = 0; i < count; i++)
		l->time[i] = INT64_MIN;
}

static void last_seen_done(struct last_seen *l)
{
	free(l->time);
	free(l->touched);
}

static void last_seen_clear(struct last_seen *l)
{
	for (size_t i = 0; i < l->touched_count; i++)
		l->time[l->touched[i]] = INT64_MIN;
	l->touched_count = 0;
}

static void last_seen_note(struct last_seen *l, uint32_t code, int64_t time)
{
	if (l->time[code] == INT64_MIN)
		l->touched[l->touched_count++] = code;
	l->time[code] = time;
}

struct before_walk *before_walk_create(struct traits_maker *m, struct before_sets *sets)
{
	struct before_walk *walk = memory_alloc(sizeof(*walk));

	*walk = (struct before_walk){ .maker = m, .sets = sets };
	last_seen_init(&walk->channels, sets->channels);
	last_seen_init(&walk->steps, sets->steps);
	return walk;
}

void before_walk_free(struct before_walk *walk)
{
	limits_give(journey_plan_limits(walk->maker->plan),
		walk->trial_room * sizeof(*walk->trial_times));
	last_seen_done(&walk->channels);
	last_seen_done(&walk->steps);
	free(walk->trial_times);
	free(walk);
}

static void mark_recent(
	const struct last_seen *l, uint64_t *const *sets, int64_t since, uint32_t trial)
{
	for (size_t i = 0; i < l->touched_count; i++) {
		uint32_t code = l->touched[i];
		if (l->time[code] >= since)
			__atomic_fetch_or(&sets[code][trial / 64], (uint64_t)1 << (trial % 64),
				__ATOMIC_RELAXED);
	}
}

/* 1: never before; 2: once; 3: two or three times; 4: more often. */
static uint32_t code_of_times(size_t times)
{
	return times == 0 ? 1 : times == 1 ? 2 : times <= 3 ? 3 : 4;
}

static err meet_trial(struct before_walk *walk, uint32_t trial, int64_t time, struct why *why)
{
	int64_t back = walk->maker->question->look_back;
	int64_t since = time < INT64_MIN + back ? INT64_MIN : time - back;
	void *times = walk->trial_times;

	mark_recent(&walk->channels, walk->sets->of_channel, since, trial);
	mark_recent(&walk->steps, walk->sets->of_step, since, trial);
	while (walk->first_recent < walk->trial_count &&
		walk->trial_times[walk->first_recent] < since)
		walk->first_recent++;
	walk->sets->times[trial] = code_of_times(walk->trial_count - walk->first_recent);
	err e = limits_room(journey_plan_limits(walk->maker->plan), &times, &walk->trial_room,
		walk->trial_count, sizeof(*walk->trial_times), why);
	walk->trial_times = times;
	if (e == OK)
		walk->trial_times[walk->trial_count++] = time;
	return e;
}

err before_walk_thread(struct before_walk *walk, const struct thread *thread, struct why *why)
{
	const struct traits_maker *m = walk->maker;
	const struct threads_view *view = journey_plan_view(m->plan);
	err e = OK;

	last_seen_clear(&walk->channels);
	last_seen_clear(&walk->steps);
	walk->trial_count = walk->first_recent = 0;
	for (size_t i = 0; e == OK && i < thread->count; i++) {
		uint32_t row = thread->row[i], what = thread->what[i],
			 trial = m->rows.row[row].trial;
		if (trial == 0) /* behind the last */
			break;
		if (m->trials->items[trial - 1].row == row)
			e = meet_trial(walk, trial - 1, thread->time[i], why);
		uint32_t step = routes_follow(&m->plan->steps, what, row);
		last_seen_note(
			&walk->channels, threads_view_what(view, what).channel, thread->time[i]);
		if (step != STEP_NONE)
			last_seen_note(&walk->steps, step, thread->time[i]);
	}
	return e;
}

/* ---- as traits */

static void describe_times(const void *context, uint32_t code, struct trait *trait)
{
	static const double low[] = { 0, 0, 1, 2, 4 }, high[] = { 0, 1, 2, 4, INFINITY };

	(void)context;
	trait->low = low[code];
	trait->high = high[code];
}

err before_sets_add(
	struct traits_maker *m, uint32_t order, struct before_sets *sets, struct why *why)
{
	const struct threads_view *view = journey_plan_view(m->plan);
	const struct family times = {
		.kind = TRAIT_TIMES, .wide = sets->times, .codes = 5, .describe = describe_times
	};
	err e = traits_add_family(m, order++, &times, why);

	for (uint32_t c = 0; e == OK && c < sets->channels; c++) {
		if (sets->of_channel[c] == NULL)
			continue;
		const struct trait like = { .kind = TRAIT_CHANNEL,
			.key = threads_view_name(view, c) };
		uint64_t *set = sets->of_channel[c];
		sets->of_channel[c] = NULL;
		e = traits_add_set(m, order + c, &like, set, why);
	}
	order += (uint32_t)sets->channels;
	for (uint32_t s = 0; e == OK && s < sets->steps; s++) {
		const struct trait like = { .kind = TRAIT_STEP,
			.key = journey_plan_step_name(m->plan, s) };
		uint64_t *set = sets->of_step[s];
		sets->of_step[s] = NULL;
		e = traits_add_set(m, order + s, &like, set, why);
	}
	return e;
}
