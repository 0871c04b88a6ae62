/* main/jwt.c - see jwt.h */
#include "main/jwt.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <sodium.h>

enum { ES256_BYTES = 64, P256_BYTES = 32, RSA_BITS_LEAST = 2048 };

struct checking {
	const struct jwt_wish *wish;
	struct arena *arena;
	struct why *why;
	struct json_parser *parser;
	str signed_part, signature;
	struct json header, payload;
};

static err refuse(const struct checking *c, const char *what)
{
	return fail(c->why, MSG_OIDC_TOKEN, arg_c(what));
}

/* ---- base64url, without padding; .ptr NULL: it is none */

static str undo(struct arena *arena, str text)
{
	uint8_t *room = arena_alloc(arena, text.len + 1);
	size_t count = 0;

	if (room == NULL || sodium_base642bin(room, text.len + 1, text.ptr, text.len, NULL, &count,
				    NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return (str){ 0 };
	return (str){ (const char *)room, count };
}

static err read_part(struct checking *c, str part, struct json *out)
{
	str text = undo(c->arena, part);

	if (text.ptr == NULL || json_parse(c->parser, text, c->arena, out, NULL) != OK ||
		out->kind != JSON_OBJECT)
		return refuse(c, "form");
	return OK;
}

static err cut(struct checking *c, str token)
{
	str header, payload, signature, rest;

	if (token.len > JWT_BYTES_MAX || !str_split(token, '.', &header, &rest) ||
		!str_split(rest, '.', &payload, &signature) || str_has(signature, '.'))
		return refuse(c, "form");
	c->signed_part = str_upto(token, header.len + 1 + payload.len);
	c->signature = undo(c->arena, signature);
	if (c->signature.ptr == NULL || c->signature.len == 0)
		return refuse(c, "form");
	err e = read_part(c, header, &c->header);
	if (e == OK && json_get(&c->header, STR("crit")) != NULL) /* extensions: none is known */
		e = refuse(c, "form");
	return e == OK ? read_part(c, payload, &c->payload) : e;
}

/* ---- keys */

static gnutls_datum_t datum(str bytes)
{
	return (gnutls_datum_t){ (uint8_t *)(uintptr_t)bytes.ptr, (unsigned)bytes.len };
}

static str number_of(const struct checking *c, const struct json *key, const char *name)
{
	return undo(c->arena, json_get_string(key, str_of(name), STR("!")));
}

static bool import_rsa(const struct checking *c, const struct json *key, gnutls_pubkey_t out)
{
	str n = number_of(c, key, "n"), e = number_of(c, key, "e");
	unsigned bits = 0;

	if (n.ptr == NULL || e.ptr == NULL || n.len == 0 || e.len == 0)
		return false;
	const gnutls_datum_t modulus = datum(n), exponent = datum(e);
	return gnutls_pubkey_import_rsa_raw(out, &modulus, &exponent) == 0 &&
	       gnutls_pubkey_get_pk_algorithm(out, &bits) == GNUTLS_PK_RSA &&
	       bits >= RSA_BITS_LEAST;
}

static bool import_ec(const struct checking *c, const struct json *key, gnutls_pubkey_t out)
{
	str x = number_of(c, key, "x"), y = number_of(c, key, "y");

	if (!str_equal(json_get_string(key, STR("crv"), STR("")), STR("P-256")) || x.ptr == NULL ||
		y.ptr == NULL || x.len != P256_BYTES || y.len != P256_BYTES)
		return false;
	const gnutls_datum_t at_x = datum(x), at_y = datum(y);
	return gnutls_pubkey_import_ecc_raw(out, GNUTLS_ECC_CURVE_SECP256R1, &at_x, &at_y) == 0;
}

static bool verify_rsa(const struct checking *c, gnutls_pubkey_t key)
{
	const gnutls_datum_t data = datum(c->signed_part), signature = datum(c->signature);

	return gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_RSA_SHA256, 0, &data, &signature) >= 0;
}

/* JWS has r and s side by side, X.509 in DER. */
static bool verify_ec(const struct checking *c, gnutls_pubkey_t key)
{
	const gnutls_datum_t data = datum(c->signed_part);
	const gnutls_datum_t r = datum(str_upto(c->signature, P256_BYTES));
	const gnutls_datum_t s =
		datum(str_from(c->signature, MIN_OF(c->signature.len, P256_BYTES)));
	gnutls_datum_t der = { 0 };

	if (c->signature.len != ES256_BYTES || gnutls_encode_rs_value(&der, &r, &s) != 0)
		return false;
	bool good = gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_ECDSA_SHA256, 0, &data, &der) >= 0;
	gnutls_free(der.data);
	return good;
}

static const struct algorithm {
	str name, kind;
	bool (*import)(const struct checking *c, const struct json *key, gnutls_pubkey_t out);
	bool (*verify)(const struct checking *c, gnutls_pubkey_t key);
} algorithms[] = {
	{ STR_INIT("RS256"), STR_INIT("RSA"), import_rsa, verify_rsa },
	{ STR_INIT("ES256"), STR_INIT("EC"), import_ec, verify_ec },
};

