/* tests/api_target_test.c - api/target.c and api/route.c: what a first line asks for. */
#include "api/route.h"
#include "test.h"

enum { ARENA = 1 << 20 };

TEST(target_reads_paths_and_queries)
{
	static const struct {
		const char *row, *text;
		err result;
		const char *parts, *query; /* joined: | between parts, = and & as told */
	} rows[] = {
		{ "root", "/", OK, "", "" },
		{ "parts", "/api/v1/x", OK, "api|v1|x", "" },
		{ "a slash at the end", "/a/", OK, "a|", "" },
		{ "a slash within a part", "/c/email:a%2Fb", OK, "c|email:a/b", "" },
		{ "plus is itself in a path", "/a+b", OK, "a+b", "" },
		{ "query", "/x?a=1&b=2", OK, "x", "a=1&b=2" },
		{ "a name twice", "/x?a=1&a=2", OK, "x", "a=1&a=2" },
		{ "plus and escapes", "/x?z=Europe%2FParis&q=a+b%2B", OK, "x",
			"z=Europe/Paris&q=a b+" },
		{ "no value", "/x?flag&&e=", OK, "x", "flag=&e=" },
		{ "question mark in a value", "/x?a=b?c", OK, "x", "a=b?c" },
		{ "accents", "/x?n=%C3%A9t%C3%A9", OK, "x", "n=\xc3\xa9t\xc3\xa9" },
		{ "not from the root", "x", ERR_SYNTAX, NULL, NULL },
		{ "all of the server", "*", ERR_SYNTAX, NULL, NULL },
		{ "empty part", "/a//b", ERR_SYNTAX, NULL, NULL },
		{ "up", "/a/../b", ERR_SYNTAX, NULL, NULL },
		{ "up, escaped", "/a/%2e%2E/b", ERR_SYNTAX, NULL, NULL },
		{ "here", "/./a", ERR_SYNTAX, NULL, NULL },
		{ "half an escape", "/a%2", ERR_SYNTAX, NULL, NULL },
		{ "no escape", "/a%zz", ERR_SYNTAX, NULL, NULL },
		{ "a NUL", "/a%00b", ERR_SYNTAX, NULL, NULL },
		{ "not UTF-8", "/a%ff", ERR_SYNTAX, NULL, NULL },
		{ "not UTF-8 in the query", "/a?x=%c3", ERR_SYNTAX, NULL, NULL },
		{ "too deep", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", ERR_SYNTAX, NULL,
			NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct target target;
		struct why why = { 0 };
		err e = target_parse(str_of(rows[i].text), arena, &target, &why);
		CHECK(rows[i].row, e == rows[i].result);
		if (e != OK || rows[i].result != OK)
			continue;
		struct strbuf parts = strbuf_in(arena, 1000), query = strbuf_in(arena, 1000);
		for (size_t p = 0; p < target.part_count; p++) {
			strbuf_add(&parts, p > 0 ? STR("|") : STR(""));
			strbuf_add(&parts, target.parts[p]);
		}
		for (size_t q = 0; q < target.query_count; q++) {
			strbuf_add(&query, q > 0 ? STR("&") : STR(""));
			strbuf_add(&query, target.query[q].name);
			strbuf_add_byte(&query, '=');
			strbuf_add(&query, target.query[q].value);
		}
		CHECK(rows[i].row, str_equal(strbuf_str(&parts), str_of(rows[i].parts)));
		CHECK(rows[i].row, str_equal(strbuf_str(&query), str_of(rows[i].query)));
	}
}

TEST(target_has_limits)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct strbuf text = strbuf_in(arena, TARGET_BYTES_MAX * 2);
	struct target target;

	strbuf_add_byte(&text, '/');
	while (text.len < TARGET_BYTES_MAX)
		strbuf_add_byte(&text, 'a');
	CHECK("as long as may be", target_parse(strbuf_str(&text), arena, &target, NULL) == OK);
	strbuf_add_byte(&text, 'a');
	CHECK("a byte more", target_parse(strbuf_str(&text), arena, &target, NULL) == ERR_LIMIT);
	strbuf_clear(&text);
	strbuf_add(&text, STR("/x?a"));
	for (size_t i = 1; i < TARGET_QUERY_MAX; i++)
		strbuf_add(&text, STR("&a"));
	CHECK("as many as may be", target_parse(strbuf_str(&text), arena, &target, NULL) == OK);
	strbuf_add(&text, STR("&a"));
	CHECK("one more", target_parse(strbuf_str(&text), arena, &target, NULL) == ERR_LIMIT);
}

