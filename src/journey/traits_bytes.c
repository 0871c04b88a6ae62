/* journey/traits_bytes.c - codes that are bytes: how often each comes, and who has it; see traits.h
 *
 * Few codes are compared for, as many bytes at once as the processor takes; more are counted one
 * by one.
 */
#include "journey/traits_internal.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

enum { BYTE_CODES = 256, COMPARED_MAX = 24, LANES = 8 };

/* ---- counting */

/* Bytes side by side in one: eight counters in turns, for equal codes in a row would wait for each
 * other. */
static void count_each(const uint8_t *bytes, size_t count, uint32_t *counts, size_t codes)
{
	uint32_t lanes[LANES][BYTE_CODES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= count; i += LANES) {
		uint64_t eight;
		memcpy(&eight, bytes + i, sizeof(eight));
		for (size_t k = 0; k < LANES; k++)
			lanes[k][eight >> (8 * k) & 0xff]++;
	}
	for (; i < count; i++)
		lanes[0][bytes[i]]++;
	for (size_t c = 0; c < codes; c++)
		for (size_t k = 0; k < LANES; k++)
			counts[c] += lanes[k][c];
}

#if defined(__x86_64__)
enum { WIDE = 16, ROUNDS_MAX = 255 }; /* a byte counts as far as that */

static uint32_t sum_of(__m128i counters)
{
	__m128i halves = _mm_sad_epu8(counters, _mm_setzero_si128());

	return (uint32_t)(_mm_cvtsi128_si32(halves) +
			  _mm_cvtsi128_si32(_mm_unpackhi_epi64(halves, halves)));
}

/* How many of rounds x WIDE bytes are `code`. */
static uint32_t count_one(const uint8_t *bytes, size_t rounds, uint8_t code)
{
	__m128i wanted = _mm_set1_epi8((char)code), one = _mm_setzero_si128(), two = one;
	size_t r = 0;

	for (; r + 2 <= rounds; r += 2) {
		const __m128i *at = (const __m128i *)(const void *)(bytes + r * WIDE);
		one = _mm_sub_epi8(one, _mm_cmpeq_epi8(_mm_loadu_si128(at), wanted));
		two = _mm_sub_epi8(two, _mm_cmpeq_epi8(_mm_loadu_si128(at + 1), wanted));
	}
	for (; r < rounds; r++) {
		const __m128i *at = (const __m128i *)(const void *)(bytes + r * WIDE);
		one = _mm_sub_epi8(one, _mm_cmpeq_epi8(_mm_loadu_si128(at), wanted));
	}
	return sum_of(one) + sum_of(two);
}

static void count_few(const uint8_t *bytes, size_t count, uint32_t *counts, size_t codes)
{
	size_t i = 0;

	while (count - i >= WIDE) {
		size_t rounds = MIN_OF((count - i) / WIDE, (size_t)ROUNDS_MAX);
		uint32_t others = 0;
		for (size_t c = 1; c < codes; c++) {
			uint32_t found = count_one(bytes + i, rounds, (uint8_t)c);
			counts[c] += found;
			others += found;
		}
		counts[0] += (uint32_t)(rounds * WIDE) - others;
		i += rounds * WIDE;
	}
	for (; i < count; i++)
		counts[bytes[i]]++;
}
#else
static void count_few(const uint8_t *bytes, size_t count, uint32_t *counts, size_t codes)
{
	count_each(bytes, count, counts, codes);
}
#endif

/* Whichever half is the smaller is looked up trial by trial; all together lie side by side. */
void count_points(const struct traits_maker *m, const struct family *family, uint32_t *suffered,
	uint32_t *others)
{
	size_t count = m->trials->count, half = m->trials->suffered, codes = family->codes;
	bool few_suffered = half * 2 <= count;
	uint32_t *few = few_suffered ? suffered : others, *rest = few_suffered ? others : suffered;
	size_t from = few_suffered ? 0 : half, to = few_suffered ? half : count;
	uint32_t lanes[LANES][BYTE_CODES] = { 0 };

	for (size_t t = from; t < to; t++)
		lanes[t % LANES][family->bytes[m->points.of[t]]]++;
	(codes <= COMPARED_MAX ? count_few : count_each)(family->bytes, count, rest, codes);
	for (size_t c = 0; c < codes; c++) {
		for (size_t k = 0; k < LANES; k++)
			few[c] += lanes[k][c];
		rest[c] -= few[c];
	}
}

/* ---- sets */

/* Which of 64 bytes are `wanted`. */
static uint64_t which_are(const uint8_t bytes[static 64], uint8_t wanted)
{
	uint64_t bits = 0;
#if defined(__x86_64__)
	__m128i all = _mm_set1_epi8((char)wanted);
	for (unsigned k = 0; k < 4; k++) {
		__m128i some = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * k));
		unsigned found = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(some, all));
		bits |= (uint64_t)found << (16 * k);
	}
#else
	for (unsigned k = 0; k < 64; k++)
		bits |= (uint64_t)(bytes[k] == wanted) << k;
#endif
	return bits;
}

/* The slots of 64 trials; behind the last: of none. */
static void slots_of(
	const struct trait_column *column, size_t from, size_t count, uint8_t out[static 64])
{
	for (size_t k = 0; k < count; k++)
		out[k] = column->slot[column->byte[column->point[from + k]]];
	memset(out + count, 0, 64 - count);
}

void trait_bytes_fill_sets(const struct trait_column *column, size_t cases, size_t from, size_t to,
	uint64_t *const *sets, size_t slots)
{
	uint8_t some[64];

	for (size_t w = from; w < to; w++) {
		slots_of(column, w * 64, MIN_OF(cases - w * 64, (size_t)64), some);
		for (size_t slot = 1; slot <= slots; slot++)
			sets[slot][w] = which_are(some, (uint8_t)slot);
	}
}
