/* main/rest_run.h - one call answered: who, may he, what, note it. */
#pragma once

#include "base/json.h"
#include "main/rest.h"

/* On a thread of a pool; gives the answer. */
void rest_run(struct rest_call *call);

/* Who asks: a token (Authorization: Bearer) or a session's cookie, which for changes needs its
 * X-CSRF-Token too.  Nobody: `known` stays false, OK.  ERR_DENIED: he says he is somebody, and is
 * not. */
err rest_who(struct rest_call *call, struct why *why);

/* rest_session.c: the session's cookie; the audit's row of a sign-in; a text of the body, which
 * must be there if it is wanted (MSG_REST_VALUE); a JSON answer that nobody keeps. */
err rest_read_text(
	const struct json *body, const char *key, bool wanted, str *out, struct why *why);
err rest_answer_private(struct rest_call *call, struct strbuf *out, struct why *why);
void rest_set_session(struct rest_call *call, str value, int64_t seconds);
err rest_note_sign_in(struct rest_call *call, str name, str outcome, struct why *why);

enum { REST_COOKIE_BYTES_MAX = 256 };
/* "__Host-ariane" over TLS, else "ariane". */
const char *rest_cookie_name(const struct http_exchange *x);
