/* demo/company.c - the run of a simulated company: day after day, whatever is due in order of time
 *
 * A day begins with what is drawn for the whole day (needs, sessions, bills, orders, outages, who
 * leaves): each is put into the agenda at its time.  Then the agenda is emptied, entry by entry;
 * entries put in more.  All telling happens while an entry is worked off, so time never goes back.
 */
#include "demo/company.h"
#include "demo/company_internal.h"

#include <stdlib.h>

struct company_plan company_plan_of(uint32_t customers)
{
	return (struct company_plan){
		.parameters = parameters_preset(),
		.seed = 1,
		.customers = customers,
		.days = 365,
		.first_day = days_of_date(2026, 1, 1),
	};
}

static int64_t midnight_ms(int64_t days)
{
	const struct zone *paris = NULL;
	err e = zone_named(STR("Europe/Paris"), &paris, NULL);

	ASSERT(e == OK); /* ICU always has it */
	return zone_utc_of_local(paris, days * DAY_MS);
}

struct people company_people(const struct company_plan *plan)
{
	const double *value = plan->parameters.value;

	return (struct people){
		.seed = plan->seed,
		.count = plan->customers,
		.start_ms = midnight_ms(plan->first_day),
		.days = plan->days,
		.moves = value[PARAMETER_MOVES],
		.android_7_4 = value[PARAMETER_ANDROID_7_4],
		.english = value[PARAMETER_ENGLISH],
	};
}

uint64_t company_interaction(struct company *c)
{
	return ++c->interactions;
}

void company_tell(struct company *c, struct happening *happening)
{
	bool untold = happening->interaction != 0 && happening->interaction <= c->untold;

	if (c->failed != OK || c->day.index < WARM_DAYS || untold)
		return;
	happening->time_ms = c->now_ms;
	happening->serial = ++c->totals->happenings;
	c->failed = c->listener->hear(c->listener, happening, c->why);
}

void company_witness(struct company *c, struct truth *truth)
{
	bool untold = truth->interaction != 0 && truth->interaction <= c->untold;

	if (c->failed == OK && c->witness != NULL && c->day.index >= WARM_DAYS && !untold)
		c->failed = c->witness->tell(c->witness, truth, c->why);
}

static int32_t cost_of(const struct company *c, enum channel channel)
{
	static const enum parameter costs[CHANNEL_COUNT_] = {
		[CHANNEL_WEB] = PARAMETER_COST_SELF,
		[CHANNEL_APP] = PARAMETER_COST_SELF,
		[CHANNEL_IVR] = PARAMETER_COST_SELF,
		[CHANNEL_BOT] = PARAMETER_COST_SELF,
		[CHANNEL_PHONE] = PARAMETER_COST_CALL,
		[CHANNEL_CHAT] = PARAMETER_COST_CHAT,
		[CHANNEL_EMAIL] = PARAMETER_COST_MAIL,
		[CHANNEL_SOCIAL] = PARAMETER_COST_SOCIAL,
		[CHANNEL_LETTER] = PARAMETER_COST_LETTER,
		[CHANNEL_STORE] = PARAMETER_COST_SHOP,
		[CHANNEL_FIELD] = PARAMETER_COST_VISIT,
		[CHANNEL_BACKOFFICE] = PARAMETER_COST_OUTBOUND,
	};

	return costs[channel] == 0 ? 0 : (int32_t)(c->value[costs[channel]] + 0.5);
}

void company_contact(struct company *c, const struct need *need, enum channel channel,
	uint64_t interaction, int64_t began_ms, enum outcome outcome, uint8_t friction,
	bool transferred)
{
	struct truth truth = {
		.kind = TRUTH_CONTACT,
		.time_ms = began_ms,
		.interaction = interaction,
		.customer = need->customer,
		.need = need->number,
		.cost_cents = cost_of(c, channel),
		.channel = (uint8_t)channel,
		.reason = need->reason,
		.cause = need->cause,
		.outcome = (uint8_t)outcome,
		.tries = need->tries,
		.friction = friction != 0 ? friction : need->friction,
		.transferred = transferred,
	};

	c->totals->contacts += c->day.index >= WARM_DAYS;
	company_witness(c, &truth);
}

void company_due(struct company *c, int64_t time_ms, enum due_kind kind, uint32_t customer,
	uint32_t need, uint8_t a)
{
	struct due due = { .time_ms = time_ms,
		.customer = customer,
		.issue = need,
		.kind = (uint8_t)kind,
		.a = a };

	(void)agenda_put(c->agenda, &due); /* what lies behind the last day does not happen */
}

static void join(struct company *c, const struct due *due)
{
	company_join(c, due->customer);
}

static void move(struct company *c, const struct due *due)
{
	company_move(c, due->customer);
}

static void leave(struct company *c, const struct due *due)
{
	company_leave(c, due->customer, (enum leaving)due->a);
}

