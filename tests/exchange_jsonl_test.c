/* tests/exchange_jsonl_test.c - JSON lines: calls become records, records come back as they were.
 */
#include "exchange/jsonl.h"

#include "base/file.h"
#include "base/schema.h"
#include "event/codec.h"
#include "exchange/native.h"
#include "support/memory_stream.h"
#include "support/random_record.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

/* Reads `text`, and gives each record as a native line, each reject as "! kebab line:column". */
static str told(struct arena *arena, str text, const struct jsonl_options *options, size_t step,
	struct read_summary *summary)
{
	struct strbuf out = strbuf_in(arena, 1 << 22);
	struct memory_input input = memory_input_of(text, step);
	struct telling_sink sink = telling_sink_of(&out);
	struct why why = { 0 };
	err e = jsonl_read(&input.input, options, &sink.sink, summary, &why);

	CHECK("read", e == OK);
	return strbuf_str(&out);
}

#define CALL(type, rest) \
	"{\"type\":\"" type "\",\"userId\":\"u1\",\"timestamp\":\"2026-03-14T15:09:26.535Z\"" rest \
	"}"
#define AT "\"time\":\"2026-03-14T15:09:26.535Z\""
#define U1 "\"identifiers\":[{\"type\":\"user_id\",\"value\":\"u1\"}]"
#define EVENT(channel, activity, rest) \
	"{\"type\":\"ariane.record\",\"kind\":\"event\"," AT ",\"channel\":\"" channel \
	"\",\"activity\":\"" activity "\"," rest "}\n"

