/* tests/journal_seal_test.c - sealed blocks give back the very same bytes, or say that they cannot.
 */
#include "journal/seal_internal.h"

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
		mix = (enum mix)random_below(random, MIX_ALL);
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

/* ---- what only some values meet */

static const str words[] = {
	STR_INIT("550e8400-e29b-41d4-a716-446655440000"),
	STR_INIT("550E8400-E29B-41D4-A716-446655440000"),
	STR_INIT("x550e8400-e29b-41d4-a716-446655440000y"),
	STR_INIT("550e8400-e29b-41d4-a716-44665544000"),
	STR_INIT("550e8400xe29b-41d4-a716-446655440000"),
	STR_INIT("h:9f86d081884c7d659a2feaa0c55ad015#1"),
	STR_INIT("9f86d081884c7d659a2feaa0c55ad01"),
	STR_INIT("9f86d081884c7d659a2feaa0c55ad015z"),
	STR_INIT("9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015"),
	STR_INIT("9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015ff"),
	STR_INIT("2026-03-14T15:09:26.535Z"),
	STR_INIT("2026-03-14T15:09:26Z"),
	STR_INIT("2026-02-29T00:00:00Z"),
	STR_INIT("2024-02-29T23:59:59.999Z"),
	STR_INIT("2024-02-29T24:00:00.000Z"),
	STR_INIT("2026-06-30T23:59:60Z"),
	STR_INIT("0000-01-01T00:00:00Z"),
	STR_INIT("0000-00-00T00:00:00Z"),
	STR_INIT("9999-12-31T23:59:59.999Z"),
	STR_INIT("1969-12-31T23:59:59.999Z"),
	STR_INIT("2026-03-14T15:09:26.535+01:00"),
	STR_INIT("x2026-03-14T15:09:26.535Zx"),
	STR_INIT("0"),
	STR_INIT("00"),
	STR_INIT("-1"),
	STR_INIT("007"),
	STR_INIT("999999999999999999"),
	STR_INIT("099999999999999999"),
	STR_INIT("1000000000000000000"),
	STR_INIT("18446744073709551616"),
	STR_INIT("+33612345678"),
	STR_INIT("203.0.113.7"),
	STR_INIT("1.50"),
	STR_INIT("1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16-17-18-19-20-21-22-23-24-25-26-27-28-29-30-"
		 "31-32-33-34-35-36-37-38-39-40"),
	STR_INIT(""),
	STR_INIT("\0"),
	STR_INIT("\xff\xfe"),
	STR_INIT("\xc3\xa9"
		 "0123456789abcdef"),
};

static struct sealed_record with_text(str text, struct arena *arena)
{
	struct attribute *a = arena_alloc(arena, sizeof(*a));

	*a = (struct attribute){ STR("k"), { .kind = VALUE_STRING, .string = text } };
	struct record r = { .kind = RECORD_ENTITY, .attributes = a, .attribute_count = 1 };
	return (struct sealed_record){ .received_ms = 0, .bytes = encoded(&r, arena) };
}

/* Each word often enough to get a pattern of its own, with numbers that make each string new. */
TEST(seal_of_strings_with_patterns)
{
	enum { TIMES = 1000 }; /* too many to be kept whole */

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		AUTO_ARENA arena = arena_create(ROOM);
		static struct sealed_record same_word[TIMES], numbered[TIMES];
		for (int n = 0; n < TIMES; n++) {
			struct strbuf text = strbuf_in(arena, 1000);
			same_word[n] = with_text(words[i], arena);
			strbuf_add(&text, words[i]);
			strbuf_printf(&text, "%d", n * 7);
			numbered[n] = with_text(strbuf_str(&text), arena);
		}
		check_round_trip(words[i].ptr, same_word, TIMES, 1);
		check_round_trip(words[i].ptr, numbered, TIMES, 1);
	}
}

TEST(seal_of_all_words_in_one_column)
{
	enum { TIMES = 100 };
	AUTO_ARENA arena = arena_create(ROOM);
	static struct sealed_record records[TIMES * ARRAY_LEN(words)];
	struct random random = random_of(11);

	for (size_t i = 0; i < ARRAY_LEN(records); i++)
		records[i] = with_text(words[random_below(&random, ARRAY_LEN(words))], arena);
	check_round_trip("all", records, ARRAY_LEN(records), 1);
}

