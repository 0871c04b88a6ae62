/* tests/exchange_body_map_test.c - documents of others as records, by a mapping. */
#include "exchange/body_map.h"

#include <stdio.h>
#include <string.h>

#include "support/record_trap.h"
#include "test.h"

enum { ARENA = 8 << 20 };
static const int64_t received_ms = INT64_C(1795000000000);

#define ORDER \
	"{\"version\":1,\"activity\":{\"template\":\"Order {status}\"},\"time\":\"at\"," \
	"\"channel\":{\"constant\":\"web\"},\"message_id\":\"id\"," \
	"\"customer\":[{\"type\":\"email\",\"column\":\"customer.email\"}]," \
	"\"attributes\":{\"all\":false}}"

static struct mapping mapping_of(const char *json, struct arena *arena)
{
	struct mapping m = mapping_default();
	struct why why = { 0 };

	if (json[0] != '\0' && mapping_parse(str_of(json), arena, &m, &why) != OK) {
		struct strbuf words = strbuf_in(arena, 4096);
		why_words(&why, LANGUAGE_ENGLISH, &words);
		strbuf_add_byte(&words, '\0');
		CHECK(words.ptr, false);
	}
	return m;
}

TEST(documents_become_records)
{
	static const struct {
		const char *row, *mapping, *body,
			*expected; /* a record, !code, or "" for one left out */
	} rows[] = {
		{ "guessed", "",
			"{\"event\":\"Paid\",\"timestamp\":\"2026-03-14T15:09:26Z\",\"email\":\"a@"
			"b.fr\","
			"\"total\":9.5,\"n\":3,\"ok\":true,\"none\":null}",
			"event 2026-03-14T15:09:26Z backoffice [Paid] email:a@b.fr total=9.5f n=3 "
			"ok=true" },
		{ "nested", "",
			"{\"event\":\"Paid\",\"email\":\"a@b.fr\",\"timestamp\":\"2026-03-14T15:09:"
			"26Z\","
			"\"lines\":[{\"price\":1},{\"price\":2}],\"a\":{\"b\":{\"c\":\"x\"}},"
			"\"empty\":{}}",
			"event 2026-03-14T15:09:26Z backoffice [Paid] email:a@b.fr lines.0.price=1 "
			"lines.1.price=2 a.b.c='x'" },
		{ "text stays text", "",
			"{\"event\":\"Paid\",\"email\":\"a@b.fr\",\"timestamp\":\"2026-03-14T15:09:"
			"26Z\","
			"\"zip\":\"75011\",\"flag\":\"true\",\"n\":75011,\"half\":\"0.5\"}",
			"event 2026-03-14T15:09:26Z backoffice [Paid] email:a@b.fr zip='75011' "
			"flag='true' "
			"n=75011 half='0.5'" },
		{ "mapped", ORDER,
			"{\"id\":7,\"status\":\"shipped\",\"at\":\"2026-03-14T15:09:26Z\","
			"\"customer\":"
			"{\"email\":\"a@b.fr\"}}",
			"event 2026-03-14T15:09:26Z web [Order shipped] email:a@b.fr @id=7" },
		{ "without a time", "", "{\"event\":\"Paid\",\"email\":\"a@b.fr\"}",
			"event 2026-11-18T11:06:40Z backoffice [Paid] email:a@b.fr" },
		{ "nobody", ORDER,
			"{\"id\":7,\"status\":\"shipped\",\"at\":\"2026-03-14T15:09:26Z\"}",
			"!record-no-identifier" },
		{ "no such time", ORDER,
			"{\"id\":7,\"status\":\"shipped\",\"at\":\"soon\",\"customer\":{\"email\":"
			"\"a@b.fr\"}}",
			"!csv-time-unknown" },
		{ "no activity", "", "{\"email\":\"a@b.fr\"}", "!csv-no-activity" },
		{ "no object", "", "7", "!jsonl-not-object" },
		{ "beside", "",
			"{\"event\":\"on\",\"userId\":\"u\",\"timestamp\":\"2026-03-14T15:09:"
			"26Z\"}",
			"event 2026-03-14T15:09:26Z backoffice [on] user_id:u" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct json_parser *parser = json_parser_create(NULL);
		struct mapping mapping = mapping_of(rows[i].mapping, arena);
		const struct body_options options = { .mapping = &mapping,
			.received_ms = received_ms };
		struct body_map *map = body_map_create(&options);
		struct strbuf words = strbuf_in(arena, 1 << 16);
		struct json document;
		struct record record;
		struct why why = { 0 };
		bool skip;
		CHECK(rows[i].row,
			json_parse(parser, str_of(rows[i].body), arena, &document, &why) == OK);
		for (int twice = 0; twice < 2; twice++) {
			strbuf_clear(&words);
			err e = body_record(map, &document, arena, &record, &skip, &why);
			if (e == OK) {
				record_words(&record, &words);
			} else {
				strbuf_add_byte(&words, '!');
				strbuf_add(&words, message_kebab(why.message));
			}
		}
		strbuf_add_byte(&words, '\0');
		if (strcmp(words.ptr, rows[i].expected) != 0) {
			(void)printf("[%s] %s\n", rows[i].row, words.ptr);
			CHECK(rows[i].row, false);
		}
		body_map_free(map);
		json_parser_free(parser);
	}
}

TEST(documents_are_found_in_a_body)
{
	static const struct {
		const char *row, *body, *path;
		size_t count; /* 99: none */
	} rows[] = {
		{ "the body", "{\"a\":1}", "", 1 },
		{ "a list", "[{},{},{}]", "", 3 },
		{ "an empty list", "[]", "", 0 },
		{ "within", "{\"data\":{\"events\":[{},{}]}}", "data.events", 2 },
		{ "one within", "{\"data\":{\"event\":{}}}", "data.event", 1 },
		{ "of a list", "{\"d\":[{\"e\":[{}]},{\"e\":[{},{}]}]}", "d.1.e", 2 },
		{ "not there", "{\"data\":1}", "events", 99 },
		{ "no list", "{\"data\":1}", "data", 99 },
		{ "behind the end", "{\"d\":[]}", "d.0", 99 },
		{ "no place", "{\"d\":[1]}", "d.x", 99 },
		{ "through a number", "{\"d\":1}", "d.x", 99 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct json_parser *parser = json_parser_create(NULL);
		struct json body;
		struct json_items out;
		struct why why = { 0 };
		CHECK(rows[i].row,
			json_parse(parser, str_of(rows[i].body), arena, &body, &why) == OK);
		err e = body_documents(&body, str_of(rows[i].path), &out, &why);
		CHECK(rows[i].row, (e == OK) == (rows[i].count != 99));
		CHECK(rows[i].row, e != OK || out.count == rows[i].count);
		json_parser_free(parser);
	}
}

TEST(documents_have_a_limit)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct json_parser *parser = json_parser_create(NULL);
	struct mapping mapping = mapping_default();
	const struct body_options options = { .mapping = &mapping };
	struct body_map *map = body_map_create(&options);
	struct strbuf text = strbuf_in(arena, 1 << 20);
	struct json document;
	struct record record;
	struct why why = { 0 };
	bool skip;

	strbuf_add_c(&text, "{\"event\":\"x\",\"a\":[0");
	for (int i = 0; i < BODY_VALUES_MAX; i++)
		strbuf_add_c(&text, ",1");
	strbuf_add_c(&text, "]}");
	CHECK("parsed", json_parse(parser, strbuf_str(&text), arena, &document, &why) == OK);
	CHECK("refused", body_record(map, &document, arena, &record, &skip, &why) == ERR_LIMIT);
	CHECK("named", why.message == MSG_BODY_FLAT);
	body_map_free(map);
	json_parser_free(parser);
}

TEST(documents_survive_a_full_arena)
{
	AUTO_ARENA whole = arena_create(ARENA);
	struct json_parser *parser = json_parser_create(NULL);
	struct mapping mapping = mapping_of(ORDER, whole);
	const struct body_options options = { .mapping = &mapping };
	struct body_map *map = body_map_create(&options);
	struct json document;
	struct why why = { 0 };
	struct record record;
	bool skip;
	err e = ERR_LIMIT;

	CHECK("parsed", json_parse(parser,
				STR("{\"id\":7,\"status\":\"s\",\"at\":\"2026-03-14T15:09:26Z\","
				    "\"customer\":{\"email\":\"a@b.fr\"},\"l\":[1,[2.5]]}"),
				whole, &document, &why) == OK);
	for (unsigned n = 0; e != OK && n < 100; n++) {
		AUTO_ARENA arena = arena_create(ARENA);
		arena_fail_at(arena, n);
		e = body_record(map, &document, arena, &record, &skip, &why);
		CHECK("a limit", e == OK || e == ERR_LIMIT);
	}
	CHECK("in the end", e == OK && record.identifier_count == 1);
	body_map_free(map);
	json_parser_free(parser);
}
