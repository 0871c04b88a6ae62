/* demo/company_web.c - sessions on the web site and in the application, page by page
 *
 * A session follows a script.  Idle sessions read the portal or look at offers; routine ones look
 * after the contract; the others are about a need, and what they leave unsolved goes on elsewhere.
 */
#include "demo/company_internal.h"

enum { PAGES_MOST = 7 };

enum script {
	SCRIPT_PORTAL,
	SCRIPT_WEBMAIL,
	SCRIPT_OFFERS,
	SCRIPT_ELIGIBILITY,
	SCRIPT_COMMUNITY,
	SCRIPT_BILL,
	SCRIPT_PAY,
	SCRIPT_USAGE,
	SCRIPT_PROFILE,
	SCRIPT_TV,
	SCRIPT_ORDER,
	SCRIPT_NEED, /* + reason */
	SCRIPT_COUNT_ = SCRIPT_NEED + REASON_COUNT_,
};

/* Each ends at the first 0, or earlier where its visitor stops. */
static const uint8_t scripts[SCRIPT_COUNT_][PAGES_MOST + 1] = {
	[SCRIPT_PORTAL] = { PAGE_HOME, PAGE_NEWS, PAGE_NEWS, PAGE_NEWS },
	[SCRIPT_WEBMAIL] = { PAGE_HOME, PAGE_WEBMAIL, PAGE_WEBMAIL },
	[SCRIPT_OFFERS] = { PAGE_HOME, PAGE_OFFERS, PAGE_OFFER, PAGE_OFFER, PAGE_HANDSETS },
	[SCRIPT_ELIGIBILITY] = { PAGE_OFFERS, PAGE_ELIGIBILITY, PAGE_OFFER },
	[SCRIPT_COMMUNITY] = { PAGE_COMMUNITY, PAGE_ARTICLE, PAGE_COMMUNITY },
	[SCRIPT_BILL] = { PAGE_LOGIN, PAGE_ACCOUNT, PAGE_BILLS, PAGE_BILL },
	[SCRIPT_PAY] = { PAGE_LOGIN, PAGE_ACCOUNT, PAGE_BILLS, PAGE_PAYMENT },
	[SCRIPT_USAGE] = { PAGE_LOGIN, PAGE_ACCOUNT, PAGE_USAGE },
	[SCRIPT_PROFILE] = { PAGE_LOGIN, PAGE_ACCOUNT, PAGE_PROFILE },
	[SCRIPT_TV] = { PAGE_LOGIN, PAGE_ACCOUNT, PAGE_TV_CHANNELS, PAGE_TV_OPTIONS,
		PAGE_TV_CONFIRM },
	[SCRIPT_ORDER] = { PAGE_OFFERS, PAGE_OFFER, PAGE_BASKET, PAGE_CHECKOUT, PAGE_ORDERED },
	[SCRIPT_NEED + REASON_INTERNET] = { PAGE_HOME, PAGE_HELP, PAGE_DIAGNOSIS, PAGE_OUTAGES,
		PAGE_ARTICLE, PAGE_CONTACT },
	[SCRIPT_NEED + REASON_BILL] = { PAGE_LOGIN, PAGE_ACCOUNT, PAGE_BILLS, PAGE_BILL, PAGE_HELP,
		PAGE_CONTACT },
	[SCRIPT_NEED + REASON_ORDER] = { PAGE_LOGIN, PAGE_TRACKING, PAGE_APPOINTMENT, PAGE_HELP,
		PAGE_CONTACT },
	[SCRIPT_NEED + REASON_MOBILE] = { PAGE_LOGIN, PAGE_ACCOUNT, PAGE_HELP, PAGE_ARTICLE,
		PAGE_CONTACT },
	[SCRIPT_NEED +
		REASON_OFFER] = { PAGE_LOGIN, PAGE_OFFERS, PAGE_OFFER, PAGE_HELP, PAGE_CONTACT },
	[SCRIPT_NEED + REASON_CANCEL] = { PAGE_HELP, PAGE_ARTICLE, PAGE_CANCEL, PAGE_CONTACT },
	[SCRIPT_NEED + REASON_MOVE] = { PAGE_HELP, PAGE_MOVE, PAGE_ELIGIBILITY, PAGE_CONTACT },
	[SCRIPT_NEED + REASON_ACCESS] = { PAGE_LOGIN, PAGE_PROFILE, PAGE_HELP, PAGE_ARTICLE,
		PAGE_CONTACT },
	[SCRIPT_NEED + REASON_COMPLAINT] = { PAGE_HELP, PAGE_CONTACT, PAGE_SHOPS },
};

