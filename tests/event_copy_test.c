/* tests/event_copy_test.c - a copied record is the same, shares nothing, and needs room. */
#include "event/codec.h"
#include "event/copy.h"
#include "support/random_record.h"
#include "test.h"

enum { ROUNDS = 300, ARENA_BYTES = 64 << 20, TEXT_BYTES_MAX = 16 << 20 };

TEST(record_copy_is_the_same_record)
{
	struct random random = random_of(5);

	for (int i = 0; i < ROUNDS; i++) {
		AUTO_ARENA kept = arena_create(ARENA_BYTES);
		struct strbuf before = strbuf_heap(TEXT_BYTES_MAX);
		struct strbuf after = strbuf_heap(TEXT_BYTES_MAX);
		struct record copy;
		{
			AUTO_ARENA arena = arena_create(ARENA_BYTES);
			struct record record = random_record(&random, arena);
			record_encode(&record, &before);
			CHECK("copied", record_copy(&record, kept, &copy));
		} /* the first one's memory is gone: ASan would see a shared byte */
		record_encode(&copy, &after);
		CHECK("same", str_equal(strbuf_str(&before), strbuf_str(&after)));
		strbuf_done(&before);
		strbuf_done(&after);
	}
}

TEST(record_copy_tells_a_full_arena)
{
	struct random random = random_of(6);

	for (int i = 0; i < ROUNDS / 10; i++) {
		AUTO_ARENA arena = arena_create(ARENA_BYTES);
		struct record record = random_record(&random, arena), copy;
		bool done = false;
		unsigned n = 0;
		while (!done && n < 10000) {
			AUTO_ARENA kept = arena_create(ARENA_BYTES);
			arena_fail_at(kept, ++n);
			done = record_copy(&record, kept, &copy);
		}
		CHECK("in the end", done);
	}
}
