/* tests/journey_metrics_test.c - figures by hand-made tables: each rule of docs/metrics.md and its
 * edges */
#include "base/random.h"
#include "journey/metrics.h"
#include "support/journey_world.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE "60"
#define DAY "86400"
#define WEEK "604800"
/* Somebody else's last event, so that as_of is late enough for every window. */
#define LATE "; zz 90000000 iot x"

/* numerator/denominator+pending, of the total */
static const struct {
	const char *row, *events, *definition, *metric, *figure;
} rows[] = {
	/* repeats */
	{ "no repeat", "a 0 phone call" LATE, "", "repeat_contacts", "0/1+0" },
	{ "within is in", "a 0 phone call; a " WEEK " phone call" LATE, "", "repeat_contacts",
		"1/2+0" },
	{ "one second late", "a 0 phone call; a 604801 phone call" LATE, "", "repeat_contacts",
		"0/2+0" },
	{ "another customer", "a 0 phone call; b 5000 phone call" LATE, "", "repeat_contacts",
		"0/2+0" },
	{ "another channel is a repeat", "a 0 phone call; a 5000 email mail" LATE, "",
		"repeat_contacts", "1/2+0" },
	{ "another reason is none",
		"a 0 phone call reason=bill; a 5000 phone call reason=line" LATE, "",
		"repeat_contacts", "0/2+0" },
	{ "the same reason behind another",
		"a 0 phone call reason=bill; a 5000 phone call reason=line; a 9000 phone call "
		"reason=bill" LATE,
		"", "repeat_contacts", "1/3+0" },
	{ "no reason is a reason of its own",
		"a 0 phone call; a 5000 phone call reason=line; a 9000 phone call" LATE, "",
		"repeat_contacts", "1/3+0" },
	{ "any reason if so defined",
		"a 0 phone call reason=bill; a 5000 phone call reason=line" LATE,
		"\"same_reason\": false", "repeat_contacts", "1/2+0" },
	{ "the reason may come later in the contact",
		"a 0 phone call; a 60 phone note reason=bill; a 9000 phone call reason=bill" LATE,
		"", "repeat_contacts", "1/2+0" },
	{ "events within the gap are one contact", "a 0 phone call; a 1800 phone call" LATE, "",
		"repeat_contacts", "0/1+0" },
	{ "past the gap they are two", "a 0 phone call; a 1801 phone call" LATE, "",
		"repeat_contacts", "1/2+0" },
	{ "two interactions are two contacts",
		"a 0 phone call @interaction=i; a 60 phone call @interaction=j" LATE, "",
		"repeat_contacts", "1/2+0" },
	{ "one interaction is one, whatever the gap",
		"a 0 phone call @interaction=i; a " DAY " phone call @interaction=i" LATE, "",
		"repeat_contacts", "0/1+0" },
	{ "an event without joins what is near",
		"a 0 phone call @interaction=i; a 60 phone note; a 9000 phone note" LATE, "",
		"repeat_contacts", "1/2+0" },
	{ "what was without takes the interaction",
		"a 0 phone call; a 60 phone call @interaction=i; a 9000 phone end "
		"@interaction=i" LATE,
		"", "repeat_contacts", "0/1+0" },
	{ "channels at one time are two contacts", "a 0 phone call; a 0 email mail" LATE, "",
		"repeat_contacts", "1/2+0" },
	{ "outbound is ignored", "a 0 phone call; a 5000 phone call direction=outbound" LATE, "",
		"repeat_contacts", "0/1+0" },
	{ "the time between", "a 0 phone call; a 5000 phone call" LATE, "", "repeat_delay",
		"5000/1+0" },
	/* resolution */
	{ "resolved", "a 0 phone call" LATE, "", "first_contact_resolution", "1/1+0" },
	{ "not resolved", "a 0 phone call; a " WEEK " phone call" LATE, "",
		"first_contact_resolution", "1/2+0" },
	{ "the window has just passed", "a 0 phone call; b " WEEK " iot x", "",
		"first_contact_resolution", "1/1+0" },
	{ "the window has not passed", "a 0 phone call; b 604799 iot x", "",
		"first_contact_resolution", "0/0+1" },
	{ "not known though it has come back", "a 0 phone call; a 5000 phone call", "",
		"first_contact_resolution", "0/0+2" },
	{ "abandoned is not handled, but comes back",
		"a 0 phone call; a 5000 phone call.abandoned" LATE, "", "first_contact_resolution",
		"0/1+0" },
	{ "what cannot be solved", "a 0 phone call; b 0 phone breakdown; b 5000 phone call" LATE,
		"\"unsolvable\": \"breakdown\"", "first_contact_resolution_net", "2/2+0" },
	{ "gross has it", "a 0 phone call; b 0 phone breakdown; b 5000 phone call" LATE,
		"\"unsolvable\": \"breakdown\"", "first_contact_resolution", "2/3+0" },
	/* episodes */
	{ "a chain is longer than its window",
		"a 0 phone call; a 600000 phone call; a 1200000 phone call" LATE, "",
		"contacts_per_episode", "3/1+0" },
	{ "two chains", "a 0 phone call; a 5000 phone call; a 2000000 phone call" LATE, "",
		"contacts_per_episode", "3/2+0" },
	{ "several contacts", "a 0 phone call; a 5000 phone call; a 2000000 phone call" LATE, "",
		"multi_contact_episodes", "1/2+0" },
	{ "an episode may go on", "a 0 phone call; a 5000 phone call", "", "multi_contact_episodes",
		"0/0+1" },
	{ "from its first event to its last",
		"a 0 phone call; a 5000 phone call; a 5060 phone end" LATE, "", "episode_duration",
		"5060/1+0" },
	/* switches */
	{ "another channel", "a 0 web view; a 60 phone call" LATE, "", "channel_switches",
		"1/1+0" },
	{ "the same", "a 0 web view; a 7200 web view" LATE, "", "channel_switches", "0/1+0" },
	{ "too long ago", "a 0 web view; a 86401 phone call" LATE, "", "channel_switches",
		"0/0+0" },
	{ "just in time", "a 0 web view; a " DAY " phone call" LATE, "", "channel_switches",
		"1/1+0" },
	/* leakage */
	{ "leaks", "a 0 web view; a 60 phone call" LATE, "", "leakage", "1/1+0" },
	{ "within is in, from the end of the visit",
		"a 0 web view; a 60 web view; a 86460 phone call" LATE, "", "leakage", "1/1+0" },
	{ "one second late", "a 0 web view; a 60 web view; a 86461 phone call" LATE, "", "leakage",
		"0/1+0" },
	{ "the contact came before", "a 0 phone call; a 60 web view" LATE, "", "leakage", "0/1+0" },
	{ "at the same time", "a 0 phone call; a 0 web view" LATE, "", "leakage", "1/1+0" },
	{ "during the visit", "a 0 web view; a 60 phone call; a 120 web view" LATE, "", "leakage",
		"1/1+0" },
	{ "each visit before", "a 0 web view; a 7200 web view; a 9000 phone call" LATE, "",
		"leakage", "2/2+0" },
	{ "the window has not passed", "a 0 web view; a 60 phone call", "", "leakage", "0/0+1" },
	{ "an automatic answer is not where from", "a 0 ivr call; a 60 phone call" LATE, "",
		"leakage", "0/0+0" },
	{ "to the phone alone", "a 0 web view; a 60 email mail" LATE, "\"leakage_to\": \"phone\"",
		"leakage", "0/1+0" },
	{ "how soon", "a 0 web view; a 40 web view; a 100 phone call" LATE, "", "leakage_delay",
		"60/1+0" },
	{ "during: at once", "a 0 web view; a 40 phone call; a 100 web view" LATE, "",
		"leakage_delay", "0/1+0" },
	/* containment */
	{ "contained", "a 0 ivr call" LATE, "", "containment", "1/1+0" },
	{ "handed over by the interaction",
		"a 0 ivr call @interaction=i; a 9000 phone call @interaction=i" LATE, "",
		"containment", "0/1+0" },
	{ "another call is another matter",
		"a 0 ivr call @interaction=i; a 60 phone call @interaction=j" LATE, "",
		"containment", "1/1+0" },
	{ "but not effectively", "a 0 ivr call @interaction=i; a 60 phone call @interaction=j" LATE,
		"", "effective_containment", "0/1+0" },
	{ "a day later it is", "a 0 ivr call; a 86401 phone call" LATE, "", "effective_containment",
		"1/1+0" },
	{ "an escalation", "a 0 chat chat.bot.message; a 60 chat chat.bot.handed_over" LATE, "",
		"containment", "0/1+0" },
	{ "a contact within the visit", "a 0 web view; a 60 phone call; a 90 web view" LATE, "",
		"containment", "0/1+0" },
	{ "the visit may go on", "a 0 web view; b 1799 iot x", "", "containment", "0/0+1" },
	{ "it is over", "a 0 web view; b 1800 iot x", "", "containment", "1/1+0" },
	/* contacts and customers */
	{ "transferred", "a 0 phone call; a 60 phone call.transferred; b 0 phone call" LATE, "",
		"transfers", "1/2+0" },
	{ "abandoned", "a 0 phone queue.ABANDON; b 0 phone call" LATE, "", "abandonment", "1/2+0" },
	{ "marks of what is no contact do not count",
		"a 0 backoffice order.abandoned; a 5 phone call" LATE, "", "abandonment", "0/1+0" },
	{ "how long", "a 0 phone call; a 90 phone end" LATE, "", "contact_duration", "90/1+0" },
	{ "not over yet", "a 0 phone call; a 90 phone end", "", "contact_duration", "0/0+1" },
	{ "one moment has no length", "a 0 email mail; b 0 phone call; b 60 phone end" LATE, "",
		"contact_duration", "60/1+0" },
	{ "nor has an episode of one moment",
		"a 0 email mail; b 0 phone call; b 90 email mail" LATE, "", "episode_duration",
		"90/1+0" },
	{ "channels", "a 0 web view; a 60 phone call; a 9000 web view; b 0 app view" LATE, "",
		"channels_per_customer", "3/2+0" },
	{ "on several", "a 0 web view; a 60 phone call; b 0 app view; b 9000 app view" LATE, "",
		"multichannel_customers", "1/2+0" },
	{ "contacts", "a 0 phone call; a 9000 phone call; b 0 web view; c 0 backoffice bill" LATE,
		"", "contacts_per_customer", "2/2+0" },
};

