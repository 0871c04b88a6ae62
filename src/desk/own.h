/* desk/own.h - what a user does to his own account: his password, his second factor, his sessions.
 *
 * A session alone is not enough to change how one signs in: somebody may have found the browser
 * open.  So the present password is asked for, and counts like one at signing in: who guesses waits
 * (desk/users.h).  What changes how one signs in ends all his sessions but the one that asked.
 *
 * A second factor is begun, and counts once a code of it has come: a telephone that was set up
 * wrongly shuts nobody out.  Until then, for TOTP_WANTED_MS, it lies beside, sealed.
 *
 * `name` is the user's, `cookie` that of the session that asks.  Threads: any.
 */
#pragma once

#include "desk/users.h"

enum { OWN_SESSION_ID_LETTERS = 16, OWN_SESSIONS_SHOWN_MAX = 1000 };
#define TOTP_WANTED_MS ((int64_t)10 * 60 * 1000)

/* MSG_DESK_OWN_PASSWORD: `present` is wrong.  MSG_DESK_PASSWORD: `wanted` is none.  MSG_DESK_WAIT.
 */
err own_password(struct desk *desk, str name, str cookie, str present, str wanted, struct why *why);

/* MSG_DESK_OWN_FACTOR: he has one. */
err own_totp_begin(
	struct desk *desk, str name, str password, char letters[TOTP_LETTERS + 1], struct why *why);
/* MSG_DESK_OWN_CODE; MSG_DESK_OWN_NO_FACTOR: none was begun, or too long ago. */
err own_totp_confirm(struct desk *desk, str name, str cookie, str code, struct why *why);
/* By the password, or without one ("") by a code. */
err own_totp_remove(
	struct desk *desk, str name, str cookie, str password, str code, struct why *why);

struct own_session {
	char id[OWN_SESSION_ID_LETTERS + 1]; /* of its hash: signs in nobody */
	int64_t created_ms, used_ms, expires_ms;
	bool is_this; /* that asks */
};
/* Those that have not ended, the newest first; in `arena`. */
err own_sessions(struct desk *desk, str name, str cookie, struct arena *arena,
	struct own_session **out, size_t *count, struct why *why);
/* One of his, by its id.  ERR_NOT_FOUND: he has none of that id, whoever else has. */
err own_session_end(struct desk *desk, str name, str id, struct why *why);
/* All but the one that asks. */
err own_sessions_end(struct desk *desk, str name, str cookie, struct why *why);
