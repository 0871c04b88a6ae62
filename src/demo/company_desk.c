/* demo/company_desk.c - mail, letters, social networks, shops: contacts that nobody queues for */
#include "demo/company_internal.h"

enum { MONDAY = 0, DRAW_SHOP = 3000 };

static struct happening of_need(struct company *c, uint32_t need, enum what what,
	enum channel channel, uint64_t interaction)
{
	struct happening h = { .what = (uint8_t)what,
		.customer = c->needs[need].customer,
		.agent = NOBODY,
		.channel = (uint8_t)channel,
		.interaction = interaction };

	company_colour(c, need, &h);
	return h;
}

static void due_later(struct company *c, uint32_t need, int64_t time_ms, enum due_kind kind,
	uint64_t interaction, uint8_t a, uint8_t friction)
{
	struct due due = { .time_ms = time_ms,
		.interaction = interaction,
		.customer = c->needs[need].customer,
		.issue = need,
		.kind = (uint8_t)kind,
		.a = a,
		.c = friction };

	if (agenda_put(c->agenda, &due))
		company_hold(c, need);
}

/* ---- mail and forms */

/* Friction 4: what comes in on a Monday lies until the middle of the week, against the promise;
 * every third writer calls too, is served, and is answered again by mail. */
static uint8_t may_call_too(struct company *c, uint32_t need, uint64_t interaction, bool monday)
{
	struct need *n = &c->needs[need];
	double natural = VALUE(c, MAIL_CALLS), u = random_unit(&c->random);
	bool calls = u < (monday ? VALUE(c, MAIL_CALLS_MONDAY) : natural);
	struct truth truth = { .kind = TRUTH_FRICTION,
		.time_ms = c->now_ms,
		.interaction = interaction,
		.customer = n->customer,
		.need = n->number,
		.friction = 4,
		.exposed = monday,
		.hit = calls };

	company_witness(c, &truth);
	if (!calls)
		return 0;
	int64_t wait = (18 + (int64_t)random_below(&c->random, 28)) * HOUR_MS;
	company_try(c, need, CHANNEL_PHONE, company_open_time(c, c->now_ms + wait));
	if (!monday || u < natural)
		return 0;
	n->friction = n->friction != 0 ? n->friction : 4;
	n->cause = CAUSE_MAIL_UNANSWERED;
	return 4;
}

void company_mail(struct company *c, uint32_t need)
{
	uint64_t interaction = company_interaction(c);
	bool form = company_hits(c, 0.35);
	bool monday = c->day.weekday == MONDAY && !c->plan->clean;
	int64_t promise = (int64_t)(VALUE(c, MAIL_PROMISE) * (double)HOUR_MS);
	struct happening h =
		of_need(c, need, WHAT_MAIL_CAME, form ? CHANNEL_WEB : CHANNEL_EMAIL, interaction);

	h.email = company_hits(c, 0.2) ? 1 : 0;
	h.due_ms = c->now_ms + promise;
	company_tell(c, &h);
	struct happening told = {
		.due_ms = h.due_ms, .interaction = interaction, .email = h.email
	};
	company_message(
		c, c->needs[need].customer, WHAT_EMAIL_SENT, TEMPLATE_ACKNOWLEDGEMENT, &told);
	uint8_t friction = may_call_too(c, need, interaction, monday);
	double hours =
		monday ? 60 + 45 * random_unit(&c->random) : chance_lognormal(&c->random, 15, 0.6);
	due_later(c, need, company_open_time(c, c->now_ms + (int64_t)(hours * (double)HOUR_MS)),
		DUE_MAIL, interaction, form, friction);
}