static void define(struct journey_world *w, const char *keys, struct metrics_definition *out)
{
	struct strbuf json = strbuf_in(w->arena, 1 << 16);
	struct why why = { 0 };

	strbuf_printf(&json, "{\"version\": 1%s%s}", keys[0] == '\0' ? "" : ", ", keys);
	CHECK(keys,
		metrics_definition_parse(strbuf_str(&json), zone_utc(), w->arena, out, &why) == OK);
}

static void check_row(size_t i)
{
	struct journey_world w;
	struct journey_plan *plan;
	struct metrics_definition definition;
	struct metrics_question q = {
		.definition = &definition, .zone = zone_utc(), .by = STR("")
	};
	enum metric metric = METRIC_COUNT_;
	struct metrics m;
	char told[100];

	journey_world_init(&w, rows[i].events, true);
	define(&w, rows[i].definition, &definition);
	CHECK(rows[i].row, metric_named(str_of(rows[i].metric), &metric));
	q.wanted = (uint64_t)1 << metric;
	CHECK(rows[i].row, journey_world_plan(&w, &plan, NULL) == OK);
	CHECK(rows[i].row, metrics_make(plan, &w.journal, &q, &m, NULL) == OK);
	CHECK(rows[i].row, m.count == 1 && m.figures[0].is_total);
	struct strbuf out = { .ptr = told, .cap = sizeof(told), .cap_max = sizeof(told) };
	strbuf_printf(&out, "%g/%llu+%llu", m.figures[0].numerator,
		(unsigned long long)m.figures[0].denominator,
		(unsigned long long)m.figures[0].pending);
	CHECK(rows[i].row, str_equal((str){ told, out.len }, str_of(rows[i].figure)));
	metrics_done(plan, &m);
	journey_plan_free(plan);
	CHECK(rows[i].row, atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

TEST(metrics_keep_their_rules)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(i);
}

/* ---- journeys */

TEST(metrics_of_journeys)
{
	static const struct {
		const char *metric;
		double numerator;
		uint64_t denominator, pending;
	} wanted[] = { { "journey_success", 1, 2, 1 }, { "journey_failure", 1, 2, 1 },
		{ "cost_per_journey", 6.5, 3, 0 }, { "value_per_journey", 40, 3, 0 },
		{ "journey_duration", 90, 2, 1 } };
	struct metrics_definition definition;
	struct metrics_question q = {
		.definition = &definition, .zone = zone_utc(), .by = STR("")
	};
	struct journey_world w;
	struct journey_plan *plan;
	struct metrics m;

	journey_world_init(&w,
		"a 0 web order; a 60 web paid; b 0 web order; b 30 web lost; c 0 web order", true);
	journey_world_define(&w,
		"{\"version\": 1, \"steps\": ["
		"{\"name\": \"Order\", \"events\": \"order\", \"cost\": 2.1},"
		"{\"name\": \"Paid\", \"events\": \"paid\", \"cost\": 0.2, \"value\": 40},"
		"{\"name\": \"Lost\", \"events\": \"lost\"}],"
		"\"goal\": \"Paid\", \"failure\": \"Lost\"}");
	define(&w, "", &definition);
	q.wanted = ((uint64_t)1 << METRIC_COUNT_) - 1;
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("made", metrics_make(plan, &w.journal, &q, &m, NULL) == OK);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		enum metric metric = METRIC_COUNT_;
		CHECK(wanted[i].metric, metric_named(str_of(wanted[i].metric), &metric));
		const struct metric_figure *f = &m.figures[metric];
		CHECK(wanted[i].metric, f->metric == metric && f->is_total);
		CHECK(wanted[i].metric, fabs(f->numerator - wanted[i].numerator) < 1e-9);
		CHECK(wanted[i].metric,
			f->denominator == wanted[i].denominator && f->pending == wanted[i].pending);
	}
	metrics_done(plan, &m);
	journey_plan_free(plan);
	journey_world_done(&w);
}

