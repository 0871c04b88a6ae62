/* main/rest_special.h - resources that are no commands.  Each answers on OK; an error is told by
 * who called it. */
#pragma once

#include "main/rest.h"

err rest_sign_in(struct rest_call *call, struct why *why);
err rest_sign_out(struct rest_call *call, struct why *why);
err rest_me(struct rest_call *call, struct why *why);
err rest_setup(struct rest_call *call, struct why *why);
/* Server-sent events.  Its query: */
extern const struct option rest_live_options[];
err rest_live(struct rest_call *call, struct why *why);
err rest_docs(struct rest_call *call, struct why *why);
err rest_openapi(struct rest_call *call, struct why *why);
