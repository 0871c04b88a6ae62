/* bench/attribute_bench.c - what attribute columns cost and give, on events of R2.
 *
 *   attribute_bench [THOUSANDS OF EVENTS, default 1000]
 *
 * Building alone; then the writer's whole way (journal synced every 1,000 events) with columns and
 * without, alternating; bytes an event; scanning a column and finding single rows.  Each measure
 * is taken ROUNDS times, the median printed.
 *
 * smoke: 5
 */
#include "base/clock.h"
#include "base/random.h"
#include "demo/workload.h"
#include "engine/engine.h"
#include "engine/prepare.h"
#include "support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3, BATCH = 1000, SEEKS = 100000 };

static void must(err e, const struct why *why)
{
	struct strbuf words = strbuf_heap(2000);

	if (e == OK)
		return;
	why_words(why, LANGUAGE_ENGLISH, &words);
	fprintf(stderr, STR_FMT "\n", STR_ARG(strbuf_str(&words)));
	exit(1);
}

/* Of all threads of the process: the machine may be busy with other things. */
static double cpu_seconds(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double wall_seconds(void)
{
	return (double)clock_real()->ticks_ns(clock_real()) / 1e9;
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double values[static ROUNDS])
{
	qsort(values, ROUNDS, sizeof(values[0]), by_number);
	return values[ROUNDS / 2];
}

static void show(const char *what, double value, const char *unit)
{
	printf("%-52s %12.3f %s\n", what, value, unit);
}

/* ---- columns alone */

static struct attributes *build(uint64_t events, double *seconds)
{
	struct workload_calls calls = workload_calls_of(1, events, MAX_OF(events / 10, 1));
	struct attributes *a = attributes_create();
	struct workload_call call;
	struct why why = { 0 };
	uint32_t row = 0;
	AUTO_ARENA arena = arena_create(256 << 20);
	static struct record records[BATCH];

	*seconds = 0;
	for (bool more = true; more;) {
		size_t n = 0;
		arena_reset(arena);
		while (n < BATCH && (more = workload_calls_next(&calls, &call)))
			must(workload_call_record(&call, arena, &records[n++], &why), &why);
		double start = cpu_seconds();
		for (size_t i = 0; i < n; i++)
			attributes_add(a, row++, &records[i]);
		*seconds += cpu_seconds() - start;
	}
	return a;
}

static void scan(const struct attribute_column *column, const char *name, uint64_t events)
{
	static struct attribute_cursor c;
	double seconds[ROUNDS], seeks[ROUNDS];
	struct random random = random_of(1);
	uint64_t sum = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_seconds();
		attribute_cursor_init(&c, column);
		while (attribute_next_block(&c))
			for (size_t i = 0; i < c.count; i++)
				sum += c.values[i] ^ c.rows[i];
		seconds[round] = cpu_seconds() - start;
		start = cpu_seconds();
		for (size_t i = 0; i < SEEKS; i++)
			sum += attribute_seek(&c, (uint32_t)random_below(&random, events));
		seeks[round] = cpu_seconds() - start;
	}
	printf("  %-40s %9.1f M values/s, %7.0f ns a seek (%llu values, sum %llx)\n", name,
		(double)attribute_count(column) / median(seconds) / 1e6,
		median(seeks) * 1e9 / SEEKS, (unsigned long long)attribute_count(column),
		(unsigned long long)sum);
}

static void bench_columns(uint64_t events)
{
	double seconds[ROUNDS];
	struct attributes *a = NULL;

	for (int round = 0; round < ROUNDS; round++) {
		attributes_free(a);
		a = build(events, &seconds[round]);
	}
	struct attributes_view *view = attributes_publish(a);
	double n = (double)events;
	show("columns alone, processor time", median(seconds) / n * 1e9, "ns an event");
	show("values", (double)attributes_value_count(view) / n, "an event");
	show("resident, dictionaries and all", (double)attributes_resident_bytes(a) / n,
		"bytes an event");
	for (uint32_t key = 0; key < attributes_key_count(view); key++)
		for (int type = 0; type < ATTRIBUTE_TYPE_COUNT; type++) {
			const struct attribute_column *column =
				attributes_column(view, key, (enum attribute_type)type);
			char name[64];
			(void)snprintf(name, sizeof(name), STR_FMT " (%zu texts)",
				STR_ARG(attributes_key(view, key)),
				type == ATTRIBUTE_STRING && column != NULL
					? attribute_distinct(column)
					: 0);
			if (column != NULL)
				scan(column, name, events);
		}
	attributes_view_unref(view);
	attributes_free(a);
}

/* ---- the writer's way */

struct cost {
	double cpu, wall;
};

static struct cost write_all(uint64_t events, bool skip)
{
	char folder[PATH_BYTES_MAX];
	struct workload_calls calls = workload_calls_of(1, events, MAX_OF(events / 10, 1));
	struct engine_opening opening;
	struct workload_call call;
	struct engine *engine;
	struct why why = { 0 };
	struct cost cost = { 0 };
	AUTO_ARENA arena = arena_create(256 << 20);
	static struct engine_item items[BATCH];

	scratch_make("/tmp", folder);
	const struct engine_options options = { .folder = folder, .skip_attributes = skip };
	must(engine_open(&options, &engine, &opening, &why), &why);
	struct preparation p = { .rules = { .phone_country = STR("33") },
		.default_source = STR("bench"),
		.secret = engine_secret(engine) };
	for (bool more = true; more;) {
		size_t n = 0;
		arena_reset(arena);
		while (n < BATCH && (more = workload_calls_next(&calls, &call))) {
			struct prepared prepared;
			struct record record;
			must(workload_call_record(&call, arena, &record, &why), &why);
			must(item_prepare(&p, &record, arena, &prepared, &why), &why);
			items[n++] = prepared.item;
		}
		double cpu = cpu_seconds(), wall = wall_seconds();
		must(engine_write(engine, items, n, &why), &why);
		cost.cpu += cpu_seconds() - cpu;
		cost.wall += wall_seconds() - wall;
	}
	engine_close(engine);
	scratch_remove(folder);
	return cost;
}

static void bench_writing(uint64_t events)
{
	double cpu[2][ROUNDS], wall[2][ROUNDS], n = (double)events;

	for (int round = 0; round < ROUNDS; round++)
		for (int skip = 0; skip < 2; skip++) {
			struct cost cost = write_all(events, skip == 1);
			cpu[skip][round] = cost.cpu;
			wall[skip][round] = cost.wall;
		}
	double with = median(cpu[0]), without = median(cpu[1]);
	show("engine_write(), processor time, with columns", with / n * 1e9, "ns an event");
	show("engine_write(), processor time, without", without / n * 1e9, "ns an event");
	show("more processor time", (with / without - 1) * 100, "%");
	show("engine_write(), elapsed, with columns", n / median(wall[0]), "events/s");
	show("engine_write(), elapsed, without", n / median(wall[1]), "events/s");
}

int main(int argc, char **argv)
{
	int64_t thousands = 1000;

	if (argc > 1 && (!str_to_int64(str_of(argv[1]), &thousands) || thousands < 1 ||
				thousands > 1000000))
		return 2;
	uint64_t events = (uint64_t)thousands * 1000;
	printf("%llu events of R2\n", (unsigned long long)events);
	bench_columns(events);
	bench_writing(events);
	return 0;
}
