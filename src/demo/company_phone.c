/* demo/company_phone.c - a call (or a chat) from its beginning to its end
 *
 *   call: IVR -> kept there | hung up | line -> given up | agent -> (transfer -> line) -> over
 *   chat:                             line -> given up | agent -> over
 */
#include "demo/company_internal.h"

static const double talk_share = 0.87; /* of the handling time; the rest is wrap-up */
static const double talk_sigma = 0.55, wrap_sigma = 0.6;

enum call_queue company_queue_of(enum reason reason)
{
	static const enum call_queue queues[REASON_COUNT_] = {
		[REASON_NONE] = QUEUE_BILLING,
		[REASON_INTERNET] = QUEUE_TECHNICAL,
		[REASON_MOBILE] = QUEUE_MOBILE,
		[REASON_BILL] = QUEUE_BILLING,
		[REASON_ACCESS] = QUEUE_BILLING,
		[REASON_ORDER] = QUEUE_SALES,
		[REASON_OFFER] = QUEUE_SALES,
		[REASON_MOVE] = QUEUE_SALES,
		[REASON_CANCEL] = QUEUE_LOYALTY,
		[REASON_COMPLAINT] = QUEUE_LOYALTY,
	};

	return queues[reason];
}

/* ---- the slab of calls */

uint32_t company_take_call(struct company *c)
{
	enum { FIRST = 256 };
	uint32_t at = c->calls_free;

	if (at != NO_CALL) {
		c->calls_free = c->calls[at].next;
		return at;
	}
	if (c->calls_count == c->calls_capacity) {
		c->calls_capacity = MAX_OF(c->calls_capacity * 2, (uint32_t)FIRST);
		c->calls = memory_resize(c->calls, c->calls_capacity * sizeof(*c->calls));
	}
	return c->calls_count++;
}

void company_free_call(struct company *c, uint32_t call)
{
	company_release(c, c->calls[call].need);
	c->calls[call].state = CALL_FREE;
	c->calls[call].interaction = 0;
	c->calls[call].next = c->calls_free;
	c->calls_free = call;
}

static void tell_call(struct company *c, uint32_t call, struct happening *h)
{
	const struct call *k = &c->calls[call];

	h->interaction = k->interaction;
	h->customer = k->customer;
	h->queue = k->queue;
	h->device = k->device;
	if (h->agent == 0)
		h->agent = NOBODY;
	if (h->channel == CHANNEL_NONE)
		h->channel = k->chat ? CHANNEL_CHAT : CHANNEL_PHONE;
	company_colour(c, k->need, h);
	company_tell(c, h);
}

static void call_due(
	struct company *c, uint32_t call, int64_t after_ms, enum due_kind kind, uint8_t a)
{
	struct due due = { .time_ms = c->now_ms + after_ms,
		.interaction = c->calls[call].interaction,
		.customer = c->calls[call].customer,
		.issue = call,
		.kind = (uint8_t)kind,
		.a = a };

	(void)agenda_put(c->agenda, &due);
}

/* Entries of calls that are over by now are left in the agenda: interactions are never reused. */
static bool is_over(const struct company *c, const struct due *due, enum call_state state)
{
	const struct call *k = &c->calls[due->issue];

	return k->interaction != due->interaction || k->state != state;
}

static int64_t lognormal_ms(struct company *c, double mean_s, double sigma)
{
	return (int64_t)(chance_lognormal(&c->random, mean_s, sigma) * 1000);
}

/* ---- IVR */

static uint8_t line_of(struct company *c, uint32_t customer)
{
	const struct customer *who = &c->customers[customer];
	double u = random_unit(&c->random);

	if (u < 0.04)
		return LINE_HIDDEN;
	if (u < 0.07)
		return 2;
	return who->fixed != PRODUCT_NONE && u < (who->age >= AGE_60_74 ? 0.55 : 0.2) ? 1 : 0;
}

static enum reason other_reason(struct company *c, enum reason reason)
{
	unsigned other = 1 + (unsigned)random_below(&c->random, REASON_COUNT_ - 2);

	return (enum reason)(other >= (unsigned)reason ? other + 1 : other);
}

