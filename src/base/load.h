/* base/load.h - words read where they lie, aligned or not, in the machine's own byte order. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t load64(const void *at) /* 8 bytes */
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline uint32_t load32(const void *at) /* 4 bytes */
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Up to 8 bytes as a word, the first the lowest, zeros above: by loads that may overlap, for a copy
 * of unknown length would be a call. */
static inline uint64_t load_up_to_8(const char *at, size_t len)
{
	const unsigned char *byte = (const unsigned char *)at;

	if (len >= 4)
		return load32(at) | (uint64_t)load32(at + len - 4) << (8 * (len - 4));
	if (len == 0)
		return 0;
	return byte[0] | (uint64_t)byte[len / 2] << (8 * (len / 2)) |
	       (uint64_t)byte[len - 1] << (8 * (len - 1));
}
