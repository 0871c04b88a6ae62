/* exchange/csv_marks.h - which of the next bytes end a field or a row, and which are not plain.
 *
 * MARKS_BYTES at once, a bit for each byte, that of the first one lowest: so a row is cut, and
 * looked at for what is not plain text, in one reading.
 */
#pragma once

#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#else
#include <endian.h>
#include <string.h>
#endif

enum { MARKS_BYTES = 32 };

struct marks {
	uint32_t delimiters, ends;
	uint32_t odd; /* all but printable ASCII */
};

#ifdef __SSE2__
/* One bit for each byte of two halves that is 0xff. */
static inline uint32_t marks_gather(__m128i low, __m128i high)
{
	return (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
}

static inline uint32_t marks_that_are(__m128i low, __m128i high, char byte)
{
	__m128i all = _mm_set1_epi8(byte);

	return marks_gather(_mm_cmpeq_epi8(low, all), _mm_cmpeq_epi8(high, all));
}

/* Compared with their signs, what is not ASCII is below a blank, as control characters are. */
static inline __m128i marks_printable(__m128i bytes)
{
	return _mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)),
		_mm_cmpgt_epi8(bytes, _mm_set1_epi8(' ' - 1)));
}

static inline struct marks marks_of(const char *at, char delimiter, char line_end)
{
	__m128i low = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i high = _mm_loadu_si128((const __m128i *)(const void *)(at + MARKS_BYTES / 2));

	return (struct marks){ marks_that_are(low, high, delimiter),
		marks_that_are(low, high, line_end),
		~marks_gather(marks_printable(low), marks_printable(high)) };
}
#else
enum { MARKS_WORDS = MARKS_BYTES / 8 };
#define MARKS_HIGH UINT64_C(0x8080808080808080)
#define MARKS_ONES UINT64_C(0x0101010101010101)

/* 0x80 in each byte that is `byte`, exactly: no carry from one to the next. */
static inline uint64_t marks_in_word(uint64_t word, char byte)
{
	uint64_t x = word ^ MARKS_ONES * (unsigned char)byte;

	return ~(((x & ~MARKS_HIGH) + ~MARKS_HIGH) | x | ~MARKS_HIGH);
}

/* The highest bits of eight bytes as eight bits: each is multiplied to a place of its own. */
static inline uint32_t marks_gather(uint64_t high_bits, int word)
{
	return (uint32_t)((high_bits >> 7) * UINT64_C(0x0102040810204080) >> 56) << (8 * word);
}

static inline struct marks marks_of(const char *at, char delimiter, char line_end)
{
	struct marks marks = { 0, 0, 0 };

	for (int i = 0; i < MARKS_WORDS; i++) {
		uint64_t word;
		memcpy(&word, at + 8 * i, sizeof(word));
		word = le64toh(word);
		uint64_t from_blank = (word & ~MARKS_HIGH) + (0x80 - ' ') * MARKS_ONES;
		uint64_t odd = (word | ~from_blank | marks_in_word(word, 0x7f)) & MARKS_HIGH;
		marks.delimiters |= marks_gather(marks_in_word(word, delimiter), i);
		marks.ends |= marks_gather(marks_in_word(word, line_end), i);
		marks.odd |= marks_gather(odd, i);
	}
	return marks;
}
#endif

/* All bits below the lowest one that is set; all there are if none is. */
static inline uint32_t marks_before(uint32_t bits)
{
	return (bits & -bits) - 1;
}
