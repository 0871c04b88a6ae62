/* tests/exchange_native_test.c - records as JSON: memory that runs out, forms that are refused. */
#include "exchange/native.h"

#include "test.h"

static const str whole_record =
	STR_INIT("{\"type\":\"ariane.record\",\"kind\":\"erasure\",\"payload\":\"00\","
		 "\"identifiers\":[{\"type\":"
		 "\"a\",\"value\":\"b\"}],\"objects\":[{\"type\":\"o\",\"id\":\"1\"}],"
		 "\"attributes\":{\"l\":[1,"
		 "{\"m\":{}}]},\"traits\":{\"$map\":[[\"a\",[2]],[\"a\",3]]}}");

TEST(native_full_arena)
{
	AUTO_ARENA tree_arena = arena_create(1 << 20);
	struct json_parser *parser = json_parser_create(NULL);
	struct json line;
	unsigned n = 0;
	err e = json_parse(parser, whole_record, tree_arena, &line, NULL);

	CHECK("parsed", e == OK && native_is_record(&line));
	do {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct record record = { .target = 77 };
		arena_fail_at(arena, ++n);
		e = native_read(&line, arena, &record, NULL);
		CHECK("code", e == OK || e == ERR_LIMIT);
		CHECK("untouched", e == OK || record.target == 77);
	} while (e != OK && n < 100);
	CHECK("ends", e == OK && n > 7);
	json_parser_free(parser);
}

TEST(native_refuses)
{
#define R(rest) "{\"type\":\"ariane.record\"," rest "}"
	static const char *const rows[] = {
		R("\"kind\":\"party\""),
		R("\"kind\":1"),
		R("\"time\":5"),
		R("\"time\":\"soon\""),
		R("\"time\":{\"$time\":\"2026-01-01\"}"),
		R("\"target\":0"),
		R("\"target\":-1"),
		R("\"target\":\"1\""),
		R("\"target\":1.0"),
		R("\"source\":1"),
		R("\"payload\":\"0\""),
		R("\"payload\":\"AB\""),
		R("\"payload\":[]"),
		R("\"identifiers\":{}"),
		R("\"identifiers\":[1]"),
		R("\"identifiers\":[{\"type\":1}]"),
		R("\"identifiers\":[{\"verified\":\"yes\"}]"),
		R("\"identifiers\":[{\"colour\":\"red\"}]"),
		R("\"objects\":[[]]"),
		R("\"objects\":[{\"id\":1}]"),
		R("\"objects\":[{\"name\":\"x\"}]"),
		R("\"attributes\":[]"),
		R("\"attributes\":{\"$time\":\"2026-01-01\"}"),
		R("\"attributes\":{\"$map\":{}}"),
		R("\"attributes\":{\"$map\":[],\"a\":1}"),
		R("\"attributes\":{\"$map\":[[\"a\"]]}"),
		R("\"attributes\":{\"a\":{\"$time\":1}}"),
		R("\"attributes\":{\"a\":{\"$time\":\"2026-02-30\"}}"),
		R("\"attributes\":{\"a\":{\"$time\":\"2026-02-03\",\"b\":1}}"),
		R("\"traits\":null"),
		R("\"attributes\":{\"a\":[{\"$\":1}]}"),
	};
#undef R

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct json_parser *parser = json_parser_create(NULL);
		struct json line;
		struct record record;
		struct why why = { 0 };
		err e = json_parse(parser, str_of(rows[i]), arena, &line, &why);
		CHECK(rows[i], e == OK && native_is_record(&line));
		e = native_read(&line, arena, &record, &why);
		CHECK(rows[i], e == ERR_SYNTAX && why.message != MSG_NONE);
		json_parser_free(parser);
	}
}
