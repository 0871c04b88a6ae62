/* identity/hashed.c - see hashed.h */
#include "identity/hashed.h"

static const struct {
	str name, ending;
	size_t bytes;
} kinds[HASH_KINDS] = {
	[HASH_SHA256] = { STR_INIT("sha256"), STR_INIT("_sha256"), SHA256_BYTES },
	[HASH_SHA1] = { STR_INIT("sha1"), STR_INIT("_sha1"), SHA1_BYTES },
	[HASH_MD5] = { STR_INIT("md5"), STR_INIT("_md5"), MD5_BYTES },
};

static const struct {
	str type, hashed[HASH_KINDS];
} plains[HASH_PLAIN_TYPES] = {
	{ STR_INIT("email"),
		{ STR_INIT("email_sha256"), STR_INIT("email_sha1"), STR_INIT("email_md5") } },
	{ STR_INIT("phone"),
		{ STR_INIT("phone_sha256"), STR_INIT("phone_sha1"), STR_INIT("phone_md5") } },
};

size_t hash_digits(enum identifier_hash hash)
{
	return 2 * kinds[hash].bytes;
}

bool hash_named(str name, enum identifier_hash *hash)
{
	for (size_t i = 0; i < HASH_KINDS; i++)
		if (str_equal(kinds[i].name, name)) {
			*hash = (enum identifier_hash)i;
			return true;
		}
	return false;
}

bool hashed_type(str type, str *plain, enum identifier_hash *hash)
{
	for (size_t i = 0; i < HASH_KINDS; i++)
		if (type.len > kinds[i].ending.len && str_ends(type, kinds[i].ending)) {
			*plain = str_upto(type, type.len - kinds[i].ending.len);
			*hash = (enum identifier_hash)i;
			return true;
		}
	return false;
}

bool hash_plain_type(str type, size_t *place)
{
	for (size_t i = 0; i < HASH_PLAIN_TYPES; i++)
		if (str_equal(plains[i].type, type)) {
			*place = i;
			return true;
		}
	return false;
}

str hash_type_name(size_t plain, enum identifier_hash hash)
{
	return plains[plain].hashed[hash];
}

size_t hash_forms(str plain_type, str value, str out[static HASH_FORMS_MAX])
{
	out[0] = value;
	if (!str_equal(plain_type, STR("phone")) || !str_starts(value, STR("+")))
		return 1;
	out[1] = str_from(value, 1);
	return 2;
}

str hash_of(enum identifier_hash hash, str text, char out[static HASH_DIGITS_MAX])
{
	uint8_t digest[DIGEST_BYTES_MAX];

	if (hash == HASH_SHA256)
		sha256(text, digest);
	else if (hash == HASH_SHA1)
		sha1(text, digest);
	else
		md5(text, digest);
	digest_hex(digest, kinds[hash].bytes, out);
	return (str){ out, hash_digits(hash) };
}
