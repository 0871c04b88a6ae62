/* tests/event_codec_test.c - canonical bytes: one record, one encoding, and no other is read. */
#include "event/codec.h"

#include "base/varint.h"
#include "support/random_record.h"
#include "test.h"

#include <string.h>

enum { ROOM = 64 << 20, RECORDS = 3000 };

static str encoded(const struct record *record, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, RECORD_BYTES_MAX);

	record_encode(record, &out);
	return strbuf_str(&out);
}

static bool reads_back_alike(str bytes, struct arena *arena)
{
	struct record r;

	return record_decode(bytes, arena, &r, NULL) == OK && str_equal(encoded(&r, arena), bytes);
}

TEST(codec_round_trip_of_random_records)
{
	struct random random = random_of(1);
	AUTO_ARENA arena = arena_create(ROOM);

	for (int i = 0; i < RECORDS; i++) {
		arena_reset(arena);
		struct record r = random_record(&random, arena);
		struct why why = { 0 };
		CHECK("accepted", record_check(&r, &why) == OK);
		CHECK("same bytes", reads_back_alike(encoded(&r, arena), arena));
	}
}

/* The oracle is the table in codec.h, written out by hand. */
TEST(codec_bytes_are_those_of_the_table)
{
	static const char expected[] = "\x01\x01\x07" /* version, event, time with sub and offset */
				       "\xd0\x0f" /* 1000 ms */
				       "\x07" /* 7 ns */
				       "\x78" /* 60 minutes */
				       "\x01s\x01m\x03web\x01" /* source, message id, channel, */
				       "a\x00\x00\x00\x00\x00\x00" /* activity, nothing more */
				       "\x01\x01x\x01v\x00\x01" /* one verified identifier */
				       "\x02\x01k\x02\x01\x01k\x04\x01" /* k=-1, k=true */
				       "\x01\x01o\x01i\x01q" /* one object */
				       "\x01\x01t\x06\x01\x03\0\0\0\0\0\0\xf0\x3f"; /* [1.0] */
	const str expected_bytes = { expected, sizeof(expected) - 1 };
	const struct value one = { .kind = VALUE_FLOAT, .number = 1.0 };
	const struct record_identifier id = { STR("x"), STR("v"), STR(""), true };
	const struct attribute attributes[] = {
		{ STR("k"), { .kind = VALUE_INTEGER, .integer = -1 } },
		{ STR("k"), { .kind = VALUE_BOOLEAN, .boolean = true } },
	};
	const struct object_ref object = { STR("o"), STR("i"), STR("q") };
	const struct attribute trait = { STR("t"), { .kind = VALUE_LIST, .list = { &one, 1 } } };
	const struct record r = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { 1000, 7, 60 },
		.source = STR("s"),
		.message_id = STR("m"),
		.channel = STR("web"),
		.activity = STR("a"),
		.identifiers = &id,
		.identifier_count = 1,
		.attributes = attributes,
		.attribute_count = 2,
		.objects = &object,
		.object_count = 1,
		.traits = &trait,
		.trait_count = 1 };
	AUTO_ARENA arena = arena_create(ROOM);

	CHECK("as tabled", str_equal(encoded(&r, arena), expected_bytes));
	CHECK("accepted", record_check(&r, NULL) == OK);
	CHECK("read", reads_back_alike(expected_bytes, arena));
}

TEST(codec_refuses_every_truncation)
{
	struct random random = random_of(2);
	AUTO_ARENA arena = arena_create(ROOM);
	AUTO_ARENA scratch = arena_create(ROOM);

	for (int i = 0; i < 100; i++) {
		arena_reset(arena);
		struct record r = random_record(&random, arena), out;
		str bytes = encoded(&r, arena);
		for (size_t len = 0; len < bytes.len; len += 1 + bytes.len / 500) {
			struct why why = { 0 };
			arena_reset(scratch);
			err e = record_decode(str_upto(bytes, len), scratch, &out, &why);
			CHECK("refused", e == ERR_CORRUPT);
			CHECK("words", why.message == MSG_RECORD_BYTES);
		}
	}
}

TEST(codec_reads_flipped_bits_exactly_or_not_at_all)
{
	struct random random = random_of(3);
	AUTO_ARENA arena = arena_create(ROOM);
	AUTO_ARENA scratch = arena_create(ROOM);

	for (int i = 0; i < 300; i++) {
		arena_reset(arena);
		struct record r = random_record(&random, arena), out;
		str bytes = encoded(&r, arena);
		char *changed = (char *)(uintptr_t)arena_str(arena, bytes).ptr;
		for (int flip = 0; flip < 100; flip++) {
			size_t at = random_below(&random, bytes.len);
			char before = changed[at];
			str now = { changed, bytes.len };
			changed[at] ^= (char)(1 << random_below(&random, 8));
			arena_reset(scratch);
			if (record_decode(now, scratch, &out, NULL) == OK)
				CHECK("same", str_equal(encoded(&out, scratch), now));
			changed[at] = before;
		}
	}
}

