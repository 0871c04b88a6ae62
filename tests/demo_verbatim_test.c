/* tests/demo_verbatim_test.c - the grammars are whole, and what they make is varied, clean and of
 * its kind. */
#include "demo/verbatim.h"

#include "base/hash.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct verbatim *words(void)
{
	struct verbatim *v = NULL;
	struct why why = { 0 };
	err e = verbatim_create(&v, &why);
	struct strbuf said = strbuf_heap(1 << 12);

	why_words(&why, LANGUAGE_ENGLISH, &said);
	strbuf_printf(&said, " (%s:%d)", why.file, (int)why.line);
	strbuf_add_byte(&said, '\0');
	CHECK(said.ptr, e == OK);
	strbuf_done(&said);
	return v;
}

static struct verbatim_wish wish_of(enum verbatim_kind kind, size_t subject, size_t n)
{
	return (struct verbatim_wish){ .kind = kind,
		.subject = (enum subject)subject,
		.sentiment = (int8_t)((int)(n % 4) - 2),
		.urgency = (uint8_t)(n / 4 % 4),
		.outcome = n % 2 == 0 ? OUTCOME_RESOLVED : OUTCOME_UNRESOLVED,
		.hand = { .formality = (enum formality)(n % 3),
			.region = (enum verbatim_region)(n % 5) } };
}

/* For eyes: SHOW=N prints N texts of each kind; otherwise nothing. */
TEST(verbatims_to_look_at)
{
	const char *show = getenv("SHOW");
	struct verbatim *v = words();

	for (size_t i = 0; show != NULL && i < VERBATIM_KIND_COUNT_ * strtoul(show, NULL, 10);
		i++) {
		struct verbatim_wish w = wish_of(
			(enum verbatim_kind)(i % VERBATIM_KIND_COUNT_), i % SUBJECT_COUNT_, i);
		struct strbuf out = strbuf_heap(1 << 16);
		w.sentiment = (int8_t)((int)(i % 5) - 2);
		w.hand.english = i % 7 == 3;
		w.hand.slips = i % 5 == 0 ? 40 : 0;
		w.hand.abbreviates = i % 11 == 0;
		verbatim_write(v, &w, i, &out);
		printf("--- kind %zu, %s, %+d\n%.*s\n", i % VERBATIM_KIND_COUNT_,
			subject_name(w.subject).ptr, w.sentiment, (int)out.len, out.ptr);
		strbuf_done(&out);
	}
	verbatim_free(v);
}

/* ---- no two alike: shingles of three words, as sorted hashes */

enum { TEXTS = 200, SHINGLES_MAX = 600 };

struct shingles {
	uint64_t hashes[SHINGLES_MAX];
	size_t count;
};

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static size_t words_of(str text, str *out, size_t most)
{
	size_t n = 0, at = 0;

	while (at < text.len && n < most) {
		size_t from = at;
		while (at < text.len && text.ptr[at] != ' ' && text.ptr[at] != '\n')
			at++;
		if (at > from)
			out[n++] = (str){ text.ptr + from, at - from };
		at++;
	}
	return n;
}

static void shingles_of(str text, struct shingles *out)
{
	str w[SHINGLES_MAX];
	size_t n = words_of(text, w, SHINGLES_MAX), kept = 0;

	out->count = 0;
	for (size_t i = 0; i + 2 < n; i++)
		out->hashes[out->count++] = hash64(
			1, (str){ w[i].ptr, (size_t)(w[i + 2].ptr + w[i + 2].len - w[i].ptr) });
	qsort(out->hashes, out->count, sizeof(out->hashes[0]), by_value);
	for (size_t i = 0; i < out->count; i++)
		if (i == 0 || out->hashes[i] != out->hashes[i - 1])
			out->hashes[kept++] = out->hashes[i];
	out->count = kept;
}

/* Jaccard's measure: what both have of what either has. */
static double alike(const struct shingles *a, const struct shingles *b)
{
	size_t i = 0, j = 0, both = 0;

	while (i < a->count && j < b->count) {
		uint64_t x = a->hashes[i], y = b->hashes[j];
		both += x == y;
		i += x <= y;
		j += y <= x;
	}
	size_t either = a->count + b->count - both;
	return either == 0 ? 1 : (double)both / (double)either;
}

