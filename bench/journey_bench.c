/* bench/journey_bench.c - questions about journeys on workload Q, in memory.
 *
 * journey_bench [--events N] [--customers N] [--recent PERCENT] [--pieces N] [--threads N]
 *               [--runs N] [--only PART OF A NAME] [--ask 1]
 *
 * Q (demo/workload.h): 10 million events of 1 million customers, 40 activities, 8 channels.  The
 * last PERCENT (5) of the events came after the base of the index, and were brought into runs in so
 * many pieces (1), as on a server that is asked while events come.  Each row is a whole question,
 * from the plan to the answer; medians of the runs: seconds on the clock, and of all processors
 * (user + system), which is what counts on a machine that others use.  Behind them are figures of
 * the answer, which journey_bench.py compares with those of others; and, where the processor may be
 * asked, instructions and cycles an event, of all threads and outside the kernel.  With --ask 1,
 * names of questions are read line by line, and each is asked once: so that whoever compares can
 * take turns.
 *
 * smoke: --events 20000 --customers 2000 --runs 1
 */
#include "demo/workload.h"
#include "journey/flow.h"
#include "journey/funnel.h"
#include "journey/list.h"
#include "journey/metrics.h"
#include "journey/predict_kept.h"
#include "journey/variants.h"
#include "thread/thread_index.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RUNS_MAX = 99 };

struct bench {
	uint64_t events, customers, recent, pieces;
	unsigned threads, runs;
	bool asks; /* answers what it reads */
	const char *only; /* questions with this in their names */
	struct identity *identity;
	struct threads *state;
	struct threads_view *view;
};

static double clock_seconds(void)
{
	return (double)clock_real()->ticks_ns(clock_real()) / 1e9;
}

static double processor_seconds(void)
{
	struct rusage used;

	ASSERT(getrusage(RUSAGE_SELF, &used) == 0);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* ---- the processor's counters, of this thread and those it makes from now on; -1: not to be had
 */

enum counter { INSTRUCTIONS, CYCLES, COUNTERS };
static int counters[COUNTERS] = { -1, -1 };

static void open_counters(void)
{
	static const uint64_t configs[COUNTERS] = { PERF_COUNT_HW_INSTRUCTIONS,
		PERF_COUNT_HW_CPU_CYCLES };

	for (int i = 0; i < COUNTERS; i++) {
		struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE,
			.size = sizeof(attr),
			.config = configs[i],
			.inherit = 1,
			.exclude_kernel = 1 };
		counters[i] = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	}
}

static double counted(enum counter counter)
{
	uint64_t count = 0;

	if (counters[counter] < 0 ||
		read(counters[counter], &count, sizeof(count)) != (ssize_t)sizeof(count))
		return 0;
	return (double)count;
}

/* ---- the state */

static void add_visit(struct bench *b, const struct workload_visit *visit, uint64_t seq)
{
	char who[24], activity[24], channel[24];

	(void)snprintf(who, sizeof(who), "%u", visit->customer);
	(void)snprintf(activity, sizeof(activity), "activity %u", visit->activity);
	(void)snprintf(channel, sizeof(channel), "channel-%u", visit->channel);
	struct record_identifier id = { .type = STR("user_id"), .value = str_of(who) };
	struct record record = { .kind = RECORD_EVENT,
		.seq = seq,
		.has_time = true,
		.time = { .ms = visit->time_ms },
		.source = STR("bench"),
		.channel = str_of(channel),
		.activity = str_of(activity),
		.identifiers = &id,
		.identifier_count = 1 };
	uint32_t set = identity_set(b->identity, &record);
	(void)threads_add(b->state, &record, seq, set);
	identity_add(b->identity, set, seq, 0, visit->time_ms);
}

static struct threads_view *publish(struct bench *b)
{
	struct identity_view *identity = identity_publish(b->identity);
	struct threads_view *view = threads_publish(b->state, identity);

