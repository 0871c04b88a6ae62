/* desk/sessions.c - signing in, and who is signed in; see users.h */
#include <string.h>

#include "desk/desk_internal.h"
#include "desk/users_internal.h"

/* ---- what signing in needs to know of a user */

static err take_int(void *context, const struct sql_row *row, struct why *why)
{
	(void)why;
	*(int64_t *)context = sql_row_int(row, 0);
	return OK;
}

/* Sealed, or not there. */
static err open_totp(const uint8_t *key, str sealed, bool *has,
	uint8_t out[static TOTP_SECRET_BYTES], struct why *why)
{
	*has = sealed.len > 0;
	if (*has && (sealed.len != SECRET_SEAL_BYTES + TOTP_SECRET_BYTES ||
			    !secret_open(key, sealed, out)))
		return fail(why, MSG_DESK_DAMAGED, arg_c("totp"));
	return OK;
}

static err take_account(void *context, const struct sql_row *row, struct why *why)
{
	struct account *a = context;
	str hash = sql_row_str(row, 3);

	a->found = true;
	a->id = sql_row_int(row, 0);
	a->failures = sql_row_int(row, 1);
	a->locked_until_ms = sql_row_int(row, 2);
	memcpy(a->hash, hash.ptr, MIN_OF(hash.len, sizeof(a->hash) - 1));
	a->totp_step = sql_row_int(row, 5);
	a->disabled = !sql_row_is_null(row, 6);
	a->wanted_ms = sql_row_int(row, 8);
	err e = open_totp(a->key, sql_row_str(row, 4), &a->has_totp, a->totp, why);
	return e != OK ? e : open_totp(a->key, sql_row_str(row, 7), &a->has_wanted, a->wanted, why);
}

#define ACCOUNT \
	"SELECT id, failures, locked_until_ms, password, totp, totp_step, disabled_ms, " \
	"totp_wanted, totp_wanted_ms FROM users WHERE name = ?1"

err account_read(struct desk *desk, str name, struct account *out, struct why *why)
{
	*out = (struct account){ .key = desk->key };
	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_account, out, ACCOUNT, sql_str(name));
	desk_unlock(desk);
	return e;
}

/* ---- a session */

static err insert_session(struct desk *desk, int64_t user, struct session *out, struct why *why)
{
	struct session made = { .cookie = secret_make(SESSION_PREFIX) };
	struct secret csrf = secret_make("ac_");
	struct secret_hash hash = secret_hash(desk->key, str_of(made.cookie.text));
	int64_t now_ms = desk_now_ms(desk);

	memcpy(made.csrf, csrf.text + 3, sizeof(made.csrf));
	made.expires_ms = now_ms + SESSION_MS;
	err e = sql_do(
		desk->sql, why, "DELETE FROM sessions WHERE expires_ms < ?1", sql_int(now_ms));
	if (e == OK)
		e = sql_do(desk->sql, why,
			"INSERT INTO sessions (hash, user_id, csrf, created_ms, used_ms, "
			"expires_ms) VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
			sql_bytes(&hash, sizeof(hash)), sql_int(user), sql_str(str_of(made.csrf)),
			sql_int(now_ms), sql_int(made.expires_ms));
	if (e == OK)
		*out = made;
	return e;
}

static err begin(struct desk *desk, const struct account *a, int64_t step, struct session *out,
	struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE users SET failures = 0, locked_until_ms = NULL, totp_step = ?2 "
		"WHERE id = ?1 AND (totp IS NULL OR totp_step < ?2 OR ?2 = ?3)",
		sql_int(a->id), sql_int(step), sql_int(a->totp_step));
	if (e == OK && sql_changes(desk->sql) == 0) /* the code was used meanwhile */
		e = fail(why, MSG_DESK_SIGN_IN);
	if (e == OK)
		e = insert_session(desk, a->id, out, why);
	return desk_end(desk, e, why);
}