/* Friction 5: the new IVR takes a move for a cancellation. */
static void route(struct company *c, struct call *k)
{
	const struct need *n = &c->needs[k->need];
	bool planted = n->reason == REASON_MOVE && !c->plan->clean;
	double u = random_unit(&c->random), natural = VALUE(c, TRANSFERS);

	k->will_transfer = u < (planted ? VALUE(c, MOVE_TRANSFERS) : natural);
	k->told_reason = n->reason;
	if (planted)
		k->told_reason = REASON_CANCEL;
	else if (k->will_transfer && company_hits(c, 0.7))
		k->told_reason = (uint8_t)other_reason(c, (enum reason)n->reason);
	if (n->reason == REASON_MOVE) {
		struct truth truth = { .kind = TRUTH_FRICTION,
			.time_ms = c->now_ms,
			.interaction = k->interaction,
			.customer = n->customer,
			.need = n->number,
			.friction = 5,
			.exposed = planted,
			.hit = k->will_transfer };
		k->friction = k->will_transfer && u >= natural ? 5 : 0;
		company_witness(c, &truth);
	}
	k->queue = (uint8_t)company_queue_of((enum reason)k->told_reason);
	k->team = (uint8_t)company_team_of(c, (enum call_queue)k->queue);
}

void company_call(struct company *c, uint32_t need)
{
	uint32_t at = company_take_call(c);
	struct call *k = &c->calls[at];
	struct need *n = &c->needs[need];

	*k = (struct call){ .interaction = company_interaction(c),
		.began_ms = c->now_ms,
		.need = need,
		.customer = n->customer,
		.state = CALL_IVR };
	company_hold(c, need);
	n->channels |= 1u << CHANNEL_PHONE;
	struct happening h = { .what = WHAT_CALL_BEGAN,
		.channel = CHANNEL_IVR,
		.line = line_of(c, n->customer),
		.item = n->reason == REASON_CANCEL ? 2 : 1 };
	tell_call(c, at, &h);
	call_due(c, at, 9000 + (int64_t)random_below(&c->random, 16000), DUE_IVR, 1);
}

static void go_on_elsewhere(struct company *c, uint32_t need, double again, double median_s)
{
	double u = random_unit(&c->random);
	int64_t wait = lognormal_ms(c, median_s, 0.01);

	/* ln 2 apart, median and mean of an exponential. */
	wait = (int64_t)(chance_exponential(&c->random, (double)wait / 0.693147));
	if (u < again)
		company_try(c, need, CHANNEL_PHONE, company_open_time(c, c->now_ms + wait));
	else if (u < again + COMPANY_WRITES_INSTEAD)
		company_try(c, need, CHANNEL_EMAIL, c->now_ms + HOUR_MS * 3);
	else
		company_close_later(c, need, c->now_ms + DAY_MS * 3);
}

static void contain(struct company *c, uint32_t need)
{
	double contained = VALUE(c, IVR_CONTAINED);
	double returns = contained > 0 ? 1 - VALUE(c, IVR_CONTAINED_TRULY) / contained : 0;

	if (company_hits(c, returns)) {
		int64_t wait = (int64_t)chance_exponential(&c->random, 2.5 * (double)HOUR_MS);
		company_try(c, need, CHANNEL_PHONE,
			company_open_time(c, c->now_ms + MIN_OF(wait, 20 * HOUR_MS)));
		return;
	}
	c->needs[need].resolved = company_hits(c, 0.75);
	company_close_later(c, need, c->now_ms + DAY_MS * 2);
}

static void end_ivr(struct company *c, uint32_t call)
{
	struct call *k = &c->calls[call];
	double u = random_unit(&c->random), contained = VALUE(c, IVR_CONTAINED);
	struct happening h = { .what = WHAT_IVR_ENDED,
		.channel = CHANNEL_IVR,
		.told_reason = k->told_reason,
		.outcome = u < contained                           ? OUTCOME_CONTAINED
			   : u < contained + VALUE(c, IVR_HANG_UP) ? OUTCOME_LEFT
								   : OUTCOME_QUEUED };

	tell_call(c, call, &h);
	if (h.outcome == OUTCOME_QUEUED) {
		struct happening queued = { .what = WHAT_CALL_QUEUED,
			.item = (uint16_t)c->teams[k->team].waiting };
		tell_call(c, call, &queued);
		double patience = chance_exponential(&c->random, VALUE(c, PATIENCE));
		call_due(c, call, (int64_t)(patience * 1000), DUE_ABANDON, 0);
		company_line_up(c, call);
		return;
	}
	company_contact(c, &c->needs[k->need], CHANNEL_IVR, k->interaction, k->began_ms,
		(enum outcome)h.outcome, 0, false);
	if (h.outcome == OUTCOME_CONTAINED)
		contain(c, k->need);
	else
		go_on_elsewhere(c, k->need, COMPANY_HANG_UP_RETRIES, 2400);
	company_free_call(c, call);
}

