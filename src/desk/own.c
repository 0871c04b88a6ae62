/* desk/own.c - see own.h */
#include "desk/own.h"

#include <string.h>

#include "base/digest.h"
#include "base/random.h"
#include "desk/desk_internal.h"
#include "desk/users_internal.h"

/* ---- sessions */

/* In a transaction. */
static err end_others(struct desk *desk, int64_t user, str cookie, struct why *why)
{
	const struct secret_hash hash = secret_hash(desk->key, cookie);

	return sql_do(desk->sql, why, "DELETE FROM sessions WHERE user_id = ?1 AND hash <> ?2",
		sql_int(user), sql_bytes(&hash, sizeof(hash)));
}

struct session_rows {
	struct own_session *items;
	size_t count;
	char current[OWN_SESSION_ID_LETTERS + 1];
};

static void id_of(const struct secret_hash *hash, char out[static OWN_SESSION_ID_LETTERS + 1])
{
	digest_hex(hash->bytes, OWN_SESSION_ID_LETTERS / 2, out);
	out[OWN_SESSION_ID_LETTERS] = '\0';
}

static err take_session(void *context, const struct sql_row *row, struct why *why)
{
	struct session_rows *rows = context;
	struct own_session *s = &rows->items[rows->count++];
	str hash = sql_row_str(row, 0);

	(void)why;
	ASSERT(hash.len == SECRET_HASH_BYTES); /* as it was put in */
	struct secret_hash whole;
	memcpy(whole.bytes, hash.ptr, hash.len);
	*s = (struct own_session){ .created_ms = sql_row_int(row, 1),
		.used_ms = sql_row_int(row, 2),
		.expires_ms = sql_row_int(row, 3) };
	id_of(&whole, s->id);
	s->is_this = strcmp(s->id, rows->current) == 0;
	return OK;
}

err own_sessions(struct desk *desk, str name, str cookie, struct arena *arena,
	struct own_session **out, size_t *count, struct why *why)
{
	struct session_rows rows = { .items = arena_array(
					     arena, OWN_SESSIONS_SHOWN_MAX, sizeof(*rows.items)) };
	const struct secret_hash hash = secret_hash(desk->key, cookie);
	int64_t now_ms = desk_now_ms(desk);

	if (rows.items == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("sessions"), arg_int(OWN_SESSIONS_SHOWN_MAX));
	id_of(&hash, rows.current);
	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_session, &rows,
		"SELECT hash, sessions.created_ms, used_ms, expires_ms FROM sessions "
		"JOIN users ON users.id = user_id WHERE name = ?1 AND expires_ms > ?2 "
		"AND used_ms > ?3 ORDER BY sessions.created_ms DESC, hash LIMIT ?4",
		sql_str(name), sql_int(now_ms), sql_int(now_ms - SESSION_IDLE_MS),
		sql_int(OWN_SESSIONS_SHOWN_MAX));
	desk_unlock(desk);
	if (e != OK)
		return e;
	*out = rows.items;
	*count = rows.count;
	return OK;
}

err own_session_end(struct desk *desk, str name, str id, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"DELETE FROM sessions WHERE lower(hex(substr(hash, 1, 8))) = ?2 AND user_id = "
		"(SELECT id FROM users WHERE name = ?1)",
		sql_str(name), sql_str(id));
	if (e == OK && sql_changes(desk->sql) == 0)
		e = fail(why, MSG_DESK_OWN_SESSION);
	return desk_end(desk, e, why);
}

err own_sessions_end(struct desk *desk, str name, str cookie, struct why *why)
{
	struct account a;
	err e = account_read(desk, name, &a, why);

	if (e == OK)
		e = desk_begin(desk, why);
	if (e != OK)
		return e;
	return desk_end(desk, end_others(desk, a.id, cookie, why), why);
}

/* ---- who he is is proved first; only then what he wants is done, in one transaction */

static err prove(struct desk *desk, str name, str password, struct account *a, struct why *why)
{
	err e = account_attempt(desk, name, desk_now_ms(desk), a, why);

	if (e == OK && !account_password_is(a, password))
		e = fail(why, MSG_DESK_OWN_PASSWORD);
	return e;
}

/* Under the password that was looked at: it may have been changed meanwhile. */
static err begin_proved(struct desk *desk, const struct account *a, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE users SET failures = 0, locked_until_ms = NULL "
		"WHERE id = ?1 AND coalesce(password, '') = ?2 AND disabled_ms IS NULL",
		sql_int(a->id), sql_str(str_of(a->hash)));
	if (e == OK && sql_changes(desk->sql) == 0)
		e = fail(why, MSG_DESK_OWN_PASSWORD);
	return e == OK ? OK : desk_end(desk, e, why);
}

/* What was to be changed is no longer as it was read. */
static err changed_or(struct desk *desk, err e, enum message otherwise, struct why *why)
{
	return e == OK && sql_changes(desk->sql) == 0 ? fail(why, otherwise) : e;
}

/* In a transaction. */
static err put_password(
	struct desk *desk, const struct account *a, str cookie, str hash, struct why *why)
{
	err e = sql_do(desk->sql, why, "UPDATE users SET password = ?2 WHERE id = ?1",
		sql_int(a->id), sql_str(hash));

