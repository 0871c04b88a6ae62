/* tests/api_capture_test.c - events over HTTP, to durable and visible. */
#include "support/capture_house.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { ARENA = 8 << 20 };

static struct http_reply post(struct capture_house *h, const char *path, const char *headers,
	const char *body, struct arena *arena)
{
	return capture_post(h, path, headers, str_of(body), arena);
}

static const struct {
	const char *row, *path, *headers, *body;
	int status;
	const char *code; /* of a problem */
	unsigned accepted; /* by shop, for this row */
} calls[] = {
	{ "batch, key by Basic", "/v1/batch", "",
		"{\"batch\":[{\"type\":\"track\",\"event\":\"A\",\"userId\":\"1\","
		"\"messageId\":\"a\"},"
		"{\"type\":\"identify\",\"userId\":\"1\",\"traits\":{\"email\":\"a@b.fr\"}}"
		"]}",
		200, NULL, 2 },
	{ "again: known already", "/v1/batch", "",
		"{\"batch\":[{\"type\":\"track\",\"event\":\"A\",\"userId\":\"1\","
		"\"messageId\":\"a\"}]}",
		200, NULL, 0 },
	{ "key in the body", "/v1/batch", "!",
		"{\"writeKey\":\"ak_shop\",\"batch\":[{\"type\":\"track\",\"event\":\"B\","
		"\"userId\":\"1\"}]}",
		200, NULL, 1 },
	{ "key in the query", "/v1/t?writeKey=ak_shop", "!", "{\"event\":\"C\",\"userId\":\"1\"}",
		200, NULL, 1 },
	{ "key as Bearer", "/v1/t", "!Authorization: Bearer ak_shop\r\n",
		"{\"event\":\"D\",\"userId\":\"1\"}", 200, NULL, 1 },
	{ "text/plain, of sendBeacon", "/v1/t", "!Content-Type: text/plain\r\n",
		"{\"event\":\"E\",\"anonymousId\":\"x\",\"writeKey\":\"ak_shop\"}", 200, NULL, 1 },
	{ "page", "/v1/page", "", "{\"name\":\"Home\",\"userId\":\"1\"}", 200, NULL, 1 },
	{ "p", "/v1/p", "", "{\"name\":\"Cart\",\"userId\":\"1\"}", 200, NULL, 1 },
	{ "screen", "/v1/screen", "", "{\"name\":\"Home\",\"userId\":\"1\"}", 200, NULL, 1 },
	{ "identify", "/v1/i", "", "{\"userId\":\"1\",\"traits\":{}}", 200, NULL, 1 },
	{ "group", "/v1/g", "", "{\"userId\":\"1\",\"groupId\":\"g\"}", 200, NULL, 1 },
	{ "alias", "/v1/a", "", "{\"userId\":\"1\",\"previousId\":\"0\"}", 200, NULL, 1 },
	{ "track", "/v1/track", "", "{\"event\":\"F\",\"userId\":\"1\"}", 200, NULL, 1 },
	{ "the path says the type", "/v1/track", "",
		"{\"type\":\"page\",\"event\":\"G\",\"userId\":\"1\"}", 200, NULL, 1 },
	{ "import", "/v1/import", "",
		"{\"batch\":[{\"type\":\"track\",\"event\":\"H\",\"userId\":\"1\","
		"\"timestamp\":\"2020-01-01T00:00:00Z\"}]}",
		200, NULL, 1 },
	{ "an empty batch", "/v1/batch", "", "{\"batch\":[]}", 200, NULL, 0 },
	{ "one bad among good", "/v1/batch", "",
		"{\"batch\":[{\"type\":\"track\",\"event\":\"I\",\"userId\":\"1\"},{"
		"\"type\":\"x\"},7]}",
		200, NULL, 1 },
	{ "all bad", "/v1/batch", "", "{\"batch\":[{\"type\":\"x\"}]}", 400, "segment-type", 0 },
	{ "measurements of the SDK", "/v1/m", "!", "{\"series\":[]}", 200, NULL, 0 },
	{ "no key", "/v1/batch", "!", "{\"batch\":[]}", 401, "capture-key-missing", 0 },
	{ "nobody's key", "/v1/t?writeKey=ak_x", "!", "{}", 401, "file-denied", 0 },
	{ "no JSON", "/v1/batch", "", "{\"batch\":[", 400, "json-ends", 0 },
	{ "no object", "/v1/batch", "", "[]", 400, "jsonl-not-object", 0 },
	{ "no batch", "/v1/batch", "", "{}", 400, "capture-empty", 0 },
	{ "nothing", "/v1/t", "", "", 400, "capture-empty", 0 },
	{ "no customer", "/v1/t", "", "{\"event\":\"J\"}", 400, "record-no-identifier", 0 },
	{ "no gzip", "/v1/t", "Content-Encoding: gzip\r\n", "{}", 400, "capture-inflate", 0 },
	{ "another coding", "/v1/t", "Content-Encoding: br\r\n", "{}", 415, "capture-coding", 0 },
};

