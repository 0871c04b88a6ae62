/* tests/base_table_save_test.c - tables to a file and back: cycles, failing calls, damage. */
#include "base/random.h"
#include "base/table.h"
#include "support/memory_file.h"
#include "test.h"

#include <string.h>

enum { ITEMS_MAX = 6000, INDEX_BYTES_MAX = 1 << 20 };

/* A table of u64, and plain. */
struct pair {
	struct table *table;
	uint64_t plain[ITEMS_MAX];
	size_t count;
};

static void change_some(struct pair *p, struct random *random)
{
	size_t pushes = random_below(random, 900), changes = random_below(random, 5);

	if (random_below(random, 8) == 0) {
		p->count = random_below(random, p->count + 1);
		table_resize(p->table, p->count);
	}
	for (size_t i = 0; i < pushes && p->count < ITEMS_MAX; i++)
		*(uint64_t *)table_push(p->table) = p->plain[p->count++] = random_next(random);
	for (size_t i = 0; i < changes && p->count > 0; i++) {
		size_t at = random_below(random, p->count);
		*(uint64_t *)table_change(p->table, at) = p->plain[at] = random_next(random);
	}
}

static bool same(const struct pair *p)
{
	if (table_count(p->table) != p->count)
		return false;
	for (size_t i = 0; i < p->count; i++)
		if (*(const uint64_t *)table_at(p->table, i) != p->plain[i])
			return false;
	return true;
}

static err save(struct pair *p, struct file *file, uint64_t *end, struct strbuf *index)
{
	struct view *view = table_publish(p->table);
	struct table_store store = { .file = file, .end = *end, .index = index };
	err e = table_save(p->table, view, &store, NULL);

	*end = store.end;
	view_unref(view);
	return e;
}

/* Several tables in one file, saved often, loaded now and then, moved to a new file at times. */
TEST(table_save_and_load_cycles)
{
	static struct pair pairs[3];
	struct random random = random_of(7);
	struct memory_file *file = memory_file_create(), *old = NULL;
	uint64_t end = 0;
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);

	for (size_t t = 0; t < ARRAY_LEN(pairs); t++)
		pairs[t] = (struct pair){ .table = table_create(8) };
	for (int round = 0; round < 200; round++) {
		bool move = old == NULL && random_below(&random, 20) == 0;
		if (move) {
			old = file;
			file = memory_file_create();
			end = 0;
		}
		strbuf_clear(&index);
		for (size_t t = 0; t < ARRAY_LEN(pairs); t++) {
			change_some(&pairs[t], &random);
			if (move)
				table_forget_saved(pairs[t].table);
			CHECK("save", save(&pairs[t], &file->file, &end, &index) == OK);
			CHECK("bytes", table_saved_bytes(pairs[t].table) ==
					       (pairs[t].count + 511) / 512 * 4096);
		}
		CHECK("end", end % 4096 == 0 && end == file->len);
		if (random_below(&random, 3) > 0)
			continue;
		str left = strbuf_str(&index);
		for (size_t t = 0; t < ARRAY_LEN(pairs); t++) {
			table_free(pairs[t].table);
			CHECK("load",
				table_load(&file->file, 8, &left, &pairs[t].table, NULL) == OK);
			CHECK("same", same(&pairs[t]));
		}
		CHECK("all of the index", left.len == 0);
		if (old != NULL)
			memory_file_free(old);
		old = NULL;
	}
	for (size_t t = 0; t < ARRAY_LEN(pairs); t++)
		table_free(pairs[t].table);
	strbuf_done(&index);
	memory_file_free(file);
	if (old != NULL)
		memory_file_free(old);
}

TEST(table_save_writes_what_changed)
{
	struct memory_file *file = memory_file_create();
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct table *table = table_create(4);
	struct table_store store = { .file = &file->file, .index = &index };
	static const struct {
		const char *row;
		size_t push, change, changes, pages;
	} rows[] = {
		{ "all at first", 10 * 1024 + 5, 0, 0, 11 },
		{ "nothing changed", 0, 0, 0, 0 },
		{ "the tail has grown", 1, 0, 0, 1 },
		{ "two changes in one chunk", 0, 3000, 2, 1 },
		{ "the tail fills up and two follow", 2048, 0, 0, 3 },
		{ "a change in the tail", 0, 12 * 1024 + 1, 1, 1 },
	};

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		size_t before = file->written;
		for (size_t i = 0; i < rows[r].push; i++)
			*(uint32_t *)table_push(table) = 1;
		for (size_t i = 0; i < rows[r].changes; i++)
			*(uint32_t *)table_change(table, rows[r].change + i) = 2;
		struct view *view = table_publish(table);
		strbuf_clear(&index);
		CHECK(rows[r].row, table_save(table, view, &store, NULL) == OK);
		CHECK(rows[r].row, file->written - before == rows[r].pages * (size_t)4096);
		view_unref(view);
	}
	str left = strbuf_str(&index);
	struct table *loaded;
	CHECK("loads", table_load(&file->file, 4, &left, &loaded, NULL) == OK);
	struct view *view = table_publish(loaded);
	size_t before = file->written;
	strbuf_clear(&index);
	CHECK("after loading nothing is new",
		table_save(loaded, view, &store, NULL) == OK && file->written == before);
	CHECK("mapped, but for the tail", table_resident_bytes(loaded) < (size_t)3 * 4096);
	view_unref(view);
	table_free(loaded);
	table_free(table);
	strbuf_done(&index);
	memory_file_free(file);
}

