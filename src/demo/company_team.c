/* demo/company_team.c - teams: how many agents when, who sits where, who waits
 *
 * A position is a seat with a telephone (in chat: one of the chats that an agent holds at once).
 * Every half hour the planners' number of positions is open: by Erlang A, for the volume that they
 * expect of this weekday from the weeks before.  On Monday mornings they never have enough people
 * (parameter abandon_busy).  A fraction of an agent means one more in that share of the half hours.
 *
 *   CLOSED -> IDLE -> BUSY -> IDLE            callers wait in one line a team, first come first
 *                       \-> CLOSING -> CLOSED served; the position idle for longest takes the next
 *
 * An agent's number is his seat in the company (slot) plus AGENT_GENERATION for every predecessor.
 */
#include "demo/company_internal.h"

#include <stdlib.h>

enum {
	NO_POSITION = UINT32_MAX,
	AGENT_GENERATION = 100000,
	SHIFT_HOUR = 14,
	THREE_TEAMS_FROM = 150000, /* customers: below, one team does everything */
	BUSY_UNTIL_HALF_HOUR = 10, /* Monday morning: until 13 h */
	PEAK_FROM_HALF_HOUR = 18, /* from 17 h ... */
	PEAK_UNTIL_HALF_HOUR = 22, /* ... to 19 h */
	DRAW_AGENT = 2000,
};
static const double chat_patience_s = 240, chat_abandoned = 0.04, learning = 0.15;

/* ---- agents */

static uint64_t slot_key(const struct company_plan *plan, uint32_t slot)
{
	return people_draw(plan->seed * 2 + 4, slot);
}

/* The day, counted from the start, on which the slot's agent leaves in that year; -1: he stays. */
static int64_t replaced_day(const struct company_plan *plan, uint64_t key, uint32_t year)
{
	if (people_unit(key, DRAW_AGENT + 10 + year) >= plan->parameters.value[PARAMETER_ATTRITION])
		return -1;
	return (int64_t)year * 365 + (int64_t)(people_draw(key, DRAW_AGENT + 30 + year) % 365);
}

/* The generation of a slot's agent on a day, and when he was hired (days from the start). */
static uint32_t generation_on(
	const struct company_plan *plan, uint64_t key, int64_t day, int64_t *hired)
{
	uint32_t generation = 0;
	double u = people_unit(key, DRAW_AGENT),
	       attrition = plan->parameters.value[PARAMETER_ATTRITION];

	*hired = u < attrition ? -1 - (int64_t)(u / attrition * 365) : -366 - (int64_t)(u * 3000);
	for (uint32_t year = 0; (int64_t)year * 365 <= day; year++) {
		int64_t replaced = replaced_day(plan, key, year);
		if (replaced >= 0 && replaced <= day) {
			generation++;
			*hired = replaced;
		}
	}
	return generation;
}

static uint32_t agent_of_slot(const struct company *c, uint32_t slot)
{
	int64_t hired;

	return slot + AGENT_GENERATION * generation_on(c->plan, slot_key(c->plan, slot),
						 (int64_t)c->day.index - WARM_DAYS, &hired);
}

static int64_t hired_day(const struct company_plan *plan, uint32_t agent)
{
	uint64_t key = slot_key(plan, agent % AGENT_GENERATION);
	uint32_t generation = agent / AGENT_GENERATION;
	int64_t hired, day = 0;

	if (generation_on(plan, key, day, &hired) >= generation)
		return hired;
	for (uint32_t year = 0, seen = 0; year <= COMPANY_DAYS_MAX / 365; year++) {
		day = replaced_day(plan, key, year);
		if (day >= 0 && ++seen == generation)
			return day;
	}
	return hired;
}

void company_agent(const struct company_plan *plan, uint32_t agent, struct agent *out)
{
	uint64_t key = slot_key(plan, agent % AGENT_GENERATION);

	*out = (struct agent){
		.key = people_draw(key, agent / AGENT_GENERATION),
		.partner = people_unit(key, DRAW_AGENT + 1) <
			   plan->parameters.value[PARAMETER_PARTNER],
		.hired_ms = (plan->first_day + hired_day(plan, agent)) * DAY_MS,
	};
}

bool company_is_novice(const struct company *c, uint32_t agent)
{
	return (int64_t)c->day.index - WARM_DAYS - hired_day(c->plan, agent) <
	       (int64_t)VALUE(c, NOVICE_DAYS);
}

double company_agent_skill(const struct company *c, uint32_t agent)
{
	uint64_t key = slot_key(c->plan, agent % AGENT_GENERATION);

	return (people_unit(key, DRAW_AGENT + 2) + people_unit(key, DRAW_AGENT + 3) - 1) * 0.08;
}

