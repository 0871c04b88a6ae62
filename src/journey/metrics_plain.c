/* journey/metrics_plain.c - shares for which it is enough to know when visits and contacts began
 * and ended, of events whose names tell what they are: without a list of sessions.
 *
 * The rules are those of metrics_sessions.c and metrics_count.c, told where no event has an
 * interaction, a reason or (if it matters) a mark, and nothing is broken down:
 *
 *   events of a customer --> touches of each kind --> spans of each kind --> counts
 *
 * Each step is a loop over all of a block of customers, so that no branch hangs on which kind of
 * event comes next or how many events a customer has: neither can be foretold, and they cost more
 * than all else.  Each touch and span knows the place of its customer in the block.
 * tests/journey_metrics_test.c asks both ways the same.
 */
#include "journey/metrics_internal.h"

#include <stdlib.h>
#include <string.h>

#define BIT(metric) ((uint64_t)1 << (metric))

enum { /* of the room for one event */
	EVENT_BYTES = sizeof(int64_t) + sizeof(uint64_t) + PLAIN_KINDS * sizeof(struct span)
};

static const uint64_t unmarked = BIT(METRIC_REPEAT_CONTACTS) | BIT(METRIC_LEAKAGE);
static const uint64_t marked = BIT(METRIC_FIRST_CONTACT_RESOLUTION) |
			       BIT(METRIC_FIRST_CONTACT_RESOLUTION_NET) | BIT(METRIC_CONTAINMENT) |
			       BIT(METRIC_EFFECTIVE_CONTAINMENT);

static bool any_mark(const struct metrics_plan *m)
{
	for (size_t w = 0; w < threads_view_what_count(m->plan->view); w++)
		if (m->flag_any[w])
			return true;
	return false;
}

bool metrics_are_plain(const struct metrics_plan *m)
{
	const struct metrics_question *q = m->question;
	uint64_t rest = q->wanted & ~unmarked;

	return m->plan->cuts_gaps && !m->plan->filters_journeys && m->plain_kinds != NULL &&
	       !m->any_interaction && !m->any_reason && m->chosen == NULL && m->wants_sessions &&
	       q->every == PERIOD_NONE && q->by.len == 0 &&
	       (rest == 0 || ((rest & ~marked) == 0 && !any_mark(m)));
}

err plain_init(struct plain *p, const struct metrics_plan *m, struct why *why)
{
	size_t whats = threads_view_what_count(m->plan->view);
	size_t opens = (m->channel_count + 1) * PLAIN_KINDS * sizeof(*p->open);
	err e = limits_take(journey_plan_limits(m->plan), opens + whats, why);

	*p = (struct plain){
		.m = m, .customers = 1, .counts_marked = (m->question->wanted & marked) != 0
	};
	if (e != OK)
		return e;
	p->bytes = opens + whats;
	p->open = memory_alloc(opens);
	p->is_touch = memory_alloc(whats + 1);
	for (size_t w = 0; w < whats; w++)
		p->is_touch[w] = m->plain_kinds[w] != SESSION_NONE;
	return OK;
}

void plain_done(struct plain *p)
{
	if (p->m == NULL)
		return;
	limits_give(journey_plan_limits(p->m->plan), p->bytes);
	for (int i = 0; i < PLAIN_KINDS; i++)
		free(p->span[i]);
	free(p->touch_time);
	free(p->touch_who);
	free(p->is_touch);
	free(p->open);
}

static err make_room(struct plain *p, size_t count, struct why *why)
{
	size_t room = 2 * count, bytes = (room - p->room) * EVENT_BYTES;

	if (count <= p->room)
		return OK;
	err e = limits_take(journey_plan_limits(p->m->plan), bytes, why);
	if (e != OK)
		return e;
	p->bytes += bytes;
	p->room = room;
	p->touch_time = memory_resize(p->touch_time, room * sizeof(*p->touch_time));
	p->touch_who = memory_resize(p->touch_who, room * sizeof(*p->touch_who));
	for (int i = 0; i < PLAIN_KINDS; i++)
		p->span[i] = memory_resize(p->span[i], room * sizeof(*p->span[i]));
	return OK;
}

