/* demo/company_need.c - the life of a need: it arises, tries channels, is met or given up
 *
 *   arises -> session | call | bot | chat | mail | shop | post | letter
 *   human contact -> resolved  -> (sometimes it does not last: tries again) -> closed
 *                 -> not       -> tries again within 30 days, or is given up -> closed
 *
 * A need is freed when it is closed and nothing points to it (`pending`).
 */
#include "demo/company_internal.h"

/* ---- the slab of needs */

static uint32_t take_need(struct company *c)
{
	enum { FIRST = 1024 };
	uint32_t at = c->needs_free;

	if (at != NO_NEED) {
		c->needs_free = c->needs[at].next_free;
		return at;
	}
	if (c->needs_count == c->needs_capacity) {
		c->needs_capacity = MAX_OF(c->needs_capacity * 2, (uint32_t)FIRST);
		c->needs = memory_resize(c->needs, c->needs_capacity * sizeof(*c->needs));
	}
	return c->needs_count++;
}

void company_hold(struct company *c, uint32_t need)
{
	ASSERT(c->needs[need].pending < UINT8_MAX);
	c->needs[need].pending++;
}

void company_release(struct company *c, uint32_t need)
{
	struct need *n = &c->needs[need];

	ASSERT(n->pending > 0);
	if (--n->pending > 0 || !n->closed)
		return;
	n->next_free = c->needs_free;
	c->needs_free = need;
}

uint32_t company_open_need(struct company *c, uint32_t customer, enum reason reason,
	enum cause cause, uint8_t friction)
{
	uint32_t at = take_need(c);

	c->needs[at] = (struct need){ .opened_ms = c->now_ms,
		.customer = customer,
		.number = ++c->need_numbers,
		.reason = (uint8_t)reason,
		.cause = (uint8_t)cause,
		.friction = friction };
	return at;
}

void company_due_of_need(
	struct company *c, int64_t time_ms, enum due_kind kind, uint32_t need, uint8_t a)
{
	struct due due = { .time_ms = time_ms,
		.customer = c->needs[need].customer,
		.issue = need,
		.kind = (uint8_t)kind,
		.a = a };

	if (agenda_put(c->agenda, &due))
		company_hold(c, need);
}

/* ---- arising */

static enum cause draw_cause(struct company *c, enum reason reason, const struct customer *who)
{
	static const struct {
		double weights[4];
		enum cause causes[4];
	} rows[REASON_COUNT_] = {
		[REASON_INTERNET] = { { 1 }, { CAUSE_WIFI } },
		[REASON_BILL] = { { 0.75, 0.25 }, { CAUSE_BILL, CAUSE_PAYMENT } },
		[REASON_ORDER] = { { 1 }, { CAUSE_ORDER_LATE } },
		[REASON_MOBILE] = { { 0.4, 0.3, 0.3 },
			{ CAUSE_SIM, CAUSE_ROAMING, CAUSE_HANDSET } },
		[REASON_OFFER] = { { 0 }, { CAUSE_NONE } },
		[REASON_CANCEL] = { { 1 }, { CAUSE_PRICE } },
		[REASON_ACCESS] = { { 0.8, 0.2 }, { CAUSE_PASSWORD, CAUSE_PERSONAL_DATA } },
		[REASON_COMPLAINT] = { { 1 }, { CAUSE_UNRESOLVED } },
	};
	double channel = VALUE(c, CHANNEL_CALLS) / MAX_OF(VALUE(c, SHARE_OFFER), 0.001);

	if (reason == REASON_OFFER)
		return who->fixed != PRODUCT_NONE && company_hits(c, channel / 0.62)
			       ? CAUSE_CHANNEL_CHANGE
			       : CAUSE_NONE;
	return rows[reason].causes[chance_pick(&c->random, rows[reason].weights, 4)];
}

/* How likely today is a need of each reason, for a customer, against the average. */
static double reason_weight(const struct company *c, const struct customer *who, unsigned reason)
{
	double hazard = c->rates.hazard[reason];

	switch ((enum reason)reason) {
	case REASON_INTERNET:
		return who->fixed == PRODUCT_NONE ? 0 : hazard / c->share_fixed;
	case REASON_MOBILE:
		return who->mobile == PRODUCT_NONE ? 0 : hazard / c->share_mobile;
	case REASON_BILL:
		return who->pays ? hazard / c->share_pays * company_bill_mood(c, who) : 0;
	case REASON_NONE:
	case REASON_ORDER:
	case REASON_OFFER:
	case REASON_CANCEL:
	case REASON_MOVE:
	case REASON_ACCESS:
	case REASON_COMPLAINT:
	case REASON_COUNT_:
		return hazard;
	}
	return hazard;
}