static bool writes_back(const struct token *tokens, size_t count, str text)
{
	char again[SEAL_PATTERN_TEXT_MAX + 1];
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += token_write(&tokens[i], again + len, len);
	return str_equal((str){ again, len }, text);
}

TEST(strings_follow_the_pattern_of_others)
{
	static const struct {
		const char *row;
		str first, second;
		bool follows;
	} rows[] = {
		{ "uuid", STR_INIT("a:550e8400-e29b-41d4-a716-446655440000"),
			STR_INIT("a:550e8400-e29b-41d4-a716-44665544ffff"), true },
		{ "upper case", STR_INIT("550e8400-e29b-41d4-a716-446655440000"),
			STR_INIT("550E8400-e29b-41d4-a716-44665544ffff"), false },
		{ "hash of digits alone", STR_INIT("h:9f86d081884c7d659a2feaa0c55ad015#1"),
			STR_INIT("h:00000000000000000000000000000000#12"), true },
		{ "longer hash", STR_INIT("9f86d081884c7d659a2feaa0c55ad015"),
			STR_INIT("9f86d081884c7d659a2feaa0c55ad01500"), false },
		{ "time", STR_INIT("2026-03-14T15:09:26.535Z"),
			STR_INIT("2024-02-29T00:00:00.000Z"), true },
		{ "no such day", STR_INIT("2026-03-14T15:09:26Z"), STR_INIT("2026-02-29T15:09:26Z"),
			false },
		{ "time without ms", STR_INIT("2026-03-14T15:09:26.535Z"),
			STR_INIT("2026-03-14T15:09:26Z"), false },
		{ "number", STR_INIT("n12x"), STR_INIT("n123456789012345678x"), true },
		{ "long number", STR_INIT("n12x"), STR_INIT("n1234567890123456789x"), false },
		{ "leading zero", STR_INIT("n12x"), STR_INIT("n012x"), false },
		{ "zero", STR_INIT("n12x"), STR_INIT("n0x"), true },
		{ "digits", STR_INIT("n012x"), STR_INIT("n123x"), true },
		{ "more digits", STR_INIT("n012x"), STR_INIT("n1234x"), false },
		{ "fewer digits", STR_INIT("n012x"), STR_INIT("n12x"), false },
		{ "more behind", STR_INIT("n12x"), STR_INIT("n12xy"), false },
		{ "less", STR_INIT("n12x"), STR_INIT("n12"), false },
		{ "nothing", STR_INIT(""), STR_INIT("n"), false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct token tokens[SEAL_TOKENS_MAX];
		size_t count = pattern_cut(rows[i].first, tokens);
		CHECK(rows[i].row, writes_back(tokens, count, rows[i].first));
		bool follows = pattern_follow(tokens, count, rows[i].second);
		CHECK(rows[i].row, follows == rows[i].follows);
		CHECK(rows[i].row, !follows || writes_back(tokens, count, rows[i].second));
	}
}

/* What follows is written back, whatever it follows. */
TEST(any_string_that_follows_another_is_written_back)
{
	for (size_t a = 0; a < ARRAY_LEN(words); a++)
		for (size_t b = 0; b < ARRAY_LEN(words); b++) {
			struct token tokens[SEAL_TOKENS_MAX];
			size_t count = pattern_cut(words[a], tokens);
			bool follows = pattern_follow(tokens, count, words[b]);
			CHECK(words[b].ptr, !follows || writes_back(tokens, count, words[b]));
		}
}

TEST(seal_of_numbers)
{
	static const double numbers[] = { 0.0, -0.0, 19.99, 1e-7, 1e300, 9007199254740993.0, -1.5,
		0.1 + 0.2, 123456.789012, 5e-324 };
	static const int64_t integers[] = { 0, INT64_MIN, INT64_MAX, -1, 255, 256 };
	enum { COUNT = 600 };
	static struct sealed_record records[COUNT];
	struct random random = random_of(12);

	for (size_t kinds = 1; kinds <= ARRAY_LEN(numbers); kinds++) {
		AUTO_ARENA arena = arena_create(ROOM);
		for (size_t i = 0; i < COUNT; i++) {
			struct attribute a[2] = {
				{ STR("f"),
					{ .kind = VALUE_FLOAT,
						.number = numbers[random_below(&random, kinds)] } },
				{ STR("i"),
					{ .kind = VALUE_INTEGER,
						.integer = integers[random_below(&random,
							MIN_OF(kinds, ARRAY_LEN(integers)))] } },
			};
			struct record r = {
				.kind = RECORD_ENTITY, .attributes = a, .attribute_count = 2
			};
			records[i].received_ms = (int64_t)random_next(&random);
			records[i].bytes = encoded(&r, arena);
		}
		check_round_trip("numbers", records, COUNT, 3);
	}
}

/* Past SEAL_HOLES_MAX values in one record, and SEAL_NODES_MAX places in a block. */
TEST(seal_of_very_wide_records)
{
	enum { WIDE = 5000, RECORDS = 3 };
	AUTO_ARENA arena = arena_create(ROOM);
	struct sealed_record records[RECORDS] = { 0 };
	struct attribute *a = arena_array(arena, WIDE, sizeof(*a));

	for (int r = 0; r < RECORDS; r++) {
		int keys = r == 0 ? WIDE : 4000;
		for (int i = 0; i < keys; i++) {
			struct strbuf key = strbuf_in(arena, 20);
			strbuf_printf(&key, "%d-%d", r, i);
			a[i] = (struct attribute){ strbuf_str(&key),
				{ .kind = VALUE_INTEGER, .integer = i } };
		}
		struct record record = {
			.kind = RECORD_ENTITY, .attributes = a, .attribute_count = (size_t)keys
		};
		records[r].bytes = encoded(&record, arena);
	}
	check_round_trip("wide", records, RECORDS, 1);
}

/* ---- sizes and limits */

TEST(seal_keeps_tiny_blocks_small)
{
	struct random random = random_of(9);

	for (size_t count = 1; count <= 20; count++) {
		AUTO_ARENA arena = arena_create(ROOM);
		struct sealed_record *records = records_of(MIX_PLAIN, count, &random, arena);
		struct strbuf block = strbuf_heap(ROOM);
		size_t bytes = 0;
		for (size_t i = 0; i < count; i++)
			bytes += records[i].bytes.len;
		CHECK("sealed", seal_block(records, count, 3, &block, NULL) == OK);
		CHECK("hardly larger", block.len < bytes + 40);
		CHECK("smaller", count < 3 || block.len < bytes);
		strbuf_done(&block);
	}
}

TEST(seal_makes_many_records_small)
{
	enum { COUNT = 5000 };
	struct random random = random_of(10);
	AUTO_ARENA arena = arena_create(ROOM);
	struct sealed_record *records = records_of(MIX_PLAIN, COUNT, &random, arena);
	struct strbuf block = strbuf_heap(ROOM);

	CHECK("sealed", seal_block(records, COUNT, 3, &block, NULL) == OK);
	/* 16 bytes of hash, 2.7 of time, 1.3 of customer, 1.7 of amount, the rest below one each */
	CHECK("28 bytes a record", block.len < (size_t)COUNT * 28);
	strbuf_done(&block);
}

TEST(seal_refuses_what_is_too_large)
{
	static struct sealed_record many[SEAL_RECORDS_MAX + 1];
	static char bytes[SEAL_BLOCK_BYTES_MAX / 4 + 1];
	struct sealed_record large[4];
	struct strbuf block = strbuf_heap(ROOM), none = strbuf_heap(10);
	struct why why = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(large); i++)
		large[i] = (struct sealed_record){ 0, { bytes, sizeof(bytes) } };
	CHECK("none", seal_block(many, 0, 1, &block, &why) == ERR_LIMIT);
	CHECK("many", seal_block(many, ARRAY_LEN(many), 1, &block, &why) == ERR_LIMIT);
	CHECK("large", seal_block(large, ARRAY_LEN(large), 1, &block, &why) == ERR_LIMIT);
	CHECK("words", why.message == MSG_SEAL_TOO_LARGE);
	CHECK("no room", seal_block(many, 1, 1, &none, &why) == ERR_LIMIT);
	CHECK("nothing added", block.len == 0 && none.len == 0);
	check_round_trip("3 large ones", large, 3, 1);
	check_round_trip("empty records", many, SEAL_RECORDS_MAX, 1);
	strbuf_done(&block);
	strbuf_done(&none);
}

