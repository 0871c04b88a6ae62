/* base/hash_lanes.c - BLAKE2b of four short contents at once; see hash.h
 *
 * RFC 7693.  A content of one block takes one round of compression, in which each step waits for
 * the one before; four contents beside each other, one in each quarter of a vector, fill the waits.
 *
 *   v[0]  | content 0 | content 1 | content 2 | content 3 |     64 bits each
 *   ...
 *   v[15] | ...
 */
#include "base/hash_internal.h"

#include <string.h>

enum { LANES = HASH_FOUR, WORDS = HASH_WORDS, SHORT_WORDS = 8 };

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2"), always_inline)) static inline

AVX2 __m256i rotate_32(__m256i x)
{
	return _mm256_shuffle_epi32(x, _MM_SHUFFLE(2, 3, 0, 1));
}
AVX2 __m256i rotate_24(__m256i x)
{
	return _mm256_shuffle_epi8(
		x, _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5,
			   6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10));
}
AVX2 __m256i rotate_16(__m256i x)
{
	return _mm256_shuffle_epi8(
		x, _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4,
			   5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9));
}
AVX2 __m256i rotate_63(__m256i x)
{
	return _mm256_or_si256(_mm256_srli_epi64(x, 63), _mm256_add_epi64(x, x));
}

/* G of the RFC. */
AVX2 void mix(__m256i v[WORDS], int a, int b, int c, int d, __m256i x, __m256i y)
{
	v[a] = _mm256_add_epi64(_mm256_add_epi64(v[a], v[b]), x);
	v[d] = rotate_32(_mm256_xor_si256(v[d], v[a]));
	v[c] = _mm256_add_epi64(v[c], v[d]);
	v[b] = rotate_24(_mm256_xor_si256(v[b], v[c]));
	v[a] = _mm256_add_epi64(_mm256_add_epi64(v[a], v[b]), y);
	v[d] = rotate_16(_mm256_xor_si256(v[d], v[a]));
	v[c] = _mm256_add_epi64(v[c], v[d]);
	v[b] = rotate_63(_mm256_xor_si256(v[b], v[c]));
}

/* Words behind the first `words` are 0. */
AVX2 __m256i word(const __m256i m[WORDS], size_t words, size_t i)
{
	return i < words ? m[i] : _mm256_setzero_si256();
}

AVX2 void mix_round(__m256i v[WORDS], const __m256i m[WORDS], size_t words, const uint8_t s[WORDS])
{
	mix(v, 0, 4, 8, 12, word(m, words, s[0]), word(m, words, s[1]));
	mix(v, 1, 5, 9, 13, word(m, words, s[2]), word(m, words, s[3]));
	mix(v, 2, 6, 10, 14, word(m, words, s[4]), word(m, words, s[5]));
	mix(v, 3, 7, 11, 15, word(m, words, s[6]), word(m, words, s[7]));
	mix(v, 0, 5, 10, 15, word(m, words, s[8]), word(m, words, s[9]));
	mix(v, 1, 6, 11, 12, word(m, words, s[10]), word(m, words, s[11]));
	mix(v, 2, 7, 8, 13, word(m, words, s[12]), word(m, words, s[13]));
	mix(v, 3, 4, 9, 14, word(m, words, s[14]), word(m, words, s[15]));
}

/* One by one, so that which words a round takes is known where it stands: then looking into the
 * order costs nothing, and what is 0 is not added. */
AVX2 void mix_rounds(__m256i v[WORDS], const __m256i m[WORDS], size_t words)
{
	mix_round(v, m, words, hash_order[0]);
	mix_round(v, m, words, hash_order[1]);
	mix_round(v, m, words, hash_order[2]);
	mix_round(v, m, words, hash_order[3]);
	mix_round(v, m, words, hash_order[4]);
	mix_round(v, m, words, hash_order[5]);
	mix_round(v, m, words, hash_order[6]);
	mix_round(v, m, words, hash_order[7]);
	mix_round(v, m, words, hash_order[8]);
	mix_round(v, m, words, hash_order[9]);
	mix_round(v, m, words, hash_order[10]);
	mix_round(v, m, words, hash_order[11]);
}

/* Four words of four contents, in order, to one vector for each word. */
AVX2 void turn(const uint64_t blocks[LANES][WORDS], size_t w, __m256i m[WORDS])
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)&blocks[0][w]);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)&blocks[1][w]);
	__m256i c = _mm256_loadu_si256((const __m256i *)(const void *)&blocks[2][w]);
	__m256i d = _mm256_loadu_si256((const __m256i *)(const void *)&blocks[3][w]);
	__m256i ab_low = _mm256_unpacklo_epi64(a, b), ab_high = _mm256_unpackhi_epi64(a, b);
	__m256i cd_low = _mm256_unpacklo_epi64(c, d), cd_high = _mm256_unpackhi_epi64(c, d);

	m[w] = _mm256_permute2x128_si256(ab_low, cd_low, 0x20);
	m[w + 1] = _mm256_permute2x128_si256(ab_high, cd_high, 0x20);
	m[w + 2] = _mm256_permute2x128_si256(ab_low, cd_low, 0x31);
	m[w + 3] = _mm256_permute2x128_si256(ab_high, cd_high, 0x31);
}