err session_begin(struct desk *desk, str name, struct session *out, struct why *why)
{
	struct account account;
	err e = account_read(desk, name, &account, why);

	if (e == OK && (!account.found || account.disabled))
		e = fail(why, MSG_DESK_SIGN_IN);
	return e == OK ? begin(desk, &account, account.totp_step, out, why) : e;
}

/* ---- signing in */

static int64_t wait_ms(int64_t failures)
{
	int64_t over = failures - USER_FAILURES_FREE;

	if (over < 0)
		return 0;
	return over > 10 ? USER_WAIT_MS_MAX : MIN_OF((int64_t)1000 << over, USER_WAIT_MS_MAX);
}

static err take_nobody(void *context, const struct sql_row *row, struct why *why)
{
	struct account *a = context;

	(void)why;
	a->failures = sql_row_int(row, 0);
	a->locked_until_ms = sql_row_int(row, 1);
	return OK;
}

/* Whoever has that name, or nobody, of whom as much is kept: else the wait would tell who exists.
 */
static err find_account(struct desk *desk, str name, const struct secret_hash *hash,
	struct account *out, struct why *why)
{
	*out = (struct account){ .key = desk->key };
	err e = sql_each(desk->sql, why, take_account, out, ACCOUNT, sql_str(name));

	if (e == OK && !out->found)
		e = sql_each(desk->sql, why, take_nobody, out,
			"SELECT failures, locked_until_ms FROM nobodies WHERE name_hash = ?1",
			sql_bytes(hash, sizeof(*hash)));
	return e;
}

static err keep_nobody(struct desk *desk, const struct secret_hash *hash, int64_t until_ms,
	int64_t now_ms, struct why *why)
{
	err e = sql_do(desk->sql, why,
		"INSERT INTO nobodies (name_hash, failures, locked_until_ms, at_ms) "
		"VALUES (?1, 1, ?2, ?3) ON CONFLICT (name_hash) DO UPDATE SET "
		"failures = failures + 1, locked_until_ms = ?2, at_ms = ?3",
		sql_bytes(hash, sizeof(*hash)), sql_time(until_ms), sql_int(now_ms));

	return e != OK ? e
		       : sql_do(desk->sql, why,
				 "DELETE FROM nobodies WHERE name_hash IN (SELECT name_hash FROM "
				 "nobodies ORDER BY at_ms DESC LIMIT -1 OFFSET ?1)",
				 sql_int(USER_NOBODIES_MAX));
}

/* Of a name as users are found by it: the case of ASCII letters does not matter. */
static struct secret_hash name_hash(const struct desk *desk, str name)
{
	char lower[DESK_NAME_BYTES_MAX];
	size_t len = MIN_OF(name.len, sizeof(lower)); /* no user's name is longer */

	for (size_t i = 0; i < len; i++)
		lower[i] = (char)(name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? name.ptr[i] + 32
									   : name.ptr[i]);
	return secret_hash(desk->key, (str){ lower, len });
}

err account_attempt(struct desk *desk, str name, int64_t now_ms, struct account *a, struct why *why)
{
	const struct secret_hash hash = name_hash(desk, name);
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = find_account(desk, name, &hash, a, why);
	if (e == OK && a->locked_until_ms > now_ms)
		e = fail(why, MSG_DESK_WAIT, arg_int((a->locked_until_ms - now_ms) / 1000 + 1));
	int64_t wait = wait_ms(a->failures + 1), until_ms = wait == 0 ? 0 : now_ms + wait;
	if (e == OK && a->found)
		e = sql_do(desk->sql, why,
			"UPDATE users SET failures = failures + 1, locked_until_ms = ?2 WHERE id = "
			"?1",
			sql_int(a->id), sql_time(until_ms));
	else if (e == OK)
		e = keep_nobody(desk, &hash, until_ms, now_ms, why);
	return desk_end(desk, e, why);
}