TEST(alike_measures)
{
	static const struct {
		const char *name, *a, *b;
		double least, most;
	} rows[] = {
		{ "the same", "a b c d e", "a b c d e", 1, 1 },
		{ "nothing", "a b c d e", "f g h i", 0, 0 },
		{ "a half", "a b c d", "a b c e", 0.32, 0.34 }, /* 1 of 3 */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		static struct shingles a, b;
		shingles_of(str_of(rows[i].a), &a);
		shingles_of(str_of(rows[i].b), &b);
		double got = alike(&a, &b);
		CHECK(rows[i].name, got >= rows[i].least && got <= rows[i].most);
	}
}

TEST(among_two_hundred_texts_of_a_reason_no_two_look_alike)
{
	static const struct {
		const char *name;
		enum verbatim_kind kind;
		bool english;
		double mean, most;
	} rows[] = {
		{ "mail", VERBATIM_MAIL, false, 0.06, 0.50 },
		{ "letter", VERBATIM_LETTER, false, 0.15, 0.60 },
		{ "review", VERBATIM_REVIEW, false, 0.06, 0.67 },
	};
	static struct shingles sets[TEXTS];
	struct verbatim *v = words();

	for (size_t r = 0; r < ARRAY_LEN(rows); r++)
		for (size_t s = 0; s < SUBJECT_MOVED; s++) {
			double sum = 0, most = 0;
			for (size_t i = 0; i < TEXTS; i++) {
				struct verbatim_wish w = wish_of(rows[r].kind, s, i);
				struct strbuf out = strbuf_heap(VERBATIM_BYTES_MAX);
				w.sentiment =
					(int8_t)((int)(i % 3) - 2); /* who is content says less */
				verbatim_write(v, &w, i * 7919 + s, &out);
				shingles_of(strbuf_str(&out), &sets[i]);
				strbuf_done(&out);
			}
			for (size_t i = 0; i < TEXTS; i++)
				for (size_t j = 0; j < i; j++) {
					double x = alike(&sets[i], &sets[j]);
					sum += x;
					most = MAX_OF(most, x);
				}
			char name[96];
			(void)snprintf(name, sizeof(name), "%s %s: mean %.3f, most %.3f",
				rows[r].name, subject_name((enum subject)s).ptr,
				sum / (TEXTS * (TEXTS - 1) / 2.0), most);
			CHECK(name, sum / (TEXTS * (TEXTS - 1) / 2.0) < rows[r].mean &&
					    most < rows[r].most);
		}
	verbatim_free(v);
}

TEST(ten_thousand_texts_are_nearly_as_many)
{
	static const struct {
		const char *name;
		enum verbatim_kind kind;
		size_t distinct; /* of 10,000, over all subjects */
	} rows[] = { { "mail", VERBATIM_MAIL, 9990 }, { "letter", VERBATIM_LETTER, 9990 },
		{ "form", VERBATIM_FORM, 9950 }, { "call note", VERBATIM_CALL_NOTE, 9700 },
		{ "survey comment", VERBATIM_SURVEY_COMMENT, 6000 },
		{ "post", VERBATIM_POST, 7000 }, { "mail answer", VERBATIM_MAIL_ANSWER, 9950 } };
	enum { COUNT = 10000 };
	uint64_t *hashes = memory_alloc(COUNT * sizeof(*hashes));
	struct verbatim *v = words();

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		size_t distinct = 1;
		for (size_t i = 0; i < COUNT; i++) {
			struct verbatim_wish w =
				wish_of(rows[r].kind, i % SUBJECT_COUNT_, i / SUBJECT_COUNT_);
			struct strbuf out = strbuf_heap(VERBATIM_BYTES_MAX);
			verbatim_write(v, &w, i, &out);
			hashes[i] = hash64(1, (str){ out.ptr, out.len });
			strbuf_done(&out);
		}
		qsort(hashes, COUNT, sizeof(*hashes), by_value);
		for (size_t i = 1; i < COUNT; i++)
			distinct += hashes[i] != hashes[i - 1];
		char name[64];
		(void)snprintf(name, sizeof(name), "%s: %zu", rows[r].name, distinct);
		CHECK(name, distinct >= rows[r].distinct);
	}
	free(hashes);
	verbatim_free(v);
}

/* ---- each text by itself */

