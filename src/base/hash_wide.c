/* base/hash_wide.c - BLAKE2b of eight contents of half a block at once; see hash_lanes.c
 *
 * As there, in vectors twice as wide; and a rotation is one instruction.  A third less time than
 * four at once, on a processor that makes two halves of each vector (Zen 4).
 */
#include "base/hash_internal.h"

#ifdef __x86_64__
#include <immintrin.h>

#define AVX512_TARGET target("avx512f,avx512bw,bmi2")
#define AVX512 __attribute__((AVX512_TARGET, always_inline)) static inline

/* What a content of half a block leaves of the block's words. */
enum { WORDS = HASH_WORDS / 2, PAIRS = HASH_EIGHT / 2 };

/* G of the RFC.  What is known early is added first. */
AVX512 void mix(__m512i v[HASH_WORDS], int a, int b, int c, int d, __m512i x, __m512i y)
{
	v[a] = _mm512_add_epi64(_mm512_add_epi64(v[a], x), v[b]);
	v[d] = _mm512_ror_epi64(_mm512_xor_si512(v[d], v[a]), 32);
	v[c] = _mm512_add_epi64(v[c], v[d]);
	v[b] = _mm512_ror_epi64(_mm512_xor_si512(v[b], v[c]), 24);
	v[a] = _mm512_add_epi64(_mm512_add_epi64(v[a], y), v[b]);
	v[d] = _mm512_ror_epi64(_mm512_xor_si512(v[d], v[a]), 16);
	v[c] = _mm512_add_epi64(v[c], v[d]);
	v[b] = _mm512_ror_epi64(_mm512_xor_si512(v[b], v[c]), 63);
}

AVX512 __m512i word(const __m512i m[WORDS], size_t i)
{
	return i < WORDS ? m[i] : _mm512_setzero_si512();
}

AVX512 void mix_round(__m512i v[HASH_WORDS], const __m512i m[WORDS], const uint8_t s[HASH_WORDS])
{
	mix(v, 0, 4, 8, 12, word(m, s[0]), word(m, s[1]));
	mix(v, 1, 5, 9, 13, word(m, s[2]), word(m, s[3]));
	mix(v, 2, 6, 10, 14, word(m, s[4]), word(m, s[5]));
	mix(v, 3, 7, 11, 15, word(m, s[6]), word(m, s[7]));
	mix(v, 0, 5, 10, 15, word(m, s[8]), word(m, s[9]));
	mix(v, 1, 6, 11, 12, word(m, s[10]), word(m, s[11]));
	mix(v, 2, 7, 8, 13, word(m, s[12]), word(m, s[13]));
	mix(v, 3, 4, 9, 14, word(m, s[14]), word(m, s[15]));
}

/* One by one, as in hash_lanes.c. */
AVX512 void mix_rounds(__m512i v[HASH_WORDS], const __m512i m[WORDS])
{
	mix_round(v, m, hash_order[0]);
	mix_round(v, m, hash_order[1]);
	mix_round(v, m, hash_order[2]);
	mix_round(v, m, hash_order[3]);
	mix_round(v, m, hash_order[4]);
	mix_round(v, m, hash_order[5]);
	mix_round(v, m, hash_order[6]);
	mix_round(v, m, hash_order[7]);
	mix_round(v, m, hash_order[8]);
	mix_round(v, m, hash_order[9]);
	mix_round(v, m, hash_order[10]);
	mix_round(v, m, hash_order[11]);
}

/* What stands behind the content is neither read nor wondered at: it is 0. */
AVX512 __m512i load(str content)
{
	return _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, (uint32_t)content.len), content.ptr);
}

/* The even or the odd quarters of two vectors. */
#define EVEN(a, b) _mm512_shuffle_i64x2((a), (b), 0x88)
#define ODD(a, b) _mm512_shuffle_i64x2((a), (b), 0xdd)

/* Four vectors of two contents each, whose words stand beside each other in each quarter, to one
 * vector for the word of each quarter: words[2 i] is that of quarter i. */
