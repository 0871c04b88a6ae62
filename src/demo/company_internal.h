/* demo/company_internal.h - the state of a running company, shared by the files company_*.c.
 *
 *   company.c           the run: days, the table of what is due, telling
 *   company_day.c       what kind of day it is; times of day
 *   company_rates.c     how often needs arise, so that the volumes asked for come out
 *   company_customer.c  a customer's state; joining, moving, leaving
 *   company_need.c      a need: its first channel, what follows a contact, its end
 *   company_web.c       sessions on web site and application
 *   company_bot.c       conversations with the bot
 *   company_phone.c     calls: IVR, queue, agent, transfer
 *   company_team.c      teams: staffing, positions, waiting lines (phone and chat)
 *   company_desk.c      mail, letters, social networks, shops
 *   company_order.c     orders, technicians
 *   company_bill.c      bills, payments
 *   company_credit.c    bills explained, credits
 *   company_ladder.c    complaints before the consumer service and the mediator
 *   company_outage.c    outages, faults of single lines
 *   company_survey.c    satisfaction, surveys, reviews
 */
#pragma once

#include "base/zone.h"
#include "demo/agenda.h"
#include "demo/calendar.h"
#include "demo/chance.h"
#include "demo/company.h"
#include "demo/erlang.h"

enum {
	NO_DAY = INT16_MIN,
	NO_NEED = UINT32_MAX,
	NO_CALL = UINT32_MAX,
	HALF_HOURS = 24, /* of phone and chat, from 8 h to 20 h */
	OPENS_HOUR = 8,
	CLOSES_HOUR = 20,
	EXCHANGES = 4, /* of a departement: an outage hits one of them */
	TEAMS_MAX = 4,
	PROPENSITIES = 8,
	/* Simulated before the first day and not told: the company is not new, people are in the
	 * middle of something.  Days are counted from there (`day.index`). */
	WARM_DAYS = 35,
};

/* What follows a session about a need that is not solved there; the rest gives up. */
struct after_session {
	double call, bot, chat, mail, shop, again;
};
extern const struct after_session company_after_session;
/* The next channel after a contact that solved nothing: shares. */
extern const double company_next_channel[CHANNEL_COUNT_];

/* Behaviour between the figures of parameters.def; shares. */
#define COMPANY_ABANDONED 0.07 /* of the queued calls: what staffing aims at over a year */
#define COMPANY_HANG_UP_RETRIES 0.55 /* of those who hang up in the IVR */
#define COMPANY_WRITES_INSTEAD 0.08 /* of those who hang up, in the IVR or in line */
#define COMPANY_ASKS_AFTER_DEBIT 0.35 /* of those whose direct debit failed */
#define COMPANY_CANCEL_LETTERS 6.0 /* a letter is so much likelier to cancel than for the rest */
#define COMPANY_BOT_LEAVES 0.20 /* of the bot's conversations */
#define COMPANY_BOT_HANDS_OVER 0.20
#define COMPANY_BOT_CALLS 0.13 /* of them end in a call, frictions apart */
#define COMPANY_JOINERS_CONNECTED 0.55 /* of those who join with fibre; others have a socket */
#define COMPANY_FIBRE_ORDER_NEEDS 4.0 /* against another order */
#define COMPANY_LINE_SHARE 0.16 /* of the needs about internet: a fault of the line itself */

/* What is due: `due.kind`. */
enum due_kind {
	DUE_STEP, /* a page of a session */
	DUE_NEED, /* a need arises */
	DUE_TRY, /* a contact about a need: a = channel */
	DUE_IVR, /* a choice or the end of the IVR: a = step */
	DUE_ABANDON,
	DUE_TRANSFER,
	DUE_TALKED,
	DUE_WRAPPED,
	DUE_STAFF, /* the next half hour */
	DUE_BOT,
	DUE_MAIL,
	DUE_POST,
	DUE_LETTER,
	DUE_CLOSE, /* a need ends */
	DUE_ORDER, /* the next step of an order: a = step */
	DUE_VISIT, /* a = 1: repair */
	DUE_CALL_BACK, /* after a repair */
	DUE_OUTAGE, /* a = departement, b = exchange */
	DUE_OUTAGE_ENDS,
	DUE_LINE_BACK, /* issue = product */
	DUE_CUT, /* issue = product */
	DUE_BUY, /* a = product */
	DUE_JOIN,
	DUE_MOVE,
	DUE_LEAVE, /* a = enum leaving */
	DUE_FORMER, /* a = 1 dunned, 2 canvassed, 3 equipment back */
	DUE_SURVEY, /* sent */
	DUE_ANSWER, /* and answered */
	DUE_REVIEW,
	DUE_CREDIT, /* in the books: interaction = bill, issue = case, number = cents */
	DUE_LADDER, /* a = enum complaint_step */
	DUE_REJECTED, /* a word about a debit: as DUE_PAYMENT */
	DUE_PAYMENT, /* by card: interaction = bill, number = cents */
	DUE_COUNT_
};