	return e == OK ? end_others(desk, a->id, cookie, why) : e;
}

err own_password(struct desk *desk, str name, str cookie, str present, str wanted, struct why *why)
{
	char hash[PASSWORD_HASH_BYTES];
	struct account a = { 0 };
	err e = password_check(wanted, why);

	if (e == OK)
		e = prove(desk, name, present, &a, why);
	if (e == OK) {
		password_hash(wanted, hash);
		e = begin_proved(desk, &a, why);
	}
	if (e == OK)
		e = desk_end(desk, put_password(desk, &a, cookie, str_of(hash), why), why);
	secret_wipe(&a, sizeof(a));
	return e;
}

/* ---- the second factor */

/* In a transaction. */
static err put_begun(struct desk *desk, const struct account *a,
	const uint8_t secret[static TOTP_SECRET_BYTES], struct why *why)
{
	uint8_t sealed[SECRET_SEAL_BYTES + TOTP_SECRET_BYTES];

	secret_seal(desk->key, (str){ (const char *)secret, TOTP_SECRET_BYTES }, sealed);
	err e = sql_do(desk->sql, why,
		"UPDATE users SET totp_wanted = ?2, totp_wanted_ms = ?3 "
		"WHERE id = ?1 AND totp IS NULL",
		sql_int(a->id), sql_bytes(sealed, sizeof(sealed)), sql_int(desk_now_ms(desk)));
	return changed_or(desk, e, MSG_DESK_OWN_FACTOR, why);
}

err own_totp_begin(
	struct desk *desk, str name, str password, char letters[TOTP_LETTERS + 1], struct why *why)
{
	uint8_t secret[TOTP_SECRET_BYTES];
	struct account a = { 0 };
	err e = prove(desk, name, password, &a, why);

	if (e == OK)
		e = begin_proved(desk, &a, why);
	if (e == OK) {
		secret_bytes(secret, sizeof(secret));
		e = desk_end(desk, put_begun(desk, &a, secret, why), why);
	}
	if (e == OK)
		totp_letters(secret, letters);
	secret_wipe(secret, sizeof(secret));
	secret_wipe(&a, sizeof(a));
	return e;
}

/* `a` was read a moment ago: another factor may have been begun since, which has another time. */
static err put_wanted(
	struct desk *desk, const struct account *a, str cookie, int64_t step, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE users SET totp = totp_wanted, totp_step = ?3, totp_wanted = NULL "
		"WHERE id = ?1 AND totp IS NULL AND totp_wanted IS NOT NULL "
		"AND totp_wanted_ms = ?2 AND disabled_ms IS NULL",
		sql_int(a->id), sql_int(a->wanted_ms), sql_int(step));
	e = changed_or(desk, e, MSG_DESK_OWN_NO_FACTOR, why);
	if (e == OK)
		e = end_others(desk, a->id, cookie, why);
	return desk_end(desk, e, why);
}

err own_totp_confirm(struct desk *desk, str name, str cookie, str code, struct why *why)
{
	int64_t now_ms = desk_now_ms(desk), step = 0;
	struct account a;
	err e = account_read(desk, name, &a, why);

	if (e == OK && (!a.has_wanted || a.has_totp || now_ms - a.wanted_ms > TOTP_WANTED_MS))
		e = fail(why, MSG_DESK_OWN_NO_FACTOR);
	if (e == OK && !totp_check(a.wanted, sizeof(a.wanted), code, now_ms, 0, &step))
		e = fail(why, MSG_DESK_OWN_CODE);
	if (e == OK)
		e = put_wanted(desk, &a, cookie, step, why);
	secret_wipe(&a, sizeof(a));
	return e;
}

static err prove_by_code(struct desk *desk, str name, str code, struct account *a, struct why *why)
{
	int64_t now_ms = desk_now_ms(desk), step;
	err e = account_attempt(desk, name, now_ms, a, why);

	if (e == OK && (!a->has_totp || !totp_check(a->totp, sizeof(a->totp), code, now_ms,
						a->totp_step, &step)))
		e = fail(why, MSG_DESK_OWN_CODE);
	return e;
}

/* In a transaction. */
static err put_none(struct desk *desk, const struct account *a, str cookie, struct why *why)
{
	err e = sql_do(desk->sql, why,
		"UPDATE users SET totp = NULL, totp_step = 0, totp_wanted = NULL "
		"WHERE id = ?1 AND totp IS NOT NULL AND totp_step = ?2",
		sql_int(a->id), sql_int(a->totp_step));

	e = changed_or(desk, e, MSG_DESK_OWN_NO_FACTOR, why);
	return e == OK ? end_others(desk, a->id, cookie, why) : e;
}

err own_totp_remove(
	struct desk *desk, str name, str cookie, str password, str code, struct why *why)
{
	struct account a = { 0 };
	err e = password.len == 0 && code.len == 0 ? fail(why, MSG_DESK_OWN_PROOF) : OK;

	if (e == OK)
		e = password.len > 0 ? prove(desk, name, password, &a, why)
				     : prove_by_code(desk, name, code, &a, why);
	if (e == OK)
		e = begin_proved(desk, &a, why);
	if (e == OK)
		e = desk_end(desk, put_none(desk, &a, cookie, why), why);
	secret_wipe(&a, sizeof(a));
	return e;
}
