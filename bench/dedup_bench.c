/* bench/dedup_bench.c - the index of known messages: how fast, how large, in memory and on disk.
 *
 *   dedup_bench [--entries N] [--folder DIR] [--json FILE]
 *
 * Adds N entries (1,000,000 unless told) with all merging in the same thread, saves, then looks
 * up: keys that are unknown (the usual message), and known ones in the order they came (a file
 * imported again), one at a time and many at once, from mapped memory and by system calls.
 * Counts occurrences of as many contents, one in a hundred a twin.  Answers are checked.  Look-ups:
 * median of 5 rounds, each over other keys.  The memory is warm: the page cache holds what it can
 * of the files just written.
 *
 * smoke: --entries 20000 --folder build/dedup-bench
 */
#include "base/clock.h"
#include "base/random.h"
#include "journal/dedup.h"
#include "journal/dedup_run.h"
#include "journal/occurrence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { ROUNDS = 5, BATCH = 1000, ROUND_KEYS_MAX = 1000000 };

static struct {
	uint64_t entries;
	const char *folder, *json;
} options = { 1000000, "/tmp/ariane-dedup-bench", NULL };

static FILE *json;

static void stop(const char *what, const struct why *why)
{
	AUTO_ARENA arena = arena_create(100000);
	struct strbuf words = strbuf_in(arena, 4000);

	why_words(why, LANGUAGE_ENGLISH, &words);
	fprintf(stderr, "%s: " STR_FMT "\n", what, STR_ARG(strbuf_str(&words)));
	exit(1);
}

static double now_s(void)
{
	struct clock *clock = clock_real();

	return (double)clock->ticks_ns(clock) / 1e9;
}

static void figure(const char *name, double value, const char *unit)
{
	static bool comma;

	printf("%-44s %14.3f %s\n", name, value, unit);
	if (json != NULL)
		fprintf(json, "%s\n    {\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"}",
			comma ? "," : "", name, value, unit);
	comma = true;
}

static double median(double *values, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && values[j] < values[j - 1]; j--) {
			double kept = values[j];
			values[j] = values[j - 1];
			values[j - 1] = kept;
		}
	return values[count / 2];
}

/* Key i, as uniform as a hash, made when needed: 100 million would not fit beside the index. */
static struct dedup_key key_of(uint64_t i)
{
	struct random random = random_of(i);

	return (struct dedup_key){ random_next(&random), random_next(&random) };
}

static void bench_keys(void)
{
	const uint8_t secret[DEDUP_SECRET_BYTES] = { 1 };
	char id[] = "ajs-next-1700000000000-00000000-0000-4000-8000-000000000000";
	double values[ROUNDS];
	uint64_t sum = 0;

	for (size_t r = 0; r < ROUNDS; r++) {
		double start = now_s();
		for (uint32_t i = 0; i < 200000; i++) {
			memcpy(id + 40, &i, sizeof(i));
			sum += dedup_key_of(secret, STR("web"), str_of(id)).low;
		}
		values[r] = (now_s() - start) * 1e9 / 200000;
	}
	figure("make a key (SipHash of 60 bytes)", median(values, ROUNDS) + (sum == 1 ? 1 : 0),
		"ns");
}

static struct dedup *open_index(bool read_blocks)
{
	struct dedup_options how = { .read_blocks = read_blocks };
	struct why why = { 0 };
	struct dedup *dedup;
	uint64_t covered;

	if (dedup_open(disk_real(), options.folder, &how, &dedup, &covered, &why) != OK)
		stop("open", &why);
	return dedup;
}

static double merge_all(struct dedup *dedup, double *longest)
{
	struct why why = { 0 };
	double start = now_s();

	for (bool did = true; did;) {
		double step = now_s();
		if (dedup_merge_one(dedup, &did, &why) != OK)
			stop("merge", &why);
		*longest = MAX_OF(*longest, now_s() - step);
	}
	return now_s() - start;
}