TEST(capture_takes_calls_as_sdks_send_them)
{
	struct capture_house h;

	capture_house_open(&h, test_folder(), 0);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		uint64_t before = capture_house_counts(&h, "shop").accepted;
		struct http_reply r =
			post(&h, calls[i].path, calls[i].headers, calls[i].body, arena);
		CHECK(calls[i].row, r.status == calls[i].status);
		CHECK(calls[i].row,
			capture_house_counts(&h, "shop").accepted - before == calls[i].accepted);
		CHECK(calls[i].row,
			str_equal(reply_header(&r, "Access-Control-Allow-Origin"), STR("*")));
		if (calls[i].code != NULL)
			CHECK(calls[i].row,
				r.body.len > 0 && strstr(r.body.ptr, calls[i].code) != NULL);
	}
	struct source_counts counts = capture_house_counts(&h, "shop");
	CHECK("counted", counts.duplicates == 1 && counts.rejected >= 6);
	CHECK("nothing for the other", capture_house_counts(&h, "app").requests == 0);
	capture_house_close(&h);
}

/* One record, as it is told from the journal. */
static void read_last(struct capture_house *h, struct arena *arena, struct record *out)
{
	AUTO_SNAPSHOT snapshot = NULL;
	struct why why = { 0 };
	uint64_t seq = journal_end(engine_journal(h->engine)) - 1;

	CHECK("visible", writer_await(h->writer, seq, 10000, &snapshot, &why) == OK);
	CHECK("there", engine_read(h->engine, seq, arena, out, &why) == OK);
}

TEST(capture_corrects_clocks_and_keeps_no_key)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct capture_house h;
	struct record record;

	/* The device is a day ahead: what it tells as 10 minutes before it sent is 10 minutes ago.
	 */
	capture_house_open(&h, test_folder(), 0);
	int64_t before = clock_real()->now_ms(clock_real());
	struct http_reply r = post(&h, "/v1/batch", "!",
		"{\"writeKey\":\"ak_shop\",\"sentAt\":\"2026-11-22T12:10:00Z\",\"batch\":[{"
		"\"type\":"
		"\"track\",\"event\":\"A\",\"userId\":\"1\",\"timestamp\":\"2026-11-22T12:00:00Z\","
		"\"_metadata\":{\"bundled\":[\"x\"]}}]}",
		arena);
	int64_t after = clock_real()->now_ms(clock_real());
	CHECK("taken", r.status == 200);
	read_last(&h, arena, &record);
	CHECK("corrected", record.time.ms >= before - 600000 && record.time.ms <= after - 600000);
	CHECK("its source", str_equal(record.source, STR("shop")));
	for (size_t i = 0; i < record.attribute_count; i++) {
		CHECK("no key", !str_equal(record.attributes[i].key, STR("writeKey")));
		CHECK("nothing of the SDK", !str_equal(record.attributes[i].key, STR("_metadata")));
	}
	capture_house_close(&h);
}