static double weight_most(const struct company *c)
{
	double sum = 0;

	for (unsigned i = 1; i < REASON_COUNT_; i++)
		sum += c->rates.hazard[i];
	sum += c->rates.hazard[REASON_INTERNET] * (1 / c->share_fixed - 1);
	sum += c->rates.hazard[REASON_MOBILE] * (1 / c->share_mobile - 1);
	return sum + c->rates.hazard[REASON_BILL] * (VALUE(c, BILL_PEAK) / c->share_pays - 1);
}

/* School holidays: people are away, and have other things to do. */
static double holiday_factor(const struct company *c, const struct customer *who)
{
	char zone = school_zone(who->departement);

	return c->day.school_holiday[zone == '-' ? 3 : zone - 'A'] ? 0.95 : 1.0;
}

static void may_need(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];
	double weights[REASON_COUNT_] = { 0 }, all = 0;

	if (!who->active || !company_hits(c, company_propensity(who) / PROPENSITY_MOST *
						     holiday_factor(c, who)))
		return;
	for (unsigned i = 1; i < REASON_COUNT_; i++) {
		weights[i] = reason_weight(c, who, i);
		all += weights[i];
	}
	if (!company_hits(c, all / weight_most(c)))
		return;
	enum reason reason = (enum reason)chance_pick(&c->random, weights, REASON_COUNT_);
	company_need_later(
		c, company_need_time(c), customer, reason, draw_cause(c, reason, who), 0);
}

void company_daily_needs(struct company *c)
{
	/* 1.017: what school holidays, a third of the year, take off. */
	company_sample(c, weight_most(c) / 365 * PROPENSITY_MOST * c->day.needs * 1.017, may_need);
}

void company_need_later(struct company *c, int64_t time_ms, uint32_t customer, enum reason reason,
	enum cause cause, uint8_t friction)
{
	struct due due = { .time_ms = time_ms,
		.customer = customer,
		.issue = NO_NEED,
		.kind = DUE_NEED,
		.a = (uint8_t)reason,
		.b = (uint8_t)cause,
		.c = friction };

	(void)agenda_put(c->agenda, &due);
}

void company_need_due(struct company *c, const struct due *due)
{
	const struct customer *who = &c->customers[due->customer];

	if (!who->active && due->c != 7) /* former customers have no other needs */
		return;
	uint32_t need = company_open_need(
		c, due->customer, (enum reason)due->a, (enum cause)due->b, due->c);
	c->needs[need].leaves = due->number == 1;
	company_need_arises(c, need);
}

/* Shares by age of web, bot and shop; the other channels share the rest, so that averages stay. */
static enum channel first_channel(struct company *c, const struct need *n)
{
	const struct customer *who = &c->customers[n->customer];
	const double *first = c->rates.first;
	double web = c->rates.web_by_age[who->age], shop = c->rates.shop_by_age[who->age];
	double by_age =
		first[CHANNEL_WEB] * web + first[CHANNEL_BOT] * web + first[CHANNEL_STORE] * shop;
	double mean = first[CHANNEL_WEB] + first[CHANNEL_BOT] + first[CHANNEL_STORE];
	double others = mean < 1 ? MAX_OF(1 - by_age, 0.0) / (1 - mean) : 1;
	double weights[CHANNEL_COUNT_];

	for (unsigned i = 0; i < CHANNEL_COUNT_; i++)
		weights[i] = first[i] * others;
	weights[CHANNEL_STORE] = first[CHANNEL_STORE] * shop;
	weights[CHANNEL_WEB] = first[CHANNEL_WEB] * web;
	weights[CHANNEL_BOT] = first[CHANNEL_BOT] * web;
	weights[CHANNEL_LETTER] *=
		n->reason == REASON_CANCEL ? COMPANY_CANCEL_LETTERS : c->rates.other_letters;
	if (!who->active) { /* no access to the account any more */
		weights[CHANNEL_BOT] = 0;
		weights[CHANNEL_EMAIL] *= 4;
	}
	return (enum channel)chance_pick(&c->random, weights, CHANNEL_COUNT_);
}

void company_need_arises(struct company *c, uint32_t need)
{
	enum channel channel = first_channel(c, &c->needs[need]);
	bool waits =
		channel == CHANNEL_PHONE || channel == CHANNEL_CHAT || channel == CHANNEL_STORE;

	company_try(c, need, channel, waits ? company_open_time(c, c->now_ms) : c->now_ms);
}

/* ---- trying */

void company_try(struct company *c, uint32_t need, enum channel channel, int64_t time_ms)
{
	company_due_of_need(c, time_ms, DUE_TRY, need, (uint8_t)channel);
	if (c->needs[need].pending == 0) { /* it would lie behind the last day */
		company_hold(c, need);
		c->needs[need].closed = true;
		company_release(c, need);
	}
}