TEST(codec_refuses_what_is_not_canonical)
{
	static const char strings[] = "\0\0\0\0\0\0\0\0\0\0";
	static const struct {
		const char *name;
		str head, tail;
		err expect;
	} rows[] = {
		{ "smallest", STR_INIT("\1\x8\0"), STR_INIT("\0\0\0\0"), OK },
		{ "with time", STR_INIT("\1\2\1\0"), STR_INIT("\0\0\0\0"), OK },
		{ "version 0", STR_INIT("\0\x8\0"), STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "version 2", STR_INIT("\2\x8\0"), STR_INIT("\0\0\0\0"), ERR_VERSION },
		{ "kind 0", STR_INIT("\1\0\0"), STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "kind 9", STR_INIT("\1\x9\0"), STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "flag 16", STR_INIT("\1\x8\x10"), STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "offset but no time", STR_INIT("\1\x8\4"), STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "long varint", STR_INIT("\1\2\1\x80\0"), STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "sub of 0", STR_INIT("\1\2\3\0\0"), STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "sub of a million", STR_INIT("\1\2\3\0\xc0\x84\x3d"), STR_INIT("\0\0\0\0"),
			ERR_CORRUPT },
		{ "offset of 1081", STR_INIT("\1\2\5\0\xf2\x10"), STR_INIT("\0\0\0\0"),
			ERR_CORRUPT },
		{ "target of 0", STR_INIT("\1\5\x8\0"), STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "year 10000", STR_INIT("\1\2\1\x80\xc0\xcd\xcf\xf2\xbf\xe6\0"),
			STR_INIT("\0\0\0\0"), ERR_CORRUPT },
		{ "a byte too many", STR_INIT("\1\x8\0"), STR_INIT("\0\0\0\0\0"), ERR_CORRUPT },
		{ "boolean 2", STR_INIT("\1\x8\0"), STR_INIT("\0\1\1k\4\2\0\0"), ERR_CORRUPT },
		{ "value kind 8", STR_INIT("\1\x8\0"), STR_INIT("\0\1\1k\x8\0\0"), ERR_CORRUPT },
		{ "time flag 8", STR_INIT("\1\x8\0"), STR_INIT("\0\1\1k\5\x8\0\0\0"), ERR_CORRUPT },
		{ "not a number", STR_INIT("\1\x8\0"),
			STR_INIT("\0\1\1k\3\0\0\0\0\0\0\xf8\x7f\0\0"), ERR_CORRUPT },
		{ "infinite", STR_INIT("\1\x8\0"), STR_INIT("\0\1\1k\3\0\0\0\0\0\0\xf0\x7f\0\0"),
			ERR_CORRUPT },
		{ "minus zero", STR_INIT("\1\x8\0"), STR_INIT("\0\1\1k\3\0\0\0\0\0\0\0\x80\0\0"),
			OK },
		{ "huge count", STR_INIT("\1\x8\0"), STR_INIT("\0\xff\xff\xff\xff\xf\0\0"),
			ERR_CORRUPT },
		{ "verified 2", STR_INIT("\1\x8\0"), STR_INIT("\1\1x\1v\0\2\0\0\0"), ERR_CORRUPT },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ROOM);
		struct strbuf bytes = strbuf_in(arena, 200);
		struct record r;
		struct why why = { 0 };
		strbuf_add(&bytes, rows[i].head);
		strbuf_add(&bytes, (str){ strings, 10 });
		strbuf_add(&bytes, rows[i].tail);
		err e = record_decode(strbuf_str(&bytes), arena, &r, &why);
		CHECK(rows[i].name, e == rows[i].expect);
		CHECK(rows[i].name, message_code(why.message) == rows[i].expect);
		CHECK(rows[i].name, e != OK || reads_back_alike(strbuf_str(&bytes), arena));
	}
}

/* Lists within lists, `depth` of them. */
static struct record nested(size_t depth, struct arena *arena)
{
	struct attribute *a = arena_alloc(arena, sizeof(*a));
	struct value v = { .kind = VALUE_NULL };

	for (size_t i = 0; i < depth; i++) {
		struct value *item = arena_alloc(arena, sizeof(*item));
		*item = v;
		v = (struct value){ .kind = VALUE_LIST, .list = { item, 1 } };
	}
	*a = (struct attribute){ STR("deep"), v };
	return (struct record){ .kind = RECORD_ENTITY, .attributes = a, .attribute_count = 1 };
}

TEST(codec_and_check_agree_on_nesting)
{
	for (size_t depth = RECORD_NESTING_MAX - 1; depth < RECORD_NESTING_MAX + 3; depth++) {
		AUTO_ARENA arena = arena_create(ROOM);
		struct record r = nested(depth, arena);
		bool fits = depth <= RECORD_NESTING_MAX;
		CHECK("check", (record_check(&r, NULL) == OK) == fits);
		CHECK("codec", reads_back_alike(encoded(&r, arena), arena) == fits);
	}
}

TEST(codec_meets_a_full_arena_anywhere)
{
	struct random random = random_of(4);

	for (int i = 0; i < 50; i++) {
		AUTO_ARENA arena = arena_create(ROOM);
		struct record r = random_record(&random, arena), out;
		str bytes = encoded(&r, arena);
		err e = ERR_LIMIT;
		unsigned n = 1;
		for (; e != OK && n < 1000; n++) {
			AUTO_ARENA small = arena_create(ROOM);
			struct why why = { 0 };
			arena_fail_at(small, n);
			e = record_decode(bytes, small, &out, &why);
			CHECK("limit or OK", e == OK || e == ERR_LIMIT);
			CHECK("words", message_code(why.message) == e);
		}
		CHECK("in the end", e == OK);
	}
}

TEST(encode_says_when_it_does_not_fit)
{
	struct random random = random_of(5);
	AUTO_ARENA arena = arena_create(ROOM);
	struct record r = random_plain_event(&random, arena);
	size_t needed = encoded(&r, arena).len;

	for (size_t room = 0; room <= needed; room++) {
		struct strbuf out = strbuf_in(arena, room);
		record_encode(&r, &out);
		CHECK("fails below, fits at", strbuf_ok(&out) == (room == needed));
	}
}
