/* main/throttle.h - who guesses passwords from one address waits, whatever names he tries.
 *
 * Beside the wait of each user (desk/users.h), which does not hold back who tries one password on
 * many names.  An address has THROTTLE_FREE failures in THROTTLE_WINDOW_MS for nothing; then it
 * waits, twice as long each time, up to THROTTLE_WAIT_MS_MAX; half of its failures are forgotten
 * with each window. This machine's own addresses are not counted: behind a proxy all come from
 * there, and one who guesses would shut out everybody.
 *
 * THROTTLE_ADDRESSES_MAX are known at once, by keyed hashes; where more come, two share a place,
 * and a wait may be another's.  Any thread.
 */
#pragma once

#include "base/why.h"

enum {
	THROTTLE_FREE = 20,
	THROTTLE_WINDOW_MS = 10 * 60 * 1000,
	THROTTLE_WAIT_MS_MAX = 60 * 1000,
	THROTTLE_ADDRESSES_MAX = 8192,
};

struct throttle;
struct throttle *throttle_create(void);
void throttle_free(struct throttle *throttle);

/* MSG_DESK_WAIT: not yet.  `now_ms` is monotonic. */
err throttle_ask(struct throttle *throttle, str address, int64_t now_ms, struct why *why);
void throttle_failed(struct throttle *throttle, str address, int64_t now_ms);
