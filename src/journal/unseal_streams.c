/* journal/unseal_streams.c - streams and integers of a sealed block; see unseal_internal.h */
#include "journal/unseal_internal.h"

#include <zstd.h>

void *unseal_alloc(struct unsealer *u, uint64_t count, size_t bytes)
{
	void *p = u->failed ? NULL : arena_array(u->arena, (size_t)count, bytes);

	if (p == NULL && !u->failed)
		u->failed = u->full = true;
	return p;
}

const char *unseal_unpack(struct unsealer *u, struct reader *from, uint64_t bytes, uint64_t packed)
{
	if (packed > bytes || packed > reader_left(from)) {
		u->failed = true;
		return NULL;
	}
	str stored = reader_bytes(from, (size_t)packed);
	if (packed == bytes)
		return stored.ptr;
	if (ZSTD_getFrameContentSize(stored.ptr, stored.len) != bytes) { /* or claims to */
		u->failed = true;
		return NULL;
	}
	char *out = unseal_alloc(u, bytes, 1);
	if (out == NULL)
		return NULL;
	size_t n = ZSTD_decompressDCtx(u->zstd, out, (size_t)bytes, stored.ptr, stored.len);
	if (ZSTD_isError(n) || n != bytes) {
		u->failed = true;
		return NULL;
	}
	return out;
}

const char *unseal_stream(struct unsealer *u, uint64_t bytes)
{
	if (u->failed)
		return NULL;
	if (bytes < SEAL_INLINE_BYTES) {
		str inlined = reader_bytes(&u->directory, (size_t)bytes);
		u->failed |= u->directory.failed;
		return u->failed ? NULL : bytes == 0 ? "" : inlined.ptr;
	}
	uint64_t claimed = reader_varint(&u->sizes), packed = reader_varint(&u->sizes);
	if (u->sizes.failed || claimed != bytes) {
		u->failed = true;
		return NULL;
	}
	return unseal_unpack(u, &u->frames, bytes, packed);
}

struct ints unseal_ints(struct unsealer *u)
{
	enum { DIFFERENCES = 16, WIDTH_MAX = 8 };
	struct ints ints = { 0 };
	uint64_t count = reader_varint(&u->directory);

	if (u->directory.failed || count > u->values_max)
		u->failed = true;
	if (u->failed || count == 0)
		return ints;
	uint8_t head = reader_u8(&u->directory);
	ints.differences = head & DIFFERENCES;
	ints.width = head & ~(unsigned)DIFFERENCES;
	ints.least = unzigzag(reader_varint(&u->directory));
	if (ints.differences)
		ints.last = (int64_t)((uint64_t)unzigzag(reader_varint(&u->directory)) -
				      (uint64_t)ints.least);
	if (u->directory.failed || ints.width > WIDTH_MAX)
		u->failed = true;
	ints.planes = unseal_alloc(u, ints.width, sizeof(*ints.planes));
	for (unsigned i = 0; i < ints.width && !u->failed; i++)
		ints.planes[i] = (const uint8_t *)unseal_stream(u, count);
	ints.count = u->failed ? 0 : (size_t)count;
	return ints;
}
