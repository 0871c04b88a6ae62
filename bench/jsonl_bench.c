/* bench/jsonl_bench.c - how fast Segment events become canonical bytes; JSON alone beside it.
 *
 * usage: jsonl_bench [EVENTS]     default 200,000 events of about 490 bytes, 5 rounds, medians
 *
 * smoke: 2000
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "event/codec.h"
#include "exchange/jsonl.h"
#include "support/memory_stream.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 5, EVENTS = 200000 };

static void add_event(struct strbuf *out, struct random *random, int64_t i)
{
	static const char *const activities[] = { "Product Viewed", "Order Completed",
		"Article Read", "Cart Viewed" };

	strbuf_printf(out,
		"{\"type\":\"track\",\"event\":\"%s\",\"userId\":\"user-%07d\","
		"\"anonymousId\":\"%08x-9c1f-4f0c-8a57-%012llx\","
		"\"messageId\":\"ajs-%016llx%016llx\",\"timestamp\":\"2026-03-%02dT%02d:%02d:%02d.%"
		"03dZ\","
		"\"properties\":{\"product_id\":\"sku-%05d\",\"category\":\"phones\",\"price\":%d.%"
		"02d,"
		"\"quantity\":%d,\"coupon\":null},\"context\":{\"ip\":\"192.0.2.%d\",\"locale\":"
		"\"fr-FR\","
		"\"library\":{\"name\":\"analytics.js\",\"version\":\"2.11.1\"},"
		"\"page\":{\"path\":\"/catalogue/%05d\",\"title\":\"Catalogue\"}}}\n",
		activities[random_below(random, 4)], (int)random_below(random, 1000000),
		(unsigned)random_next(random), (unsigned long long)(random_next(random) >> 16),
		(unsigned long long)random_next(random), (unsigned long long)i,
		1 + (int)random_below(random, 28), (int)random_below(random, 24),
		(int)random_below(random, 60), (int)random_below(random, 60),
		(int)random_below(random, 1000), (int)random_below(random, 100000),
		(int)random_below(random, 900), (int)random_below(random, 100),
		1 + (int)random_below(random, 5), (int)random_below(random, 256),
		(int)random_below(random, 100000));
}

struct encoding_sink {
	struct record_sink sink;
	struct strbuf bytes;
	uint64_t total, count;
};

static err encode(struct record_sink *sink, const struct record *record, const struct place *place,
	struct why *why)
{
	struct encoding_sink *s = (struct encoding_sink *)sink;

	(void)place;
	(void)why;
	strbuf_clear(&s->bytes);
	record_encode(record, &s->bytes);
	s->total += s->bytes.len;
	s->count++;
	return OK;
}

static err refuse(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)sink;
	(void)raw;
	(void)why;
	fprintf(stderr, "reject: %s\n", message_kebab(reason->message).ptr);
	exit(1);
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void tell(const char *what, double seconds[static ROUNDS], size_t events, size_t bytes)
{
	qsort(seconds, ROUNDS, sizeof(seconds[0]), compare);
	double s = seconds[ROUNDS / 2];
	printf("%-28s %9.0f events/s  %7.1f MB/s  %6.3f us an event\n", what, (double)events / s,
		(double)bytes / s / 1e6, s / (double)events * 1e6);
}

static double now(void)
{
	struct clock *clock = clock_real();

	return (double)clock->ticks_ns(clock) / 1e9;
}

static void measure_lines(str text, size_t events)
{
	static const struct jsonl_options options;
	double seconds[ROUNDS];
	struct encoding_sink sink = { .sink = { .record = encode, .reject = refuse },
		.bytes = strbuf_heap(1 << 22) };

	for (int i = 0; i < ROUNDS; i++) {
		struct memory_input input = memory_input_of(text, SIZE_MAX);
		struct read_summary summary;
		double start = now();
		if (jsonl_read(&input.input, &options, &sink.sink, &summary, NULL) != OK ||
			summary.records != events)
			exit(1);
		seconds[i] = now() - start;
	}
	tell("lines to canonical bytes", seconds, events, text.len);
	printf("%28s %.1f bytes an event in, %.1f canonical\n", "",
		(double)text.len / (double)events, (double)sink.total / (double)sink.count);
	strbuf_done(&sink.bytes);
}

static void measure_json(str text, size_t events)
{
	double seconds[ROUNDS];
	AUTO_ARENA arena = arena_create((size_t)1 << 26);
	struct json_parser *parser = json_parser_create(NULL);

	for (int i = 0; i < ROUNDS; i++) {
		str rest = text, line;
		struct json tree;
		double start = now();
		while (str_split(rest, '\n', &line, &rest)) {
			arena_reset(arena);
			if (json_parse(parser, line, arena, &tree, NULL) != OK)
				exit(1);
		}
		seconds[i] = now() - start;
	}
	tell("JSON trees alone", seconds, events, text.len);
	json_parser_free(parser);
}

int main(int argc, char **argv)
{
	int64_t events = EVENTS;
	struct strbuf text = strbuf_heap((size_t)1 << 31);
	struct random random = random_of(1);

	if (argc > 1 && (!str_to_int64(str_of(argv[1]), &events) || events < 1))
		return 2;
	for (int64_t i = 0; i < events; i++)
		add_event(&text, &random, i);
	measure_json(strbuf_str(&text), (size_t)events);
	measure_lines(strbuf_str(&text), (size_t)events);
	strbuf_done(&text);
	return 0;
}
