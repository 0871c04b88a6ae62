/* demo/company_bill.c - bills every month, direct debits ten days later, promotions that end
 *
 * Accounts are billed on five days of the month.  The number of a bill follows from month and
 * customer, so that nothing has to be kept until it is paid.
 */
#include "demo/company_internal.h"

enum { CYCLES = 5, DEBIT_DAYS = 10, PEAK_FROM = 2, PEAK_TO = 6, MONTH = 30 };
static const int cycle_days[CYCLES] = { 1, 5, 9, 13, 17 };
static const int32_t promotion_cents = 1000;

static uint32_t bill_number(const struct company *c, uint32_t customer)
{
	int64_t year;
	int month, day;

	date_of_days(c->plan->first_day, &year, &month, &day);
	int64_t first = year * 12 + month;
	date_of_days(c->day.days, &year, &month, &day);
	return (uint32_t)(year * 12 + month - first) * c->plan->customers + customer + 1;
}

static bool promotion_just_ended(const struct company *c, const struct customer *who)
{
	int64_t since = (int64_t)c->day.index - who->promotion_day;

	return who->promotion_day != NO_DAY && since >= 0 && since < MONTH;
}

static int32_t amount_of(const struct company *c, const struct customer *who)
{
	bool reduced = who->promotion_day != NO_DAY && c->day.index < (uint32_t)who->promotion_day;

	return MAX_OF(who->monthly_cents - (reduced ? promotion_cents : 0), 199);
}

/* Friction 2: the price jumps without a word. */
static void end_promotion(struct company *c, uint32_t customer)
{
	double more = c->plan->clean ? 0 : VALUE(c, PROMOTION_CONTACT) - VALUE(c, BILL_CONTACT);
	struct truth truth = { .kind = TRUTH_FRICTION,
		.time_ms = c->now_ms,
		.customer = customer,
		.friction = 2,
		.exposed = !c->plan->clean };

	/* The figure counts calls: not every need becomes a contact, nor every contact a call that
	 * is answered. */
	static const double answered = 0.69;
	truth.hit = company_hits(c, more / (c->rates.contact_share * answered));
	company_witness(c, &truth);
	if (truth.hit)
		company_need_later(c,
			company_need_time(c) + (int64_t)(1 + random_below(&c->random, 6)) * DAY_MS,
			customer, REASON_BILL, CAUSE_PROMOTION_END, 2);
}

static void bill(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];
	bool ended = promotion_just_ended(c, who), extra = company_hits(c, 0.05);
	bool first = who->joined_day != NO_DAY && (int64_t)c->day.index - who->joined_day < MONTH;
	struct happening h = { .what = WHAT_BILL_ISSUED,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.bill_number = bill_number(c, customer),
		.amount_cents = amount_of(c, who) +
				(extra ? 100 + (int32_t)random_below(&c->random, 3000) : 0),
		.product = who->fixed != PRODUCT_NONE ? who->fixed : who->mobile,
		.due_ms = c->now_ms + DEBIT_DAYS * DAY_MS,
		.item = ended   ? BILL_PROMOTION_END
			: first ? BILL_FIRST
			: extra ? BILL_EXTRA
				: BILL_PLAIN };

	company_tell(c, &h);
	if (ended)
		end_promotion(c, customer);
}

static void debit(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];
	bool fails = company_hits(c, VALUE(c, PAYMENT_FAILS));
	struct happening h = { .what = fails ? WHAT_PAYMENT_FAILED : WHAT_PAYMENT_CAME,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.bill_number = bill_number(c, customer),
		.amount_cents = amount_of(c, who) };

	company_tell(c, &h);
	if (!fails)
		return;
	struct happening about = { .bill_number = h.bill_number,
		.amount_cents = h.amount_cents,
		.due_ms = c->now_ms + 8 * DAY_MS };
	company_message(c, customer, WHAT_SMS_SENT, TEMPLATE_PAYMENT_FAILED, &about);
	if (company_hits(c, COMPANY_ASKS_AFTER_DEBIT))
		company_need_later(c,
			company_need_time(c) + (int64_t)random_below(&c->random, 5) * DAY_MS,
			customer, REASON_BILL, CAUSE_PAYMENT, 0);
}

static void each_of_cycle(
	struct company *c, unsigned cycle, void (*work)(struct company *c, uint32_t customer))
{
	for (uint32_t i = 0; i < c->plan->customers; i++) {
		const struct customer *who = &c->customers[i];
		if (who->active && who->pays && who->cycle == cycle)
			work(c, i);
	}
}

void company_daily_bills(struct company *c)
{
	for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
		if (c->day.month_day == cycle_days[cycle])
			each_of_cycle(c, cycle, bill);
		if (c->day.month_day == cycle_days[cycle] + DEBIT_DAYS)
			each_of_cycle(c, cycle, debit);
	}
}

void company_last_bill(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];
	struct happening h = { .what = WHAT_BILL_ISSUED,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.bill_number = bill_number(c, customer) + 1000 * c->plan->customers,
		.amount_cents = (int32_t)(who->monthly_cents / 2),
		.product = who->fixed != PRODUCT_NONE ? who->fixed : who->mobile,
		.due_ms = c->now_ms + 20 * DAY_MS,
		.item = BILL_LAST };

	if (who->pays)
		company_tell(c, &h);
}

double company_bill_mood(const struct company *c, const struct customer *who)
{
	static const double month_days_mean = 30.4;
	int since = c->day.month_day - cycle_days[who->cycle];
	double peak = VALUE(c, BILL_PEAK), peak_days = PEAK_TO - PEAK_FROM + 1;

	if (since >= PEAK_FROM && since <= PEAK_TO)
		return peak;
	return MAX_OF((month_days_mean - peak_days * peak) / (month_days_mean - peak_days), 0.0);
}