/* ---- hostile blocks */

static struct strbuf sealed(enum mix mix, size_t count)
{
	struct random random = random_of(20 + count);
	AUTO_ARENA arena = arena_create(ROOM);
	struct strbuf block = strbuf_heap(ROOM);
	struct sealed_record *records = records_of(mix, count, &random, arena);

	CHECK("sealed", seal_block(records, count, 3, &block, NULL) == OK);
	return block;
}

TEST(unseal_refuses_every_truncation)
{
	for (enum mix mix = 0; mix < MIX_COUNT_; mix++) {
		struct strbuf block = sealed(mix, 100);
		struct sealed_record *records;
		size_t count;
		for (size_t len = 0; len < block.len; len += 1 + block.len / 1000) {
			AUTO_ARENA arena = arena_create(ROOM);
			struct why why = { 0 };
			str cut = { block.ptr, len };
			CHECK(mix_names[mix],
				unseal_block(cut, arena, &records, &count, &why) == ERR_CORRUPT);
			CHECK("words", why.message == MSG_SEALED_BYTES);
		}
		strbuf_add_byte(&block, 0);
		AUTO_ARENA arena = arena_create(ROOM);
		CHECK("one byte more", unseal_block(strbuf_str(&block), arena, &records, &count,
					       NULL) == ERR_CORRUPT);
		strbuf_done(&block);
	}
}

