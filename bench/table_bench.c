/* bench/table_bench.c - tables, index and dictionary against plain arrays on the same items.
 *
 * Usage: table_bench [millions of items, default 25].  Prints medians of 5 runs, alternating
 * with the plain array where there is one, and checks that both give the same answer.
 *
 * smoke: 1
 */
#include "base/clock.h"
#include "base/crc32c.h"
#include "base/random.h"
#include "base/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 5, CHANGES = 1000, INDEX_BYTES_MAX = 1 << 28 };

static int64_t now_ns(void)
{
	return clock_real()->ticks_ns(clock_real());
}

/* Of this thread: a stall of ours, not of a busy machine. */
static int64_t cpu_ns(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double runs[static RUNS])
{
	qsort(runs, RUNS, sizeof(runs[0]), by_value);
	return runs[RUNS / 2];
}

static void show(const char *what, double value, const char *unit)
{
	printf("%-56s %12.3f %s\n", what, value, unit);
}

static uint64_t scan_plain(const uint32_t *items, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += items[i];
	return sum;
}

static uint64_t scan_view(const struct view *view)
{
	uint64_t sum = 0;

	for (size_t i = 0, run; i < view_count(view); i += run) {
		const uint32_t *items = view_run(view, i, &run);
		sum += scan_plain(items, run);
	}
	return sum;
}

static struct table *push_all(size_t count)
{
	struct table *table = table_create(sizeof(uint32_t));

	for (size_t i = 0; i < count; i++)
		*(uint32_t *)table_push(table) = (uint32_t)i * 2654435761u;
	return table;
}

static void bench_push_and_scan(size_t count)
{
	double push[RUNS], plain_push[RUNS], scan[RUNS], plain_scan[RUNS], at[RUNS], plain_at[RUNS];

	ASSERT(count > 0);
	for (int r = 0; r < RUNS; r++) {
		int64_t t0 = now_ns();
		struct table *table = push_all(count);
		int64_t t1 = now_ns();
		uint32_t *plain = memory_alloc(count * sizeof(*plain));
		for (size_t i = 0; i < count; i++)
			plain[i] = (uint32_t)i * 2654435761u;
		int64_t t2 = now_ns();
		struct view *view = table_publish(table);
		int64_t t3 = now_ns();
		uint64_t sum = scan_view(view);
		int64_t t4 = now_ns();
		uint64_t plain_sum = scan_plain(plain, count);
		int64_t t5 = now_ns();
		ASSERT(sum == plain_sum);
		sum = plain_sum = 0;
		struct random random = random_of(1), same = random;
		for (int i = 0; i < 1000000; i++)
			sum += *(const uint32_t *)view_at(view, random_next(&random) % count);
		int64_t t6 = now_ns();
		for (int i = 0; i < 1000000; i++)
			plain_sum += plain[random_next(&same) % count];
		int64_t t7 = now_ns();
		ASSERT(sum == plain_sum);
		push[r] = (double)count * 1e3 / (double)(t1 - t0);
		plain_push[r] = (double)count * 1e3 / (double)(t2 - t1);
		scan[r] = (double)count * 4 / (double)(t4 - t3);
		plain_scan[r] = (double)count * 4 / (double)(t5 - t4);
		at[r] = (double)(t6 - t5) / 1e6;
		plain_at[r] = (double)(t7 - t6) / 1e6;
		view_unref(view);
		table_free(table);
		free(plain);
	}
	show("push, table", median(push), "million/s");
	show("push, plain array of known size", median(plain_push), "million/s");
	show("scan, view", median(scan), "GB/s");
	show("scan, plain array", median(plain_scan), "GB/s");
	show("random read, view", median(at), "ns");
	show("random read, plain array", median(plain_at), "ns");
}

static void bench_publish(size_t count)
{
	struct table *table = push_all(count);
	struct random random = random_of(2);
	double change[RUNS], publish[RUNS], append[RUNS], nothing[RUNS];

	view_unref(table_publish(table));
	for (int r = 0; r < RUNS; r++) {
		int64_t t0 = now_ns();
		for (int i = 0; i < CHANGES; i++)
			*(uint32_t *)table_change(table, random_next(&random) % count) = 1;
		int64_t t1 = now_ns();
		view_unref(table_publish(table));
		int64_t t2 = now_ns();
		for (int i = 0; i < CHANGES; i++)
			*(uint32_t *)table_push(table) = 1;
		int64_t t3 = now_ns();
		view_unref(table_publish(table));
		int64_t t4 = now_ns();
		view_unref(table_publish(table));
		int64_t t5 = now_ns();
		change[r] = (double)(t1 - t0) / 1e3;
		publish[r] = (double)(t2 - t1) / 1e3;
		append[r] = (double)(t4 - t3) / 1e3;
		nothing[r] = (double)(t5 - t4) / 1e3;
	}
	show("1,000 random changes (copying chunks)", median(change), "us");
	show("publish after them", median(publish), "us");
	show("publish after 1,000 pushes", median(append), "us");
	show("publish after nothing", median(nothing), "us");
	show("resident, per item", (double)table_resident_bytes(table) / (double)count, "bytes");
	table_free(table);
}

