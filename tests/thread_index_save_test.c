/* tests/thread_index_save_test.c - a base into a store and back, and from the store into memory. */
#include "base/crc32c.h"
#include "base/saving.h"
#include "base/varint.h"
#include "support/memory_file.h"
#include "test.h"
#include "thread/thread_index.h"
#include "thread/threads_internal.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 200, PEOPLE = 7 };

/* A base over rows of seven people, some of them entities. */
static struct thread_index *make_base(uint64_t rows)
{
	struct identity *identity = identity_create();
	struct threads *threads = threads_create();

	for (uint64_t seq = 1; seq <= rows; seq++) {
		char text[16];
		(void)snprintf(text, sizeof(text), "p%u", (unsigned)(seq * seq % PEOPLE));
		struct record_identifier id = { .type = STR("cookie"), .value = str_of(text) };
		struct record record = { .kind = seq % 9 == 0 ? RECORD_ENTITY : RECORD_EVENT,
			.seq = seq,
			.has_time = true,
			.time = { .ms = (int64_t)(seq * 37 % 101) },
			.channel = STR("web"),
			.activity = seq % 2 == 0 ? STR("call") : STR("step"),
			.identifiers = &id,
			.identifier_count = 1 };
		uint32_t set = identity_set(identity, &record);
		(void)threads_add(threads, &record, seq, set);
		identity_add(identity, set, seq, 0, record.time.ms);
	}
	struct identity_view *people = identity_publish(identity);
	struct threads_view *view = threads_publish(threads, people);
	struct thread_index *base = thread_index_build_base(view, rows, 1);
	threads_view_unref(view);
	identity_view_unref(people);
	threads_free(threads);
	identity_free(identity);
	return base;
}

/* Saves into the store; the entry, on the heap. */
static struct strbuf save(struct thread_index *base, struct memory_file *store, uint64_t *end)
{
	struct strbuf entry = strbuf_heap(1 << 16);
	struct table_store to = { .file = &store->file, .end = *end, .index = &entry };
	struct saving *saving = saving_create();
	struct why why = { 0 };

	thread_index_save(base, saving);
	CHECK("saves", saving_write(saving, &to, &why) == OK);
	*end = to.end;
	saving_free(saving);
	return entry;
}

static struct thread_index *load(const struct strbuf *entry, struct memory_file *store)
{
	struct thread_index *base = NULL;
	str left = { entry->ptr, entry->len };
	struct why why = { 0 };

	CHECK("loads", thread_index_load(&store->file, &left, &base, &why) == OK);
	CHECK("all of the entry", left.len == 0);
	return base;
}

static bool is_same_slice(struct thread a, struct thread b)
{
	if (a.count == 0 || b.count == 0)
		return a.count == b.count;
	return a.count == b.count && memcmp(a.time, b.time, a.count * sizeof(*a.time)) == 0 &&
	       memcmp(a.what, b.what, a.count * sizeof(*a.what)) == 0 &&
	       memcmp(a.row, b.row, a.count * sizeof(*a.row)) == 0;
}

static bool are_same(const struct thread_index *a, const struct thread_index *b)
{
	bool same = thread_index_rows_end(a) == thread_index_rows_end(b) &&
		    thread_index_hidden(a) == thread_index_hidden(b);
	size_t rows = 0;

	for (uint32_t i = 0; same && i < PEOPLE; i++)
		for (int entities = 0; same && entities <= 1; entities++) {
			struct thread slice = thread_index_slice(a, i, entities);
			rows += slice.count;
			same = is_same_slice(slice, thread_index_slice(b, i, entities));
		}
	return same && rows == ROWS;
}

TEST(base_is_loaded_as_it_was_saved)
{
	struct memory_file *store = memory_file_create();
	struct thread_index *base = make_base(ROWS);
	uint64_t end = 100;
	struct strbuf entry = save(base, store, &end);
	struct thread_index *loaded = load(&entry, store);

	CHECK("mapped", store->mapped == 1);
	CHECK("same", are_same(base, loaded));
	CHECK("what is not loaded is in memory", thread_index_copy_base(base) == NULL);
	CHECK("nothing is no base", thread_index_copy_base(NULL) == NULL);
	thread_index_unref(loaded);
	CHECK("unmapped", store->mapped == 0);
	thread_index_unref(base);
	strbuf_done(&entry);
	memory_file_free(store);
}

/* As programs of before wrote it: arrays from multiples of 8, and an entry that begins with 1. */
static struct strbuf as_before(const struct strbuf *entry, struct memory_file *store, uint64_t at)
{
	struct reader in = reader_of((str){ entry->ptr, entry->len });
	struct strbuf bytes = strbuf_heap(1 << 20), out = strbuf_heap(1 << 16);
	uint64_t fields[6];
	static char got[1 << 20];

