/* fuzz/inputs_fuzz.c - gzip and zstd undone: any bytes, in pieces of any size, give the same
 * plain bytes or the same error; what we compress comes back */
#include "fuzz.h"

#include "exchange/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { PLAIN_BYTES_MAX = 1 << 20 };

struct pieces_input {
	struct input base;
	str left;
	size_t step;
};

static err give(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct pieces_input *in = (struct pieces_input *)input;

	(void)why;
	*got = MIN_OF(MIN_OF(bytes, in->step), in->left.len);
	if (*got > 0)
		memcpy(to, in->left.ptr, *got);
	in->left = str_from(in->left, *got);
	return OK;
}

/* Reads all, or the first PLAIN_BYTES_MAX bytes. */
static err read_all(str bytes, size_t in_step, size_t out_step, bool peek, struct strbuf *out)
{
	struct pieces_input in = { { give, STR("fuzz") }, bytes, in_step };
	struct inflater *inflater;
	struct why why = { 0 };
	size_t got = 1;
	err e = inflater_open(&in.base, &inflater, &why);

	ASSERT(e == OK);
	str first = { NULL, 0 };
	if (peek && inflater_peek(inflater, &first, &why) == OK)
		ASSERT(exchange_detect(STR("a"), first) < EXCHANGE_FORMAT_COUNT_);
	while (e == OK && got > 0 && out->len < PLAIN_BYTES_MAX) {
		size_t room = MIN_OF(out_step, PLAIN_BYTES_MAX - out->len);
		char *to = strbuf_room(out, room);
		e = inflater_input(inflater)->read(inflater_input(inflater), to, room, &got, &why);
		ASSERT((e == OK) == (why.message == MSG_NONE) || peek);
		if (e == OK)
			out->len += got;
	}
	ASSERT(inflater_consumed(inflater) <= bytes.len);
	if (e == OK && got == 0)
		ASSERT(inflater_consumed(inflater) == bytes.len);
	inflater_close(inflater);
	return e;
}

static void check_pieces(str bytes)
{
	struct strbuf whole = strbuf_heap(PLAIN_BYTES_MAX + 1);
	struct strbuf pieces = strbuf_heap(PLAIN_BYTES_MAX + 1);
	err e = read_all(bytes, SIZE_MAX, 1 << 16, false, &whole);
	err again = read_all(bytes, 3, 1 << 12, true, &pieces);

	str a = strbuf_str(&whole), b = strbuf_str(&pieces);
	ASSERT(e == again);
	/* Where an error comes, zstd may keep back what it had already decoded. */
	ASSERT(e == OK ? str_equal(a, b) : str_starts(a, b) || str_starts(b, a));
	strbuf_done(&whole);
	strbuf_done(&pieces);
}

static void check_back(str plain, str compressed)
{
	struct strbuf back = strbuf_heap(PLAIN_BYTES_MAX + 1);
	err e = read_all(compressed, 7, 1 << 16, true, &back);

	ASSERT(e == OK && str_equal(strbuf_str(&back), plain));
	strbuf_done(&back);
}

static void check_gzip(str plain)
{
	size_t room = plain.len + 1024;
	unsigned char *to = memory_alloc(room);
	unsigned char *from = memory_alloc(plain.len + 1);
	z_stream z = { 0 };

	memcpy(from, plain.ptr, plain.len);
	ASSERT(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = from;
	z.avail_in = (uInt)plain.len;
	z.next_out = to;
	z.avail_out = (uInt)room;
	ASSERT(deflate(&z, Z_FINISH) == Z_STREAM_END);
	check_back(plain, (str){ (char *)to, room - z.avail_out });
	(void)deflateEnd(&z); /* frees */
	free(to);
	free(from);
}

static void check_zstd(str plain)
{
	size_t room = ZSTD_compressBound(plain.len);
	char *to = memory_alloc(room);
	size_t len = ZSTD_compress(to, room, plain.ptr, plain.len, 1);

	ASSERT(!ZSTD_isError(len));
	check_back(plain, (str){ to, len });
	free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str bytes = { (const char *)data, size };

	check_pieces(bytes);
	if (size > 0 && size <= PLAIN_BYTES_MAX / 2) {
		check_gzip(bytes);
		check_zstd(bytes);
	}
	return 0;
}
