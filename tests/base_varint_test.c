/* tests/base_varint_test.c - varints: shortest form out, only the shortest form in. */
#include "base/varint.h"

#include "test.h"

static const struct {
	uint64_t number;
	str bytes;
} rows[] = {
	{ 0, STR_INIT("\0") },
	{ 1, STR_INIT("\x01") },
	{ 127, STR_INIT("\x7f") },
	{ 128, STR_INIT("\x80\x01") },
	{ 300, STR_INIT("\xac\x02") }, /* the example of Protocol Buffers */
	{ 16383, STR_INIT("\xff\x7f") },
	{ 16384, STR_INIT("\x80\x80\x01") },
	{ UINT32_MAX, STR_INIT("\xff\xff\xff\xff\x0f") },
	{ INT64_MAX, STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\x7f") },
	{ UINT64_MAX, STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
};

TEST(varint_out_and_in)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char bytes[VARINT_BYTES_MAX];
		str out = { bytes, varint_put(bytes, rows[i].number) };
		struct reader in = reader_of(rows[i].bytes);
		CHECK("out", str_equal(out, rows[i].bytes));
		CHECK("in", reader_varint(&in) == rows[i].number && !in.failed);
		CHECK("all of it", reader_left(&in) == 0);
		for (size_t len = 0; len < out.len; len++) {
			in = reader_of(str_upto(out, len));
			CHECK("cut", reader_varint(&in) == 0 && in.failed);
		}
	}
}

TEST(varint_refuses_other_forms)
{
	static const str bad[] = {
		STR_INIT("\x80\0"), /* 0 in two bytes */
		STR_INIT("\xff\x80\0"),
		STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), /* 65 bits */
		STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\0"),
		STR_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct reader in = reader_of(bad[i]);
		CHECK("refused", reader_varint(&in) == 0 && in.failed);
	}
}

TEST(zigzag_both_ways)
{
	static const struct {
		int64_t number;
		uint64_t code;
	} pairs[] = { { 0, 0 }, { -1, 1 }, { 1, 2 }, { -2, 3 }, { INT64_MAX, UINT64_MAX - 1 },
		{ INT64_MIN, UINT64_MAX } };

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		CHECK("there", zigzag(pairs[i].number) == pairs[i].code);
		CHECK("back", unzigzag(pairs[i].code) == pairs[i].number);
	}
}

TEST(reader_of_fixed_widths_and_sized_bytes)
{
	struct strbuf out = strbuf_heap(100);

	strbuf_add_u32(&out, 0x01020304);
	strbuf_add_u64(&out, 0x0102030405060708);
	strbuf_add_sized(&out, STR("word"));
	strbuf_add_sized(&out, STR(""));
	CHECK("little-endian",
		str_starts(strbuf_str(&out), STR("\4\3\2\1\x8\7\6\5\4\3\2\1\4word")));
	struct reader in = reader_of(strbuf_str(&out));
	CHECK("u32", reader_u32(&in) == 0x01020304 && reader_offset(&in) == 4);
	CHECK("u64", reader_u64(&in) == 0x0102030405060708);
	CHECK("sized", str_equal(reader_sized(&in), STR("word")));
	CHECK("empty", reader_sized(&in).len == 0 && !in.failed && reader_left(&in) == 0);
	CHECK("past the end", reader_u8(&in) == 0 && in.failed);
	strbuf_done(&out);
}

TEST(reader_stays_failed)
{
	struct reader in = reader_of(STR("\x05"
					 "abc"));

	CHECK("longer than there is", reader_sized(&in).len == 0 && in.failed);
	CHECK("still", reader_bytes(&in, 1).ptr == NULL && in.failed);
	in = reader_of(STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
			   "abc"));
	CHECK("huge", reader_sized(&in).len == 0 && in.failed);
	in = reader_of((str){ NULL, 0 });
	CHECK("nothing", reader_left(&in) == 0 && reader_offset(&in) == 0);
	CHECK("no byte of nothing", reader_bytes(&in, 0).len == 0 && !in.failed);
}
