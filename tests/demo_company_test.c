/* tests/demo_company_test.c - the simulated company: the same each time, in order of time, within
 * its memory, with the volumes and effects that its parameters ask for. */
#include "demo/company.h"

#include "base/hash.h"
#include "demo/agenda.h"
#include "demo/calendar.h"
#include "demo/chance.h"
#include "demo/erlang.h"
#include "test.h"

#include <math.h>
#include <string.h>

/* ---- the same plan, the same happenings */

struct digesting {
	struct listener base;
	struct digest_state state;
	int64_t last_ms;
	uint64_t count;
	bool in_order;
};

static err digest(struct listener *listener, const struct happening *h, struct why *why)
{
	struct digesting *d = (struct digesting *)listener;

	(void)why;
	d->in_order = d->in_order && h->time_ms >= d->last_ms && h->serial == d->count + 1;
	d->last_ms = h->time_ms;
	d->count++;
	digest_add(&d->state, (str){ (const char *)h, sizeof(*h) });
	return OK;
}

static uint64_t digest_of(struct company_plan plan, struct digesting *d)
{
	union {
		uint8_t bytes[32];
		uint64_t first;
	} out;
	struct company_totals totals;
	struct why why = { 0 };

	*d = (struct digesting){ .base = { digest }, .in_order = true, .last_ms = INT64_MIN };
	digest_begin(&d->state);
	CHECK("runs", company_run(&plan, &d->base, NULL, &totals, &why) == OK);
	CHECK("all counted", totals.happenings == d->count);
	digest_end(&d->state, out.bytes);
	return out.first;
}

TEST(company_same_seed_same_happenings)
{
	struct company_plan plan = company_plan_of(300), other;
	struct digesting d;

	plan.days = 60;
	uint64_t first = digest_of(plan, &d);
	CHECK("in order", d.in_order && d.count > 1000);
	CHECK("again", digest_of(plan, &d) == first);
	other = plan;
	other.seed = 2;
	CHECK("another seed", digest_of(other, &d) != first);
	other = plan;
	other.clean = true;
	CHECK("clean", digest_of(other, &d) != first);
}

