/* journal/seal_streams.c - where sealed columns go: the directory and the frames; see seal.c */
#include "journal/seal_internal.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { SHORT_BYTES = 16 }; /* zstd cannot win on fewer */

void streams_init(struct seal_streams *s, int level)
{
	*s = (struct seal_streams){ .directory = strbuf_heap(SIZE_MAX),
		.sizes = strbuf_heap(SIZE_MAX),
		.frames = strbuf_heap(SIZE_MAX),
		.zstd = ZSTD_createCCtx(),
		.level = level };
	ASSERT(s->zstd != NULL);
}

void streams_done(struct seal_streams *s)
{
	strbuf_done(&s->directory);
	strbuf_done(&s->sizes);
	strbuf_done(&s->frames);
	free(s->scratch);
	(void)ZSTD_freeCCtx(s->zstd); /* always 0 */
}

static char *scratch(struct seal_streams *s, size_t bytes)
{
	if (bytes > s->scratch_bytes) {
		s->scratch_bytes = bytes * 2;
		s->scratch = memory_resize(s->scratch, s->scratch_bytes);
	}
	return s->scratch;
}

size_t streams_pack(struct seal_streams *s, str bytes, struct strbuf *out)
{
	size_t packed = bytes.len;

	if (bytes.len >= SHORT_BYTES) {
		/* One byte less than the input as the most it may take: else it is kept plain. */
		char *room = strbuf_room(out, bytes.len);
		ASSERT(room != NULL); /* on the heap, without a ceiling */
		size_t n = ZSTD_compressCCtx(
			s->zstd, room, bytes.len - 1, bytes.ptr, bytes.len, s->level);
		packed = ZSTD_isError(n) ? bytes.len : n;
	}
	if (packed < bytes.len)
		out->len += packed;
	else
		strbuf_add(out, bytes);
	return packed;
}

static void put_frame(struct seal_streams *s, str bytes, bool packs)
{
	size_t packed = bytes.len;

	if (packs)
		packed = streams_pack(s, bytes, &s->frames);
	else
		strbuf_add(&s->frames, bytes);
	strbuf_add_varint(&s->sizes, bytes.len);
	strbuf_add_varint(&s->sizes, packed);
	s->frame_count++;
}

void streams_put(struct seal_streams *s, str bytes)
{
	if (bytes.len < SEAL_INLINE_BYTES)
		strbuf_add(&s->directory, bytes);
	else
		put_frame(s, bytes, true);
}

/* Of random bytes n * (n - 1) / 256 pairs are equal, give or take a tenth; of bytes that zstd could
 * make fewer, many more.  Most planes of ids are random, and trying them in vain takes long. */
static bool is_random(str bytes)
{
	uint32_t counts[256] = { 0 };
	uint64_t n = bytes.len, pairs = 0;

	for (size_t i = 0; i < bytes.len; i++)
		counts[(uint8_t)bytes.ptr[i]]++;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		pairs += (uint64_t)counts[i] * counts[i];
	return pairs - n < n * (n - 1) / 256 * 5 / 4;
}

static unsigned bits_of(uint64_t n)
{
	return n == 0 ? 0 : 64 - (unsigned)__builtin_clzll(n);
}

/* a - b and a + b modulo 2^64: every pair of integers has a difference that leads back. */
static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static bool differences_are_smaller(const int64_t *numbers, size_t count, int64_t least)
{
	uint64_t plain = 0, changes = 0;

	for (size_t i = 0; i < count; i++) {
		plain += bits_of((uint64_t)minus(numbers[i], least));
		changes += i == 0 ? 0 : bits_of(zigzag(minus(numbers[i], numbers[i - 1])));
	}
	return changes < plain;
}

/* The numbers less `least`, or the differences less `least` (0 for the first), as planes. */
static void put_planes(struct seal_streams *s, const int64_t *numbers, size_t count,
	bool differences, int64_t least, unsigned width)
{
	for (unsigned plane = 0; plane < width; plane++) {
		char *bytes = scratch(s, count);
		for (size_t i = 0; i < count; i++) {
			int64_t n = numbers[i];
			if (differences)
				n = i == 0 ? least : minus(n, numbers[i - 1]);
			bytes[i] = (char)((uint64_t)minus(n, least) >> (8 * plane));
		}
		streams_put(s, (str){ bytes, count });
	}
}

void streams_put_ints(struct seal_streams *s, const int64_t *numbers, size_t count)
{
	strbuf_add_varint(&s->directory, count);
	if (count == 0)
		return;
	int64_t least = numbers[0], most = numbers[0], first = 0;
	for (size_t i = 1; i < count; i++) {
		least = MIN_OF(least, numbers[i]);
		most = MAX_OF(most, numbers[i]);
	}
	bool differences = least != most && differences_are_smaller(numbers, count, least);
	if (differences) {
		first = numbers[0];
		least = most = minus(numbers[1], numbers[0]);
		for (size_t i = 2; i < count; i++) {
			int64_t n = minus(numbers[i], numbers[i - 1]);
			least = MIN_OF(least, n);
			most = MAX_OF(most, n);
		}
	}
	unsigned width = (bits_of((uint64_t)minus(most, least)) + 7) / 8;
	strbuf_add_byte(&s->directory, (char)(width | (differences ? 16 : 0)));
	strbuf_add_varint(&s->directory, zigzag(least));
	if (differences)
		strbuf_add_varint(&s->directory, zigzag(first));
	put_planes(s, numbers, count, differences, least, width);
}

void streams_put_planes(struct seal_streams *s, const char *rows, size_t width, size_t count)
{
	for (size_t plane = 0; plane < width; plane++) {
		char *bytes = scratch(s, count);
		for (size_t i = 0; i < count; i++)
			bytes[i] = rows[i * width + plane];
		str whole = { bytes, count };
		if (count >= SEAL_INLINE_BYTES && is_random(whole))
			put_frame(s, whole, false);
		else
			streams_put(s, whole);
	}
}