static const struct {
	const char *row;
	str in, out;
} rows[] = {
#define R(row, in, out) \
	{ \
		row, STR_INIT(in), STR_INIT(out) \
	}
	/* clang-format off */
	R("nothing", "", ""), R("blank lines", "\n\r\n  \t\n\n", ""), R("only a mark", "\xef\xbb\xbf", ""),
	R("track", CALL("track", ",\"event\":\"Order Completed\",\"properties\":{\"total\":12.5,\"n\":3,\"list\":[null,true,\"x\"]}") "\n",
		EVENT("backoffice", "Order Completed", U1 ",\"attributes\":{\"total\":12.5,\"n\":3,\"list\":[null,true,\"x\"]}")),
	R("no end of line, a mark", "\xef\xbb\xbf" CALL("identify", ""), EVENT("backoffice", "Identify", U1)),
	R("CRLF", CALL("identify", "") "\r\n\r\n" CALL("group", "") "\r\n", EVENT("backoffice", "Identify", U1) EVENT("backoffice", "Group", U1)),
	R("page", CALL("page", ""), EVENT("web", "Page Viewed", U1)),
	R("page with a name", CALL("page", ",\"name\":\"Pricing\",\"category\":\"Docs\""),
		EVENT("web", "Page Viewed: Pricing", U1 ",\"attributes\":{\"name\":\"Pricing\",\"category\":\"Docs\"}")),
	R("screen", CALL("screen", ",\"name\":\"Cart\",\"channel\":\"server\""),
		EVENT("app", "Screen Viewed: Cart", U1 ",\"attributes\":{\"name\":\"Cart\",\"channel\":\"server\"}")),
	R("identify", CALL("identify", ",\"traits\":{\"email\":\"J@x.fr\",\"phone\":\"+33 1\",\"plan\":\"gold\"}"),
		EVENT("backoffice", "Identify", "\"identifiers\":[{\"type\":\"user_id\",\"value\":\"u1\"},{\"type\":\"email\",\"value\":\"J@x.fr\"},"
			"{\"type\":\"phone\",\"value\":\"+33 1\"}],\"traits\":{\"email\":\"J@x.fr\",\"phone\":\"+33 1\",\"plan\":\"gold\"}")),
	R("a group's e-mail is nobody's", CALL("group", ",\"groupId\":42,\"traits\":{\"email\":\"info@x.fr\"}"),
		EVENT("backoffice", "Group", U1 ",\"attributes\":{\"traits\":{\"email\":\"info@x.fr\"}},\"objects\":[{\"type\":\"group\",\"id\":\"42\"}]")),
	R("alias", CALL("alias", ",\"previousId\":\"a1\""),
		EVENT("backoffice", "Alias", "\"identifiers\":[{\"type\":\"user_id\",\"value\":\"u1\"},{\"type\":\"user_id\",\"value\":\"a1\"},"
			"{\"type\":\"anonymous_id\",\"value\":\"a1\"}]")),
	R("anonymous and message id", CALL("track", ",\"event\":\"x\",\"anonymousId\":\"a9\",\"messageId\":\"m1\""),
		"{\"type\":\"ariane.record\",\"kind\":\"event\"," AT ",\"message_id\":\"m1\",\"channel\":\"backoffice\",\"activity\":\"x\","
		"\"identifiers\":[{\"type\":\"user_id\",\"value\":\"u1\"},{\"type\":\"anonymous_id\",\"value\":\"a9\"}]}\n"),
	R("context kept, its traits moved", CALL("track", ",\"event\":\"x\",\"context\":{\"ip\":\"1.2.3.4\",\"page\":{\"url\":\"/\"},\"traits\":{\"email\":\"a@b\"}}"),
		EVENT("web", "x", "\"identifiers\":[{\"type\":\"user_id\",\"value\":\"u1\"},{\"type\":\"email\",\"value\":\"a@b\"}],"
			"\"attributes\":{\"context\":{\"ip\":\"1.2.3.4\",\"page\":{\"url\":\"/\"}}},\"traits\":{\"email\":\"a@b\"}")),
	R("external ids", CALL("track", ",\"event\":\"x\",\"context\":{\"externalIds\":[{\"id\":\"e1\",\"type\":\"GA Client\",\"collection\":\"users\"},"
			"{\"id\":\"acc\",\"type\":\"account\",\"collection\":\"accounts\"}]}"),
		EVENT("backoffice", "x", "\"identifiers\":[{\"type\":\"user_id\",\"value\":\"u1\"},{\"type\":\"ga_client\",\"value\":\"e1\"}],"
			"\"attributes\":{\"context\":{\"externalIds\":[{\"id\":\"e1\",\"type\":\"GA Client\",\"collection\":\"users\"},"
			"{\"id\":\"acc\",\"type\":\"account\",\"collection\":\"accounts\"}]}}")),
	R("library", CALL("track", ",\"event\":\"x\",\"context\":{\"library\":{\"name\":\"analytics-iOS\"}}"),
		EVENT("app", "x", U1 ",\"attributes\":{\"context\":{\"library\":{\"name\":\"analytics-iOS\"}}}")),
	R("told channel", CALL("track", ",\"event\":\"x\",\"channel\":\"browser\""), EVENT("web", "x", U1 ",\"attributes\":{\"channel\":\"browser\"}")),
	R("own channel", CALL("track", ",\"event\":\"x\",\"channel\":\"store\""), EVENT("store", "x", U1 ",\"attributes\":{\"channel\":\"store\"}")),
	R("unknown members kept", CALL("track", ",\"event\":\"x\",\"integrations\":{\"All\":false},\"version\":2,\"properties\":{\"\":1}"),
		EVENT("backoffice", "x", U1 ",\"attributes\":{\"integrations\":{\"All\":false},\"version\":2,\"properties\":{\"\":1}}")),
	R("repeated keys kept", CALL("track", ",\"event\":\"x\",\"properties\":{\"a\":1,\"a\":2}"), EVENT("backoffice", "x", U1 ",\"attributes\":{\"$map\":[[\"a\",1],[\"a\",2]]}")),
	R("null ids", "{\"type\":\"identify\",\"userId\":null,\"anonymousId\":7,\"timestamp\":\"2026-03-14T15:09:26.535Z\"}",
		EVENT("backoffice", "Identify", "\"identifiers\":[{\"type\":\"anonymous_id\",\"value\":\"7\"}]")),
	R("a clock an hour behind",
		"{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"x\",\"originalTimestamp\":\"2026-03-14T14:09:20.0355Z\",\"sentAt\":\"2026-03-14T14:09:30.0005Z\",\"receivedAt\":\"2026-03-14T15:09:36.500Z\"}",
		EVENT("backoffice", "x", U1 ",\"attributes\":{\"originalTimestamp\":{\"$time\":\"2026-03-14T14:09:20.035500Z\"},"
			"\"sentAt\":{\"$time\":\"2026-03-14T14:09:30.000500Z\"},\"receivedAt\":{\"$time\":\"2026-03-14T15:09:36.500Z\"}}")),
	R("batch", "{\"batch\":[" CALL("identify", ",\"context\":{\"ip\":\"2\"}") ",{\"type\":\"group\",\"timestamp\":\"2026-03-14T15:09:26.535Z\"}],\"context\":{\"ip\":\"1\",\"locale\":\"fr\"},\"userId\":\"u1\"}",
		EVENT("backoffice", "Identify", U1 ",\"attributes\":{\"context\":{\"ip\":\"2\",\"locale\":\"fr\"}}")
		EVENT("backoffice", "Group", U1 ",\"attributes\":{\"context\":{\"ip\":\"1\",\"locale\":\"fr\"}}")),
	R("one bad call of a batch", "{\"batch\":[{\"type\":\"x\"},7," CALL("group", "") "],\"a\":1}",
		"! segment-type 1:1+0 {\"type\":\"x\",\"a\":1}\n! jsonl-not-object 1:1+0 7\n" EVENT("backoffice", "Group", U1 ",\"attributes\":{\"a\":1}")),
	R("bad lines between good", "{]\n" CALL("group", "") "\n[1]\nnull\n{\"type\":\"sing\"}\n{\"type\":\"track\",\"timestamp\":\"soon\"}\n{\"type\":\"track\",\"timestamp\":1}\n{\"type\":\"track\"} x\n",
		"! json-unexpected 1:2+1 {]\n" EVENT("backoffice", "Group", U1) "! jsonl-not-object 3:1+73 [1]\n! jsonl-not-object 4:1+77 null\n"
		"! segment-type 5:1+82 {\"type\":\"sing\"}\n! time-format 6:1+98 {\"type\":\"track\",\"timestamp\":\"soon\"}\n"
		"! segment-time 7:1+134 {\"type\":\"track\",\"timestamp\":1}\n! json-trailing 8:18+182 {\"type\":\"track\"} x\n"),
	R("native, no type of event", "{\"type\":\"ariane.record\",\"kind\":\"entity\",\"attributes\":{\"a\":{\"$time\":\"2026-03-14T16:09:26.535123456+01:00\"}}}",
		"{\"type\":\"ariane.record\",\"kind\":\"entity\",\"attributes\":{\"a\":{\"$time\":\"2026-03-14T16:09:26.535123456+01:00\"}}}\n"),
	R("native, most target", "{\"type\":\"ariane.record\",\"kind\":\"retraction\",\"target\":18446744073709551615,\"payload\":\"00ff\"}",
		"{\"type\":\"ariane.record\",\"kind\":\"retraction\",\"target\":18446744073709551615,\"payload\":\"00ff\"}\n"),
	R("native, unknown member", "{\"type\":\"ariane.record\",\"colour\":1}", "! native-form 1:1+0 {\"type\":\"ariane.record\",\"colour\":1}\n"),
	R("native, member twice", "{\"type\":\"ariane.record\",\"case\":\"1\",\"case\":\"2\"}", "! native-form 1:1+0 {\"type\":\"ariane.record\",\"case\":\"1\",\"case\":\"2\"}\n"),
	R("native, unknown escape", "{\"type\":\"ariane.record\",\"traits\":{\"a\":{\"$x\":1}}}", "! native-form 1:1+0 {\"type\":\"ariane.record\",\"traits\":{\"a\":{\"$x\":1}}}\n"),
	R("native, bad pair", "{\"type\":\"ariane.record\",\"traits\":{\"$map\":[[1,2]]}}", "! native-form 1:1+0 {\"type\":\"ariane.record\",\"traits\":{\"$map\":[[1,2]]}}\n"),
	R("native, bad payload", "{\"type\":\"ariane.record\",\"payload\":\"0g\"}", "! native-form 1:1+0 {\"type\":\"ariane.record\",\"payload\":\"0g\"}\n"),
	R("native, target too large", "{\"type\":\"ariane.record\",\"target\":18446744073709551616}", "! native-form 1:1+0 {\"type\":\"ariane.record\",\"target\":18446744073709551616}\n"),
/* clang-format on */
#undef R
};

