/* tests/base_arena_test.c - memory with a limit, and strings that grow up to theirs. */
#include "base/arena.h"

#include "test.h"

#include <string.h>

enum { LIMIT = 100000 };

TEST(arena_gives_zeroed_aligned_memory)
{
	AUTO_ARENA arena = arena_create(LIMIT);

	for (size_t bytes = 1; bytes < 200; bytes++) {
		char *p = arena_alloc(arena, bytes);
		CHECK("there", p != NULL && (uintptr_t)p % _Alignof(max_align_t) == 0);
		for (size_t i = 0; p != NULL && i < bytes; i++)
			CHECK("zero", p[i] == 0);
		memset(p, 0xff, bytes);
	}
	CHECK("charged", arena_taken(arena) + arena_left(arena) == LIMIT);
}

TEST(arena_keeps_its_limit)
{
	AUTO_ARENA arena = arena_create(LIMIT);
	size_t got = 0;

	while (arena_alloc(arena, 1000) != NULL)
		got += 1000;
	CHECK("most of it", got > LIMIT * 8 / 10 && got <= LIMIT);
	CHECK("never more", arena_taken(arena) <= LIMIT);
	CHECK("too much at once", arena_alloc(arena, LIMIT) == NULL);
	CHECK("absurd", arena_alloc(arena, SIZE_MAX) == NULL);
	CHECK("overflow", arena_array(arena, SIZE_MAX / 2, 3) == NULL);
	CHECK("no string", arena_str(arena, (str){ (const char[LIMIT]){ 0 }, LIMIT }).ptr == NULL);
	AUTO_ARENA none = arena_create(0);
	CHECK("none", arena_alloc(none, 1) == NULL && arena_left(none) == 0);
	CHECK("no items", arena_array(arena, 0, 8) != NULL || arena_left(arena) < 64);
}

TEST(arena_reset_begins_anew)
{
	AUTO_ARENA arena = arena_create(LIMIT);

	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 50; i++) {
			char *p = arena_alloc(arena, 1000);
			CHECK("room each time", p != NULL && p[0] == 0 && p[999] == 0);
			if (p != NULL)
				memset(p, 1, 1000);
		}
		arena_reset(arena);
	}
	arena_reset(arena);
	CHECK("one block is kept", arena_taken(arena) < LIMIT);
}

TEST(arena_str_copies)
{
	AUTO_ARENA arena = arena_create(LIMIT);
	char word[] = "word";
	str copy = arena_str(arena, (str){ word, 4 });

	word[0] = 'x';
	CHECK("a copy, with NUL", str_equal(copy, STR("word")) && strcmp(copy.ptr, "word") == 0);
	CHECK("of nothing", arena_str(arena, (str){ NULL, 0 }).ptr != NULL);
}

TEST(arena_fails_where_told)
{
	AUTO_ARENA arena = arena_create(LIMIT);

	arena_fail_at(arena, 3);
	CHECK("first", arena_alloc(arena, 1) != NULL);
	CHECK("second", arena_alloc(arena, 1) != NULL);
	CHECK("third", arena_alloc(arena, 1) == NULL);
	CHECK("once", arena_alloc(arena, 1) != NULL);
	arena_fail_at(arena, 1);
	arena_fail_at(arena, 0);
	CHECK("off", arena_alloc(arena, 1) != NULL);
	arena_free(NULL);
}

static void check_strbuf(const char *row, struct strbuf *buf)
{
	strbuf_add(buf, STR("abc"));
	strbuf_add_c(buf, "-");
	strbuf_add_byte(buf, 'x');
	strbuf_add_lower(buf, STR("A\xc3\x89Z"));
	strbuf_add_int(buf, INT64_MIN);
	strbuf_add_int(buf, 0);
	strbuf_printf(buf, "%d%%", 5);
	strbuf_add(buf, (str){ NULL, 0 });
	CHECK(row, strbuf_ok(buf));
	CHECK(row, str_equal(strbuf_str(buf), STR("abc-xa\xc3\x89z-922337203685477580805%")));
	char *room = strbuf_room(buf, 2);
	CHECK(row, room != NULL);
	if (room != NULL) {
		memcpy(room, "!!", 2);
		buf->len += 2;
	}
	CHECK(row, str_ends(strbuf_str(buf), STR("5%!!")));
	size_t before = buf->len;
	CHECK(row, strbuf_room(buf, LIMIT) == NULL && !strbuf_ok(buf));
	CHECK(row, buf->len == before);
	strbuf_add_byte(buf, 'x');
	CHECK(row, buf->len == before || !strbuf_ok(buf)); /* errors stick */
	strbuf_clear(buf);
	CHECK(row, strbuf_ok(buf) && strbuf_str(buf).len == 0);
}

TEST(strbuf_in_an_arena_and_on_the_heap)
{
	AUTO_ARENA arena = arena_create(LIMIT);
	struct strbuf inside = strbuf_in(arena, 1000), heap = strbuf_heap(1000);

	check_strbuf("arena", &inside);
	check_strbuf("heap", &heap);
	strbuf_done(&heap);
	CHECK("done, and used anew", heap.ptr == NULL && heap.cap_max == 1000);
	strbuf_add(&heap, STR("again"));
	CHECK("anew", str_equal(strbuf_str(&heap), STR("again")));
	strbuf_done(&heap);
}

TEST(strbuf_stops_exactly_at_its_ceiling)
{
	for (size_t ceiling = 0; ceiling < 300; ceiling++) {
		struct strbuf buf = strbuf_heap(ceiling);
		for (size_t i = 0; i < ceiling; i++)
			strbuf_add_byte(&buf, 'a');
		CHECK("full", strbuf_ok(&buf) && buf.len == ceiling && buf.cap <= ceiling);
		strbuf_add_byte(&buf, 'b');
		CHECK("over", !strbuf_ok(&buf) && buf.len == ceiling);
		strbuf_done(&buf);
	}
}

TEST(strbuf_meets_a_full_arena)
{
	AUTO_ARENA arena = arena_create(LIMIT);
	struct strbuf buf = strbuf_in(arena, SIZE_MAX);

	strbuf_add(&buf, STR("kept"));
	arena_fail_at(arena, 1);
	for (int i = 0; i < 1000 && strbuf_ok(&buf); i++)
		strbuf_add(&buf, STR("more"));
	CHECK("failed", !strbuf_ok(&buf));
	CHECK("what it had", buf.len >= 4 && memcmp(buf.ptr, "kept", 4) == 0);
}

TEST(strbuf_printf_is_bounded)
{
	struct strbuf buf = strbuf_heap(10000);
	static char word[2000];

	memset(word, 'w', sizeof(word) - 1);
	strbuf_printf(&buf, "%s", word);
	CHECK("1,000 bytes a call", !strbuf_ok(&buf) && buf.len == 0);
	strbuf_done(&buf);
}

TEST(memory_of_lines_begins_with_one)
{
	static const size_t rows[] = { 1, 64, 1000, 100000, 8 << 20 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned char *memory = memory_alloc_lines(rows[i]);
		CHECK("at a line", (uintptr_t)memory % 64 == 0);
		size_t zeros = 0;
		for (size_t k = 0; k < rows[i]; k++)
			zeros += memory[k] == 0;
		CHECK("zeroed", zeros == rows[i]);
		memset(memory, 1, rows[i]);
		memory_free_lines(memory);
	}
	memory_free_lines(NULL);
}
