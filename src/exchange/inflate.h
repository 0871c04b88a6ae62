/* exchange/inflate.h - gzip and zstd undone while reading, recognised by their first bytes.
 *
 * Wraps any `struct input`.  What is compressed by neither passes through unchanged.  Memory is
 * constant: a bomb only makes a long stream, which its reader may stop at any time.
 *
 *   gzip  RFC 1952: any number of members one after the other, zero padding behind the last
 *   zstd  RFC 8878: any number of frames, skippable ones too; windows up to 128 MiB
 *
 * A stream that ends too early, or whose checksum is wrong, is ERR_CORRUPT with the offset in
 * the compressed bytes; what was read before it was good.  The error stays.
 *
 * One thread at a time.
 */
#pragma once

#include "exchange/stream.h"

enum {
	INFLATE_BUFFER_BYTES = 1 << 16,
	INFLATE_PEEK_BYTES = 4096, /* how far one may look ahead */
	INFLATE_ZSTD_WINDOW_LOG_MAX = 27,
};

struct inflater;

/* Reads the first bytes of `raw`, which must outlive the inflater, to see what they are. */
err inflater_open(struct input *raw, struct inflater **out, struct why *why);
void inflater_close(struct inflater *inflater); /* NULL is fine; `raw` stays open */

struct input *inflater_input(struct inflater *inflater); /* the plain bytes */

/* The first plain bytes, up to INFLATE_PEEK_BYTES; they will still be read.  Only before the
 * first read.  Valid until then. */
err inflater_peek(struct inflater *inflater, str *first_bytes, struct why *why);

uint64_t inflater_consumed(const struct inflater *inflater); /* compressed bytes so far */