/* The password was right, and the code is asked for. */
static err take_back(struct desk *desk, const struct account *a, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE users SET failures = max(0, failures - 1), locked_until_ms = NULL WHERE id "
		"= ?1",
		sql_int(a->id));
	return desk_end(desk, e, why);
}

/* Of nobody: so that a name that does not exist takes as long.  "no-such-password" of whom it may
 * concern; nothing matches it but that, and who is not found is refused either way. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
			     "9pPrsRZFpgXbEsCDzLCZTRGvXuNVHrDQd9jEPxzGtPo";

bool account_password_is(const struct account *a, str password)
{
	bool has = a->found && a->hash[0] != '\0';

	if (password.len > PASSWORD_BYTES_MAX)
		return false;
	bool same = password_is(has ? a->hash : nobody, password);

	return has && same && !a->disabled;
}

err user_sign_in(
	struct desk *desk, str name, str password, str code, struct session *out, struct why *why)
{
	struct account a;
	int64_t now_ms = desk_now_ms(desk);
	err e = account_attempt(desk, name, now_ms, &a, why);

	if (e != OK)
		return e;
	if (!account_password_is(&a, password))
		return fail(why, MSG_DESK_SIGN_IN);
	int64_t step = a.totp_step;
	if (a.has_totp && code.len == 0) {
		e = take_back(desk, &a, why);
		return e != OK ? e : fail(why, MSG_DESK_CODE_WANTED);
	}
	if (a.has_totp && !totp_check(a.totp, sizeof(a.totp), code, now_ms, a.totp_step, &step))
		return fail(why, MSG_DESK_SIGN_IN);
	return begin(desk, &a, step, out, why);
}

/* ---- who is it */

struct found_session {
	struct user_rows user;
	int64_t used_ms;
	char *csrf;
};

static err take_session(void *context, const struct sql_row *row, struct why *why)
{
	struct found_session *found = context;
	str csrf = sql_row_str(row, 8);

	ASSERT(csrf.len == SECRET_LETTERS); /* as it was put in */
	memcpy(found->csrf, csrf.ptr, csrf.len);
	found->csrf[csrf.len] = '\0';
	found->used_ms = sql_row_int(row, 9);
	return take_user(&found->user, row, why);
}

/* Not with each request: a minute is near enough. */
static err note_use(
	struct desk *desk, const struct secret_hash *hash, int64_t now_ms, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why, "UPDATE sessions SET used_ms = ?2 WHERE hash = ?1",
		sql_bytes(hash, sizeof(*hash)), sql_int(now_ms));
	return desk_end(desk, e, why);
}

err session_find(struct desk *desk, str cookie, struct arena *arena, struct user *out, char *csrf,
	struct why *why)
{
	struct found_session found = { .user = { .arena = arena, .items = out, .room = 1 },
		.csrf = csrf };
	struct secret_hash hash = secret_hash(desk->key, cookie);
	int64_t now_ms = desk_now_ms(desk);

	if (!secret_has_form(cookie, SESSION_PREFIX))
		return fail(why, MSG_DESK_SESSION_OVER);
	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_session, &found,
		"SELECT " USER_COLUMNS ", csrf, used_ms FROM sessions "
		"JOIN users ON users.id = user_id WHERE hash = ?1 AND expires_ms > ?2 "
		"AND used_ms > ?3 AND disabled_ms IS NULL",
		sql_bytes(&hash, sizeof(hash)), sql_int(now_ms), sql_int(now_ms - SESSION_IDLE_MS));
	desk_unlock(desk);
	if (e == OK && found.user.count == 0)
		return fail(why, MSG_DESK_SESSION_OVER);
	if (e == OK && now_ms - found.used_ms > 60 * 1000)
		e = note_use(desk, &hash, now_ms, why);
	return e;
}

