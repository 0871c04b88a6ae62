/* bench/identity_bench.c - what it costs to compute customers anew.
 *
 *   identity_bench [--links N]      (4,000,000)
 *
 * Four rows: all links of many customers at once, as after a change of rules; one customer of
 * 10,000 links, split by a decision, and the decision undone; a hostile chain, in which one in ten
 * links would join two accounts and is refused, computed anew after its last link went; and what a
 * link more costs there.  Identity alone: without journal, threads and HTTP.  Each row begins and
 * ends with a publication, so that what is measured is what the next reader waits for: medians,
 * milliseconds of the processor; all links, by two threads, on the clock.
 *
 * smoke: --links 10000
 */
#include "identity/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ONE_CUSTOMER = 10000, CHAIN = 100000, RUNS = 5 };

static struct record_identifier id_of(const char *type, char *room, size_t size, uint64_t n)
{
	int len = snprintf(room, size, "%llu", (unsigned long long)n);

	return (struct record_identifier){ .type = str_of(type), .value = { room, (size_t)len } };
}

/* An event that names two; the set, so that it can be taken away. */
static uint32_t tell(struct identity *identity, const char *a, uint64_t x, const char *b,
	uint64_t y, uint64_t seq)
{
	char rooms[2][24];
	const struct record_identifier ids[2] = { id_of(a, rooms[0], sizeof(rooms[0]), x),
		id_of(b, rooms[1], sizeof(rooms[1]), y) };
	const struct record record = { .kind = RECORD_EVENT,
		.seq = seq,
		.source = STR("bench"),
		.identifiers = ids,
		.identifier_count = 2 };
	uint32_t set = identity_set(identity, &record);

	identity_add(identity, set, seq, 0, (int64_t)seq);
	return set;
}

static void decide(struct identity *identity, const char *activity, uint64_t x, uint64_t y,
	uint64_t seq, uint64_t target)
{
	char rooms[2][24];
	const struct record_identifier ids[2] = { id_of("cookie", rooms[0], sizeof(rooms[0]), x),
		id_of("cookie", rooms[1], sizeof(rooms[1]), y) };
	const struct record record = { .kind = RECORD_IDENTITY,
		.seq = seq,
		.activity = str_of(activity),
		.target = target,
		.identifiers = ids,
		.identifier_count = target == 0 ? 2 : 0 };

	ASSERT(identity_decide(identity, &record));
}

static void apply_rules(struct identity *identity, const char *document, uint64_t seq)
{
	const struct attribute rules = { STR("rules"),
		{ .kind = VALUE_STRING, .string = str_of(document) } };
	const struct record record = { .kind = RECORD_IDENTITY,
		.seq = seq,
		.activity = STR("rules"),
		.attributes = &rules,
		.attribute_count = 1 };

	ASSERT(identity_decide(identity, &record));
}

/* CLOCK_PROCESS_CPUTIME_ID: of the processor, as the machine may be busy with other things. */
static double ms_of(clockid_t clock)
{
	struct timespec t;

	ASSERT(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double publish_ms_of(struct identity *identity, clockid_t clock, uint32_t *customers)
{
	double start = ms_of(clock);
	struct identity_view *view = identity_publish(identity);
	double ms = ms_of(clock) - start;

	*customers = identity_customer_count(view);
	identity_view_unref(view);
	return ms;
}

static double publish_ms(struct identity *identity, uint32_t *customers)
{
	return publish_ms_of(identity, CLOCK_PROCESS_CPUTIME_ID, customers);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *times)
{
	qsort(times, RUNS, sizeof(*times), ascending);
	return times[RUNS / 2];
}

static void all_links(uint64_t links)
{
	struct identity *identity = identity_create();
	uint64_t seq = 1;
	double times[RUNS], rules[RUNS], processors[RUNS];
	uint32_t customers;

	for (uint64_t i = 0; i < links; i++) /* five cookies an account */
		(void)tell(identity, "user_id", i / 5, "cookie", i, seq++);
	(void)publish_ms(identity, &customers);
	for (int run = 0; run < RUNS; run++) {
		double start = ms_of(CLOCK_MONOTONIC);
		apply_rules(identity, run % 2 == 0 ? "{\"version\":1}" : "{\"version\": 1}", seq++);
		rules[run] = ms_of(CLOCK_MONOTONIC) - start;
		processors[run] = ms_of(CLOCK_PROCESS_CPUTIME_ID);
		times[run] = publish_ms_of(identity, CLOCK_MONOTONIC, &customers);
		processors[run] = ms_of(CLOCK_PROCESS_CPUTIME_ID) - processors[run];
	}
	printf("all of %llu links: %.1f ms (%.1f of processors), rules before %.1f ms, %u "
	       "customers\n",
		(unsigned long long)links, median(times), median(processors), median(rules),
		customers);
	identity_free(identity);
}

static void one_customer(void)
{
	struct identity *identity = identity_create();
	uint64_t seq = 1;
	double split[RUNS], undone[RUNS];
	uint32_t customers, whole;

	apply_rules(identity, "{\"version\":1}", seq++);
	for (uint64_t i = 0; i < ONE_CUSTOMER; i++)
		for (int event = 0; event < 10; event++)
			(void)tell(identity, "cookie", i, "cookie", i + 1, seq++);
	(void)publish_ms(identity, &whole);
	for (int run = 0; run < RUNS; run++) {
		uint64_t act = seq++;
		decide(identity, "unlink", ONE_CUSTOMER / 2, ONE_CUSTOMER / 2 + 1, act, 0);
		split[run] = publish_ms(identity, &customers);
		ASSERT(customers == whole + 1);
		decide(identity, "undo", 0, 0, seq++, act);
		undone[run] = publish_ms(identity, &customers);
		ASSERT(customers == whole);
	}
	printf("one customer of %d links, %d events: split %.2f ms, undone %.2f ms\n", ONE_CUSTOMER,
		ONE_CUSTOMER * 10, median(split), median(undone));
	identity_free(identity);
}

static void hostile_chain(void)
{
	struct identity *identity = identity_create();
	uint64_t seq = 1;
	double anew[RUNS], more[RUNS];
	uint32_t customers, set = 0;

	apply_rules(identity, "{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true}]}",
		seq++);
	for (uint64_t i = 0; i < CHAIN; i++) {
		if (i % 10 == 0)
			(void)tell(identity, "user_id", i, "cookie", i, seq++);
		set = tell(identity, "cookie", i, "cookie", i + 1, seq++);
	}
	(void)publish_ms(identity, &customers);
	for (int run = 0; run < RUNS; run++) {
		identity_remove(identity, set, (int64_t)seq);
		anew[run] = publish_ms(identity, &customers);
		set = tell(identity, "cookie", CHAIN - 1, "cookie", CHAIN + (uint64_t)run, seq++);
		more[run] = publish_ms(identity, &customers);
	}
	printf("hostile chain of %d links: a link less %.1f ms, a link more %.1f ms, %u "
	       "customers\n",
		CHAIN, median(anew), median(more), customers);
	identity_free(identity);
}

int main(int argc, char **argv)
{
	uint64_t links = 4000000;

	for (int i = 1; i + 1 < argc; i += 2)
		if (strcmp(argv[i], "--links") == 0)
			links = strtoull(argv[i + 1], NULL, 10);
	one_customer();
	hostile_chain();
	all_links(links);
	return 0;
}