TEST(unseal_survives_flipped_bits)
{
	struct random random = random_of(21);

	for (enum mix mix = 0; mix < MIX_COUNT_; mix++) {
		struct strbuf block = sealed(mix, 400);
		for (int i = 0; i < 1500; i++) {
			AUTO_ARENA arena = arena_create(16 << 20);
			struct sealed_record *records;
			size_t count, at = random_below(&random, i % 3 == 0 ? 40 : block.len);
			char before = block.ptr[at];
			struct why why = { 0 };
			block.ptr[at] ^= (char)(1 << random_below(&random, 8));
			err e = unseal_block(strbuf_str(&block), arena, &records, &count, &why);
			CHECK("said so", e == message_code(why.message));
			CHECK("within", arena_taken(arena) <= 16 << 20);
			block.ptr[at] = before;
		}
		strbuf_done(&block);
	}
}

TEST(unseal_of_a_newer_version)
{
	struct strbuf block = sealed(MIX_PLAIN, 1);
	AUTO_ARENA arena = arena_create(ROOM);
	struct sealed_record *records;
	struct why why = { 0 };
	size_t count;

	block.ptr[0] = SEAL_VERSION + 1;
	CHECK("newer",
		unseal_block(strbuf_str(&block), arena, &records, &count, &why) == ERR_VERSION);
	block.ptr[0] = 0;
	CHECK("none",
		unseal_block(strbuf_str(&block), arena, &records, &count, &why) == ERR_CORRUPT);
	strbuf_done(&block);
}

TEST(unseal_meets_a_full_arena_anywhere)
{
	struct strbuf block = sealed(MIX_ALL, 400);
	struct sealed_record *records;
	size_t count = 0;
	err e = ERR_LIMIT;
	unsigned n = 1;

	for (; e != OK && n < 100000; n++) {
		AUTO_ARENA arena = arena_create(ROOM);
		struct why why = { 0 };
		arena_fail_at(arena, n);
		e = unseal_block(strbuf_str(&block), arena, &records, &count, &why);
		CHECK("limit or OK", e == OK || e == ERR_LIMIT);
		CHECK("words", e == message_code(why.message));
	}
	CHECK("in the end", e == OK && count == 400 && n > 100);
	AUTO_ARENA small = arena_create(4096);
	CHECK("small",
		unseal_block(strbuf_str(&block), small, &records, &count, NULL) == ERR_LIMIT);
	strbuf_done(&block);
}
