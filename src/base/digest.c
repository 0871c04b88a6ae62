/* base/digest.c - see digest.h */
#include "base/digest.h"

#include <sodium.h>
#include <string.h>

enum { BLOCK = 64, STATE_MAX = 5 };

static uint32_t turn(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

/* SHA-1 and MD5 pad alike: a bit, noughts, and how many bits there were. */
typedef void block_fn(uint32_t *state, const uint8_t *block);

static void digest_blocks(str bytes, bool big_endian, block_fn *block, uint32_t *state)
{
	const uint8_t *at = (const uint8_t *)bytes.ptr;
	uint64_t bits = (uint64_t)bytes.len * 8;
	uint8_t last[2 * BLOCK] = { 0 };
	size_t left = bytes.len;

	for (; left >= BLOCK; left -= BLOCK, at += BLOCK)
		block(state, at);
	if (left > 0)
		memcpy(last, at, left);
	last[left] = 0x80;
	size_t total = left + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	for (size_t i = 0; i < 8; i++)
		last[big_endian ? total - 1 - i : total - 8 + i] = (uint8_t)(bits >> (8 * i));
	for (size_t done = 0; done < total; done += BLOCK)
		block(state, last + done);
}

static void sha1_block(uint32_t *state, const uint8_t *block)
{
	uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

	for (size_t i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (size_t i = 16; i < 80; i++)
		w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (size_t i = 0; i < 80; i++) {
		uint32_t f, k;
		if (i < 20)
			f = (b & c) | (~b & d), k = 0x5a827999;
		else if (i < 40)
			f = b ^ c ^ d, k = 0x6ed9eba1;
		else if (i < 60)
			f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
		else
			f = b ^ c ^ d, k = 0xca62c1d6;
		uint32_t next = turn(a, 5) + f + e + k + w[i];
		e = d;
		d = c;
		c = turn(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

void sha1(str bytes, uint8_t out[static SHA1_BYTES])
{
	uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };

	digest_blocks(bytes, true, sha1_block, state);
	for (size_t i = 0; i < SHA1_BYTES; i++)
		out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

/* floor(2^32 |sin(i + 1)|): RFC 1321, 3.4 */
static const uint32_t sines[BLOCK] = { 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf,
	0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
	0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51,
	0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6,
	0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
	0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8,
	0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
	0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82,
	0xbd3af235, 0x2ad7d2bb, 0xeb86d391 };

static uint32_t word_at(const uint8_t *block, size_t i)
{
	return (uint32_t)block[4 * i + 3] << 24 | (uint32_t)block[4 * i + 2] << 16 |
	       (uint32_t)block[4 * i + 1] << 8 | block[4 * i];
}

static void md5_block(uint32_t *state, const uint8_t *block)
{
	static const uint8_t turns[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 },
		{ 6, 10, 15, 21 } };
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

	for (size_t i = 0; i < BLOCK; i++) {
		size_t round = i / 16, word = i;
		uint32_t f;
		if (round == 0)
			f = (b & c) | (~b & d);
		else if (round == 1)
			f = (d & b) | (~d & c), word = 5 * i + 1;
		else if (round == 2)
			f = b ^ c ^ d, word = 3 * i + 5;
		else
			f = c ^ (b | ~d), word = 7 * i;
		f += a + sines[i] + word_at(block, word % 16);
		a = d;
		d = c;
		c = b;
		b += turn(f, turns[round][i % 4]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

void md5(str bytes, uint8_t out[static MD5_BYTES])
{
	uint32_t state[STATE_MAX] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };

	digest_blocks(bytes, false, md5_block, state);
	for (size_t i = 0; i < MD5_BYTES; i++)
		out[i] = (uint8_t)(state[i / 4] >> (8 * (i % 4)));
}

void sha256(str bytes, uint8_t out[static SHA256_BYTES])
{
	(void)crypto_hash_sha256(out, (const unsigned char *)bytes.ptr, bytes.len);
}

void digest_hex(const uint8_t *digest, size_t bytes, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
}