/* A definition that makes a step of the call's end alone: the contact is the whole call,
 * transferred, all the same; who has no such step is not asked about. */
TEST(contacts_are_of_all_events_whatever_is_a_step)
{
	const struct journey_definition whole = journey_definition_default();
	const struct journey_filter no_filter = journey_filter_none();
	struct metrics_definition definition;
	struct metrics_question q = { .definition = &definition,
		.zone = zone_utc(),
		.by = STR(""),
		.wanted = (uint64_t)1 << METRIC_TRANSFERS };
	struct journey_world w;
	struct journey_plan *plan, *everything;
	struct metrics m;

	journey_world_init(&w,
		"a 0 phone call; a 60 phone transfer; a 90 phone end; b 0 phone call; b 50 phone "
		"end;"
		"c 0 phone call; c 60 phone transfer",
		true);
	journey_world_define(
		&w, "{\"version\": 1, \"steps\": [{\"name\": \"End\", \"events\": \"end\"}]}");
	define(&w, "", &definition);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("everything", journey_plan_make(journey_plan_view(plan), &whole, &no_filter,
				    &w.journal, &w.limits, &everything, NULL) == OK);
	q.everything = everything;
	CHECK("made", metrics_make(plan, &w.journal, &q, &m, NULL) == OK);
	CHECK("of a and b", m.customers == 2 && m.journeys == 2 && m.contacts == 2);
	CHECK("one of them", m.figures[0].numerator == 1 && m.figures[0].denominator == 2);
	metrics_done(plan, &m);
	journey_plan_free(plan);
	journey_plan_free(everything);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

/* ---- intervals: figures of Wilson's formula worked out apart, to six digits */

TEST(shares_have_wilsons_interval)
{
	struct metrics_definition definition;
	struct metrics_question q = { .definition = &definition,
		.zone = zone_utc(),
		.by = STR(""),
		.wanted = (uint64_t)1 << METRIC_ABANDONMENT };
	struct journey_world w;
	struct journey_plan *plan;
	struct metrics m;

	journey_world_init(&w,
		"a 0 phone abandon; b 0 phone call; c 0 phone call; d 0 phone call;"
		"e 0 phone call; f 0 phone call; g 0 phone call; h 0 phone call;"
		"i 0 phone call; j 0 phone call",
		true);
	define(&w, "", &definition);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	CHECK("made", metrics_make(plan, &w.journal, &q, &m, NULL) == OK);
	CHECK("1 of 10", fabs(m.figures[0].low - 0.017876) < 1e-6);
	CHECK("1 of 10", fabs(m.figures[0].high - 0.404150) < 1e-6);
	metrics_done(plan, &m);
	journey_plan_free(plan);
	journey_world_done(&w);
}

/* ---- periods: what clocks of Paris show */

static const struct {
	const char *row, *of, *begin;
	enum period period;
} periods[] = {
	{ "an hour", "2026-01-05T10:59:59Z", "2026-01-05T10:00:00Z", PERIOD_HOUR },
	{ "the hour that comes twice, first", "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z",
		PERIOD_HOUR },
	{ "and again", "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z", PERIOD_HOUR },
	{ "a winter's day", "2026-01-05T23:00:00Z", "2026-01-05T23:00:00Z", PERIOD_DAY },
	{ "its last moment", "2026-01-05T22:59:59Z", "2026-01-04T23:00:00Z", PERIOD_DAY },
	{ "a summer's day", "2026-07-05T22:00:00Z", "2026-07-05T22:00:00Z", PERIOD_DAY },
	{ "the day of 23 hours", "2026-03-29T21:59:59Z", "2026-03-28T23:00:00Z", PERIOD_DAY },
	{ "the day behind it", "2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z", PERIOD_DAY },
	{ "the day of 25 hours", "2026-10-25T22:59:59Z", "2026-10-24T22:00:00Z", PERIOD_DAY },
	{ "a week begins on Monday", "2026-03-29T21:59:59Z", "2026-03-22T23:00:00Z", PERIOD_WEEK },
	{ "and the next", "2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z", PERIOD_WEEK },
	{ "a week before 1970", "1969-12-30T12:00:00Z", "1969-12-28T23:00:00Z", PERIOD_WEEK },
	{ "a month", "2026-03-31T21:59:59Z", "2026-02-28T23:00:00Z", PERIOD_MONTH },
	{ "a month with two offsets", "2026-03-31T22:00:00Z", "2026-03-31T22:00:00Z",
		PERIOD_MONTH },
	{ "a leap day", "2024-02-29T22:59:59Z", "2024-01-31T23:00:00Z", PERIOD_MONTH },
};

TEST(periods_are_those_of_the_clocks)
{
	const struct zone *paris = NULL;

	CHECK("zone", zone_named(STR("Europe/Paris"), &paris, NULL) == OK);
	for (size_t i = 0; i < ARRAY_LEN(periods); i++) {
		struct instant of, begin;
		CHECK(periods[i].row, instant_parse(str_of(periods[i].of), &of, NULL) == OK);
		CHECK(periods[i].row, instant_parse(str_of(periods[i].begin), &begin, NULL) == OK);
		CHECK(periods[i].row, period_begin(periods[i].period, paris, of.ms) == begin.ms);
		CHECK(periods[i].row, period_begin(periods[i].period, paris, begin.ms) == begin.ms);
	}
}

/* ---- random worlds: every figure has its list, cells make up the total */

static char events[JOURNEY_WORLD_EVENTS * 48];

/* `few`: nothing but customer, time, channel and activity, and times that fall together. */
static const char *make_events(struct random *random, unsigned count, bool few)
{
	static const char *const kinds[] = { "web view", "app view", "phone call", "email mail",
		"ivr ask", "phone call.abandoned", "phone call.transferred",
		"chat chat.bot.message" };
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };

	for (unsigned i = 0; i < count; i++) {
		strbuf_printf(&text, "c%u %u %s", (unsigned)random_below(random, 12),
			few ? (unsigned)random_below(random, 50) * 1800
			    : (unsigned)random_below(random, 2000000),
			kinds[random_below(random, ARRAY_LEN(kinds))]);
		if (!few && random_below(random, 3) > 0)
			strbuf_printf(&text, " reason=r%u", (unsigned)random_below(random, 3));
		if (!few && random_below(random, 3) == 0)
			strbuf_printf(
				&text, " @interaction=i%u", (unsigned)random_below(random, 40));
		strbuf_add_byte(&text, ';');
	}
	strbuf_add_byte(&text, '\0');
	ASSERT(strbuf_ok(&text));
	return events;
}

