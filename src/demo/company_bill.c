/* demo/company_bill.c - bills every month, direct debits ten days later, promotions that end
 *
 * Accounts are billed on five days of the month.  The number of a bill follows from month and
 * customer; of the bill itself only the amount is kept until it is paid.
 */
#include "demo/company_internal.h"

enum { DEBIT_DAYS = 10, PEAK_FROM = 2, PEAK_TO = 6, MONTH = 30 };

/* Bills of one month, a row of numbers; the last bills of those who leave have the first row. */
static uint32_t number_in(const struct company *c, int64_t row, uint32_t customer)
{
	return (uint32_t)row * c->plan->customers + customer + 1;
}

/* From 1: the time simulated begins in the second or third month before the first day. */
static int64_t month_row(const struct company *c, int months_ago)
{
	enum { BEFORE = 3 };
	int64_t year;
	int month, day;

	date_of_days(c->plan->first_day, &year, &month, &day);
	int64_t first = year * 12 + month;
	date_of_days(c->day.days, &year, &month, &day);
	return year * 12 + month - first + BEFORE - months_ago;
}

uint32_t company_bill_at_hand(const struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];
	bool this_month = c->day.month_day >= bill_days[who->cycle];

	if (!who->pays || who->monthly_cents == 0)
		return 0;
	return !who->active ? number_in(c, 0, customer)
			    : number_in(c, month_row(c, this_month ? 0 : 1), customer);
}

static bool promotion_just_ended(const struct company *c, const struct customer *who)
{
	int64_t since = (int64_t)c->day.index - who->promotion_day;

	return who->promotion_day != NO_DAY && since >= 0 && since < MONTH;
}

static int32_t amount_of(const struct company *c, const struct customer *who)
{
	bool reduced = who->promotion_day != NO_DAY && c->day.index < (uint32_t)who->promotion_day;

	return MAX_OF(who->monthly_cents - (reduced ? PROMOTION_CENTS : 0), BILL_CENTS_MIN);
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
	struct customer *who = &c->customers[customer];
	bool ended = promotion_just_ended(c, who), extra = company_hits(c, 0.05);
	bool first = who->joined_day != NO_DAY && (int64_t)c->day.index - who->joined_day < MONTH;
	struct happening h = { .what = WHAT_BILL_ISSUED,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.bill_number = number_in(c, month_row(c, 0), customer),
		.amount_cents = amount_of(c, who) +
				(extra ? 100 + (int32_t)random_below(&c->random, 3000) : 0),
		.product = who->fixed != PRODUCT_NONE ? who->fixed : who->mobile,
		.due_ms = c->now_ms + DEBIT_DAYS * DAY_MS,
		.item = ended   ? BILL_PROMOTION_END
			: first ? BILL_FIRST
			: extra ? BILL_EXTRA
				: BILL_PLAIN };

	company_tell(c, &h);
	who->billed_cents = (uint16_t)MIN_OF(h.amount_cents, (int32_t)UINT16_MAX);
	if (ended)
		end_promotion(c, customer);
}

/* By card, on the web site. */
static void pay_later(
	struct company *c, uint32_t customer, uint32_t bill, uint16_t cents, int64_t days)
{
	struct due due = { .time_ms = company_browse_time(c) + days * DAY_MS,
		.interaction = bill,
		.customer = customer,
		.issue = NO_NEED,
		.number = cents,
		.kind = DUE_PAYMENT };

	(void)agenda_put(c->agenda, &due);
}

/* What was billed, less what has been credited since. */
static void debit(struct company *c, uint32_t customer)
{
	struct customer *who = &c->customers[customer];
	uint16_t credit = MIN_OF(who->credit_cents, who->billed_cents);

	if (who->billed_cents == credit) /* nothing was billed, or all of it forgiven */
		return;
	bool fails = company_hits(c, VALUE(c, PAYMENT_FAILS));
	struct happening h = { .what = fails ? WHAT_PAYMENT_FAILED : WHAT_PAYMENT_CAME,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.bill_number = number_in(c, month_row(c, 0), customer),
		.amount_cents = who->billed_cents - credit };

	who->billed_cents = 0;
	who->credit_cents = (uint16_t)(who->credit_cents - credit);
	company_tell(c, &h);
	if (!fails)
		return;
	pay_later(c, customer, h.bill_number, (uint16_t)h.amount_cents,
		1 + (int64_t)random_below(&c->random, 9));
	struct due notice = { .time_ms = company_time_of(c, 10 * HOUR_MS),
		.interaction = h.bill_number,
		.customer = customer,
		.issue = NO_NEED,
		.number = (uint16_t)h.amount_cents,
		.kind = DUE_REJECTED };
	(void)agenda_put(c->agenda, &notice);
	if (company_hits(c, COMPANY_ASKS_AFTER_DEBIT))
		company_need_later(c,
			company_need_time(c) + (int64_t)random_below(&c->random, 5) * DAY_MS,
			customer, REASON_BILL, CAUSE_PAYMENT, 0);
}

void company_rejected(struct company *c, const struct due *due)
{
	struct happening about = { .bill_number = (uint32_t)due->interaction,
		.amount_cents = due->number,
		.due_ms = c->now_ms + 8 * DAY_MS };

	company_message(c, due->customer, WHAT_SMS_SENT, TEMPLATE_PAYMENT_FAILED, &about);
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
	for (unsigned cycle = 0; cycle < BILL_CYCLES; cycle++) {
		if (c->day.month_day == bill_days[cycle])
			each_of_cycle(c, cycle, bill);
		if (c->day.month_day == bill_days[cycle] + DEBIT_DAYS)
			each_of_cycle(c, cycle, debit);
	}
}

/* Half a month is owed, and paid by card: nothing may be debited any more. */
void company_last_bill(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];
	struct happening h = { .what = WHAT_BILL_ISSUED,
		.customer = customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.bill_number = number_in(c, 0, customer),
		.amount_cents = (int32_t)(who->monthly_cents / 2),
		.product = who->fixed != PRODUCT_NONE ? who->fixed : who->mobile,
		.due_ms = c->now_ms + 20 * DAY_MS,
		.item = BILL_LAST };

	if (!who->pays || h.amount_cents == 0)
		return;
	company_tell(c, &h);
	pay_later(c, customer, h.bill_number, (uint16_t)h.amount_cents,
		3 + (int64_t)random_below(&c->random, 15));
}

void company_pay(struct company *c, const struct due *due)
{
	struct happening h = { .what = WHAT_PAYMENT_CAME,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = CHANNEL_WEB,
		.bill_number = (uint32_t)due->interaction,
		.amount_cents = due->number };

	company_tell(c, &h);
}

double company_bill_mood(const struct company *c, const struct customer *who)
{
	static const double month_days_mean = 30.4;
	int since = c->day.month_day - bill_days[who->cycle];
	double peak = VALUE(c, BILL_PEAK), peak_days = PEAK_TO - PEAK_FROM + 1;

	if (since >= PEAK_FROM && since <= PEAK_TO)
		return peak;
	return MAX_OF((month_days_mean - peak_days * peak) / (month_days_mean - peak_days), 0.0);
}