	identity_view_unref(identity);
	return view;
}

static void build_index(struct bench *b)
{
	struct threads_view *view = publish(b);
	struct thread_index *index = threads_view_build_index(view);

	if (index != NULL)
		ASSERT(threads_put_index(b->state, index));
	threads_view_unref(view);
}

static void make_state(struct bench *b)
{
	struct workload_visits visits = workload_visits_of(1, b->events, b->customers);
	uint64_t based = b->events - b->events * b->recent / 100, at = 0;
	uint64_t piece = (b->events - based) / b->pieces + 1;
	struct workload_visit visit;

	b->identity = identity_create();
	b->state = threads_create();
	while (workload_visits_next(&visits, &visit)) {
		add_visit(b, &visit, ++at);
		if (at >= based && (at - based) % piece == 0)
			build_index(b);
	}
	build_index(b); /* a run, as the engine has one */
	b->view = publish(b);
}

/* ---- a question */

/* What must not change, and others must say too. */
enum { FIGURES = 6 };
struct figures {
	double of[FIGURES];
};

struct question {
	const char *name;
	struct journey_definition definition;
	struct journey_filter filter;
	struct figures (*answer)(struct journey_plan *plan);
};

static void stop_at(err e, const struct why *why)
{
	struct strbuf words = strbuf_heap(1000);

	if (e == OK)
		return;
	why_words(why, LANGUAGE_ENGLISH, &words);
	(void)fprintf(stderr, STR_FMT "\n", STR_ARG(strbuf_str(&words)));
	exit(1);
}

/* Edges, transitions, the sum of the squares of their counts, customers of edges; with times the
 * seconds of all transitions, and the sum of the medians. */
static struct figures ask_map(const struct journey_plan *plan, bool counts_only)
{
	const struct map_options options = { .counts_only = counts_only };
	struct figures f = { { 0 } };
	struct map map;
	struct why why = { 0 };

	stop_at(map_make(plan, &options, &map, &why), &why);
	f.of[0] = (double)map.edge_count;
	for (size_t i = 0; i < map.edge_count; i++) {
		const struct map_edge *e = &map.edges[i];
		f.of[1] += (double)e->count;
		f.of[2] += (double)e->count * (double)e->count;
		f.of[3] += (double)e->customers;
		f.of[4] += counts_only ? 0 : e->times.mean_s * (double)e->count;
		f.of[5] += e->times.median_s;
	}
	map_done(plan, &map);
	return f;
}

static struct figures answer_counts(struct journey_plan *plan)
{
	return ask_map(plan, true);
}

static struct figures answer_map(struct journey_plan *plan)
{
	return ask_map(plan, false);
}

/* Distinct ones, the sum of the squares of the counts of the first hundred, journeys of the rest.
 */
static struct figures answer_variants(struct journey_plan *plan)
{
	struct figures f = { { 0 } };
	struct variants variants;
	struct why why = { 0 };

	stop_at(variants_make(plan, 100, &variants, &why), &why);
	f.of[0] = (double)variants.distinct;
	for (size_t i = 0; i < variants.top_count; i++)
		f.of[1] += (double)variants.top[i].count * (double)variants.top[i].count;
	f.of[2] = (double)variants.rest_count;
	variants_done(plan, &variants);
	return f;
}

/* Journeys that came to each of the four steps. */
static struct figures answer_funnel(struct journey_plan *plan)
{
	struct funnel_question q = { .step_count = 4,
		.window = (int64_t)7 * 86400000 * TICKS_PER_MS };
	struct figures f = { { 0 } };
	struct funnel funnel;
	struct why why = { 0 };
	char name[24];

	for (unsigned i = 0; i < 4; i++) {
		(void)snprintf(name, sizeof(name), "activity %u", i);
		stop_at(journey_plan_step(plan, str_of(name), &q.steps[i], &why), &why);
	}
	stop_at(funnel_make(plan, &q, &funnel, &why), &why);
	for (unsigned i = 0; i < 4; i++)
		f.of[i] = (double)funnel.steps[i].journeys;
	return f;
}

