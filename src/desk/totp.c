/* desk/totp.c - see totp.h */
#include "desk/totp.h"

#include "base/digest.h"

#include <string.h>

enum { BLOCK = 64 };

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
