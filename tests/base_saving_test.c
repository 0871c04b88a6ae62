/* tests/base_saving_test.c - what is saved is the moment of gathering, whatever comes after it. */
#include "base/saving.h"
#include "support/memory_file.h"
#include "test.h"

#include <stdio.h>

enum { ITEMS = 5000 };

struct shop {
	struct table *numbers;
	struct strings *names;
	struct memory_file *file;
	struct strbuf index;
	struct table_store store; /* store_of() */
};

static struct shop shop_make(void)
{
	struct shop s = { .numbers = table_create(sizeof(uint64_t)),
		.names = strings_create(1),
		.file = memory_file_create(),
		.index = strbuf_heap(1 << 20) };

	return s;
}

static struct table_store *store_of(struct shop *s)
{
	s->store.file = &s->file->file;
	s->store.index = &s->index;
	return &s->store;
}

static void shop_done(struct shop *s)
{
	table_free(s->numbers);
	strings_free(s->names);
	strbuf_done(&s->index);
	memory_file_free(s->file);
}

static void fill(struct shop *s, uint64_t from, uint64_t to)
{
	char name[24];

	for (uint64_t i = from; i < to; i++) {
		*(uint64_t *)table_push(s->numbers) = i;
		(void)snprintf(name, sizeof(name), "n%llu", (unsigned long long)i);
		(void)strings_intern(s->names, str_of(name));
	}
}

static struct saving *gather(struct shop *s)
{
	struct saving *saving = saving_create();

	saving_add_u32(saving, 7);
	saving_add_table(saving, s->numbers);
	saving_add_byte(saving, 'x');
	saving_add_strings(saving, s->names);
	saving_add_u64(saving, 9);
	return saving;
}

static void change(struct shop *s)
{
	for (size_t i = 0; i < table_count(s->numbers); i += 3)
		*(uint64_t *)table_change(s->numbers, i) = 0;
	fill(s, ITEMS, ITEMS + 700);
}

/* Takes both back, and looks whether they are the moment before change(). */
static bool is_moment(struct shop *s)
{
	str entry = strbuf_str(&s->index);
	struct table *numbers = NULL;
	struct strings *names = NULL;
	bool same = entry.len > 5 && entry.ptr[0] == 7;

	entry = str_from(entry, 4);
	CHECK("table", table_load(&s->file->file, sizeof(uint64_t), &entry, &numbers, NULL) == OK);
	same = same && entry.ptr[0] == 'x';
	entry = str_from(entry, 1);
	CHECK("names", strings_load(&s->file->file, &entry, &names, NULL) == OK);
	same = same && entry.len == 8 && entry.ptr[0] == 9 && table_count(numbers) == ITEMS &&
	       strings_count(names) == ITEMS;
	for (size_t i = 0; same && i < ITEMS; i++)
		same = *(const uint64_t *)table_at(numbers, i) == i;
	table_free(numbers);
	strings_free(names);
	return same;
}

TEST(saving_keeps_the_moment_of_gathering)
{
	struct shop s = shop_make();
	struct why why = { 0 };
	bool done = false;
	unsigned steps = 0;

	fill(&s, 0, ITEMS);
	struct saving *saving = gather(&s);
	for (; !done; steps++) { /* the writer goes on between the parts */
		change(&s);
		CHECK("step", saving_step(saving, store_of(&s), &done, &why) == OK);
	}
	CHECK("a step for each part", steps == 3);
	CHECK("the moment", is_moment(&s));
	CHECK("bytes", saving_bytes(saving) > ITEMS * sizeof(uint64_t));
	saving_free(saving);
	shop_done(&s);
}

/* What a later one holds already is not written again; forgotten, all of it is. */
TEST(saving_writes_what_changed)
{
	struct shop s = shop_make();
	struct why why = { 0 };

	fill(&s, 0, ITEMS);
	for (int round = 0; round < 3; round++) {
		struct saving *saving = gather(&s);
		uint64_t before = s.store.end;
		strbuf_clear(&s.index);
		if (round == 2)
			saving_forget(saving);
		if (round == 2)
			s.store.end = before = 0; /* of a new store */
		CHECK("write", saving_write(saving, store_of(&s), &why) == OK);
		CHECK("as much as needed",
			round == 1 ? s.store.end == before : s.store.end > before);
		CHECK("whole", is_moment(&s));
		saving_free(saving);
	}
	shop_done(&s);
}

TEST(saving_tells_the_error_of_each_write)
{
	struct shop s = shop_make();
	struct why why = { 0 };
	err e = ERR_IO;

	fill(&s, 0, ITEMS);
	for (unsigned n = 1; e != OK && n < 100; n++) {
		struct saving *saving = gather(&s);
		strbuf_clear(&s.index);
		s.store.end = 0;
		saving_forget(saving);
		s.file->fail_in = n;
		e = saving_write(saving, store_of(&s), &why);
		CHECK("told", e == OK || e == ERR_IO);
		saving_free(saving);
	}
	s.file->fail_in = 0;
	CHECK("in the end", e == OK && is_moment(&s));
	shop_done(&s);
}