static str gzip(str text, struct arena *arena)
{
	z_stream z = { 0 };
	size_t room = text.len + 1000;
	char *out = arena_alloc(arena, room);

	ASSERT(out != NULL &&
		deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text.ptr;
	z.avail_in = (uInt)text.len;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)room;
	ASSERT(deflate(&z, Z_FINISH) == Z_STREAM_END);
	size_t len = z.total_out;
	ASSERT(deflateEnd(&z) == Z_OK);
	return (str){ out, len };
}

static str blown(const char *front, size_t bytes, const char *back, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, (size_t)16 << 20);

	strbuf_add_c(&out, front);
	for (size_t i = 0; i < bytes; i++)
		strbuf_add_byte(&out, 'a');
	strbuf_add_c(&out, back);
	ASSERT(strbuf_ok(&out));
	return strbuf_str(&out);
}

static str many_events(size_t count, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, (size_t)16 << 20);

	strbuf_add_c(&out, "{\"batch\":[");
	for (size_t i = 0; i < count; i++)
		strbuf_printf(&out, "%s{\"type\":\"track\",\"event\":\"A\",\"userId\":\"%zu\"}",
			i > 0 ? "," : "", i);
	strbuf_add_c(&out, "]}");
	ASSERT(strbuf_ok(&out));
	return strbuf_str(&out);
}

TEST(capture_keeps_its_limits)
{
	AUTO_ARENA arena = arena_create((size_t)64 << 20);
	const char *call = "{\"event\":\"A\",\"userId\":\"1\",\"properties\":{\"x\":\"";
	const char *batch = "{\"batch\":[{\"type\":\"track\",\"event\":\"A\",\"userId\":\"1\","
			    "\"properties\":{\"x\":\"";
	const struct {
		const char *row, *path, *headers;
		str body;
		int status;
	} rows[] = {
		{ "gzip", "/v1/batch", "Content-Encoding: gzip\r\n",
			gzip(many_events(20, arena), arena), 200 },
		{ "gzip that nobody told of", "/v1/batch", "", gzip(many_events(21, arena), arena),
			200 },
		{ "half a gzip", "/v1/batch", "", str_upto(gzip(many_events(20, arena), arena), 60),
			400 },
		{ "a bomb", "/v1/batch", "", gzip(blown(batch, 8 << 20, "\"}}]}", arena), arena),
			413 },
		{ "a large call", "/v1/track", "", blown(call, 30000, "\"}}", arena), 200 },
		{ "too large a call", "/v1/track", "", blown(call, 33000, "\"}}", arena), 413 },
		{ "too large an event, alone", "/v1/batch", "",
			blown(batch, 33000, "\"}}]}", arena), 413 },
		{ "a large batch", "/v1/batch", "", many_events(2500, arena), 200 },
		{ "too many", "/v1/batch", "", many_events(2501, arena), 413 },
		{ "too large a batch", "/v1/batch", "", blown(batch, 512000, "\"}}]}", arena),
			413 },
		{ "deep", "/v1/track", "",
			STR("{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[["),
			413 },
	};
	struct capture_house h;

	capture_house_open(&h, test_folder(), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA own = arena_create(ARENA);
		struct http_reply r =
			capture_post(&h, rows[i].path, rows[i].headers, rows[i].body, own);
		CHECK(rows[i].row, r.status == rows[i].status);
		if (r.status != rows[i].status)
			printf("  %d " STR_FMT "\n", r.status, STR_ARG(r.body));
	}
	capture_house_close(&h);
}

TEST(capture_limits_what_a_source_sends)
{
	AUTO_ARENA arena = arena_create((size_t)64 << 20);
	struct capture_house h;

	capture_house_open(&h, test_folder(), 100);
	struct http_reply r = capture_post(&h, "/v1/batch", "", many_events(100, arena), arena);
	CHECK("a second's worth", r.status == 200);
	r = capture_post(&h, "/v1/batch", "", many_events(2000, arena), arena);
	CHECK("more", r.status == 429);
	CHECK("come again", reply_header(&r, "Retry-After").len > 0);
	CHECK("counted", capture_house_counts(&h, "shop").limited == 1);
	r = capture_post(&h, "/v1/batch?writeKey=ak_app", "!", many_events(100, arena), arena);
	CHECK("another source is free", r.status == 200);
	capture_house_close(&h);
}