static void check_list(struct journey_plan *plan, const struct journey_world *w,
	const struct metrics_question *q, const struct metrics *m, const struct metric_figure *f)
{
	char text[100];
	struct strbuf value = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	struct metrics_list_question which = {
		.metric = f->metric, .any_cell = f->is_total, .period = f->period, .most = SIZE_MAX
	};
	struct metrics_list list;
	double amount = 0;

	if (m->values != NULL)
		journey_values_add(m->values, f->value, &value);
	which.value = (str){ text, value.len };
	CHECK("list", metrics_list_make(plan, &w->journal, q, &which, &list, NULL) == OK);
	CHECK("as many", list.total == f->denominator && list.count == f->denominator);
	for (size_t i = 0; i < list.count; i++)
		amount += list.items[i].amount;
	CHECK("as much", fabs(amount - f->numerator) < 1e-6 * (1 + fabs(f->numerator)));
	metrics_list_done(plan, &list);
	which.pending = true;
	CHECK("list", metrics_list_make(plan, &w->journal, q, &which, &list, NULL) == OK);
	CHECK("as many pending", list.total == f->pending);
	metrics_list_done(plan, &list);
}

static bool is_of_customers(enum metric metric)
{
	return metric == METRIC_CONTACTS_PER_CUSTOMER || metric == METRIC_CHANNELS_PER_CUSTOMER ||
	       metric == METRIC_MULTICHANNEL_CUSTOMERS;
}

