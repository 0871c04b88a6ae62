/* desk/tokens.h - tokens of programs: who holds one may ask the API, as a role. */
#pragma once

#include "desk/desk.h"
#include "desk/role.h"

#define TOKEN_PREFIX "at_"

struct token {
	int64_t id;
	str name, hint;
	enum role role;
	rights granted; /* beside those of the role */
	int64_t created_ms, expires_ms, revoked_ms; /* 0: never */
};

struct token_wish {
	str name; /* what it is for */
	enum role role;
	rights granted;
	int64_t expires_ms; /* 0: never */
};
err token_create(struct desk *desk, const struct token_wish *wish, int64_t *id,
	struct secret *secret, struct why *why);
err token_revoke(struct desk *desk, int64_t id, struct why *why); /* at once; twice is fine */
/* All of them, oldest first; texts in `arena`. */
err token_list(
	struct desk *desk, struct arena *arena, struct token **out, size_t *count, struct why *why);

/* Whose is it?  Texts in `arena`.  ERR_DENIED: nobody's, or it is over. */
err token_find(
	struct desk *desk, str text, struct arena *arena, struct token *out, struct why *why);
