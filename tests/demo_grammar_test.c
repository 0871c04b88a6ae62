/* tests/demo_grammar_test.c - the form of a grammar, what it may not be, and what comes of it. */
#include "demo/grammar.h"
#include "test.h"

static const str colours[] = { STR_INIT("red"), STR_INIT("blue") };
static const struct grammar_dimension dimensions[] = { { STR_INIT("colour"), colours, 2 } };

static err parse(const char *text, struct arena *arena, const struct grammar **out, struct why *why)
{
	const struct grammar_text texts[] = { { STR("g.txt"), str_of(text) } };

	return grammar_parse(texts, 1, dimensions, 1, arena, out, why);
}

TEST(grammars_that_are_none)
{
	static const struct {
		const char *name, *text;
		enum message message;
		int64_t line;
	} rows[] = {
		{ "an alternative of nothing", "  a\n", MSG_GRAMMAR_FORM, 1 },
		{ "a rule without alternatives", "a\nb\n  x\n", MSG_GRAMMAR_FORM, 1 },
		{ "a name with a space", "a b\n  x\n", MSG_GRAMMAR_FORM, 1 },
		{ "a rule twice", "a\n  x\na\n  y\n", MSG_GRAMMAR_TWICE, 3 },
		{ "an unknown rule", "a\n  x\n  <b>\n", MSG_GRAMMAR_UNKNOWN, 3 },
		{ "an unknown dimension", "a\n  <b:size>\n", MSG_GRAMMAR_UNKNOWN, 2 },
		{ "a value without its rule", "a\n  <b:colour>\nb.red\n  x\n", MSG_GRAMMAR_UNKNOWN,
			2 },
		{ "an unknown slot", "a\n  {s}\n", MSG_GRAMMAR_UNKNOWN, 2 },
		{ "open parenthesis", "a\n  (b|c\n", MSG_GRAMMAR_FORM, 2 },
		{ "closing only", "a\n  b)\n", MSG_GRAMMAR_FORM, 2 },
		{ "open bracket", "a\n  <b\n", MSG_GRAMMAR_FORM, 2 },
		{ "a bar alone", "a\n  b|c\n", MSG_GRAMMAR_FORM, 2 },
		{ "a range backwards", "a\n  #5-2#\n", MSG_GRAMMAR_FORM, 2 },
		{ "a range without its end", "a\n  #5-\n", MSG_GRAMMAR_FORM, 2 },
		{ "an unknown escape", "a\n  \\t\n", MSG_GRAMMAR_FORM, 2 },
		{ "too deep", "a\n  ((((((((((x))))))))))\n", MSG_GRAMMAR_FORM, 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(4 << 20);
		const struct grammar *g = NULL;
		struct why why = { 0 };
		CHECK(rows[i].name, parse(rows[i].text, arena, &g, &why) != OK && g == NULL);
		CHECK(rows[i].name, why.message == rows[i].message && why.line == rows[i].line);
	}
}

TEST(grammars_that_are_not_whole)
{
	static const struct {
		const char *name, *text;
		enum message message;
	} rows[] = {
		{ "whole", "a\n  <b> {s}\nb\n  x\nslot.s\n  y\n", MSG_NONE },
		{ "unreached", "a\n  x\nb\n  y\n", MSG_GRAMMAR_UNREACHED },
		{ "a circle", "a\n  [<b>]\nb\n  <a>\n", MSG_GRAMMAR_CIRCLE },
		{ "a circle by a slot", "a\n  {s}\nslot.s\n  {s}\n", MSG_GRAMMAR_CIRCLE },
		{ "no root", "b\n  x\n", MSG_GRAMMAR_UNKNOWN },
	};
	static const str root = STR_INIT("a");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(4 << 20);
		const struct grammar *g;
		struct why why = { 0 };
		CHECK(rows[i].name, parse(rows[i].text, arena, &g, &why) == OK);
		(void)grammar_check(g, &root, 1, &why);
		CHECK(rows[i].name, why.message == rows[i].message);
	}
}