/* ---- teams */

static const struct {
	enum call_queue queues[4];
} three_teams[] = { { { QUEUE_TECHNICAL, QUEUE_MOBILE } }, { { QUEUE_BILLING, QUEUE_SALES } },
	{ { QUEUE_LOYALTY } } };

unsigned company_team_of(const struct company *c, enum call_queue queue)
{
	if (queue == QUEUE_CHAT)
		return c->team_count - 1;
	for (unsigned team = 0; team + 1 < c->team_count && c->team_count > 2; team++)
		for (unsigned i = 0; i < ARRAY_LEN(three_teams[team].queues); i++)
			if (three_teams[team].queues[i] == queue)
				return team;
	return 0;
}

/* Positions for `volume` contacts within half an hour. */
static double positions_for(const struct team *team, double volume, double abandonment)
{
	enum { HALF_HOUR_S = 1800 };
	double load = volume * team->aht_s / HALF_HOUR_S;

	if (load < 1e-6)
		return 1;
	return erlang_agents(load, abandonment, team->patience_s / team->aht_s);
}

static double volume_of(const struct company *c, const struct team *team, unsigned half_hour)
{
	double a_year = team->chat ? VALUE(c, CHAT)
				   : VALUE(c, IVR_ENTRIES) *
					     (1 - VALUE(c, IVR_CONTAINED) - VALUE(c, IVR_HANG_UP));

	return c->active * a_year / 365 * c->day.calls_expected * company_profile(half_hour) *
	       team->share;
}

static double abandonment_planned(const struct company *c, const struct team *team, unsigned at)
{
	bool after_rest = c->day.weekday == 0 || !company_is_open_day(c->day.days - 1);

	if (team->chat)
		return chat_abandoned;
	if (after_rest && at < BUSY_UNTIL_HALF_HOUR)
		return VALUE(c, ABANDON_BUSY);
	return at >= PEAK_FROM_HALF_HOUR && at < PEAK_UNTIL_HALF_HOUR ? VALUE(c, ABANDON_PEAK)
								      : VALUE(c, ABANDON_CALM);
}

static void make_team(struct company *c, unsigned at, uint32_t *slots)
{
	static const double season_most = 1.25 * 1.12 * 1.25, hour_most = 0.058;
	struct team *team = &c->teams[at];
	double mean_aht = 0, all = 0, per_million = VALUE(c, STAFF_CHAT);

	team->chat = at + 1 == c->team_count;
	for (unsigned r = 1; r < REASON_COUNT_ && !team->chat; r++) {
		double share = c->value[PARAMETER_SHARE_INTERNET + 3 * (r - 1)];
		if (company_team_of(c, company_queue_of((enum reason)r)) != at)
			continue;
		all += share;
		mean_aht += share * c->value[PARAMETER_AHT_INTERNET + 3 * (r - 1)];
		per_million = VALUE(c, STAFF_PHONE);
	}
	team->share = team->chat ? 1 : all;
	team->aht_s = team->chat ? VALUE(c, CHAT_AHT)
		      : all > 0  ? mean_aht / all / (1 + VALUE(c, TRANSFERS))
				 : 500;
	team->patience_s = team->chat ? chat_patience_s : VALUE(c, PATIENCE);
	team->per_agent = team->chat ? VALUE(c, CHAT_AT_ONCE) : 1;
	team->idle_first = team->idle_last = NO_POSITION;
	team->line_first = team->line_last = NO_CALL;
	for (unsigned i = 0; i < ARRAY_LEN(team->level); i++)
		team->level[i] = 1;
	double year = (team->chat ? VALUE(c, CHAT) : VALUE(c, IVR_ENTRIES) * 0.7) * team->share;
	double most = positions_for(
		team, c->plan->customers * year / 302 * season_most * hour_most, 0.03);
	double staff = per_million * team->share * c->plan->customers / 1e6;
	team->first_agent = *slots;
	team->agents = (uint32_t)MAX_OF(staff, 2 * most / team->per_agent) + 2;
	*slots += team->agents;
}

void company_make_teams(struct company *c)
{
	uint32_t slots = 1; /* agent 0 is nobody's */

	c->team_count = c->plan->customers < THREE_TEAMS_FROM ? 2 : TEAMS_MAX;
	for (unsigned i = 0; i < c->team_count; i++)
		make_team(c, i, &slots);
	c->first_mail_agent = slots;
	c->mail_agents = (uint32_t)(VALUE(c, STAFF_MAIL) * c->plan->customers / 1e6) + 2;
}

void company_free_teams(struct company *c)
{
	for (unsigned i = 0; i < c->team_count; i++)
		free(c->teams[i].positions);
}

