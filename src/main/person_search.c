/* main/person_search.c - see person_search.h */
#include "main/person_search.h"

#include "event/codec.h"
#include "identity/naming.h"
#include "matching/fold.h"
#include "profile/person_name.h"

#include <stdlib.h>
#include <string.h>

enum {
	FORMS_MAX = 8,
	CANDIDATES_MAX = 400, /* of one way of finding, to choose the best from */
	LOOKS = 1 << 14, /* between two questions whether to go on */
	ARENA_BYTES = 64 << 20,
	TEXT_NEW = 0xff, /* a telling that nobody looked at yet */
};

/* One way of finding: what it found, to be told in its order. */
struct candidates {
	struct person_found items[CANDIDATES_MAX];
	size_t count;
	bool has_more;
};

struct searching {
	const struct snapshot *snapshot;
	const struct identity_view *identity;
	const atomic_bool *stop;
	struct arena *arena; /* of the forms */
	str forms[FORMS_MAX]; /* of the value, without a type */
	size_t form_count;
	str typed_whole; /* "type:value" in normal form; "": no type was typed */
	char folded[FOLD_BYTES_MAX];
	str words[SEARCH_WORDS_MAX];
	size_t word_count;
	struct candidates whole, named, begun;
	bool is_whole;
};

static bool is_stopped(const struct searching *s)
{
	return s->stop != NULL && atomic_load_explicit(s->stop, memory_order_relaxed);
}

static void add(struct candidates *to, uint32_t customer, enum found_by by, str matched)
{
	if (to->count == CANDIDATES_MAX) {
		to->has_more = true;
		return;
	}
	to->items[to->count++] = (struct person_found){ customer, by, matched };
}

/* ---- what may have been meant */

static void add_form(struct searching *s, str value)
{
	for (size_t i = 0; i < s->form_count; i++)
		if (str_equal(s->forms[i], value))
			return;
	if (s->form_count < FORMS_MAX && value.len > 0)
		s->forms[s->form_count++] = value;
}

static void add_normal(
	struct searching *s, const struct identifier_rules *rules, const char *type, str typed)
{
	struct record_identifier id;

	if (identifier_normalise(rules, str_of(type), typed, s->arena, &id, NULL) == OK)
		add_form(s, id.value);
}

static str small_letters(struct arena *arena, str text)
{
	char *out = arena_alloc(arena, text.len + 1);

	for (size_t i = 0; out != NULL && i < text.len; i++)
		out[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] - 'A' + 'a')
								  : text.ptr[i];
	return out == NULL ? text : (str){ out, text.len };
}

static void read_forms(struct searching *s, const struct identifier_rules *rules, str typed)
{
	static const char *const types[] = { "customer", "email", "phone", "x" };
	struct record_identifier id;
	str type, value;

	if (str_split(typed, ':', &type, &value) && identifier_type_is_valid(type)) {
		str whole = identifier_parse(rules, typed, s->arena, &id, NULL) == OK
				    ? identifier_text(id.type, id.value, s->arena)
				    : typed; /* the beginning of one has no form yet */
		s->typed_whole = whole.ptr != NULL ? whole : typed;
		return;
	}
	add_form(s, typed);
	add_form(s, small_letters(s->arena, typed));
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		add_normal(s, rules, types[i], typed);
}

static void read_words(struct searching *s, str typed)
{
	str rest = fold_text(typed, s->folded), word;

	while (rest.len > 0 && s->word_count < SEARCH_WORDS_MAX) {
		if (!str_split(rest, ' ', &word, &rest)) {
			word = rest;
			rest = STR("");
		}
		if (word.len > 0)
			s->words[s->word_count++] = word;
	}
}

/* ---- by identifiers */

static void look_at(struct searching *s, uint32_t code)
{
	str text = identity_text(s->identity, code), type, value;
	uint32_t customer;
	bool begins = false, is_it = false;

	if (s->typed_whole.len > 0) {
		begins = str_starts(text, s->typed_whole);
		is_it = begins && text.len == s->typed_whole.len;
	} else if (str_split(text, ':', &type, &value)) {
		for (size_t i = 0; i < s->form_count && !is_it; i++) {
			bool starts = str_starts(value, s->forms[i]);
			is_it = starts && value.len == s->forms[i].len;
			begins = begins || (starts && s->forms[i].len >= SEARCH_LETTERS_MIN);
		}
	}
	if (!begins && !is_it)
		return;
	customer = identity_customer_of(s->identity, code);
	if (customer == CUSTOMER_NONE)
		return;
	if (is_it)
		add(&s->whole, customer, FOUND_BY_IDENTIFIER, text);
	else
		add(&s->begun, customer, FOUND_BY_BEGINNING, text);
}

static err by_identifiers(struct searching *s, struct why *why)
{
	uint32_t end = identity_identifier_count(s->identity);
	uint32_t from = end > SEARCH_IDENTIFIERS_MAX ? end - SEARCH_IDENTIFIERS_MAX : 0;
	uint32_t known = s->typed_whole.len > 0 ? identity_find(s->identity, s->typed_whole)
						: IDENTITY_NO_CODE;

	s->is_whole = s->is_whole && from == 0;
	if (known != IDENTITY_NO_CODE && known < from)
		look_at(s, known);
	for (uint32_t code = from; code < end; code++) {
		if (code % LOOKS == 0 && is_stopped(s))
			return fail(why, MSG_CANCELLED);
		look_at(s, code);
	}
	return OK;
}

