/* demo/company_rates.c - how often needs arise, so that the volumes asked for come out
 *
 * The parameters tell volumes as a company counts them: calls, chats, sessions.  In the simulation
 * these are consequences: a need tries one channel, fails, tries another.  So the rates of the
 * needs follow from the volumes by balance.  Per subscriber and year, with
 *
 *   X  wishes to phone (a wish may take several calls until somebody answers or it is given up),
 *   W  sessions about a need, T further tries after a human contact that solved nothing:
 *
 *   calls  = X * calls_per_wish                     X = phone first + W q + T phone + bot's leak
 * ... T      = human contacts * (1 - fcr) comes_back + fcr relapses
 *
 * and likewise for chat, mail, shop, letters and posts.  The equations hold to a few percent (a
 * need that arises while the year ends is not finished); docs/demo-company.md shows what came out.
 */
#include "demo/company_internal.h"

/* What follows a session about a need that is not solved there; the rest gives up. */
const struct after_session company_after_session = {
	.call = 0.45, .bot = 0.20, .chat = 0.05, .mail = 0.01, .shop = 0.04, .again = 0.06
};
/* The next channel after a contact that solved nothing. */
const double company_next_channel[CHANNEL_COUNT_] = {
	[CHANNEL_PHONE] = 0.75,
	[CHANNEL_CHAT] = 0.10,
	[CHANNEL_STORE] = 0.07,
	[CHANNEL_EMAIL] = 0.065,
	[CHANNEL_SOCIAL] = 0.01,
	[CHANNEL_LETTER] = 0.005,
};

static double share(const struct company *c, unsigned reason)
{
	return c->value[PARAMETER_SHARE_INTERNET + 3 * (reason - 1)];
}

static double aht(const struct company *c, unsigned reason)
{
	return c->value[PARAMETER_AHT_INTERNET + 3 * (reason - 1)];
}

static double fcr(const struct company *c, unsigned reason)
{
	return c->value[PARAMETER_FCR_INTERNET + 3 * (reason - 1)];
}

/* Averages are asked for; a trained agent who transfers nobody is better than the average. */
static void find_trained(struct company *c)
{
	struct rates *r = &c->rates;
	double novices = MIN_OF(VALUE(c, ATTRITION) * VALUE(c, NOVICE_DAYS) / 365, 1.0);

	for (unsigned reason = 1; reason < REASON_COUNT_; reason++) {
		r->fcr[reason] = fcr(c, reason) + novices * VALUE(c, NOVICE_FCR) +
				 VALUE(c, TRANSFERS) * VALUE(c, TRANSFER_FCR_LOSS);
		r->aht_s[reason] = aht(c, reason) / (1 + novices * VALUE(c, NOVICE_AHT));
	}
}

/* Repeats: part of those whom nobody helped, those whose solution did not last, and people who
 * have the same need again, as those who often have it do. */
static void find_repeats(struct company *c, double mean_fcr)
{
	static const double have_it_again = 0.07, soon = 0.45, relapses = 0.05;
	struct rates *r = &c->rates;
	double back = VALUE(c, REPEAT_30_DAYS) - have_it_again - mean_fcr * relapses;

	r->relapses = relapses;
	r->comes_back = MIN_OF(MAX_OF(back / MAX_OF(1 - mean_fcr, 0.01), 0.0), 0.95);
	double within = VALUE(c, REPEAT_7_DAYS) - have_it_again * soon;
	r->within_week =
		MIN_OF(MAX_OF(within / MAX_OF(back + mean_fcr * relapses, 0.01), 0.0), 1.0);
}