static void bench_add(void)
{
	struct dedup *dedup = open_index(false);
	struct why why = { 0 };
	double start = now_s(), merging = 0, longest = 0;

	for (uint64_t i = 0; i < options.entries; i++) {
		struct dedup_entry entry = { .key = key_of(i), .seq = i + 1, .check = (uint32_t)i };
		if (dedup_add(dedup, &entry, &why) != OK)
			stop("add", &why);
		if (i % 100000 == 99999)
			merging += merge_all(dedup, &longest);
	}
	figure("in memory before saving", (double)dedup_resident_bytes(dedup) / 1e6, "MB");
	if (dedup_save(dedup, options.entries + 1, &why) != OK)
		stop("save", &why);
	merging += merge_all(dedup, &longest);
	double all = now_s() - start;
	figure("add, write, merge: entries", (double)options.entries / all / 1e6, "million/s");
	figure("of it writing runs and merging", merging / all * 100, "%");
	figure("longest step of merging", longest * 1e3, "ms");
	figure("resident", (double)dedup_resident_bytes(dedup) / (double)options.entries,
		"bytes/entry");
	dedup_close(dedup);
}

static void bench_disk(void)
{
	AUTO_ARENA arena = arena_create((size_t)1 << 20);
	struct why why = { 0 };
	struct disk_entry *files;
	size_t count, runs = 0;
	uint64_t bytes = 0, passed = 0, asked = 0;

	if (disk_list(disk_real(), options.folder, arena, &files, &count, &why) != OK)
		stop("list", &why);
	for (size_t i = 0; i < count; i++) {
		uint64_t number;
		struct dedup_run *run;
		bytes += files[i].bytes;
		if (!run_name_parse(files[i].name, &number))
			continue;
		if (dedup_run_open(disk_real(), options.folder, number, false, &run, &why) != OK)
			stop("run", &why);
		for (uint64_t k = 0; k < 1000000; k++, asked++)
			passed += dedup_run_may_have(run, key_of(~k));
		dedup_run_close(run);
		runs++;
	}
	figure("runs", (double)runs, "files");
	figure("on disk", (double)bytes / (double)options.entries, "bytes/entry");
	figure("unknown keys that pass a filter", (double)passed / (double)asked * 100, "%");
}

static struct {
	struct dedup_key keys[BATCH];
	bool found[BATCH];
	struct dedup_entry entries[BATCH];
} batch;

/* Look-ups of keys [from, from + count), known or not; returns ns each. */
static double find_round(struct dedup *dedup, uint64_t from, uint64_t count, bool known, bool many)
{
	struct why why = { 0 };
	double spent = 0;

	for (uint64_t at = from; at < from + count; at += BATCH) {
		for (size_t i = 0; i < BATCH; i++)
			batch.keys[i] = key_of(known ? at + i : ~(at + i));
		double start = now_s();
		err e = OK;
		if (many)
			e = dedup_find_many(
				dedup, batch.keys, BATCH, batch.found, batch.entries, &why);
		for (size_t i = 0; !many && e == OK && i < BATCH; i++)
			e = dedup_find(
				dedup, batch.keys[i], &batch.found[i], &batch.entries[i], &why);
		spent += now_s() - start;
		if (e != OK)
			stop("find", &why);
		for (size_t i = 0; i < BATCH; i++)
			if (batch.found[i] != known ||
				(known && batch.entries[i].seq != at + i + 1))
				stop("a wrong answer", &why);
	}
	return spent * 1e9 / (double)count;
}