/* Views taken before a save may be saved while the writer is far ahead. */
TEST(table_save_of_an_older_view)
{
	struct memory_file *file = memory_file_create();
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct table *table = table_create(8), *loaded;
	struct table_store store = { .file = &file->file, .index = &index };

	for (uint64_t i = 0; i < 2000; i++)
		*(uint64_t *)table_push(table) = i;
	struct view *view = table_publish(table);
	for (size_t i = 0; i < 2000; i += 100)
		*(uint64_t *)table_change(table, i) = 0;
	table_resize(table, 700);
	view_unref(table_publish(table));
	CHECK("save", table_save(table, view, &store, NULL) == OK);
	view_unref(view);
	str left = strbuf_str(&index);
	CHECK("load", table_load(&file->file, 8, &left, &loaded, NULL) == OK);
	CHECK("count", table_count(loaded) == 2000);
	for (size_t i = 0; i < 2000; i++)
		CHECK("items", *(const uint64_t *)table_at(loaded, i) == i);
	table_free(table);
	table_free(loaded);
	strbuf_done(&index);
	memory_file_free(file);
}

TEST(table_save_and_load_when_calls_fail)
{
	static struct pair p;
	struct random random = random_of(3);
	struct memory_file *file = memory_file_create();
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct table_store store = { .file = &file->file, .index = &index };
	struct why why = { 0 };

	p = (struct pair){ .table = table_create(8) };
	for (int round = 0; round < 20; round++) {
		change_some(&p, &random);
		struct view *view = table_publish(p.table);
		err e = ERR_IO;
		for (unsigned n = 1; e != OK; n++) {
			uint64_t before = store.end;
			file->fail_in = n;
			strbuf_clear(&index);
			e = table_save(p.table, view, &store, &why);
			CHECK("save", e == OK || (e == ERR_IO && store.end == before));
		}
		file->fail_in = 0;
		view_unref(view);
		struct table *loaded = NULL;
		e = ERR_IO;
		for (unsigned n = 1; e != OK; n++) {
			str left = strbuf_str(&index);
			file->fail_in = n;
			e = table_load(&file->file, 8, &left, &loaded, &why);
			CHECK("load", e == OK || (e == ERR_IO && loaded == NULL &&
							 left.ptr == index.ptr));
		}
		file->fail_in = 0;
		table_free(p.table);
		p.table = loaded;
		CHECK("same", same(&p));
	}
	struct strbuf tiny = strbuf_heap(12);
	CHECK("index full", save(&p, &file->file, &store.end, &tiny) == ERR_LIMIT);
	table_free(p.table);
	strbuf_done(&tiny);
	strbuf_done(&index);
	memory_file_free(file);
}

/* A long table in shares: by many threads as by one. */
enum { LONG_ITEMS = 3 << 19, LONG_CHANGES = 500 }; /* 12 MiB: three shares */

static err save_long(struct table *table, struct memory_file *file, unsigned threads, uint64_t *end,
	struct strbuf *index)
{
	struct view *view = table_publish(table);
	struct table_store store = {
		.file = &file->file, .end = *end, .index = index, .threads = threads
	};
	err e = table_save(table, view, &store, NULL);

	*end = store.end;
	view_unref(view);
	return e;
}

TEST(table_save_by_several_threads)
{
	struct random random = random_of(11);
	struct memory_file *files[] = { memory_file_create(), memory_file_create() };
	struct table *tables[] = { table_create(8), table_create(8) };
	struct strbuf indexes[] = { strbuf_heap(INDEX_BYTES_MAX), strbuf_heap(INDEX_BYTES_MAX) };
	uint64_t ends[2] = { 0 };

	for (uint64_t i = 0; i < LONG_ITEMS; i++)
		for (size_t t = 0; t < 2; t++)
			*(uint64_t *)table_push(tables[t]) = i * 3;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; round > 0 && i < LONG_CHANGES; i++) {
			size_t at = random_below(&random, LONG_ITEMS);
			for (size_t t = 0; t < 2; t++)
				*(uint64_t *)table_change(tables[t], at) = i;
		}
		for (unsigned t = 0; t < 2; t++) {
			strbuf_clear(&indexes[t]);
			CHECK("save", save_long(tables[t], files[t], 1 + 3 * t, &ends[t],
					      &indexes[t]) == OK);
		}
		CHECK("the same index",
			str_equal(strbuf_str(&indexes[0]), strbuf_str(&indexes[1])));
		CHECK("the same file",
			ends[0] == ends[1] && files[0]->len == files[1]->len &&
				memcmp(files[0]->bytes, files[1]->bytes, files[0]->len) == 0);
	}
	for (size_t t = 0; t < 2; t++) {
		table_free(tables[t]);
		strbuf_done(&indexes[t]);
		memory_file_free(files[t]);
	}
}