TEST(jsonl_lines_become_records)
{
	static const struct jsonl_options options;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 24);
		struct read_summary summary;
		str whole = told(arena, rows[i].in, &options, SIZE_MAX, &summary);
		CHECK(rows[i].row, str_equal(whole, rows[i].out));
		CHECK(rows[i].row, summary.bytes == rows[i].in.len);
		str bytewise = told(arena, rows[i].in, &options, 1, &summary);
		CHECK(rows[i].row, str_equal(bytewise, rows[i].out));
	}
}

TEST(jsonl_long_lines_are_skipped)
{
	static const struct {
		const char *row;
		size_t bytes;
		bool is_read;
	} lines[] = {
		{ "met", 100, true },
		{ "passed", 101, false },
		{ "by far", 3 << 20, false },
	};
	const struct jsonl_options options = { .line_bytes_max = 100 };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		AUTO_ARENA arena = arena_create(1 << 25);
		struct strbuf text = strbuf_in(arena, 1 << 23);
		struct read_summary summary;
		strbuf_add_c(&text, "{\"type\":\"identify\",\"messageId\":\"");
		while (text.len < lines[i].bytes - 2)
			strbuf_add_byte(&text, 'x');
		strbuf_add_c(&text, "\"}\n{\"type\":\"group\"}\n");
		str out = told(arena, strbuf_str(&text), &options, SIZE_MAX, &summary);
		CHECK(lines[i].row, summary.records == (lines[i].is_read ? 2 : 1));
		CHECK(lines[i].row, summary.rejects == (lines[i].is_read ? 0 : 1));
		CHECK(lines[i].row, summary.bytes == text.len);
		CHECK(lines[i].row,
			str_starts(out, STR("! jsonl-line-long 1:1+0 {")) == !lines[i].is_read);
	}
}