TEST(figures_agree_with_their_lists_and_their_parts)
{
	static const char *const keys[] = { "", "channel", "reason", "@interaction" };

	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct random random = random_of(seed);
		struct metrics_definition definition;
		struct metrics_question q = { .definition = &definition,
			.zone = zone_utc(),
			.by = str_of(keys[seed % 4]),
			.every = seed % 3 == 0 ? PERIOD_WEEK : PERIOD_NONE,
			.wanted = ((uint64_t)1 << METRIC_COUNT_) - 1 };
		struct metric_figure parts[METRIC_COUNT_] = { { .numerator = 0 } };
		struct journey_world w;
		struct journey_plan *plan;
		struct metrics m;
		journey_world_init(&w, make_events(&random, 120, false), true);
		if (seed % 2 == 0)
			journey_world_define(&w, "{\"version\": 1, \"gap\": \"2d\"}");
		define(&w, "", &definition);
		CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
		CHECK("made", metrics_make(plan, &w.journal, &q, &m, NULL) == OK);
		for (size_t i = 0; i < m.count; i++) {
			const struct metric_figure *f = &m.figures[i];
			check_list(plan, &w, &q, &m, f);
			parts[f->metric].denominator += f->is_total ? 0 : f->denominator;
			parts[f->metric].numerator += f->is_total ? 0 : f->numerator;
		}
		for (size_t i = 0; i < METRIC_COUNT_ && (q.every || q.by.len > 0); i++) {
			const struct metric_figure *all = &m.figures[i];
			if (is_of_customers((enum metric)i))
				continue;
			CHECK("parts make up the total", parts[i].denominator == all->denominator);
			CHECK("parts make up the total",
				fabs(parts[i].numerator - all->numerator) < 1e-3);
		}
		metrics_done(plan, &m);
		journey_plan_free(plan);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}