TEST(capture_shows_a_pixel)
{
	static const struct {
		const char *row, *target;
		int status;
	} rows[] = {
		{ "parameters", "/v1/pixel/page?writeKey=ak_shop&anonymousId=1&name=Mail&c=2",
			200 },
		{ "data", /* {"event":"A","userId":"1","writeKey":"ak_shop"} */
			"/v1/pixel/"
			"track?data="
			"eyJldmVudCI6IkEiLCJ1c2VySWQiOiIxIiwid3JpdGVLZXkiOiJha19zaG9wIn0",
			200 },
		{ "nobody", "/v1/pixel/page?writeKey=ak_shop&name=Mail", 400 },
		{ "no key", "/v1/pixel/page?anonymousId=1", 401 },
		{ "no call", "/v1/pixel/dance?writeKey=ak_shop&anonymousId=1", 400 },
		{ "no data", "/v1/pixel/track?writeKey=ak_shop&data=!", 400 },
	};
	struct capture_house h;

	capture_house_open(&h, test_folder(), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct strbuf out = strbuf_in(arena, 4096);
		strbuf_printf(&out, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", rows[i].target);
		struct http_reply r = client_ask(h.url, strbuf_str(&out), arena);
		CHECK(rows[i].row, r.status == rows[i].status);
		if (r.status == 200)
			CHECK(rows[i].row, str_starts(r.body, STR("GIF89a")));
	}
	CHECK("two", capture_house_counts(&h, "shop").accepted == 2);
	capture_house_close(&h);
}

/* What SDKs load and send besides events. */
TEST(capture_tells_sdks_where_it_is)
{
	static const struct {
		const char *row, *request, *within;
	} rows[] = {
		{ "settings",
			"GET /v1/projects/ak_shop/settings HTTP/1.1\r\nHost: "
			"a.example:8443\r\n\r\n",
			"{\"apiKey\":\"ak_shop\",\"apiHost\":\"a.example:8443/"
			"v1\",\"protocol\":\"http\"}" },
		{ "behind a proxy",
			"GET /v1/projects/k/settings HTTP/1.1\r\nHost: a.example\r\n"
			"X-Forwarded-Proto: https\r\n\r\n",
			"{\"apiKey\":\"k\",\"apiHost\":\"a.example/v1\",\"protocol\":\"https\"}" },
		{ "a host that is none",
			"GET /v1/projects/k/settings HTTP/1.1\r\nHost: a\"b/c\r\n\r\n",
			"\"apiHost\":\"localhost/v1\"" },
		{ "measurements", "POST /v1/m HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
			"{\"success\":true}" },
	};
	struct capture_house h;

	capture_house_open(&h, test_folder(), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct http_reply r = client_ask(h.url, str_of(rows[i].request), arena);
		CHECK(rows[i].row, r.status == 200);
		CHECK(rows[i].row, r.body.len > 0 && strstr(r.body.ptr, rows[i].within) != NULL);
	}
	CHECK("no event", capture_house_counts(&h, "shop").accepted == 0);
	capture_house_close(&h);
}

TEST(capture_answers_while_it_stops)
{
	struct capture_house h;

	for (int i = 0; i < 3; i++) {
		struct http_client clients[8];
		capture_house_open(&h, test_folder(), 0);
		for (size_t c = 0; c < ARRAY_LEN(clients); c++) {
			client_connect(&clients[c], h.url);
			client_send(&clients[c],
				STR("POST /v1/t?writeKey=ak_shop HTTP/1.1\r\nHost: x\r\n"
				    "Content-Length: "
				    "26\r\n\r\n{\"event\":\"A\",\"userId\":\"1\"}"));
		}
		while (http_counters(h.server).requests < ARRAY_LEN(clients)) {
		}
		capture_house_close(&h);
		for (size_t c = 0; c < ARRAY_LEN(clients); c++) {
			struct http_reply r = client_receive(&clients[c]);
			CHECK("told, or cut before it began",
				r.status == 200 || r.status == 503 || r.status == 0);
			client_close(&clients[c]);
		}
	}
}

TEST(capture_takes_records_without_http)
{
	static const struct record_identifier id = { .type = STR_INIT("card"),
		.value = STR_INIT("7") };
	const struct record record = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { 1000, 0, 0 },
		.channel = STR("store"),
		.activity = STR("Paid"),
		.identifiers = &id,
		.identifier_count = 1 };
	struct capture_house h;
	struct why why = { 0 };

	capture_house_open(&h, test_folder(), 0);
	CHECK("taken", capture_take(h.capture, STR("till"), &record, 1, &why) == OK);
	CHECK("again", capture_take(h.capture, STR("till"), &record, 1, &why) == OK);
	struct source_counts counts = capture_house_counts(&h, "till");
	CHECK("once", counts.accepted == 1 && counts.duplicates == 1);
	capture_house_close(&h);
}