void company_try_due(struct company *c, const struct due *due)
{
	uint32_t need = due->issue;
	struct need *n = &c->needs[need];

	if (n->closed || n->resolved) {
		company_release(c, need);
		return;
	}
	n->channels |= (uint16_t)(1u << due->a);
	switch ((enum channel)due->a) {
	case CHANNEL_WEB:
	case CHANNEL_APP:
		company_service_session(c, need);
		break;
	case CHANNEL_PHONE:
	case CHANNEL_IVR:
		company_call(c, need);
		break;
	case CHANNEL_BOT:
		company_bot(c, need, CHANNEL_NONE, 0);
		break;
	case CHANNEL_CHAT:
		company_chat(c, need, 0, false);
		break;
	case CHANNEL_EMAIL:
		company_mail(c, need);
		break;
	case CHANNEL_STORE:
		company_shop(c, need);
		break;
	case CHANNEL_SOCIAL:
		company_post(c, need);
		break;
	case CHANNEL_LETTER:
		company_letter(c, need);
		break;
	case CHANNEL_NONE:
	case CHANNEL_SMS:
	case CHANNEL_FIELD:
	case CHANNEL_IOT:
	case CHANNEL_BACKOFFICE:
	case CHANNEL_COUNT_:
		ASSERT(false); /* nobody tries these */
	}
	company_release(c, need);
}

/* ---- contacts */

void company_human(struct company *c, uint32_t need, enum channel channel, uint32_t agent)
{
	struct need *n = &c->needs[need];

	n->channels |= (uint16_t)(1u << channel);
	if (n->tries < UINT8_MAX)
		n->tries++;
	bool known = n->case_number != 0;
	if (!known)
		n->case_number = ++c->case_numbers;
	struct happening h = { .what = known ? WHAT_CASE_NOTED : WHAT_CASE_OPENED,
		.customer = n->customer,
		.agent = agent,
		.channel = (uint8_t)channel,
		.queue = (uint8_t)company_queue_of((enum reason)n->reason),
		.told_reason = n->reason };
	company_colour(c, need, &h);
	company_tell(c, &h);
}

static enum channel next_channel(struct company *c)
{
	return (enum channel)chance_pick(&c->random, company_next_channel, CHANNEL_COUNT_);
}

/* 1.75 days is the median of those who come back within a week. */
static int64_t repeat_delay_ms(struct company *c)
{
	enum { WEEK = 7, MONTH = 30 };
	double u = random_unit(&c->random), days;

	if (company_hits(c, c->rates.within_week))
		days = 0.05 + (WEEK - 0.05) * u * u;
	else
		days = WEEK + (MONTH - WEEK) * u * __builtin_sqrt(u);
	return (int64_t)(days * (double)DAY_MS);
}

static void try_again(struct company *c, uint32_t need)
{
	enum channel channel = next_channel(c);
	int64_t at = c->now_ms + repeat_delay_ms(c);
	bool opens =
		channel == CHANNEL_PHONE || channel == CHANNEL_CHAT || channel == CHANNEL_STORE;

	company_try(c, need, channel, opens ? company_open_time(c, at) : at);
}

void company_close_later(struct company *c, uint32_t need, int64_t time_ms)
{
	company_due_of_need(c, time_ms, DUE_CLOSE, need, 0);
	if (c->needs[need].pending == 0) {
		company_hold(c, need);
		c->needs[need].closed = true;
		company_release(c, need);
	}
}

void company_after_contact(struct company *c, uint32_t need, bool resolved)
{
	enum { SILENCE_DAYS = 14 };
	struct need *n = &c->needs[need];

	if (n->resolved || n->closed) /* it was met on another channel meanwhile */
		return;
	n->outcome = resolved ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED;
	double relapses = c->rates.relapses * (n->delighted ? 0.5 : 1);
	if (resolved && !company_hits(c, relapses)) {
		n->resolved = true;
		company_close_later(c, need,
			company_open_time(
				c, c->now_ms + HOUR_MS +
					   (int64_t)random_below(&c->random, 2 * DAY_MS)));
		return;
	}
	if (resolved || company_hits(c, c->rates.comes_back))
		try_again(c, need);
	else
		company_close_later(c, need, c->now_ms + SILENCE_DAYS * DAY_MS);
}

void company_served(struct company *c, uint32_t need, bool resolved)
{
	const struct need *n = &c->needs[need];

	if (!resolved && n->reason == REASON_INTERNET && n->cause == CAUSE_LINE && !n->repair &&
		company_hits(c, c->rates.repair))
		company_repair(c, need);
	else
		company_after_contact(c, need, resolved);
}

