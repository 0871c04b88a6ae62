/* tests/base_json_test.c - JSON: what is read, what is refused and where, what is written. */
#include "base/json.h"
#include "base/json_internal.h"
#include "base/random.h"
#include "test.h"

#include <string.h>

/* Text in, compact text out, or the kebab name of the refusal. */
static str around(struct arena *arena, str text, const struct json_limits *limits)
{
	struct json_parser *parser = json_parser_create(limits);
	struct strbuf out = strbuf_in(arena, 1 << 20);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);
	struct why why = { 0 };
	struct json tree;

	if (json_parse(parser, text, arena, &tree, &why) == OK)
		json_put_tree(&w, &tree);
	else
		strbuf_printf(&out, "%s %d:%d+%d", message_kebab(why.message).ptr, (int)why.line,
			(int)why.column, (int)why.offset);
	json_parser_free(parser);
	return strbuf_str(&out);
}

static const struct {
	const char *row;
	str in, out;
} texts[] = {
#define R(row, in, out) \
	{ \
		row, STR_INIT(in), STR_INIT(out) \
	}
#define SAME(row, in) R(row, in, in)
	/* clang-format off */
	SAME("null", "null"), SAME("true", "true"), SAME("false", "false"), SAME("zero", "0"),
	SAME("negative", "-17"), SAME("empty object", "{}"), SAME("empty array", "[]"),
	SAME("duplicates kept in order", "{\"a\":1,\"b\":2,\"a\":3}"),
	SAME("least", "-9223372036854775808"), SAME("most", "9223372036854775807"),
	SAME("one more stays text", "[9223372036854775808,1]"),
	SAME("uint64 most", "18446744073709551615"),
	SAME("beyond 64 bits", "{\"n\":123456789012345678901234567890}"),
	SAME("beyond double", "[1e400,-1e400]"),
	R("nearer to 0 than any double", "[1e-400,-0.0000e-999999]", "[0.0,-0.0]"),
	R("minus nothing", "[-0,-0.0,0e5]", "[0,-0.0,0.0]"),
	R("floats", "[1.0,1.50,1E2,0.1,1e22,1e21,123456789012.5]",
		"[1.0,1.5,100.0,0.1,1e+22,1e+21,123456789012.5]"),
	SAME("float extremes", "[5e-324,1.7976931348623157e+308,2.2250738585072014e-308]"),
	R("space", " \t\r\n[ 1 ,\n2 ] \n", "[1,2]"),
	R("escapes", "\"\\u0041\\/\\b\\f\\n\\r\\t\\\"\\\\\\u00e9\\u0000\"",
		"\"A/\\b\\f\\n\\r\\t\\\"\\\\\xc3\xa9\\u0000\""),
	R("pair", "\"\\ud83d\\ude00 \\uD83D\\uDE00\"", "\"\xf0\x9f\x98\x80 \xf0\x9f\x98\x80\""),
	R("line separators", "\"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\"",
		"\"\\u2028\\u2029\xe2\x80\xaa\""),
	SAME("delete", "\"\\u007f\""),
	SAME("deep as allowed", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
	R("one deeper", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",		"json-depth 1:65+64"),
	R("nothing", "", "json-ends 1:1+0"), R("only space", " \n ", "json-ends 2:2+3"),
	R("open array", "[1,", "json-ends 1:4+3"), R("open object", "{\"a\":", "json-ends 1:6+5"),
	R("open string", "\"abc", "json-ends 1:5+4"), R("open escape", "\"\\", "json-ends 1:3+2"),
	R("comma last", "[1,]", "json-unexpected 1:4+3"),
	R("comma last in object", "{\"a\":1,}", "json-unexpected 1:8+7"),
	R("comma first", "[,1]", "json-unexpected 1:2+1"), R("two commas", "[1,,2]", "json-unexpected 1:4+3"),
	R("no comma", "[1 2]", "json-unexpected 1:4+3"), R("no colon", "{\"a\" 1}", "json-unexpected 1:6+5"),
	R("key no string", "{1:1}", "json-unexpected 1:2+1"), R("single quotes", "['a']", "json-unexpected 1:2+1"),
	R("mismatch", "[1}", "json-unexpected 1:3+2"), R("comment", "[1/*x*/]", "json-unexpected 1:3+2"),
	R("byte order mark", "\xef\xbb\xbf[]", "json-unexpected 1:1+0"),
	R("capital", "True", "json-unexpected 1:1+0"), R("nan", "NaN", "json-unexpected 1:1+0"),
	R("infinity", "-Infinity", "json-number 1:1+0"), R("word cut", "nul", "json-unexpected 1:1+0"),
	R("word and more", "nullx", "json-trailing 1:5+4"), R("two values", "1 2", "json-trailing 1:3+2"),
	R("garbage after", "{}]", "json-trailing 1:3+2"), R("nul after", "[]\0", "json-trailing 1:3+2"),
	R("leading zero", "[01]", "json-number 1:2+1"), R("plus", "[+1]", "json-unexpected 1:2+1"),
	R("bare point", "[.5]", "json-unexpected 1:2+1"), R("point last", "[1.]", "json-number 1:2+1"),
	R("no exponent", "[1e]", "json-number 1:2+1"), R("no exponent digits", "[1e+]", "json-number 1:2+1"),
	R("minus alone", "[-]", "json-number 1:2+1"), R("minus zero one", "[-01]", "json-number 1:2+1"),
	R("hexadecimal", "[0x1]", "json-unexpected 1:3+2"),
	R("tab in string", "[\"\t\"]", "json-control 1:3+2"), R("newline in string", "[\n\"a\n\"]", "json-control 2:3+4"),
	R("nul in string", "\"\0\"", "json-control 1:2+1"), R("bad escape", "\"\\x41\"", "json-escape 1:2+1"),
	R("short unicode", "\"\\u00\"", "json-escape 1:2+1"), R("bad hex", "\"\\u00g0\"", "json-escape 1:2+1"),
	R("high alone", "\"\\ud800\"", "json-surrogate 1:2+1"), R("low alone", "\"\\udc00\"", "json-surrogate 1:2+1"),
	R("high then letter", "\"\\ud800a\"", "json-surrogate 1:2+1"),
	R("high high", "\"\\ud800\\ud800\"", "json-surrogate 1:2+1"),
	R("latin 1", "[\"\xc3\xa9\xe9\"]", "json-not-utf8 1:4+4"), R("overlong", "\"\xc0\x80\"", "json-not-utf8 1:2+1"),
	R("surrogate in UTF-8", "\"\xed\xa0\x80\"", "json-not-utf8 1:2+1"),
	R("utf-8 cut", "\"\xe2\x82", "json-not-utf8 1:2+1"),
/* clang-format on */
#undef SAME
#undef R
};

TEST(json_reads_and_refuses)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		CHECK(texts[i].row, str_equal(around(arena, texts[i].in, NULL), texts[i].out));
	}
}

