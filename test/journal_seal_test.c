/* test/journal_seal_test.c - sealed blocks give back the very same bytes, or say that they cannot.
 */
#include "journal/seal.h"

#include "event/codec.h"
#include "support/random_record.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 256 << 20 };

/* How the records of a block are made. */
enum mix { MIX_PLAIN, MIX_RANDOM, MIX_GARBAGE, MIX_ALL, MIX_COUNT_ };
static const char *const mix_names[] = { "plain", "random", "garbage", "all" };

static str encoded(const struct record *record, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, RECORD_BYTES_MAX);

	record_encode(record, &out);
	return strbuf_str(&out);
}

static str garbage(struct random *random, struct arena *arena)
{
	struct record r = random_plain_event(random, arena);
	str bytes = encoded(&r, arena);
	char *changed = (char *)(uintptr_t)bytes.ptr;

	switch (random_below(random, 4)) {
	case 0:
		return str_upto(bytes, random_below(random, bytes.len + 1));
	case 1:
		changed[random_below(random, bytes.len)] ^= (char)(1 << random_below(random, 8));
		return bytes;
	case 2:
		return str_from(bytes, random_below(random, bytes.len + 1));
	default:
		for (size_t i = 0; i < bytes.len; i++)
			changed[i] = (char)random_next(random);
		return bytes;
	}
}

static str one_of(enum mix mix, struct random *random, struct arena *arena)
{
	struct record r;

	if (mix == MIX_ALL)
		mix = random_below(random, MIX_ALL);
	if (mix == MIX_GARBAGE)
		return garbage(random, arena);
	r = mix == MIX_PLAIN ? random_plain_event(random, arena) : random_record(random, arena);
	return encoded(&r, arena);
}

static struct sealed_record *records_of(
	enum mix mix, size_t count, struct random *random, struct arena *arena)
{
	struct sealed_record *records = arena_array(arena, count, sizeof(*records));
	int64_t received = 1773500966535;

	ASSERT(records != NULL);
	for (size_t i = 0; i < count; i++) {
		received += (int64_t)random_below(random, 3);
		records[i].received_ms = received;
		records[i].bytes = one_of(mix, random, arena);
	}
	return records;
}

static bool same(const struct sealed_record *a, const struct sealed_record *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].received_ms != b[i].received_ms || !str_equal(a[i].bytes, b[i].bytes))
			return false;
	return true;
}

static void check_round_trip(
	const char *row, const struct sealed_record *records, size_t count, int level)
{
	struct strbuf block = strbuf_heap(ROOM);
	AUTO_ARENA arena = arena_create(ROOM);
	struct sealed_record *back = NULL;
	struct why why = { 0 };
	size_t n = 0;

	CHECK(row, seal_block(records, count, level, &block, &why) == OK);
	CHECK(row, unseal_block(strbuf_str(&block), arena, &back, &n, &why) == OK);
	CHECK(row, n == count);
	CHECK(row, n == count && same(records, back, n));
	strbuf_done(&block);
}

TEST(seal_gives_back_the_same_bytes)
{
	static const size_t counts[] = { 1, 2, 3, 17, 300, 2000 };
	struct random random = random_of(7);
	char row[64];

	for (enum mix mix = 0; mix < MIX_COUNT_; mix++)
		for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
			AUTO_ARENA arena = arena_create(ROOM);
			struct sealed_record *records = records_of(mix, counts[i], &random, arena);
			(void)snprintf(row, sizeof(row), "%zu %s", counts[i], mix_names[mix]);
			check_round_trip(row, records, counts[i], 1);
		}
}

TEST(seal_holds_as_many_records_as_it_says)
{
	struct random random = random_of(8);
	AUTO_ARENA arena = arena_create(ROOM);
	struct sealed_record *records = records_of(MIX_PLAIN, SEAL_RECORDS_MAX, &random, arena);

	check_round_trip("65,536 records", records, SEAL_RECORDS_MAX, 1);
}
