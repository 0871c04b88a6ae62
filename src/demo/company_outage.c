/* demo/company_outage.c - lines that fail: outages of an exchange, faults of a single line, short
 * cuts of a box or a mobile phone
 *
 * An outage hits the fixed lines of one exchange of a departement; in summer storms hit several
 * departements of a region at once.  The natural experiment: customers of one arm are sent an SMS
 * at once, because the new gateway knows only half of the numbers.
 */
#include "demo/company_internal.h"

enum { JUNE = 6, SEPTEMBER = 9, STORM_DAYS = 122, YEAR_DAYS = 365 };
static const double storm_departements = 2; /* further ones that a storm hits */

static bool is_storm_season(const struct company *c)
{
	return c->day.month >= JUNE && c->day.month <= SEPTEMBER;
}

static void plan_outage(struct company *c, unsigned departement, int64_t time_ms)
{
	struct due due = { .time_ms = time_ms,
		.customer = NOBODY,
		.issue = NO_NEED,
		.kind = DUE_OUTAGE,
		.a = (uint8_t)departement,
		.b = (uint8_t)random_below(&c->random, EXCHANGES) };

	(void)agenda_put(c->agenda, &due);
}

static void plan_storm(struct company *c)
{
	unsigned first = (unsigned)random_below(&c->random, DEPARTEMENTS);
	unsigned more = chance_poisson(&c->random, storm_departements);
	int64_t at =
		company_time_of(c, (int64_t)((14 + 8 * random_unit(&c->random)) * (double)HOUR_MS));

	plan_outage(c, first, at);
	for (unsigned i = 0; i < DEPARTEMENTS && more > 0; i++) {
		unsigned other = (first + 1 + i) % DEPARTEMENTS;
		if (!str_equal(region_name(other), region_name(first)))
			continue;
		plan_outage(c, other, at + (int64_t)random_below(&c->random, 2 * HOUR_MS));
		more--;
	}
}

static void may_fault(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];

	if (who->active && who->fixed != PRODUCT_NONE)
		company_due(c, company_need_time(c), DUE_OUTAGE, customer, NO_NEED, 0);
}

/* Some minutes without service, which the network notes and nobody is called about. */
static void may_cut(struct company *c, uint32_t customer, uint8_t product)
{
	struct due due = { .time_ms = company_browse_time(c),
		.customer = customer,
		.issue = product,
		.kind = DUE_CUT };

	if (c->customers[customer].active && product != PRODUCT_NONE)
		(void)agenda_put(c->agenda, &due);
}

static void may_cut_fixed(struct company *c, uint32_t customer)
{
	may_cut(c, customer, c->customers[customer].fixed);
}

static void may_cut_mobile(struct company *c, uint32_t customer)
{
	may_cut(c, customer, c->customers[customer].mobile);
}

void company_daily_outages(struct company *c)
{
	double a_year = VALUE(c, OUTAGES) * DEPARTEMENTS * EXCHANGES;
	bool storms = is_storm_season(c);
	double storm_mean =
		a_year * VALUE(c, STORM_SHARE) / STORM_DAYS / (1 + storm_departements * 0.85);
	double calm_mean = a_year * (1 - VALUE(c, STORM_SHARE)) / (YEAR_DAYS - STORM_DAYS);
	unsigned n = chance_poisson(&c->random, storms ? storm_mean : calm_mean);

	for (unsigned i = 0; i < n; i++) {
		if (storms)
			plan_storm(c);
		else
			plan_outage(c, (unsigned)random_below(&c->random, DEPARTEMENTS),
				c->starts[c->day.index] +
					(int64_t)(random_unit(&c->random) * 23 * (double)HOUR_MS));
	}
	company_sample(c, c->rates.line_faults / YEAR_DAYS * (storms ? 1.2 : 0.9), may_fault);
	company_sample(c, c->rates.cuts_fixed / YEAR_DAYS, may_cut_fixed);
	company_sample(c, c->rates.cuts_mobile / YEAR_DAYS, may_cut_mobile);
}

static void tell_line(struct company *c, uint32_t customer, enum what what, uint32_t outage,
	int64_t away_ms, uint8_t product)
{
	struct happening h = { .what = (uint8_t)what,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_IOT,
		.outage = outage,
		.wait_ms = away_ms,
		.product = product };

	company_tell(c, &h);
}