uint32_t company_mail_agent(struct company *c)
{
	uint32_t slot = c->first_mail_agent + (uint32_t)random_below(&c->random, c->mail_agents);

	return agent_of_slot(c, slot);
}

/* ---- positions */

static unsigned shift_now(const struct company *c)
{
	return company_local_ms(c, c->now_ms) % DAY_MS >= SHIFT_HOUR * HOUR_MS;
}

static void tell_agent(struct company *c, const struct team *team, enum what what, uint32_t agent)
{
	struct happening h = { .what = (uint8_t)what,
		.customer = NOBODY,
		.agent = agent,
		.channel = team->chat ? CHANNEL_CHAT : CHANNEL_PHONE,
		.queue = (uint8_t)(team->chat           ? QUEUE_CHAT
				   : c->team_count == 2 ? QUEUE_TECHNICAL
							: three_teams[team - c->teams].queues[0]) };

	if (what == WHAT_AGENT_PAUSED)
		h.item = people_draw(agent, (uint32_t)(c->now_ms / HOUR_MS)) % 3 == 0 ? PAUSE_OTHER
										      : PAUSE_BREAK;
	company_tell(c, &h);
}

/* Agents rotate over the positions from day to day; the afternoon has other ones. */
static uint32_t agent_at(const struct company *c, const struct team *team, uint32_t position)
{
	uint32_t seat = (uint32_t)(position / team->per_agent);
	uint32_t turn = c->day.index * 7 + shift_now(c) * (team->agents / 2);

	return agent_of_slot(c, team->first_agent + (seat + turn) % team->agents);
}

static bool leads_seat(const struct team *team, uint32_t position)
{
	return position == 0 || (uint32_t)(position / team->per_agent) !=
					(uint32_t)((position - 1) / team->per_agent);
}

static void sign_off(struct company *c, struct team *team, uint32_t at)
{
	struct position *p = &team->positions[at];

	if (p->signed_on && leads_seat(team, at))
		tell_agent(c, team, WHAT_AGENT_OFF, p->agent);
	p->signed_on = false;
}

static void sign_on(struct company *c, struct team *team, uint32_t at)
{
	struct position *p = &team->positions[at];
	uint32_t agent = agent_at(c, team, at);

	if (p->signed_on && p->agent == agent) {
		if (p->paused && leads_seat(team, at))
			tell_agent(c, team, WHAT_AGENT_BACK, agent);
	} else {
		sign_off(c, team, at);
		p->agent = agent;
		p->signed_on = true;
		if (leads_seat(team, at))
			tell_agent(c, team, WHAT_AGENT_ON, agent);
	}
	p->paused = false;
}

static void idle_push(struct team *team, uint32_t at)
{
	team->positions[at].state = POSITION_IDLE;
	team->positions[at].next_idle = NO_POSITION;
	if (team->idle_last == NO_POSITION)
		team->idle_first = at;
	else
		team->positions[team->idle_last].next_idle = at;
	team->idle_last = at;
}

static uint32_t idle_pop(struct team *team)
{
	uint32_t at = team->idle_first;

	if (at == NO_POSITION)
		return at;
	team->idle_first = team->positions[at].next_idle;
	if (team->idle_first == NO_POSITION)
		team->idle_last = NO_POSITION;
	return at;
}

static void close_position(struct company *c, struct team *team, uint32_t at)
{
	struct position *p = &team->positions[at];

	p->state = POSITION_CLOSED;
	p->paused = true;
	if (p->signed_on && leads_seat(team, at))
		tell_agent(c, team, WHAT_AGENT_PAUSED, p->agent);
}

/* ---- the line */

static void take_next(struct company *c, struct team *team)
{
	uint32_t position;

	while (team->line_first != NO_CALL && (position = idle_pop(team)) != NO_POSITION) {
		uint32_t call = team->line_first;
		company_line_leave(c, call);
		team->positions[position].state = POSITION_BUSY;
		team->positions[position].call = call;
		c->calls[call].position = position;
		company_answered(c, call, team->positions[position].agent);
	}
}

void company_line_up(struct company *c, uint32_t call)
{
	struct call *k = &c->calls[call];
	struct team *team = &c->teams[k->team];

	k->state = CALL_WAITS;
	k->queued_ms = c->now_ms;
	k->next = NO_CALL;
	k->before = team->line_last;
	if (team->line_last == NO_CALL)
		team->line_first = call;
	else
		c->calls[team->line_last].next = call;
	team->line_last = call;
	team->waiting++;
	team->came++;
	take_next(c, team);
}

