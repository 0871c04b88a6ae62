/* tests/base_index_test.c - the index under good, bad and constant hashes; views stay as they were.
 */
#include "base/hash.h"
#include "base/index.h"
#include "base/random.h"
#include "support/memory_file.h"
#include "test.h"

#include <string.h>

/* The key of a code is its number times 3, as 8 bytes: everything can be computed. */
struct keys {
	uint64_t mask; /* of the hash: few bits make it a bad one */
	size_t *asked; /* counts how often the index asked for a hash; or NULL */
};

static uint64_t key_of(uint32_t code)
{
	return (uint64_t)code * 3;
}

static uint64_t hash_key(const struct keys *keys, uint64_t key)
{
	return hash64(1, (str){ (const char *)&key, sizeof(key) }) & keys->mask;
}

static uint64_t hash_of(const void *context, uint32_t code)
{
	const struct keys *keys = context;

	if (keys->asked != NULL)
		++*keys->asked;
	return hash_key(keys, key_of(code));
}

static bool equals(const void *context, uint32_t code, str key)
{
	uint64_t own = key_of(code);

	(void)context;
	return memcmp(&own, key.ptr, sizeof(own)) == 0;
}

static struct index_keys asking(struct keys *keys)
{
	return (struct index_keys){ hash_of, equals, keys, NULL };
}

static uint32_t find(const struct index *index, struct keys *keys, uint64_t key)
{
	struct index_keys ask = asking(keys);

	return index_find(index, hash_key(keys, key), (str){ (const char *)&key, 8 }, &ask);
}

static uint32_t find_in_view(const struct index_view *view, struct keys *keys, uint64_t key)
{
	struct index_keys ask = asking(keys);

	return index_view_find(view, hash_key(keys, key), (str){ (const char *)&key, 8 }, &ask);
}

static void insert(struct index *index, struct keys *keys, uint32_t code)
{
	struct index_keys ask = asking(keys);

	index_insert(index, hash_key(keys, key_of(code)), code, &ask);
}

static const struct {
	const char *row;
	uint64_t mask;
	uint32_t count;
} rows[] = {
	{ "good", UINT64_MAX, 60000 },
	{ "high bits only", (uint64_t)0xffff << 48, 60000 },
	{ "low bits only", 0xffff, 5000 },
	{ "few values", (uint64_t)7 << 61, 3000 },
	{ "constant", 0, 1500 },
};

/* Every second key is in no index. */
static void check_many(const struct index *index, struct keys *keys, uint32_t count, bool *same)
{
	enum { MANY = 77 }; /* of one full group and others */
	struct index_keys ask = asking(keys);
	uint64_t values[MANY], hashes[MANY];
	uint32_t codes[MANY];
	str texts[MANY];

	for (uint32_t from = 0; from < count; from += MANY / 2 + 1) {
		for (uint32_t i = 0; i < MANY; i++) {
			values[i] = key_of(from + i / 2) + i % 2;
			hashes[i] = hash_key(keys, values[i]);
			texts[i] = (str){ (const char *)&values[i], sizeof(values[i]) };
		}
		index_find_many(index, hashes, texts, MANY, &ask, codes);
		for (uint32_t i = 0; i < MANY; i++) {
			bool known = i % 2 == 0 && from + i / 2 < count;
			*same = *same && codes[i] == (known ? from + i / 2 : INDEX_NONE);
		}
	}
}

TEST(index_finds_many_at_once)
{
	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct keys keys = { .mask = rows[r].mask };
		struct index *index = index_create();
		bool same = true;
		check_many(index, &keys, 0, &same);
		for (uint32_t code = 0; code < rows[r].count; code++)
			insert(index, &keys, code);
		check_many(index, &keys, rows[r].count, &same);
		CHECK(rows[r].row, same);
		index_free(index);
	}
}

TEST(index_finds_what_was_inserted)
{
	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct keys keys = { .mask = rows[r].mask };
		struct index *index = index_create();
		bool all = true, none = true;
		for (uint32_t code = 0; code < rows[r].count; code++) {
			none = none && find(index, &keys, key_of(code)) == INDEX_NONE;
			insert(index, &keys, code);
		}
		CHECK(rows[r].row, index_count(index) == rows[r].count);
		for (uint32_t code = 0; code < rows[r].count; code++) {
			all = all && find(index, &keys, key_of(code)) == code;
			none = none && find(index, &keys, key_of(code) + 1) == INDEX_NONE;
		}
		CHECK(rows[r].row, all);
		CHECK(rows[r].row, none);
		CHECK(rows[r].row, rows[r].count < 10000 || index_resident_bytes(index) <
								    (size_t)16 * rows[r].count);
		index_free(index);
	}
}