err session_holds(struct desk *desk, str cookie, bool *out, struct why *why)
{
	struct secret_hash hash = secret_hash(desk->key, cookie);
	int64_t now_ms = desk_now_ms(desk), count = 0;

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_int, &count,
		"SELECT COUNT(*) FROM sessions JOIN users ON users.id = user_id WHERE hash = ?1 "
		"AND expires_ms > ?2 AND used_ms > ?3 AND disabled_ms IS NULL",
		sql_bytes(&hash, sizeof(hash)), sql_int(now_ms), sql_int(now_ms - SESSION_IDLE_MS));
	desk_unlock(desk);
	if (e == OK)
		*out = count > 0;
	return e;
}

err session_end(struct desk *desk, str cookie, struct why *why)
{
	struct secret_hash hash = secret_hash(desk->key, cookie);
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why, "DELETE FROM sessions WHERE hash = ?1",
		sql_bytes(&hash, sizeof(hash)));
	return desk_end(desk, e, why);
}

/* ---- the first user */

static err has_nobody(struct desk *desk, struct why *why)
{
	int64_t users = 0;
	err e = sql_each(
		desk->sql, why, take_int, &users, "SELECT COUNT(*) FROM users", sql_none());

	return e == OK && users > 0 ? fail(why, MSG_DESK_SETUP_DONE) : e;
}

/* The setting "setup": the hash in hex, a blank, until when. */
static void setup_value(struct desk *desk, str text, int64_t until_ms, char *out, size_t bytes)
{
	struct secret_hash hash = secret_hash(desk->key, text);
	struct strbuf buf = { .ptr = out, .cap = bytes, .cap_max = bytes };

	for (size_t i = 0; i < sizeof(hash.bytes); i++)
		strbuf_printf(&buf, "%02x", hash.bytes[i]);
	strbuf_add_byte(&buf, ' ');
	strbuf_add_int(&buf, until_ms);
	strbuf_add_byte(&buf, '\0');
	ASSERT(strbuf_ok(&buf));
}

err setup_make(struct desk *desk, struct secret *out, struct why *why)
{
	char value[128];
	struct secret made = secret_make(SETUP_PREFIX);

	setup_value(desk, str_of(made.text), desk_now_ms(desk) + SETUP_MS, value, sizeof(value));
	desk_lock(desk);
	err e = has_nobody(desk, why);
	desk_unlock(desk);
	if (e == OK)
		e = desk_set(desk, STR("setup"), str_of(value), why);
	if (e == OK)
		*out = made;
	return e;
}

static err check_setup(struct desk *desk, str text, struct why *why)
{
	AUTO_ARENA arena = arena_create(16 << 10);
	str kept, hash, until;
	char value[128];
	int64_t until_ms;
	err e = desk_setting(desk, STR("setup"), arena, &kept, why);

	if (e != OK)
		return e;
	if (!str_split(kept, ' ', &hash, &until) || !str_to_int64(until, &until_ms) ||
		until_ms < desk_now_ms(desk))
		return fail(why, MSG_DESK_SETUP_OVER);
	setup_value(desk, text, until_ms, value, sizeof(value));
	return secret_equal(str_of(value), kept) ? OK : fail(why, MSG_DESK_SETUP_OVER);
}

err setup_use(struct desk *desk, str text, str name, str password, struct why *why)
{
	char hash[PASSWORD_HASH_BYTES];
	int64_t id;
	err e = check_setup(desk, text, why);

	if (e == OK)
		e = desk_name_check(name, why);
	if (e == OK)
		e = password_check(password, why);
	if (e != OK)
		return e;
	password_hash(password, hash);
	e = desk_begin(desk, why);
	if (e != OK)
		return e;
	e = has_nobody(desk, why);
	if (e == OK)
		e = user_insert(desk, name, ROLE_ADMINISTRATOR, hash, &id, why);
	if (e == OK)
		e = sql_do(desk->sql, why, "DELETE FROM settings WHERE name = 'setup'", sql_none());
	return desk_end(desk, e, why);
}
