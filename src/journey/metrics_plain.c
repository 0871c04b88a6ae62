/* journey/metrics_plain.c - shares for which it is enough to know when visits and contacts began
 * and ended, of events whose names tell what they are: without a list of sessions.
 *
 * The rules are those of metrics_sessions.c and metrics_count.c, told where no event has an
 * interaction, a reason or (if it matters) a mark, and nothing is broken down:
 *
 *   events of a customer --> touches of each kind --> spans of each kind --> counts
 *
 * Each step is a loop over one kind, so that no branch hangs on which kind comes next: whether a
 * visit or a contact is cannot be foretold, and cost more than all else.
 * tests/journey_metrics_test.c asks both ways the same.
 */
#include "journey/metrics_internal.h"

#include <stdlib.h>

#define BIT(metric) ((uint64_t)1 << (metric))

enum {
	EVENT_BYTES = 2 * (sizeof(uint32_t) + sizeof(struct span)) /* of the room for one event */
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
	size_t bytes = (m->channel_count + 1) * sizeof(*p->open);
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);

	*p = (struct plain){ .m = m, .counts_marked = (m->question->wanted & marked) != 0 };
	if (e != OK)
		return e;
	p->bytes = bytes;
	p->open = memory_alloc(bytes);
	return OK;
}

void plain_done(struct plain *p)
{
	if (p->m == NULL)
		return;
	limits_give(journey_plan_limits(p->m->plan), p->bytes);
	for (int i = 0; i < PLAIN_KINDS; i++) {
		free(p->touch[i]);
		free(p->span[i]);
	}
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
	for (int i = 0; i < PLAIN_KINDS; i++) {
		p->touch[i] = memory_resize(p->touch[i], room * sizeof(*p->touch[i]));
		p->span[i] = memory_resize(p->span[i], room * sizeof(*p->span[i]));
	}
	return OK;
}

/* ---- from events to spans */

static void find_touches(
	struct plain *p, const struct journey_run *run, size_t count, size_t touches[PLAIN_KINDS])
{
	const uint8_t *kinds = p->m->plain_kinds;
	uint32_t *visit = p->touch[PLAIN_VISITS], *contact = p->touch[PLAIN_CONTACTS];
	size_t visits = 0, contacts = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t kind = kinds[run->what[i]];
		visit[visits] = contact[contacts] = (uint32_t)i;
		visits += kind == SESSION_VISIT;
		contacts += kind == SESSION_CONTACT;
	}
	touches[PLAIN_VISITS] = visits;
	touches[PLAIN_CONTACTS] = contacts;
}

/* What is open on a channel is remembered from one kind and customer to the next: so it is verified
 * against the span itself. */
