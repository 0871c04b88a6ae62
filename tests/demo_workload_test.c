/* tests/demo_workload_test.c - the workloads: repeatable, of the sizes and shares they promise. */
#include "demo/workload.h"

#include "base/hash.h"
#include "base/json.h"
#include "event/codec.h"
#include "exchange/segment.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 20 };

static uint64_t hash_of_visits(uint64_t seed, uint64_t events)
{
	struct workload_visits visits = workload_visits_of(seed, events, events / 10);
	struct workload_visit v;
	uint64_t hash = 0;

	while (workload_visits_next(&visits, &v)) {
		struct strbuf row = strbuf_heap(100);
		workload_csv_row(&v, &row);
		hash = hash64(hash, strbuf_str(&row));
		strbuf_done(&row);
	}
	return hash;
}

static uint64_t hash_of_calls(uint64_t seed, uint64_t events)
{
	static struct workload_calls calls;
	struct workload_call call;
	struct strbuf line = strbuf_heap(2000);
	uint64_t hash = 0;

	calls = workload_calls_of(seed, events, 1000);
	while (workload_calls_next(&calls, &call)) {
		strbuf_clear(&line);
		workload_call_json(&call, &line);
		hash = hash64(hash, strbuf_str(&line));
	}
	strbuf_done(&line);
	return hash;
}

TEST(workload_same_seed_same_bytes)
{
	CHECK("visits", hash_of_visits(1, 5000) == hash_of_visits(1, 5000));
	CHECK("other visits", hash_of_visits(1, 5000) != hash_of_visits(2, 5000));
	CHECK("calls", hash_of_calls(1, 2000) == hash_of_calls(1, 2000));
	CHECK("other calls", hash_of_calls(1, 2000) != hash_of_calls(2, 2000));
}

static bool near(double value, double expected, double part)
{
	return fabs(value - expected) <= expected * part;
}

TEST(workload_visits_have_the_shares_they_promise)
{
	enum { EVENTS = 200000, CUSTOMERS = EVENTS / 10 };
	struct workload_visits visits = workload_visits_of(7, EVENTS, CUSTOMERS);
	struct workload_visit v;
	uint32_t *lengths = calloc(CUSTOMERS, sizeof(*lengths));
	uint32_t activities[WORKLOAD_ACTIVITIES] = { 0 }, channels[WORKLOAD_CHANNELS] = { 0 };
	int64_t before = WORKLOAD_START_MS;
	size_t events = 0;

	ASSERT(lengths != NULL);
	for (; workload_visits_next(&visits, &v); events++) {
		CHECK("in time order", v.time_ms >= before && v.time_ms % 1000 == 0);
		before = v.time_ms;
		lengths[v.customer]++;
		activities[v.activity]++;
		channels[v.channel]++;
	}
	CHECK("as many as asked", events == EVENTS);
	CHECK("within a year", before < WORKLOAD_START_MS + (int64_t)365 * 86400000);

	double logs = 0, squares = 0;
	uint32_t longest = 0;
	for (size_t i = 0; i < CUSTOMERS; i++) {
		double log_length = log(MAX_OF(lengths[i], 1u));
		CHECK("nobody without an event", lengths[i] > 0);
		logs += log_length;
		squares += log_length * log_length;
		longest = MAX_OF(longest, lengths[i]);
	}
	/* Log-normal with mean 10 and sigma 1 has the median 10 / exp(0.5) = 6.1; the one event
	 * that everybody has, and whole numbers, narrow it a little. */
	double mean = logs / CUSTOMERS, deviation = sqrt(squares / CUSTOMERS - mean * mean);
	CHECK("median", near(exp(mean), 6.6, 0.1));
	CHECK("deviation", near(deviation, 0.9, 0.1));
	CHECK("some come very often", longest > 200 && longest < 2000);

	uint32_t most = 0, least = EVENTS;
	for (size_t i = 0; i < WORKLOAD_ACTIVITIES; i++) {
		most = MAX_OF(most, activities[i]);
		least = MIN_OF(least, activities[i]);
	}
	CHECK("the first activity", near(most, EVENTS * 0.11, 0.15));
	CHECK("the last activity", least > EVENTS / 400);
	for (size_t i = 0; i < WORKLOAD_CHANNELS; i++)
		CHECK("all channels", channels[i] > EVENTS / 50);
	free(lengths);
}

