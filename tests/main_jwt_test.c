/* tests/main_jwt_test.c - ID tokens: what is taken, and each thing that is refused.  The tokens are
 * signed here, by keys made for the test. */
#include "main/jwt.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <sodium.h>
#include <string.h>

#include "test.h"

enum { NOW = 1800000000 };

struct signer {
	gnutls_privkey_t key;
	bool is_ec;
	char jwk[1200];
};

static void add_base64(struct strbuf *out, const void *bytes, size_t count)
{
	char text[4096];

	(void)sodium_bin2base64(
		text, sizeof(text), bytes, count, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	strbuf_add_c(out, text);
}

/* Numbers of GnuTLS may have a zero in front, or lack those that they begin with: coordinates have
 * a fixed length (RFC 7518, 6.2.1.2), a modulus has none in front. */
static void add_number(struct strbuf *out, const gnutls_datum_t *number, size_t fixed_bytes)
{
	uint8_t whole[64] = { 0 };
	size_t skip = 0;

	while (skip < number->size && number->data[skip] == 0)
		skip++;
	size_t rest = number->size - skip;
	if (fixed_bytes == 0) {
		add_base64(out, number->data + skip, rest);
		return;
	}
	ASSERT(rest <= fixed_bytes && fixed_bytes <= sizeof(whole));
	if (rest > 0)
		memcpy(whole + fixed_bytes - rest, number->data + skip, rest);
	add_base64(out, whole, fixed_bytes);
}

static void make_signer(struct signer *s, bool is_ec, unsigned bits)
{
	struct strbuf out = { .ptr = s->jwk, .cap = sizeof(s->jwk), .cap_max = sizeof(s->jwk) };
	gnutls_datum_t a, b;
	gnutls_ecc_curve_t curve;

	s->is_ec = is_ec;
	CHECK("key",
		gnutls_privkey_init(&s->key) == 0 &&
			gnutls_privkey_generate(s->key, is_ec ? GNUTLS_PK_EC : GNUTLS_PK_RSA,
				is_ec ? GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1) : bits,
				0) == 0);
	if (is_ec)
		CHECK("raw", gnutls_privkey_export_ecc_raw(s->key, &curve, &a, &b, NULL) == 0);
	else
		CHECK("raw", gnutls_privkey_export_rsa_raw(
				     s->key, &a, &b, NULL, NULL, NULL, NULL, NULL, NULL) == 0);
	strbuf_printf(&out, "{\"kid\":\"k\",\"use\":\"sig\",\"kty\":\"%s\",\"%s\":\"",
		is_ec ? "EC" : "RSA", is_ec ? "x" : "n");
	add_number(&out, &a, is_ec ? 32 : 0);
	strbuf_printf(&out, "\",\"%s\":\"", is_ec ? "y" : "e");
	add_number(&out, &b, is_ec ? 32 : 0);
	strbuf_add_c(&out, is_ec ? "\",\"crv\":\"P-256\"}" : "\"}");
	strbuf_add_byte(&out, '\0');
	CHECK("fits", strbuf_ok(&out));
	gnutls_free(a.data);
	gnutls_free(b.data);
}

static str sign(
	const struct signer *s, const char *header, const char *payload, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, 16384);
	gnutls_datum_t signature, r, t;
	uint8_t both[64] = { 0 };

	add_base64(&out, header, strlen(header));
	strbuf_add_byte(&out, '.');
	add_base64(&out, payload, strlen(payload));
	const gnutls_datum_t data = { (uint8_t *)out.ptr, (unsigned)out.len };
	CHECK("signed",
		gnutls_privkey_sign_data(s->key, GNUTLS_DIG_SHA256, 0, &data, &signature) == 0);
	strbuf_add_byte(&out, '.');
	if (s->is_ec) {
		CHECK("r and s", gnutls_decode_rs_value(&signature, &r, &t) == 0);
		size_t skip_r = r.size > 32 ? r.size - 32 : 0,
		       skip_t = t.size > 32 ? t.size - 32 : 0;
		memcpy(both + 32 - (r.size - skip_r), r.data + skip_r, r.size - skip_r);
		memcpy(both + 64 - (t.size - skip_t), t.data + skip_t, t.size - skip_t);
		add_base64(&out, both, sizeof(both));
		gnutls_free(r.data);
		gnutls_free(t.data);
	} else {
		add_base64(&out, signature.data, signature.size);
	}
	gnutls_free(signature.data);
	return strbuf_str(&out);
}

