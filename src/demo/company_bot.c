/* demo/company_bot.c - conversations with the bot: helped, handed over, left, or kept in a loop */
#include "demo/company_internal.h"

/* Of the conversations: the bot believes that it helped these, and did not. */
static const double falsely = 0.25;

enum ending { HELPED, FALSELY, HANDED_OVER, LEFT };

/* due: a = turn, b = last turn, c = device and IN_APP, number = enum ending and friction */
enum { IN_APP = 8, FRICTION = 16 };

void company_bot(struct company *c, uint32_t need, enum channel channel, uint8_t device)
{
	struct need *n = &c->needs[need];
	const struct customer *who = &c->customers[n->customer];
	double helped = VALUE(c, BOT_RESOLVED);
	double rest = MAX_OF(1 - helped, 0.0) / 0.65;
	const double endings[] = { helped, falsely * rest, COMPANY_BOT_HANDS_OVER * rest,
		COMPANY_BOT_LEAVES * rest };
	bool app = channel == CHANNEL_APP ||
		   (channel == CHANNEL_NONE && who->has_app && company_hits(c, 0.5));
	unsigned ending = chance_pick(&c->random, endings, ARRAY_LEN(endings));
	bool loops = n->reason == REASON_BILL && !c->plan->clean && ending == FALSELY;
	struct due due = { .time_ms = c->now_ms + 8000,
		.interaction = company_interaction(c),
		.customer = n->customer,
		.issue = need,
		.number = (uint16_t)ending,
		.kind = DUE_BOT,
		.a = 1,
		.b = (uint8_t)((loops ? 5 : 2) + random_below(&c->random, 3)),
		.c = (uint8_t)(device | (app ? IN_APP : 0)) };

	n->channels |= 1u << CHANNEL_BOT;
	struct happening h = { .what = WHAT_BOT_BEGAN,
		.customer = n->customer,
		.agent = NOBODY,
		.channel = app ? CHANNEL_APP : CHANNEL_WEB,
		.interaction = due.interaction,
		.device = device };
	company_colour(c, need, &h);
	company_tell(c, &h);
	if (agenda_put(c->agenda, &due))
		company_hold(c, need);
}

/* Who believes himself helped, and is not, calls: friction 6 where he asked about a bill. */
static bool calls_after(struct company *c, const struct need *n, uint64_t interaction, bool helped)
{
	double said_so = VALUE(c, BOT_RESOLVED) / 2 + falsely;
	double natural = MIN_OF(VALUE(c, BOT_RETURNS) * said_so / falsely, 1.0);
	double planted = MIN_OF(VALUE(c, BOT_RETURNS_BILL) * said_so / falsely, 1.0);
	bool loops = n->reason == REASON_BILL && !c->plan->clean;
	double u = random_unit(&c->random);
	bool calls = !helped && u < (loops ? planted : natural);

	if (n->reason == REASON_BILL) {
		struct truth truth = { .kind = TRUTH_FRICTION,
			.time_ms = c->now_ms,
			.interaction = interaction,
			.customer = n->customer,
			.need = n->number,
			.friction = 6,
			.exposed = loops,
			.hit = calls };
		company_witness(c, &truth);
	}
	if (calls && loops && u >= natural) {
		struct need *changed = &c->needs[n - c->needs];
		changed->friction = 6;
		changed->cause = CAUSE_BOT_LOOP;
	}
	return calls;
}

static void phone_within_a_day(struct company *c, uint32_t need)
{
	int64_t wait = (int64_t)chance_exponential(&c->random, 2 * (double)HOUR_MS);

	company_try(c, need, CHANNEL_PHONE,
		company_open_time(c, c->now_ms + MIN_OF(wait, 14 * HOUR_MS)));
}

static void follow(struct company *c, const struct due *due, enum outcome outcome)
{
	uint32_t need = due->issue;
	struct need *n = &c->needs[need];
	bool helped = due->number == HELPED;

	if (outcome == OUTCOME_HANDED_OVER) {
		if (company_open_time(c, c->now_ms) == c->now_ms)
			company_chat(c, need, due->c % IN_APP, true);
		else
			company_try(c, need, CHANNEL_CHAT, company_open_time(c, c->now_ms));
	} else if (outcome == OUTCOME_LEFT) {
		if (company_hits(c, 0.4))
			phone_within_a_day(c, need);
		else
			company_close_later(c, need, c->now_ms + 3 * DAY_MS);
	} else if (outcome == OUTCOME_CONTAINED && calls_after(c, n, due->interaction, helped)) {
		phone_within_a_day(c, need);
	} else {
		n->resolved = helped;
		company_close_later(c, need, c->now_ms + 2 * HOUR_MS);
	}
}

void company_bot_due(struct company *c, const struct due *due)
{
	struct need *n = &c->needs[due->issue];
	struct happening h = { .what = due->a <= due->b ? WHAT_BOT_SAID : WHAT_BOT_ENDED,
		.customer = due->customer,
		.agent = NOBODY,
		.channel = due->c & IN_APP ? CHANNEL_APP : CHANNEL_WEB,
		.interaction = due->interaction,
		.device = due->c % IN_APP,
		.told_reason = n->reason };

	company_colour(c, due->issue, &h);
	if (due->a <= due->b) {
		struct due next = *due;
		h.item = due->a;
		company_tell(c, &h);
		next.a++;
		next.time_ms += 5000 + (int64_t)(chance_lognormal(&c->random, 25, 0.6) * 1000);
		if (!agenda_put(c->agenda, &next))
			company_release(c, due->issue);
		return;
	}
	static const enum outcome outcomes[] = { [HELPED] = OUTCOME_RESOLVED,
		[FALSELY] = OUTCOME_CONTAINED,
		[HANDED_OVER] = OUTCOME_HANDED_OVER,
		[LEFT] = OUTCOME_LEFT };
	enum outcome outcome = outcomes[due->number];
	if (outcome == OUTCOME_RESOLVED && company_hits(c, 0.5)) /* and says nothing */
		outcome = OUTCOME_CONTAINED;
	h.outcome = (uint8_t)outcome;
	company_tell(c, &h);
	company_contact(c, n, CHANNEL_BOT, due->interaction, c->now_ms, outcome, 0, false);
	if (!n->closed && !n->resolved)
		follow(c, due, outcome);
	company_release(c, due->issue);
}