/* Shares that need no sessions are counted without (metrics_plain.c): all figures at once are
 * counted with them, and say the same. */
static void check_alone(struct journey_plan *plan, const struct journey_world *w,
	const struct metrics_question *all, const struct metrics *wanted)
{
	static const enum metric shares[] = { METRIC_REPEAT_CONTACTS, METRIC_LEAKAGE,
		METRIC_CONTAINMENT, METRIC_EFFECTIVE_CONTAINMENT, METRIC_FIRST_CONTACT_RESOLUTION,
		METRIC_FIRST_CONTACT_RESOLUTION_NET };

	for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
		const struct metric_figure *f = &wanted->figures[shares[i]];
		struct metrics_question one = *all;
		struct metrics m;
		one.wanted = (uint64_t)1 << shares[i];
		CHECK("made", metrics_make(plan, &w->journal, &one, &m, NULL) == OK);
		CHECK("of it", m.count == 1 && m.figures[0].metric == f->metric);
		CHECK("as many", m.figures[0].denominator == f->denominator &&
					 m.figures[0].pending == f->pending);
		CHECK("as much", (uint64_t)m.figures[0].numerator == (uint64_t)f->numerator);
		CHECK("all", m.contacts == wanted->contacts && m.visits == wanted->visits &&
				     m.customers == wanted->customers &&
				     m.journeys == wanted->journeys);
		metrics_done(plan, &m);
	}
}

