/* desk/totp.h - one-time codes of a telephone (RFC 6238): HMAC-SHA-1, 30 seconds, six digits,
 * which is what every such program can do. */
#pragma once

#include "base/base.h"

enum {
	TOTP_SECRET_BYTES = 20,
	TOTP_STEP_MS = 30 * 1000,
	TOTP_DIGITS = 6,
	TOTP_STEPS_AROUND = 1, /* a clock may be so many steps off */
	TOTP_LETTERS = 32, /* of the secret in base32 */
};

uint32_t totp_code(const uint8_t *secret, size_t secret_bytes, int64_t step);

/* Is it the code of a step around `now_ms` that comes behind `last_step`?  Then *step is that one:
 * a code is good once. */
bool totp_check(const uint8_t *secret, size_t secret_bytes, str code, int64_t now_ms,
	int64_t last_step, int64_t *step);

/* What a person types into the telephone: base32 in capitals, NUL-terminated. */
void totp_letters(const uint8_t secret[static TOTP_SECRET_BYTES], char out[TOTP_LETTERS + 1]);