static void find_first_channels(struct company *c, double again)
{
	const struct after_session *s = &company_after_session;
	const double *next = company_next_channel;
	struct rates *r = &c->rates;
	double contained = VALUE(c, IVR_CONTAINED), hangs_up = VALUE(c, IVR_HANG_UP);
	double queued = MAX_OF(1 - contained - hangs_up, 0.0);
	double abandoned = COMPANY_ABANDONED * queued;
	double again_soon = MAX_OF(contained - VALUE(c, IVR_CONTAINED_TRULY), 0.0) +
			    hangs_up * COMPANY_HANG_UP_RETRIES + abandoned * VALUE(c, REDIAL);
	double calls = VALUE(c, IVR_ENTRIES),
	       wishes = calls * (1 - again_soon) * 0.97; /* as measured */
	double web = VALUE(c, LEAKAGE) * VALUE(c, SERVICE_SESSIONS) / s->call * 1.04;
	double tries = again * (calls * (queued - abandoned) + VALUE(c, CHAT) + VALUE(c, SHOP) +
				       VALUE(c, MAIL));
	double bot = VALUE(c, BOT);
	double first[CHANNEL_COUNT_] = {
		[CHANNEL_WEB] = web,
		[CHANNEL_PHONE] = wishes - web * s->call - tries * next[CHANNEL_PHONE] -
				  bot * COMPANY_BOT_CALLS - VALUE(c, MAIL) * VALUE(c, MAIL_CALLS),
		[CHANNEL_BOT] = bot - web * s->bot,
		[CHANNEL_CHAT] = VALUE(c, CHAT) - web * s->chat - bot * COMPANY_BOT_HANDS_OVER -
				 tries * next[CHANNEL_CHAT],
		[CHANNEL_EMAIL] = VALUE(c, MAIL) - web * s->mail - tries * next[CHANNEL_EMAIL] -
				  calls * (hangs_up + abandoned) * COMPANY_WRITES_INSTEAD,
		[CHANNEL_STORE] = VALUE(c, SHOP) - web * s->shop - tries * next[CHANNEL_STORE],
		[CHANNEL_SOCIAL] = VALUE(c, SOCIAL) - tries * next[CHANNEL_SOCIAL],
		[CHANNEL_LETTER] = VALUE(c, LETTER) - tries * next[CHANNEL_LETTER],
	};
	double all = 0;
	for (unsigned i = 0; i < CHANNEL_COUNT_; i++) {
		first[i] = MAX_OF(first[i], 0.0);
		all += first[i];
	}
	r->needs = all;
	for (unsigned i = 0; i < CHANNEL_COUNT_; i++)
		r->first[i] = all > 0 ? first[i] / all : 0;
	r->contact_share =
		all > 0 ? (all - first[CHANNEL_WEB] - first[CHANNEL_BOT] +
				  first[CHANNEL_WEB] * (s->call + s->chat + s->mail + s->shop)) /
				  all
			: 1;
	r->routine_sessions = MAX_OF(VALUE(c, SERVICE_SESSIONS) - web * (1 + s->again) -
					     VALUE(c, CHANNEL_CHANGES) * 1.02,
		0.0);
	/* Needs that end where they began, in self-service: session, bot, and the IVR's share. */
	static const double bot_after_web = 0.3; /* that add to it, as measured */
	double by_bot =
		(first[CHANNEL_BOT] + web * s->bot * bot_after_web) * VALUE(c, BOT_RESOLVED);
	r->self_served =
		web > 0 ? MIN_OF(MAX_OF(VALUE(c, SELF_SERVED) * all - by_bot, 0.0) / web, 0.22) : 0;
	r->idle_sessions = MAX_OF(VALUE(c, WEB_SESSIONS) - VALUE(c, SERVICE_SESSIONS), 0.0);
}

/* Reasons that come back often need fewer first needs for their share of the calls. */
static void find_reasons(struct company *c)
{
	static const double calls_of_repeats = 0.80;
	/* What the balance leaves out (orders come back more often, leavers are gone), as measured.
	 */
	static const double measured[REASON_COUNT_] = { 0, 1, 1.015, 0.95, 1.01, 0.98, 1.07, 1,
		1.03, 1.02 };
	struct rates *r = &c->rates;
	double weights[REASON_COUNT_] = { 0 }, all = 0;

	for (unsigned i = 1; i < REASON_COUNT_; i++) {
		double again = (1 - fcr(c, i)) * r->comes_back + fcr(c, i) * r->relapses;
		weights[i] = share(c, i) * (1 - calls_of_repeats * again) * measured[i];
		all += weights[i];
	}
	for (unsigned i = 1; i < REASON_COUNT_; i++)
		r->reason[i] = all > 0 ? r->needs * weights[i] / all : 0;
}