struct form_row {
	const char *row, *path, *headers, *body;
	int status;
	const char *activity, *channel, *identifiers; /* of the last record; "type:value ..." */
};

static void check_record(const struct form_row *row, struct capture_house *h, struct arena *arena)
{
	struct strbuf ids = strbuf_in(arena, 1000);
	struct record record;

	read_last(h, arena, &record);
	CHECK(row->row, str_equal(record.activity, str_of(row->activity)));
	CHECK(row->row, str_equal(record.channel, str_of(row->channel)));
	for (size_t i = 0; i < record.identifier_count; i++) {
		strbuf_add(&ids, i > 0 ? STR(" ") : STR(""));
		strbuf_add(&ids, record.identifiers[i].type);
		strbuf_add_byte(&ids, ':');
		strbuf_add(&ids, record.identifiers[i].value);
	}
	CHECK(row->row, str_equal(strbuf_str(&ids), str_of(row->identifiers)));
}

static void check_forms(const struct form_row *rows, size_t count)
{
	struct capture_house h;

	capture_house_open(&h, test_folder(), 0);
	for (size_t i = 0; i < count; i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct http_reply r = post(&h, rows[i].path, rows[i].headers, rows[i].body, arena);
		CHECK(rows[i].row, r.status == rows[i].status);
		if (r.status != rows[i].status)
			printf("  %d " STR_FMT "\n", r.status, STR_ARG(r.body));
		if (rows[i].activity != NULL && r.status == 200)
			check_record(&rows[i], &h, arena);
	}
	capture_house_close(&h);
}

