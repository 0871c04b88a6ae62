/* base/load.h - words read where they lie, aligned or not, in the machine's own byte order. */
#pragma once

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
