/* desk/users_internal.h - what users.c, sessions.c and own.c share. */
#pragma once

#include "desk/users.h"

enum { PASSWORD_HASH_BYTES = 128 }; /* of libsodium's string */

err password_check(str password, struct why *why);
void password_hash(str password, char out[static PASSWORD_HASH_BYTES]);
bool password_is(const char *hash, str password);

/* In a transaction; `hash` "": without a password. */
err user_insert(struct desk *desk, str name, enum role role, const char *hash, int64_t *id,
	struct why *why);

#define USER_COLUMNS \
	"users.id, name, role, granted, password IS NOT NULL, totp IS NOT NULL, " \
	"users.created_ms, disabled_ms"
struct user_rows {
	struct arena *arena;
	struct user *items;
	size_t count, room;
};
err take_user(void *context, const struct sql_row *row, struct why *why); /* of user_rows */

/* ---- what proving who one is needs to know of a user */

struct account {
	int64_t id, failures, locked_until_ms, totp_step, wanted_ms;
	bool found, disabled, has_totp, has_wanted;
	char hash[PASSWORD_HASH_BYTES]; /* "": no password */
	uint8_t totp[TOTP_SECRET_BYTES];
	uint8_t wanted[TOTP_SECRET_BYTES]; /* a second factor that no code has confirmed yet */
	const uint8_t *key;
};

err account_read(struct desk *desk, str name, struct account *out, struct why *why);
/* Counts an attempt as failed before it is looked at, so that guesses made at once wait for each
 * other; what is right takes it back.  MSG_DESK_WAIT: not yet, and nothing was counted. */
err account_attempt(
	struct desk *desk, str name, int64_t now_ms, struct account *out, struct why *why);
bool account_password_is(const struct account *a, str password);
