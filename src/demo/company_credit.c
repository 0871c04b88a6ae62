/* demo/company_credit.c - from a bill to its explanation to a credit
 *
 *   bill -> a contact about it is solved: the bill was explained -> a mail repeats it line by line
 *        -> in some cases a credit is promised -> booked some days later -> off the next payment
 *
 * A former customer who was dunned by mistake (friction 7) is always credited what he was asked.
 */
#include "demo/company_internal.h"

/* Under the price of the cheapest contract for a month, so that one payment takes most of them. */
enum { CREDIT_LEAST = 200, CREDIT_STEP = 100, CREDIT_MOST = 30000 };
static const int32_t dunned_cents = 4990; /* as company_customer.c asks for */

void company_note_case(struct company *c, const struct happening *about, enum case_note note)
{
	struct happening h = *about;

	h.what = WHAT_CASE_NOTED;
	h.channel = CHANNEL_BACKOFFICE;
	h.told_reason = about->reason;
	h.item = (uint16_t)note;
	if (h.case_number != 0)
		company_tell(c, &h);
}

static struct happening about_bill(
	const struct company *c, uint32_t customer, uint32_t case_number, uint32_t agent)
{
	return (struct happening){ .customer = customer,
		.agent = agent,
		.case_number = case_number,
		.reason = REASON_BILL,
		.bill_number = company_bill_at_hand(c, customer) };
}

static bool asks_about_a_sum(const struct need *n)
{
	return n->reason == REASON_BILL && n->cause != CAUSE_PAYMENT;
}

/* Round sums, as people grant them; on average what the parameter says. */
static int32_t draw_credit(struct company *c)
{
	double cents = chance_lognormal(&c->random, VALUE(c, CREDIT_CENTS), 0.55);
	int32_t steps = (int32_t)(cents / CREDIT_STEP + 0.5);

	return MIN_OF(MAX_OF(steps * CREDIT_STEP, CREDIT_LEAST), CREDIT_MOST);
}

void company_explained(struct company *c, uint32_t need, uint32_t agent)
{
	struct need *n = &c->needs[need];

	if (!asks_about_a_sum(n) || n->explained)
		return;
	n->explained = true;
	struct happening h = about_bill(c, n->customer, n->case_number, agent);
	bool dunned = n->cause == CAUSE_DUNNED;
	if (h.bill_number == 0)
		return; /* somebody else pays: he was told whom to ask */
	if (!dunned) {
		company_note_case(c, &h, NOTE_BILL_EXPLAINED);
		company_message(c, n->customer, WHAT_EMAIL_SENT, TEMPLATE_BILL_EXPLAINED, &h);
	}
	if (dunned || company_hits(c, VALUE(c, CREDITED)))
		company_grant(c, n, dunned ? dunned_cents : draw_credit(c));
}

void company_grant(struct company *c, const struct need *n, int32_t cents)
{
	struct customer *who = &c->customers[n->customer];
	struct happening h = about_bill(c, n->customer, n->case_number, NOBODY);
	double days = chance_exponential(&c->random, VALUE(c, CREDIT_DAYS));
	struct due due = { .time_ms = company_open_time(
				   c, c->now_ms + HOUR_MS + (int64_t)(days * (double)DAY_MS)),
		.interaction = h.bill_number,
		.customer = n->customer,
		.issue = n->case_number,
		.number = (uint16_t)cents,
		.kind = DUE_CREDIT };
	struct truth truth = { .kind = TRUTH_CREDIT,
		.time_ms = c->now_ms,
		.customer = n->customer,
		.need = n->number,
		.case_number = n->case_number,
		.bill_number = h.bill_number,
		.cost_cents = cents,
		.reason = n->reason,
		.cause = n->cause,
		.friction = n->friction };

	if (h.bill_number == 0)
		return;
	h.amount_cents = cents;
	h.reason = n->reason;
	company_note_case(c, &h, NOTE_CREDIT);
	company_witness(c, &truth);
	if (who->active)
		who->credit_cents = (uint16_t)MIN_OF(who->credit_cents + cents, UINT16_MAX);
	(void)agenda_put(c->agenda, &due);
}

void company_credit_due(struct company *c, const struct due *due)
{
	struct happening h = { .what = WHAT_CREDIT_GIVEN,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = CHANNEL_BACKOFFICE,
		.case_number = due->issue,
		.bill_number = (uint32_t)due->interaction,
		.amount_cents = due->number };

	company_tell(c, &h);
	company_message(c, due->customer, WHAT_EMAIL_SENT, TEMPLATE_CREDIT, &h);
}