static size_t make_spans(
	const struct plain *p, const struct journey_run *run, int kind, size_t touches)
{
	int64_t gap = p->m->question->definition->gap_ms * TICKS_PER_MS;
	struct span *spans = p->span[kind];
	uint32_t count = 0;

	for (size_t k = 0; k < touches; k++) {
		uint32_t i = p->touch[kind][k], channel = p->m->channel[run->what[i]];
		uint32_t at = p->open[channel];
		int64_t time = run->time[i];
		if (at < count && spans[at].channel == channel &&
			!metrics_is_past(spans[at].last, time, gap)) {
			spans[at].last = time;
			continue;
		}
		p->open[channel] = count;
		spans[count++] = (struct span){ .first = time, .last = time, .channel = channel };
	}
	return count;
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

static void count_repeats(const struct plain *p, struct tally *t, size_t count)
{
	const struct span *c = p->span[PLAIN_CONTACTS];
	int64_t window = p->m->question->definition->repeat_ms;
	uint64_t repeats = 0;

	for (size_t i = 1; i < count; i++)
		repeats += metrics_is_within(c[i - 1].first, c[i].first, window);
	add(t, METRIC_REPEAT_CONTACTS, count, repeats, 0);
}

static void count_resolution(
	const struct plain *p, struct tally *t, enum metric metric, size_t count)
{
	const struct span *c = p->span[PLAIN_CONTACTS];
	int64_t window = p->m->question->definition->resolution_ms;
	uint64_t told = 0, resolved = 0;

	for (size_t i = 0; i < count; i++) {
		if (!metrics_has_elapsed(p->m, c[i].first, window))
			continue;
		told++;
		resolved +=
			i + 1 == count || !metrics_is_within(c[i].first, c[i + 1].first, window);
	}
	add(t, metric, told, resolved, count - told);
}

/* The first contact of these channels (NULL: any) that began when the visit did, or later. */
static size_t next_contact(
	const struct plain *p, size_t at, size_t count, int64_t from, const uint8_t *channels)
{
	const struct span *c = p->span[PLAIN_CONTACTS];

	while (at < count && (c[at].first < from || (channels != NULL && !channels[c[at].channel])))
		at++;
	return at;
}

static void count_leakage(const struct plain *p, struct tally *t, const size_t count[PLAIN_KINDS])
{
	const struct span *v = p->span[PLAIN_VISITS], *c = p->span[PLAIN_CONTACTS];
	int64_t window = p->m->question->definition->leakage_ms;
	uint64_t told = 0, leaks = 0, pending = 0;

	for (size_t i = 0, at = 0; i < count[PLAIN_VISITS]; i++) {
		if (!p->m->leaks_from[v[i].channel])
			continue;
		at = next_contact(p, at, count[PLAIN_CONTACTS], v[i].first, p->m->leaks_to);
		if (!metrics_has_elapsed(p->m, v[i].last, window)) {
			pending++;
			continue;
		}
		told++;
		leaks += at < count[PLAIN_CONTACTS] &&
			 metrics_is_within(v[i].last, c[at].first, window);
	}
	add(t, METRIC_LEAKAGE, told, leaks, pending);
}

static void count_containment(
	const struct plain *p, struct tally *t, enum metric metric, const size_t count[PLAIN_KINDS])
{
	const struct metrics_definition *d = p->m->question->definition;
	const struct span *v = p->span[PLAIN_VISITS], *c = p->span[PLAIN_CONTACTS];
	bool effective = metric == METRIC_EFFECTIVE_CONTAINMENT;
	int64_t window = effective ? d->containment_ms : d->gap_ms;
	uint64_t told = 0, contained = 0;

	for (size_t i = 0, at = 0; i < count[PLAIN_VISITS]; i++) {
		at = next_contact(p, at, count[PLAIN_CONTACTS], v[i].first, NULL);
		if (!metrics_has_elapsed(p->m, v[i].last, window))
			continue;
		told++;
		contained += at == count[PLAIN_CONTACTS] ||
			     (effective ? !metrics_is_within(v[i].last, c[at].first, window)
					: c[at].first > v[i].last);
	}
	add(t, metric, told, contained, count[PLAIN_VISITS] - told);
}

err plain_take(struct plain *p, struct tally *t, const struct journey_run *run, struct why *why)
{
	size_t events = run->events, touches[PLAIN_KINDS], count[PLAIN_KINDS];
	err e = make_room(p, events, why);

	if (e != OK)
		return e;
	find_touches(p, run, events, touches);
	for (int kind = 0; kind < PLAIN_KINDS; kind++)
		p->all[kind] += count[kind] = make_spans(p, run, kind, touches[kind]);
	if (count[PLAIN_CONTACTS] > 0 && tally_wants(t, METRIC_REPEAT_CONTACTS))
		count_repeats(p, t, count[PLAIN_CONTACTS]);
	if (count[PLAIN_VISITS] > 0 && tally_wants(t, METRIC_LEAKAGE))
		count_leakage(p, t, count);
	if (!p->counts_marked)
		return OK;
	for (enum metric metric = 0; metric < METRIC_COUNT_; metric++) {
		if ((p->m->question->wanted & marked & BIT(metric)) == 0)
			continue;
		if (metric == METRIC_CONTAINMENT || metric == METRIC_EFFECTIVE_CONTAINMENT)
			count_containment(p, t, metric, count);
		else
			count_resolution(p, t, metric, count[PLAIN_CONTACTS]);
	}
	return OK;
}