TEST(company_of_few_and_of_a_day)
{
	static const struct {
		uint32_t customers, days;
	} rows[] = { { 1, 1 }, { 1, 400 }, { 3, 30 }, { 50, 2 }, { 13, 800 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct company_plan plan = company_plan_of(rows[i].customers);
		struct digesting d;
		plan.days = rows[i].days;
		(void)digest_of(plan, &d);
		CHECK("in order", d.in_order);
	}
}

/* ---- what a year looks like: counted from happenings and truth, not by the simulator */

enum { YEAR_CUSTOMERS = 20000 };

struct year {
	struct listener listener;
	struct witness witness;
	struct company_totals totals;
	uint64_t what[WHAT_COUNT_], ivr[OUTCOME_COUNT_], sessions;
	uint64_t answered[REASON_COUNT_], resolved[REASON_COUNT_];
	double handled_s[REASON_COUNT_];
	uint64_t friction[FRICTIONS + 1][2][2], caused[FRICTIONS + 1];
	uint64_t outage[2][2], leavers;
	double nps[3], opinions[3];
	uint64_t called_back;
};

static err count(struct listener *listener, const struct happening *h, struct why *why)
{
	struct year *y = (struct year *)listener;

	(void)why;
	y->what[h->what]++;
	y->sessions += h->what == WHAT_PAGE && h->first;
	y->called_back += h->what == WHAT_CALLED_OUT;
	if (h->what == WHAT_IVR_ENDED)
		y->ivr[h->outcome]++;
	if (h->what == WHAT_CALL_TRANSFERRED)
		y->handled_s[h->reason] += h->talk_ms / 1e3;
	if (h->what == WHAT_CALL_ENDED) {
		y->answered[h->reason]++;
		y->resolved[h->reason] += h->outcome != OUTCOME_UNRESOLVED;
		y->handled_s[h->reason] += (h->talk_ms + h->wrap_ms) / 1e3;
	}
	return OK;
}

static err count_truth(struct witness *witness, const struct truth *t, struct why *why)
{
	struct year *y = (struct year *)((char *)witness - offsetof(struct year, witness));

	(void)why;
	y->caused[t->friction] += t->kind == TRUTH_CONTACT;
	y->leavers += t->kind == TRUTH_LEAVING;
	if (t->kind == TRUTH_FRICTION)
		y->friction[t->friction][t->exposed][t->hit]++;
	if (t->kind == TRUTH_OUTAGE)
		y->outage[t->exposed][t->hit]++;
	if (t->kind == TRUTH_SATISFACTION && !t->relational) {
		int k = t->outcome != OUTCOME_RESOLVED ? 2 : t->tries > 1;
		y->nps[k] += t->nps >= 9 ? 100 : t->nps <= 6 ? -100 : 0;
		y->opinions[k]++;
	}
	return OK;
}

static void live(struct year *y, bool clean)
{
	struct company_plan plan = company_plan_of(YEAR_CUSTOMERS);
	struct why why = { 0 };

	*y = (struct year){ .listener = { count }, .witness = { count_truth } };
	plan.clean = clean;
	CHECK("runs", company_run(&plan, &y->listener, &y->witness, &y->totals, &why) == OK);
}

static double part(uint64_t n, uint64_t of)
{
	return of == 0 ? 0 : (double)n / (double)of;
}

static bool close_to(double value, double expected, double tolerance)
{
	return fabs(value - expected) <= tolerance;
}

static double preset(enum parameter parameter)
{
	return parameter_row(parameter)->preset;
}

/* Tolerances: a tenth of the figure for volumes of some hundreds (a year of 20,000 has 38,000
 * calls, but 200 letters), plus what chance does to the rarest. */
TEST(company_has_the_volumes_asked_for)
{
	static struct year y;
	live(&y, true);
	double years = y.totals.active_years;
	const struct {
		const char *name;
		uint64_t n;
		enum parameter parameter;
		double tolerance; /* relative */
	} rows[] = {
		{ "sessions", y.sessions, PARAMETER_WEB_SESSIONS, 0.03 },
		{ "calls", y.what[WHAT_CALL_BEGAN], PARAMETER_IVR_ENTRIES, 0.07 },
		{ "bot", y.what[WHAT_BOT_BEGAN], PARAMETER_BOT, 0.08 },
		{ "chat", y.what[WHAT_CHAT_BEGAN], PARAMETER_CHAT, 0.09 },
		{ "mail", y.what[WHAT_MAIL_CAME], PARAMETER_MAIL, 0.09 },
		{ "social", y.what[WHAT_POST_CAME], PARAMETER_SOCIAL, 0.20 },
		{ "letters", y.what[WHAT_LETTER_CAME], PARAMETER_LETTER, 0.30 },
		{ "shop", y.what[WHAT_SHOP_VISIT], PARAMETER_SHOP, 0.08 },
		{ "technician", y.what[WHAT_VISIT_DONE], PARAMETER_TECHNICIAN, 0.12 },
		{ "leaving", y.leavers, PARAMETER_LEAVING, 0.12 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double asked = preset(rows[i].parameter);
		CHECK(rows[i].name,
			close_to((double)rows[i].n / years, asked, asked * rows[i].tolerance));
	}
	uint64_t calls = y.what[WHAT_CALL_BEGAN], over = y.what[WHAT_CALL_ENDED];
	CHECK("contained", close_to(part(y.ivr[OUTCOME_CONTAINED], calls), 0.22, 0.015));
	CHECK("hung up", close_to(part(y.ivr[OUTCOME_LEFT], calls), 0.08, 0.01));
	CHECK("abandoned",
		close_to(part(y.what[WHAT_CALL_ABANDONED], y.what[WHAT_CALL_ABANDONED] + over),
			0.07, 0.02));
	CHECK("transferred", close_to(part(y.what[WHAT_CALL_TRANSFERRED], over), 0.11, 0.015));
	for (unsigned r = 1; r < REASON_COUNT_; r++) {
		double share = preset(PARAMETER_SHARE_INTERNET + 3 * (r - 1));
		double aht = preset(PARAMETER_AHT_INTERNET + 3 * (r - 1));
		double fcr = preset(PARAMETER_FCR_INTERNET + 3 * (r - 1));
		str name = reason_name((enum reason)r);
		CHECK(name.ptr, close_to(part(y.answered[r], over), share, share * 0.12 + 0.002));
		CHECK(name.ptr, close_to(y.handled_s[r] / (double)y.answered[r], aht, aht * 0.08));
		CHECK(name.ptr, close_to(part(y.resolved[r], y.answered[r]), fcr, 0.05));
	}
	CHECK("promoters, first time", close_to(y.nps[0] / y.opinions[0], 45, 4));
	CHECK("after repeats", close_to(y.nps[1] / y.opinions[1], 10, 6));
	CHECK("unresolved", close_to(y.nps[2] / y.opinions[2], -55, 6));
	CHECK("answers", close_to(part(y.what[WHAT_SURVEY_ANSWERED], y.what[WHAT_SURVEY_SENT]),
				 0.10, 0.015));
	CHECK("memory", y.totals.bytes_most / YEAR_CUSTOMERS < 110);

	/* --clean plants nothing. */
	for (unsigned f = 1; f <= FRICTIONS; f++)
		CHECK("nothing is planted",
			y.caused[f] == 0 && y.friction[f][1][0] == 0 && y.friction[f][1][1] == 0);
	CHECK("no experiment", y.outage[1][0] + y.outage[1][1] == 0);
	CHECK("no delight", y.called_back == 0);
	CHECK("no bother", y.friction[7][0][0] + y.friction[7][0][1] == 0);
}

TEST(company_plants_effects_of_the_size_asked_for)
{
	static struct year y;
	static const struct {
		unsigned friction;
		enum parameter planted, natural;
		double tolerance; /* five deviations, about */
	} rows[] = {
		{ 1, PARAMETER_CONFIRMATION_FAILS_7_4, PARAMETER_CONFIRMATION_FAILS, 0.16 },
		{ 4, PARAMETER_MAIL_CALLS_MONDAY, PARAMETER_MAIL_CALLS, 0.10 },
		{ 6, PARAMETER_BOT_RETURNS_BILL, PARAMETER_BOT_RETURNS, 0.08 },
	};

	live(&y, false);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t(*n)[2] = y.friction[rows[i].friction];
		double planted = part(n[1][1], n[1][0] + n[1][1]);
		double natural = part(n[0][1], n[0][0] + n[0][1]);
		CHECK("planted", close_to(planted, preset(rows[i].planted), rows[i].tolerance));
		CHECK("elsewhere",
			n[0][0] + n[0][1] == 0 || close_to(natural, preset(rows[i].natural), 0.03));
		CHECK("contacts come of it", y.caused[rows[i].friction] > 0);
	}
	uint64_t(*moves)[2] = y.friction[5];
	CHECK("moves", close_to(part(moves[1][1], moves[1][0] + moves[1][1]), 0.35, 0.06));
	uint64_t(*fibre)[2] = y.friction[3];
	CHECK("fibre", close_to(part(fibre[0][1], fibre[0][0] + fibre[0][1]), 0.09, 0.04));
	uint64_t(*sms)[2] = y.outage;
	double told = part(sms[1][1], sms[1][0] + sms[1][1]);
	double untold = part(sms[0][1], sms[0][0] + sms[0][1]);
	/* Some 650 in each arm: three standard errors of the ratio. */
	CHECK("the SMS avoids calls", close_to(told / untold, 0.65, 0.20));
	CHECK("former customers are bothered", y.caused[7] > 0 && y.caused[2] > 0);
	CHECK("some are called back", y.called_back > 0);
}

/* ---- queues: Little's law, and Erlang A by a formula of the test's own */

struct queue_watch {
	struct listener base;
	uint64_t came, answered, given_up, inside;
	double inside_s, wait_s; /* number in line integrated over time; waits told */
	int64_t last_ms;
};

static void pass_time(struct queue_watch *q, int64_t now_ms)
{
	q->inside_s += (double)q->inside * (double)(now_ms - q->last_ms) / 1e3;
	q->last_ms = now_ms;
}

static err watch(struct listener *listener, const struct happening *h, struct why *why)
{
	struct queue_watch *q = (struct queue_watch *)listener;

	(void)why;
	pass_time(q, h->time_ms);
	switch ((int)h->what) {
	case WHAT_CALL_QUEUED:
		q->came++;
		q->inside++;
		break;
	case WHAT_CALL_ANSWERED:
	case WHAT_CALL_ABANDONED:
		q->inside--;
		q->wait_s += (double)h->wait_ms / 1e3;
		q->answered += h->what == WHAT_CALL_ANSWERED;
		q->given_up += h->what == WHAT_CALL_ABANDONED;
		break;
	default:
		break;
	}
	return OK;
}

/* P(abandon) in M/M/n+M from the balance equations, by plain sums: another way than erlang.c. */
static double abandonment(double load, int agents, double patience)
{
	enum { STATES = 400 };
	double log_weight[STATES], top = 0, sum = 0, lost = 0;

	log_weight[0] = 0;
	for (int n = 1; n < STATES; n++) {
		double out = n <= agents ? n : agents + (n - agents) / patience;
		log_weight[n] = log_weight[n - 1] + log(load / out);
		top = fmax(top, log_weight[n]);
	}
	for (int n = 0; n < STATES; n++) {
		double p = exp(log_weight[n] - top);
		sum += p;
		lost += n > agents ? p * (n - agents) / patience : 0;
	}
	return lost / (sum * load);
}

TEST(erlang_a_agrees_with_plain_sums)
{
	static const struct {
		double load, patience;
		int agents;
	} rows[] = { { 0.5, 1, 1 }, { 0.5, 1, 2 }, { 8, 0.94, 10 }, { 60, 0.94, 60 }, { 60, 2, 50 },
		{ 100, 0.5, 120 }, { 3, 5, 1 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double share = erlang_abandonment(
			rows[i].load, (unsigned)rows[i].agents, rows[i].patience);
		double plain = abandonment(rows[i].load, rows[i].agents, rows[i].patience);
		CHECK("the share", fabs(share - plain) < 1e-9);
		double agents = erlang_agents(rows[i].load, plain, rows[i].patience);
		CHECK("and back", fabs(agents - rows[i].agents) < 1e-6 || plain > 0.9);
	}
}

TEST(company_queues_obey_littles_law)
{
	struct company_plan plan = company_plan_of(20000);
	struct company_totals totals;
	struct why why = { 0 };
	struct queue_watch q = { .base = { watch } };

	plan.days = 60;
	q.last_ms = company_people(&plan).start_ms;
	CHECK("runs", company_run(&plan, &q.base, NULL, &totals, &why) == OK);
	CHECK("nobody is lost", q.came == q.answered + q.given_up + q.inside && q.inside < 20);
	/* Mean number in line = rate of arrival x mean wait; both sides from their own figures. */
	CHECK("Little", close_to(q.inside_s, q.wait_s, q.wait_s * 0.001 + 60));
	CHECK("some wait", q.wait_s / (double)q.came > 5);
}

/* A company whose days are all alike: what Erlang A says for the planned number of agents comes
 * out, though talking times are log-normal. */
TEST(company_queues_in_calm_hours_are_erlang_a)
{
	struct company_plan plan = company_plan_of(40000);
	struct company_totals totals;
	struct why why = { 0 };
	struct queue_watch q = { .base = { watch } };

	plan.clean = true;
	plan.days = 120;
	CHECK("set",
		parameters_set(&plan.parameters, STR("noise=0"), &why) == OK &&
			parameters_set(&plan.parameters, STR("abandon_busy=0.05"), &why) == OK &&
			parameters_set(&plan.parameters, STR("abandon_peak=0.05"), &why) == OK &&
			parameters_set(&plan.parameters, STR("abandon_calm=0.05"), &why) == OK &&
			parameters_set(&plan.parameters, STR("outages=0"), &why) == OK);
	q.last_ms = company_people(&plan).start_ms;
	CHECK("runs", company_run(&plan, &q.base, NULL, &totals, &why) == OK);
	double share = (double)q.given_up / (double)q.came;
	CHECK("abandonment as planned", close_to(share, 0.05, 0.025));
	/* With exponential patience, share given up = mean wait / patience. */
	CHECK("patience", close_to(q.wait_s / (double)q.came / preset(PARAMETER_PATIENCE), share,
				  share * 0.25));
}

TEST(parameters_refuse_what_cannot_be)
{
	static const struct {
		const char *text;
		err e;
	} rows[] = { { "patience=480", OK }, { "noise=0", OK }, { "noise=1e-2", OK },
		{ "patience", ERR_SYNTAX }, { "patience=", ERR_SYNTAX }, { "=3", ERR_NOT_FOUND },
		{ "patience=soon", ERR_SYNTAX }, { "pacience=480", ERR_NOT_FOUND },
		{ "xyzzy=1", ERR_NOT_FOUND }, { "noise=1.5", ERR_LIMIT },
		{ "noise=-0.1", ERR_LIMIT } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct parameters p = parameters_preset(), before = p;
		struct why why = { 0 };
		struct strbuf words = strbuf_heap(1000);
		err e = parameters_set(&p, str_of(rows[i].text), &why);
		CHECK(rows[i].text, e == rows[i].e);
		CHECK(rows[i].text, e == OK || memcmp(&p, &before, sizeof(p)) == 0);
		why_hint(&why, LANGUAGE_ENGLISH, &words);
		CHECK(rows[i].text, e == OK || words.len > 0);
		strbuf_done(&words);
	}
}

TEST(parameters_presets_lie_within_their_bounds)
{
	for (unsigned i = 0; i < PARAMETER_COUNT_; i++) {
		const struct parameter_row *row = parameter_row((enum parameter)i);
		CHECK(row->name.ptr, row->preset >= row->least && row->preset <= row->most);
		CHECK(row->name.ptr, row->words[0].len > 3 && row->words[1].len > 3);
	}
}

TEST(calendar_of_france)
{
	static const struct {
		int year, month, day, weekday;
		bool holiday;
		const char *zones; /* with school holidays */
	} rows[] = {
		{ 2026, 1, 1, 3, true, "ABC" },
		{ 2026, 4, 6, 0, true, "A" },
		{ 2026, 5, 14, 3, true, "" },
		{ 2026, 5, 25, 0, true, "" },
		{ 2026, 2, 10, 1, false, "A" },
		{ 2026, 2, 18, 2, false, "AB" },
		{ 2026, 3, 4, 2, false, "C" },
		{ 2027, 2, 8, 0, false, "C" },
		{ 2026, 7, 20, 0, false, "ABC" },
		{ 2026, 9, 1, 1, false, "" },
		{ 2025, 12, 25, 3, true, "ABC" },
		{ 2027, 3, 29, 0, true, "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t day = days_of_date(rows[i].year, rows[i].month, rows[i].day);
		CHECK("weekday", calendar_weekday(day) == rows[i].weekday);
		CHECK("holiday", calendar_is_holiday(day) == rows[i].holiday);
		for (int zone = 'A'; zone <= 'C'; zone++)
			CHECK("school", calendar_is_school_holiday(day, (char)zone) ==
						(strchr(rows[i].zones, zone) != NULL));
	}
	int holidays = 0;
	for (int64_t day = days_of_date(2026, 1, 1); day < days_of_date(2027, 1, 1); day++)
		holidays += calendar_is_holiday(day);
	CHECK("eleven", holidays == 11);
}

TEST(agenda_keeps_time)
{
	enum { DAYS = 20, N = 3000 };
	static int64_t starts[DAYS + 1];
	struct random random = random_of(5);
	size_t taken = 0, put = 0;

	for (int i = 0; i <= DAYS; i++) /* two days with a change of the clock */
		starts[i] = i * DAY_MS - (i > 5 ? 3600000 : 0) + (i > 12 ? 3600000 : 0);
	struct agenda *agenda = agenda_create(starts, DAYS);
	for (uint32_t i = 0; i < N; i++) {
		struct due due = { .time_ms =
					   (int64_t)random_below(&random, DAYS * DAY_MS + DAY_MS),
			.customer = i };
		put += agenda_put(agenda, &due);
	}
	for (uint32_t day = 0; day < DAYS; day++) {
		struct due due, last = { .time_ms = INT64_MIN };
		agenda_begin_day(agenda, day);
		while (agenda_take(agenda, &due)) {
			CHECK("in order",
				due.time_ms > last.time_ms ||
					(due.time_ms == last.time_ms && due.order > last.order));
			CHECK("of the day",
				due.time_ms >= starts[day] && due.time_ms < starts[day + 1]);
			taken++;
			if (due.kind == 0 && taken % 3 == 0) { /* later the same day, or another */
				struct due more = due;
				more.kind = 1;
				more.time_ms += (int64_t)random_below(&random, DAY_MS);
				put += agenda_put(agenda, &more);
			}
			last = due;
		}
	}
	CHECK("none is lost", taken == put && put > N);
	agenda_free(agenda);
}
