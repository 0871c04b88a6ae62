/* demo/company_survey.c - satisfaction, surveys about a contact and about the relation, reviews
 *
 * Everybody whose case is closed has an opinion, which the witness hears; few are asked, and fewer
 * answer, the pleased rather than the others.
 */
#include "demo/company_internal.h"

enum {
	REST_DAYS = 60, /* between two surveys of one customer */
	PROMOTER_FROM = 9,
	EASY_FROM = 5,
	STAYS = 128, /* in due.c, beside the effort */
	NOT_ASKED = 255,
};

struct opinion {
	int nps, csat, ces;
	bool stays;
};

/* 0 to 10, so that promoters less detractors are `net` points of 100 on average. */
static int draw_nps(struct company *c, double net)
{
	static const double passives = 0.28;
	static const uint8_t detractors[] = { 6, 6, 5, 5, 4, 3, 2, 1, 0, 0 };
	double promoters =
		MIN_OF(MAX_OF((1 - passives + net / 100) / 2, 0.01), 1 - passives - 0.01);
	double u = random_unit(&c->random);

	if (u < promoters)
		return PROMOTER_FROM + (company_hits(c, 0.45) ? 1 : 0);
	if (u < promoters + passives)
		return company_hits(c, 0.6) ? 8 : 7;
	return detractors[random_below(&c->random, ARRAY_LEN(detractors))];
}

static unsigned channels_of(const struct need *n)
{
	return (unsigned)__builtin_popcount(n->channels);
}

static struct opinion opinion_of(struct company *c, const struct need *n)
{
	const struct customer *who = &c->customers[n->customer];
	unsigned channels = channels_of(n);
	double net = !n->resolved   ? VALUE(c, NPS_UNRESOLVED)
		     : n->tries > 1 ? VALUE(c, NPS_REPEATED)
				    : VALUE(c, NPS_FIRST);
	double easy = channels <= 1   ? VALUE(c, CES_ONE)
		      : channels == 2 ? VALUE(c, CES_TWO)
				      : VALUE(c, CES_THREE);
	double csat = VALUE(c, CSAT_FIRST) - VALUE(c, CSAT_PER_CALL) * (MAX_OF(n->tries, 1) - 1) +
		      12 * chance_normal(&c->random);
	double one = VALUE(c, STAYS_ONE), three = VALUE(c, STAYS_THREE);

	net += n->delighted ? VALUE(c, DELIGHT) : 0;
	net += who->satisfied && !c->plan->clean ? VALUE(c, YOUNG_NPS) : 0;
	return (struct opinion){ .nps = draw_nps(c, net),
		.csat = (int)MIN_OF(MAX_OF(csat, 0.0), 100.0),
		.ces = company_hits(c, easy) ? EASY_FROM + (int)random_below(&c->random, 3)
					     : 1 + (int)random_below(&c->random, 4),
		.stays = company_hits(c, channels <= 1   ? one
					 : channels == 2 ? (one + three) / 2
							 : three) };
}

static bool answers(struct company *c, int nps)
{
	static const double pleased_share = 0.5;
	double times = VALUE(c, PLEASED_ANSWER);
	double others = VALUE(c, RESPONSE) / (1 + (times - 1) * pleased_share);

	return company_hits(c, nps >= PROMOTER_FROM ? others * times : others);
}

static void witness_opinion(struct company *c, uint32_t customer, const struct need *n,
	const struct opinion *o, bool answered)
{
	struct truth truth = { .kind = TRUTH_SATISFACTION,
		.time_ms = c->now_ms,
		.customer = customer,
		.age = c->customers[customer].age,
		.satisfied = c->customers[customer].satisfied,
		.relational = n == NULL,
		.answered = answered,
		.nps = (int8_t)o->nps,
		.csat = (int8_t)o->csat,
		.ces = (int8_t)o->ces,
		.stays = o->stays };

	if (n != NULL) {
		truth.need = n->number;
		truth.reason = n->reason;
		truth.cause = n->cause;
		truth.tries = n->tries;
		truth.outcome = n->resolved ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED;
		truth.delighted = n->delighted;
		truth.channel = (uint8_t)MIN_OF(channels_of(n), 255u); /* how many */
	}
	company_witness(c, &truth);
}

static void send(struct company *c, uint32_t customer, uint32_t need, const struct opinion *o,
	bool answered, int64_t time_ms)
{
	struct due due = { .time_ms = time_ms,
		.interaction = answered ? company_interaction(c) : 0,
		.customer = customer,
		.issue = need,
		.number = answered,
		.kind = DUE_SURVEY,
		.a = (uint8_t)o->nps,
		.b = (uint8_t)o->csat,
		.c = (uint8_t)(o->ces | (o->stays ? STAYS : 0)) };

	if (agenda_put(c->agenda, &due) && need != NO_NEED)
		company_hold(c, need);
	c->customers[customer].survey_day = (int16_t)c->day.index;
}