static const struct algorithm *algorithm_of(const struct checking *c)
{
	str told = json_get_string(&c->header, STR("alg"), STR(""));

	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (str_equal(algorithms[i].name, told))
			return &algorithms[i];
	return NULL;
}

static bool fits(const struct checking *c, const struct algorithm *a, const struct json *key)
{
	str kid = json_get_string(&c->header, STR("kid"), STR(""));
	str use = json_get_string(key, STR("use"), STR("sig"));
	str alg = json_get_string(key, STR("alg"), a->name);

	return str_equal(json_get_string(key, STR("kty"), STR("")), a->kind) &&
	       str_equal(use, STR("sig")) && str_equal(alg, a->name) &&
	       (kid.len == 0 || str_equal(json_get_string(key, STR("kid"), STR("")), kid));
}

/* Without a kid there must be one key that fits, for nothing is tried. */
static const struct json *find_key(
	const struct checking *c, const struct algorithm *a, const struct json *keys)
{
	const struct json *list = json_get(keys, STR("keys")), *found = NULL;
	size_t count = 0;

	if (list == NULL || list->kind != JSON_ARRAY || list->array.count > JWT_KEYS_MAX)
		return NULL;
	for (size_t i = 0; i < list->array.count; i++)
		if (list->array.items[i].kind == JSON_OBJECT && fits(c, a, &list->array.items[i])) {
			found = &list->array.items[i];
			count++;
		}
	return count == 1 ? found : NULL;
}

static err check_signature(struct checking *c, const struct json *keys)
{
	const struct algorithm *a = algorithm_of(c);
	gnutls_pubkey_t key;

	if (a == NULL)
		return refuse(c, "alg");
	const struct json *told = find_key(c, a, keys);
	if (told == NULL)
		return refuse(c, "kid");
	if (gnutls_pubkey_init(&key) != 0)
		return refuse(c, "key");
	err e = a->import(c, told, key) ? OK : refuse(c, "key");
	if (e == OK && !a->verify(c, key))
		e = refuse(c, "signature");
	gnutls_pubkey_deinit(key);
	return e;
}

/* ---- claims */

static bool is_for(const struct json *payload, str client)
{
	const struct json *aud = json_get(payload, STR("aud"));
	str azp = json_get_string(payload, STR("azp"), STR(""));
	bool named = false;

	if (aud == NULL || (azp.len > 0 && !str_equal(azp, client)))
		return false;
	if (aud->kind == JSON_STRING)
		return str_equal(aud->string, client);
	for (size_t i = 0; aud->kind == JSON_ARRAY && i < aud->array.count; i++)
		named |= aud->array.items[i].kind == JSON_STRING &&
			 str_equal(aud->array.items[i].string, client);
	return named && (aud->array.count == 1 || azp.len > 0);
}

/* Seconds; a number with a fraction is one too. */
static int64_t seconds_of(const struct json *payload, const char *name)
{
	const struct json *value = json_get(payload, str_of(name));

	if (value != NULL && value->kind == JSON_FLOAT && value->number > 0 && value->number < 1e15)
		return (int64_t)value->number;
	return json_get_int(payload, str_of(name), 0);
}

static err check_claims(const struct checking *c)
{
	const struct json *p = &c->payload;
	const struct jwt_wish *w = c->wish;
	str nonce = json_get_string(p, STR("nonce"), STR(""));

	if (!str_equal(json_get_string(p, STR("iss"), STR("")), w->issuer))
		return refuse(c, "iss");
	if (!is_for(p, w->client))
		return refuse(c, "aud");
	if (seconds_of(p, "exp") <= w->now_s - JWT_SKEW_S)
		return refuse(c, "exp");
	if (seconds_of(p, "iat") > w->now_s + JWT_SKEW_S)
		return refuse(c, "iat");
	if (w->nonce.len == 0 || nonce.len != w->nonce.len ||
		sodium_memcmp(nonce.ptr, w->nonce.ptr, nonce.len) != 0)
		return refuse(c, "nonce");
	if (json_get_string(p, STR("sub"), STR("")).len == 0)
		return refuse(c, "sub");
	return OK;
}

static str name_of(const struct json *payload)
{
	str name = json_get_string(payload, STR("preferred_username"), STR(""));

	if (name.len == 0 && json_get_bool(payload, STR("email_verified"), false))
		name = json_get_string(payload, STR("email"), STR(""));
	return name;
}

err jwt_check(str token, const struct json *keys, const struct jwt_wish *wish, struct arena *arena,
	struct jwt_claims *out, struct why *why)
{
	struct checking c = {
		.wish = wish, .arena = arena, .why = why, .parser = json_parser_create(NULL)
	};
	err e = cut(&c, token);

	if (e == OK)
		e = check_signature(&c, keys);
	if (e == OK)
		e = check_claims(&c);
	if (e == OK)
		*out = (struct jwt_claims){ json_get_string(&c.payload, STR("sub"), STR("")),
			name_of(&c.payload) };
	json_parser_free(c.parser);
	return e;
}
