/* main/rest_session.c - signing in and out over HTTP, and who one is; see rest_special.h */
#include "base/json.h"
#include "desk/audit.h"
#include "main/config.h"
#include "main/rest_run.h"
#include "main/rest_special.h"
#include "main/rest_words.h"
#include "main/throttle.h"

enum { ANSWER_BYTES_MAX = 1 << 16 };

err rest_answer_private(struct rest_call *call, struct strbuf *out, struct why *why)
{
	strbuf_add_byte(out, '\n');
	if (!strbuf_ok(out)) {
		strbuf_done(out);
		return fail(why, MSG_NO_ROOM, arg_c("answer"), arg_int(ANSWER_BYTES_MAX));
	}
	http_set(call->x, "Cache-Control", STR("no-store"));
	rest_settled(call);
	http_answer_built(call->x, 200, "application/json", out);
	return OK;
}

static err tell_caller(struct rest_call *call, const struct rest_caller *c, struct why *why)
{
	struct strbuf out = strbuf_heap(ANSWER_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);

	json_put_object(&w);
	json_member_string(&w, "name", c->name);
	json_member_string(&w, "role", role_name(c->role));
	json_put_key(&w, STR("rights"));
	json_put_array(&w);
	for (size_t i = 0; i < RIGHT_COUNT_; i++)
		if (c->rights >> i & 1)
			json_put_string(&w, right_name((enum right)i));
	json_put_end(&w);
	json_member_string(
		&w, "zone", setting_text(rest_options_of(call->rest)->settings, SETTING_ZONE));
	json_put_key(&w, STR("csrf"));
	if (c->by_session)
		json_put_string(&w, str_of(c->csrf));
	else
		json_put_null(&w);
	json_put_end(&w);
	return rest_answer_private(call, &out, why);
}

err rest_me(struct rest_call *call, struct why *why)
{
	return tell_caller(call, &call->caller, why);
}

/* ---- cookies: not for scripts, not for other sites, and over TLS not for plain HTTP */

void rest_set_session(struct rest_call *call, str value, int64_t seconds)
{
	struct strbuf cookie = strbuf_in(call->arena, REST_COOKIE_BYTES_MAX);

	strbuf_add_c(&cookie, rest_cookie_name(call->x));
	strbuf_add_byte(&cookie, '=');
	strbuf_add(&cookie, value);
	strbuf_add_c(&cookie, "; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
	strbuf_add_int(&cookie, seconds);
	if (http_is_secure(call->x))
		strbuf_add_c(&cookie, "; Secure");
	http_set(call->x, "Set-Cookie", strbuf_str(&cookie));
}

static err note(struct rest_call *call, str name, const char *action, str outcome, struct why *why)
{
	struct strbuf who = strbuf_in(call->arena, DESK_NAME_BYTES_MAX + 16);

	strbuf_add_c(&who, "user:");
	strbuf_add(&who, str_cut(name, DESK_NAME_BYTES_MAX));
	return audit_add(rest_options_of(call->rest)->desk,
		&(const struct audit_row){ .who = strbuf_str(&who),
			.action = str_of(action),
			.outcome = outcome,
			.trace = http_trace(call->x) },
		why);
}

err rest_note_sign_in(struct rest_call *call, str name, str outcome, struct why *why)
{
	return note(call, name, "sign in", outcome, why);
}

static err begin(struct rest_call *call, str name, const struct session *session, struct why *why)
{
	struct desk *desk = rest_options_of(call->rest)->desk;
	struct rest_caller caller = { .known = true, .by_session = true };
	struct user user;
	err e = user_named(desk, name, call->arena, &user, why);

	if (e == OK)
		e = note(call, user.name, "sign in", STR("done"), why);
	if (e != OK)
		return e;
	caller.name = user.name;
	caller.role = user.role;
	caller.rights = role_rights(user.role) | user.granted;
	memcpy(caller.csrf, session->csrf, sizeof(caller.csrf));
	rest_set_session(call, str_of(session->cookie.text), SESSION_MS / 1000);
	return tell_caller(call, &caller, why);
}

/* Only JSON: a form of another site cannot send that without asking first (CORS). */
err rest_read_text(const struct json *body, const char *key, bool wanted, str *out, struct why *why)
{
	*out = json_get_string(body, str_of(key), STR(""));
	if (wanted && out->len == 0)
		return fail(why, MSG_REST_VALUE, arg_c(key));
	return OK;
}

err rest_sign_in(struct rest_call *call, struct why *why)
{
	struct desk *desk = rest_options_of(call->rest)->desk;
	struct throttle *throttle = rest_throttle_of(call->rest);
	const struct json *body;
	struct session session;
	str name, password, code;
	err e = rest_body(call, &body, why);

	if (e == OK)
		e = rest_read_text(body, "name", true, &name, why);
	if (e == OK)
		e = rest_read_text(body, "password", true, &password, why);
	if (e == OK)
		e = rest_read_text(body, "code", false, &code, why);
	if (e != OK)
		return e;
	e = throttle_ask(throttle, http_peer(call->x), call->started_ms, why);
	if (e == OK)
		e = user_sign_in(desk, name, password, code, &session, why);
	if (e == ERR_DENIED || e == ERR_BUSY) {
		struct why unheard = { 0 };
		if (e == ERR_DENIED && why->message != MSG_DESK_CODE_WANTED)
			throttle_failed(throttle, http_peer(call->x), call->started_ms);
		/* Refused either way.  Who waits has tried nothing, and could fill the disk. */
		if (e == ERR_DENIED)
			(void)note(call, name, "sign in", STR("refused"), &unheard);
		http_set(call->x, "Retry-After", STR("1"));
		rest_settled(call);
		http_refuse(call->x, e == ERR_DENIED ? 401 : 429, why);
		return OK;
	}
	if (e == OK)
		e = begin(call, name, &session, why);
	secret_wipe(&session, sizeof(session));
	return e;
}

err rest_sign_out(struct rest_call *call, struct why *why)
{
	str cookie = http_cookie(call->x, rest_cookie_name(call->x));
	err e = OK;

	if (call->caller.by_session)
		e = session_end(rest_options_of(call->rest)->desk, cookie, why);
	if (e == OK && call->caller.by_session)
		e = note(call, call->caller.name, "sign out", STR("done"), why);
	if (e != OK)
		return e;
	rest_set_session(call, STR(""), 0);
	rest_settled(call);
	http_answer_empty(call->x, 204);
	return OK;
}

err rest_setup(struct rest_call *call, struct why *why)
{
	struct desk *desk = rest_options_of(call->rest)->desk;
	const struct json *body;
	struct session session;
	str link, name, password;
	err e = rest_body(call, &body, why);

	if (e == OK)
		e = rest_read_text(body, "link", true, &link, why);
	if (e == OK)
		e = rest_read_text(body, "name", true, &name, why);
	if (e == OK)
		e = rest_read_text(body, "password", true, &password, why);
	if (e == OK)
		e = setup_use(desk, link, name, password, why);
	if (e == OK)
		e = session_begin(desk, name, &session, why);
	if (e == OK)
		e = begin(call, name, &session, why);
	secret_wipe(&session, sizeof(session));
	return e;
}
