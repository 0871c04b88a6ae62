/* bench/csv_bench.c - how fast CSV becomes records: receipt.csv, over and over, one core.
 *
 *   csv_bench FILE [MEGABYTES]     prints bytes, rows and the median rate of five runs, in
 *                                  processor time: the machine may be busy elsewhere
 *
 * smoke: DATA/events/receipt.csv 1
 */
#include "base/file.h"
#include "exchange/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 5 };

/* The header once, then the rows as often as it takes. */
struct repeated {
	struct input input;
	str header, rows;
	uint64_t left; /* bytes of rows still to give */
	size_t at;
	bool header_given;
};

static err give(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct repeated *r = (struct repeated *)input;
	str from = r->header_given ? str_from(r->rows, r->at) : r->header;

	(void)why;
	*got = 0;
	if (r->header_given && r->left == 0)
		return OK;
	*got = MIN_OF(from.len, bytes);
	memcpy(to, from.ptr, *got);
	if (r->header_given) {
		r->at = (r->at + *got) % r->rows.len;
		r->left -= MIN_OF(r->left, *got);
	} else {
		r->header = str_from(r->header, *got);
		r->header_given = r->header.len == 0;
	}
	return OK;
}

struct counter {
	struct record_sink sink;
	uint64_t records, rejects;
};

static err count_record(struct record_sink *sink, const struct record *record,
	const struct place *place, struct why *why)
{
	(void)record, (void)place, (void)why;
	((struct counter *)sink)->records++;
	return OK;
}

static err count_reject(
	struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)reason, (void)raw, (void)why;
	((struct counter *)sink)->rejects++;
	return OK;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	AUTO_ARENA arena = arena_create((size_t)1 << 30);
	int64_t megabytes = 100;
	double rates[RUNS];
	str text, header, rows;

	if (argc < 2 || (argc > 2 && !str_to_int64(str_of(argv[2]), &megabytes)))
		return 2;
	if (disk_read_whole(disk_real(), argv[1], 1 << 29, arena, &text, NULL) != OK ||
		!str_split(text, '\n', &header, &rows))
		return 2;
	header.len++;
	for (int run = 0; run < RUNS; run++) {
		uint64_t times = (uint64_t)megabytes * 1000000 / rows.len + 1;
		struct repeated r = { { give, STR("bench") }, header, rows, times * rows.len, 0,
			false };
		struct mapping mapping = mapping_default();
		struct counter counter = { .sink = { .record = count_record,
						   .reject = count_reject } };
		struct read_summary summary;
		clock_t from = clock();
		err e = csv_read(&r.input, &mapping, &counter.sink, &summary, NULL);
		double seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
		rates[run] = (double)summary.bytes / 1e6 / seconds;
		if (e != OK || counter.rejects > 0)
			return 1;
		if (run == 0)
			printf("%llu bytes, %llu records\n", (unsigned long long)summary.bytes,
				(unsigned long long)counter.records);
	}
	qsort(rates, RUNS, sizeof(rates[0]), by_size);
	printf("median %.0f MB/s (%.0f to %.0f)\n", rates[RUNS / 2], rates[0], rates[RUNS - 1]);
	return 0;
}
