/* base/crc32c.c - see crc32c.h */
#include "base/crc32c.h"

#include <string.h>

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

#ifdef __x86_64__
__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, str bytes)
{
	uint64_t wide = (uint32_t)~crc;

	for (; bytes.len >= 8; bytes = (str){ bytes.ptr + 8, bytes.len - 8 }) {
		uint64_t word;
		memcpy(&word, bytes.ptr, sizeof(word));
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (size_t i = 0; i < bytes.len; i++)
		crc = __builtin_ia32_crc32qi(crc, (uint8_t)bytes.ptr[i]);
	return ~crc;
}

uint32_t crc32c(uint32_t crc, str bytes)
{
	return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(crc, bytes)
						: crc32c_portable(crc, bytes);
}
#else
uint32_t crc32c(uint32_t crc, str bytes)
{
	return crc32c_portable(crc, bytes);
}
#endif
