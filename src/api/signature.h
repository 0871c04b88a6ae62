/* api/signature.h - webhooks that are signed: HMAC-SHA256 of the body, as those who send them do
 * it.
 *
 *   github    X-Hub-Signature-256: sha256=HEX                     {body}
 *   shopify   X-Shopify-Hmac-Sha256: BASE64                       {body}
 *   slack     X-Slack-Signature: v0=HEX                           v0:{time}:{body}
 *             X-Slack-Request-Timestamp: SECONDS
 *   stripe    Stripe-Signature: t=SECONDS,v1=HEX,v1=HEX,v0=...    {time}.{body}
 *   zendesk   X-Zendesk-Webhook-Signature: BASE64                 {time}{body}
 *             X-Zendesk-Webhook-Signature-Timestamp: RFC 3339
 *
 * A time that is signed must be near the present: who listened cannot send the same again later.
 * (Within that, and where no time is signed, a second delivery is told by its message id, like
 * any.) Signatures are compared in constant time, and all secrets are tried, whichever fits.
 *
 * Pure but for the headers, which are asked for by name; any thread.
 */
#pragma once

#include "base/why.h"

enum {
	SIGNATURE_SECRETS_MAX = 2, /* the one in force, and the one before */
	SIGNATURE_SECRET_BYTES_MAX = 256,
	SIGNATURE_HEADER_BYTES_MAX = 2048,
	SIGNATURES_MAX = 8, /* in one header */
};

enum signature_encoding { SIGNATURE_HEX, SIGNATURE_BASE64 };

struct signature_form {
	str header, time_header; /* NUL-terminated; time_header "": no time, or within the header */
	str prefix; /* before the signature: "sha256=" */
	str signs; /* "{time}.{body}": ends with {body} */
	enum signature_encoding encoding;
	bool is_list; /* t=...,v1=... */
};

/* "github" and the others above.  False: none of them. */
bool signature_form_named(str name, struct signature_form *out);
/* Does `signs` end with {body}, with at most one {time} before it, and a time where there is one?
 */
bool signature_form_is_whole(const struct signature_form *form);

struct signature_check {
	struct signature_form form;
	str secrets[SIGNATURE_SECRETS_MAX];
	size_t secret_count;
	int64_t tolerance_ms, now_ms;
	str (*header)(void *context, const char *name); /* "" if there is none */
	void *context;
};

/* ERR_DENIED: MSG_HOOK_UNSIGNED, MSG_HOOK_TIME, MSG_HOOK_SIGNATURE. */
err signature_verify(const struct signature_check *check, str body, struct why *why);
