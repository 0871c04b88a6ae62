/* desk/totp.c - see totp.h */
#include "desk/totp.h"

#include <string.h>

enum { BLOCK = 64 };

static uint32_t turn(uint32_t x, int by)
{
	return x << by | x >> (32 - by);
}

static void sha1_block(uint32_t state[5], const uint8_t *block)
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

void sha1(str bytes, uint8_t out[static 20])
{
	uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	const uint8_t *at = (const uint8_t *)bytes.ptr;
	uint64_t bits = (uint64_t)bytes.len * 8;
	uint8_t last[2 * BLOCK] = { 0 };
	size_t left = bytes.len;

	for (; left >= BLOCK; left -= BLOCK, at += BLOCK)
		sha1_block(state, at);
	if (left > 0)
		memcpy(last, at, left);
	last[left] = 0x80;
	size_t total = left + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	for (size_t i = 0; i < 8; i++)
		last[total - 1 - i] = (uint8_t)(bits >> (8 * i));
	for (size_t done = 0; done < total; done += BLOCK)
		sha1_block(state, last + done);
	for (size_t i = 0; i < 20; i++)
		out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

/* RFC 2104, of 8 bytes, which is all that is asked here; a longer key than a block is no secret of
 * ours. */
static void hmac_sha1(
	const uint8_t *key, size_t key_bytes, const uint8_t message[8], uint8_t out[20])
{
	uint8_t inner[BLOCK + 8], outer[BLOCK + 20];

	ASSERT(key_bytes <= BLOCK);
	for (size_t i = 0; i < BLOCK; i++) {
		uint8_t k = i < key_bytes ? key[i] : 0;
		inner[i] = k ^ 0x36;
		outer[i] = k ^ 0x5c;
	}
	memcpy(inner + BLOCK, message, 8);
	sha1((str){ (const char *)inner, sizeof(inner) }, outer + BLOCK);
	sha1((str){ (const char *)outer, sizeof(outer) }, out);
}

uint32_t totp_code(const uint8_t *secret, size_t secret_bytes, int64_t step)
{
	uint8_t message[8], mac[20];

	for (size_t i = 0; i < 8; i++)
		message[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	hmac_sha1(secret, secret_bytes, message, mac);
	const uint8_t *at = mac + (mac[19] & 15);
	uint32_t number = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
			  (uint32_t)at[2] << 8 | at[3];
	return number % 1000000;
}

static bool read_code(str text, uint32_t *out)
{
	uint32_t number = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		number = number * 10 + (uint32_t)(text.ptr[i] - '0');
	}
	*out = number;
	return text.len == TOTP_DIGITS;
}

bool totp_check(const uint8_t *secret, size_t secret_bytes, str code, int64_t now_ms,
	int64_t last_step, int64_t *step)
{
	int64_t now = now_ms / TOTP_STEP_MS;
	uint32_t told;
	bool good = false;

	if (code.len != TOTP_DIGITS || !read_code(code, &told))
		return false;
	for (int64_t at = now - TOTP_STEPS_AROUND; at <= now + TOTP_STEPS_AROUND; at++)
		if (at > last_step && totp_code(secret, secret_bytes, at) == told) {
			*step = at;
			good = true;
		}
	return good;
}

void totp_letters(const uint8_t secret[static TOTP_SECRET_BYTES], char out[TOTP_LETTERS + 1])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (size_t i = 0; i < TOTP_LETTERS; i++) {
		size_t bit = 5 * i, byte = bit / 8;
		uint32_t two = (uint32_t)secret[byte] << 8;
		if (byte + 1 < TOTP_SECRET_BYTES)
			two |= secret[byte + 1];
		out[i] = letters[two >> (11 - bit % 8) & 31];
	}
	out[TOTP_LETTERS] = '\0';
}
