/* bench/ocel_bench.c - reading a large OCEL log, made while it is read: speed, and memory held.
 *
 * usage: ocel_bench [EVENTS]     default 300,000 events and half as many objects
 *
 * smoke: 2000
 */
#include "exchange/ocel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* The log, line by line: head, events, objects, tail. */
struct made_input {
	struct input input;
	int64_t events, line;
	char text[512];
	size_t len, at;
};

static void next_line(struct made_input *m)
{
	int64_t i = m->line++, o = i - m->events - 1;
	struct strbuf text = { .ptr = m->text, .cap = sizeof(m->text), .cap_max = sizeof(m->text) };

	if (i == 0)
		strbuf_add_c(&text,
			"{\"eventTypes\":[{\"name\":\"pay\",\"attributes\":[{\"name\":\"n\","
			"\"type\":\"integer\"}]}],\"events\":[\n");
	else if (i <= m->events)
		strbuf_printf(&text,
			"%s{\"id\":\"e%lld\",\"type\":\"pay\",\"time\":\"2026-03-%02d\","
			"\"attributes\":[{\"name\":\"n\",\"value\":\"%lld\"},{\"name\":\"desk\","
			"\"value\":\"Nantes\"}],"
			"\"relationships\":[{\"objectId\":\"o%lld\",\"qualifier\":\"payer\"}]}\n",
			i > 1 ? "," : "", (long long)i, 1 + (int)(i % 28), (long long)i,
			(long long)(i / 2));
	else if (o <= m->events / 2)
		strbuf_printf(&text, "%s{\"id\":\"o%lld\",\"type\":\"Customer\"}\n",
			o > 0 ? "," : "],\"objects\":[", (long long)o);
	else if (o == m->events / 2 + 1)
		strbuf_add_c(&text, "]}\n");
	m->len = text.len;
	m->at = 0;
}

static err make(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct made_input *m = (struct made_input *)input;

	(void)why;
	for (*got = 0; *got < bytes;) {
		if (m->at == m->len)
			next_line(m);
		size_t len = MIN_OF(m->len - m->at, bytes - *got);
		if (len == 0)
			break;
		memcpy((char *)to + *got, m->text + m->at, len);
		m->at += len;
		*got += len;
	}
	return OK;
}

static err take(struct record_sink *sink, const struct record *record, const struct place *place,
	struct why *why)
{
	(void)sink;
	(void)record;
	(void)place;
	(void)why;
	return OK;
}

static err refuse(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)sink;
	(void)reason;
	(void)raw;
	(void)why;
	exit(1);
}

static double now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0)
		exit(1);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static const struct ocel_customer customer = { STR_INIT("account"), STR_INIT("Customer") };
	const struct ocel_options options = { &customer, 1 };
	int64_t events = 300000;
	struct ocel_summary summary;
	struct rusage usage;

	if (argc > 1 && (!str_to_int64(str_of(argv[1]), &events) || events < 1))
		return 2;
	struct made_input first = { .input = { make, STR("made") }, .events = events };
	struct made_input second = first;
	struct record_sink sink = { .record = take, .reject = refuse };
	double start = now();
	if (ocel_read(&first.input, &second.input, &options, &sink, &summary, NULL) != OK ||
		summary.events != (uint64_t)events || summary.dangling != 0)
		return 1;
	double seconds = now() - start;
	(void)getrusage(RUSAGE_SELF, &usage); /* cannot fail with these arguments */
	printf("%lld events, %lld objects, %.0f MB: %.2f s of CPU (two passes, making it "
	       "included), "
	       "%.0f events/s, %.0f MB/s; at most %ld MB resident\n",
		(long long)summary.events, (long long)summary.objects,
		(double)summary.read.bytes / 1e6, seconds, (double)events / seconds,
		(double)summary.read.bytes / seconds / 1e6, usage.ru_maxrss / 1024);
	return 0;
}