struct customer {
	int16_t joined_day, left_day; /* NO_DAY: before the first day; not yet */
	int16_t outcome_day; /* when a need of his last ended */
	int16_t survey_day;
	int16_t promotion_day; /* the first day without it, or NO_DAY */
	uint16_t monthly_cents; /* of the account, if he pays for one */
	uint16_t billed_cents, credit_cents; /* not debited yet; granted and not taken off yet */
	uint8_t outcome; /* enum after: of that need */
	uint8_t devices;
	uint8_t propensity, age, departement, exchange, cycle;
	uint8_t fixed, mobile; /* enum product */
	bool active, pays, android_7_4, has_app, satisfied, arm, welcomed;
};

enum after { AFTER_NOTHING, AFTER_RESOLVED, AFTER_REPEATED, AFTER_UNRESOLVED };

struct need {
	int64_t opened_ms;
	uint32_t customer, number, case_number, order_number;
	uint32_t next_free;
	uint16_t channels; /* a bit for each tried */
	uint8_t reason, cause, friction;
	uint8_t tries; /* human contacts */
	uint8_t pending; /* entries of the agenda and calls that point here */
	uint8_t outcome; /* of the last contact */
	bool closed, resolved, delighted, leaves, repair, transferred, explained;
};

enum call_state { CALL_FREE, CALL_IVR, CALL_WAITS, CALL_TALKS };

/* A call or a chat in progress. */
struct call {
	uint64_t interaction;
	int64_t began_ms, queued_ms, answered_ms;
	uint32_t need, next, before; /* neighbours in the line, or the next free one */
	uint32_t position;
	uint32_t customer, agent, talked_ms;
	float wrap_s;
	uint8_t state, team, queue, told_reason, friction, device;
	bool transferred, will_transfer, chat, novice;
};

enum position_state { POSITION_CLOSED, POSITION_IDLE, POSITION_BUSY, POSITION_CLOSING };

struct position {
	uint32_t agent, next_idle, call;
	uint8_t state;
	bool signed_on, paused;
};

struct team {
	struct position *positions;
	uint32_t positions_most, open;
	uint32_t first_agent, agents;
	uint32_t idle_first, idle_last, line_first, line_last, waiting;
	double share; /* of the calls, or 1 */
	double aht_s, patience_s, per_agent; /* positions of one agent */
	double level[7]; /* volume against the first forecast, by weekday */
	double forecast, came; /* today */
	bool chat;
};

struct day {
	uint32_t index;
	int64_t days; /* since 1970-01-01, in Paris */
	int64_t midnight_ms; /* UTC */
	int64_t shift_ms; /* to add from 3 h on the days when the clock is changed */
	int weekday, month, month_day;
	bool open; /* phone, chat, shops */
	double needs, sessions; /* how busy: 1 on average over a year; needs with noise */
	double season; /* of the month */
	double calls_expected; /* what planners know */
	bool school_holiday[4]; /* zones A, B, C, Corsica */
};

struct rates {
	double needs; /* per subscriber and year */
	double reason[REASON_COUNT_]; /* of these, by reason */
	double hazard[REASON_COUNT_]; /* of these, those that arise by themselves */
	double first[CHANNEL_COUNT_]; /* shares of first channels */
	double fcr[REASON_COUNT_], aht_s[REASON_COUNT_]; /* of a trained agent, without transfer */
	double comes_back, relapses, within_week; /* probabilities after a contact */
	double routine_sessions, idle_sessions; /* per subscriber and year */
	double self_served; /* of the sessions about a need */
	double contact_share; /* of the needs that reach a human, an IVR or a shop */
	double leaving; /* hazard a year without any contact */
	double leaves_by_need; /* share of leavers who say so first */
	double upgrades; /* fibre orders of customers, per subscriber and year */
	double order_needs, move_needs; /* means per order, per move */
	double line_faults, repair; /* per fixed line and year; share that a technician mends */
	double cuts_fixed,
		cuts_mobile; /* short ones that nobody is called about, per line and year */
	double shop_by_age[AGE_BAND_COUNT_], web_by_age[AGE_BAND_COUNT_];
	double fcr_by_age[AGE_BAND_COUNT_];
	double other_letters; /* how much likelier others write one, against the average */
	double calls_normal, needs_normal; /* make the season's mean 1 */
	double noise_kept; /* calls follow needs by hours to weeks, which smooths noise */
};