enum { DEVICE_BITS = 3, IN_APP = 8, LOGGED_IN = 16, TRIED_TWICE = 32 };

/* due: issue = need or NO_NEED, a = script, b = page, c = device and the flags above, number =
 * product of an order. */
static void begin(struct company *c, int64_t time_ms, uint32_t customer, uint32_t need,
	unsigned script, uint16_t number)
{
	const struct customer *who = &c->customers[customer];
	bool app = who->has_app && who->active && company_hits(c, 0.55);
	uint8_t device = app ? 0 : (uint8_t)random_below(&c->random, who->devices);
	struct due due = { .time_ms = time_ms,
		.interaction = company_interaction(c),
		.customer = customer,
		.issue = need,
		.number = number,
		.kind = DUE_STEP,
		.a = (uint8_t)script,
		.c = (uint8_t)(device | (app ? IN_APP | LOGGED_IN : 0)) };

	if (scripts[script][0] == PAGE_LOGIN && app)
		due.b = 1; /* the application remembers who he is */
	if (agenda_put(c->agenda, &due) && need != NO_NEED)
		company_hold(c, need);
}

static void may_browse(struct company *c, uint32_t customer)
{
	static const double weights[] = { 0.40, 0.22, 0.22, 0.06, 0.10 };
	const struct customer *who = &c->customers[customer];

	if (who->active && company_hits(c, (1 + company_propensity(who)) / (1 + PROPENSITY_MOST)))
		begin(c, company_browse_time(c), customer, NO_NEED,
			SCRIPT_PORTAL + chance_pick(&c->random, weights, ARRAY_LEN(weights)), 0);
}

static void may_look_after(struct company *c, uint32_t customer)
{
	static const double weights[] = { 0.42, 0.08, 0.38, 0.12 };
	const struct customer *who = &c->customers[customer];

	if (who->active && company_hits(c, (1 + company_propensity(who)) / (1 + PROPENSITY_MOST)))
		begin(c, company_browse_time(c), customer, NO_NEED,
			SCRIPT_BILL + chance_pick(&c->random, weights, ARRAY_LEN(weights)), 0);
}

static void may_change_channel(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];

	if (who->active && who->fixed != PRODUCT_NONE)
		begin(c, company_browse_time(c), customer, NO_NEED, SCRIPT_TV, 0);
}

void company_daily_sessions(struct company *c)
{
	/* Propensity counts half: mean of (1 + p) / (1 + most) is 2 / (1 + most). */
	double most = (1 + PROPENSITY_MOST) / 2, day = c->day.sessions / 365;

	company_sample(c, c->rates.idle_sessions * most * day, may_browse);
	company_sample(c, c->rates.routine_sessions * most * day, may_look_after);
	company_sample(c, VALUE(c, CHANNEL_CHANGES) / c->share_fixed * day, may_change_channel);
}

void company_service_session(struct company *c, uint32_t need)
{
	const struct need *n = &c->needs[need];

	begin(c, c->now_ms, n->customer, need, SCRIPT_NEED + n->reason, 0);
}

void company_order_session(struct company *c, uint32_t customer, enum product product)
{
	begin(c, c->now_ms, customer, NO_NEED, SCRIPT_ORDER, (uint16_t)product);
}

/* ---- friction 1: the confirmation of a channel change */

static bool confirmation_fails(struct company *c, const struct due *due, uint8_t *friction)
{
	const struct customer *who = &c->customers[due->customer];
	bool planted = who->android_7_4 && (due->c % (1 << DEVICE_BITS)) == 0 && !c->plan->clean;
	double natural = VALUE(c, CONFIRMATION_FAILS), u = random_unit(&c->random);
	bool fails = u < (planted ? VALUE(c, CONFIRMATION_FAILS_7_4) : natural);
	struct truth truth = { .kind = TRUTH_FRICTION,
		.time_ms = c->now_ms,
		.interaction = due->interaction,
		.customer = due->customer,
		.friction = 1,
		.channel = due->c & IN_APP ? CHANNEL_APP : CHANNEL_WEB,
		.exposed = planted,
		.hit = fails };

	*friction = planted && fails && u >= natural ? 1 : 0;
	company_witness(c, &truth);
	return fails;
}

