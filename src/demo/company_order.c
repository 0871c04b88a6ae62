/* demo/company_order.c - orders, from the basket to the line that works, and technicians
 *
 *   fibre    placed -> accepted -> appointment -> visit -> connected
 *                                       ^------ moved <- failed, nobody at home
 *   others   placed -> accepted -> shipped -> delivered -> activated
 *
 * An entry about an order carries: interaction = order number, number = product, a = step,
 * b = visits so far.
 */
#include "demo/company_internal.h"

enum { SUBCONTRACTORS = 6, BAD_SUBCONTRACTOR = 3, REPAIR_VISIT = 100 };

/* Per need that arises after a failed connection; the needs follow from the contacts wanted. */
static const double contacts_per_need = 0.95;

/* Of the connections of the south: those of that subcontractor. */
static const double south_share = 0.85;

/* Friction 3: one subcontractor, in the regions of the south, where most connections are his. */
static bool is_bad_region(unsigned departement)
{
	static const str south[] = { STR_INIT("Nouvelle-Aquitaine"), STR_INIT("Occitanie"),
		STR_INIT("Provence-Alpes-Côte d'Azur"), STR_INIT("Auvergne-Rhône-Alpes") };
	str region = region_name(departement);

	for (size_t i = 0; i < ARRAY_LEN(south); i++)
		if (str_equal(region, south[i]))
			return true;
	return false;
}

static unsigned subcontractor_of(struct company *c, unsigned departement)
{
	double u = random_unit(&c->random);
	unsigned other = 1 + (departement * 7 + (u < 0.35)) % SUBCONTRACTORS;

	if (u < (is_bad_region(departement) ? south_share : 0.05))
		return BAD_SUBCONTRACTOR;
	return other == BAD_SUBCONTRACTOR ? 1 : other;
}

double company_connection_fails(const struct company *c)
{
	double south = 0;

	if (c->plan->clean)
		return VALUE(c, CONNECTION_FAILS);
	for (unsigned i = 0; i < DEPARTEMENTS; i++)
		south += is_bad_region(i) ? departement_share(i) : 0;
	return VALUE(c, CONNECTION_FAILS) +
	       south * south_share *
		       MAX_OF(VALUE(c, CONNECTION_FAILS_BAD) - VALUE(c, CONNECTION_FAILS), 0.0);
}

static bool needs_technician(const struct company *c, uint32_t customer, enum product product)
{
	const struct customer *who = &c->customers[customer];

	if (product != PRODUCT_FIBRE)
		return false;
	/* Who joins may find a socket that the last tenant left. */
	return who->joined_day == NO_DAY || (int16_t)c->day.index > who->joined_day + 1 ||
	       people_draw(customer, 4000) % 100 < (uint64_t)(COMPANY_JOINERS_CONNECTED * 100);
}

static void order_due(struct company *c, const struct due *from, int64_t time_ms,
	enum order_step step, enum due_kind kind)
{
	struct due due = *from;

	due.time_ms = time_ms;
	due.kind = (uint8_t)kind;
	due.a = (uint8_t)step;
	(void)agenda_put(c->agenda, &due);
}

static void tell_step(
	struct company *c, const struct due *due, enum order_step step, int64_t due_ms)
{
	struct happening h = { .what = WHAT_ORDER_STEP,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.order_number = (uint32_t)due->interaction,
		.product = (uint8_t)due->number,
		.item = (uint16_t)step,
		.due_ms = due_ms };

	company_tell(c, &h);
}

static void message(struct company *c, const struct due *due, enum what what,
	enum template template, int64_t due_ms)
{
	struct happening about = { .order_number = (uint32_t)due->interaction,
		.product = (uint8_t)due->number,
		.due_ms = due_ms };

	company_message(c, due->customer, what, template, &about);
}

/* Where is my order?  More often when it takes long. */
static void plan_needs(struct company *c, uint32_t customer, double mean, double days)
{
	unsigned needs = chance_poisson(&c->random, mean);

	for (unsigned i = 0; i < needs; i++)
		company_need_later(c,
			c->now_ms +
				(int64_t)((0.3 + random_unit(&c->random) * days) * (double)DAY_MS),
			customer, REASON_ORDER, CAUSE_ORDER_LATE, 0);
}

