/* journey/metrics_count.c - what there is to count of a customer's visits and contacts, and of a
 * journey.  docs/metrics.md has each rule in words. */
#include "journey/metrics_internal.h"

#include <stdlib.h>

struct counting {
	struct tally *t;
	const struct metrics_plan *m;
	const struct sessions *s;
	uint32_t customer;
	struct why *why;
	err failed; /* the first failure; nothing is counted behind it */
};

static bool has_elapsed(const struct counting *k, int64_t from, int64_t span_ms)
{
	return metrics_has_elapsed(k->m, from, span_ms);
}

/* One occurrence, counted where the session began. */
static void count(struct counting *k, enum metric metric, const struct session *at, bool is_pending,
	int64_t amount)
{
	if (!tally_wants(k->t, metric))
		return;
	const struct occurrence o = { .metric = metric,
		.customer = k->customer,
		.channel = k->m->channel_name[at->channel],
		.time = at->first,
		.value = at->value,
		.is_pending = is_pending,
		.amount = amount };

	if (k->failed == OK)
		k->failed = tally_count(k->t, &o, k->why);
}

/* ---- contacts */

static void count_repeats(struct counting *k, const struct session *c)
{
	const struct metrics_definition *d = k->m->question->definition;
	const struct session *before =
		c->previous == SESSION_NOWHERE ? NULL : &k->s->items[c->previous];
	bool repeats = before != NULL && metrics_is_within(before->first, c->first, d->repeat_ms);

	count(k, METRIC_REPEAT_CONTACTS, c, false, repeats);
	if (repeats)
		count(k, METRIC_REPEAT_DELAY, c, false, c->first - before->first);
}

static void count_resolution(struct counting *k, const struct session *c)
{
	const struct metrics_definition *d = k->m->question->definition;
	bool is_resolved =
		c->next == SESSION_NOWHERE ||
		!metrics_is_within(c->first, k->s->items[c->next].first, d->resolution_ms);
	bool is_pending = !has_elapsed(k, c->first, d->resolution_ms);

	if (c->flags & SESSION_ABANDON)
		return;
	count(k, METRIC_FIRST_CONTACT_RESOLUTION, c, is_pending, is_resolved);
	if ((c->flags & SESSION_UNSOLVABLE) == 0)
		count(k, METRIC_FIRST_CONTACT_RESOLUTION_NET, c, is_pending, is_resolved);
}

static void count_episode(struct counting *k, const struct session *head)
{
	const struct session *tail = &k->s->items[head->tail];
	bool is_pending = !has_elapsed(k, tail->first, k->m->question->definition->repeat_ms);

	count(k, METRIC_MULTI_CONTACT_EPISODES, head, is_pending, head->chain >= 2);
	count(k, METRIC_CONTACTS_PER_EPISODE, head, is_pending, head->chain);
	if (head->chain >= 2 || head->events >= 2 || is_pending)
		count(k, METRIC_EPISODE_DURATION, head, is_pending, tail->last - head->first);
}

static void count_contact(struct counting *k, uint32_t i)
{
	const struct session *c = &k->s->items[i];
	bool is_open = !has_elapsed(k, c->last, k->m->question->definition->gap_ms);

	count_repeats(k, c);
	count_resolution(k, c);
	if (c->head == i)
		count_episode(k, c);
	count(k, METRIC_TRANSFERS, c, false, (c->flags & SESSION_TRANSFER) != 0);
	count(k, METRIC_ESCALATIONS, c, false, (c->flags & SESSION_ESCALATION) != 0);
	count(k, METRIC_ABANDONMENT, c, false, (c->flags & SESSION_ABANDON) != 0);
	if (c->events >= 2 || is_open) /* one moment says nothing of how long it took */
		count(k, METRIC_CONTACT_DURATION, c, is_open, c->last - c->first);
}

/* ---- visits */