static void line_fault(struct company *c, uint32_t customer)
{
	int64_t away = (int64_t)chance_lognormal(&c->random, 30 * (double)HOUR_MS, 0.7);
	struct due due = { .time_ms = c->now_ms + away,
		.customer = customer,
		.interaction = (uint64_t)away,
		.issue = c->customers[customer].fixed,
		.kind = DUE_LINE_BACK };

	tell_line(c, customer, WHAT_LINE_TROUBLE, 0, 0, c->customers[customer].fixed);
	(void)agenda_put(c->agenda, &due);
	company_need_later(c,
		c->now_ms + (int64_t)chance_exponential(&c->random, 3 * (double)HOUR_MS), customer,
		REASON_INTERNET, CAUSE_LINE, 0);
}

static void hit(struct company *c, uint32_t customer, uint32_t outage, int64_t end_ms)
{
	const struct customer *who = &c->customers[customer];
	bool told = who->arm && !c->plan->clean;
	double reacts = VALUE(c, OUTAGE_NEEDS) * (told ? 1 - VALUE(c, SMS_EFFECT) : 1);
	struct happening about = { .outage = outage, .due_ms = end_ms };
	struct truth truth = { .kind = TRUTH_OUTAGE,
		.time_ms = c->now_ms,
		.customer = customer,
		.outage = outage,
		.exposed = told,
		.hit = company_hits(c, reacts) };

	tell_line(c, customer, WHAT_LINE_TROUBLE, outage, 0, who->fixed);
	if (told)
		company_message(c, customer, WHAT_SMS_SENT, TEMPLATE_OUTAGE, &about);
	company_witness(c, &truth);
	if (truth.hit)
		company_need_later(c,
			c->now_ms + (int64_t)chance_exponential(&c->random, 70 * (double)MINUTE_MS),
			customer, REASON_INTERNET, CAUSE_OUTAGE, 0);
}

static bool is_hit(const struct customer *who, const struct due *due)
{
	return who->active && who->fixed != PRODUCT_NONE && who->departement == due->a &&
	       who->exchange == due->b;
}

void company_outage(struct company *c, const struct due *due)
{
	if (due->customer != NOBODY) {
		line_fault(c, due->customer);
		return;
	}
	double hours = VALUE(c, OUTAGE_HOURS) * chance_exp(0.8 * chance_normal(&c->random));
	int64_t end_ms = c->now_ms + (int64_t)(hours * (double)HOUR_MS);
	struct happening h = { .what = WHAT_OUTAGE_BEGAN,
		.customer = NOBODY,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.outage = ++c->outages,
		.departement = due->a,
		.item = due->b,
		.due_ms = end_ms - end_ms % (HOUR_MS / 2) + HOUR_MS };
	struct due end = *due;

	company_tell(c, &h);
	for (uint32_t i = 0; i < c->plan->customers; i++)
		if (is_hit(&c->customers[i], due))
			hit(c, i, h.outage, h.due_ms);
	end.kind = DUE_OUTAGE_ENDS;
	end.time_ms = end_ms;
	end.issue = h.outage;
	end.interaction = (uint64_t)c->now_ms;
	(void)agenda_put(c->agenda, &end);
}

void company_outage_ends(struct company *c, const struct due *due)
{
	struct happening h = { .what = WHAT_OUTAGE_ENDED,
		.customer = NOBODY,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.outage = due->issue,
		.departement = due->a,
		.item = due->b,
		.wait_ms = c->now_ms - (int64_t)due->interaction };

	company_tell(c, &h);
	for (uint32_t i = 0; i < c->plan->customers; i++)
		if (is_hit(&c->customers[i], due))
			tell_line(
				c, i, WHAT_LINE_BACK, due->issue, h.wait_ms, c->customers[i].fixed);
}

void company_line_back(struct company *c, const struct due *due)
{
	tell_line(c, due->customer, WHAT_LINE_BACK, 0, (int64_t)due->interaction,
		(uint8_t)due->issue);
}

void company_cut(struct company *c, const struct due *due)
{
	int64_t away = (int64_t)chance_lognormal(&c->random, 9 * (double)MINUTE_MS, 0.8);
	struct due back = { .time_ms = c->now_ms + away,
		.interaction = (uint64_t)away,
		.customer = due->customer,
		.issue = due->issue,
		.kind = DUE_LINE_BACK };

	if (!c->customers[due->customer].active)
		return;
	tell_line(c, due->customer, WHAT_LINE_TROUBLE, 0, 0, (uint8_t)due->issue);
	(void)agenda_put(c->agenda, &back);
}
