/* tests/exchange_xes_logs_test.c - public logs, read and counted anew, against what PM4Py counts
 *
 * The oracle is dull on purpose: it keeps every event of a log, sorts by (case, time, place in the
 * file), and counts.
 */
#include "exchange/xes.h"

#include "base/file.h"
#include "base/json.h"
#include "exchange/inputs.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACTIVITIES_MAX = 64, EVENTS_MAX = 1 << 19, CASES_MAX = 1 << 15 };

struct event {
	uint32_t of_case, at;
	int64_t ms;
	uint8_t activity;
};

struct log {
	struct record_sink sink;
	struct arena *arena;
	struct event *events;
	size_t count, rejects, entities;
	str activities[ACTIVITIES_MAX];
	size_t activity_count;
	str *cases; /* in the order of their first event */
	size_t case_count;
	uint32_t *slots; /* open addressing: case + 1 */
};

static uint32_t code_of_case(struct log *log, str name)
{
	size_t mask = 2 * CASES_MAX - 1, at = 5381;

	for (size_t i = 0; i < name.len; i++)
		at = at * 33 + (unsigned char)name.ptr[i];
	for (at &= mask; log->slots[at] > 0; at = (at + 1) & mask)
		if (str_equal(log->cases[log->slots[at] - 1], name))
			return log->slots[at] - 1;
	ASSERT(log->case_count < CASES_MAX);
	log->cases[log->case_count] = arena_str(log->arena, name);
	log->slots[at] = (uint32_t)++log->case_count;
	return log->slots[at] - 1;
}

static uint8_t code_of_activity(struct log *log, str name)
{
	size_t i = 0;

	while (i < log->activity_count && !str_equal(log->activities[i], name))
		i++;
	ASSERT(i < ACTIVITIES_MAX);
	if (i == log->activity_count)
		log->activities[log->activity_count++] = arena_str(log->arena, name);
	return (uint8_t)i;
}

static err count_record(struct record_sink *sink, const struct record *r, const struct place *place,
	struct why *why)
{
	struct log *log = (struct log *)sink;

	(void)place, (void)why;
	if (r->kind != RECORD_EVENT) {
		log->entities++;
		return OK;
	}
	ASSERT(log->count < EVENTS_MAX && r->identifier_count == 1 &&
		str_equal(r->identifiers[0].type, STR("case")));
	log->events[log->count] = (struct event){ code_of_case(log, r->identifiers[0].value),
		(uint32_t)log->count, r->time.ms, code_of_activity(log, r->activity) };
	log->count++;
	return OK;
}

static err count_reject(
	struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)reason, (void)raw, (void)why;
	((struct log *)sink)->rejects++;
	return OK;
}

static int in_thread_order(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->of_case != y->of_case)
		return x->of_case < y->of_case ? -1 : 1;
	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

static bool read_log(struct log *log, const char *path)
{
	struct read_summary summary;
	struct input_file *file;

	log->sink = (struct record_sink){ .record = count_record, .reject = count_reject };
	log->arena = arena_create((size_t)1 << 30);
	log->events = arena_array(log->arena, EVENTS_MAX, sizeof(*log->events));
	log->cases = arena_array(log->arena, CASES_MAX, sizeof(*log->cases));
	log->slots = arena_array(log->arena, 2 * CASES_MAX, sizeof(*log->slots));
	if (input_open(path, &file, NULL) != OK)
		return false;
	err e = xes_read(input_stream(file), NULL, &log->sink, &summary, NULL);
	input_close(file);
	if (log->count > 0)
		qsort(log->events, log->count, sizeof(*log->events), in_thread_order);
	return e == OK && summary.records == log->count + log->entities;
}

/* ---- counting */

struct counts {
	uint32_t edges[ACTIVITIES_MAX][ACTIVITIES_MAX], starts[ACTIVITIES_MAX],
		ends[ACTIVITIES_MAX];
	str *variants; /* of every case: its activities as bytes */
	uint32_t *frequencies; /* of distinct variants, falling */
	size_t distinct;
};

static int by_bytes(const void *a, const void *b)
{
	return str_compare(*(const str *)a, *(const str *)b);
}

static int falling(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x > y ? -1 : x < y;
}

static void count_variants(struct log *log, struct counts *c)
{
	qsort(c->variants, log->case_count, sizeof(*c->variants), by_bytes);
	for (size_t i = 0; i < log->case_count; i++) {
		if (i == 0 || !str_equal(c->variants[i], c->variants[i - 1]))
			c->distinct++;
		c->frequencies[c->distinct - 1]++;
	}
	qsort(c->frequencies, c->distinct, sizeof(*c->frequencies), falling);
}

