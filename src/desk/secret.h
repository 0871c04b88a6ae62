/* desk/secret.h - secrets that are given away once: write keys, tokens, sessions, links.
 *
 *   ak_ 7qf3...        prefix, then SECRET_LETTERS letters of base32 (a-z2-7): 200 random bits
 *
 * What is stored is the keyed BLAKE2b of the whole text.  The key lies in its own file of the data
 * folder (desk.h), so the database alone gives nothing to try secrets against; and nobody can
 * choose a secret whose hash begins like another's, so looking it up in an index tells nothing by
 * its time.
 */
#pragma once

#include "base/base.h"

enum {
	SECRET_LETTERS = 40,
	SECRET_TEXT_BYTES = 3 + SECRET_LETTERS + 1,
	SECRET_HASH_BYTES = 32,
	SECRET_KEY_BYTES = 32,
	SECRET_HINT_BYTES = 7, /* "ak_7qf3": enough to tell them apart in a list */
};

struct secret {
	char text[SECRET_TEXT_BYTES]; /* NUL-terminated; wipe it: secret_wipe() */
};
struct secret_hash {
	uint8_t bytes[SECRET_HASH_BYTES];
};

/* `prefix`: three characters, as in "ak_". */
struct secret secret_make(const char *prefix);
bool secret_has_form(str text, const char *prefix);
str secret_hint(str text); /* a part of it */
struct secret_hash secret_hash(const uint8_t key[static SECRET_KEY_BYTES], str text);
bool secret_equal(str a, str b); /* in a time that tells nothing but their lengths */
void secret_wipe(void *bytes, size_t count);

/* Sealing of small secrets that must be read again (TOTP): libsodium's secretbox, nonce first. */
enum { SECRET_SEAL_BYTES = 24 + 16 }; /* more than what is sealed */
void secret_seal(const uint8_t key[static SECRET_KEY_BYTES], str plain, uint8_t *out);
bool secret_open(const uint8_t key[static SECRET_KEY_BYTES], str sealed, uint8_t *out);
