/* demo/company_ladder.c - what becomes of a complaint that the customer service has not solved
 *
 *   customer service -> consumer service, by registered letter or form; it owes an answer within
 *        |                30 days -> solved, often with a credit -> the case is closed
 *        |                   |
 *        |                   +-> not -> mediator, who owes an opinion within 90 days -> granted
 *        |                                or not -> the case is closed
 *        +-> given up: the case is closed for silence (company_need.c)
 *
 * The need itself is over by then, and with it surveys; the case goes on.  An entry of the agenda
 * carries: interaction = of the letter or form, issue = case, number = need's friction and flags,
 * a = enum complaint_step, b = rung's answer.
 */
#include "demo/company_internal.h"

enum { BY_FORM = 1, FRICTION_SHIFT = 1, GRANTS = 1, IS_LATE = 2, RUNG_CONSUMER = 2, RUNG_MEDIATOR };

static struct happening of_case(const struct due *due, enum what what)
{
	return (struct happening){ .what = (uint8_t)what,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = due->number & BY_FORM ? CHANNEL_WEB : CHANNEL_LETTER,
		.queue = QUEUE_CONSUMER,
		.case_number = due->issue,
		.reason = REASON_COMPLAINT,
		.told_reason = REASON_COMPLAINT,
		.cause = CAUSE_ESCALATED,
		.sentiment = -2,
		.urgency = 2,
		.tries = 3 };
}

static void next_step(struct company *c, const struct due *from, enum complaint_step step,
	double days, uint8_t answer)
{
	struct due due = *from;

	due.kind = DUE_LADDER;
	due.a = (uint8_t)step;
	due.b = answer;
	due.time_ms = company_open_time(c, c->now_ms + (int64_t)(days * (double)DAY_MS));
	(void)agenda_put(c->agenda, &due);
}

static void tell_step(struct company *c, const struct due *due, double days_owed, int32_t cents)
{
	struct happening h = of_case(due, WHAT_COMPLAINT_STEP);
	bool answer = due->a == COMPLAINT_ANSWERED || due->a == COMPLAINT_OPINION;

	h.item = due->a;
	h.channel = answer ? CHANNEL_BACKOFFICE : h.channel;
	h.due_ms = answer ? 0 : c->now_ms + (int64_t)(days_owed * (double)DAY_MS);
	h.amount_cents = cents;
	if (answer)
		h.outcome = due->b & GRANTS ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED;
	company_tell(c, &h);
	if (!answer)
		company_note_case(c, &h,
			due->a == COMPLAINT_TO_MEDIATOR ? NOTE_MEDIATOR : NOTE_CONSUMER_SERVICE);
}

static void witness_rung(struct company *c, const struct due *due, unsigned rung, int32_t cents)
{
	struct truth truth = { .kind = TRUTH_COMPLAINT,
		.time_ms = c->now_ms,
		.interaction = due->interaction,
		.customer = due->customer,
		.case_number = due->issue,
		.cost_cents = cents,
		.rung = (uint8_t)rung,
		.friction = (uint8_t)(due->number >> FRICTION_SHIFT),
		.hit = (due->b & GRANTS) != 0,
		.late = (due->b & IS_LATE) != 0 };

	company_witness(c, &truth);
}

static void close_case(struct company *c, const struct due *due, bool solved)
{
	struct customer *who = &c->customers[due->customer];
	struct happening h = of_case(due, WHAT_CASE_CLOSED);

	h.channel = CHANNEL_BACKOFFICE;
	h.outcome = solved ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED;
	company_tell(c, &h);
	who->outcome = solved ? AFTER_REPEATED : AFTER_UNRESOLVED;
	who->outcome_day = (int16_t)c->day.index;
}

/* The first rung: a letter with a receipt, or the form of the consumer service.  Whether it will be
 * solved is decided now, so that the witness hears of the contact with its end. */
static uint8_t write_to_consumer_service(
	struct company *c, const struct due *due, const struct need *n)
{
	uint8_t answer = (uint8_t)((company_hits(c, VALUE(c, CONSUMER_SOLVES)) ? GRANTS : 0) |
				   (company_hits(c, VALUE(c, CONSUMER_LATE)) ? IS_LATE : 0));
	bool form = (due->number & BY_FORM) != 0;
	struct happening h = of_case(due, form ? WHAT_MAIL_CAME : WHAT_LETTER_CAME);

	h.interaction = due->interaction;
	h.item = !form;
	company_tell(c, &h);
	struct need appeal = *n;
	appeal.cause = CAUSE_ESCALATED;
	company_contact(c, &appeal, form ? CHANNEL_EMAIL : CHANNEL_LETTER, due->interaction,
		c->now_ms, answer & GRANTS ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED, 0, false);
	return answer;
}

