/* desk/secret.c - see secret.h */
#include "desk/secret.h"

#include <sodium.h>
#include <string.h>

#include "base/random.h"

_Static_assert(SECRET_HASH_BYTES <= crypto_generichash_BYTES_MAX, "BLAKE2b gives it");
_Static_assert(SECRET_SEAL_BYTES == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES,
	"nonce, then box");

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

struct secret secret_make(const char *prefix)
{
	struct secret secret = { 0 };
	uint8_t random[SECRET_LETTERS];

	secret_bytes(random, sizeof(random));
	memcpy(secret.text, prefix, 3);
	for (size_t i = 0; i < SECRET_LETTERS; i++) /* 32 divides 256: no letter is likelier */
		secret.text[3 + i] = letters[random[i] % 32];
	secret_wipe(random, sizeof(random));
	return secret;
}

bool secret_has_form(str text, const char *prefix)
{
	bool good = str_skip_prefix(&text, str_of(prefix)) && text.len == SECRET_LETTERS;

	for (size_t i = 0; good && i < text.len; i++)
		good = str_has(STR("abcdefghijklmnopqrstuvwxyz234567"), text.ptr[i]);
	return good;
}

str secret_hint(str text)
{
	return str_upto(text, SECRET_HINT_BYTES);
}

struct secret_hash secret_hash(const uint8_t key[static SECRET_KEY_BYTES], str text)
{
	struct secret_hash hash;
	int done = crypto_generichash(hash.bytes, sizeof(hash.bytes),
		(const unsigned char *)text.ptr, text.len, key, SECRET_KEY_BYTES);

	ASSERT(done == 0); /* the lengths are right */
	return hash;
}

bool secret_equal(str a, str b)
{
	return a.len == b.len && (a.len == 0 || sodium_memcmp(a.ptr, b.ptr, a.len) == 0);
}

void secret_wipe(void *bytes, size_t count)
{
	sodium_memzero(bytes, count);
}

void secret_seal(const uint8_t key[static SECRET_KEY_BYTES], str plain, uint8_t *out)
{
	secret_bytes(out, crypto_secretbox_NONCEBYTES);
	int done = crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES,
		(const unsigned char *)plain.ptr, plain.len, out, key);

	ASSERT(done == 0); /* it cannot fail */
}

bool secret_open(const uint8_t key[static SECRET_KEY_BYTES], str sealed, uint8_t *out)
{
	const unsigned char *bytes = (const unsigned char *)sealed.ptr;

	return sealed.len > SECRET_SEAL_BYTES &&
	       crypto_secretbox_open_easy(out, bytes + crypto_secretbox_NONCEBYTES,
		       sealed.len - crypto_secretbox_NONCEBYTES, bytes, key) == 0;
}
