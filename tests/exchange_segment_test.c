/* tests/exchange_segment_test.c - calls when memory runs out, and identifiers beyond the limit. */
#include "exchange/segment.h"

#include "test.h"

static const str whole_call = STR_INIT(
	"{\"type\":\"page\",\"name\":\"Home\",\"userId\":12,\"anonymousId\":\"a\",\"groupId\":7,"
	"\"messageId\":\"m\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"sentAt\":\"2026-01-01T00:00:"
	"01Z\","
	"\"properties\":{\"a\":[1,{\"b\":2}],\"\":3},\"traits\":{\"email\":\"x@y\",\"n\":[1]},"
	"\"context\":{\"externalIds\":[{\"id\":\"e\",\"type\":\"My Id\"}],\"ip\":\"1\","
	"\"traits\":{\"phone\":\"3\"}},\"integrations\":{\"All\":[true]}}");

TEST(segment_full_arena)
{
	static const struct segment_options options;
	AUTO_ARENA tree_arena = arena_create(1 << 20);
	struct json_parser *parser = json_parser_create(NULL);
	struct json call;
	err e = json_parse(parser, whole_call, tree_arena, &call, NULL);
	unsigned n = 0;

	CHECK("parsed", e == OK);
	do {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct record record = { .target = 77 };
		uint64_t without = 0;
		arena_fail_at(arena, ++n);
		e = segment_record(&call, &options, arena, &record, &without, NULL);
		CHECK("code", e == OK || e == ERR_LIMIT);
		CHECK("untouched", e == OK || record.target == 77);
	} while (e != OK && n < 100);
	CHECK("ends", e == OK && n > 8);
	json_parser_free(parser);
}

TEST(segment_too_many_identifiers)
{
	static const struct {
		const char *row;
		int count;
		err expected;
	} rows[] = { { "met", RECORD_IDENTIFIERS_MAX, OK },
		{ "passed", RECORD_IDENTIFIERS_MAX + 1, ERR_LIMIT } };
	static const struct segment_options options;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct strbuf text = strbuf_in(arena, 1 << 16);
		struct json_parser *parser = json_parser_create(NULL);
		struct json call;
		struct record record;
		uint64_t without = 0;
		strbuf_add_c(&text, "{\"type\":\"track\",\"context\":{\"externalIds\":[null");
		for (int n = 0; n < rows[i].count; n++)
			strbuf_printf(&text,
				",{\"id\":%d,\"type\":\"t\"},{\"id\":%d,\"type\":\"t\"}", n, n);
		strbuf_add_c(&text, "]}}");
		err e = json_parse(parser, strbuf_str(&text), arena, &call, NULL);
		CHECK(rows[i].row, e == OK);
		e = segment_record(&call, &options, arena, &record, &without, NULL);
		CHECK(rows[i].row, e == rows[i].expected);
		json_parser_free(parser);
	}
}

TEST(segment_batch_full_arena)
{
	AUTO_ARENA tree_arena = arena_create(1 << 20);
	struct json_parser *parser = json_parser_create(NULL);
	struct json batch, call;
	unsigned n = 0;
	err e = json_parse(parser,
		STR("{\"batch\":[{\"type\":\"page\",\"context\":{\"a\":1}}],\"context\":{\"b\":2}"
		    "}"),
		tree_arena, &batch, NULL);

	CHECK("parsed", e == OK && segment_is_batch(&batch));
	do {
		AUTO_ARENA arena = arena_create(1 << 20);
		arena_fail_at(arena, ++n);
		e = segment_of_batch(&batch, 0, arena, &call, NULL);
		CHECK("code", e == OK || e == ERR_LIMIT);
	} while (e != OK && n < 100);
	CHECK("ends", e == OK && n == 3);
	json_parser_free(parser);
}