	CHECK("the present version", reader_u8(&in) == 2);
	uint64_t from = reader_u64(&in), size = reader_u64(&in);
	CHECK("the bytes lie at pages", from % 4096 == 0 && size % 4096 == 0);
	(void)reader_u32(&in);
	for (size_t i = 0; i < 6; i++)
		fields[i] = reader_u64(&in);
	const uint64_t groups = fields[3], events = fields[4], entities = fields[5];
	const uint64_t arrays[] = { 8 * events, 4 * events, 4 * events, 8 * (groups + 1),
		8 * entities, 4 * entities, 4 * entities, 8 * (groups + 1), 4 * fields[2],
		4 * groups };
	for (size_t i = 0; i < ARRAY_LEN(arrays); i++) {
		size_t count;
		err e = file_read_at(&store->file, from, got, (size_t)arrays[i], &count, NULL);
		CHECK("read", e == OK && count == arrays[i]);
		strbuf_add(&bytes, (str){ got, (size_t)arrays[i] });
		while (bytes.len % 8 != 0)
			strbuf_add_byte(&bytes, 0);
		from += (arrays[i] + 4095) / 4096 * 4096;
	}
	CHECK("written", file_write_at(&store->file, at, bytes.ptr, bytes.len, NULL) == OK);
	strbuf_add_byte(&out, 1);
	strbuf_add_u64(&out, at);
	strbuf_add_u64(&out, bytes.len);
	strbuf_add_u32(&out, crc32c(0, strbuf_str(&bytes)));
	for (size_t i = 0; i < 6; i++)
		strbuf_add_u64(&out, fields[i]);
	strbuf_done(&bytes);
	return out;
}

/* What was taken from such a place and is saved again keeps its place and its version. */
TEST(base_of_an_earlier_version_is_loaded)
{
	struct memory_file *store = memory_file_create();
	struct thread_index *base = make_base(ROWS);
	uint64_t end = 100;
	struct strbuf entry = save(base, store, &end), before = as_before(&entry, store, 1 << 18);
	struct thread_index *loaded = load(&before, store);
	struct strbuf again = save(loaded, store, &end);

	CHECK("same", are_same(base, loaded));
	CHECK("same entry", str_equal(strbuf_str(&again), strbuf_str(&before)));
	thread_index_unref(loaded);
	before.ptr[0] = 3;
	str left = strbuf_str(&before);
	struct why why = { 0 };
	CHECK("a later version",
		thread_index_load(&store->file, &left, &loaded, &why) == ERR_CORRUPT);
	thread_index_unref(base);
	strbuf_done(&entry);
	strbuf_done(&before);
	strbuf_done(&again);
	memory_file_free(store);
}

static err save_anew(struct thread_index *base, struct memory_file *file, unsigned threads,
	struct strbuf *entry, struct why *why)
{
	struct table_store to = {
		.file = &file->file, .end = 100, .index = entry, .threads = threads
	};
	struct saving *saving = saving_create();

	strbuf_clear(entry);
	thread_index_save(base, saving);
	saving_forget(saving);
	err e = saving_write(saving, &to, why);
	saving_free(saving);
	return e;
}

/* Arrays of more than one block: by two threads as by one, also after errors. */
TEST(base_is_saved_by_several_threads)
{
	enum { MANY = 150000 };
	struct memory_file *files[] = { memory_file_create(), memory_file_create() };
	struct thread_index *base = make_base(MANY);
	struct strbuf entries[] = { strbuf_heap(1 << 16), strbuf_heap(1 << 16) };

	for (unsigned t = 0; t < 2; t++) {
		err e = ERR_IO;
		for (unsigned n = 1; e != OK && n < 100; n++) {
			struct why why = { 0 };
			files[t]->fail_in = n;
			e = save_anew(base, files[t], t + 1, &entries[t], &why);
			CHECK("told", e == OK ? n > 2 : e == ERR_IO && why.message == MSG_IO);
		}
		CHECK("saved", e == OK);
		files[t]->fail_in = 0;
	}
	CHECK("the same entry", str_equal(strbuf_str(&entries[0]), strbuf_str(&entries[1])));
	CHECK("the same bytes",
		files[0]->len == files[1]->len &&
			memcmp(files[0]->bytes, files[1]->bytes, files[0]->len) == 0);
	struct thread_index *loaded = load(&entries[1], files[1]);
	thread_index_unref(loaded);
	thread_index_unref(base);
	for (size_t t = 0; t < 2; t++) {
		strbuf_done(&entries[t]);
		memory_file_free(files[t]);
	}
}

/* The copy need not be written again, for its bytes are in the store; until that one is left. */
TEST(copy_of_a_base_is_saved_where_the_base_is)
{
	struct memory_file *first = memory_file_create(), *second = memory_file_create();
	struct thread_index *base = make_base(ROWS);
	uint64_t end = 0, end_of_second = 0;
	struct strbuf entry = save(base, first, &end);
	struct thread_index *loaded = load(&entry, first);
	struct thread_index *copy = thread_index_copy_base(loaded);
	size_t written = first->written;

	CHECK("same", copy != NULL && are_same(base, copy));
	struct strbuf again = save(copy, first, &end);
	CHECK("nothing written", first->written == written);
	CHECK("the same entry", str_equal(strbuf_str(&entry), strbuf_str(&again)));
	strbuf_done(&again);

	/* A checkpoint that began before the copy took its base's place begins another store. */
	struct saving *saving = saving_create();
	thread_index_save(loaded, saving);
	saving_forget(saving);
	saving_free(saving);
	thread_index_unref(loaded);
	CHECK("the copy needs no file", first->mapped == 0 && are_same(base, copy));
	struct strbuf anew = save(copy, second, &end_of_second);
	CHECK("written whole", second->written > 0);
	struct thread_index *last = load(&anew, second);
	CHECK("same", are_same(base, last));
	thread_index_unref(last);
	thread_index_unref(copy);
	thread_index_unref(base);
	strbuf_done(&anew);
	strbuf_done(&entry);
	memory_file_free(second);
	memory_file_free(first);
}