/* Journeys and customers: sessions, where a gap cuts. */
static struct figures answer_list(struct journey_plan *plan)
{
	struct figures f = { { 0 } };
	struct journey_list list;
	struct why why = { 0 };

	stop_at(journey_list_make(plan, 0, NULL, &list, &why), &why);
	f.of[0] = (double)list.journeys;
	f.of[1] = (double)list.customers;
	journey_list_done(plan, &list);
	return f;
}

/* Links from step to step, journeys along them, the sum of their squares, journeys that end within
 * the first six steps. */
static struct figures answer_flow(struct journey_plan *plan)
{
	const struct flow_question q = { .depth = 6, .top = FLOW_TOP_MAX, .counts_only = true };
	struct figures f = { { 0 } };
	struct flow flow;
	struct why why = { 0 };

	stop_at(flow_make(plan, &q, &flow, &why), &why);
	for (size_t i = 0; i < flow.link_count; i++) {
		double journeys = (double)flow.links[i].journeys;
		bool is_step = flow.links[i].kind == FLOW_STEP;
		f.of[0] += is_step;
		f.of[1] += is_step ? journeys : 0;
		f.of[2] += is_step ? journeys * journeys : 0;
		f.of[3] += flow.links[i].kind == FLOW_END ? journeys : 0;
	}
	flow_done(plan, &flow);
	return f;
}

/* Numerator, denominator, and what is not known yet, of one figure.  Events of one second are one
 * visit or contact. */
static struct figures ask_metric(struct journey_plan *plan, enum metric metric)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct metrics_definition definition;
	const struct metrics_question q = {
		.definition = &definition, .wanted = (uint64_t)1 << metric, .zone = zone_utc()
	};
	struct figures f = { { 0 } };
	struct metrics metrics;
	struct why why = { 0 };

	stop_at(metrics_definition_parse(
			STR("{\"version\": 1, \"ignore\": [], \"self_service\": {\"channel\": "
			    "\"channel-0\"}, \"human\": {\"channel\": \"channel-1\"}, "
			    "\"gap\": \"1s\", \"leakage_from\": [\"channel-0\"], "
			    "\"repeat_window\": \"7d\", \"leakage_window\": \"24h\"}"),
			zone_utc(), arena, &definition, &why),
		&why);
	stop_at(metrics_make(plan, NULL, &q, &metrics, &why), &why);
	f.of[0] = metrics.figures[0].numerator;
	f.of[1] = (double)metrics.figures[0].denominator;
	f.of[2] = (double)metrics.figures[0].pending;
	metrics_done(plan, &metrics);
	return f;
}

static struct figures answer_repeats(struct journey_plan *plan)
{
	return ask_metric(plan, METRIC_REPEAT_CONTACTS);
}

static struct figures answer_leakage(struct journey_plan *plan)
{
	return ask_metric(plan, METRIC_LEAKAGE);
}

static struct figures ask(const struct bench *b, const struct question *q)
{
	struct journey_limits limits = { .bytes_max = (size_t)16 << 30, .threads = b->threads };
	struct journey_plan *plan;
	struct why why = { 0 };

