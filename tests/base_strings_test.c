/* tests/base_strings_test.c - dictionaries against texts that can be computed from their number. */
#include "base/random.h"
#include "base/strings.h"
#include "support/memory_file.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 4000, INDEX_BYTES_MAX = 1 << 20 };

/* Text n, for each n another one; some long, text 0 empty. */
static str text_of(size_t n, char to[static STRINGS_TEXT_BYTES_MAX])
{
	size_t len = n == 0 ? 0 : n % 997 == 0 ? 60000 + n % 100 : 3 + n % 50;

	memset(to, 'a' + (int)(n % 26), len);
	if (n > 0)
		memcpy(to, &n, 3);
	return (str){ to, len };
}

/* What was interned: number -> code. */
struct model {
	struct strings *strings;
	uint32_t codes[TEXTS], count;
	size_t numbers[TEXTS]; /* of each code */
	char *text; /* room for one */
};

static void intern_one(struct model *m, size_t n)
{
	str text = text_of(n, m->text);

	CHECK("find", strings_find(m->strings, text) == m->codes[n]);
	uint32_t code = strings_intern(m->strings, text);
	if (m->codes[n] == STRINGS_NONE) {
		m->numbers[m->count] = n;
		m->codes[n] = m->count++;
	}
	CHECK("code", code == m->codes[n]);
	CHECK("count", strings_count(m->strings) == m->count);
}

static void check_view(struct model *m, const struct strings_view *view)
{
	size_t count = strings_view_count(view);

	for (uint32_t code = 0; code < count; code++)
		CHECK("text", str_equal(strings_view_get(view, code),
				      text_of(m->numbers[code], m->text)));
	for (size_t n = 0; n < TEXTS; n++) {
		uint32_t expected = m->codes[n] < count ? m->codes[n] : STRINGS_NONE;
		CHECK("find", strings_view_find(view, text_of(n, m->text)) == expected);
	}
}

static void start(struct model *m)
{
	m->strings = strings_create(42);
	m->count = 0;
	m->text = memory_alloc(STRINGS_TEXT_BYTES_MAX);
	memset(m->codes, 0xff, sizeof(m->codes)); /* STRINGS_NONE */
}

TEST(strings_keep_each_text_once)
{
	static struct model m;
	struct random random = random_of(11);
	struct strings_view *views[4];

	start(&m);
	for (size_t v = 0; v < ARRAY_LEN(views); v++) {
		for (int i = 0; i < 1500; i++)
			intern_one(&m, random_below(&random, TEXTS));
		views[v] = strings_publish(m.strings);
		struct strings_view *again = strings_publish(m.strings);
		CHECK("nothing changed", again == views[v]);
		strings_view_unref(again);
	}
	for (uint32_t code = 0; code < m.count; code++)
		CHECK("text",
			str_equal(strings_get(m.strings, code), text_of(m.numbers[code], m.text)));
	strings_free(m.strings);
	for (size_t v = 0; v < ARRAY_LEN(views); v++) {
		check_view(&m, views[v]);
		strings_view_unref(views[v]);
	}
	free(m.text);
}

/* A directory that doubles more than once before anything is published again. */
TEST(strings_grow_manifold_after_a_publication)
{
	static const size_t firsts[] = { 1, 90, 200, 396, 1000, 2000 };

	for (size_t r = 0; r < 40 * ARRAY_LEN(firsts); r++) {
		size_t i = r % ARRAY_LEN(firsts);
		struct strings *strings = strings_create(r);
		struct strings_view *view = NULL;
		for (uint32_t n = 0; n < 16 * firsts[i]; n++) {
			str text = { (const char *)&n, sizeof(n) };
			if (n == firsts[i])
				view = strings_publish(strings);
			CHECK("code", strings_intern(strings, text) == n);
		}
		for (uint32_t n = 0; n < 16 * firsts[i]; n++) {
			str text = { (const char *)&n, sizeof(n) };
			CHECK("found", strings_find(strings, text) == n);
			CHECK("view", (strings_view_find(view, text) == n) == (n < firsts[i]));
		}
		strings_view_unref(view);
		strings_free(strings);
	}
}

/* At once as one by one, with what was lately sought remembered or not; what was appended or erased
 * is not found. */