TEST(jsonl_server_corrects_the_clock)
{
	static const struct {
		const char *row;
		str in, time;
	} calls[] = {
		{ "corrected",
			STR_INIT("{\"type\":\"group\",\"timestamp\":\"2026-01-01T00:00:01Z\","
				 "\"sentAt\":\"2026-01-01T00:00:03Z\"}"),
			STR_INIT("\"time\":\"1970-01-01T00:16:38Z\"") },
		{ "no sentAt",
			STR_INIT("{\"type\":\"group\",\"timestamp\":\"2026-01-01T00:00:01Z\"}"),
			STR_INIT("\"time\":\"2026-01-01T00:00:01Z\"") },
		{ "no time", STR_INIT("{\"type\":\"group\"}"),
			STR_INIT("\"time\":\"1970-01-01T00:16:40Z\"") },
	};
	const struct jsonl_options options = { .received_ms = 1000000 };

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		AUTO_ARENA arena = arena_create(1 << 22);
		struct read_summary summary;
		str out = told(arena, calls[i].in, &options, SIZE_MAX, &summary);
		CHECK(calls[i].row,
			memmem(out.ptr, out.len, calls[i].time.ptr, calls[i].time.len) != NULL);
	}
}

TEST(jsonl_counts_times_without_zone)
{
	static const struct jsonl_options options;
	AUTO_ARENA arena = arena_create(1 << 22);
	struct read_summary summary;

	(void)told(arena,
		STR("{\"type\":\"group\",\"timestamp\":\"2026-01-01T00:00:01\"}\n{\"type\":"
		    "\"group\"}"),
		&options, SIZE_MAX, &summary);
	CHECK("one", summary.times_without_zone == 1 && summary.records == 2);
}

/* ---- out and in again */

static bool same_bytes(const struct record *a, const struct record *b, struct arena *arena)
{
	struct strbuf x = strbuf_in(arena, 1 << 22), y = strbuf_in(arena, 1 << 22);

	record_encode(a, &x);
	record_encode(b, &y);
	return strbuf_ok(&x) && strbuf_ok(&y) && str_equal(strbuf_str(&x), strbuf_str(&y));
}

