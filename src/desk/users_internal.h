/* desk/users_internal.h - what users.c and sessions.c share. */
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