static void find_many_remembering(size_t texts_max)
{
	enum { MANY = 150 };
	struct strings *strings = strings_create(7);
	char room[MANY][8];
	uint32_t codes[MANY];
	str texts[MANY];

	if (texts_max > 0)
		strings_remember(strings, texts_max);
	for (size_t i = 0; i < MANY; i++) {
		int len = snprintf(room[i], sizeof(room[i]), "t%zu", i);
		texts[i] = (str){ room[i], (size_t)len };
	}
	for (size_t i = 0; i < MANY; i += 3) {
		CHECK("code", strings_intern(strings, texts[i]) == i / 3 * 2);
		CHECK("appended", strings_append(strings, texts[i + 1]) == i / 3 * 2 + 1);
		CHECK("has its text",
			str_equal(strings_get(strings, (uint32_t)i / 3 * 2 + 1), texts[i + 1]));
	}
	strings_erase(strings, 6);
	for (int again = 0; again < 2; again++) {
		strings_find_many(strings, texts, MANY, codes);
		for (size_t i = 0; i < MANY; i++) {
			bool known = i % 3 == 0 && i != 9;
			CHECK("found", codes[i] == (known ? i / 3 * 2 : STRINGS_NONE));
			CHECK("as one by one", codes[i] == strings_find(strings, texts[i]));
		}
	}
	strings_find_many(strings, NULL, 0, NULL);
	strings_free(strings);
}

TEST(strings_find_many_texts)
{
	find_many_remembering(0);
	find_many_remembering(1);
	find_many_remembering(100000);
}

/* Texts come, go and come again, more of them than are remembered; the empty one too. */
TEST(strings_remembered_or_not_are_found_alike)
{
	enum { MANY = 100, ROUNDS = 300 };
	static const size_t rows[] = { 1, 500, 1 << 20 };
	char *room = memory_alloc((size_t)MANY * 64);
	struct random random = random_of(13);

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct strings *strings = strings_create(r);
		size_t plain = strings_resident_bytes(strings);
		strings_remember(strings, rows[r]);
		CHECK("counted", strings_resident_bytes(strings) > plain);
		for (size_t round = 0; round < ROUNDS; round++) {
			uint32_t codes[MANY];
			str texts[MANY];
			for (size_t i = 0; i < MANY; i++) {
				size_t n = random_below(&random, TEXTS);
				int len = n == 0 ? 0 : snprintf(room + i * 64, 64, "text %zu", n);
				texts[i] = (str){ room + i * 64, (size_t)len };
			}
			strings_find_many(strings, texts, MANY, codes);
			for (size_t i = 0; i < MANY; i++)
				CHECK("alike", codes[i] == strings_find(strings, texts[i]));
			for (size_t i = 0; i < MANY / 2; i++)
				(void)strings_intern(strings, texts[i]);
			for (size_t i = 0; i < MANY / 10; i++) {
				uint32_t code = strings_find(strings, texts[i]);
				if (code != STRINGS_NONE)
					strings_erase(strings, code);
				CHECK("gone", strings_find(strings, texts[i]) == STRINGS_NONE);
			}
			strings_find_many(strings, texts, MANY, codes);
			for (size_t i = 0; i < MANY; i++)
				CHECK("alike", codes[i] == strings_find(strings, texts[i]));
		}
		strings_free(strings);
	}
	free(room);
}

/* Texts of several dictionaries in turns, each asked in its own. */
TEST(strings_find_texts_each_in_its_own)
{
	enum { MANY = 200, DICTIONARIES = 3 };
	struct strings *dictionaries[DICTIONARIES];
	struct strings_question questions[MANY];
	char room[MANY][8];

	for (size_t d = 0; d < DICTIONARIES; d++)
		dictionaries[d] = strings_create(d + 1);
	for (size_t i = 0; i < MANY; i++) {
		int len = snprintf(room[i], sizeof(room[i]), "t%zu", i);
		struct strings *in = dictionaries[i % DICTIONARIES];
		questions[i] = (struct strings_question){ in, { room[i], (size_t)len }, 0 };
		if (i % 4 != 0)
			CHECK("code", strings_intern(in, questions[i].text) != STRINGS_NONE);
	}
	strings_find_each(questions, MANY);
	for (size_t i = 0; i < MANY; i++) {
		CHECK("none", (questions[i].code == STRINGS_NONE) == (i % 4 == 0));
		CHECK("as one by one",
			questions[i].code == strings_find(questions[i].strings, questions[i].text));
	}
	strings_find_each(NULL, 0);
	for (size_t d = 0; d < DICTIONARIES; d++)
		strings_free(dictionaries[d]);
}

