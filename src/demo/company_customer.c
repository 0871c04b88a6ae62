/* demo/company_customer.c - customers: their state, joining, moving, leaving, and after */
#include "demo/company_internal.h"

enum {
	DRAW_PROPENSITY = 1000,
	DRAW_EXCHANGE,
	DRAW_PROMOTION = 1003,
	DRAW_PROMOTION_DAY,
	DRAW_JOINS,
	DRAW_JOIN_DAY,
	DRAW_ARM
};

static const double propensities[PROPENSITIES] = { 0.1, 0.2, 0.35, 0.55, 0.8, 1.2, 1.8,
	PROPENSITY_MOST };

double company_propensity(const struct customer *customer)
{
	return propensities[customer->propensity];
}

static void draw_promotion(const struct company *c, const struct person *p, struct customer *out)
{
	double years = c->plan->days / 365.0;
	uint64_t day = people_draw(p->key, DRAW_PROMOTION_DAY) % c->plan->days;

	out->promotion_day = NO_DAY;
	if (out->pays && people_unit(p->key, DRAW_PROMOTION) < VALUE(c, PROMOTIONS) * years)
		out->promotion_day = (int16_t)(WARM_DAYS + day);
}

/* What the account costs a month: own lines, and those of others that it pays for. */
static uint16_t monthly_cents(const struct company *c, const struct person *p)
{
	int32_t cents = product_cents(p->fixed) + product_cents(p->mobile);

	for (uint32_t i = p->number + 1; p->place == 0 && i < p->household + p->members; i++) {
		struct person other;
		people_person(&c->people, i, c->people.start_ms, &other);
		if (other.account_holder == p->number)
			cents += product_cents(other.mobile);
	}
	return (uint16_t)MIN_OF(cents, (int32_t)UINT16_MAX);
}

static struct customer customer_of(const struct company *c, uint32_t number)
{
	struct person p;
	struct device phone;
	double years = c->plan->days / 365.0;

	people_person(&c->people, number, c->people.start_ms, &p);
	person_device(&c->people, &p, 0, &phone);
	struct customer out = {
		.joined_day = NO_DAY,
		.left_day = NO_DAY,
		.outcome_day = NO_DAY,
		.survey_day = NO_DAY,
		.propensity = (uint8_t)(people_draw(p.key, DRAW_PROPENSITY) % PROPENSITIES),
		.age = (uint8_t)p.age,
		.departement = p.departement,
		.exchange = (uint8_t)(people_draw(p.household, DRAW_EXCHANGE) % EXCHANGES),
		.cycle = (uint8_t)person_bill_cycle(&p),
		.fixed = (uint8_t)p.fixed,
		.mobile = (uint8_t)p.mobile,
		.active = true,
		.pays = p.account_holder == number,
		.android_7_4 = phone.system == SYSTEM_ANDROID && phone.version_major == 7,
		.has_app = phone.app_major > 0,
		.devices = p.devices,
		.monthly_cents = monthly_cents(c, &p),
		.satisfied = p.age == AGE_UNDER_26 && p.fixed == PRODUCT_NONE,
		.arm = people_draw(p.key, DRAW_ARM) & 1,
	};
	draw_promotion(c, &p, &out);
	/* Who joins within the time simulated is there from the start, but not active; never a
	 * household's later members before its holder: they have contracts of their own. */
	if (people_unit(p.key, DRAW_JOINS) < 1 - chance_exp(-VALUE(c, JOINING) * years)) {
		out.active = false;
		out.joined_day =
			(int16_t)(WARM_DAYS + people_draw(p.key, DRAW_JOIN_DAY) % c->plan->days);
	}
	return out;
}

void company_make_customers(struct company *c)
{
	uint32_t n = c->plan->customers, fixed = 0, holders = 0, mobile = 0, pays = 0,
		 satisfied = 0;

	c->customers = memory_alloc(n * sizeof(*c->customers));
	for (uint32_t i = 0; i < n; i++) {
		struct customer *customer = &c->customers[i];
		struct person p;
		*customer = customer_of(c, i);
		people_person(&c->people, i, c->people.start_ms, &p);
		fixed += customer->fixed != PRODUCT_NONE;
		mobile += customer->mobile != PRODUCT_NONE;
		holders += p.place == 0;
		pays += customer->pays;
		satisfied += customer->satisfied;
		c->share_age[customer->age] += 1.0 / n;
		c->active += customer->active;
		int64_t moves_ms = people_move_ms(&c->people, p.household);
		if (moves_ms != INT64_MAX)
			company_due(c, moves_ms + 9 * HOUR_MS, DUE_MOVE, i, NO_NEED, 0);
		if (!customer->active)
			company_due(c, company_join_ms(c, customer), DUE_JOIN, i, NO_NEED, 0);
	}
	c->share_fixed = (double)fixed / n;
	c->share_mobile = MAX_OF((double)mobile / n, 0.01);
	c->share_pays = MAX_OF((double)pays / n, 0.01);
	c->share_holders = (double)holders / n;
	c->young_factor = c->plan->clean ? 1 : 1 + (VALUE(c, YOUNG_LEAVING) - 1) * satisfied / n;
}

