/* journey/time_cells.c - see time_cells.h: eight at a time where the processor has AVX2
 *
 * Short numbers, four bytes, are units of less than 2^25: so many seconds in ticks are whole
 * numbers that a double holds exactly, and the upper bits of a double are the bucket.
 */
#include "journey/time_cells.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { SHORT_BYTES = 4, WIDE_CELLS = 8, UPPER_HALF_SHIFT = 52 - BUCKETS_A_DOUBLING_BITS - 32 };
#define AVX2 __attribute__((target("avx2"), always_inline)) static inline

/* time_bucket() makes an odd number of its ticks first, for that of 0 to be found like others. From
 * 2^5 on it changes no bucket, and a time of a longer unit is nothing or more than that. */
enum { LEAST_UNIT = 2 << BUCKETS_A_DOUBLING_BITS };

AVX2 __m256d wide_ticks(__m128i units, __m256d unit)
{
	return _mm256_max_pd(_mm256_mul_pd(_mm256_cvtepi32_pd(units), unit), _mm256_set1_pd(1.0));
}

/* The upper halves of eight doubles, in order. */
AVX2 __m256i upper_halves(__m256d first, __m256d last)
{
	__m256 mixed = _mm256_shuffle_ps(_mm256_castpd_ps(first), _mm256_castpd_ps(last), 0xdd);

	return _mm256_permute4x64_epi64(_mm256_castps_si256(mixed), 0xd8);
}

/* How many of them it found: the rest is less than eight. */
__attribute__((target("avx2"))) static size_t find_wide(
	const struct well_chunk *chunk, size_t count, uint64_t unit, uint32_t *cells)
{
	const __m256d of_unit = _mm256_set1_pd((double)unit);
	const __m256i row = _mm256_set1_epi32(TIME_ROW_CELLS);
	const __m256i first = _mm256_set1_epi32(1023 << BUCKETS_A_DOUBLING_BITS);
	size_t i = 0;

	for (; i + WIDE_CELLS <= count; i += WIDE_CELLS) {
		const void *at = chunk->numbers + i * SHORT_BYTES;
		__m256i packed = _mm256_loadu_si256((const __m256i *)at);
		__m256i to = _mm256_and_si256(packed, _mm256_set1_epi32(PACKED_STEP_MASK));
		__m256i units = _mm256_srli_epi32(packed, PACKED_STEP_BITS);
		__m256i upper = upper_halves(wide_ticks(_mm256_castsi256_si128(units), of_unit),
			wide_ticks(_mm256_extracti128_si256(units, 1), of_unit));
		__m256i bucket =
			_mm256_sub_epi32(_mm256_srli_epi32(upper, UPPER_HALF_SHIFT), first);
		_mm256_storeu_si256((__m256i *)(void *)(cells + i),
			_mm256_add_epi32(_mm256_mullo_epi32(to, row), bucket));
	}
	return i;
}
#endif

static size_t find_quickly(const struct well_chunk *chunk, size_t count,
	const struct time_packing *packing, uint32_t *cells)
{
#if defined(__x86_64__)
	if (packing->bytes == SHORT_BYTES && packing->unit >= LEAST_UNIT &&
		__builtin_cpu_supports("avx2"))
		return find_wide(chunk, count, packing->unit, cells);
#else
	(void)chunk, (void)count, (void)packing, (void)cells;
#endif
	return 0;
}

void time_cells_of(const struct well_chunk *chunk, size_t count, const struct time_packing *packing,
	uint32_t *cells)
{
	for (size_t i = find_quickly(chunk, count, packing, cells); i < count; i++) {
		uint64_t packed = well_number(chunk, i, packing->bytes);
		unsigned bucket = time_bucket(time_unpack(packing, packed));
		cells[i] = (uint32_t)time_cell(packed & PACKED_STEP_MASK, bucket);
	}
}
