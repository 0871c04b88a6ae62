/* desk/once.h - which requests with an Idempotency-Key were begun: the part that a restart must not
 * forget.  The answers are main/rest_once.h's. */
#pragma once

#include "base/hash.h"
#include "desk/desk.h"

enum { ONCE_MS = 24 * 3600 * 1000 };

/* Notes it.  *known: it was begun within ONCE_MS (and not forgotten); then *same says whether it
 * was this request. */
err once_begin(struct desk *desk, const struct digest128 *key, const struct digest128 *request,
	bool *known, bool *same, struct why *why);
/* It was refused, so nothing was done: it may be tried again. */
err once_forget(struct desk *desk, const struct digest128 *key, struct why *why);