/* The plain parser alone gives the same answers. */
TEST(json_parsers_agree)
{
	static const struct json_limits limits = { 1 << 20, JSON_DEPTH_MAX, 1000 };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct json_parser *parser = json_parser_create(NULL);
		struct json_plain *plain = json_plain_create();
		struct json a, b;
		struct why why = { 0 };
		err e = json_parse(parser, texts[i].in, arena, &a, NULL);
		err f = json_plain_parse(plain, texts[i].in, &limits, arena, &b, &why);
		CHECK(texts[i].row, e == f);
		CHECK(texts[i].row, e != OK || json_equal(&a, &b));
		json_plain_free(plain);
		json_parser_free(parser);
	}
}

TEST(json_limits_hold)
{
	static const struct {
		const char *row;
		struct json_limits limits;
		str in, out;
	} rows[] = {
		{ "bytes", { .bytes = 4 }, STR_INIT("[1,2]"), STR_INIT("json-bytes 0:0+0") },
		{ "bytes met", { .bytes = 5 }, STR_INIT("[1,2]"), STR_INIT("[1,2]") },
		{ "depth", { .depth = 1 }, STR_INIT("[1,[]]"), STR_INIT("json-depth 1:4+3") },
		{ "depth met", { .depth = 2 }, STR_INIT("[1,[]]"), STR_INIT("[1,[]]") },
		{ "scalar in depth 1", { .depth = 1 }, STR_INIT("[1]"), STR_INIT("[1]") },
		{ "nodes", { .nodes = 3 }, STR_INIT("[1,2,3]"), STR_INIT("json-nodes 1:6+5") },
		{ "nodes met", { .nodes = 4 }, STR_INIT("[1,2,3]"), STR_INIT("[1,2,3]") },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		CHECK(rows[i].row,
			str_equal(around(arena, rows[i].in, &rows[i].limits), rows[i].out));
	}
}

/* Each allocation may be the one that meets the limit, in both parsers. */
TEST(json_full_arena)
{
	static const str words[] = { STR_INIT("{\"a\":[1,\"x\",{}],\"b\":null}"),
		STR_INIT("{\"a\":[1e999,\"\\ud83d\\ude00\",{}],\"b\":null}") };
	struct json_parser *parser = json_parser_create(NULL);

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		err e = ERR_LIMIT;
		unsigned n = 0;
		while (e != OK && n < 100) {
			AUTO_ARENA arena = arena_create(1 << 20);
			struct json tree = { .kind = JSON_STRING };
			arena_fail_at(arena, ++n);
			e = json_parse(parser, words[i], arena, &tree, NULL);
			CHECK("code", e == OK || e == ERR_LIMIT);
			CHECK("untouched", e == OK || tree.kind == JSON_STRING);
		}
		CHECK("ends", e == OK && n > 2);
	}
	json_parser_free(parser);
}