static void read_keys(const char *jwk, struct arena *arena, struct json *out)
{
	struct json_parser *parser = json_parser_create(NULL);
	struct strbuf text = strbuf_in(arena, 4096);

	strbuf_printf(&text, "{\"keys\":[{\"kty\":\"OKP\",\"kid\":\"other\"},%s]}", jwk);
	CHECK("keys", json_parse(parser, strbuf_str(&text), arena, out, NULL) == OK);
	json_parser_free(parser);
}

#define GOOD \
	"{\"iss\":\"https://" \
	"i\",\"aud\":\"me\",\"exp\":1800000100,\"iat\":1800000000,\"nonce\":\"n\"," \
	"\"sub\":\"jeanne\"}"
static const struct jwt_wish wish = { STR_INIT("https://i"), STR_INIT("me"), STR_INIT("n"), NOW };

/* NULL: taken; else the part that is named. */
static const struct {
	const char *name, *header, *payload, *refused;
} rows[] = {
	{ "good", "{\"alg\":\"@\",\"kid\":\"k\"}", GOOD, NULL },
	{ "without a kid, one key fits", "{\"alg\":\"@\"}", GOOD, NULL },
	{ "unsigned", "{\"alg\":\"none\"}", GOOD, "alg" },
	{ "symmetric", "{\"alg\":\"HS256\",\"kid\":\"k\"}", GOOD, "alg" },
	{ "another key", "{\"alg\":\"@\",\"kid\":\"other\"}", GOOD, "kid" },
	{ "extensions", "{\"alg\":\"@\",\"kid\":\"k\",\"crit\":[\"b64\"]}", GOOD, "form" },
	{ "no header", "[]", GOOD, "form" },
	{ "another issuer", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://i/"
		"\",\"aud\":\"me\",\"exp\":1800000100,\"nonce\":\"n\",\"sub\":\"j\"}",
		"iss" },
	{ "for another", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://"
		"i\",\"aud\":\"you\",\"exp\":1800000100,\"nonce\":\"n\",\"sub\":\"j\"}",
		"aud" },
	{ "for several, and us among them", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://i\",\"aud\":[\"you\",\"me\"],\"azp\":\"me\",\"exp\":1800000100,"
		"\"nonce\":\"n\",\"sub\":\"j\"}",
		NULL },
	{ "for several, given to another", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://"
		"i\",\"aud\":[\"you\",\"me\"],\"azp\":\"you\",\"exp\":1800000100,"
		"\"nonce\":\"n\",\"sub\":\"j\"}",
		"aud" },
	{ "for several, given to nobody", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://"
		"i\",\"aud\":[\"you\",\"me\"],\"exp\":1800000100,\"nonce\":\"n\","
		"\"sub\":\"j\"}",
		"aud" },
	{ "over", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://"
		"i\",\"aud\":\"me\",\"exp\":1799999900,\"nonce\":\"n\",\"sub\":\"j\"}",
		"exp" },
	{ "without an end", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://i\",\"aud\":\"me\",\"nonce\":\"n\",\"sub\":\"j\"}", "exp" },
	{ "of tomorrow", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://i\",\"aud\":\"me\",\"exp\":1800009999,\"iat\":1800000100,"
		"\"nonce\":\"n\",\"sub\":\"j\"}",
		"iat" },
	{ "another nonce", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://"
		"i\",\"aud\":\"me\",\"exp\":1800000100,\"nonce\":\"m\",\"sub\":\"j\"}",
		"nonce" },
	{ "without a nonce", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://i\",\"aud\":\"me\",\"exp\":1800000100,\"sub\":\"j\"}",
		"nonce" },
	{ "of nobody", "{\"alg\":\"@\",\"kid\":\"k\"}",
		"{\"iss\":\"https://i\",\"aud\":\"me\",\"exp\":1800000100,\"nonce\":\"n\"}",
		"sub" },
};

static const char *header_for(const char *pattern, bool is_ec, char out[static 200])
{
	struct strbuf text = { .ptr = out, .cap = 200, .cap_max = 200 };

	for (; *pattern != '\0'; pattern++)
		if (*pattern == '@')
			strbuf_add_c(&text, is_ec ? "ES256" : "RS256");
		else
			strbuf_add_byte(&text, *pattern);
	strbuf_add_byte(&text, '\0');
	return out;
}

TEST(jwt_takes_what_is_whole_and_refuses_the_rest)
{
	for (int is_ec = 0; is_ec < 2; is_ec++) {
		AUTO_ARENA arena = arena_create(8 << 20);
		struct signer signer;
		struct json keys;
		char header[200];

		make_signer(&signer, is_ec, 2048);
		read_keys(signer.jwk, arena, &keys);
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			struct why why = { 0 };
			struct jwt_claims claims = { 0 };
			str token = sign(&signer, header_for(rows[i].header, is_ec, header),
				rows[i].payload, arena);
			err e = jwt_check(token, &keys, &wish, arena, &claims, &why);
			if (rows[i].refused == NULL)
				CHECK(rows[i].name, e == OK && claims.subject.len > 0);
			else
				CHECK(rows[i].name,
					e == ERR_DENIED && strncmp(why.text, rows[i].refused,
								   strlen(rows[i].refused)) == 0);
		}
		gnutls_privkey_deinit(signer.key);
	}
}