/* The first contact of these channels (NULL: any) from `at` on that begins at `from` or later. */
static uint32_t next_contact(
	const struct counting *k, uint32_t at, int64_t from, const uint8_t *channels)
{
	while (at < k->s->count &&
		(k->s->items[at].kind != SESSION_CONTACT || k->s->items[at].first < from ||
			(channels != NULL && !channels[k->s->items[at].channel])))
		at++;
	return at;
}

static void count_leakage(struct counting *k, const struct session *visit, uint32_t contact)
{
	const struct metrics_definition *d = k->m->question->definition;
	bool is_pending = !has_elapsed(k, visit->last, d->leakage_ms), leaks = false;
	int64_t delay = 0;

	if (contact < k->s->count) {
		int64_t to = k->s->items[contact].first;
		leaks = metrics_is_within(visit->last, to, d->leakage_ms);
		delay = to > visit->last ? to - visit->last : 0;
	}
	count(k, METRIC_LEAKAGE, visit, is_pending, leaks);
	if (leaks && !is_pending)
		count(k, METRIC_LEAKAGE_DELAY, visit, false, delay);
}

static void count_containment(struct counting *k, const struct session *visit, uint32_t contact)
{
	const struct metrics_definition *d = k->m->question->definition;
	bool has_next = contact < k->s->count;
	int64_t next = has_next ? k->s->items[contact].first : 0;
	bool is_handed_over = (visit->flags & SESSION_ESCALATION) != 0 ||
			      sessions_contact_of(k->s, visit->interaction) != SESSION_NOWHERE ||
			      (has_next && next <= visit->last);

	count(k, METRIC_CONTAINMENT, visit, !has_elapsed(k, visit->last, d->gap_ms),
		!is_handed_over);
	count(k, METRIC_EFFECTIVE_CONTAINMENT, visit,
		!has_elapsed(k, visit->last, d->containment_ms),
		!is_handed_over &&
			!(has_next && metrics_is_within(visit->last, next, d->containment_ms)));
}

static void count_all(struct counting *k)
{
	const struct metrics_definition *d = k->m->question->definition;
	uint32_t contact = 0, leak = 0;

	for (uint32_t i = 0; i < k->s->count; i++) {
		const struct session *session = &k->s->items[i];
		const struct session *before = i > 0 ? session - 1 : NULL;
		if (before != NULL &&
			metrics_is_within(before->first, session->first, d->switch_ms))
			count(k, METRIC_CHANNEL_SWITCHES, session, false,
				session->channel != before->channel);
		if (session->kind == SESSION_CONTACT) {
			count_contact(k, i);
			continue;
		}
		contact = next_contact(k, contact, session->first, NULL);
		count_containment(k, session, contact);
		if (!k->m->leaks_from[session->channel])
			continue;
		leak = next_contact(k, leak, session->first, k->m->leaks_to);
		count_leakage(k, session, leak);
	}
}

/* ---- customers: once in each cell that they have a visit or contact in */

struct presence {
	uint32_t cell, channel;
	bool is_contact;
};

static int by_cell(const void *a, const void *b)
{
	const struct presence *x = a, *y = b;

	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return (x->channel > y->channel) - (x->channel < y->channel);
}

static void note(struct counting *k, uint32_t cell, enum metric metric, int64_t amount)
{
	const struct occurrence o = { .metric = metric,
		.customer = k->customer,
		.channel = IDENTITY_NO_CODE,
		.time = k->s->items[0].first,
		.amount = amount };

	if (k->failed == OK && tally_wants(k->t, metric))
		k->failed = tally_note(k->t, cell, &o, k->why);
}

static void note_cell(struct counting *k, const struct presence *of, size_t count)
{
	int64_t channels = 0, contacts = 0;

	for (size_t i = 0; i < count; i++) {
		channels += i == 0 || of[i].channel != of[i - 1].channel;
		contacts += of[i].is_contact;
	}
	note(k, of[0].cell, METRIC_CHANNELS_PER_CUSTOMER, channels);
	note(k, of[0].cell, METRIC_MULTICHANNEL_CUSTOMERS, channels >= 2);
	note(k, of[0].cell, METRIC_CONTACTS_PER_CUSTOMER, contacts);
}

