/* main/rest_special.h - resources that are no commands.  Each answers on OK; an error is told by
 * who called it. */
#pragma once

#include "main/rest.h"

err rest_sign_in(struct rest_call *call, struct why *why);
err rest_sign_out(struct rest_call *call, struct why *why);
err rest_me(struct rest_call *call, struct why *why);
err rest_setup(struct rest_call *call, struct why *why);
/* One's own account: rest_own.c. */
err rest_own_account(struct rest_call *call, struct why *why);
err rest_own_password(struct rest_call *call, struct why *why);
err rest_own_totp(struct rest_call *call, struct why *why);
err rest_own_totp_confirm(struct rest_call *call, struct why *why);
err rest_own_totp_remove(struct rest_call *call, struct why *why);
err rest_own_session_end(struct rest_call *call, struct why *why);
err rest_own_sessions_end(struct rest_call *call, struct why *why);
/* Server-sent events.  Its query: */
extern const struct option rest_live_options[];
err rest_live(struct rest_call *call, struct why *why);
/* Signing in by an OpenID provider. */
err rest_oidc_offer(struct rest_call *call, struct why *why);
err rest_oidc_begin(struct rest_call *call, struct why *why);
err rest_oidc_callback(struct rest_call *call, struct why *why);
extern const struct option rest_oidc_options[];
/* Rows that an import refused, by the name of their file. */
err rest_rejects(struct rest_call *call, struct why *why);
err rest_docs(struct rest_call *call, struct why *why);
err rest_openapi(struct rest_call *call, struct why *why);