TEST(few_shares_are_counted_as_all_figures_are)
{
	static const char *const documents[] = { "", "\"gap\": \"1s\"",
		"\"ignore\": \"ask\", \"gap\": \"2h\", \"leakage_to\": \"phone\"",
		"\"abandon\": [], \"transfer\": [], \"escalation\": [], \"resolution_window\": "
		"\"3h\", \"containment_window\": \"2h\", \"repeat_window\": \"5h\", "
		"\"leakage_window\": \"4h\"" };
	static const str app = STR_INIT("app");
	static const struct journey_selector on_app = { .channels = { &app, 1 } };

	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct random random = random_of(seed);
		struct metrics_definition definition;
		struct metrics_question q = { .definition = &definition,
			.zone = zone_utc(),
			.by = STR(""),
			.wanted = ((uint64_t)1 << METRIC_COUNT_) - 1 };
		struct journey_world w;
		struct journey_plan *plan;
		struct metrics m;
		journey_world_init(&w, make_events(&random, 300, true), true);
		journey_world_base(&w, seed % 4 * 90); /* threads in one piece and in two */
		if (seed % 3 == 0)
			journey_world_define(&w, "{\"version\": 1, \"gap\": \"3h\"}");
		if (seed % 5 == 0)
			w.filter.only = (struct journey_selectors){ &on_app, 1 };
		if (seed % 7 == 0)
			w.filter.until = (int64_t)40000 * 1000 * TICKS_PER_MS;
		define(&w, documents[seed % ARRAY_LEN(documents)], &definition);
		CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
		CHECK("made", metrics_make(plan, &w.journal, &q, &m, NULL) == OK);
		CHECK("something", m.visits > 0);
		check_alone(plan, &w, &q, &m);
		metrics_done(plan, &m);
		journey_plan_free(plan);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}

static void check_limit(struct metrics_question q, bool few)
{
	struct random random = random_of(99);
	struct metrics_definition definition;
	struct journey_world w;
	bool was_refused = false, was_answered = false;

	journey_world_init(&w, make_events(&random, 200, few), true);
	define(&w, "", &definition);
	q.definition = &definition;
	q.zone = zone_utc();
	for (size_t max = 256; !was_answered; max += max / 4) {
		struct journey_plan *plan;
		struct why why = { 0 };
		struct metrics m;
		w.limits.bytes_max = max;
		err e = journey_world_plan(&w, &plan, &why);
		if (e == OK) {
			e = metrics_make(plan, &w.journal, &q, &m, &why);
			if (e == OK)
				metrics_done(plan, &m);
			journey_plan_free(plan);
		}
		CHECK("in words", e == OK || (e == ERR_LIMIT && why.message == MSG_JOURNEY_ROOM));
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		was_refused |= e != OK;
		was_answered |= e == OK;
	}
	CHECK("both were met", was_refused);
	journey_world_done(&w);
}

