/* event/keep_internal.h - laying bytes out: what keep.c and form.c share.
 *
 * Pointer arithmetic: `at`, where the next byte goes, never passes the room, which was measured
 * before.  Each function returns where it ended.
 */
#pragma once

#include "event/codec_internal.h"

#include "base/varint.h"

#include <string.h>

/* Most strings are short, and copied by two or three moves that may overlap.  Not of none. */
static inline void copy_bytes(char *to, const char *from, size_t len)
{
	if (len > 16)
		memcpy(to, from, len);
	else if (len >= 8) {
		uint64_t first, last;
		memcpy(&first, from, 8);
		memcpy(&last, from + len - 8, 8);
		memcpy(to, &first, 8);
		memcpy(to + len - 8, &last, 8);
	} else if (len >= 4) {
		uint32_t first, last;
		memcpy(&first, from, 4);
		memcpy(&last, from + len - 4, 4);
		memcpy(to, &first, 4);
		memcpy(to + len - 4, &last, 4);
	} else {
		to[0] = from[0]; /* there is one at least */
		to[len / 2] = from[len / 2];
		to[len - 1] = from[len - 1];
	}
}

static inline char *put_varint(char *at, uint64_t n)
{
	if (n >= 0x80)
		return at + varint_put(at, n);
	*at = (char)n;
	return at + 1;
}

static inline char *put_instant(char *at, const struct instant *t)
{
	at = put_varint(at, zigzag(t->ms));
	if (t->sub_ns != 0)
		at = put_varint(at, (uint64_t)t->sub_ns);
	if (t->offset_min != INSTANT_NO_OFFSET)
		at = put_varint(at, zigzag(t->offset_min));
	return at;
}