	stop_at(journey_plan_make(b->view, &q->definition, &q->filter, NULL, &limits, &plan, &why),
		&why);
	struct figures figures = q->answer(plan);
	journey_plan_free(plan);
	return figures;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What one run took. */
struct spent {
	double wall, used, counted[COUNTERS];
};

static void tell(
	const struct bench *b, const char *name, const struct spent *spent, const struct figures *f)
{
	printf("%-44s %9.4f s  %9.4f s CPU  (", name, spent->wall, spent->used);
	for (size_t i = 0; i < FIGURES; i++)
		printf("%s%.15g", i == 0 ? "" : " ", f->of[i]);
	printf(")");
	if (spent->counted[INSTRUCTIONS] > 0)
		printf(" %.1f instructions, %.1f cycles an event",
			spent->counted[INSTRUCTIONS] / (double)b->events,
			spent->counted[CYCLES] / (double)b->events);
	printf("\n");
	(void)fflush(stdout);
}

static struct figures measure_once(
	const struct bench *b, const struct question *q, struct spent *spent)
{
	double began = clock_seconds(), used = processor_seconds();

	for (enum counter i = 0; i < COUNTERS; i++)
		spent->counted[i] = counted(i);
	struct figures f = ask(b, q);
	for (enum counter i = 0; i < COUNTERS; i++)
		spent->counted[i] = counted(i) - spent->counted[i];
	spent->wall = clock_seconds() - began;
	spent->used = processor_seconds() - used;
	return f;
}

/* Of each of their figures the median. */
static struct spent median_of(const struct spent *all, unsigned count)
{
	double wall[RUNS_MAX], used[RUNS_MAX], counts[COUNTERS][RUNS_MAX];
	struct spent median;