void company_order(struct company *c, uint32_t customer, enum product product)
{
	static const double channels[] = { 0.55, 0.20, 0.25 };

	switch (chance_pick(&c->random, channels, ARRAY_LEN(channels))) {
	case 0:
		company_order_session(c, customer, product);
		break;
	case 1:
		company_place_order(c, customer, product, CHANNEL_PHONE);
		break;
	default:
		company_place_order(c, customer, product, CHANNEL_STORE);
	}
}

void company_place_order(
	struct company *c, uint32_t customer, enum product product, enum channel channel)
{
	bool fibre = needs_technician(c, customer, product);
	struct due due = { .time_ms = c->now_ms + HOUR_MS,
		.interaction = ++c->order_numbers,
		.customer = customer,
		.issue = NO_NEED,
		.number = (uint16_t)product,
		.kind = DUE_ORDER,
		.a = ORDER_ACCEPTED };
	struct happening h = { .what = WHAT_ORDER_PLACED,
		.customer = customer,
		.agent = NOBODY,
		.channel = (uint8_t)channel,
		.order_number = c->order_numbers,
		.product = (uint8_t)product,
		.amount_cents = product_cents(product) };

	company_tell(c, &h);
	message(c, &due, WHAT_EMAIL_SENT, TEMPLATE_ORDER, 0);
	(void)agenda_put(c->agenda, &due);
	double mean = c->rates.order_needs * (fibre ? COMPANY_FIBRE_ORDER_NEEDS : 1);
	plan_needs(c, customer, mean, fibre ? VALUE(c, FIBRE_DAYS) : 6);
}

/* People are told half past ten, not 10:16:43. */
static int64_t appointment_ms(struct company *c, double days)
{
	enum { HALF_HOUR_MS = 1800000 };
	int64_t at = company_open_time(c, c->now_ms + (int64_t)(days * (double)DAY_MS));

	at -= at % HALF_HOUR_MS;
	return at > c->now_ms ? at : at + HALF_HOUR_MS;
}

static void appoint(struct company *c, const struct due *due, double days, bool moved)
{
	static const double failures = 0.14, further_days = 9.5;
	/* The mean is to connection, and some come twice. */
	double first = MAX_OF(days - failures * further_days, 3.0);
	double wait = 0.45 * first + chance_exponential(&c->random, 0.55 * first);
	int64_t at = appointment_ms(c, wait);

	tell_step(c, due, moved ? ORDER_APPOINTMENT_MOVED : ORDER_APPOINTMENT, at);
	message(c, due, WHAT_SMS_SENT, moved ? TEMPLATE_APPOINTMENT_MOVED : TEMPLATE_APPOINTMENT,
		at);
	order_due(c, due, at, ORDER_STEP_NONE, DUE_VISIT);
}

static void complete(struct company *c, const struct due *due, enum order_step step)
{
	struct customer *who = &c->customers[due->customer];
	struct happening h = { .what = WHAT_JOINED,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.product = (uint8_t)due->number,
		.order_number = (uint32_t)due->interaction };

	tell_step(c, due, step, 0);
	if (due->number == PRODUCT_FIBRE && who->fixed != PRODUCT_NONE)
		who->fixed = PRODUCT_FIBRE;
	if (who->joined_day == NO_DAY || who->welcomed)
		return;
	who->welcomed = true;
	company_tell(c, &h);
	message(c, due, WHAT_EMAIL_SENT, TEMPLATE_WELCOME, 0);
}

/* Options are switched on, not sent. */
static bool is_sent(enum product product)
{
	return product != PRODUCT_OPTION && product != PRODUCT_TV_CHANNEL;
}

