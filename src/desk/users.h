/* desk/users.h - people who sign in, and their sessions.
 *
 * Passwords are stored as argon2id (libsodium's string: parameters, salt, hash).  Who is wrong too
 * often waits: USER_FAILURES_FREE times for nothing, then twice as long each time up to
 * USER_WAIT_MS_MAX.  An attempt counts as wrong before it is looked at, so that many at once gain
 * nothing.  A name that does not exist takes as long as one that does, and waits as it would; of
 * such the last USER_NOBODIES_MAX are kept, by their hashes.  With a second
 * factor a code is needed too, and each code is good once.
 *
 * A session is a random text in a cookie; what is stored is its hash.  It ends SESSION_IDLE_MS
 * after its last use, SESSION_MS after its beginning at the latest, and at once when its user is
 * disabled, changes password or role.
 *
 * Threads: any.  argon2id takes 64 MiB and some 100 ms: two at a time, others wait.
 */
#pragma once

#include "desk/desk.h"
#include "desk/role.h"
#include "desk/totp.h"

#define SESSION_PREFIX "as_"
#define SETUP_PREFIX "al_"

enum {
	PASSWORD_BYTES_MIN = 12,
	PASSWORD_BYTES_MAX = 1024,
	USER_FAILURES_FREE = 5,
	USER_NOBODIES_MAX = 10000,
	SESSION_IDLE_MS = 8 * 3600 * 1000,
	SESSION_MS = 7 * 24 * 3600 * 1000,
	SETUP_MS = 24 * 3600 * 1000,
};
#define USER_WAIT_MS_MAX ((int64_t)15 * 60 * 1000)

struct user {
	int64_t id;
	str name;
	enum role role;
	rights granted; /* beside those of the role */
	bool has_password, has_totp;
	int64_t created_ms, disabled_ms; /* 0: not */
};

/* `password` "": none, he cannot sign in with one yet.  ERR_CONFLICT: the name is taken. */
err user_create(
	struct desk *desk, str name, enum role role, str password, int64_t *id, struct why *why);
err user_list(
	struct desk *desk, struct arena *arena, struct user **out, size_t *count, struct why *why);
/* Texts in `arena`.  ERR_NOT_FOUND. */
err user_named(struct desk *desk, str name, struct arena *arena, struct user *out, struct why *why);
err user_count(struct desk *desk, int64_t *out, struct why *why);
/* Of those who are not disabled. */
err user_any_has_password(struct desk *desk, bool *out, struct why *why);

/* Each ends his sessions.  ERR_NOT_FOUND. */
err user_set_role(struct desk *desk, str name, enum role role, rights granted, struct why *why);
err user_set_password(struct desk *desk, str name, str password, struct why *why);
err user_disable(struct desk *desk, str name, bool disabled, struct why *why);

/* A second factor: makes a secret; signing in asks for a code from then on. */
err user_totp_make(struct desk *desk, str name, char letters[TOTP_LETTERS + 1], struct why *why);
err user_totp_remove(struct desk *desk, str name, struct why *why);

/* ---- those whom an OpenID provider vouches for: by his subject there, which is one user's */
err user_set_oidc(struct desk *desk, str name, str subject, struct why *why); /* "": none */
err user_by_oidc(
	struct desk *desk, str subject, struct arena *arena, struct user *out, struct why *why);
err user_create_oidc(struct desk *desk, str name, enum role role, str subject, struct why *why);

/* ---- signing in */

struct session {
	struct secret cookie; /* what the browser keeps */
	char csrf[SECRET_LETTERS + 1]; /* what each change must bring in X-CSRF-Token */
	int64_t expires_ms;
};
/* ERR_DENIED: wrong name, password or code, all told alike, but MSG_DESK_CODE_WANTED if only the
 * code was missing; ERR_BUSY: wait, the argument says how many seconds. */
err user_sign_in(
	struct desk *desk, str name, str password, str code, struct session *out, struct why *why);
/* For who proved otherwise who he is (OIDC, set-up link). */
err session_begin(struct desk *desk, str name, struct session *out, struct why *why);
/* Who is it?  *csrf: at least SECRET_LETTERS + 1 bytes.  ERR_DENIED: nobody, or it is over. */
err session_find(struct desk *desk, str cookie, struct arena *arena, struct user *out, char *csrf,
	struct why *why);
/* Would session_find() find it?  Asking is no use of it: it still ends when idle. */
err session_holds(struct desk *desk, str cookie, bool *out, struct why *why);
err session_end(struct desk *desk, str cookie, struct why *why); /* unknown: OK */

/* ---- the first user: while there is none, whoever holds the set-up text may make an administrator
 * of himself, once, for SETUP_MS. */
err setup_make(struct desk *desk, struct secret *out, struct why *why); /* CONFLICT: has users */
err setup_use(struct desk *desk, str text, str name, str password, struct why *why);
