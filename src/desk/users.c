/* desk/users.c - see users.h; sessions.c signs in */
#include "desk/users.h"

#include <sodium.h>
#include <string.h>

#include "base/random.h"
#include "desk/desk_internal.h"
#include "desk/users_internal.h"

/* ---- passwords */

/* Memory of argon2id is taken once or twice at most. */
static pthread_mutex_t turns[2] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };

static pthread_mutex_t *take_turn(void)
{
	if (pthread_mutex_trylock(&turns[0]) == 0)
		return &turns[0];
	int code = pthread_mutex_lock(&turns[1]);
	ASSERT(code == 0);
	return &turns[1];
}

static void end_turn(pthread_mutex_t *turn)
{
	int code = pthread_mutex_unlock(turn);
	ASSERT(code == 0);
}

err password_check(str password, struct why *why)
{
	if (password.len < PASSWORD_BYTES_MIN || password.len > PASSWORD_BYTES_MAX ||
		!str_is_utf8(password))
		return fail(why, MSG_DESK_PASSWORD, arg_int(PASSWORD_BYTES_MIN),
			arg_int(PASSWORD_BYTES_MAX));
	return OK;
}

void password_hash(str password, char out[static PASSWORD_HASH_BYTES])
{
	pthread_mutex_t *turn = take_turn();
	int done = crypto_pwhash_str(out, password.ptr, password.len,
		crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);

	ASSERT(done == 0); /* it fails only for want of memory */
	end_turn(turn);
}

bool password_is(const char *hash, str password)
{
	pthread_mutex_t *turn = take_turn();
	bool same = crypto_pwhash_str_verify(hash, password.ptr, password.len) == 0;

	end_turn(turn);
	return same;
}

_Static_assert(PASSWORD_HASH_BYTES == crypto_pwhash_STRBYTES, "as libsodium writes it");

/* ---- making */

err user_insert(
	struct desk *desk, str name, enum role role, const char *hash, int64_t *id, struct why *why)
{
	struct why reason = { 0 };
	err e = sql_do(desk->sql, &reason,
		"INSERT INTO users (name, role, password, created_ms) VALUES (?1, ?2, ?3, ?4)",
		sql_str(name), sql_str(role_name(role)),
		*hash == '\0' ? sql_null() : sql_str(str_of(hash)), sql_int(desk_now_ms(desk)));

	if (e == ERR_CONFLICT)
		return fail(why, MSG_DESK_USER_THERE, arg_str(name));
	if (e != OK && why != NULL)
		*why = reason;
	if (e == OK)
		*id = sql_last_id(desk->sql);
	return e;
}

err user_create(
	struct desk *desk, str name, enum role role, str password, int64_t *id, struct why *why)
{
	char hash[PASSWORD_HASH_BYTES] = "";
	err e = desk_name_check(name, why);

	if (e == OK && password.len > 0)
		e = password_check(password, why);
	if (e == OK && password.len > 0)
		password_hash(password, hash);
	if (e == OK)
		e = desk_begin(desk, why);
	if (e != OK)
		return e;
	e = user_insert(desk, name, role, hash, id, why);
	return desk_end(desk, e, why);
}

/* ---- reading */

err take_user(void *context, const struct sql_row *row, struct why *why)
{
	struct user_rows *rows = context;

	if (rows->count == rows->room)
		return OK; /* made since they were counted */
	struct user *user = &rows->items[rows->count++];
	*user = (struct user){ .id = sql_row_int(row, 0),
		.name = arena_str(rows->arena, sql_row_str(row, 1)),
		.granted = (rights)sql_row_int(row, 3),
		.has_password = sql_row_int(row, 4) != 0,
		.has_totp = sql_row_int(row, 5) != 0,
		.created_ms = sql_row_int(row, 6),
		.disabled_ms = sql_row_int(row, 7) };
	if (user->name.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("users"), arg_int(0));
	if (!role_named(sql_row_str(row, 2), &user->role))
		return fail(why, MSG_DESK_ROLE, arg_str(sql_row_str(row, 2)));
	return OK;
}

static err take_int(void *context, const struct sql_row *row, struct why *why)
{
	(void)why;
	*(int64_t *)context = sql_row_int(row, 0);
	return OK;
}

err user_count(struct desk *desk, int64_t *out, struct why *why)
{
	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_int, out, "SELECT COUNT(*) FROM users", sql_none());
	desk_unlock(desk);
	return e;
}

err user_any_has_password(struct desk *desk, bool *out, struct why *why)
{
	int64_t count = 0;

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_int, &count,
		"SELECT COUNT(*) FROM users WHERE password IS NOT NULL AND disabled_ms IS NULL",
		sql_none());
	desk_unlock(desk);
	if (e == OK)
		*out = count > 0;
	return e;
}

