/* bench/seal_bench.c - workload R2 sealed: bytes an event, and how fast, by block and level.
 *
 * seal_bench [EVENTS [CUSTOMERS]]: default 65,536 events of 1,000,000 customers.  Beside it plain
 * zstd of the same calls as JSON lines in blocks of as many events.
 *
 * smoke: 4096 1000
 */
#include "demo/workload.h"
#include "event/codec.h"
#include "journal/seal.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

enum { SEED = 2026, ROOM = 1 << 30, BATCH = 100 };

struct load {
	struct sealed_record *records;
	size_t *json_ends; /* of each event's line */
	struct strbuf json, bytes;
	size_t count;
};

static void make_load(struct load *load, uint64_t events, uint64_t customers)
{
	struct workload_calls *calls = memory_alloc(sizeof(*calls));
	struct workload_call call;
	AUTO_ARENA arena = arena_create(ROOM);
	size_t *ends = memory_alloc((events + 1) * sizeof(*ends));

	*load = (struct load){ .json = strbuf_heap(SIZE_MAX), .bytes = strbuf_heap(SIZE_MAX) };
	load->records = memory_alloc(events * sizeof(*load->records));
	load->json_ends = memory_alloc((events + 1) * sizeof(*load->json_ends));
	*calls = workload_calls_of(SEED, events, customers);
	int64_t received = 0;
	for (; workload_calls_next(calls, &call); load->count++) {
		struct record record;
		arena_reset(arena);
		ASSERT(workload_call_record(&call, arena, &record, NULL) == OK);
		record_encode(&record, &load->bytes);
		workload_call_json(&call, &load->json);
		if (load->count % BATCH == 0)
			received = call.time_ms + 1000;
		load->records[load->count].received_ms = received;
		ends[load->count + 1] = load->bytes.len;
		load->json_ends[load->count + 1] = load->json.len;
	}
	for (size_t i = 0; i < load->count; i++)
		load->records[i].bytes = (str){ load->bytes.ptr + ends[i], ends[i + 1] - ends[i] };
	free(ends);
	free(calls);
}

static double seconds_since(int64_t ticks)
{
	return (double)(clock_real()->ticks_ns(clock_real()) - ticks) / 1e9;
}

static size_t zstd_bytes(const struct load *load, size_t block, int level)
{
	size_t bytes = 0, room = ZSTD_compressBound(load->json.len);
	char *to = memory_alloc(room);

	for (size_t at = 0; at < load->count; at += block) {
		size_t from = load->json_ends[at];
		size_t end = load->json_ends[MIN_OF(at + block, load->count)];
		size_t n = ZSTD_compress(to, room, load->json.ptr + from, end - from, level);
		ASSERT(!ZSTD_isError(n));
		bytes += n;
	}
	free(to);
	return bytes;
}

static void check_same(
	const struct load *load, size_t at, const struct sealed_record *back, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ASSERT(str_equal(load->records[at + i].bytes, back[i].bytes));
}

static void measure(const struct load *load, size_t block, int level)
{
	struct clock *clock = clock_real();
	AUTO_ARENA arena = arena_create(ROOM);
	double sealing = 0, unsealing = 0;
	size_t bytes = 0, n;

	for (size_t at = 0; at < load->count; at += block) {
		struct strbuf out = strbuf_heap(SIZE_MAX);
		struct sealed_record *back;
		size_t count = MIN_OF(block, load->count - at);
		int64_t start = clock->ticks_ns(clock);
		ASSERT(seal_block(load->records + at, count, level, &out, NULL) == OK);
		sealing += seconds_since(start);
		bytes += out.len;
		arena_reset(arena);
		start = clock->ticks_ns(clock);
		ASSERT(unseal_block(strbuf_str(&out), arena, &back, &n, NULL) == OK);
		unsealing += seconds_since(start);
		ASSERT(n == count);
		check_same(load, at, back, n);
		strbuf_done(&out);
	}
	double events = (double)load->count;
	printf("%7zu %5d %12.1f %12.1f %12.0f %12.0f\n", block, level, (double)bytes / events,
		(double)zstd_bytes(load, block, level) / events, events / sealing,
		events / unsealing);
}

int main(int argc, char **argv)
{
	static const size_t blocks[] = { 4096, 16384, 65536 };
	static const int levels[] = { 1, 3, 9, 19 };
	int64_t events = 65536, customers = 1000000;
	struct load load;

	if ((argc > 1 && !str_to_int64(str_of(argv[1]), &events)) ||
		(argc > 2 && !str_to_int64(str_of(argv[2]), &customers)) || events < 1)
		return 2;
	make_load(&load, (uint64_t)events, (uint64_t)customers);
	printf("%zu events, %.1f bytes of JSON and %.1f of canonical record each\n", load.count,
		(double)load.json.len / (double)load.count,
		(double)load.bytes.len / (double)load.count);
	printf("%7s %5s %12s %12s %12s %12s\n", "records", "level", "sealed B/ev", "zstd JSON",
		"seal ev/s", "unseal ev/s");
	for (size_t b = 0; b < ARRAY_LEN(blocks); b++)
		for (size_t l = 0; l < ARRAY_LEN(levels); l++)
			measure(&load, blocks[b], levels[l]);
	free(load.records);
	free(load.json_ends);
	strbuf_done(&load.json);
	strbuf_done(&load.bytes);
	return 0;
}
