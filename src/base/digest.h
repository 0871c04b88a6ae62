/* base/digest.h - digests that others chose: SHA-256, and the two broken ones, SHA-1 and MD5.
 *
 * Of our own we use base/hash.h.  These are for what the outside gives: one-time codes are
 * HMAC-SHA-1 by their standard, and addresses come hashed by any of the three.  Nothing may rest on
 * SHA-1 or MD5 being hard to collide.
 *
 * Pure functions.
 */
#pragma once

#include "base/base.h"

enum { SHA256_BYTES = 32, SHA1_BYTES = 20, MD5_BYTES = 16, DIGEST_BYTES_MAX = SHA256_BYTES };

void sha256(str bytes, uint8_t out[static SHA256_BYTES]); /* FIPS 180-4 */
void sha1(str bytes, uint8_t out[static SHA1_BYTES]); /* RFC 3174 */
void md5(str bytes, uint8_t out[static MD5_BYTES]); /* RFC 1321 */

/* Small hexadecimal digits, two for each byte, no NUL. */
void digest_hex(const uint8_t *digest, size_t bytes, char *out);