TEST(target_runs_out_of_memory_in_words)
{
	err e = ERR_LIMIT;

	for (unsigned n = 1; e != OK && n < 20; n++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct target target;
		struct why why = { 0 };
		arena_fail_at(arena, n);
		e = target_parse(STR("/a%41/b?c=%42"), arena, &target, &why);
		CHECK("an ordinary error",
			e == OK || (e == ERR_LIMIT && why.message == MSG_NO_ROOM));
	}
	CHECK("enough at last", e == OK);
}

static void nothing(struct http_exchange *x, void *context)
{
	(void)x;
	(void)context;
}

TEST(route_finds_the_first_that_fits)
{
	static const struct http_route items[] = {
		{ .method = HTTP_GET, .pattern = "/", .handle = nothing },
		{ .method = HTTP_GET, .pattern = "/a/special", .handle = nothing },
		{ .method = HTTP_GET, .pattern = "/a/{id}", .handle = nothing },
		{ .method = HTTP_DELETE, .pattern = "/a/{id}", .handle = nothing },
		{ .method = HTTP_GET, .pattern = "/a/{id}/thread", .handle = nothing },
		{ .method = HTTP_GET, .pattern = "/assets/{file...}", .handle = nothing },
	};
	static const struct {
		const char *row, *method, *path;
		int found; /* -1: none */
		unsigned methods;
		const char *parameter;
	} rows[] = {
		{ "root", "GET", "/", 0, 1, NULL },
		{ "special first", "GET", "/a/special", 1, 1 | 16, NULL },
		{ "any", "GET", "/a/7", 2, 1 | 16, "7" },
		{ "decoded", "GET", "/a/x%3Ay%2Fz", 2, 1 | 16, "x:y/z" },
		{ "HEAD is GET", "HEAD", "/a/7", 2, 1 | 16, "7" },
		{ "other method", "DELETE", "/a/7", 3, 1 | 16, "7" },
		{ "method that it has not", "POST", "/a/7", -1, 1 | 16, NULL },
		{ "deeper", "GET", "/a/7/thread", 4, 1, "7" },
		{ "an empty part is none", "GET", "/a/", -1, 0, NULL },
		{ "rest", "GET", "/assets/js/x.js", 5, 1, "js/x.js" },
		{ "no rest", "GET", "/assets", -1, 0, NULL },
		{ "too deep", "GET", "/a/7/thread/8", -1, 0, NULL },
		{ "unknown", "GET", "/b", -1, 0, NULL },
	};
	const struct http_routes table = { items, ARRAY_LEN(items), NULL };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct target target;
		enum http_method method;
		CHECK(rows[i].row, http_method_named(str_of(rows[i].method), &method));
		CHECK(rows[i].row, target_parse(str_of(rows[i].path), arena, &target, NULL) == OK);
		struct route_match m = route_find(&table, 1, method, &target, arena);
		CHECK(rows[i].row, m.route == (rows[i].found < 0 ? NULL : &items[rows[i].found]));
		CHECK(rows[i].row, m.methods == rows[i].methods);
		if (rows[i].parameter != NULL && m.parameter_count == 1)
			CHECK(rows[i].row,
				str_equal(m.parameters[0].value, str_of(rows[i].parameter)));
		CHECK(rows[i].row, m.parameter_count == (rows[i].parameter != NULL));
	}
	enum http_method ignored;
	CHECK("no method of ours", !http_method_named(STR("TRACE"), &ignored));
}