TEST(workload_visits_of_few)
{
	static const struct {
		uint64_t events, customers;
	} rows[] = { { 1, 1 }, { 1, 1000 }, { 10, 1 }, { 7, 3 }, { 100, 100 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct workload_visits visits =
			workload_visits_of(1, rows[i].events, rows[i].customers);
		struct workload_visit v;
		uint64_t n = 0;
		for (; workload_visits_next(&visits, &v); n++)
			CHECK("a customer", v.customer < rows[i].customers);
		CHECK("count", n == rows[i].events);
	}
}

/* R1 is 226 MB for 10 million events: 22.6 bytes a row, with customers of 6 digits. */
TEST(workload_csv_has_the_size_of_the_reference)
{
	enum { EVENTS = 100000 };
	struct workload_visits visits = workload_visits_of(3, EVENTS, 1000000);
	struct strbuf csv = strbuf_heap(EVENTS * 40);
	struct workload_visit v;

	workload_csv_head(&csv);
	CHECK("head", str_equal(strbuf_str(&csv), STR("customer,time,activity,channel\n")));
	while (workload_visits_next(&visits, &v))
		workload_csv_row(&v, &csv);
	CHECK("226 MB", near((double)csv.len / EVENTS, 22.6, 0.02));
	strbuf_done(&csv);
}

TEST(workload_calls_have_the_size_of_the_reference)
{
	enum { EVENTS = 20000 };
	static struct workload_calls calls;
	struct workload_call call;
	struct strbuf json = strbuf_heap((size_t)EVENTS * 1000);
	AUTO_ARENA arena = arena_create(ROOM);
	int64_t before = 0;

	calls = workload_calls_of(3, EVENTS, 1000000);
	while (workload_calls_next(&calls, &call)) {
		struct record r;
		struct why why = { 0 };
		arena_reset(arena);
		CHECK("time", call.time_ms >= before);
		before = call.time_ms;
		workload_call_json(&call, &json);
		CHECK("record", workload_call_record(&call, arena, &r, &why) == OK);
		CHECK("accepted", record_check(&r, &why) == OK);
	}
	CHECK("490 bytes", near((double)json.len / EVENTS, 490, 0.03));
	strbuf_done(&json);
}

/* Written out by hand: a call in both forms. */
TEST(workload_call_in_both_forms)
{
	const struct workload_call call = { .time_ms = 1773500966535,
		.message_id = { 0x0123456789abcdef, 0x0123456789abcdef },
		.customer = 42,
		.has_user = true,
		.activity = 0,
		.browser_version = 124,
		.ip = 0x01020304,
		.product = 8,
		.quantity = 2,
		.price_cents = 1990 };
	struct strbuf json = strbuf_heap(2000);
	AUTO_ARENA arena = arena_create(ROOM);
	struct record r;

	workload_call_json(&call, &json);
	CHECK("json",
		str_equal(strbuf_str(&json),
			STR("{\"messageId\":\"01234567-89ab-4def-8048-d159e26af37b\",\"type\":"
			    "\"track\","
			    "\"event\":\"Product Viewed\","
			    "\"userId\":\"u0000042\",\"anonymousId\":\"00000000-0000-4000-8000-"
			    "000000000000\","
			    "\"timestamp\":\"2026-03-14T15:09:26.535Z\","
			    "\"context\":{\"library\":{\"name\":\"analytics.js\",\"version\":\"2."
			    "11.1\"},"
			    "\"page\":{\"path\":\"/maison/00008\"},"
			    "\"userAgent\":\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
			    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 "
			    "Safari/537.36\","
			    "\"ip\":\"78.2.3.4\",\"locale\":\"fr-FR\"},"
			    "\"properties\":{\"product_id\":\"P00008\",\"price\":19.90,"
			    "\"quantity\":2}}\n")));
	CHECK("record", workload_call_record(&call, arena, &r, NULL) == OK);
	CHECK("activity", str_equal(r.activity, STR("Product Viewed")));
	CHECK("time", r.time.ms == call.time_ms && r.time.offset_min == 0);
	CHECK("identifiers", r.identifier_count == 2 &&
				     str_equal(r.identifiers[0].type, STR("user_id")) &&
				     str_equal(r.identifiers[1].type, STR("anonymous_id")));
	CHECK("price", r.attribute_count == 4 && str_equal(r.attributes[1].key, STR("price")) &&
			       r.attributes[1].value.number == 19.9);
	strbuf_done(&json);
}

/* The reader of Segment calls is the oracle: what it makes of the line is the record. */
TEST(workload_record_is_what_its_json_means)
{
	static struct workload_calls calls;
	const struct segment_options options = { 0 };
	struct json_parser *parser = json_parser_create(NULL);
	struct workload_call call;
	AUTO_ARENA arena = arena_create(ROOM);

	calls = workload_calls_of(5, 2000, 300);
	while (workload_calls_next(&calls, &call)) {
		arena_reset(arena);
		struct strbuf line = strbuf_in(arena, 2000), a = strbuf_in(arena, 2000);
		struct strbuf b = strbuf_in(arena, 2000);
		struct record told, read;
		struct json json;
		uint64_t without_zone = 0;
		workload_call_json(&call, &line);
		CHECK("json",
			json_parse(parser, str_trim(strbuf_str(&line)), arena, &json, NULL) == OK);
		CHECK("call",
			segment_record(&json, &options, arena, &read, &without_zone, NULL) == OK);
		CHECK("told", workload_call_record(&call, arena, &told, NULL) == OK);
		read.source = told.source; /* the importer names it */
		record_encode(&told, &a);
		record_encode(&read, &b);
		CHECK("same", str_equal(strbuf_str(&a), strbuf_str(&b)));
	}
	json_parser_free(parser);
}

TEST(workload_record_meets_a_full_arena)
{
	static struct workload_calls calls;
	struct workload_call call;
	AUTO_ARENA arena = arena_create(ROOM);
	struct record r;
	struct why why = { 0 };

	calls = workload_calls_of(3, 1, 1);
	CHECK("one", workload_calls_next(&calls, &call));
	arena_fail_at(arena, 1);
	CHECK("full", workload_call_record(&call, arena, &r, &why) == ERR_LIMIT);
	CHECK("words", why.message == MSG_NO_ROOM);
}
