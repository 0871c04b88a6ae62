/* main/oidc.h - signing in by another's word: OpenID Connect, authorisation code with PKCE.
 *
 *   GET /api/v1/oidc           {"offered": true, "issuer": "https://..."}
 *   GET /api/v1/oidc/begin     302 to the provider, with state, nonce and the hash of a verifier;
 *                              a cookie binds all that to this browser
 *   GET /api/v1/oidc/callback  the provider sends the browser back with a code: the code, the
 *                              verifier and our secret against an ID token (asked of the provider
 *                              directly), checked by jwt.h; then a session as any other, 303 to /
 *
 * Who it is: the user linked with this subject (`ariane user oidc NAME SUBJECT`).  With the setting
 * oidc.role a subject that nobody is linked with becomes a user of that role at his first sign-in;
 * without it he is refused, and told his subject.  A user who is there already is never taken over
 * by a name: linking is an administrator's decision.
 *
 * Discovery and keys are kept OIDC_KEPT_MS, and asked again when a token names a key that is not
 * known, at most every OIDC_AGAIN_MS.  Sign-ins under way are in memory: the last OIDC_PENDING_MAX
 * of them, for OIDC_PENDING_MS; each state is good once.
 *
 * Threads: any; a call may wait for the provider, OIDC_ANSWER_MS at most: so not on HTTP workers.
 */
#pragma once

#include "main/config.h"
#include "main/jwt.h"

enum {
	OIDC_PENDING_MAX = 1000,
	OIDC_PENDING_MS = 10 * 60 * 1000,
	OIDC_KEPT_MS = 3600 * 1000,
	OIDC_AGAIN_MS = 10 * 1000,
	OIDC_ANSWER_MS = 10 * 1000,
	OIDC_BYTES_MAX = 256 << 10, /* of an answer of the provider */
	OIDC_TEXT_LETTERS = 43, /* 256 random bits in base64url */
};

struct oidc;

/* *out NULL: the settings name no issuer.  MSG_OIDC_ISSUER, MSG_OIDC_NEEDS; those of reading the
 * secret's file.  The provider is not asked yet.  `settings` outlive it. */
err oidc_create(const struct settings *settings, struct oidc **out, struct why *why);
void oidc_free(struct oidc *oidc); /* NULL is fine */
str oidc_issuer(const struct oidc *oidc);
bool oidc_role(const struct oidc *oidc, str *out); /* of users made at their first sign-in */

/* Where to send the browser, and what its cookie is; texts in `arena`. */
err oidc_begin(struct oidc *oidc, struct arena *arena, str *url, str *cookie, struct why *why);

/* What came back: who he is. */
struct oidc_answer {
	str state, code, error; /* of the query */
	str cookie;
};
err oidc_finish(struct oidc *oidc, const struct oidc_answer *answer, struct arena *arena,
	struct jwt_claims *out, struct why *why);