TEST(capture_takes_what_posthog_sends)
{
	static const struct form_row rows[] = {
		{ "batch", "/batch/", "!",
			"{\"api_key\":\"ak_shop\",\"batch\":[{\"event\":\"Bought\",\"distinct_id\":"
			"\"p1\","
			"\"uuid\":\"1\",\"properties\":{\"$lib\":\"web\",\"$set\":{\"email\":\"A@b."
			"fr\"}}}],"
			"\"sent_at\":\"2026-11-22T00:00:00Z\"}",
			200, "Bought", "web", "user_id:p1 email:a@b.fr" },
		{ "one", "/i/v0/e/", "!",
			"{\"api_key\":\"ak_shop\",\"event\":\"$pageview\",\"distinct_id\":\"d\","
			"\"properties\":"
			"{\"$device_id\":\"d\",\"$pathname\":\"/offers\"}}",
			200, "Page Viewed: /offers", "web", "anonymous_id:d" },
		{ "token in properties, a list", "/e/", "!",
			"[{\"event\":\"$identify\",\"properties\":{\"token\":\"ak_shop\","
			"\"distinct_id\":\"p2\","
			"\"$anon_distinct_id\":\"d\"},\"$set\":{\"phone\":\"0612345678\"}}]",
			200, "Identify", "backoffice",
			"user_id:p2 anonymous_id:d phone:+33612345678" },
		{ "alias", "/capture/", "!",
			"{\"token\":\"ak_shop\",\"event\":\"$create_alias\",\"distinct_id\":\"p3\","
			"\"properties\":{\"alias\":\"p4\"}}",
			200, "Alias", "backoffice", "user_id:p3 user_id:p4 anonymous_id:p4" },
		{ "screen of an app", "/capture", "!",
			"{\"token\":\"ak_shop\",\"event\":\"$screen\",\"distinct_id\":\"p5\","
			"\"properties\":"
			"{\"$lib\":\"posthog-ios\",\"$screen_name\":\"Cart\"}}",
			200, "Screen Viewed: Cart", "app", "user_id:p5" },
		{ "a form with base64", "/e/",
			"!Content-Type: application/x-www-form-urlencoded\r\n",
			/* {"token":"ak_shop","event":"F","distinct_id":"p6"} */
			"data=eyJ0b2tlbiI6ImFrX3Nob3AiLCJldmVudCI6IkYiLCJkaXN0aW5jdF9pZCI6InA2In0%"
			"3D",
			200, "F", "backoffice", "user_id:p6" },
		{ "group", "/batch", "!",
			"{\"api_key\":\"ak_shop\",\"batch\":[{\"event\":\"$groupidentify\","
			"\"distinct_id\":"
			"\"$company_c\",\"properties\":{\"$group_type\":\"company\",\"$group_key\":"
			"\"c\","
			"\"$group_set\":{\"n\":1}}}]}",
			200, "Group", "backoffice", "" },
		{ "nobody", "/e/", "!",
			"{\"token\":\"ak_shop\",\"event\":\"A\",\"distinct_id\":\"guest\"}", 400,
			NULL, NULL, NULL },
		{ "no event", "/e/", "!", "{\"token\":\"ak_shop\",\"distinct_id\":\"p7\"}", 400,
			NULL, NULL, NULL },
		{ "no key", "/e/", "!", "{\"event\":\"A\",\"distinct_id\":\"p7\"}", 401, NULL, NULL,
			NULL },
		{ "flags", "/flags/?v=2", "!", "{\"token\":\"x\"}", 200, NULL, NULL, NULL },
		{ "flags of old", "/decide/", "!", "{}", 200, NULL, NULL, NULL },
	};

	check_forms(rows, ARRAY_LEN(rows));
}

/* The text of an attribute, numbers as they are written; NULL: it is not there. */
static bool has_attribute(const struct record *record, str key, str text)
{
	for (size_t i = 0; i < record->attribute_count; i++)
		if (str_equal(record->attributes[i].key, key))
			return record->attributes[i].value.kind == VALUE_STRING &&
			       str_equal(record->attributes[i].value.string, text);
	return text.len == 0;
}

TEST(capture_keeps_all_that_a_cloud_event_says)
{
#define ENVELOPE "{\"specversion\":\"1.0\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"x\","
	static const struct {
		const char *row, *headers, *body, *key, *value;
	} rows[] = {
		{ "an extension", "", ENVELOPE "\"id\":\"1\",\"partitionkey\":\"p7\"}",
			"partitionkey", "p7" },
		{ "one whose name is taken", "", ENVELOPE "\"id\":\"2\",\"event\":\"e\"}",
			"ce_event", "e" },
		{ "and which no call could hold", "", ENVELOPE "\"id\":\"3\",\"context\":\"c\"}",
			"ce_context", "c" },
		{ "text in base64", "", ENVELOPE "\"id\":\"4\",\"data_base64\":\"aG90\"}", "data",
			"hot" },
		{ "JSON in base64", "",
			ENVELOPE "\"id\":\"5\",\"datacontenttype\":\"application/json\","
				 "\"data_base64\":\"eyJyb29tIjoiYXR0aWMifQ==\"}",
			"room", "attic" },
		{ "bytes", "", ENVELOPE "\"id\":\"6\",\"data_base64\":\"/9j/4A==\"}", "data_base64",
			"/9j/4A==" },
		{ "an extension in a header",
			"ce-specversion: 1.0\r\nce-id: 7\r\nce-source: s\r\nce-type: t\r\n"
			"ce-subject: x\r\nCE-PartitionKey: p%208\r\n",
			"{}", "partitionkey", "p 8" },
	};
	struct capture_house h;

	capture_house_open(&h, test_folder(), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct http_reply r = post(&h, "/v1/events", rows[i].headers, rows[i].body, arena);
		struct record record;
		CHECK(rows[i].row, r.status == 200);
		if (r.status != 200)
			continue;
		read_last(&h, arena, &record);
		CHECK(rows[i].row,
			has_attribute(&record, str_of(rows[i].key), str_of(rows[i].value)));
	}
	capture_house_close(&h);
}

