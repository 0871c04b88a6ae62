/* tests/base_hash_test.c - BLAKE2b and SipHash against others' values; hash64 spreads. */
#include "base/arena.h"
#include "base/hash_internal.h"
#include "base/random.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_hex(const uint8_t *bytes, size_t count, const char *hex)
{
	char text[129];

	for (size_t i = 0; i < count; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return strlen(hex) == 2 * count && strcmp(text, hex) == 0;
}

TEST(digest_published_values)
{
	static char many[1000];
	uint8_t key[DIGEST_KEY_BYTES];
	static const struct {
		str text;
		const char *plain, *keyed, *long_form;
	} rows[] = {
		{ STR_INIT(""), "cae66941d9efbd404e4d88758ea67670",
			"3daf97bce7888fd59773c66bf647459c",
			"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8" },
		{ STR_INIT("abc"), "cf4ab791c62b8d2b2109c90275287816",
			"1a64be47e4729d951c302ee543f97cf3",
			"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" },
		{ { many, sizeof(many) }, "6ad2a703f0882f74cfcc78190be5ce3e",
			"f6442e488b85b55b2c8a427c8ba6b011",
			"dc99185a095a9a4aa949d105c66b2a491ecd933124ee55e3eb4d30a52dc425e6" },
	};

	memset(many, 'h', sizeof(many));
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct digest_state state;
		uint8_t out[32];
		CHECK("plain", is_hex(digest128(NULL, rows[i].text).bytes, 16, rows[i].plain));
		CHECK("keyed", is_hex(digest128(key, rows[i].text).bytes, 16, rows[i].keyed));
		digest_begin(&state);
		for (str rest = rows[i].text; rest.len > 0;
			rest = str_from(rest, MIN_OF(rest.len, (size_t)7)))
			digest_add(&state, str_upto(rest, 7));
		digest_end(&state, out);
		CHECK("in pieces", is_hex(out, 32, rows[i].long_form));
	}
}

/* The vectors of its authors' reference implementation (vectors_sip128): the bytes 0, 1, 2 ... */
TEST(tag128_is_siphash)
{
	static const char text[] = "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16";
	static const char *const tags[] = { "a3817f04ba25a8e66df67214c7550293",
		"da87c1d86b99af44347659119b22fc45", "8177228da4a45dc7fca38bdef60affe4" };
	uint8_t key[TAG_KEY_BYTES];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (size_t len = 0; len < ARRAY_LEN(tags); len++)
		CHECK("as its authors",
			is_hex(tag128(key, (str){ text, len }).bytes, 16, tags[len]));
}

/* All lengths, each byte and the seed change the hash; equal bytes elsewhere do not. */
TEST(hash64_depends_on_all_it_is_given)
{
	struct random random = random_of(1);
	char bytes[100], copy[101];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)random_next(&random);
	memcpy(copy + 1, bytes, sizeof(bytes)); /* not aligned alike */
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		uint64_t hash = hash64(1, (str){ bytes, len });
		CHECK("same elsewhere", hash == hash64(1, (str){ copy + 1, len }));
		CHECK("seed", hash != hash64(2, (str){ bytes, len }));
		CHECK("length", len == 0 || hash != hash64(1, (str){ bytes, len - 1 }));
		for (size_t i = 0; i < len; i++) {
			bytes[i] ^= 16;
			CHECK("byte", hash != hash64(1, (str){ bytes, len }));
			bytes[i] ^= 16;
		}
	}
	CHECK("nothing", hash64(1, (str){ NULL, 0 }) == hash64(1, STR("")));
}

TEST(hash64_spreads_numbers)
{
	enum { KEYS = 1 << 16, SLOTS = 1 << 10 };
	static uint32_t slots[SLOTS];

	memset(slots, 0, sizeof(slots));
	for (uint32_t i = 0; i < KEYS; i++)
		slots[hash64(0, (str){ (const char *)&i, sizeof(i) }) % SLOTS]++;
	for (size_t i = 0; i < SLOTS; i++) /* mean 64, deviation 8 */
		CHECK("even", slots[i] > 20 && slots[i] < 120);
}

/* Against libsodium's, by way of digest128(): every length around a block, in groups of any size.
 */
TEST(digest_many_is_digest)
{
	enum { COUNT = 37, BYTES_MAX = 300 };
	static char bytes[COUNT][BYTES_MAX];
	struct random random = random_of(9);
	struct digest128 many[COUNT];
	str contents[COUNT];

	for (size_t round = 0; round < 400; round++) {
		size_t count = round % (COUNT + 1);
		size_t most = round % 3 == 0   ? BYTES_MAX
			      : round % 3 == 1 ? DIGEST_BLOCK_BYTES + 1
					       : HASH_EIGHT_BYTES_MAX; /* but for one */
		for (size_t i = 0; i < count; i++) {
			contents[i] = (str){ bytes[i], random_below(&random, most + 1) };
			if (i == round % 37)
				contents[i].len = DIGEST_BLOCK_BYTES;
			for (size_t k = 0; k < contents[i].len; k++)
				bytes[i][k] = (char)random_below(&random, 256);
		}
		digest128_many(contents, count, many);
		for (size_t i = 0; i < count; i++) {
			struct digest128 one = digest128(NULL, contents[i]);
			CHECK("same", memcmp(one.bytes, many[i].bytes, sizeof(one.bytes)) == 0);
		}
	}
}

