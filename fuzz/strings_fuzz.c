/* fuzz/strings_fuzz.c - a dictionary and its index, saved and loaded: the same, or found to be bad.
 *
 * Input: a byte, how many texts; each text: a byte, its length, and its bytes; then patches, four
 * bytes each: which of the two tables of the index, where (2 bytes), what is turned over there.
 * Patched tables get right checksums, so that what is behind these is reached.  Without a patch
 * what was saved must load and be the same; with patches it loads or is refused, and whoever reads
 * what loaded stays inside.
 */
#include "base/strings.h"
#include "base/varint.h"
#include "fuzz.h"
#include "support/memory_file.h"

enum {
	INDEX_BYTES_MAX = 1 << 16,
	HEAD_BYTES = 17, /* of an entry: version, seed, hash */
	TABLES = 4, /* granules, places, directory of the index, its buckets */
	PATCHED_FROM = 2,
	PATCH_BYTES = 4
};

struct entry {
	struct strbuf bytes;
	uint64_t end; /* of the file */
};

static void take_texts(struct reader *in, struct strings *strings)
{
	for (size_t left = reader_u8(in); left > 0 && !in->failed; left--) {
		str text = reader_bytes(in, reader_u8(in));
		if (!in->failed)
			(void)strings_intern(strings, text);
	}
}

static void save(struct strings *strings, struct memory_file *to, struct entry *entry)
{
	struct strings_view *view = strings_publish(strings);
	struct table_store store = { &to->file, entry->end, &entry->bytes, 1, false };

	ASSERT(strings_save(strings, view, &store, NULL) == OK);
	entry->end = store.end;
	strings_view_unref(view);
}

/* The item's bytes stand behind the version of a table's entry. */
static size_t item_bytes(str entry)
{
	struct reader in = reader_of(str_from(entry, 1));

	return (size_t)reader_varint(&in);
}

static void patch(struct table *table, size_t bytes, str patches, unsigned which)
{
	ASSERT(bytes > 0);
	for (; patches.len >= PATCH_BYTES; patches = str_from(patches, PATCH_BYTES)) {
		struct reader in = reader_of(patches);
		uint8_t place[3];
		unsigned chosen = reader_u8(&in) % 2u + PATCHED_FROM;
		for (size_t i = 0; i < sizeof(place); i++)
			place[i] = reader_u8(&in);
		size_t at = (size_t)(place[0] | place[1] << 8);
		size_t count = table_count(table);
		if (chosen != which || count == 0)
			continue;
		char *item = table_change(table, at / bytes % count);
		item[at % bytes] = (char)(item[at % bytes] ^ (char)place[2]);
	}
}

/* All tables anew, patched on the way. */
static void save_patched(
	struct memory_file *from, str entry, str patches, struct memory_file *to, struct entry *out)
{
	strbuf_add(&out->bytes, str_upto(entry, HEAD_BYTES));
	entry = str_from(entry, HEAD_BYTES);
	for (unsigned t = 0; t < TABLES; t++) {
		size_t bytes = item_bytes(entry);
		struct table *table;
		ASSERT(table_load(&from->file, bytes, &entry, &table, NULL) == OK);
		table_forget_saved(table);
		patch(table, bytes, patches, t);
		struct view *view = table_publish(table);
		struct table_store store = { &to->file, out->end, &out->bytes, 1, false };
		ASSERT(table_save(table, view, &store, NULL) == OK);
		out->end = store.end;
		view_unref(view);
		table_free(table);
	}
}

static void check_same(struct strings *loaded, struct strings *strings)
{
	ASSERT(strings_count(loaded) == strings_count(strings));
	for (uint32_t code = 0; code < strings_count(strings); code++) {
		str text = strings_get(strings, code);
		ASSERT(str_equal(strings_get(loaded, code), text));
		ASSERT(strings_find(loaded, text) == code);
	}
}

/* Readers stay inside: a code that is found is one, and has that text. */
static void check_inside(struct strings *loaded, struct strings *strings)
{
	for (uint32_t code = 0; code < strings_count(strings); code++) {
		str text = strings_get(strings, code);
		uint32_t found = strings_find(loaded, text);
		ASSERT(found == STRINGS_NONE ||
			(found < strings_count(loaded) &&
				str_equal(strings_get(loaded, found), text)));
	}
}

static void load(struct memory_file *file, struct entry *entry, struct strings *strings, bool same)
{
	struct strings *loaded;
	struct why why = { 0 };
	str left = strbuf_str(&entry->bytes);
	err e = strings_load(&file->file, &left, &loaded, &why);

	ASSERT(e == OK || (!same && e == ERR_CORRUPT));
	if (e != OK)
		return;
	ASSERT(left.len == 0);
	if (same)
		check_same(loaded, strings);
	else
		check_inside(loaded, strings);
	strings_free(loaded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct reader in = reader_of((str){ (const char *)data, len });
	struct strings *strings = strings_create(1);
	struct memory_file *first = memory_file_create(), *second = memory_file_create();
	struct entry entry = { .bytes = strbuf_heap(INDEX_BYTES_MAX) };
	struct entry patched = { .bytes = strbuf_heap(INDEX_BYTES_MAX) };

	take_texts(&in, strings);
	str patches = in.failed ? STR("") : reader_bytes(&in, reader_left(&in));
	save(strings, first, &entry);
	load(first, &entry, strings, true);
	save_patched(first, strbuf_str(&entry.bytes), patches, second, &patched);
	load(second, &patched, strings, patches.len < PATCH_BYTES);
	strings_free(strings);
	memory_file_free(first);
	memory_file_free(second);
	strbuf_done(&entry.bytes);
	strbuf_done(&patched.bytes);
	return 0;
}