static void count_customer(struct counting *k)
{
	bool is_broken_down = tally_is_broken_down(k->t);
	size_t all = k->s->count, count = is_broken_down ? 2 * all : all;
	struct presence *of = memory_alloc((count + 1) * sizeof(*of));

	for (size_t i = 0; k->failed == OK && i < count; i++) {
		const struct session *s = &k->s->items[i % all];
		of[i] = (struct presence){ CELL_TOTAL, s->channel, s->kind == SESSION_CONTACT };
		if (i >= all)
			k->failed = tally_cell_at(k->t, s->first, s->value, &of[i].cell, k->why);
	}
	qsort(of, count, sizeof(*of), by_cell);
	for (size_t i = 0, end; k->failed == OK && i < count; i = end) {
		end = i + 1;
		while (end < count && of[end].cell == of[i].cell)
			end++;
		note_cell(k, of + i, end - i);
	}
	free(of);
}

err metrics_count_sessions(
	struct tally *t, const struct sessions *s, uint32_t customer, struct why *why)
{
	struct counting k = { .t = t, .m = t->m, .s = s, .customer = customer, .why = why };

	if (s->count == 0)
		return OK;
	count_all(&k);
	if (tally_wants(t, METRIC_CHANNELS_PER_CUSTOMER) ||
		tally_wants(t, METRIC_MULTICHANNEL_CUSTOMERS) ||
		tally_wants(t, METRIC_CONTACTS_PER_CUSTOMER))
		count_customer(&k);
	return k.failed;
}

/* ---- journeys */

static uint32_t value_of(const struct metrics_plan *m, const struct journey *j)
{
	const struct journey_values *values = m->by_reason ? m->reasons : m->by;
	uint32_t value = 0;

	for (size_t i = 0; values != NULL && value == 0 && i < j->count; i++) {
		uint32_t what = j->what != NULL ? j->what[i]
						: threads_view_row(m->plan->view, j->row[i]).what;
		value = journey_values_of(values, j->row[i], what);
	}
	return value;
}

static int64_t price_of(const int64_t *prices, const struct journey *j)
{
	int64_t sum = 0;

	for (size_t i = 0; i < j->count; i++)
		sum += prices[j->step[i]];
	return sum;
}

err metrics_count_journey(struct tally *t, const struct journey *j, struct why *why)
{
	const struct metrics_plan *m = t->m;
	bool has_ends = journey_plan_has_ends(m->plan), is_open = j->outcome == JOURNEY_OPEN;
	const struct {
		enum metric metric;
		bool applies, is_pending;
		int64_t amount;
	} rows[] = {
		{ METRIC_JOURNEY_SUCCESS, has_ends, is_open, j->outcome == JOURNEY_SUCCESS },
		{ METRIC_JOURNEY_FAILURE, has_ends, is_open, j->outcome == JOURNEY_FAILURE },
		{ METRIC_COST_PER_JOURNEY, m->has_cost, false, 0 },
		{ METRIC_VALUE_PER_JOURNEY, m->has_value, false, 0 },
		{ METRIC_JOURNEY_DURATION, j->count >= 2 || is_open, is_open,
			j->time[j->count - 1] - j->time[0] },
	};
	struct occurrence o = {
		.customer = j->customer, .channel = IDENTITY_NO_CODE, .time = j->time[0]
	};
	bool has_value = false;
	err e = OK;

	for (size_t i = 0; e == OK && i < ARRAY_LEN(rows); i++) {
		if (!rows[i].applies || !tally_wants(t, rows[i].metric))
			continue;
		if (!has_value)
			o.value = value_of(m, j);
		has_value = true;
		o.metric = rows[i].metric;
		o.is_pending = rows[i].is_pending;
		o.amount = rows[i].metric == METRIC_COST_PER_JOURNEY    ? price_of(m->cost, j)
			   : rows[i].metric == METRIC_VALUE_PER_JOURNEY ? price_of(m->value, j)
									: rows[i].amount;
		e = tally_count(t, &o, why);
	}
	return e;
}
