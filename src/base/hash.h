/* base/hash.h - hashes: for tables in memory, in place of a secret's content, in place of content.
 *
 * hash64() is quick and for hash tables only; its values may change between versions and are
 * never stored.  digest128() is BLAKE2b with 16 bytes of output (RFC 7693): nobody can make two
 * contents with one digest, so equal digests may be taken for equal contents.  tag128() is quicker
 * and as good against everybody who does not hold its key.
 */
#pragma once

#include "base/base.h"

uint64_t hash64(uint64_t seed, str bytes);

struct digest128 {
	uint8_t bytes[16];
};

enum { DIGEST_KEY_BYTES = 32 };

/* `key` NULL, or DIGEST_KEY_BYTES secret bytes: then only their holder can make the digest. */
struct digest128 digest128(const uint8_t *key, str bytes);

/* digest128() without a key, of many contents: short ones (DIGEST_BLOCK_BYTES at most) four at a
 * time, in a third of the time, where the processor can; eight, where it can that too and they are
 * half as long, in a third less. */
enum { DIGEST_BLOCK_BYTES = 128 };
void digest128_many(const str *contents, size_t count, struct digest128 *out);

enum { TAG_KEY_BYTES = 16 };

/* SipHash-2-4 with 16 bytes of output: a tenth of digest128()'s time for short texts.  Whoever
 * does not hold the key can neither make nor guess two texts with one tag; the holder could. */
struct digest128 tag128(const uint8_t *key, str bytes);

/* tag128() of many texts: eight or four neighbours at a time, in a third of the time or less, where
 * they are about equally long (within eight bytes) and the processor can. */
void tag128_many(const uint8_t *key, const str *texts, size_t count, struct digest128 *out);

/* Of a long content, piece by piece; 32 bytes. */
struct digest_state {
	_Alignas(64) uint8_t opaque[384];
};
void digest_begin(struct digest_state *state);
void digest_add(struct digest_state *state, str bytes);
void digest_end(struct digest_state *state, uint8_t out[static 32]);
