/* main/rest_own.c - one's own account over HTTP, for who is signed in by a session; see
 * rest_special.h and desk/own.h.
 *
 * Whose account it is stands in no request: it is his whose session asks.  Who guesses a password
 * waits as at signing in, by his name and by his address; a wrong one is 403, since he is known. */
#include "base/timestamp.h"
#include "desk/own.h"
#include "main/rest_run.h"
#include "main/rest_special.h"
#include "main/rest_words.h"
#include "main/throttle.h"

enum { ACCOUNT_BYTES_MAX = 1 << 18, URI_BYTES_MAX = 1024 };

static struct desk *desk_of(const struct rest_call *call)
{
	return rest_options_of(call->rest)->desk;
}

static str cookie_of(const struct rest_call *call)
{
	return http_cookie(call->x, rest_cookie_name(call->x));
}

/* ---- changes: noted, whatever comes of them, unless nothing was tried */

static err begin_proof(struct rest_call *call, struct why *why)
{
	return throttle_ask(
		rest_throttle_of(call->rest), http_peer(call->x), call->started_ms, why);
}

static err done(struct rest_call *call, err e, struct why *why)
{
	struct why unheard = { 0 };

	if (e == OK)
		return rest_note(call, STR("done"), why);
	if (why->message == MSG_DESK_OWN_PASSWORD || why->message == MSG_DESK_OWN_CODE)
		throttle_failed(rest_throttle_of(call->rest), http_peer(call->x), call->started_ms);
	if (why->message != MSG_DESK_WAIT) /* who waits could fill the disk */
		(void)rest_note(call, message_kebab(why->message), &unheard);
	return e;
}

static err answer(struct rest_call *call, err e, struct why *why)
{
	e = done(call, e, why);
	if (e != OK && why->message == MSG_DESK_WAIT) {
		http_set(call->x, "Retry-After", STR("1"));
		rest_settled(call);
		http_refuse(call->x, 429, why);
		return OK;
	}
	if (e != OK)
		return e;
	rest_settled(call);
	http_answer_empty(call->x, 204);
	return OK;
}

err rest_own_password(struct rest_call *call, struct why *why)
{
	const struct json *body;
	str present, wanted;
	err e = rest_body(call, &body, why);

	if (e == OK)
		e = rest_read_text(body, "password", true, &present, why);
	if (e == OK)
		e = rest_read_text(body, "new_password", true, &wanted, why);
	if (e != OK)
		return e;
	e = begin_proof(call, why);
	if (e == OK)
		e = own_password(
			desk_of(call), call->caller.name, cookie_of(call), present, wanted, why);
	return answer(call, e, why);
}

/* ---- the second factor */

/* What programs for codes read (Key Uri Format); of a name only what needs no escape stands bare.
 */
static str otpauth(struct rest_call *call, const char *letters)
{
	struct strbuf uri = strbuf_in(call->arena, URI_BYTES_MAX);
	str name = call->caller.name;

	strbuf_add_c(&uri, "otpauth://totp/Ariane:");
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			str_has(STR("-._~"), c))
			strbuf_add_byte(&uri, c);
		else
			strbuf_printf(&uri, "%%%02X", (unsigned)(unsigned char)c);
	}
	strbuf_printf(&uri, "?secret=%s&issuer=Ariane", letters);
	ASSERT(strbuf_ok(&uri)); /* DESK_NAME_BYTES_MAX, three times, fits */
	return strbuf_str(&uri);
}
_Static_assert(3 * DESK_NAME_BYTES_MAX + 128 < URI_BYTES_MAX, "a name fits");

static err tell_secret(struct rest_call *call, const char *letters, struct why *why)
{
	struct strbuf out = strbuf_heap(ACCOUNT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);

	json_put_object(&w);
	json_member_string(&w, "totp_secret", str_of(letters));
	json_member_string(&w, "otpauth", otpauth(call, letters));
	json_put_end(&w);
	return rest_answer_private(call, &out, why);
}

err rest_own_totp(struct rest_call *call, struct why *why)
{
	char letters[TOTP_LETTERS + 1] = "";
	const struct json *body;
	str password;
	err e = rest_body(call, &body, why);

	if (e == OK)
		e = rest_read_text(body, "password", true, &password, why);
	if (e != OK)
		return e;
	e = begin_proof(call, why);
	if (e == OK)
		e = own_totp_begin(desk_of(call), call->caller.name, password, letters, why);
	if (e != OK)
		return answer(call, e, why);
	e = done(call, OK, why);
	if (e == OK)
		e = tell_secret(call, letters, why);
	secret_wipe(letters, sizeof(letters));
	return e;
}

err rest_own_totp_confirm(struct rest_call *call, struct why *why)
{
	const struct json *body;
	str code;
	err e = rest_body(call, &body, why);

	if (e == OK)
		e = rest_read_text(body, "code", true, &code, why);
	if (e != OK)
		return e;
	e = begin_proof(call, why);
	if (e == OK)
		e = own_totp_confirm(desk_of(call), call->caller.name, cookie_of(call), code, why);
	return answer(call, e, why);
}

err rest_own_totp_remove(struct rest_call *call, struct why *why)
{
	const struct json *body;
	str password, code;
	err e = rest_body(call, &body, why);

	if (e == OK)
		e = rest_read_text(body, "password", false, &password, why);
	if (e == OK)
		e = rest_read_text(body, "code", false, &code, why);
	if (e != OK)
		return e;
	e = begin_proof(call, why);
	if (e == OK)
		e = own_totp_remove(
			desk_of(call), call->caller.name, cookie_of(call), password, code, why);
	return answer(call, e, why);
}

/* ---- sessions */

err rest_own_session_end(struct rest_call *call, struct why *why)
{
	return answer(call,
		own_session_end(desk_of(call), call->caller.name, http_path(call->x, "id"), why),
		why);
}

err rest_own_sessions_end(struct rest_call *call, struct why *why)
{
	return answer(call,
		own_sessions_end(desk_of(call), call->caller.name, cookie_of(call), why), why);
}

static void put_moment(struct json_writer *w, const char *key, int64_t ms)
{
	char text[INSTANT_TEXT_BYTES];

	json_put_key(w, str_of(key));
	json_put_string(w, instant_utc(text, ms));
}

static void put_session(struct json_writer *w, const struct own_session *s)
{
	json_put_object(w);
	json_member_string(w, "id", str_of(s->id));
	json_put_key(w, STR("current"));
	json_put_bool(w, s->is_this);
	put_moment(w, "created", s->created_ms);
	put_moment(w, "used", s->used_ms);
	put_moment(w, "expires", s->expires_ms);
	json_put_end(w);
}

err rest_own_account(struct rest_call *call, struct why *why)
{
	struct own_session *sessions;
	struct user user;
	size_t count;
	err e = user_named(desk_of(call), call->caller.name, call->arena, &user, why);

	if (e == OK)
		e = own_sessions(desk_of(call), call->caller.name, cookie_of(call), call->arena,
			&sessions, &count, why);
	if (e != OK)
		return e;
	struct strbuf out = strbuf_heap(ACCOUNT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);
	json_put_object(&w);
	json_member_string(&w, "name", user.name);
	json_put_key(&w, STR("password"));
	json_put_bool(&w, user.has_password);
	json_put_key(&w, STR("second_factor"));
	json_put_bool(&w, user.has_totp);
	json_put_key(&w, STR("sessions"));
	json_put_array(&w);
	for (size_t i = 0; i < count; i++)
		put_session(&w, &sessions[i]);
	json_put_end(&w);
	json_put_end(&w);
	return rest_answer_private(call, &out, why);
}