static bool may_ask(const struct company *c, const struct customer *who)
{
	return who->active &&
	       (who->survey_day == NO_DAY || (int64_t)c->day.index - who->survey_day >= REST_DAYS);
}

void company_ask(struct company *c, uint32_t need, bool goes_on)
{
	static const double posts_if_bad = 0.03, posts_if_good = 0.006;
	const struct need *n = &c->needs[need];
	uint32_t customer = n->customer;
	struct opinion o = opinion_of(c, n);
	bool asked = !goes_on && may_ask(c, &c->customers[customer]),
	     answered = asked && answers(c, o.nps);

	witness_opinion(c, customer, n, &o, answered);
	if (asked)
		send(c, customer, need, &o, answered,
			company_open_time(c, c->now_ms + 20 * HOUR_MS));
	bool bad = !n->resolved && n->tries > 1, good = o.nps >= PROMOTER_FROM;
	if (company_hits(c, bad ? posts_if_bad : good ? posts_if_good : 0))
		company_due_of_need(c,
			c->now_ms + (int64_t)(random_unit(&c->random) * 3 * (double)DAY_MS),
			DUE_REVIEW, need, bad ? 1 : 5);
}

static void ask_relation(struct company *c, uint32_t customer)
{
	struct customer *who = &c->customers[customer];
	double after[] = { [AFTER_NOTHING] = 4,
		[AFTER_RESOLVED] = 8,
		[AFTER_REPEATED] = -8,
		[AFTER_UNRESOLVED] = -35 };

	if (!may_ask(c, who))
		return;
	double net = VALUE(c, NPS_RELATIONAL) + after[who->outcome] +
		     (who->satisfied && !c->plan->clean ? VALUE(c, YOUNG_NPS) : 0);
	struct opinion o = { .nps = draw_nps(c, net), .csat = NOT_ASKED, .ces = 0 };
	o.stays = o.nps > 5;
	bool answered = answers(c, o.nps);
	witness_opinion(c, customer, NULL, &o, answered);
	send(c, customer, NO_NEED, &o, answered, company_time_of(c, 11 * HOUR_MS));
}

void company_daily_surveys(struct company *c)
{
	if (c->day.open)
		company_sample(c, VALUE(c, RELATIONAL_SURVEYS) / 302, ask_relation);
}

void company_survey_due(struct company *c, const struct due *due)
{
	struct happening h = { .what = WHAT_SURVEY_SENT,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = due->customer % 3 == 0 ? CHANNEL_EMAIL : CHANNEL_SMS,
		.template = TEMPLATE_SURVEY,
		.interaction = due->interaction };

	if (due->issue != NO_NEED)
		company_colour(c, due->issue, &h);
	company_tell(c, &h);
	struct due answer = *due;
	answer.kind = DUE_ANSWER;
	answer.time_ms =
		c->now_ms + (int64_t)(chance_lognormal(&c->random, 5, 1.2) * (double)HOUR_MS);
	if (due->number == 1 && agenda_put(c->agenda, &answer))
		return; /* it still holds the need */
	if (due->issue != NO_NEED)
		company_release(c, due->issue);
}

void company_answer_due(struct company *c, const struct due *due)
{
	bool relational = due->issue == NO_NEED;
	struct happening h = { .what = WHAT_SURVEY_ANSWERED,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = due->customer % 3 == 0 ? CHANNEL_EMAIL : CHANNEL_SMS,
		.interaction = due->interaction,
		.nps = (int8_t)due->a,
		.csat = relational ? NO_SCORE : (int8_t)due->b,
		.ces = relational ? NO_SCORE : (int8_t)(due->c % STAYS),
		.stays = (due->c & STAYS) != 0 };

	if (!relational)
		company_colour(c, due->issue, &h);
	h.sentiment = due->a >= PROMOTER_FROM ? (due->a == 10 ? 2 : 1)
		      : due->a >= 7           ? 0
		      : due->a >= 4           ? -1
					      : -2;
	company_tell(c, &h);
	if (!relational)
		company_release(c, due->issue);
}

void company_review_due(struct company *c, const struct due *due)
{
	struct happening h = { .what = WHAT_REVIEW_POSTED,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = CHANNEL_SOCIAL,
		.interaction = company_interaction(c),
		.item = due->a };

	company_colour(c, due->issue, &h);
	h.sentiment = due->a == 1 ? -2 : 2;
	company_tell(c, &h);
	company_release(c, due->issue);
}
