/* journey/metrics_sessions.c - events put together to visits and contacts.
 *
 * An event joins, of its kind,
 *   1. the session that has its interaction;
 *   2. else the last session on its channel, unless both have interactions, or the gap has passed
 *      since its last event;
 *   3. else it begins one.
 * Which sessions have an interaction, were last on a channel or of a reason is remembered from one
 * customer to the next: so it is verified against the session itself, which is this customer's.
 */
#include "journey/metrics_internal.h"

#include <stdlib.h>
#include <string.h>

static err take_array(struct sessions *s, const struct metrics_plan *m, size_t count,
	uint32_t **out, struct why *why)
{
	size_t bytes = (count + 1) * sizeof(**out);
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);

	if (e != OK)
		return e;
	s->bytes += bytes;
	*out = memory_alloc(bytes);
	return OK;
}

err sessions_init(struct sessions *s, const struct metrics_plan *m, struct why *why)
{
	err e = OK;

	*s = (struct sessions){ .count = 0 };
	if (!m->wants_sessions)
		return OK;
	for (int kind = SESSION_VISIT; e == OK && kind < SESSION_KINDS; kind++) {
		e = take_array(
			s, m, journey_values_count(m->interactions), &s->of_interaction[kind], why);
		if (e == OK)
			e = take_array(s, m, m->channel_count, &s->last_on[kind], why);
	}
	return e == OK ? take_array(s, m, journey_values_count(m->reasons), &s->last_of_reason, why)
		       : e;
}

void sessions_done(struct sessions *s, const struct metrics_plan *m)
{
	limits_give(journey_plan_limits(m->plan),
		s->bytes + s->room * sizeof(*s->items) + s->touch_room * sizeof(*s->touches));
	for (int kind = 0; kind < SESSION_KINDS; kind++) {
		free(s->of_interaction[kind]);
		free(s->last_on[kind]);
	}
	free(s->last_of_reason);
	free(s->items);
	free(s->touches);
}

/* ---- the touches of a customer */

static err room_for_touches(
	struct sessions *s, const struct metrics_plan *m, size_t more, struct why *why)
{
	err e = OK;

	while (e == OK && s->touch_room - s->touch_count < more) {
		void *items = s->touches;
		e = limits_room(journey_plan_limits(m->plan), &items, &s->touch_room, s->touch_room,
			sizeof(*s->touches), why);
		s->touches = items;
	}
	return e;
}

static inline uint32_t kind_of(const struct metrics_plan *m, uint32_t what, uint32_t row)
{
	return m->plain_kinds != NULL ? m->plain_kinds[what] : routes_follow(&m->kinds, what, row);
}

err sessions_add(struct sessions *s, const struct metrics_plan *m, const struct journey *journey,
	struct why *why)
{
	const struct threads_view *view = journey_plan_view(m->plan);
	err e = room_for_touches(s, m, journey->count, why);

	for (size_t i = 0; e == OK && i < journey->count; i++) {
		uint32_t row = journey->row[i];
		uint32_t what =
			journey->what != NULL ? journey->what[i] : threads_view_row(view, row).what;
		uint32_t kind = kind_of(m, what, row);
		if (kind != SESSION_NONE)
			s->touches[s->touch_count++] = (struct touch){ journey->time[i], row, what,
				(enum session_kind)kind };
	}
	return e;
}

/* Journeys of one customer may overlap (`by`): equal times stand in the order of arrival. */
static int by_time(const void *a, const void *b, void *view)
{
	const struct touch *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->row == y->row)
		return 0;
	uint64_t m = threads_view_row(view, x->row).origin,
		 n = threads_view_row(view, y->row).origin;
	return (m > n) - (m < n);
}

static void put_in_order(struct sessions *s, const struct metrics_plan *m)
{
	bool in_order = true;

	for (size_t i = 1; i < s->touch_count; i++)
		in_order &= s->touches[i - 1].time <= s->touches[i].time;
	if (!in_order)
		qsort_r(s->touches, s->touch_count, sizeof(*s->touches), by_time,
			(void *)(uintptr_t)journey_plan_view(m->plan));
}

/* ---- from touches to sessions */

