/* journal/unseal_internal.h - reading the streams of a sealed block; seal.c tables the bytes.
 *
 * Nothing here trusts the block.  What keeps hostile bytes from growing: every value that is read
 * makes at least one byte of output, so no column may claim more values, and no dictionary more
 * bytes, than the block says it has output; and all memory comes from the caller's arena.
 */
#pragma once

#include "journal/seal_internal.h"

struct unsealer {
	struct reader directory;
	struct reader sizes; /* of the frames that are left */
	struct reader frames;
	struct arena *arena;
	void *zstd;
	uint64_t values_max; /* of one column */
	uint64_t words_left, word_bytes_left; /* of all dictionaries */
	bool failed, full; /* full: the arena is; then failed is set too */
};

void *unseal_alloc(struct unsealer *u, uint64_t count, size_t bytes); /* NULL: failed */
/* `packed` bytes of `from`, as `bytes` bytes; NULL: failed.  bytes > 0. */
const char *unseal_unpack(struct unsealer *u, struct reader *from, uint64_t bytes, uint64_t packed);
const char *unseal_stream(struct unsealer *u, uint64_t bytes); /* the next one; NULL: failed */

/* A cursor over integers.  Past the end: fails the unsealer and gives 0. */
struct ints {
	const uint8_t **planes;
	size_t at, count;
	int64_t least, last;
	unsigned width;
	bool differences;
};
struct ints unseal_ints(struct unsealer *u);

static inline int64_t ints_next(struct ints *ints, struct unsealer *u)
{
	uint64_t n = (uint64_t)ints->least;

	if (ints->at == ints->count) {
		u->failed = true;
		return 0;
	}
	for (unsigned i = 0; i < ints->width; i++)
		n += (uint64_t)ints->planes[i][ints->at] << (8 * i);
	ints->at++;
	if (ints->differences)
		n = (uint64_t)(ints->last = (int64_t)((uint64_t)ints->last + n));
	return (int64_t)n;
}

/* A cursor over strings (unseal_text.c). */
struct text;
struct text *unseal_text(struct unsealer *u); /* NULL: failed */
/* The next string, valid until the next call; empty when failed. */
str text_next(struct text *text, struct unsealer *u);
