/* bench/engine_bench.c - the way of an event from a prepared item to durable, visible and back.
 *
 * engine_bench [--events N] [--customers N] [--runs N] [--folder DIR] [--json FILE] [--load N]
 *   [--checkpoint-every N]
 *
 * Workload R2 (demo/workload.h) in batches of 100, on a real folder under DIR (default /var/tmp).
 * Prints events/s, acknowledgement times, bytes an event in memory and on disk, replay, start-up
 * from a checkpoint, and the grouping of all events by customer; medians of the runs (5).
 * --checkpoint-every N: 16 producers only, a checkpoint after each N records: how long they wait.
 * --load N: instead, writes N events once, made as they go, and measures the state they leave.
 *
 * smoke: --events 2000 --customers 200 --runs 1 --folder build
 */
#include "base/random.h"
#include "demo/workload.h"
#include "engine/prepare.h"
#include "engine/writer_internal.h"
#include "support/scratch.h"
#include "thread/threads_internal.h"

#include <malloc.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 100, PRODUCERS_MAX = 16, RUNS_MAX_ = 9, LEVEL = 3, SEED = 2026 };
#define BATCH_BYTES_MAX ((size_t)1 << 20)
#define LINE "%-52s %14.1f %s\n"

/* ---- figures: printed, and kept for --json */

static FILE *json;
static bool json_begun;

static void show(const char *what, double value, const char *unit)
{
	printf(LINE, what, value, unit);
	(void)fflush(stdout);
	if (json == NULL)
		return;
	(void)fprintf(json, "%s\n  \"%s, %s\": %.3f", json_begun ? "," : "{", what, unit, value);
	json_begun = true;
}

static int64_t now_ns(void)
{
	return clock_real()->ticks_ns(clock_real());
}