void company_sample(
	struct company *c, double share, void (*each)(struct company *c, uint32_t customer))
{
	static const double whole = 0.999;

	if (share <= 0)
		return;
	double log_rest = chance_ln(1 - MIN_OF(share, whole)), at = -1;
	for (;;) {
		at += 1 + (double)(uint64_t)(chance_ln(1 - random_unit(&c->random)) / log_rest);
		if (at >= c->plan->customers)
			return;
		each(c, (uint32_t)at);
	}
}

int64_t company_join_ms(const struct company *c, const struct customer *customer)
{
	return c->starts[customer->joined_day] + 10 * HOUR_MS;
}

void company_message(struct company *c, uint32_t customer, enum what what, enum template template,
	const struct happening *about)
{
	struct happening h = about == NULL ? (struct happening){ 0 } : *about;

	h.what = (uint8_t)what;
	h.customer = customer;
	h.agent = NOBODY;
	h.channel = what == WHAT_SMS_SENT     ? CHANNEL_SMS
		    : what == WHAT_EMAIL_SENT ? CHANNEL_EMAIL
					      : CHANNEL_LETTER;
	h.template = (uint8_t) template;
	company_tell(c, &h);
}

/* ---- joining */

void company_join(struct company *c, uint32_t customer)
{
	struct customer *who = &c->customers[customer];

	who->active = true;
	c->active++;
	company_order(
		c, customer, (enum product)(who->fixed != PRODUCT_NONE ? who->fixed : who->mobile));
}

/* ---- leaving */

static double leaving_factor(const struct company *c, const struct customer *who)
{
	double factor = who->satisfied && !c->plan->clean ? VALUE(c, YOUNG_LEAVING) : 1;
	bool fresh = who->outcome_day != NO_DAY &&
		     (int64_t)c->day.index - who->outcome_day < (int64_t)VALUE(c, HAZARD_DAYS);

	if (!fresh)
		return factor;
	switch ((enum after)who->outcome) {
	case AFTER_NOTHING:
		return factor;
	case AFTER_RESOLVED:
		return factor * VALUE(c, HAZARD_RESOLVED);
	case AFTER_REPEATED:
		return factor * VALUE(c, HAZARD_REPEATED);
	case AFTER_UNRESOLVED:
		return factor * VALUE(c, HAZARD_UNRESOLVED);
	}
	return factor;
}

static double leaving_factor_most(const struct company *c)
{
	double most = MAX_OF(1.0, VALUE(c, HAZARD_RESOLVED));

	most = MAX_OF(most, VALUE(c, HAZARD_REPEATED));
	return MAX_OF(most, VALUE(c, HAZARD_UNRESOLVED)) * VALUE(c, YOUNG_LEAVING);
}

static void may_leave(struct company *c, uint32_t customer)
{
	struct customer *who = &c->customers[customer];

	if (!who->active || !company_hits(c, leaving_factor(c, who) / leaving_factor_most(c)))
		return;
	enum cause cause = who->satisfied                   ? CAUSE_ABROAD
			   : who->outcome >= AFTER_REPEATED ? CAUSE_SERVICE
							    : CAUSE_PRICE;
	if (company_hits(c, c->rates.leaves_by_need)) {
		struct due due = { .time_ms = company_need_time(c),
			.customer = customer,
			.issue = NO_NEED,
			.kind = DUE_NEED,
			.a = REASON_CANCEL,
			.b = (uint8_t)cause,
			.number = 1 };
		(void)agenda_put(c->agenda, &due);
		return;
	}
	static const double ways[] = {
		[LEAVES_BY_PORTING] = 0.86, [LEAVES_BY_CALL] = 0, [LEAVES_BY_LETTER] = 0.14
	};
	enum leaving how =
		who->satisfied ? LEAVES_ABROAD : (enum leaving)chance_pick(&c->random, ways, 3);
	company_due(c, company_need_time(c), DUE_LEAVE, customer, NO_NEED, (uint8_t)how);
}