/* The usual length in two moves that may overlap: a copy of unknown length is a call. */
AVX2 void fill(uint64_t block[WORDS], str content)
{
	const char *from = content.ptr;
	char *to = (char *)block;
	size_t len = content.len, last = len - sizeof(__m256i); /* where the second one starts */

	if (len >= sizeof(__m256i) && len <= 2 * sizeof(__m256i)) {
		__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)from);
		__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(from + last));
		_mm256_storeu_si256((__m256i *)(void *)to, a);
		_mm256_storeu_si256((__m256i *)(void *)(to + last), b);
	} else if (len > 0) {
		memcpy(to, from, len);
	}
}

/* Four contents of one block each: no key, 16 bytes of output, the first block is the last.  None
 * is longer than so many words: SHORT_WORDS or WORDS. */
AVX2 void digest_words(const str contents[LANES], size_t words, struct digest128 out[LANES])
{
	uint64_t blocks[LANES][WORDS], halves[2][LANES];
	__m256i m[WORDS], v[WORDS];

	for (int i = 0; i < LANES; i++) {
		memset(blocks[i], 0, words * sizeof(uint64_t));
		fill(blocks[i], contents[i]);
	}
	turn(blocks, 0, m);
	turn(blocks, LANES, m);
	if (words > SHORT_WORDS) {
		turn(blocks, 2 * LANES, m);
		turn(blocks, 3 * LANES, m);
	}
	for (int i = 0; i < 8; i++)
		v[i] = v[i + 8] = _mm256_set1_epi64x((int64_t)hash_start[i]);
	v[0] = _mm256_xor_si256(v[0], _mm256_set1_epi64x((int64_t)hash_parameters));
	v[12] = _mm256_xor_si256(
		v[12], _mm256_setr_epi64x((int64_t)contents[0].len, (int64_t)contents[1].len,
			       (int64_t)contents[2].len, (int64_t)contents[3].len));
	v[14] = _mm256_xor_si256(v[14], _mm256_set1_epi64x(-1));
	mix_rounds(v, m, words);
	__m256i first = _mm256_xor_si256(v[0], v[8]), second = _mm256_xor_si256(v[1], v[9]);
	first = _mm256_xor_si256(
		first, _mm256_set1_epi64x((int64_t)(hash_start[0] ^ hash_parameters)));
	second = _mm256_xor_si256(second, _mm256_set1_epi64x((int64_t)hash_start[1]));
	_mm256_storeu_si256((__m256i *)(void *)halves[0], first);
	_mm256_storeu_si256((__m256i *)(void *)halves[1], second);
	for (int i = 0; i < LANES; i++)
		for (int half = 0; half < 2; half++)
			memcpy(out[i].bytes + 8 * half, &halves[half][i], 8);
}

__attribute__((target("avx2"))) static void digest_four_short(
	const str contents[LANES], struct digest128 out[LANES])
{
	digest_words(contents, SHORT_WORDS, out);
}

__attribute__((target("avx2"))) void hash_four(
	const str contents[LANES], struct digest128 out[LANES])
{
	size_t longest = 0;

	for (int i = 0; i < LANES; i++)
		longest = MAX_OF(longest, contents[i].len);
	if (longest <= SHORT_WORDS * sizeof(uint64_t))
		digest_four_short(contents, out);
	else
		digest_words(contents, WORDS, out);
}

bool hash_has_four(void)
{
	return __builtin_cpu_supports("avx2");
}
#else
void hash_four(const str contents[LANES], struct digest128 out[LANES])
{
	for (int i = 0; i < LANES; i++)
		out[i] = digest128(NULL, contents[i]);
}

bool hash_has_four(void)
{
	return false;
}
#endif

static bool are_half_blocks(const str *contents, size_t count)
{
	size_t longest = 0;

	for (size_t i = 0; i < count; i++)
		longest = MAX_OF(longest, contents[i].len);
	return longest <= HASH_EIGHT_BYTES_MAX;
}

/* Returns how many it did, from the first one on. */
static size_t digest_eights(const str *contents, size_t count, struct digest128 *out)
{
	size_t i = 0;

	if (!hash_has_eight())
		return 0;
	for (; i + HASH_EIGHT <= count && are_half_blocks(contents + i, HASH_EIGHT);
		i += HASH_EIGHT)
		hash_eight(contents + i, out + i);
	return i;
}

/* Short ones are collected until there are four. */
static void digest_fours(const str *contents, size_t count, struct digest128 *out)
{
	struct digest128 four[LANES];
	str waiting[LANES];
	size_t of[LANES], n = 0;

	for (size_t i = 0; i < count; i++) {
		if (!hash_has_four() || contents[i].len > DIGEST_BLOCK_BYTES) {
			out[i] = digest128(NULL, contents[i]);
			continue;
		}
		waiting[n] = contents[i];
		of[n++] = i;
		if (n < LANES)
			continue;
		hash_four(waiting, four);
		for (n = 0; n < LANES; n++)
			out[of[n]] = four[n];
		n = 0;
	}
	for (size_t i = 0; i < n; i++)
		out[of[i]] = digest128(NULL, waiting[i]);
}

void digest128_many(const str *contents, size_t count, struct digest128 *out)
{
	size_t done = digest_eights(contents, count, out);

	digest_fours(contents + done, count - done, out + done);
}
