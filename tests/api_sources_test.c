/* tests/api_sources_test.c - counters, limits, and what is shown of what was refused. */
#include "api/sources.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { ARENA = 4 << 20 };

static int64_t now_ns;
static int64_t hand_ns(struct clock *clock)
{
	(void)clock;
	return now_ns;
}
static int64_t hand_ms(struct clock *clock)
{
	(void)clock;
	return now_ns / 1000000;
}
static struct clock hand = { hand_ms, hand_ns };

TEST(sources_mask_values_and_keep_names)
{
	static const struct {
		const char *row, *raw, *masked;
	} rows[] = {
		{ "string", "{\"email\":\"Ann.B@x.org\"}", "{\"email\":\"xxx.x@x.xxx\"}" },
		{ "numbers", "{\"n\":-12.5e3,\"b\":true,\"z\":null}",
			"{\"n\":-00.0x0,\"b\":true,\"z\":null}" },
		{ "accents", "{\"nom\":\"\xc3\x89lo\xc3\xafse\"}", "{\"nom\":\"xxxxxx\"}" },
		{ "escapes", "{\"a\":\"x\\\"y\"}", "{\"a\":\"x\\\"x\"}" },
		{ "array of strings", "[\"secret\",\"b\"]", "[\"xxxxxx\",\"x\"]" },
		{ "no JSON", "Ann 0612", "xxx 0000" },
		{ "an open string", "{\"a\":\"Ann", "{\"a\":\"xxx" },
		{ "an open key", "{\"Ann", "{\"xxx" },
		{ "a key that is a text",
			"{\"Ann said: yes, and so on, at great length, until the end came\":1}",
			"{\"Ann said: yes, and so on, at great length, until the end came\":0}" },
		{ "controls", "a\nb\x01", "x x " },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct strbuf out = strbuf_in(arena, 1000);
		source_mask(str_of(rows[i].raw), 1000, &out);
		CHECK(rows[i].row, str_equal(strbuf_str(&out), str_of(rows[i].masked)));
	}
}

TEST(sources_count_and_show_the_last)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct sources *s = sources_create(&hand, 0);
	struct source *shop = sources_get(s, STR("shop"));
	const struct source_counts more = { .requests = 1, .accepted = 100, .last_ms = 7 };
	size_t count;

	source_add(shop, &more);
	source_add(sources_get(s, STR("shop")), &more);
	source_add(sources_get(s, STR("app")), &more);
	for (int i = 0; i < SOURCE_REJECTS + 3; i++) {
		struct why why = { 0 };
		char raw[32];
		CHECK("a reason", fail(&why, MSG_TIME_FORMAT, arg_c("x")) == ERR_SYNTAX);
		(void)snprintf(raw, sizeof(raw), "{\"n%d\":1}", i);
		source_reject(shop, &why, str_of(raw));
	}
	const struct source_view *views = sources_view(s, arena, &count);
	CHECK("two, by name", count == 2 && strcmp(views[0].name, "app") == 0);
	CHECK("summed", views[1].counts.accepted == 200 && views[1].counts.last_ms == 7);
	CHECK("by reason",
		views[1].reason_count == 1 && views[1].reasons[0].count == SOURCE_REJECTS + 3);
	const struct source_reject *last = sources_rejects(s, STR("shop"), arena, &count);
	CHECK("the last",
		count == SOURCE_REJECTS && strncmp(last[0].payload, "{\"n18\":0}", 9) == 0);
	(void)sources_rejects(s, STR("nobody"), arena, &count);
	CHECK("of nobody", count == 0);
	struct strbuf out = strbuf_in(arena, 1 << 20);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);
	CHECK("none of that name", source_view_named(s, STR("nobody"), arena) == NULL);
	json_put_object(&w);
	source_put(source_view_named(s, STR("app"), arena), sources_since_ms(s), &w);
	source_put_rejects(last, 1, LANGUAGE_FRENCH, &w);
	json_put_end(&w);
	CHECK("as JSON", str_starts(strbuf_str(&out),
				 STR("{\"source\":\"app\",\"since\":null,\"requests\":1")));
	CHECK("closed", str_ends(strbuf_str(&out), STR("\"payload\":\"{\\\"n18\\\":0}\"}]}")));
	sources_free(s);
}