TEST(metrics_keep_their_limit_of_bytes)
{
	check_limit((struct metrics_question){ .by = STR("reason"),
			    .every = PERIOD_DAY,
			    .wanted = ((uint64_t)1 << METRIC_COUNT_) - 1 },
		false);
	check_limit((struct metrics_question){ .by = STR(""),
			    .wanted = (uint64_t)1 << METRIC_REPEAT_CONTACTS },
		true);
}

/* ---- the document */

#define REASONS(items) "{\"version\": 1, \"reasons\": [" items "]}"

static const struct {
	const char *row, *json;
	enum message message;
} documents[] = {
	{ "nothing said", "{\"version\": 1}", MSG_NONE },
	{ "no version", "{}", MSG_JOURNEY_VERSION },
	{ "another version", "{\"version\": 2}", MSG_JOURNEY_VERSION },
	{ "unknown key", "{\"version\": 1, \"qqqqqqqq\": \"x\"}", MSG_FIELD_UNKNOWN },
	{ "no window", "{\"version\": 1, \"repeat_window\": \"0d\"}", MSG_JOURNEY_SPAN },
	{ "no reason", "{\"version\": 1, \"reason\": \"\"}", MSG_FIELD_VALUE },
	{ "reasons told by an attribute, by other words, by the event alone, by nothing",
		REASONS("{\"channel\": \"phone\", \"events\": \"in.*\", \"attribute\": \"why\", "
			"\"human\": true, \"solves\": true},"
			"{\"channel\": \"ivr\", \"events\": \"ivr.*\", \"attribute\": \"choice\", "
			"\"values\": {\"a bill\": \"1\"}, \"beside\": true},"
			"{\"channel\": \"web\", \"events\": [\"page\"], \"reason\": \"a bill\"},"
			"{\"channel\": \"social\", \"events\": {\"channel\": \"social\"}}"),
		MSG_NONE },
	{ "reasons of no channel", REASONS("{\"events\": \"in.*\"}"), MSG_FIELD_VALUE },
	{ "reasons of no events", REASONS("{\"channel\": \"web\"}"), MSG_FIELD_VALUE },
	{ "no reasons", REASONS(""), MSG_FIELD_VALUE },
	{ "a reason told twice",
		REASONS("{\"channel\": \"web\", \"events\": \"a\", \"attribute\": \"b\", "
			"\"reason\": \"c\"}"),
		MSG_FIELD_VALUE },
	{ "values of no attribute",
		REASONS("{\"channel\": \"web\", \"events\": \"a\", \"values\": {\"b\": \"c\"}}"),
		MSG_FIELD_VALUE },
	{ "solves what it does not know",
		REASONS("{\"channel\": \"web\", \"events\": \"a\", \"solves\": true}"),
		MSG_FIELD_VALUE },
	{ "values that are no words",
		REASONS("{\"channel\": \"web\", \"events\": \"a\", \"attribute\": \"b\", "
			"\"values\": {\"c\": 1}}"),
		MSG_FIELD_VALUE },
	{ "a key that telling reasons does not have",
		REASONS("{\"channel\": \"web\", \"events\": \"a\", \"qqqqqqqq\": 1}"),
		MSG_FIELD_UNKNOWN },
	{ "nobody transfers", "{\"version\": 1, \"transfer\": []}", MSG_NONE },
};

TEST(metrics_definitions_are_read_or_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct metrics_definition d;
		struct why why = { 0 };
		err e = metrics_definition_parse(
			str_of(documents[i].json), zone_utc(), arena, &d, &why);
		CHECK(documents[i].row, (e == OK) == (documents[i].message == MSG_NONE));
		CHECK(documents[i].row, e == OK || why.message == documents[i].message);
	}
}
