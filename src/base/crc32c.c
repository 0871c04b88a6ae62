/* base/crc32c.c - see crc32c.h */
#include "base/crc32c.h"

#include "base/load.h"

#include <string.h>
#ifdef __x86_64__
#include <wmmintrin.h>
#endif

#define POLYNOMIAL 0x82f63b78u /* reflected */

static uint32_t table[256];

__attribute__((constructor)) static void fill_table(void)
{
	for (uint32_t i = 0; i < ARRAY_LEN(table); i++) {
		uint32_t crc = i;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 1) ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
		table[i] = crc;
	}
}

uint32_t crc32c_portable(uint32_t crc, str bytes)
{
	crc = ~crc;
	for (size_t i = 0; i < bytes.len; i++)
		crc = crc >> 8 ^ table[(crc ^ (uint8_t)bytes.ptr[i]) & 0xff];
	return ~crc;
}

/* A checksum is what is left of a division: that of the first piece, behind which the second one
 * has still to come, is multiplied by x to the power of eight times its bytes. */
static uint32_t behind_zeros(uint32_t crc, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		crc = crc >> 8 ^ table[crc & 0xff];
	return crc;
}

#ifdef __x86_64__
/* An instruction of 8 bytes waits for the one before it, three steps; three stretches side by side
 * fill the waits.  Joining them needs the checksum of a stretch after SHIFT_BYTES more: a checksum
 * is linear, so that is a sum over its bits, looked up byte by byte. */
enum { SHIFT_BYTES = 1024 };

static uint32_t shifted[4][256];

__attribute__((target("sse4.2"))) static uint64_t add_words(
	uint64_t wide, const char *at, size_t bytes)
{
	size_t i = 0;

	for (; i + 32 <= bytes; i += 32) { /* the loop costs more than the instruction */
		wide = __builtin_ia32_crc32di(wide, load64(at + i));
		wide = __builtin_ia32_crc32di(wide, load64(at + i + 8));
		wide = __builtin_ia32_crc32di(wide, load64(at + i + 16));
		wide = __builtin_ia32_crc32di(wide, load64(at + i + 24));
	}
	for (; i < bytes; i += 8)
		wide = __builtin_ia32_crc32di(wide, load64(at + i));
	return wide;
}

__attribute__((constructor)) static void fill_shifted(void)
{
	static const char zeros[SHIFT_BYTES];

	if (!__builtin_cpu_supports("sse4.2"))
		return;
	for (unsigned byte = 0; byte < 4; byte++)
		for (unsigned bit = 0; bit < 8; bit++) {
			uint32_t of_bit = (uint32_t)add_words(
				UINT32_C(1) << (8 * byte + bit), zeros, SHIFT_BYTES);
			for (unsigned rest = 0; rest < 1u << bit; rest++)
				shifted[byte][(1u << bit) + rest] = shifted[byte][rest] ^ of_bit;
		}
}

static uint64_t shift(uint64_t wide)
{
	return shifted[0][wide & 0xff] ^ shifted[1][wide >> 8 & 0xff] ^
	       shifted[2][wide >> 16 & 0xff] ^ shifted[3][wide >> 24 & 0xff];
}

__attribute__((target("sse4.2"))) static uint64_t add_three(uint64_t wide, const char *at)
{
	uint64_t second = 0, third = 0;

	for (size_t i = 0; i < SHIFT_BYTES; i += 8) {
		uint64_t a, b, c;
		memcpy(&a, at + i, sizeof(a));
		memcpy(&b, at + SHIFT_BYTES + i, sizeof(b));
		memcpy(&c, at + 2 * SHIFT_BYTES + i, sizeof(c));
		wide = __builtin_ia32_crc32di(wide, a);
		second = __builtin_ia32_crc32di(second, b);
		third = __builtin_ia32_crc32di(third, c);
	}
	return shift(shift(wide) ^ second) ^ third;
}

/* Fewer than eight bytes, in three instructions at most: most contents are short. */
__attribute__((target("sse4.2"))) static uint32_t add_rest(uint32_t crc, const char *at, size_t len)
{
	uint32_t four;
	uint16_t two;

	if (len & 4) {
		memcpy(&four, at, sizeof(four));
		crc = __builtin_ia32_crc32si(crc, four);
		at += sizeof(four);
	}
	if (len & 2) {
		memcpy(&two, at, sizeof(two));
		crc = __builtin_ia32_crc32hi(crc, two);
		at += sizeof(two);
	}
	return len & 1 ? __builtin_ia32_crc32qi(crc, (uint8_t)*at) : crc;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, str bytes)
{
	uint64_t wide = (uint32_t)~crc;
	size_t at = 0;

	for (; bytes.len - at >= (size_t)3 * SHIFT_BYTES; at += (size_t)3 * SHIFT_BYTES)
		wide = add_three(wide, bytes.ptr + at);
	size_t words = (bytes.len - at) / 8 * 8;
	if (words > 0)
		wide = add_words(wide, bytes.ptr + at, words);
	return ~add_rest((uint32_t)wide, bytes.ptr + at + words, bytes.len - at - words);
}

uint32_t crc32c(uint32_t crc, str bytes)
{
	return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(crc, bytes)
						: crc32c_portable(crc, bytes);
}
/* The product of two such remainders has x to the power of 33 too few when an instruction of the
 * checksum has taken what is left of it: powers[n] is x^(8n - 33).  Below LEAST bytes there is no
 * such power, and from JOINED_BYTES on it is gone in steps. */
enum { LEAST_BYTES = 5, JOINED_BYTES = 1024 };

static uint32_t powers[JOINED_BYTES];

__attribute__((constructor)) static void fill_powers(void)
{
	fill_table(); /* constructors come in no order */
	powers[LEAST_BYTES] = UINT32_C(1) << (31 - 7); /* x^7, reflected */
	for (size_t n = LEAST_BYTES + 1; n < JOINED_BYTES; n++)
		powers[n] = behind_zeros(powers[n - 1], 1);
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t multiplied(uint32_t crc, uint32_t power)
{
	__m128i product =
		_mm_clmulepi64_si128(_mm_cvtsi32_si128((int)crc), _mm_cvtsi32_si128((int)power), 0);

	return (uint32_t)__builtin_ia32_crc32di(0, (uint64_t)_mm_cvtsi128_si64(product));
}

uint32_t crc32c_join(uint32_t first, uint32_t second, size_t second_bytes)
{
	bool quick = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");

	for (; quick && second_bytes >= JOINED_BYTES; second_bytes -= JOINED_BYTES - 1)
		first = multiplied(first, powers[JOINED_BYTES - 1]);
	if (quick && second_bytes >= LEAST_BYTES)
		return multiplied(first, powers[second_bytes]) ^ second;
	return behind_zeros(first, second_bytes) ^ second;
}

#else
uint32_t crc32c(uint32_t crc, str bytes)
{
	return crc32c_portable(crc, bytes);
}

uint32_t crc32c_join(uint32_t first, uint32_t second, size_t second_bytes)
{
	return behind_zeros(first, second_bytes) ^ second;
}
#endif
