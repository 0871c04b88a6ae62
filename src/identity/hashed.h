/* identity/hashed.h - identifiers that are told as their hash.
 *
 * Advertising platforms and partners hand over the SHA-256 (or SHA-1, MD5) of an address instead of
 * the address: email_sha256, phone_md5.  Such a hash says who somebody is as well as what it was
 * made of; so the two are twins (twins.c), if rules let them.
 *
 * Hashes are taken of the normal form (identifier.h), in UTF-8; of a telephone number with its +
 * and without, for both go about.
 *
 * Pure functions.
 */
#pragma once

#include "base/digest.h"

enum identifier_hash { HASH_SHA256, HASH_SHA1, HASH_MD5, HASH_KINDS };
enum { HASH_DIGITS_MAX = 2 * DIGEST_BYTES_MAX, HASH_FORMS_MAX = 2 };

size_t hash_digits(enum identifier_hash hash); /* hexadecimal ones */
/* "sha256", as rules name it; false leaves *hash. */
bool hash_named(str name, enum identifier_hash *hash);

/* "email_sha256" -> "email", HASH_SHA256; of any type.  False leaves the others. */
bool hashed_type(str type, str *plain, enum identifier_hash *hash);

/* The plain types whose twins are sought: others are hashed by nobody who could mean ours.  Their
 * hashes are families, below HASH_FAMILIES. */
enum { HASH_PLAIN_TYPES = 2, HASH_FAMILIES = HASH_PLAIN_TYPES * HASH_KINDS };
bool hash_plain_type(str type, size_t *place); /* place: below HASH_PLAIN_TYPES */
str hash_type_name(size_t plain, enum identifier_hash hash); /* "email_sha256" */

/* Of one address and its digests, and of other addresses with such a digest: more is an attack on
 * MD5, and all of them are shared. */
enum { TWINS_MAX = 16 };

/* The spellings of a normal form whose hashes go about; they live as long as `value`. */
size_t hash_forms(str plain_type, str value, str out[static HASH_FORMS_MAX]);
/* Of one spelling: hash_digits() small hexadecimal digits in `out`. */
str hash_of(enum identifier_hash hash, str text, char out[static HASH_DIGITS_MAX]);
