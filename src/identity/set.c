/* identity/set.c - identifiers and the sets that records carry, found or made; see identity.h */
#include "base/copy.h"
#include "identity/identifier.h"
#include "identity/identity_internal.h"
#include "identity/rules.h"
#include "identity/twins.h"

#include <string.h>

/* Returns the length of "type:value". */
static size_t write_text(char *to, str type, str value)
{
	ASSERT(type.len <= IDENTIFIER_TYPE_BYTES_MAX && value.len <= IDENTIFIER_VALUE_BYTES_MAX);
	memcpy(to, type.ptr, type.len);
	to[type.len] = ':';
	memcpy(to + type.len + 1, value.ptr, value.len);
	return type.len + 1 + value.len;
}

uint32_t intern_identifier(struct identity *identity, str type, str value)
{
	char text[IDENTIFIER_TEXT_BYTES_MAX];
	str written = { text, write_text(text, type, value) };
	uint32_t code = strings_intern(identity->identifiers, written);

	while (table_count(identity->members) <= code) {
		struct member *member = table_push(identity->members);
		*member = (struct member){ .customer = CUSTOMER_NONE, .nodes = NODE_END };
		*(uint32_t *)table_push(identity->alone) = IDENTITY_NO_CODE;
		*(uint8_t *)table_push(identity->kinds) = kind_of(identity->rules, written);
		twins_note_type(identity, type);
	}
	return code;
}

void set_parts(str bytes, struct set_parts *out)
{
	uint32_t words[SET_WORDS_MAX];
	size_t count = bytes.len / sizeof(*words);

	ASSERT(count > 0 && count <= SET_WORDS_MAX && bytes.len % sizeof(*words) == 0);
	memcpy(words, bytes.ptr, bytes.len);
	out->source = IDENTITY_NO_CODE;
	if (count > 1)
		out->source = words[--count] & ~SET_SOURCE;
	out->count = count;
	out->verified = 0;
	for (size_t i = 0; i < count; i++) {
		out->codes[i] = words[i] & ~SET_VERIFIED;
		out->verified |= (uint64_t)((words[i] & SET_VERIFIED) != 0) << i;
	}
}

void add_node(struct identity *identity, uint32_t identifier, uint32_t what)
{
	struct node *node = table_push(identity->nodes);
	struct member *member = member_change(identity, identifier);

	*node = (struct node){ .what = what, .next = member->nodes };
	member->nodes = (uint32_t)(table_count(identity->nodes) - 1);
}

/* By rank, then text: the owner comes first. */
static bool comes_before(const struct record_identifier *a, const struct record_identifier *b)
{
	int order = identifier_rank(a->type) - identifier_rank(b->type);

	if (order == 0)
		order = str_compare(a->type, b->type);
	return (order == 0 ? str_compare(a->value, b->value) : order) < 0;
}