TEST(table_save_by_several_threads_tells_the_error)
{
	struct memory_file *file = memory_file_create();
	struct table *table = table_create(8);
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	uint64_t end = 0;
	err e = ERR_IO;

	table_resize(table, LONG_ITEMS);
	for (unsigned n = 1; e != OK && n < 1000; n += 7) {
		file->fail_in = n;
		strbuf_clear(&index);
		e = save_long(table, file, 2, &end, &index);
		CHECK("told", e == OK ? n > 1 : e == ERR_IO && end == 0);
	}
	CHECK("in the end", e == OK && end == LONG_ITEMS * (uint64_t)8);
	table_free(table);
	strbuf_done(&index);
	memory_file_free(file);
}

/* On the real disk: every flipped byte that is in use is found, with its chunk's offset. */
TEST(table_load_finds_damage)
{
	char path[PATH_BYTES_MAX];
	struct file *file;
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	static struct pair p;
	struct random random = random_of(5);
	uint64_t end = 10; /* something else was there before */

	p = (struct pair){ .table = table_create(8) };
	CHECK("path", path_join(path, test_folder(), "tables", NULL) == OK);
	CHECK("open", disk_open(disk_real(), path, FILE_CREATE, &file, NULL) == OK);
	while (p.count < 1100)
		change_some(&p, &random);
	CHECK("save", save(&p, file, &end, &index) == OK);
	for (int i = 0; i < 60; i++) {
		uint64_t at = 4096 + random_below(&random, p.count * 8);
		char byte;
		size_t got;
		struct table *loaded = NULL;
		struct why why = { 0 };
		str left = strbuf_str(&index);
		why_at(&why, STR("the/tables"), -1, -1, -1);
		CHECK("read", file_read_at(file, at, &byte, 1, &got, NULL) == OK);
		byte = (char)(byte ^ (1 << random_below(&random, 8)));
		CHECK("write", file_write_at(file, at, &byte, 1, NULL) == OK);
		CHECK("found", table_load(file, 8, &left, &loaded, &why) == ERR_CORRUPT);
		CHECK("where", why.has_offset && (uint64_t)why.offset == at / 4096 * 4096 &&
				       strcmp(why.file, "the/tables") == 0);
		byte = (char)(p.plain[(at - 4096) / 8] >> at % 8 * 8);
		CHECK("mend", file_write_at(file, at, &byte, 1, NULL) == OK);
	}
	struct table *loaded = NULL;
	str left = strbuf_str(&index);
	CHECK("mended", table_load(file, 8, &left, &loaded, NULL) == OK);
	table_free(loaded);
	left = strbuf_str(&index);
	CHECK("cut", file_truncate(file, end - 4096, NULL) == OK);
	struct why why = { 0 };
	CHECK("cut", table_load(file, 8, &left, &loaded, &why) == ERR_CORRUPT &&
			     (uint64_t)why.offset == end - 4096);
	table_free(p.table);
	file_close(file);
	strbuf_done(&index);
}

/* Of the index any flipped bit is found, and any cut. */
TEST(table_load_finds_a_damaged_index)
{
	struct memory_file *file = memory_file_create();
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct table *table = table_create(4), *loaded = NULL;
	struct table_store store = { .file = &file->file, .index = &index };

	for (uint32_t i = 0; i < 5000; i++)
		*(uint32_t *)table_push(table) = i;
	struct view *view = table_publish(table);
	CHECK("save", table_save(table, view, &store, NULL) == OK);
	view_unref(view);
	for (size_t bit = 0; bit < index.len * 8; bit++) {
		index.ptr[bit / 8] = (char)(index.ptr[bit / 8] ^ 1 << bit % 8);
		str left = strbuf_str(&index);
		err e = table_load(&file->file, 4, &left, &loaded, NULL);
		CHECK("flip", e == ERR_CORRUPT || (bit < 8 && e == ERR_VERSION));
		index.ptr[bit / 8] = (char)(index.ptr[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t len = 0; len < index.len; len++) {
		str left = { index.ptr, len };
		CHECK("cut", table_load(&file->file, 4, &left, &loaded, NULL) == ERR_CORRUPT);
	}
	str left = strbuf_str(&index);
	CHECK("other item size", table_load(&file->file, 8, &left, &loaded, NULL) == ERR_CORRUPT);
	table_free(table);
	strbuf_done(&index);
	memory_file_free(file);
}