/* ---- from events to spans */

/* Events of one customer, behind `count` touches there are already: each is put down, and stays if
 * it is a touch. */
static inline size_t find_touches(const struct plain *p, const uint32_t *what, const int64_t *time,
	size_t events, size_t place, size_t count)
{
	const uint8_t *is_touch = p->is_touch;
	const uint64_t customer = (uint64_t)place << 32;
	int64_t *to_time = p->touch_time + count;
	uint64_t *to_who = p->touch_who + count;

	for (size_t i = 0; i < events; i++) {
		size_t stays = is_touch[what[i]];
		*to_time = time[i];
		*to_who = customer | what[i];
		to_time += stays;
		to_who += stays;
	}
	return (size_t)(to_time - p->touch_time);
}

static size_t find_all_touches(const struct plain *p, const struct journey_run *runs, size_t count)
{
	size_t touches = 0;

	for (size_t i = 0; i < count; i++) {
		const struct journey_run *run = &runs[i];
		touches = find_touches(p, run->what, run->time, run->events, i, touches);
		if (run->tail.count > 0)
			touches = find_touches(
				p, run->tail.what, run->tail.time, run->tail.count, i, touches);
	}
	return touches;
}

/* What is open on a channel is known by the number of its customer.  Whether it goes on is as good
 * as chance: so a span is written anew by each of its touches, which costs less than to guess. */
static void make_spans(struct plain *p, size_t touches)
{
	const struct metrics_plan *m = p->m;
	const uint32_t *const channels = m->channel;
	const uint8_t *const kinds = m->plain_kinds;
	int64_t gap = m->question->definition->gap_ms * TICKS_PER_MS;
	uint32_t count[PLAIN_KINDS] = { 0 };

	for (size_t i = 0; i < touches; i++) {
		uint32_t what = (uint32_t)p->touch_who[i],
			 place = (uint32_t)(p->touch_who[i] >> 32);
		uint32_t channel = channels[what], customer = p->customers + place;
		unsigned kind = kinds[what] == SESSION_VISIT ? PLAIN_VISITS : PLAIN_CONTACTS;
		int64_t time = p->touch_time[i];
		struct plain_open *open = &p->open[channel * PLAIN_KINDS + kind];
		bool goes_on =
			(open->customer == customer) & !metrics_is_past(open->last, time, gap);
		uint32_t at = goes_on ? open->span : count[kind];
		int64_t first = goes_on ? open->first : time;
		*open = (struct plain_open){
			.first = first, .last = time, .customer = customer, .span = at
		};
		p->span[kind][at] = (struct span){ first, time, channel, place };
		count[kind] += !goes_on;
	}
	memcpy(p->count, count, sizeof(count));
}

/* ---- counting */

static void add(
	struct tally *t, enum metric metric, uint64_t told, uint64_t counted, uint64_t pending)
{
	struct sum *sum = &t->sums[CELL_TOTAL * t->m->slots + t->m->slot[metric]];

	sum->denominator += told;
	sum->amount += (int64_t)counted;
	sum->pending += pending;
}

/* Does the next one of the same customer begin within the window? */
static inline bool is_followed(const struct span *c, size_t i, size_t count, int64_t window)
{
	return i + 1 < count && c[i + 1].place == c[i].place &&
	       metrics_is_within(c[i].first, c[i + 1].first, window);
}

static void count_repeats(const struct plain *p, struct tally *t)
{
	const struct span *c = p->span[PLAIN_CONTACTS];
	int64_t window = p->m->question->definition->repeat_ms;
	size_t count = p->count[PLAIN_CONTACTS];
	uint64_t repeats = 0;

	for (size_t i = 0; i < count; i++)
		repeats += is_followed(c, i, count, window);
	add(t, METRIC_REPEAT_CONTACTS, count, repeats, 0);
}