static double cpu_seconds(clockid_t id)
{
	struct timespec t;

	ASSERT(clock_gettime(id, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double share_of(double *values, size_t count, double share)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[(size_t)((double)(count - 1) * share)];
}

static void show_machine(void)
{
	char line[256];
	FILE *info = fopen("/proc/cpuinfo", "r");

	while (info != NULL && fgets(line, sizeof(line), info) != NULL)
		if (strncmp(line, "model name", 10) == 0) {
			printf("machine: %ld cores, %s", sysconf(_SC_NPROCESSORS_ONLN),
				strchr(line, ':') + 2);
			break;
		}
	if (info != NULL)
		(void)fclose(info);
}

/* ---- the folder */

struct bench {
	uint64_t events, customers, load, checkpoint_every;
	int runs;
	char folder[PATH_BYTES_MAX];
	struct engine *engine;
	struct writer *writer;
	uint8_t secret[DEDUP_SECRET_BYTES];
	struct batch *batches;
	size_t batch_count;
};

static double open_engine(struct bench *b, bool replay)
{
	const struct engine_options options = { .folder = b->folder, .ignore_checkpoint = replay };
	struct engine_opening opening;
	struct why why = { 0 };
	int64_t began = now_ns();

	if (engine_open(&options, &b->engine, &opening, &why) != OK) {
		struct strbuf words = strbuf_heap(1000);
		why_words(&why, LANGUAGE_ENGLISH, &words);
		(void)fprintf(stderr, STR_FMT "\n", STR_ARG(strbuf_str(&words)));
		exit(1);
	}
	return (double)(now_ns() - began) / 1e9;
}

static void start(struct bench *b)
{
	const struct writer_options options = { .checkpoint_records = b->checkpoint_every };

	scratch_remove(b->folder);
	(void)open_engine(b, false);
	memcpy(b->secret, engine_secret(b->engine), sizeof(b->secret));
	b->writer = writer_create(b->engine, &options);
	writer_start(b->writer);
}

static void stop(struct bench *b)
{
	struct why why = { 0 };

	ASSERT(writer_stop(b->writer, &why) == OK);
	writer_free(b->writer);
}

/* ---- batches; their keys are made again for each folder, which has a secret of its own */

struct batch {
	struct arena *arena;
	struct engine_item items[BATCH];
	struct submission submission;
	double ms; /* from submitting to the answer */
};

static void fill_batch(struct batch *batch, struct workload_calls *calls, const uint8_t *secret)
{
	struct preparation p = { .default_source = STR("segment"), .secret = secret };
	struct workload_call call;
	size_t count = 0;

	while (count < BATCH && workload_calls_next(calls, &call)) {
		struct record record;
		struct prepared prepared;
		ASSERT(workload_call_record(&call, batch->arena, &record, NULL) == OK);
		ASSERT(item_prepare(&p, &record, batch->arena, &prepared, NULL) == OK);
		batch->items[count++] = prepared.item;
	}
	submission_init(&batch->submission, batch->items, count);
}

static void make_batches(struct bench *b)
{
	struct workload_calls *calls = memory_alloc(sizeof(*calls));

	*calls = workload_calls_of(SEED, b->events, b->customers);
	b->batch_count = (b->events + BATCH - 1) / BATCH;
	b->batches = memory_alloc(b->batch_count * sizeof(*b->batches));
	for (size_t i = 0; i < b->batch_count; i++) {
		b->batches[i].arena = arena_create(BATCH_BYTES_MAX);
		fill_batch(&b->batches[i], calls, b->secret);
	}
	free(calls);
}

static void renew_keys(struct bench *b)
{
	for (size_t i = 0; i < b->batch_count; i++) {
		struct batch *batch = &b->batches[i];
		submission_reset(&batch->submission, batch->items, batch->submission.count);
		for (size_t k = 0; k < batch->submission.count; k++)
			batch->items[k].key = dedup_key_of(b->secret,
				batch->items[k].record->source, batch->items[k].record->message_id);
	}
}

static void free_batches(struct bench *b)
{
	for (size_t i = 0; i < b->batch_count; i++) {
		submission_done(&b->batches[i].submission);
		arena_free(b->batches[i].arena);
	}
	free(b->batches);
	b->batches = NULL;
	(void)malloc_trim(0);
}

/* ---- producers: each has one batch under way; all take theirs from one list */

struct push {
	struct bench *bench;
	atomic_size_t next;
	double rate; /* events a second, all producers together; 0: as fast as it goes */
	int64_t began;
};

static void wait_until(int64_t at_ns)
{
	int64_t left_ms = (at_ns - now_ns()) / 1000000;

	if (left_ms > 0)
		(void)poll(NULL, 0, (int)left_ms);
}

static void *produce(void *context)
{
	struct push *push = context;
	size_t i;

	while ((i = atomic_fetch_add(&push->next, 1)) < push->bench->batch_count) {
		struct batch *batch = &push->bench->batches[i];
		if (push->rate > 0)
			wait_until(push->began + (int64_t)((double)(i * BATCH) / push->rate * 1e9));
		int64_t began = now_ns();
		ASSERT(writer_submit(push->bench->writer, &batch->submission, WAIT_FOREVER, NULL) ==
			OK);
		ASSERT(submission_wait(&batch->submission, WAIT_FOREVER, NULL) == OK);
		batch->ms = (double)(now_ns() - began) / 1e6;
	}
	return NULL;
}

struct pushed {
	double rate, p50, p99, most, checkpoints, checkpoint_ms_most, writer_us, group_items,
		publish_ms_most, group_ms_most;
};

static struct pushed push_all(struct bench *b, size_t producers, double rate)
{
	pthread_t threads[PRODUCERS_MAX];
	clockid_t writer_clock;
	double *ms = memory_alloc(b->batch_count * sizeof(*ms));

	start(b);
	renew_keys(b);
	ASSERT(pthread_getcpuclockid(b->writer->writing, &writer_clock) == 0);
	double cpu = cpu_seconds(writer_clock);
	struct push push = { .bench = b, .rate = rate, .began = now_ns() };
	for (size_t i = 0; i < producers; i++)
		ASSERT(pthread_create(&threads[i], NULL, produce, &push) == 0);
	for (size_t i = 0; i < producers; i++)
		ASSERT(pthread_join(threads[i], NULL) == 0);
	double seconds = (double)(now_ns() - push.began) / 1e9;
	cpu = cpu_seconds(writer_clock) - cpu;
	struct writer_status status = writer_status(b->writer);
	ASSERT(status.fresh == b->events);
	for (size_t i = 0; i < b->batch_count; i++)
		ms[i] = b->batches[i].ms;
	struct pushed out = { .rate = (double)b->events / seconds,
		.p50 = share_of(ms, b->batch_count, 0.5),
		.p99 = share_of(ms, b->batch_count, 0.99),
		.most = share_of(ms, b->batch_count, 1),
		.checkpoints = (double)status.checkpoints,
		.checkpoint_ms_most = (double)status.checkpoint_ns_most / 1e6,
		.writer_us = cpu / (double)b->events * 1e6,
		.group_items = (double)status.items / (double)status.groups,
		.publish_ms_most = (double)status.publish_ns_most / 1e6,
		.group_ms_most = (double)status.group_ns_most / 1e6 };
	free(ms);
	stop(b);
	engine_close(b->engine);
	return out;
}

static double median_of(
	const struct pushed *runs, int count, size_t offset) /* of a member of struct pushed */
{
	double values[RUNS_MAX_];

	for (int i = 0; i < count; i++)
		memcpy(&values[i], (const char *)&runs[i] + offset, sizeof(double));
	return share_of(values, (size_t)count, 0.5);
}

static double show_pushes(struct bench *b, size_t producers, double rate)
{
	static const struct {
		const char *what, *unit;
		size_t offset;
	} rows[] = {
		{ "durable", "events/s", offsetof(struct pushed, rate) },
		{ "acknowledged, p50", "ms", offsetof(struct pushed, p50) },
		{ "acknowledged, p99", "ms", offsetof(struct pushed, p99) },
		{ "acknowledged, latest", "ms", offsetof(struct pushed, most) },
		{ "checkpoints", "", offsetof(struct pushed, checkpoints) },
		{ "writer's longest stop for one", "ms",
			offsetof(struct pushed, checkpoint_ms_most) },
		{ "writer's CPU", "us/event", offsetof(struct pushed, writer_us) },
		{ "group", "events", offsetof(struct pushed, group_items) },
		{ "longest publication", "ms", offsetof(struct pushed, publish_ms_most) },
		{ "longest group", "ms", offsetof(struct pushed, group_ms_most) },
	};
	struct pushed runs[RUNS_MAX_];
	char what[64];

	for (int i = 0; i < b->runs; i++)
		runs[i] = push_all(b, producers, rate);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)snprintf(what, sizeof(what), "%zu producers%s: %s", producers,
			rate > 0 ? ", half rate" : "", rows[i].what);
		show(what, median_of(runs, b->runs, rows[i].offset), rows[i].unit);
	}
	return median_of(runs, b->runs, offsetof(struct pushed, rate));
}

