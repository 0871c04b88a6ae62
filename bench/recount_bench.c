/* bench/recount_bench.c - how long an acknowledgement takes while customers are computed beside.
 *
 *   recount_bench [--links N] [--seconds N] [--folder DIR]     (1,000,000; 5; /var/tmp)
 *
 * A real folder and a running writer.  N events, each of which links a cookie with an account, five
 * an account; then a hostile chain of 100,000 cookies, one in ten of which would join another
 * account and is refused.  A producer sends batches of 20 events, one each 2 ms (10,000 events/s),
 * and notes when they are durable: while nothing else is going on; while the rules are changed back
 * and forth; while a link of the chain comes with each batch, so that it has to be computed again
 * and again.  Prints acknowledgements of each, how often customers were computed, and how long the
 * writer stood still for one at most.
 *
 * smoke: --links 80000 --seconds 1 --folder build
 */
#include "base/file.h"
#include "engine/prepare.h"
#include "engine/writer.h"
#include "identity/identity.h"
#include "support/scratch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 20, LOAD_BATCH = 2000, CHAIN = 100000, EVERY_NS = 2000000, TIMES_MAX = 1 << 20 };

struct bench {
	uint64_t links, seconds;
	struct engine *engine;
	struct writer *writer;
	struct preparation preparation;
	struct arena *arena;
	struct engine_item *items;
	uint64_t events; /* told so far */
	double *times;
};

static int64_t now_ns(void)
{
	return clock_real()->ticks_ns(clock_real());
}

static str text(struct arena *arena, const char *prefix, uint64_t n)
{
	struct strbuf out = strbuf_in(arena, 32);

	strbuf_printf(&out, "%s%llu", prefix, (unsigned long long)n);
	return strbuf_str(&out);
}

static struct engine_item link_item(struct bench *b, const char *a, uint64_t x, uint64_t y)
{
	const struct record_identifier ids[2] = {
		{ .type = STR("cookie"), .value = text(b->arena, "c", y) },
		{ .type = str_of(a), .value = text(b->arena, "c", x) },
	};
	const struct record record = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = (int64_t)b->events, .offset_min = INSTANT_NO_OFFSET },
		.channel = STR("web"),
		.activity = STR("visit"),
		.message_id = text(b->arena, "m", b->events),
		.identifiers = ids,
		.identifier_count = 2 };
	struct prepared prepared;
	struct why why = { 0 };

	b->events++;
	ASSERT(item_prepare(&b->preparation, &record, b->arena, &prepared, &why) == OK);
	return prepared.item;
}

static struct engine_item account_item(struct bench *b, uint64_t n)
{
	return link_item(b, "user_id", n / 5, n);
}

/* The chain's cookies have numbers of their own. */
static struct engine_item chain_item(struct bench *b, uint64_t n)
{
	const uint64_t from = UINT64_C(1) << 40;

	return n % 11 == 10 ? link_item(b, "user_id", from + n, from + n - n / 11)
			    : link_item(b, "cookie", from + n - n / 11, from + n - n / 11 + 1);
}

static void load(
	struct bench *b, uint64_t count, struct engine_item (*make)(struct bench *b, uint64_t n))
{
	struct why why = { 0 };

	for (uint64_t at = 0; at < count; at += LOAD_BATCH) {
		size_t n = (size_t)MIN_OF(count - at, (uint64_t)LOAD_BATCH);
		arena_reset(b->arena);
		for (size_t i = 0; i < n; i++)
			b->items[i] = make(b, at + i);
		ASSERT(engine_write(b->engine, b->items, n, &why) == OK);
	}
}

/* ---- measuring */

static void send(struct bench *b, size_t *count, uint64_t *chain)
{
	struct submission s;
	struct why why = { 0 };

	arena_reset(b->arena);
	for (size_t i = 0; i < BATCH; i++)
		b->items[i] = account_item(b, b->links + b->events);
	if (chain != NULL)
		b->items[0] = chain_item(b, (*chain)++);
	submission_init(&s, b->items, BATCH);
	int64_t began = now_ns();
	ASSERT(writer_submit(b->writer, &s, INT64_MAX, &why) == OK);
	ASSERT(submission_wait(&s, INT64_MAX, &why) == OK);
	b->times[(*count)++] = (double)(now_ns() - began) / 1e6;
	submission_done(&s);
	int64_t left = EVERY_NS - (now_ns() - began);
	(void)poll(NULL, 0, (int)(MAX_OF(left, (int64_t)0) / 1000000));
}