TEST(jwt_notices_each_changed_byte)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	struct signer signer;
	struct json keys;
	struct jwt_claims claims;

	make_signer(&signer, true, 0);
	read_keys(signer.jwk, arena, &keys);
	str token = sign(&signer, "{\"alg\":\"ES256\",\"kid\":\"k\"}", GOOD, arena);
	for (size_t i = 0; i < token.len; i++) {
		str changed = arena_str(arena, token);
		char *byte = (char *)(uintptr_t)changed.ptr + i;
		*byte = *byte == 'A' ? 'B' : 'A';
		CHECK("changed", jwt_check(changed, &keys, &wish, arena, &claims, NULL) != OK);
		changed = arena_str(arena, str_upto(token, i));
		CHECK("cut", jwt_check(changed, &keys, &wish, arena, &claims, NULL) != OK);
	}
	gnutls_privkey_deinit(signer.key);
}

TEST(jwt_takes_no_short_key_and_no_key_of_another_kind)
{
	AUTO_ARENA arena = arena_create(8 << 20);
	struct signer small, ec;
	struct json keys;
	struct why why = { 0 };
	struct jwt_claims claims;

	make_signer(&small, false, 1024);
	make_signer(&ec, true, 0);
	read_keys(small.jwk, arena, &keys);
	str token = sign(&small, "{\"alg\":\"RS256\",\"kid\":\"k\"}", GOOD, arena);
	CHECK("1024 bits", jwt_check(token, &keys, &wish, arena, &claims, &why) == ERR_DENIED &&
				   strncmp(why.text, "key", 3) == 0);
	token = sign(&ec, "{\"alg\":\"RS256\",\"kid\":\"k\"}", GOOD, arena);
	read_keys(ec.jwk, arena, &keys);
	CHECK("an EC key for RS256",
		jwt_check(token, &keys, &wish, arena, &claims, &why) == ERR_DENIED &&
			strncmp(why.text, "kid", 3) == 0);
	gnutls_privkey_deinit(small.key);
	gnutls_privkey_deinit(ec.key);
}