/* Each way of several at once against libsodium's, where the processor has it: every length it
 * takes, each lane with a length of its own, and nothing read behind a content, which may be
 * nowhere. */
static void check_lanes(const str *contents, size_t count, const struct digest128 *lanes)
{
	for (size_t i = 0; i < count; i++) {
		struct digest128 one = digest128(NULL, contents[i]);
		CHECK("lane", memcmp(one.bytes, lanes[i].bytes, sizeof(one.bytes)) == 0);
	}
}

TEST(hash_lanes_are_digests)
{
	struct random random = random_of(11);
	struct digest128 digests[HASH_EIGHT];
	str contents[HASH_EIGHT];

	for (size_t round = 0; round < 500; round++) {
		size_t most = round % 2 == 0 ? HASH_EIGHT_BYTES_MAX : DIGEST_BLOCK_BYTES;
		for (size_t i = 0; i < HASH_EIGHT; i++) {
			size_t len = round < 2 * (most + 1) ? (round / 2 + i) % (most + 1)
							    : random_below(&random, most + 1);
			char *bytes = len == 0 ? NULL : memory_alloc(len);
			for (size_t k = 0; k < len; k++)
				bytes[k] = (char)random_below(&random, 256);
			contents[i] = (str){ bytes, len };
		}
		if (hash_has_four()) {
			hash_four(contents, digests);
			check_lanes(contents, HASH_FOUR, digests);
		}
		if (hash_has_eight() && most == HASH_EIGHT_BYTES_MAX) {
			hash_eight(contents, digests);
			check_lanes(contents, HASH_EIGHT, digests);
		}
		for (size_t i = 0; i < HASH_EIGHT; i++)
			free((char *)(uintptr_t)contents[i].ptr);
	}
}

/* Against libsodium's, by way of tag128(): every length, alike and unlike, in groups of any size.
 */
TEST(tag_many_is_tag)
{
	enum { COUNT = 37, BYTES_MAX = 70 };
	static char bytes[COUNT][BYTES_MAX];
	struct random random = random_of(10);
	struct digest128 many[COUNT];
	uint8_t key[TAG_KEY_BYTES];
	str texts[COUNT];

	for (size_t round = 0; round < 800; round++) {
		size_t count = round % (COUNT + 1), like = random_below(&random, BYTES_MAX + 1);
		for (size_t i = 0; i < sizeof(key); i++)
			key[i] = (uint8_t)random_next(&random);
		for (size_t i = 0; i < count; i++) {
			size_t len = round % 3 == 0 ? random_below(&random, BYTES_MAX + 1)
						    : like / 8 * 8 + random_below(&random, 8);
			texts[i] = (str){ bytes[i], MIN_OF(len, (size_t)BYTES_MAX) };
			for (size_t k = 0; k < texts[i].len; k++)
				bytes[i][k] = (char)random_next(&random);
		}
		tag128_many(key, texts, count, many);
		for (size_t i = 0; i < count; i++) {
			struct digest128 one = tag128(key, texts[i]);
			CHECK("as one by one",
				memcmp(many[i].bytes, one.bytes, sizeof(one.bytes)) == 0);
		}
	}
}

/* As hash64() was first written, one byte at a time: dictionaries on disk rely on its values. */
static uint64_t slow_word(str bytes, size_t from, size_t most)
{
	uint64_t word = 0;

	for (size_t i = 0; i < most && from + i < bytes.len; i++)
		word |= (uint64_t)(uint8_t)bytes.ptr[from + i] << 8 * i;
	return word;
}

static uint64_t slow_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t slow_hash64(uint64_t seed, str bytes)
{
	uint64_t h = seed ^ slow_fold(bytes.len ^ 0xd6e8feb86659fd93u, 0xa0761d6478bd642fu);
	size_t at = 0;

	for (; bytes.len - at > 16; at += 16)
		h = slow_fold(slow_word(bytes, at, 8) ^ h ^ 0xe7037ed1a0b428dbu,
			slow_word(bytes, at + 8, 8) ^ 0x8ebc6af09c88c6e3u);
	uint64_t mixed = slow_fold(slow_word(bytes, at, 8) ^ h ^ 0x589965cc75374cc3u,
		slow_word(bytes, at + 8, 8) ^ slow_fold(h, 0x1d8e4e27c47d124fu) ^
			0x9e3779b97f4a7c15u);
	return slow_fold(mixed ^ 0xeb44accab455d165u, 0x9fb21c651e98df25u);
}

TEST(hash64_keeps_its_values)
{
	struct random random = random_of(8);
	char text[64];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)random_next(&random);
	for (size_t from = 0; from < 8; from++)
		for (size_t len = 0; len <= 48; len++) {
			str part = { text + from, len };
			CHECK("value", hash64(from * 7, part) == slow_hash64(from * 7, part));
		}
}