static void bench_find(void)
{
	uint64_t count = MIN_OF(options.entries / ROUNDS, (uint64_t)ROUND_KEYS_MAX) / BATCH * BATCH;

	for (int way = 0; way < 8 && count > 0; way++) {
		bool read_blocks = (way & 4) != 0, known = (way & 2) != 0, many = (way & 1) != 0;
		double start = now_s(), values[ROUNDS];
		struct dedup *dedup = open_index(read_blocks);
		char name[64];
		if (way == 0)
			figure("open", (now_s() - start) * 1e3, "ms");
		for (size_t r = 0; r < ROUNDS; r++)
			values[r] = find_round(
				dedup, r * (options.entries / ROUNDS), count, known, many);
		(void)snprintf(name, sizeof(name), "find %s, %s, %s", known ? "known" : "unknown",
			many ? "1000 at once" : "one at a time", read_blocks ? "read" : "mapped");
		figure(name, median(values, ROUNDS), "ns");
		dedup_close(dedup);
	}
}

static void bench_check(void)
{
	struct dedup *dedup = open_index(false);
	struct why why = { 0 };
	double start = now_s();

	if (dedup_check(dedup, NULL, &why) != OK)
		stop("check", &why);
	figure("check every byte", (now_s() - start), "s");
	dedup_close(dedup);
}

static void bench_occurrence(void)
{
	static struct digest128 digests[BATCH];
	static uint64_t n[BATCH];
	struct why why = { 0 };
	struct occurrence *occurrence;
	uint64_t twins = 0;
	double start = now_s();

	if (occurrence_open(disk_real(), options.folder, 0, &occurrence, &why) != OK)
		stop("occurrence", &why);
	for (uint64_t at = 0; at < options.entries; at += BATCH) {
		for (size_t i = 0; i < BATCH; i++) {
			uint64_t content = i % 100 == 99 ? (at + i) / 2 : at + i;
			struct dedup_key key = key_of(content);
			memcpy(digests[i].bytes, &key.high, 8);
			memcpy(digests[i].bytes + 8, &key.low, 8);
		}
		if (occurrence_find(occurrence, digests, BATCH, n, &why) != OK)
			stop("occurrence", &why);
		for (size_t i = 0; i < BATCH; i++) {
			twins += n[i] > 0;
			if (occurrence_note(occurrence, digests[i], n[i] + 1, &why) != OK)
				stop("occurrence", &why);
		}
	}
	figure("count an occurrence, merging included",
		(now_s() - start) * 1e9 / (double)options.entries, "ns");
	figure("twins counted", (double)twins, "contents");
	occurrence_close(occurrence);
}

static void remove_index(void)
{
	struct why why = { 0 };

	if (dedup_discard(disk_real(), options.folder, &why) != OK &&
		access(options.folder, F_OK) == 0)
		stop("discard", &why);
	dedup_close(open_index(false)); /* sweeps */
}

int main(int argc, char **argv)
{
	struct utsname machine;

	for (int i = 1; i + 1 < argc; i += 2) {
		int64_t n = 0;
		if (strcmp(argv[i], "--entries") == 0 && str_to_int64(str_of(argv[i + 1]), &n))
			options.entries = (uint64_t)n;
		else if (strcmp(argv[i], "--folder") == 0)
			options.folder = argv[i + 1];
		else if (strcmp(argv[i], "--json") == 0)
			options.json = argv[i + 1];
		else
			return fprintf(stderr, "unknown: %s\n", argv[i]), 2;
	}
	if (uname(&machine) != 0 || options.entries < BATCH)
		return 1;
	options.entries -= options.entries % BATCH;
	json = options.json == NULL ? NULL : fopen(options.json, "w");
	printf("%" PRIu64 " entries; %s, %ld processors\n", options.entries, machine.machine,
		sysconf(_SC_NPROCESSORS_ONLN));
	if (json != NULL)
		fprintf(json,
			"{\"bench\": \"dedup\", \"entries\": %" PRIu64
			", \"machine\": \"%s, %ld processors\", \"figures\": [",
			options.entries, machine.machine, sysconf(_SC_NPROCESSORS_ONLN));
	remove_index();
	bench_keys();
	bench_add();
	bench_disk();
	bench_find();
	bench_check();
	remove_index();
	bench_occurrence();
	if (json != NULL)
		fprintf(json, "\n]}\n");
	return json == NULL || fclose(json) == 0 ? 0 : 1;
}