void company_order_due(struct company *c, const struct due *due)
{
	bool late = people_draw(due->interaction, 1) % 100 < 12;

	switch ((enum order_step)due->a) {
	case ORDER_ACCEPTED:
		tell_step(c, due, ORDER_ACCEPTED, 0);
		if (needs_technician(c, due->customer, (enum product)due->number))
			appoint(c, due, VALUE(c, FIBRE_DAYS), false);
		else if (!is_sent((enum product)due->number))
			order_due(c, due, c->now_ms + HOUR_MS, ORDER_ACTIVATED, DUE_ORDER);
		else
			order_due(c, due, company_open_time(c, c->now_ms + DAY_MS), ORDER_SHIPPED,
				DUE_ORDER);
		break;
	case ORDER_SHIPPED:
		tell_step(c, due, ORDER_SHIPPED, c->now_ms + 2 * DAY_MS);
		message(c, due, WHAT_SMS_SENT, TEMPLATE_SHIPPED, c->now_ms + 2 * DAY_MS);
		order_due(c, due, company_open_time(c, c->now_ms + (late ? 7 : 2) * DAY_MS),
			ORDER_DELIVERED, DUE_ORDER);
		break;
	case ORDER_DELIVERED:
		tell_step(c, due, ORDER_DELIVERED, 0);
		order_due(c, due, c->now_ms + 5 * HOUR_MS, ORDER_ACTIVATED, DUE_ORDER);
		break;
	case ORDER_ACTIVATED:
		complete(c, due, ORDER_ACTIVATED);
		break;
	case ORDER_STEP_NONE:
	case ORDER_APPOINTMENT:
	case ORDER_APPOINTMENT_MOVED:
	case ORDER_CONNECTED:
	case ORDER_CANCELLED:
	case ORDER_STEP_COUNT_:
		break;
	}
}

/* ---- technicians */

static void witness_connection(struct company *c, const struct due *due, bool planted, bool failed)
{
	struct truth truth = { .kind = TRUTH_FRICTION,
		.time_ms = c->now_ms,
		.customer = due->customer,
		.friction = 3,
		.exposed = planted,
		.hit = failed };

	company_witness(c, &truth);
}

/* What a visit costs; a repair's belongs to its need. */
static void witness_visit(struct company *c, uint32_t customer, const struct need *n,
	uint8_t friction, enum outcome outcome)
{
	struct need visit = { .customer = customer, .reason = REASON_ORDER };

	company_contact(c, n == NULL ? &visit : n, CHANNEL_FIELD, company_interaction(c), c->now_ms,
		outcome, friction, false);
}

static void fail_connection(struct company *c, const struct due *due, uint8_t friction)
{
	unsigned needs =
		chance_poisson(&c->random, VALUE(c, CONNECTION_CONTACTS) / contacts_per_need);

	for (unsigned i = 0; i < needs; i++) {
		double u = random_unit(&c->random);
		company_need_later(c, c->now_ms + (int64_t)((0.05 + 12 * u * u) * (double)DAY_MS),
			due->customer, REASON_ORDER, CAUSE_CONNECTION_FAILED, friction);
	}
}

static void connect(struct company *c, const struct due *due)
{
	unsigned departement = c->customers[due->customer].departement;
	unsigned subcontractor = subcontractor_of(c, departement);
	bool planted =
		subcontractor == BAD_SUBCONTRACTOR && is_bad_region(departement) && !c->plan->clean;
	double natural = VALUE(c, CONNECTION_FAILS), u = random_unit(&c->random);
	bool fails = u < (planted ? VALUE(c, CONNECTION_FAILS_BAD) : natural);
	bool absent = !fails && company_hits(c, 0.04);
	uint8_t friction = planted && fails && u >= natural ? 3 : 0;
	struct happening h = { .what = WHAT_VISIT_DONE,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = CHANNEL_FIELD,
		.order_number = (uint32_t)due->interaction,
		.product = (uint8_t)due->number,
		.item = (uint16_t)subcontractor,
		.departement = (uint8_t)departement,
		.outcome = fails    ? OUTCOME_FAILED
			   : absent ? OUTCOME_ABSENT
				    : OUTCOME_DONE,
		.talk_ms =
			(uint32_t)(chance_lognormal(&c->random, absent ? 600 : 5400, 0.4) * 1000) };

	company_tell(c, &h);
	witness_connection(c, due, planted, fails);
	witness_visit(c, due->customer, NULL, friction, (enum outcome)h.outcome);
	if (!fails && !absent) {
		complete(c, due, ORDER_CONNECTED);
		return;
	}
	if (fails)
		fail_connection(c, due, friction);
	struct due again = *due;
	again.b++;
	appoint(c, &again, 9.5, true);
}

