/* journal/seal_text.c - a column of strings, in the coding that fits it; see seal.c */
#include "journal/seal_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
	PATTERN_TEXTS_MIN = 16, /* fewer strings are not worth patterns */
	PATTERN_SHARE = 8, /* a pattern must serve this many strings, on average */
	DICTIONARY_TRIED = 64, /* strings that are all different: no dictionary */
};

/* One token of one pattern, and its values. */
struct token_column {
	enum token_kind kind;
	uint32_t width;
	size_t count, cap;
	int64_t *numbers;
	char *rows;
};

/* How the strings of a pattern are cut: of the last of them, the next one follows it. */
struct shape {
	struct token *tokens;
	size_t count, column; /* the first of its columns */
};

struct patterns {
	struct names names;
	struct strbuf bytes;
	struct arena *arena;
	int64_t *codes; /* of each string */
	struct shape *shapes; /* of each pattern */
	struct token_column *columns; /* of all patterns, one for each token that is no literal */
	size_t column_count;
};

/* ---- plain: lengths, then all bytes */

static void put_plain(struct seal_streams *s, const str *texts, size_t count)
{
	int64_t *lengths = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*lengths));
	struct strbuf bytes = strbuf_heap(SIZE_MAX);

	for (size_t i = 0; i < count; i++) {
		lengths[i] = (int64_t)texts[i].len;
		strbuf_add(&bytes, texts[i]);
	}
	streams_put_ints(s, lengths, count);
	strbuf_add_varint(&s->directory, bytes.len);
	streams_put(s, strbuf_str(&bytes));
	strbuf_done(&bytes);
	free(lengths);
}

/* ---- patterns */

static void add_value(struct token_column *c, const struct token *t)
{
	bool planes = token_has_planes(c->kind);

	if (c->count == c->cap) {
		c->cap = MAX_OF(c->cap * 2, (size_t)VALUES_FIRST);
		if (planes)
			c->rows = memory_resize(c->rows, c->cap * c->width);
		else
			c->numbers = memory_resize(c->numbers, c->cap * sizeof(*c->numbers));
	}
	if (planes)
		memcpy(c->rows + c->count * c->width, t->bytes, c->width);
	else
		c->numbers[c->count] = t->number;
	c->count++;
}

/* A pattern that was not met before, and its columns. */
static void add_shape(struct patterns *p, const struct token *tokens, size_t count)
{
	size_t n = p->names.count - 1;
	struct shape shape = { .tokens = arena_array(p->arena, count + 1, sizeof(*tokens)),
		.count = count,
		.column = p->column_count };

	ASSERT(shape.tokens != NULL); /* its limit is far above what a block can hold */
	p->shapes = memory_resize(p->shapes, (n + 1) * sizeof(*p->shapes));
	p->columns = memory_resize(p->columns, (p->column_count + count + 1) * sizeof(*p->columns));
	for (size_t i = 0; i < count; i++) {
		shape.tokens[i] = tokens[i];
		if (tokens[i].kind != TOKEN_LITERAL)
			p->columns[p->column_count++] =
				(struct token_column){ .kind = tokens[i].kind,
					.width = tokens[i].width };
	}
	p->shapes[n] = shape;
}

/* The pattern of a string that follows none of the last ones; false if it has none. */
static bool name_pattern(struct patterns *p, str text, uint32_t *code)
{
	struct token tokens[SEAL_TOKENS_MAX];
	size_t n = pattern_cut(text, tokens);
	uint32_t known = p->names.count;

	if (n == 0 && text.len > 0)
		return false;
	strbuf_clear(&p->bytes);
	pattern_put(tokens, n, &p->bytes);
	*code = names_add(&p->names, strbuf_str(&p->bytes), p->arena);
	if (*code == known)
		add_shape(p, tokens, n);
	else if (n > 0)
		memcpy(p->shapes[*code].tokens, tokens, n * sizeof(*tokens));
	return true;
}

static void add_values(struct patterns *p, uint32_t code)
{
	const struct shape *shape = &p->shapes[code];
	struct token_column *c = &p->columns[shape->column];

	for (size_t i = 0; i < shape->count; i++)
		if (shape->tokens[i].kind != TOKEN_LITERAL)
			add_value(c++, &shape->tokens[i]);
}