/* A contact that an agent answers in writing, alone at his desk. */
static void answer(struct company *c, const struct due *due, enum what what, enum channel channel,
	double work_s)
{
	uint32_t need = due->issue;
	struct need *n = &c->needs[need];
	bool doubled = n->resolved || n->closed;

	uint32_t agent = company_mail_agent(c);
	if (!doubled)
		company_human(c, need, channel, agent);
	bool resolved = company_resolves(c, need, channel, 0);
	struct happening h = of_need(c, need, what, channel, due->interaction);
	h.agent = agent;
	h.talk_ms = (uint32_t)(chance_lognormal(&c->random, work_s, 0.5) * 1000);
	h.wait_ms = c->now_ms - n->opened_ms;
	h.outcome = resolved ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED;
	h.doubled = doubled;
	company_tell(c, &h);
	company_contact(
		c, n, channel, due->interaction, c->now_ms, (enum outcome)h.outcome, due->c, false);
	if (!doubled) {
		if (resolved)
			company_explained(c, need, agent);
		company_after_contact(c, need, resolved);
	}
	company_release(c, need);
}

void company_mail_due(struct company *c, const struct due *due)
{
	answer(c, due, WHAT_MAIL_ANSWERED, CHANNEL_EMAIL, VALUE(c, MAIL_AHT));
}

/* ---- letters, posts */

void company_letter(struct company *c, uint32_t need)
{
	uint64_t interaction = company_interaction(c);
	struct happening h = of_need(c, need, WHAT_LETTER_CAME, CHANNEL_LETTER, interaction);

	h.item = h.reason == REASON_CANCEL || h.reason == REASON_COMPLAINT;
	company_tell(c, &h);
	int64_t wait = (4 + (int64_t)random_below(&c->random, 9)) * DAY_MS;
	due_later(c, need, company_open_time(c, c->now_ms + wait), DUE_LETTER, interaction, 0, 0);
}

void company_letter_due(struct company *c, const struct due *due)
{
	answer(c, due, WHAT_LETTER_ANSWERED, CHANNEL_LETTER, 900);
}

void company_post(struct company *c, uint32_t need)
{
	static const double networks[] = { 0.45, 0.3, 0.1, 0.15 };
	uint64_t interaction = company_interaction(c);
	struct happening h = of_need(c, need, WHAT_POST_CAME, CHANNEL_SOCIAL, interaction);

	h.item = (uint16_t)chance_pick(&c->random, networks, ARRAY_LEN(networks));
	h.sentiment = (int8_t)MIN_OF(h.sentiment, -1); /* nobody posts that all is well */
	company_tell(c, &h);
	int64_t wait = (int64_t)chance_exponential(&c->random, 5 * (double)HOUR_MS);
	due_later(c, need, company_open_time(c, c->now_ms + wait), DUE_POST, interaction,
		(uint8_t)h.item, 0);
}

void company_post_due(struct company *c, const struct due *due)
{
	answer(c, due, WHAT_POST_ANSWERED, CHANNEL_SOCIAL, 240);
}

/* ---- shops: served at once */

void company_shop(struct company *c, uint32_t need)
{
	struct need *n = &c->needs[need];
	uint64_t interaction = company_interaction(c);

	company_human(c, need, CHANNEL_STORE, NOBODY);
	bool resolved = company_resolves(c, need, CHANNEL_STORE, 0);
	struct happening h = of_need(c, need, WHAT_SHOP_VISIT, CHANNEL_STORE, interaction);
	h.item = (uint16_t)(1 + people_draw(n->customer, DRAW_SHOP) % 4);
	h.talk_ms = (uint32_t)(chance_lognormal(&c->random, 780, 0.5) * 1000);
	h.outcome = resolved ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED;
	h.told_reason = n->reason;
	if (n->reason == REASON_CANCEL && resolved)
		h.outcome = n->leaves ? OUTCOME_LEAVING : OUTCOME_RETAINED;
	company_tell(c, &h);
	company_contact(
		c, n, CHANNEL_STORE, interaction, c->now_ms, (enum outcome)h.outcome, 0, false);
	if (resolved)
		company_explained(c, need, NOBODY);
	company_served(c, need, resolved);
}
