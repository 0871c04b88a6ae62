/* main/rest_who.c - who asks; see rest_run.h */
#include "desk/tokens.h"
#include "main/rest_run.h"

#include <string.h>
#include <strings.h>

const char *rest_cookie_name(const struct http_exchange *x)
{
	return http_is_secure(x) ? "__Host-ariane" : "ariane";
}

static str named(struct arena *arena, const char *kind, str name)
{
	struct strbuf text = strbuf_in(arena, DESK_NAME_BYTES_MAX + 32);

	strbuf_add_c(&text, kind);
	strbuf_add(&text, name);
	return strbuf_ok(&text) ? strbuf_str(&text) : STR("");
}

static str numbered(struct arena *arena, const char *kind, int64_t id)
{
	struct strbuf text = strbuf_in(arena, 64);

	strbuf_add_c(&text, kind);
	strbuf_add_int(&text, id);
	return strbuf_ok(&text) ? strbuf_str(&text) : STR("");
}

static err by_token(struct rest_call *call, struct desk *desk, str text, struct why *why)
{
	struct token token;
	err e = token_find(desk, text, call->arena, &token, why);

	if (e == OK)
		call->caller = (struct rest_caller){ .known = true,
			.who = numbered(call->arena, "token:", token.id),
			.name = token.name,
			.role = token.role,
			.rights = role_rights(token.role) | token.granted };
	return e;
}

static err by_session(struct rest_call *call, struct desk *desk, str cookie, struct why *why)
{
	struct user user;
	char csrf[SECRET_LETTERS + 1];
	err e = session_find(desk, cookie, call->arena, &user, csrf, why);

	if (e != OK)
		return e;
	if (call->route->method != HTTP_GET && !call->route->open &&
		!secret_equal(http_header(call->x, "X-CSRF-Token"), str_of(csrf)))
		return fail(why, MSG_REST_CSRF);
	call->caller = (struct rest_caller){ .known = true,
		.who = named(call->arena, "user:", user.name),
		.name = user.name,
		.role = user.role,
		.rights = role_rights(user.role) | user.granted,
		.by_session = true };
	memcpy(call->caller.csrf, csrf, sizeof(csrf));
	return OK;
}

/* In any case: RFC 9110, 11.1. */
static bool is_bearer(str kind)
{
	static const char bearer[] = "Bearer";

	return kind.len == strlen(bearer) && strncasecmp(kind.ptr, bearer, kind.len) == 0;
}

err rest_who(struct rest_call *call, struct why *why)
{
	struct desk *desk = rest_options_of(call->rest)->desk;
	str header = http_header(call->x, "Authorization"), kind, token;
	str cookie = http_cookie(call->x, rest_cookie_name(call->x));

	call->caller = (struct rest_caller){ .known = false };
	if (header.len > 0) {
		if (!str_split(header, ' ', &kind, &token) || !is_bearer(kind))
			return fail(why, MSG_DESK_TOKEN_DENIED);
		return by_token(call, desk, str_trim(token), why);
	}
	return cookie.len > 0 && !call->route->open ? by_session(call, desk, cookie, why) : OK;
}