TEST(sources_count_the_last_minute)
{
	static const struct {
		const char *row;
		int64_t passes_s;
		uint64_t accepts, last_minute;
	} rows[] = {
		{ "some", 0, 5, 5 },
		{ "more a second later", 1, 7, 12 },
		{ "after half a minute", 30, 0, 12 },
		{ "the first are over", 29, 1, 8 },
		{ "all are over", 600, 0, 0 },
		{ "some again", 0, 3, 3 },
	};
	AUTO_ARENA arena = arena_create(ARENA);
	struct sources *s = sources_create(&hand, 0);
	struct source *x = sources_get(s, STR("x"));

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct source_counts more = { .accepted = rows[i].accepts };
		now_ns += rows[i].passes_s * 1000000000;
		source_add(x, &more);
		const struct source_view *view = source_view_named(s, STR("x"), arena);
		CHECK(rows[i].row, view->last_minute == rows[i].last_minute);
	}
	sources_free(s);
}

TEST(sources_have_limits_of_their_own)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct sources *s = sources_create(&hand, 0);
	struct source *x = sources_get(s, STR("x")), *y = sources_get(s, STR("y"));
	int64_t retry_s = 0;

	CHECK("without", source_may_send(x, 1000000, &retry_s));
	source_limit(x, 10);
	CHECK("its own", source_may_send(x, 10, &retry_s) && !source_may_send(x, 1, &retry_s));
	CHECK("others have none", source_may_send(y, 1000000, &retry_s));
	CHECK("it is told", source_view_named(s, STR("x"), arena)->events_per_second == 10);
	sources_limit(s, 20);
	CHECK("for all", source_may_send(x, 20, &retry_s) && source_may_send(y, 20, &retry_s) &&
				 !source_may_send(x, 1, &retry_s));
	CHECK("also new ones", source_view_named(s, STR("y"), arena)->events_per_second == 20 &&
				       !source_may_send(sources_get(s, STR("y")), 1, &retry_s));
	sources_free(s);
}

TEST(sources_count_rare_reasons_together)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct sources *s = sources_create(&hand, 0);
	size_t count;

	for (int i = 1; i < 30; i++) {
		struct why why = { .message = (enum message)i };
		source_reject(sources_get(s, STR("x")), &why, STR(""));
	}
	const struct source_view *views = sources_view(s, arena, &count);
	const struct source_reason *last = &views[0].reasons[SOURCE_REASONS_MAX - 1];
	CHECK("bounded", views[0].reason_count == SOURCE_REASONS_MAX);
	CHECK("others", last->message == MSG_NONE && last->count == 29 - (SOURCE_REASONS_MAX - 1));
	sources_free(s);
}

TEST(sources_are_bounded)
{
	struct sources *s = sources_create(&hand, 0);
	char name[32];

	for (int i = 0; i < SOURCES_MAX + 5; i++) {
		(void)snprintf(name, sizeof(name), "source %d", i);
		(void)sources_get(s, str_of(name));
	}
	CHECK("the rest is one", sources_get(s, STR("a")) == sources_get(s, STR("b")));
	CHECK("the first is itself", sources_get(s, STR("source 0")) != sources_get(s, STR("a")));
	sources_free(s);
}

TEST(sources_let_through_at_a_rate)
{
	static const struct {
		const char *row;
		int64_t passes_ms;
		size_t events;
		bool may;
		int64_t retry_s;
	} rows[] = {
		{ "a second's worth", 0, 100, true, 0 },
		{ "one more", 0, 1, false, 1 },
		{ "a little later", 10, 1, true, 0 },
		{ "not so many", 500, 60, false, 1 },
		{ "so many", 100, 60, true, 0 },
		{ "a large one when it is full", 2000, 1000, true, 0 },
		{ "is paid for", 1000, 1, false, 9 },
		{ "in the end", 9000, 1, true, 0 },
	};
	struct sources *s = sources_create(&hand, 100);
	struct source *x = sources_get(s, STR("x"));

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t retry_s = 0;
		now_ns += rows[i].passes_ms * 1000000;
		CHECK(rows[i].row, source_may_send(x, rows[i].events, &retry_s) == rows[i].may);
		CHECK(rows[i].row, retry_s == rows[i].retry_s);
	}
	sources_free(s);
}
