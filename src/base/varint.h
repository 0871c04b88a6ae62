/* base/varint.h - whole numbers in as few bytes as possible (LEB128), and reading bytes safely.
 *
 * A `struct reader` consumes a slice; once something did not fit it has failed, stays failed,
 * and gives zeros and empty strings: parse first, ask once.
 */
#pragma once

#include "base/arena.h"

#include <endian.h>
#include <string.h>

enum { VARINT_BYTES_MAX = 10 };

static inline uint64_t zigzag(int64_t n)
{
	return ((uint64_t)n << 1) ^ (uint64_t)(n >> 63);
}
static inline int64_t unzigzag(uint64_t n)
{
	return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

/* Writes at most VARINT_BYTES_MAX bytes; returns how many. */
static inline size_t varint_put(char *to, uint64_t n)
{
	size_t len = 0;

	for (; n >= 0x80; n >>= 7)
		to[len++] = (char)(n | 0x80);
	to[len++] = (char)n;
	return len;
}

static inline void strbuf_add_varint(struct strbuf *out, uint64_t n)
{
	char bytes[VARINT_BYTES_MAX];

	if (n < 0x80) /* nearly always */
		strbuf_add_byte(out, (char)n);
	else
		strbuf_add(out, (str){ bytes, varint_put(bytes, n) });
}

/* Fixed widths, little-endian. */
static inline void strbuf_add_u32(struct strbuf *out, uint32_t n)
{
	char bytes[4];

	for (int i = 0; i < 4; i++)
		bytes[i] = (char)(n >> (8 * i));
	strbuf_add(out, (str){ bytes, 4 });
}
static inline void strbuf_add_u64(struct strbuf *out, uint64_t n)
{
	strbuf_add_u32(out, (uint32_t)n);
	strbuf_add_u32(out, (uint32_t)(n >> 32));
}
static inline void strbuf_add_sized(struct strbuf *out, str text) /* varint length, bytes */
{
	strbuf_add_varint(out, text.len);
	strbuf_add(out, text);
}

struct reader {
	const char *start, *at, *end;
	bool failed;
};

static inline struct reader reader_of(str bytes)
{
	return (struct reader){ bytes.ptr, bytes.ptr,
		bytes.len == 0 ? bytes.ptr : bytes.ptr + bytes.len, false };
}
static inline size_t reader_offset(const struct reader *r)
{
	return r->at == r->start ? 0 : (size_t)(r->at - r->start);
}
static inline size_t reader_left(const struct reader *r)
{
	return r->at == r->end ? 0 : (size_t)(r->end - r->at);
}
static inline str reader_bytes(struct reader *r, size_t len)
{
	if (r->failed || len > reader_left(r)) {
		r->failed = true;
		return (str){ NULL, 0 };
	}
	str bytes = { r->at, len };
	if (len > 0)
		r->at += len;
	return bytes;
}
static inline uint8_t reader_u8(struct reader *r)
{
	str b = reader_bytes(r, 1);

	return b.len == 1 ? (uint8_t)b.ptr[0] : 0;
}
static inline uint32_t reader_u32(struct reader *r)
{
	str b = reader_bytes(r, sizeof(uint32_t));
	uint32_t n = 0;

	if (b.len > 0)
		memcpy(&n, b.ptr, sizeof(n));
	return le32toh(n);
}
static inline uint64_t reader_u64(struct reader *r)
{
	uint64_t low = reader_u32(r);

	return low | (uint64_t)reader_u32(r) << 32;
}
/* Fails on a number that could have been shorter, or that passes 64 bits. */
static inline uint64_t reader_varint(struct reader *r)
{
	uint64_t n = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t b = reader_u8(r);
		if (r->failed)
			return 0;
		if (shift == 63 && b > 1)
			break;
		n |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80) {
			if (b == 0 && shift > 0)
				break;
			return n;
		}
	}
	r->failed = true;
	return 0;
}
static inline str reader_sized(struct reader *r) /* varint length, bytes */
{
	uint64_t len = reader_varint(r);

	return reader_bytes(r, len > SIZE_MAX ? SIZE_MAX : (size_t)len);
}
