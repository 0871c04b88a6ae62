/* exchange/inflate.c - see inflate.h
 *
 *   raw -> in[at, have) -> decoder -> caller's buffer
 *                              `-> peek[], given out first
 */
#include "exchange/inflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

struct inflater {
	struct input base;
	struct input *raw;
	err (*decode)(struct inflater *, char *to, size_t bytes, size_t *got, struct why *);
	unsigned char in[INFLATE_BUFFER_BYTES];
	size_t at, have;
	uint64_t consumed; /* raw bytes before in[at] */
	bool raw_end;
	bool in_frame; /* a gzip member or zstd frame is open */
	z_stream gzip;
	ZSTD_DStream *zstd;
	char peek[INFLATE_PEEK_BYTES];
	size_t peek_at, peek_have;
	err error; /* sticks */
	struct why error_words;
};

/* Makes in[at, have) at least `least` bytes long unless the raw input ends before. */
static err refill(struct inflater *f, size_t least, struct why *why)
{
	if (f->at > 0 && f->at == f->have)
		f->at = f->have = 0;
	while (f->have - f->at < least && !f->raw_end) {
		size_t got = 0;
		if (f->have == sizeof(f->in)) {
			memmove(f->in, f->in + f->at, f->have - f->at);
			f->have -= f->at;
			f->at = 0;
		}
		err e = f->raw->read(f->raw, f->in + f->have, sizeof(f->in) - f->have, &got, why);
		if (e != OK)
			return e;
		f->have += got;
		f->raw_end = got == 0;
	}
	return OK;
}

static void take(struct inflater *f, size_t bytes)
{
	f->at += bytes;
	f->consumed += bytes;
}

static err broken(struct inflater *f, enum message what, struct why *why)
{
	why_at(why, f->base.name, -1, -1, (int64_t)f->consumed);
	return fail(why, what, arg_str(f->base.name), arg_int((int64_t)f->consumed));
}

static err decode_plain(struct inflater *f, char *to, size_t bytes, size_t *got, struct why *why)
{
	err e = refill(f, 1, why);

	if (e != OK)
		return e;
	*got = MIN_OF(bytes, f->have - f->at);
	memcpy(to, f->in + f->at, *got);
	take(f, *got);
	return OK;
}

static bool starts_gzip(const struct inflater *f)
{
	return f->have - f->at >= 2 && f->in[f->at] == 0x1f && f->in[f->at + 1] == 0x8b;
}

/* Between two members: another one, padding, or the end. */
static err next_member(struct inflater *f, struct why *why)
{
	err e = refill(f, 2, why);

	while (e == OK && f->have > f->at && f->in[f->at] == 0) {
		take(f, 1);
		e = refill(f, 2, why);
	}
	if (e != OK || f->have == f->at)
		return e;
	if (!starts_gzip(f))
		return broken(f, MSG_INPUT_DAMAGED, why);
	ASSERT(inflateReset(&f->gzip) == Z_OK);
	f->in_frame = true;
	return OK;
}

static err decode_gzip(struct inflater *f, char *to, size_t bytes, size_t *got, struct why *why)
{
	err e = OK;

	*got = 0;
	while (*got == 0) {
		e = f->in_frame ? refill(f, 1, why) : next_member(f, why);
		if (e != OK || !f->in_frame)
			return e;
		if (f->have == f->at)
			return broken(f, MSG_INPUT_TRUNCATED, why);
		f->gzip.next_in = f->in + f->at;
		f->gzip.avail_in = (uInt)(f->have - f->at);
		f->gzip.next_out = (unsigned char *)to;
		f->gzip.avail_out = (uInt)bytes;
		int z = inflate(&f->gzip, Z_NO_FLUSH);
		ASSERT(z != Z_MEM_ERROR && z != Z_STREAM_ERROR);
		take(f, (f->have - f->at) - f->gzip.avail_in);
		*got = bytes - f->gzip.avail_out;
		if (z == Z_STREAM_END)
			f->in_frame = false;
		else if (z != Z_OK && z != Z_BUF_ERROR && *got == 0) /* else at the next call */
			return broken(f, MSG_INPUT_DAMAGED, why);
	}
	return OK;
}