struct company {
	const struct company_plan *plan;
	const double *value; /* of the parameters */
	struct people people;
	struct random random;
	const struct zone *zone;
	int64_t *starts; /* of the days */
	struct agenda *agenda;
	struct listener *listener;
	struct witness *witness;
	struct customer *customers;
	struct need *needs;
	uint32_t needs_count, needs_capacity, needs_free;
	struct call *calls;
	uint32_t calls_count, calls_capacity, calls_free;
	struct team teams[TEAMS_MAX];
	unsigned team_count;
	uint32_t first_mail_agent, mail_agents;
	struct rates rates;
	struct day day;
	int64_t now_ms;
	uint64_t untold; /* the last interaction that began before the first day */
	uint32_t active;
	double share_fixed, share_holders, share_mobile, share_pays, share_age[AGE_BAND_COUNT_];
	double young_factor; /* what the young leavers do to leaving */
	uint64_t interactions;
	uint32_t need_numbers, case_numbers, order_numbers, bill_numbers, outages;
	struct company_totals *totals;
	err failed;
	struct why *why;
};

#define VALUE(company, name) ((company)->value[PARAMETER_##name])

/* ---- company.c */
void company_tell(struct company *c, struct happening *happening); /* sets time and serial */
void company_witness(struct company *c, struct truth *truth);
/* Tells the truth of a contact that ends now. */
void company_contact(struct company *c, const struct need *need, enum channel channel,
	uint64_t interaction, int64_t began_ms, enum outcome outcome, uint8_t friction,
	bool transferred);
uint64_t company_interaction(struct company *c);
static inline bool company_hits(struct company *c, double probability)
{
	return random_unit(&c->random) < probability;
}
void company_due(struct company *c, int64_t time_ms, enum due_kind kind, uint32_t customer,
	uint32_t need, uint8_t a);

/* ---- company_day.c */
void company_begin_day(struct company *c, uint32_t index);
void company_find_season(struct company *c);
int64_t company_time_of(const struct company *c, int64_t local_ms); /* of the day -> UTC */
int64_t company_local_ms(const struct company *c, int64_t time_ms); /* UTC -> of its day */
/* A time of the present day, as needs arise; as people browse. */
int64_t company_need_time(struct company *c);
int64_t company_browse_time(struct company *c);
int64_t company_call_time(struct company *c); /* within opening hours */
/* `time_ms` if the phone is open then, else a time of the next day that it is. */
int64_t company_open_time(struct company *c, int64_t time_ms);
bool company_is_open_day(int64_t days);
double company_profile(unsigned half_hour); /* share of a day's calls */

/* ---- company_rates.c */
void company_find_rates(struct company *c);

/* ---- company_customer.c */
void company_make_customers(struct company *c);
void company_daily_customers(struct company *c); /* who leaves today */
int64_t company_join_ms(const struct company *c, const struct customer *customer);
void company_join(struct company *c, uint32_t customer);
void company_move(struct company *c, uint32_t customer);
void company_leave(struct company *c, uint32_t customer, enum leaving how);
void company_former(struct company *c, const struct due *due);
/* Calls `each` for customers of today, each with probability `share` a day: skips from one to the
 * next, so that it costs what it finds. */
void company_sample(
	struct company *c, double share, void (*each)(struct company *c, uint32_t customer));
double company_propensity(const struct customer *customer); /* 1 on average, at most 3 */
#define PROPENSITY_MOST 3.0

/* ---- company_need.c */
void company_daily_needs(struct company *c);
uint32_t company_open_need(struct company *c, uint32_t customer, enum reason reason,
	enum cause cause, uint8_t friction);
void company_need_arises(struct company *c, uint32_t need); /* chooses the first channel */
/* A need that arises later. */
void company_need_later(struct company *c, int64_t time_ms, uint32_t customer, enum reason reason,
	enum cause cause, uint8_t friction);
void company_need_due(struct company *c, const struct due *due);
void company_try(struct company *c, uint32_t need, enum channel channel, int64_t time_ms);
void company_try_due(struct company *c, const struct due *due);
/* A human contact begins; and ends: what comes of it. */
void company_human(struct company *c, uint32_t need, enum channel channel, uint32_t agent);
void company_after_contact(struct company *c, uint32_t need, bool resolved);
/* The same, where somebody may send a technician: on the phone, by chat, in a shop. */
void company_served(struct company *c, uint32_t need, bool resolved);
void company_close_later(struct company *c, uint32_t need, int64_t time_ms);
void company_close(struct company *c, const struct due *due);
/* An entry about a need, which holds it; company_release() is due when it is worked off. */
void company_due_of_need(
	struct company *c, int64_t time_ms, enum due_kind kind, uint32_t need, uint8_t a);
