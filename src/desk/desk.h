/* desk/desk.h - the SQL store of a data folder: what people edit.
 *
 *   ariane.db     the database (SQLite, WAL): users, keys, tokens, sessions, audit, settings
 *   desk-secret   32 bytes: the key of all hashes of secrets, and of what is sealed in it
 *
 * It needs no lock of the folder: a server, and commands beside it, have it open at once.  What
 * one changed, the others see with their next call.
 *
 * Migrations are numbered (migration_0001.sql ...) and run when it is opened, each in a transaction
 * of its own; PRAGMA user_version is the number of the last.  ERR_VERSION: made by a newer program.
 *
 * Threads: any; each function takes the desk's own lock, a leaf, and waits for the disk in it.
 */
#pragma once

#include <pthread.h>

#include "base/clock.h"
#include "base/file.h"
#include "desk/secret.h"
#include "desk/sql.h"

struct desk;

/* `folder` is made (not those above it) if it is not there and `make` is set; else ERR_NOT_FOUND.
 * `clock` NULL: clock_real(). */
err desk_open(
	const char *folder, bool make, struct clock *clock, struct desk **out, struct why *why);
void desk_close(struct desk *desk); /* NULL is fine */

/* Is there one in this folder? */
bool desk_exists(const char *folder);

/* The database as of now, to `path`, which must not exist; the journal's back-up takes it along. */
err desk_copy(struct desk *desk, const char *path, struct why *why);

/* Another number after every change, whoever made it: for caches. */
err desk_version(struct desk *desk, uint64_t *out, struct why *why);

/* A setting; in `arena`, "" if there is none.  An empty value removes it. */
err desk_setting(struct desk *desk, str name, struct arena *arena, str *out, struct why *why);
err desk_set(struct desk *desk, str name, str value, struct why *why);

enum { DESK_NAME_BYTES_MAX = 128 }; /* of a source, user, token */
/* Text without control characters, neither empty nor too long: ERR_SYNTAX. */
err desk_name_check(str name, struct why *why);
