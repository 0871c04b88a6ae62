/* exchange/decode.c - see decode.h */
#include "exchange/decode.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 64 << 10 };

struct decode {
	struct input input; /* first: what is handed out */
	struct input *from;
	enum text_encoding encoding;
	bool at_end;
	char *raw; /* [raw_at, raw_end): read, not decoded yet */
	size_t raw_at, raw_end, raw_capacity;
	struct strbuf decoded; /* [decoded_at, len): decoded, not handed out yet */
	size_t decoded_at;
	uint64_t bytes_read;
	err error; /* of the input: told when all that came before it was handed out */
	struct why error_words;
};

static err tell_error(const struct decode *d, struct why *why)
{
	if (why != NULL)
		*why = d->error_words;
	return d->error;
}

/* Fills up to `bytes` of raw, unless the input ends.  OK if there is anything to hand out. */
static err fill(struct decode *d, size_t bytes, struct why *why)
{
	while (!d->at_end && d->error == OK && d->raw_end < bytes) {
		size_t got = 0;
		if (d->raw_end == d->raw_capacity) {
			d->raw_capacity = MIN_OF(d->raw_capacity * 4, (size_t)TEXT_SAMPLE_BYTES);
			d->raw = memory_resize(d->raw, d->raw_capacity);
		}
		size_t room = MIN_OF(bytes, d->raw_capacity) - d->raw_end;
		d->error = d->from->read(d->from, d->raw + d->raw_end, room, &got, &d->error_words);
		if (d->error != OK)
			break;
		d->at_end = got == 0;
		d->raw_end += got;
		d->bytes_read += got;
	}
	return d->raw_at < d->raw_end ? OK : tell_error(d, why);
}

/* The next piece, of which at most three bytes are left over: half a UTF-16 pair. */
static err decode_more(struct decode *d, struct why *why)
{
	size_t left = d->raw_end - d->raw_at;

	if (left < 4 && d->error != OK)
		return tell_error(d, why); /* what is left is half of something */
	if (left < 4) {
		memmove(d->raw, d->raw + d->raw_at, left);
		d->raw_at = 0;
		d->raw_end = left;
		err e = fill(d, PIECE_BYTES, why);
		if (e != OK)
			return e;
	}
	str piece = { d->raw + d->raw_at, MIN_OF(d->raw_end - d->raw_at, (size_t)PIECE_BYTES) };
	bool last = d->at_end && piece.len == d->raw_end - d->raw_at;
	strbuf_clear(&d->decoded);
	d->decoded_at = 0;
	d->raw_at += text_decode(d->encoding, piece, last, &d->decoded);
	ASSERT(strbuf_ok(&d->decoded));
	return OK;
}

static size_t hand_out(const char *from, size_t left, void *to, size_t bytes)
{
	size_t len = MIN_OF(left, bytes);

	memcpy(to, from, len);
	return len;
}

static err read_utf8(struct decode *d, void *to, size_t bytes, size_t *got, struct why *why)
{
	if (d->raw_at < d->raw_end) {
		*got = hand_out(d->raw + d->raw_at, d->raw_end - d->raw_at, to, bytes);
		d->raw_at += *got;
		return OK;
	}
	if (d->error != OK)
		return tell_error(d, why);
	err e = d->at_end ? OK : d->from->read(d->from, to, bytes, got, why);
	if (e != OK)
		return e;
	if (d->at_end)
		*got = 0;
	d->at_end = *got == 0;
	d->bytes_read += *got;
	return OK;
}

static err decode_read(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct decode *d = (struct decode *)input;

	if (d->encoding == ENCODING_UTF8)
		return read_utf8(d, to, bytes, got, why);
	while (d->decoded_at == d->decoded.len && (!d->at_end || d->raw_at < d->raw_end)) {
		err e = decode_more(d, why);
		if (e != OK)
			return e;
	}
	*got = hand_out(d->decoded.ptr + d->decoded_at, d->decoded.len - d->decoded_at, to, bytes);
	d->decoded_at += *got;
	return OK;
}

err decode_open(
	struct input *input, enum text_encoding encoding, struct decode **out, struct why *why)
{
	struct decode *d = memory_alloc(sizeof(*d));
	size_t mark_bytes = 0;

	*d = (struct decode){ .input = { decode_read, input->name }, .from = input };
	d->raw_capacity = PIECE_BYTES;
	d->raw = memory_alloc(d->raw_capacity);
	d->decoded = strbuf_heap((size_t)PIECE_BYTES * 3);
	strbuf_add(&d->decoded, STR(" ")); /* so that ptr is never NULL */
	strbuf_clear(&d->decoded);
	err e = fill(d, TEXT_SAMPLE_BYTES, why);
	if (e != OK) {
		decode_close(d);
		return e;
	}
	str sample = { d->raw, d->raw_end };
	enum text_encoding told = text_detect(sample, d->at_end, &mark_bytes);
	bool is_marked = mark_bytes > 0;
	d->encoding = encoding == ENCODING_UNKNOWN || is_marked ? told : encoding;
	d->raw_at = mark_bytes;
	*out = d;
	return OK;
}

struct input *decode_input(struct decode *d)
{
	return &d->input;
}

enum text_encoding decode_encoding(const struct decode *d)
{
	return d->encoding;
}

uint64_t decode_bytes_read(const struct decode *d)
{
	return d->bytes_read;
}

void decode_close(struct decode *d)
{
	if (d == NULL)
		return;
	free(d->raw);
	strbuf_done(&d->decoded);
	free(d);
}