/* A store of about 1 GB, in the page cache. */
static void bench_load(size_t count)
{
	char path[] = "/tmp/table_bench_XXXXXX";
	int fd = mkstemp(path);
	struct table *table = push_all(10 * count), *loaded;
	struct view *view = table_publish(table);
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct file *file;
	struct table_store store = { .index = &index };
	double load[RUNS];

	ASSERT(fd >= 0 && close(fd) == 0);
	ASSERT(disk_open(disk_real(), path, FILE_WRITE, &file, NULL) == OK);
	int64_t t0 = now_ns();
	store.file = file;
	ASSERT(table_save(table, view, &store, NULL) == OK);
	show("save, unsynced", (double)store.end / (double)(now_ns() - t0), "GB/s");
	view_unref(view);
	table_free(table);
	for (int r = 0; r < RUNS; r++) {
		str left = strbuf_str(&index);
		t0 = now_ns();
		ASSERT(table_load(file, 4, &left, &loaded, NULL) == OK);
		load[r] = (double)(now_ns() - t0) / 1e6;
		if (r == RUNS - 1)
			show("loaded: resident, share of the file",
				(double)table_resident_bytes(loaded) / (double)store.end * 100,
				"%");
		table_free(loaded);
	}
	show("load: size of the file", (double)store.end / 1e9, "GB");
	double middle = median(load);
	show("load and verify, page cache warm", middle, "ms");
	show("load and verify, page cache warm", (double)store.end / middle / 1e6, "GB/s");
	show("index of the chunks", (double)index.len / 1e6, "MB");
	strbuf_done(&index);
	file_close(file);
	ASSERT(disk_remove(disk_real(), path, NULL) == OK);
}

static void bench_crc(void)
{
	char *memory = memory_alloc(1 << 20);
	str bytes = { memory, 1 << 20 };
	double runs[RUNS];
	uint32_t crc = 0;

	for (int r = 0; r < RUNS; r++) {
		int64_t t0 = now_ns();
		for (int i = 0; i < 64; i++)
			crc = crc32c(crc, bytes);
		runs[r] = 64.0 * (1 << 20) / (double)(now_ns() - t0);
	}
	show(crc == 1 ? "crc32c " : "crc32c, in cache", median(runs), "GB/s");
	free(memory);
}

static str identifier(size_t n, char to[static 40])
{
	int len = snprintf(to, 40, "email:user%zu@example.org", n * 7919);

	return (str){ to, (size_t)len };
}

static void bench_strings(size_t count)
{
	struct strings *strings = strings_create(1);
	char text[40];
	int64_t longest = 0, before = 0, format = now_ns();
	size_t bytes = 0;

	ASSERT(count > 0);
	for (size_t i = 0; i < count; i++)
		bytes += identifier(i, text).len;
	format = now_ns() - format; /* writing the texts is not ours */
	int64_t t0 = now_ns();
	for (size_t i = 0; i < count; i++) {
		str s = identifier(i, text);
		ASSERT(strings_intern(strings, s) == i);
		if (i % 100 != 0)
			continue;
		int64_t cpu = cpu_ns();
		longest = i == 0 ? 0 : MAX_OF(longest, cpu - before);
		before = cpu;
	}
	int64_t t1 = now_ns();
	show("dictionary: texts", (double)count / 1e6, "million");
	show("intern, new", (double)(t1 - t0 - format) / (double)count, "ns");
	show("the longest stall: 100 interns, processor time", (double)longest / 1e6, "ms");
	show("resident beside the texts, per text",
		(double)(strings_resident_bytes(strings) - bytes) / (double)count, "bytes");
	struct random random = random_of(3);
	struct strings_view *view = strings_publish(strings);
	enum { FINDS = 1000000 };
	format = now_ns();
	for (int i = 0; i < FINDS; i++)
		bytes += identifier(random_next(&random) % count, text).len;
	t0 = now_ns();
	format = t0 - format;
	for (int i = 0; i < FINDS; i++) {
		size_t n = random_next(&random) % count;
		ASSERT(strings_view_find(view, identifier(n, text)) == n);
	}
	show("find, known", (double)(now_ns() - t0 - format) / FINDS, "ns");
	t0 = now_ns();
	for (int i = 0; i < FINDS; i++) {
		size_t n = count + random_next(&random) % count;
		ASSERT(strings_view_find(view, identifier(n, text)) == STRINGS_NONE);
	}
	show("find, unknown", (double)(now_ns() - t0 - format) / FINDS, "ns");
	double insert[RUNS], publish[RUNS];
	for (int r = 0; r < RUNS; r++) {
		t0 = now_ns();
		for (size_t i = strings_count(strings), n = 0; n < CHANGES; n++)
			ASSERT(strings_intern(strings, identifier(i + n, text)) == i + n);
		t1 = now_ns();
		strings_view_unref(view);
		view = strings_publish(strings);
		insert[r] = (double)(t1 - t0) / 1e3;
		publish[r] = (double)(now_ns() - t1) / 1e3;
	}
	show("1,000 new ones after a publication", median(insert), "us");
	show("publish after them, free the former", median(publish), "us");
	strings_view_unref(view);
	strings_free(strings);
}

int main(int argc, char **argv)
{
	int64_t millions = 25;

	if (argc > 1 &&
		(!str_to_int64(str_of(argv[1]), &millions) || millions < 1 || millions > 1000))
		return 2;
	size_t count = (size_t)millions * 1000000;
	printf("%zu items of 4 bytes\n", count);
	bench_push_and_scan(count);
	bench_publish(count);
	bench_crc();
	bench_load(count);
	bench_strings(count);
	return 0;
}
