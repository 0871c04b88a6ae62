/* tests/event_keep_test.c - a kept record is the same, shares nothing, and needs room. */
#include "event/codec.h"
#include "event/keep.h"
#include "support/random_record.h"
#include "test.h"

enum { ROUNDS = 300, ARENA_BYTES = 64 << 20, TEXT_BYTES_MAX = 16 << 20, GAP = 36 };

static bool is_within(str part, str whole)
{
	return part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len;
}

static bool stands_on_its_bytes(const struct kept_record *kept)
{
	const struct record *r = &kept->record;
	bool ok = is_within(r->source, kept->bytes) && is_within(r->message_id, kept->bytes) &&
		  is_within(r->activity, kept->bytes) && is_within(r->payload, kept->bytes);

	for (size_t i = 0; i < r->identifier_count; i++)
		ok = ok && is_within(r->identifiers[i].value, kept->bytes);
	for (size_t i = 0; i < r->attribute_count; i++)
		ok = ok && is_within(r->attributes[i].key, kept->bytes);
	return ok;
}

static str encoded(const struct record *record, struct strbuf *out)
{
	strbuf_clear(out);
	record_encode(record, out);
	return strbuf_str(out);
}

TEST(record_keep_is_the_same_record)
{
	struct random random = random_of(5);

	for (int i = 0; i < ROUNDS; i++) {
		AUTO_ARENA kept_arena = arena_create(ARENA_BYTES);
		struct strbuf before = strbuf_heap(TEXT_BYTES_MAX);
		struct strbuf after = strbuf_heap(TEXT_BYTES_MAX);
		struct kept_record kept;
		{
			AUTO_ARENA arena = arena_create(ARENA_BYTES);
			struct record record = random_record(&random, arena);
			(void)encoded(&record, &before);
			CHECK("kept",
				record_keep(&record, i % 2 == 0 ? 0 : GAP, kept_arena, &kept));
		} /* the first one's memory is gone: ASan would see a shared byte */
		CHECK("same bytes", str_equal(strbuf_str(&before), kept.bytes));
		CHECK("same record", str_equal(encoded(&kept.record, &after), kept.bytes));
		CHECK("on its bytes", stands_on_its_bytes(&kept));
		strbuf_done(&before);
		strbuf_done(&after);
	}
}

TEST(record_put_message_id_is_encoding_with_it)
{
	static const char id[GAP + 1] = "h:0123456789abcdef0123456789abcdef#1";
	struct random random = random_of(11);

	for (int i = 0; i < ROUNDS; i++) {
		AUTO_ARENA arena = arena_create(ARENA_BYTES);
		struct record record = random_record(&random, arena);
		struct strbuf with = strbuf_heap(TEXT_BYTES_MAX),
			      again = strbuf_heap(TEXT_BYTES_MAX);
		struct kept_record kept;
		record.message_id = STR("");
		CHECK("kept", record_keep(&record, GAP, arena, &kept));
		record_put_message_id(&kept, str_of(id));
		record.message_id = str_of(id);
		CHECK("same bytes", str_equal(encoded(&record, &with), kept.bytes));
		CHECK("same record", str_equal(encoded(&kept.record, &again), kept.bytes));
		CHECK("on its bytes", stands_on_its_bytes(&kept));
		strbuf_done(&with);
		strbuf_done(&again);
	}
}

TEST(record_keep_tells_a_full_arena)
{
	struct random random = random_of(6);

	for (int i = 0; i < ROUNDS / 10; i++) {
		AUTO_ARENA arena = arena_create(ARENA_BYTES);
		struct record record = random_record(&random, arena);
		struct kept_record kept;
		bool done = false;
		unsigned n = 0;
		while (!done && n < 10000) {
			AUTO_ARENA kept_arena = arena_create(ARENA_BYTES);
			arena_fail_at(kept_arena, ++n);
			done = record_keep(&record, GAP, kept_arena, &kept);
		}
		CHECK("in the end", done);
		CHECK("two allocations at least", n > 2);
	}
}