void company_repair(struct company *c, uint32_t need)
{
	int64_t at = appointment_ms(c, 1.2 + 3 * random_unit(&c->random));
	struct happening about = { .due_ms = at, .case_number = c->needs[need].case_number };

	c->needs[need].repair = true;
	company_message(c, c->needs[need].customer, WHAT_SMS_SENT, TEMPLATE_APPOINTMENT, &about);
	company_due_of_need(c, at, DUE_VISIT, need, REPAIR_VISIT);
	if (c->needs[need].pending == 1) /* only the call that asked for it: the year ends before */
		company_close_later(c, need, at);
}

static void repair(struct company *c, const struct due *due)
{
	uint32_t need = due->issue;
	struct need *n = &c->needs[need];
	unsigned departement = c->customers[n->customer].departement;
	bool mended = company_hits(c, 0.88);
	struct happening h = { .what = WHAT_VISIT_DONE,
		.customer = n->customer,
		.agent = NOBODY,
		.channel = CHANNEL_FIELD,
		.item = (uint16_t)subcontractor_of(c, departement),
		.departement = (uint8_t)departement,
		.outcome = mended ? OUTCOME_DONE : OUTCOME_FAILED,
		.talk_ms = (uint32_t)(chance_lognormal(&c->random, 4200, 0.5) * 1000) };

	company_colour(c, need, &h);
	company_tell(c, &h);
	witness_visit(c, n->customer, n, 0, (enum outcome)h.outcome);
	/* The delight: some teams call back the day after. */
	bool delights = people_unit(departement, 4001) < VALUE(c, DELIGHT_TEAMS);
	if (mended && delights && !c->plan->clean) {
		n->delighted = true;
		company_due_of_need(
			c, company_open_time(c, c->now_ms + 20 * HOUR_MS), DUE_CALL_BACK, need, 0);
	}
	company_after_contact(c, need, mended);
	company_release(c, need);
}

void company_visit_due(struct company *c, const struct due *due)
{
	if (due->a == REPAIR_VISIT)
		repair(c, due);
	else
		connect(c, due);
}

void company_call_back(struct company *c, const struct due *due)
{
	struct need *n = &c->needs[due->issue];
	bool there = company_hits(c, 0.7);
	struct happening h = { .what = WHAT_CALLED_OUT,
		.customer = n->customer,
		.agent = company_mail_agent(c),
		.channel = CHANNEL_PHONE,
		.interaction = company_interaction(c),
		.template = TEMPLATE_AFTER_REPAIR,
		.outcome = there ? OUTCOME_DONE : OUTCOME_NO_ANSWER,
		.talk_ms = there ? 60000 + (uint32_t)random_below(&c->random, 120000) : 0 };

	company_colour(c, due->issue, &h);
	company_tell(c, &h);
	company_contact(c, n, CHANNEL_BACKOFFICE, h.interaction, c->now_ms, (enum outcome)h.outcome,
		0, false);
	company_release(c, due->issue);
}

/* ---- orders of those who are customers already */

static void may_order_fibre(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];

	if (who->active && who->fixed != PRODUCT_NONE)
		company_due(c, company_need_time(c), DUE_BUY, customer, NO_NEED, PRODUCT_FIBRE);
}

static void may_order(struct company *c, uint32_t customer)
{
	static const double weights[] = { 0.45, 0.25, 0.30 };
	static const enum product things[] = { PRODUCT_HANDSET, PRODUCT_SIM, PRODUCT_OPTION };

	if (c->customers[customer].active)
		company_due(c, company_browse_time(c), DUE_BUY, customer, NO_NEED,
			(uint8_t)things[chance_pick(&c->random, weights, ARRAY_LEN(weights))]);
}

void company_buy(struct company *c, const struct due *due)
{
	company_order(c, due->customer, (enum product)due->a);
}

void company_daily_orders(struct company *c)
{
	company_sample(
		c, c->rates.upgrades / 365 / c->share_fixed * c->day.season, may_order_fibre);
	company_sample(c, VALUE(c, OTHER_ORDERS) / 365 * c->day.season, may_order);
}
