/* bench/journal_bench.c - the journal's rates, beside those of the bare disk in the same run.
 *
 *   journal_bench [FOLDER [SECONDS]]     FOLDER: on the disk to measure (default .)
 *
 * Appends of about 4, 51 and 256 KB, each synced: rate and latency, alternating with plain
 * pwrite + fdatasync to a growing file.  Then sealing, and replay of rows and of sealed blocks;
 * every replay counts the records it must find.  Each measure is taken ROUNDS times, the median
 * printed.
 *
 * smoke: build 1
 */
#include "base/clock.h"
#include "base/random.h"
#include "event/codec.h"
#include "journal/journal.h"
#include "support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROUNDS = 5,
	RECORDS = 20000,
	REPLAY_BATCH = 200,
	APPENDS_MAX = 100000,
	REPLAY_BATCHES = 1500
};

static struct {
	struct arena *arena;
	struct journal_entry entries[RECORDS];
	size_t bytes; /* of all entries */
	size_t next; /* where the next batch is taken from */
	int64_t nanoseconds; /* of one measure */
	char folder[PATH_BYTES_MAX];
} bench;

static void must(err e, const struct why *why)
{
	struct strbuf words = strbuf_heap(2000);

	if (e == OK)
		return;
	why_words(why, LANGUAGE_ENGLISH, &words);
	fprintf(stderr, STR_FMT "\n", STR_ARG(strbuf_str(&words)));
	exit(1);
}

/* Events as a web shop sends them, about 490 bytes each. */
static str event_bytes(struct random *random, size_t i)
{
	static const char *const activities[] = { "Page Viewed", "Product Viewed",
		"Order Completed", "Cart Updated", "Signed In", "Support Requested" };
	struct strbuf out = strbuf_in(bench.arena, 4096), id = strbuf_in(bench.arena, 64),
		      url = strbuf_in(bench.arena, 256), text = strbuf_in(bench.arena, 512);

	strbuf_printf(&id, "%016llx-%08zu", (unsigned long long)random_next(random), i);
	strbuf_printf(&url, "https://www.exemple.fr/rayon-%llu/produit-%llu?session=%llx",
		(unsigned long long)random_below(random, 40),
		(unsigned long long)random_below(random, 5000),
		(unsigned long long)random_next(random));
	for (int word = 0; word < 24; word++)
		strbuf_printf(&text, "mot%llu ", (unsigned long long)random_below(random, 5000));
	struct record_identifier who[] = {
		{ .type = STR("anonymous"), .value = strbuf_str(&id) },
		{ .type = STR("email"), .value = STR("jeanne.dupont@exemple.fr") },
	};
	struct attribute attributes[] = {
		{ STR("url"), { .kind = VALUE_STRING, .string = strbuf_str(&url) } },
		{ STR("amount"), { .kind = VALUE_INTEGER,
					 .integer = (int64_t)random_below(random, 100000) } },
		{ STR("version"), { .kind = VALUE_STRING, .string = STR("2026.11.3") } },
	};
	struct record record = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { .ms = 1763000000000 + (int64_t)i * 37, .offset_min = INSTANT_NO_OFFSET },
		.source = STR("shop"),
		.message_id = strbuf_str(&id),
		.channel = STR("web"),
		.activity = str_of(activities[random_below(random, ARRAY_LEN(activities))]),
		.text = strbuf_str(&text),
		.identifiers = who,
		.identifier_count = ARRAY_LEN(who),
		.attributes = attributes,
		.attribute_count = ARRAY_LEN(attributes) };
	record_encode(&record, &out);
	return strbuf_str(&out);
}

static int64_t now(void)
{
	return clock_real()->ticks_ns(clock_real());
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* What is measured: one durable append of `count` entries. */
typedef void (*append_fn)(void *to, size_t count);

struct rate {
	double per_second, megabytes;
	int64_t p50, p99;
};

static struct rate measure(append_fn append, void *to, size_t count)
{
	static int64_t taken[APPENDS_MAX];
	size_t n = 0, bytes = 0;
	int64_t start = now(), at = start;

	for (size_t i = 0; i < count; i++)
		bytes += bench.entries[i].bytes.len;
	while (at - start < bench.nanoseconds && n < APPENDS_MAX) {
		append(to, count);
		int64_t then = at;
		at = now();
		taken[n++] = at - then;
	}
	double seconds = (double)(at - start) / 1e9;
	qsort(taken, n, sizeof(taken[0]), by_number);
	return (struct rate){ (double)n / seconds, (double)n * (double)bytes / seconds / 1e6,
		taken[n / 2], taken[n * 99 / 100] };
}

static void journal_one(void *to, size_t count)
{
	uint64_t first;
	struct why why = { 0 };

	if (bench.next + count > RECORDS)
		bench.next = 0;
	must(journal_append(to, 1, bench.entries + bench.next, count, &first, &why), &why);
	bench.next += count;
}

struct bare {
	struct file *file;
	uint64_t at;
	char *bytes;
};

static void bare_one(void *to, size_t count)
{
	struct bare *bare = to;
	size_t bytes = 0;
	struct why why = { 0 };

	for (size_t i = 0; i < count; i++) {
		memcpy(bare->bytes + bytes, bench.entries[i].bytes.ptr, bench.entries[i].bytes.len);
		bytes += bench.entries[i].bytes.len;
	}
	must(file_write_at(bare->file, bare->at, bare->bytes, bytes, &why), &why);
	must(file_sync(bare->file, &why), &why);
	bare->at += bytes;
}

static int by_rate(const void *a, const void *b)
{
	const struct rate *x = a, *y = b;

	return (x->per_second > y->per_second) - (x->per_second < y->per_second);
}

static void print(const char *name, size_t kilobytes, struct rate rates[static ROUNDS])
{
	qsort(rates, ROUNDS, sizeof(*rates), by_rate);
	const struct rate *r = &rates[ROUNDS / 2];
	printf("%-8s %4zu KB  %8.0f appends/s  %7.1f MB/s  p50 %6.3f ms  p99 %6.3f ms\n", name,
		kilobytes, r->per_second, r->megabytes, (double)r->p50 / 1e6, (double)r->p99 / 1e6);
}

static void appends(struct journal *journal, struct bare *bare, size_t bytes)
{
	struct rate ours[ROUNDS], theirs[ROUNDS];
	size_t count = bytes / (bench.bytes / RECORDS);

	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = measure(journal_one, journal, count);
		theirs[i] = measure(bare_one, bare, count);
	}
	print("journal", bytes >> 10, ours);
	print("bare", bytes >> 10, theirs);
}