/* ---- what it leaves: state in memory, bytes on disk, opening again */

static double heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)info.uordblks + (double)info.hblkhd;
}

static void show_disk(struct bench *b, double events)
{
	struct why why = { 0 };
	bool did = true;

	(void)open_engine(b, false);
	show("on disk, unsealed journal", (double)journal_bytes(engine_journal(b->engine)) / events,
		"bytes/event");
	int64_t began = now_ns();
	ASSERT(journal_roll(engine_journal(b->engine), &why) == OK);
	while (did)
		ASSERT(engine_seal_one(b->engine, LEVEL, &did, &why) == OK);
	show("sealing", events / ((double)(now_ns() - began) / 1e9), "events/s");
	show("on disk, sealed journal", (double)journal_bytes(engine_journal(b->engine)) / events,
		"bytes/event");
	engine_close(b->engine);
}

static void show_memory(struct bench *b, double events, double before)
{
	const struct threads *t = b->engine->threads;

	show("in memory, all that is derived", (heap_bytes() - before) / events, "bytes/event");
	if (t->base != NULL)
		show("of it the index of threads", (double)thread_index_bytes(t->base) / events,
			"bytes/event");
	show("of it the index of known messages",
		(double)dedup_resident_bytes(b->engine->dedup) / events, "bytes/event");
}

static void show_base(struct bench *b)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(b->engine);
	const struct threads_view *view = snapshot_threads(snapshot);
	double runs[RUNS_MAX_];

	for (int i = 0; i < b->runs; i++) {
		int64_t began = now_ns();
		thread_index_unref(thread_index_build_base(view, threads_view_rows(view), 1));
		runs[i] = (double)(now_ns() - began) / 1e6;
	}
	show("group all events by customer", share_of(runs, (size_t)b->runs, 0.5), "ms");
}

static void show_opening(struct bench *b, double events, const char *journal)
{
	double replay[RUNS_MAX_], cpu[RUNS_MAX_], applier[RUNS_MAX_], load[RUNS_MAX_];
	struct why why = { 0 };
	char what[64];

	for (int i = 0; i < b->runs; i++) {
		double before = heap_bytes(), spent = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID),
		       here = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
		replay[i] = events / open_engine(b, true);
		cpu[i] = (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - spent) / events * 1e6;
		applier[i] = (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - here) / events * 1e6;
		if (i == b->runs - 1 && strcmp(journal, "sealed") == 0) {
			engine_index(b->engine);
			show_memory(b, events, before);
			show_base(b);
			ASSERT(engine_checkpoint(b->engine, &why) == OK);
		}
		engine_close(b->engine);
	}
	(void)snprintf(what, sizeof(what), "replay of the %s journal", journal);
	show(what, share_of(replay, (size_t)b->runs, 0.5), "events/s");
	(void)snprintf(what, sizeof(what), "replay of the %s journal, CPU", journal);
	show(what, share_of(cpu, (size_t)b->runs, 0.5), "us/event");
	(void)snprintf(what, sizeof(what), "replay of the %s journal, CPU of who applies", journal);
	show(what, share_of(applier, (size_t)b->runs, 0.5), "us/event");
	if (strcmp(journal, "sealed") != 0)
		return;
	for (int i = 0; i < b->runs; i++) {
		load[i] = open_engine(b, false) * 1e3;
		engine_close(b->engine);
	}
	show("start-up from a checkpoint", share_of(load, (size_t)b->runs, 0.5), "ms");
}

