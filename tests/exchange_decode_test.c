/* tests/exchange_decode_test.c - inputs in any encoding, read in any pieces. */
#include "exchange/decode.h"
#include "support/record_trap.h"
#include "test.h"

#include <string.h>

/* `text` (ASCII and U+00E9, as Latin-1) in an encoding, with its mark where it has one. */
static void encode(enum text_encoding encoding, bool mark, str text, struct strbuf *out)
{
	bool wide = encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE;
	bool big = encoding == ENCODING_UTF16BE;

	if (mark)
		strbuf_add(out,
			wide ? (big ? STR("\xfe\xff") : STR("\xff\xfe")) : STR("\xef\xbb\xbf"));
	for (size_t i = 0; i < text.len; i++) {
		if (wide && big)
			strbuf_add_byte(out, '\0');
		if (encoding == ENCODING_UTF8 && (unsigned char)text.ptr[i] >= 0x80)
			strbuf_add(out, STR("\xc3\xa9"));
		else
			strbuf_add_byte(out, text.ptr[i]);
		if (wide && !big)
			strbuf_add_byte(out, '\0');
	}
}

static void check_decoded(
	enum text_encoding encoding, bool mark, enum text_encoding told, size_t repeat, size_t step)
{
	struct strbuf latin = strbuf_heap(64 << 20), raw = strbuf_heap(64 << 20);
	struct strbuf want = strbuf_heap(64 << 20), got = strbuf_heap(64 << 20);
	struct decode *decode = NULL;
	size_t len = 1;

	for (size_t i = 0; i < repeat; i++)
		strbuf_add(&latin, STR("date;activit\xe9;client\n"));
	encode(encoding, mark, strbuf_str(&latin), &raw);
	encode(ENCODING_UTF8, false, strbuf_str(&latin), &want);
	struct text_input input = text_input_of(strbuf_str(&raw), step);
	CHECK("open", decode_open(&input.input, told, &decode, NULL) == OK);
	struct input *utf8 = decode_input(decode);
	while (len > 0) {
		char *room = strbuf_room(&got, 1000);
		CHECK("read", utf8->read(utf8, room, 1000, &len, NULL) == OK);
		got.len += len;
	}
	CHECK(text_encoding_name(encoding), decode_encoding(decode) == encoding);
	CHECK(text_encoding_name(encoding), str_equal(strbuf_str(&got), strbuf_str(&want)));
	CHECK(text_encoding_name(encoding), decode_bytes_read(decode) == raw.len);
	decode_close(decode);
	strbuf_done(&latin);
	strbuf_done(&raw);
	strbuf_done(&want);
	strbuf_done(&got);
}

TEST(decode_gives_utf8_of_any_encoding)
{
	static const size_t repeats[] = { 0, 1, 10, 70000 }; /* beyond the sample, too */

	for (size_t i = 1; i < ARRAY_LEN(repeats); i++)
		for (size_t step = 0; step <= 777; step += 777) {
			size_t n = repeats[i];
			check_decoded(ENCODING_UTF8, false, ENCODING_UNKNOWN, n, step);
			check_decoded(ENCODING_UTF8, true, ENCODING_UNKNOWN, n, step);
			check_decoded(ENCODING_UTF16LE, true, ENCODING_UNKNOWN, n, step);
			check_decoded(ENCODING_UTF16BE, true, ENCODING_UTF16BE, n, step);
			check_decoded(ENCODING_ISO_8859_1, false, ENCODING_UNKNOWN, n, step);
			check_decoded(ENCODING_ISO_8859_15, false, ENCODING_ISO_8859_15, n, step);
			check_decoded(ENCODING_WINDOWS_1252, false, ENCODING_WINDOWS_1252, n, step);
		}
	check_decoded(ENCODING_UTF8, false, ENCODING_UNKNOWN, 0, 0);
}