	for (unsigned i = 0; i < count; i++) {
		wall[i] = all[i].wall;
		used[i] = all[i].used;
		for (enum counter k = 0; k < COUNTERS; k++)
			counts[k][i] = all[i].counted[k];
	}
	qsort(wall, count, sizeof(*wall), by_value);
	qsort(used, count, sizeof(*used), by_value);
	median = (struct spent){ .wall = wall[count / 2], .used = used[count / 2] };
	for (enum counter k = 0; k < COUNTERS; k++) {
		qsort(counts[k], count, sizeof(*counts[k]), by_value);
		median.counted[k] = counts[k][count / 2];
	}
	return median;
}

static void measure(const struct bench *b, const struct question *q)
{
	struct spent spent[RUNS_MAX];
	struct figures figures = ask(b, q); /* warm */

	for (unsigned i = 0; i < b->runs; i++) {
		struct figures again = measure_once(b, q, &spent[i]);
		ASSERT(memcmp(&again, &figures, sizeof(figures)) == 0);
	}
	const struct spent median = median_of(spent, b->runs);
	tell(b, q->name, &median, &figures);
}

/* A view's first question brings what came since the base under its customers; later ones find
 * that done. */
static void measure_first(struct bench *b, const struct question *q)
{
	struct spent spent[RUNS_MAX];
	struct figures figures = { { 0 } };
	char name[64];

	for (unsigned i = 0; i < b->runs; i++) {
		threads_view_unref(b->view);
		b->view = publish(b);
		figures = measure_once(b, q, &spent[i]);
	}
	(void)snprintf(name, sizeof(name), "%s, first of a view", q->name);
	const struct spent median = median_of(spent, b->runs);
	tell(b, name, &median, &figures);
}

/* All events under their customers, in time order, as the base of the index has them. */
static void measure_grouping(struct bench *b)
{
	struct spent spent[RUNS_MAX];
	struct figures none = { { 0 } };

	for (unsigned i = 0; i < b->runs; i++) {
		double began = clock_seconds(), used = processor_seconds();
		struct thread_index *index = thread_index_build_base(
			b->view, threads_view_rows(b->view), SHARES_THREADS);
		spent[i] = (struct spent){ .wall = clock_seconds() - began,
			.used = processor_seconds() - used };
		thread_index_unref(index);
	}
	const struct spent median = median_of(spent, b->runs);
	tell(b, "group all events by customer, from scratch", &median, &none);
}

static void answer_lines(const struct bench *b, const struct question *questions, size_t count)
{
	char line[128];

	while (fgets(line, sizeof(line), stdin) != NULL)
		for (size_t i = 0; i < count; i++) {
			struct spent spent;
			if (!str_equal(str_trim(str_of(line)), str_of(questions[i].name)))
				continue;
			struct figures f = measure_once(b, &questions[i], &spent);
			tell(b, questions[i].name, &spent, &f);
		}
}

/* One next step for each of many journeys, by a model that counted them all. */
static void measure_prediction(const struct bench *b)
{
	struct journey_limits limits = { .bytes_max = (size_t)16 << 30, .threads = b->threads };
	const struct journey_definition plain = journey_definition_default();
	const struct journey_filter none = journey_filter_none();
	const struct predict_options options = { 2, PREDICT_NOTHING };
	struct predict_model *model;
	struct predict_trips trips;
	struct journey_plan *plan;
	struct why why = { 0 };

	stop_at(journey_plan_make(b->view, &plain, &none, NULL, &limits, &plan, &why), &why);
	stop_at(predict_trips_make(plan, &trips, &why), &why);
	double began = clock_seconds();
	stop_at(predict_train(&trips, trips.count, &options, &model, &why), &why);
	double trained = clock_seconds() - began;
	size_t steps = journey_plan_steps(plan), asked = MIN_OF(trips.count, (size_t)100000);
	double *share = memory_alloc((steps + 1) * sizeof(*share)), sum = 0;
	struct predict_answer answer = { .share = share };
	began = clock_seconds();
	for (size_t i = 0; i < asked; i++) {
		struct predict_trip trip = predict_trip_of(&trips, i);
		predict_next(model, &trip, trip.count - 1, steps, &answer);
		sum += share[0];
	}
	printf("predict: %.3f us an event counted (order 2), %.3f us a prediction of %zu steps "
	       "(%.6g)\n",
		trained / (double)trips.events * 1e6,
		(clock_seconds() - began) / (double)asked * 1e6, steps, sum / (double)asked);
	free(share);
	predict_free(model);
	predict_trips_done(&trips);
	journey_plan_free(plan);
}

static err look(void *context, const struct predict_ready *ready, struct why *why)
{
	(void)why;
	*(uint64_t *)context = predict_journeys(ready->model);
	return OK;
}

/* A plan, and a question to the model that stays: wall seconds of the question. */
static double ask_kept(const struct bench *b, struct predict_kept *kept, double *planning)
{
	struct journey_limits limits = { .bytes_max = (size_t)16 << 30, .threads = b->threads };
	const struct journey_definition plain = journey_definition_default();
	const struct journey_filter none = journey_filter_none();
	struct journey_plan *plan;
	struct why why = { 0 };
	uint64_t journeys;
	double began = clock_seconds();

	stop_at(journey_plan_make(b->view, &plain, &none, NULL, &limits, &plan, &why), &why);
	*planning = clock_seconds() - began;
	const struct predict_asked asked = {
		.key = STR("all"), .plan = plan, .definition = &plain, .filter = &none
	};
	began = clock_seconds();
	stop_at(predict_kept_ask(kept, &asked, look, &journeys, &why), &why);
	double spent = clock_seconds() - began;
	journey_plan_free(plan);
	return spent;
}

/* Models that stay with a server: made, asked again, asked when one event more has come. */
static void measure_kept(struct bench *b)
{
	struct predict_kept *kept = predict_kept_create((size_t)8 << 30, clock_real());
	struct workload_visits visits = workload_visits_of(1, b->events, b->customers);
	struct workload_visit visit;
	double planning[3], spent[3];

	spent[0] = ask_kept(b, kept, &planning[0]);
	spent[1] = ask_kept(b, kept, &planning[1]);
	ASSERT(workload_visits_next(&visits, &visit));
	add_visit(b, &visit, b->events + 1);
	threads_view_unref(b->view);
	b->view = publish(b);
	spent[2] = ask_kept(b, kept, &planning[2]);
	printf("predict, kept: made in %.4f s, ready in %.2f us (its plan %.2f us), followed one "
	       "event "
	       "in %.4f s (plan of a new view %.4f s)\n",
		spent[0], spent[1] * 1e6, planning[1] * 1e6, spent[2], planning[2]);
	ASSERT(predict_kept_counts(kept).followed == 1 && predict_kept_counts(kept).made == 1);
	predict_kept_free(kept);
}

static void measure_all(struct bench *b)
{
	static const str phone = STR_INIT("channel-1");
	static const struct journey_selector who = { .channels = { &phone, 1 } };
	static const struct journey_crowd crowd = { .any = { &who, 1 }, .is_wanted = true };
	struct journey_definition plain = journey_definition_default(), sessions = plain;
	struct journey_filter none = journey_filter_none(), called = none, half = none;

	sessions.gap_ms = 30 * 60 * 1000;
	called.crowds = &crowd;
	called.crowd_count = 1;
	half.since = (WORKLOAD_START_MS + (int64_t)182 * 86400000) * TICKS_PER_MS;
	const struct question questions[] = {
		{ "map, counts, of all", plain, none, answer_counts },
		{ "map, counts, the second half of the year", plain, half, answer_counts },
		{ "map, with customers, mean, median, p90", plain, none, answer_map },
		{ "map, counts, of those who used a channel", plain, called, answer_counts },
		{ "map, counts, journeys by gap of 30 min", sessions, none, answer_counts },
		{ "funnel, 4 steps within 7 days", plain, none, answer_funnel },
		{ "variants, top 100", plain, none, answer_variants },
		{ "repeat contact within 7 days", plain, none, answer_repeats },
		{ "web to phone within 24 h", plain, none, answer_leakage },
		{ "sessions, gap of 30 min", sessions, none, answer_list },
		{ "flow, the first 6 steps", plain, none, answer_flow },
	};
	if (b->asks) {
		answer_lines(b, questions, ARRAY_LEN(questions));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		if (strstr(questions[i].name, b->only) != NULL)
			measure(b, &questions[i]);
	if (strstr("first", b->only) != NULL)
		measure_first(b, &questions[0]);
	if (strstr("group", b->only) != NULL)
		measure_grouping(b);
	if (strstr("predict", b->only) != NULL)
		measure_prediction(b);
	if (strstr("predict, kept", b->only) != NULL)
		measure_kept(b);
}

static const char *text(int argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < argc; i++)
		if (str_equal(str_of(argv[i]), str_of(name)))
			return argv[i + 1];
	return "";
}

static uint64_t number(int argc, char **argv, const char *name, uint64_t otherwise)
{
	int64_t n;

	for (int i = 1; i + 1 < argc; i++)
		if (str_equal(str_of(argv[i]), str_of(name)) &&
			str_to_int64(str_of(argv[i + 1]), &n))
			return (uint64_t)n;
	return otherwise;
}

int main(int argc, char **argv)
{
	struct bench b = { .events = number(argc, argv, "--events", 10000000),
		.customers = number(argc, argv, "--customers", 1000000),
		.recent = number(argc, argv, "--recent", 5),
		.pieces = number(argc, argv, "--pieces", 1),
		.threads = (unsigned)number(
			argc, argv, "--threads", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN)),
		.runs = (unsigned)MIN_OF(number(argc, argv, "--runs", 5), (uint64_t)RUNS_MAX),
		.only = text(argc, argv, "--only"),
		.asks = number(argc, argv, "--ask", 0) != 0 };
	double began = clock_seconds();

	make_state(&b);
	printf("%llu events of %llu customers, %llu %% behind the base, %u threads, made in %.1f "
	       "s\n",
		(unsigned long long)b.events, (unsigned long long)b.customers,
		(unsigned long long)b.recent, b.threads, clock_seconds() - began);
	(void)fflush(stdout);
	open_counters();
	measure_all(&b);
	threads_view_unref(b.view);
	threads_free(b.state);
	identity_free(b.identity);
	return 0;
}
