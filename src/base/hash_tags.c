/* base/hash_tags.c - SipHash-2-4 of four or eight short texts at once; see hash.h
 *
 * Aumasson and Bernstein, 2012, with 16 bytes of output.  Each step waits for the one before; four
 * texts of as many words beside each other, one in each quarter of a vector, and four more beside
 * these, fill the waits.
 *
 *   v[0] | text 0 | text 1 | text 2 | text 3 |     64 bits each
 *   ...
 *   v[3] | ...
 *
 * A text is read in words of eight bytes; the last one holds what is left, and the length in its
 * highest byte.
 */
#include "base/hash.h"
#include "base/load.h"

#include <string.h>

enum { LANES = 4, PARTS = 2, WORD = 8 }; /* at once: a part, or two of them */

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2"), always_inline)) static inline

AVX2 __m256i rotate(__m256i x, int bits)
{
	return _mm256_or_si256(_mm256_slli_epi64(x, bits), _mm256_srli_epi64(x, 64 - bits));
}

AVX2 __m256i rotate_32(__m256i x)
{
	return _mm256_shuffle_epi32(x, _MM_SHUFFLE(2, 3, 0, 1));
}

AVX2 __m256i rotate_16(__m256i x)
{
	const __m256i order = _mm256_setr_epi8(6, 7, 0, 1, 2, 3, 4, 5, 14, 15, 8, 9, 10, 11, 12, 13,
		6, 7, 0, 1, 2, 3, 4, 5, 14, 15, 8, 9, 10, 11, 12, 13);

	return _mm256_shuffle_epi8(x, order);
}

AVX2 void turn(__m256i v[4])
{
	v[0] = _mm256_add_epi64(v[0], v[1]);
	v[2] = _mm256_add_epi64(v[2], v[3]);
	v[1] = _mm256_xor_si256(rotate(v[1], 13), v[0]);
	v[3] = _mm256_xor_si256(rotate_16(v[3]), v[2]);
	v[0] = _mm256_add_epi64(rotate_32(v[0]), v[3]);
	v[2] = _mm256_add_epi64(v[2], v[1]);
	v[3] = _mm256_xor_si256(rotate(v[3], 21), v[0]);
	v[1] = _mm256_xor_si256(rotate(v[1], 17), v[2]);
	v[2] = rotate_32(v[2]);
}

AVX2 void take_word(__m256i v[4], __m256i word)
{
	v[3] = _mm256_xor_si256(v[3], word);
	turn(v);
	turn(v);
	v[0] = _mm256_xor_si256(v[0], word);
}

AVX2 __m256i end_half(__m256i v[4])
{
	for (int i = 0; i < 4; i++)
		turn(v);
	return _mm256_xor_si256(_mm256_xor_si256(v[0], v[1]), _mm256_xor_si256(v[2], v[3]));
}

AVX2 __m256i all(uint64_t word)
{
	return _mm256_set1_epi64x((int64_t)word);
}

static int64_t word_at(const char *at)
{
	return (int64_t)load64(at);
}

/* What is left stands at the end of the last eight bytes, if there are so many. */
static int64_t last_word(str text)
{
	uint64_t word = (uint64_t)text.len << 56;
	size_t left = text.len % WORD;

	if (left > 0 && text.len >= WORD)
		return (int64_t)(word | load64(text.ptr + text.len - WORD) >> (8 * (WORD - left)));
	for (size_t i = 0; i < left; i++)
		word |= (uint64_t)(uint8_t)text.ptr[text.len - left + i] << (8 * i);
	return (int64_t)word;
}

/* The next word of each text of a part. */
AVX2 __m256i words_at(const str texts[LANES], size_t at)
{
	return _mm256_setr_epi64x(word_at(texts[0].ptr + at), word_at(texts[1].ptr + at),
		word_at(texts[2].ptr + at), word_at(texts[3].ptr + at));
}

AVX2 __m256i last_words(const str texts[LANES])
{
	return _mm256_setr_epi64x(
		last_word(texts[0]), last_word(texts[1]), last_word(texts[2]), last_word(texts[3]));
}

AVX2 void begin(__m256i v[4], const uint8_t *key)
{
	uint64_t k[2];

	memcpy(k, key, sizeof(k));
	v[0] = all(k[0] ^ 0x736f6d6570736575);
	v[1] = all(k[1] ^ 0x646f72616e646f6d ^ 0xee);
	v[2] = all(k[0] ^ 0x6c7967656e657261);
	v[3] = all(k[1] ^ 0x7465646279746573);
}

/* All texts of all parts have equally many whole words. */
AVX2 void tag_parts(const uint8_t *key, const str *texts, size_t parts, struct digest128 *out)
{
	uint64_t halves[2][PARTS * LANES];
	size_t end = texts[0].len / WORD * WORD;
	__m256i v[PARTS][4];

	for (size_t p = 0; p < parts; p++)
		begin(v[p], key);
	for (size_t at = 0; at < end; at += WORD)
		for (size_t p = 0; p < parts; p++)
			take_word(v[p], words_at(texts + p * LANES, at));
	for (size_t p = 0; p < parts; p++) {
		take_word(v[p], last_words(texts + p * LANES));
		v[p][2] = _mm256_xor_si256(v[p][2], all(0xee));
	}
	for (size_t p = 0; p < parts; p++) {
		__m256i first = end_half(v[p]);
		v[p][1] = _mm256_xor_si256(v[p][1], all(0xdd));
		_mm256_storeu_si256((__m256i *)(void *)&halves[0][p * LANES], first);
	}
	for (size_t p = 0; p < parts; p++)
		_mm256_storeu_si256((__m256i *)(void *)&halves[1][p * LANES], end_half(v[p]));
	for (size_t i = 0; i < parts * LANES; i++)
		for (int half = 0; half < 2; half++)
			memcpy(out[i].bytes + 8 * half, &halves[half][i], 8);
}

__attribute__((target("avx2"))) static void tag_four(
	const uint8_t *key, const str *texts, struct digest128 *out)
{
	tag_parts(key, texts, 1, out);
}

__attribute__((target("avx2"))) static void tag_eight(
	const uint8_t *key, const str *texts, struct digest128 *out)
{
	tag_parts(key, texts, 2, out);
}

static bool has_lanes(void)
{
	return __builtin_cpu_supports("avx2");
}
#else
static void tag_four(const uint8_t *key, const str *texts, struct digest128 *out)
{
	for (int i = 0; i < LANES; i++)
		out[i] = tag128(key, texts[i]);
}

static void tag_eight(const uint8_t *key, const str *texts, struct digest128 *out)
{
	tag_four(key, texts, out);
	tag_four(key, texts + LANES, out + LANES);
}

static bool has_lanes(void)
{
	return false;
}
#endif

static bool have_equal_words(const str *texts, size_t count)
{
	size_t words = texts[0].len / WORD;

	for (size_t i = 1; i < count; i++)
		if (texts[i].len / WORD != words)
			return false;
	return true;
}

void tag128_many(const uint8_t *key, const str *texts, size_t count, struct digest128 *out)
{
	size_t i = 0, end = has_lanes() ? count : 0;

	while (i < end) {
		if (i + PARTS * LANES <= end && have_equal_words(texts + i, PARTS * LANES)) {
			tag_eight(key, texts + i, out + i);
			i += PARTS * LANES;
		} else if (i + LANES <= end && have_equal_words(texts + i, LANES)) {
			tag_four(key, texts + i, out + i);
			i += LANES;
		} else {
			out[i] = tag128(key, texts[i]);
			i++;
		}
	}
	for (; i < count; i++)
		out[i] = tag128(key, texts[i]);
}