static size_t sort_identifiers(const struct record *record,
	const struct record_identifier *sorted[static SET_IDENTIFIERS_MAX])
{
	ASSERT(record->identifier_count <= SET_IDENTIFIERS_MAX);
	for (size_t i = 0; i < record->identifier_count; i++) { /* few: insertion sort */
		size_t at = i;
		for (; at > 0 && comes_before(&record->identifiers[i], sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &record->identifiers[i];
	}
	return record->identifier_count;
}

/* Codes to words; twins are neighbours: verified once is verified. */
static size_t words_of(uint32_t *words, const struct record_identifier *const *sorted, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t code = words[i];
		if (kept == 0 || (words[kept - 1] & ~SET_VERIFIED) != code)
			words[kept++] = code;
		words[kept - 1] |= sorted[i]->verified ? SET_VERIFIED : 0;
	}
	return kept;
}

static str bytes_of_set(const uint32_t *words, size_t count)
{
	return (str){ (const char *)words, count * sizeof(*words) };
}

static uint32_t alone_at(const struct identity *identity, uint32_t identifier)
{
	return *(const uint32_t *)table_at(identity->alone, identifier);
}

static uint32_t intern_source(struct identity *identity, str source)
{
	size_t known = strings_count(identity->sources);
	uint32_t code = strings_intern(identity->sources, source);

	if (code == known)
		rules_add_source(identity, source);
	return code;
}

/* Found or made: then it has no evidence yet.  `words` has room for one more. */
static uint32_t intern_set(struct identity *identity, uint32_t *words, size_t count, str source)
{
	if (count > 1) {
		words[count] = SET_SOURCE | intern_source(identity, source);
		return strings_intern(identity->sets, bytes_of_set(words, count + 1));
	}
	words[0] &= ~SET_VERIFIED;
	uint32_t set = alone_at(identity, words[0]);
	if (set == IDENTITY_NO_CODE) {
		set = strings_append(identity->sets, bytes_of_set(words, 1));
		*(uint32_t *)table_change(identity->alone, words[0]) = set;
		identity->in_step += set == identity->in_step && words[0] == set;
	}
	return set;
}

/* A new one gets its place among the evidence. */
static uint32_t note_set(
	struct identity *identity, uint32_t set, const uint32_t *words, size_t count)
{
	const struct lens lens = lens_of(identity);

	if (set < table_count(identity->evidence))
		return set;
	(void)table_push(identity->evidence); /* zeroed: no event yet */
	*(uint8_t *)table_push(identity->owners) = lens_owner(&lens, set);
	for (size_t i = 0; i < count; i++)
		add_node(identity, words[i] & ~SET_VERIFIED, set);
	return set;
}

uint32_t identity_set(struct identity *identity, const struct record *record)
{
	const struct record_identifier *sorted[SET_IDENTIFIERS_MAX];
	uint32_t words[SET_WORDS_MAX];
	size_t count = sort_identifiers(record, sorted);

	for (size_t i = 0; i < count; i++)
		words[i] = intern_identifier(identity, sorted[i]->type, sorted[i]->value);
	count = words_of(words, sorted, count);
	if (count == 0)
		return IDENTITY_NO_CODE;
	return note_set(identity, intern_set(identity, words, count, record->source), words, count);
}

uint32_t identity_set_of_one(struct identity *identity, str type, str value)
{
	uint32_t word = intern_identifier(identity, type, value);

	return note_set(identity, intern_set(identity, &word, 1, STR("")), &word, 1);
}

/* ---- the sets of many */

enum { FIND_TEXTS = 128, FIND_BYTES = 16384 }; /* of all identifiers: what passes is left unknown */

/* Things to look up, and their codes; `of` says which belong to which record. */
struct finding {
	const struct record_identifier *told[FIND_TEXTS];
	str texts[FIND_TEXTS];
	uint32_t codes[FIND_TEXTS];
	size_t count, used;
	struct {
		size_t first, count;
	} of[IDENTITY_FIND_MAX];
	uint32_t words[FIND_TEXTS + IDENTITY_FIND_MAX]; /* of sets */
	size_t word_count;
	char bytes[FIND_BYTES];
};

static void seek_identifiers(struct finding *f, const struct record *record, size_t r)
{
	const struct record_identifier *sorted[SET_IDENTIFIERS_MAX];

	f->of[r].first = f->count;
	f->of[r].count = 0;
	bool has_set = record->kind == RECORD_EVENT || record->kind == RECORD_ENTITY ||
		       record->kind == RECORD_CORRECTION;
	if (!has_set || record->identifier_count > FIND_TEXTS - f->count ||
		record->identifier_count * IDENTIFIER_TEXT_BYTES_MAX > FIND_BYTES - f->used)
		return;
	f->of[r].count = sort_identifiers(record, sorted);
	for (size_t i = 0; i < f->of[r].count; i++) {
		char *to = f->bytes + f->used;
		size_t len = write_text(to, sorted[i]->type, sorted[i]->value);
		f->told[f->count] = sorted[i];
		f->texts[f->count++] = (str){ to, len };
		f->used += len;
	}
}

/* Sources come in long runs of equal ones. */
struct source_memo {
	str source;
	uint32_t code;
};

static uint32_t find_source(const struct identity *identity, struct source_memo *memo, str source)
{
	if (memo->source.ptr == NULL || !str_equal(memo->source, source))
		*memo = (struct source_memo){ source, strings_find(identity->sources, source) };
	return memo->code;
}

/* Of one identifier: where to look for its set.  Of several: the set is sought by its words. */
static void seek_set(const struct identity *identity, struct finding *identifiers,
	struct finding *sets, size_t r, struct source_memo *memo, str told_by)
{
	size_t first = identifiers->of[r].first, count = identifiers->of[r].count;
	uint32_t *codes = identifiers->codes + first;

	sets->of[r].count = 0;
	for (size_t i = 0; i < count; i++)
		/* strings_find_many() has written the codes of all texts.
		 * NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
		if (codes[i] == STRINGS_NONE)
			count = 0; /* an identifier that is new: so is the set */
	count = words_of(codes, identifiers->told + first, count);
	identifiers->of[r].count = count;
	if (count == 1) {
		codes[0] &= ~SET_VERIFIED;
		PREFETCH(table_at(identity->alone, codes[0]));
	}
	if (count <= 1)
		return;
	uint32_t source = find_source(identity, memo, told_by);
	uint32_t *words = sets->words + sets->word_count;
	if (source == STRINGS_NONE)
		return;
	for (size_t i = 0; i < count; i++)
		words[i] = codes[i];
	words[count] = SET_SOURCE | source;
	sets->word_count += count + 1;
	sets->of[r].first = sets->count;
	sets->of[r].count = 1;
	sets->texts[sets->count++] = bytes_of_set(words, count + 1);
}

static uint32_t set_found(const struct identity *identity, const struct finding *identifiers,
	const struct finding *sets, size_t r)
{
	if (identifiers->of[r].count == 1)
		return alone_at(identity, identifiers->codes[identifiers->of[r].first]);
	return sets->of[r].count == 1 ? sets->codes[sets->of[r].first] : IDENTITY_NO_CODE;
}

void identity_find_many(
	const struct identity *identity, const struct record *records, size_t count, uint32_t *sets)
{
	struct finding identifiers, of_several;
	struct source_memo memo = { .code = STRINGS_NONE };

	ASSERT(count <= IDENTITY_FIND_MAX);
	identifiers.count = identifiers.used = of_several.count = of_several.word_count = 0;
	for (size_t r = 0; r < count; r++)
		seek_identifiers(&identifiers, &records[r], r);
	strings_find_many(
		identity->identifiers, identifiers.texts, identifiers.count, identifiers.codes);
	for (size_t r = 0; r < count; r++)
		seek_set(identity, &identifiers, &of_several, r, &memo, records[r].source);
	strings_find_many(identity->sets, of_several.texts, of_several.count, of_several.codes);
	for (size_t r = 0; r < count; r++) {
		sets[r] = set_found(identity, &identifiers, &of_several, r);
		if (sets[r] != IDENTITY_NO_CODE)
			PREFETCH_TO_CHANGE(table_at(identity->evidence, sets[r]));
	}
}

/* ---- the sets of records that have one identifier */

/* Those that came last: hashed when their bytes are no longer on their way to the first cache, and
 * asked for when all hashes are there. */
static void ask_last(const struct identity *identity, struct identity_asked *asked, size_t some)
{
	size_t from = asked->count - some;

	for (size_t i = from; i < asked->count; i++)
		asked->hashes[i] = strings_hash(identity->identifiers, asked->texts[i]);
	for (size_t i = from; i < asked->count; i++)
		strings_ask(identity->identifiers, asked->hashes[i]);
}

void identity_ask_one(
	const struct identity *identity, struct identity_asked *asked, str type, str value)
{
	size_t at = asked->count++;

	ASSERT(at < IDENTITY_FIND_MAX);
	asked->texts[at] = (str){ NULL, 0 };
	if (type.len + 1 + value.len <= IDENTITY_ASKED_BYTES && value.len > 0)
		asked->texts[at] =
			(str){ asked->bytes[at], write_text(asked->bytes[at], type, value) };
	if (asked->count % PREFETCH_BURST == 0)
		ask_last(identity, asked, PREFETCH_BURST);
}

void identity_find_asked(
	const struct identity *identity, struct identity_asked *asked, uint32_t *sets)
{
	ask_last(identity, asked, asked->count % PREFETCH_BURST);
	strings_find_asked(identity->identifiers, asked->texts, asked->hashes, asked->count, sets);
	for (size_t i = 0; i < asked->count; i++)
		if (sets[i] >= identity->in_step && sets[i] != IDENTITY_NO_CODE)
			PREFETCH(table_at(identity->alone, sets[i]));
	for (size_t i = 0; i < asked->count; i++)
		if (sets[i] >= identity->in_step && sets[i] != IDENTITY_NO_CODE)
			sets[i] = alone_at(identity, sets[i]);
	asked->count = 0;
}

void identity_ask_evidence(const struct identity *identity, uint32_t set)
{
	if (set != IDENTITY_NO_CODE)
		PREFETCH_TO_CHANGE(table_at(identity->evidence, set));
}

void identity_remember(struct identity *identity, size_t identifiers_max)
{
	uint32_t count = (uint32_t)MIN_OF(
		strings_count(identity->sets), strings_count(identity->identifiers));

	while (identity->in_step < count &&
		alone_at(identity, identity->in_step) == identity->in_step)
		identity->in_step++;
	strings_remember(identity->identifiers, identifiers_max);
}
