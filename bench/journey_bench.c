/* bench/journey_bench.c - questions about journeys on workload Q, in memory.
 *
 * journey_bench [--events N] [--customers N] [--recent PERCENT] [--threads N] [--runs N]
 *               [--only PART OF A NAME]
 *
 * Q (demo/workload.h): 10 million events of 1 million customers, 40 activities, 8 channels.  The
 * last PERCENT (5) of the events came after the base of the index.  Each row is a whole question,
 * from the plan to the answer; medians of the runs: seconds on the clock, and of all processors
 * (user + system), which is what counts on a machine that others use. smoke: --events 20000
 * --customers 2000 --runs 1
 */
#include "demo/workload.h"
#include "journey/map.h"
#include "journey/variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { RUNS_MAX = 99 };

struct bench {
	uint64_t events, customers, recent;
	unsigned threads, runs;
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
	struct workload_visit visit;

	b->identity = identity_create();
	b->state = threads_create();
	threads_skip_attributes(b->state);
	while (workload_visits_next(&visits, &visit)) {
		add_visit(b, &visit, ++at);
		if (at == based)
			build_index(b);
	}
	build_index(b); /* a run, as the engine has one */
	b->view = publish(b);
}

/* ---- a question */

struct question {
	const char *name;
	struct journey_definition definition;
	struct journey_filter filter;
	uint64_t (*answer)(const struct journey_plan *plan); /* a figure that must not change */
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

static uint64_t transitions(const struct journey_plan *plan, bool counts_only)
{
	const struct map_options options = { .counts_only = counts_only };
	struct map map;
	struct why why = { 0 };

	stop_at(map_make(plan, &options, &map, &why), &why);
	uint64_t figure = map.transitions;
	map_done(plan, &map);
	return figure;
}

static uint64_t answer_counts(const struct journey_plan *plan)
{
	return transitions(plan, true);
}

static uint64_t answer_map(const struct journey_plan *plan)
{
	return transitions(plan, false);
}

static uint64_t answer_variants(const struct journey_plan *plan)
{
	struct variants variants;
	struct why why = { 0 };

	stop_at(variants_make(plan, 100, &variants, &why), &why);
	uint64_t figure = variants.distinct;
	variants_done(plan, &variants);
	return figure;
}

static uint64_t ask(const struct bench *b, const struct question *q)
{
	struct journey_limits limits = { .bytes_max = (size_t)8 << 30, .threads = b->threads };
	struct journey_plan *plan;
	struct why why = { 0 };

	stop_at(journey_plan_make(b->view, &q->definition, &q->filter, NULL, &limits, &plan, &why),
		&why);
	uint64_t figure = q->answer(plan);
	journey_plan_free(plan);
	return figure;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const struct bench *b, const struct question *q)
{
	double wall[RUNS_MAX], used[RUNS_MAX];
	uint64_t figure = ask(b, q); /* warm */

	for (unsigned i = 0; i < b->runs; i++) {
		double began = clock_seconds(), spent = processor_seconds();
		ASSERT(ask(b, q) == figure);
		wall[i] = clock_seconds() - began;
		used[i] = processor_seconds() - spent;
	}
	qsort(wall, b->runs, sizeof(*wall), by_value);
	qsort(used, b->runs, sizeof(*used), by_value);
	printf("%-44s %9.4f s  %9.4f s CPU  (%llu)\n", q->name, wall[b->runs / 2],
		used[b->runs / 2], (unsigned long long)figure);
	(void)fflush(stdout);
}

static void measure_all(const struct bench *b)
{
	static const str phone = STR_INIT("channel-1");
	static const struct journey_selector who = { .channels = { &phone, 1 } };
	static const struct journey_crowd crowd = { { &who, 1 }, true };
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
		{ "variants, top 100", plain, none, answer_variants },
	};
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		if (strstr(questions[i].name, b->only) != NULL)
			measure(b, &questions[i]);
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
		.threads = (unsigned)number(
			argc, argv, "--threads", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN)),
		.runs = (unsigned)MIN_OF(number(argc, argv, "--runs", 5), (uint64_t)RUNS_MAX),
		.only = text(argc, argv, "--only") };
	double began = clock_seconds();

	make_state(&b);
	printf("%llu events of %llu customers, %llu %% behind the base, %u threads, made in %.1f "
	       "s\n",
		(unsigned long long)b.events, (unsigned long long)b.customers,
		(unsigned long long)b.recent, b.threads, clock_seconds() - began);
	measure_all(&b);
	threads_view_unref(b.view);
	threads_free(b.state);
	identity_free(b.identity);
	return 0;
}