/* Needs of a move arise around it; people.h knows who moves when. */
void company_move(struct company *c, uint32_t customer)
{
	struct customer *who = &c->customers[customer];
	struct person p;
	struct happening h = { .what = WHAT_MOVED,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE };

	people_person(&c->people, customer, c->now_ms, &p);
	who->departement = p.departement;
	if (!who->active)
		return;
	company_tell(c, &h);
	unsigned needs = p.place == 0 ? chance_poisson(&c->random, c->rates.move_needs) : 0;
	for (unsigned i = 0; i < needs; i++)
		company_need_later(c,
			company_need_time(c) + (int64_t)random_below(&c->random, 22) * DAY_MS,
			customer, REASON_MOVE, CAUSE_NONE, 0);
}

void company_daily_customers(struct company *c)
{
	company_sample(
		c, c->rates.leaving / 365 * leaving_factor_most(c) * c->day.season, may_leave);
}

static void plan_former(struct company *c, uint32_t customer)
{
	if (c->plan->clean)
		return;
	if (company_hits(c, VALUE(c, DUNNED)))
		company_due(c, c->now_ms + (30 + (int64_t)random_below(&c->random, 30)) * DAY_MS,
			DUE_FORMER, customer, NO_NEED, 1);
	if (company_hits(c, VALUE(c, CANVASSED)))
		company_due(c, c->now_ms + (20 + (int64_t)random_below(&c->random, 90)) * DAY_MS,
			DUE_FORMER, customer, NO_NEED, 2);
}

void company_leave(struct company *c, uint32_t customer, enum leaving how)
{
	struct customer *who = &c->customers[customer];

	if (!who->active)
		return;
	who->active = false;
	who->left_day = (int16_t)c->day.index;
	c->active--;
	struct happening h = { .what = WHAT_LEFT_COMPANY,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.product = who->fixed != PRODUCT_NONE ? who->fixed : who->mobile,
		.item = (uint16_t)how };
	company_tell(c, &h);
	company_message(c, customer, WHAT_EMAIL_SENT, TEMPLATE_GOODBYE, NULL);
	company_last_bill(c, customer);
	if (who->fixed != PRODUCT_NONE && company_hits(c, 0.92))
		company_due(c, c->now_ms + (4 + (int64_t)random_below(&c->random, 25)) * DAY_MS,
			DUE_FORMER, customer, NO_NEED, 3);
	plan_former(c, customer);
	struct truth truth = { .kind = TRUTH_LEAVING,
		.time_ms = c->now_ms,
		.customer = customer,
		.outcome = who->outcome,
		.satisfied = who->satisfied,
		.age = who->age };
	company_witness(c, &truth);
}

/* Friction 7: nobody told billing and marketing that he left. */
static void bother(struct company *c, uint32_t customer, bool dunned)
{
	struct happening about = { .amount_cents = 4990, .due_ms = c->now_ms + 15 * DAY_MS };
	struct truth truth = { .kind = TRUTH_FRICTION,
		.time_ms = c->now_ms,
		.customer = customer,
		.friction = 7,
		.cause = dunned ? CAUSE_DUNNED : CAUSE_CANVASSED,
		.exposed = true,
		.hit = company_hits(c, VALUE(c, FORMER_CONTACT)) };

	company_message(c, customer, dunned ? WHAT_LETTER_SENT : WHAT_SMS_SENT,
		dunned ? TEMPLATE_DUNNING : TEMPLATE_CANVASS, dunned ? &about : NULL);
	company_message(c, customer, WHAT_EMAIL_SENT, dunned ? TEMPLATE_DUNNING : TEMPLATE_CANVASS,
		dunned ? &about : NULL);
	company_witness(c, &truth);
	if (truth.hit)
		company_need_later(c, c->now_ms + (int64_t)random_below(&c->random, 6) * DAY_MS,
			customer, dunned ? REASON_BILL : REASON_COMPLAINT,
			dunned ? CAUSE_DUNNED : CAUSE_CANVASSED, 7);
}

void company_former(struct company *c, const struct due *due)
{
	enum { DUNNED = 1, CANVASSED, EQUIPMENT };

	if (due->a == EQUIPMENT) {
		struct happening h = { .what = WHAT_EQUIPMENT_BACK,
			.customer = due->customer,
			.agent = NOBODY,
			.channel = CHANNEL_BACKOFFICE,
			.product = c->customers[due->customer].fixed };
		company_tell(c, &h);
		return;
	}
	bother(c, due->customer, due->a == DUNNED);
}
