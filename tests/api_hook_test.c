/* tests/api_hook_test.c - signed webhooks, and bodies of other ways in, to durable events and
 * counts.  The signatures were made with Python's hmac. */
#include "support/capture_house.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { ARENA = 8 << 20 };

#define MAPPING \
	"{\"version\":1,\"message_id\":\"id\",\"activity\":\"kind\",\"time\":\"at\"," \
	"\"channel\":{\"constant\":\"web\"},\"customer\":[{\"type\":\"customer\",\"column\":" \
	"\"who\"}]}"
#define DOCUMENT(id, at) \
	"{\"id\":\"" id "\",\"kind\":\"order.paid\",\"at\":\"" at "\",\"who\":\"C1\"}"

/* Of the bodies below, by the secret "hush". */
#define TWO_MAC "51773318c8917e1dc0cf8f2e621a4e0ca570038de46087ed80351d5457913007"
#define MIXED_MAC "2d3395983a52990f6b2cd35494245d987e8bf8391496db177eaf00c7f334f0dd"
#define BAD_MAC "efeafd43ac66c03e4c5d56989b59282409d7835bb86a7877251d61b690688b65"
#define ENDS_MAC "a5984a7df733adc8f4dbcaf10dfc33a811c75f9d20858774f0b3be0bfb3ea182"
#define ORDERS_MAC "300789797e7465fbaa7db1732009b783d69f66514e50ff938ef192588c449b15"
#define MANY_MAC "784de985413999c6bbff615249bbba00e130b6ebd5b1cb25c314911e90da9bbf"

static const struct mapping *mapping_in(struct arena *arena)
{
	struct mapping *m = arena_array(arena, 1, sizeof(*m));
	struct why why = { 0 };

	ASSERT(m != NULL && mapping_parse(STR(MAPPING), arena, m, &why) == OK);
	return m;
}

static struct hooks *one_hook(void)
{
	struct arena *arena = arena_create(1 << 20);
	struct hook hook = { .name = STR("orders"),
		.source = STR("orders"),
		.secrets = { STR("hush") },
		.secret_count = 1,
		.events = STR("events"),
		.mapping = mapping_in(arena) };

	ASSERT(signature_form_named(STR("github"), &hook.form));
	return hooks_create(&hook, 1, arena);
}

static str too_many(struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, 1 << 20);

	strbuf_add_c(&out, "{\"events\":[");
	for (size_t i = 0; i < HOOK_EVENTS_MAX; i++)
		strbuf_add_c(&out, "{},");
	strbuf_add_c(&out, "{}]}");
	ASSERT(strbuf_ok(&out));
	return strbuf_str(&out);
}

TEST(hooks_take_what_is_signed)
{
	AUTO_ARENA arena = arena_create(ARENA);
	const char *two = "{\"events\":[" DOCUMENT("7", "2026-01-02T03:04:05Z") "," DOCUMENT(
		"8", "2026-01-02T04:00:00Z") "]}";
	const struct {
		const char *row, *path, *signature;
		str body;
		int status;
		const char *code; /* of a problem */
		unsigned accepted, duplicate, rejected; /* of the source, for this row */
	} rows[] = {
		{ "two events", "/v1/hook/orders", TWO_MAC, str_of(two), 200, NULL, 2, 0, 0 },
		{ "the same again", "/v1/hook/orders", TWO_MAC, str_of(two), 200, NULL, 0, 2, 0 },
		{ "unsigned", "/v1/hook/orders", NULL, str_of(two), 401, "hook-unsigned", 0, 0, 1 },
		{ "signed by another", "/v1/hook/orders", MANY_MAC, str_of(two), 401,
			"hook-signature", 0, 0, 1 },
		{ "no such hook", "/v1/hook/other", TWO_MAC, str_of(two), 404, "hook-unknown", 0, 0,
			0 },
		{ "one bad among good", "/v1/hook/orders", MIXED_MAC,
			STR("{\"events\":[" DOCUMENT("9", "2026-01-03T03:04:05Z") "," DOCUMENT(
				"10", "soon") "]}"),
			200, NULL, 1, 0, 1 },
		{ "bad alone", "/v1/hook/orders", BAD_MAC,
			STR("{\"events\":[" DOCUMENT("11", "soon") "]}"), 400,
			"mapped-time-unknown", 0, 0, 1 },
		{ "no JSON", "/v1/hook/orders", ENDS_MAC, STR("{\"events\":["), 400, "json-ends", 0,
			0, 1 },
		{ "no list", "/v1/hook/orders", ORDERS_MAC, STR("{\"orders\":[]}"), 400,
			"body-items", 0, 0, 1 },
		{ "too many", "/v1/hook/orders", MANY_MAC, too_many(arena), 413, "capture-many", 0,
			0, 1 },
	};
	struct capture_house h;
	struct source_counts before = { 0 };

	capture_house_open(&h, test_folder(), 0);
	capture_set_hooks(h.capture, one_hook());
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA own = arena_create(ARENA);
		char header[128] = "!", code[64];
		if (rows[i].signature != NULL)
			(void)snprintf(header, sizeof(header),
				"!X-Hub-Signature-256: sha256=%s\r\n", rows[i].signature);
		struct http_reply r = capture_post(&h, rows[i].path, header, rows[i].body, own);
		struct source_counts now = capture_house_counts(&h, "orders");
		(void)snprintf(code, sizeof(code), "\"code\":\"%s\"",
			rows[i].code != NULL ? rows[i].code : "");
		bool is_told = rows[i].code == NULL ||
			       memmem(r.body.ptr, r.body.len, code, strlen(code)) != NULL;
		CHECK(rows[i].row, r.status == rows[i].status && is_told);
		CHECK(rows[i].row, now.accepted - before.accepted == rows[i].accepted);
		CHECK(rows[i].row, now.duplicates - before.duplicates == rows[i].duplicate);
		CHECK(rows[i].row, now.rejected - before.rejected == rows[i].rejected);
		if (r.status != rows[i].status || !is_told)
			printf("  %d " STR_FMT "\n", r.status, STR_ARG(r.body));
		before = now;
	}
	capture_house_close(&h);
}