TEST(jsonl_records_come_back)
{
	enum { COUNT = 300 };
	AUTO_ARENA arena = arena_create((size_t)1 << 29);
	struct random random = random_of(5);
	struct record *records = arena_array(arena, COUNT, sizeof(*records));
	struct strbuf text = strbuf_in(arena, (size_t)1 << 27);
	struct memory_source source = memory_source_of(records, COUNT);
	struct memory_output output = memory_output_of(&text);
	struct why why = { 0 };

	for (size_t i = 0; i < COUNT; i++)
		records[i] = random_record(&random, arena);
	err e = jsonl_write(&source.source, &output.output, &why);
	CHECK("written", e == OK && strbuf_ok(&text));

	static const struct jsonl_options options;
	struct memory_input input = memory_input_of(strbuf_str(&text), 1 << 16);
	struct keeping_sink sink = keeping_sink_of(arena, COUNT);
	struct read_summary summary;
	e = jsonl_read(&input.input, &options, &sink.sink, &summary, &why);
	CHECK("read", e == OK && sink.count == COUNT && summary.rejects == 0);
	for (size_t i = 0; i < sink.count; i++)
		CHECK("same", same_bytes(&records[i], &sink.records[i], arena));
}

/* What is written keeps to docs/schemas/record.json. */
TEST(jsonl_records_keep_to_their_schema)
{
	AUTO_ARENA arena = arena_create((size_t)1 << 28);
	struct random random = random_of(9);
	struct json_parser *parser =
		json_parser_create(&(struct json_limits){ .depth = JSONL_NESTING_MAX });
	struct json schema, line;
	struct why why = { 0 };
	str text;
	err e = disk_read_whole(disk_real(), ARIANE_SOURCE_FOLDER "/docs/schemas/record.json",
		1 << 20, arena, &text, &why);

	if (e == OK)
		e = json_parse(parser, text, arena, &schema, &why);
	CHECK("the schema", e == OK);
	for (size_t i = 0; e == OK && i < 200; i++) {
		struct record record = random_record(&random, arena);
		struct strbuf out = strbuf_in(arena, (size_t)1 << 25);
		struct json_writer w = json_writer_of(&out, JSON_COMPACT);
		native_write(&w, &record);
		e = json_parse(parser, strbuf_str(&out), arena, &line, &why);
		CHECK("JSON", e == OK);
		e = schema_check(&schema, &line, &why);
		CHECK("keeps to it", e == OK);
		if (e != OK)
			printf("%s\n%.*s\n", why.text, (int)MIN_OF(out.len, 2000u), out.ptr);
	}
	json_parser_free(parser);
}

/* ---- other people's errors */

struct stopping_sink {
	struct record_sink sink;
	int left; /* calls until it fails */
};

static err stop(struct stopping_sink *s, struct why *why)
{
	return s->left-- > 0 ? OK : fail(why, MSG_DISK_FULL, arg_c("test"));
}

static err stop_record(struct record_sink *sink, const struct record *record,
	const struct place *place, struct why *why)
{
	(void)record;
	(void)place;
	return stop((struct stopping_sink *)sink, why);
}

static err stop_reject(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)reason;
	(void)raw;
	return stop((struct stopping_sink *)sink, why);
}

static err broken_read(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	(void)input;
	(void)to;
	(void)bytes;
	(void)got;
	return fail(why, MSG_IO, arg_c("read"), arg_c("test"), arg_c("broken"));
}

static err broken_write(struct output *output, str bytes, struct why *why)
{
	(void)output;
	(void)bytes;
	return fail(why, MSG_DISK_FULL, arg_c("test"));
}

TEST(jsonl_passes_errors_on)
{
	static const struct jsonl_options options;
	const str text = STR("{\"type\":\"group\"}\nx\n{\"batch\":[{\"type\":\"group\"},1]}\n");
	struct read_summary summary;

	for (int left = 0; left <= 4; left++) {
		struct memory_input input = memory_input_of(text, 10);
		struct stopping_sink sink = { { .record = stop_record, .reject = stop_reject },
			left };
		struct why why = { 0 };
		err e = jsonl_read(&input.input, &options, &sink.sink, &summary, &why);
		CHECK("sink", e == (left < 4 ? ERR_FULL : OK));
		CHECK("words", (why.message == MSG_DISK_FULL) == (left < 4));
	}
	struct input broken = { broken_read, STR("broken") };
	struct stopping_sink sink = { { .record = stop_record, .reject = stop_reject }, 10 };
	err e = jsonl_read(&broken, &options, &sink.sink, &summary, NULL);
	CHECK("input", e == ERR_IO);

	const struct record record = { .kind = RECORD_ENTITY };
	struct memory_source source = memory_source_of(&record, 1);
	struct output output = { broken_write };
	e = jsonl_write(&source.source, &output, NULL);
	CHECK("output", e == ERR_FULL);
}