bool company_resolves(struct company *c, uint32_t need, enum channel channel, double bonus)
{
	static const double by_channel[CHANNEL_COUNT_] = { [CHANNEL_CHAT] = -0.03,
		[CHANNEL_EMAIL] = -0.05,
		[CHANNEL_LETTER] = -0.05,
		[CHANNEL_SOCIAL] = -0.10 };
	const struct need *n = &c->needs[need];

	return company_hits(c, c->rates.fcr[n->reason] + by_channel[channel] + bonus +
				       c->rates.fcr_by_age[c->customers[n->customer].age]);
}

/* ---- the end */

static void complain(struct company *c, const struct need *n)
{
	static const double complains = 0.15;
	enum { TRIES_LEAST = 2 };

	if (n->tries >= TRIES_LEAST && n->reason != REASON_COMPLAINT && company_hits(c, complains))
		company_need_later(c,
			c->now_ms + (int64_t)(2 + random_below(&c->random, 9)) * DAY_MS,
			n->customer, REASON_COMPLAINT, CAUSE_UNRESOLVED, n->friction);
}

static void leave_after(struct company *c, const struct need *n)
{
	company_due(c, c->now_ms + (int64_t)(1 + random_below(&c->random, 10)) * DAY_MS, DUE_LEAVE,
		n->customer, NO_NEED, n->resolved ? LEAVES_BY_CALL : LEAVES_BY_PORTING);
}

void company_close(struct company *c, const struct due *due)
{
	struct need *n = &c->needs[due->issue];
	struct customer *who = &c->customers[n->customer];

	if (n->closed) {
		company_release(c, due->issue);
		return;
	}
	n->closed = true;
	if (n->case_number != 0) {
		bool goes_on = company_escalates(c, due->issue);
		struct happening h = { .what = WHAT_CASE_CLOSED,
			.customer = n->customer,
			.agent = NOBODY,
			.channel = CHANNEL_BACKOFFICE,
			.outcome = n->resolved ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED,
			.told_reason = n->reason,
			.wait_ms = c->now_ms - n->opened_ms };
		company_colour(c, due->issue, &h);
		if (!goes_on)
			company_tell(c, &h);
		who->outcome = !n->resolved   ? AFTER_UNRESOLVED
			       : n->tries > 1 ? AFTER_REPEATED
					      : AFTER_RESOLVED;
		who->outcome_day = (int16_t)c->day.index;
		company_ask(c, due->issue, goes_on);
	}
	if (!n->resolved)
		complain(c, n);
	if (n->leaves)
		leave_after(c, n);
	company_release(c, due->issue);
}

/* ---- what people feel */

static int mood_of(const struct need *n)
{
	static const int8_t moods[CAUSE_COUNT_] = { [CAUSE_OUTAGE] = -1,
		[CAUSE_LINE] = -1,
		[CAUSE_PROMOTION_END] = -1,
		[CAUSE_CONNECTION_FAILED] = -2,
		[CAUSE_CHANNEL_CHANGE_FAILED] = -1,
		[CAUSE_MAIL_UNANSWERED] = -2,
		[CAUSE_BOT_LOOP] = -2,
		[CAUSE_DUNNED] = -2,
		[CAUSE_CANVASSED] = -2,
		[CAUSE_SERVICE] = -2,
		[CAUSE_UNRESOLVED] = -2,
		[CAUSE_ESCALATED] = -2,
		[CAUSE_ABROAD] = 1 };

	return moods[n->cause] - (n->tries > 1) - (n->tries > 2);
}

static unsigned urgency_of(const struct need *n)
{
	static const uint8_t urgencies[CAUSE_COUNT_] = { [CAUSE_OUTAGE] = 3,
		[CAUSE_LINE] = 3,
		[CAUSE_WIFI] = 1,
		[CAUSE_PAYMENT] = 2,
		[CAUSE_CONNECTION_FAILED] = 2,
		[CAUSE_ROAMING] = 2,
		[CAUSE_SIM] = 2,
		[CAUSE_DUNNED] = 2,
		[CAUSE_ORDER_LATE] = 1 };

	return MIN_OF(urgencies[n->cause] + (n->tries > 2 ? 1u : 0u), 3u);
}

void company_colour(struct company *c, uint32_t need, struct happening *h)
{
	const struct need *n = &c->needs[need];
	int mood = mood_of(n);

	/* The same situation makes one in four angrier and one in four calmer. */
	uint64_t draw = people_draw(n->number, n->tries) % 4;
	mood += draw == 0 ? -1 : draw == 1 ? 1 : 0;
	h->reason = n->reason;
	h->cause = n->cause;
	h->tries = n->tries;
	h->case_number = n->case_number;
	if (n->reason == REASON_BILL)
		h->disputed_cents = c->customers[n->customer].billed_cents;
	h->order_number = n->order_number;
	h->sentiment = (int8_t)MIN_OF(MAX_OF(mood, -2), 2);
	h->urgency = (uint8_t)urgency_of(n);
	h->asked = n->tries > 1 && people_draw(n->number, 100u + n->tries) % 10 < 7;
}
