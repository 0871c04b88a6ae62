/* journal/unseal_text.c - strings of a sealed block; see unseal_internal.h */
#include "journal/unseal_internal.h"

struct token_reader {
	struct token token; /* its value is filled in for each string */
	struct ints numbers;
	const uint8_t **planes;
	size_t at, count; /* of the planes */
};

struct pattern {
	struct token_reader *tokens;
	size_t count;
};

struct text {
	enum text_coding coding; /* of the strings, or of the words */
	/* plain */
	struct ints lengths;
	struct reader bytes;
	/* pattern */
	struct ints patterns_of;
	struct pattern *patterns;
	uint64_t pattern_count;
	char made[SEAL_PATTERN_TEXT_MAX];
	/* dictionary */
	bool has_words;
	str *words;
	uint64_t word_count, known; /* words seen so far */
	struct ints codes;
};

static void read_plain(struct unsealer *u, struct text *t)
{
	t->lengths = unseal_ints(u);
	uint64_t bytes = reader_varint(&u->directory);
	if (u->directory.failed || bytes > u->values_max)
		u->failed = true;
	const char *stream = unseal_stream(u, bytes);
	if (!u->failed)
		t->bytes = reader_of((str){ stream, (size_t)bytes });
}

static str next_plain(struct text *t, struct unsealer *u)
{
	uint64_t len = (uint64_t)ints_next(&t->lengths, u);
	str text = reader_bytes(&t->bytes, len > SIZE_MAX ? SIZE_MAX : (size_t)len);

	u->failed |= t->bytes.failed;
	return text;
}

/* The tokens of one pattern; the values of each come later. */
static void read_pattern(struct unsealer *u, struct pattern *p)
{
	struct reader in = reader_of(reader_sized(&u->directory)), ahead = in;
	struct token token;

	u->failed |= u->directory.failed;
	while (reader_left(&ahead) > 0 && pattern_next(&ahead, &token))
		p->count++;
	if (reader_left(&ahead) > 0 || ahead.failed || p->count > SEAL_TOKENS_MAX)
		u->failed = true;
	p->tokens = unseal_alloc(u, p->count, sizeof(*p->tokens));
	for (size_t i = 0; i < p->count && !u->failed; i++)
		u->failed |= !pattern_next(&in, &p->tokens[i].token);
}

static void read_values(struct unsealer *u, struct token_reader *t)
{
	if (t->token.kind == TOKEN_LITERAL)
		return;
	if (!token_has_planes(t->token.kind)) {
		t->numbers = unseal_ints(u);
		return;
	}
	uint64_t count = reader_varint(&u->directory);
	if (u->directory.failed || count > u->values_max)
		u->failed = true;
	t->planes = unseal_alloc(u, t->token.width, sizeof(*t->planes));
	for (uint32_t i = 0; i < t->token.width && !u->failed; i++)
		t->planes[i] = (const uint8_t *)unseal_stream(u, count);
	t->count = u->failed ? 0 : (size_t)count;
}

static void read_patterns(struct unsealer *u, struct text *t)
{
	t->pattern_count = reader_varint(&u->directory);
	if (u->directory.failed || t->pattern_count > reader_left(&u->directory))
		u->failed = true;
	t->patterns = unseal_alloc(u, t->pattern_count, sizeof(*t->patterns));
	for (uint64_t i = 0; i < t->pattern_count && !u->failed; i++)
		read_pattern(u, &t->patterns[i]);
	t->patterns_of = unseal_ints(u);
	for (uint64_t i = 0; i < t->pattern_count && !u->failed; i++)
		for (size_t k = 0; k < t->patterns[i].count; k++)
			read_values(u, &t->patterns[i].tokens[k]);
}

static void next_value(struct token_reader *t, struct unsealer *u)
{
	if (t->token.kind == TOKEN_LITERAL)
		return;
	if (!token_has_planes(t->token.kind)) {
		t->token.number = ints_next(&t->numbers, u);
		return;
	}
	if (t->at == t->count) {
		u->failed = true;
		return;
	}
	for (uint32_t i = 0; i < t->token.width; i++)
		t->token.bytes[i] = t->planes[i][t->at];
	t->at++;
}

static str next_pattern(struct text *t, struct unsealer *u)
{
	uint64_t which = (uint64_t)ints_next(&t->patterns_of, u);
	size_t len = 0;

	if (u->failed || which >= t->pattern_count) {
		u->failed = true;
		return (str){ NULL, 0 };
	}
	struct pattern *p = &t->patterns[which];
	for (size_t i = 0; i < p->count && !u->failed; i++) {
		next_value(&p->tokens[i], u);
		size_t n = token_write(&p->tokens[i].token, t->made + len, len);
		u->failed |= n == 0;
		len += n;
	}
	return (str){ t->made, u->failed ? 0 : len };
}

static str next_word(struct text *t, struct unsealer *u)
{
	return t->coding == TEXT_PATTERN ? next_pattern(t, u) : next_plain(t, u);
}

/* Every word stands at least once in the output, with its length before it. */
static void read_words(struct unsealer *u, struct text *t)
{
	t->word_count = reader_varint(&u->directory);
	if (u->directory.failed || t->word_count > u->words_left)
		u->failed = true;
	t->words = unseal_alloc(u, t->word_count, sizeof(*t->words));
	for (uint64_t i = 0; i < t->word_count && !u->failed; i++) {
		str word = next_word(t, u);
		if (word.len > u->word_bytes_left)
			u->failed = true;
		if (t->coding == TEXT_PATTERN && !u->failed) {
			word = arena_str(u->arena, word);
			if (word.ptr == NULL)
				u->failed = u->full = true;
		}
		u->word_bytes_left -= u->failed ? 0 : word.len;
		t->words[i] = word;
	}
	u->words_left -= u->failed ? 0 : t->word_count;
	t->codes = unseal_ints(u);
}

struct text *unseal_text(struct unsealer *u)
{
	uint8_t coding = reader_u8(&u->directory);
	struct text *t = unseal_alloc(u, 1, sizeof(*t));

	if (u->directory.failed || coding > TEXT_DICTIONARY + TEXT_PATTERN)
		u->failed = true;
	if (u->failed)
		return NULL;
	t->coding = (coding & TEXT_PATTERN) ? TEXT_PATTERN : TEXT_PLAIN;
	if (t->coding == TEXT_PATTERN)
		read_patterns(u, t);
	else
		read_plain(u, t);
	t->has_words = coding >= TEXT_DICTIONARY;
	if (t->has_words && !u->failed)
		read_words(u, t);
	return u->failed ? NULL : t;
}

str text_next(struct text *t, struct unsealer *u)
{
	if (!t->has_words)
		return next_word(t, u);
	uint64_t back = (uint64_t)ints_next(&t->codes, u), word = t->known - back;
	if (back == 0)
		t->known++;
	if (u->failed || back > t->known || word >= t->word_count) {
		u->failed = true;
		return (str){ NULL, 0 };
	}
	return t->words[word];
}