static bool has_word(str text, const char *word)
{
	return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

static const char *fault_of(str text, bool by_company)
{
	static const char *const never[] = { "{", "}", "<", "|", "  ", " ,", "[", "]", "\\", " .\n",
		",.", ".,", "?.", "( ", " )", "\n ", " \n" };
	static const char *const familiar[] = { " tu ", " te ", " ton ", " ta ", " toi ", "Tu ",
		" t'" };

	if (text.len < 2 || text.len > VERBATIM_BYTES_MAX)
		return "length";
	if (!str_is_utf8(text))
		return "no text";
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (has_word(text, never[i]))
			return never[i];
	for (size_t i = 0; by_company && i < ARRAY_LEN(familiar); i++)
		if (has_word(text, familiar[i]))
			return familiar[i];
	return NULL;
}

TEST(every_text_is_clean_and_the_company_says_vous)
{
	struct verbatim *v = words();

	for (size_t i = 0; i < 40000; i++) {
		enum verbatim_kind kind = (enum verbatim_kind)(i % VERBATIM_KIND_COUNT_);
		struct verbatim_wish w =
			wish_of(kind, i % SUBJECT_COUNT_, i / VERBATIM_KIND_COUNT_);
		char bytes[VERBATIM_BYTES_MAX];
		struct strbuf out = {
			.ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes)
		};
		bool by_company = (kind >= VERBATIM_AGENT_HELLO && kind <= VERBATIM_BOT_END) ||
				  kind == VERBATIM_CALL_NOTE;
		w.hand.english = i % 12 == 0;
		w.sentiment = (int8_t)((int)(i / 31 % 5) - 2);
		verbatim_write(v, &w, i, &out);
		const char *fault = fault_of(strbuf_str(&out), by_company);
		if (fault != NULL) {
			char said[400];
			(void)snprintf(said, sizeof(said), "kind %d: '%s' in: %.*s", (int)kind,
				fault, (int)MIN_OF(out.len, (size_t)300), out.ptr);
			CHECK(said, false);
		}
	}
	verbatim_free(v);
}

TEST(the_same_seed_writes_the_same)
{
	struct verbatim *v = words(), *other = words();

	for (size_t i = 0; i < 500; i++) {
		struct verbatim_wish w =
			wish_of((enum verbatim_kind)(i % VERBATIM_KIND_COUNT_), i % 18, i);
		struct strbuf a = strbuf_heap(1 << 14), b = strbuf_heap(1 << 14);
		w.hand.slips = 30;
		verbatim_write(v, &w, i, &a);
		verbatim_write(other, &w, i, &b);
		CHECK("same", str_equal(strbuf_str(&a), strbuf_str(&b)));
		strbuf_done(&a);
		strbuf_done(&b);
	}
	verbatim_free(v);
	verbatim_free(other);
}

TEST(slots_given_stand_in_the_text)
{
	struct verbatim *v = words();
	struct verbatim_wish w = wish_of(VERBATIM_LETTER, SUBJECT_PROMOTION, 1);
	struct strbuf out = strbuf_heap(1 << 14);

	w.slots.family_name = STR("Lefèvre-Ó");
	w.slots.town = STR("Sète");
	verbatim_write(v, &w, 5, &out);
	CHECK("name", has_word(strbuf_str(&out), "Lefèvre-Ó"));
	CHECK("town", has_word(strbuf_str(&out), "Sète"));
	strbuf_done(&out);
	verbatim_free(v);
}

TEST(hands)
{
	static const struct {
		const char *name;
		struct hand hand;
		const char *text, *written;
	} rows[] = {
		{ "clean", { 0 }, "Où ÊTES-vous ?", "Où ÊTES-vous ?" },
		{ "no accents", { .no_accents = true }, "Où êtes-vous, ÇA œ?",
			"Ou etes-vous, CA œ?" },
		{ "small", { .small_letters = true }, "Où est À Mon SMS", "où est à mon SMS" },
		{ "short", { .abbreviates = true }, "C'est pour vous, Toujours.", "c pr vs, tjs." },
		{ "empty", { .slips = 255 }, "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct strbuf out = strbuf_heap(200);
		hand_write(&rows[i].hand, str_of(rows[i].text), 1, &out);
		CHECK(rows[i].name, str_equal((str){ out.ptr, out.len }, str_of(rows[i].written)));
		strbuf_done(&out);
	}
}