static void count_resolution(const struct plain *p, struct tally *t, enum metric metric)
{
	const struct span *c = p->span[PLAIN_CONTACTS];
	int64_t window = p->m->question->definition->resolution_ms;
	size_t count = p->count[PLAIN_CONTACTS];
	uint64_t told = 0, resolved = 0;

	for (size_t i = 0; i < count; i++) {
		if (!metrics_has_elapsed(p->m, c[i].first, window))
			continue;
		told++;
		resolved += !is_followed(c, i, count, window);
	}
	add(t, metric, told, resolved, count - told);
}

/* The visitor's first contact on these channels (NULL: any) that began when the visit did, or
 * later; looked for from `at` on.  NULL: there is none. */
static const struct span *next_contact(
	const struct plain *p, size_t *at, const struct span *visit, const uint8_t *channels)
{
	const struct span *c = p->span[PLAIN_CONTACTS];
	size_t count = p->count[PLAIN_CONTACTS];

	while (*at < count &&
		(c[*at].place < visit->place ||
			(c[*at].place == visit->place &&
				(c[*at].first < visit->first ||
					(channels != NULL && !channels[c[*at].channel])))))
		(*at)++;
	return *at < count && c[*at].place == visit->place ? &c[*at] : NULL;
}

static void count_leakage(const struct plain *p, struct tally *t)
{
	const struct span *v = p->span[PLAIN_VISITS];
	int64_t window = p->m->question->definition->leakage_ms;
	uint64_t told = 0, leaks = 0, pending = 0;

	for (size_t i = 0, at = 0; i < p->count[PLAIN_VISITS]; i++) {
		if (!p->m->leaks_from[v[i].channel])
			continue;
		const struct span *contact = next_contact(p, &at, &v[i], p->m->leaks_to);
		if (!metrics_has_elapsed(p->m, v[i].last, window)) {
			pending++;
			continue;
		}
		told++;
		leaks += contact != NULL && metrics_is_within(v[i].last, contact->first, window);
	}
	add(t, METRIC_LEAKAGE, told, leaks, pending);
}

static void count_containment(const struct plain *p, struct tally *t, enum metric metric)
{
	const struct metrics_definition *d = p->m->question->definition;
	const struct span *v = p->span[PLAIN_VISITS];
	bool effective = metric == METRIC_EFFECTIVE_CONTAINMENT;
	int64_t window = effective ? d->containment_ms : d->gap_ms;
	uint64_t told = 0, contained = 0;

	for (size_t i = 0, at = 0; i < p->count[PLAIN_VISITS]; i++) {
		const struct span *contact = next_contact(p, &at, &v[i], NULL);
		if (!metrics_has_elapsed(p->m, v[i].last, window))
			continue;
		told++;
		contained += contact == NULL ||
			     (effective ? !metrics_is_within(v[i].last, contact->first, window)
					: contact->first > v[i].last);
	}
	add(t, metric, told, contained, p->count[PLAIN_VISITS] - told);
}

static void count_all(struct plain *p, struct tally *t)
{
	if (tally_wants(t, METRIC_REPEAT_CONTACTS))
		count_repeats(p, t);
	if (tally_wants(t, METRIC_LEAKAGE))
		count_leakage(p, t);
	for (enum metric metric = 0; p->counts_marked && metric < METRIC_COUNT_; metric++) {
		if ((p->m->question->wanted & marked & BIT(metric)) == 0)
			continue;
		if (metric == METRIC_CONTAINMENT || metric == METRIC_EFFECTIVE_CONTAINMENT)
			count_containment(p, t, metric);
		else
			count_resolution(p, t, metric);
	}
}

err plain_take(struct plain *p, struct tally *t, const struct journey_run *runs, size_t count,
	struct why *why)
{
	size_t events = 0;

	for (size_t i = 0; i < count; i++)
		events += runs[i].events + runs[i].tail.count;
	err e = make_room(p, events + 1, why); /* the last is put down even if it does not stay */
	if (e != OK)
		return e;
	make_spans(p, find_all_touches(p, runs, count));
	p->customers += (uint32_t)count;
	for (int kind = 0; kind < PLAIN_KINDS; kind++)
		p->all[kind] += p->count[kind];
	count_all(p, t);
	return OK;
}