static err change_rules(struct engine *engine, void *context, struct why *why)
{
	const struct attribute document = { STR("rules"),
		{ .kind = VALUE_STRING, .string = str_of(context) } };
	const struct record record = { .kind = RECORD_IDENTITY,
		.source = STR("bench"),
		.activity = STR("rules"),
		.attributes = &document,
		.attribute_count = 1 };
	struct engine_item item;
	struct preparation p = { .default_source = STR("bench"), .secret = engine_secret(engine) };
	AUTO_ARENA arena = arena_create(1 << 20);
	struct prepared prepared;
	err e = item_prepare(&p, &record, arena, &prepared, why);

	item = prepared.item;
	return e != OK ? e : engine_write(engine, &item, 1, why);
}

static bool is_behind(struct bench *b)
{
	AUTO_SNAPSHOT snapshot = writer_snapshot(b->writer);

	return identity_view_is_behind(snapshot_identity(snapshot));
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void show(struct bench *b, const char *what, size_t count, uint64_t recounts)
{
	qsort(b->times, count, sizeof(*b->times), by_value);
	printf("%-34s p50 %6.2f  p99 %6.2f  longest %6.2f ms, %zu batches; computed %llu times\n",
		what, b->times[count / 2], b->times[count * 99 / 100], b->times[count - 1], count,
		(unsigned long long)(writer_status(b->writer).recounts - recounts));
	(void)fflush(stdout);
}

static void quiet(struct bench *b)
{
	size_t count = 0;

	for (int64_t end = now_ns() + (int64_t)b->seconds * 1000000000; now_ns() < end;)
		send(b, &count, NULL);
	show(b, "nothing else", count, 0);
}

static void rules_change(struct bench *b)
{
	static char documents[][200] = { "{\"version\":1,\"types\":[{\"type\":\"user_id\","
					 "\"unique\":true},{\"type\":\"cookie\","
					 "\"priority\":0}]}",
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true}]}" };
	uint64_t before = writer_status(b->writer).recounts;
	struct why why = { 0 };
	size_t count = 0, changes = 0;

	for (int64_t end = now_ns() + (int64_t)b->seconds * 1000000000; now_ns() < end;) {
		if (!is_behind(b))
			ASSERT(writer_call(b->writer, change_rules,
				       documents[changes++ % ARRAY_LEN(documents)], &why) == OK);
		send(b, &count, NULL);
	}
	while (is_behind(b))
		send(b, &count, NULL);
	show(b, "rules changed back and forth", count, before);
}

static void chain_grows(struct bench *b)
{
	uint64_t before = writer_status(b->writer).recounts, chain = CHAIN;
	size_t count = 0;

	for (int64_t end = now_ns() + (int64_t)b->seconds * 1000000000; now_ns() < end;)
		send(b, &count, &chain);
	while (is_behind(b))
		send(b, &count, NULL);
	show(b, "a hostile chain of 100,000 grows", count, before);
}

static void run(struct bench *b)
{
	const struct writer_options options = { 0 };
	struct why why = { 0 };

	b->preparation = (struct preparation){ .default_source = STR("bench"),
		.secret = engine_secret(b->engine) };
	b->arena = arena_create(64 << 20);
	b->items = memory_alloc(LOAD_BATCH * sizeof(*b->items));
	b->times = memory_alloc(TIMES_MAX * sizeof(*b->times));
	load(b, b->links, account_item);
	load(b, CHAIN, chain_item);
	ASSERT(engine_settle(b->engine, &why) == OK);
	b->writer = writer_create(b->engine, &options);
	writer_start(b->writer);
	quiet(b);
	rules_change(b);
	chain_grows(b);
	struct writer_status status = writer_status(b->writer);
	printf("the writer stood still for one: %.2f ms at most; writing %.2f, publishing %.2f, "
	       "beginning a checkpoint %.2f ms at most\n",
		(double)status.recount_ns_most / 1e6, (double)status.group_ns_most / 1e6,
		(double)status.publish_ns_most / 1e6, (double)status.checkpoint_ns_most / 1e6);
	ASSERT(writer_stop(b->writer, &why) == OK);
	writer_free(b->writer);
	free(b->items);
	free(b->times);
	arena_free(b->arena);
}

int main(int argc, char **argv)
{
	struct bench b = { .links = 1000000, .seconds = 5 };
	const char *parent = "/var/tmp";
	char folder[PATH_BYTES_MAX];
	struct engine_opening opening;
	struct why why = { 0 };

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--links") == 0)
			b.links = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seconds") == 0)
			b.seconds = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--folder") == 0)
			parent = argv[i + 1];
	}
	ASSERT(path_join(folder, parent, "ariane-recount-bench", &why) == OK);
	scratch_remove(folder);
	const struct engine_options options = { .folder = folder };
	ASSERT(engine_open(&options, &b.engine, &opening, &why) == OK);
	run(&b);
	engine_close(b.engine);
	scratch_remove(folder);
	return 0;
}