void company_hold(struct company *c, uint32_t need);
void company_release(struct company *c, uint32_t need);
/* `bonus` is added to the probability: skill, less what novices and transfers lose. */
bool company_resolves(struct company *c, uint32_t need, enum channel channel, double bonus);
/* Fills reason, cause, sentiment, urgency, tries, case and order number from a need. */
void company_colour(struct company *c, uint32_t need, struct happening *happening);

/* ---- company_web.c, company_bot.c */
void company_daily_sessions(struct company *c);
void company_service_session(struct company *c, uint32_t need);
void company_order_session(struct company *c, uint32_t customer, enum product product);
void company_step(struct company *c, const struct due *due);
void company_bot(struct company *c, uint32_t need, enum channel channel, uint8_t device);
void company_bot_due(struct company *c, const struct due *due);

/* ---- company_phone.c, company_team.c */
uint32_t company_take_call(struct company *c);
void company_free_call(struct company *c, uint32_t call);
void company_call(struct company *c, uint32_t need);
void company_chat(struct company *c, uint32_t need, uint8_t device, bool handed_over);
void company_ivr(struct company *c, const struct due *due);
void company_abandon(struct company *c, const struct due *due);
void company_transfer(struct company *c, const struct due *due);
void company_talked(struct company *c, const struct due *due);
void company_answered(struct company *c, uint32_t call, uint32_t agent); /* a position took it */
enum call_queue company_queue_of(enum reason reason);
void company_make_teams(struct company *c);
void company_free_teams(struct company *c);
unsigned company_team_of(const struct company *c, enum call_queue queue);
void company_begin_shifts(struct company *c);
void company_staff(struct company *c, const struct due *due);
void company_line_up(struct company *c, uint32_t call); /* or is answered at once */
void company_line_leave(struct company *c, uint32_t call);
void company_wrapped(struct company *c, const struct due *due);
uint32_t company_mail_agent(struct company *c);
bool company_is_novice(const struct company *c, uint32_t agent);
double company_agent_skill(const struct company *c, uint32_t agent); /* mean 0 */

/* ---- company_desk.c */
void company_mail(struct company *c, uint32_t need);
void company_mail_due(struct company *c, const struct due *due);
void company_letter(struct company *c, uint32_t need);
void company_letter_due(struct company *c, const struct due *due);
void company_post(struct company *c, uint32_t need);
void company_post_due(struct company *c, const struct due *due);
void company_shop(struct company *c, uint32_t need);

/* ---- company_order.c */
void company_daily_orders(struct company *c);
void company_order(struct company *c, uint32_t customer, enum product product);
/* After the session, or at once on another channel. */
void company_place_order(
	struct company *c, uint32_t customer, enum product product, enum channel channel);
void company_order_due(struct company *c, const struct due *due);
void company_buy(struct company *c, const struct due *due);
void company_visit_due(struct company *c, const struct due *due);
void company_repair(struct company *c, uint32_t need);
double company_connection_fails(const struct company *c); /* share, over all departements */
void company_call_back(struct company *c, const struct due *due);

/* ---- company_credit.c, company_ladder.c */
/* A need about a bill was met: the bill has been explained, and perhaps a credit granted. */
void company_explained(struct company *c, uint32_t need, uint32_t agent);
/* Promises `cents`, which are booked some days later.  `need` may be over: it is copied. */
void company_grant(struct company *c, const struct need *need, int32_t cents);
void company_credit_due(struct company *c, const struct due *due);
void company_note_case(struct company *c, const struct happening *about, enum case_note note);
/* The customer service has not solved a complaint; true: it goes on, its case stays open. */
bool company_escalates(struct company *c, uint32_t need);
void company_ladder_due(struct company *c, const struct due *due);

/* ---- company_bill.c, company_outage.c, company_survey.c */
void company_daily_bills(struct company *c);
void company_last_bill(struct company *c, uint32_t customer);
void company_rejected(struct company *c, const struct due *due);
void company_pay(struct company *c, const struct due *due);
/* The number of the bill that a customer had last; 0: of none yet. */
uint32_t company_bill_at_hand(const struct company *c, uint32_t customer);
double company_bill_mood(const struct company *c, const struct customer *customer);
void company_daily_outages(struct company *c);
void company_outage(struct company *c, const struct due *due);
void company_outage_ends(struct company *c, const struct due *due);
void company_line_back(struct company *c, const struct due *due);
void company_cut(struct company *c, const struct due *due);
void company_daily_surveys(struct company *c);
/* When it is over; whose complaint goes on is not asked how he liked it. */
void company_ask(struct company *c, uint32_t need, bool goes_on);
void company_survey_due(struct company *c, const struct due *due);
void company_answer_due(struct company *c, const struct due *due);
void company_review_due(struct company *c, const struct due *due);
void company_message(struct company *c, uint32_t customer, enum what what, enum template template,
	const struct happening *about);
