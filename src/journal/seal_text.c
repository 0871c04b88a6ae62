/* journal/seal_text.c - a column of strings, in the coding that fits it; see seal.c */
#include "journal/seal_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
	PATTERN_TEXTS_MIN = 16, /* fewer strings are not worth patterns */
	PATTERN_SHARE = 8, /* a pattern must serve this many strings, on average */
};

/* One token of one pattern, and its values. */
struct token_column {
	enum token_kind kind;
	uint32_t width;
	size_t count, cap;
	int64_t *numbers;
	char *rows;
};

struct patterns {
	struct names names;
	struct strbuf bytes;
	struct arena *arena;
	int64_t *codes; /* of each string */
	struct token_column *columns; /* of all patterns */
	size_t *first; /* column of each pattern, and one past the last */
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

/* Names the pattern of every string; false if some has none, or they share too little. */
static bool find_patterns(struct patterns *p, const str *texts, size_t count)
{
	struct token tokens[SEAL_TOKENS_MAX];

	if (count < PATTERN_TEXTS_MIN)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t n = pattern_cut(texts[i], tokens);
		if (n == 0 && texts[i].len > 0)
			return false;
		strbuf_clear(&p->bytes);
		pattern_put(tokens, n, &p->bytes);
		p->codes[i] = names_add(&p->names, strbuf_str(&p->bytes), p->arena);
		if (p->names.count > PATTERN_TEXTS_MIN + i / PATTERN_SHARE)
			return false;
	}
	return p->names.count <= count / PATTERN_SHARE;
}

static void add_value(struct token_column *c, const struct token *t)
{
	bool planes = token_has_planes(c->kind);

	if (c->count == c->cap) {
		c->cap = MAX_OF(c->cap * 2, (size_t)16);
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

/* The columns of all patterns: one for each token that is no literal. */
static void lay_columns(struct patterns *p)
{
	size_t count = 0;

	p->first = memory_alloc((p->names.count + 1) * sizeof(*p->first));
	p->columns =
		memory_alloc(((size_t)p->names.count * SEAL_TOKENS_MAX + 1) * sizeof(*p->columns));
	for (uint32_t i = 0; i < p->names.count; i++) {
		struct reader in = reader_of(p->names.items[i]);
		struct token t;
		p->first[i] = count;
		while (reader_left(&in) > 0 && pattern_next(&in, &t))
			if (t.kind != TOKEN_LITERAL)
				p->columns[count++] =
					(struct token_column){ .kind = t.kind, .width = t.width };
	}
	p->first[p->names.count] = count;
}

static void fill_columns(struct patterns *p, const str *texts, size_t count)
{
	struct token tokens[SEAL_TOKENS_MAX];

	for (size_t i = 0; i < count; i++) {
		struct token_column *c = &p->columns[p->first[p->codes[i]]];
		size_t n = pattern_cut(texts[i], tokens);
		for (size_t t = 0; t < n; t++)
			if (tokens[t].kind != TOKEN_LITERAL)
				add_value(c++, &tokens[t]);
	}
}

static void put_patterns(struct seal_streams *s, struct patterns *p, size_t count)
{
	strbuf_add_varint(&s->directory, p->names.count);
	for (uint32_t i = 0; i < p->names.count; i++)
		strbuf_add_sized(&s->directory, p->names.items[i]);
	streams_put_ints(s, p->codes, count);
	for (size_t i = 0; i < p->first[p->names.count]; i++) {
		struct token_column *c = &p->columns[i];
		if (token_has_planes(c->kind)) {
			strbuf_add_varint(&s->directory, c->count);
			streams_put_planes(s, c->rows, c->width, c->count);
		} else {
			streams_put_ints(s, c->numbers, c->count);
		}
		free(c->rows);
		free(c->numbers);
	}
	free(p->columns);
	free(p->first);
}

/* Plain or by patterns; `added` is TEXT_DICTIONARY for the words of one, else 0. */
static void put_words(struct seal_streams *s, const str *texts, size_t count, unsigned added)
{
	struct patterns p = { .bytes = strbuf_heap(SIZE_MAX), .arena = arena_create(SIZE_MAX) };

	p.codes = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*p.codes));
	bool found = find_patterns(&p, texts, count);
	strbuf_add_byte(&s->directory, (char)((found ? TEXT_PATTERN : TEXT_PLAIN) + added));
	if (found) {
		lay_columns(&p);
		fill_columns(&p, texts, count);
		put_patterns(s, &p, count);
	} else {
		put_plain(s, texts, count);
	}
	free(p.codes);
	names_done(&p.names);
	strbuf_done(&p.bytes);
	arena_free(p.arena);
}

/* ---- a dictionary */

/* 0 for a new word, else how long ago the word was new: small for what was seen lately, constant
 * once all words are known. */
static void codes_of(const str *texts, size_t count, struct names *words, int64_t *codes)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t known = words->count, word = names_add(words, texts[i], NULL);
		codes[i] = word == known ? 0 : (int64_t)(known - word);
	}
}

static size_t bytes_of(const str *texts, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += texts[i].len;
	return bytes;
}

void streams_put_text(struct seal_streams *s, const str *texts, size_t count)
{
	struct names words = { 0 };
	int64_t *codes = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*codes));

	codes_of(texts, count, &words, codes);
	size_t saved = bytes_of(texts, count) - bytes_of(words.items, words.count);
	size_t cost = words.count < 256 ? count : count * 2;
	if (count > 1 && (saved > cost || words.count == 1)) {
		put_words(s, words.items, words.count, TEXT_DICTIONARY);
		strbuf_add_varint(&s->directory, words.count);
		streams_put_ints(s, codes, count);
	} else {
		put_words(s, texts, count, 0);
	}
	free(codes);
	names_done(&words);
}