/* ---- --load: more events than fit in memory as items */

struct loading {
	struct bench *bench;
	pthread_mutex_t lock; /* of calls */
	struct workload_calls calls;
};

static void *load(void *context)
{
	struct loading *l = context;
	struct batch *batch = memory_alloc(sizeof(*batch));

	batch->arena = arena_create(BATCH_BYTES_MAX);
	for (;;) {
		arena_reset(batch->arena);
		mutex_lock(&l->lock);
		fill_batch(batch, &l->calls, l->bench->secret);
		mutex_unlock(&l->lock);
		if (batch->submission.count == 0)
			break;
		ASSERT(writer_submit(l->bench->writer, &batch->submission, WAIT_FOREVER, NULL) ==
			OK);
		ASSERT(submission_wait(&batch->submission, WAIT_FOREVER, NULL) == OK);
		submission_done(&batch->submission);
	}
	submission_done(&batch->submission);
	arena_free(batch->arena);
	free(batch);
	return NULL;
}

static void load_all(struct bench *b)
{
	struct loading *l = memory_alloc(sizeof(*l));
	pthread_t threads[4];

	start(b);
	l->bench = b;
	mutex_init(&l->lock);
	l->calls = workload_calls_of(SEED, b->load, b->customers);
	int64_t began = now_ns();
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		ASSERT(pthread_create(&threads[i], NULL, load, l) == 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		ASSERT(pthread_join(threads[i], NULL) == 0);
	double seconds = (double)(now_ns() - began) / 1e9;
	struct writer_status status = writer_status(b->writer);
	show("made and written by 4 producers", (double)b->load / seconds, "events/s");
	show("longest group", (double)status.group_ns_most / 1e6, "ms");
	show("longest publication", (double)status.publish_ns_most / 1e6, "ms");
	show("longest checkpoint", (double)status.checkpoint_ns_most / 1e6, "ms");
	stop(b);
	engine_close(b->engine);
	mutex_done(&l->lock);
	free(l);
}

/* ---- */

static uint64_t number(const char *text)
{
	int64_t n;

	if (!str_to_int64(str_of(text), &n) || n <= 0) {
		(void)fprintf(stderr, "not a number: %s\n", text);
		exit(2);
	}
	return (uint64_t)n;
}

static void read_flags(struct bench *b, int argc, char **argv)
{
	const char *parent = "/var/tmp";

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--events") == 0)
			b->events = number(argv[i + 1]);
		else if (strcmp(argv[i], "--customers") == 0)
			b->customers = number(argv[i + 1]);
		else if (strcmp(argv[i], "--runs") == 0)
			b->runs = (int)MIN_OF(number(argv[i + 1]), (uint64_t)RUNS_MAX_);
		else if (strcmp(argv[i], "--checkpoint-every") == 0)
			b->checkpoint_every = number(argv[i + 1]);
		else if (strcmp(argv[i], "--load") == 0)
			b->load = number(argv[i + 1]);
		else if (strcmp(argv[i], "--folder") == 0)
			parent = argv[i + 1];
		else if (strcmp(argv[i], "--json") == 0)
			json = fopen(argv[i + 1], "w");
	}
	(void)snprintf(b->folder, sizeof(b->folder), "%s/engine_bench.%d", parent, (int)getpid());
}

static void show_writing(struct bench *b)
{
	start(b);
	make_batches(b);
	stop(b);
	engine_close(b->engine);
	if (b->checkpoint_every == 0) { /* else it is the stops that are asked for */
		(void)show_pushes(b, 1, 0);
		(void)show_pushes(b, 4, 0);
	}
	double full = show_pushes(b, 16, 0);
	(void)show_pushes(b, 16, full / 2);
	free_batches(b);
}

int main(int argc, char **argv)
{
	struct bench b = { .events = 100000, .customers = 10000, .runs = 5 };

	read_flags(&b, argc, argv);
	show_machine();
	if (b.load > 0)
		load_all(&b);
	else
		show_writing(&b);
	double events = (double)(b.load > 0 ? b.load : b.events);
	show_opening(&b, events, "unsealed");
	show_disk(&b, events);
	show_opening(&b, events, "sealed");
	scratch_remove(b.folder);
	if (json != NULL) {
		(void)fprintf(json, "\n}\n");
		(void)fclose(json);
	}
	return 0;
}
