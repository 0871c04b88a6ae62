/* tests/base_digest_test.c - digests against the published values. */
#include "base/digest.h"

#include <string.h>

#include "test.h"

#define LONG "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define DIGITS "12345678901234567890123456789012345678901234567890123456789012345678901234567890"

/* FIPS 180-4 and its examples; RFC 3174, 7.3; RFC 1321, A.5 */
TEST(digests_are_the_published_ones)
{
	static const struct {
		const char *text, *hex;
	} rows[] = {
		{ "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ LONG, "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "0123456701234567012345670123456701234567012345670123456701234567",
			"e0c094e867ef46c350ef54a7f59dd60bed92ae83" },
		{ "", "d41d8cd98f00b204e9800998ecf8427e" },
		{ "a", "0cc175b9c0f1b6a831c399e269772661" },
		{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
		{ "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
		{ DIGITS, "57edf4a22be3c955ac49da2e2107b67a" },
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ LONG, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t digest[DIGEST_BYTES_MAX];
		char hex[2 * DIGEST_BYTES_MAX];
		size_t bytes = strlen(rows[i].hex) / 2;
		if (bytes == SHA1_BYTES)
			sha1(str_of(rows[i].text), digest);
		else if (bytes == MD5_BYTES)
			md5(str_of(rows[i].text), digest);
		else
			sha256(str_of(rows[i].text), digest);
		digest_hex(digest, bytes, hex);
		CHECK(rows[i].text, memcmp(hex, rows[i].hex, 2 * bytes) == 0);
	}
}