/* Whatever the seed, the text is one of two. */
TEST(what_grammars_make)
{
	static const struct {
		const char *name, *text, *one, *other;
	} rows[] = {
		{ "text", "a\n  b & c # d\n", "b & c # d", "b & c # d" },
		{ "alternatives", "a\n  x\n  y\n", "x", "y" },
		{ "a choice", "a\n  1(2|)3\n", "123", "13" },
		{ "an option", "a\n  1[2]3\n", "123", "13" },
		{ "any order", "a\n  &(1|2)\n", "1 2", "2 1" },
		{ "a range", "a\n  #9-10#\n", "9", "10" },
		{ "a range with digits", "a\n  #08-09#\n", "08", "09" },
		{ "by a dimension", "a\n  <b:colour>\nb.red\n  r\nb.blue\n  u\n", "u", "u" },
		{ "a slot, twice the same", "a\n  {s}{s}\nslot.s\n  x\n  y\n", "xx", "yy" },
		{ "a slot that is given", "a\n  {t}{t}\nslot.t\n  x\n", "TT", "TT" },
		{ "an end of line", "a\n  1\\n2\n", "1\n2", "1\n2" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(4 << 20);
		const struct grammar *g;
		bool one = false, other = false;
		CHECK(rows[i].name, parse(rows[i].text, arena, &g, NULL) == OK);
		struct grammar_case of = { .dimensions = { 1 } };
		if (grammar_slot(g, STR("t")) >= 0)
			of.slots[grammar_slot(g, STR("t"))] = STR("T");
		for (uint64_t seed = 0; seed < 40; seed++) {
			struct random random = random_of(seed);
			struct strbuf out = strbuf_in(arena, 100);
			grammar_expand(g, grammar_rule(g, STR("a")), &of, &random, &out);
			str made = strbuf_str(&out);
			bool is_one = str_equal(made, str_of(rows[i].one));
			bool is_other = str_equal(made, str_of(rows[i].other));
			CHECK(rows[i].name, is_one || is_other);
			one = one || is_one;
			other = other || is_other;
		}
		CHECK(rows[i].name, one && other);
	}
}

TEST(texts_are_tidied)
{
	static const struct {
		const char *raw, *tidy;
	} rows[] = {
		{ "a  b , c .", "A b, c." },
		{ "one. two! three? four", "One. Two! Three? Four" },
		{ "\xc3\xa9t\xc3\xa9. \xc3\xa0 demain", "\xc3\x89t\xc3\xa9. \xc3\x80 demain" },
		{ "M. petit", "M. petit" },
		{ "wait... more", "Wait... more" },
		{ "j' ai", "J'ai" },
		{ "celle de avril, celle de mars", "Celle d'avril, celle de mars" },
		{ "le relevé de août", "Le relevé d'août" },
		{ "so ?.", "So ?" },
		{ "done,.", "Done." },
		{ "done. .", "Done." },
		{ "a\n b", "A\nB" },
		{ "( x )", "(X)" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct strbuf out = strbuf_heap(200);
		grammar_tidy(str_of(rows[i].raw), &out);
		strbuf_add_byte(&out, '\0');
		CHECK(out.ptr, str_equal(str_of(out.ptr), str_of(rows[i].tidy)));
		strbuf_done(&out);
	}
}

TEST(a_grammar_meets_the_limit_of_its_arena)
{
	for (unsigned n = 1; n < 200; n++) {
		AUTO_ARENA arena = arena_create(4 << 20);
		const struct grammar *g = NULL;
		struct why why = { 0 };
		arena_fail_at(arena, n);
		err e = parse("a\n  (x|[y]) <b:colour> {s}\nb.red\n  1\nb.blue\n  2\nslot.s\n  z\n",
			arena, &g, &why);
		CHECK("limit or done", e == OK ? g != NULL : e == ERR_LIMIT && g == NULL);
		if (e == OK)
			return;
	}
	CHECK("it ends", false);
}