/* What needs arise from events of their own is taken off what arises by itself. */
static void find_hazards(struct company *c)
{
	static const double complaints_after_failure = 0.010, cancels_by_need = 0.5;
	struct rates *r = &c->rates;
	double joining_fibre =
		VALUE(c, JOINING) * c->share_fixed * 0.74 * COMPANY_JOINERS_CONNECTED;
	double fibre = MAX_OF(VALUE(c, FIBRE_ORDERS), joining_fibre);
	double orders = fibre * COMPANY_FIBRE_ORDER_NEEDS + VALUE(c, OTHER_ORDERS) +
			VALUE(c, JOINING) * 0.8;
	double holders_move = VALUE(c, MOVES) * c->share_holders;

	for (unsigned i = 1; i < REASON_COUNT_; i++)
		r->hazard[i] = r->reason[i];
	r->upgrades = MAX_OF(fibre - joining_fibre, 0.0);
	r->order_needs = orders > 0 ? r->reason[REASON_ORDER] / orders : 0;
	r->hazard[REASON_ORDER] = 0;
	double failed_debits = VALUE(c, PAYMENT_FAILS) * 12 * c->share_pays;
	r->hazard[REASON_BILL] =
		MAX_OF(r->reason[REASON_BILL] - failed_debits * COMPANY_ASKS_AFTER_DEBIT, 0.0);
	r->move_needs = holders_move > 0 ? r->reason[REASON_MOVE] / holders_move : 0;
	r->hazard[REASON_MOVE] = 0;
	double outages = VALUE(c, OUTAGES) * VALUE(c, OUTAGE_NEEDS) * c->share_fixed;
	r->line_faults =
		r->reason[REASON_INTERNET] * COMPANY_LINE_SHARE / MAX_OF(c->share_fixed, 0.01);
	r->hazard[REASON_INTERNET] =
		MAX_OF(r->reason[REASON_INTERNET] * (1 - COMPANY_LINE_SHARE) - outages, 0.0);
	r->hazard[REASON_COMPLAINT] =
		MAX_OF(r->reason[REASON_COMPLAINT] - complaints_after_failure, 0.0);

	/* A year's leavers l: hazard h without contacts, times what contacts do to it. */
	double solved = 0.55 * 0.9, repeated = 0.20 * 0.9, failed = 0.17 * 0.9;
	double span = VALUE(c, HAZARD_DAYS) / 365;
	double factor = 1 + span * (solved * (VALUE(c, HAZARD_RESOLVED) - 1) +
					   repeated * (VALUE(c, HAZARD_REPEATED) - 1) +
					   failed * (VALUE(c, HAZARD_UNRESOLVED) - 1));
	double leaving =
		-chance_ln(1 - VALUE(c, LEAVING)) / (1 - cancels_by_need * VALUE(c, RETAINED));
	/* Failures hit those again who had some before: their hazards add up to more than the means
	 * say, as measured. */
	static const double concentration = 1.15;
	r->leaving = leaving / factor / concentration / c->young_factor;
	r->leaves_by_need = cancels_by_need;
	r->hazard[REASON_CANCEL] =
		MAX_OF(r->reason[REASON_CANCEL] - leaving * cancels_by_need, 0.0);
	double visits = fibre * (1 + company_connection_fails(c) + 0.04);
	/* A technician comes once an agent could not help. */
	double faults = r->line_faults * c->share_fixed * 0.33;
	r->repair =
		faults > 0 ? MIN_OF(MAX_OF(VALUE(c, TECHNICIAN) - visits, 0.0) / faults, 1.0) : 0;
}

