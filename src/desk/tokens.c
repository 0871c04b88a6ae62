/* desk/tokens.c - see tokens.h */
#include "desk/tokens.h"

#include "desk/desk_internal.h"

#define COLUMNS "id, name, hint, role, granted, created_ms, expires_ms, revoked_ms"

err token_create(struct desk *desk, const struct token_wish *wish, int64_t *id,
	struct secret *secret, struct why *why)
{
	struct secret made = secret_make(TOKEN_PREFIX);
	str text = str_of(made.text);
	struct secret_hash hash = secret_hash(desk->key, text);
	err e = desk_name_check(wish->name, why);

	if (e == OK)
		e = desk_begin(desk, why);
	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"INSERT INTO tokens (name, role, granted, hash, hint, created_ms, expires_ms) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		sql_str(wish->name), sql_str(role_name(wish->role)), sql_int(wish->granted),
		sql_bytes(&hash, sizeof(hash)), sql_str(secret_hint(text)),
		sql_int(desk_now_ms(desk)), sql_time(wish->expires_ms));
	int64_t made_id = sql_last_id(desk->sql);
	e = desk_end(desk, e, why);
	if (e == OK) {
		*id = made_id;
		*secret = made;
	}
	secret_wipe(&made, sizeof(made));
	return e;
}

err token_revoke(struct desk *desk, int64_t id, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why,
		"UPDATE tokens SET revoked_ms = COALESCE(revoked_ms, ?2) WHERE id = ?1",
		sql_int(id), sql_int(desk_now_ms(desk)));
	if (e == OK && sql_changes(desk->sql) == 0)
		e = fail(why, MSG_DESK_NO_TOKEN, arg_int(id));
	return desk_end(desk, e, why);
}

/* ---- reading */

struct token_rows {
	struct arena *arena;
	struct token *items;
	size_t count, room;
};

static err take_token(void *context, const struct sql_row *row, struct why *why)
{
	struct token_rows *rows = context;

	if (rows->count == rows->room)
		return OK; /* made since they were counted */
	struct token *token = &rows->items[rows->count++];
	*token = (struct token){ .id = sql_row_int(row, 0),
		.name = arena_str(rows->arena, sql_row_str(row, 1)),
		.hint = arena_str(rows->arena, sql_row_str(row, 2)),
		.granted = (rights)sql_row_int(row, 4),
		.created_ms = sql_row_int(row, 5),
		.expires_ms = sql_row_int(row, 6),
		.revoked_ms = sql_row_int(row, 7) };
	if (token->name.ptr == NULL || token->hint.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("tokens"), arg_int(0));
	if (!role_named(sql_row_str(row, 3), &token->role))
		return fail(why, MSG_DESK_ROLE, arg_str(sql_row_str(row, 3)));
	return OK;
}

static err take_count(void *context, const struct sql_row *row, struct why *why)
{
	(void)why;
	*(size_t *)context = (size_t)sql_row_int(row, 0);
	return OK;
}

err token_list(
	struct desk *desk, struct arena *arena, struct token **out, size_t *count, struct why *why)
{
	struct token_rows rows = { .arena = arena };

	desk_lock(desk);
	err e = sql_each(
		desk->sql, why, take_count, &rows.room, "SELECT COUNT(*) FROM tokens", sql_none());
	if (e == OK) {
		rows.items = arena_array(arena, rows.room, sizeof(*rows.items));
		if (rows.items == NULL)
			e = fail(why, MSG_NO_ROOM, arg_c("tokens"), arg_int((int64_t)rows.room));
	}
	if (e == OK)
		e = sql_each(desk->sql, why, take_token, &rows,
			"SELECT " COLUMNS " FROM tokens ORDER BY id", sql_none());
	desk_unlock(desk);
	if (e != OK)
		return e;
	*out = rows.items;
	*count = rows.count;
	return OK;
}

err token_find(struct desk *desk, str text, struct arena *arena, struct token *out, struct why *why)
{
	struct token_rows rows = { .arena = arena, .items = out, .room = 1 };
	struct secret_hash hash = secret_hash(desk->key, text);

	if (!secret_has_form(text, TOKEN_PREFIX))
		return fail(why, MSG_DESK_TOKEN_DENIED);
	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_token, &rows,
		"SELECT " COLUMNS " FROM tokens WHERE hash = ?1 AND revoked_ms IS NULL",
		sql_bytes(&hash, sizeof(hash)));
	desk_unlock(desk);
	if (e != OK)
		return e;
	if (rows.count == 0)
		return fail(why, MSG_DESK_TOKEN_DENIED);
	if (out->expires_ms != 0 && out->expires_ms <= desk_now_ms(desk))
		return fail(why, MSG_DESK_TOKEN_OVER);
	return OK;
}