static void give_up_change(struct company *c, const struct due *due, uint8_t friction)
{
	static const double calls = 0.45;
	const struct customer *who = &c->customers[due->customer];

	if (!company_hits(c, calls) || !who->active)
		return;
	uint32_t need = company_open_need(
		c, due->customer, REASON_OFFER, CAUSE_CHANNEL_CHANGE_FAILED, friction);
	int64_t soon = (int64_t)chance_exponential(&c->random, 30 * (double)MINUTE_MS);
	company_try(c, need, CHANNEL_PHONE, company_open_time(c, c->now_ms + soon));
}

static void tell_change(struct company *c, const struct due *due)
{
	struct happening h = { .what = WHAT_OFFER_CHANGED,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = due->c & IN_APP ? CHANNEL_APP : CHANNEL_WEB,
		.interaction = due->interaction,
		.product = PRODUCT_TV_CHANNEL,
		.item = (uint16_t)(1 + random_below(&c->random, 40)),
		.amount_cents = 999 };

	company_tell(c, &h);
}

/* ---- after a session about a need */

static void call_soon(struct company *c, uint32_t need)
{
	double u = random_unit(&c->random);
	int64_t wait = u < 0.65 ? (int64_t)chance_exponential(&c->random, 25 * (double)MINUTE_MS)
				: (int64_t)(random_unit(&c->random) * 18 * (double)HOUR_MS);

	company_try(c, need, CHANNEL_PHONE, company_open_time(c, c->now_ms + wait));
}

/* How the session about a need ended: served there, or not. */
static enum outcome after_session(struct company *c, const struct due *due)
{
	const struct after_session *s = &company_after_session;
	const double ways[] = { s->call, s->bot, s->chat, s->mail, s->shop, s->again,
		c->rates.self_served,
		MAX_OF(1 - s->call - s->bot - s->chat - s->mail - s->shop - s->again -
				c->rates.self_served,
			0.0) };
	uint32_t need = due->issue;

	switch (chance_pick(&c->random, ways, ARRAY_LEN(ways))) {
	case 0:
		call_soon(c, need);
		break;
	case 1:
		company_bot(c, need, due->c & IN_APP ? CHANNEL_APP : CHANNEL_WEB,
			due->c % (1 << DEVICE_BITS));
		break;
	case 2:
		company_try(c, need, CHANNEL_CHAT, company_open_time(c, c->now_ms));
		break;
	case 3:
		company_try(c, need, CHANNEL_EMAIL, c->now_ms + 4 * MINUTE_MS);
		break;
	case 4:
		company_try(c, need, CHANNEL_STORE, company_open_time(c, c->now_ms + 20 * HOUR_MS));
		break;
	case 5:
		company_try(c, need, CHANNEL_WEB,
			c->now_ms + (int64_t)(random_unit(&c->random) * 3 * (double)DAY_MS));
		break;
	case 6:
		c->needs[need].resolved = true;
		company_close_later(c, need, c->now_ms + HOUR_MS);
		return OUTCOME_RESOLVED;
	default:
		company_close_later(c, need, c->now_ms + 3 * DAY_MS);
	}
	return OUTCOME_DONE;
}

/* ---- one page */

static enum outcome outcome_of(
	struct company *c, const struct due *due, enum page page, uint8_t *friction)
{
	bool fails = false;

	switch ((int)page) {
	case PAGE_LOGIN:
		fails = company_hits(c, due->a == SCRIPT_NEED + REASON_ACCESS ? 0.7 : 0.05);
		break;
	case PAGE_PAYMENT:
		fails = company_hits(c, 0.04);
		break;
	case PAGE_DIAGNOSIS:
		fails = due->issue != NO_NEED && c->needs[due->issue].cause != CAUSE_WIFI;
		break;
	case PAGE_TV_CONFIRM:
		fails = confirmation_fails(c, due, friction);
		break;
	default:
		break;
	}
	return fails ? OUTCOME_FAILED : OUTCOME_DONE;
}

