/* main/jwt.h - ID tokens (OpenID Connect Core 1.0, 3.1.3.7): whose, from whom, for whom, until
 * when.
 *
 * A token is JWS in its compact form (RFC 7515): header.payload.signature, each in base64url.
 * Taken are RS256 (keys of 2048 bits and more) and ES256, by the key of the provider's set (RFC
 * 7517) that the header's "kid" names and whose kind is that of the algorithm: what a token says of
 * itself never chooses how it is checked.  Signatures are GnuTLS's work.
 *
 * Pure; any thread.
 */
#pragma once

#include "base/json.h"

enum { JWT_BYTES_MAX = 32 << 10, JWT_KEYS_MAX = 64, JWT_SKEW_S = 60 };

struct jwt_wish {
	str issuer, client, nonce;
	int64_t now_s;
};

struct jwt_claims {
	str subject; /* never "" */
	str name; /* preferred_username, or a verified email, or "" */
};

/* `keys`: the set, {"keys": [...]}.  Texts lie in `arena`.  MSG_OIDC_TOKEN names the part that is
 * wrong: form, alg, kid, key, signature, iss, aud, exp, iat, nonce, sub. */
err jwt_check(str token, const struct json *keys, const struct jwt_wish *wish, struct arena *arena,
	struct jwt_claims *out, struct why *why);