void company_ivr(struct company *c, const struct due *due)
{
	struct call *k = &c->calls[due->issue];
	uint8_t step = due->a;

	if (is_over(c, due, CALL_IVR))
		return;
	if (step == 1)
		route(c, k);
	if (step == 3) {
		end_ivr(c, due->issue);
		return;
	}
	struct happening h = { .what = WHAT_IVR_CHOSE,
		.channel = CHANNEL_IVR,
		.item = step,
		.told_reason = k->told_reason };
	tell_call(c, due->issue, &h);
	call_due(c, due->issue, 7000 + (int64_t)random_below(&c->random, 25000), DUE_IVR,
		company_hits(c, 0.4) ? (uint8_t)(step + 1) : 3);
}

/* ---- the line */

void company_abandon(struct company *c, const struct due *due)
{
	uint32_t call = due->issue;
	struct call *k = &c->calls[call];

	if (is_over(c, due, CALL_WAITS))
		return;
	company_line_leave(c, call);
	struct happening h = { .what = k->chat ? WHAT_CHAT_LEFT : WHAT_CALL_ABANDONED,
		.wait_ms = c->now_ms - k->queued_ms };
	tell_call(c, call, &h);
	company_contact(c, &c->needs[k->need], k->chat ? CHANNEL_CHAT : CHANNEL_IVR, k->interaction,
		k->began_ms, OUTCOME_LEFT, k->friction, k->transferred);
	go_on_elsewhere(c, k->need, VALUE(c, REDIAL), VALUE(c, REDIAL_MEDIAN));
	company_free_call(c, call);
}

/* ---- the agent */

void company_answered(struct company *c, uint32_t call, uint32_t agent)
{
	struct call *k = &c->calls[call];
	bool novice = company_is_novice(c, agent);
	double aht = k->chat ? VALUE(c, CHAT_AHT) : c->rates.aht_s[c->needs[k->need].reason];

	k->state = CALL_TALKS;
	k->answered_ms = c->now_ms;
	k->agent = agent;
	k->novice = novice;
	struct happening h = { .what = k->chat ? WHAT_CHAT_ANSWERED : WHAT_CALL_ANSWERED,
		.agent = agent,
		.wait_ms = c->now_ms - k->queued_ms };
	if (!k->transferred)
		company_human(c, k->need, k->chat ? CHANNEL_CHAT : CHANNEL_PHONE, k->agent);
	tell_call(c, call, &h);
	aht *= novice && !k->chat ? 1 + VALUE(c, NOVICE_AHT) : 1;
	k->wrap_s = (float)(k->chat ? 0 : aht * (1 - talk_share));
	if (k->will_transfer && !k->transferred)
		call_due(c, call, lognormal_ms(c, 95, 0.5), DUE_TRANSFER, 0);
	else
		call_due(c, call,
			lognormal_ms(c,
				k->chat ? aht : aht * talk_share * (k->transferred ? 0.85 : 1),
				talk_sigma),
			DUE_TALKED, 0);
}

static void free_position(struct company *c, const struct call *k, uint32_t wrap_ms)
{
	struct due due = { .time_ms = c->now_ms + wrap_ms,
		.interaction = k->interaction,
		.customer = wrap_ms,
		.issue = k->position,
		.kind = DUE_WRAPPED,
		.a = k->team,
		.b = k->queue };

	if (!agenda_put(c->agenda, &due)) { /* the last day ends before: free it now */
		due.time_ms = c->now_ms;
		(void)agenda_put(c->agenda, &due);
	}
}