TEST(capture_takes_cloud_events)
{
	static const struct form_row rows[] = {
		{ "structured", "/v1/events", "Content-Type: application/cloudevents+json\r\n",
			"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/"
			"till\",\"type\":\"fr.shop.paid\","
			"\"subject\":\"email:A@b.fr\",\"time\":\"2026-11-22T00:00:00Z\","
			"\"channel\":\"store\","
			"\"data\":{\"amount\":12.5}}",
			200, "fr.shop.paid", "store", "email:a@b.fr" },
		{ "known already", "/v1/events", "",
			"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/"
			"till\",\"type\":\"other\","
			"\"subject\":\"email:a@b.fr\"}",
			200, "fr.shop.paid", "store", "email:a@b.fr" },
		{ "customer before subject", "/v1/events", "",
			"{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/till\",\"type\":\"t\","
			"\"subject\":\"file.jpg\",\"customer\":\"card:77\"}",
			200, "t", "backoffice", "card:77" },
		{ "batch", "/v1/events", "Content-Type: application/cloudevents-batch+json\r\n",
			"[{\"specversion\":\"1.0\",\"id\":\"3\",\"source\":\"s\",\"type\":\"u\","
			"\"subject\":\"x\"},"
			"{\"specversion\":\"1.0\"}]",
			200, "u", "backoffice", "user_id:x" },
		{ "binary", "/v1/events",
			"ce-specversion: 1.0\r\nce-id: 4\r\nce-source: /iot\r\nce-type: beat\r\n"
			"ce-customer: device:9\r\nContent-Type: application/json\r\n",
			"{\"userId\":\"v\"}", 200, "beat", "backoffice", "user_id:v device:9" },
		{ "binary without JSON", "/v1/events",
			"ce-specversion: 1.0\r\nce-id: 5\r\nce-source: /iot\r\nce-type: beat\r\n"
			"ce-customer: device:9\r\nContent-Type: text/plain\r\n",
			"hot", 200, "beat", "backoffice", "device:9" },
		{ "binary, beyond ASCII", "/v1/events",
			"ce-specversion: 1.0\r\nce-id: 8\r\nce-source: /iot\r\n"
			"ce-type: Command%20pay%C3%A9e\r\nce-customer: device:100%\r\n",
			"{}", 200,
			"Command pay\xc3\xa9"
			"e",
			"backoffice", "device:100%" },
		{ "base64 that is none", "/v1/events", "",
			"{\"specversion\":\"1.0\",\"id\":\"9\",\"source\":\"s\",\"type\":\"u\","
			"\"subject\":"
			"\"x\",\"data_base64\":\"?\"}",
			400, NULL, NULL, NULL },
		{ "no id", "/v1/events", "",
			"{\"specversion\":\"1.0\",\"source\":\"s\",\"type\":\"u\",\"subject\":"
			"\"x\"}",
			400, NULL, NULL, NULL },
		{ "another version", "/v1/events", "",
			"{\"specversion\":\"2.0\",\"id\":\"6\",\"source\":\"s\",\"type\":\"u\","
			"\"subject\":\"x\"}",
			400, NULL, NULL, NULL },
		{ "nobody", "/v1/events", "",
			"{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"s\",\"type\":\"u\"}",
			400, NULL, NULL, NULL },
		{ "no key", "/v1/events", "!", "{}", 401, NULL, NULL, NULL },
	};

	check_forms(rows, ARRAY_LEN(rows));
}
