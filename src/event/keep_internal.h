/* event/keep_internal.h - laying bytes out: what keep.c and form.c share.
 *
 * Pointer arithmetic: `at`, where the next byte goes, never passes the room, which was measured
 * before.  Each function returns where it ended.
 */
#pragma once

#include "event/codec_internal.h"

#include "base/copy.h"
#include "base/varint.h"

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
