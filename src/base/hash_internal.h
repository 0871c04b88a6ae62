/* base/hash_internal.h - BLAKE2b of several short contents beside each other: what the ways of
 * doing it share; see hash.h.
 *
 * Each way gives what digest128() without a key gives, where the processor can.
 */
#pragma once

#include "base/hash.h"

enum {
	HASH_FOUR = 4, /* contents of one block each */
	HASH_EIGHT = 8, /* contents of half a block each */
	HASH_EIGHT_BYTES_MAX = DIGEST_BLOCK_BYTES / 2,
};

bool hash_has_four(void);
void hash_four(const str contents[HASH_FOUR], struct digest128 out[HASH_FOUR]);

bool hash_has_eight(void);
void hash_eight(const str contents[HASH_EIGHT], struct digest128 out[HASH_EIGHT]);

/* RFC 7693, 2.6 and 2.7; here, so that looking into them costs nothing where they are used. */
enum { HASH_ROUNDS = 12, HASH_WORDS = 16, HASH_STATE_WORDS = 8 };

static const uint64_t hash_start[HASH_STATE_WORDS] = { 0x6a09e667f3bcc908, 0xbb67ae8584caa73b,
	0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
	0x1f83d9abfb41bd6b, 0x5be0cd19137e2179 };

/* No key, 16 bytes of output, one block that is the last: 2.5. */
static const uint64_t hash_parameters = 0x01010000 ^ sizeof(struct digest128);

static const uint8_t hash_order[HASH_ROUNDS][HASH_WORDS] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
};
