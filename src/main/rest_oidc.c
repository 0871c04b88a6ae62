/* main/rest_oidc.c - /api/v1/oidc: the browser on its way to the provider and back; see oidc.h and
 * rest_special.h */
#include "base/json.h"
#include "desk/audit.h"
#include "main/oidc.h"
#include "main/rest_run.h"
#include "main/rest_special.h"

const struct option rest_oidc_options[] = {
	{ .name = STR_INIT("state"),
		.is = IS_TEXT,
		.help = WORDS("as it was given to the provider", "tel que donné au fournisseur") },
	{ .name = STR_INIT("code"),
		.is = IS_TEXT,
		.help = WORDS("what the provider gives a token for",
			"ce contre quoi le fournisseur donne un jeton") },
	{ .name = STR_INIT("error"),
		.is = IS_TEXT,
		.help = WORDS("why the provider refused", "pourquoi le fournisseur a refusé") },
	{ .name = STR_INIT("") },
};

enum { ANSWER_BYTES_MAX = 4096, COOKIE_BYTES_MAX = 256 };

static err need_oidc(struct rest_call *call, struct oidc **out, struct why *why)
{
	*out = rest_oidc_of(call->rest);
	return *out == NULL ? fail(why, MSG_OIDC_OFF) : OK;
}

err rest_oidc_offer(struct rest_call *call, struct why *why)
{
	const struct oidc *oidc = rest_oidc_of(call->rest);
	struct strbuf out = strbuf_heap(ANSWER_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);

	json_put_object(&w);
	json_put_key(&w, STR("offered"));
	json_put_bool(&w, oidc != NULL);
	json_member_string(&w, "issuer", oidc == NULL ? STR("") : oidc_issuer(oidc));
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	if (!strbuf_ok(&out)) {
		strbuf_done(&out);
		return fail(why, MSG_NO_ROOM, arg_c("answer"), arg_int(ANSWER_BYTES_MAX));
	}
	rest_settled(call);
	http_answer_built(call->x, 200, "application/json", &out);
	return OK;
}

/* ---- the cookie that binds a sign-in to its browser.  Lax: it must come back with the browser
 * that the provider sends here. */

static const char *cookie_name(const struct rest_call *call)
{
	return http_is_secure(call->x) ? "__Secure-ariane-oidc" : "ariane-oidc";
}

static void set_cookie(struct rest_call *call, str value, int64_t seconds)
{
	struct strbuf cookie = strbuf_in(call->arena, COOKIE_BYTES_MAX);

	strbuf_add_c(&cookie, cookie_name(call));
	strbuf_add_byte(&cookie, '=');
	strbuf_add(&cookie, value);
	strbuf_add_c(&cookie, "; Path=/api/v1/oidc; HttpOnly; SameSite=Lax; Max-Age=");
	strbuf_add_int(&cookie, seconds);
	if (http_is_secure(call->x))
		strbuf_add_c(&cookie, "; Secure");
	http_set(call->x, "Set-Cookie", strbuf_str(&cookie));
}

err rest_oidc_begin(struct rest_call *call, struct why *why)
{
	struct oidc *oidc;
	str url, cookie;
	err e = need_oidc(call, &oidc, why);

	if (e == OK)
		e = oidc_begin(oidc, call->arena, &url, &cookie, why);
	if (e != OK)
		return e;
	set_cookie(call, cookie, OIDC_PENDING_MS / 1000);
	http_set(call->x, "Location", url);
	rest_settled(call);
	http_answer_empty(call->x, 302);
	return OK;
}

/* ---- back */

/* Who is this subject here?  Made, if the settings say as what. */
static err find_user(struct rest_call *call, struct oidc *oidc, const struct jwt_claims *claims,
	struct user *out, struct why *why)
{
	struct desk *desk = rest_options_of(call->rest)->desk;
	struct why unheard = { 0 };
	enum role role;
	str role_text;
	err e = user_by_oidc(desk, claims->subject, call->arena, out, &unheard);

	if (e != ERR_NOT_FOUND) {
		if (e != OK)
			*why = unheard;
		return e;
	}
	if (!oidc_role(oidc, &role_text))
		return fail(why, MSG_OIDC_NOBODY, arg_str(claims->subject));
	if (!role_named(role_text, &role))
		return fail(why, MSG_DESK_ROLE, arg_str(role_text));
	str name = claims->name.len > 0 ? claims->name : claims->subject;
	e = user_create_oidc(desk, name, role, claims->subject, why);
	return e == OK ? user_by_oidc(desk, claims->subject, call->arena, out, why) : e;
}

err rest_oidc_callback(struct rest_call *call, struct why *why)
{
	struct oidc *oidc;
	struct jwt_claims claims;
	struct user user;
	struct session session;
	const struct oidc_answer answer = { .state = http_query(call->x, "state"),
		.code = http_query(call->x, "code"),
		.error = http_query(call->x, "error"),
		.cookie = http_cookie(call->x, cookie_name(call)) };
	err e = need_oidc(call, &oidc, why);

	if (e == OK)
		e = oidc_finish(oidc, &answer, call->arena, &claims, why);
	if (e == OK)
		e = find_user(call, oidc, &claims, &user, why);
	if (e == OK)
		e = session_begin(rest_options_of(call->rest)->desk, user.name, &session, why);
	if (e == OK)
		e = rest_note_sign_in(call, user.name, STR("done"), why);
	if (e != OK)
		return e;
	rest_set_session(call, str_of(session.cookie.text), SESSION_MS / 1000);
	secret_wipe(&session, sizeof(session));
	http_set(call->x, "Location", STR("/"));
	rest_settled(call);
	http_answer_empty(call->x, 303);
	return OK;
}