err user_list(
	struct desk *desk, struct arena *arena, struct user **out, size_t *count, struct why *why)
{
	struct user_rows rows = { .arena = arena };
	int64_t room = 0;

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_int, &room, "SELECT COUNT(*) FROM users", sql_none());
	if (e == OK) {
		rows.room = (size_t)room;
		rows.items = arena_array(arena, rows.room, sizeof(*rows.items));
		if (rows.items == NULL)
			e = fail(why, MSG_NO_ROOM, arg_c("users"), arg_int(room));
	}
	if (e == OK)
		e = sql_each(desk->sql, why, take_user, &rows,
			"SELECT " USER_COLUMNS " FROM users ORDER BY id", sql_none());
	desk_unlock(desk);
	if (e != OK)
		return e;
	*out = rows.items;
	*count = rows.count;
	return OK;
}

err user_named(struct desk *desk, str name, struct arena *arena, struct user *out, struct why *why)
{
	struct user_rows rows = { .arena = arena, .items = out, .room = 1 };

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_user, &rows,
		"SELECT " USER_COLUMNS " FROM users WHERE name = ?1", sql_str(name));
	desk_unlock(desk);
	return e == OK && rows.count == 0 ? fail(why, MSG_DESK_NO_USER, arg_str(name)) : e;
}

/* ---- changing: what the last statement changed must be somebody, whose sessions end */

static err end_change(struct desk *desk, str name, err e, struct why *why)
{
	if (e == OK && sql_changes(desk->sql) == 0)
		e = fail(why, MSG_DESK_NO_USER, arg_str(name));
	if (e == OK)
		e = sql_do(desk->sql, why,
			"DELETE FROM sessions WHERE user_id = "
			"(SELECT id FROM users WHERE name = ?1)",
			sql_str(name));
	return desk_end(desk, e, why);
}

err user_set_role(struct desk *desk, str name, enum role role, rights granted, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why, "UPDATE users SET role = ?2, granted = ?3 WHERE name = ?1",
		sql_str(name), sql_str(role_name(role)), sql_int(granted));
	return end_change(desk, name, e, why);
}

err user_set_password(struct desk *desk, str name, str password, struct why *why)
{
	char hash[PASSWORD_HASH_BYTES];
	err e = password_check(password, why);

	if (e != OK)
		return e;
	password_hash(password, hash);
	e = desk_begin(desk, why);
	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE users SET password = ?2, failures = 0, locked_until_ms = NULL "
		"WHERE name = ?1",
		sql_str(name), sql_str(str_of(hash)));
	return end_change(desk, name, e, why);
}

err user_disable(struct desk *desk, str name, bool disabled, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why, "UPDATE users SET disabled_ms = ?2 WHERE name = ?1",
		sql_str(name), disabled ? sql_int(desk_now_ms(desk)) : sql_null());
	return end_change(desk, name, e, why);
}

static err set_totp(struct desk *desk, str name, struct sql_arg sealed, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE users SET totp = ?2, totp_step = 0, totp_wanted = NULL WHERE name = ?1",
		sql_str(name), sealed);
	return end_change(desk, name, e, why);
}

err user_totp_make(struct desk *desk, str name, char letters[TOTP_LETTERS + 1], struct why *why)
{
	uint8_t secret[TOTP_SECRET_BYTES], sealed[SECRET_SEAL_BYTES + TOTP_SECRET_BYTES];

	secret_bytes(secret, sizeof(secret));
	secret_seal(desk->key, (str){ (const char *)secret, sizeof(secret) }, sealed);
	err e = set_totp(desk, name, sql_bytes(sealed, sizeof(sealed)), why);
	if (e == OK)
		totp_letters(secret, letters);
	secret_wipe(secret, sizeof(secret));
	return e;
}

err user_totp_remove(struct desk *desk, str name, struct why *why)
{
	return set_totp(desk, name, sql_null(), why);
}

/* ---- OpenID */

err user_set_oidc(struct desk *desk, str name, str subject, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why, "UPDATE users SET oidc_subject = ?2 WHERE name = ?1",
		sql_str(name), subject.len == 0 ? sql_null() : sql_str(subject));
	return end_change(desk, name, e, why);
}

err user_by_oidc(
	struct desk *desk, str subject, struct arena *arena, struct user *out, struct why *why)
{
	struct user_rows rows = { .arena = arena, .items = out, .room = 1 };

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_user, &rows,
		"SELECT " USER_COLUMNS " FROM users WHERE oidc_subject = ?1", sql_str(subject));
	desk_unlock(desk);
	return e == OK && rows.count == 0 ? fail(why, MSG_DESK_NO_USER, arg_str(subject)) : e;
}

err user_create_oidc(struct desk *desk, str name, enum role role, str subject, struct why *why)
{
	int64_t id;
	err e = desk_name_check(name, why);

	if (e == OK)
		e = desk_begin(desk, why);
	if (e != OK)
		return e;
	e = user_insert(desk, name, role, "", &id, why);
	if (e == OK)
		e = sql_do(desk->sql, why, "UPDATE users SET oidc_subject = ?2 WHERE id = ?1",
			sql_int(id), sql_str(subject));
	return desk_end(desk, e, why);
}