/* With good hashes the memory for a code hardly depends on how many there are. */
TEST(index_takes_the_same_memory_at_every_size)
{
	size_t asked = 0;
	struct keys keys = { .mask = UINT64_MAX, .asked = &asked };
	struct index *index = index_create();

	for (uint32_t code = 0; code < 400000; code++) {
		insert(index, &keys, code);
		if (code >= 50000 && code % 10000 == 0)
			CHECK("bytes a code", index_resident_bytes(index) < (size_t)code * 10);
	}
	CHECK("asked for hashes once in eight doublings", asked < 200000);
	index_free(index);
}

TEST(index_views_stay)
{
	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct keys keys = { .mask = rows[r].mask };
		struct index *index = index_create();
		struct index_view views[5];
		uint32_t count = rows[r].count / 2, step = count / ARRAY_LEN(views);
		for (uint32_t code = 0; code < count; code++) {
			if (code % step == 0 && code / step < ARRAY_LEN(views))
				views[code / step] = index_publish(index);
			insert(index, &keys, code);
		}
		index_free(index);
		for (uint32_t v = 0; v < ARRAY_LEN(views); v++) {
			bool same = true;
			for (uint32_t code = 0; code < count; code++) {
				uint32_t expected = code < v * step ? code : INDEX_NONE;
				same = same &&
				       find_in_view(&views[v], &keys, key_of(code)) == expected;
			}
			CHECK(rows[r].row, same);
			index_view_done(&views[v]);
		}
	}
}

TEST(index_save_and_load)
{
	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct keys keys = { .mask = rows[r].mask };
		struct index *index = index_create();
		struct memory_file *file = memory_file_create();
		struct strbuf entries = strbuf_heap(1 << 20);
		struct table_store store = { .file = &file->file, .index = &entries };
		bool all = true;
		for (uint32_t code = 0; code < rows[r].count; code++) {
			insert(index, &keys, code);
			if (code % (rows[r].count / 3) != 0)
				continue;
			struct index_view view = index_publish(index);
			strbuf_clear(&entries);
			CHECK(rows[r].row, index_save(index, &view, &store, NULL) == OK);
			index_view_done(&view);
			index_free(index);
			str left = strbuf_str(&entries);
			str again = left;
			struct index *outside = NULL;
			CHECK(rows[r].row, index_load(&file->file, &again, code, &outside, NULL) ==
						   ERR_CORRUPT); /* the last code leads outside */
			CHECK(rows[r].row, index_load(&file->file, &left, (size_t)code + 1, &index,
						   NULL) == OK);
			CHECK(rows[r].row, left.len == 0 && index_count(index) == code + 1);
		}
		for (uint32_t code = 0; code < rows[r].count; code++)
			all = all && find(index, &keys, key_of(code)) == code;
		CHECK(rows[r].row, all);
		index_free(index);
		strbuf_done(&entries);
		memory_file_free(file);
	}
}

/* Tables that are sound as tables, but no index. */
TEST(index_load_refuses_what_is_no_index)
{
	struct memory_file *file = memory_file_create();
	struct index *index = NULL;

	for (size_t entries = 0; entries <= 3; entries++) {
		struct table *directory = table_create(4), *buckets = table_create(512);
		struct strbuf list = strbuf_heap(1000);
		struct table_store store = {
			.file = &file->file, .end = file->len, .index = &list
		};
		table_resize(directory, entries);
		table_resize(buckets, entries == 2 ? 0 : 1); /* next: bucket 0, itself */
		struct index_view view = { table_publish(directory), table_publish(buckets) };
		CHECK("save", table_save(directory, view.directory, &store, NULL) == OK);
		CHECK("save", table_save(buckets, view.buckets, &store, NULL) == OK);
		str left = strbuf_str(&list);
		CHECK("refused", index_load(&file->file, &left, 1, &index, NULL) == ERR_CORRUPT);
		CHECK("refused", index == NULL && left.ptr == list.ptr);
		index_view_done(&view);
		table_free(directory);
		table_free(buckets);
		strbuf_done(&list);
	}
	memory_file_free(file);
}