/* The share of lines without a contact of a reason in a year: some need more than others. `served`:
 * the contacts that reach somebody who writes them down. */
static double without_contact(const struct company *c, double needs, double served)
{
	double sum = 0;

	for (unsigned i = 0; i < PROPENSITIES; i++) {
		struct customer who = { .propensity = (uint8_t)i };
		sum += chance_exp(
			-needs * c->rates.contact_share * served * company_propensity(&who));
	}
	return sum / PROPENSITIES;
}

/* Had a problem in the year: outages, faults and contacts make some; short cuts make the rest. */
static void find_cuts(struct company *c)
{
	static const double there = 0.94; /* of the year: some of those at its end joined */
	/* As measured: some stay in the IVR; and others' cases are coded as faults of the internet.
	 */
	static const double served_fixed = 0.95, served_mobile = 0.8;
	struct rates *r = &c->rates;
	double fixed = without_contact(c, r->hazard[REASON_INTERNET] / MAX_OF(c->share_fixed, 0.01),
			       served_fixed) *
		       chance_exp(-VALUE(c, OUTAGES) - r->line_faults);
	double mobile =
		without_contact(c, r->hazard[REASON_MOBILE] / c->share_mobile, served_mobile);

	r->cuts_fixed = MAX_OF(chance_ln(fixed / (1 - VALUE(c, PROBLEM_FIXED))) / there, 0.0);
	r->cuts_mobile = MAX_OF(chance_ln(mobile / (1 - VALUE(c, PROBLEM_MOBILE))) / there, 0.0);
}

/* Older people go to the shop, younger ones to the web; averages stay. */
static void find_ages(struct company *c)
{
	static const double shop[] = { 0.5, 0.5, 0.8, 0.6, 1.0 },
			    web[] = { 1.2, 1.2, 1.05, 0.8, 0.45 };
	struct rates *r = &c->rates;
	double shops = 0, webs = 0, old = 0;

	for (unsigned i = 0; i < AGE_BAND_COUNT_; i++) {
		double times = i >= AGE_60_74 ? VALUE(c, SHOP_OLD) * shop[i] : shop[i];
		r->shop_by_age[i] = times;
		r->web_by_age[i] = web[i];
		shops += c->share_age[i] * times;
		webs += c->share_age[i] * web[i];
	}
	for (unsigned i = 0; i < AGE_BAND_COUNT_; i++) {
		r->shop_by_age[i] /= shops;
		r->web_by_age[i] /= webs;
	}
	double cancels = r->needs > 0 ? r->reason[REASON_CANCEL] / r->needs : 0;
	r->other_letters =
		MAX_OF((1 - COMPANY_CANCEL_LETTERS * cancels) / (1 - MIN_OF(cancels, 0.99)), 0.0);
	/* Resolution by age: what the old lack, the others have more. */
	double lack[AGE_BAND_COUNT_] = { [AGE_60_74] = 0.5, [AGE_75_UP] = 1 };
	for (unsigned i = 0; i < AGE_BAND_COUNT_; i++)
		old += c->share_age[i] * lack[i];
	for (unsigned i = 0; i < AGE_BAND_COUNT_; i++)
		r->fcr_by_age[i] = VALUE(c, OLD_FCR) * (old - lack[i]);
}

void company_find_rates(struct company *c)
{
	double mean = 0, all = 0;

	for (unsigned i = 1; i < REASON_COUNT_; i++) {
		mean += share(c, i) * fcr(c, i);
		all += share(c, i);
	}
	mean = all > 0 ? mean / all : 0.5;
	c->rates.noise_kept = 1.2; /* as measured: what follows later is spread over days */
	find_trained(c);
	find_repeats(c, mean);
	find_first_channels(c, (1 - mean) * c->rates.comes_back + mean * c->rates.relapses);
	find_reasons(c);
	find_hazards(c);
	find_cuts(c);
	find_ages(c);
}