bool company_escalates(struct company *c, uint32_t need)
{
	static const double by_form = 0.45;
	const struct need *n = &c->needs[need];

	if (n->resolved || n->reason != REASON_COMPLAINT || !company_hits(c, VALUE(c, ESCALATED)))
		return false;
	struct due due = { .interaction = company_interaction(c),
		.customer = n->customer,
		.issue = n->case_number,
		.number = (uint16_t)(n->friction << FRICTION_SHIFT |
				     (company_hits(c, by_form) ? BY_FORM : 0)) };
	uint8_t answer = write_to_consumer_service(c, &due, n);
	next_step(c, &due, COMPLAINT_TO_CONSUMER_SERVICE,
		0.3 + (due.number & BY_FORM ? 0 : 2 * random_unit(&c->random)), answer);
	return true;
}

static void received(struct company *c, const struct due *due)
{
	double owed = VALUE(c, CONSUMER_DAYS), u = random_unit(&c->random);
	struct happening told = of_case(due, WHAT_EMAIL_SENT);

	tell_step(c, due, owed, 0);
	told.due_ms = c->now_ms + (int64_t)(owed * (double)DAY_MS);
	company_message(c, due->customer, WHAT_EMAIL_SENT, TEMPLATE_COMPLAINT, &told);
	/* Room on either side: an office answers when it opens, not at the minute a delay ends. */
	double days = due->b & IS_LATE ? owed * (1 + 0.4 * u) + 3 : owed * (0.2 + 0.65 * u);
	next_step(c, due, COMPLAINT_ANSWERED, days, due->b);
}

static void write_back(struct company *c, const struct due *due)
{
	bool form = (due->number & BY_FORM) != 0;
	struct happening h = of_case(due, form ? WHAT_MAIL_ANSWERED : WHAT_LETTER_ANSWERED);

	h.channel = form ? CHANNEL_EMAIL : CHANNEL_LETTER;
	h.interaction = due->interaction;
	h.agent = company_mail_agent(c);
	h.outcome = due->b & GRANTS ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED;
	h.talk_ms = (uint32_t)(chance_lognormal(&c->random, 1800, 0.4) * 1000);
	company_tell(c, &h);
}

/* A gesture, more than an agent of the customer service may grant. */
static int32_t draw_gesture(struct company *c, double mean_euros)
{
	enum { STEP = 500 };
	double cents = chance_lognormal(&c->random, mean_euros * 100, 0.5);

	return MAX_OF((int32_t)(cents / STEP + 0.5), 1) * STEP;
}

static int32_t grant(struct company *c, const struct due *due, double mean_euros)
{
	const struct need complaint = { .customer = due->customer,
		.case_number = due->issue,
		.reason = REASON_COMPLAINT,
		.cause = CAUSE_ESCALATED,
		.friction = (uint8_t)(due->number >> FRICTION_SHIFT) };
	int32_t cents = draw_gesture(c, mean_euros);

	if (company_bill_at_hand(c, due->customer) == 0)
		return 0; /* nothing that it could be taken off */
	company_grant(c, &complaint, cents);
	return cents;
}

static void answered(struct company *c, const struct due *due)
{
	static const double with_gesture = 0.6, mean_euros = 40;
	bool grants = (due->b & GRANTS) != 0;
	bool pays = grants && company_hits(c, with_gesture);

	write_back(c, due);
	int32_t cents = pays ? grant(c, due, mean_euros) : 0;
	tell_step(c, due, 0, cents);
	witness_rung(c, due, RUNG_CONSUMER, cents);
	if (!grants && company_hits(c, VALUE(c, MEDIATED))) {
		uint8_t opinion = company_hits(c, VALUE(c, MEDIATOR_GRANTS)) ? GRANTS : 0;
		next_step(c, due, COMPLAINT_TO_MEDIATOR, 8 + 30 * random_unit(&c->random), opinion);
		return;
	}
	close_case(c, due, grants);
}

static void opinion(struct company *c, const struct due *due)
{
	static const double mean_euros = 90;
	bool grants = (due->b & GRANTS) != 0;
	int32_t cents = grants ? grant(c, due, mean_euros) : 0;

	tell_step(c, due, 0, cents);
	witness_rung(c, due, RUNG_MEDIATOR, cents);
	close_case(c, due, grants);
}

void company_ladder_due(struct company *c, const struct due *due)
{
	double owed = VALUE(c, MEDIATOR_DAYS);

	switch ((enum complaint_step)due->a) {
	case COMPLAINT_TO_CONSUMER_SERVICE:
		received(c, due);
		break;
	case COMPLAINT_ANSWERED:
		answered(c, due);
		break;
	case COMPLAINT_TO_MEDIATOR:
		tell_step(c, due, owed, 0);
		next_step(c, due, COMPLAINT_OPINION, owed * (0.4 + 0.55 * random_unit(&c->random)),
			due->b);
		break;
	case COMPLAINT_OPINION:
		opinion(c, due);
		break;
	case COMPLAINT_STEP_COUNT_:
		break;
	}
}