AVX512 void turn_quarters(const __m512i pairs[PAIRS], __m512i *words)
{
	__m512i even_low = EVEN(pairs[0], pairs[1]), even_high = EVEN(pairs[2], pairs[3]);
	__m512i odd_low = ODD(pairs[0], pairs[1]), odd_high = ODD(pairs[2], pairs[3]);

	words[0] = EVEN(even_low, even_high);
	words[2] = EVEN(odd_low, odd_high);
	words[4] = ODD(even_low, even_high);
	words[6] = ODD(odd_low, odd_high);
}

/* Eight contents to one vector for each word. */
AVX512 void turn(const str contents[HASH_EIGHT], __m512i m[WORDS])
{
	__m512i low[PAIRS], high[PAIRS];

	for (int i = 0; i < PAIRS; i++) {
		__m512i a = load(contents[2 * i]), b = load(contents[2 * i + 1]);
		low[i] = _mm512_unpacklo_epi64(a, b);
		high[i] = _mm512_unpackhi_epi64(a, b);
	}
	turn_quarters(low, m);
	turn_quarters(high, m + 1);
}

AVX512 __m512i lengths(const str c[HASH_EIGHT])
{
	return _mm512_setr_epi64((int64_t)c[0].len, (int64_t)c[1].len, (int64_t)c[2].len,
		(int64_t)c[3].len, (int64_t)c[4].len, (int64_t)c[5].len, (int64_t)c[6].len,
		(int64_t)c[7].len);
}

AVX512 __m512i all(uint64_t word)
{
	return _mm512_set1_epi64((int64_t)word);
}

AVX512 void begin(const str contents[HASH_EIGHT], __m512i v[HASH_WORDS])
{
	for (int i = 0; i < HASH_STATE_WORDS; i++)
		v[i] = v[i + HASH_STATE_WORDS] = all(hash_start[i]);
	v[0] = _mm512_xor_si512(v[0], all(hash_parameters));
	v[12] = _mm512_xor_si512(v[12], lengths(contents));
	v[14] = _mm512_xor_si512(v[14], all(UINT64_MAX));
}

AVX512 void store(__m128i digest, struct digest128 *out)
{
	_mm_storeu_si128((__m128i *)(void *)out->bytes, digest);
}

/* Both halves of a digest, those of every other content in one vector. */
AVX512 void end(const __m512i v[HASH_WORDS], struct digest128 out[HASH_EIGHT])
{
	__m512i first = _mm512_xor_si512(
		_mm512_xor_si512(v[0], v[8]), all(hash_start[0] ^ hash_parameters));
	__m512i second = _mm512_xor_si512(_mm512_xor_si512(v[1], v[9]), all(hash_start[1]));
	__m512i even = _mm512_unpacklo_epi64(first, second);
	__m512i odd = _mm512_unpackhi_epi64(first, second);

	store(_mm512_extracti32x4_epi32(even, 0), &out[0]);
	store(_mm512_extracti32x4_epi32(odd, 0), &out[1]);
	store(_mm512_extracti32x4_epi32(even, 1), &out[2]);
	store(_mm512_extracti32x4_epi32(odd, 1), &out[3]);
	store(_mm512_extracti32x4_epi32(even, 2), &out[4]);
	store(_mm512_extracti32x4_epi32(odd, 2), &out[5]);
	store(_mm512_extracti32x4_epi32(even, 3), &out[6]);
	store(_mm512_extracti32x4_epi32(odd, 3), &out[7]);
}

__attribute__((AVX512_TARGET)) void hash_eight(
	const str contents[HASH_EIGHT], struct digest128 out[HASH_EIGHT])
{
	__m512i m[WORDS], v[HASH_WORDS];

	turn(contents, m);
	begin(contents, v);
	mix_rounds(v, m);
	end(v, out);
}

bool hash_has_eight(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("bmi2");
}
#else
void hash_eight(const str contents[HASH_EIGHT], struct digest128 out[HASH_EIGHT])
{
	for (int i = 0; i < HASH_EIGHT; i++)
		out[i] = digest128(NULL, contents[i]);
}

bool hash_has_eight(void)
{
	return false;
}
#endif
