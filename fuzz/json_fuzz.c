/* fuzz/json_fuzz.c - both JSON parsers agree, and what is written reads back as the same tree. */
#include "base/json.h"
#include "base/json_internal.h"
#include "fuzz.h"

static const struct json_limits limits = { 1 << 20, 64, 1 << 16 };

static void check_written(const struct json *tree, enum json_style style, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, (size_t)1 << 24);
	struct json_writer w = json_writer_of(&out, style);
	struct json_parser *wide = json_parser_create(&(struct json_limits){ .depth = 64 });
	struct json back;

	json_put_tree(&w, tree);
	ASSERT(strbuf_ok(&out));
	err e = json_parse(wide, strbuf_str(&out), arena, &back, NULL);
	ASSERT(e == OK && json_equal(tree, &back));
	json_parser_free(wide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create((size_t)1 << 28);
	struct json_parser *parser = json_parser_create(&limits);
	struct json_plain *plain = json_plain_create();
	str text = { (const char *)data, size };
	struct why why = { 0 };
	struct json a, b;
	err e = json_parse(parser, text, arena, &a, NULL);
	err f = json_plain_parse(plain, text, &limits, arena, &b, &why);

	ASSERT(e == f);
	ASSERT(e != OK || json_equal(&a, &b));
	ASSERT(e == OK || (why.has_offset && (size_t)why.offset <= size && why.line > 0));
	if (e == OK) {
		check_written(&a, JSON_COMPACT, arena);
		check_written(&a, JSON_PRETTY, arena);
	}
	json_plain_free(plain);
	json_parser_free(parser);
	return 0;
}
