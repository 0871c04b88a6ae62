/* bench/xes_bench.c - how fast XES is read: xes_bench FILE [TIMES]
 *
 * smoke: DATA/events/receipt.xes.gz 1
 */
#include "base/clock.h"
#include "exchange/inputs.h"
#include "exchange/xes.h"

#include <stdio.h>
#include <stdlib.h>

struct counter {
	struct record_sink sink;
	uint64_t events, rejects;
};

static err count_record(struct record_sink *sink, const struct record *record,
	const struct place *place, struct why *why)
{
	(void)place, (void)why;
	((struct counter *)sink)->events += record->kind == RECORD_EVENT;
	return OK;
}

static err count_reject(
	struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)reason, (void)raw, (void)why;
	((struct counter *)sink)->rejects++;
	return OK;
}

static err run(const char *path, struct why *why)
{
	struct counter counter = { { .record = count_record, .reject = count_reject }, 0, 0 };
	struct read_summary summary;
	struct input_file *file;
	struct clock *clock = clock_real();
	int64_t begin = clock->ticks_ns(clock);
	err e = input_open(path, &file, why);

	if (e != OK)
		return e;
	e = xes_read(input_stream(file), NULL, &counter.sink, &summary, why);
	double seconds = (double)(clock->ticks_ns(clock) - begin) / 1e9;
	printf("%llu events, %llu rejects, %.1f MB in %.3f s: %.0f events/s, %.1f MB/s\n",
		(unsigned long long)counter.events, (unsigned long long)counter.rejects,
		(double)summary.bytes / 1e6, seconds, (double)counter.events / seconds,
		(double)summary.bytes / 1e6 / seconds);
	input_close(file);
	return e;
}

int main(int argc, char **argv)
{
	long times = argc > 2 ? strtol(argv[2], NULL, 10) : 5;
	struct why why = { 0 };
	err e = argc > 1 ? OK : ERR_NOT_FOUND;

	for (long i = 0; e == OK && i < times; i++)
		e = run(argv[1], &why);
	if (e != OK) {
		struct strbuf words = strbuf_heap(4096);
		why_words(&why, LANGUAGE_ENGLISH, &words);
		fprintf(stderr, STR_FMT "\n", (int)words.len, words.ptr);
		strbuf_done(&words);
	}
	return e == OK ? 0 : 1;
}