/* Random doubles of all sizes: the text reads back as the same bits. */
TEST(json_floats_read_back)
{
	struct random random = random_of(11);
	struct json_parser *parser = json_parser_create(NULL);
	AUTO_ARENA arena = arena_create(1 << 20);

	for (int i = 0; i < 20000; i++) {
		char text[JSON_FLOAT_BYTES];
		uint64_t bits = random_next(&random);
		double number;
		struct json back;
		memcpy(&number, &bits, sizeof(number));
		if ((bits >> 52 & 0x7ff) == 0x7ff)
			continue;
		str written = { text, json_float_text(number, text) };
		arena_reset(arena);
		err e = json_parse(parser, written, arena, &back, NULL);
		CHECK("reads", e == OK && back.kind == JSON_FLOAT);
		CHECK("same", memcmp(&back.number, &number, sizeof(number)) == 0);
	}
	json_parser_free(parser);
}

TEST(json_writes_what_is_asked)
{
	AUTO_ARENA arena = arena_create(1 << 16);
	struct strbuf out = strbuf_in(arena, 1 << 14);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_put_key(&w, STR("a"));
	json_put_array(&w);
	json_put_uint(&w, UINT64_MAX);
	json_put_uint(&w, 7);
	json_put_float(&w, 2);
	json_put_bool(&w, false);
	json_put_end(&w);
	json_put_key(&w, STR("b"));
	json_put_object(&w);
	json_put_end(&w);
	json_put_key(&w, STR("c"));
	json_put_raw(&w, STR("[]"));
	json_put_key(&w, STR("d"));
	json_put_string(&w, STR("\xff\xe2\x80"));
	json_put_end(&w);
	CHECK("text", str_equal(strbuf_str(&out),
			      STR("{\n  \"a\": [\n    18446744073709551615,\n    7,\n    2.0,\n"
				  "    false\n  ],\n  \"b\": {},\n  \"c\": [],\n"
				  "  \"d\": \"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n}")));
}

TEST(json_looks_into_objects)
{
	AUTO_ARENA arena = arena_create(1 << 16);
	struct json_parser *parser = json_parser_create(NULL);
	struct json tree;
	err e = json_parse(parser, STR("{\"s\":\"x\",\"i\":5,\"b\":true,\"f\":1.5,\"i\":6}"), arena,
		&tree, NULL);

	CHECK("parsed", e == OK);
	CHECK("string", str_equal(json_get_string(&tree, STR("s"), STR("")), STR("x")));
	CHECK("the first of two", json_get_int(&tree, STR("i"), 0) == 5);
	CHECK("boolean", json_get_bool(&tree, STR("b"), false));
	CHECK("absent", json_get(&tree, STR("z")) == NULL && json_get_int(&tree, STR("z"), 9) == 9);
	CHECK("other kind", json_get_int(&tree, STR("f"), 9) == 9);
	CHECK("no object", json_get(json_get(&tree, STR("s")), STR("x")) == NULL);
	json_parser_free(parser);
}

TEST(json_number_is_a_number_and_nothing_else)
{
	static const struct {
		str text;
		bool ok;
		double number;
	} rows[] = {
		{ STR_INIT("7"), true, 7 },
		{ STR_INIT("-7.5"), true, -7.5 },
		{ STR_INIT("1e3"), true, 1000 },
		{ STR_INIT("1e-999"), true, 0 },
		{ STR_INIT("1e999"), false, 0 },
		{ STR_INIT(""), false, 0 },
		{ STR_INIT("."), false, 0 },
		{ STR_INIT("-"), false, 0 },
		{ STR_INIT("e"), false, 0 },
		{ STR_INIT("0e"), false, 0 },
		{ STR_INIT("1e-"), false, 0 },
		{ STR_INIT("+0"), false, 0 },
		{ STR_INIT("0 "), false, 0 },
		{ STR_INIT("inf"), false, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(4096);
		char *exact = arena_alloc(arena, MAX_OF(rows[i].text.len, (size_t)1));
		memcpy(exact, rows[i].text.ptr, rows[i].text.len); /* nothing behind it */
		double number = 0;
		bool ok = json_number((str){ exact, rows[i].text.len }, &number);
		CHECK(rows[i].text.ptr, ok == rows[i].ok);
		CHECK(rows[i].text.ptr,
			json_equal(&(struct json){ .kind = JSON_FLOAT, .number = number },
				&(struct json){ .kind = JSON_FLOAT, .number = rows[i].number }));
	}
}