static void work_off(struct company *c, const struct due *due)
{
	static void (*const works[DUE_COUNT_])(struct company *, const struct due *) = {
		[DUE_STEP] = company_step,
		[DUE_NEED] = company_need_due,
		[DUE_TRY] = company_try_due,
		[DUE_IVR] = company_ivr,
		[DUE_ABANDON] = company_abandon,
		[DUE_TRANSFER] = company_transfer,
		[DUE_TALKED] = company_talked,
		[DUE_WRAPPED] = company_wrapped,
		[DUE_STAFF] = company_staff,
		[DUE_BOT] = company_bot_due,
		[DUE_MAIL] = company_mail_due,
		[DUE_POST] = company_post_due,
		[DUE_LETTER] = company_letter_due,
		[DUE_CLOSE] = company_close,
		[DUE_ORDER] = company_order_due,
		[DUE_VISIT] = company_visit_due,
		[DUE_CALL_BACK] = company_call_back,
		[DUE_OUTAGE] = company_outage,
		[DUE_OUTAGE_ENDS] = company_outage_ends,
		[DUE_LINE_BACK] = company_line_back,
		[DUE_CUT] = company_cut,
		[DUE_BUY] = company_buy,
		[DUE_JOIN] = join,
		[DUE_MOVE] = move,
		[DUE_LEAVE] = leave,
		[DUE_FORMER] = company_former,
		[DUE_SURVEY] = company_survey_due,
		[DUE_ANSWER] = company_answer_due,
		[DUE_REVIEW] = company_review_due,
		[DUE_CREDIT] = company_credit_due,
		[DUE_LADDER] = company_ladder_due,
		[DUE_REJECTED] = company_rejected,
		[DUE_PAYMENT] = company_pay,
	};

	c->now_ms = due->time_ms;
	works[due->kind](c, due);
}

static void count_bytes(struct company *c)
{
	size_t bytes = sizeof(*c) + c->plan->customers * sizeof(*c->customers) +
		       c->needs_capacity * sizeof(*c->needs) +
		       c->calls_capacity * sizeof(*c->calls) + agenda_bytes(c->agenda);

	c->totals->bytes_most = MAX_OF(c->totals->bytes_most, bytes);
	if (c->day.index >= WARM_DAYS)
		c->totals->active_years += c->active / 365.0;
}

static void draw_day(struct company *c)
{
	company_begin_shifts(c);
	company_daily_bills(c); /* first: needs know today's bill */
	company_daily_customers(c);
	company_daily_orders(c);
	company_daily_outages(c);
	company_daily_needs(c);
	company_daily_sessions(c);
	company_daily_surveys(c);
}

static bool stopped(const struct company *c)
{
	return c->plan->stop != NULL && atomic_load(c->plan->stop);
}

/* Who has been a customer before the first day. */
static void list_customers(struct company *c)
{
	for (uint32_t i = 0; i < c->plan->customers && c->failed == OK; i++) {
		struct happening h = { .what = WHAT_LISTED,
			.customer = i,
			.agent = NOBODY,
			.channel = CHANNEL_BACKOFFICE };
		if (c->customers[i].active)
			company_tell(c, &h);
	}
}

static void live_day(struct company *c, uint32_t index)
{
	enum { LOOK_EVERY = 1024 };
	struct due due;
	unsigned n = 0;

	agenda_begin_day(c->agenda, index);
	if (index == WARM_DAYS)
		c->untold = c->interactions;
	c->now_ms = c->starts[index];
	company_begin_day(c, index);
	if (index == WARM_DAYS)
		list_customers(c);
	draw_day(c);
	while (c->failed == OK && agenda_take(c->agenda, &due)) {
		work_off(c, &due);
		if (++n % LOOK_EVERY == 0 && stopped(c))
			c->failed = fail(c->why, MSG_CANCELLED);
	}
	count_bytes(c);
}

static void prepare(struct company *c)
{
	err e = zone_named(STR("Europe/Paris"), &c->zone, NULL);

	ASSERT(e == OK);
	uint32_t days = WARM_DAYS + c->plan->days;
	int64_t first = c->plan->first_day - WARM_DAYS;
	c->starts = memory_alloc((days + 1) * sizeof(*c->starts));
	for (uint32_t day = 0; day <= days; day++)
		c->starts[day] = zone_utc_of_local(c->zone, (first + day) * DAY_MS);
	c->agenda = agenda_create(c->starts, days);
	c->needs_free = NO_NEED;
	c->calls_free = NO_CALL;
	c->now_ms = c->starts[0];
	company_find_season(c);
	company_make_customers(c);
	company_find_rates(c);
	company_make_teams(c);
}

err company_run(const struct company_plan *plan, struct listener *listener, struct witness *witness,
	struct company_totals *totals, struct why *why)
{
	struct company *c = memory_alloc(sizeof(*c));

	ASSERT(plan->customers > 0 && plan->customers <= COMPANY_CUSTOMERS_MAX);
	ASSERT(plan->days > 0 && plan->days <= COMPANY_DAYS_MAX);
	*totals = (struct company_totals){ 0 };
	*c = (struct company){ .plan = plan,
		.value = plan->parameters.value,
		.people = company_people(plan),
		.random = random_of(plan->seed),
		.listener = listener,
		.witness = witness,
		.totals = totals,
		.why = why };
	prepare(c);
	for (uint32_t day = 0; day < WARM_DAYS + plan->days && c->failed == OK; day++)
		live_day(c, day);
	err e = c->failed;
	company_free_teams(c);
	agenda_free(c->agenda);
	free(c->starts);
	free(c->customers);
	free(c->needs);
	free(c->calls);
	free(c);
	return e;
}