static uint16_t item_of(const struct due *due, enum page page)
{
	uint64_t draw = people_draw(due->interaction, page + 100u * due->b);

	return page == PAGE_OFFER || page == PAGE_ARTICLE || page == PAGE_HANDSETS ||
			       page == PAGE_NEWS || page == PAGE_TV_CHANNELS
		       ? (uint16_t)(1 + draw % 40)
		       : 0;
}

/* How long until the next page, and whether there is one. */
static bool goes_on(struct company *c, const struct due *due, bool failed)
{
	static const double stays[SCRIPT_COUNT_] = { [SCRIPT_PORTAL] = 0.75,
		[SCRIPT_WEBMAIL] = 0.85,
		[SCRIPT_OFFERS] = 0.72,
		[SCRIPT_ELIGIBILITY] = 0.8,
		[SCRIPT_COMMUNITY] = 0.75,
		[SCRIPT_TV] = 1,
		[SCRIPT_ORDER] = 1 };
	double p = due->a >= SCRIPT_NEED ? 0.95 : stays[due->a];

	if (scripts[due->a][due->b + 1] == PAGE_NONE && !failed)
		return false;
	if (p == 0) /* looking after the contract: to the end, mostly */
		p = 0.93;
	return company_hits(c, p);
}

static void end_session(struct company *c, const struct due *due, bool failed, uint8_t friction)
{
	if (due->a == SCRIPT_TV && scripts[due->a][due->b] == PAGE_TV_CONFIRM) {
		if (failed)
			give_up_change(c, due, friction);
		else
			tell_change(c, due);
	}
	if (due->a == SCRIPT_ORDER)
		company_place_order(c, due->customer, (enum product)due->number,
			due->c & IN_APP ? CHANNEL_APP : CHANNEL_WEB);
	if (due->issue == NO_NEED)
		return;
	struct need *n = &c->needs[due->issue];
	if (!n->resolved && !n->closed) {
		const struct need before = *n; /* what follows may move the needs */
		company_contact(c, &before, due->c & IN_APP ? CHANNEL_APP : CHANNEL_WEB,
			due->interaction, c->now_ms, after_session(c, due), 0, false);
	}
	company_release(c, due->issue);
}

void company_step(struct company *c, const struct due *due)
{
	enum page page = (enum page)scripts[due->a][due->b];
	uint8_t friction = 0;
	enum outcome outcome = outcome_of(c, due, page, &friction);
	bool failed = outcome == OUTCOME_FAILED, again = failed && !(due->c & TRIED_TWICE);
	bool repeats = again && (page == PAGE_LOGIN || page == PAGE_PAYMENT ||
					(page == PAGE_TV_CONFIRM && company_hits(c, 0.6)));
	bool more = repeats || (page != PAGE_TV_CONFIRM && goes_on(c, due, false));
	struct happening h = { .what = WHAT_PAGE,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = due->c & IN_APP ? CHANNEL_APP : CHANNEL_WEB,
		.interaction = due->interaction,
		.page = (uint8_t)page,
		.device = due->c % (1 << DEVICE_BITS),
		.outcome = (uint8_t)outcome,
		.item = item_of(due, page),
		.first = due->b == (scripts[due->a][0] == PAGE_LOGIN && (due->c & IN_APP)) &&
			 !(due->c & TRIED_TWICE),
		.last = !more,
		.logged_in = (due->c & LOGGED_IN) != 0 || (page == PAGE_LOGIN && !failed) };

	if (due->a == SCRIPT_ORDER && page >= PAGE_BASKET)
		h.product = (uint8_t)due->number;
	if (page == PAGE_PAYMENT)
		h.amount_cents = c->customers[due->customer].monthly_cents;
	company_tell(c, &h);
	if (!more) {
		end_session(c, due, failed, friction);
		return;
	}
	struct due next = *due;
	next.b = (uint8_t)(due->b + !repeats);
	if (page == PAGE_LOGIN && !failed)
		next.c |= LOGGED_IN;
	next.c = (uint8_t)(repeats ? next.c | TRIED_TWICE : next.c & ~TRIED_TWICE);
	next.time_ms = c->now_ms + 1500 + (int64_t)(chance_lognormal(&c->random, 38, 1) * 1000);
	if (!agenda_put(c->agenda, &next) && due->issue != NO_NEED)
		company_release(c, due->issue);
}