static err decode_zstd(struct inflater *f, char *to, size_t bytes, size_t *got, struct why *why)
{
	ZSTD_outBuffer out = { to, bytes, 0 };

	while (out.pos == 0) {
		err e = refill(f, 1, why);
		if (e != OK)
			return e;
		bool dry = f->have == f->at;
		if (dry && !f->in_frame)
			break;
		ZSTD_inBuffer in = { f->in + f->at, f->have - f->at, 0 };
		size_t left = ZSTD_decompressStream(f->zstd, &out, &in);
		take(f, in.pos);
		if (ZSTD_isError(left))
			return broken(f, MSG_INPUT_DAMAGED, why);
		f->in_frame = left != 0;
		if (dry && out.pos == 0 && f->in_frame)
			return broken(f, MSG_INPUT_TRUNCATED, why);
	}
	*got = out.pos;
	return OK;
}

/* Good bytes that came before an error are given out first. */
static err inflater_read(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct inflater *f = (struct inflater *)input;
	size_t peeked = MIN_OF(bytes, f->peek_have - f->peek_at);

	if (peeked > 0) {
		memcpy(to, f->peek + f->peek_at, peeked);
		f->peek_at += peeked;
		*got = peeked;
		return OK;
	}
	if (f->error == OK && bytes > 0) {
		f->error = f->decode(f, to, MIN_OF(bytes, (size_t)1 << 30), got, &f->error_words);
		if (f->error == OK)
			return OK;
	}
	if (f->error == OK)
		*got = 0;
	else if (why != NULL)
		*why = f->error_words;
	return f->error;
}

static void recognise(struct inflater *f)
{
	static const unsigned char zstd[4] = { 0x28, 0xb5, 0x2f, 0xfd };
	const unsigned char *b = f->in;
	bool skippable = f->have >= 4 && (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d &&
			 b[3] == 0x18;

	if (starts_gzip(f)) {
		ASSERT(inflateInit2(&f->gzip, 15 + 16) == Z_OK); /* 16: gzip's header and sum */
		f->decode = decode_gzip;
		f->in_frame = true;
	} else if (skippable || (f->have >= 4 && memcmp(b, zstd, 4) == 0)) {
		f->zstd = ZSTD_createDStream();
		ASSERT(f->zstd != NULL);
		size_t set = ZSTD_DCtx_setParameter(
			f->zstd, ZSTD_d_windowLogMax, INFLATE_ZSTD_WINDOW_LOG_MAX);
		ASSERT(!ZSTD_isError(set));
		f->decode = decode_zstd;
	}
}

err inflater_open(struct input *raw, struct inflater **out, struct why *why)
{
	struct inflater *f = memory_alloc(sizeof(*f));

	f->base = (struct input){ .read = inflater_read, .name = raw->name };
	f->raw = raw;
	f->decode = decode_plain;
	err e = refill(f, 4, why);
	if (e != OK) {
		free(f);
		return e;
	}
	recognise(f);
	*out = f;
	return OK;
}

void inflater_close(struct inflater *f)
{
	if (f == NULL)
		return;
	if (f->decode == decode_gzip)
		(void)inflateEnd(
			&f->gzip); /* frees; says only that the stream was not at its end */
	ZSTD_freeDStream(f->zstd);
	free(f);
}

struct input *inflater_input(struct inflater *f)
{
	return &f->base;
}

err inflater_peek(struct inflater *f, str *first_bytes, struct why *why)
{
	while (f->error == OK && f->peek_have < sizeof(f->peek)) {
		size_t got = 0;
		f->error = f->decode(f, f->peek + f->peek_have, sizeof(f->peek) - f->peek_have,
			&got, &f->error_words);
		f->peek_have += f->error == OK ? got : 0;
		if (got == 0)
			break;
	}
	if (f->error != OK && f->peek_have == 0) {
		if (why != NULL)
			*why = f->error_words;
		return f->error;
	}
	*first_bytes = (str){ f->peek, f->peek_have };
	return OK;
}

uint64_t inflater_consumed(const struct inflater *f)
{
	return f->consumed;
}