static bool follows(struct patterns *p, uint32_t code, str text)
{
	return code < p->names.count &&
	       pattern_follow(p->shapes[code].tokens, p->shapes[code].count, text);
}

/* Cuts every string; false if some has no pattern, or they share too little.  Most follow one of
 * the two last patterns: then nothing has to be found out. */
static bool find_patterns(struct patterns *p, const str *texts, size_t count)
{
	uint32_t last = 0, before = 0;

	if (count < PATTERN_TEXTS_MIN)
		return false;
	for (size_t i = 0; i < count; i++) {
		uint32_t code = last;
		if (!follows(p, last, texts[i])) {
			code = before;
			if (!follows(p, before, texts[i]) && !name_pattern(p, texts[i], &code))
				return false;
			before = last;
			last = code;
		}
		add_values(p, code);
		p->codes[i] = code;
		if (p->names.count > PATTERN_TEXTS_MIN + i / PATTERN_SHARE)
			return false;
	}
	return p->names.count <= count / PATTERN_SHARE;
}

static void put_patterns(struct seal_streams *s, const struct patterns *p, size_t count)
{
	strbuf_add_varint(&s->directory, p->names.count);
	for (uint32_t i = 0; i < p->names.count; i++)
		strbuf_add_sized(&s->directory, p->names.items[i]);
	streams_put_ints(s, p->codes, count);
	for (size_t i = 0; i < p->column_count; i++) {
		const struct token_column *c = &p->columns[i];
		if (token_has_planes(c->kind)) {
			strbuf_add_varint(&s->directory, c->count);
			streams_put_planes(s, c->rows, c->width, c->count);
		} else {
			streams_put_ints(s, c->numbers, c->count);
		}
	}
}

static void free_patterns(struct patterns *p)
{
	for (size_t i = 0; i < p->column_count; i++) {
		free(p->columns[i].rows);
		free(p->columns[i].numbers);
	}
	free(p->columns);
	free(p->shapes);
	free(p->codes);
	names_done(&p->names);
	strbuf_done(&p->bytes);
	arena_free(p->arena);
}

/* Plain or by patterns; `added` is TEXT_DICTIONARY for the words of one, else 0. */
static void put_words(struct seal_streams *s, const str *texts, size_t count, unsigned added)
{
	struct patterns p = { .bytes = strbuf_heap(SIZE_MAX), .arena = arena_create(SIZE_MAX) };

	p.codes = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*p.codes));
	bool found = find_patterns(&p, texts, count);
	strbuf_add_byte(&s->directory, (char)((found ? TEXT_PATTERN : TEXT_PLAIN) + added));
	if (found)
		put_patterns(s, &p, count);
	else
		put_plain(s, texts, count);
	free_patterns(&p);
}

/* ---- a dictionary */

/* 0 for a new word, else how long ago the word was new: small for what was seen lately, constant
 * once all words are known.  False: no two of the first are the same, and the others were not
 * looked at. */
static bool codes_of(const str *texts, size_t count, struct names *words, int64_t *codes)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t known = words->count, word = names_add(words, texts[i], NULL);
		codes[i] = word == known ? 0 : (int64_t)(known - word);
		if (i + 1 == DICTIONARY_TRIED && words->count == DICTIONARY_TRIED)
			return false;
	}
	return true;
}

static size_t bytes_of(const str *texts, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += texts[i].len;
	return bytes;
}

/* One word for all takes next to nothing. */
static bool is_worth_it(const str *texts, size_t count, struct names *words, int64_t *codes)
{
	if (count < 2 || !codes_of(texts, count, words, codes))
		return false;
	size_t saved = bytes_of(texts, count) - bytes_of(words->items, words->count);
	size_t cost = words->count < 256 ? count : count * 2;
	return saved > cost || words->count == 1;
}

void streams_put_text(struct seal_streams *s, const str *texts, size_t count)
{
	struct names words = { 0 };
	int64_t *codes = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*codes));

	if (is_worth_it(texts, count, &words, codes)) {
		put_words(s, words.items, words.count, TEXT_DICTIONARY);
		strbuf_add_varint(&s->directory, words.count);
		streams_put_ints(s, codes, count);
	} else {
		put_words(s, texts, count, 0);
	}
	free(codes);
	names_done(&words);
}