static void replay(struct journal *journal, const char *name)
{
	struct rate rates[ROUNDS];
	struct why why = { 0 };

	for (int i = 0; i < ROUNDS; i++) {
		struct journal_scan *scan;
		struct journal_record record;
		uint64_t records = 0, bytes = 0;
		bool more = true;
		int64_t start = now();
		must(journal_scan_open(journal, 1, &scan, &why), &why);
		for (;;) {
			must(journal_scan_next(scan, &more, &record, &why), &why);
			if (!more)
				break;
			records++;
			bytes += record.bytes.len;
		}
		journal_scan_close(scan);
		ASSERT(records == journal_end(journal) - 1);
		double seconds = (double)(now() - start) / 1e9;
		rates[i] = (struct rate){ (double)records / seconds, (double)bytes / seconds / 1e6,
			0, 0 };
	}
	qsort(rates, ROUNDS, sizeof(*rates), by_rate);
	printf("replay   %-7s %9.0f records/s  %7.1f MB/s\n", name, rates[ROUNDS / 2].per_second,
		rates[ROUNDS / 2].megabytes);
}

static void random_reads(struct journal *journal, const char *name)
{
	struct random random = random_of(2);
	static int64_t taken[2000];
	struct why why = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct journal_record record;
		uint64_t seq = 1 + random_below(&random, journal_end(journal) - 1);
		int64_t start = now();
		must(journal_read(journal, seq, arena, &record, &why), &why);
		taken[i] = now() - start;
	}
	qsort(taken, ARRAY_LEN(taken), sizeof(taken[0]), by_number);
	size_t middle = ARRAY_LEN(taken) / 2, late = ARRAY_LEN(taken) * 99 / 100;
	printf("read     %-7s p50 %.3f ms  p99 %.3f ms\n", name, (double)taken[middle] / 1e6,
		(double)taken[late] / 1e6);
}

static void replays(struct journal *journal)
{
	struct why why = { 0 };
	bool did = true;

	for (int i = 0; i < REPLAY_BATCHES; i++)
		journal_one(journal, REPLAY_BATCH);
	must(journal_roll(journal, &why), &why);
	double records = (double)(journal_end(journal) - 1), rows = (double)journal_bytes(journal);
	printf("rows     %.1f bytes a record of %zu\n", rows / records, bench.bytes / RECORDS);
	replay(journal, "rows");
	random_reads(journal, "rows");
	int64_t start = now();
	while (did)
		must(journal_seal_one(journal, 3, &did, &why), &why);
	printf("seal     %9.0f records/s, %.1f bytes a record\n",
		records / ((double)(now() - start) / 1e9),
		(double)journal_bytes(journal) / records);
	replay(journal, "sealed");
	random_reads(journal, "sealed");
}

static struct journal *open_journal(const char *name)
{
	char path[PATH_BYTES_MAX];
	struct journal *journal;
	struct why why = { 0 };

	must(path_join(path, bench.folder, name, &why), &why);
	must(journal_open(disk_real(), path, NULL, &journal, NULL, &why), &why);
	return journal;
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 4 << 10, 51 << 10, 256 << 10 };
	char path[PATH_BYTES_MAX];
	struct random random = random_of(1);
	struct bare bare = { .bytes = memory_alloc(1 << 20) };
	struct why why = { 0 };
	int64_t seconds = 1;

	if (argc > 2 && (!str_to_int64(str_of(argv[2]), &seconds) || seconds < 1))
		seconds = 1;
	bench.nanoseconds = seconds * 1000000000 / ROUNDS;
	bench.arena = arena_create((size_t)256 << 20);
	scratch_make(argc > 1 ? argv[1] : ".", bench.folder);
	for (size_t i = 0; i < RECORDS; i++) {
		bench.entries[i] = journal_entry_of(event_bytes(&random, i));
		bench.bytes += bench.entries[i].bytes.len;
	}
	must(path_join(path, bench.folder, "bare", &why), &why);
	must(disk_open(disk_real(), path, FILE_CREATE, &bare.file, &why), &why);
	struct journal *journal = open_journal("appends");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		appends(journal, &bare, sizes[i]);
	journal_close(journal);
	file_close(bare.file);
	journal = open_journal("replays");
	replays(journal);
	journal_close(journal);
	free(bare.bytes);
	arena_free(bench.arena);
	scratch_remove(bench.folder);
	return 0;
}
