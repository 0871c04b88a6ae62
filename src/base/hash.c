/* base/hash.c - see hash.h
 *
 * hash64 multiplies 8 bytes at a time into 128 bits and folds them (the idea of wyhash, which is
 * in the public domain; the constants are odd and random).
 */
#include "base/hash.h"
#include "base/load.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(((struct digest_state *)0)->opaque),
	"the digest's state has room");

/* libsodium stays with portable code until it is told to look at the processor. */
__attribute__((constructor)) static void choose_code(void)
{
	ASSERT(sodium_init() >= 0);
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash64(uint64_t seed, str bytes)
{
	uint64_t h = seed ^ fold(bytes.len ^ 0xd6e8feb86659fd93u, 0xa0761d6478bd642fu);

	for (; bytes.len > 16; bytes = str_from(bytes, 16))
		h = fold(load64(bytes.ptr) ^ h ^ 0xe7037ed1a0b428dbu,
			load64(bytes.ptr + 8) ^ 0x8ebc6af09c88c6e3u);
	uint64_t a = bytes.len >= 8 ? load64(bytes.ptr) : load_up_to_8(bytes.ptr, bytes.len);
	uint64_t b = bytes.len > 8 ? load_up_to_8(bytes.ptr + 8, bytes.len - 8) : 0;
	/* One fold would leave numbers that follow each other in bunches: the test counts them. */
	uint64_t mixed = fold(a ^ h ^ 0x589965cc75374cc3u,
		b ^ fold(h, 0x1d8e4e27c47d124fu) ^ 0x9e3779b97f4a7c15u);
	return fold(mixed ^ 0xeb44accab455d165u, 0x9fb21c651e98df25u);
}

struct digest128 digest128(const uint8_t *key, str bytes)
{
	struct digest128 out;

	ASSERT(crypto_generichash(out.bytes, sizeof(out.bytes), (const uint8_t *)bytes.ptr,
		       bytes.len, key, key == NULL ? 0 : DIGEST_KEY_BYTES) == 0);
	return out;
}

struct digest128 tag128(const uint8_t *key, str bytes)
{
	struct digest128 out;

	ASSERT(crypto_shorthash_siphashx24(out.bytes, (const uint8_t *)bytes.ptr, bytes.len, key) ==
		0);
	return out;
}

void digest_begin(struct digest_state *state)
{
	crypto_generichash_state *s = (void *)state->opaque;

	ASSERT(crypto_generichash_init(s, NULL, 0, 32) == 0);
}

void digest_add(struct digest_state *state, str bytes)
{
	crypto_generichash_state *s = (void *)state->opaque;

	ASSERT(crypto_generichash_update(s, (const uint8_t *)bytes.ptr, bytes.len) == 0);
}

void digest_end(struct digest_state *state, uint8_t out[static 32])
{
	crypto_generichash_state *s = (void *)state->opaque;

	ASSERT(crypto_generichash_final(s, out, 32) == 0);
}