TEST(strings_limits)
{
	struct strings *strings = strings_create(1);
	char *text = memory_alloc(STRINGS_TEXT_BYTES_MAX + 1);

	CHECK("longest", strings_intern(strings, (str){ text, STRINGS_TEXT_BYTES_MAX }) == 0);
	CHECK("longest", strings_get(strings, 0).len == STRINGS_TEXT_BYTES_MAX);
	CHECK("too long",
		strings_intern(strings, (str){ text, STRINGS_TEXT_BYTES_MAX + 1 }) == STRINGS_NONE);
	CHECK("too long",
		strings_append(strings, (str){ text, STRINGS_TEXT_BYTES_MAX + 1 }) == STRINGS_NONE);
	CHECK("room", strings_has_room(strings, 1000, 1000000));
	CHECK("no room", !strings_has_room(strings, 1, STRINGS_BYTES_MAX));
	CHECK("no room", !strings_has_room(strings, STRINGS_COUNT_MAX, 1));
	strings_free(strings);
	free(text);
}

TEST(strings_erase_leaves_no_bytes)
{
	struct strings *strings = strings_create(1), *loaded;
	struct memory_file *file = memory_file_create();
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct table_store store = { .file = &file->file, .index = &index };
	const str secret = STR("jeanne@exemple.fr");

	CHECK("code", strings_intern(strings, STR("email:a")) == 0);
	CHECK("code", strings_intern(strings, secret) == 1);
	struct strings_view *before = strings_publish(strings);
	strings_erase(strings, 1);
	strings_erase(strings, 1);
	struct strings_view *after = strings_publish(strings);
	CHECK("before", str_equal(strings_view_get(before, 1), secret));
	CHECK("after", strings_view_get(after, 1).ptr == NULL);
	CHECK("after", strings_view_find(after, secret) == STRINGS_NONE);
	CHECK("others stay", strings_view_find(after, STR("email:a")) == 0);
	CHECK("save", strings_save(strings, after, &store, NULL) == OK);
	CHECK("bytes", memmem(file->bytes, file->len, secret.ptr, secret.len) == NULL);
	str left = strbuf_str(&index);
	CHECK("load", strings_load(&file->file, &left, &loaded, NULL) == OK);
	CHECK("loaded", strings_get(loaded, 1).ptr == NULL);
	CHECK("the empty text is another", strings_intern(loaded, STR("")) == 2);
	CHECK("anew", strings_intern(loaded, secret) == 3);
	strings_view_unref(before);
	strings_view_unref(after);
	strings_free(strings);
	strings_free(loaded);
	strbuf_done(&index);
	memory_file_free(file);
}

TEST(strings_save_and_load_cycles)
{
	static struct model m;
	struct random random = random_of(12);
	struct memory_file *file = memory_file_create();
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct table_store store = { .file = &file->file, .index = &index };

	start(&m);
	for (int round = 0; round < 8; round++) {
		for (int i = 0; i < 600; i++)
			intern_one(&m, random_below(&random, TEXTS));
		struct strings_view *view = strings_publish(m.strings);
		strbuf_clear(&index);
		CHECK("save", strings_save(m.strings, view, &store, NULL) == OK);
		if (round % 2 == 0) {
			strings_view_unref(view);
			strings_free(m.strings);
			str left = strbuf_str(&index);
			CHECK("load", strings_load(&file->file, &left, &m.strings, NULL) == OK);
			view = strings_publish(m.strings);
		}
		check_view(&m, view);
		strings_view_unref(view);
	}
	CHECK("little garbage", strings_saved_bytes(m.strings) * 3 > store.end);
	for (size_t len = 0; len < index.len; len += 7) {
		struct strings *none;
		str left = { index.ptr, len };
		CHECK("cut", strings_load(&file->file, &left, &none, NULL) == ERR_CORRUPT);
	}
	index.ptr[9] = (char)(index.ptr[9] ^ 1); /* of the mark of the hash function */
	str left = strbuf_str(&index);
	struct strings *none;
	CHECK("other hash", strings_load(&file->file, &left, &none, NULL) == ERR_VERSION);
	strings_free(m.strings);
	free(m.text);
	strbuf_done(&index);
	memory_file_free(file);
}