/* ---- by names */

static bool begins_a_word(str text, str word)
{
	for (;;) {
		if (str_starts(text, word))
			return true;
		const char *blank = text.len == 0 ? NULL : memchr(text.ptr, ' ', text.len);
		if (blank == NULL)
			return false;
		text = str_from(text, (size_t)(blank - text.ptr) + 1);
	}
}

/* A bit for each word that some name of the telling has. */
static uint8_t words_of_text(const struct searching *s, str text, struct arena *one)
{
	struct record record;
	uint8_t has = 0;

	arena_reset(one);
	if (record_decode(text, one, &record, NULL) != OK)
		return 0;
	for (size_t i = 0; i < record.trait_count; i++) {
		const struct attribute *trait = &record.traits[i];
		char folded[FOLD_BYTES_MAX];
		if (name_part_of(trait->key) == NAME_NONE || trait->value.kind != VALUE_STRING)
			continue;
		str name = fold_text(trait->value.string, folded);
		for (size_t w = 0; w < s->word_count; w++)
			if (begins_a_word(name, s->words[w]))
				has |= (uint8_t)(1 << w);
	}
	return has;
}

/* Of each customer the words that any of his tellings has. */
static err gather_words(struct searching *s, uint8_t *customers, uint8_t *texts, struct why *why)
{
	const struct threads_view *view = snapshot_threads(s->snapshot);
	const struct told_view *told = threads_view_told(view);
	size_t end = told_rows(told);
	size_t from = end > SEARCH_TELLINGS_MAX ? end - SEARCH_TELLINGS_MAX : 0;
	AUTO_ARENA one = arena_create(ARENA_BYTES);

	s->is_whole = s->is_whole && from == 0;
	for (size_t i = from; i < end; i++) {
		uint32_t row, code = told_at(told, i, &row);
		if (i % LOOKS == 0 && is_stopped(s))
			return fail(why, MSG_CANCELLED);
		if (code == STRINGS_NONE || (threads_view_flags(view, row) & ROW_HIDDEN))
			continue;
		if (texts[code] == TEXT_NEW)
			texts[code] = words_of_text(s, told_text(told, code), one);
		uint32_t customer =
			texts[code] != 0 ? threads_view_customer(view, row) : CUSTOMER_NONE;
		if (customer != CUSTOMER_NONE)
			customers[customer] |= texts[code];
	}
	return OK;
}

static err by_names(struct searching *s, struct why *why)
{
	size_t end = identity_customer_end(s->identity);
	size_t text_count = told_texts(threads_view_told(snapshot_threads(s->snapshot)));
	uint8_t all = (uint8_t)((1 << s->word_count) - 1);

	if (s->word_count == 0 || s->typed_whole.len > 0)
		return OK;
	uint8_t *customers = memory_alloc(end + 1), *texts = memory_alloc(text_count + 1);
	memset(customers, 0, end + 1);
	memset(texts, TEXT_NEW, text_count + 1);
	err e = gather_words(s, customers, texts, why);
	for (size_t c = 0; e == OK && c < end; c++)
		if (customers[c] == all)
			add(&s->named, (uint32_t)c, FOUND_BY_NAME, STR(""));
	free(customers);
	free(texts);
	return e;
}

/* ---- in their order, each customer once */

static int by_matched(const void *a, const void *b, void *identity)
{
	const struct person_found *x = a, *y = b;
	str left = x->matched, right = y->matched;

	if (left.len == 0) {
		left = identity_customer_text(identity, x->customer);
		right = identity_customer_text(identity, y->customer);
	}
	return identifier_tells_more(left, right) ? -1 : identifier_tells_more(right, left);
}

static void take(
	struct searching *s, struct candidates *from, size_t most, struct person_search *out)
{
	if (from->count > 1)
		qsort_r(from->items, from->count, sizeof(*from->items), by_matched,
			(void *)(uintptr_t)s->identity);
	out->has_more = out->has_more || from->has_more;
	for (size_t i = 0; i < from->count; i++) {
		size_t k = 0;
		while (k < out->count && out->found[k].customer != from->items[i].customer)
			k++;
		if (k < out->count)
			continue;
		if (out->count == most) {
			out->has_more = true;
			return;
		}
		out->found[out->count++] = from->items[i];
	}
}

static err search(struct searching *s, struct why *why)
{
	err e = by_identifiers(s, why);

	return e == OK ? by_names(s, why) : e;
}

err person_search(const struct snapshot *snapshot, const struct identifier_rules *rules, str typed,
	size_t most, const atomic_bool *stop, struct person_search *out, struct why *why)
{
	AUTO_ARENA arena = arena_create(ARENA_BYTES);
	struct searching *s = memory_alloc(sizeof(*s));

	*s = (struct searching){ .snapshot = snapshot,
		.identity = snapshot_identity(snapshot),
		.stop = stop,
		.arena = arena,
		.is_whole = true };
	typed = str_trim(typed);
	read_forms(s, rules, typed);
	read_words(s, typed);
	err e = search(s, why);
	if (e == OK) {
		*out = (struct person_search){ .is_whole = s->is_whole };
		most = MIN_OF(most, (size_t)SEARCH_FOUND_MAX);
		take(s, &s->whole, most, out);
		take(s, &s->named, most, out);
		take(s, &s->begun, most, out);
	}
	free(s);
	return e;
}
