/* main/oidc_fetch.h - the provider asked over HTTP: bounded in bytes and time, TLS checked, no
 * redirects followed. */
#pragma once

#include "base/json.h"

struct oidc_question {
	str url;
	str form; /* a body of application/x-www-form-urlencoded; "": GET */
	str user, password; /* Basic; "" without */
};
/* https://, or http:// to this machine alone. */
bool oidc_url_is_fit(str url);
/* The answer, an object of JSON with status 200; it lies in `arena`.  MSG_OIDC_REACH,
 * MSG_OIDC_ANSWER. */
err oidc_fetch(const struct oidc_question *question, struct arena *arena, struct json *out,
	struct why *why);

/* "a b&c" -> "a%20b%26c" */
void oidc_add_escaped(struct strbuf *out, str text);