void company_line_leave(struct company *c, uint32_t call)
{
	struct call *k = &c->calls[call];
	struct team *team = &c->teams[k->team];

	if (k->before == NO_CALL)
		team->line_first = k->next;
	else
		c->calls[k->before].next = k->next;
	if (k->next == NO_CALL)
		team->line_last = k->before;
	else
		c->calls[k->next].before = k->before;
	team->waiting--;
}

static bool after_hours(const struct company *c)
{
	return company_local_ms(c, c->now_ms) % DAY_MS >= CLOSES_HOUR * HOUR_MS;
}

/* The position that `due` names is free again. */
void company_wrapped(struct company *c, const struct due *due)
{
	struct team *team = &c->teams[due->a];
	uint32_t at = due->issue;
	struct position *p = &team->positions[at];
	bool late = after_hours(c);

	if (due->b != 0 && !team->chat) {
		struct happening h = { .what = WHAT_CALL_WRAPPED,
			.customer = NOBODY,
			.agent = p->agent,
			.channel = CHANNEL_PHONE,
			.queue = due->b,
			.interaction = due->interaction,
			.wrap_ms = due->customer };
		company_tell(c, &h);
	}
	if (late ? team->line_first == NO_CALL : p->state == POSITION_CLOSING) {
		close_position(c, team, at);
		if (late)
			sign_off(c, team, at);
		return;
	}
	if (!late)
		sign_on(c, team, at); /* the afternoon's agent takes over */
	idle_push(team, at);
	take_next(c, team);
}

/* ---- every half hour */

static void grow(struct team *team, uint32_t open)
{
	if (open <= team->positions_most)
		return;
	team->positions = memory_resize(team->positions, open * sizeof(*team->positions));
	for (uint32_t i = team->positions_most; i < open; i++)
		team->positions[i] = (struct position){ .agent = NOBODY };
	team->positions_most = open;
}

static void set_open(struct company *c, struct team *team, uint32_t open, bool end)
{
	uint32_t old = team->idle_first;

	grow(team, open);
	team->idle_first = team->idle_last = NO_POSITION;
	while (old != NO_POSITION) { /* those idle for longest stay first */
		uint32_t at = old;
		old = team->positions[at].next_idle;
		if (at < open) {
			sign_on(c, team, at);
			idle_push(team, at);
		} else {
			close_position(c, team, at);
		}
	}
	for (uint32_t at = 0; at < team->positions_most; at++) {
		struct position *p = &team->positions[at];
		if (at >= open && p->state == POSITION_BUSY) {
			p->state = POSITION_CLOSING;
		} else if (at < open && p->state == POSITION_CLOSING) {
			p->state = POSITION_BUSY;
		} else if (at < open && p->state == POSITION_CLOSED) {
			sign_on(c, team, at);
			idle_push(team, at);
		}
		if (end && p->state == POSITION_CLOSED)
			sign_off(c, team, at);
	}
	team->open = open;
	take_next(c, team);
}

static void learn(struct company *c, struct team *team)
{
	double *level = &team->level[c->day.weekday];

	if (team->forecast > 0)
		*level = MIN_OF(
			MAX_OF(*level * (1 + learning * (team->came / team->forecast - 1)), 0.2),
			5.0);
}

void company_begin_shifts(struct company *c)
{
	if (!c->day.open)
		return;
	for (unsigned i = 0; i < c->team_count; i++)
		c->teams[i].came = c->teams[i].forecast = 0;
	struct due due = { .time_ms = company_time_of(c, OPENS_HOUR * HOUR_MS),
		.issue = NO_NEED,
		.kind = DUE_STAFF };
	(void)agenda_put(c->agenda, &due);
}

/* Who watches the day sees by noon that it is busier than planned, and calls people in. */
static double day_runs(const struct team *team)
{
	static const double calls_to_believe = 60, reaction = 0.6;
	double runs = (team->came + calls_to_believe) / (team->forecast + calls_to_believe);

	return 1 + reaction * (runs - 1);
}

void company_staff(struct company *c, const struct due *due)
{
	bool end = due->number == HALF_HOURS;

	for (unsigned i = 0; i < c->team_count; i++) {
		struct team *team = &c->teams[i];
		if (end) {
			learn(c, team);
			set_open(c, team, 0, true);
			continue;
		}
		double forecast = volume_of(c, team, due->number) * team->level[c->day.weekday];
		double volume = forecast * day_runs(team);
		double wanted =
			positions_for(team, volume, abandonment_planned(c, team, due->number));
		uint32_t open = (uint32_t)wanted;
		open += company_hits(c, wanted - open);
		team->forecast += forecast;
		set_open(c, team, MAX_OF(open, 1u), false);
	}
	if (end)
		return;
	struct due next = *due;
	next.time_ms += HOUR_MS / 2;
	next.number++;
	(void)agenda_put(c->agenda, &next);
}