static void count_log(struct log *log, struct counts *c)
{
	char *bytes = arena_alloc(log->arena, log->count + 1);
	size_t cases = 0;

	c->variants = arena_array(log->arena, log->case_count, sizeof(*c->variants));
	c->frequencies = arena_array(log->arena, log->case_count, sizeof(*c->frequencies));
	for (size_t i = 0; i < log->count; i++) {
		const struct event *e = &log->events[i];
		bool first = i == 0 || e[-1].of_case != e->of_case;
		bytes[i] = (char)e->activity;
		if (first && i > 0)
			c->ends[e[-1].activity]++;
		if (first) {
			c->starts[e->activity]++;
			c->variants[cases++] = (str){ bytes + i, 0 };
		} else {
			c->edges[e[-1].activity][e->activity]++;
		}
		c->variants[cases - 1].len++;
	}
	c->ends[log->events[log->count - 1].activity]++;
	count_variants(log, c);
}

/* ---- against the published counts */

static size_t activity_named(const struct log *log, str name)
{
	size_t i = 0;

	while (i < log->activity_count && !str_equal(log->activities[i], name))
		i++;
	return i; /* activity_count: nobody, and all its counts are 0 */
}

static void check_edges(
	const char *row, const struct log *log, const struct counts *c, const struct json *expected)
{
	const struct json_items edges = json_get(expected, STR("edges"))->array;
	size_t found = 0;

	for (size_t a = 0; a < log->activity_count; a++)
		for (size_t b = 0; b < log->activity_count; b++)
			found += c->edges[a][b] > 0;
	CHECK(row, found == edges.count);
	for (size_t i = 0; i < edges.count; i++) {
		const struct json *edge = edges.items[i].array.items;
		size_t from = activity_named(log, edge[0].string);
		size_t to = activity_named(log, edge[1].string);
		CHECK(row, from < log->activity_count && to < log->activity_count &&
				   c->edges[from][to] == edge[2].integer);
	}
}

static void check_ends(
	const char *row, const struct log *log, const uint32_t *counts, const struct json *expected)
{
	size_t found = 0;

	for (size_t a = 0; a < log->activity_count; a++)
		found += counts[a] > 0;
	CHECK(row, found == expected->object.count);
	for (size_t i = 0; i < expected->object.count; i++) {
		const struct json_member *m = &expected->object.items[i];
		CHECK(row, counts[activity_named(log, m->key)] == m->value.integer);
	}
}

static int64_t ms_of(const struct json *expected, str key)
{
	struct instant t;

	return instant_parse(json_get_string(expected, key, STR("")), &t, NULL) == OK ? t.ms : -1;
}

static void check_log(const char *row, struct log *log, const struct json *expected)
{
	struct counts *c = arena_alloc(log->arena, sizeof(*c));
	int64_t first = INT64_MAX, last = INT64_MIN;

	for (size_t i = 0; i < log->count; i++) {
		first = MIN_OF(first, log->events[i].ms);
		last = MAX_OF(last, log->events[i].ms);
	}
	count_log(log, c);
	CHECK(row, log->rejects == 0 && log->entities == 1);
	CHECK(row, (int64_t)log->case_count == json_get_int(expected, STR("cases"), -1));
	CHECK(row, (int64_t)log->count == json_get_int(expected, STR("events"), -1));
	CHECK(row, (int64_t)log->activity_count == json_get_int(expected, STR("activities"), -1));
	CHECK(row, first == ms_of(expected, STR("first_time")));
	CHECK(row, last == ms_of(expected, STR("last_time")));
	CHECK(row, (int64_t)c->distinct == json_get_int(expected, STR("distinct_variants"), -1));
	const struct json_items top = json_get(expected, STR("top_variant_counts"))->array;
	for (size_t i = 0; i < top.count; i++)
		CHECK(row, i < c->distinct && c->frequencies[i] == top.items[i].integer);
	check_edges(row, log, c, expected);
	check_ends(row, log, c->starts, json_get(expected, STR("start")));
	check_ends(row, log, c->ends, json_get(expected, STR("end")));
}

TEST(xes_public_logs_count_as_published)
{
	static const struct {
		const char *file, *expected;
	} rows[] = {
		{ "roadtraffic100traces.xes", "roadtraffic100traces.json" },
		{ "receipt.xes.gz", "receipt_xes.json" },
		{ "bpic2013_incidents.xes.gz", "bpic2013_incidents.json" },
		{ "bpic2012.xes.gz", "bpic2012.json" },
	};
	const char *data = test_data();
	char path[PATH_BYTES_MAX];

	if (data == NULL) {
		test_skip("no external data");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct log log = { .count = 0 };
		struct json_parser *parser = json_parser_create(NULL);
		struct json expected;
		str text;
		(void)snprintf(path, sizeof(path), "%s/events/%s", data, rows[i].file);
		CHECK(rows[i].file, read_log(&log, path));
		(void)snprintf(path, sizeof(path), "%s/events/expected/%s", data, rows[i].expected);
		bool parsed =
			disk_read_whole(disk_real(), path, 1 << 24, log.arena, &text, NULL) == OK &&
			json_parse(parser, text, log.arena, &expected, NULL) == OK;
		CHECK(rows[i].file, parsed);
		if (parsed && log.count > 0)
			check_log(rows[i].file, &log, &expected);
		json_parser_free(parser);
		arena_free(log.arena);
	}
}
