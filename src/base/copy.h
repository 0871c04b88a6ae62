/* base/copy.h - copies of a few bytes, for which calling memcpy() would take longer than they do.
 *
 * Pointer arithmetic: nothing outside of the `len` bytes is read or written.
 */
#pragma once

#include <stddef.h>
#include <string.h>

/* Two moves of one size that may overlap, the second one at the end. */
#define COPY_ENDS(to, from, len, size) \
	do { \
		memcpy((to), (from), (size)); \
		memcpy((to) + (len) - (size), (from) + (len) - (size), (size)); \
	} while (0)

/* Not of none; the two do not overlap. */
static inline void copy_bytes(char *to, const char *from, size_t len)
{
	if (len >= 16) {
		for (size_t i = 0; i + 16 < len; i += 16)
			memcpy(to + i, from + i, 16);
		memcpy(to + len - 16, from + len - 16, 16);
	} else if (len >= 8) {
		COPY_ENDS(to, from, len, 8);
	} else if (len >= 4) {
		COPY_ENDS(to, from, len, 4);
	} else {
		to[0] = from[0]; /* there is one at least */
		to[len / 2] = from[len / 2];
		to[len - 1] = from[len - 1];
	}
}
