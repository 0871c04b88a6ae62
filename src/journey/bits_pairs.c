/* journey/bits_pairs.c - every two of many sets, tile by tile; see bits.h
 *
 * With AVX2 32 bytes at a time: bits are counted by looking up half a byte in a table of sixteen
 * (Mula, Kurz and Lemire 2018); as many bytes as a tile has cannot overflow a byte's counter.
 */
#include "journey/bits.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef uint32_t count_function(const uint64_t *one, const uint64_t *two, size_t words);

static uint32_t count_plain(const uint64_t *one, const uint64_t *two, size_t words)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < words; i++)
		sum += (uint32_t)__builtin_popcountll(one[i] & two[i]);
	return sum;
}

#if defined(__x86_64__)
enum { WIDE_WORDS = 4 };
_Static_assert(BITS_TILE_WORDS / WIDE_WORDS * 8 <= UINT8_MAX, "no counter overflows");

__attribute__((target("avx2,popcnt"))) static uint32_t count_wide(
	const uint64_t *one, const uint64_t *two, size_t words)
{
	const __m256i ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1,
		1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	const __m256i low = _mm256_set1_epi8(0x0f);
	__m256i bytes = _mm256_setzero_si256();
	size_t i = 0;

	for (; i + WIDE_WORDS <= words; i += WIDE_WORDS) {
		__m256i both = _mm256_and_si256(
			_mm256_loadu_si256((const __m256i *)(const void *)(one + i)),
			_mm256_loadu_si256((const __m256i *)(const void *)(two + i)));
		__m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
		bytes = _mm256_add_epi8(
			bytes, _mm256_shuffle_epi8(ones, _mm256_and_si256(both, low)));
		bytes = _mm256_add_epi8(bytes, _mm256_shuffle_epi8(ones, high));
	}
	__m256i four = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
	__m128i two_sums =
		_mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
	uint64_t sum = (uint64_t)_mm_cvtsi128_si64(two_sums) +
		       (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(two_sums, two_sums));
	for (; i < words; i++)
		sum += (uint64_t)__builtin_popcountll(one[i] & two[i]);
	return (uint32_t)sum;
}
#endif

static count_function *best_count(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
		return count_wide;
#endif
	return count_plain;
}

void bits_count_pairs(
	const uint64_t *const *sets, size_t n, size_t from, size_t to, uint32_t *counts)
{
	count_function *count = best_count();

	ASSERT(to - from <= BITS_TILE_WORDS);
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			counts[i * n + k] += count(sets[i] + from, sets[k] + from, to - from);
}