void company_transfer(struct company *c, const struct due *due)
{
	uint32_t call = due->issue;
	struct call *k = &c->calls[call];

	if (is_over(c, due, CALL_TALKS))
		return;
	uint32_t talk_ms = (uint32_t)(c->now_ms - k->answered_ms), from = k->agent;
	enum reason reason = (enum reason)c->needs[k->need].reason;
	free_position(c, k, 5000 + (uint32_t)random_below(&c->random, 20000));
	k->transferred = true;
	k->talked_ms += talk_ms;
	k->queue = (uint8_t)company_queue_of(
		k->told_reason == reason ? other_reason(c, reason) : reason);
	k->team = (uint8_t)company_team_of(c, (enum call_queue)k->queue);
	struct happening h = { .what = WHAT_CALL_TRANSFERRED, .agent = from, .talk_ms = talk_ms };
	tell_call(c, call, &h);
	struct happening queued = { .what = WHAT_CALL_QUEUED,
		.item = (uint16_t)c->teams[k->team].waiting };
	tell_call(c, call, &queued);
	/* Who was transferred does not hang up so soon again. */
	double patience = 2 * chance_exponential(&c->random, VALUE(c, PATIENCE));
	call_due(c, call, (int64_t)(patience * 1000), DUE_ABANDON, 0);
	company_line_up(c, call);
}

static enum outcome end_of(struct company *c, struct need *n, bool resolved)
{
	if (n->reason != REASON_CANCEL || !resolved)
		return resolved ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED;
	if (n->leaves && company_hits(c, VALUE(c, RETAINED)))
		n->leaves = false;
	return n->leaves ? OUTCOME_LEAVING : OUTCOME_RETAINED;
}

void company_talked(struct company *c, const struct due *due)
{
	static const double agents_code_right = 0.92;
	uint32_t call = due->issue, need = c->calls[call].need;
	struct call *k = &c->calls[call];

	if (is_over(c, due, CALL_TALKS))
		return;
	struct need *n = &c->needs[need];
	enum channel channel = k->chat ? CHANNEL_CHAT : CHANNEL_PHONE;
	double bonus = company_agent_skill(c, k->agent) - (k->novice ? VALUE(c, NOVICE_FCR) : 0) -
		       (k->transferred ? VALUE(c, TRANSFER_FCR_LOSS) : 0);
	bool resolved = company_resolves(c, need, channel, bonus);
	uint32_t wrap_ms = k->chat ? 0 : (uint32_t)lognormal_ms(c, k->wrap_s, wrap_sigma);
	struct happening h = { .what = k->chat ? WHAT_CHAT_ENDED : WHAT_CALL_ENDED,
		.agent = k->agent,
		.talk_ms = (uint32_t)(c->now_ms - k->answered_ms),
		.wrap_ms = wrap_ms,
		.outcome = (uint8_t)end_of(c, n, resolved),
		.told_reason = company_hits(c, agents_code_right)
				       ? n->reason
				       : (uint8_t)other_reason(c, (enum reason)n->reason) };
	tell_call(c, call, &h);
	company_contact(c, n, channel, k->interaction, k->began_ms, (enum outcome)h.outcome,
		k->friction, k->transferred);
	free_position(c, k, wrap_ms);
	if (resolved)
		company_explained(c, need, k->agent);
	company_served(c, need, resolved);
	company_free_call(c, call);
}

void company_chat(struct company *c, uint32_t need, uint8_t device, bool handed_over)
{
	static const double patience_s = 240;
	uint32_t at = company_take_call(c);
	struct call *k = &c->calls[at];
	struct need *n = &c->needs[need];

	*k = (struct call){ .interaction = company_interaction(c),
		.began_ms = c->now_ms,
		.need = need,
		.customer = n->customer,
		.queue = QUEUE_CHAT,
		.team = (uint8_t)(c->team_count - 1),
		.device = device,
		.chat = true };
	company_hold(c, need);
	n->channels |= 1u << CHANNEL_CHAT;
	struct happening h = { .what = WHAT_CHAT_BEGAN,
		.outcome = handed_over ? OUTCOME_HANDED_OVER : OUTCOME_NONE };
	tell_call(c, at, &h);
	call_due(c, at, (int64_t)(chance_exponential(&c->random, patience_s) * 1000), DUE_ABANDON,
		0);
	company_line_up(c, at);
}