static uint32_t session_of(struct sessions *s, const struct metrics_plan *m,
	const struct touch *touch, uint32_t interaction)
{
	uint32_t found = s->of_interaction[touch->kind][interaction];
	uint32_t channel = m->channel[touch->what];

	if (interaction != 0 && found < s->count && s->items[found].kind == touch->kind &&
		s->items[found].interaction == interaction)
		return found;
	found = s->last_on[touch->kind][channel];
	if (found >= s->count || s->items[found].kind != touch->kind ||
		s->items[found].channel != channel ||
		(interaction != 0 && s->items[found].interaction != 0) ||
		metrics_is_past(s->items[found].last, touch->time,
			m->question->definition->gap_ms * TICKS_PER_MS))
		return SESSION_NOWHERE;
	return found;
}

static unsigned flags_of(const struct metrics_plan *m, const struct touch *touch)
{
	unsigned flags = 0;

	if (!m->flag_any[touch->what])
		return 0;
	for (unsigned i = 0; i < SESSION_FLAGS; i++)
		if (routes_follow(&m->flags[i], touch->what, touch->row) != 0)
			flags |= 1U << i;
	return flags;
}

static err begin_session(struct sessions *s, const struct metrics_plan *m,
	const struct touch *touch, uint32_t *out, struct why *why)
{
	void *items = s->items;
	err e = limits_room(
		journey_plan_limits(m->plan), &items, &s->room, s->count, sizeof(*s->items), why);

	s->items = items;
	if (e != OK)
		return e;
	s->items[s->count] = (struct session){ .first = touch->time,
		.channel = m->channel[touch->what],
		.kind = touch->kind,
		.previous = SESSION_NOWHERE,
		.next = SESSION_NOWHERE };
	*out = (uint32_t)s->count++;
	return OK;
}

static err join(struct sessions *s, const struct metrics_plan *m, const struct touch *touch,
	struct why *why)
{
	uint32_t interaction = m->any_interaction
				       ? journey_values_of(m->interactions, touch->row, touch->what)
				       : 0;
	uint32_t at = session_of(s, m, touch, interaction);
	err e = at == SESSION_NOWHERE ? begin_session(s, m, touch, &at, why) : OK;

	if (e != OK)
		return e;
	struct session *session = &s->items[at];
	session->last = touch->time;
	session->events++;
	session->flags |= flags_of(m, touch);
	if (session->interaction == 0)
		session->interaction = interaction;
	s->of_interaction[touch->kind][session->interaction] = at;
	s->last_on[touch->kind][session->channel] = at;
	if (session->reason == 0 && m->any_reason)
		session->reason = journey_values_of(m->reasons, touch->row, touch->what);
	if (session->value == 0 && m->by != NULL)
		session->value = journey_values_of(m->by, touch->row, touch->what);
	else if (m->by_reason)
		session->value = session->reason;
	return OK;
}

uint32_t sessions_contact_of(const struct sessions *s, uint32_t interaction)
{
	uint32_t found = interaction == 0 ? SESSION_NOWHERE
					  : s->of_interaction[SESSION_CONTACT][interaction];

	return found < s->count && s->items[found].kind == SESSION_CONTACT &&
			       s->items[found].interaction == interaction
		       ? found
		       : SESSION_NOWHERE;
}

/* ---- contacts of one reason, one after the other, and the episodes that they make */

static void link_contacts(struct sessions *s, const struct metrics_plan *m)
{
	const struct metrics_definition *d = m->question->definition;

	for (uint32_t i = 0; i < s->count; i++) {
		struct session *c = &s->items[i];
		uint32_t reason = d->same_reason ? c->reason : 0;
		uint32_t before = s->last_of_reason[reason];
		c->head = c->tail = i;
		c->chain = 1;
		if (c->kind != SESSION_CONTACT)
			continue;
		s->last_of_reason[reason] = i;
		if (before >= i || s->items[before].kind != SESSION_CONTACT ||
			(d->same_reason && s->items[before].reason != reason))
			continue;
		c->previous = before;
		s->items[before].next = i;
		if (metrics_is_past(s->items[before].first, c->first, d->repeat_ms * TICKS_PER_MS))
			continue;
		c->head = s->items[before].head;
		s->items[c->head].tail = i;
		s->items[c->head].chain++;
	}
}

err sessions_make(struct sessions *s, const struct metrics_plan *m, struct why *why)
{
	err e = OK;

	s->count = 0;
	put_in_order(s, m);
	for (size_t i = 0; e == OK && i < s->touch_count; i++)
		e = join(s, m, &s->touches[i], why);
	s->touch_count = 0;
	if (e == OK)
		link_contacts(s, m);
	return e;
}