/* As a watched folder and MQTT bring them: the topic stands beside the body. */
TEST(bodies_of_other_ways_in_are_taken_as_one_batch)
{
	AUTO_ARENA arena = arena_create(ARENA);
	const struct capture_reading reading = { .mapping = mapping_in(arena),
		.events = STR("events") };
	const struct body_value beside[] = { { STR("topic"), STR("orders/7") } };
	const struct capture_body bodies[] = {
		{ STR("{\"events\":[" DOCUMENT("1", "2026-01-02T03:04:05Z") "]}"), beside, 1 },
		{ STR("{\"events\":["), NULL, 0 }, /* no JSON */
		{ STR("{\"orders\":[]}"), NULL, 0 }, /* no list */
		{ too_many(arena), NULL, 0 },
		{ STR("{\"events\":[" DOCUMENT("2", "soon") "]}"), NULL, 0 },
		{ STR("{\"events\":[" DOCUMENT("1", "2026-01-02T03:04:05Z") "," DOCUMENT(
			  "3", "2026-01-02T03:04:06Z") "]}"),
			beside, 1 },
	};
	struct capture_house h;
	struct why why = { 0 };

	capture_house_open(&h, test_folder(), 0);
	CHECK("taken", capture_take_bodies(h.capture, STR("orders"), &reading, bodies,
			       ARRAY_LEN(bodies), &why) == OK);
	struct source_counts counts = capture_house_counts(&h, "orders");
	CHECK("accepted", counts.accepted == 2);
	CHECK("duplicate", counts.duplicates == 1);
	CHECK("rejected", counts.rejected == 4);
	CHECK("none",
		capture_take_bodies(h.capture, STR("orders"), &reading, bodies, 0, &why) == OK);
	capture_house_close(&h);
}

TEST(records_are_taken_without_a_body)
{
	static const struct record_identifier who = {
		.type = STR_INIT("customer"), .value = STR_INIT("C1"), .raw = STR_INIT("C1")
	};
	const struct record records[] = {
		{ .kind = RECORD_EVENT,
			.has_time = true,
			.time = { .ms = 1767322800000 },
			.activity = STR_INIT("meter.read"),
			.channel = STR_INIT("iot"),
			.identifiers = &who,
			.identifier_count = 1 },
	};
	struct capture_house h;
	struct why why = { 0 };

	capture_house_open(&h, test_folder(), 0);
	CHECK("taken", capture_take(h.capture, STR("meters"), records, 1, &why) == OK);
	CHECK("again", capture_take(h.capture, STR("meters"), records, 1, &why) == OK);
	struct source_counts counts = capture_house_counts(&h, "meters");
	CHECK("counted", counts.accepted == 1 && counts.duplicates == 1);
	capture_house_close(&h);
}
