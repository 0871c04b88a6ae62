/* base/index_internal.h - how an index lies in its tables; for index.c and index_find.c alone.
 *
 *  1. A bucket of depth d holds the codes whose bent hash has certain d low bits; all entries of
 *     the directory with these low bits name it.  The directory has 2^g entries, g >= d.
 *  2. The tag of a code in a bucket of depth d is the 16 bits of its bent hash from bit 8 [d / 8]
 *     on: the next splits find their bit in it, so only every eighth must ask for the hash.
 *  3. A bucket that may not be split (DEPTH_MARGIN: hashes collide on purpose) is continued by
 *     others, each with a higher number than the one before, and is never split again.
 */
#pragma once

#include "base/index.h"

enum {
	BUCKET_CODES = 84,
	DEPTH_MARGIN = 6, /* a bucket may be this much deeper than the logarithm of their number */
	DEPTH_MAX = 40,
	WINDOW = 8, /* splits for one set of tags */
	NOT_FOUND = BUCKET_CODES
};

struct bucket {
	uint8_t count, depth;
	uint16_t unused;
	uint32_t next; /* bucket that continues this one, or INDEX_NONE */
	uint16_t tags[BUCKET_CODES];
	uint32_t codes[BUCKET_CODES];
};
_Static_assert(sizeof(struct bucket) == 512, "8 in a chunk");

struct index {
	struct table *directory; /* u32: bucket */
	struct table *buckets;
	size_t count; /* codes */
};

static inline uint64_t reverse(uint64_t n)
{
	n = (n & 0x5555555555555555u) << 1 | (n >> 1 & 0x5555555555555555u);
	n = (n & 0x3333333333333333u) << 2 | (n >> 2 & 0x3333333333333333u);
	n = (n & 0x0f0f0f0f0f0f0f0fu) << 4 | (n >> 4 & 0x0f0f0f0f0f0f0f0fu);
	return __builtin_bswap64(n);
}

/* Equal shares would make all buckets split in the same moment.  With x in [0, 1) for the hash,
 * x + 0.344 x (1 - x) is within 0.009 of log2(1 + x): the density falls from 4/3 to 2/3 over the
 * range, and the times of splitting spread evenly over each doubling of the number of codes. */
static inline uint64_t bend(uint64_t x)
{
	const uint64_t factor = 0x5810624dd2f1a9fcu; /* 0.344 * 2^64 */
	uint64_t product = (uint64_t)((unsigned __int128)x * ~x >> 64);

	return reverse(x + (uint64_t)((unsigned __int128)product * factor >> 64));
}

static inline uint16_t tag_of(uint64_t bent, unsigned depth)
{
	return (uint16_t)(bent >> (depth / WINDOW * WINDOW));
}

static inline const uint32_t *directory_entry(const struct index *index, uint64_t bent)
{
	return table_at(index->directory, bent & (table_count(index->directory) - 1));
}

static inline uint32_t bucket_for(const struct index *index, uint64_t bent)
{
	return *directory_entry(index, bent);
}
